//! The MC146818 real-time clock with its CMOS memory, at ports 0x70 and 0x71.
//!
//! ```text
//! registers 0..9, 0x32   date and time, from the host's clock plus an offset; writing them changes the offset
//! register 0xa           update in progress: never
//! register 0xb           hold, alarm and update interrupts, binary or BCD, 12 or 24 hours
//! register 0xc           which interrupt; reading clears
//! ```
//!
//! Alarm and update interrupts come from the main thread, which asks [`Rtc::due`] when it must look again. Periodic
//! interrupts do not exist: guests that keep time by them have the timer chip.

use std::{
    io,
    sync::{Mutex, MutexGuard, PoisonError},
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use vireo_control::ClockSpec;
use vmm_sys_util::eventfd::{EFD_CLOEXEC, EFD_NONBLOCK, EventFd};

use crate::{bus::BusDevice, civil::Civil};

const SECONDS: u8 = 0;
const SECONDS_ALARM: u8 = 1;
const MINUTES: u8 = 2;
const MINUTES_ALARM: u8 = 3;
const HOURS: u8 = 4;
const HOURS_ALARM: u8 = 5;
const WEEKDAY: u8 = 6;
const DAY: u8 = 7;
const MONTH: u8 = 8;
const YEAR: u8 = 9;
const STATUS_A: u8 = 0xa;
const STATUS_B: u8 = 0xb;
const STATUS_C: u8 = 0xc;
const STATUS_D: u8 = 0xd;
const CENTURY: u8 = 0x32;

const B_HOLD: u8 = 1 << 7;
const B_ALARM: u8 = 1 << 5;
const B_UPDATE: u8 = 1 << 4;
const B_BINARY: u8 = 1 << 2;
const B_24_HOURS: u8 = 1 << 1;
const C_IRQ: u8 = 1 << 7;
const C_ALARM: u8 = 1 << 5;
const C_UPDATE: u8 = 1 << 4;
const D_BATTERY_GOOD: u8 = 1 << 7;
const HOUR_PM: u8 = 1 << 7;
/// Time base of 32,768 Hz, rate 1,024 Hz: what firmware leaves.
const A_DEFAULT: u8 = 0x26;
/// An alarm field of this pattern matches everything.
const ANY: u8 = 0xc0;

/// The dates the clock can show: years 0 to 9999.
const FIRST: i64 = -62_167_219_200;
/// See [`FIRST`].
const LAST: i64 = 253_402_300_799;

/// Seconds since 1970 that the host's clock shows.
type HostClock = fn() -> i64;

struct State {
    index: u8,
    memory: [u8; 128],
    /// Guest time less host time.
    offset: i64,
    /// Guest time when its clock was put on hold.
    held: Option<i64>,
    /// Guest time up to which interrupts have been looked for.
    looked: i64,
}

/// The clock.
pub struct Rtc {
    state: Mutex<State>,
    irq: EventFd,
    /// Wakes the main thread when there is a new reason to look.
    bell: EventFd,
    now: HostClock,
}

fn host_now() -> i64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs() as i64)
}

/// Makes the C library read the host's time zone, which it keeps: for a process that will have no paths.
pub fn load_time_zone() {
    local_offset(host_now());
}

/// Seconds that local time is ahead of UTC.
pub(crate) fn local_offset(at: i64) -> i64 {
    let time: libc::time_t = at;
    // SAFETY: both point to a value of ours; the call keeps neither.
    unsafe {
        let mut parts: libc::tm = std::mem::zeroed();
        if libc::localtime_r(&time, &mut parts).is_null() { 0 } else { parts.tm_gmtoff }
    }
}

impl Rtc {
    /// A clock as the specification sets it.
    pub fn new(clock: &ClockSpec, irq: EventFd) -> io::Result<Self> {
        let local = if clock.localtime { local_offset(host_now()) } else { 0 };
        let bell = EventFd::new(EFD_NONBLOCK | EFD_CLOEXEC)?;
        Ok(Self::with_clock(clock.offset_seconds.saturating_add(local), irq, bell, host_now))
    }

    /// Readable when [`Rtc::due`] should be asked.
    pub fn bell(&self) -> &EventFd {
        &self.bell
    }

    fn with_clock(offset: i64, irq: EventFd, bell: EventFd, now: HostClock) -> Self {
        let mut memory = [0; 128];
        memory[usize::from(STATUS_A)] = A_DEFAULT;
        memory[usize::from(STATUS_B)] = B_24_HOURS;
        let looked = now().saturating_add(offset).clamp(FIRST, LAST);
        Self { state: Mutex::new(State { index: 0, memory, offset, held: None, looked }), irq, bell, now }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The machine is reset: interrupts off. Time and memory have a battery.
    pub fn reset(&self) {
        let mut state = self.state();
        state.index = 0;
        state.memory[usize::from(STATUS_B)] &= !(B_ALARM | B_UPDATE);
        state.memory[usize::from(STATUS_C)] = 0;
    }

    /// Raises what interrupts have come due, and says when to look again; `None` when the guest wants none.
    pub fn due(&self) -> Option<Duration> {
        let mut state = self.state();
        let guest = state.guest_time((self.now)());
        let wanted = state.memory[usize::from(STATUS_B)] & (B_ALARM | B_UPDATE);
        if wanted == 0 || state.held.is_some() {
            state.looked = guest;
            return None;
        }
        let mut cause = 0;
        // A stop of the process is not made up for second by second.
        let from = state.looked.saturating_add(1).max(guest.saturating_sub(60));
        for second in from..=guest {
            cause |= C_UPDATE;
            if state.alarm_at(second) {
                cause |= C_ALARM;
            }
        }
        state.looked = guest;
        let pending = &mut state.memory[usize::from(STATUS_C)];
        let raised = *pending & C_IRQ != 0;
        *pending |= cause;
        if *pending & wanted != 0 {
            *pending |= C_IRQ;
            if !raised {
                // KVM takes the count at once.
                let _ = self.irq.write(1);
            }
        }
        Some(Duration::from_secs(1))
    }
}

impl State {
    fn guest_time(&self, host: i64) -> i64 {
        self.held.unwrap_or_else(|| host.saturating_add(self.offset)).clamp(FIRST, LAST)
    }

    fn status_b(&self) -> u8 {
        self.memory[usize::from(STATUS_B)]
    }

    fn encode(&self, value: u8) -> u8 {
        if self.status_b() & B_BINARY != 0 { value } else { (value / 10 % 10) << 4 | (value % 10) }
    }

    fn decode(&self, value: u8) -> u8 {
        if self.status_b() & B_BINARY != 0 { value } else { (value >> 4) * 10 + (value & 0xf) }
    }

    fn encode_hour(&self, hour: u8) -> u8 {
        if self.status_b() & B_24_HOURS != 0 {
            return self.encode(hour);
        }
        let half = if hour.is_multiple_of(12) { 12 } else { hour % 12 };
        self.encode(half) | if hour >= 12 { HOUR_PM } else { 0 }
    }

    fn decode_hour(&self, value: u8) -> u8 {
        if self.status_b() & B_24_HOURS != 0 {
            return self.decode(value).min(23);
        }
        self.decode(value & !HOUR_PM) % 12 + if value & HOUR_PM != 0 { 12 } else { 0 }
    }

    fn read_time(&self, register: u8, host: i64) -> u8 {
        let time = Civil::from_unix(self.guest_time(host));
        match register {
            SECONDS => self.encode(time.second),
            MINUTES => self.encode(time.minute),
            HOURS => self.encode_hour(time.hour),
            WEEKDAY => self.encode(time.weekday + 1),
            DAY => self.encode(time.day),
            MONTH => self.encode(time.month),
            YEAR => self.encode(time.year.rem_euclid(100) as u8),
            _ => self.encode((time.year.div_euclid(100)).rem_euclid(100) as u8),
        }
    }

    fn write_time(&mut self, register: u8, value: u8, host: i64) {
        let before = self.guest_time(host);
        let mut time = Civil::from_unix(before);
        let number = self.decode(value);
        match register {
            SECONDS => time.second = number.min(59),
            MINUTES => time.minute = number.min(59),
            HOURS => time.hour = self.decode_hour(value),
            DAY => time.day = number.clamp(1, 31),
            MONTH => time.month = number.clamp(1, 12),
            YEAR => time.year = time.year.div_euclid(100) * 100 + i64::from(number.min(99)),
            CENTURY => time.year = i64::from(number.min(99)) * 100 + time.year.rem_euclid(100),
            // The day of the week follows from the date.
            _ => {}
        }
        let change = time.to_unix() - before;
        match &mut self.held {
            Some(held) => *held += change,
            None => self.offset = self.offset.saturating_add(change),
        }
        self.looked = self.guest_time(host);
    }

    fn write_status_b(&mut self, value: u8, host: i64) {
        self.memory[usize::from(STATUS_B)] = value;
        match (value & B_HOLD != 0, self.held) {
            (true, None) => self.held = Some(self.guest_time(host)),
            (false, Some(held)) => {
                self.offset = held.saturating_sub(host);
                self.held = None;
                self.looked = held;
            }
            _ => {}
        }
    }

    fn alarm_at(&self, second: i64) -> bool {
        let time = Civil::from_unix(second);
        let field = |register: u8, value: u8| {
            let set = self.memory[usize::from(register)];
            set & ANY == ANY || set == value
        };
        field(SECONDS_ALARM, self.encode(time.second))
            && field(MINUTES_ALARM, self.encode(time.minute))
            && field(HOURS_ALARM, self.encode_hour(time.hour))
    }
}

impl BusDevice for Rtc {
    fn read(&self, offset: u64, data: &mut [u8]) {
        data.fill(0xff);
        let mut state = self.state();
        if offset != 1 {
            return;
        }
        let value = match state.index {
            SECONDS | MINUTES | HOURS | WEEKDAY..=YEAR | CENTURY => {
                state.read_time(state.index, (self.now)())
            }
            STATUS_C => std::mem::take(&mut state.memory[usize::from(STATUS_C)]),
            STATUS_D => D_BATTERY_GOOD,
            index => state.memory[usize::from(index)],
        };
        if let Some(byte) = data.first_mut() {
            *byte = value;
        }
    }

    fn write(&self, offset: u64, data: &[u8]) {
        let Some(value) = data.first().copied() else { return };
        let mut state = self.state();
        if offset == 0 {
            // The top bit masks NMI on a PC; there is none to mask.
            state.index = value & 0x7f;
            return;
        }
        match state.index {
            SECONDS | MINUTES | HOURS | WEEKDAY..=YEAR | CENTURY => {
                let index = state.index;
                state.write_time(index, value, (self.now)());
            }
            STATUS_A => state.memory[usize::from(STATUS_A)] = value & 0x7f,
            STATUS_B => {
                state.write_status_b(value, (self.now)());
                if value & (B_ALARM | B_UPDATE) != 0 {
                    // The count of an eventfd cannot overflow by this.
                    let _ = self.bell.write(1);
                }
            }
            STATUS_C | STATUS_D => {}
            index => state.memory[usize::from(index)] = value,
        }
    }
}

#[cfg(test)]
#[path = "rtc_tests.rs"]
mod tests;
