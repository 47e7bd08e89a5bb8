//! Channels: their sockets, whether the guest has them open, and what is told of the agent's.

use super::*;

const DEVICES: &str = "<channel type='unix'><target type='virtio' name='org.qemu.guest_agent.0'/></channel>
    <channel type='spicevmc'><target type='virtio' name='com.redhat.spice.0'/></channel>
    <console type='pty'><target type='virtio'/></console>";

#[test]
fn a_channel_has_a_socket_and_a_state() {
    let root = tempfile::tempdir().unwrap();
    let daemon = Instance::start(root.path());
    daemon.done(Request::Define { def: def_with("open-agent", DEVICES) });
    daemon.create();
    let snapshot = daemon.snapshot();
    let live = snapshot.live.as_ref().unwrap();
    assert_eq!(live.channels.iter().map(|channel| &*channel.alias).collect::<Vec<_>>(), ["channel0"]);
    assert_eq!(live.consoles.iter().map(|alias| &**alias).collect::<Vec<_>>(), ["console0"]);
    let socket = root.path().join(format!("run/guests/{UUID}.channel0"));
    assert!(socket.exists());
    assert!(live.text.unpack().contains(&format!("<source mode='bind' path='{}'/>", socket.display())));
    daemon.wait("the agent", |snapshot| snapshot.live.as_ref().unwrap().agent().unwrap().connected);
    let text = daemon.snapshot().live.as_ref().unwrap().text.unpack();
    assert!(
        text.contains("<target type='virtio' name='org.qemu.guest_agent.0' state='connected'/>"),
        "{text}"
    );
    let told = daemon.told();
    let agent: Vec<_> = told.iter().filter(|(event, ..)| *event == 118).collect();
    // Disconnected as it starts, connected by the channel.
    assert_eq!(agent, [&(118, 21, 1), &(118, 12, 1)]);
    assert_eq!(told[..2], [(0, 0, -1), (118, 21, 1)]);
    daemon.done(Request::Destroy { graceful: false });
    assert!(!socket.exists());
    assert!(guests_folder_is_empty(root.path()));
}
