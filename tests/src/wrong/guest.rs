//! What is asked of a guest that is not there, has no agent, no screen, no job and nothing saved: of any domain, so
//! that the same is asked of one that runs.

use super::Wrong;
use crate::question::ask;
use vireo_protocol::remote::*;
use vireo_protocol::typed::{TypedParam, TypedValue};

/// The calls about this domain.
pub fn wrong(dom: &NonnullDomain) -> Vec<Wrong> {
    [agent(dom), machine(dom), absent(dom)].concat()
}

/// For a program in the guest.
fn agent(dom: &NonnullDomain) -> Vec<Wrong> {
    let dom = || dom.clone();
    let hostname = |flags| ask(DomainGetHostnameArgs { dom: dom(), flags });
    let time = |flags| ask(DomainSetTimeArgs { dom: dom(), seconds: 1, nseconds: 2, flags });
    let trim = |path: Option<&str>, flags| {
        ask(DomainFstrimArgs { dom: dom(), mount_point: path.map(str::to_owned), minimum: 5, flags })
    };
    let thaw = |mountpoints: &[&str], flags| {
        let mountpoints = mountpoints.iter().map(|path| (*path).to_owned()).collect();
        ask(DomainFsthawArgs { dom: dom(), mountpoints, flags })
    };
    let info = |types, flags| ask(DomainGetGuestInfoArgs { dom: dom(), types, flags });
    let password = |user: Option<&str>, password: Option<&str>, flags| {
        let (user, password) = (user.map(str::to_owned), password.map(str::to_owned));
        ask(DomainSetUserPasswordArgs { dom: dom(), user, password, flags })
    };
    let vcpus = |cpumap: &str, state, flags| {
        ask(DomainSetGuestVcpusArgs { dom: dom(), cpumap: cpumap.into(), state, flags })
    };
    let timeout = |timeout, flags| ask(DomainAgentSetResponseTimeoutArgs { dom: dom(), timeout, flags });
    let keys = |keys: &[&str], flags| {
        let keys = keys.iter().map(|key| (*key).to_owned()).collect();
        ask(DomainAuthorizedSshKeysSetArgs { dom: dom(), user: "root".into(), keys, flags })
    };
    let addresses = |source, flags| ask(DomainInterfaceAddressesArgs { dom: dom(), source, flags });
    vec![
        ("by the lease", hostname(1)),
        ("by the agent", hostname(2)),
        ("by lease and agent", hostname(3)),
        ("by lease and agent, and a flag that is none", hostname(7)),
        ("when it is", ask(DomainGetTimeArgs { dom: dom(), flags: 0 })),
        ("a flag that is none", time(2)),
        ("a path", trim(Some("/"), 0)),
        ("a path and a flag", trim(Some("/"), 1)),
        ("no path", trim(None, 0)),
        (
            "some file systems",
            ask(DomainFsfreezeArgs { dom: dom(), mountpoints: vec!["/".into()], flags: 0 }),
        ),
        ("some file systems", thaw(&["/"], 0)),
        ("some file systems and a flag", thaw(&["/"], 1)),
        ("all file systems", thaw(&[], 0)),
        ("a type that is none", info(1 << 20, 0)),
        ("a type that is none and one there is", info(1 | 1 << 20, 0)),
        ("a type that is none, and a flag", info(1 << 20, 1)),
        ("of the users", info(1, 0)),
        ("no user", password(None, Some("x"), 0)),
        ("no password", password(Some("root"), None, 0)),
        ("no user, and a flag that is none", password(None, Some("x"), 2)),
        ("an encrypted one", password(Some("root"), Some("x"), 1)),
        ("a flag that is none", password(Some("root"), Some("x"), 2)),
        ("a set that is none", vcpus("x", 0, 0)),
        ("an empty set", vcpus("", 1, 0)),
        ("a set beyond all bounds", vcpus("0-99999", 1, 0)),
        ("a state that is none", vcpus("0", 2, 0)),
        ("a set and a state that are none", vcpus("x", -1, 0)),
        ("a set and a state that are none, and a flag", vcpus("x", -1, 1)),
        ("off", vcpus("0", 0, 0)),
        ("less than the least", timeout(-3, 0)),
        ("less than the least, and a flag", timeout(-3, 1)),
        ("no keys to add", keys(&[], 1)),
        ("no keys to take", keys(&[], 2)),
        ("keys to add and to take", keys(&["ssh-rsa a"], 3)),
        ("no keys to add and to take", keys(&[], 3)),
        ("keys, and a flag that is none", keys(&["ssh-rsa a"], 4)),
        ("keys", keys(&["ssh-rsa a"], 0)),
        ("the agent", addresses(1, 0)),
        ("a source that is none", addresses(3, 0)),
        ("a source that is none, and a flag", addresses(3, 1)),
    ]
}

/// For what a machine may have, and this one has not.
fn machine(dom: &NonnullDomain) -> Vec<Wrong> {
    let dom = || dom.clone();
    let sleep =
        |target, duration, flags| ask(DomainPmSuspendForDurationArgs { dom: dom(), target, duration, flags });
    let key = |codeset, keycodes: &[u32], flags| {
        ask(DomainSendKeyArgs { dom: dom(), codeset, holdtime: 0, keycodes: keycodes.into(), flags })
    };
    let screen = |idx, flags| ask(DomainOpenGraphicsFdArgs { dom: dom(), idx, flags });
    let perf = |params: &[TypedParam], flags| {
        ask(DomainSetPerfEventsArgs { dom: dom(), params: params.into(), flags })
    };
    let on = |event: &'static str| TypedParam::new(event, true);
    vec![
        ("a target that is none", sleep(3, 0, 0)),
        ("the last target there is not", sleep(u32::MAX, 0, 0)),
        ("for a while", sleep(0, 60, 0)),
        ("for a while, a target that is none", sleep(3, 60, 0)),
        ("for a while, a target that is none, and a flag", sleep(3, 60, 1)),
        ("to memory", sleep(0, 0, 0)),
        ("no keys", key(0, &[], 0)),
        ("no keys of a set that is none", key(99, &[], 0)),
        ("a set that is none", key(10, &[30], 0)),
        ("a flag", key(0, &[30], 1)),
        ("a screen that is none", screen(0, 0)),
        ("a screen that is none, without a password", screen(9, 1)),
        ("a flag that is none", screen(0, 2)),
        ("without a socket", ask(DomainOpenGraphicsArgs { dom: dom(), idx: 0, flags: 0 })),
        ("no events", perf(&[], 0)),
        ("an event that is none", perf(&[on("magic")], 0)),
        ("an event of another type", perf(&[TypedParam::new("cmt", TypedValue::Int(1))], 0)),
        ("an event twice", perf(&[on("cmt"), on("cmt")], 0)),
        ("an event that is none, and a flag that is none", perf(&[on("magic")], 8)),
        ("running and defined at once", ask(DomainGetPerfEventsArgs { dom: dom(), flags: 3 })),
        ("a flag that is none", ask(DomainGetPerfEventsArgs { dom: dom(), flags: 8 })),
        ("a flag", ask(DomainGetDiskErrorsArgs { dom: dom(), maxerrors: 4, flags: 1 })),
    ]
}

/// For jobs, saved images, snapshots and checkpoints that are not there.
fn absent(dom: &NonnullDomain) -> Vec<Wrong> {
    let dom = || dom.clone();
    let stats = |flags| ask(DomainGetJobStatsArgs { dom: dom(), flags });
    let abort = |flags| ask(DomainAbortJobFlagsArgs { dom: dom(), flags });
    let saved = |flags| ask(DomainManagedSaveGetXmlDescArgs { dom: dom(), flags });
    let save =
        |flags| ask(DomainManagedSaveDefineXmlArgs { dom: dom(), dxml: Some("<domain/>".into()), flags });
    let snap = || NonnullDomainSnapshot { name: "x".into(), dom: dom() };
    let checkpoint = || NonnullDomainCheckpoint { name: "x".into(), dom: dom() };
    let name = || "x".to_owned();
    vec![
        ("the last one kept", stats(2)),
        ("the last one kept, and a flag that is none", stats(6)),
        ("a flag that is none", stats(4)),
        ("of now", stats(0)),
        ("none", ask(DomainAbortJobArgs { dom: dom() })),
        ("none", abort(0)),
        ("a migration that is none", abort(1)),
        ("a flag that is none", abort(2)),
        ("none", saved(0)),
        ("none, with its secrets", saved(1)),
        ("a flag that is none", saved(2)),
        ("none", save(0)),
        ("none, to run and to stand", save(6)),
        ("none", ask(DomainSnapshotCurrentArgs { dom: dom(), flags: 0 })),
        ("none", ask(DomainSnapshotLookupByNameArgs { dom: dom(), name: name(), flags: 0 })),
        ("none", ask(DomainSnapshotGetXmlDescArgs { snap: snap(), flags: 0 })),
        ("none, and a flag that is none", ask(DomainSnapshotGetXmlDescArgs { snap: snap(), flags: 2 })),
        ("none", ask(DomainSnapshotNumChildrenArgs { snap: snap(), flags: 0 })),
        (
            "none, and a flag that is none",
            ask(DomainSnapshotNumChildrenArgs { snap: snap(), flags: 1 << 11 }),
        ),
        ("none", ask(DomainSnapshotListChildrenNamesArgs { snap: snap(), maxnames: 4, flags: 0 })),
        ("none, -1 names", ask(DomainSnapshotListChildrenNamesArgs { snap: snap(), maxnames: -1, flags: 0 })),
        ("none", ask(DomainSnapshotListAllChildrenArgs { snapshot: snap(), need_results: 1, flags: 0 })),
        ("none", ask(DomainSnapshotGetParentArgs { snap: snap(), flags: 0 })),
        ("none", ask(DomainSnapshotIsCurrentArgs { snap: snap(), flags: 0 })),
        ("none", ask(DomainSnapshotHasMetadataArgs { snap: snap(), flags: 0 })),
        ("none", ask(DomainCheckpointLookupByNameArgs { dom: dom(), name: name(), flags: 0 })),
        ("none", ask(DomainCheckpointGetXmlDescArgs { checkpoint: checkpoint(), flags: 0 })),
        (
            "none, and a flag that is none",
            ask(DomainCheckpointGetXmlDescArgs { checkpoint: checkpoint(), flags: 8 }),
        ),
        (
            "none",
            ask(DomainCheckpointListAllChildrenArgs { checkpoint: checkpoint(), need_results: 1, flags: 0 }),
        ),
        ("none", ask(DomainCheckpointGetParentArgs { checkpoint: checkpoint(), flags: 0 })),
        ("a flag that is none", ask(DomainListAllCheckpointsArgs { dom: dom(), need_results: 1, flags: 16 })),
    ]
}
