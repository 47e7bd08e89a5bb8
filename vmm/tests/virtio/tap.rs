//! Taps and a little network of the host's side, for tests that are root in a machine of their own.

use std::{fs::File, os::fd::AsRawFd, process::Command};

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
