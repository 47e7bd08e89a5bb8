//! Calls that are wrong of a guest that runs, or is paused.

use super::Wrong;
use crate::question::ask;
use vireo_protocol::remote::*;

/// Of this running domain; its disk is `vda`, it has one serial port.
pub fn wrong(dom: &NonnullDomain) -> Vec<Wrong> {
    let dom = || dom.clone();
    let create = |flags| ask(DomainCreateWithFlagsArgs { dom: dom(), flags });
    let shutdown = |flags| ask(DomainShutdownFlagsArgs { dom: dom(), flags });
    let reboot = |flags| ask(DomainRebootArgs { dom: dom(), flags });
    let count = |flags| ask(DomainGetVcpusFlagsArgs { dom: dom(), flags });
    let vcpus = |maxinfo, maplen| ask(DomainGetVcpusArgs { dom: dom(), maxinfo, maplen });
    let console = |name: Option<&str>, flags| {
        ask(DomainOpenConsoleArgs { dom: dom(), dev_name: name.map(str::to_owned), flags })
    };
    let block = |path: &str| ask(DomainBlockStatsArgs { dom: dom(), path: path.into() });
    let more = |path: &str, nparams| {
        ask(DomainBlockStatsFlagsArgs { dom: dom(), path: path.into(), nparams, flags: 0 })
    };
    let info = |path: &str| ask(DomainGetBlockInfoArgs { dom: dom(), path: path.into(), flags: 0 });
    let nic = |device: &str| ask(DomainInterfaceStatsArgs { dom: dom(), device: device.into() });
    let cpu = |nparams, start_cpu, ncpus| {
        ask(DomainGetCpuStatsArgs { dom: dom(), nparams, start_cpu, ncpus, flags: 0 })
    };
    vec![
        ("running already", ask(DomainCreateArgs { dom: dom() })),
        ("running already", create(0)),
        ("running already, paused", create(1)),
        ("running already, a flag that is none", create(1 << 9)),
        ("running already", ask(DomainResumeArgs { dom: dom() })),
        ("by the agent", shutdown(2)),
        ("by initctl", shutdown(4)),
        ("by a signal", shutdown(8)),
        ("by paravirtualization", shutdown(16)),
        ("by the agent", reboot(2)),
        ("by initctl", reboot(4)),
        ("by a signal", reboot(8)),
        ("by paravirtualization", reboot(16)),
        ("a flag", ask(DomainResetArgs { dom: dom(), flags: 1 })),
        ("NVRAM deleted and kept", ask(DomainUndefineFlagsArgs { dom: dom(), flags: 12 })),
        ("a flag that is none", ask(DomainDestroyFlagsArgs { dom: dom(), flags: 4 })),
        ("live and defined at once", count(3)),
        ("what the guest says", count(8)),
        ("what the guest says, as defined", count(10)),
        ("what the guest says at most", count(12)),
        ("-1 of them", vcpus(-1, 0)),
        ("maps of -1 bytes", vcpus(1, -1)),
        ("none", vcpus(0, 0)),
        ("a console that is none", console(Some("magic"), 0)),
        ("an empty name", console(Some(""), 0)),
        ("a disk for a console", console(Some("virtio-disk0"), 0)),
        ("a flag that is none", console(None, 4)),
        ("a disk that is none", block("vdz")),
        ("a path of no disk", block("/nowhere/disk")),
        ("a disk that is none", more("vdz", 0)),
        ("-1 values", more("vda", -1)),
        ("no path", info("")),
        ("a disk that is none", info("vdz")),
        ("no device", nic("")),
        ("a device that is none", nic("magic0")),
        ("the loopback device", nic("lo")),
        ("-1 more than all", cpu(1, -2, 1)),
        ("in all, of two", cpu(1, -1, 2)),
        ("a processor that is not there", cpu(1, 9999, 1)),
        ("not XML", ask(DomainDefineXmlArgs { xml: "this is not XML".into() })),
    ]
    .into_iter()
    .chain(super::guest::wrong(&dom()))
    .collect()
}
