//! The sockets of serial ports go with the guest, however it ends, and with a start that fails.

use super::*;

fn serial(path: &Path) -> String {
    format!("<serial type='unix'><source mode='bind' path='{}'/><target port='0'/></serial>", path.display())
}

impl Instance {
    fn define_with(&self, guest: &str, devices: &str) {
        self.done(Request::Define { def: def_with(guest, devices) });
    }
}

#[test]
fn a_guests_socket_goes_with_it() {
    let root = tempfile::tempdir().unwrap();
    let path = root.path().join("serial");
    let daemon = Instance::start(root.path());
    daemon.define_with("", &serial(&path));
    daemon.create();
    assert!(path.exists());
    daemon.done(Request::Destroy { graceful: false });
    assert!(!path.exists());

    // A later daemon knows of it by the status file, whatever the live XML says.
    daemon.create();
    daemon.kill();
    let status = root.path().join(format!("run/guests/{UUID}.json"));
    let mut kept: serde_json::Value = serde_json::from_slice(&std::fs::read(&status).unwrap()).unwrap();
    assert_eq!(kept["sockets"], serde_json::json!([path]));
    kept["xml"] = "not a domain".into();
    std::fs::write(&status, kept.to_string()).unwrap();
    let daemon = Instance::start(root.path());
    assert!(path.exists() && daemon.snapshot().is_active());
    daemon.done(Request::Destroy { graceful: false });
    assert!(!path.exists());
}

#[test]
fn the_socket_of_a_guest_that_ended_meanwhile_goes() {
    let root = tempfile::tempdir().unwrap();
    let path = root.path().join("serial");
    let daemon = Instance::start(root.path());
    daemon.define_with("power-off-soon", &serial(&path));
    daemon.create();
    let pid = daemon.snapshot().live.as_ref().unwrap().pid;
    daemon.kill();
    wait_for_end_of(pid);
    assert!(path.exists());
    let _daemon = Instance::start(root.path());
    assert!(!path.exists());
}

#[test]
fn a_start_that_fails_leaves_no_socket() {
    let root = tempfile::tempdir().unwrap();
    let path = root.path().join("serial");
    let daemon = Instance::start(root.path());
    let create = || Request::Create(CreateOptions::default());
    // What fails after the socket was opened: an interface, and the process.
    let nic = "<interface type='network'><source network='nowhere'/><model type='virtio'/></interface>";
    daemon.define_with("", &(serial(&path) + nic));
    assert_eq!(daemon.refused(create()).0, ErrorCode::NoNetwork);
    assert!(!path.exists());
    daemon.define_with("refuse-launch", &serial(&path));
    assert_eq!(daemon.refused(create()).0, ErrorCode::ConfigUnsupported);
    assert!(!path.exists());
    // A file that is no socket is nobody's to remove.
    std::fs::write(&path, "precious").unwrap();
    daemon.refused(create());
    assert_eq!(std::fs::read(&path).unwrap(), b"precious");
}
