//! Direct kernel boot: puts a kernel, its initial RAM disk and its command line into guest RAM and says where the boot
//! CPU starts. Called at the start and again at every reset.
//!
//! The files are hostile: every offset and length in them is checked against the file and against RAM before it is
//! used.

mod bzimage;
mod elf;
mod layout;
mod memory_map;
mod pvh;
pub mod reset_vector;
#[cfg(test)]
mod tests;

use std::{
    fs::File,
    io::{self, Seek, SeekFrom},
    os::unix::fs::FileExt,
};

use vm_memory::{Bytes, GuestAddress};

pub use layout::COMMAND_LINE_MAX;

use crate::{
    cpu::boot_state::{BootState, descriptor_table},
    memory::{GuestRam, map::ram_ranges},
};

/// Why a guest cannot be booted.
#[derive(Debug, thiserror::Error)]
pub enum BootError {
    /// Neither kind of kernel.
    #[error("the kernel is neither a bzImage nor an x86-64 ELF image")]
    NotAKernel,
    /// An ELF image that cannot be started.
    #[error(
        "the kernel is an ELF image without a PVH entry point (no XEN_ELFNOTE_PHYS32_ENTRY note): use its bzImage, or \
         build it with CONFIG_PVH"
    )]
    NoPvhEntry,
    /// A kernel that contradicts itself or this machine.
    #[error("the kernel image is not usable: {0}")]
    BadKernel(String),
    /// It does not fit.
    #[error("{what} needs guest memory up to {end:#x}, but the guest has only {ram:#x} bytes there")]
    DoesNotFit {
        /// What.
        what: &'static str,
        /// The end of the memory needed.
        end: u64,
        /// End of the RAM below 4 GiB.
        ram: u64,
    },
    /// A command line that cannot be handed over.
    #[error("the kernel command line is not usable: {0}")]
    CommandLine(String),
    /// A file could not be read.
    #[error("cannot read {what}: {source}")]
    Read {
        /// Which.
        what: &'static str,
        /// Why not.
        source: io::Error,
    },
    /// Guest RAM did not take what belongs there.
    #[error("cannot write {0} into guest memory")]
    Write(&'static str),
}

/// What the guest boots, kept for resets.
#[derive(Debug)]
pub struct BootSource {
    kernel: File,
    kernel_bytes: u64,
    initrd: Option<(File, u64)>,
    command_line: Vec<u8>,
}

/// The machine's side of a boot.
#[derive(Debug, Clone, Copy)]
pub struct BootMachine {
    /// Bytes of RAM.
    pub ram_bytes: u64,
    /// Address of the ACPI root pointer.
    pub rsdp: u64,
    /// The machine has PCI Express configuration space.
    pub ecam: bool,
}

impl BootMachine {
    /// End of the RAM below the device hole.
    fn low_ram_end(&self) -> u64 {
        ram_ranges(self.ram_bytes)[0].1
    }
}

impl BootSource {
    /// Takes the files. Only the command line is checked yet.
    pub fn new(kernel: File, initrd: Option<File>, command_line: &str) -> Result<Self, BootError> {
        if command_line.len() > COMMAND_LINE_MAX {
            let length = command_line.len();
            return Err(BootError::CommandLine(format!("{length} bytes are more than {COMMAND_LINE_MAX}")));
        }
        if command_line.contains('\0') {
            return Err(BootError::CommandLine("it contains a NUL".into()));
        }
        let size = |file: &File, what| match file.metadata() {
            Ok(metadata) if metadata.is_file() => Ok(metadata.len()),
            Ok(_) => Err(BootError::Read { what, source: io::Error::other("not a regular file") }),
            Err(source) => Err(BootError::Read { what, source }),
        };
        let initrd = match initrd {
            Some(file) => Some(size(&file, "the initial RAM disk").map(|bytes| (file, bytes))?),
            None => None,
        };
        Ok(Self {
            kernel_bytes: size(&kernel, "the kernel")?,
            kernel,
            initrd,
            command_line: command_line.as_bytes().to_vec(),
        })
    }

    /// Loads everything into RAM. `used` where RAM is not zero any more: then what must be zero is made so.
    pub fn load(&self, ram: &GuestRam, machine: &BootMachine, used: bool) -> Result<BootState, BootError> {
        let mut magic = [0; 4];
        self.read_kernel(&mut magic, 0)?;
        if magic == elf::MAGIC {
            let kernel = elf::load(self, ram, machine, used)?;
            let initrd = self.load_initrd(ram, machine, kernel.end, u32::MAX)?;
            self.write_command_line(ram)?;
            return pvh::prepare(ram, machine, kernel.entry, initrd);
        }
        bzimage::load(self, ram, machine)
    }

    /// Reads a part of the kernel that must be there.
    fn read_kernel(&self, buffer: &mut [u8], offset: u64) -> Result<(), BootError> {
        match self.kernel.read_exact_at(buffer, offset) {
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Err(BootError::NotAKernel),
            read => read.map_err(|source| BootError::Read { what: "the kernel", source }),
        }
    }

    /// Loads the initial RAM disk as high as it may lie; says where it is and how long.
    fn load_initrd(
        &self,
        ram: &GuestRam,
        machine: &BootMachine,
        kernel_end: u64,
        last_address: u32,
    ) -> Result<Option<(u64, u64)>, BootError> {
        let Some((file, bytes)) = &self.initrd else { return Ok(None) };
        if *bytes == 0 {
            return Ok(None);
        }
        let what = "the initial RAM disk";
        let end = machine.low_ram_end().min(u64::from(last_address) + 1);
        let start = end.checked_sub(*bytes).map(|start| start & !0xfff).filter(|start| *start >= kernel_end);
        let Some(start) = start else {
            let end = kernel_end.saturating_add(*bytes);
            return Err(BootError::DoesNotFit { what, end, ram: machine.low_ram_end() });
        };
        read_file(ram, file, 0, start, *bytes).map_err(|source| BootError::Read { what, source })?;
        Ok(Some((start, *bytes)))
    }

    fn write_command_line(&self, ram: &GuestRam) -> Result<(), BootError> {
        let mut line = self.command_line.clone();
        line.push(0);
        write(ram, layout::COMMAND_LINE, &line, "the command line")
    }
}

fn write(ram: &GuestRam, address: u64, data: &[u8], what: &'static str) -> Result<(), BootError> {
    ram.write_slice(data, GuestAddress(address)).map_err(|_| BootError::Write(what))
}

fn write_gdt(ram: &GuestRam, long: bool) -> Result<(u64, u16), BootError> {
    let table: Vec<u8> = descriptor_table(long).iter().flat_map(|entry| entry.to_le_bytes()).collect();
    write(ram, layout::GDT, &table, "the descriptor table")?;
    Ok((layout::GDT, table.len() as u16 - 1))
}

/// Reads part of a file straight into guest RAM.
fn read_file(ram: &GuestRam, mut file: &File, offset: u64, address: u64, bytes: u64) -> io::Result<()> {
    file.seek(SeekFrom::Start(offset))?;
    let count = usize::try_from(bytes).map_err(|_| io::ErrorKind::InvalidInput)?;
    ram.read_exact_volatile_from(GuestAddress(address), &mut file, count).map_err(io::Error::other)
}
