//! x86-64 ELF kernels: segments where they ask to be, and the entry point of the PVH note.

use vm_memory::{Bytes, GuestAddress};

use super::{BootError, BootMachine, BootSource, layout::HIGH_MEMORY, read_file};
use crate::memory::GuestRam;

/// First bytes.
pub const MAGIC: [u8; 4] = *b"\x7fELF";
const CLASS_64: u8 = 2;
const LITTLE_ENDIAN: u8 = 1;
const MACHINE_X86_64: u16 = 62;
const HEADER_BYTES: usize = 64;
const SEGMENT_BYTES: usize = 56;
/// Most segments: Linux has 5, the format allows 65,535.
const MAX_SEGMENTS: u16 = 64;
/// Longest note segment: Linux's has some hundred bytes.
const MAX_NOTE_BYTES: u64 = 64 << 10;
const PT_LOAD: u32 = 1;
const PT_NOTE: u32 = 4;
/// The note that holds the 32-bit physical entry point.
const PHYS32_ENTRY: u32 = 18;
const PHYS32_OWNER: &[u8] = b"Xen\0";

/// A loaded kernel.
pub struct Loaded {
    /// Its PVH entry point.
    pub entry: u64,
    /// End of its memory.
    pub end: u64,
}

struct Segment {
    kind: u32,
    offset: u64,
    address: u64,
    file_bytes: u64,
    memory_bytes: u64,
}

fn u16_at(bytes: &[u8], at: usize) -> u16 {
    u16::from_le_bytes([bytes[at], bytes[at + 1]])
}

fn u32_at(bytes: &[u8], at: usize) -> u32 {
    bytes[at..at + 4].iter().rev().fold(0, |value, byte| value << 8 | u32::from(*byte))
}

fn u64_at(bytes: &[u8], at: usize) -> u64 {
    u64::from(u32_at(bytes, at + 4)) << 32 | u64::from(u32_at(bytes, at))
}

fn bad(why: impl Into<String>) -> BootError {
    BootError::BadKernel(why.into())
}

/// Checks everything, then loads.
pub fn load(
    source: &BootSource,
    ram: &GuestRam,
    machine: &BootMachine,
    used: bool,
) -> Result<Loaded, BootError> {
    let segments = segments(source)?;
    let entry = entry(source, &segments)?.ok_or(BootError::NoPvhEntry)?;
    let mut end = 0;
    for segment in segments.iter().filter(|segment| segment.kind == PT_LOAD) {
        end = end.max(check_load(segment, machine)?);
    }
    let inside = |segment: &&Segment| {
        segment.kind == PT_LOAD
            && (segment.address..segment.address + segment.memory_bytes).contains(&u64::from(entry))
    };
    if !segments.iter().any(|segment| inside(&segment)) {
        return Err(bad(format!("its PVH entry point {entry:#x} is outside of its segments")));
    }
    for segment in segments.iter().filter(|segment| segment.kind == PT_LOAD) {
        read_file(ram, &source.kernel, segment.offset, segment.address, segment.file_bytes)
            .map_err(|source| BootError::Read { what: "the kernel", source })?;
        if used {
            zero(ram, segment.address + segment.file_bytes, segment.memory_bytes - segment.file_bytes)?;
        }
    }
    Ok(Loaded { entry: u64::from(entry), end })
}

/// The program headers, each inside the file.
fn segments(source: &BootSource) -> Result<Vec<Segment>, BootError> {
    let mut header = [0; HEADER_BYTES];
    source.read_kernel(&mut header, 0)?;
    if header[4] != CLASS_64 || header[5] != LITTLE_ENDIAN || u16_at(&header, 18) != MACHINE_X86_64 {
        return Err(BootError::NotAKernel);
    }
    let (offset, size, count) = (u64_at(&header, 32), u16_at(&header, 54), u16_at(&header, 56));
    if usize::from(size) != SEGMENT_BYTES || count == 0 || count > MAX_SEGMENTS {
        return Err(bad(format!("it has {count} program headers of {size} bytes")));
    }
    let mut table = vec![0; SEGMENT_BYTES * usize::from(count)];
    source.read_kernel(&mut table, offset).map_err(|_| bad("its program headers are outside of the file"))?;
    let mut segments = Vec::with_capacity(usize::from(count));
    for entry in table.chunks_exact(SEGMENT_BYTES) {
        let segment = Segment {
            kind: u32_at(entry, 0),
            offset: u64_at(entry, 8),
            address: u64_at(entry, 24),
            file_bytes: u64_at(entry, 32),
            memory_bytes: u64_at(entry, 40),
        };
        let end = segment.offset.checked_add(segment.file_bytes);
        if end.is_none_or(|end| end > source.kernel_bytes) {
            return Err(bad("one of its segments is outside of the file"));
        }
        segments.push(segment);
    }
    Ok(segments)
}

/// The end of a segment that fits this machine.
fn check_load(segment: &Segment, machine: &BootMachine) -> Result<u64, BootError> {
    if segment.file_bytes > segment.memory_bytes {
        return Err(bad("one of its segments is longer in the file than in memory"));
    }
    if segment.address < HIGH_MEMORY {
        return Err(bad(format!("one of its segments lies at {:#x}, below 1 MiB", segment.address)));
    }
    let end = segment.address.checked_add(segment.memory_bytes);
    let end = end.ok_or_else(|| bad("one of its segments runs over the end of memory"))?;
    if end > machine.low_ram_end() {
        return Err(BootError::DoesNotFit { what: "the kernel", end, ram: machine.low_ram_end() });
    }
    Ok(end)
}

/// The entry point of the first PVH note.
fn entry(source: &BootSource, segments: &[Segment]) -> Result<Option<u32>, BootError> {
    for segment in segments.iter().filter(|segment| segment.kind == PT_NOTE) {
        if segment.file_bytes > MAX_NOTE_BYTES {
            return Err(bad(format!("its notes have {} bytes", segment.file_bytes)));
        }
        let mut notes = vec![0; segment.file_bytes as usize];
        source.read_kernel(&mut notes, segment.offset)?;
        if let Some(entry) = entry_in(&notes) {
            return Ok(Some(entry));
        }
    }
    Ok(None)
}

fn entry_in(mut notes: &[u8]) -> Option<u32> {
    while notes.len() >= 12 {
        let (name, value, kind) = (u32_at(notes, 0), u32_at(notes, 4), u32_at(notes, 8));
        let name_end = 12 + u64::from(name);
        let value_start = 12 + u64::from(name).next_multiple_of(4);
        let value_end = value_start + u64::from(value);
        if value_end > notes.len() as u64 {
            return None;
        }
        if kind == PHYS32_ENTRY && &notes[12..name_end as usize] == PHYS32_OWNER && value >= 4 {
            return Some(u32_at(notes, value_start as usize));
        }
        notes = notes.get(value_end.next_multiple_of(4) as usize..)?;
    }
    None
}

/// Zeroes what a segment has in memory but not in the file.
fn zero(ram: &GuestRam, mut address: u64, mut bytes: u64) -> Result<(), BootError> {
    const PAGE: [u8; 4096] = [0; 4096];
    while bytes > 0 {
        let part = bytes.min(PAGE.len() as u64);
        ram.write_slice(&PAGE[..part as usize], GuestAddress(address))
            .map_err(|_| BootError::Write("the kernel"))?;
        address += part;
        bytes -= part;
    }
    Ok(())
}
