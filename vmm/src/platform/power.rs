//! Power management: sleep registers, power button and PM timer, fixed (pc, q35) or hardware-reduced (microvm).
//!
//! ```text
//! button pressed -> status bit set -> SCI if enabled -> guest clears the bit, decides
//! guest writes S5 with SLP_EN -> PowerOff in the mailbox
//! ```
//!
//! The SCI is edge triggered: it fires when its cause (status and enable) goes from nothing to something.

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Instant,
};

use vmm_sys_util::eventfd::EventFd;

use super::ports;
use crate::{
    acpi::S5,
    bus::BusDevice,
    mailbox::{GuestEvent, Mailbox},
};

/// PM1 status and enable: the power button.
const POWER_BUTTON: u16 = 1 << 8;
/// PM1 enable: bits there are (timer, global lock, power button, sleep button, clock).
const ENABLE_BITS: u16 = 1 | 1 << 5 | 1 << 8 | 1 << 9 | 1 << 10;
/// PM1 control: ACPI mode, which is always on.
const SCI_ENABLED: u16 = 1;
/// PM1 control: bits that stay as written.
const CONTROL_BITS: u16 = 0b111 << 10 | 0b11 << 1;
const SLEEP_TYPE_SHIFT: u16 = 10;
const SLEEP_ENABLE: u16 = 1 << 13;
/// The same in the hardware-reduced register.
const REDUCED_SLEEP_TYPE_SHIFT: u8 = 2;
const REDUCED_SLEEP_ENABLE: u8 = 1 << 5;
/// Rate of the PM timer.
const TIMER_HZ: u128 = 3_579_545;

const EVENT: u64 = 0;
const ENABLE: u64 = 2;
const CONTROL: u64 = (ports::PM1A_CONTROL - ports::PM1A_EVENT) as u64;
const TIMER: u64 = (ports::PM_TIMER - ports::PM1A_EVENT) as u64;

/// What the daemon presses.
pub trait PowerButton: Send + Sync {
    /// Presses it.
    fn press(&self);
    /// The machine is reset.
    fn reset(&self);
}

#[derive(Default)]
struct Registers {
    status: u16,
    enable: u16,
    control: u16,
}

impl Registers {
    fn cause(&self) -> bool {
        self.status & self.enable != 0
    }
}

/// PM1a and the PM timer, [`ports::PM_LENGTH`] bytes.
pub struct FixedPower {
    registers: Mutex<Registers>,
    sci: EventFd,
    mailbox: Arc<Mailbox>,
    start: Instant,
}

impl FixedPower {
    /// `sci` is the interrupt's edge.
    pub fn new(sci: EventFd, mailbox: Arc<Mailbox>) -> Self {
        Self { registers: Mutex::default(), sci, mailbox, start: Instant::now() }
    }

    fn registers(&self) -> MutexGuard<'_, Registers> {
        self.registers.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Changes the registers and raises the interrupt if that gave it a cause.
    fn change(&self, change: impl FnOnce(&mut Registers)) {
        let mut registers = self.registers();
        let before = registers.cause();
        change(&mut registers);
        if registers.cause() && !before {
            raise(&self.sci);
        }
    }

    fn timer(&self) -> u32 {
        (self.start.elapsed().as_nanos() * TIMER_HZ / 1_000_000_000) as u32
    }

    fn register_bytes(&self) -> [u8; ports::PM_LENGTH as usize] {
        let mut bytes = [0; ports::PM_LENGTH as usize];
        let registers = self.registers();
        let words = [registers.status, registers.enable, registers.control | SCI_ENABLED];
        drop(registers);
        for (at, word) in [EVENT, ENABLE, CONTROL].into_iter().zip(words) {
            bytes[at as usize..at as usize + 2].copy_from_slice(&word.to_le_bytes());
        }
        bytes[TIMER as usize..].copy_from_slice(&self.timer().to_le_bytes());
        bytes
    }

    fn write_word(&self, register: u64, value: u16, mask: u16) {
        match register {
            // Writing a one clears.
            EVENT => self.change(|registers| registers.status &= !(value & mask)),
            ENABLE => self.change(|registers| {
                registers.enable = (registers.enable & !mask | value & mask) & ENABLE_BITS;
            }),
            CONTROL => {
                let mut registers = self.registers();
                registers.control = (registers.control & !mask | value & mask) & CONTROL_BITS;
                let sleep_type = registers.control >> SLEEP_TYPE_SHIFT & 0b111;
                if value & mask & SLEEP_ENABLE != 0 && sleep_type == u16::from(S5) {
                    self.mailbox.post(GuestEvent::PowerOff);
                }
            }
            _ => {}
        }
    }
}

impl BusDevice for FixedPower {
    fn read(&self, offset: u64, data: &mut [u8]) {
        let bytes = self.register_bytes();
        for (at, byte) in (offset as usize..).zip(data) {
            *byte = bytes.get(at).copied().unwrap_or(0xff);
        }
    }

    fn write(&self, offset: u64, data: &[u8]) {
        for register in [EVENT, ENABLE, CONTROL] {
            let (mut value, mut mask) = (0u16, 0u16);
            for (at, byte) in (offset..).zip(data) {
                if (register..register + 2).contains(&at) {
                    let shift = (at - register) * 8;
                    value |= u16::from(*byte) << shift;
                    mask |= 0xff << shift;
                }
            }
            if mask != 0 {
                self.write_word(register, value, mask);
            }
        }
    }
}

impl PowerButton for FixedPower {
    fn press(&self) {
        self.change(|registers| registers.status |= POWER_BUTTON);
    }

    fn reset(&self) {
        *self.registers() = Registers::default();
    }
}

/// Sleep control and status, two bytes, and an event line for the button.
pub struct ReducedPower {
    button: EventFd,
    mailbox: Arc<Mailbox>,
}

impl ReducedPower {
    /// `button` is the event device's edge.
    pub fn new(button: EventFd, mailbox: Arc<Mailbox>) -> Self {
        Self { button, mailbox }
    }
}

impl BusDevice for ReducedPower {
    fn read(&self, _: u64, data: &mut [u8]) {
        data.fill(0);
    }

    fn write(&self, offset: u64, data: &[u8]) {
        let Some(value) = data.first().filter(|_| offset == 0) else { return };
        if value & REDUCED_SLEEP_ENABLE != 0 && value >> REDUCED_SLEEP_TYPE_SHIFT & 0b111 == S5 {
            self.mailbox.post(GuestEvent::PowerOff);
        }
    }
}

impl PowerButton for ReducedPower {
    fn press(&self) {
        raise(&self.button);
    }

    fn reset(&self) {}
}

fn raise(line: &EventFd) {
    // The counter cannot overflow: KVM takes it at once.
    let _ = line.write(1);
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::AtomicBool;

    use super::*;

    fn mailbox() -> Arc<Mailbox> {
        Arc::new(Mailbox::new(Arc::new(AtomicBool::new(true))).unwrap())
    }

    fn line() -> (EventFd, EventFd) {
        let line = EventFd::new(libc::EFD_NONBLOCK).unwrap();
        (line.try_clone().unwrap(), line)
    }

    fn word(device: &FixedPower, offset: u64) -> u16 {
        let mut data = [0; 2];
        device.read(offset, &mut data);
        u16::from_le_bytes(data)
    }

    #[test]
    fn the_button_interrupts_once_until_the_guest_has_cleared_it() {
        let (sci, seen) = line();
        let power = FixedPower::new(sci, mailbox());
        power.press();
        assert!(seen.read().is_err(), "not enabled yet");
        power.write(ENABLE, &POWER_BUTTON.to_le_bytes());
        assert_eq!(seen.read().unwrap(), 1);
        power.press();
        assert!(seen.read().is_err(), "still the same cause");
        assert_eq!(word(&power, EVENT), POWER_BUTTON);
        power.write(EVENT, &POWER_BUTTON.to_le_bytes());
        assert_eq!(word(&power, EVENT), 0);
        power.press();
        assert_eq!(seen.read().unwrap(), 1);
    }

    #[test]
    fn only_s5_powers_off() {
        let mailbox = mailbox();
        let power = FixedPower::new(line().0, mailbox.clone());
        power.write(CONTROL, &(SLEEP_ENABLE | 3 << SLEEP_TYPE_SHIFT).to_le_bytes());
        assert_eq!(mailbox.take(), None);
        power.write(CONTROL, &(u16::from(S5) << SLEEP_TYPE_SHIFT).to_le_bytes());
        assert_eq!(mailbox.take(), None);
        power.write(CONTROL, &(SLEEP_ENABLE | u16::from(S5) << SLEEP_TYPE_SHIFT).to_le_bytes());
        assert_eq!(mailbox.take(), Some(GuestEvent::PowerOff));
        assert_eq!(word(&power, CONTROL) & SCI_ENABLED, SCI_ENABLED);
    }

    #[test]
    fn the_reduced_register_powers_off_as_well() {
        let mailbox = mailbox();
        let power = ReducedPower::new(line().0, mailbox.clone());
        power.write(1, &[0x34]);
        power.write(0, &[0x20]);
        assert_eq!(mailbox.take(), None);
        power.write(0, &[REDUCED_SLEEP_ENABLE | S5 << REDUCED_SLEEP_TYPE_SHIFT]);
        assert_eq!(mailbox.take(), Some(GuestEvent::PowerOff));
    }

    #[test]
    fn the_timer_counts_up() {
        let power = FixedPower::new(line().0, mailbox());
        let read = || {
            let mut data = [0; 4];
            power.read(TIMER, &mut data);
            u32::from_le_bytes(data)
        };
        let first = read();
        std::thread::sleep(std::time::Duration::from_millis(2));
        assert!(read().wrapping_sub(first) >= 7000);
    }

    #[test]
    fn accesses_of_any_shape_do_no_harm() {
        let power = FixedPower::new(line().0, mailbox());
        for offset in 0..u64::from(ports::PM_LENGTH) {
            for length in 1..=8 {
                let mut data = [0xff; 8];
                power.write(offset, &data[..length]);
                power.read(offset, &mut data[..length]);
            }
        }
    }
}
