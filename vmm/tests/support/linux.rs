//! The distribution's kernel with an initial RAM disk of busybox and a script.

use std::{
    fs::{self, File},
    io::Write,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

/// The newest kernel here whose modules are here too, and its version.
pub fn kernel() -> Option<(PathBuf, String)> {
    let mut found: Vec<_> = fs::read_dir("/boot")
        .ok()?
        .filter_map(|entry| {
            let path = entry.ok()?.path();
            let version = path.file_name()?.to_str()?.strip_prefix("vmlinuz-")?.to_owned();
            Path::new("/lib/modules").join(&version).is_dir().then_some((path, version))
        })
        .collect();
    found.sort();
    let newest = found.pop();
    if newest.is_none() {
        println!("SKIP: no /boot/vmlinuz-* with its modules");
    }
    newest
}

/// The ELF image inside a bzImage.
pub fn unpacked(bzimage: &Path) -> Option<File> {
    let image = fs::read(bzimage).ok()?;
    let word = |at: usize| u32::from_le_bytes(image[at..at + 4].try_into().unwrap()) as usize;
    let setup = (usize::from(image[0x1f1]) + 1) * 512;
    let payload = &image[setup + word(0x248)..][..word(0x24c)];
    let (tool, payload): (&[&str], _) = match payload {
        // The last four bytes are the length, not the stream's.
        [0xfd, b'7', b'z', ..] => (&["xz", "-dc"], &payload[..payload.len() - 4]),
        [0x1f, 0x8b, ..] => (&["gzip", "-dc"], payload),
        [0x28, 0xb5, ..] => (&["zstd", "-dc"], &payload[..payload.len() - 4]),
        _ => return None,
    };
    let output = tempfile::tempfile().unwrap();
    let mut child = Command::new(tool[0])
        .args(&tool[1..])
        .stdin(Stdio::piped())
        .stdout(output.try_clone().unwrap())
        .stderr(Stdio::null())
        .spawn()
        .ok()?;
    // A tool may stop reading before trailing bytes.
    let _ = child.stdin.take()?.write_all(payload);
    child.wait().ok()?;
    (output.metadata().ok()?.len() > 0).then_some(output)
}

/// An initial RAM disk: busybox, these modules (in order), and `script` as its life.
pub fn initrd(version: &str, modules: &[&str], script: &str) -> File {
    let busybox = ["/bin/busybox", "/usr/bin/busybox"].into_iter().find(|path| Path::new(path).exists());
    let mut init = String::from(
        "#!/bin/busybox sh\n/bin/busybox mkdir -p /proc /sys /dev /tmp\n/bin/busybox --install -s /bin\n\
         export PATH=/bin\nmount -t proc proc /proc\nmount -t sysfs sys /sys\nmount -t devtmpfs dev /dev\n",
    );
    let mut archive = Cpio::default();
    archive.add("bin", 0o40755, b"");
    archive.add("bin/busybox", 0o100755, &fs::read(busybox.expect("busybox-static")).unwrap());
    let directory = Path::new("/lib/modules").join(version);
    // The index, not a walk over the tree: where guests are tested, that tree is far away.
    let index = fs::read_to_string(directory.join("modules.dep")).unwrap();
    for name in modules {
        let file = format!("/{name}.ko");
        let mut paths = index.lines().filter_map(|line| line.split_once(':')).map(|(path, _)| path);
        let Some(path) = paths.find(|path| path.ends_with(&file)) else { continue };
        let path = directory.join(path);
        archive.add(&format!("{name}.ko"), 0o100644, &fs::read(path).unwrap());
        init += &format!("insmod /{name}.ko\n");
    }
    init += script;
    archive.add("init", 0o100755, init.as_bytes());
    archive.add("TRAILER!!!", 0, b"");
    let mut file = tempfile::tempfile().unwrap();
    file.write_all(&archive.0).unwrap();
    file
}

#[derive(Default)]
struct Cpio(Vec<u8>);

impl Cpio {
    fn add(&mut self, name: &str, mode: u32, data: &[u8]) {
        let inode = self.0.len() as u32 + 1;
        let fields = [inode, mode, 0, 0, 1, 0, data.len() as u32, 0, 0, 0, 0, name.len() as u32 + 1, 0];
        self.0.extend_from_slice(b"070701");
        for field in fields {
            self.0.extend_from_slice(format!("{field:08x}").as_bytes());
        }
        self.0.extend_from_slice(name.as_bytes());
        self.0.push(0);
        self.pad();
        self.0.extend_from_slice(data);
        self.pad();
    }

    fn pad(&mut self) {
        self.0.resize(self.0.len().next_multiple_of(4), 0);
    }
}
