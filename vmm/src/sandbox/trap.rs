//! The end of a process that made a system call its thread may not make: a record that names the call.
//!
//! The handler runs in the middle of anything, an allocation for instance: it must not allocate, lock or unwind.

use std::{
    fmt::{self, Write},
    io,
};

use vmm_sys_util::signal::register_signal_handler;

use crate::{log, process::exit};

/// Where the kernel puts the number of the call in a SIGSYS's `siginfo_t`: behind signal, error, code and the call's
/// address (`include/uapi/asm-generic/siginfo.h`).
const CALL_NUMBER: usize = 24;

/// Watches for SIGSYS. Once, before the first filter.
pub fn prepare() -> io::Result<()> {
    register_signal_handler(libc::SIGSYS, forbidden).map_err(Into::into)
}

extern "C" fn forbidden(_: libc::c_int, info: *mut libc::siginfo_t, _: *mut libc::c_void) {
    // SAFETY: the kernel hands the handler of a SIGSYS a whole siginfo_t.
    let call = unsafe { info.cast::<u8>().add(CALL_NUMBER).cast::<i32>().read_unaligned() };
    let mut text = Text::default();
    // Too short a buffer cuts the text; there is nothing better to do with an error here.
    let _ = write!(text, "a thread made system call {call}, which it may not make");
    exit::record_from_handler(text.as_str());
    let mut line = Text::default();
    let _ = writeln!(line, "the end: {}", text.as_str());
    log::from_handler(line.as_str());
    // SAFETY: ends the process, at once and without running anything of it.
    unsafe { libc::_exit(1) }
}

/// Text on the stack.
struct Text {
    bytes: [u8; 128],
    length: usize,
}

impl Default for Text {
    fn default() -> Self {
        Self { bytes: [0; 128], length: 0 }
    }
}

impl Text {
    fn as_str(&self) -> &str {
        std::str::from_utf8(&self.bytes[..self.length]).unwrap_or_default()
    }
}

impl Write for Text {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        let room = &mut self.bytes[self.length..];
        let taken = room.get_mut(..text.len()).ok_or(fmt::Error)?;
        taken.copy_from_slice(text.as_bytes());
        self.length += text.len();
        Ok(())
    }
}
