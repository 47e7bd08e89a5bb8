//! The first serial port and the first console are one device, told twice.
//!
//! ```text
//! <console> alone                  -> it becomes <serial> as well
//! <serial> alone                   -> a <console> mirrors the first
//! both, the first console 'serial' -> the console mirrors the first <serial>
//! both, the first console another  -> a <console> that mirrors the first <serial> goes before it
//! ```

use crate::{
    domain::def::{
        Devices,
        devices::{Console, chardev::ConsoleTargetType},
        error::unknown,
    },
    error::Result,
};

pub(super) fn settle(devices: &mut Devices) -> Result<()> {
    let (serials, consoles) = (&mut devices.serials, &mut devices.consoles);
    if consoles.iter().skip(1).any(|console| console.target_type == ConsoleTargetType::Serial) {
        return Err(unknown("Only the first console can be a serial port"));
    }
    let serial_console = consoles.first().is_some_and(|first| first.target_type == ConsoleTargetType::Serial);
    if serial_console {
        let console = consoles.remove(0);
        if serials.is_empty() {
            serials.push(console.into_serial());
        }
    }
    if let Some(serial) = serials.first() {
        consoles.insert(0, Console::mirror(serial));
    }
    Ok(())
}
