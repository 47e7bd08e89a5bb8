//! QEMU's tools notice our locks, and we notice theirs. A file of its own: a child between fork and exec holds copies of all
//! descriptors, which would disturb other tests of locks.

use std::{
    io::{BufRead, BufReader, Write},
    path::Path,
    process::{Command, Stdio},
};

use tempfile::NamedTempFile;
use vireo_image::lock::{Access, LockError, acquire, check, release};

#[test]
fn qemu_and_we_see_each_other() {
    if !Path::new("/usr/bin/qemu-io").exists() {
        return eprintln!("skipped: no qemu-io");
    }
    let image = NamedTempFile::new().unwrap();
    image.as_file().set_len(1 << 20).unwrap();
    let write = || {
        let mut command = Command::new("qemu-io");
        command.args(["-f", "raw", "-c", "write 0 512"]).arg(image.path());
        command.output().unwrap()
    };
    assert!(write().status.success());
    for access in [Access::Write, Access::Read] {
        acquire(image.as_file(), access).unwrap();
        let refused = write();
        assert!(!refused.status.success());
        let message = String::from_utf8_lossy(&refused.stderr).into_owned();
        assert!(message.contains("Failed to get \"write\" lock"), "{message}");
    }
    acquire(image.as_file(), Access::ReadShared).unwrap();
    assert!(write().status.success());
    release(image.as_file());

    let mut command = Command::new("qemu-io");
    command.args(["-f", "raw"]).arg(image.path()).stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut qemu = command.spawn().unwrap();
    let (mut stdin, mut stdout) = (qemu.stdin.take().unwrap(), BufReader::new(qemu.stdout.take().unwrap()));
    stdin.write_all(b"write 0 512\n").unwrap();
    stdin.flush().unwrap();
    let mut line = String::new();
    while !line.contains("wrote 512") {
        assert_ne!(stdout.read_line(&mut line).unwrap(), 0, "{line}");
    }
    let Err(LockError::Written(Some(holder))) = check(image.as_file(), Access::Write) else {
        panic!("qemu-io's lock is not seen")
    };
    assert_eq!((holder.pid, holder.name.as_str()), (qemu.id() as i32, "qemu-io"));
    drop(stdin);
    qemu.wait().unwrap();
    check(image.as_file(), Access::Write).unwrap();
}
