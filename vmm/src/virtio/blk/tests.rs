use std::{fs::File, sync::Arc};

use proptest::prelude::*;
use tempfile::NamedTempFile;
use vireo_control::{CacheMode, DetectZeroes};
use vireo_image::RawDisk;
use virtio_bindings::{
    virtio_blk::{
        VIRTIO_BLK_F_CONFIG_WCE, VIRTIO_BLK_F_DISCARD, VIRTIO_BLK_F_FLUSH, VIRTIO_BLK_F_MQ, VIRTIO_BLK_F_RO,
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

const IN: u32 = 0;
const OUT: u32 = 1;
const FLUSH: u32 = 4;
const GET_ID: u32 = 8;
const DISCARD: u32 = 11;
const WRITE_ZEROES: u32 = 13;

const OK: u8 = 0;
const IOERR: u8 = 1;
const UNSUPPORTED: u8 = 2;

struct Setup {
    driver: Driver<Blk>,
    image: NamedTempFile,
    stats: Stats,
}

fn options() -> BlkOptions {
    BlkOptions {
        alias: "virtio-disk0".into(),
        target: "vda".into(),
        queues: 1,
        queue_size: 64,
        cache: CacheMode::Writeback,
        discard: true,
        detect_zeroes: DetectZeroes::Off,
        serial: "a serial of over twenty bytes".into(),
        logical_block: 512,
        physical_block: None,
    }
}

fn pattern() -> Vec<u8> {
    (0..64 * 512).map(|n| (n / 512 + n) as u8).collect()
}

/// A disk of 64 sectors.
fn setup_with(options: BlkOptions, read_only: bool, features: u64) -> Setup {
    let image = NamedTempFile::new().unwrap();
    std::fs::write(image.path(), pattern()).unwrap();
    let file = File::options().read(true).write(true).open(image.path()).unwrap();
    let stats = Stats::map(&tempfile::tempfile().unwrap()).unwrap();
    let disk = RawDisk::new(file, read_only).unwrap();
    let device = Arc::new(Blk::new(options, Box::new(disk), &stats).unwrap());
    Setup { driver: Driver::start(device, ram(), 64, features), image, stats }
}

fn setup() -> Setup {
    setup_with(options(), false, 1 << VIRTIO_BLK_F_FLUSH)
}

fn header(kind: u32, sector: u64) -> Buffer {
    Buffer::Out([&kind.to_le_bytes()[..], &[0; 4], &sector.to_le_bytes()].concat())
}

fn range(sector: u64, sectors: u32, flags: u32) -> Buffer {
    Buffer::Out([&sector.to_le_bytes()[..], &sectors.to_le_bytes(), &flags.to_le_bytes()].concat())
}

impl Setup {
    /// Does one request; its status, and the places of its buffers.
    fn request(&mut self, buffers: &[Buffer]) -> (u8, Vec<u64>) {
        let places = self.driver.add(0, buffers);
        assert_eq!(self.driver.kick(0), Next::Wait);
        assert_eq!(self.driver.used(0).len(), 1);
        let status = self.driver.read(*places.last().unwrap(), 1)[0];
        self.driver.reuse(0);
        (status, places)
    }

    fn status(&mut self, buffers: &[Buffer]) -> u8 {
        self.request(buffers).0
    }

    fn disk(&self) -> Vec<u8> {
        std::fs::read(self.image.path()).unwrap()
    }

    fn count(&self, name: &str) -> u64 {
        self.stats.counter(&format!("block.vda.{name}")).get()
    }
}

#[test]
fn sectors_are_read_into_scattered_buffers() {
    let mut setup = setup();
    let (status, places) = setup.request(&[header(IN, 3), Buffer::In(200), Buffer::In(824), Buffer::In(1)]);
    assert_eq!(status, OK);
    let got = [setup.driver.read(places[1], 200), setup.driver.read(places[2], 824)].concat();
    assert_eq!(got, pattern()[3 * 512..5 * 512]);
    assert_eq!((setup.count("rd.reqs"), setup.count("rd.bytes")), (1, 1024));
}

#[test]
fn buffers_may_be_cut_anywhere() {
    let mut setup = setup();
    let Buffer::Out(head) = header(IN, 1) else { unreachable!() };
    let head = [Buffer::Out(head[..7].to_vec()), Buffer::Out(head[7..].to_vec())];
    let (_, places) = setup.request(&[head[0].clone(), head[1].clone(), Buffer::In(513)]);
    assert_eq!(setup.driver.read(places[2], 513), [&pattern()[512..1024], &[OK]].concat());

    let Buffer::Out(mut whole) = header(OUT, 9) else { unreachable!() };
    whole.extend([7; 512]);
    assert_eq!(setup.status(&[Buffer::Out(whole), Buffer::In(1)]), OK);
    assert_eq!(setup.disk()[9 * 512..10 * 512], [7; 512]);
}

#[test]
fn sectors_are_written() {
    let mut setup = setup();
    let data = vec![0xab; 1024];
    assert_eq!(setup.status(&[header(OUT, 62), Buffer::Out(data.clone()), Buffer::In(1)]), OK);
    assert_eq!(setup.disk()[62 * 512..], data);
    assert_eq!(setup.disk()[..62 * 512], pattern()[..62 * 512]);
    assert_eq!((setup.count("wr.reqs"), setup.count("wr.bytes")), (1, 1024));
}

#[test]
fn requests_may_come_by_indirect_tables() {
    let mut setup = setup();
    let places = setup.driver.add_indirect(0, &[header(IN, 0), Buffer::In(512), Buffer::In(1)]);
    setup.driver.kick(0);
    assert_eq!(setup.driver.used(0), [(0, 513)]);
    assert_eq!(setup.driver.read(places[1], 512), pattern()[..512]);
}

#[test]
fn what_lies_beyond_the_disk_is_an_error() {
    let mut setup = setup();
    for sector in [64, 63, u64::MAX, u64::MAX / 512, u64::MAX / 512 + 1] {
        assert_eq!(setup.status(&[header(IN, sector), Buffer::In(1024), Buffer::In(1)]), IOERR);
        assert_eq!(setup.status(&[header(OUT, sector), Buffer::Out(vec![1; 1024]), Buffer::In(1)]), IOERR);
    }
    assert_eq!(setup.status(&[header(IN, 0), Buffer::In(100), Buffer::In(1)]), IOERR);
    assert_eq!(setup.disk(), pattern());
    assert_eq!(setup.count("errors"), 11);
    assert!(!setup.driver.broken());
}

#[test]
fn flush_identity_and_unknown_requests_are_answered() {
    let mut setup = setup();
    assert_eq!(setup.status(&[header(FLUSH, 0), Buffer::In(1)]), OK);
    assert_eq!(setup.count("fl.reqs"), 1);
    let (status, places) = setup.request(&[header(GET_ID, 0), Buffer::In(20), Buffer::In(1)]);
    assert_eq!((status, setup.driver.read(places[1], 20)), (OK, b"a serial of over twe".to_vec()));
    assert_eq!(setup.status(&[header(99, 0), Buffer::In(1)]), UNSUPPORTED);
}

#[test]
fn ranges_are_discarded_and_zeroed() {
    let mut setup = setup();
    assert_eq!(setup.status(&[header(DISCARD, 0), range(0, 16, 0), Buffer::In(1)]), OK);
    let zero = [header(WRITE_ZEROES, 0), range(20, 2, 1), range(30, 1, 0), Buffer::In(1)];
    assert_eq!(setup.status(&zero), OK);
    let disk = setup.disk();
    assert_eq!(disk[20 * 512..22 * 512], [0; 1024]);
    assert_eq!(disk[30 * 512..31 * 512], [0; 512]);
    assert_eq!(disk[22 * 512..30 * 512], pattern()[22 * 512..30 * 512]);
    assert_eq!((setup.count("ds.reqs"), setup.count("ds.bytes")), (1, 16 * 512));
}

#[test]
fn bad_ranges_are_refused() {
    let mut setup = setup();
    assert_eq!(setup.status(&[header(DISCARD, 0), range(0, 1, 1), Buffer::In(1)]), UNSUPPORTED);
    assert_eq!(setup.status(&[header(WRITE_ZEROES, 0), range(0, 1, 2), Buffer::In(1)]), UNSUPPORTED);
    assert_eq!(setup.status(&[header(WRITE_ZEROES, 0), range(63, 2, 0), Buffer::In(1)]), IOERR);
    assert_eq!(setup.status(&[header(WRITE_ZEROES, 0), range(u64::MAX, 2, 0), Buffer::In(1)]), IOERR);
    assert_eq!(setup.status(&[header(DISCARD, 0), range(0, u32::MAX, 0), Buffer::In(1)]), IOERR);
    assert_eq!(setup.status(&[header(DISCARD, 0), Buffer::Out(vec![0; 15]), Buffer::In(1)]), IOERR);
    assert_eq!(setup.status(&[header(DISCARD, 0), Buffer::In(1)]), IOERR);
    assert_eq!(setup.disk(), pattern());
}

#[test]
fn a_read_only_disk_refuses_changes() {
    let mut setup = setup_with(options(), true, 0);
    assert_ne!(setup.driver.device.features() & 1 << VIRTIO_BLK_F_RO, 0);
    assert_eq!(setup.driver.device.features() & 1 << VIRTIO_BLK_F_DISCARD, 0);
    assert_eq!(setup.status(&[header(OUT, 0), Buffer::Out(vec![1; 512]), Buffer::In(1)]), IOERR);
    assert_eq!(setup.status(&[header(WRITE_ZEROES, 0), range(0, 1, 0), Buffer::In(1)]), IOERR);
    assert_eq!(setup.status(&[header(DISCARD, 0), range(0, 1, 0), Buffer::In(1)]), UNSUPPORTED);
    assert_eq!(setup.disk(), pattern());
}

#[test]
fn written_zeroes_become_holes() {
    let options = BlkOptions { detect_zeroes: DetectZeroes::Unmap, ..options() };
    let mut setup = setup_with(options, false, 0);
    assert_eq!(setup.status(&[header(OUT, 8), Buffer::Out(vec![0; 4096]), Buffer::In(1)]), OK);
    assert_eq!(setup.disk()[8 * 512..16 * 512], [0; 4096]);
    assert_eq!(setup.count("wr.bytes"), 4096);
}

fn writeback(setup: &Setup) -> u8 {
    let mut byte = [9];
    setup.driver.device.read_config(32, &mut byte);
    byte[0]
}

#[test]
fn the_cache_is_what_driver_and_specification_make_it() {
    let flush = 1 << VIRTIO_BLK_F_FLUSH;
    let both = flush | 1 << VIRTIO_BLK_F_CONFIG_WCE;
    let with = |cache| BlkOptions { cache, ..options() };
    assert_eq!(writeback(&setup_with(with(CacheMode::Writeback), false, flush)), 1);
    assert_eq!(writeback(&setup_with(with(CacheMode::Writeback), false, 0)), 0);
    assert_eq!(writeback(&setup_with(with(CacheMode::Writethrough), false, flush)), 0);
    let switching = setup_with(with(CacheMode::None), false, both);
    assert_eq!(writeback(&switching), 1);
    switching.driver.device.write_config(32, &[0]);
    assert_eq!(writeback(&switching), 0);
    switching.driver.device.write_config(32, &[7]);
    switching.driver.device.write_config(31, &[1]);
    assert_eq!(writeback(&switching), 0);
    switching.driver.device.reset();
    assert_eq!(writeback(&switching), 1);
}

#[test]
fn each_write_of_a_write_through_disk_succeeds() {
    let options = BlkOptions { cache: CacheMode::Writethrough, ..options() };
    let mut setup = setup_with(options, false, 1 << VIRTIO_BLK_F_FLUSH);
    assert_eq!(setup.status(&[header(OUT, 0), Buffer::Out(vec![5; 512]), Buffer::In(1)]), OK);
    assert_eq!(setup.disk()[..512], [5; 512]);
}

#[test]
fn the_configuration_describes_the_disk() {
    let options = BlkOptions { queues: 3, physical_block: Some(4096), ..options() };
    let setup = setup_with(options, false, 1 << VIRTIO_BLK_F_FLUSH);
    let device = &setup.driver.device;
    let mut space = [0xff; 64];
    device.read_config(0, &mut space);
    let word = |at: usize| u32::from_le_bytes(space[at..at + 4].try_into().unwrap());
    assert_eq!((word(0), word(4)), (64, 0));
    assert_eq!(word(12), 62);
    assert_eq!(word(20), 512);
    assert_eq!(space[24], 3);
    assert_eq!(space[32], 1);
    assert_eq!(space[34..36], [3, 0]);
    assert_eq!(space[56], 1);
    assert_eq!(space[60..], [0; 4]);
    assert_ne!(device.features() & 1 << VIRTIO_BLK_F_MQ, 0);
    let mut beyond = [0xff; 4];
    device.read_config(u64::MAX - 1, &mut beyond);
    assert_eq!(beyond, [0; 4]);
}

#[test]
fn a_driver_that_breaks_the_protocol_has_to_reset() {
    let outside = crate::virtio::testing::RAM_BYTES as u64;
    let broken: [&[Buffer]; 6] = [
        &[header(IN, 0)],
        &[Buffer::Out(vec![0; 15]), Buffer::In(1)],
        &[Buffer::In(1), Buffer::Out(vec![0; 16])],
        &[Buffer::Raw(outside, 16, 0), Buffer::In(1)],
        &[Buffer::Raw(outside - 8, 16, 0), Buffer::In(1)],
        &[Buffer::Raw(u64::MAX - 3, 16, 2)],
    ];
    for buffers in broken {
        let mut setup = setup();
        setup.driver.add(0, buffers);
        assert_eq!(setup.driver.kick(0), Next::Wait);
        assert!(setup.driver.broken(), "{buffers:?}");
        setup.driver.kick(0);
        assert!(setup.driver.used(0).is_empty());
    }
}

#[test]
fn a_circle_of_descriptors_has_to_reset() {
    let mut setup = setup();
    let table = setup.driver.descriptors(0);
    setup.driver.descriptor(table, 0, (0x5000, 16, 1, 1));
    setup.driver.descriptor(table, 1, (0x6000, 16, 1, 0));
    setup.driver.offer(0, 0);
    setup.driver.kick(0);
    assert!(setup.driver.broken());
}

#[test]
fn an_inactive_disk_does_nothing() {
    let mut setup = setup();
    setup.driver.add(0, &[header(FLUSH, 0), Buffer::In(1)]);
    setup.driver.device.reset();
    assert_eq!(setup.driver.kick(0), Next::Wait);
    assert!(setup.driver.used(0).is_empty());
}

#[test]
fn a_long_queue_takes_turns() {
    let mut setup = setup();
    for _ in 0..32 {
        setup.driver.add(0, &[header(FLUSH, 0), Buffer::In(1)]);
    }
    for head in 0..32 {
        setup.driver.offer(0, head * 2);
    }
    assert_eq!(setup.driver.kick(0), Next::Again);
    assert_eq!(setup.driver.device.handle(0), Next::Wait);
    assert_eq!(setup.driver.used(0).len(), 64);
}

#[test]
fn interrupts_come_as_the_driver_asks() {
    let mut setup = setup_with(options(), false, 1 << VIRTIO_RING_F_EVENT_IDX);
    let count = |setup: &Setup| setup.driver.interrupt.queues.lock().unwrap().len();
    setup.driver.add(0, &[header(FLUSH, 0), Buffer::In(1)]);
    setup.driver.kick(0);
    assert_eq!(count(&setup), 1);
    setup.driver.add(0, &[header(FLUSH, 0), Buffer::In(1)]);
    setup.driver.kick(0);
    assert_eq!(count(&setup), 1);
}

fn buffer() -> impl Strategy<Value = Buffer> {
    prop_oneof![
        (0u32..14, 0u64..70).prop_map(|(kind, sector)| header(kind, sector)),
        (0u64..70, 0u32..70, 0u32..3).prop_map(|(sector, count, flags)| range(sector, count, flags)),
        prop::collection::vec(any::<u8>(), 0..1500).prop_map(Buffer::Out),
        (0u32..3000).prop_map(Buffer::In),
        (any::<u64>(), any::<u32>(), 0u16..8)
            .prop_map(|(address, length, flags)| Buffer::Raw(address, length, flags)),
        (0u64..0x1000_0000, 0u32..0x1000, 0u16..8)
            .prop_map(|(address, length, flags)| Buffer::Raw(address, length, flags)),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]
    #[test]
    fn no_chain_does_harm(
        chains in prop::collection::vec((prop::collection::vec(buffer(), 1..6), any::<bool>()), 1..8)
    ) {
        let mut setup = setup_with(options(), false, 1 << VIRTIO_RING_F_EVENT_IDX);
        for (buffers, indirect) in chains {
            if indirect {
                setup.driver.add_indirect(0, &buffers);
            } else {
                setup.driver.add(0, &buffers);
            }
        }
        setup.driver.kick(0);
        prop_assert_eq!(setup.disk().len(), 64 * 512);
    }

    #[test]
    fn no_ring_does_harm(
        words in prop::collection::vec((0u64..0x6000, any::<u64>()), 1..40), index in any::<u16>()
    ) {
        let mut setup = setup();
        for (at, word) in words {
            let ring = setup.driver.descriptors(0);
            vm_memory::Bytes::write_obj(&*setup.driver.ram, word, vm_memory::GuestAddress(ring + at)).unwrap();
        }
        setup.driver.offer(0, index);
        setup.driver.kick(0);
    }
}
