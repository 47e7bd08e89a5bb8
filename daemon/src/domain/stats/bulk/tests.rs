//! What a domain without a guest tells.

use std::sync::Arc;

use super::*;
use crate::domain::facts::{DiskFacts, Facts};
use crate::domain::snapshot::Definition;

fn defined() -> Snapshot {
    let disk = DiskFacts { target: "vda".into(), path: Some("/nowhere/web.raw".into()), index: None };
    let facts = Facts {
        memory_kib: 2048,
        current_kib: 1024,
        vcpus: 1,
        vcpus_max: 4,
        secrets: false,
        balloon: true,
        disks: [disk].into(),
    };
    let definition = Arc::new(Definition::with_text(facts, "<domain/>"));
    Snapshot { definition: Some(definition), ..Snapshot::nothing("web".into()) }
}

fn names(params: &[TypedParam]) -> Vec<&str> {
    params.iter().map(|param| &*param.field).collect()
}

#[test]
fn a_domain_without_a_guest_tells_what_is_defined() {
    let params = Collector::new(0, false).collect(&defined());
    assert_eq!(
        names(&params),
        [
            "state.state",
            "state.reason",
            "balloon.current",
            "balloon.maximum",
            "vcpu.current",
            "vcpu.maximum",
            "block.count",
            "block.0.name",
            "block.0.path",
        ]
    );
    assert_eq!(params[0].value, TypedValue::Int(5));
    assert_eq!(params[2].value, TypedValue::ULLong(1024));
    assert_eq!(params[5].value, TypedValue::UInt(4));
}

#[test]
fn only_the_groups_asked_for_are_told() {
    let params = Collector::new(group::VCPU, false).collect(&defined());
    assert_eq!(names(&params), ["vcpu.current", "vcpu.maximum"]);
}

#[test]
fn images_of_named_domains_are_looked_at() {
    let image = tempfile::NamedTempFile::new().unwrap();
    image.as_file().set_len(4096).unwrap();
    let mut snapshot = defined();
    let mut facts = snapshot.facts().unwrap().clone();
    facts.disks[0].path = Some(image.path().to_str().unwrap().into());
    snapshot.definition = Some(Arc::new(Definition::with_text(facts, "<domain/>")));
    let params = Collector::new(group::BLOCK, true).collect(&snapshot);
    assert_eq!(names(&params)[3..], ["block.0.capacity", "block.0.physical"]);
}
