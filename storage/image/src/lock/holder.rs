//! Who holds a lock.
//!
//! The kernel does not name the process of an open-file-description lock, but lists each file's locks beside its
//! descriptor in `/proc/PID/fdinfo`. That is read only to make an error message, and says nothing about processes whose
//! descriptors the caller may not see.

use std::{
    fs::{self, File},
    os::{fd::AsRawFd, unix::fs::MetadataExt},
};

/// A process that uses an image.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Holder {
    /// Process id.
    pub pid: i32,
    /// The process's name, as `ps` shows it; empty where it is gone.
    pub name: String,
}

pub(super) fn describe(holder: &Option<Holder>) -> String {
    match holder {
        Some(Holder { pid, name }) if name.is_empty() => format!("process {pid}"),
        Some(Holder { pid, name }) => format!("process {pid} ({name})"),
        None => "another process".to_owned(),
    }
}

/// The process that locks `byte` of the file, other than through `file` itself.
pub(super) fn find(file: &File, byte: i64, known: Option<i32>) -> Option<Holder> {
    let pid = known.or_else(|| search(file, byte))?;
    let name = fs::read_to_string(format!("/proc/{pid}/comm")).unwrap_or_default().trim_end().to_owned();
    Some(Holder { pid, name })
}

fn search(file: &File, byte: i64) -> Option<i32> {
    let inode = file.metadata().ok()?.ino();
    let own = (std::process::id() as i32, file.as_raw_fd().to_string());
    for process in fs::read_dir("/proc").ok()?.flatten() {
        let Some(pid) = process.file_name().to_str().and_then(|name| name.parse::<i32>().ok()) else {
            continue;
        };
        let Ok(descriptors) = fs::read_dir(process.path().join("fdinfo")) else { continue };
        for descriptor in descriptors.flatten() {
            if pid == own.0 && descriptor.file_name().to_str() == Some(&own.1) {
                continue;
            }
            let Ok(info) = fs::read_to_string(descriptor.path()) else { continue };
            if info.lines().any(|line| locks(line, inode, byte)) {
                return Some(pid);
            }
        }
    }
    None
}

/// Whether a line of fdinfo is a lock over this byte: `lock: 1: OFDLCK ADVISORY READ -1 fe:01:1234 100 101`.
///
/// The device is not compared: stacked file systems show another one there than in `stat`.
fn locks(line: &str, inode: u64, byte: i64) -> bool {
    let Some(lock) = line.strip_prefix("lock:") else { return false };
    let words: Vec<_> = lock.split_whitespace().collect();
    let [_, "OFDLCK" | "POSIX", _, _, _, place, first, last] = words[..] else { return false };
    let same = place.rsplit(':').next().and_then(|number| number.parse().ok()) == Some(inode);
    let first = first.parse::<i64>().unwrap_or(i64::MAX);
    let last = if last == "EOF" { i64::MAX } else { last.parse().unwrap_or(-1) };
    same && (first..=last).contains(&byte)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lock_line_is_read() {
        let line = "lock:\t1: OFDLCK ADVISORY  READ -1 fe:01:1234 100 101";
        assert!(locks(line, 1234, 100));
        assert!(locks(line, 1234, 101));
        assert!(!locks(line, 1234, 102));
        assert!(!locks(line, 123, 100));
        assert!(locks("lock:\t2: POSIX  ADVISORY  WRITE 55 00:1f:7 0 EOF", 7, 201));
        for odd in [
            "",
            "lock:",
            "pos:\t0",
            "lock:\t1: OFDLCK ADVISORY READ -1 x y z",
            "lock:\t1: FLOCK A W 1 0:0:7 0 EOF",
        ] {
            assert!(!locks(odd, 7, 0), "{odd}");
        }
    }
}
