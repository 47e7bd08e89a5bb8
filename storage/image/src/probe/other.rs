//! All formats but qcow and qcow2.

use super::{
    Backing, Encryption, Format, HEAD, ImageInfo, ProbeError, malformed, name,
    source::{Source, be64, le32, le64, read},
};

/// Longest backing file name in a QED image: what QEMU takes.
const MAX_NAME: u32 = 1023;
/// Sector, in which VMDK and Parallels count.
const SECTOR: u64 = 512;

/// Formats with a mark in the first 512 bytes.
pub(super) fn by_head(
    image: &(impl Source + ?Sized),
    head: &[u8; HEAD],
) -> Result<Option<ImageInfo>, ProbeError> {
    let simple = |format, size| Ok(Some(ImageInfo::new(format, size)));
    if head.starts_with(b"QED\0") {
        return qed(image, head).map(Some);
    }
    if head.starts_with(b"KDMV") {
        return simple(Format::Vmdk, Some(sectors(le64(head, 12), Format::Vmdk)?));
    }
    if head.starts_with(b"COWD") {
        return simple(Format::Vmdk, Some(u64::from(le32(head, 12)) * SECTOR));
    }
    if head.starts_with(b"# Disk DescriptorFile") {
        return simple(Format::Vmdk, None);
    }
    if le32(head, 0x40) == 0xbeda_107f {
        return simple(Format::Vdi, Some(le64(head, 0x170)));
    }
    if head.starts_with(b"vhdxfile") {
        return simple(Format::Vhdx, None);
    }
    if head.starts_with(b"conectix") {
        return simple(Format::Vpc, Some(be64(head, 48)));
    }
    if head.starts_with(b"LUKS\xba\xbe") {
        let mut info = ImageInfo::new(Format::Luks, None);
        info.encryption = Some(Encryption::Luks);
        return Ok(Some(info));
    }
    if head.starts_with(b"WithoutFreeSpace") {
        return simple(Format::Parallels, Some(u64::from(le32(head, 36)) * SECTOR));
    }
    if head.starts_with(b"WithouFreSpacExt") {
        return simple(Format::Parallels, Some(sectors(le64(head, 36), Format::Parallels)?));
    }
    if head.starts_with(b"Bochs Virtual HD Image") {
        return simple(Format::Bochs, None);
    }
    if head.starts_with(b"#!/bin/sh\n#V2.0 Format\n") {
        return simple(Format::Cloop, None);
    }
    Ok(None)
}

/// Formats with a mark elsewhere; raw where there is none.
pub(super) fn by_other_places(image: &(impl Source + ?Sized), length: u64) -> Result<ImageInfo, ProbeError> {
    let mut mark = [0; 5];
    read(image, &mut mark, 0x8001)?;
    if &mark == b"CD001" {
        return Ok(ImageInfo::new(Format::Iso, Some(length)));
    }
    if let Some(last) = length.checked_sub(SECTOR) {
        let mut tail = [0; SECTOR as usize];
        read(image, &mut tail, last)?;
        // The fixed kind of VHD has its header as a footer, with features 2, version 1.0 and disk type 2. A raw disk
        // whose guest put the mark alone there stays raw.
        if tail.starts_with(b"conectix")
            && tail[8..16] == [0, 0, 0, 2, 0, 1, 0, 0]
            && tail[60..64] == [0, 0, 0, 2]
        {
            return Ok(ImageInfo::new(Format::Vpc, Some(be64(&tail, 48))));
        }
        if tail.starts_with(b"koly") && tail[4..12] == [0, 0, 0, 4, 0, 0, 2, 0] {
            return Ok(ImageInfo::new(Format::Dmg, None));
        }
    }
    Ok(ImageInfo::new(Format::Raw, Some(length)))
}

fn qed(image: &(impl Source + ?Sized), head: &[u8; HEAD]) -> Result<ImageInfo, ProbeError> {
    const BACKED: u64 = 1 << 0;
    const BACKING_IS_RAW: u64 = 1 << 2;
    let mut info = ImageInfo::new(Format::Qed, Some(le64(head, 48)));
    let features = le64(head, 16);
    if features & BACKED != 0 {
        let (offset, length) = (le32(head, 56), le32(head, 60));
        if length > MAX_NAME {
            return malformed(Format::Qed, "its backing file's name is too long");
        }
        let mut bytes = vec![0; length as usize];
        read(image, &mut bytes, u64::from(offset))?;
        let format = (features & BACKING_IS_RAW != 0).then(|| "raw".to_owned());
        info.backing = Some(Backing { file: name(&bytes, Format::Qed)?, format });
    }
    Ok(info)
}

fn sectors(count: u64, format: Format) -> Result<u64, ProbeError> {
    match count.checked_mul(SECTOR) {
        Some(bytes) => Ok(bytes),
        None => malformed(format, "its size is out of bounds"),
    }
}
