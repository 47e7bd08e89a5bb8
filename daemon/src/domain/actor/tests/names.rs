//! Domains that get another name, and marks for the host's next start.

use super::*;

fn rename(daemon: &Instance, from: &str, to: &str) -> Result<(), String> {
    let domain = daemon.registry.by_name(from).expect("there is no domain").0;
    let request = Request::Rename { name: to.into() };
    match daemon.runtime.block_on(domain.ask(&daemon.registry, request)) {
        Ok(_) => Ok(()),
        Err(Refusal::Error(error)) => Err(error.message().to_owned()),
        Err(Refusal::Gone) => panic!("the domain is gone"),
    }
}

fn names(daemon: &Instance) -> Vec<String> {
    daemon.registry.list(|_| true).iter().map(|(_, snapshot)| snapshot.name.to_string()).collect()
}

fn files(root: &Path, folder: &str) -> Vec<String> {
    let entries = std::fs::read_dir(root.join("etc").join(folder)).unwrap();
    entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
}

#[test]
fn a_name_moves_with_everything_that_goes_by_it() {
    let root = tempfile::tempdir().unwrap();
    let daemon = Instance::start(root.path());
    daemon.define("");
    for when in [Autostart::Always, Autostart::Once] {
        daemon.done(Request::SetAutostart { when, on: true });
    }
    daemon.told();
    rename(&daemon, "web", "mail").unwrap();
    assert_eq!(daemon.told(), [(1, 1, -1), (0, 2, -1)]);
    assert_eq!(names(&daemon), ["mail"]);
    assert!(daemon.registry.by_name("web").is_none());
    let text = daemon.registry.by_name("mail").unwrap().1.definition.as_ref().unwrap().text.unpack();
    assert!(text.contains("<name>mail</name>"), "{text}");
    for folder in ["domains", "autostart", "autostart-once"] {
        assert_eq!(files(root.path(), folder), ["mail.xml"], "{folder}");
    }
    daemon.kill();
    let daemon = Instance::start(root.path());
    let (_, snapshot) = daemon.registry.by_name("mail").unwrap();
    assert!(snapshot.autostart && snapshot.autostart_once);
    rename(&daemon, "mail", "web").unwrap();
    daemon.create();
    assert!(rename(&daemon, "web", "mail").unwrap_err().ends_with("cannot rename active domain"));
    daemon.done(Request::Destroy { graceful: false });
}

#[test]
fn a_name_that_cannot_be_leaves_the_old_one() {
    let root = tempfile::tempdir().unwrap();
    let daemon = Instance::start(root.path());
    daemon.define("");
    let other = Uuid::new_v4();
    let domain = daemon.registry.admit("mail", other).unwrap();
    let mut mail = def("");
    (mail.name, mail.uuid) = ("mail".into(), other);
    daemon.runtime.block_on(domain.ask(&daemon.registry, Request::Define { def: mail })).unwrap();
    for (name, text) in [
        ("web", "Requested operation is not valid: Can't rename domain to itself"),
        ("mail", "Requested operation is not valid: domain with name 'mail' already exists"),
        ("a/b", "XML error: name a/b cannot contain '/'"),
    ] {
        assert_eq!(rename(&daemon, "web", name).unwrap_err(), text);
    }
    for name in ["..", "a\nb", &"x".repeat(300)] {
        rename(&daemon, "web", name).unwrap_err();
    }
    assert_eq!(names(&daemon), ["mail", "web"]);
    // What was only asked for is free.
    assert!(daemon.registry.admit("..", Uuid::new_v4()).is_ok());
}

#[test]
fn a_definition_that_came_late_for_the_old_name_makes_no_second_domain() {
    let root = tempfile::tempdir().unwrap();
    let daemon = Instance::start(root.path());
    daemon.define("");
    let domain = daemon.domain();
    rename(&daemon, "web", "mail").unwrap();
    let late = daemon.runtime.block_on(domain.ask(&daemon.registry, Request::Define { def: def("") }));
    assert!(matches!(late, Err(Refusal::Gone)));
    assert_eq!(names(&daemon), ["mail"]);
    assert_eq!(files(root.path(), "domains"), ["mail.xml"]);
}

#[test]
fn a_rename_cut_short_is_finished_by_the_next_daemon() {
    let root = tempfile::tempdir().unwrap();
    let etc = root.path().join("etc");
    let daemon = Instance::start(root.path());
    daemon.define("");
    daemon.done(Request::SetAutostart { when: Autostart::Always, on: true });
    let old = std::fs::read(etc.join("domains/web.xml")).unwrap();
    rename(&daemon, "web", "mail").unwrap();
    daemon.kill();
    // As if the daemon had died behind the first write.
    std::fs::write(etc.join("domains/web.xml"), old).unwrap();
    std::fs::rename(etc.join("autostart/mail.xml"), etc.join("autostart/web.xml")).unwrap();
    let daemon = Instance::start(root.path());
    assert_eq!(names(&daemon), ["mail"]);
    assert!(daemon.registry.by_name("mail").unwrap().1.autostart);
    for folder in ["domains", "autostart"] {
        assert_eq!(files(root.path(), folder), ["mail.xml"], "{folder}");
    }
    // A later domain of the old name is another.
    daemon.kill();
    let daemon = Instance::start(root.path());
    let other = Uuid::new_v4();
    let domain = daemon.registry.admit("web", other).unwrap();
    let mut web = def("");
    web.uuid = other;
    daemon.runtime.block_on(domain.ask(&daemon.registry, Request::Define { def: web })).unwrap();
    daemon.kill();
    assert_eq!(names(&Instance::start(root.path())), ["mail", "web"]);
}

#[test]
fn a_mark_for_the_next_start_is_good_for_one() {
    let root = tempfile::tempdir().unwrap();
    let daemon = Instance::start(root.path());
    daemon.define("");
    daemon.done(Request::SetAutostart { when: Autostart::Once, on: true });
    assert!(!daemon.snapshot().autostart && daemon.snapshot().autostart_once);
    daemon.kill();
    let daemon = Instance::start(root.path());
    assert!(daemon.snapshot().autostart_once);
    daemon.runtime.block_on(async { daemon.registry.autostart() });
    daemon.wait("its start", |snapshot| snapshot.state.is_running());
    assert!(!daemon.snapshot().autostart_once);
    assert_eq!(files(root.path(), "autostart-once"), [""; 0]);
    daemon.done(Request::Destroy { graceful: false });
    daemon.kill();
    // As in the next boot.
    std::fs::remove_file(root.path().join("run/autostarted.mark")).unwrap();
    let daemon = Instance::start(root.path());
    daemon.runtime.block_on(async { daemon.registry.autostart() });
    std::thread::sleep(Duration::from_millis(100));
    assert!(!daemon.snapshot().is_active());
}
