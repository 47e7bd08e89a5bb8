//! Names, notes and actions that cannot be.

use super::{Wrong, defined, nobody};
use crate::question::{Question, ask};
use vireo_protocol::remote::*;

const LIVE: u32 = 1;
const BOTH: u32 = 3;

pub(super) fn wrong() -> Vec<Wrong> {
    let dom = defined;
    let rename = |name: Option<&str>, flags| {
        ask(DomainRenameArgs { dom: dom(), new_name: name.map(str::to_owned), flags })
    };
    let action =
        |r#type, action, flags| ask(DomainSetLifecycleActionArgs { dom: dom(), r#type, action, flags });
    let once = |dom| ask(DomainGetAutostartOnceArgs { dom });
    vec![
        ("no name", rename(None, 0)),
        ("an empty name", rename(Some(""), 0)),
        ("a name with a slash", rename(Some("a/b"), 0)),
        ("the name it has", rename(Some("defined"), 0)),
        ("a flag", rename(Some("other"), 1)),
        ("nobody", ask(DomainRenameArgs { dom: nobody(), new_name: Some("other".into()), flags: 0 })),
        (
            "nobody, to a name with a slash",
            ask(DomainRenameArgs { dom: nobody(), new_name: Some("a/b".into()), flags: 0 }),
        ),
        ("an end that is none", action(3, 0, 0)),
        ("an end that is none, and a flag", action(3, 0, 4)),
        ("the last end there is not", action(u32::MAX, 0, 0)),
        ("an action that is none", action(0, 6, 0)),
        ("a core dump of a guest that powers off", action(0, 4, 0)),
        ("a core dump of a guest that reboots", action(1, 5, 0)),
        ("another name after a power-off", action(0, 2, 0)),
        ("another name after a crash", action(2, 2, 0)),
        ("a guest kept that powered off", action(0, 3, 0)),
        ("a guest kept that rebooted", action(1, 3, 0)),
        ("of a guest that does not run", action(0, 0, LIVE)),
        ("of a guest that does not run, and as defined", action(0, 0, BOTH)),
        ("a flag that is none", action(0, 0, 4)),
        ("nobody", ask(DomainSetLifecycleActionArgs { dom: nobody(), r#type: 0, action: 0, flags: 0 })),
        (
            "nobody, to an action that is none",
            ask(DomainSetLifecycleActionArgs { dom: nobody(), r#type: 0, action: 9, flags: 0 }),
        ),
        ("nobody", once(nobody())),
    ]
    .into_iter()
    .chain(notes())
    .collect()
}

/// Title, description and metadata.
fn notes() -> Vec<Wrong> {
    vec![
        ("a title of two lines", set(1, Some("a\nb"), None, None, 0)),
        ("a title with a key", set(1, Some("a"), Some("k"), None, 0)),
        ("a description with a namespace", set(0, Some("a"), None, Some("urn:x"), 0)),
        ("an element without a key", set(2, Some("<a/>"), None, Some("urn:x"), 0)),
        ("an element without a namespace", set(2, Some("<a/>"), Some("k"), None, 0)),
        ("no element of no namespace", set(2, None, None, None, 0)),
        ("an element that is cut short", set(2, Some("<a"), Some("k"), Some("urn:x"), 0)),
        ("an element that is a text", set(2, Some("a"), Some("k"), Some("urn:x"), 0)),
        ("an element that is nothing", set(2, Some(""), Some("k"), Some("urn:x"), 0)),
        ("two elements", set(2, Some("<a/><b/>"), Some("k"), Some("urn:x"), 0)),
        ("a key with a space", set(2, Some("<a/>"), Some("a b"), Some("urn:x"), 0)),
        ("an empty key", set(2, Some("<a/>"), Some(""), Some("urn:x"), 0)),
        ("a key that begins with a digit", set(2, Some("<a/>"), Some("1a"), Some("urn:x"), 0)),
        ("a key with a colon", set(2, Some("<a/>"), Some("a:b"), Some("urn:x"), 0)),
        ("a key that the element has", set(2, Some("<a xmlns:k='urn:y'/>"), Some("k"), Some("urn:x"), 0)),
        ("a kind that is none", set(3, Some("a"), None, None, 0)),
        ("a kind that is none, with everything", set(9, Some("a"), Some("k"), Some("urn:x"), 0)),
        ("of a guest that does not run", set(0, Some("a"), None, None, LIVE)),
        ("of a guest that does not run, and as defined", set(0, Some("a"), None, None, BOTH)),
        ("of a guest that does not run, not XML", set(2, Some("<a"), Some("k"), Some("urn:x"), LIVE)),
        ("a flag that is none", set(0, Some("a"), None, None, 4)),
        ("a description that is not there", get(0, None, 0)),
        ("a title that is not there", get(1, None, 2)),
        ("an element that is not there", get(2, Some("urn:nobody"), 0)),
        ("an element without a namespace", get(2, None, 0)),
        ("a title of a namespace", get(1, Some("urn:x"), 0)),
        ("a kind that is none", get(3, None, 0)),
        ("of a guest that does not run", get(0, None, LIVE)),
        ("running and defined at once", get(0, None, BOTH)),
        ("running and defined at once, and a flag that is none", get(0, None, BOTH | 4)),
        ("a flag that is none", get(0, None, 4)),
    ]
}

fn set(r#type: i32, metadata: Option<&str>, key: Option<&str>, uri: Option<&str>, flags: u32) -> Question {
    let owned = |text: Option<&str>| text.map(str::to_owned);
    let (metadata, key, uri) = (owned(metadata), owned(key), owned(uri));
    ask(DomainSetMetadataArgs { dom: defined(), r#type, metadata, key, uri, flags })
}

fn get(r#type: i32, uri: Option<&str>, flags: u32) -> Question {
    ask(DomainGetMetadataArgs { dom: defined(), r#type, uri: uri.map(str::to_owned), flags })
}
