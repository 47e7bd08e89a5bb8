//! Documents that are none, and flags of defining and creating. What is wrong inside of documents of guests that
//! could start is in `guest_bad_input`.

use super::Wrong;
use crate::question::{Question, ask};
use vireo_protocol::remote::*;

pub(super) fn wrong() -> Vec<Wrong> {
    let devices = |xml: &str| define(&format!("<devices>{xml}</devices>"));
    let disk = |xml: &str| {
        devices(&format!("<disk type='file'><source file='/d'/><target dev='vda' bus='virtio'/>{xml}</disk>"))
    };
    let good = document("", "");
    vec![
        ("nothing", define_as("")),
        ("not XML", define_as("this is not XML")),
        ("blanks", define_as(" \n ")),
        ("another root", define_as("<network/>")),
        ("an empty root", define_as("<domain/>")),
        ("XML that is not closed", define_as("<domain type='kvm'><name>x</name>")),
        ("an entity that is none", define_as("<domain type='kvm'><name>&magic;</name></domain>")),
        ("a control character", define_as("<domain type='kvm'><name>a\u{1}b</name></domain>")),
        ("the same attribute twice", define_as("<domain type='kvm' type='kvm'/>")),
        ("a flag that is none", ask(DomainDefineXmlFlagsArgs { xml: "<domain/>".into(), flags: 2 })),
        ("the highest flag", ask(DomainDefineXmlFlagsArgs { xml: String::new(), flags: 1 << 31 })),
        ("nothing, to be valid", ask(DomainDefineXmlFlagsArgs { xml: String::new(), flags: 1 })),
        ("nothing", create("", 0)),
        ("a flag that is none", create("<domain/>", 1 << 6)),
        ("a flag that is none, nothing", create("", 1 << 7)),
        ("past the cache, which is of saved guests", create("<domain/>", 1 << 2)),
        ("a fresh start, which is of saved guests", create("<domain/>", 1 << 3)),
        ("not XML", create("this is not XML", 0)),
        ("an empty root", create("<domain/>", 0)),
        (
            "the uuid of another",
            define_as(
                &good.replace("bbbbbbbb-bbbb-bbbb-bbbb-bbbbbbbbbbbb", "d1d1d1d1-d1d1-d1d1-d1d1-d1d1d1d1d1d1"),
            ),
        ),
        ("a short uuid", define_as(&good.replace("bbbbbbbb-bbbb-bbbb-bbbb-bbbbbbbbbbbb", "bbbb"))),
        ("an empty title", define("<title></title>")),
        ("a title of two lines", define("<title>two\nlines</title>")),
        ("no processors", define("<vcpu>0</vcpu>")),
        ("more processors now than ever", define("<vcpu current='3'>2</vcpu>")),
        ("processors on a set that is none", define("<vcpu cpuset='5-'>2</vcpu>")),
        ("a placement that is none", define("<vcpu placement='magic'>2</vcpu>")),
        ("an iothread that is none", define("<iothreads>many</iothreads>")),
        ("iothread 0", define("<iothreads>1</iothreads><iothreadids><iothread id='0'/></iothreadids>")),
        (
            "pins of a processor that is not there",
            define("<cputune><vcpupin vcpu='x' cpuset='0'/></cputune>"),
        ),
        ("a pin without its set", define("<cputune><vcpupin vcpu='0'/></cputune>")),
        ("a period that is too short", define("<cputune><period>1</period></cputune>")),
        ("a quota that is too small", define("<cputune><quota>1</quota></cputune>")),
        ("a weight that is none", define("<blkiotune><weight>heavy</weight></blkiotune>")),
        ("a limit that is none", define("<memtune><hard_limit>much</hard_limit></memtune>")),
        ("a unit that is none", define("<memtune><hard_limit unit='stone'>1</hard_limit></memtune>")),
        ("a mode of NUMA that is none", define("<numatune><memory mode='magic' nodeset='0'/></numatune>")),
        ("a nodeset that is none", define("<numatune><memory mode='strict' nodeset='x'/></numatune>")),
        ("a feature's state that is none", define("<features><apic eoi='magic'/></features>")),
        (
            "a hyperv feature that is none",
            define("<features><hyperv><magic state='on'/></hyperv></features>"),
        ),
        ("a cpu match that is none", define("<cpu match='magic'><model>486</model></cpu>")),
        ("a cpu mode that is none", define("<cpu mode='magic'/>")),
        (
            "a topology that does not fit",
            define("<cpu mode='host-model'><topology sockets='1' cores='1' threads='3'/></cpu>"),
        ),
        ("a timer that is none", define("<clock offset='utc'><timer name='magic'/></clock>")),
        (
            "a tick policy that is none",
            define("<clock offset='utc'><timer name='pit' tickpolicy='magic'/></clock>"),
        ),
        ("an offset that is none", define("<clock offset='magic'/>")),
        ("an adjustment that is none", define("<clock offset='variable' adjustment='x'/>")),
        ("an action on reboot that is none", define("<on_reboot>magic</on_reboot>")),
        ("an action on crash that is none", define("<on_crash>magic</on_crash>")),
        ("a state of power that is none", define("<pm><suspend-to-mem enabled='magic'/></pm>")),
        ("a family that is none", devices("<magic/>")),
        ("a disk without a target", devices("<disk type='file'><source file='/d'/></disk>")),
        ("a cache that is none", disk("<driver name='qemu' cache='magic'/>")),
        ("an io that is none", disk("<driver name='qemu' io='magic'/>")),
        ("a discard that is none", disk("<driver name='qemu' discard='magic'/>")),
        ("a boot order of 0", disk("<boot order='0'/>")),
        ("an address that is none", disk("<address type='magic'/>")),
        (
            "a slot that is not there",
            disk("<address type='pci' domain='0' bus='0' slot='0x40' function='0'/>"),
        ),
        ("a limit that is none", disk("<iotune><total_bytes_sec>x</total_bytes_sec></iotune>")),
        (
            "limits in all and apart",
            disk("<iotune><total_bytes_sec>9</total_bytes_sec><read_bytes_sec>9</read_bytes_sec></iotune>"),
        ),
        ("a network without its name", devices("<interface type='network'/>")),
        ("a link state that is none", devices("<interface type='user'><link state='magic'/></interface>")),
        ("a controller that is none", devices("<controller type='magic'/>")),
        ("a model of a controller that is none", devices("<controller type='pci' index='0' model='magic'/>")),
        ("an input that is none", devices("<input type='magic' bus='ps2'/>")),
        ("an input on a bus that is none", devices("<input type='mouse' bus='magic'/>")),
        ("a display that is none", devices("<graphics type='magic'/>")),
        ("a port that is none", devices("<graphics type='vnc' port='x'/>")),
        ("a video that is none", devices("<video><model type='magic'/></video>")),
        ("a balloon that is none", devices("<memballoon model='magic'/>")),
        ("two balloons", devices("<memballoon model='none'/><memballoon model='none'/>")),
        ("a period that is none", devices("<memballoon model='virtio'><stats period='x'/></memballoon>")),
        ("a watchdog that is none", devices("<watchdog model='magic'/>")),
        ("a sound that is none", devices("<sound model='magic'/>")),
        ("a channel without a target", devices("<channel type='pty'/>")),
        ("a console that is none", devices("<console type='magic'/>")),
        ("a socket without its path", devices("<serial type='unix'><source mode='bind'/></serial>")),
        (
            "a rate of nothing",
            devices("<rng model='virtio'><rate bytes='0'/><backend model='random'/></rng>"),
        ),
        ("a backend that is none", devices("<rng model='virtio'><backend model='magic'/></rng>")),
        ("a host device that is none", devices("<hostdev mode='magic'/>")),
        ("a file system without a target", devices("<filesystem><source dir='/x'/></filesystem>")),
        ("a label that is none", define("<seclabel type='magic'/>")),
        ("a static label without a label", define("<seclabel type='static' model='dac'/>")),
        ("metadata without a namespace", define("<metadata><magic/></metadata>")),
        ("a memory backing that is none", define("<memoryBacking><source type='magic'/></memoryBacking>")),
        (
            "huge pages of a size that is none",
            define("<memoryBacking><hugepages><page size='x'/></hugepages></memoryBacking>"),
        ),
        ("a smbios mode that is none", define_os("<smbios mode='magic'/>")),
        ("a boot device that is none", define_os("<boot dev='magic'/>")),
        ("a loader's type that is none", define_os("<loader type='magic'>/x</loader>")),
        ("a boot menu that is none", define_os("<bootmenu enable='magic'/>")),
    ]
}

/// A document that is good but for this.
fn define(more: &str) -> Question {
    define_as(&document("", more))
}

fn define_os(more: &str) -> Question {
    define_as(&document(more, ""))
}

/// The document of [`taken`](super::taken).
fn document(os: &str, more: &str) -> String {
    format!(
        "<domain type='kvm'><name>wrong</name><uuid>bbbbbbbb-bbbb-bbbb-bbbb-bbbbbbbbbbbb</uuid>\
         <memory>65536</memory><os><type arch='x86_64' machine='q35'>hvm</type>{os}</os>{more}</domain>"
    )
}

fn define_as(xml: &str) -> Question {
    ask(DomainDefineXmlArgs { xml: xml.into() })
}

fn create(xml: &str, flags: u32) -> Question {
    ask(DomainCreateXmlArgs { xml_desc: xml.into(), flags })
}
