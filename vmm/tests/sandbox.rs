//! What a guest that took over its process would find: nothing.

mod support;

use std::{collections::BTreeMap, fs, path::PathBuf};

use support::{Launch, PATIENCE, Vmm, guest::Guest, kvm};
use vireo_control::{MachineKind, SandboxSpec};

fn running(change: impl FnOnce(&mut SandboxSpec)) -> Vmm {
    let guest = Guest::new().print("up").wait_for_power_button();
    let mut launch = Launch::new(MachineKind::Q35, guest.file());
    change(&mut launch.spec.sandbox);
    let mut vmm = launch.run();
    vmm.expect("up", PATIENCE);
    vmm
}

fn proc_of(vmm: &Vmm) -> PathBuf {
    format!("/proc/{}", vmm.child.id()).into()
}

/// `/proc/PID/status` and its like, by key.
fn status(path: PathBuf) -> BTreeMap<String, String> {
    let text = fs::read_to_string(path).unwrap();
    text.lines()
        .filter_map(|line| line.split_once(':'))
        .map(|(key, value)| (key.to_owned(), value.trim().to_owned()))
        .collect()
}

#[test]
fn every_thread_is_filtered_and_can_gain_no_privilege() {
    if !kvm() {
        return;
    }
    let vmm = running(|_| {});
    let tasks: Vec<_> = fs::read_dir(proc_of(&vmm).join("task")).unwrap().map(Result::unwrap).collect();
    assert!(tasks.len() >= 2);
    for task in tasks {
        let status = status(task.path().join("status"));
        // 2 is SECCOMP_MODE_FILTER.
        assert_eq!((&*status["Seccomp"], &*status["NoNewPrivs"]), ("2", "1"), "{}", status["Name"]);
    }
}

#[test]
fn the_process_is_nobody_with_nothing() {
    if !kvm() {
        return;
    }
    if !nix::unistd::geteuid().is_root() {
        println!("SKIP: only root becomes another user");
        return;
    }
    let vmm = running(|_| {});
    let status = status(proc_of(&vmm).join("status"));
    assert_eq!(status["Uid"], ["65534"; 4].join("\t"));
    assert_eq!(status["Gid"], ["65534"; 4].join("\t"));
    assert_eq!(status["Groups"], "");
    for set in ["CapInh", "CapPrm", "CapEff", "CapAmb"] {
        assert_eq!(u64::from_str_radix(&status[set], 16), Ok(0), "{set}");
    }
}

#[test]
fn nothing_of_the_host_is_in_sight() {
    if !kvm() {
        return;
    }
    let vmm = running(|_| {});
    let namespace = |of: &str, name: &str| fs::read_link(format!("/proc/{of}/ns/{name}")).unwrap();
    let id = vmm.child.id().to_string();
    if namespace(&id, "mnt") == namespace("self", "mnt") {
        println!("SKIP: no namespaces for this user");
        return;
    }
    for name in ["net", "ipc", "uts"] {
        assert_ne!(namespace(&id, name), namespace("self", name), "{name}");
    }
    assert_eq!(fs::read_dir(proc_of(&vmm).join("root")).unwrap().count(), 0);
    let mounts = fs::read_to_string(proc_of(&vmm).join("mountinfo")).unwrap();
    assert_eq!(mounts.lines().count(), 1, "{mounts}");
}

/// Session mode and tests without root: the parts are independent of each other.
#[test]
fn a_fence_of_filters_alone_stands() {
    if !kvm() {
        return;
    }
    let vmm = running(|sandbox| *sandbox = SandboxSpec { seccomp: true, ..SandboxSpec::default() });
    let ours = status("/proc/self/status".into());
    let theirs = status(proc_of(&vmm).join("status"));
    assert_eq!(theirs["Seccomp"], "2");
    assert_eq!(theirs["Uid"], ours["Uid"]);
}
