use std::io::Write;

use vireo_control::MemorySpec;

use super::*;
use crate::memory::allocate;

const RAM: u64 = 64 << 20;

fn ram() -> GuestRam {
    let (hugepage_bytes, locked, shared, prealloc, nodump) = (None, false, false, false, false);
    allocate(&MemorySpec { bytes: RAM, hugepage_bytes, locked, shared, prealloc, nodump }).unwrap()
}

fn file(bytes: &[u8]) -> File {
    let mut file = tempfile::tempfile().unwrap();
    file.write_all(bytes).unwrap();
    file
}

fn boot(kernel: &[u8], initrd: Option<&[u8]>, ram: &GuestRam) -> Result<BootState, BootError> {
    let machine = BootMachine { ram_bytes: RAM, rsdp: 0xe_0000, ecam: true };
    BootSource::new(file(kernel), initrd.map(file), "console=ttyS0")?.load(ram, &machine, false)
}

fn refused(kernel: &[u8]) -> String {
    boot(kernel, None, &ram()).unwrap_err().to_string()
}

/// A minimal ELF kernel: one segment at 1 MiB and a PVH note that enters it.
fn elf() -> Vec<u8> {
    let mut image = vec![0; 0x200];
    image[..6].copy_from_slice(b"\x7fELF\x02\x01");
    let mut put = |at: usize, bytes: &[u8]| image[at..at + bytes.len()].copy_from_slice(bytes);
    put(18, &62u16.to_le_bytes());
    put(32, &64u64.to_le_bytes());
    put(54, &56u16.to_le_bytes());
    put(56, &2u16.to_le_bytes());
    // PT_LOAD: file 0x180..0x190 at 0x100000, 0x1000 bytes of memory.
    put(64, &1u32.to_le_bytes());
    put(72, &0x180u64.to_le_bytes());
    put(64 + 24, &0x10_0000u64.to_le_bytes());
    put(64 + 32, &0x10u64.to_le_bytes());
    put(64 + 40, &0x1000u64.to_le_bytes());
    // PT_NOTE at 0x100, 20 bytes.
    put(120, &4u32.to_le_bytes());
    put(128, &0x100u64.to_le_bytes());
    put(120 + 32, &20u64.to_le_bytes());
    put(120 + 40, &20u64.to_le_bytes());
    put(0x100, &4u32.to_le_bytes());
    put(0x104, &4u32.to_le_bytes());
    put(0x108, &18u32.to_le_bytes());
    put(0x10c, b"Xen\0");
    put(0x110, &0x10_0004u32.to_le_bytes());
    put(0x180, b"the kernel code!");
    image
}

/// A minimal bzImage: one setup sector besides the first, 4 KiB of code.
fn bzimage() -> Vec<u8> {
    let mut image = vec![0x90; 0x400 + 0x1000];
    image[..0x400].fill(0);
    let mut put = |at: usize, bytes: &[u8]| image[at..at + bytes.len()].copy_from_slice(bytes);
    put(0x1f1, &[1]);
    put(0x200, &[0xeb, 0x6a]);
    put(0x202, b"HdrS");
    put(0x206, &0x20fu16.to_le_bytes());
    put(0x211, &[1]);
    put(0x22c, &0x7fff_ffffu32.to_le_bytes());
    put(0x236, &1u16.to_le_bytes());
    put(0x238, &255u32.to_le_bytes());
    put(0x258, &0x100_0000u64.to_le_bytes());
    put(0x260, &0x10_0000u32.to_le_bytes());
    image
}

fn at<T: vm_memory::ByteValued>(ram: &GuestRam, address: u64) -> T {
    ram.read_obj(GuestAddress(address)).unwrap()
}

#[test]
fn an_elf_kernel_starts_at_its_pvh_note() {
    let ram = ram();
    let state = boot(&elf(), Some(&[7; 5000]), &ram).unwrap();
    let BootState::Pvh { entry, start_info, .. } = state else { panic!("{state:?}") };
    assert_eq!(entry, 0x10_0004);
    assert_eq!(at::<[u8; 16]>(&ram, 0x10_0000), *b"the kernel code!");
    assert_eq!(at::<u32>(&ram, start_info), 0x336e_c578);
    assert_eq!(at::<u32>(&ram, start_info + 12), 1);
    let module = at::<u64>(&ram, start_info + 16);
    let (initrd, bytes) = (at::<u64>(&ram, module), at::<u64>(&ram, module + 8));
    assert_eq!((initrd, bytes), (RAM - 0x2000, 5000));
    assert_eq!(at::<[u8; 2]>(&ram, initrd + 4999), [7, 0]);
    let cmdline = at::<u64>(&ram, start_info + 24);
    assert_eq!(at::<[u8; 14]>(&ram, cmdline), *b"console=ttyS0\0");
    assert_eq!(at::<u64>(&ram, start_info + 32), 0xe_0000);
}

#[test]
fn a_bzimage_starts_at_its_64_bit_entry() {
    let ram = ram();
    let state = boot(&bzimage(), Some(&[7; 5000]), &ram).unwrap();
    let BootState::Linux64 { entry, zero_page, page_tables, .. } = state else { panic!("{state:?}") };
    assert_eq!(entry, 0x100_0200);
    assert_eq!(at::<u8>(&ram, 0x100_0000), 0x90);
    assert_eq!(at::<[u8; 4]>(&ram, zero_page + 0x202), *b"HdrS");
    assert_eq!(at::<u32>(&ram, zero_page + 0x218), (RAM - 0x2000) as u32);
    assert_eq!(at::<u32>(&ram, zero_page + 0x21c), 5000);
    assert_eq!(at::<u8>(&ram, zero_page + 0x1e8), 4);
    assert_eq!(at::<u64>(&ram, zero_page + 0x70), 0xe_0000);
    let directory = at::<u64>(&ram, page_tables) & !0xfff;
    let pages = at::<u64>(&ram, directory) & !0xfff;
    assert_eq!(at::<u64>(&ram, pages + 8 * 8), 16 << 20 | 0x83);
}

#[test]
fn a_second_boot_finds_zero_where_the_kernel_expects_it() {
    let ram = ram();
    let source = BootSource::new(file(&elf()), None, "").unwrap();
    let machine = BootMachine { ram_bytes: RAM, rsdp: 0, ecam: false };
    source.load(&ram, &machine, false).unwrap();
    ram.write_obj(0xffu8, GuestAddress(0x10_0800)).unwrap();
    ram.write_obj(0xffu8, GuestAddress(0x10_0000)).unwrap();
    source.load(&ram, &machine, true).unwrap();
    assert_eq!(at::<u8>(&ram, 0x10_0800), 0);
    assert_eq!(at::<u8>(&ram, 0x10_0000), b't');
}

#[test]
fn an_elf_image_without_the_note_is_refused_with_advice() {
    let mut image = elf();
    image[0x108] = 17;
    assert!(refused(&image).contains("without a PVH entry point"));
}

#[test]
fn kernels_that_contradict_themselves_are_refused() {
    assert!(refused(b"").contains("neither a bzImage"));
    assert!(refused(&[0; 0x1000]).contains("neither a bzImage"));
    let with = |mut image: Vec<u8>, at: usize, bytes: &[u8]| {
        image[at..at + bytes.len()].copy_from_slice(bytes);
        refused(&image)
    };
    assert!(with(elf(), 56, &[0xff, 0xff]).contains("65535 program headers"));
    assert!(with(elf(), 32, &u64::MAX.to_le_bytes()).contains("outside of the file"));
    assert!(with(elf(), 72, &u64::MAX.to_le_bytes()).contains("outside of the file"));
    assert!(with(elf(), 64 + 24, &0x1000u64.to_le_bytes()).contains("below 1 MiB"));
    assert!(with(elf(), 64 + 24, &u64::MAX.to_le_bytes()).contains("runs over the end"));
    assert!(with(elf(), 64 + 40, &RAM.to_le_bytes()).contains("needs guest memory"));
    assert!(with(elf(), 64 + 40, &1u64.to_le_bytes()).contains("longer in the file"));
    assert!(with(elf(), 0x100, &u32::MAX.to_le_bytes()).contains("without a PVH"));
    assert!(with(elf(), 0x110, &0u32.to_le_bytes()).contains("outside of its segments"));
    assert!(with(bzimage(), 0x236, &[0, 0]).contains("no 64-bit entry"));
    assert!(with(bzimage(), 0x258, &u64::MAX.to_le_bytes()).contains("out of bounds"));
    assert!(
        with(bzimage(), 0x260, &0x3f0_0000u32.to_le_bytes()).contains("needs guest memory up to 0x4f00000")
    );
    assert!(with(bzimage(), 0x1f1, &[255]).contains("shorter than its setup"));
    assert!(with(bzimage(), 0x238, &3u32.to_le_bytes()).contains("this kernel takes 3"));
}

#[test]
fn an_initrd_that_does_not_fit_is_named() {
    let error = boot(&bzimage(), Some(&vec![1; 48 << 20]), &ram()).unwrap_err();
    assert!(error.to_string().starts_with("the initial RAM disk needs guest memory"), "{error}");
}

#[test]
fn command_lines_are_bounded() {
    let kernel = || file(&elf());
    assert!(BootSource::new(kernel(), None, &"x".repeat(2047)).is_ok());
    assert!(BootSource::new(kernel(), None, &"x".repeat(2048)).is_err());
    assert!(BootSource::new(kernel(), None, "a\0b").is_err());
}

proptest::proptest! {
    #[test]
    fn no_kernel_file_makes_it_panic(
        changes in proptest::collection::vec((0usize..0x200, proptest::num::u8::ANY), 0..12),
        which in proptest::bool::ANY,
    ) {
        let mut image = if which { elf() } else { bzimage() };
        let base = if which { 0 } else { 0x1f1 };
        for (at, byte) in changes {
            image[base + at] = byte;
        }
        let _ = boot(&image, Some(&[1; 10]), &ram());
    }
}
