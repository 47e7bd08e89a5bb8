//! What domains are given of the host: numbers, names and sets that are none.

use super::{Wrong, defined};
use crate::question::{Question, ask};
use vireo_protocol::remote::*;

/// The first two processors, as a map.
const MAP: &[u8] = &[3];

pub(super) fn wrong() -> Vec<Wrong> {
    let dom = defined;
    let count = |nvcpus, flags| ask(DomainSetVcpusFlagsArgs { dom: dom(), nvcpus, flags });
    let one =
        |set: &str, state, flags| ask(DomainSetVcpuArgs { dom: dom(), cpumap: set.into(), state, flags });
    let pin = |vcpu, map: &[u8], flags| {
        ask(DomainPinVcpuFlagsArgs { dom: dom(), vcpu, cpumap: map.to_vec(), flags })
    };
    let pins =
        |ncpumaps, maplen, flags| ask(DomainGetVcpuPinInfoArgs { dom: dom(), ncpumaps, maplen, flags });
    let emulator = |map: &[u8], flags| ask(DomainPinEmulatorArgs { dom: dom(), cpumap: map.to_vec(), flags });
    let memory = |memory, flags| ask(DomainSetMemoryFlagsArgs { dom: dom(), memory, flags });
    let add = |iothread_id, flags| ask(DomainAddIothreadArgs { dom: dom(), iothread_id, flags });
    let del = |iothread_id, flags| ask(DomainDelIothreadArgs { dom: dom(), iothread_id, flags });
    vec![
        ("not running", ask(DomainSetVcpusArgs { dom: dom(), nvcpus: 1 })),
        ("more than ever", count(3, 2)),
        ("more than there are numbers for", count(u32::MAX, 2)),
        ("live, not running", count(1, 1)),
        ("live and defined, not running", count(1, 3)),
        ("at most, live", count(1, 1 | 4)),
        ("at most and what the guest says", count(1, 4 | 8)),
        ("what the guest says, not running", count(1, 8)),
        ("a flag that is none", count(1, 32)),
        ("a set that is none", one("magic", 1, 2)),
        ("an empty set", one("", 1, 2)),
        ("one that is not there", one("9", 1, 2)),
        ("the first one off", one("0", 0, 2)),
        ("neither on nor off", one("1", 2, 2)),
        ("live, not running", one("1", 1, 1)),
        ("live and defined at once", one("1", 1, 3)),
        ("not running", ask(DomainPinVcpuArgs { dom: dom(), vcpu: 0, cpumap: MAP.to_vec() })),
        ("one that is not there", pin(9, MAP, 2)),
        ("to no processor", pin(0, &[0], 2)),
        ("live, not running", pin(0, MAP, 1)),
        ("a flag that is none", pin(0, MAP, 4)),
        ("-1 of them", pins(-1, 1, 0)),
        ("maps of -1 bytes", pins(1, -1, 0)),
        ("more than a reply may have", pins(16_385, 1, 0)),
        ("more maps than a reply may have", pins(16_384, 513, 0)),
        ("live and defined at once", pins(1, 1, 3)),
        ("live, not running", pins(1, 1, 1)),
        ("to no processor", emulator(&[0], 2)),
        ("live, not running", emulator(MAP, 1)),
        ("a flag that is none", emulator(MAP, 4)),
        ("live and defined at once", emulator_pin(1, 3)),
        ("maps of -1 bytes", emulator_pin(-1, 0)),
        ("not running", ask(DomainSetMemoryArgs { dom: dom(), memory: 65_536 })),
        ("none", ask(DomainSetMemoryArgs { dom: dom(), memory: 0 })),
        ("none", memory(0, 2)),
        ("more than ever", memory(1 << 30, 2)),
        ("live, not running", memory(65_536, 1)),
        ("a flag that is none", memory(65_536, 8)),
        ("more than there are numbers for", memory(u64::MAX, 2)),
        ("none", ask(DomainSetMaxMemoryArgs { dom: dom(), memory: 0 })),
        ("a flag", ask(DomainSetMemoryStatsPeriodArgs { dom: dom(), period: 1, flags: 4 })),
        ("-1 seconds", ask(DomainSetMemoryStatsPeriodArgs { dom: dom(), period: -1, flags: 2 })),
        ("without a balloon", ask(DomainSetMemoryStatsPeriodArgs { dom: dom(), period: 1, flags: 2 })),
        ("live, not running", ask(DomainSetMemoryStatsPeriodArgs { dom: dom(), period: 1, flags: 1 })),
        ("number 0", add(0, 2)),
        ("live, not running", add(1, 1)),
        ("a flag that is none", add(1, 4)),
        ("one that is not there", del(7, 2)),
        ("live, not running", del(1, 1)),
        ("live and defined at once", ask(DomainGetIothreadInfoArgs { dom: dom(), flags: 3 })),
        ("live, not running", ask(DomainGetIothreadInfoArgs { dom: dom(), flags: 1 })),
        ("one that is not there", pin_iothread(9, 2)),
        ("number 0", pin_iothread(0, 2)),
        ("live, not running", pin_iothread(1, 1)),
        ("a name that is none", scheduler("magic", TypedValue::ULLong(1))),
        ("a text for a number", scheduler("cpu_shares", TypedValue::String("x".into()))),
        ("a period that is too short", scheduler("vcpu_period", TypedValue::ULLong(1))),
        ("a quota that is too small", scheduler("vcpu_quota", TypedValue::LLong(1))),
        ("a quota of the wrong type", scheduler("vcpu_quota", TypedValue::ULLong(1))),
        ("-1 values", ask(DomainGetSchedulerParametersFlagsArgs { dom: dom(), nparams: -1, flags: 0 })),
        (
            "more than a reply may have",
            ask(DomainGetSchedulerParametersFlagsArgs { dom: dom(), nparams: 17, flags: 0 }),
        ),
        (
            "live and defined at once",
            ask(DomainGetSchedulerParametersFlagsArgs { dom: dom(), nparams: 1, flags: 3 }),
        ),
        (
            "live, not running",
            ask(DomainGetSchedulerParametersFlagsArgs { dom: dom(), nparams: 1, flags: 1 }),
        ),
        ("a name that is none", limits("magic", TypedValue::ULLong(1))),
        ("a limit of the wrong type", limits("hard_limit", TypedValue::UInt(1))),
        ("swap below memory", limits("swap_hard_limit", TypedValue::ULLong(1))),
        ("-1 values", ask(DomainGetMemoryParametersArgs { dom: dom(), nparams: -1, flags: 0 })),
        ("live and defined at once", ask(DomainGetMemoryParametersArgs { dom: dom(), nparams: 0, flags: 3 })),
        ("a name that is none", weights("magic", TypedValue::UInt(1))),
        ("a weight that is too large", weights("weight", TypedValue::UInt(1_000_000))),
        ("a device without its weight", weights("device_weight", TypedValue::String("/dev/x".into()))),
        ("-1 values", ask(DomainGetBlkioParametersArgs { dom: dom(), nparams: -1, flags: 0 })),
        ("live and defined at once", ask(DomainGetBlkioParametersArgs { dom: dom(), nparams: 0, flags: 3 })),
        ("a name that is none", nodes("magic", TypedValue::Int(0))),
        ("a mode that is none", nodes("numa_mode", TypedValue::Int(99))),
        ("a nodeset that is none", nodes("numa_nodeset", TypedValue::String("x".into()))),
        ("an empty nodeset", nodes("numa_nodeset", TypedValue::String(String::new()))),
        ("-1 values", ask(DomainGetNumaParametersArgs { dom: dom(), nparams: -1, flags: 0 })),
        ("live and defined at once", ask(DomainGetNumaParametersArgs { dom: dom(), nparams: 0, flags: 3 })),
    ]
}

/// `VIR_DOMAIN_AFFECT_CONFIG`
const CONFIG: u32 = 2;

fn pin_iothread(iothreads_id: u32, flags: u32) -> Question {
    ask(DomainPinIothreadArgs { dom: defined(), iothreads_id, cpumap: MAP.to_vec(), flags })
}

fn emulator_pin(maplen: i32, flags: u32) -> Question {
    ask(DomainGetEmulatorPinInfoArgs { dom: defined(), maplen, flags })
}

fn param(name: &'static str, value: TypedValue) -> Vec<TypedParam> {
    vec![TypedParam::new(name, value)]
}

fn scheduler(name: &'static str, value: TypedValue) -> Question {
    let params = param(name, value);
    ask(DomainSetSchedulerParametersFlagsArgs { dom: defined(), params, flags: CONFIG })
}

fn limits(name: &'static str, value: TypedValue) -> Question {
    ask(DomainSetMemoryParametersArgs { dom: defined(), params: param(name, value), flags: CONFIG })
}

fn weights(name: &'static str, value: TypedValue) -> Question {
    ask(DomainSetBlkioParametersArgs { dom: defined(), params: param(name, value), flags: CONFIG })
}

fn nodes(name: &'static str, value: TypedValue) -> Question {
    ask(DomainSetNumaParametersArgs { dom: defined(), params: param(name, value), flags: CONFIG })
}
