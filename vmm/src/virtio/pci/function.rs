//! One virtio device as a PCI function.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::{
    BAR, COMMON, DEVICE, ISR, MAX_VECTORS, MSIX_PENDING, MSIX_TABLE, NOTIFY, NOTIFY_STEP, PART, common,
    interrupt::PciInterrupt, window::Window,
};
use crate::{
    irq::{IrqError, IrqManager},
    log,
    memory::GuestRam,
    pci::{ConfigSpace, Decode, Identity, Msix, PciFunction, express_endpoint},
    virtio::{
        VirtioDevice,
        negotiation::{Negotiation, Outcome, Shared},
        notify::NotifyBackend,
    },
};

/// Vendor of all virtio devices, and of their subsystem.
const VENDOR: u16 = 0x1af4;
/// Device id of a modern device: this and its virtio id.
const DEVICE_BASE: u16 = 0x1040;
/// Subsystem id of virtual machines.
const SUBSYSTEM: u16 = 0x1100;
/// A modern device.
const REVISION: u8 = 1;

/// Id of a vendor capability.
const VENDOR_CAPABILITY: u8 = 0x09;
/// Kinds of virtio's capabilities.
const CFG_COMMON: u8 = 1;
const CFG_NOTIFY: u8 = 2;
const CFG_ISR: u8 = 3;
const CFG_DEVICE: u8 = 4;
const CFG_PCI: u8 = 5;

/// A virtio device on the PCI bus.
pub(in crate::virtio) struct VirtioPci {
    device: Arc<dyn VirtioDevice>,
    config: Mutex<ConfigSpace>,
    initial: ConfigSpace,
    bars: [Decode; 1],
    window: Window,
    msix: Msix,
    msix_at: usize,
    interrupt: Arc<PciInterrupt>,
    shared: Arc<Shared>,
    negotiation: Mutex<Negotiation>,
    notify: Arc<dyn NotifyBackend>,
    kicks: Mutex<Kicks>,
}

/// Whether KVM catches the kicks, and at which place of the BAR.
#[derive(Default)]
struct Kicks {
    wanted: bool,
    caught_at: Option<u64>,
}

/// What the function is beyond its device.
pub(in crate::virtio) struct Placement {
    /// Where its BAR is decoded.
    pub bar: u64,
    /// Others stand on its slot.
    pub multifunction: bool,
    /// It stands behind a root port.
    pub express: bool,
}

impl VirtioPci {
    pub fn new(
        device: Arc<dyn VirtioDevice>,
        placement: Placement,
        ram: Arc<GuestRam>,
        irq: &IrqManager,
        notify: Arc<dyn NotifyBackend>,
    ) -> Result<Self, IrqError> {
        let queues = device.queue_sizes().len();
        let msix = Msix::new(irq, (queues + 1).min(MAX_VECTORS))?;
        let events = (0..msix.count() as u16).filter_map(|vector| msix.event(vector).cloned()).collect();
        let shared = Arc::new(Shared::default());
        let interrupt = Arc::new(PciInterrupt::new(events, queues, shared.clone()));
        let negotiation = Negotiation::new(device.clone(), ram, interrupt.clone(), shared.clone());

        let mut config = ConfigSpace::endpoint(Identity {
            vendor: VENDOR,
            device: DEVICE_BASE + device.id(),
            revision: REVISION,
            class: class(device.id()),
            subsystem: (VENDOR, SUBSYSTEM),
        });
        BAR.install(&mut config);
        BAR.set_address(&mut config, placement.bar);
        let msix_at = msix.install(&mut config, MSIX_TABLE as u32, MSIX_PENDING as u32);
        let window = install_capabilities(&mut config, queues as u64);
        if placement.express {
            express_endpoint(&mut config);
        }
        if placement.multifunction {
            config.set_multifunction();
        }
        config.set_memory_enabled();
        let bars = [Decode::new(BAR)];
        bars[0].update(&config);
        Ok(Self {
            device,
            initial: config.clone(),
            config: Mutex::new(config),
            bars,
            window,
            msix,
            msix_at,
            interrupt,
            shared,
            negotiation: Mutex::new(negotiation),
            notify,
            kicks: Mutex::default(),
        })
    }

    fn config(&self) -> MutexGuard<'_, ConfigSpace> {
        self.config.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn negotiation(&self) -> MutexGuard<'_, Negotiation> {
        self.negotiation.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Lets KVM catch the kicks where the BAR is decoded now. Registering is slow, so it is done when the device
    /// begins to work, not while a guest moves BARs around.
    fn catch_kicks(&self, begins: bool) {
        let mut kicks = self.kicks.lock().unwrap_or_else(PoisonError::into_inner);
        kicks.wanted |= begins;
        let base = self.bars[0].base().filter(|_| kicks.wanted);
        if kicks.caught_at == base {
            return;
        }
        let address = |base: u64, queue: usize| base + NOTIFY + queue as u64 * NOTIFY_STEP;
        if let Some(old) = kicks.caught_at.take() {
            for (queue, kick) in self.device.kicks().iter().enumerate() {
                // What is not caught any more arrives as an exit.
                let _ = self.notify.detach(kick, address(old, queue), None);
            }
        }
        let Some(base) = base else { return };
        for (queue, kick) in self.device.kicks().iter().enumerate() {
            if let Err(error) = self.notify.attach(kick, address(base, queue), None) {
                log::guest(format_args!("{}: kicks take the slow way: {error}", self.device.alias()));
            }
        }
        kicks.caught_at = Some(base);
    }

    fn kick(&self, offset: u64) {
        if let Some(kick) = self.device.kicks().get((offset / NOTIFY_STEP) as usize) {
            // The counter cannot overflow by this.
            let _ = kick.write(1);
        }
    }
}

impl PciFunction for VirtioPci {
    fn read_config(&self, register: u16, data: &mut [u8]) {
        let config = self.config();
        match self.window.target(&config, register, data.len()) {
            Some((offset, count)) => {
                drop(config);
                let mut bytes = [0; 4];
                self.read_bar(0, offset, &mut bytes[..count]);
                data.copy_from_slice(&bytes[..data.len()]);
            }
            None => config.read(register, data),
        }
    }

    fn write_config(&self, register: u16, data: &[u8]) {
        let mut config = self.config();
        if let Some((offset, count)) = self.window.target(&config, register, data.len()) {
            drop(config);
            if data.len() == count {
                self.write_bar(0, offset, data);
            }
            return;
        }
        config.write(register, data);
        let control = config.u16(self.msix_at + 2);
        let moved = self.bars[0].update(&config);
        self.msix.set_control(control);
        drop(config);
        if moved {
            self.catch_kicks(false);
        }
    }

    fn bars(&self) -> &[Decode] {
        &self.bars
    }

    fn read_bar(&self, _: usize, offset: u64, data: &mut [u8]) {
        let inside = offset % PART;
        match offset - inside {
            COMMON => common::read(&self.negotiation(), &self.interrupt, &self.shared, inside, data),
            ISR => {
                data.fill(0);
                if inside == 0 {
                    data[0] = self.interrupt.take_isr();
                }
            }
            DEVICE => self.device.read_config(inside, data),
            MSIX_TABLE..MSIX_PENDING => self.msix.read_table(offset - MSIX_TABLE, data),
            MSIX_PENDING => self.msix.read_pending(offset - MSIX_PENDING, data),
            _ => data.fill(0),
        }
    }

    fn write_bar(&self, _: usize, offset: u64, data: &[u8]) {
        let inside = offset % PART;
        match offset - inside {
            COMMON => {
                let outcome = common::write(&mut self.negotiation(), &self.interrupt, inside, data);
                match outcome {
                    Outcome::Activated => self.catch_kicks(true),
                    Outcome::Reset => self.interrupt.reset(),
                    Outcome::Nothing => {}
                }
            }
            DEVICE => self.device.write_config(inside, data),
            NOTIFY => self.kick(inside),
            MSIX_TABLE..MSIX_PENDING => self.msix.write_table(offset - MSIX_TABLE, data),
            _ => {}
        }
    }

    fn reset(&self) {
        self.negotiation().reset();
        self.interrupt.reset();
        self.msix.reset();
        let mut config = self.config();
        *config = self.initial.clone();
        self.bars[0].update(&config);
    }
}

/// Class, subclass and programming interface by virtio id, as guests know them from QEMU.
fn class(id: u16) -> u32 {
    match id {
        1 => 0x02_0000,
        2 => 0x01_0000,
        _ => 0x00_ff00,
    }
}

fn install_capabilities(config: &mut ConfigSpace, queues: u64) -> Window {
    let part = |kind: u8, offset: u64, length: u64, extra: Option<u32>| {
        let length_byte = if extra.is_some() { 20 } else { 16 };
        let mut body = vec![length_byte, kind, 0, 0, 0, 0];
        body.extend((offset as u32).to_le_bytes());
        body.extend((length as u32).to_le_bytes());
        body.extend(extra.iter().flat_map(|word| word.to_le_bytes()));
        body
    };
    let parts = [
        part(CFG_COMMON, COMMON, common::LENGTH, None),
        part(CFG_ISR, ISR, 1, None),
        part(CFG_DEVICE, DEVICE, PART, None),
        part(CFG_NOTIFY, NOTIFY, queues * NOTIFY_STEP, Some(NOTIFY_STEP as u32)),
    ];
    for body in parts {
        config.add_capability(VENDOR_CAPABILITY, &body);
    }
    let window = Window(config.add_capability(VENDOR_CAPABILITY, &part(CFG_PCI, 0, 0, Some(0))));
    window.install(config);
    window
}
