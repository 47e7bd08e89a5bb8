//! The process's log: one line per happening, appended to the file the daemon opened, or stderr.
//!
//! It must never be a way for the guest to fill the host's disk: what a guest can cause goes through [`guest`], which
//! falls silent after [`GUEST_LINES`].

use std::{
    fmt,
    fs::File,
    io::{self, Write},
    os::fd::AsFd,
    sync::{
        OnceLock,
        atomic::{AtomicU32, Ordering},
    },
    time::{SystemTime, UNIX_EPOCH},
};

use crate::civil::Civil;

/// Lines a guest may cause in the life of the process: enough to see what it does, too few to matter.
pub const GUEST_LINES: u32 = 200;

static FILE: OnceLock<File> = OnceLock::new();
static GUEST_COUNT: AtomicU32 = AtomicU32::new(0);

/// From now on the log goes to `file`. The first call counts.
pub fn open(file: File) {
    let _ = FILE.set(file);
}

/// Writes a line.
pub fn line(text: impl fmt::Display) {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let at = Civil::from_unix(since.as_secs() as i64);
    let line = format!(
        "{:04}-{:02}-{:02} {:02}:{:02}:{:02}.{:03}+0000: {text}\n",
        at.year,
        at.month,
        at.day,
        at.hour,
        at.minute,
        at.second,
        since.subsec_millis()
    );
    // Nobody is left to hear of a log that cannot be written.
    let _ = match FILE.get() {
        Some(mut file) => file.write_all(line.as_bytes()),
        None => io::stderr().write_all(line.as_bytes()),
    };
}

/// Writes a whole line, its end included, from a signal handler: as it is, without an allocation or a lock.
pub fn from_handler(line: &str) {
    let stderr = io::stderr();
    let sink = FILE.get().map_or_else(|| stderr.as_fd(), AsFd::as_fd);
    let _ = nix::unistd::write(sink, line.as_bytes());
}

/// Writes a line that the guest caused.
pub fn guest(text: impl fmt::Display) {
    let count = GUEST_COUNT.load(Ordering::Relaxed);
    if count < GUEST_LINES {
        GUEST_COUNT.store(count + 1, Ordering::Relaxed);
        line(format_args!("guest: {text}"));
        if count + 1 == GUEST_LINES {
            line("guest: no more lines about what the guest does");
        }
    }
}
