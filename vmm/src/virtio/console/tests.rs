use std::sync::Arc;

use super::{device::*, *};
use crate::{
    serial::{host::bell, port::GuestPort},
    virtio::{
        VirtioDevice,
        testing::{Buffer, Driver, ram},
        worker::Next,
    },
};

struct Rig {
    driver: Driver<Console>,
    console: Arc<Port>,
    channel: Arc<Port>,
}

const CONTROL_IN: u16 = 2;
const CONTROL_OUT: u16 = 3;
/// Queues of port 2.
const CHANNEL_IN: u16 = 6;
const CHANNEL_OUT: u16 = 7;

fn rig(features: u64) -> Rig {
    let options = vec![
        PortOptions { number: 0, name: None, console: true },
        PortOptions { number: 2, name: Some("org.test".into()), console: false },
    ];
    let (device, ports) = Console::new("virtio-serial0".into(), 3, options, &bell().unwrap()).unwrap();
    let [console, channel] = ports.try_into().ok().unwrap();
    let driver = Driver::start(Arc::new(device), ram(), 128, features);
    Rig { driver, console, channel }
}

fn message(port: u32, event: u16, value: u16) -> Vec<u8> {
    [&port.to_le_bytes()[..], &event.to_le_bytes(), &value.to_le_bytes()].concat()
}

impl Rig {
    /// The driver says something, and hears what there is to say.
    fn control(&mut self, said: &[Vec<u8>]) -> Vec<Vec<u8>> {
        let places: Vec<_> = (0..8).map(|_| self.driver.add(CONTROL_IN, &[Buffer::In(64)])[0]).collect();
        for message in said {
            self.driver.add(CONTROL_OUT, &[Buffer::Out(message.clone())]);
        }
        assert_eq!(self.driver.kick(CONTROL_OUT), Next::Wait);
        assert_eq!(self.driver.kick(CONTROL_IN), Next::Wait);
        let used = self.driver.used(CONTROL_IN);
        used.iter().zip(places).map(|((_, length), at)| self.driver.read(at, *length as usize)).collect()
    }

    fn open(&mut self) {
        self.control(&[message(0, 0, 1), message(2, 3, 1), message(2, 6, 1)]);
    }
}

#[test]
fn ports_are_told_of_as_the_driver_asks() {
    let mut rig = rig(1 << MULTIPORT);
    let mut config = [0; 12];
    rig.driver.device.read_config(0, &mut config);
    assert_eq!(config[4..8], [3, 0, 0, 0]);
    assert_eq!(rig.driver.device.queue_sizes().len(), 8);
    assert_eq!(rig.control(&[message(0, 0, 1)]), [message(0, 1, 1), message(2, 1, 1)]);
    let mut rig = self::rig(1 << MULTIPORT);
    assert_eq!(rig.control(&[message(0, 3, 1)]), [message(0, 4, 1), message(0, 6, 1)]);
    let mut rig = self::rig(1 << MULTIPORT);
    let named = [message(2, 7, 1), b"org.test\0".to_vec()].concat();
    assert_eq!(rig.control(&[message(2, 3, 1)]), [named]);
    assert!(!rig.channel.is_guest_open());
}

#[test]
fn both_sides_are_told_of_each_other() {
    let mut rig = rig(1 << MULTIPORT);
    rig.open();
    assert_eq!((rig.channel.take_guest_open(), rig.channel.take_guest_open()), (Some(true), None));
    rig.channel.set_host_open(true);
    assert_eq!(rig.driver.device.kicks()[usize::from(CONTROL_IN)].read().unwrap(), 1);
    // All but one of the eight buffers are left.
    assert_eq!(rig.driver.kick(CONTROL_IN), Next::Wait);
    assert_eq!(rig.driver.used(CONTROL_IN).len(), 1);
    rig.channel.set_host_open(true);
    rig.driver.kick(CONTROL_IN);
    assert!(rig.driver.used(CONTROL_IN).is_empty());
    rig.driver.device.reset();
    assert_eq!(rig.channel.take_guest_open(), Some(false));
}

#[test]
fn output_waits_in_the_ring_where_nobody_takes_it_and_none_is_lost() {
    let mut rig = rig(1 << MULTIPORT);
    let text: Vec<u8> = (0..BUFFER + 100).map(|n| n as u8).collect();
    rig.driver.add(CHANNEL_OUT, &[Buffer::Out(text[..BUFFER - 10].to_vec())]);
    rig.driver.add(
        CHANNEL_OUT,
        &[Buffer::Out(text[BUFFER - 10..BUFFER + 50].to_vec()), Buffer::Out(text[BUFFER + 50..].to_vec())],
    );
    assert_eq!(rig.driver.kick(CHANNEL_OUT), Next::Wait);
    assert_eq!(rig.driver.used(CHANNEL_OUT).len(), 1);
    let mut got = rig.channel.take_output(50);
    assert_eq!(rig.driver.kick(CHANNEL_OUT), Next::Wait);
    assert_eq!(rig.driver.used(CHANNEL_OUT).len(), 0);
    got.extend(rig.channel.take_output(usize::MAX));
    assert_eq!(rig.driver.kick(CHANNEL_OUT), Next::Wait);
    got.extend(rig.channel.take_output(usize::MAX));
    assert_eq!(rig.driver.used(CHANNEL_OUT).len(), 1);
    assert!(got == text);
}

#[test]
fn input_waits_until_the_guest_has_the_port_open_and_room_for_it() {
    let mut rig = rig(1 << MULTIPORT);
    assert_eq!(rig.channel.room(), BUFFER);
    rig.channel.input(b"hello");
    let place = rig.driver.add(CHANNEL_IN, &[Buffer::In(3)])[0];
    rig.driver.kick(CHANNEL_IN);
    assert!(rig.driver.used(CHANNEL_IN).is_empty());
    rig.open();
    rig.driver.kick(CHANNEL_IN);
    assert_eq!(rig.driver.used(CHANNEL_IN), [(0, 3)]);
    assert_eq!(rig.driver.read(place, 3), b"hel");
    let place = rig.driver.add(CHANNEL_IN, &[Buffer::In(30)])[0];
    rig.driver.kick(CHANNEL_IN);
    assert_eq!((rig.driver.used(CHANNEL_IN), rig.driver.read(place, 2)), (vec![(1, 2)], b"lo".to_vec()));
    rig.channel.input(&vec![0; BUFFER]);
    assert_eq!(rig.channel.room(), 0);
    rig.driver.device.reset();
    assert_eq!(rig.channel.room(), BUFFER);
}

#[test]
fn a_driver_that_knows_no_ports_has_the_first() {
    let mut rig = rig(0);
    rig.console.input(b"x");
    let place = rig.driver.add(0, &[Buffer::In(8)])[0];
    rig.driver.kick(0);
    assert_eq!((rig.driver.used(0), rig.driver.read(place, 1)), (vec![(0, 1)], b"x".to_vec()));
    rig.driver.add(1, &[Buffer::Out(b"out".to_vec())]);
    rig.driver.kick(1);
    assert_eq!(rig.console.take_output(usize::MAX), b"out");
}

#[test]
fn what_a_hostile_driver_says_is_bounded_and_does_no_harm() {
    let mut rig = rig(1 << MULTIPORT);
    for (port, event, value) in [(9, 3, 1), (u32::MAX, 6, 1), (2, 77, 1), (0, 0, 7)] {
        assert!(rig.control(&[message(port, event, value)]).is_empty());
        rig.driver.reuse(CONTROL_IN);
    }
    for _ in 0..100 {
        for _ in 0..60 {
            rig.driver.add(CONTROL_OUT, &[Buffer::Out(message(0, 0, 1))]);
        }
        rig.driver.kick(CONTROL_OUT);
        rig.driver.reuse(CONTROL_OUT);
    }
    for queue in 0..8 {
        for buffer in [Buffer::Out(vec![]), Buffer::Out(vec![1, 2, 3]), Buffer::In(1), Buffer::In(0)] {
            rig.driver.add(queue, &[buffer]);
            rig.driver.kick(queue);
        }
        assert!(!rig.driver.broken(), "queue {queue}");
    }
    rig.driver.add(CHANNEL_OUT, &[Buffer::Raw(u64::MAX - 4, 64, 0)]);
    rig.driver.kick(CHANNEL_OUT);
    assert!(rig.driver.broken());
}
