//! What a guest lends is shown and told, and known to a later daemon.

use super::*;
use crate::domain::edit::{Edit, SetMemory};
use crate::domain::scope::{CONFIG, LIVE};

impl Instance {
    fn live_xml(&self) -> String {
        self.snapshot().live.as_ref().unwrap().text.unpack()
    }
}

fn set(edit: SetMemory, flags: u32) -> Request {
    Request::Edit { edit: Edit::Memory(edit), flags }
}

fn with_balloon(model: &str) -> Box<DomainDef> {
    def_with("", &format!("<memballoon model='{model}'/>"))
}

#[test]
fn what_a_guest_keeps_is_shown_and_told() {
    let root = tempfile::tempdir().unwrap();
    let daemon = Instance::start(root.path());
    daemon.done(Request::Define { def: with_balloon("virtio") });
    daemon.create();
    daemon.told();
    daemon.done(set(SetMemory::Current(768), LIVE));
    daemon.wait("the balloon", |snapshot| snapshot.facts().unwrap().current_kib == 768);
    assert!(daemon.live_xml().contains("<currentMemory unit='KiB'>768</currentMemory>"));
    assert_eq!(daemon.told(), [(113, 768, 1)]);
    daemon.done(set(SetMemory::Period(5), LIVE));
    assert!(daemon.live_xml().contains("<stats period='5'/>"));
    daemon.done(set(SetMemory::Period(0), LIVE));
    assert!(!daemon.live_xml().contains("<stats"));

    daemon.kill();
    let daemon = Instance::start(root.path());
    assert_eq!(daemon.snapshot().facts().unwrap().current_kib, 768);
    daemon.done(Request::Destroy { graceful: false });
    assert_eq!(daemon.snapshot().facts().unwrap().current_kib, 1024);
}

#[test]
fn a_guest_without_a_balloon_keeps_all_it_has() {
    let root = tempfile::tempdir().unwrap();
    let daemon = Instance::start(root.path());
    daemon.done(Request::Define { def: with_balloon("none") });
    daemon.create();
    assert_eq!(daemon.refused(set(SetMemory::Current(768), LIVE)).0, ErrorCode::OperationInvalid);
    assert_eq!(daemon.refused(set(SetMemory::Period(1), LIVE)).0, ErrorCode::InternalError);
    assert_eq!(daemon.refused(set(SetMemory::Current(768), LIVE | CONFIG)).0, ErrorCode::OperationInvalid);
    assert_eq!(daemon.refused(set(SetMemory::Maximum(2048), LIVE)).0, ErrorCode::OperationInvalid);
    daemon.done(set(SetMemory::Current(768), CONFIG));
    daemon.done(Request::Destroy { graceful: false });
    assert_eq!(daemon.refused(set(SetMemory::Current(768), LIVE)).0, ErrorCode::OperationInvalid);
}
