//! The words of `<driver>`.

use crate::domain::def::words::words;

words! {
    /// `<driver cache=>`.
    pub enum CacheMode {
        /// The hypervisor's choice: `writeback`.
        Default = "default",
        /// No host cache.
        None = "none",
        /// Host cache, each write synced.
        Writethrough = "writethrough",
        /// Host cache, flushes honoured.
        Writeback = "writeback",
        /// No host cache, each write synced.
        Directsync = "directsync",
        /// Host cache, flushes dropped.
        Unsafe = "unsafe",
    }
}

words! {
    /// `<driver io=>`.
    pub enum IoMode {
        /// Linux native AIO.
        Native = "native",
        /// Threads.
        Threads = "threads",
        /// io_uring.
        IoUring = "io_uring",
    }
}

words! {
    /// `<driver discard=>`.
    pub enum DiscardMode {
        /// Passed on.
        Unmap = "unmap",
        /// Dropped.
        Ignore = "ignore",
    }
}

words! {
    /// `<driver detect_zeroes=>`.
    pub enum DetectZeroes {
        /// Written.
        Off = "off",
        /// Written efficiently.
        On = "on",
        /// Made holes.
        Unmap = "unmap",
    }
}
