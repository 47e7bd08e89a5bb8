use std::sync::{Arc, atomic::Ordering};

use proptest::prelude::*;

use super::*;
use crate::{
    irq::IrqManager,
    pci::{PciFunction, tests::FakeIrq},
    virtio::testing::{Dummy, FakeNotify, ram},
};

const PLACE: u64 = 0xc000_0000;

const ACKNOWLEDGE: u8 = 1;
const DRIVER: u8 = 2;
const DRIVER_OK: u8 = 4;
const FEATURES_OK: u8 = 8;
const NEEDS_RESET: u8 = 0x40;

struct Setup {
    function: VirtioPci,
    device: Arc<Dummy>,
    notify: Arc<FakeNotify>,
    irq: Arc<FakeIrq>,
}

fn setup() -> Setup {
    let (device, notify, irq) = (Dummy::new(), Arc::new(FakeNotify::default()), Arc::new(FakeIrq::default()));
    let manager = IrqManager::new(irq.clone()).unwrap();
    let placement = Placement { bar: PLACE, multifunction: false, express: true };
    let function = VirtioPci::new(device.clone(), placement, ram(), &manager, notify.clone()).unwrap();
    Setup { function, device, notify, irq }
}

impl Setup {
    fn read<const N: usize>(&self, offset: u64) -> [u8; N] {
        let mut data = [0xff; N];
        self.function.read_bar(0, offset, &mut data);
        data
    }
    fn read8(&self, offset: u64) -> u8 {
        self.read::<1>(offset)[0]
    }
    fn read16(&self, offset: u64) -> u16 {
        u16::from_le_bytes(self.read(offset))
    }
    fn read32(&self, offset: u64) -> u32 {
        u32::from_le_bytes(self.read(offset))
    }
    fn write(&self, offset: u64, data: &[u8]) {
        self.function.write_bar(0, offset, data);
    }
    fn status(&self, status: u8) -> u8 {
        self.write(0x14, &[status]);
        self.read8(0x14)
    }
    fn config16(&self, register: u16) -> u16 {
        let mut data = [0; 2];
        self.function.read_config(register, &mut data);
        u16::from_le_bytes(data)
    }

    /// Everything up to FEATURES_OK, with these features beside VERSION_1.
    fn negotiate(&self, low: u32) {
        self.status(ACKNOWLEDGE);
        self.status(ACKNOWLEDGE | DRIVER);
        self.write(0x08, &[0, 0, 0, 0]);
        self.write(0x0c, &low.to_le_bytes());
        self.write(0x08, &[1, 0, 0, 0]);
        self.write(0x0c, &[1, 0, 0, 0]);
        assert_eq!(self.status(ACKNOWLEDGE | DRIVER | FEATURES_OK) & FEATURES_OK, FEATURES_OK);
    }

    fn queue(&self, queue: u16, size: u16, at: u64) {
        self.write(0x16, &queue.to_le_bytes());
        self.write(0x18, &size.to_le_bytes());
        self.write(0x20, &at.to_le_bytes());
        self.write(0x28, &(at as u32).wrapping_add(0x1000).to_le_bytes());
        self.write(0x30, &at.wrapping_add(0x2000).to_le_bytes());
        self.write(0x1c, &[1, 0]);
    }

    fn start(&self) {
        self.negotiate(1 << 5);
        self.queue(0, 32, 0x1_0000);
        self.status(ACKNOWLEDGE | DRIVER | FEATURES_OK | DRIVER_OK);
        assert!(self.device.activated.lock().unwrap().is_some());
    }
}

#[test]
fn a_driver_takes_the_device_into_use() {
    let setup = setup();
    assert_eq!(setup.read16(0x12), 2);
    setup.write(0, &[0; 4]);
    assert_eq!(setup.read32(4), 1 << 5 | 1 << 28 | 1 << 29);
    setup.write(0, &[1, 0, 0, 0]);
    assert_eq!(setup.read32(4), 1 << 8 | 1);
    setup.start();
    let activated = setup.device.activated.lock().unwrap();
    let activation = activated.as_ref().unwrap();
    assert_eq!(activation.features, 1 << 32 | 1 << 5);
    let state = activation.queues[0].as_ref().unwrap().state();
    assert_eq!(
        (state.size, state.desc_table, state.avail_ring, state.used_ring),
        (32, 0x1_0000, 0x1_1000, 0x1_2000)
    );
    assert!(activation.queues[1].is_none());
    assert_eq!(*setup.notify.0.lock().unwrap(), [(PLACE + 0x3000, None), (PLACE + 0x3004, None)]);
}

#[test]
fn a_queue_reads_as_set_up() {
    let setup = setup();
    setup.negotiate(0);
    setup.write(0x16, &[1, 0]);
    assert_eq!((setup.read16(0x18), setup.read16(0x1c), setup.read16(0x1e)), (16, 0, 1));
    setup.queue(1, 8, 0x2_0000);
    assert_eq!((setup.read16(0x18), setup.read16(0x1c)), (8, 1));
    assert_eq!((setup.read32(0x20), setup.read32(0x28), setup.read32(0x34)), (0x2_0000, 0x2_1000, 0));
    setup.write(0x16, &[2, 0]);
    assert_eq!((setup.read16(0x18), setup.read16(0x1a)), (0, 0));
}

#[test]
fn features_that_were_not_offered_are_refused() {
    let setup = setup();
    setup.status(ACKNOWLEDGE);
    setup.status(ACKNOWLEDGE | DRIVER);
    setup.write(0x0c, &[0xff; 4]);
    assert_eq!(setup.status(ACKNOWLEDGE | DRIVER | FEATURES_OK), ACKNOWLEDGE | DRIVER);
    setup.write(0x0c, &[0; 4]);
    assert_eq!(setup.status(ACKNOWLEDGE | DRIVER | FEATURES_OK), ACKNOWLEDGE | DRIVER, "without VERSION_1");
    assert_eq!(setup.status(ACKNOWLEDGE | DRIVER | FEATURES_OK | DRIVER_OK), ACKNOWLEDGE | DRIVER);
    assert!(setup.device.activated.lock().unwrap().is_none());
}

#[test]
fn nothing_changes_out_of_order() {
    let setup = setup();
    setup.queue(0, 32, 0x1_0000);
    assert_eq!((setup.read16(0x18), setup.read16(0x1c)), (64, 0));
    setup.start();
    setup.queue(0, 8, 0x9_0000);
    setup.write(0x0c, &[0; 4]);
    setup.write(0x16, &[0, 0]);
    assert_eq!((setup.read16(0x18), setup.read32(0x20)), (32, 0x1_0000));
    assert_eq!(setup.status(ACKNOWLEDGE) & DRIVER_OK, DRIVER_OK);
}

#[test]
fn sizes_that_are_no_queue_are_ignored() {
    let setup = setup();
    setup.negotiate(0);
    for size in [0u16, 3, 128, 0xffff] {
        setup.write(0x18, &size.to_le_bytes());
        assert_eq!(setup.read16(0x18), 64);
    }
}

#[test]
fn a_queue_outside_of_memory_needs_a_reset() {
    for at in [0xffff_f000, u64::MAX - 0xfff, 0x1_0008] {
        let setup = setup();
        setup.negotiate(0);
        setup.queue(0, 32, at);
        let status = setup.status(ACKNOWLEDGE | DRIVER | FEATURES_OK | DRIVER_OK);
        assert_eq!(status & NEEDS_RESET, NEEDS_RESET);
        assert!(setup.device.activated.lock().unwrap().is_none());
        assert_eq!(setup.status(0), 0);
    }
}

#[test]
fn writing_zero_resets() {
    let setup = setup();
    setup.start();
    setup.write(0x10, &[1, 0]);
    setup.write(0x14, &[0]);
    assert_eq!((setup.read8(0x14), setup.read16(0x10)), (0, NO_VECTOR));
    assert_eq!(setup.device.resets.load(Ordering::SeqCst), 1);
    setup.write(0x14, &[0]);
    assert_eq!(setup.device.resets.load(Ordering::SeqCst), 1);
    setup.start();
}

#[test]
fn kicks_reach_the_queue_by_exits_too() {
    let setup = setup();
    setup.write(0x3004, &[1, 0]);
    assert_eq!(setup.device.kicks[1].read().unwrap(), 1);
    assert!(setup.device.kicks[0].read().is_err());
    setup.write(0x3008, &[2, 0]);
    setup.write(0x3ffc, &[2, 0]);
}

#[test]
fn kicks_follow_the_bar() {
    let setup = setup();
    setup.start();
    setup.function.write_config(4, &[0, 0]);
    assert!(setup.notify.0.lock().unwrap().is_empty());
    setup.function.write_config(0x10, &0xd000_0000u32.to_le_bytes());
    setup.function.write_config(4, &[6, 0]);
    assert_eq!(*setup.notify.0.lock().unwrap(), [(0xd000_3000, None), (0xd000_3004, None)]);
}

#[test]
fn queues_and_configuration_raise_their_vectors() {
    let setup = setup();
    setup.function.write_config(msix_control(&setup), &[0, 0x80]);
    for vector in 0..3u64 {
        setup.write(0x4000 + 16 * vector, &0xfee0_0000u32.to_le_bytes());
        setup.write(0x4000 + 16 * vector + 12, &[0; 4]);
    }
    assert_eq!(*setup.irq.0.lock().unwrap(), [24, 25, 26]);
    setup.write(0x10, &[2, 0]);
    setup.write(0x16, &[0, 0]);
    setup.write(0x1a, &[1, 0]);
    assert_eq!((setup.read16(0x10), setup.read16(0x1a)), (2, 1));
    setup.write(0x16, &[1, 0]);
    setup.write(0x1a, &[3, 0]);
    assert_eq!(setup.read16(0x1a), NO_VECTOR, "there is no vector 3");
    setup.start();
    let interrupt = setup.device.activated.lock().unwrap().as_ref().unwrap().interrupt.clone();
    let raised = |queue| interrupt.queue_event(queue).map(|event| event.read().is_ok());
    interrupt.queue(0);
    assert_eq!(raised(0), Some(true));
    interrupt.queue(1);
    assert_eq!(raised(1), None);
    assert_eq!(setup.read8(0x1000), 1, "a queue without vector shows in the ISR");
    assert_eq!(setup.read8(0x1000), 0);
    let generation = setup.read8(0x15);
    interrupt.config();
    assert_eq!(setup.read8(0x15), generation + 1);
    interrupt.needs_reset();
    assert_eq!(setup.read8(0x14) & NEEDS_RESET, NEEDS_RESET);
}

fn capabilities(setup: &Setup) -> Vec<(u8, u16)> {
    let mut at = setup.config16(0x34) & 0xff;
    let mut found = vec![];
    while at != 0 {
        let header = setup.config16(at);
        found.push((header as u8, at));
        at = header >> 8;
    }
    found
}

fn msix_control(setup: &Setup) -> u16 {
    capabilities(setup).iter().find(|(id, _)| *id == 0x11).unwrap().1 + 2
}

#[test]
fn capabilities_lead_to_the_parts() {
    let setup = setup();
    assert_eq!((setup.config16(0), setup.config16(2)), (0x1af4, 0x1042));
    let found = capabilities(&setup);
    assert_eq!(found.iter().map(|(id, _)| *id).collect::<Vec<_>>(), [0x11, 9, 9, 9, 9, 9, 0x10]);
    let parts: Vec<_> = found[1..6]
        .iter()
        .map(|(_, at)| {
            let mut part = [0; 16];
            setup.function.read_config(*at, &mut part);
            (part[3], u32::from_le_bytes(part[8..12].try_into().unwrap()))
        })
        .collect();
    assert_eq!(parts, [(1, 0), (3, 0x1000), (4, 0x2000), (2, 0x3000), (5, 0)]);
    assert_eq!(setup.config16(msix_control(&setup)), 2);
}

#[test]
fn the_bar_is_seen_through_configuration_space() {
    let setup = setup();
    let at = capabilities(&setup)[5].1;
    setup.function.write_config(at + 8, &0x2005u32.to_le_bytes());
    setup.function.write_config(at + 12, &1u32.to_le_bytes());
    let mut byte = [0];
    setup.function.read_config(at + 16, &mut byte);
    assert_eq!(byte, [b'c']);
    setup.function.write_config(at + 16, b"k");
    assert_eq!(*setup.device.config.lock().unwrap(), b"some konfig");
    let mut word = [0; 4];
    for (offset, length) in [(0x2001u32, 2u32), (0x7fff, 4), (u32::MAX, 1), (0, 3), (0, u32::MAX)] {
        setup.function.write_config(at + 8, &offset.to_le_bytes());
        setup.function.write_config(at + 12, &length.to_le_bytes());
        setup.function.read_config(at + 16, &mut word);
        assert_eq!(word, [0; 4]);
    }
}

#[test]
fn a_machine_reset_restores_everything() {
    let setup = setup();
    setup.start();
    setup.function.write_config(msix_control(&setup), &[0, 0x80]);
    setup.write(0x400c, &[0; 4]);
    setup.function.write_config(4, &[0, 0]);
    setup.function.write_config(0x10, &[0xff; 8]);
    setup.function.reset();
    assert_eq!(setup.function.bars()[0].base(), Some(PLACE));
    assert_eq!(setup.device.resets.load(Ordering::SeqCst), 1);
    assert!(setup.irq.0.lock().unwrap().is_empty());
    setup.start();
    assert_eq!(setup.notify.0.lock().unwrap()[0], (PLACE + 0x3000, None));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]
    #[test]
    fn no_access_does_harm(
        accesses in prop::collection::vec((any::<bool>(), 0u64..BAR.size, 1usize..9, any::<u64>()), 1..200)
    ) {
        let setup = setup();
        for (write, offset, length, value) in accesses {
            let mut data = value.to_le_bytes();
            let register = (offset % 0x1000) as u16;
            // Registers that matter more often than pages that are empty.
            for offset in [offset.min(BAR.size - 8), offset % 0x40, 0x4000 + offset % 0x40] {
                if write {
                    setup.write(offset, &data[..length]);
                } else {
                    setup.function.read_bar(0, offset, &mut data[..length]);
                }
            }
            if write {
                setup.function.write_config(register.min(0xff8), &data[..length]);
            } else {
                setup.function.read_config(register.min(0xff8), &mut data[..length]);
            }
        }
        setup.function.reset();
    }
}
