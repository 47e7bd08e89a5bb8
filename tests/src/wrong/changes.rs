//! Changing what is said of a domain: names, metadata, actions, and what only a guest's agent can answer.

use super::{Wrong, defined};
use crate::question::{Question, ask};
use vireo_protocol::remote::*;

/// `VIR_DOMAIN_METADATA_*`
const DESCRIPTION: i32 = 0;
const TITLE: i32 = 1;
const ELEMENT: i32 = 2;

pub(super) fn wrong() -> Vec<Wrong> {
    let dom = defined;
    let rename = |name: Option<&str>, flags| {
        ask(DomainRenameArgs { dom: dom(), new_name: name.map(str::to_owned), flags })
    };
    let action =
        |r#type, action, flags| ask(DomainSetLifecycleActionArgs { dom: dom(), r#type, action, flags });
    vec![
        ("its own name", rename(Some("defined"), 0)),
        ("an empty name", rename(Some(""), 0)),
        ("no name", rename(None, 0)),
        ("a name with a slash", rename(Some("a/b"), 0)),
        ("a name of two lines", rename(Some("a\nb"), 0)),
        ("a flag", rename(Some("other"), 1)),
        ("a type that is none", set(99, Some("x"), None, None, 0)),
        ("type -1", set(-1, Some("x"), None, None, 0)),
        ("a title of two lines", set(TITLE, Some("two\nlines"), None, None, 2)),
        ("a title with a key", set(TITLE, Some("x"), Some("k"), None, 2)),
        ("a title with a namespace", set(TITLE, Some("x"), None, Some("u"), 2)),
        ("a description with a key", set(DESCRIPTION, Some("x"), Some("k"), None, 2)),
        ("an element without a namespace", set(ELEMENT, Some("<x/>"), Some("k"), None, 2)),
        ("an element without a key", set(ELEMENT, Some("<x/>"), None, Some("u"), 2)),
        ("an element that is not XML", set(ELEMENT, Some("x"), Some("k"), Some("u"), 2)),
        ("a title, live, not running", set(TITLE, Some("x"), None, None, 1)),
        ("a title, live and defined, not running", set(TITLE, Some("x"), None, None, 3)),
        ("a flag that is none", set(TITLE, Some("x"), None, None, 4)),
        ("a title that is not there", get(TITLE, None, 0)),
        ("a description that is not there", get(DESCRIPTION, None, 0)),
        ("an element that is not there", get(ELEMENT, Some("u"), 0)),
        ("an element without a namespace", get(ELEMENT, None, 0)),
        ("a title with a namespace", get(TITLE, Some("u"), 0)),
        ("a type that is none", get(99, None, 0)),
        ("live and defined at once", get(TITLE, None, 3)),
        ("live, not running", get(TITLE, None, 1)),
        ("a flag that is none", get(TITLE, None, 4)),
        ("a type that is none", action(9, 0, 2)),
        ("an action that is none", action(0, 9, 2)),
        ("a dump of what did not crash", action(0, 4, 2)),
        ("live, not running", action(0, 0, 1)),
        ("a flag that is none", action(0, 0, 4)),
        ("a flag", ask(DomainInjectNmiArgs { dom: dom(), flags: 1 })),
        ("not running", ask(DomainInjectNmiArgs { dom: dom(), flags: 0 })),
        ("neither yes nor no", ask(DomainSetAutostartOnceArgs { dom: dom(), autostart: 7 })),
        (
            "a state that is none",
            ask(DomainPmSuspendForDurationArgs { dom: dom(), target: 9, duration: 0, flags: 0 }),
        ),
        ("for a time", ask(DomainPmSuspendForDurationArgs { dom: dom(), target: 0, duration: 60, flags: 0 })),
        ("not running", ask(DomainPmSuspendForDurationArgs { dom: dom(), target: 0, duration: 0, flags: 0 })),
        (
            "a time and to set it to the host's",
            ask(DomainSetTimeArgs { dom: dom(), seconds: 1, nseconds: 0, flags: 1 }),
        ),
        ("a flag that is none", ask(DomainSetTimeArgs { dom: dom(), seconds: 1, nseconds: 0, flags: 4 })),
        ("from a source that is none", ask(DomainInterfaceAddressesArgs { dom: dom(), source: 9, flags: 0 })),
        ("from the agent", ask(DomainInterfaceAddressesArgs { dom: dom(), source: 1, flags: 0 })),
        ("from two sources", ask(DomainGetHostnameArgs { dom: dom(), flags: 3 })),
        ("a source that is none", ask(DomainGetHostnameArgs { dom: dom(), flags: 4 })),
        ("no user", password(None, Some("x"), 0)),
        ("no password", password(Some("root"), None, 0)),
        ("a flag that is none", password(Some("root"), Some("x"), 2)),
        (
            "a set that is none",
            ask(DomainSetGuestVcpusArgs { dom: dom(), cpumap: "magic".into(), state: 1, flags: 0 }),
        ),
        (
            "neither on nor off",
            ask(DomainSetGuestVcpusArgs { dom: dom(), cpumap: "1".into(), state: 9, flags: 0 }),
        ),
        ("-3 seconds", ask(DomainAgentSetResponseTimeoutArgs { dom: dom(), timeout: -3, flags: 0 })),
        ("a flag", ask(DomainAgentSetResponseTimeoutArgs { dom: dom(), timeout: 1, flags: 1 })),
        ("completed and kept, a flag that is none", ask(DomainGetJobStatsArgs { dom: dom(), flags: 8 })),
        ("of a job that is none", ask(DomainGetJobStatsArgs { dom: dom(), flags: 1 })),
        ("no name", native("", "x", 0)),
        ("a format that is none", native("magic", "x", 0)),
        ("a flag", native("qemu-argv", "x", 1)),
        ("no path", tune(None, 0)),
        ("a disk that is none", tune(Some("vdz"), 0)),
        ("live and defined at once", tune(Some("vda"), 3)),
        ("live, not running", tune(Some("vda"), 1)),
        ("a name that is none", set_tune("vda", "magic", TypedValue::ULLong(1))),
        ("in all and apart", {
            let params = ["total_bytes_sec", "read_bytes_sec"]
                .map(|name| TypedParam::new(name, TypedValue::ULLong(9)));
            ask(DomainSetBlockIoTuneArgs {
                dom: dom(),
                disk: "vda".into(),
                params: params.to_vec(),
                flags: 2,
            })
        }),
        ("a disk that is none", set_tune("vdz", "total_bytes_sec", TypedValue::ULLong(9))),
        ("a burst below the limit", set_tune("vda", "total_bytes_sec_max", TypedValue::ULLong(9))),
        (
            "live and defined at once",
            ask(DomainGetInterfaceParametersArgs { dom: dom(), device: "x".into(), nparams: 0, flags: 3 }),
        ),
        (
            "a device that is none",
            ask(DomainGetInterfaceParametersArgs {
                dom: dom(),
                device: "magic".into(),
                nparams: 0,
                flags: 0,
            }),
        ),
        (
            "a device that is none, values",
            ask(DomainGetInterfaceParametersArgs {
                dom: dom(),
                device: "magic".into(),
                nparams: 7,
                flags: 0,
            }),
        ),
        (
            "-1 values",
            ask(DomainGetInterfaceParametersArgs { dom: dom(), device: "x".into(), nparams: -1, flags: 0 }),
        ),
        ("more than a reply may have", ask(DomainGetDiskErrorsArgs { dom: dom(), maxerrors: 257, flags: 0 })),
        ("not running", ask(DomainGetDiskErrorsArgs { dom: dom(), maxerrors: 0, flags: 0 })),
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

fn password(user: Option<&str>, password: Option<&str>, flags: u32) -> Question {
    let (user, password) = (user.map(str::to_owned), password.map(str::to_owned));
    ask(DomainSetUserPasswordArgs { dom: defined(), user, password, flags })
}

fn native(format: &str, config: &str, flags: u32) -> Question {
    let (native_format, native_config) = (format.into(), config.into());
    ask(ConnectDomainXmlFromNativeArgs { native_format, native_config, flags })
}

fn tune(disk: Option<&str>, flags: u32) -> Question {
    ask(DomainGetBlockIoTuneArgs { dom: defined(), disk: disk.map(str::to_owned), nparams: 0, flags })
}

fn set_tune(disk: &str, name: &'static str, value: TypedValue) -> Question {
    let params = vec![TypedParam::new(name, value)];
    ask(DomainSetBlockIoTuneArgs { dom: defined(), disk: disk.into(), params, flags: 2 })
}
