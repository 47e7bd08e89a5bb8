//! A control group per guest, out of the daemon's own: what a service manager does to the daemon's group when it
//! stops it is not done to guests, and what a guest uses can be counted.
//!
//! Best effort. Where there is no unified hierarchy, or no right to it, guests stay in the daemon's group.

use std::fs;
use std::io;
use std::path::PathBuf;

use uuid::Uuid;

/// Where the unified hierarchy is mounted, alone or beside the older ones.
const MOUNTS: [&str; 2] = ["/sys/fs/cgroup", "/sys/fs/cgroup/unified"];

/// The folder of all guests' groups.
const PARENT: &str = "vireo";

/// Moves a process into its guest's group. It may wait for the kernel: not for the runtime's threads.
pub fn enter(uuid: &Uuid, pid: u32) {
    let Some(group) = path(uuid) else { return };
    let entered =
        fs::create_dir_all(&group).and_then(|()| fs::write(group.join("cgroup.procs"), pid.to_string()));
    if let Err(error) = entered {
        tracing::debug!("process {pid} stays in the daemon's control group: {error}");
        // It may have ended in the meantime.
        remove(uuid);
    }
}

/// Removes a guest's group, now empty.
pub fn remove(uuid: &Uuid) {
    let Some(group) = path(uuid) else { return };
    match fs::remove_dir(&group) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            tracing::debug!("'{}' stays: {error}", group.display());
        }
        // The folder of all groups goes with the last.
        _ => drop(group.parent().map(fs::remove_dir)),
    }
}

fn path(uuid: &Uuid) -> Option<PathBuf> {
    let mount = MOUNTS.iter().map(PathBuf::from).find(|mount| mount.join("cgroup.controllers").exists())?;
    Some(mount.join(PARENT).join(uuid.to_string()))
}
