//! The three calls on open-file-description locks of one byte.

use std::{fs::File, io};

use nix::fcntl::{FcntlArg, fcntl};

fn one_byte(kind: i32, byte: i64) -> libc::flock {
    libc::flock {
        l_type: kind as libc::c_short,
        l_whence: libc::SEEK_SET as libc::c_short,
        l_start: byte,
        l_len: 1,
        l_pid: 0,
    }
}

/// Shares a byte with others that share it.
pub(super) fn lock_shared(file: &File, byte: i64) -> io::Result<()> {
    fcntl(file, FcntlArg::F_OFD_SETLK(&one_byte(libc::F_RDLCK, byte)))?;
    Ok(())
}

pub(super) fn unlock(file: &File, byte: i64) -> io::Result<()> {
    fcntl(file, FcntlArg::F_OFD_SETLK(&one_byte(libc::F_UNLCK, byte)))?;
    Ok(())
}

/// Whether another open file holds the byte; the process where the kernel tells (it does for process locks only).
pub(super) fn blocker(file: &File, byte: i64) -> io::Result<Option<Option<i32>>> {
    let mut lock = one_byte(libc::F_WRLCK, byte);
    fcntl(file, FcntlArg::F_OFD_GETLK(&mut lock))?;
    if i32::from(lock.l_type) == libc::F_UNLCK {
        return Ok(None);
    }
    Ok(Some((lock.l_pid > 0).then_some(lock.l_pid)))
}
