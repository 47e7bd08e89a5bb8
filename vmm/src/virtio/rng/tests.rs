use std::{
    fs::File,
    io::{Seek, Write},
    sync::Arc,
    time::{Duration, Instant},
};

use super::{quota::Quota, *};
use crate::virtio::{
    testing::{Buffer, Driver, ram},
    worker::Next,
};

fn driver(source: File, rate: Option<(u32, u32)>) -> Driver<Rng> {
    let device = Rng::new("rng0".into(), source, rate).unwrap();
    Driver::start(Arc::new(device), ram(), 8, 0)
}

fn bytes(count: usize) -> File {
    let mut file = tempfile::tempfile().unwrap();
    file.write_all(&(0..count).map(|n| (n + 1) as u8).collect::<Vec<_>>()).unwrap();
    file.rewind().unwrap();
    file
}

#[test]
fn buffers_are_filled() {
    let mut driver = driver(bytes(1000), None);
    let places = driver.add(0, &[Buffer::In(300), Buffer::In(300)]);
    assert_eq!(driver.kick(0), Next::Wait);
    assert_eq!(driver.used(0), [(0, 600)]);
    assert_eq!(driver.read(places[1], 3), [45, 46, 47]);
    assert_eq!(driver.interrupt.queues.lock().unwrap().len(), 1);
}

#[test]
fn one_request_gets_a_bounded_amount() {
    let mut driver = driver(File::open("/dev/urandom").unwrap(), None);
    driver.add(0, &[Buffer::In(1 << 20)]);
    driver.kick(0);
    assert_eq!(driver.used(0), [(0, MAX_BYTES as u32)]);
}

#[test]
fn an_empty_source_is_asked_again_later() {
    let mut driver = driver(bytes(4), None);
    driver.add(0, &[Buffer::In(8)]);
    driver.add(0, &[Buffer::In(8)]);
    assert!(matches!(driver.kick(0), Next::At(_)));
    assert_eq!(driver.used(0), [(0, 4)]);
    assert!(matches!(driver.kick(0), Next::At(_)));
    assert!(driver.used(0).is_empty());
}

#[test]
fn the_rate_is_kept() {
    let mut driver = driver(File::open("/dev/urandom").unwrap(), Some((10, 60_000)));
    for _ in 0..3 {
        driver.add(0, &[Buffer::In(6)]);
    }
    let Next::At(later) = driver.kick(0) else { panic!("no limit") };
    assert!(later > Instant::now() + Duration::from_secs(30));
    assert_eq!(driver.used(0), [(0, 6), (1, 4)]);
}

#[test]
fn a_quota_is_whole_again_after_its_period() {
    let start = Instant::now();
    let mut quota = Quota::new(Some((10, 1000)), start);
    assert_eq!(quota.grant(6, start), Ok(6));
    quota.take(6);
    assert_eq!(quota.grant(6, start), Ok(4));
    quota.take(4);
    let end = start + Duration::from_secs(1);
    assert_eq!(quota.grant(6, start), Err(end));
    assert_eq!(quota.grant(0, start), Ok(0));
    assert_eq!(quota.grant(60, end), Ok(10));
}

#[test]
fn a_read_only_buffer_gets_nothing() {
    let mut driver = driver(bytes(10), None);
    driver.add(0, &[Buffer::Out(vec![0; 4])]);
    assert_eq!(driver.kick(0), Next::Wait);
    assert_eq!(driver.used(0), [(0, 0)]);
    driver.add(0, &[Buffer::Raw(u64::MAX, 4, 2)]);
    driver.kick(0);
    assert!(driver.broken());
}
