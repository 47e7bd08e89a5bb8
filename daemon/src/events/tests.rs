//! Who gets which event, and in which form.

use std::os::unix::net::UnixStream;

use bytes::Bytes;
use uuid::Uuid;
use vireo_protocol::remote::NonnullDomain;

use super::Hub;
use super::domain::{LIFECYCLE, Lifecycle, REBOOT, Undefined};
use crate::config::Config;
use crate::daemon::Daemon;
use crate::identity::Identity;
use crate::paths::Paths;
use crate::rpc::{ClientHandle, EventObject};

const WEB: Uuid = Uuid::from_u128(1);
const MAIL: Uuid = Uuid::from_u128(2);

async fn clients<const N: usize>(root: &tempfile::TempDir) -> [ClientHandle; N] {
    let daemon = Daemon::start(Paths::rooted(root.path()), Config::default(), false).await.unwrap();
    std::array::from_fn(|_| {
        let (socket, _peer) = UnixStream::pair().unwrap();
        ClientHandle::new(daemon.clone(), Identity::of_peer(&socket).unwrap(), false)
    })
}

fn dom(uuid: Uuid) -> NonnullDomain {
    NonnullDomain { name: "web".into(), uuid: uuid.into_bytes(), id: -1 }
}

/// Procedure and first word of the body of each frame that waits for a client.
fn got(client: &ClientHandle) -> Vec<(i32, i32)> {
    let mut frames: Vec<Bytes> = Vec::new();
    client.outbox().take(true, |frame| frames.push(frame));
    let word = |frame: &Bytes, at: usize| i32::from_be_bytes(frame[at..at + 4].try_into().unwrap());
    frames.iter().map(|frame| (word(frame, 12), word(frame, 28))).collect()
}

#[tokio::test]
async fn each_client_gets_what_it_asked_for() {
    let root = tempfile::tempdir().unwrap();
    let [all, one, reboots, nothing] = clients(&root).await;
    let hub = Hub::default();
    let first = hub.subscribe(&all, EventObject::Domain, LIFECYCLE, None, false);
    let second = hub.subscribe(&one, EventObject::Domain, LIFECYCLE, Some(MAIL), false);
    hub.subscribe(&reboots, EventObject::Domain, REBOOT, None, false);
    hub.domain_lifecycle(dom(WEB), Lifecycle::Started);
    hub.domain_lifecycle(dom(MAIL), Lifecycle::Started);
    assert_eq!(got(&all), [(318, first), (318, first)]);
    assert_eq!(got(&one), [(318, second)]);
    assert_eq!(got(&reboots), []);
    assert_eq!(got(&nothing), []);
}

#[tokio::test]
async fn clients_of_old_get_the_old_form() {
    let root = tempfile::tempdir().unwrap();
    let [old] = clients(&root).await;
    let hub = Hub::default();
    hub.subscribe(&old, EventObject::Domain, LIFECYCLE, None, true);
    hub.domain_lifecycle(dom(WEB), Lifecycle::Started);
    // The body begins with the domain's name, by its length.
    assert_eq!(got(&old), [(107, 3)]);
}

#[tokio::test]
async fn several_callbacks_of_a_client_are_apart() {
    let root = tempfile::tempdir().unwrap();
    let [client, other] = clients(&root).await;
    let hub = Hub::default();
    let ids =
        [LIFECYCLE, LIFECYCLE, REBOOT].map(|id| hub.subscribe(&client, EventObject::Domain, id, None, false));
    assert!(!hub.unsubscribe(&other, EventObject::Domain, ids[0]));
    assert!(!hub.unsubscribe(&client, EventObject::Network, ids[0]));
    assert!(hub.unsubscribe(&client, EventObject::Domain, ids[0]));
    assert!(!hub.unsubscribe(&client, EventObject::Domain, ids[0]));
    hub.domain_lifecycle(dom(WEB), Lifecycle::Undefined(Undefined::Removed));
    hub.domain_reboot(dom(WEB));
    assert_eq!(got(&client), [(318, ids[1]), (319, ids[2])]);
    hub.forget(&client);
    assert!(hub.is_empty());
}
