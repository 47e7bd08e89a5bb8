//! What qemu-img makes, we recognise.

use std::{fs::File, path::Path, process::Command};

use vireo_image::probe::{Encryption, Format, probe};

#[test]
fn images_of_qemu_img_are_recognised() {
    if !Path::new("/usr/bin/qemu-img").exists() {
        return eprintln!("skipped: no qemu-img");
    }
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("image");
    let create = |arguments: &[&str]| {
        let mut command = Command::new("qemu-img");
        let made = command.args(["create", "-q", "-f"]).args(arguments).output().unwrap();
        assert!(made.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&made.stderr));
        probe(&File::open(&path).unwrap()).unwrap()
    };
    let file = path.to_str().unwrap();
    const SIZE: u64 = 64 << 20;
    for (name, format) in [
        ("raw", Format::Raw),
        ("qcow", Format::Qcow),
        ("qcow2", Format::Qcow2),
        ("qed", Format::Qed),
        ("vmdk", Format::Vmdk),
        ("vdi", Format::Vdi),
        ("parallels", Format::Parallels),
    ] {
        let info = create(&[name, file, "64M"]);
        assert_eq!((info.format, info.virtual_size), (format, Some(SIZE)), "{name}");
        assert_eq!(format.name(), name);
    }
    assert_eq!(create(&["vhdx", file, "64M"]).format, Format::Vhdx);
    assert_eq!(create(&["vpc", file, "64M"]).format, Format::Vpc);
    assert_eq!(create(&["vpc", "-o", "subformat=fixed", file, "64M"]).format, Format::Vpc);

    let secret = ["--object", "secret,id=s,data=x"];
    let luks = create(&["luks", secret[0], secret[1], "-o", "key-secret=s,iter-time=10", file, "1M"]);
    assert_eq!((luks.format, luks.encryption), (Format::Luks, Some(Encryption::Luks)));
    let options = "encrypt.format=luks,encrypt.key-secret=s,encrypt.iter-time=10";
    let encrypted = create(&["qcow2", secret[0], secret[1], "-o", options, file, "1M"]);
    assert_eq!(encrypted.encryption, Some(Encryption::Luks));

    let old = create(&["qcow2", "-o", "compat=0.10", file, "64M"]).qcow2.unwrap();
    assert_eq!(old.version, 2);
    let base = dir.path().join("base.qcow2");
    std::fs::rename(&path, &base).unwrap();
    let overlay = create(&["qcow2", "-b", base.to_str().unwrap(), "-F", "qcow2", file]);
    let backing = overlay.backing.unwrap();
    assert_eq!((backing.file.as_str(), backing.format.as_deref()), (base.to_str().unwrap(), Some("qcow2")));
    let plain =
        create(&["qcow2", "-o", "compression_type=zstd,extended_l2=on,cluster_size=128k", file, "64M"]);
    let more = plain.qcow2.unwrap();
    assert_eq!((more.cluster_bytes, more.has(vireo_image::probe::Qcow2Info::EXTENDED_L2)), (128 << 10, true));
    assert_eq!(more.compression, vireo_image::probe::Compression::Zstd);
}
