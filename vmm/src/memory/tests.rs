use vm_memory::{Bytes, GuestAddress, GuestMemoryBackend, GuestMemoryRegion};

use super::*;

fn spec(bytes: u64) -> MemorySpec {
    MemorySpec { bytes, hugepage_bytes: None, locked: false, shared: false, prealloc: false, nodump: true }
}

#[test]
fn ram_is_readable_zero_and_aligned_for_huge_pages() {
    let ram = allocate(&spec(64 << 20)).unwrap();
    assert_eq!(ram.read_obj::<u64>(GuestAddress((64 << 20) - 8)).unwrap(), 0);
    ram.write_obj(7u64, GuestAddress(0x1000)).unwrap();
    assert_eq!(ram.read_obj::<u64>(GuestAddress(0x1000)).unwrap(), 7);
    let host = ram.get_host_address(GuestAddress(0)).unwrap() as usize;
    assert_eq!(host % (2 << 20), 0);
}

#[test]
fn ram_beyond_the_hole_is_one_mapping_and_two_regions() {
    let ram = allocate(&spec(6 << 30)).unwrap();
    assert_eq!(ram.num_regions(), 2);
    assert_eq!(ram.iter().map(|region| region.len()).sum::<u64>(), 6 << 30);
    ram.write_obj(1u8, GuestAddress(map::HIGH_RAM_START)).unwrap();
    assert!(ram.write_obj(1u8, GuestAddress(map::LOW_RAM_END)).is_err());
}

#[test]
fn shared_ram_has_a_file_behind_it() {
    let ram = allocate(&MemorySpec { shared: true, prealloc: true, ..spec(8 << 20) }).unwrap();
    let region = ram.iter().next().unwrap();
    assert!(region.file_offset().is_some());
}

#[test]
fn discarded_ram_is_zero_and_ram_that_must_stay_is_left_alone() {
    let ram = allocate(&spec(8 << 20)).unwrap();
    ram.write_obj(7u64, GuestAddress(0x1000)).unwrap();
    assert!(!discard(&ram, &MemorySpec { prealloc: true, ..spec(8 << 20) }));
    assert_eq!(ram.read_obj::<u64>(GuestAddress(0x1000)).unwrap(), 7);
    assert!(discard(&ram, &spec(8 << 20)));
    assert_eq!(ram.read_obj::<u64>(GuestAddress(0x1000)).unwrap(), 0);
}

#[test]
fn odd_sizes_are_refused_by_name() {
    assert!(matches!(allocate(&spec((64 << 20) + 1)), Err(MemoryError::Size(_))));
    assert!(matches!(allocate(&spec(4096)), Err(MemoryError::Size(_))));
    let odd = MemorySpec { hugepage_bytes: Some(3 << 20), ..spec(64 << 20) };
    assert!(matches!(allocate(&odd), Err(MemoryError::HugepageSize { .. })));
    let larger_than_ram = MemorySpec { hugepage_bytes: Some(1 << 30), ..spec(64 << 20) };
    assert!(matches!(allocate(&larger_than_ram), Err(MemoryError::HugepageSize { .. })));
}
