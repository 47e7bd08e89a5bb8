//! I/O ports and interrupt lines of the platform, as the ACPI tables tell them and the devices answer at them.

use vireo_control::MachineKind;

/// System control interrupt: power management events.
pub const SCI: u16 = 9;
/// PM1a status (16 bits) and enable (16 bits).
pub const PM1A_EVENT: u16 = 0x600;
/// PM1a control (16 bits).
pub const PM1A_CONTROL: u16 = 0x604;
/// PM timer (32 bits).
pub const PM_TIMER: u16 = 0x608;
/// Length of the fixed power management registers.
pub const PM_LENGTH: u16 = 12;
/// Hardware-reduced machines: the sleep control register.
pub const SLEEP_CONTROL: u16 = 0x600;
/// Hardware-reduced machines: the sleep status register.
pub const SLEEP_STATUS: u16 = 0x601;
/// Processors that come and go: which, and its flags.
pub const CPUS: u16 = 0x620;
/// Length of these.
pub const CPUS_LENGTH: u8 = 2;
/// The reset control register.
pub const RESET: u16 = 0xcf9;
/// What resets the machine there.
pub const RESET_VALUE: u8 = 0x06;
/// Keyboard controller: data.
pub const I8042_DATA: u16 = 0x60;
/// Keyboard controller: command and status.
pub const I8042_COMMAND: u16 = 0x64;
/// Real-time clock: index; its data is one behind.
pub const RTC: u16 = 0x70;
/// The real-time clock's interrupt.
pub const RTC_IRQ: u32 = 8;
/// PCI configuration: address; its data is four behind.
pub const PCI_CONFIG: u16 = 0xcf8;
/// First port behind PCI configuration.
pub const PCI_IO_START: u16 = 0xd00;

/// The interrupt that tells of processors: one that has no device. `microvm` gives the higher ones to its devices, and
/// has no keyboard.
pub fn cpus_irq(machine: MachineKind) -> u32 {
    if machine == MachineKind::Microvm { 1 } else { 16 }
}

/// Base and interrupt of COM1 (0) to COM4 (3).
pub fn serial(port: u8) -> (u16, u32) {
    match port {
        0 => (0x3f8, 4),
        1 => (0x2f8, 3),
        2 => (0x3e8, 4),
        _ => (0x2e8, 3),
    }
}
