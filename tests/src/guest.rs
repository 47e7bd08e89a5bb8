//! Domains that boot the distribution's kernel with the initramfs of `tests/guest`.

use crate::console::Console;
use crate::server::Server;
use crate::wait;
use std::env;
use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};

/// What guests boot.
#[derive(Debug, Clone)]
pub struct BootFiles {
    /// The distribution's bzImage.
    pub kernel: PathBuf,
    /// The same kernel unpacked: boots by PVH.
    pub elf: PathBuf,
    /// The initramfs.
    pub initrd: PathBuf,
}

/// The boot files, where this process can run guests; `tests/run` sees to that.
pub fn boot_files() -> Result<BootFiles, String> {
    let path = |name| env::var_os(name).map(PathBuf::from).ok_or("runs where guests run: make test");
    Ok(BootFiles {
        kernel: path("VIREO_GUEST_KERNEL")?,
        elf: path("VIREO_GUEST_ELF")?,
        initrd: path("VIREO_GUEST_INITRD")?,
    })
}

/// A domain to define; the fields say what differs from the smallest useful one.
#[derive(Debug, Clone)]
pub struct Guest {
    /// Its name.
    pub name: String,
    /// Its uuid.
    pub uuid: String,
    /// `q35`, `pc`, `microvm`.
    pub machine: String,
    /// Virtual processors.
    pub vcpus: u32,
    /// Those that are there at start, where not all are.
    pub current: Option<u32>,
    /// Memory.
    pub memory_mib: u64,
    /// bzImage or ELF.
    pub kernel: PathBuf,
    /// Initramfs.
    pub initrd: PathBuf,
    /// More kernel command line.
    pub cmdline: String,
    /// Raw images, the first is `vda`.
    pub disks: Vec<PathBuf>,
    /// Bridges, a virtio NIC on each.
    pub bridges: Vec<String>,
    /// The serial port; the console is on it.
    pub serial: String,
    /// More XML, inside `<devices>`.
    pub devices: String,
    /// More XML, beside `<devices>`.
    pub more: String,
}

impl Guest {
    /// 256 MiB, one processor, no disk, no NIC, a serial console on a pty.
    pub fn new(name: &str, files: &BootFiles) -> Guest {
        Guest {
            name: name.into(),
            uuid: uuid_of(name),
            machine: "q35".into(),
            vcpus: 1,
            current: None,
            memory_mib: 256,
            kernel: files.kernel.clone(),
            initrd: files.initrd.clone(),
            cmdline: String::new(),
            disks: Vec::new(),
            bridges: Vec::new(),
            serial: "<serial type='pty'/><console type='pty'/>".into(),
            devices: String::new(),
            more: String::new(),
        }
    }

    /// The definition.
    pub fn xml(&self) -> String {
        let mut devices = String::new();
        for (disk, letter) in self.disks.iter().zip('a'..='z') {
            let _ = write!(
                devices,
                "<disk type='file' device='disk'><driver name='qemu' type='raw'/>\
                 <source file='{}'/><target dev='vd{letter}' bus='virtio'/></disk>",
                disk.display()
            );
        }
        for (bridge, number) in self.bridges.iter().zip(1..) {
            let _ = write!(
                devices,
                "<interface type='bridge'><mac address='52:54:00:{}:{number:02x}'/>\
                 <source bridge='{bridge}'/><model type='virtio'/></interface>",
                mac_middle(&self.name)
            );
        }
        format!(
            "<domain type='kvm'><name>{}</name><uuid>{}</uuid><memory unit='MiB'>{}</memory>\
             <vcpu{}>{}</vcpu><os><type arch='x86_64' machine='{}'>hvm</type><kernel>{}</kernel>\
             <initrd>{}</initrd><cmdline>console=ttyS0 quiet panic=-1 {}</cmdline></os>\
             <features><acpi/><apic/></features><cpu mode='host-passthrough'/>{}\
             <devices>{devices}{}{}</devices></domain>",
            self.name,
            self.uuid,
            self.memory_mib,
            self.current.map(|current| format!(" current='{current}'")).unwrap_or_default(),
            self.vcpus,
            self.machine,
            self.kernel.display(),
            self.initrd.display(),
            self.cmdline,
            self.more,
            self.serial,
            self.devices
        )
    }
}

impl Server {
    /// Defines the guest.
    #[track_caller]
    pub fn define(&self, guest: &Guest) {
        let path = self.path(&format!("{}.xml", guest.name));
        fs::write(&path, guest.xml()).expect("a file");
        self.virsh(&["define", path.to_str().expect("a path of ours")]).ok();
    }

    /// Defines and starts the guest; its console.
    #[track_caller]
    pub fn launch(&self, guest: &Guest) -> Console {
        self.define(guest);
        self.virsh(&["start", &guest.name]).ok();
        Console::open(self, &guest.name)
    }

    /// `running (booted)`, `shut off (shutdown)` and so on.
    #[track_caller]
    pub fn state(&self, domain: &str) -> String {
        self.virsh(&["domstate", "--reason", domain]).ok().trim().to_owned()
    }

    /// Waits until the domain is in this state.
    #[track_caller]
    pub fn wait_state(&self, domain: &str, state: &str) {
        let mut last = String::new();
        let reached = wait::poll(|| {
            last = self.state(domain);
            (last == state).then_some(())
        });
        assert!(reached.is_some(), "{domain} is `{last}`, and never `{state}`");
    }
}

/// A file of zeros, sparse, for a disk.
pub fn empty_image(path: &Path, mib: u64) -> PathBuf {
    let file = fs::File::create(path).expect("a new image");
    file.set_len(mib << 20).expect("a sparse file");
    path.to_path_buf()
}

/// The same name has the same uuid, so that outputs can be compared.
fn uuid_of(name: &str) -> String {
    format!("5f0c2a9e-3c1d-4f63-9d2b-{:012x}", digest(name) & 0xffff_ffff_ffff)
}

fn mac_middle(name: &str) -> String {
    let digest = digest(name);
    format!("{:02x}:{:02x}", digest & 0xff, digest >> 8 & 0xff)
}

/// FNV-1a.
fn digest(name: &str) -> u64 {
    name.bytes()
        .fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3))
}
