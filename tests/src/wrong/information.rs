//! What a domain is asked about itself.

use super::{Wrong, defined, nobody};
use crate::question::ask;
use vireo_protocol::remote::*;

pub(super) fn wrong() -> Vec<Wrong> {
    let dom = defined;
    let xml = |flags| ask(DomainGetXmlDescArgs { dom: dom(), flags });
    let count = |flags| ask(DomainGetVcpusFlagsArgs { dom: dom(), flags });
    let vcpus = |maxinfo, maplen| ask(DomainGetVcpusArgs { dom: dom(), maxinfo, maplen });
    let console = |name: Option<&str>, flags| {
        ask(DomainOpenConsoleArgs { dom: dom(), dev_name: name.map(str::to_owned), flags })
    };
    let messages = |flags| ask(DomainGetMessagesArgs { dom: dom(), flags });
    let names = |maxnames, flags| ask(DomainSnapshotListNamesArgs { dom: dom(), maxnames, flags });
    let snapshots = |flags| ask(DomainListAllSnapshotsArgs { dom: dom(), need_results: 1, flags });
    vec![
        ("a flag that is none", xml(1 << 4)),
        ("the highest flag", xml(1 << 31)),
        ("every flag", xml(u32::MAX)),
        ("a known and an unknown flag", xml(2 | 1 << 9)),
        ("the guest's live number, not running", count(1)),
        ("live and defined at once", count(1 | 2)),
        ("what the guest says, not running", count(8)),
        ("what the guest says, as defined", count(8 | 2)),
        ("what the guest says at most", count(8 | 4)),
        ("hotpluggable ones", count(16)),
        ("a flag that is none", count(32)),
        ("of nobody, live and defined", ask(DomainGetVcpusFlagsArgs { dom: nobody(), flags: 3 })),
        ("not running", vcpus(1, 0)),
        ("none, not running", vcpus(0, 0)),
        ("-1 of them", vcpus(-1, 0)),
        ("maps of -1 bytes", vcpus(1, -1)),
        ("more than a reply may have", vcpus(16_385, 1)),
        ("more maps than a reply may have", vcpus(16_384, 513)),
        ("the most maps there are numbers for", vcpus(16_384, i32::MAX)),
        ("not running", console(None, 0)),
        ("not running, a name", console(Some("serial0"), 0)),
        ("an empty name", console(Some(""), 0)),
        ("a flag that is none", console(None, 4)),
        ("by force and safe, not running", console(None, 3)),
        ("a kind that is none", messages(4)),
        ("a known and an unknown kind", messages(1 | 8)),
        ("the highest flag", messages(1 << 31)),
        ("not running", ask(DomainGetControlInfoArgs { dom: dom(), flags: 0 })),
        ("a flag", ask(DomainGetControlInfoArgs { dom: dom(), flags: 1 })),
        ("a flag", ask(DomainGetStateArgs { dom: dom(), flags: 1 })),
        ("a flag, of nobody", ask(DomainGetStateArgs { dom: nobody(), flags: 1 })),
        ("not running", ask(DomainGetJobInfoArgs { dom: dom() })),
        ("not running", ask(DomainGetSecurityLabelArgs { dom: dom() })),
        ("a flag", ask(DomainHasManagedSaveImageArgs { dom: dom(), flags: 1 })),
        ("a flag", ask(DomainHasCurrentSnapshotArgs { dom: dom(), flags: 1 })),
        ("not running", ask(DomainGetMaxVcpusArgs { dom: dom() })),
        ("-1 names", names(-1, 0)),
        ("more names than a reply may have", names(16_385, 0)),
        ("a flag that is none", names(1, 1 << 20)),
        ("a flag that is none", ask(DomainSnapshotNumArgs { dom: dom(), flags: 1 << 20 })),
        ("roots and descendants", ask(DomainSnapshotNumArgs { dom: dom(), flags: 1 << 31 })),
        ("a flag that is none", snapshots(1 << 20)),
        ("every flag", snapshots(u32::MAX)),
    ]
}
