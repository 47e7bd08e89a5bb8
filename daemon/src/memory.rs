//! The allocator's settings, for a process that lives for months and mostly rests.
//!
//! The C library keeps what was freed for later use. After a flood (thousands of clients, a list of all domains)
//! there is no later use: what is free goes back to the system.

use libc::{M_ARENA_MAX, M_MMAP_THRESHOLD, c_int};

/// Arenas, at most: more than two threads seldom allocate at once, and each arena keeps what it has.
const ARENAS: c_int = 2;

/// From this size on memory comes from the system by itself and goes back at once. Setting it also keeps the library
/// from raising it, by which one large document would make every later one stay.
const MAPPED_FROM: c_int = 512 << 10;

/// To be called before there are threads.
pub fn configure() {
    // SAFETY: `mallopt` only changes settings of the allocator, and no other thread is there to use it meanwhile.
    let set = unsafe { libc::mallopt(M_ARENA_MAX, ARENAS) & libc::mallopt(M_MMAP_THRESHOLD, MAPPED_FROM) };
    debug_assert_eq!(set, 1, "both settings are known to the library");
}

/// Gives back what is free. It takes up to a millisecond for each few megabytes: not for every call.
pub fn give_back() {
    // SAFETY: `malloc_trim` is the allocator's own, safe from any thread, and touches only what is free.
    unsafe { libc::malloc_trim(0) };
}

#[cfg(test)]
mod tests {
    use super::*;

    fn anonymous_kib() -> u64 {
        let status = std::fs::read_to_string("/proc/self/status").unwrap();
        let line = status.lines().find(|line| line.starts_with("RssAnon:")).unwrap();
        line.split_whitespace().nth(1).unwrap().parse().unwrap()
    }

    #[test]
    fn what_is_free_goes_back() {
        let mut many: Vec<Vec<u8>> = (0..50_000).map(|_| vec![1; 1000]).collect();
        let last = many.pop();
        let full = anonymous_kib();
        drop(many);
        give_back();
        assert!(anonymous_kib() + 20_000 < full, "{full} KiB before");
        drop(last);
    }
}
