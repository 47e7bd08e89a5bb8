//! Images of all kinds, and things that are none.

use std::fs;
use std::io::Write;
use std::path::Path;

use super::*;

fn of_file(path: &Path) -> Source<'_> {
    Source { path, kind: SourceKind::File, read_only: false, shareable: false, direct: false }
}

fn image(folder: &tempfile::TempDir) -> std::path::PathBuf {
    let path = folder.path().join("disk.img");
    fs::write(&path, [7; 4096]).unwrap();
    path
}

fn refused(source: &Source<'_>) -> String {
    open(source).unwrap_err().to_string()
}

#[test]
fn an_image_is_opened_as_asked() {
    let folder = tempfile::tempdir().unwrap();
    let path = image(&folder);
    assert!(open(&of_file(&path)).unwrap().write_all(b"x").is_ok());
    let mut read_only = open(&Source { read_only: true, ..of_file(&path) }).unwrap();
    assert!(read_only.write_all(b"x").is_err());
}

#[test]
fn what_is_missing_is_named() {
    let error = open(&of_file(Path::new("/nope/x.img"))).unwrap_err();
    assert_eq!(error.to_string(), "Cannot access storage file '/nope/x.img'");
    assert_eq!(error.failure(), Kind::System(libc::ENOENT));
}

#[test]
fn what_is_no_image_is_refused_without_waiting() {
    let folder = tempfile::tempdir().unwrap();
    let pipe = folder.path().join("pipe");
    nix::unistd::mkfifo(&pipe, nix::sys::stat::Mode::S_IRWXU).unwrap();
    assert_eq!(refused(&of_file(&pipe)), format!("'{}' is not a regular file", pipe.display()));
    assert_eq!(refused(&of_file(Path::new("/dev/null"))), "'/dev/null' is not a regular file");
    let directory = format!("'{}' is not a regular file", folder.path().display());
    assert_eq!(refused(&of_file(folder.path())), directory);
    let path = image(&folder);
    let block = Source { kind: SourceKind::Block, ..of_file(&path) };
    assert_eq!(refused(&block), format!("'{}' is not a block device", path.display()));
}

#[test]
fn one_guest_at_a_time_unless_they_share() {
    let folder = tempfile::tempdir().unwrap();
    let path = image(&folder);
    let first = open(&of_file(&path)).unwrap();
    let error = refused(&of_file(&path));
    assert!(error.starts_with(&format!("Failed to lock '{}': ", path.display())), "{error}");
    assert!(error.contains(&format!("process {}", std::process::id())), "{error}");
    drop(first);

    let shared = Source { shareable: true, ..of_file(&path) };
    let _one = open(&shared).unwrap();
    let _two = open(&shared).unwrap();
    assert!(open(&of_file(&path)).is_err());
}

#[test]
fn readers_do_not_disturb_each_other() {
    let folder = tempfile::tempdir().unwrap();
    let path = image(&folder);
    let reader = Source { read_only: true, ..of_file(&path) };
    let _one = open(&reader).unwrap();
    let _two = open(&reader).unwrap();
    assert!(open(&of_file(&path)).is_err());
}
