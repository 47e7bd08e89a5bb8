//! Where the boot data lies in the guest's first 640 KiB. Everything here is written before the guest runs and free for
//! it afterwards, as the boot protocols say.

/// Segment descriptors.
pub const GDT: u64 = 0x500;
/// PVH: the start information, its module list and its memory map.
pub const START_INFO: u64 = 0x6000;
/// See [`START_INFO`].
pub const MODULE_LIST: u64 = 0x6040;
/// See [`START_INFO`].
pub const PVH_MEMORY_MAP: u64 = 0x6100;
/// Linux: the boot parameters.
pub const ZERO_PAGE: u64 = 0x7000;
/// Page map level 4, with a page directory pointer table and a page directory behind it.
pub const PAGE_TABLES: u64 = 0x9000;
/// Bytes mapped one to one by [`PAGE_TABLES`].
pub const IDENTITY_MAPPED: u64 = 1 << 30;
/// The command line.
pub const COMMAND_LINE: u64 = 0x2_0000;
/// Longest command line without its NUL: what x86 kernels take.
pub const COMMAND_LINE_MAX: usize = 2047;
/// End of the RAM below the legacy hole that the guest may use: behind it a PC keeps its extended BIOS data.
pub const LOW_RAM_USABLE: u64 = 0x9_fc00;
/// Lowest address of a kernel.
pub const HIGH_MEMORY: u64 = 0x10_0000;
