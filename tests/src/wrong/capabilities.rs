//! The connection's own calls: opening again, CPUs and machines that are none.

use super::Wrong;
use crate::question::{Question, ask, ask_plainly};
use vireo_protocol::remote::*;
use vireo_protocol::table::RemoteProc;

pub(super) fn wrong() -> Vec<Wrong> {
    let text = |text: &str| Some(text.to_owned());
    let none = || None;
    let max = |kind: &str| ask(ConnectGetMaxVcpusArgs { r#type: Some(kind.into()) });
    let names = |arch: &str, need_results, flags| {
        ask(ConnectGetCpuModelNamesArgs { arch: arch.into(), need_results, flags })
    };
    let compare = |xml: &str, flags| ask(ConnectCompareCpuArgs { xml: xml.into(), flags });
    let baseline = |xml_cpus: &[&str], flags| {
        let xml_cpus = xml_cpus.iter().map(|xml| (*xml).to_owned()).collect();
        ask(ConnectBaselineCpuArgs { xml_cpus, flags })
    };
    vec![
        ("a name that is no URI", open("a b")),
        ("another driver", open("lxc:///system")),
        ("without authentication", ask_plainly(RemoteProc::AuthSaslInit)),
        ("without authentication", ask_plainly(RemoteProc::AuthPolkit)),
        ("a kind of domain that is none", max("magic")),
        ("another hypervisor's kind", max("xen")),
        ("an empty kind", max("")),
        ("a flag", ask(ConnectGetSysinfoArgs { flags: 1 })),
        ("an architecture that is none", names("magic", 1, 0)),
        ("an empty architecture", names("", 1, 0)),
        ("a flag", names("x86_64", 1, 1)),
        ("a flag, an architecture that is none", names("magic", 1, 1)),
        ("an architecture without models", names("riscv64", 1, 0)),
        ("no results", names("magic", 0, 0)),
        ("a flag", machine(none(), none(), none(), none(), 1)),
        ("an architecture that is none", machine(none(), text("magic"), none(), none(), 0)),
        ("an empty architecture", machine(none(), text(""), none(), none(), 0)),
        ("a kind of domain that is none", machine(none(), none(), none(), text("magic"), 0)),
        ("another hypervisor's kind", machine(none(), none(), none(), text("xen"), 0)),
        ("a machine that is none", machine(none(), none(), text("magic"), none(), 0)),
        ("an emulator that is not there", machine(text("/nowhere/qemu"), none(), none(), none(), 0)),
        ("an emulator that is none", machine(text("/bin/true"), none(), none(), none(), 0)),
        ("an empty emulator", machine(text(""), none(), none(), none(), 0)),
        ("not XML", compare("this is not XML", 0)),
        ("nothing", compare("", 0)),
        ("another document", compare("<domain/>", 0)),
        ("a flag that is none", compare("<cpu/>", 4)),
        ("a flag that is none, not XML", compare("", 8)),
        ("a model that is none", compare("<cpu><arch>x86_64</arch><model>magic</model></cpu>", 0)),
        ("an architecture that is none", compare("<cpu><arch>magic</arch><model>486</model></cpu>", 0)),
        ("another architecture", compare("<cpu><arch>s390x</arch><model>z13</model></cpu>", 0)),
        (
            "another architecture, to be a failure",
            compare("<cpu><arch>s390x</arch><model>z13</model></cpu>", 1),
        ),
        ("features without a model", compare("<cpu><feature name='avx'/></cpu>", 0)),
        ("a feature that is none", compare("<cpu><model>486</model><feature name='magic'/></cpu>", 0)),
        (
            "a policy that is none",
            compare("<cpu><model>486</model><feature name='fpu' policy='magic'/></cpu>", 0),
        ),
        (
            "the same feature twice",
            compare("<cpu><model>486</model><feature name='fpu'/><feature name='fpu'/></cpu>", 0),
        ),
        ("a vendor that is none", compare("<cpu><model>486</model><vendor>magic</vendor></cpu>", 0)),
        (
            "a topology of nothing",
            compare("<cpu><model>486</model><topology sockets='0' cores='1' threads='1'/></cpu>", 0),
        ),
        ("an element that is none, to be valid", compare("<cpu><model>486</model><magic/></cpu>", 2)),
        ("no CPU", baseline(&[], 0)),
        ("no CPU, a flag that is none", baseline(&[], 8)),
        ("a flag that is none", baseline(&["<cpu><arch>x86_64</arch><model>486</model></cpu>"], 4)),
        ("not XML", baseline(&["this is not XML"], 0)),
        ("another document", baseline(&["<domain/>"], 0)),
        ("a model that is none", baseline(&["<cpu><arch>x86_64</arch><model>magic</model></cpu>"], 0)),
        ("one CPU without a model", baseline(&["<cpu><arch>x86_64</arch></cpu>"], 0)),
        ("one CPU without an architecture", baseline(&["<cpu><model>486</model></cpu>"], 0)),
        (
            "two architectures",
            baseline(
                &[
                    "<cpu><arch>x86_64</arch><model>486</model></cpu>",
                    "<cpu><arch>s390x</arch><model>z13</model></cpu>",
                ],
                0,
            ),
        ),
        ("a flag that is none", hypervisor(none(), "<cpu/>", 4)),
        ("an architecture that is none", hypervisor(text("magic"), "<cpu/>", 0)),
        ("not XML", hypervisor(none(), "this is not XML", 0)),
        ("another document", hypervisor(none(), "<domain/>", 0)),
        ("a model that is none", hypervisor(none(), "<cpu><model>magic</model></cpu>", 0)),
        ("no CPU", hypervisors(none(), &[], 0)),
        ("a flag that is none", hypervisors(none(), &["<cpu><model>486</model></cpu>"], 8)),
        ("an architecture that is none", hypervisors(text("magic"), &["<cpu><model>486</model></cpu>"], 0)),
        ("another document", hypervisors(none(), &["<domain/>"], 0)),
        ("a model that is none", hypervisors(none(), &["<cpu><model>magic</model></cpu>"], 0)),
        ("one CPU without a model", hypervisors(none(), &["<cpu/>"], 0)),
    ]
}

fn open(name: &str) -> Question {
    ask(ConnectOpenArgs { name: Some(name.into()), flags: 0 })
}

fn machine(
    emulatorbin: Option<String>,
    arch: Option<String>,
    machine: Option<String>,
    virttype: Option<String>,
    flags: u32,
) -> Question {
    ask(ConnectGetDomainCapabilitiesArgs { emulatorbin, arch, machine, virttype, flags })
}

fn hypervisor(arch: Option<String>, xml: &str, flags: u32) -> Question {
    let xml_cpu = xml.into();
    ask(ConnectCompareHypervisorCpuArgs {
        emulator: None,
        arch,
        machine: None,
        virttype: None,
        xml_cpu,
        flags,
    })
}

fn hypervisors(arch: Option<String>, cpus: &[&str], flags: u32) -> Question {
    let xml_cpus = cpus.iter().map(|xml| (*xml).to_owned()).collect();
    ask(ConnectBaselineHypervisorCpuArgs {
        emulator: None,
        arch,
        machine: None,
        virttype: None,
        xml_cpus,
        flags,
    })
}
