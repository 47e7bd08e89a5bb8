use std::sync::{Arc, atomic::Ordering};

use proptest::prelude::*;

use super::*;
use crate::{
    bus::BusDevice,
    irq::IrqManager,
    pci::tests::FakeIrq,
    virtio::testing::{Dummy, FakeNotify, ram},
};

const SLOT: MmioSlot = MmioSlot { address: 0xd000_0000, size: 0x1000, gsi: 5 };

struct Setup {
    mmio: VirtioMmio,
    device: Arc<Dummy>,
    notify: Arc<FakeNotify>,
}

fn setup() -> Setup {
    let (device, notify) = (Dummy::new(), Arc::new(FakeNotify::default()));
    let irq = IrqManager::new(Arc::new(FakeIrq::default())).unwrap();
    let mmio = VirtioMmio::new(device.clone(), SLOT, ram(), &irq, notify.clone()).unwrap();
    Setup { mmio, device, notify }
}

impl Setup {
    fn read(&self, offset: u64) -> u32 {
        let mut data = [0; 4];
        self.mmio.read(offset, &mut data);
        u32::from_le_bytes(data)
    }
    fn write(&self, offset: u64, value: u32) {
        self.mmio.write(offset, &value.to_le_bytes());
    }

    fn start(&self) {
        for status in [0, 1, 3] {
            self.write(0x70, status);
        }
        self.write(0x24, 1);
        self.write(0x20, 1);
        self.write(0x24, 0);
        self.write(0x20, 1 << 5);
        self.write(0x70, 0xb);
        assert_eq!(self.read(0x70), 0xb);
        self.write(0x30, 1);
        self.write(0x38, 8);
        for (register, address) in [(0x80, 0x1_0000), (0x90, 0x1_1000), (0xa0, 0x1_2000)] {
            self.write(register, address);
            self.write(register + 4, 0);
        }
        self.write(0x44, 1);
        self.write(0x70, 0xf);
    }
}

#[test]
fn a_device_is_found() {
    let setup = setup();
    assert_eq!([0, 4, 8, 12].map(|offset| setup.read(offset)), [0x7472_6976, 2, 2, 0x1af4]);
    assert_eq!(setup.read(0x10), 1 << 5 | 1 << 28 | 1 << 29);
    setup.write(0x14, 1);
    assert_eq!(setup.read(0x10), 1 << 8 | 1);
    setup.write(0x14, 2);
    assert_eq!(setup.read(0x10), 0);
    assert_eq!(setup.read(0xb0), u32::MAX);
    setup.write(0x30, 1);
    assert_eq!(setup.read(0x34), 16);
    setup.write(0x30, 0x1_0000);
    assert_eq!(setup.read(0x34), 0);
}

#[test]
fn a_driver_takes_the_device_into_use() {
    let setup = setup();
    setup.start();
    let activated = setup.device.activated.lock().unwrap();
    let activation = activated.as_ref().unwrap();
    let state = activation.queues[1].as_ref().unwrap().state();
    assert_eq!(
        (state.size, state.desc_table, state.avail_ring, state.used_ring),
        (8, 0x1_0000, 0x1_1000, 0x1_2000)
    );
    assert_eq!(*setup.notify.0.lock().unwrap(), [(0xd000_0050, Some(0)), (0xd000_0050, Some(1))]);
    let interrupt = activation.interrupt.clone();
    interrupt.queue(1);
    assert_eq!(setup.read(0x60), 1);
    interrupt.config();
    assert_eq!((setup.read(0x60), setup.read(0xfc)), (3, 1));
    setup.write(0x64, 1);
    assert_eq!(setup.read(0x60), 2);
    interrupt.needs_reset();
    assert_eq!(setup.read(0x70), 0x4f);
}

#[test]
fn a_reset_ends_it() {
    let setup = setup();
    setup.start();
    setup.write(0x70, 0);
    assert_eq!((setup.read(0x70), setup.device.resets.load(Ordering::SeqCst)), (0, 1));
    setup.start();
    setup.mmio.reset();
    assert_eq!((setup.read(0x70), setup.device.resets.load(Ordering::SeqCst)), (0, 2));
    assert_eq!(setup.notify.0.lock().unwrap().len(), 2);
}

#[test]
fn kicks_and_configuration_are_passed_on() {
    let setup = setup();
    setup.write(0x50, 1);
    assert_eq!(setup.device.kicks[1].read().unwrap(), 1);
    setup.write(0x50, 2);
    let mut text = [0; 6];
    setup.mmio.read(0x105, &mut text);
    assert_eq!(&text, b"config");
    setup.mmio.write(0x105, b"k");
    assert_eq!(*setup.device.config.lock().unwrap(), b"some konfig");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]
    #[test]
    fn no_access_does_harm(
        accesses in prop::collection::vec((any::<bool>(), 0u64..0xff8, 1usize..9, any::<u64>()), 1..200)
    ) {
        let setup = setup();
        for (write, offset, length, value) in accesses {
            let mut data = value.to_le_bytes();
            if write {
                setup.mmio.write(offset, &data[..length]);
                setup.write(offset & 0xfc, value as u32);
            } else {
                setup.mmio.read(offset, &mut data[..length]);
                setup.read(offset & 0xfc);
            }
        }
        setup.mmio.reset();
    }
}
