//! The process: its command line, its sockets, its configuration, its start and its end.

use std::fs;
use std::io::{Read, Write};
use std::os::fd::OwnedFd;
use std::os::unix::net::{UnixDatagram, UnixListener, UnixStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use vireo_protocol::frame::{Frame, Header, LENGTH_SIZE, Status, body_length, encode};
use vireo_protocol::remote::{self, AuthListRet, ConnectGetTypeRet, ConnectOpenArgs};
use vireo_protocol::table::RemoteProc;
use vireo_xdr::{BytesMut, Decode, Encode};

/// Longer than anything takes.
const SOON: Duration = Duration::from_secs(20);

fn vireod() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_vireod"));
    for variable in ["LIBVIRT_DEBUG", "LIBVIRT_LOG_FILTERS", "LIBVIRT_LOG_OUTPUTS", "NOTIFY_SOCKET"] {
        command.env_remove(variable);
    }
    command.stdin(Stdio::null());
    command
}

/// Ended with the test.
struct Running(Child);

impl Running {
    fn start(command: &mut Command) -> Self {
        Self(command.spawn().unwrap())
    }

    fn signal(&self, signal: Signal) {
        kill(Pid::from_raw(self.0.id() as i32), signal).unwrap();
    }

    /// Waits for its end; whether it was a good one.
    fn wait(&mut self) -> bool {
        let mut ended = None;
        until(|| {
            ended = self.0.try_wait().unwrap();
            ended.is_some()
        });
        ended.is_some_and(|status| status.success())
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn until(mut happened: impl FnMut() -> bool) {
    let start = Instant::now();
    while !happened() {
        assert!(start.elapsed() < SOON, "it did not happen");
        std::thread::sleep(Duration::from_millis(5));
    }
}

fn call<T: Decode>(socket: &mut UnixStream, procedure: RemoteProc, args: &impl Encode) -> T {
    let mut frame = BytesMut::new();
    let header = Header::call(remote::PROGRAM, remote::VERSION, procedure.into(), 1);
    encode(&mut frame, &header, args).unwrap();
    socket.write_all(&frame).unwrap();
    let mut word = [0; LENGTH_SIZE];
    socket.read_exact(&mut word).unwrap();
    let mut body = vec![0; body_length(word).unwrap()];
    socket.read_exact(&mut body).unwrap();
    let frame = Frame::parse(&body).unwrap();
    assert_eq!(frame.header.status, Status::Ok);
    frame.decode().unwrap()
}

/// Connects once something answers.
fn connect(path: &Path) -> UnixStream {
    let mut socket = None;
    until(|| {
        socket = UnixStream::connect(path).ok();
        socket.is_some()
    });
    let mut socket = socket.unwrap();
    let _: AuthListRet = call(&mut socket, RemoteProc::AuthList, &());
    socket
}

fn rooted(root: &Path) -> Command {
    let mut command = vireod();
    command.arg("--root").arg(root);
    command
}

fn said(output: &Output) -> String {
    assert!(!output.status.success());
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[test]
fn it_serves_every_socket_and_takes_them_away_at_its_end() {
    let root = tempfile::tempdir().unwrap();
    let mut running = Running::start(&mut rooted(root.path()));
    let run = root.path().join("run");
    let mut first = connect(&run.join("libvirt-sock"));
    let modular = ["qemu", "network", "storage", "interface", "nodedev", "secret", "nwfilter"];
    for name in modular {
        connect(&run.join(format!("virt{name}d-sock")));
        connect(&run.join(format!("virt{name}d-sock-ro")));
    }
    let args = ConnectOpenArgs { name: Some("qemu:///system".into()), flags: 0 };
    let () = call(&mut first, RemoteProc::ConnectOpen, &args);
    let type_: ConnectGetTypeRet = call(&mut first, RemoteProc::ConnectGetType, &());
    assert_eq!(type_.r#type, "QEMU");

    let status = fs::read_to_string(format!("/proc/{}/status", running.0.id())).unwrap();
    let field = |name: &str| -> u64 {
        let line = status.lines().find(|line| line.starts_with(name)).unwrap();
        line.split_whitespace().nth(1).unwrap().parse().unwrap()
    };
    assert!(field("Threads:") <= 6, "{status}");
    assert!(field("RssAnon:") <= 3 << 10, "{status}");

    running.signal(Signal::SIGTERM);
    assert!(running.wait());
    assert_eq!(first.read(&mut [0]).unwrap(), 0);
    let left: Vec<_> = fs::read_dir(&run)
        .unwrap()
        .filter_map(|entry| entry.unwrap().file_name().into_string().ok())
        .collect();
    assert!(left.iter().all(|name| !name.contains("sock")), "{left:?}");
}

#[test]
fn a_second_one_is_refused_and_a_killed_one_is_followed() {
    let root = tempfile::tempdir().unwrap();
    let socket = root.path().join("run/libvirt-sock");
    let first = Running::start(&mut rooted(root.path()));
    connect(&socket);
    let refused = rooted(root.path()).output().unwrap();
    let expected = format!("another vireod serves {}/run: process {}", root.path().display(), first.0.id());
    assert_eq!(said(&refused).trim(), format!("vireod: {expected}"));
    connect(&socket);
    drop(first);
    let _second = Running::start(&mut rooted(root.path()));
    connect(&socket);
}

#[test]
fn a_configuration_that_is_wrong_stops_the_start() {
    let root = tempfile::tempdir().unwrap();
    let file = root.path().join("my.conf");
    let said = |text: &str| {
        fs::write(&file, text).unwrap();
        said(&rooted(root.path()).arg("--config").arg(&file).output().unwrap())
    };
    let name = file.display();
    assert_eq!(said("# ok\nmax_client = 5\n"), format!("vireod: {name}: line 2: max_client: unknown key\n"));
    let error = said("log_outputs = \"1:nowhere\"\n");
    assert!(error.starts_with(&format!("vireod: {name}: line 1: log_outputs: ")), "{error}");
    assert_eq!(said("max_clients = \n"), format!("vireod: {name}: line 1: expecting a value\n"));
    let missing = rooted(root.path()).args(["--config", "/nonexistent"]).output().unwrap();
    assert!(self::said(&missing).contains("/nonexistent: cannot read it"));
    let bad = rooted(root.path()).env("LIBVIRT_DEBUG", "loud").output().unwrap();
    assert!(self::said(&bad).contains("LIBVIRT_DEBUG: 'loud'"));
    assert!(!root.path().join("run/libvirt-sock").exists());
}

#[test]
fn the_instances_own_configuration_is_read_and_read_again() {
    let root = tempfile::tempdir().unwrap();
    fs::create_dir(root.path().join("etc")).unwrap();
    let file = root.path().join("etc/vireod.conf");
    let log = root.path().join("log.txt");
    let text = |level: u8| format!("log_level = {level}\nlog_outputs = \"1:file:{}\"\n", log.display());
    fs::write(&file, text(4)).unwrap();
    let running = Running::start(&mut rooted(root.path()));
    let socket = root.path().join("run/libvirt-sock");
    connect(&socket);
    let logged = || fs::read_to_string(&log).unwrap();
    assert_eq!(logged(), "");
    fs::write(&file, text(1)).unwrap();
    running.signal(Signal::SIGHUP);
    until(|| logged().contains("read again"));
    connect(&socket);
    until(|| logged().contains("auth_list"));
    fs::write(&file, "nonsense = 1\n").unwrap();
    running.signal(Signal::SIGHUP);
    until(|| logged().contains("stays as it was"));
    assert!(logged().contains("nonsense: unknown key"), "{}", logged());
    connect(&socket);
}

#[test]
fn the_three_variables_go_before_the_file() {
    let root = tempfile::tempdir().unwrap();
    fs::create_dir(root.path().join("etc")).unwrap();
    fs::write(root.path().join("etc/vireod.conf"), "log_level = 4\n").unwrap();
    let log = |name: &str| root.path().join(name);
    let outputs = format!("1:file:{} 4:file:{}", log("all").display(), log("errors").display());
    let mut command = rooted(root.path());
    command.envs([("LIBVIRT_DEBUG", "error"), ("LIBVIRT_LOG_FILTERS", "1:rpc.connection 3:x")]);
    let running = Running::start(command.env("LIBVIRT_LOG_OUTPUTS", outputs));
    connect(&root.path().join("run/libvirt-sock"));
    let logged = |name: &str| fs::read_to_string(log(name)).unwrap();
    until(|| logged("all").contains("auth_list"));
    assert!(
        logged("all").lines().all(|line| line.contains(": debug : vireod::rpc::connection : ")),
        "{}",
        logged("all")
    );
    assert_eq!(logged("errors"), "");
    drop(running);
    for (variable, value) in [("LIBVIRT_LOG_FILTERS", "rpc"), ("LIBVIRT_LOG_OUTPUTS", "1:nowhere")] {
        let refused = rooted(root.path()).env(variable, value).output().unwrap();
        assert!(said(&refused).starts_with(&format!("vireod: {variable}: ")));
    }
}

#[test]
fn the_service_manager_is_told() {
    let root = tempfile::tempdir().unwrap();
    let path = root.path().join("notify");
    let notify = UnixDatagram::bind(&path).unwrap();
    notify.set_read_timeout(Some(SOON)).unwrap();
    let hear = || {
        let mut buffer = [0; 256];
        let length = notify.recv(&mut buffer).unwrap();
        String::from_utf8_lossy(&buffer[..length]).into_owned()
    };
    let mut running = Running::start(rooted(root.path()).env("NOTIFY_SOCKET", &path));
    assert!(hear().contains("READY=1"));
    running.signal(Signal::SIGHUP);
    assert!(hear().contains("RELOADING=1"));
    assert!(hear().contains("READY=1"));
    running.signal(Signal::SIGTERM);
    assert!(hear().contains("STOPPING=1"));
    assert!(running.wait());
}

#[test]
fn sockets_of_the_service_manager_are_used_and_left() {
    let root = tempfile::tempdir().unwrap();
    let path = root.path().join("passed-sock");
    let listener = UnixListener::bind(&path).unwrap();
    let script = r#"exec 3<&0 </dev/null; export LISTEN_PID=$$; exec "$0" --root "$1""#;
    let mut command = Command::new("sh");
    command.args(["-c", script, env!("CARGO_BIN_EXE_vireod")]).arg(root.path());
    command.envs([("LISTEN_FDS", "1"), ("LISTEN_FDNAMES", "libvirtd.socket")]);
    command.stdin(Stdio::from(OwnedFd::from(listener)));
    let mut running = Running::start(&mut command);
    connect(&path);
    assert!(!root.path().join("run/libvirt-sock").exists());
    running.signal(Signal::SIGTERM);
    assert!(running.wait());
    assert!(path.exists());
}

#[test]
fn a_session_has_the_folders_of_its_user() {
    let home = tempfile::tempdir().unwrap();
    let runtime = home.path().join("runtime");
    fs::create_dir(&runtime).unwrap();
    let mut command = vireod();
    command.arg("--session").env("HOME", home.path()).env("XDG_RUNTIME_DIR", &runtime);
    for variable in ["XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME"] {
        command.env_remove(variable);
    }
    let _running = Running::start(&mut command);
    connect(&runtime.join("libvirt/libvirt-sock"));
    assert!(!runtime.join("libvirt/libvirt-sock-ro").exists());
    assert!(home.path().join(".local/share/vireo").is_dir() && home.path().join(".config/vireo").is_dir());
    let without = vireod().arg("--session").env_remove("XDG_RUNTIME_DIR").output().unwrap();
    assert!(said(&without).contains("XDG_RUNTIME_DIR is not set"));
}

#[test]
fn it_ends_when_nobody_needs_it() {
    let root = tempfile::tempdir().unwrap();
    let mut running = Running::start(rooted(root.path()).args(["--timeout", "1"]));
    let client = connect(&root.path().join("run/libvirt-sock"));
    std::thread::sleep(Duration::from_millis(2500));
    assert!(running.0.try_wait().unwrap().is_none());
    drop(client);
    assert!(running.wait());
}

#[test]
fn what_is_no_option_is_explained() {
    let version = vireod().arg("--version").output().unwrap();
    assert_eq!(String::from_utf8_lossy(&version.stdout), concat!("vireod ", env!("CARGO_PKG_VERSION"), "\n"));
    assert!(said(&vireod().arg("--rot").output().unwrap()).contains("--rot"));
    assert!(said(&vireod().args(["--session", "--root", "/x"]).output().unwrap()).contains("--session"));
    let nowhere = PathBuf::from("/proc/nowhere");
    assert!(said(&rooted(&nowhere).output().unwrap()).contains("/proc/nowhere/run"));
}
