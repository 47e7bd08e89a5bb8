//! What a volume is by its header, and the numbers of wiping.

use std::fs;
use std::path::Path;

use super::*;
use crate::ErrorKind;

fn look_at(folder: &Path, name: &str, bytes: &[u8]) -> Volume {
    let path = folder.join(name);
    fs::write(&path, bytes).unwrap();
    look(&path, name).unwrap().unwrap()
}

/// The head of a qcow2 image, version 3, over another image.
fn qcow2(backing: &str) -> Vec<u8> {
    let mut head = vec![0; 512];
    let mut put = |at: usize, bytes: &[u8]| head[at..at + bytes.len()].copy_from_slice(bytes);
    put(0, b"QFI\xfb");
    put(4, &3u32.to_be_bytes());
    put(8, &256u64.to_be_bytes());
    put(16, &(backing.len() as u32).to_be_bytes());
    put(20, &16u32.to_be_bytes());
    put(24, &(1u64 << 30).to_be_bytes());
    put(80, &1u64.to_be_bytes());
    put(96, &4u32.to_be_bytes());
    put(100, &104u32.to_be_bytes());
    put(256, backing.as_bytes());
    head
}

#[test]
fn an_overlay_names_what_is_below_it_and_that_is_not_opened() {
    let folder = tempfile::tempdir().unwrap();
    // To open a pipe would wait for whoever writes to it.
    let pipe = folder.path().join("base");
    nix::unistd::mkfifo(&pipe, nix::sys::stat::Mode::S_IRWXU).unwrap();
    let overlay = look_at(folder.path(), "overlay", &qcow2("base"));
    assert_eq!((overlay.format, overlay.capacity, overlay.physical), (Format::Qcow2, 1 << 30, 512));
    let image = overlay.image.as_ref().unwrap();
    assert_eq!((image.compat.as_deref(), image.cluster_bytes), (Some("1.1"), Some(65536)));
    assert_eq!(image.features, Some(vec!["lazy_refcounts"]));
    let backing = image.backing.as_ref().unwrap();
    assert_eq!((&*backing.path, backing.format), (pipe.to_str().unwrap(), Format::Raw));
    assert!(backing.file.is_some());
    let elsewhere = look_at(folder.path(), "remote", &qcow2("nbd:host:1"));
    assert_eq!(&*elsewhere.image.unwrap().backing.unwrap().path, "nbd:host:1");
}

#[test]
fn what_contradicts_itself_is_raw() {
    let folder = tempfile::tempdir().unwrap();
    let mut head = qcow2("");
    head[7] = 9;
    let broken = look_at(folder.path(), "broken", &head);
    assert_eq!((broken.format, broken.capacity, broken.image), (Format::Raw, 512, None));
}

#[test]
fn an_encrypted_volume_is_as_large_as_what_is_behind_its_head() {
    let folder = tempfile::tempdir().unwrap();
    let mut bytes = vec![0; 8192];
    bytes[..8].copy_from_slice(b"LUKS\xba\xbe\0\x01");
    bytes[104..108].copy_from_slice(&8u32.to_be_bytes());
    let volume = look_at(folder.path(), "secret", &bytes);
    assert_eq!((volume.format, volume.capacity), (Format::Raw, 4096));
    assert_eq!(volume.image.unwrap().luks, Some(true));
}

#[test]
fn wiping_has_libvirts_numbers() {
    assert_eq!(Wipe::from_number(0).unwrap(), Wipe::Zero);
    assert_eq!(Wipe::from_number(8).unwrap(), Wipe::Scrub("random"));
    assert_eq!(Wipe::from_number(9).unwrap_err().kind(), ErrorKind::ArgumentUnsupported);
    let unknown = Wipe::from_number(10).unwrap_err();
    assert_eq!(unknown.kind(), ErrorKind::InvalidArgument);
    assert_eq!(unknown.to_string(), "wiping algorithm 10 not supported");
}
