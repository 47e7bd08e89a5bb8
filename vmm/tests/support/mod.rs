//! Drives a `vireo-vmm` as the daemon does: descriptors, launch, control protocol.
#![allow(dead_code, reason = "each test program uses its part")]

pub mod devices;
pub mod guest;
pub mod linux;

use std::{
    collections::VecDeque,
    fs::File,
    io::{self, IoSlice, IoSliceMut, Read},
    os::{
        fd::{AsRawFd, FromRawFd, OwnedFd, RawFd},
        unix::{
            net::{UnixListener, UnixStream},
            process::CommandExt,
        },
    },
    path::PathBuf,
    process::{Child, Command},
    time::{Duration, Instant},
};

use nix::sys::socket::{ControlMessage, ControlMessageOwned, MsgFlags, recvmsg, sendmsg};
use uuid::Uuid;
use vireo_control::{
    BootSpec, ChardevSpec, CpuMode, CpuSpec, Event, ExitRecord, FdIndex, FromVmm, Hello, MachineKind,
    MemorySpec, PROTOCOL, Reply, Request, SandboxSpec, SerialSpec, SerialTarget, StatsHeader, ToVmm, VmSpec,
    VmmError, decode, encode, frame_length,
};

/// What a slow emulated machine may need for anything that is not a whole boot.
pub const PATIENCE: Duration = Duration::from_secs(30);

/// A specification under construction, with its descriptors.
pub struct Launch {
    pub spec: VmSpec,
    pub fds: Vec<OwnedFd>,
    exit_file: File,
    stats: File,
    directory: tempfile::TempDir,
    serial: UnixStream,
}

/// Every guest of a test lives behind the fence, as far as this user may build it.
pub fn sandbox() -> SandboxSpec {
    let root = nix::unistd::geteuid().is_root();
    SandboxSpec { uid_gid: root.then_some((65534, 65534)), namespaces: root, landlock: true, seccomp: true }
}

fn memory_file(bytes: u64) -> File {
    let file = tempfile::tempfile().unwrap();
    file.set_len(bytes).unwrap();
    file
}

impl Launch {
    /// One vCPU, 64 MiB, one serial port on a socket.
    pub fn new(machine: MachineKind, kernel: File) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let listener = UnixListener::bind(directory.path().join("control")).unwrap();
        let (serial, theirs) = UnixStream::pair().unwrap();
        let exit_file = tempfile::tempfile().unwrap();
        let stats = memory_file(StatsHeader::FILE_BYTES as u64);
        let kvm = File::options().read(true).write(true).open("/dev/kvm").unwrap();
        let mut fds: Vec<OwnedFd> = Vec::new();
        let mut add = |fd: OwnedFd| {
            fds.push(fd);
            FdIndex(fds.len() as u16 - 1)
        };
        let spec = VmSpec {
            name: "test".into(),
            uuid: Uuid::from_u128(0x1234_5678_9abc_def0),
            machine,
            memory: MemorySpec {
                bytes: 64 << 20,
                hugepage_bytes: None,
                locked: false,
                shared: false,
                prealloc: false,
                nodump: false,
            },
            cpus: CpuSpec {
                online: 1,
                which: Vec::new(),
                maximum: 1,
                topology: None,
                mode: CpuMode::HostPassthrough,
                features: Vec::new(),
                hide_kvm: false,
            },
            boot: BootSpec::Kernel { kernel: add(kernel.into()), initrd: None, cmdline: String::new() },
            clock: Default::default(),
            actions: Default::default(),
            serials: vec![SerialSpec {
                alias: "serial0".into(),
                target: SerialTarget::Isa { port: 0 },
                backend: ChardevSpec::UnixConnected(add(theirs.into())),
                log: None,
            }],
            disks: Vec::new(),
            nics: Vec::new(),
            rngs: Vec::new(),
            consoles: vec![],
            balloon: None,
            root_ports: Vec::new(),
            kvm: add(kvm.into()),
            control: add(listener.into()),
            exit_file: add(exit_file.try_clone().unwrap().into()),
            stats: add(stats.try_clone().unwrap().into()),
            log: None,
            sandbox: sandbox(),
        };
        Self { spec, fds, exit_file, stats, directory, serial }
    }

    /// Adds a descriptor.
    pub fn add(&mut self, fd: impl Into<OwnedFd>) -> FdIndex {
        self.fds.push(fd.into());
        FdIndex(self.fds.len() as u16 - 1)
    }

    /// Starts the process and asks for the launch, without waiting.
    pub fn spawn(self) -> (Vmm, u64) {
        let (ours, theirs) = UnixStream::pair().unwrap();
        let theirs = theirs.as_raw_fd();
        let mut command = Command::new(binary());
        // SAFETY: only system calls that are safe after a fork.
        unsafe {
            command.pre_exec(move || match libc::dup2(theirs, 3) {
                3 => Ok(()),
                _ => Err(io::Error::last_os_error()),
            });
        }
        if std::env::var_os("VIREO_VMM_LOG").is_none() {
            command.stderr(std::process::Stdio::null());
        }
        let started = Instant::now();
        let child = command.spawn().unwrap();
        let mut vmm = Vmm {
            child,
            control: Control::new(ours),
            exit_file: self.exit_file,
            stats: self.stats,
            serial: self.serial,
            socket: self.directory.path().join("control"),
            directory: self.directory,
            printed: Vec::new(),
            hello: None,
            started,
        };
        let launch = Request::Launch { spec: Box::new(self.spec), protocol: PROTOCOL };
        let id = vmm.control.send(launch, &self.fds);
        (vmm, id)
    }

    /// Launches; the guest stands ready.
    pub fn launch(self) -> Result<Vmm, VmmError> {
        let (mut vmm, id) = self.spawn();
        match vmm.control.answer(id).0? {
            Reply::Hello(hello) => vmm.hello = Some(hello),
            other => panic!("not a hello: {other:?}"),
        }
        Ok(vmm)
    }

    /// Launches and lets the guest run.
    pub fn run(self) -> Vmm {
        let mut vmm = self.launch().unwrap();
        vmm.control.ask(Request::Resume).unwrap();
        vmm
    }
}

/// A running process.
pub struct Vmm {
    pub child: Child,
    pub control: Control,
    pub serial: UnixStream,
    pub socket: PathBuf,
    pub hello: Option<Hello>,
    pub started: Instant,
    exit_file: File,
    stats: File,
    directory: tempfile::TempDir,
    printed: Vec<u8>,
}

impl Vmm {
    /// Waits until the guest has printed `text`.
    pub fn expect(&mut self, text: &str, patience: Duration) {
        let deadline = Instant::now() + patience;
        loop {
            if let Some(at) = find(&self.printed, text.as_bytes()) {
                self.printed.drain(..at + text.len());
                return;
            }
            let left = deadline.saturating_duration_since(Instant::now());
            let shown = || String::from_utf8_lossy(&self.printed).into_owned();
            assert!(!left.is_zero(), "no {text:?} within {patience:?}; the guest printed:\n{}", shown());
            self.serial.set_read_timeout(Some(left)).unwrap();
            let mut chunk = [0; 4096];
            match self.serial.read(&mut chunk) {
                Ok(0) => panic!("the guest ended without {text:?}; it printed:\n{}", shown()),
                Ok(count) => self.printed.extend_from_slice(&chunk[..count]),
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                Err(error) => panic!("{error}"),
            }
        }
    }

    /// Everything the guest prints until its end.
    pub fn rest(&mut self) -> String {
        self.serial.set_read_timeout(Some(PATIENCE)).unwrap();
        let _ = self.serial.read_to_end(&mut self.printed);
        String::from_utf8_lossy(&self.printed).into_owned()
    }

    /// Waits for the process's end and reads its record.
    pub fn exit(mut self) -> ExitRecord {
        let deadline = Instant::now() + PATIENCE;
        while self.child.try_wait().unwrap().is_none() {
            assert!(Instant::now() < deadline, "the process does not end");
            std::thread::sleep(Duration::from_millis(2));
        }
        let mut record = Vec::new();
        io::Seek::rewind(&mut self.exit_file).unwrap();
        self.exit_file.read_to_end(&mut record).unwrap();
        serde_json::from_slice(&record).expect("an exit record")
    }

    /// A shared counter.
    pub fn counter(&self, name: &str) -> u64 {
        use std::os::unix::fs::FileExt;
        let slot = self.hello.as_ref().unwrap().stats[name];
        let mut bytes = [0; 8];
        self.stats.read_exact_at(&mut bytes, (u64::from(slot) + 1) * 64).unwrap();
        u64::from_le_bytes(bytes)
    }

    /// Another daemon's connection.
    pub fn connect(&self) -> Control {
        Control::new(UnixStream::connect(&self.socket).unwrap())
    }
}

impl Drop for Vmm {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The program: cargo tells tests where it is, examples stand beside it, and `VIREO_VMM` names another.
fn binary() -> PathBuf {
    if let Some(path) = std::env::var_os("VIREO_VMM") {
        return path.into();
    }
    option_env!("CARGO_BIN_EXE_vireo-vmm").map_or_else(
        || std::env::current_exe().unwrap().ancestors().nth(2).unwrap().join("vireo-vmm"),
        PathBuf::from,
    )
}

pub fn find(text: &[u8], pattern: &[u8]) -> Option<usize> {
    text.windows(pattern.len()).position(|window| window == pattern)
}

/// A control connection.
pub struct Control {
    socket: UnixStream,
    next: u64,
    events: VecDeque<Event>,
    replies: Vec<(u64, Result<Reply, VmmError>, Vec<OwnedFd>)>,
}

impl Control {
    fn new(socket: UnixStream) -> Self {
        socket.set_read_timeout(Some(PATIENCE)).unwrap();
        Self { socket, next: 1, events: VecDeque::new(), replies: Vec::new() }
    }

    /// Sends a request.
    pub fn send(&mut self, request: Request, fds: &[OwnedFd]) -> u64 {
        let id = self.next;
        self.next += 1;
        let frame = encode(&ToVmm { id, request }).unwrap();
        let raw: Vec<RawFd> = fds.iter().map(|fd| fd.as_raw_fd()).collect();
        let rights = [ControlMessage::ScmRights(&raw)];
        let controls = if raw.is_empty() { &[][..] } else { &rights[..] };
        let sent = sendmsg::<()>(
            self.socket.as_raw_fd(),
            &[IoSlice::new(&frame)],
            controls,
            MsgFlags::empty(),
            None,
        );
        assert_eq!(sent.unwrap(), frame.len());
        id
    }

    /// Sends a request and waits for its answer.
    pub fn ask(&mut self, request: Request) -> Result<Reply, VmmError> {
        let id = self.send(request, &[]);
        self.answer(id).0
    }

    /// Opens a console.
    pub fn console(&mut self, alias: Option<&str>, force: bool) -> Result<UnixStream, VmmError> {
        let id = self.send(Request::OpenConsole { alias: alias.map(str::to_owned), force }, &[]);
        let (result, mut fds) = self.answer(id);
        result.map(|_| UnixStream::from(fds.remove(0)))
    }

    /// Waits for an answer.
    pub fn answer(&mut self, id: u64) -> (Result<Reply, VmmError>, Vec<OwnedFd>) {
        loop {
            if let Some(at) = self.replies.iter().position(|reply| reply.0 == id) {
                let (_, result, fds) = self.replies.remove(at);
                return (result, fds);
            }
            self.receive();
        }
    }

    /// Waits for the next event.
    pub fn event(&mut self) -> Event {
        loop {
            if let Some(event) = self.events.pop_front() {
                return event;
            }
            self.receive();
        }
    }

    fn receive(&mut self) {
        let mut fds = Vec::new();
        let prefix = self.read(4, &mut fds);
        let length = frame_length(prefix.try_into().unwrap()).unwrap();
        let body = self.read(length, &mut fds);
        match decode(&body).unwrap() {
            FromVmm::Reply { id, result } => self.replies.push((id, result, fds)),
            FromVmm::Event { event } => self.events.push_back(event),
        }
    }

    fn read(&mut self, count: usize, fds: &mut Vec<OwnedFd>) -> Vec<u8> {
        let mut bytes = vec![0; count];
        let mut at = 0;
        while at < count {
            let mut space = nix::cmsg_space!([RawFd; 8]);
            let mut slices = [IoSliceMut::new(&mut bytes[at..])];
            let message =
                recvmsg::<()>(self.socket.as_raw_fd(), &mut slices, Some(&mut space), MsgFlags::empty())
                    .unwrap();
            for control in message.cmsgs().unwrap() {
                if let ControlMessageOwned::ScmRights(list) = control {
                    // SAFETY: just received, known to nobody else.
                    fds.extend(list.into_iter().map(|fd| unsafe { OwnedFd::from_raw_fd(fd) }));
                }
            }
            assert_ne!(message.bytes, 0, "the vmm closed the connection");
            at += message.bytes;
        }
        bytes
    }
}

/// Whether this KVM can run guests; says why not.
pub fn kvm() -> bool {
    match File::options().read(true).write(true).open("/dev/kvm") {
        Ok(_) => true,
        Err(error) => {
            println!("SKIP: no guests can run: /dev/kvm: {error}");
            false
        }
    }
}

/// Whether this KVM is quick enough for whole operating systems; says why not.
pub fn hardware_kvm() -> bool {
    let flags = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let virtualizes = flags.split_whitespace().any(|flag| flag == "svm" || flag == "vmx");
    if !virtualizes {
        println!("SKIP: this machine's CPU has neither svm nor vmx: too slow for a whole kernel");
    }
    virtualizes && kvm()
}
