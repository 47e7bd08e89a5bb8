//! The header of qcow and qcow2 images.
//!
//! ```text
//! 0 magic  4 version  8 backing offset  16 backing length  20 cluster bits  24 size  32 encryption  36 L1 length
//! 40 L1 offset  48 refcount table  56 its clusters  60 snapshots  64 their table
//! version 3:  72 incompatible features  80 compatible  88 autoclear  96 refcount order  100 header length  104 compression
//! then extensions (type, length, data padded to 8) up to type 0; then the backing file's name
//! ```

use super::{
    Backing, Encryption, Format, HEAD, ImageInfo, ProbeError, malformed, name,
    source::{Source, be32, be64, read},
};

const MAGIC: &[u8; 4] = b"QFI\xfb";

/// Longest backing or data file name: what QEMU takes.
const MAX_NAME: u32 = 1023;
/// Header extensions looked at. There are five kinds; repeating them has no meaning.
const MAX_EXTENSIONS: usize = 16;
/// Longest header: QEMU writes 112 bytes; a longer one is read as far as it is known.
const MAX_HEADER: u32 = 4096;
/// Largest virtual size: what a signed 64-bit offset reaches.
const MAX_SIZE: u64 = i64::MAX as u64;

/// More about a qcow2 image.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Qcow2Info {
    /// 2 (`compat` 0.10) or 3 (`compat` 1.1).
    pub version: u32,
    /// Bytes per cluster.
    pub cluster_bytes: u64,
    /// Feature bits a reader must know.
    pub incompatible: u64,
    /// Feature bits a reader may ignore.
    pub compatible: u64,
    /// Feature bits a writer must clear when it does not know them.
    pub autoclear: u64,
    /// Bits per reference count.
    pub refcount_bits: u32,
    /// Internal snapshots.
    pub snapshots: u32,
    /// How compressed clusters are compressed.
    pub compression: Compression,
    /// Where the data lies when not in the image: the name of that file.
    pub data_file: Option<String>,
}

impl Qcow2Info {
    /// Reference counts may be wrong: a writer died.
    pub const DIRTY: u64 = 1 << 0;
    /// Some structure is known to be wrong; not to be written to.
    pub const CORRUPT: u64 = 1 << 1;
    /// The data lies in another file.
    pub const DATA_FILE: u64 = 1 << 2;
    /// The compression is not deflate.
    pub const COMPRESSION: u64 = 1 << 3;
    /// Subclusters.
    pub const EXTENDED_L2: u64 = 1 << 4;
    /// All incompatible features known today.
    pub const KNOWN: u64 = 0x1f;
    /// A compatible feature: reference counts are updated lazily.
    pub const LAZY_REFCOUNTS: u64 = 1 << 0;

    /// Whether an incompatible feature is set.
    pub fn has(&self, feature: u64) -> bool {
        self.incompatible & feature != 0
    }
}

/// Compression of single clusters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Compression {
    /// deflate, the default.
    Zlib,
    /// zstd.
    Zstd,
    /// A kind from the future.
    Other(u8),
}

pub(super) fn probe(
    image: &(impl Source + ?Sized),
    head: &[u8; HEAD],
) -> Result<Option<ImageInfo>, ProbeError> {
    if !head.starts_with(MAGIC) {
        return Ok(None);
    }
    match be32(head, 4) {
        1 => version1(image, head),
        version @ 2..=3 => version2(image, head, version),
        _ => malformed(Format::Qcow2, "its version is unknown"),
    }
    .map(Some)
}

fn version1(image: &(impl Source + ?Sized), head: &[u8; HEAD]) -> Result<ImageInfo, ProbeError> {
    let mut info = ImageInfo::new(Format::Qcow, Some(virtual_size(head, Format::Qcow)?));
    info.backing = backing_name(image, head, Format::Qcow, u64::MAX)?;
    info.encryption = match be32(head, 36) {
        0 => None,
        1 => Some(Encryption::Qcow),
        _ => return malformed(Format::Qcow, "its encryption is unknown"),
    };
    Ok(info)
}

fn version2(
    image: &(impl Source + ?Sized),
    head: &[u8; HEAD],
    version: u32,
) -> Result<ImageInfo, ProbeError> {
    let format = Format::Qcow2;
    let cluster_bytes = match be32(head, 20) {
        bits @ 9..=21 => 1u64 << bits,
        _ => return malformed(format, "its cluster size is not 512 bytes to 2 MiB"),
    };
    let mut info = ImageInfo::new(format, Some(virtual_size(head, format)?));
    info.encryption = match be32(head, 32) {
        0 => None,
        1 => Some(Encryption::Qcow),
        2 => Some(Encryption::Luks),
        _ => return malformed(format, "its encryption is unknown"),
    };
    let mut more = Qcow2Info {
        version,
        cluster_bytes,
        incompatible: 0,
        compatible: 0,
        autoclear: 0,
        refcount_bits: 16,
        snapshots: be32(head, 60),
        compression: Compression::Zlib,
        data_file: None,
    };
    let mut header_length = 72;
    if version == 3 {
        (more.incompatible, more.compatible, more.autoclear) =
            (be64(head, 72), be64(head, 80), be64(head, 88));
        more.refcount_bits = match be32(head, 96) {
            order @ 0..=6 => 1 << order,
            _ => return malformed(format, "its reference counts are wider than 64 bits"),
        };
        header_length = be32(head, 100);
        if !(104..=MAX_HEADER).contains(&header_length) || !header_length.is_multiple_of(8) {
            return malformed(format, "its header's length is out of bounds");
        }
        if header_length > 104 {
            more.compression = match head[104] {
                0 => Compression::Zlib,
                1 => Compression::Zstd,
                other => Compression::Other(other),
            };
        }
    }
    info.backing = backing_name(image, head, format, cluster_bytes)?;
    extensions(image, u64::from(header_length), cluster_bytes, &mut info, &mut more)?;
    info.qcow2 = Some(more);
    Ok(info)
}

fn virtual_size(head: &[u8; HEAD], format: Format) -> Result<u64, ProbeError> {
    match be64(head, 24) {
        size if size <= MAX_SIZE => Ok(size),
        _ => malformed(format, "its size is out of bounds"),
    }
}

/// The backing file's name, which must end before `end`.
fn backing_name(
    image: &(impl Source + ?Sized),
    head: &[u8; HEAD],
    format: Format,
    end: u64,
) -> Result<Option<Backing>, ProbeError> {
    let (offset, length) = (be64(head, 8), be32(head, 16));
    if offset == 0 || length == 0 {
        return Ok(None);
    }
    if length > MAX_NAME {
        return malformed(format, "its backing file's name is too long");
    }
    if offset.checked_add(u64::from(length)).is_none_or(|name_end| name_end > end) {
        return malformed(format, "its backing file's name lies outside of its first cluster");
    }
    let file = name(&bytes(image, offset, length)?, format)?;
    Ok(Some(Backing { file, format: None }))
}

fn extensions(
    image: &(impl Source + ?Sized),
    mut at: u64,
    end: u64,
    info: &mut ImageInfo,
    more: &mut Qcow2Info,
) -> Result<(), ProbeError> {
    const BACKING_FORMAT: u32 = 0xe279_2aca;
    const DATA_FILE: u32 = 0x4441_5441;
    for _ in 0..MAX_EXTENSIONS {
        if at + 8 > end {
            return Ok(());
        }
        let mut header = [0; 8];
        read(image, &mut header, at)?;
        let (kind, length) = (be32(&header, 0), be32(&header, 4));
        at += 8;
        if kind == 0 {
            return Ok(());
        }
        if u64::from(length) > end - at {
            return malformed(Format::Qcow2, "a header extension runs out of its first cluster");
        }
        if matches!(kind, BACKING_FORMAT | DATA_FILE) {
            if length > MAX_NAME {
                return malformed(Format::Qcow2, "a name in a header extension is too long");
            }
            let text = name(&bytes(image, at, length)?, Format::Qcow2)?;
            match (kind, &mut info.backing) {
                (BACKING_FORMAT, Some(backing)) => backing.format = Some(text),
                (DATA_FILE, _) => more.data_file = Some(text),
                _ => {}
            }
        }
        at += u64::from(length).next_multiple_of(8);
    }
    Ok(())
}

/// Some bytes of the image; the caller has bounded `length` by [`MAX_NAME`].
fn bytes(image: &(impl Source + ?Sized), offset: u64, length: u32) -> Result<Vec<u8>, ProbeError> {
    let mut bytes = vec![0; length as usize];
    read(image, &mut bytes, offset)?;
    Ok(bytes)
}
