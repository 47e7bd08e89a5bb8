//! Interrupts: who raises which GSI, and what an MSI vector means.
//!
//! Every source is an `EventFd` bound to a GSI by KVM's irqfd: device threads and vhost raise an interrupt with one
//! write and never touch the machine. GSIs 0 to 23 are the pins of the in-kernel PIC and IOAPIC; those above are MSI
//! vectors, whose routes this module keeps and hands to KVM as a whole table.
//!
//! ```text
//! MSI vector:   masked (irqfd detached) --unmask: route committed, irqfd attached--> live
//!                 ^                                                                   |
//!                 +------------------------------ mask: irqfd detached ---------------+
//! ```
//!
//! While a vector is masked its eventfd only counts: that count is the vector's pending bit, and KVM delivers it when
//! the irqfd is attached again. So nothing is lost, whoever writes.
//!
//! It must never leave two irqfds of one eventfd behind, and never route a vector the guest has not written.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use kvm_bindings::{
    KVM_IRQ_ROUTING_IRQCHIP, KVM_IRQ_ROUTING_MSI, KVM_IRQCHIP_IOAPIC, KVM_IRQCHIP_PIC_MASTER,
    KVM_IRQCHIP_PIC_SLAVE, KvmIrqRouting, kvm_irq_routing_entry, kvm_irq_routing_entry__bindgen_ty_1,
    kvm_irq_routing_irqchip, kvm_irq_routing_msi,
};
use kvm_ioctls::VmFd;
use vmm_sys_util::eventfd::{EFD_CLOEXEC, EFD_NONBLOCK, EventFd};

/// Pins of the IOAPIC: GSIs below are lines, those from here on are MSI vectors.
pub const LINES: u32 = 24;

/// Most MSI vectors: 64 devices of 64 queues would want more, but KVM's table ends at 4096 routes and ours has 40 for the
/// lines (24 IOAPIC pins and 16 PIC pins).
pub const MAX_MSI_VECTORS: usize = 2048;

/// Why an interrupt could not be set up.
#[derive(Debug, thiserror::Error)]
pub enum IrqError {
    /// Beyond the IOAPIC.
    #[error("there is no interrupt line {0}")]
    NoLine(u32),
    /// All of [`MAX_MSI_VECTORS`] are in use.
    #[error("all {MAX_MSI_VECTORS} MSI vectors are in use")]
    NoVector,
    /// A system call failed.
    #[error("cannot {doing}: {source}")]
    System {
        /// What was being done.
        doing: &'static str,
        /// The cause.
        source: std::io::Error,
    },
}

fn system<E: Into<std::io::Error>>(doing: &'static str) -> impl FnOnce(E) -> IrqError {
    move |error| IrqError::System { doing, source: error.into() }
}

/// What KVM does for this module; a trait so that the table logic is tested without KVM.
pub trait IrqBackend: Send + Sync {
    /// Replace the whole routing table.
    fn set_routing(&self, entries: &[kvm_irq_routing_entry]) -> Result<(), std::io::Error>;
    /// Bind an eventfd to a GSI.
    fn attach(&self, event: &EventFd, gsi: u32) -> Result<(), std::io::Error>;
    /// Bind an eventfd to a level-triggered GSI; `resample` fires when the guest has acknowledged it.
    fn attach_level(&self, event: &EventFd, resample: &EventFd, gsi: u32) -> Result<(), std::io::Error>;
    /// Undo [`IrqBackend::attach`].
    fn detach(&self, event: &EventFd, gsi: u32) -> Result<(), std::io::Error>;
}

impl IrqBackend for VmFd {
    fn set_routing(&self, entries: &[kvm_irq_routing_entry]) -> Result<(), std::io::Error> {
        let table = KvmIrqRouting::from_entries(entries).map_err(|_| std::io::ErrorKind::InvalidInput)?;
        Ok(self.set_gsi_routing(&table)?)
    }
    fn attach(&self, event: &EventFd, gsi: u32) -> Result<(), std::io::Error> {
        Ok(self.register_irqfd(event, gsi)?)
    }
    fn attach_level(&self, event: &EventFd, resample: &EventFd, gsi: u32) -> Result<(), std::io::Error> {
        Ok(self.register_irqfd_with_resample(event, resample, gsi)?)
    }
    fn detach(&self, event: &EventFd, gsi: u32) -> Result<(), std::io::Error> {
        Ok(self.unregister_irqfd(event, gsi)?)
    }
}

/// What an MSI vector sends: the guest's address and data.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct MsiMessage {
    /// Message address.
    pub address: u64,
    /// Message data.
    pub data: u32,
}

/// Gives out interrupt sources.
#[derive(Clone)]
pub struct IrqManager {
    shared: Arc<Shared>,
}

struct Shared {
    backend: Arc<dyn IrqBackend>,
    /// Route of each MSI vector: `None` free, `Some(None)` given out but not written by the guest.
    routes: Mutex<Vec<Option<Option<MsiMessage>>>>,
}

impl IrqManager {
    /// Takes over the routing of a VM that has its in-kernel irqchip: the lines are routed at once, no MSI yet.
    pub fn new(backend: Arc<dyn IrqBackend>) -> Result<Self, IrqError> {
        let manager = Self { shared: Arc::new(Shared { backend, routes: Mutex::default() }) };
        manager.shared.commit(&manager.shared.routes())?;
        Ok(manager)
    }

    /// An edge-triggered line: each write to the eventfd is one edge.
    pub fn line(&self, gsi: u32) -> Result<EventFd, IrqError> {
        if gsi >= LINES {
            return Err(IrqError::NoLine(gsi));
        }
        let event = eventfd()?;
        self.shared.backend.attach(&event, gsi).map_err(system("attach an interrupt line"))?;
        Ok(event)
    }

    /// A level-triggered line: a write to the first eventfd raises it; the second fires, with the line lowered, when the
    /// guest has acknowledged it, and the device raises it again where it still has cause.
    pub fn level_line(&self, gsi: u32) -> Result<(EventFd, EventFd), IrqError> {
        if gsi >= LINES {
            return Err(IrqError::NoLine(gsi));
        }
        let (event, resample) = (eventfd()?, eventfd()?);
        let attached = self.shared.backend.attach_level(&event, &resample, gsi);
        attached.map_err(system("attach a level-triggered interrupt line"))?;
        Ok((event, resample))
    }

    /// A masked MSI vector.
    pub fn msi(&self) -> Result<MsiVector, IrqError> {
        let event = Arc::new(eventfd()?);
        let mut routes = self.shared.routes();
        let index = match routes.iter().position(Option::is_none) {
            Some(index) => index,
            None if routes.len() < MAX_MSI_VECTORS => {
                routes.push(None);
                routes.len() - 1
            }
            None => return Err(IrqError::NoVector),
        };
        routes[index] = Some(None);
        drop(routes);
        Ok(MsiVector { shared: self.shared.clone(), index, event, attached: false })
    }

    /// Makes several vectors live with one change of KVM's table. Vectors that are live keep their irqfd.
    pub fn unmask<'a>(
        &self,
        vectors: impl IntoIterator<Item = (&'a mut MsiVector, MsiMessage)>,
    ) -> Result<(), IrqError> {
        let vectors: Vec<_> = vectors.into_iter().collect();
        let mut routes = self.shared.routes();
        let mut changed = false;
        for (vector, message) in &vectors {
            let route = &mut routes[vector.index];
            changed |= *route != Some(Some(*message));
            *route = Some(Some(*message));
        }
        if changed {
            self.shared.commit(&routes)?;
        }
        drop(routes);
        for (vector, _) in vectors {
            vector.attach()?;
        }
        Ok(())
    }
}

impl Shared {
    /// A thread that panicked while it held the lock left whole entries behind.
    fn routes(&self) -> MutexGuard<'_, Vec<Option<Option<MsiMessage>>>> {
        self.routes.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn commit(&self, routes: &[Option<Option<MsiMessage>>]) -> Result<(), IrqError> {
        let mut entries: Vec<_> = (0..LINES).flat_map(line_routes).collect();
        for (index, route) in routes.iter().enumerate() {
            if let Some(Some(message)) = route {
                entries.push(msi_route(LINES + index as u32, *message));
            }
        }
        self.backend.set_routing(&entries).map_err(system("set the interrupt routes"))
    }
}

/// One MSI vector of a device. Masked at first.
pub struct MsiVector {
    shared: Arc<Shared>,
    index: usize,
    event: Arc<EventFd>,
    attached: bool,
}

impl MsiVector {
    /// What to write to raise the interrupt, or to hand to vhost.
    pub fn event(&self) -> &Arc<EventFd> {
        &self.event
    }

    /// Whether the guest gets what is raised.
    pub fn is_live(&self) -> bool {
        self.attached
    }

    /// Whether it was raised while masked.
    pub fn is_pending(&self) -> bool {
        // Looks by taking the count and giving it back: nobody else takes it while the irqfd is detached.
        !self.attached && self.event.read().is_ok_and(|count| self.event.write(count).is_ok())
    }

    /// Holds back what is raised from now on.
    pub fn mask(&mut self) -> Result<(), IrqError> {
        if !self.attached {
            return Ok(());
        }
        self.shared.backend.detach(&self.event, self.gsi()).map_err(system("detach an MSI vector"))?;
        self.attached = false;
        Ok(())
    }

    /// Forgets what was raised while masked.
    pub fn clear_pending(&mut self) {
        if !self.attached {
            // Nonblocking: an error only says that there is nothing to forget.
            let _ = self.event.read();
        }
    }

    fn attach(&mut self) -> Result<(), IrqError> {
        if !self.attached {
            self.shared.backend.attach(&self.event, self.gsi()).map_err(system("attach an MSI vector"))?;
            self.attached = true;
        }
        Ok(())
    }

    fn gsi(&self) -> u32 {
        LINES + self.index as u32
    }
}

impl Drop for MsiVector {
    fn drop(&mut self) {
        // The eventfd goes with the vector, and KVM drops the irqfd of a closed eventfd, should this fail.
        let _ = self.mask();
        self.shared.routes()[self.index] = None;
    }
}

fn eventfd() -> Result<EventFd, IrqError> {
    EventFd::new(EFD_NONBLOCK | EFD_CLOEXEC).map_err(system("create an eventfd"))
}

/// The routes of one line, as on a PC: the timer's GSI 0 reaches the IOAPIC at pin 2, where the PIC has its cascade.
fn line_routes(gsi: u32) -> impl Iterator<Item = kvm_irq_routing_entry> {
    let pic = match gsi {
        2 => None,
        0..8 => Some((KVM_IRQCHIP_PIC_MASTER, gsi)),
        8..16 => Some((KVM_IRQCHIP_PIC_SLAVE, gsi - 8)),
        _ => None,
    };
    let ioapic = match gsi {
        0 => Some((KVM_IRQCHIP_IOAPIC, 2)),
        2 => None,
        _ => Some((KVM_IRQCHIP_IOAPIC, gsi)),
    };
    pic.into_iter().chain(ioapic).map(move |(irqchip, pin)| kvm_irq_routing_entry {
        gsi,
        type_: KVM_IRQ_ROUTING_IRQCHIP,
        u: kvm_irq_routing_entry__bindgen_ty_1 { irqchip: kvm_irq_routing_irqchip { irqchip, pin } },
        ..Default::default()
    })
}

fn msi_route(gsi: u32, message: MsiMessage) -> kvm_irq_routing_entry {
    let mut msi = kvm_irq_routing_msi {
        address_lo: message.address as u32,
        address_hi: (message.address >> 32) as u32,
        data: message.data,
        ..Default::default()
    };
    msi.__bindgen_anon_1.pad = 0;
    kvm_irq_routing_entry {
        gsi,
        type_: KVM_IRQ_ROUTING_MSI,
        u: kvm_irq_routing_entry__bindgen_ty_1 { msi },
        ..Default::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Default)]
    struct Fake {
        routes: Mutex<Vec<(u32, u64, u32)>>,
        commits: Mutex<u32>,
        attached: Mutex<Vec<u32>>,
    }

    impl IrqBackend for Fake {
        fn set_routing(&self, entries: &[kvm_irq_routing_entry]) -> Result<(), std::io::Error> {
            *self.commits.lock().unwrap() += 1;
            *self.routes.lock().unwrap() = entries
                .iter()
                .filter(|entry| entry.type_ == KVM_IRQ_ROUTING_MSI)
                .map(|entry| {
                    // SAFETY: entries of this type hold the msi variant.
                    let msi = unsafe { entry.u.msi };
                    (entry.gsi, u64::from(msi.address_hi) << 32 | u64::from(msi.address_lo), msi.data)
                })
                .collect();
            Ok(())
        }
        fn attach(&self, _: &EventFd, gsi: u32) -> Result<(), std::io::Error> {
            self.attached.lock().unwrap().push(gsi);
            Ok(())
        }
        fn attach_level(&self, event: &EventFd, _: &EventFd, gsi: u32) -> Result<(), std::io::Error> {
            self.attach(event, gsi)
        }
        fn detach(&self, _: &EventFd, gsi: u32) -> Result<(), std::io::Error> {
            self.attached.lock().unwrap().retain(|attached| *attached != gsi);
            Ok(())
        }
    }

    fn manager() -> (IrqManager, Arc<Fake>) {
        let fake = Arc::new(Fake::default());
        (IrqManager::new(fake.clone()).unwrap(), fake)
    }

    const MESSAGE: MsiMessage = MsiMessage { address: 0xfee0_1000, data: 0x41 };

    #[test]
    fn lines_end_with_the_ioapic() {
        let (irq, fake) = manager();
        irq.line(4).unwrap();
        irq.level_line(9).unwrap();
        assert!(matches!(irq.line(24), Err(IrqError::NoLine(24))));
        assert_eq!(*fake.attached.lock().unwrap(), [4, 9]);
    }

    #[test]
    fn several_vectors_go_live_with_one_commit() {
        let (irq, fake) = manager();
        let (mut a, mut b) = (irq.msi().unwrap(), irq.msi().unwrap());
        assert!(fake.attached.lock().unwrap().is_empty());
        let other = MsiMessage { data: 0x42, ..MESSAGE };
        irq.unmask([(&mut a, MESSAGE), (&mut b, other)]).unwrap();
        assert_eq!(*fake.routes.lock().unwrap(), [(24, 0xfee0_1000, 0x41), (25, 0xfee0_1000, 0x42)]);
        assert_eq!(*fake.commits.lock().unwrap(), 2);
        assert_eq!(*fake.attached.lock().unwrap(), [24, 25]);
    }

    #[test]
    fn masking_keeps_the_route() {
        let (irq, fake) = manager();
        let mut vector = irq.msi().unwrap();
        irq.unmask([(&mut vector, MESSAGE)]).unwrap();
        vector.mask().unwrap();
        assert!(fake.attached.lock().unwrap().is_empty());
        irq.unmask([(&mut vector, MESSAGE)]).unwrap();
        assert_eq!(*fake.commits.lock().unwrap(), 2);
        assert!(vector.is_live());
    }

    #[test]
    fn what_is_raised_while_masked_is_pending() {
        let (irq, _fake) = manager();
        let mut vector = irq.msi().unwrap();
        assert!(!vector.is_pending());
        vector.event().write(1).unwrap();
        assert!(vector.is_pending());
        assert!(vector.is_pending());
        vector.clear_pending();
        assert!(!vector.is_pending());
    }

    #[test]
    fn a_dropped_vector_is_given_out_again_without_its_route() {
        let (irq, fake) = manager();
        let mut first = irq.msi().unwrap();
        irq.unmask([(&mut first, MESSAGE)]).unwrap();
        drop(first);
        assert!(fake.attached.lock().unwrap().is_empty());
        let mut second = irq.msi().unwrap();
        let other = MsiMessage { data: 7, ..MESSAGE };
        irq.unmask([(&mut second, other)]).unwrap();
        assert_eq!(*fake.routes.lock().unwrap(), [(24, 0xfee0_1000, 7)]);
    }

    #[test]
    fn the_timer_reaches_the_ioapic_at_pin_2() {
        let pins = |gsi| {
            let pin = |entry: kvm_irq_routing_entry| {
                // SAFETY: the routes of a line hold the irqchip variant.
                let irqchip = unsafe { entry.u.irqchip };
                (irqchip.irqchip, irqchip.pin)
            };
            line_routes(gsi).map(pin).collect::<Vec<_>>()
        };
        assert_eq!(pins(0), [(KVM_IRQCHIP_PIC_MASTER, 0), (KVM_IRQCHIP_IOAPIC, 2)]);
        assert_eq!(pins(2), []);
        assert_eq!(pins(12), [(KVM_IRQCHIP_PIC_SLAVE, 4), (KVM_IRQCHIP_IOAPIC, 12)]);
        assert_eq!(pins(16), [(KVM_IRQCHIP_IOAPIC, 16)]);
    }
}
