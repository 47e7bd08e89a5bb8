//! Definitions and starts that cannot be: the errors stock libvirtd gives, and nothing left behind.

use serde_json::json;
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use vireo_tests::compare::{self, Allowed, Names, Tour, Transcript, assert_same};
use vireo_tests::guest::{BootFiles, Guest, boot_files};
use vireo_tests::python::{self, Calls};
use vireo_tests::server::{Kind, Server};
use vireo_tests::{network, require};

/// Every difference that is meant to be, with its reason.
const ALLOWED: &[Allowed] = &[
    Allowed { command: "", line: "Emulator '", reason: "the VMM is another program" },
    Allowed {
        command: "",
        line: "No PCI buses available",
        reason: "ours says that the machine is not known",
    },
    Allowed { command: "", line: "specified machine type limit", reason: "the limit is another" },
    Allowed { command: "", line: "cannot set up guest memory", reason: "ours says how much there is" },
];

#[test]
fn bad_definitions_fail_as_on_stock_and_leave_nothing() {
    let files = require!(boot_files());
    require!(python::available());
    let stock = require!(compare::stock());
    let expected = stock.transcript("bad-input", |server| tour(server, &files));
    drop(stock);
    assert_same(&expected, &tour(&Server::ours(), &files), ALLOWED);
}

fn tour(server: &Server, files: &BootFiles) -> Transcript {
    let names = Names::default()
        .path(server.directory(), "DIR")
        .path(&files.kernel, "KERNEL")
        .path(&files.initrd, "INITRD");
    let mut tour = Tour::new(server, names);
    let mut calls = Calls::new(server);
    calls.call(&json!(["conn", "defineXML", good("first", files)]));
    let before = traces(server, &mut calls);
    for (what, xml) in bad_definitions(files) {
        for (verb, method) in [("define", "defineXML"), ("create", "createXML")] {
            let said = calls.call(&json!(["conn", method, xml]));
            tour.keep(&format!("{verb}: {what}"), &said);
            if said.starts_with("ok:") {
                remove_accepted(&mut calls);
            }
        }
        assert_eq!(traces(server, &mut calls), before, "{what} left something behind");
    }
    for (what, xml) in bad_starts(files) {
        let name = format!("start {what}").replace(' ', "-");
        let xml = xml.replace("NAME", &name);
        tour.keep(&format!("define, to start: {what}"), &calls.call(&json!(["conn", "defineXML", xml])));
        for method in ["create", "isActive", "undefine"] {
            tour.keep(&format!("{method}: {what}"), &calls.call(&json!([name, method])));
        }
        tour.keep(&format!("create at once: {what}"), &calls.call(&json!(["conn", "createXML", xml])));
        assert_eq!(traces(server, &mut calls), before, "{what} left something behind");
    }
    tour.transcript()
}

/// A definition that is taken nevertheless.
fn remove_accepted(calls: &mut Calls) {
    calls.call(&json!(["bad", "destroy"]));
    calls.call(&json!(["bad", "undefine"]));
}

/// Whatever a failed start could forget.
fn traces(server: &Server, calls: &mut Calls) -> BTreeSet<String> {
    let mut traces = BTreeSet::from_iter(network::interfaces());
    traces.extend(server.guest_processes().iter().map(i32::to_string));
    if server.kind() == Kind::Ours {
        for directory in ["run", "lib", "etc"] {
            files_below(&server.path(directory), &mut traces);
        }
    }
    traces.insert(calls.call(&json!(["conn", "listAllDomains", 0])));
    traces
}

fn files_below(directory: &Path, found: &mut BTreeSet<String>) {
    for entry in fs::read_dir(directory).into_iter().flatten() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files_below(&path, found);
        }
        found.insert(path.display().to_string());
    }
}

fn good(name: &str, files: &BootFiles) -> String {
    Guest::new(name, files).xml()
}

/// XML that is wrong in itself.
fn bad_definitions(files: &BootFiles) -> Vec<(&'static str, String)> {
    let good = good("bad", files);
    let with = |from: &str, to: &str| {
        assert!(good.contains(from), "the definition has no {from}");
        good.replacen(from, to, 1)
    };
    let uuid = Guest::new("bad", files).uuid;
    let first = Guest::new("first", files).uuid;
    let device = |xml: &str| with("<devices>", &format!("<devices>{xml}"));
    let disk = "<disk type='file' device='disk'><driver name='qemu' type='raw'/><source file='/d'/>";
    vec![
        ("an empty text", String::new()),
        ("not XML", "this is not XML".into()),
        ("XML that is not closed", "<domain type='kvm'><name>x".into()),
        ("two roots", "<domain/><domain/>".into()),
        ("another root", "<network><name>x</name></network>".into()),
        ("an empty domain", "<domain type='kvm'/>".into()),
        ("no type", with(" type='kvm'", "")),
        ("type xen", with("type='kvm'", "type='xen'")),
        ("type lxc", with("type='kvm'", "type='lxc'")),
        ("a type that is none", with("type='kvm'", "type='magic'")),
        ("no name", with("<name>bad</name>", "")),
        ("an empty name", with("<name>bad</name>", "<name></name>")),
        ("a name with a slash", with("<name>bad</name>", "<name>a/b</name>")),
        ("a uuid that is none", with(&uuid, "1234")),
        ("a uuid that another has", with(&uuid, &first)),
        ("a name that another has", with("<name>bad</name>", "<name>first</name>")),
        ("no memory", with("<memory unit='MiB'>256</memory>", "")),
        ("memory 0", with(">256<", ">0<")),
        ("memory that is no number", with(">256<", ">much<")),
        ("negative memory", with(">256<", ">-1<")),
        ("memory beyond 64 bits", with(">256<", ">99999999999999999999<")),
        ("a unit of memory that is none", with("'MiB'", "'furlong'")),
        ("0 processors", with("<vcpu>1<", "<vcpu>0<")),
        ("processors that are no number", with("<vcpu>1<", "<vcpu>many<")),
        ("more processors now than ever", with("<vcpu>1<", "<vcpu current='2'>1<")),
        ("no os", {
            let (start, end) = (good.find("<os>").unwrap(), good.find("</os>").unwrap() + 5);
            format!("{}{}", &good[..start], &good[end..])
        }),
        ("an os type that is none", with(">hvm<", ">magic<")),
        ("an architecture that is none", with("arch='x86_64'", "arch='magic'")),
        ("a foreign architecture", with("arch='x86_64'", "arch='aarch64'")),
        ("a machine that is none", with("machine='q35'", "machine='magic'")),
        ("a feature that is none", with("<acpi/>", "<magic/>")),
        ("a cpu mode that is none", with("'host-passthrough'", "'magic'")),
        ("a device that is none", device("<magic/>")),
        (
            "a kind of disk that is none",
            device("<disk type='magic' device='disk'><target dev='vda'/></disk>"),
        ),
        ("a disk without a target", device(&format!("{disk}</disk>"))),
        ("a disk on a bus that is none", device(&format!("{disk}<target dev='vda' bus='magic'/></disk>"))),
        ("a disk target that is none", device(&format!("{disk}<target dev='magic' bus='virtio'/></disk>"))),
        ("two disks on one target", {
            let one = format!("{disk}<target dev='vda' bus='virtio'/></disk>");
            device(&format!("{one}{one}"))
        }),
        (
            "a disk format that is none",
            device(
                "<disk type='file'><driver name='qemu' type='magic'/><source file='/d'/><target dev='vda'/></disk>",
            ),
        ),
        (
            "a cache mode that is none",
            device(
                "<disk type='file'><driver name='qemu' cache='magic'/><source file='/d'/><target dev='vda'/></disk>",
            ),
        ),
        ("a kind of interface that is none", device("<interface type='magic'/>")),
        ("an interface without its bridge", device("<interface type='bridge'/>")),
        (
            "a MAC address that is none",
            device("<interface type='bridge'><mac address='magic'/><source bridge='br0'/></interface>"),
        ),
        (
            "a multicast MAC address",
            device(
                "<interface type='bridge'><mac address='53:54:00:00:00:01'/><source bridge='br0'/></interface>",
            ),
        ),
        ("a kind of serial port that is none", device("<serial type='magic'/>")),
        ("a serial port into a file without its path", device("<serial type='file'/>")),
        ("a random generator that is none", device("<rng model='magic'/>")),
        ("a random generator without a backend", device("<rng model='virtio'/>")),
        ("an end that is none", with("<devices>", "<on_poweroff>magic</on_poweroff><devices>")),
        ("a clock that is none", with("<devices>", "<clock offset='magic'/><devices>")),
    ]
}

/// XML that could be right elsewhere.
fn bad_starts(files: &BootFiles) -> Vec<(&'static str, String)> {
    let mut guest = Guest::new("NAME", files);
    guest.uuid = "5f0c2a9e-3c1d-4f63-9d2b-000000000099".into();
    let good = guest.xml();
    let missing = |path: &Path| good.replacen(&path.display().to_string(), "/nowhere/file", 1);
    let device = |xml: &str| good.replacen("<devices>", &format!("<devices>{xml}"), 1);
    vec![
        ("a kernel that is not there", missing(&files.kernel)),
        ("an initramfs that is not there", missing(&files.initrd)),
        (
            "a disk that is not there",
            device(
                "<disk type='file' device='disk'><driver name='qemu' type='raw'/><source file='/nowhere/disk'/>\
             <target dev='vda' bus='virtio'/></disk>",
            ),
        ),
        (
            "a block device that is not there",
            device(
                "<disk type='block' device='disk'><driver name='qemu' type='raw'/><source dev='/dev/nowhere'/>\
             <target dev='vda' bus='virtio'/></disk>",
            ),
        ),
        (
            "a bridge that is not there",
            device("<interface type='bridge'><source bridge='nowhere0'/><model type='virtio'/></interface>"),
        ),
        (
            "a serial port into a directory that is not there",
            device("<serial type='file'><source path='/nowhere/log'/></serial>"),
        ),
        ("more processors than KVM has", good.replace("<vcpu>1<", "<vcpu>5000<")),
        (
            "more processors than the machine has",
            good.replace("'q35'", "'pc'").replace("<vcpu>1<", "<vcpu>300<"),
        ),
        ("more memory than there is", good.replace(">256<", ">1000000000<")),
        ("an emulator that is not there", device("<emulator>/nowhere/qemu</emulator>")),
    ]
}
