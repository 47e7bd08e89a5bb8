use proptest::prelude::*;

use super::*;

fn of(bytes: &[u8]) -> ImageInfo {
    probe(bytes).unwrap()
}

fn refused(bytes: &[u8]) -> &'static str {
    match probe(bytes) {
        Err(ProbeError::Malformed { what, .. }) => what,
        other => panic!("{other:?}"),
    }
}

fn put(image: &mut Vec<u8>, at: usize, bytes: &[u8]) {
    if image.len() < at + bytes.len() {
        image.resize(at + bytes.len(), 0);
    }
    image[at..at + bytes.len()].copy_from_slice(bytes);
}

/// A version 3 header with 64 KiB clusters and 10 GiB.
fn qcow2() -> Vec<u8> {
    let mut image = vec![];
    put(&mut image, 0, b"QFI\xfb\0\0\0\x03");
    put(&mut image, 20, &16u32.to_be_bytes());
    put(&mut image, 24, &(10u64 << 30).to_be_bytes());
    put(&mut image, 96, &4u32.to_be_bytes());
    put(&mut image, 100, &112u32.to_be_bytes());
    put(&mut image, 65_535, &[0]);
    image
}

#[test]
fn nothing_known_is_raw() {
    for bytes in [&[][..], &[0; 5], &[0xff; 1000], b"QFI", b"hello world"] {
        let info = of(bytes);
        assert_eq!((info.format, info.virtual_size), (Format::Raw, Some(bytes.len() as u64)));
    }
}

#[test]
fn each_format_has_its_mark() {
    let at = |place: usize, mark: &[u8]| {
        let mut image = vec![0; 0x9000];
        put(&mut image, place, mark);
        of(&image).format
    };
    assert_eq!(at(0, b"QED\0"), Format::Qed);
    assert_eq!(at(0, b"KDMV"), Format::Vmdk);
    assert_eq!(at(0, b"COWD"), Format::Vmdk);
    assert_eq!(at(0, b"# Disk DescriptorFile"), Format::Vmdk);
    assert_eq!(at(0x40, &0xbeda_107fu32.to_le_bytes()), Format::Vdi);
    assert_eq!(at(0, b"vhdxfile"), Format::Vhdx);
    assert_eq!(at(0, b"conectix"), Format::Vpc);
    assert_eq!(at(0, b"LUKS\xba\xbe\0\x02"), Format::Luks);
    assert_eq!(at(0, b"WithoutFreeSpace"), Format::Parallels);
    assert_eq!(at(0, b"Bochs Virtual HD Image"), Format::Bochs);
    assert_eq!(at(0x8001, b"CD001"), Format::Iso);
    assert_eq!(at(0x9000 - 512, b"koly\0\0\0\x04\0\0\x02\0"), Format::Dmg);
    assert_eq!(at(0x9000 - 512, b"conectix"), Format::Raw);
}

#[test]
fn a_fixed_vhd_is_known_by_its_footer() {
    let mut image = vec![0; 4096];
    put(&mut image, 3584, b"conectix\0\0\0\x02\0\x01\0\0");
    put(&mut image, 3584 + 48, &3584u64.to_be_bytes());
    put(&mut image, 3584 + 60, &2u32.to_be_bytes());
    let info = of(&image);
    assert_eq!((info.format, info.virtual_size), (Format::Vpc, Some(3584)));
}

#[test]
fn a_qcow2_header_is_read() {
    let mut image = qcow2();
    put(&mut image, 60, &3u32.to_be_bytes());
    put(&mut image, 72, &(Qcow2Info::DIRTY | Qcow2Info::DATA_FILE | Qcow2Info::COMPRESSION).to_be_bytes());
    put(&mut image, 80, &Qcow2Info::LAZY_REFCOUNTS.to_be_bytes());
    put(&mut image, 104, &[1]);
    put(&mut image, 112, &[&[0xe2, 0x79, 0x2a, 0xca, 0, 0, 0, 3][..], b"raw\0\0\0\0\0"].concat());
    put(&mut image, 128, &[&b"DATA\0\0\0\x05"[..], b"d.raw\0\0\0", &[0; 8]].concat());
    put(&mut image, 8, &[&300u64.to_be_bytes()[..], &9u32.to_be_bytes()].concat());
    put(&mut image, 300, b"/a/b.qcow");
    let info = of(&image);
    assert_eq!((info.format, info.virtual_size), (Format::Qcow2, Some(10 << 30)));
    assert_eq!(info.backing, Some(Backing { file: "/a/b.qcow".into(), format: Some("raw".into()) }));
    assert_eq!(info.encryption, None);
    let more = info.qcow2.unwrap();
    assert_eq!((more.version, more.cluster_bytes, more.refcount_bits, more.snapshots), (3, 65_536, 16, 3));
    assert_eq!((more.compression, more.data_file.as_deref()), (Compression::Zstd, Some("d.raw")));
    assert!(more.has(Qcow2Info::DIRTY) && !more.has(Qcow2Info::EXTENDED_L2));
}

#[test]
fn an_encrypted_qcow2_says_so() {
    let mut image = qcow2();
    put(&mut image, 32, &2u32.to_be_bytes());
    assert_eq!(of(&image).encryption, Some(Encryption::Luks));
}

#[test]
fn a_qcow2_header_out_of_bounds_is_refused() {
    let with = |place: usize, bytes: &[u8]| {
        let mut image = qcow2();
        put(&mut image, place, bytes);
        refused(&image)
    };
    assert!(with(4, &[0, 0, 0, 9]).contains("version"));
    assert!(with(20, &[0, 0, 0, 8]).contains("cluster size"));
    assert!(with(20, &[0xff; 4]).contains("cluster size"));
    assert!(with(24, &[0xff; 8]).contains("size"));
    assert!(with(32, &[0, 0, 0, 3]).contains("encryption"));
    assert!(with(96, &[0, 0, 0, 7]).contains("reference counts"));
    assert!(with(100, &[0xff; 4]).contains("header's length"));
    assert!(with(8, &[&300u64.to_be_bytes()[..], &1024u32.to_be_bytes()].concat()).contains("too long"));
    assert!(with(8, &[&[0xff; 8][..], &9u32.to_be_bytes()].concat()).contains("outside"));
    assert!(with(112, &[0xe2, 0x79, 0x2a, 0xca, 0xff, 0xff, 0xff, 0xff]).contains("runs out"));
    assert!(with(112, &[0xe2, 0x79, 0x2a, 0xca, 0, 0, 8, 0]).contains("too long"));
    assert!(with(8, &[&300u64.to_be_bytes()[..], &9u32.to_be_bytes()].concat()).contains("not text"));
}

#[test]
fn a_vmdk_size_does_not_overflow() {
    let mut image = vec![0; 512];
    put(&mut image, 0, b"KDMV");
    put(&mut image, 12, &[0xff; 8]);
    assert!(refused(&image).contains("size"));
}

proptest! {
    #[test]
    fn any_header_gives_an_answer(
        mark in prop::sample::select(vec![
            &b"QFI\xfb\0\0\0\x01"[..], b"QFI\xfb\0\0\0\x02", b"QFI\xfb\0\0\0\x03", b"QED\0", b"KDMV", b"conectix", b"",
        ]),
        plausible in any::<bool>(),
        tail in prop::collection::vec(any::<u8>(), 0..2000),
    ) {
        let mut image = mark.to_vec();
        image.extend(tail);
        if plausible && image.len() > 108 {
            put(&mut image, 20, &16u32.to_be_bytes());
            put(&mut image, 24, &[0; 12]);
            put(&mut image, 96, &[0, 0, 0, 4, 0, 0, 0, 112]);
        }
        let _ = probe(&image[..]);
    }
}
