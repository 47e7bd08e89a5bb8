//! Control groups (cgroup v2): one per guest, out of the daemon's own, and one per kind of thread where their time is
//! limited.
//!
//! ```text
//! MOUNT/vireo/                    all guests
//! MOUNT/vireo/UUID/               a guest: its process, weights and limits
//! MOUNT/vireo/UUID/vcpuN/         a vCPU's thread          (threaded, made when first limited)
//! MOUNT/vireo/UUID/emulator/      all other threads        (likewise)
//! ```
//! What a service manager does to the daemon's group when it stops it is not done to guests. Where there is no unified
//! hierarchy, or no right to it, guests stay in the daemon's group, and nothing can be limited.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use uuid::Uuid;

use super::plan::{Knob, Thread};
use crate::error::{Error, ErrorCode, ErrorDomain, Result};

/// Where the unified hierarchy is mounted, alone or beside the older ones.
const MOUNTS: [&str; 2] = ["/sys/fs/cgroup", "/sys/fs/cgroup/unified"];

/// The folder of all guests' groups.
const PARENT: &str = "vireo";

/// How often a group is tried to be removed that is not empty yet, and how long it rests before each time: a thread
/// that KVM works with for the guest stays until the guest's machine is taken apart.
const ATTEMPTS: u32 = 250;
const REST: Duration = Duration::from_millis(20);

/// A controller of the hierarchy.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Controller {
    /// Processor time.
    Cpu,
    /// Processors and memory nodes.
    Cpuset,
    /// Transfers to and from block devices.
    Io,
    /// Memory.
    Memory,
}

impl Controller {
    const ALL: [Self; 4] = [Self::Cpu, Self::Cpuset, Self::Io, Self::Memory];

    fn name(self) -> &'static str {
        match self {
            Self::Cpu => "cpu",
            Self::Cpuset => "cpuset",
            Self::Io => "io",
            Self::Memory => "memory",
        }
    }

    /// Whether what it does is done by nothing else: nodes are a matter of memory policy too.
    pub fn is_needed(self) -> bool {
        self != Self::Cpuset
    }

    /// What a change is told where it is missing.
    pub fn not_mounted(self) -> Error {
        let info = match self {
            Self::Cpu => "cgroup CPU controller is not mounted",
            Self::Cpuset => "cgroup cpuset controller is not mounted",
            Self::Io => "blkio cgroup isn't mounted",
            Self::Memory => "cgroup memory controller is not mounted",
        };
        Error::new(ErrorCode::OperationInvalid, ErrorDomain::Qemu, info)
    }
}

/// The groups of a host.
#[derive(Debug, Clone)]
pub struct Groups {
    /// Where the hierarchy is; where the host has it, where absent.
    mount: Option<PathBuf>,
}

/// One group.
#[derive(Debug, Clone)]
pub struct Group(PathBuf);

impl Groups {
    /// Those of this host.
    pub fn of_host() -> Self {
        Self { mount: None }
    }

    /// Those below a folder.
    pub fn at(mount: impl Into<PathBuf>) -> Self {
        Self { mount: Some(mount.into()) }
    }

    fn mount(&self) -> Option<PathBuf> {
        let there = |mount: &Path| mount.join("cgroup.controllers").exists();
        match &self.mount {
            Some(mount) => Some(mount.clone()).filter(|mount| there(mount)),
            None => MOUNTS.iter().map(PathBuf::from).find(|mount| there(mount)),
        }
    }

    /// The group of a guest, there or not; none where there is no hierarchy.
    pub fn guest(&self, uuid: &Uuid) -> Option<Group> {
        Some(Group(self.mount()?.join(PARENT).join(uuid.to_string())))
    }

    /// The controllers that guests' groups have. Those that the host has and does not hand down are handed down, but
    /// for CPU sets: who enters a group of that kind loses where it ran before.
    pub fn controllers(&self) -> BTreeSet<Controller> {
        let Some(mount) = self.mount() else { return BTreeSet::new() };
        let (of_host, parent) = (words(&mount.join("cgroup.controllers")), mount.join(PARENT));
        if fs::create_dir_all(&parent).is_err() {
            return BTreeSet::new();
        }
        let hands_down = |folder: &Path, controller: Controller, may: bool| {
            let file = folder.join("cgroup.subtree_control");
            words(&file).iter().any(|word| word.trim_start_matches('+') == controller.name())
                || (may && fs::write(&file, format!("+{}", controller.name())).is_ok())
        };
        let there = Controller::ALL.into_iter().filter(|controller| {
            of_host.iter().any(|word| word == controller.name())
                && hands_down(&mount, *controller, controller.is_needed())
                && hands_down(&parent, *controller, true)
        });
        there.collect()
    }

    /// Removes a guest's group once it is empty, and the folder of all with the last. Nobody waits for it: what the
    /// kernel still does with the guest may keep the group for a moment. A guest that is started meanwhile keeps it.
    pub fn remove(&self, uuid: &Uuid) {
        let Some(group) = self.guest(uuid).filter(Group::exists) else { return };
        if group.remove() {
            return;
        }
        let persist = move || {
            for _ in 1..ATTEMPTS {
                std::thread::sleep(REST);
                if group.holds_process() || group.remove() {
                    return;
                }
            }
            tracing::warn!("'{}' stays: it is not empty", group.0.display());
        };
        match tokio::runtime::Handle::try_current() {
            Ok(runtime) => drop(runtime.spawn_blocking(persist)),
            Err(_) => persist(),
        }
    }

    /// The guests that groups are there for, of this instance or of another.
    pub fn guests(&self) -> Vec<Uuid> {
        let Some(parent) = self.mount().map(|mount| mount.join(PARENT)) else { return Vec::new() };
        let names = fs::read_dir(parent).into_iter().flatten().flatten();
        names.filter_map(|name| name.file_name().to_str()?.parse().ok()).collect()
    }
}

impl Group {
    /// Whether it has been made.
    pub fn exists(&self) -> bool {
        self.0.exists()
    }

    /// Whether it has been handed this controller.
    pub fn has(&self, controller: Controller) -> bool {
        let parent = self.0.parent().unwrap_or(&self.0);
        words(&parent.join("cgroup.subtree_control"))
            .iter()
            .any(|word| word.trim_start_matches('+') == controller.name())
    }

    /// Moves a process into it. One that has ended in the meantime leaves no group behind.
    pub fn enter(&self, pid: u32) -> io::Result<()> {
        let enter = || {
            fs::create_dir_all(&self.0)?;
            fs::write(self.0.join("cgroup.procs"), pid.to_string())
        };
        // The group of the guest before may be removed between the two.
        let entered = enter().or_else(|_| enter());
        if entered.is_err() {
            self.remove();
        }
        entered
    }

    /// The group of some of its threads, with these in it. Made where it is missing.
    pub fn of_threads(&self, thread: Thread, tids: &[i32]) -> Result<Self> {
        let group = Self(self.0.join(&*thread.name()));
        if !group.exists() {
            fs::create_dir(&group.0).map_err(|error| group.failed("cgroup.type", &error))?;
            group.write("cgroup.type", "threaded")?;
            self.write("cgroup.subtree_control", "+cpu")?;
        }
        for tid in tids {
            group.write("cgroup.threads", &tid.to_string())?;
        }
        Ok(group)
    }

    /// The group of some of its threads, if it was ever limited.
    pub fn if_limited(&self, thread: Thread) -> Option<Self> {
        Some(Self(self.0.join(&*thread.name()))).filter(Self::exists)
    }

    /// Sets what a knob sets.
    pub fn turn(&self, knob: &Knob, value: &str) -> Result<()> {
        match knob {
            Knob::IoWeight => {
                let file = self.io_weight_file()?;
                let words = if file == "io.weight" { format!("default {value}") } else { value.to_owned() };
                self.write(file, &words)
            }
            Knob::IoDeviceWeight(path) if !self.0.join("io.weight").exists() => {
                let _ = path;
                let info = "blkio device weight is valid only for cfq scheduler";
                Err(Error::new(ErrorCode::OperationInvalid, ErrorDomain::Cgroup, info))
            }
            Knob::IoDeviceWeight(path) | Knob::IoMax(path) => {
                let device = super::plan::device(path)?;
                self.write(knob.file(), &format!("{device} {value}"))
            }
            _ => self.write(knob.file(), value),
        }
    }

    /// The file of the weight of transfers: which one depends on the host's scheduler.
    pub fn io_weight_file(&self) -> Result<&'static str> {
        let file = ["io.bfq.weight", "io.weight"].into_iter().find(|file| self.0.join(file).exists());
        file.ok_or_else(|| {
            let info = "blkio weight is valid only for bfq or cfq scheduler";
            Error::new(ErrorCode::OperationInvalid, ErrorDomain::Cgroup, info)
        })
    }

    fn write(&self, file: &str, value: &str) -> Result<()> {
        fs::write(self.0.join(file), value).map_err(|error| self.failed(file, &error))
    }

    fn failed(&self, file: &str, error: &io::Error) -> Error {
        let path = self.0.join(file);
        Error::system(ErrorDomain::Cgroup, format!("Unable to write to '{}'", path.display()), error)
    }

    /// What one of its files says.
    pub fn read(&self, file: &str) -> Result<String> {
        let path = self.0.join(file);
        let text = fs::read_to_string(&path).map_err(|error| {
            Error::system(ErrorDomain::Cgroup, format!("Unable to read from '{}'", path.display()), &error)
        })?;
        Ok(text.trim_end().to_owned())
    }

    /// Whether a process is in it that is no thread of the kernel's: only those have no arguments.
    fn holds_process(&self) -> bool {
        let has_arguments =
            |pid: &str| fs::read(format!("/proc/{pid}/cmdline")).is_ok_and(|line| !line.is_empty());
        words(&self.0.join("cgroup.procs")).iter().any(|pid| has_arguments(pid))
    }

    /// Removes it with the groups of its threads; false while it is not empty.
    fn remove(&self) -> bool {
        for child in fs::read_dir(&self.0).into_iter().flatten().flatten() {
            if child.file_type().is_ok_and(|kind| kind.is_dir()) {
                let _ = fs::remove_dir(child.path());
            }
        }
        match fs::remove_dir(&self.0) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => false,
            _ => {
                // It fails while there are others.
                drop(self.0.parent().map(fs::remove_dir));
                true
            }
        }
    }
}

fn words(path: &Path) -> Vec<String> {
    let text = fs::read_to_string(path).unwrap_or_default();
    text.split_ascii_whitespace().map(str::to_owned).collect()
}
