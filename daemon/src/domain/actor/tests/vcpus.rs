//! vCPUs of a running guest come and go, and a later daemon knows which are there.

use super::*;
use crate::domain::change::vcpus::{SetCount, SetEach};
use crate::domain::def::CpuSet;
use crate::domain::scope::LIVE;

fn def(guest: &str, vcpus: &str) -> Box<DomainDef> {
    let xml = format!(
        "<domain type='kvm'><name>web</name><uuid>{UUID}</uuid><memory unit='MiB'>1</memory>{vcpus}
         <os><type arch='x86_64' machine='q35'>hvm</type><kernel>/proc/self/exe</kernel><cmdline>{guest}</cmdline></os>
         </domain>"
    );
    Box::new(DomainDef::parse(&xml, ParseFlags::default()).unwrap())
}

fn count(count: u32) -> Request {
    Request::Change { change: Arc::new(SetCount { count, hotpluggable: false }), flags: LIVE }
}

fn each(vcpus: &str, enabled: bool) -> Request {
    let vcpus = CpuSet::parse(vcpus, "vcpus").unwrap();
    Request::Change { change: Arc::new(SetEach { vcpus, enabled }), flags: LIVE }
}

impl Instance {
    fn vcpus(&self) -> (Vec<bool>, String) {
        let snapshot = self.snapshot();
        let live = snapshot.live.as_ref().unwrap();
        let text = live.text.unpack();
        let listed = text.split("<vcpus>").nth(1).and_then(|rest| rest.split("</vcpus>").next());
        let lines = listed.unwrap_or_default().lines().map(str::trim).filter(|line| !line.is_empty());
        (live.online.to_vec(), lines.collect::<Vec<_>>().join("\n"))
    }
}

#[test]
fn vcpus_come_and_go() {
    let root = tempfile::tempdir().unwrap();
    let daemon = Instance::start(root.path());
    daemon.done(Request::Define { def: def("", "<vcpu current='2'>4</vcpu>") });
    daemon.create();
    assert_eq!(daemon.vcpus(), (vec![true, true, false, false], String::new()));
    daemon.done(each("3", true));
    let listed = "<vcpu id='0' enabled='yes' hotpluggable='no' order='1'/>\n\
        <vcpu id='1' enabled='yes' hotpluggable='no' order='2'/>\n\
        <vcpu id='2' enabled='no' hotpluggable='yes'/>\n\
        <vcpu id='3' enabled='yes' hotpluggable='yes' order='3'/>";
    assert_eq!(daemon.vcpus(), (vec![true, true, false, true], listed.to_owned()));
    daemon.done(count(4));
    assert_eq!(daemon.snapshot().facts().unwrap().vcpus, 4);
    daemon.done(each("3", false));
    daemon.kill();
    let daemon = Instance::start(root.path());
    let listed = "<vcpu id='0' enabled='yes' hotpluggable='no' order='1'/>\n\
        <vcpu id='1' enabled='yes' hotpluggable='no' order='2'/>\n\
        <vcpu id='2' enabled='yes' hotpluggable='yes' order='3'/>\n\
        <vcpu id='3' enabled='no' hotpluggable='yes'/>";
    assert_eq!(daemon.vcpus(), (vec![true, true, true, false], listed.to_owned()));
    daemon.done(count(2));
    assert_eq!(daemon.vcpus().0, [true, true, false, false]);
}

#[test]
fn what_cannot_be_turned_is_refused_as_by_stock() {
    let root = tempfile::tempdir().unwrap();
    let daemon = Instance::start(root.path());
    daemon.done(Request::Define { def: def("", "<vcpu current='2'>4</vcpu>") });
    daemon.create();
    let unsupported =
        |what: &str| (ErrorCode::OperationUnsupported, format!("Operation not supported: {what}"));
    let invalid = |what: &str| (ErrorCode::InvalidArg, format!("invalid argument: {what}"));
    assert_eq!(daemon.refused(each("0", false)), unsupported("vcpu '0' can't be unplugged"));
    assert_eq!(daemon.refused(each("1", false)), unsupported("vcpu '1' can't be unplugged"));
    assert_eq!(daemon.refused(each("2", false)), invalid("vcpu '2' is already in requested state"));
    assert_eq!(
        daemon.refused(each("2-3", true)),
        unsupported("only one hotpluggable entity can be selected")
    );
    assert_eq!(daemon.refused(each("9", true)), invalid("vcpu 9 is not present in live config"));
    let few = "unsupported configuration: failed to find appropriate hotpluggable vcpus to reach the desired target \
        vcpu count";
    assert_eq!(daemon.refused(count(1)), (ErrorCode::ConfigUnsupported, few.to_owned()));
    let many = "requested vcpus is greater than max allowable vcpus for the live domain: 9 > 4";
    assert_eq!(daemon.refused(count(9)), invalid(many));
    daemon.done(count(2));
}

#[test]
fn a_guest_that_keeps_a_vcpu_has_it() {
    let root = tempfile::tempdir().unwrap();
    let daemon = Instance::start(root.path());
    let vcpus = "<vcpu>2</vcpu><vcpus><vcpu id='0' enabled='yes' hotpluggable='no'/>\
        <vcpu id='1' enabled='yes' hotpluggable='yes'/></vcpus>";
    daemon.done(Request::Define { def: def("keep-vcpus", vcpus) });
    daemon.create();
    assert_eq!(daemon.refused(count(1)).0, ErrorCode::OperationTimeout);
    assert_eq!(daemon.vcpus().0, [true, true]);
}
