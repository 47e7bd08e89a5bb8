//! bzImages, by Linux's 64-bit boot protocol.
//!
//! The image goes where the kernel wants to end up: its decompressor then needs no memory beyond the kernel's own.

use linux_loader::bootparam::{boot_e820_entry, boot_params, setup_header};
use vm_memory::{ByteValued, Bytes, GuestAddress};

use super::{
    BootError, BootMachine, BootSource,
    layout::{COMMAND_LINE, HIGH_MEMORY, IDENTITY_MAPPED, PAGE_TABLES, ZERO_PAGE},
    memory_map::memory_map,
    read_file, write, write_gdt,
};
use crate::{cpu::boot_state::BootState, memory::GuestRam};

/// Where the setup header lies in the file.
const HEADER_OFFSET: u64 = 0x1f1;
/// "HdrS".
const HEADER_MAGIC: u32 = 0x5372_6448;
/// The protocol that brought the 64-bit entry point's flag (Linux 3.8).
const OLDEST_PROTOCOL: u16 = 0x20c;
const LOADED_HIGH: u8 = 1;
const XLOADFLAG_64: u16 = 1;
/// The 64-bit entry point behind the start of the protected-mode code.
const ENTRY_64: u64 = 0x200;
/// A boot loader without an id.
const LOADER_UNKNOWN: u8 = 0xff;
const SECTOR: u64 = 512;

fn bad(why: impl Into<String>) -> BootError {
    BootError::BadKernel(why.into())
}

/// Loads a bzImage with everything it needs.
pub fn load(source: &BootSource, ram: &GuestRam, machine: &BootMachine) -> Result<BootState, BootError> {
    let mut header = read_header(source)?;
    let setup = (u64::from(if header.setup_sects == 0 { 4 } else { header.setup_sects }) + 1) * SECTOR;
    let code_bytes = source.kernel_bytes.checked_sub(setup).filter(|bytes| *bytes > ENTRY_64);
    let code_bytes = code_bytes.ok_or_else(|| bad("it is shorter than its setup code"))?;
    let (address, init_size, cmdline_size) = (header.pref_address, header.init_size, header.cmdline_size);
    let end = address.checked_add(code_bytes.max(u64::from(init_size)));
    let end = end.ok_or_else(|| bad("its load address is out of bounds"))?;
    if address < HIGH_MEMORY || end > IDENTITY_MAPPED {
        return Err(bad(format!("it wants to be loaded at {address:#x}..{end:#x}")));
    }
    if end > machine.low_ram_end() {
        return Err(BootError::DoesNotFit { what: "the kernel", end, ram: machine.low_ram_end() });
    }
    if source.command_line.len() > cmdline_size as usize {
        let length = source.command_line.len();
        return Err(BootError::CommandLine(format!("{length} bytes, and this kernel takes {cmdline_size}")));
    }
    read_file(ram, &source.kernel, setup, address, code_bytes)
        .map_err(|source| BootError::Read { what: "the kernel", source })?;
    let initrd = source.load_initrd(ram, machine, end, header.initrd_addr_max)?;
    source.write_command_line(ram)?;

    header.type_of_loader = LOADER_UNKNOWN;
    header.code32_start = address as u32;
    header.cmd_line_ptr = COMMAND_LINE as u32;
    header.setup_data = 0;
    if let Some((start, bytes)) = initrd {
        (header.ramdisk_image, header.ramdisk_size) = (start as u32, bytes as u32);
    }
    write_zero_page(ram, machine, header)?;
    write_page_tables(ram)?;
    Ok(BootState::Linux64 {
        entry: address + ENTRY_64,
        zero_page: ZERO_PAGE,
        page_tables: PAGE_TABLES,
        gdt: write_gdt(ram, true)?,
    })
}

fn read_header(source: &BootSource) -> Result<setup_header, BootError> {
    let mut header = setup_header::default();
    source.read_kernel(header.as_mut_slice(), HEADER_OFFSET)?;
    let (magic, version, flags) = (header.header, header.version, header.xloadflags);
    if magic != HEADER_MAGIC {
        return Err(BootError::NotAKernel);
    }
    if version < OLDEST_PROTOCOL || flags & XLOADFLAG_64 == 0 || header.loadflags & LOADED_HIGH == 0 {
        return Err(bad(format!("it has no 64-bit entry point (boot protocol {:#x})", version)));
    }
    // The header ends where its jump leads to; what the structure has behind that is the kernel's code.
    let end = usize::from(header.jump.to_le_bytes()[1]) + 0x202 - HEADER_OFFSET as usize;
    if let Some(behind) = header.as_mut_slice().get_mut(end..) {
        behind.fill(0);
    }
    Ok(header)
}

fn write_zero_page(ram: &GuestRam, machine: &BootMachine, header: setup_header) -> Result<(), BootError> {
    let mut params = boot_params { hdr: header, acpi_rsdp_addr: machine.rsdp, ..Default::default() };
    let map = memory_map(machine.ram_bytes, machine.ecam);
    let mut table = params.e820_table;
    for (slot, range) in table.iter_mut().zip(&map) {
        *slot = boot_e820_entry { addr: range.start, size: range.length, r#type: range.kind as u32 };
    }
    params.e820_table = table;
    params.e820_entries = map.len() as u8;
    ram.write_obj(params, GuestAddress(ZERO_PAGE)).map_err(|_| BootError::Write("the boot parameters"))
}

/// Maps [`IDENTITY_MAPPED`] bytes one to one by 2 MiB pages.
fn write_page_tables(ram: &GuestRam) -> Result<(), BootError> {
    const PRESENT_WRITABLE: u64 = 3;
    const LARGE: u64 = 1 << 7;
    const PAGE: u64 = 4096;
    let what = "the page tables";
    let mut table = vec![0u8; 3 * PAGE as usize];
    let mut put = |at: usize, entry: u64| table[at..at + 8].copy_from_slice(&entry.to_le_bytes());
    put(0, (PAGE_TABLES + PAGE) | PRESENT_WRITABLE);
    put(PAGE as usize, (PAGE_TABLES + 2 * PAGE) | PRESENT_WRITABLE);
    for n in 0..IDENTITY_MAPPED >> 21 {
        put(2 * PAGE as usize + 8 * n as usize, n << 21 | LARGE | PRESENT_WRITABLE);
    }
    write(ram, PAGE_TABLES, &table, what)
}
