//! Virtio devices of a launch, and the host's side of a network for tests that are root in a machine of their own.

use std::{fs::File, os::fd::AsRawFd, process::Command};

use vireo_control::{DiskSpec, NicSpec, RngSpec};

use super::Launch;

impl Launch {
    /// Another disk, as a specification has it that says no more than it must.
    pub fn disk(&mut self, image: File) -> &mut DiskSpec {
        let number = self.spec.disks.len();
        let image = self.add(image);
        self.spec.disks.push(DiskSpec {
            alias: format!("virtio-disk{number}"),
            target: format!("vd{}", ["a", "b", "c", "d"][number]),
            image,
            read_only: false,
            cache: Default::default(),
            discard: true,
            detect_zeroes: Default::default(),
            queues: None,
            queue_size: None,
            serial: None,
            logical_block_size: None,
            physical_block_size: None,
            address: None,
        });
        self.spec.disks.last_mut().unwrap()
    }

    /// A network interface on these taps, moved by the kernel where there are vhosts.
    pub fn nic(&mut self, taps: Vec<File>, vhosts: Vec<File>) -> &mut NicSpec {
        let taps = taps.into_iter().map(|tap| self.add(tap)).collect();
        let vhosts = vhosts.into_iter().map(|vhost| self.add(vhost)).collect();
        self.spec.nics.push(NicSpec {
            alias: "net0".into(),
            target: "vnet0".into(),
            mac: [0x52, 0x54, 0, 0x12, 0x34, 0x56],
            taps,
            vhosts,
            queue_size: None,
            mtu: None,
            link_up: true,
            offloads: true,
            address: None,
        });
        self.spec.nics.last_mut().unwrap()
    }

    /// An entropy device.
    pub fn rng(&mut self, rate: Option<(u32, u32)>) {
        let source = self.add(File::open("/dev/urandom").unwrap());
        self.spec.rngs.push(RngSpec { alias: "rng0".into(), source, rate, address: None });
    }

    /// The devices that the environment asks for: `LAUNCH_DISK=FILE`, `LAUNCH_TAP=ADDRESS/BITS` (of the host's side),
    /// `LAUNCH_VHOST=1`, `LAUNCH_RNG=1`.
    pub fn devices_from_environment(&mut self) {
        let asked = |name: &str| std::env::var(format!("LAUNCH_{name}")).ok();
        if let Some(path) = asked("DISK") {
            self.disk(File::options().read(true).write(true).open(path).unwrap());
        }
        if let Some(address) = asked("TAP") {
            assert!(possible());
            let vhosts = asked("VHOST").and_then(|_| vhosts(1)).unwrap_or_default();
            self.nic(tap("launch0", 1, &address), vhosts);
        }
        if asked("RNG").is_some() {
            self.rng(None);
        }
    }
}

nix::ioctl_write_ptr_bad!(tun_set_iff, 0x4004_54ca, libc::ifreq);

const IFF_TAP: i32 = 0x0002;
const IFF_NO_PI: i32 = 0x1000;
const IFF_VNET_HDR: i32 = 0x4000;
const IFF_MULTI_QUEUE: i32 = 0x0100;

/// Whether there can be taps here; says why not.
pub fn possible() -> bool {
    let _ = Command::new("modprobe").args(["-a", "tun", "vhost_net", "bridge"]).status();
    match File::options().read(true).write(true).open("/dev/net/tun") {
        Ok(_) => true,
        Err(error) => {
            println!("SKIP: no taps can be made: /dev/net/tun: {error}");
            false
        }
    }
}

/// A tap with so many queues, up, with the host's address on it.
pub fn tap(name: &str, queues: usize, address: &str) -> Vec<File> {
    let mut flags = IFF_TAP | IFF_NO_PI | IFF_VNET_HDR;
    if queues > 1 {
        flags |= IFF_MULTI_QUEUE;
    }
    let files = (0..queues).map(|_| {
        let file = File::options().read(true).write(true).open("/dev/net/tun").unwrap();
        // SAFETY: all bytes zero is a value of this plain struct.
        let mut request: libc::ifreq = unsafe { std::mem::zeroed() };
        for (place, byte) in request.ifr_name.iter_mut().zip(name.bytes()) {
            *place = byte as libc::c_char;
        }
        request.ifr_ifru.ifru_flags = flags as i16;
        // SAFETY: the kernel reads and writes an ifreq.
        unsafe { tun_set_iff(file.as_raw_fd(), &request) }.unwrap();
        file
    });
    let files = files.collect();
    ip(&["address", "add", address, "dev", name]);
    ip(&["link", "set", name, "up"]);
    files
}

fn ip(arguments: &[&str]) {
    assert!(Command::new("ip").args(arguments).status().unwrap().success(), "ip {arguments:?}");
}

/// vhost-net descriptors, where the kernel has it.
pub fn vhosts(count: usize) -> Option<Vec<File>> {
    let open = || File::options().read(true).write(true).open("/dev/vhost-net").ok();
    let vhosts = (0..count).map(|_| open()).collect();
    if Option::is_none(&vhosts) {
        println!("SKIP: no /dev/vhost-net");
    }
    vhosts
}
