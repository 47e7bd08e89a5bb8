//! What the daemon says of the host, beside what stock libvirtd says of it.

use serde_json::json;
use vireo_tests::compare::{Allowed, Names, Tour, Transcript, assert_same};
use vireo_tests::python::{self, Calls};
use vireo_tests::require;
use vireo_tests::server::Server;

/// Every difference that is meant to be, with its reason.
const ALLOWED: &[Allowed] = &[
    Allowed { command: "version", line: "hypervisor:", reason: VERSIONS },
    Allowed { command: "getVersion", line: "", reason: VERSIONS },
    Allowed { command: "getLibVersion", line: "", reason: VERSIONS },
    Allowed {
        command: "getMaxVcpus",
        line: "",
        reason: "255 vCPUs are the most; without a type it is KVM's number",
    },
    Allowed { command: "getFreePages [[4],-2", line: "", reason: "stock has no words for it" },
    Allowed { command: "cpu-models", line: "", reason: NEWER },
    Allowed { command: "capabilities", line: "<feature name=", reason: NEWER },
    Allowed { command: "capabilities", line: "migration_features>", reason: MIGRATION },
    Allowed { command: "capabilities", line: "<live/>", reason: MIGRATION },
    Allowed { command: "capabilities", line: "uri_transport", reason: MIGRATION },
    Allowed { command: "capabilities", line: "secmodel>", reason: DAC },
    Allowed { command: "capabilities", line: "<model>dac</model>", reason: DAC },
    Allowed { command: "capabilities", line: "<doi>0</doi>", reason: DAC },
    Allowed { command: "capabilities", line: "<baselabel", reason: DAC },
    Allowed { command: "capabilities", line: "<emulator>", reason: "the program is another" },
    Allowed { command: "capabilities", line: "<machine", reason: "one machine each, not QEMU's history" },
    Allowed { command: "capabilities", line: "<domain type='qemu'/>", reason: "guests run on KVM only" },
    Allowed { command: "capabilities", line: "<deviceboot/>", reason: "nothing boots from devices yet" },
    Allowed { command: "capabilities", line: "<disksnapshot", reason: "no snapshots yet" },
];

const VERSIONS: &str = "the levels of the API and of the hypervisor are ours";
const NEWER: &str = "CPUs and features that came after this stock's release are known, too";
const MIGRATION: &str = "no migration yet";
const DAC: &str = "there is no host-wide model that gives guests owners";

#[test]
fn the_host_looks_the_same() {
    require!(python::available());
    let stock = require!(Server::stock());
    let expected = tour(&stock);
    drop(stock);
    assert_same(&expected, &tour(&Server::ours()), ALLOWED);
}

fn tour(server: &Server) -> Transcript {
    let mut tour = Tour::new(server, Names::default());
    for command in STEADY {
        tour.virsh(command);
    }
    for command in MOVING {
        let answer = server.virsh(command);
        tour.keep(&command.join(" "), &without_numbers(&(answer.stdout + &answer.stderr)));
    }
    let capabilities = server.virsh(&["capabilities"]).ok();
    // Hosts that are guests themselves get and lose memory while they run.
    let moving = |line: &str| line.contains("<memory ") || line.contains("</pages>");
    let lines = capabilities.lines().filter(|line| !line.contains("<uuid>"));
    let lines = lines.map(|line| if moving(line) { without_numbers(line) } else { line.to_owned() });
    tour.keep("capabilities", &lines.collect::<Vec<_>>().join("\n"));
    for machine in ["pc", "q35", "microvm"] {
        let offered = server.virsh(&["domcapabilities", "--virttype", "kvm", "--machine", machine]).ok();
        tour.keep(&format!("domcapabilities {machine}"), &outline(&offered));
    }
    let mut calls = Calls::new(server);
    for (call, is_steady) in
        CALLS.iter().map(|call| (call, true)).chain(MOVING_CALLS.iter().map(|call| (call, false)))
    {
        let call: Vec<serde_json::Value> = serde_json::from_str(call).expect("a call");
        let name = format!("{} {}", call[0].as_str().expect("a name"), json!(call[1..]));
        let full: Vec<_> = std::iter::once(json!("conn")).chain(call).collect();
        let said = calls.call(&json!(full));
        tour.keep(&name, &if is_steady { said } else { without_numbers(&said) });
    }
    for cpu in CPUS {
        for flags in [0, 1] {
            let said = calls.call(&json!(["conn", "compareCPU", cpu, flags]));
            tour.keep(&format!("compareCPU {flags} {cpu}"), &said);
        }
    }
    for hosts in HOSTS {
        let describe = |model: &&str| format!("<cpu><arch>x86_64</arch><model>{model}</model></cpu>");
        let described: Vec<_> = hosts.iter().map(describe).collect();
        for flags in [0, 1, 2] {
            let said = calls.call(&json!(["conn", "baselineCPU", described, flags]));
            tour.keep(&format!("baselineCPU {flags} {}", hosts.join(" ")), &said);
        }
    }
    tour.transcript()
}

/// What is the same at every moment.
const STEADY: &[&[&str]] = &[
    &["version"],
    &["hostname"],
    &["sysinfo"],
    &["nodecpumap"],
    &["node-memory-tune"],
    &["maxvcpus", "xen"],
    &["cpu-models", "x86_64"],
    &["cpu-models", "i686"],
    &["cpu-models", "vax"],
    &["freecell", "--cellno", "99"],
    &["freepages", "--cellno", "0", "--pagesize", "3"],
    &["nodememstats", "--cell", "99"],
    &["nodecpustats", "--cpu", "9999"],
    &["nodesuspend", "mem", "60"],
    &["nodesuspend", "disk", "60"],
    &["nodesuspend", "hybrid", "60"],
    &["allocpages", "4", "1"],
    &["allocpages", "3", "1"],
    &["allocpages", "2048", "0"],
    &["allocpages", "2048", "1", "--cellno", "99"],
];

/// What changes from moment to moment: the words are compared.
const MOVING: &[&[&str]] = &[
    &["nodeinfo"],
    &["nodememstats"],
    &["nodememstats", "--cell", "0"],
    &["nodecpustats"],
    &["nodecpustats", "--cpu", "0"],
    &["nodecpustats", "--percent"],
    &["freecell"],
    &["freecell", "--all"],
    &["freepages", "--all"],
    &["freepages", "--cellno", "0", "--pagesize", "4"],
];

/// Calls with the arguments that clients' own libraries let through.
const CALLS: &[&str] = &[
    r#"["getType"]"#,
    r#"["getVersion"]"#,
    r#"["getLibVersion"]"#,
    r#"["getCPUMap", 0]"#,
    r#"["getCPUMap", 1]"#,
    r#"["getMaxVcpus", null]"#,
    r#"["getMaxVcpus", "KVM"]"#,
    r#"["getMaxVcpus", "xen"]"#,
    r#"["getMaxVcpus", ""]"#,
    r#"["getSecurityModel"]"#,
    r#"["getSysinfo", 1]"#,
    r#"["getMemoryStats", 99, 0]"#,
    r#"["getMemoryStats", -2, 0]"#,
    r#"["getMemoryStats", -1, 1]"#,
    r#"["getCPUStats", 9999, 0]"#,
    r#"["getCPUStats", -2, 0]"#,
    r#"["getCPUStats", -1, 1]"#,
    r#"["getMemoryParameters", 1]"#,
    r#"["setMemoryParameters", {"shm_pages_to_scan": 100}, 0]"#,
    r#"["getMemoryParameters", 0]"#,
    r#"["getCellsFreeMemory", 99, 8]"#,
    r#"["getFreePages", [4], 99, 1]"#,
    r#"["getFreePages", [7], 0, 1]"#,
    r#"["getFreePages", [], 0, 1]"#,
    r#"["getFreePages", [4, 2048], 0, 1, 1]"#,
    r#"["getFreePages", [2048], -1, 1]"#,
    r#"["getFreePages", [4], -2, 1]"#,
    r#"["suspendForDuration", 9, 60, 0]"#,
    r#"["getCPUModelNames", "aarch64", 0]"#,
    r#"["getCPUModelNames", "x86_64", 1]"#,
    r#"["getDomainCapabilities", null, "foo", null, "kvm", 0]"#,
    r#"["getDomainCapabilities", null, "x86_64", null, "foo", 0]"#,
    r#"["getDomainCapabilities", null, "x86_64", null, "kvm", 1]"#,
    r#"["getDomainCapabilities", "/nope", "x86_64", null, "kvm", 0]"#,
    r#"["compareHypervisorCPU", null, "aarch64", null, null, "<cpu/>", 0]"#,
    r#"["compareHypervisorCPU", null, null, null, null, "<cpu mode='host-model'/>", 1]"#,
    r#"["baselineCPU", [], 0]"#,
    r#"["baselineCPU", ["<cpu><arch>x86_64</arch><model>486</model></cpu>"], 8]"#,
];

/// Descriptions of CPUs that are compared with the host's, and how.
const CPUS: &[&str] = &[
    "<cpu><arch>x86_64</arch><model>486</model></cpu>",
    "<cpu><arch>i686</arch><model>pentium3</model></cpu>",
    "<cpu><arch>x86_64</arch><model>Nope</model></cpu>",
    "<cpu><arch>x86_64</arch><model>486</model><feature name='nope'/></cpu>",
    "<cpu><arch>aarch64</arch><model>x</model></cpu>",
    "<cpu><arch>foo</arch><model>x</model></cpu>",
    "<cpu><arch>x86_64</arch></cpu>",
    "<foo/>",
    "",
    "<cpu><arch>x86_64</arch><model>486</model><vendor>Foo</vendor></cpu>",
    "<cpu><model>486</model></cpu>",
    "<cpu match='minimum'><model>486</model></cpu>",
    "<cpu match='foo'><model>486</model></cpu>",
    "<cpu mode='foo'><model>486</model></cpu>",
    "<cpu><model>486</model><feature name='ia64' policy='require'/></cpu>",
    "<cpu><model>486</model><feature name='fpu' policy='forbid'/></cpu>",
    "<cpu><model>486</model><feature name='ia64' policy='force'/></cpu>",
    "<cpu><model>486</model><feature name='ia64' policy='optional'/></cpu>",
    "<cpu><model>486</model><feature name='fpu' policy='disable'/></cpu>",
    "<cpu><model>486</model><feature name='fpu' policy='foo'/></cpu>",
    "<cpu><model>486</model><feature name='fpu'/><feature name='fpu'/></cpu>",
    "<cpu><model>486</model><feature/></cpu>",
    "<cpu mode='host-model'/>",
    "<cpu mode='host-passthrough' migratable='on'/>",
    "<cpu migratable='on'><model>486</model></cpu>",
    "<cpu><topology sockets='1' cores='2' threads='1'/></cpu>",
    "<cpu><feature name='avx'/></cpu>",
    "<cpu match='exact'><arch>x86_64</arch><model>486</model></cpu>",
    "<cpu mode='custom'><arch>x86_64</arch><model>486</model></cpu>",
    "<cpu><vendor>AMD</vendor></cpu>",
    "<cpu><model vendor_id='abc'>486</model></cpu>",
    "<cpu><model fallback='abc'>486</model></cpu>",
];

/// Hosts that are to have a guest's CPU in common.
const HOSTS: &[&[&str]] = &[
    &["Haswell"],
    &["EPYC"],
    &["Skylake-Client", "Haswell"],
    &["qemu64", "Haswell"],
    &["Haswell-IBRS", "EPYC-Rome"],
    &["Icelake-Server", "Cascadelake-Server", "Cooperlake"],
    &["Opteron_G5", "Opteron_G3"],
    &["kvm32", "pentium3"],
    &["486", "Nope"],
];

const MOVING_CALLS: &[&str] = &[
    r#"["getInfo"]"#,
    r#"["getFreeMemory"]"#,
    r#"["getMemoryStats", -1, 0]"#,
    r#"["getMemoryStats", 0, 0]"#,
    r#"["getCPUStats", -1, 0]"#,
    r#"["getCPUStats", 0, 0]"#,
    r#"["getCellsFreeMemory", 0, 8]"#,
    r#"["getFreePages", [4, 2048], 0, 9]"#,
];

/// The names of a document's upper elements: what is offered differs, that it is said one way or the other does not.
fn outline(document: &str) -> String {
    let depth = |line: &str| line.len() - line.trim_start().len();
    let upper = document.lines().filter(|line| depth(line) <= 4 && !line.trim_start().starts_with("</"));
    let name = |line: &str| {
        let end = line.trim_start().find([' ', '>']).map_or(line.len(), |end| depth(line) + end);
        line[..end].to_owned()
    };
    upper.map(name).collect::<Vec<_>>().join("\n")
}

/// Every number as `N`, however many blanks stand before it.
fn without_numbers(text: &str) -> String {
    let mut result = String::new();
    for byte in text.chars() {
        let is_digit = byte.is_ascii_digit() || (byte == '.' && result.ends_with('N'));
        match (is_digit, result.chars().last()) {
            (true, Some('N')) => {}
            (true, _) => result.push('N'),
            (false, Some(' ')) if byte == ' ' => {}
            (false, _) => result.push(byte),
        }
    }
    result
}
