//! Changes of a definition, without a guest: what becomes of it, and in which words they are refused.

use vireo_protocol::typed::{TypedParam, TypedValue};

use super::bandwidth::SetBandwidth;
use super::blkio::Blkio;
use super::iothreads::{ChangeIoThread, What};
use super::iotune::SetIoTune;
use super::memory::MemoryLimits;
use super::numa::Numa;
use super::pins::{PinEmulator, PinIoThread, PinVcpu};
use super::scheduler::Scheduler;
use super::vcpus::{SetCount, SetEach, SetMaximum};
use super::*;
use crate::domain::def::tune::NumaMode;
use crate::domain::def::{CpuSet, FormatOptions, ParseFlags};

fn def(elements: &str) -> DomainDef {
    let xml = format!(
        "<domain type='kvm'><name>x</name><uuid>c7a5fdbd-cdaf-9455-926a-d65c16db1809</uuid><memory>65536</memory>
           <os><type>hvm</type></os>{elements}<devices>
           <disk type='file'><driver iothread='1'/><source file='/a'/><target dev='vda' bus='virtio'/></disk>
           <disk type='file'><source file='/b'/><target dev='vdb' bus='virtio'/></disk>
           <interface type='bridge'><mac address='52:54:00:12:34:56'/><source bridge='br0'/></interface>
           </devices></domain>"
    );
    DomainDef::parse(&xml, ParseFlags::default()).unwrap()
}

fn cpus(text: &str) -> CpuSet {
    CpuSet::parse_any(text).unwrap()
}

fn number(name: &'static str, value: impl Into<TypedValue>) -> TypedParam {
    TypedParam::new(name, value)
}

#[track_caller]
fn made(def: &mut DomainDef, change: impl Change) {
    change.make(def, Side::Config).unwrap();
    // What is made can be written and read.
    DomainDef::parse(&def.format(&FormatOptions::STORE), ParseFlags::default()).unwrap();
}

#[track_caller]
fn refusal(def: &DomainDef, side: Side, change: impl Change) -> String {
    let mut changed = def.clone();
    change.make(&mut changed, side).unwrap_err().message().to_owned()
}

#[test]
fn threads_are_pinned() {
    let mut def = def("<vcpu current='1'>2</vcpu><iothreads>1</iothreads>");
    made(&mut def, PinVcpu { vcpu: 1, cpus: cpus("0-1") });
    made(&mut def, PinEmulator { cpus: cpus("3") });
    made(&mut def, PinIoThread { id: 1, cpus: cpus("2") });
    assert_eq!(def.tune.cpu.vcpu_pins[&1].to_string(), "0-1");
    let xml = def.format(&FormatOptions::STORE);
    assert!(xml.contains("<iothreadids>\n    <iothread id='1'/>"), "named from now on: {xml}");
    let pin = || PinVcpu { vcpu: 2, cpus: cpus("0") };
    let out = "invalid argument: vcpu 2 is out of range of";
    assert_eq!(refusal(&def, Side::Live, pin()), format!("{out} live cpu count 2"));
    assert_eq!(refusal(&def, Side::Config, pin()), format!("{out} persistent cpu count 1"));
    let none = PinEmulator { cpus: CpuSet::default() };
    assert_eq!(refusal(&def, Side::Config, none), "invalid argument: Empty cpu list for pinning");
    let told = PinVcpu { vcpu: 1, cpus: cpus("0-1") }.told();
    assert_eq!(told, [TypedParam::new("cputune.vcpupin1", "0-1")]);
}

#[test]
fn zero_takes_a_limit_of_time_away_from_the_definition_only() {
    let mut def = def("<cputune><period>5000</period><quota>6000</quota></cputune>");
    let zero = || Scheduler(vec![number("vcpu_period", 0u64), number("vcpu_quota", 0i64)]);
    zero().make(&mut def, Side::Live).unwrap();
    assert_eq!((def.tune.cpu.vcpu.period, def.tune.cpu.vcpu.quota), (5000, 6000));
    assert!(zero().told().is_empty());
    made(&mut def, zero());
    assert!(def.tune.cpu.vcpu.is_unset());
    let short = Scheduler(vec![number("emulator_period", 10u64)]);
    assert_eq!(
        refusal(&def, Side::Config, short),
        "invalid argument: value of 'emulator_period' is out of range [1000, 1000000]"
    );
    let told = Scheduler(vec![number("cpu_shares", 0u64), number("global_quota", -1i64)]).told();
    assert_eq!(told, [number("cputune.cpu_shares", 0u64), number("cputune.global_quota", -1i64)]);
}

#[test]
fn a_hard_limit_is_no_more_than_that_with_swap() {
    let mut def = def("");
    made(&mut def, MemoryLimits { hard: Some(500), ..MemoryLimits::default() });
    let low = MemoryLimits { swap: Some(400), ..MemoryLimits::default() };
    let words =
        "invalid argument: memory hard_limit tunable value must be lower than or equal to swap_hard_limit";
    assert_eq!(refusal(&def, Side::Config, low), words);
    let unlimited = Some(9_007_199_254_740_991);
    made(&mut def, MemoryLimits { hard: Some(600), swap: unlimited, soft: unlimited });
    assert_eq!((def.tune.memory.hard_limit, def.tune.memory.swap_hard_limit), (Some(600), None));
}

#[test]
fn devices_are_told_in_one_text() {
    let mut def = def("");
    let set = |name, text: &str| Blkio(vec![number(name, text)]);
    made(&mut def, set("device_weight", "/dev/sda,500,/dev/sdb,300"));
    made(&mut def, set("device_read_bytes_sec", "/dev/sda,5000"));
    made(&mut def, set("device_weight", "/dev/sdb,0"));
    let devices = &def.tune.blkio.devices;
    assert_eq!((devices[0].weight, devices[0].read_bytes, devices[1].weight), (500, 5000, 0));
    let refused = |text: &str| refusal(&def, Side::Config, set("device_weight", text));
    for text in ["/dev/sda", "/dev/sda,5x"] {
        let words = format!("invalid argument: unable to parse blkio device 'device_weight' '{text}'");
        assert_eq!(refused(text), words);
    }
    for text in ["/dev/sda,5,/dev/sdb,y", "/dev/sdb,y"] {
        assert_eq!(
            refused(text),
            "invalid argument: invalid value 'y' for parameter 'device_weight' of device '/dev/sdb'"
        );
    }
}

#[test]
fn nodes_of_a_running_guest_change_where_they_are_restrictive() {
    let nodes = |mode, text: &str| Numa { mode, nodes: Some(cpus(text)) };
    let mut plain = def("");
    made(&mut plain, nodes(None, "0"));
    made(&mut plain, Numa { mode: Some(NumaMode::Preferred), nodes: None });
    let memory = plain.tune.numa.memory.clone().unwrap();
    assert_eq!((memory.mode, memory.nodes), (NumaMode::Preferred, Some(cpus("0"))));
    let refused = |change| refusal(&plain, Side::Live, change);
    assert!(
        refused(nodes(Some(NumaMode::Strict), "0"))
            .ends_with("can't change numatune mode for running domain")
    );
    assert!(
        refused(nodes(None, "0"))
            .ends_with("change of nodeset for running domain requires restrictive numa mode")
    );
    let mut restrictive = def("<numatune><memory mode='restrictive' nodeset='0'/></numatune>");
    nodes(None, "0").make(&mut restrictive, Side::Live).unwrap();
    let nowhere = Numa { mode: Some(NumaMode::Interleave), nodes: None };
    assert!(refusal(&def(""), Side::Config, nowhere).contains("nodeset for NUMA memory tuning must be set"));
}

#[test]
fn iothreads_come_and_go_with_what_was_said_of_them() {
    let change = |id, what| ChangeIoThread { id, what };
    let mut def = def("<iothreads>2</iothreads><cputune><iothreadpin iothread='2' cpuset='0'/></cputune>");
    made(&mut def, change(7, What::Add));
    made(&mut def, change(7, What::Pool { min: Some(2), max: Some(4) }));
    assert_eq!(def.tune.iothreads.find(7).unwrap().pool_max, Some(4));
    let refused = |id, what| refusal(&def, Side::Config, change(id, what));
    assert!(refused(7, What::Add).ends_with("an IOThread is already using iothread_id '7'"));
    assert!(refused(9, What::Remove).ends_with("cannot find IOThread '9' in iothreadids list"));
    assert!(
        refused(1, What::Remove).ends_with("cannot remove IOThread 1 since it is being used by disk 'vda'")
    );
    let pool = What::Pool { min: Some(9), max: None };
    assert!(refused(7, pool).ends_with("thread_pool_min (9) can't be greater than thread_pool_max (4)"));
    assert!(refusal(&def, Side::Live, change(3, What::Add)).starts_with("Operation not supported: "));
    made(&mut def, change(2, What::Remove));
    assert!(def.tune.cpu.iothread_pins.is_empty());
}

#[test]
fn vcpus_are_counted_and_listed() {
    let mut def = def("<vcpu current='2'>4</vcpu><cputune><vcpupin vcpu='3' cpuset='0'/></cputune>");
    made(&mut def, SetCount { count: 3, hotpluggable: false });
    assert_eq!((def.vcpus.online(), def.vcpus.each.is_none()), (3, true));
    made(&mut def, SetMaximum(3));
    assert!(def.tune.cpu.vcpu_pins.is_empty() && def.vcpus.current.is_none());
    made(&mut def, SetMaximum(5));
    assert_eq!(def.vcpus.online(), 3);
    made(&mut def, SetCount { count: 4, hotpluggable: true });
    let listed = def.vcpus.each.clone().unwrap();
    assert_eq!(
        listed.iter().map(|vcpu| vcpu.hotpluggable).collect::<Vec<_>>(),
        [false, false, false, true, true]
    );
    made(&mut def, SetEach { vcpus: cpus("3"), enabled: false });
    assert_eq!(def.vcpus.online(), 3);
    let refused = |change: SetEach| refusal(&def, Side::Config, change);
    assert!(refused(SetEach { vcpus: cpus("0"), enabled: false }).ends_with("vCPU '0' can't be modified"));
    let early = refused(SetEach { vcpus: cpus("1"), enabled: false });
    assert!(
        early.ends_with("'1' can't be modified as it is followed by non-hotpluggable online vcpus"),
        "{early}"
    );
    let many = refusal(&def, Side::Config, SetCount { count: 9, hotpluggable: false });
    assert!(many.ends_with("max allowable vcpus for the persistent domain: 9 > 5"), "{many}");
}

#[test]
fn a_disks_limits_are_inherited_by_kind() {
    let set = |params: Vec<TypedParam>| SetIoTune { disk: "vda".into(), params };
    let mut def = def("<iothreads>1</iothreads>");
    made(&mut def, set(vec![number("total_bytes_sec", 1000u64), number("total_iops_sec", 7u64)]));
    made(&mut def, set(vec![number("read_bytes_sec", 500u64), number("group_name", "g")]));
    let tune = def.devices.disks[0].iotune.clone().unwrap();
    assert_eq!((tune.values[0], tune.values[1], tune.values[3]), (0, 500, 7));
    let joins = SetIoTune { disk: "/b".into(), params: vec![number("group_name", "g")] };
    made(&mut def, joins);
    assert_eq!(def.devices.disks[1].iotune, def.devices.disks[0].iotune, "a group has one limit");
    made(&mut def, set(vec![number("read_bytes_sec", 0u64), number("total_iops_sec", 0u64)]));
    assert_eq!(def.devices.disks[0].iotune, None);
    let refused = |params| refusal(&def, Side::Config, set(params));
    let both = vec![number("total_bytes_sec", 1u64), number("write_bytes_sec", 1u64)];
    assert!(refused(both).ends_with("total and read/write of bytes_sec cannot be set at the same time"));
    let new_group = refused(vec![number("group_name", "h")]);
    assert!(new_group.contains("with all tune parameters zero is not supported"), "{new_group}");
    let nowhere = SetIoTune { disk: "vdz".into(), params: vec![number("total_bytes_sec", 1u64)] };
    assert!(refusal(&def, Side::Live, nowhere).ends_with("disk 'vdz' not found in domain"));
    let live = set(vec![number("total_bytes_sec", 1u64)]);
    assert!(refusal(&def, Side::Live, live).starts_with("Operation not supported: "));
}

#[test]
fn an_interface_is_told_what_it_may_carry() {
    let set = |params: Vec<TypedParam>| SetBandwidth { device: "52:54:00:12:34:56".into(), params };
    let mut def = def("");
    made(&mut def, set(vec![number("inbound.average", 1000u32), number("outbound.average", 3u32)]));
    made(&mut def, set(vec![number("inbound.burst", 9u32)]));
    let params = bandwidth::params(def.devices.interfaces[0].bandwidth.as_deref());
    assert_eq!(params[0], number("inbound.average", 1000u32));
    assert_eq!(params[2], number("inbound.burst", 0u32), "nothing is said without an average");
    assert_eq!(params[4], number("outbound.average", 3u32));
    let live = refusal(&def, Side::Live, set(Vec::new()));
    assert!(
        live.ends_with("setting bandwidth on interfaces of type 'bridge' is not implemented yet"),
        "{live}"
    );
    made(&mut def, set(vec![number("inbound.average", 0u32), number("outbound.average", 0u32)]));
    assert_eq!(def.devices.interfaces[0].bandwidth, None);
    let other = SetBandwidth { device: "vnet9".into(), params: Vec::new() };
    assert_eq!(refusal(&def, Side::Config, other), "invalid argument: 'vnet9' is not a known interface");
}
