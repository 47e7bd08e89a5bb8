//! The ways a guest resets the machine: the reset control register and the keyboard controller.

use std::sync::Arc;

use crate::{
    bus::BusDevice,
    log,
    mailbox::{GuestEvent, Mailbox},
};

/// Reset control register at port 0xcf9: bit 2 going up resets, bit 1 says how hard.
pub struct ResetControl {
    mailbox: Arc<Mailbox>,
}

const RESET_CPU: u8 = 1 << 2;

impl ResetControl {
    /// Tells `mailbox`.
    pub fn new(mailbox: Arc<Mailbox>) -> Self {
        Self { mailbox }
    }
}

impl BusDevice for ResetControl {
    fn read(&self, _: u64, data: &mut [u8]) {
        data.fill(0);
    }

    fn write(&self, _: u64, data: &[u8]) {
        if data.first().is_some_and(|value| value & RESET_CPU != 0) {
            log::guest("reset by the reset register");
            self.mailbox.post(GuestEvent::Reset);
        }
    }
}

/// A keyboard controller without keyboard: it resets the machine and else stays silent.
pub struct I8042 {
    mailbox: Arc<Mailbox>,
}

/// Pulse the reset line.
const COMMAND_RESET: u8 = 0xfe;

impl I8042 {
    /// Tells `mailbox`.
    pub fn new(mailbox: Arc<Mailbox>) -> Self {
        Self { mailbox }
    }
}

/// The command and status port.
impl BusDevice for I8042 {
    /// Both buffers empty: a guest that resets waits for that.
    fn read(&self, _: u64, data: &mut [u8]) {
        data.fill(0);
    }

    fn write(&self, _: u64, data: &[u8]) {
        if data.first() == Some(&COMMAND_RESET) {
            log::guest("reset by the keyboard controller");
            self.mailbox.post(GuestEvent::Reset);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::AtomicBool;

    use super::*;

    fn mailbox() -> Arc<Mailbox> {
        Arc::new(Mailbox::new(Arc::new(AtomicBool::new(true))).unwrap())
    }

    #[test]
    fn only_the_reset_bit_resets() {
        let mailbox = mailbox();
        let register = ResetControl::new(mailbox.clone());
        register.write(0, &[2]);
        assert_eq!(mailbox.take(), None);
        register.write(0, &[6]);
        assert_eq!(mailbox.take(), Some(GuestEvent::Reset));
    }

    #[test]
    fn the_keyboard_controller_pulses_the_reset_line() {
        let mailbox = mailbox();
        let keyboard = I8042::new(mailbox.clone());
        keyboard.write(0, &[0xaa]);
        assert_eq!(mailbox.take(), None);
        keyboard.write(0, &[0xfe]);
        assert_eq!(mailbox.take(), Some(GuestEvent::Reset));
        let mut status = [0xff];
        keyboard.read(0, &mut status);
        assert_eq!(status, [0]);
    }
}
