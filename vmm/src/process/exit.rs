//! The end of the process: the record it leaves, also when it panics.

use std::{fs::File, os::unix::fs::FileExt, panic, process, sync::OnceLock};

use vireo_control::{ExitReason, ExitRecord};

use crate::log;

static FILE: OnceLock<File> = OnceLock::new();

/// Where the record goes. The first call counts.
pub fn open(file: File) {
    let _ = FILE.set(file);
}

/// Writes the record.
pub fn record(reason: ExitReason, detail: &str) {
    log::line(format_args!("the end: {reason:?} {detail}"));
    let record = ExitRecord { reason, detail: detail.to_owned() };
    if let Some(file) = FILE.get()
        && let Ok(json) = serde_json::to_vec(&record)
        && let Err(error) = file.write_all_at(&json, 0)
    {
        log::line(format_args!("cannot write the exit record: {error}"));
    }
}

/// Writes the record of a failure from a signal handler: without an allocation. `detail` needs no escapes.
pub fn record_from_handler(detail: &str) {
    let Some(file) = FILE.get() else { return };
    let mut at = 0;
    for part in [r#"{"reason":"failed","detail":""#, detail, r#""}"#] {
        // Nobody could be told.
        let _ = file.write_all_at(part.as_bytes(), at);
        at += part.len() as u64;
    }
}

/// Ends the process.
pub fn end(reason: ExitReason) -> ! {
    process::exit(i32::from(reason == ExitReason::Failed))
}

/// A panic of any thread ends the whole process, with a record: a machine without one of its threads is none.
pub fn install_panic_hook() {
    panic::set_hook(Box::new(|info| {
        record(ExitReason::Failed, &format!("internal error: {info}"));
        process::abort();
    }));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_record_of_a_handler_is_a_record() {
        open(tempfile::tempfile().unwrap());
        record_from_handler("a thread made system call 59, which it may not make");
        let file = FILE.get().unwrap();
        let mut bytes = [0; 200];
        let length = file.read_at(&mut bytes, 0).unwrap();
        let record: ExitRecord = serde_json::from_slice(&bytes[..length]).unwrap();
        assert_eq!(record.reason, ExitReason::Failed);
        assert_eq!(record.detail, "a thread made system call 59, which it may not make");
    }
}
