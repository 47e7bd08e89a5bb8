//! What an image is, by its first (and for a few formats its last) bytes.
//!
//! The header is written by whoever had the image, a hostile guest included: a guest with a raw disk can write any header
//! it likes to it. So a probe only reports. Who opens an image for a guest takes the format from the configuration,
//! not from here, and never opens a file because a header names it.
//!
//! Every length and offset in a header is bounded before it is used; what does not fit is [`ProbeError::Malformed`].

mod other;
mod qcow2;
mod source;
#[cfg(test)]
mod tests;

use std::io;

pub use qcow2::{Compression, Qcow2Info};
pub use source::Source;

/// Image formats that are told apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Format {
    /// No header: the bytes are the disk's.
    Raw,
    /// An ISO 9660 file system; as a disk it is raw.
    Iso,
    /// QEMU's first format (qcow version 1).
    Qcow,
    /// QEMU's format, versions 2 and 3.
    Qcow2,
    /// QEMU enhanced disk.
    Qed,
    /// VMware's disk, sparse or described by text.
    Vmdk,
    /// VirtualBox's disk.
    Vdi,
    /// Hyper-V's newer disk.
    Vhdx,
    /// Hyper-V's and Virtual PC's older disk (`vpc`).
    Vpc,
    /// An encrypted volume.
    Luks,
    /// Parallels' disk.
    Parallels,
    /// Bochs' growing disk.
    Bochs,
    /// A compressed loop image.
    Cloop,
    /// Apple's disk image.
    Dmg,
}

impl Format {
    /// The name that libvirt and QEMU have for it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Raw => "raw",
            Self::Iso => "iso",
            Self::Qcow => "qcow",
            Self::Qcow2 => "qcow2",
            Self::Qed => "qed",
            Self::Vmdk => "vmdk",
            Self::Vdi => "vdi",
            Self::Vhdx => "vhdx",
            Self::Vpc => "vpc",
            Self::Luks => "luks",
            Self::Parallels => "parallels",
            Self::Bochs => "bochs",
            Self::Cloop => "cloop",
            Self::Dmg => "dmg",
        }
    }
}

/// How an image is encrypted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encryption {
    /// qcow's own AES, obsolete.
    Qcow,
    /// LUKS, inside of qcow2 or as the whole image.
    Luks,
}

/// The image below an overlay, as the overlay names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Backing {
    /// File name or `json:`/protocol string, not interpreted.
    pub file: String,
    /// Format, where the overlay tells.
    pub format: Option<String>,
}

/// What a header says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImageInfo {
    /// The format.
    pub format: Format,
    /// Bytes the guest sees, where the header tells; the file's length for formats without a header.
    pub virtual_size: Option<u64>,
    /// The image below.
    pub backing: Option<Backing>,
    /// Its encryption.
    pub encryption: Option<Encryption>,
    /// More, of a qcow2 image.
    pub qcow2: Option<Qcow2Info>,
}

impl ImageInfo {
    fn new(format: Format, virtual_size: Option<u64>) -> Self {
        Self { format, virtual_size, backing: None, encryption: None, qcow2: None }
    }
}

/// Why nothing can be said.
#[derive(Debug, thiserror::Error)]
pub enum ProbeError {
    /// The image cannot be read.
    #[error("cannot read the image: {0}")]
    Read(#[from] io::Error),
    /// It has the mark of a format and contradicts it.
    #[error("malformed {} image: {what}", .format.name())]
    Malformed {
        /// The format marked.
        format: Format,
        /// What is wrong.
        what: &'static str,
    },
}

fn malformed<T>(format: Format, what: &'static str) -> Result<T, ProbeError> {
    Err(ProbeError::Malformed { format, what })
}

/// Bytes read from the start: every format's mark and fixed header lie in them, but ISO's.
const HEAD: usize = 512;

/// Tells what an image is. The file must not be open with `O_DIRECT`.
pub fn probe(image: &(impl Source + ?Sized)) -> Result<ImageInfo, ProbeError> {
    let mut head = [0; HEAD];
    let length = image.length()?;
    source::read(image, &mut head, 0)?;
    if let Some(info) = qcow2::probe(image, &head)? {
        return Ok(info);
    }
    if let Some(info) = other::by_head(image, &head)? {
        return Ok(info);
    }
    other::by_other_places(image, length)
}

/// A name inside an image: text, without control characters.
fn name(bytes: &[u8], format: Format) -> Result<String, ProbeError> {
    match std::str::from_utf8(bytes) {
        Ok(text) if !text.chars().any(char::is_control) => Ok(text.to_owned()),
        _ => malformed(format, "a file name in it is not text"),
    }
}
