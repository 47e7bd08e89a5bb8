use std::{
    io,
    os::{
        fd::{AsRawFd, RawFd},
        unix::net::UnixDatagram,
    },
    sync::{Arc, Mutex},
};

use proptest::prelude::*;
use virtio_bindings::{
    virtio_net::{
        VIRTIO_NET_F_CTRL_GUEST_OFFLOADS, VIRTIO_NET_F_GUEST_CSUM, VIRTIO_NET_F_GUEST_TSO4, VIRTIO_NET_F_MQ,
        VIRTIO_NET_F_MRG_RXBUF, VIRTIO_NET_F_MTU,
    },
    virtio_ring::VIRTIO_RING_F_EVENT_IDX,
};

use super::*;
use crate::{
    stats::Stats,
    virtio::{
        VirtioDevice,
        testing::{Buffer, Driver, ram},
        worker::{Handler, Next},
    },
};

const MAC: [u8; 6] = [0x52, 0x54, 0, 1, 2, 3];
const MRG: u64 = 1 << VIRTIO_NET_F_MRG_RXBUF;
const TSO: u64 = 1 << VIRTIO_NET_F_GUEST_CSUM | 1 << VIRTIO_NET_F_GUEST_TSO4;

/// What was asked of a tap.
#[derive(Default)]
struct Asked {
    offload: u32,
    attached: Option<bool>,
}

/// A socket in place of a tap: one datagram is one packet.
struct FakeTap(UnixDatagram, Arc<Mutex<Asked>>);

impl AsRawFd for FakeTap {
    fn as_raw_fd(&self) -> RawFd {
        self.0.as_raw_fd()
    }
}

impl Tap for FakeTap {
    fn set_offload(&self, flags: u32) -> io::Result<()> {
        // As kernels do that have no UFO.
        if flags & tap::offload::UFO != 0 {
            return Err(io::ErrorKind::InvalidInput.into());
        }
        self.1.lock().unwrap().offload = flags;
        Ok(())
    }
    fn set_attached(&self, attached: bool) -> io::Result<()> {
        self.1.lock().unwrap().attached = Some(attached);
        Ok(())
    }
}

struct Setup {
    driver: Driver<Net>,
    hosts: Vec<UnixDatagram>,
    asked: Vec<Arc<Mutex<Asked>>>,
    stats: Stats,
}

fn options() -> NetOptions {
    NetOptions {
        alias: "net0".into(),
        target: "vnet0".into(),
        mac: MAC,
        queue_size: 256,
        mtu: None,
        link_up: true,
        offloads: true,
    }
}

fn setup_with(options: NetOptions, pairs: usize, size: u16, features: u64) -> Setup {
    let (mut taps, mut hosts, mut asked): (Vec<Box<dyn Tap>>, _, _) = (vec![], vec![], vec![]);
    for _ in 0..pairs {
        let (host, tap) = UnixDatagram::pair().unwrap();
        host.set_nonblocking(true).unwrap();
        tap.set_nonblocking(true).unwrap();
        let questions = Arc::new(Mutex::new(Asked::default()));
        taps.push(Box::new(FakeTap(tap, questions.clone())));
        hosts.push(host);
        asked.push(questions);
    }
    let (ram, stats) = (ram(), Stats::map(&tempfile::tempfile().unwrap()).unwrap());
    let device = Net::new(options, taps, vec![], ram.clone(), &stats).unwrap();
    let driver = Driver::start(Arc::new(device), ram, size, features);
    Setup { driver, hosts, asked, stats }
}

fn setup(size: u16, features: u64) -> Setup {
    setup_with(options(), 1, size, features)
}

/// A packet to this address, header in front.
fn packet(destination: [u8; 6], length: usize) -> Vec<u8> {
    let mut packet = vec![0; HEADER];
    packet.extend(destination);
    packet.extend((0..length.saturating_sub(6)).map(|n| n as u8));
    packet
}

impl Setup {
    fn tap_token(&self, pair: usize) -> usize {
        self.driver.device.queue_sizes().len() + pair
    }
    /// A packet arrives.
    fn arrives(&self, packet: &[u8]) -> Next {
        self.hosts[0].send(packet).unwrap();
        self.driver.device.handle(self.tap_token(0))
    }
    fn sent(&self) -> Option<Vec<u8>> {
        let mut packet = vec![0; 70_000];
        let length = self.hosts[0].recv(&mut packet).ok()?;
        packet.truncate(length);
        Some(packet)
    }
    fn count(&self, name: &str) -> u64 {
        self.stats.counter(&format!("net.vnet0.{name}")).get()
    }
    /// A control command; its answer.
    fn command(&mut self, queue: u16, class: u8, command: u8, data: &[u8]) -> u8 {
        let buffers = [Buffer::Out(vec![class, command]), Buffer::Out(data.to_vec()), Buffer::In(1)];
        let places = self.driver.add(queue, &buffers);
        self.driver.kick(queue);
        assert_eq!(self.driver.used(queue).len(), 1);
        self.driver.reuse(queue);
        self.driver.read(places[2], 1)[0]
    }
}

#[test]
fn packets_go_out_whole() {
    let mut setup = setup(64, 0);
    let out = packet([0xff; 6], 1000);
    setup.driver.add(1, &[Buffer::Out(out[..HEADER].to_vec()), Buffer::Out(out[HEADER..].to_vec())]);
    setup.driver.add(1, &[Buffer::Out(out.clone())]);
    assert_eq!(setup.driver.kick(1), Next::Wait);
    assert_eq!([setup.sent(), setup.sent(), setup.sent()], [Some(out.clone()), Some(out), None]);
    assert_eq!(setup.driver.used(1), [(0, 0), (2, 0)]);
    assert_eq!((setup.count("tx.pkts"), setup.count("tx.bytes")), (2, 2000));
}

#[test]
fn a_tap_that_takes_no_more_is_waited_for() {
    let mut setup = setup(256, 0);
    let out = packet([0xff; 6], 60_000);
    let mut made = 0;
    for _ in 0..100 {
        setup.driver.add(1, &[Buffer::Out(out.clone())]);
        made += 1;
    }
    assert_eq!(setup.driver.kick(1), Next::Wait);
    let mut arrived = 0;
    while arrived < made {
        let before = arrived;
        while setup.sent().is_some() {
            arrived += 1;
        }
        assert!(arrived > before, "stuck after {arrived}");
        setup.driver.device.handle(setup.tap_token(0));
    }
    assert_eq!(setup.driver.used(1).len(), made);
    assert_eq!(setup.count("tx.drop"), 0);
}

#[test]
fn packets_that_are_none_are_not_sent() {
    let mut setup = setup(64, 0);
    setup.driver.add(1, &[Buffer::Out(vec![0; MAX_PACKET]), Buffer::Out(vec![0; 1])]);
    setup.driver.kick(1);
    assert_eq!((setup.driver.used(1).len(), setup.sent(), setup.count("tx.errs")), (1, None, 1));
    setup.driver.add(1, &[Buffer::Out(vec![0; HEADER - 1])]);
    setup.driver.kick(1);
    assert!(setup.driver.broken());
}

#[test]
fn a_packet_arrives_in_one_buffer() {
    let mut setup = setup(64, 0);
    let places = setup.driver.add(0, &[Buffer::In(HEADER as u32), Buffer::In(1600)]);
    assert_eq!(setup.arrives(&packet(MAC, 700)), Next::Wait);
    assert_eq!(setup.driver.used(0), [(0, 712)]);
    assert_eq!(setup.driver.read(places[0], HEADER)[10..], [1, 0]);
    assert_eq!(setup.driver.read(places[1], 700), packet(MAC, 700)[HEADER..]);
    assert_eq!((setup.count("rx.pkts"), setup.count("rx.bytes")), (1, 700));
}

#[test]
fn a_large_packet_is_merged_from_several_buffers() {
    let mut setup = setup(64, MRG | TSO);
    let places: Vec<_> = (0..50).map(|_| setup.driver.add(0, &[Buffer::In(1526)])[0]).collect();
    setup.arrives(&packet(MAC, 4000));
    assert_eq!(setup.driver.used(0), [(0, 1526), (1, 1526), (2, 960)]);
    assert_eq!(setup.driver.read(places[0], HEADER)[10..], [3, 0]);
    setup.arrives(&packet(MAC, 100));
    assert_eq!(setup.driver.used(0), [(3, 112)]);
    assert_eq!(setup.driver.read(places[3], 112)[10..18], [&[1, 0][..], &MAC].concat());
}

#[test]
fn a_packet_waits_for_room() {
    let mut setup = setup(64, MRG | TSO);
    assert_eq!(setup.arrives(&packet(MAC, 3000)), Next::Wait);
    setup.driver.add(0, &[Buffer::In(1526)]);
    assert_eq!(setup.driver.kick(0), Next::Wait);
    assert!(setup.driver.used(0).is_empty());
    setup.driver.add(0, &[Buffer::In(1526)]);
    assert_eq!(setup.driver.kick(0), Next::Wait);
    assert_eq!(setup.driver.used(0), [(0, 1526), (1, 1486)]);
    setup.arrives(&packet(MAC, 64));
    setup.driver.add(0, &[Buffer::In(1526)]);
    setup.driver.kick(0);
    assert_eq!(setup.driver.used(0), [(2, 76)]);
}

#[test]
fn a_packet_larger_than_any_buffer_is_dropped() {
    let mut setup = setup(64, 0);
    setup.driver.add(0, &[Buffer::In(1530)]);
    setup.arrives(&packet(MAC, 3000));
    assert!(setup.driver.used(0).is_empty());
    assert_eq!(setup.count("rx.errs"), 1);
    setup.arrives(&packet(MAC, 1500));
    assert_eq!(setup.driver.used(0), [(0, 1512)]);
}

#[test]
fn small_buffers_of_an_odd_driver_work() {
    let mut setup = setup(64, 0);
    setup.driver.add(0, &[Buffer::In(200)]);
    setup.driver.add(0, &[Buffer::In(200)]);
    setup.arrives(&packet(MAC, 100));
    setup.arrives(&packet(MAC, 500));
    assert_eq!(setup.driver.used(0), [(0, 112)]);
    assert_eq!(setup.count("rx.drop"), 1);
    setup.driver.add(0, &[Buffer::In(5)]);
    setup.driver.kick(0);
    setup.arrives(&packet(MAC, 100));
    assert!(setup.driver.broken());
}

#[test]
fn the_filter_follows_the_driver() {
    let mut setup = setup(64, 0);
    let other = [0x52, 0x54, 0, 9, 9, 9];
    let group = [1, 0, 0x5e, 0, 0, 1];
    for _ in 0..20 {
        setup.driver.add(0, &[Buffer::In(1600)]);
    }
    let passes = |setup: &mut Setup, destination| {
        setup.arrives(&packet(destination, 60));
        setup.driver.used(0).len() == 1
    };
    assert!(passes(&mut setup, other));
    assert_eq!(setup.command(2, 0, 0, &[0]), 0);
    assert!(!passes(&mut setup, other) && !passes(&mut setup, group));
    assert!(passes(&mut setup, MAC) && passes(&mut setup, [0xff; 6]));
    let table = [&1u32.to_le_bytes()[..], &other, &1u32.to_le_bytes(), &group].concat();
    assert_eq!(setup.command(2, 1, 0, &table), 0);
    assert!(passes(&mut setup, other) && passes(&mut setup, group));
    assert_eq!(setup.command(2, 0, 5, &[1]), 0);
    assert!(!passes(&mut setup, [0xff; 6]));
    assert_eq!(setup.command(2, 1, 1, &[2, 2, 2, 2, 2, 2]), 0);
    assert!(passes(&mut setup, [2; 6]) && !passes(&mut setup, MAC));
    let mut mac = [0; 6];
    setup.driver.device.read_config(0, &mut mac);
    assert_eq!(mac, [2; 6]);
    setup.driver.device.reset();
    setup.driver.device.read_config(0, &mut mac);
    assert_eq!(mac, MAC);
}

#[test]
fn commands_that_are_none_are_refused() {
    let mut setup = setup(64, 0);
    for (class, command, data) in [
        (0, 9, &[1][..]),
        (0, 0, &[]),
        (1, 0, &[0xff, 0xff, 0xff, 0xff]),
        (1, 0, &[1, 0, 0, 0, 1, 2, 3]),
        (1, 1, &[1, 2, 3]),
        (1, 7, &[]),
        (4, 0, &[1, 0]),
        (5, 0, &[0; 8]),
        (77, 0, &[]),
    ] {
        assert_eq!(setup.command(2, class, command, data), 1, "{class} {command}");
    }
    let many = [&65u32.to_le_bytes()[..], &[3; 65 * 6], &[0; 4]].concat();
    assert_eq!(setup.command(2, 1, 0, &many), 0);
    assert!(!setup.driver.broken());
    setup.driver.add(2, &[Buffer::Out(vec![0, 0, 1])]);
    setup.driver.kick(2);
    assert!(setup.driver.broken());
}

#[test]
fn queue_pairs_are_switched() {
    let mut setup = setup_with(options(), 3, 64, 1 << VIRTIO_NET_F_MQ);
    let attached =
        |setup: &Setup| -> Vec<_> { setup.asked.iter().map(|tap| tap.lock().unwrap().attached).collect() };
    assert_eq!(attached(&setup), [Some(true), Some(false), Some(false)]);
    assert_eq!(setup.command(6, 4, 0, &[2, 0]), 0);
    assert_eq!(attached(&setup), [Some(true), Some(true), Some(false)]);
    assert_eq!(setup.command(6, 4, 0, &[0, 0]), 1);
    assert_eq!(setup.command(6, 4, 0, &[4, 0]), 1);
    setup.driver.add(3, &[Buffer::Out(packet([0xff; 6], 100))]);
    setup.driver.kick(3);
    assert!(setup.sent().is_none() && setup.hosts[1].recv(&mut [0; 200]).is_ok());
    setup.driver.device.reset();
    assert_eq!(attached(&setup), [Some(true), Some(false), Some(false)]);
}

#[test]
fn without_multi_queue_the_third_queue_controls() {
    let mut setup = setup_with(options(), 3, 64, 0);
    assert_eq!(setup.command(2, 0, 0, &[0]), 0);
}

#[test]
fn offloads_are_what_both_sides_can() {
    let switch = 1 << VIRTIO_NET_F_CTRL_GUEST_OFFLOADS;
    let mut setup = setup(64, TSO | switch);
    let offered = setup.driver.device.features();
    assert_eq!(offered & TSO, TSO);
    assert_eq!(offered & 1 << 10, 0, "no UFO in this tap");
    let offload = |setup: &Setup| setup.asked[0].lock().unwrap().offload;
    assert_eq!(offload(&setup), 3);
    assert_eq!(setup.command(2, 5, 0, &2u64.to_le_bytes()), 0);
    assert_eq!(offload(&setup), 1);
    assert_eq!(setup.command(2, 5, 0, &(1u64 << 10).to_le_bytes()), 1);
    setup.driver.device.reset();
    assert_eq!(offload(&setup), 0);
    let plain = setup_with(NetOptions { offloads: false, ..options() }, 1, 64, 0);
    assert_eq!(plain.driver.device.features() & (TSO | switch | 1), 0);
}

#[test]
fn the_configuration_describes_the_interface() {
    let with = NetOptions { mtu: Some(9000), ..options() };
    let device = setup_with(with, 2, 64, 0).driver.device;
    let mut space = [0xff; 16];
    device.read_config(0, &mut space);
    assert_eq!(space, [&MAC[..], &[1, 0, 2, 0, 0x28, 0x23, 0, 0, 0, 0]].concat()[..]);
    assert_ne!(device.features() & 1 << VIRTIO_NET_F_MTU, 0);
    let down = setup_with(NetOptions { link_up: false, ..options() }, 1, 64, 0).driver.device;
    down.read_config(0, &mut space);
    assert_eq!(space[6..8], [0, 0]);
}

#[test]
fn nothing_passes_without_a_link() {
    let mut setup = setup_with(NetOptions { link_up: false, ..options() }, 1, 64, 0);
    setup.driver.add(0, &[Buffer::In(1600)]);
    setup.driver.add(1, &[Buffer::Out(packet([0xff; 6], 60))]);
    setup.driver.kick(1);
    setup.arrives(&packet(MAC, 60));
    assert_eq!((setup.sent(), setup.driver.used(1).len(), setup.driver.used(0).len()), (None, 1, 0));
    assert_eq!(setup.count("tx.drop"), 1);
}

fn buffer() -> impl Strategy<Value = Buffer> {
    prop_oneof![
        prop::collection::vec(any::<u8>(), 0..200).prop_map(Buffer::Out),
        (0u32..5000).prop_map(Buffer::In),
        (any::<u64>(), any::<u32>(), 0u16..8)
            .prop_map(|(address, length, flags)| Buffer::Raw(address, length, flags)),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]
    #[test]
    fn no_chain_does_harm(
        chains in prop::collection::vec((0u16..3, prop::collection::vec(buffer(), 1..5), any::<bool>()), 1..10),
        packets in prop::collection::vec(prop::collection::vec(any::<u8>(), 1..6000), 0..6),
        mergeable in any::<bool>(), large in any::<bool>(),
    ) {
        let features = if mergeable { MRG } else { 0 } | if large { TSO } else { 0 } | 1 << VIRTIO_RING_F_EVENT_IDX;
        let mut setup = setup(64, features);
        for (queue, buffers, indirect) in chains {
            if indirect {
                setup.driver.add_indirect(queue, &buffers);
            } else {
                setup.driver.add(queue, &buffers);
            }
            setup.driver.kick(queue);
        }
        for packet in packets {
            setup.arrives(&packet);
        }
    }

    #[test]
    fn what_arrives_is_what_was_sent(
        sizes in prop::collection::vec(60usize..5000, 1..12), buffer in 100u32..3000
    ) {
        let mut setup = setup(256, MRG | TSO);
        let places: Vec<_> = (0..200).map(|_| setup.driver.add(0, &[Buffer::In(buffer)])[0]).collect();
        for size in sizes {
            let sent = packet(MAC, size);
            setup.arrives(&sent);
            let used = setup.driver.used(0);
            prop_assert_eq!(used.len(), sent.len().div_ceil(buffer as usize));
            let got: Vec<u8> = used.iter()
                .flat_map(|(head, length)| setup.driver.read(places[*head as usize], *length as usize))
                .collect();
            prop_assert_eq!(&got[HEADER..], &sent[HEADER..]);
            prop_assert_eq!(got[10], used.len() as u8);
            if places.len() - used.last().unwrap().0 as usize <= 60 { break; }
        }
    }
}
