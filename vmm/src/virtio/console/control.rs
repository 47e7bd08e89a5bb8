//! What device and driver say about ports.

use std::collections::VecDeque;

use super::device::Slot;

/// Kinds of messages.
const DEVICE_READY: u16 = 0;
const PORT_ADD: u16 = 1;
const PORT_READY: u16 = 3;
const CONSOLE_PORT: u16 = 4;
const PORT_OPEN: u16 = 6;
const PORT_NAME: u16 = 7;

/// Length of a message without a name.
pub(super) const LENGTH: usize = 8;
/// Messages that wait for the guest: four for each port, twice over. A guest that asks for more has lost its way.
const MAX_WAITING: usize = 8 * super::MAX_PORTS as usize;

/// The conversation.
#[derive(Default)]
pub(super) struct Conversation {
    waiting: VecDeque<Vec<u8>>,
}

fn message(port: u16, event: u16, value: u16) -> Vec<u8> {
    [&u32::from(port).to_le_bytes()[..], &event.to_le_bytes(), &value.to_le_bytes()].concat()
}

impl Conversation {
    fn say(&mut self, message: Vec<u8>) {
        if self.waiting.len() < MAX_WAITING {
            self.waiting.push_back(message);
        }
    }

    /// The driver says something. What makes no sense is not heard.
    pub fn hear(&mut self, message: [u8; LENGTH], slots: &mut [Slot]) {
        let [a, b, c, d, event_low, event_high, low, high] = message;
        let number = u32::from_le_bytes([a, b, c, d]);
        let (event, value) = (u16::from_le_bytes([event_low, event_high]), u16::from_le_bytes([low, high]));
        if event == DEVICE_READY {
            if value == 1 {
                slots.iter().for_each(|slot| self.say(self::message(slot.number, PORT_ADD, 1)));
            }
            return;
        }
        let Some(slot) = slots.iter_mut().find(|slot| u32::from(slot.number) == number) else { return };
        match event {
            PORT_READY if value == 1 => {
                slot.ready = true;
                if slot.console {
                    self.say(self::message(slot.number, CONSOLE_PORT, 1));
                }
                if let Some(name) = &slot.name {
                    let mut message = self::message(slot.number, PORT_NAME, 1);
                    message.extend_from_slice(name.as_bytes());
                    // Drivers take the name as a C string, with its end or without.
                    message.push(0);
                    self.say(message);
                }
                slot.told_open = false;
                self.tell_open(slot);
            }
            PORT_OPEN => slot.port.set_guest_open(value != 0),
            _ => {}
        }
    }

    /// Tells the driver of a host's side that has opened or closed since it was last told.
    pub fn tell_open(&mut self, slot: &mut Slot) {
        let open = slot.port.is_host_open();
        if slot.ready && slot.told_open != open {
            slot.told_open = open;
            self.say(message(slot.number, PORT_OPEN, open.into()));
        }
    }

    /// What is to be said next.
    pub fn next(&self) -> Option<&[u8]> {
        self.waiting.front().map(Vec::as_slice)
    }

    /// It was said.
    pub fn said(&mut self) {
        self.waiting.pop_front();
    }
}
