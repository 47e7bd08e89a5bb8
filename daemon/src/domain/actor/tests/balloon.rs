//! What a guest lends is shown and told, and known to a later daemon.

use super::*;

impl Instance {
    fn live_xml(&self) -> String {
        self.snapshot().live.as_ref().unwrap().text.unpack()
    }
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
    daemon.done(Request::SetBalloon { kib: 768 });
    daemon.wait("the balloon", |snapshot| snapshot.facts().unwrap().current_kib == 768);
    assert!(daemon.live_xml().contains("<currentMemory unit='KiB'>768</currentMemory>"));
    assert_eq!(daemon.told(), [(113, 768, 1)]);
    daemon.done(Request::SetBalloonPeriod { seconds: 5 });
    assert!(daemon.live_xml().contains("<stats period='5'/>"));
    daemon.done(Request::SetBalloonPeriod { seconds: 0 });
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
    assert_eq!(daemon.refused(Request::SetBalloon { kib: 768 }).0, ErrorCode::OperationInvalid);
    assert_eq!(daemon.refused(Request::SetBalloonPeriod { seconds: 1 }).0, ErrorCode::OperationInvalid);
    daemon.done(Request::Destroy { graceful: false });
    assert_eq!(daemon.refused(Request::SetBalloon { kib: 768 }).0, ErrorCode::OperationInvalid);
}
