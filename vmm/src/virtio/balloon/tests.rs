use std::{
    sync::atomic::Ordering,
    time::{Duration, Instant},
};

use vireo_control::{StatSlot, StatsHeader};
use virtio_bindings::virtio_ring::VIRTIO_RING_F_EVENT_IDX;
use vm_memory::{Bytes, GuestAddress};

use super::{device::*, *};
use crate::{
    memory::Lending,
    stats::Stats,
    virtio::{
        VirtioDevice,
        testing::{Buffer, Driver, RAM_BYTES, ram},
        worker::Next,
    },
};

/// A page in the middle of the test's RAM.
const LENT: u32 = 0x900;

struct Rig {
    driver: Driver<Balloon>,
    stats: Stats,
    file: std::fs::File,
}

fn options() -> BalloonOptions {
    BalloonOptions {
        alias: "balloon0".into(),
        ram_bytes: RAM_BYTES as u64,
        lending: Lending::Drop,
        keep_bytes: RAM_BYTES as u64,
        period: 0,
        deflate_on_oom: false,
        reporting: true,
    }
}

fn rig(options: BalloonOptions, features: u64) -> Rig {
    let file = tempfile::tempfile().unwrap();
    let stats = Stats::map(&file).unwrap();
    let ram = ram();
    let device = Balloon::new(options, ram.clone(), &stats).unwrap();
    Rig { driver: Driver::start(std::sync::Arc::new(device), ram, 16, features), stats, file }
}

const ALL: u64 = 1 << STATS_VQ | 1 << REPORTING;

impl Rig {
    fn fill(&self, page: u32) {
        self.driver.ram.write_obj(7u8, GuestAddress(u64::from(page) * PAGE)).unwrap();
    }

    fn holds(&self, page: u32) -> bool {
        self.driver.read(u64::from(page) * PAGE, 1) == [7]
    }

    fn counter(&self, name: &str) -> u64 {
        use std::os::unix::fs::FileExt;
        let slot = StatSlot(self.stats.names()[name]);
        let mut bytes = [0; 8];
        self.file.read_exact_at(&mut bytes, slot.offset() as u64).unwrap();
        u64::from_le_bytes(bytes)
    }

    fn config(&self) -> (u32, u32) {
        let mut bytes = [0; 8];
        self.driver.device.read_config(0, &mut bytes);
        let word = |at: usize| u32::from_le_bytes(bytes[at..at + 4].try_into().unwrap());
        (word(0), word(4))
    }
}

fn numbers(pages: &[u32]) -> Buffer {
    Buffer::Out(pages.iter().flat_map(|page| page.to_le_bytes()).collect())
}

fn statistics(entries: &[(u16, u64)]) -> Buffer {
    let entry = |(tag, value): &(u16, u64)| [tag.to_le_bytes().as_slice(), &value.to_le_bytes()].concat();
    Buffer::Out(entries.iter().flat_map(entry).collect())
}

#[test]
fn what_the_guest_lends_is_gone_and_the_rest_stays() {
    let mut rig = rig(options(), ALL);
    for page in LENT..LENT + 6 {
        rig.fill(page);
    }
    rig.driver.add(0, &[numbers(&[LENT + 3, LENT + 1, LENT + 2, LENT + 1])]);
    assert_eq!(rig.driver.kick(0), Next::Wait);
    assert_eq!(rig.driver.used(0), [(0, 0)]);
    let left: Vec<bool> = (LENT..LENT + 6).map(|page| rig.holds(page)).collect();
    assert_eq!(left, [true, false, false, false, true, true]);
    rig.driver.add(1, &[numbers(&[LENT + 1])]);
    assert_eq!(rig.driver.kick(1), Next::Wait);
    assert_eq!(rig.driver.used(1), [(0, 0)]);
}

#[test]
fn numbers_outside_of_ram_are_passed_over() {
    let mut rig = rig(options(), ALL);
    let last = (RAM_BYTES as u64 / PAGE) as u32 - 1;
    rig.fill(last);
    rig.fill(LENT);
    rig.driver.add(0, &[numbers(&[u32::MAX, last, last + 1, u32::MAX - 1, LENT]), numbers(&[0x8000_0000])]);
    rig.driver.kick(0);
    assert!(!rig.driver.broken());
    assert!(!rig.holds(last) && !rig.holds(LENT));
}

#[test]
fn requests_of_any_shape_are_given_back() {
    let mut rig = rig(options(), ALL);
    for queue in [0, 1, 2, 3] {
        for buffer in
            [Buffer::Out(vec![]), Buffer::Out(vec![1, 2, 3]), Buffer::In(64), Buffer::Raw(0x3000, 0, 0)]
        {
            rig.driver.add(queue, &[buffer]);
            rig.driver.kick(queue);
        }
        assert!(!rig.driver.broken(), "queue {queue}");
    }
    assert_eq!(rig.driver.used(0).len(), 4);
    rig.driver.add(0, &[Buffer::Raw(u64::MAX - 4, 64, 0)]);
    rig.driver.kick(0);
    assert!(rig.driver.broken());
}

#[test]
fn a_turn_is_bounded() {
    let mut rig = rig(options(), ALL);
    let first = MAX_NUMBERS as u32;
    rig.fill(LENT);
    rig.driver.add(0, &[numbers(&[vec![u32::MAX; first as usize], vec![LENT]].concat())]);
    rig.driver.kick(0);
    assert!(rig.holds(LENT), "behind what is looked at");
    for _ in 1..MAX_REQUESTS {
        rig.driver.add(0, &[numbers(&[LENT])]);
    }
    assert_eq!(rig.driver.kick(0), Next::Wait);
    rig.driver.reuse(0);
    for _ in 0..MAX_REQUESTS {
        rig.driver.add(0, &[numbers(&[LENT])]);
    }
    assert_eq!(rig.driver.kick(0), Next::Again);
}

#[test]
fn memory_that_must_stay_is_not_lent() {
    let mut rig = rig(BalloonOptions { lending: Lending::Keep, ..options() }, ALL);
    rig.fill(LENT);
    rig.driver.add(0, &[numbers(&[LENT])]);
    rig.driver.kick(0);
    assert_eq!(rig.driver.used(0).len(), 1);
    assert!(rig.holds(LENT));
}

#[test]
fn a_target_is_told_and_what_came_of_it_is_told_back() {
    let rig = rig(options(), ALL);
    assert_eq!(rig.config(), (0, 0));
    rig.driver.device.set_target(RAM_BYTES as u64 / 2 + 5);
    assert_eq!(rig.config(), ((RAM_BYTES as u64 / PAGE / 2) as u32 - 1, 0));
    assert_eq!(rig.driver.interrupt.configs.load(Ordering::SeqCst), 1);
    assert!(rig.driver.device.bell().read().is_err());
    rig.driver.device.write_config(4, &256u32.to_le_bytes());
    assert_eq!(rig.driver.device.bell().read().unwrap(), 1);
    assert_eq!(rig.driver.device.kept_bytes(), RAM_BYTES as u64 - 256 * PAGE);
    assert_eq!(rig.counter("balloon.actual"), RAM_BYTES as u64 - 256 * PAGE);
    // More than there is, in pieces, and outside.
    rig.driver.device.write_config(6, &[0xff; 8]);
    assert_eq!(rig.driver.device.kept_bytes(), 0);
    rig.driver.device.write_config(0, &[0xff; 4]);
    rig.driver.device.write_config(u64::MAX, &[0xff; 4]);
    assert_eq!(rig.config().1, 0xffff_0100);
    rig.driver.device.set_target(u64::MAX);
    assert_eq!(rig.config().0, 0);
}

#[test]
fn a_reset_takes_everything_back_but_the_target() {
    let mut rig = rig(options(), ALL);
    rig.driver.device.set_target(0);
    rig.driver.device.write_config(4, &16u32.to_le_bytes());
    rig.driver.add(2, &[statistics(&[(4, 9)])]);
    rig.driver.kick(2);
    rig.driver.device.reset();
    assert_eq!(rig.config(), ((RAM_BYTES as u64 / PAGE) as u32, 0));
    assert_eq!(rig.counter("balloon.actual"), RAM_BYTES as u64);
    assert_eq!(rig.counter("balloon.free"), StatsHeader::NOT_TOLD);
    assert_eq!(rig.driver.kick(0), Next::Wait);
}

#[test]
fn statistics_are_read_when_they_come_and_asked_for_when_it_is_time() {
    let mut rig = rig(options(), ALL);
    rig.driver.add(2, &[statistics(&[(4, 1000), (5, 2000), (0xfff0, 1), (9, 3)])]);
    assert_eq!(rig.driver.kick(2), Next::Wait);
    let counters =
        ["free", "total", "hugetlb_failed", "swap_in"].map(|name| rig.counter(&format!("balloon.{name}")));
    assert_eq!(counters, [1000, 2000, 3, StatsHeader::NOT_TOLD]);
    assert_ne!(rig.counter("balloon.last_update"), 0);
    assert!(rig.driver.used(2).is_empty(), "kept for the next time, which nobody asks for yet");

    rig.driver.device.set_period(60);
    assert_eq!(rig.driver.kick(2), Next::Wait);
    assert_eq!(rig.driver.used(2), [(0, 0)]);
    rig.driver.add(2, &[statistics(&[(4, 1001)])]);
    let Next::At(next) = rig.driver.kick(2) else { panic!("no next time") };
    assert!(next > Instant::now() + Duration::from_secs(50));
    assert_eq!(rig.counter("balloon.free"), 1001);
    assert_eq!(rig.counter("balloon.total"), StatsHeader::NOT_TOLD);
    rig.driver.device.set_period(0);
    assert_eq!(rig.driver.kick(2), Next::Wait);
}

#[test]
fn a_driver_that_kicks_only_when_asked_is_asked() {
    let mut rig = rig(options(), ALL | 1 << VIRTIO_RING_F_EVENT_IDX);
    for turn in 1..4u16 {
        rig.driver.add(2, &[statistics(&[(4, u64::from(turn))])]);
        rig.driver.kick(2);
        // Behind the rings of used buffers: the number of buffers from which on a kick is wanted.
        let at = rig.driver.device_area(2) + 4 + 8 * 16;
        assert_eq!(rig.driver.read(at, 2), turn.to_le_bytes());
    }
}

#[test]
fn pages_that_are_not_used_are_dropped_whole() {
    let mut rig = rig(options(), ALL);
    for page in LENT..LENT + 4 {
        rig.fill(page);
    }
    let at = u64::from(LENT) * PAGE;
    rig.driver.add(3, &[Buffer::Raw(at, PAGE as u32, 2), Buffer::Raw(at + PAGE + 1, 2 * PAGE as u32, 2)]);
    rig.driver.kick(3);
    assert_eq!(rig.driver.used(3).len(), 1);
    let left: Vec<bool> = (LENT..LENT + 4).map(|page| rig.holds(page)).collect();
    assert_eq!(left, [false, true, false, true]);
}

#[test]
fn a_queue_that_is_not_negotiated_leaves_its_number_to_the_next() {
    let mut rig = rig(options(), 1 << REPORTING);
    rig.fill(LENT);
    rig.driver.add(2, &[Buffer::Raw(u64::from(LENT) * PAGE, PAGE as u32, 2)]);
    rig.driver.kick(2);
    assert!(!rig.holds(LENT));
    assert_eq!(rig.counter("balloon.last_update"), 0);
}

#[test]
fn what_is_not_wanted_is_not_offered() {
    let device = rig(BalloonOptions { reporting: false, deflate_on_oom: true, ..options() }, 1 << STATS_VQ)
        .driver
        .device;
    assert_eq!(device.features(), 1 << STATS_VQ | 1 << DEFLATE_ON_OOM);
    assert_eq!(device.queue_sizes().len(), 3);
}
