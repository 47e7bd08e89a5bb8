//! MSI-X: a function's vectors, their table and pending bits in a BAR.
//!
//! ```text
//! a vector is live when: MSI-X enabled (control), function not masked (control), entry not masked (table)
//! live:      its eventfd is an irqfd with the entry's message
//! not live:  its eventfd counts; that is its pending bit (see `crate::irq`)
//! ```

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use vmm_sys_util::eventfd::EventFd;

use super::config::ConfigSpace;
use crate::{
    irq::{IrqError, IrqManager, MsiMessage, MsiVector},
    log,
};

/// Id of the capability.
const CAPABILITY: u8 = 0x11;
/// Bits of the control register.
const ENABLE: u16 = 1 << 15;
/// See [`ENABLE`].
const FUNCTION_MASK: u16 = 1 << 14;
/// Length of a table entry: address, data, control.
const ENTRY: u64 = 16;
/// The mask bit of an entry's control word.
const ENTRY_MASK: u32 = 1;

/// Most vectors of a function: what the capability's table size can say.
pub const MAX_VECTORS: usize = 2048;

/// A function's MSI-X.
pub struct Msix {
    irq: IrqManager,
    /// What raises each vector, whatever its state.
    events: Vec<Arc<EventFd>>,
    state: Mutex<State>,
}

struct State {
    control: u16,
    entries: Vec<Entry>,
}

struct Entry {
    words: [u32; 4],
    vector: MsiVector,
}

impl Entry {
    const AT_RESET: [u32; 4] = [0, 0, 0, ENTRY_MASK];

    fn message(&self) -> MsiMessage {
        let [low, high, data, _] = self.words;
        MsiMessage { address: u64::from(high) << 32 | u64::from(low), data }
    }
}

impl Msix {
    /// So many vectors, all masked.
    pub fn new(irq: &IrqManager, count: usize) -> Result<Self, IrqError> {
        let mut entries = vec![];
        for _ in 0..count.min(MAX_VECTORS) {
            entries.push(Entry { words: Entry::AT_RESET, vector: irq.msi()? });
        }
        let events = entries.iter().map(|entry| entry.vector.event().clone()).collect();
        Ok(Self { irq: irq.clone(), events, state: Mutex::new(State { control: 0, entries }) })
    }

    /// Adds the capability to configuration space and says where it stands: table and pending bits in BAR 0 at these
    /// offsets.
    pub fn install(&self, config: &mut ConfigSpace, table: u32, pending: u32) -> usize {
        let mut body = vec![];
        body.extend((self.events.len() as u16 - 1).to_le_bytes());
        body.extend(table.to_le_bytes());
        body.extend(pending.to_le_bytes());
        let at = config.add_capability(CAPABILITY, &body);
        config.allow(at + 2, &(ENABLE | FUNCTION_MASK).to_le_bytes());
        at
    }

    /// Length of the table in bytes.
    pub fn table_len(&self) -> u64 {
        self.events.len() as u64 * ENTRY
    }

    /// Length of the pending bits in bytes: whole 64-bit words.
    pub fn pending_len(&self) -> u64 {
        (self.events.len() as u64).div_ceil(64) * 8
    }

    /// Vectors there are.
    pub fn count(&self) -> usize {
        self.events.len()
    }

    /// What raises a vector.
    pub fn event(&self, vector: u16) -> Option<&Arc<EventFd>> {
        self.events.get(usize::from(vector))
    }

    /// Whether the guest uses MSI-X.
    pub fn enabled(&self) -> bool {
        self.state().control & ENABLE != 0
    }

    /// The guest wrote the control register.
    pub fn set_control(&self, control: u16) {
        let mut state = self.state();
        if state.control != control {
            state.control = control;
            let all = 0..state.entries.len();
            self.apply(&mut state, all);
        }
    }

    /// The guest reads the table.
    pub fn read_table(&self, offset: u64, data: &mut [u8]) {
        let state = self.state();
        for (at, byte) in (offset..).zip(data) {
            let entry = state.entries.get((at / ENTRY) as usize);
            let word = entry.map_or(u32::MAX, |entry| entry.words[(at % ENTRY / 4) as usize]);
            *byte = word.to_le_bytes()[(at % 4) as usize];
        }
    }

    /// The guest writes the table.
    pub fn write_table(&self, offset: u64, data: &[u8]) {
        if data.is_empty() {
            return;
        }
        let mut state = self.state();
        for (at, byte) in (offset..).zip(data) {
            let Some(entry) = state.entries.get_mut((at / ENTRY) as usize) else { continue };
            let word = &mut entry.words[(at % ENTRY / 4) as usize];
            let shift = 8 * (at % 4);
            *word = *word & !(0xff << shift) | u32::from(*byte) << shift;
            // All but the mask bit of the control word is reserved, and the address is one of a doubleword.
            entry.words[3] &= ENTRY_MASK;
            entry.words[0] &= !3;
        }
        let first = (offset / ENTRY) as usize;
        let last = ((offset + data.len() as u64 - 1) / ENTRY) as usize;
        let end = (last + 1).min(state.entries.len());
        self.apply(&mut state, first.min(end)..end);
    }

    /// The guest reads the pending bits.
    pub fn read_pending(&self, offset: u64, data: &mut [u8]) {
        let state = self.state();
        for (at, byte) in (offset..).zip(data) {
            let entries = state.entries.iter().skip((at * 8) as usize).take(8);
            *byte = entries.enumerate().map(|(bit, entry)| u8::from(entry.vector.is_pending()) << bit).sum();
        }
    }

    /// As before the guest started: disabled, all masked, nothing pending.
    pub fn reset(&self) {
        let mut state = self.state();
        state.control = 0;
        for entry in &mut state.entries {
            entry.words = Entry::AT_RESET;
        }
        let all = 0..state.entries.len();
        self.apply(&mut state, all);
        for entry in &mut state.entries {
            entry.vector.clear_pending();
        }
    }

    /// Makes vectors live or not, as registers say.
    fn apply(&self, state: &mut State, which: std::ops::Range<usize>) {
        let function = state.control & (ENABLE | FUNCTION_MASK) == ENABLE;
        let mut live = vec![];
        for entry in &mut state.entries[which] {
            if function && entry.words[3] & ENTRY_MASK == 0 {
                let message = entry.message();
                live.push((&mut entry.vector, message));
            } else if let Err(error) = entry.vector.mask() {
                log::guest(error);
            }
        }
        if !live.is_empty()
            && let Err(error) = self.irq.unmask(live)
        {
            log::guest(error);
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
