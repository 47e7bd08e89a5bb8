//! A vmm for tests: a process of its own, as the real one is, that builds nothing and answers everything.
//!
//! It is this test program, started again with the name of one "test". What it does beside what it is asked for, the
//! guest's kernel command line says.

use std::fs::File;
use std::io::{self, IoSlice, Read, Write};
use std::os::fd::{AsRawFd, FromRawFd, OwnedFd, RawFd};
use std::os::unix::fs::symlink;
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::Path;
use std::process::exit;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use nix::sys::socket::{ControlMessage, ControlMessageOwned, MsgFlags, recvmsg, sendmsg};
use vireo_control::{
    BootSpec, Event, ExitReason, ExitRecord, FromVmm, Hello, PROTOCOL, PauseReason, Reply, Request, RunState,
    ToVmm, VmSpec, VmmError, VmmErrorKind,
};

use crate::domain::vmm::spawn::Program;

/// How the fake is started: by the name of the real one, which definitions may have.
pub fn program(root: &Path) -> Program {
    let args = ["--exact", "domain::actor::fake::process", "--ignored", "--nocapture", "--test-threads=1"];
    let path = root.join("vireo-vmm");
    // A later instance finds it there.
    if !path.exists() {
        symlink(std::env::current_exe().unwrap(), &path).unwrap();
    }
    Program { path, args: args.map(Into::into).into() }
}

#[test]
#[ignore = "started by the tests of the actor"]
fn process() {
    // Run by hand there is no socket, and nothing to do.
    // SAFETY: the daemon side of the test made descriptor 3 for this process; nothing else here uses it.
    let socket = UnixStream::from(unsafe { OwnedFd::from_raw_fd(3) });
    if socket.peer_addr().is_ok() {
        Fake::launch(socket);
    }
    exit(0);
}

struct Fake {
    spec: VmSpec,
    fds: Vec<OwnedFd>,
    state: Mutex<RunState>,
    peers: Mutex<Vec<UnixStream>>,
    console: Mutex<bool>,
}

impl Fake {
    fn launch(mut socket: UnixStream) {
        let Some((ToVmm { id, request }, fds)) = recv(&mut socket) else { exit(0) };
        let Request::Launch { spec, .. } = request else { exit(1) };
        let state = Mutex::new(RunState::Paused { reason: PauseReason::Starting });
        let fake = Self { spec: *spec, fds, state, peers: Mutex::default(), console: Mutex::default() };
        if fake.is("refuse-launch") {
            let error =
                VmmError { kind: VmmErrorKind::Unsupported, message: "<video>: no such thing".into() };
            send(&socket, &FromVmm::Reply { id, result: Err(error) }, None);
            exit(1);
        }
        if fake.is("die-at-launch") {
            fake.end(ExitReason::Failed, "KVM said no");
        }
        if fake.is("hang-at-launch") {
            std::thread::sleep(Duration::from_secs(600));
        }
        send(&socket, &FromVmm::Reply { id, result: Ok(Reply::Hello(fake.hello())) }, None);
        let fake = Arc::new(fake);
        let listener = fake.fds[usize::from(fake.spec.control.0)].try_clone().unwrap();
        let listener = UnixListener::from(listener);
        listener.set_nonblocking(false).unwrap();
        let server = fake.clone();
        std::thread::spawn(move || server.clone().serve(socket));
        for peer in listener.incoming() {
            let server = fake.clone();
            std::thread::spawn(move || server.serve(peer.unwrap()));
        }
    }

    fn is(&self, word: &str) -> bool {
        let BootSpec::Kernel { cmdline, .. } = &self.spec.boot;
        cmdline.split(' ').any(|one| one == word)
    }

    fn hello(&self) -> Hello {
        Hello {
            uuid: self.spec.uuid,
            protocol: PROTOCOL,
            build: "fake".into(),
            spec_hash: self.spec.fingerprint(),
            state: *self.state.lock().unwrap(),
            stats: [("block.vda.rd.reqs".to_owned(), 0)].into(),
            vcpu_tids: vec![std::process::id() as i32],
            vcpus: vec![],
            open_ports: vec![],
            notes: vec!["a note".into()],
        }
    }

    fn serve(self: Arc<Self>, mut peer: UnixStream) {
        self.peers.lock().unwrap().push(peer.try_clone().unwrap());
        while let Some((ToVmm { id, request }, _)) = recv(&mut peer) {
            let mut fd = None;
            let result = match request {
                Request::Hello { .. } => {
                    fd = Some(self.fds[usize::from(self.spec.stats.0)].as_raw_fd());
                    Ok(Reply::Hello(self.hello()))
                }
                Request::Resume => {
                    self.now(RunState::Running, Event::Resumed);
                    self.after_resume();
                    Ok(Reply::Done)
                }
                Request::Pause if self.is("hang-at-pause") => continue,
                Request::Pause => {
                    let reason = PauseReason::User;
                    self.now(RunState::Paused { reason }, Event::Paused { reason });
                    Ok(Reply::Done)
                }
                Request::PowerButton if self.is("deaf") => Ok(Reply::Done),
                Request::PowerButton => {
                    send(&peer, &FromVmm::Reply { id, result: Ok(Reply::Done) }, None);
                    self.tell(Event::Shutdown);
                    self.tell(Event::Exiting { reason: ExitReason::Shutdown });
                    self.end(ExitReason::Shutdown, "");
                }
                Request::Reboot | Request::Reset => {
                    self.tell(Event::Reset);
                    Ok(Reply::Done)
                }
                Request::Quit if self.is("ignore-quit") => continue,
                Request::Quit => self.end(ExitReason::Destroyed, ""),
                Request::OpenConsole { force, .. } => {
                    let mut open = self.console.lock().unwrap();
                    if *open && !force {
                        Err(VmmError { kind: VmmErrorKind::Busy, message: "console in use".into() })
                    } else {
                        *open = true;
                        let (ours, theirs) = UnixStream::pair().unwrap();
                        send(
                            &peer,
                            &FromVmm::Reply { id, result: Ok(Reply::Console) },
                            Some(theirs.as_raw_fd()),
                        );
                        std::thread::spawn(move || echo(ours));
                        continue;
                    }
                }
                Request::SetBalloon { bytes } => {
                    self.tell(Event::BalloonChanged { bytes });
                    Ok(Reply::Done)
                }
                Request::SetVcpu { index, online: false } => {
                    if !self.is("keep-vcpus") {
                        self.tell(Event::VcpuRemoved { index });
                    }
                    Ok(Reply::Done)
                }
                Request::SetBalloonPeriod { .. } | Request::InjectNmi | Request::SetVcpu { .. } => {
                    Ok(Reply::Done)
                }
                Request::QueryState => Ok(Reply::State { state: *self.state.lock().unwrap() }),
                Request::Launch { .. } => exit(1),
            };
            send(&peer, &FromVmm::Reply { id, result }, fd);
        }
    }

    /// What the guest does once it runs.
    fn after_resume(self: &Arc<Self>) {
        let fake = self.clone();
        if self.is("open-agent") {
            fake.tell(Event::PortChanged { alias: "channel0".into(), open: true });
        } else if self.is("power-off-soon") {
            std::thread::spawn(move || {
                std::thread::sleep(Duration::from_millis(50));
                fake.tell(Event::Shutdown);
                fake.end(ExitReason::Shutdown, "");
            });
        } else if self.is("crash-soon") {
            std::thread::spawn(move || {
                std::thread::sleep(Duration::from_millis(50));
                fake.tell(Event::Crashed);
                fake.end(ExitReason::Crashed, "");
            });
        } else if self.is("reset-soon") {
            std::thread::spawn(move || {
                std::thread::sleep(Duration::from_millis(50));
                fake.tell(Event::Reset);
            });
        }
    }

    fn now(&self, state: RunState, event: Event) {
        *self.state.lock().unwrap() = state;
        self.tell(event);
    }

    fn tell(&self, event: Event) {
        for peer in self.peers.lock().unwrap().iter() {
            send(peer, &FromVmm::Event { event: event.clone() }, None);
        }
    }

    fn end(&self, reason: ExitReason, detail: &str) -> ! {
        let mut file = File::from(self.fds[usize::from(self.spec.exit_file.0)].try_clone().unwrap());
        serde_json::to_writer(&mut file, &ExitRecord { reason, detail: detail.into() }).unwrap();
        exit(0)
    }
}

fn echo(mut stream: UnixStream) {
    stream.write_all(b"scrollback\n").unwrap();
    let mut bytes = [0; 64];
    while let Ok(count @ 1..) = stream.read(&mut bytes) {
        stream.write_all(&bytes[..count]).unwrap();
    }
}

fn send(peer: &UnixStream, message: &FromVmm, fd: Option<RawFd>) {
    let frame = vireo_control::encode(message).unwrap();
    let rights: Vec<RawFd> = fd.into_iter().collect();
    let control = [ControlMessage::ScmRights(&rights)];
    let control: &[ControlMessage<'_>] = if rights.is_empty() { &[] } else { &control };
    // A daemon that was killed reads nothing any more.
    let flags = MsgFlags::MSG_NOSIGNAL;
    if sendmsg::<()>(peer.as_raw_fd(), &[IoSlice::new(&frame)], control, flags, None) == Ok(frame.len()) {}
}

fn recv(peer: &mut UnixStream) -> Option<(ToVmm, Vec<OwnedFd>)> {
    let mut prefix = [0; 4];
    let mut fds = Vec::new();
    let mut space = nix::cmsg_space!([RawFd; 253]);
    {
        let mut piece = [io::IoSliceMut::new(&mut prefix)];
        let flags = MsgFlags::MSG_CMSG_CLOEXEC;
        let message = recvmsg::<()>(peer.as_raw_fd(), &mut piece, Some(&mut space), flags).ok()?;
        for control in message.cmsgs().ok()? {
            if let ControlMessageOwned::ScmRights(raw) = control {
                // SAFETY: the kernel has just made these for this process.
                fds.extend(raw.into_iter().map(|fd| unsafe { OwnedFd::from_raw_fd(fd) }));
            }
        }
        if message.bytes != 4 {
            return None;
        }
    }
    let mut body = vec![0; vireo_control::frame_length(prefix).ok()?];
    peer.read_exact(&mut body).ok()?;
    Some((vireo_control::decode(&body).unwrap(), fds))
}
