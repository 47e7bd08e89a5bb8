//! The PVH boot protocol: the start information and what it points to.

use linux_loader::start_info::{
    XEN_HVM_START_MAGIC_VALUE, hvm_memmap_table_entry, hvm_modlist_entry, hvm_start_info,
};
use vm_memory::{Bytes, GuestAddress};

use super::{
    BootError, BootMachine,
    layout::{COMMAND_LINE, MODULE_LIST, PVH_MEMORY_MAP, START_INFO},
    memory_map::memory_map,
    write_gdt,
};
use crate::{cpu::boot_state::BootState, memory::GuestRam};

/// Version of the start information that has a memory map.
const VERSION: u32 = 1;

/// Writes it all and says where the boot CPU starts.
pub fn prepare(
    ram: &GuestRam,
    machine: &BootMachine,
    entry: u64,
    initrd: Option<(u64, u64)>,
) -> Result<BootState, BootError> {
    let failed = |_| BootError::Write("the PVH start information");
    let map = memory_map(machine.ram_bytes, machine.ecam);
    for (n, range) in (0..).zip(&map) {
        let entry = hvm_memmap_table_entry {
            addr: range.start,
            size: range.length,
            type_: range.kind as u32,
            reserved: 0,
        };
        let at = PVH_MEMORY_MAP + n * size_of::<hvm_memmap_table_entry>() as u64;
        ram.write_obj(entry, GuestAddress(at)).map_err(failed)?;
    }
    if let Some((paddr, size)) = initrd {
        let module = hvm_modlist_entry { paddr, size, cmdline_paddr: 0, reserved: 0 };
        ram.write_obj(module, GuestAddress(MODULE_LIST)).map_err(failed)?;
    }
    let info = hvm_start_info {
        magic: XEN_HVM_START_MAGIC_VALUE,
        version: VERSION,
        flags: 0,
        nr_modules: u32::from(initrd.is_some()),
        modlist_paddr: if initrd.is_some() { MODULE_LIST } else { 0 },
        cmdline_paddr: COMMAND_LINE,
        rsdp_paddr: machine.rsdp,
        memmap_paddr: PVH_MEMORY_MAP,
        memmap_entries: map.len() as u32,
        reserved: 0,
    };
    ram.write_obj(info, GuestAddress(START_INFO)).map_err(failed)?;
    Ok(BootState::Pvh { entry, start_info: START_INFO, gdt: write_gdt(ram, false)? })
}
