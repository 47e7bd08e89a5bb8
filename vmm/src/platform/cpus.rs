//! The controller of processors that come and go while the guest runs, as the ACPI tables drive it.
//!
//! ```text
//! main thread: plug ----> present, "inserted" --> line --> event device --> guest scans, is told of each, clears
//!                                                                            and starts the processor when it likes
//! main thread: request --> "to be removed" -----> line --> guest scans, takes it out of use
//!              withdraw <--- bell <------------------------- guest writes "eject"
//!
//! byte 0    number of the processor that byte 1 is about
//! byte 1    read: 1 present, 2 inserted, 4 to be removed     written: 2 and 4 clear these, 8 ejects
//! ```
//!
//! A guest can eject only what it was asked to, and never the first.

use std::sync::{Mutex, MutexGuard, PoisonError};

use vmm_sys_util::eventfd::{EFD_CLOEXEC, EFD_NONBLOCK, EventFd};

use crate::bus::BusDevice;

/// Where byte 0 and byte 1 of the registers stand.
const SELECT: u64 = 0;
const FLAGS: u64 = 1;
/// Bits of byte 1.
pub const PRESENT: u8 = 1;
/// See [`PRESENT`].
pub const INSERTED: u8 = 1 << 1;
/// See [`PRESENT`].
pub const REMOVE: u8 = 1 << 2;
/// See [`PRESENT`].
pub const EJECT: u8 = 1 << 3;

/// The controller.
pub struct CpuController {
    state: Mutex<State>,
    line: EventFd,
    bell: EventFd,
}

#[derive(Default)]
struct State {
    selected: u8,
    slots: Vec<Slot>,
}

#[derive(Default, Clone, Copy)]
struct Slot {
    present: bool,
    inserted: bool,
    remove: bool,
    /// The guest may eject it.
    asked: bool,
    /// The guest has ejected it, and the main thread does not know.
    ejected: bool,
}

impl CpuController {
    /// Of these processors; `line` is the event device's edge.
    pub fn new(present: &[bool], line: EventFd) -> std::io::Result<Self> {
        let slot = |present: &bool| Slot { present: *present, ..Slot::default() };
        let state = State { selected: 0, slots: present.iter().map(slot).collect() };
        Ok(Self { state: Mutex::new(state), line, bell: EventFd::new(EFD_NONBLOCK | EFD_CLOEXEC)? })
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A processor has come.
    pub fn plug(&self, index: u16) {
        self.change(index, |slot| *slot = Slot { present: true, inserted: true, ..Slot::default() });
    }

    /// The guest is to eject a processor.
    pub fn request_removal(&self, index: u16) {
        self.change(index, |slot| (slot.remove, slot.asked) = (true, true));
    }

    fn change(&self, index: u16, change: impl FnOnce(&mut Slot)) {
        if let Some(slot) = self.state().slots.get_mut(usize::from(index)) {
            change(slot);
            // The counter cannot overflow: KVM takes it at once.
            let _ = self.line.write(1);
        }
    }

    /// Rings when a processor was ejected.
    pub fn bell(&self) -> &EventFd {
        &self.bell
    }

    /// A processor that was ejected since the last look.
    pub fn take_ejected(&self) -> Option<u16> {
        let mut state = self.state();
        let at = state.slots.iter().position(|slot| slot.ejected)?;
        state.slots[at].ejected = false;
        Some(at as u16)
    }

    /// The machine is reset: processors stay as they are, and the guest finds them so.
    pub fn reset(&self) {
        let mut state = self.state();
        state.selected = 0;
        for slot in &mut state.slots {
            *slot = Slot { present: slot.present, ejected: slot.ejected, ..Slot::default() };
        }
    }
}

impl Slot {
    fn flags(self) -> u8 {
        let flags = [(self.present, PRESENT), (self.inserted, INSERTED), (self.remove, REMOVE)];
        flags.into_iter().fold(0, |all, (set, flag)| if set { all | flag } else { all })
    }

    /// The guest writes the flags; says whether that ejected the processor.
    fn write(&mut self, value: u8) -> bool {
        self.inserted &= value & INSERTED == 0;
        self.remove &= value & REMOVE == 0;
        let ejected = value & EJECT != 0 && self.present && self.asked;
        if ejected {
            *self = Self { ejected: true, ..Self::default() };
        }
        ejected
    }
}

impl BusDevice for CpuController {
    fn read(&self, offset: u64, data: &mut [u8]) {
        let state = self.state();
        let flags = state.slots.get(usize::from(state.selected)).map_or(0, |slot| slot.flags());
        for (at, byte) in (offset..).zip(data) {
            *byte = match at {
                SELECT => state.selected,
                FLAGS => flags,
                _ => 0,
            };
        }
    }

    fn write(&self, offset: u64, data: &[u8]) {
        let mut state = self.state();
        for (at, byte) in (offset..).zip(data) {
            match at {
                SELECT => state.selected = *byte,
                FLAGS => {
                    let at = usize::from(state.selected);
                    if state.slots.get_mut(at).is_some_and(|slot| slot.write(*byte)) {
                        // The counter cannot overflow by this.
                        let _ = self.bell.write(1);
                    }
                }
                _ => {}
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn controller() -> (CpuController, EventFd) {
        let line = EventFd::new(EFD_NONBLOCK).unwrap();
        (CpuController::new(&[true, false, false], line.try_clone().unwrap()).unwrap(), line)
    }

    fn flags(controller: &CpuController, index: u8) -> u8 {
        controller.write(SELECT, &[index]);
        let mut flags = [0xff];
        controller.read(FLAGS, &mut flags);
        flags[0]
    }

    #[test]
    fn a_processor_comes_and_goes() {
        let (controller, line) = controller();
        assert_eq!([0, 1, 2, 3].map(|index| flags(&controller, index)), [PRESENT, 0, 0, 0]);
        controller.plug(1);
        assert_eq!(line.read().unwrap(), 1);
        assert_eq!(flags(&controller, 1), PRESENT | INSERTED);
        controller.write(FLAGS, &[INSERTED]);
        assert_eq!(flags(&controller, 1), PRESENT);

        controller.request_removal(1);
        assert_eq!(line.read().unwrap(), 1);
        assert_eq!(flags(&controller, 1), PRESENT | REMOVE);
        controller.write(FLAGS, &[REMOVE]);
        assert!(controller.bell().read().is_err());
        controller.write(FLAGS, &[EJECT]);
        assert_eq!(controller.bell().read().unwrap(), 1);
        assert_eq!((controller.take_ejected(), controller.take_ejected()), (Some(1), None));
        assert_eq!(flags(&controller, 1), 0);
    }

    #[test]
    fn a_guest_ejects_only_what_it_was_asked_to() {
        let (controller, _line) = controller();
        controller.plug(2);
        for index in 0..=255 {
            controller.write(SELECT, &[index, 0xff]);
        }
        assert_eq!(controller.take_ejected(), None);
        assert_eq!(flags(&controller, 2), PRESENT);
        controller.request_removal(2);
        controller.reset();
        controller.write(SELECT, &[2, EJECT]);
        assert_eq!((controller.take_ejected(), flags(&controller, 2)), (None, PRESENT));
    }
}
