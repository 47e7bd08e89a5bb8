//! A folder as a pool: what is a volume, what is made and removed, and what is refused.

use std::fs::{self, File};
use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};

use super::*;
use crate::permissions::Permissions;
use crate::volume::{Format, Original};

/// A pool's folder.
struct Pool(tempfile::TempDir);

impl Pool {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn path(&self) -> &Path {
        self.0.path()
    }

    fn target(&self) -> PoolTarget<'_> {
        PoolTarget { name: "p", path: self.path(), permissions: Permissions::default(), copy_on_write: None }
    }

    fn create(&self, new: &NewVolume<'_>) -> Result<Volume> {
        Dir.create_volume(&self.target(), new)
    }

    fn names(&self) -> Vec<String> {
        let scan = Dir.refresh(&self.target()).unwrap();
        let mut names: Vec<_> = scan.volumes.iter().map(|volume| volume.name.to_string()).collect();
        names.sort();
        names
    }

    fn volume(&self, name: &str) -> Volume {
        volume::look(&self.path().join(name), name).unwrap().unwrap()
    }
}

fn raw(name: &str, capacity: u64, allocation: u64) -> NewVolume<'_> {
    NewVolume {
        name,
        format: Format::Raw,
        capacity,
        allocation,
        permissions: Permissions::default(),
        no_copy_on_write: false,
        preallocate_metadata: false,
        encrypted: false,
        backing: false,
        image: None,
        original: None,
    }
}

#[track_caller]
fn refused<T: std::fmt::Debug>(outcome: Result<T>, kind: ErrorKind, text: &str) {
    let error = outcome.unwrap_err();
    assert_eq!(error.kind(), kind);
    assert!(error.to_string().contains(text), "{error}");
}

#[test]
fn files_and_folders_are_volumes_and_nothing_else_is() {
    let pool = Pool::new();
    let at = |name: &str| pool.path().join(name);
    fs::write(at("disk"), "x").unwrap();
    fs::write(at(".hidden"), "").unwrap();
    fs::write(at("new\nline"), "").unwrap();
    fs::create_dir(at("sub")).unwrap();
    symlink("disk", at("link")).unwrap();
    symlink("/nowhere/at/all", at("dangling")).unwrap();
    symlink("loop", at("loop")).unwrap();
    symlink("/dev/null", at("device")).unwrap();
    nix::unistd::mkfifo(&at("pipe"), nix::sys::stat::Mode::S_IRWXU).unwrap();
    let _socket = std::os::unix::net::UnixListener::bind(at("socket")).unwrap();
    assert_eq!(pool.names(), [".hidden", "disk", "link", "new\nline", "sub"]);
    assert_eq!((pool.volume("sub").kind, pool.volume("sub").format), (VolumeKind::Dir, Format::Dir));
}

#[test]
fn a_folder_that_is_not_there_is_named() {
    let pool = Pool::new();
    let target = PoolTarget { path: Path::new("/nowhere"), ..pool.target() };
    let error = Dir.refresh(&target).unwrap_err();
    assert_eq!(error.to_string(), "cannot open directory '/nowhere'");
    assert_eq!(error.kind(), ErrorKind::Helper(libc::ENOENT));
    assert!(!Dir.check(&target));
}

#[test]
fn a_build_makes_the_folder_and_leaves_one_that_is_there() {
    let base = Pool::new();
    let path = base.path().join("a/b");
    let permissions = Permissions::default();
    let target = PoolTarget { name: "p", path: &path, permissions, copy_on_write: None };
    let mode = || fs::metadata(&path).unwrap().mode() & 0o777;
    Dir.build(&target, BuildFlags::default()).unwrap();
    assert_eq!(mode(), 0o711);
    fs::set_permissions(&path, fs::Permissions::from_mode(0o750)).unwrap();
    Dir.build(&target, BuildFlags::default()).unwrap();
    assert_eq!(mode(), 0o750);
    let wanted = Permissions { mode: Some(0o700), ..permissions };
    Dir.build(&PoolTarget { permissions: wanted, ..target }, BuildFlags::default()).unwrap();
    assert_eq!(mode(), 0o700);
    let relative = PoolTarget { path: Path::new("a/b"), ..target };
    refused(
        Dir.build(&relative, BuildFlags::default()),
        ErrorKind::InvalidArgument,
        "path 'a/b' is not absolute",
    );
    for flag in [BuildFlags::OVERWRITE, BuildFlags::NO_OVERWRITE] {
        let said = "No source device specified when formatting pool 'p'";
        refused(Dir.build(&target, BuildFlags(flag)), ErrorKind::OperationInvalid, said);
    }
    assert!(matches!(Dir.build(&target, BuildFlags(12)).unwrap_err().kind(), ErrorKind::ExclusiveFlags(..)));
    let unknown = Dir.build(&target, BuildFlags(3)).unwrap_err();
    assert_eq!(unknown.kind(), ErrorKind::UnsupportedFlags("virStorageBackendFileSystemBuild", 3));
}

#[test]
fn only_an_empty_pool_is_deleted() {
    let pool = Pool::new();
    pool.create(&raw("v", 1, 0)).unwrap();
    let said = format!("failed to remove pool '{}'", pool.path().display());
    refused(Dir.delete(&pool.target(), 0), ErrorKind::System(libc::ENOTEMPTY), &said);
    Dir.delete_volume(&pool.target(), &pool.volume("v"), 0).unwrap();
    Dir.delete(&pool.target(), 0).unwrap();
    assert!(!pool.path().exists());
}

#[test]
fn volumes_are_made_as_large_and_as_full_as_asked() {
    let pool = Pool::new();
    let sparse = pool.create(&raw("sparse", 5 << 20, 0)).unwrap();
    assert_eq!((sparse.capacity, sparse.allocation, sparse.physical), (5 << 20, 0, 5 << 20));
    let full = pool.create(&raw("full", 1 << 20, 1 << 20)).unwrap();
    assert_eq!((full.capacity, full.ownership.mode), (1 << 20, 0o600));
    let over = pool.create(&raw("over", 1 << 20, 2 << 20)).unwrap();
    assert_eq!(over.capacity, 2 << 20);
    let permissions = Permissions { mode: Some(0o640), ..Permissions::default() };
    let open = pool.create(&NewVolume { permissions, ..raw("open", 1, 0) }).unwrap();
    assert_eq!(open.ownership.mode, 0o640);
    let folder = pool.create(&NewVolume { format: Format::Dir, ..raw("folder", 1, 1) }).unwrap();
    assert_eq!((folder.kind, folder.capacity), (VolumeKind::Dir, 0));
    assert_eq!(pool.names(), ["folder", "full", "open", "over", "sparse"]);
}

#[test]
fn what_cannot_be_made_leaves_nothing() {
    let pool = Pool::new();
    let huge = pool.create(&raw("huge", 2 << 60, 0)).unwrap_err();
    assert!(huge.to_string().starts_with("cannot extend file '"), "{huge}");
    assert!(pool.create(&raw("full", 1 << 50, 1 << 50)).unwrap_err().to_string().starts_with("cannot "));
    let long = "x".repeat(300);
    assert!(pool.create(&raw(&long, 1, 0)).unwrap_err().to_string().starts_with("Failed to create file '"));
    let slash = pool.create(&raw("a/b", 1, 0));
    refused(slash, ErrorKind::OperationInvalid, "volume name 'a/b' cannot contain '/'");
    for name in [".", ".."] {
        refused(pool.create(&raw(name, 1, 0)), ErrorKind::OperationInvalid, "already exists");
    }
    for format in [Format::Qcow2, Format::Vmdk] {
        let new = NewVolume { format, ..raw("image", 1, 0) };
        refused(pool.create(&new), ErrorKind::ConfigUnsupported, format.name());
    }
    let encrypted = NewVolume { encrypted: true, ..raw("secret", 1, 0) };
    refused(pool.create(&encrypted), ErrorKind::ConfigUnsupported, "encrypted");
    let over = NewVolume { backing: true, ..raw("over", 1, 0) };
    refused(pool.create(&over), ErrorKind::NoSupport, "backing storage not supported for raw volumes");
    assert_eq!(fs::read_dir(pool.path()).unwrap().count(), 0);
}

#[test]
fn a_name_that_is_taken_is_never_overwritten() {
    let pool = Pool::new();
    fs::write(pool.path().join("disk"), "precious").unwrap();
    refused(pool.create(&raw("disk", 1, 0)), ErrorKind::OperationInvalid, "already exists");
    symlink("elsewhere", pool.path().join("link")).unwrap();
    assert_eq!(pool.create(&raw("link", 1, 0)).unwrap_err().kind(), ErrorKind::System(libc::EEXIST));
    assert_eq!(fs::read(pool.path().join("disk")).unwrap(), b"precious");
    assert!(!pool.path().join("elsewhere").exists());
}

#[test]
fn a_copy_has_the_same_bytes_and_keeps_holes() {
    let pool = Pool::new();
    let path = pool.path().join("from");
    let file = File::create(&path).unwrap();
    file.set_len(8 << 20).unwrap();
    std::os::unix::fs::FileExt::write_all_at(&file, &[7; 10_000], 3 << 20).unwrap();
    let from = pool.volume("from");
    let original = Some(Original { path: &path, volume: &from, reflink: false });
    let copy = pool.create(&NewVolume { original, ..raw("to", 8 << 20, 0) }).unwrap();
    assert_eq!(fs::read(pool.path().join("to")).unwrap(), fs::read(&path).unwrap());
    assert!(copy.allocation <= from.allocation, "{copy:?}");
    let original = Some(Original { path: &path, volume: &from, reflink: false });
    let new = NewVolume { original, format: Format::Dir, ..raw("dir", 1, 0) };
    refused(pool.create(&new), ErrorKind::ConfigUnsupported, "from format 'raw' to 'dir'");
}

#[test]
fn volumes_grow_shrink_and_are_overwritten() {
    let pool = Pool::new();
    fs::write(pool.path().join("v"), [1; 8192]).unwrap();
    let target = pool.target();
    let resize =
        |capacity, allocate| Dir.resize_volume(&target, &pool.volume("v"), Resize { capacity, allocate });
    resize(1 << 20, false).unwrap();
    assert_eq!(pool.volume("v").capacity, 1 << 20);
    resize(2 << 20, true).unwrap();
    assert_eq!(pool.volume("v").capacity, 2 << 20);
    resize(4096, false).unwrap();
    assert_eq!(fs::read(pool.path().join("v")).unwrap(), [1; 4096]);
    Dir.wipe_volume(&target, &pool.volume("v"), Wipe::Zero).unwrap();
    assert_eq!(fs::read(pool.path().join("v")).unwrap(), [0; 4096]);
    let gone = pool.volume("v");
    fs::remove_file(pool.path().join("v")).unwrap();
    let again = Dir.resize_volume(&target, &gone, Resize { capacity: 1, allocate: false });
    assert_eq!(again.unwrap_err().kind(), ErrorKind::Helper(libc::ENOENT));
    assert_eq!(Dir.look(&target, &gone).unwrap_err().kind(), ErrorKind::NoVolume);
    Dir.delete_volume(&target, &gone, 0).unwrap();
}
