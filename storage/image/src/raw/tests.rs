use std::{fs::OpenOptions, os::unix::fs::OpenOptionsExt, path::Path};

use tempfile::{NamedTempFile, TempDir};

use super::*;

fn image(bytes: &[u8]) -> NamedTempFile {
    let file = NamedTempFile::new().unwrap();
    std::fs::write(file.path(), bytes).unwrap();
    file
}

fn open(path: &Path) -> RawDisk {
    RawDisk::new(OpenOptions::new().read(true).write(true).open(path).unwrap(), false).unwrap()
}

fn pattern(length: usize) -> Vec<u8> {
    (0..length).map(|n| (n * 7 + n / 251) as u8).collect()
}

fn read(disk: &RawDisk, offset: u64, length: usize) -> Vec<u8> {
    let mut buffer = vec![0xaa; length];
    disk.read_vectored_at(&[Segment::of(&mut buffer)], offset).unwrap();
    buffer
}

fn write(disk: &RawDisk, offset: u64, bytes: &[u8]) {
    disk.write_vectored_at(&[Segment::of(&mut bytes.to_vec())], offset, false).unwrap();
}

#[test]
fn reads_and_writes_are_scattered_over_the_segments() {
    let file = image(&pattern(4096));
    let disk = open(file.path());
    let (mut a, mut b) = ([0; 100], [0; 412]);
    disk.read_vectored_at(&[Segment::of(&mut a), Segment::of(&mut b)], 512).unwrap();
    assert_eq!([&a[..], &b[..]].concat(), pattern(4096)[512..1024]);

    disk.write_vectored_at(&[Segment::of(&mut b), Segment::of(&mut a)], 0, true).unwrap();
    let now = std::fs::read(file.path()).unwrap();
    assert_eq!(now[..512], [&b[..], &a[..]].concat());
    assert_eq!(now[512..], pattern(4096)[512..]);
    disk.flush().unwrap();
}

#[test]
fn nothing_outside_of_the_disk_is_touched() {
    let file = image(&pattern(1024));
    let disk = open(file.path());
    let mut sector = [0; 512];
    for offset in [513, 1024, u64::MAX - 511, u64::MAX] {
        let segments = [Segment::of(&mut sector)];
        assert_eq!(disk.read_vectored_at(&segments, offset).unwrap_err().kind(), io::ErrorKind::InvalidInput);
        let written = disk.write_vectored_at(&segments, offset, false);
        assert_eq!(written.unwrap_err().kind(), io::ErrorKind::InvalidInput);
        assert!(disk.discard(offset, 512).is_err());
        assert!(disk.write_zeroes(offset, 512, false).is_err());
    }
    assert_eq!(std::fs::read(file.path()).unwrap(), pattern(1024));
}

#[test]
fn the_last_partial_sector_reads_zeroes_behind_the_file() {
    let file = image(&pattern(700));
    let disk = open(file.path());
    assert_eq!(disk.size(), 1024);
    let got = read(&disk, 512, 512);
    assert_eq!(got[..188], pattern(700)[512..]);
    assert_eq!(got[188..], [0; 324]);
}

#[test]
fn read_only_refuses_every_change() {
    let file = image(&pattern(1024));
    let writable = OpenOptions::new().read(true).write(true).open(file.path()).unwrap();
    let disk = RawDisk::new(writable, true).unwrap();
    let mut sector = [0; 512];
    let errors = [
        disk.write_vectored_at(&[Segment::of(&mut sector)], 0, false),
        disk.discard(0, 512),
        disk.write_zeroes(0, 512, true),
    ];
    for error in errors {
        assert_eq!(error.unwrap_err().raw_os_error(), Some(libc::EROFS));
    }
    disk.flush().unwrap();
    assert!(matches!(RawDisk::new(File::open(file.path()).unwrap(), false), Err(OpenError::ReadOnly)));
}

#[test]
fn directories_and_pipes_are_no_images() {
    let dir = TempDir::new().unwrap();
    assert!(matches!(RawDisk::new(File::open(dir.path()).unwrap(), true), Err(OpenError::Kind)));
    assert!(matches!(RawDisk::new(File::open("/dev/null").unwrap(), true), Err(OpenError::Kind)));
}

#[test]
fn zeroing_and_discarding_leave_the_rest() {
    for unmap in [false, true] {
        let file = image(&pattern(64 << 10));
        let disk = open(file.path());
        disk.write_zeroes(1000, 20_000, unmap).unwrap();
        let now = std::fs::read(file.path()).unwrap();
        assert_eq!(now.len(), 64 << 10);
        assert_eq!(now[..1000], pattern(64 << 10)[..1000]);
        assert!(now[1000..21_000].iter().all(|byte| *byte == 0));
        assert_eq!(now[21_000..], pattern(64 << 10)[21_000..]);
    }
    let file = image(&pattern(64 << 10));
    let disk = open(file.path());
    disk.discard(8192, 16_384).unwrap();
    let now = std::fs::read(file.path()).unwrap();
    assert_eq!((&now[..8192], &now[24_576..]), (&pattern(64 << 10)[..8192], &pattern(64 << 10)[24_576..]));
}

#[test]
fn zeroes_are_written_where_the_file_system_cannot_help() {
    let file = image(&pattern(1 << 20));
    let disk = open(file.path());
    disk.support.no_punch.store(true, std::sync::atomic::Ordering::Relaxed);
    disk.support.no_zero_range.store(true, std::sync::atomic::Ordering::Relaxed);
    disk.write_zeroes(77, 600_000, true).unwrap();
    let now = std::fs::read(file.path()).unwrap();
    assert!(now[77..600_077].iter().all(|byte| *byte == 0));
    assert_eq!(now[600_077..], pattern(1 << 20)[600_077..]);
    assert_eq!(now[..77], pattern(1 << 20)[..77]);
}

#[test]
fn a_file_with_holes_is_sparse() {
    let file = image(&[]);
    file.as_file().set_len(1 << 20).unwrap();
    assert!(open(file.path()).facts().sparse);
    assert!(!open(image(&pattern(1 << 16)).path()).facts().sparse);
}

/// A disk on a file opened with `O_DIRECT`, where the file system of the target directory takes that.
fn direct(bytes: &[u8]) -> Option<(NamedTempFile, RawDisk)> {
    let file = NamedTempFile::new_in(env!("CARGO_MANIFEST_DIR")).unwrap();
    std::fs::write(file.path(), bytes).unwrap();
    let opened =
        OpenOptions::new().read(true).write(true).custom_flags(libc::O_DIRECT).open(file.path()).ok()?;
    let disk = RawDisk::new(opened, false).unwrap();
    Some((file, disk))
}

#[test]
fn odd_requests_pass_through_o_direct() {
    let start = pattern(200_000 / 512 * 512);
    let Some((file, disk)) = direct(&start) else { return eprintln!("no O_DIRECT here") };
    for (offset, length) in [(0, 512), (1, 1), (511, 2), (4095, 70_001), (3, 190_000), (65_536, 65_536)] {
        assert_eq!(read(&disk, offset, length), start[offset as usize..][..length]);
    }
    let mut expected = start;
    for (n, (offset, length)) in [(5, 7), (4000, 9000), (100_001, 66_000), (0, 4096)].into_iter().enumerate()
    {
        let bytes = vec![n as u8 + 1; length];
        write(&disk, offset as u64, &bytes);
        expected[offset..offset + length].copy_from_slice(&bytes);
    }
    disk.flush().unwrap();
    assert_eq!(std::fs::read(file.path()).unwrap(), expected);
}

#[test]
fn o_direct_keeps_the_length_of_a_file_that_ends_inside_a_block() {
    let Some((file, disk)) = direct(&pattern(4096 + 512)) else { return eprintln!("no O_DIRECT here") };
    write(&disk, 4096 + 100, b"tail");
    assert_eq!(file.as_file().metadata().unwrap().len(), 4096 + 512);
    assert_eq!(
        read(&disk, 4096 + 98, 8),
        [&pattern(5000)[4194..4196], b"tail", &pattern(5000)[4200..4202]].concat()
    );
}
