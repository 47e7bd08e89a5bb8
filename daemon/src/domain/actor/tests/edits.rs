//! Edits of what is defined and of what runs, and what outlives the daemon of them.

use super::*;
use crate::domain::edit::{Edit, SetAction, SetMetadata};
use crate::domain::scope::{CONFIG, LIVE};

fn title(text: &str, flags: u32) -> Request {
    Request::Edit { edit: Edit::Metadata(SetMetadata::Title(Some(text.into()))), flags }
}

/// The title of the definition and of the running guest.
fn titles(daemon: &Instance) -> (Option<String>, Option<String>) {
    let title = |text: &str| {
        let def = DomainDef::parse(text, ParseFlags::default()).unwrap();
        def.title
    };
    let snapshot = daemon.snapshot();
    let config = snapshot.definition.as_ref().and_then(|definition| title(&definition.text.unpack()));
    (config, snapshot.live.as_ref().and_then(|live| title(&live.text.unpack())))
}

fn some(text: &str) -> Option<String> {
    Some(text.to_owned())
}

#[test]
fn an_edit_reaches_what_it_is_for_and_outlives_the_daemon() {
    let root = tempfile::tempdir().unwrap();
    let daemon = Instance::start(root.path());
    daemon.define("");
    daemon.done(title("defined", 0));
    assert_eq!(titles(&daemon), (some("defined"), None));
    daemon.create();
    assert_eq!(titles(&daemon), (some("defined"), some("defined")));
    daemon.done(title("running", 0));
    assert_eq!(titles(&daemon), (some("defined"), some("running")));
    daemon.done(title("next", CONFIG));
    assert_eq!(titles(&daemon), (some("next"), some("running")));
    daemon.kill();
    let daemon = Instance::start(root.path());
    assert_eq!(titles(&daemon), (some("next"), some("running")));
    daemon.done(title("both", LIVE | CONFIG));
    assert_eq!(titles(&daemon), (some("both"), some("both")));
    daemon.done(Request::Destroy { graceful: false });
    assert_eq!(titles(&daemon), (some("both"), None));
}

#[test]
fn what_is_not_there_cannot_be_edited() {
    let root = tempfile::tempdir().unwrap();
    let daemon = Instance::start(root.path());
    daemon.define("");
    for flags in [LIVE, LIVE | CONFIG] {
        assert!(daemon.refused(title("x", flags)).1.ends_with("domain is not running"));
    }
    assert_eq!(titles(&daemon), (None, None));
    daemon.create();
    daemon.done(Request::Undefine(UndefineOptions::default()));
    for flags in [CONFIG, LIVE | CONFIG] {
        let (code, message) = daemon.refused(title("x", flags));
        assert_eq!(code, ErrorCode::OperationInvalid);
        assert!(message.ends_with("transient domains do not have any persistent config"), "{message}");
    }
    assert_eq!(titles(&daemon), (None, None));
    daemon.done(Request::Destroy { graceful: false });
}

#[test]
fn an_edit_that_fails_changes_neither_document() {
    let root = tempfile::tempdir().unwrap();
    let daemon = Instance::start(root.path());
    daemon.define("");
    let power_off = SetAction::from_numbers(0, 1).unwrap();
    daemon.done(Request::Edit { edit: Edit::Action(power_off), flags: CONFIG });
    let before = daemon.snapshot().definition.as_ref().unwrap().text.unpack();
    assert!(before.contains("<on_poweroff>restart</on_poweroff>"), "{before}");
    let reboot = Edit::Action(SetAction::from_numbers(1, 0).unwrap());
    assert_eq!(daemon.refused(Request::Edit { edit: reboot, flags: 0 }).0, ErrorCode::ConfigUnsupported);
    // So long that no daemon would read it again.
    let long = Edit::Metadata(SetMetadata::Description(Some("x".repeat(crate::xml::MAX_DOCUMENT))));
    daemon.refused(Request::Edit { edit: long, flags: 0 });
    assert_eq!(daemon.snapshot().definition.as_ref().unwrap().text.unpack(), before);
    daemon.kill();
    let daemon = Instance::start(root.path());
    assert_eq!(daemon.snapshot().definition.as_ref().unwrap().text.unpack(), before);
}

#[test]
fn a_change_of_metadata_is_told_with_its_kind_and_namespace() {
    let root = tempfile::tempdir().unwrap();
    let daemon = Instance::start(root.path());
    daemon.define("");
    let (domain, uri) = (EventObject::Domain, "urn:app");
    daemon.registry.events().subscribe(&daemon.watcher, domain, 23, None, false);
    let told = || {
        let mut frames = Vec::new();
        daemon.watcher.outbox().take(true, |frame| frames.push(frame));
        let messages = frames.iter().filter(|frame| frame[12..16] == 379_i32.to_be_bytes());
        let messages =
            messages.map(|frame| DomainEventCallbackMetadataChangeMsg::from_bytes(&frame[28..]).unwrap());
        messages.map(|message| (message.r#type, message.nsuri)).collect::<Vec<_>>()
    };
    daemon.done(title("x", 0));
    let element = SetMetadata::element(uri, "<a/>", "app").unwrap();
    daemon.done(Request::Edit { edit: Edit::Metadata(element), flags: 0 });
    assert_eq!(told(), [(1, None), (2, some(uri))]);
    daemon.refused(title("x", LIVE));
    assert_eq!(told(), []);
}
