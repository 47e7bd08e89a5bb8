//! Taps and bridges for real, each test in a network namespace of its own thread.

use nix::sched::{CloneFlags, unshare};

use crate::link::{self, Links};
use crate::tap::{self, TapConfig};
use crate::{Kind, Mac};

const GUEST: Mac = Mac([0x52, 0x54, 0, 0xaa, 0xbb, 0xcc]);

const PLAIN: TapConfig<'static> =
    TapConfig { name: None, queues: 1, vnet_hdr: true, guest_mac: GUEST, mtu: None };

/// Runs a test on a host of its own. Says why where this host does not let it.
fn on_a_private_host(test: impl FnOnce(Links) + Send + 'static) {
    std::thread::spawn(move || {
        if let Err(error) = unshare(CloneFlags::CLONE_NEWNET) {
            eprintln!("skipped: no network namespace of one's own: {error}");
            return;
        }
        if let Err(error) = crate::sys::open_tun() {
            eprintln!("skipped: no /dev/net/tun: {error}");
            return;
        }
        test(Links::open().unwrap());
    })
    .join()
    .unwrap();
}

fn mac_of(name: &str) -> String {
    let reply = nix::ifaddrs::getifaddrs().unwrap().find_map(|interface| {
        let address = interface.address?;
        (interface.interface_name == name).then(|| address.as_link_addr()?.addr())?
    });
    Mac(reply.unwrap()).to_string()
}

#[test]
fn a_tap_joins_its_bridge_with_the_bridges_mtu_and_is_up() {
    on_a_private_host(|links| {
        links.add_bridge("br0");
        links.set_mtu("br0", 1400).unwrap();
        let tap = tap::on_bridge(&PLAIN, "br0", false).unwrap();
        assert!(tap.name.starts_with("vnet"));
        assert_eq!(links.mtu(&tap.name).unwrap(), 1400);
        assert!(links.is_up(&tap.name).unwrap());
        assert_eq!(mac_of(&tap.name), "fe:54:00:aa:bb:cc");
    });
}

#[test]
fn closing_the_descriptors_removes_the_interface() {
    on_a_private_host(|links| {
        links.add_bridge("br0");
        let config = TapConfig { name: Some("web0"), queues: 3, mtu: Some(1300), ..PLAIN };
        let mut tap = tap::on_bridge(&config, "br0", false).unwrap();
        assert_eq!((tap.name.as_str(), tap.queues.len()), ("web0", 3));
        assert_eq!(links.mtu("web0").unwrap(), 1300);
        tap.queues.truncate(1);
        assert!(link::exists("web0"));
        drop(tap);
        assert!(!link::exists("web0"));
    });
}

#[test]
fn a_missing_bridge_is_named_and_leaves_no_tap() {
    on_a_private_host(|_| {
        let config = TapConfig { name: Some("web0"), ..PLAIN };
        let error = tap::on_bridge(&config, "br-nope", false).unwrap_err();
        assert_eq!(error.to_string(), "Cannot get interface MTU on 'br-nope': No such device");
        assert_eq!(error.kind(), Kind::System(libc::ENODEV));
        assert!(!link::exists("web0"));
    });
}

#[test]
fn what_is_no_bridge_takes_no_port() {
    on_a_private_host(|_| {
        let config = TapConfig { name: Some("web0"), mtu: Some(1500), ..PLAIN };
        let error = tap::on_bridge(&config, "lo", false).unwrap_err();
        assert_eq!(error.to_string(), "Unable to add bridge lo port web0: Operation not supported");
        assert!(!link::exists("web0"));
    });
}

#[test]
fn names_that_are_taken_too_long_or_no_names_are_refused() {
    on_a_private_host(|_| {
        let refused = |name| tap::create(Some(name), 1, true).unwrap_err().to_string();
        assert_eq!(refused("lo"), "The lo interface already exists");
        assert_eq!(
            refused("averyveryverylongname"),
            "Network interface name 'averyveryverylongname' is too long: Numerical result out of range"
        );
        assert_eq!(refused("a/b"), "Unable to create tap device a/b: Invalid argument");
    });
}

#[test]
fn an_unmanaged_tap_must_be_there_before() {
    on_a_private_host(|_| {
        let config = TapConfig { name: Some("left0"), ..PLAIN };
        let error = tap::ethernet(&config, false).unwrap_err();
        assert_eq!(error.to_string(), "target managed='no' but specified dev doesn't exist");
        let error = tap::ethernet(&PLAIN, false).unwrap_err();
        assert_eq!(error.to_string(), "target dev must be supplied when managed='no'");

        let first = tap::create(Some("left0"), 2, true).unwrap();
        let config = TapConfig { queues: 2, ..config };
        let second = tap::ethernet(&config, false).unwrap();
        drop(first);
        assert!(link::exists("left0"));
        drop(second);
        assert!(!link::exists("left0"));
    });
}

#[test]
fn a_managed_tap_of_its_own_is_up() {
    on_a_private_host(|links| {
        let config = TapConfig { name: Some("tap%d"), mtu: Some(2000), ..PLAIN };
        let tap = tap::ethernet(&config, true).unwrap();
        assert!(tap.name.starts_with("vnet"), "{}", tap.name);
        assert!(links.is_up(&tap.name).unwrap());
        assert_eq!(links.mtu(&tap.name).unwrap(), 2000);
    });
}
