//! Leaving the host's namespaces: no interface, no mount, no name of the host is left in sight.

use std::io;

use nix::{
    mount::{MntFlags, MsFlags, mount, umount2},
    sched::{CloneFlags, unshare},
    unistd::{chdir, pivot_root},
};

/// Where the empty file system is put for a moment: a directory that every Linux has.
const MOUNT_POINT: &str = "/proc";

/// Enters new namespaces of mounts, networks, System V IPC and host names; the root is an empty directory that cannot
/// be written. Taps, vhost and sockets that are open already stay what they are.
pub fn leave() -> io::Result<()> {
    const NONE: Option<&str> = None;
    unshare(
        CloneFlags::CLONE_NEWNS
            | CloneFlags::CLONE_NEWNET
            | CloneFlags::CLONE_NEWIPC
            | CloneFlags::CLONE_NEWUTS,
    )?;
    // What is mounted here must not show outside.
    mount(NONE, "/", NONE, MsFlags::MS_REC | MsFlags::MS_PRIVATE, NONE)?;
    let flags = MsFlags::MS_NOSUID | MsFlags::MS_NODEV | MsFlags::MS_NOEXEC | MsFlags::MS_RDONLY;
    mount(Some("none"), MOUNT_POINT, Some("tmpfs"), flags, Some("size=4k,mode=555"))?;
    chdir(MOUNT_POINT)?;
    // The old root comes to lie over the new one, from where it can be taken away.
    pivot_root(".", ".")?;
    umount2(".", MntFlags::MNT_DETACH)?;
    chdir("/")?;
    Ok(())
}
