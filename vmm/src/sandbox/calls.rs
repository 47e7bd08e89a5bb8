//! Which system calls each thread may make.
//!
//! The lists are short enough to be read; what looks dangerous on them is held to the arguments that are needed:
//! memory is never executable, `ioctl` knows KVM and the settings of the devices, signals stay in the process.

use std::collections::BTreeMap;

use seccompiler::{
    BpfProgram, SeccompAction, SeccompCmpArgLen, SeccompCmpOp, SeccompCondition, SeccompFilter, SeccompRule,
    TargetArch,
};

use super::Role;

/// All roles, in the order of their numbers.
pub const ROLES: [Role; 4] = [Role::Main, Role::Vcpu, Role::Block, Role::Net];

/// For every thread: memory, locks, clocks, log and exit record, the end.
const EVERY: &[i64] = &[
    libc::SYS_read,
    libc::SYS_write,
    libc::SYS_pwrite64,
    libc::SYS_close,
    libc::SYS_futex,
    libc::SYS_brk,
    libc::SYS_munmap,
    libc::SYS_mremap,
    libc::SYS_madvise,
    libc::SYS_sigaltstack,
    libc::SYS_rt_sigreturn,
    libc::SYS_rt_sigprocmask,
    libc::SYS_restart_syscall,
    libc::SYS_clock_gettime,
    libc::SYS_clock_nanosleep,
    libc::SYS_getrandom,
    libc::SYS_sched_yield,
    libc::SYS_getpid,
    libc::SYS_gettid,
    libc::SYS_exit,
    libc::SYS_exit_group,
];

/// Sockets of daemons and consoles, the event loop, the kernel's image again at a reset.
const MAIN: &[i64] = &[
    libc::SYS_epoll_wait,
    libc::SYS_epoll_pwait,
    libc::SYS_epoll_ctl,
    libc::SYS_poll,
    libc::SYS_accept4,
    libc::SYS_socketpair,
    libc::SYS_recvmsg,
    libc::SYS_recvfrom,
    libc::SYS_sendmsg,
    libc::SYS_sendto,
    libc::SYS_shutdown,
    libc::SYS_getsockopt,
    libc::SYS_fcntl,
    libc::SYS_readv,
    libc::SYS_writev,
    libc::SYS_pread64,
    libc::SYS_lseek,
    libc::SYS_statx,
    libc::SYS_fstat,
    libc::SYS_newfstatat,
];

/// Transfers of disks.
const BLOCK: &[i64] = &[
    libc::SYS_epoll_wait,
    libc::SYS_epoll_pwait,
    libc::SYS_epoll_ctl,
    libc::SYS_pread64,
    libc::SYS_preadv,
    libc::SYS_preadv2,
    libc::SYS_pwritev,
    libc::SYS_pwritev2,
    libc::SYS_fallocate,
    libc::SYS_fdatasync,
    libc::SYS_fsync,
    libc::SYS_ftruncate,
    libc::SYS_lseek,
];

/// Packets, entropy, lent memory, ports of consoles.
const NET: &[i64] =
    &[libc::SYS_epoll_wait, libc::SYS_epoll_pwait, libc::SYS_epoll_ctl, libc::SYS_readv, libc::SYS_writev];

/// `ioctl` requests by their whole number.
const TUNSETOFFLOAD: u64 = 0x4004_54d0;
const TUNSETVNETHDRSZ: u64 = 0x4004_54d8;
const TUNSETQUEUE: u64 = 0x4004_54d9;
/// A new connection becomes nonblocking.
const FIONBIO: u64 = 0x5421;
const BLKDISCARD: u64 = 0x1277;
const BLKZEROOUT: u64 = 0x127f;
/// ... and by the byte that names their family.
const FAMILY: u64 = 0xff00;
const KVM: u64 = 0xae00;
const VHOST: u64 = 0xaf00;

/// The filter of a role.
///
/// # Panics
///
/// Where a list is too long for a filter or the machine is not known: the tests would have seen it.
pub fn program(role: Role) -> BpfProgram {
    let (plain, ioctls): (&[i64], Vec<SeccompRule>) = match role {
        Role::Main => (MAIN, settings().chain([request(FIONBIO)]).collect()),
        Role::Vcpu => (&[], settings().collect()),
        Role::Block => (BLOCK, [BLKDISCARD, BLKZEROOUT].map(request).into()),
        Role::Net => (NET, tap().into()),
    };
    let mut rules: BTreeMap<i64, Vec<SeccompRule>> =
        EVERY.iter().chain(plain).map(|call| (*call, Vec::new())).collect();
    rules.insert(libc::SYS_ioctl, ioctls);
    // Where the standard library checks itself, it asks for a descriptor's flags before it closes it.
    rules
        .entry(libc::SYS_fcntl)
        .or_insert_with(|| vec![rule(condition(1, SeccompCmpOp::Eq, libc::F_GETFD as u64))]);
    let not_executable = || condition(2, SeccompCmpOp::MaskedEq(libc::PROT_EXEC as u64), 0);
    rules.insert(libc::SYS_mmap, vec![rule(not_executable())]);
    rules.insert(libc::SYS_mprotect, vec![rule(not_executable())]);
    let ourselves = u64::from(std::process::id());
    rules.insert(libc::SYS_tgkill, vec![rule(condition(0, SeccompCmpOp::Eq, ourselves))]);
    let machine = TargetArch::try_from(std::env::consts::ARCH).expect("a machine with filters");
    let filter = SeccompFilter::new(rules, SeccompAction::Trap, SeccompAction::Allow, machine);
    filter.and_then(BpfProgram::try_from).expect("lists that fit into a filter")
}

/// What a driver sets, or a reset takes back: KVM, offloads and queues of taps, vhost's rings.
fn settings() -> impl Iterator<Item = SeccompRule> {
    [family(KVM), family(VHOST)].into_iter().chain(tap())
}

fn tap() -> [SeccompRule; 3] {
    [TUNSETOFFLOAD, TUNSETVNETHDRSZ, TUNSETQUEUE].map(request)
}

fn request(number: u64) -> SeccompRule {
    rule(condition(1, SeccompCmpOp::Eq, number))
}

fn family(byte: u64) -> SeccompRule {
    rule(condition(1, SeccompCmpOp::MaskedEq(FAMILY), byte))
}

fn condition(argument: u8, operator: SeccompCmpOp, value: u64) -> SeccompCondition {
    // 32 bits are all the kernel looks at in these arguments.
    SeccompCondition::new(argument, SeccompCmpArgLen::Dword, operator, value).expect("an argument below six")
}

fn rule(condition: SeccompCondition) -> SeccompRule {
    SeccompRule::new(vec![condition]).expect("one condition")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_role_has_a_filter_at_its_number() {
        for (number, role) in ROLES.into_iter().enumerate() {
            assert_eq!(role as usize, number);
            assert!(!program(role).is_empty());
        }
    }
}
