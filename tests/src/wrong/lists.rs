//! Finding domains, and listing them.

use super::{Wrong, defined};
use crate::question::ask;
use vireo_protocol::remote::*;

pub(super) fn wrong() -> Vec<Wrong> {
    let by_name = |name: &str| ask(DomainLookupByNameArgs { name: name.into() });
    let by_id = |id| ask(DomainLookupByIdArgs { id });
    let all = |flags| ask(ConnectListAllDomainsArgs { need_results: 1, flags });
    vec![
        ("nobody's name", by_name("nobody")),
        ("an empty name", by_name("")),
        ("a name of two lines", by_name("two\nlines")),
        ("a name in other letters", by_name("Defined")),
        ("a name with a blank", by_name("defined ")),
        ("a uuid for a name", by_name("d1d1d1d1-d1d1-d1d1-d1d1-d1d1d1d1d1d1")),
        ("a name that says %s", by_name("%s%n")),
        ("a long name", by_name(&"x".repeat(300))),
        ("nobody's uuid", ask(DomainLookupByUuidArgs { uuid: [0xee; 16] })),
        ("a uuid of zeros", ask(DomainLookupByUuidArgs { uuid: [0; 16] })),
        ("nobody's id", by_id(77_777)),
        ("id 0", by_id(0)),
        ("id -1", by_id(-1)),
        ("id -2", by_id(-2)),
        ("the smallest id", by_id(i32::MIN)),
        ("-1 ids", ask(ConnectListDomainsArgs { maxids: -1 })),
        ("no ids", ask(ConnectListDomainsArgs { maxids: 0 })),
        ("more ids than a reply may have", ask(ConnectListDomainsArgs { maxids: 16_385 })),
        ("-1 names", ask(ConnectListDefinedDomainsArgs { maxnames: -1 })),
        ("no names", ask(ConnectListDefinedDomainsArgs { maxnames: 0 })),
        ("more names than a reply may have", ask(ConnectListDefinedDomainsArgs { maxnames: 16_385 })),
        ("a filter that is none", all(1 << 20)),
        ("the highest flag", all(1 << 31)),
        ("every flag", all(u32::MAX)),
        ("a known and an unknown flag", all(1 | 1 << 14)),
        ("both sides of every filter", all(0x3fff)),
        ("no results", ask(ConnectListAllDomainsArgs { need_results: 0, flags: 1 << 20 })),
        (
            "the uuid of another name",
            ask(DomainGetInfoArgs { dom: NonnullDomain { name: "other".into(), ..defined() } }),
        ),
        (
            "the name of another uuid",
            ask(DomainGetInfoArgs { dom: NonnullDomain { uuid: [0xef; 16], ..defined() } }),
        ),
        ("an id of no guest", ask(DomainGetInfoArgs { dom: NonnullDomain { id: 4711, ..defined() } })),
        (
            "an id and no name",
            ask(DomainIsActiveArgs { dom: NonnullDomain { name: String::new(), ..defined() } }),
        ),
    ]
}
