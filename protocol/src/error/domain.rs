//! Where it went wrong: the part that raised an error.

/// One row per domain: its number, its name, and what logs call it.
macro_rules! domains {
    ($($number:literal $name:ident $text:literal,)*) => {
        /// The part that raised an error.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[repr(i32)]
        pub enum ErrorDomain {
            $(#[doc = concat!("`", stringify!($name), "`: ", $text)] $name = $number,)*
        }

        static DOMAINS: &[(ErrorDomain, &str)] = &[$((ErrorDomain::$name, $text),)*];
    };
}

impl ErrorDomain {
    /// The domain of a number from the wire, if it is one that is known here.
    pub fn from_number(number: i32) -> Option<Self> {
        DOMAINS.get(usize::try_from(number).ok()?).map(|row| row.0)
    }

    /// What logs call it.
    pub fn name(self) -> &'static str {
        DOMAINS[self as usize].1
    }
}

impl From<ErrorDomain> for i32 {
    fn from(domain: ErrorDomain) -> i32 {
        domain as i32
    }
}

domains! {
    0 None "",
    1 Xen "Xen Driver",
    2 Xend "Xen Daemon",
    3 Xenstore "Xen Store",
    4 Sexpr "S-Expression",
    5 Xml "XML Util",
    6 Dom "Domain",
    7 Rpc "XML-RPC",
    8 Proxy "Proxy Daemon",
    9 Conf "Config File",
    10 Qemu "QEMU Driver",
    11 Net "Network",
    12 Test "Test Driver",
    13 Remote "Remote Driver",
    14 Openvz "OpenVZ Driver",
    15 Xenxm "Xen XM Driver",
    16 StatsLinux "Linux Statistics",
    17 Lxc "LXC Driver",
    18 Storage "Storage Driver",
    19 Network "Network Driver",
    20 Domain "Domain Config",
    21 Uml "User Mode Linux Driver",
    22 Nodedev "Node Device Driver",
    23 XenInotify "Xen Inotify Driver",
    24 Security "Security Driver",
    25 Vbox "VirtualBox Driver",
    26 Interface "Network Interface Driver",
    27 One "Open Nebula Driver",
    28 Esx "ESX Driver",
    29 Phyp "Power Hypervisor Driver",
    30 Secret "Secrets Driver",
    31 Cpu "CPU Driver",
    32 Xenapi "XenAPI Driver",
    33 Nwfilter "Network Filter Driver",
    34 Hook "Lifecycle Hook",
    35 DomainSnapshot "Domain Snapshot",
    36 Audit "Audit Utils",
    37 Sysinfo "Sysinfo Utils",
    38 Streams "I/O Stream Utils",
    39 Vmware "VMware Driver",
    40 Event "Event Loop",
    41 Libxl "Xen Light Driver",
    42 Locking "Lock Driver",
    43 Hyperv "Hyper-V Driver",
    44 Capabilities "Capabilities Utils",
    45 Uri "URI Utils",
    46 Auth "Authentication Utils",
    47 Dbus "DBus Utils",
    48 Parallels "Parallels Cloud Server",
    49 Device "Device Config",
    50 Ssh "SSH transport layer",
    51 Lockspace "Lock Space",
    52 Initctl "Init control",
    53 Identity "Identity",
    54 Cgroup "Cgroup",
    55 Access "Access Manager",
    56 Systemd "Systemd",
    57 Bhyve "Bhyve",
    58 Crypto "Crypto",
    59 Firewall "Firewall",
    60 Polkit "Polkit",
    61 Thread "Thread jobs",
    62 Admin "Admin Interface",
    63 Logging "Log Manager",
    64 Xenxl "Xen XL Config",
    65 Perf "Perf",
    66 Libssh "Libssh transport layer",
    67 Resctrl "Resource control",
    68 Firewalld "FirewallD",
    69 DomainCheckpoint "Domain Checkpoint",
    70 Tpm "TPM",
    71 Bpf "BPF",
    72 Ch "Cloud-Hypervisor Driver",
}
