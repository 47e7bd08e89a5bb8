//! The first 256 bytes of configuration space: values, and which of their bits the guest may change.
//!
//! Registers behind them exist with PCI Express and read zero here: no function has extended capabilities.

/// Offsets of the common registers.
pub(super) mod register {
    pub const VENDOR: usize = 0x00;
    pub const DEVICE: usize = 0x02;
    pub const COMMAND: usize = 0x04;
    pub const STATUS: usize = 0x06;
    pub const REVISION: usize = 0x08;
    pub const CLASS: usize = 0x09;
    pub const CACHE_LINE: usize = 0x0c;
    pub const HEADER_TYPE: usize = 0x0e;
    pub const BARS: usize = 0x10;
    pub const SUBSYSTEM_VENDOR: usize = 0x2c;
    pub const SUBSYSTEM: usize = 0x2e;
    pub const CAPABILITIES: usize = 0x34;
    pub const INTERRUPT_LINE: usize = 0x3c;
}

/// Bits of the command register.
pub(super) mod command {
    pub const MEMORY: u16 = 1 << 1;
    pub const MASTER: u16 = 1 << 2;
    pub const SERR: u16 = 1 << 8;
    pub const INTX_DISABLE: u16 = 1 << 10;
}

/// The status register's bit that says there are capabilities.
const STATUS_CAPABILITIES: u16 = 1 << 4;
/// The header type's bit that says the slot has functions other than 0.
const MULTIFUNCTION: u8 = 0x80;
/// Where capabilities begin: behind both kinds of header.
const FIRST_CAPABILITY: usize = 0x40;
/// Length of what this module keeps.
const LENGTH: usize = 256;

/// Names of a function.
#[derive(Debug, Clone, Copy)]
pub struct Identity {
    /// Vendor id.
    pub vendor: u16,
    /// Device id.
    pub device: u16,
    /// Revision.
    pub revision: u8,
    /// Class, subclass and programming interface, highest byte first.
    pub class: u32,
    /// Subsystem vendor and id; both 0 for bridges.
    pub subsystem: (u16, u16),
}

/// A function's configuration space.
#[derive(Debug, Clone)]
pub struct ConfigSpace {
    values: [u8; LENGTH],
    writable: [u8; LENGTH],
    next_capability: usize,
    last_capability: usize,
}

impl ConfigSpace {
    /// Header type 0.
    pub fn endpoint(identity: Identity) -> Self {
        let mut space = Self::new(identity);
        space.set_u16(register::SUBSYSTEM_VENDOR, identity.subsystem.0);
        space.set_u16(register::SUBSYSTEM, identity.subsystem.1);
        space
    }

    /// Header type 1.
    pub fn bridge(identity: Identity) -> Self {
        let mut space = Self::new(identity);
        space.values[register::HEADER_TYPE] = 1;
        space
    }

    fn new(identity: Identity) -> Self {
        let mut space = Self {
            values: [0; LENGTH],
            writable: [0; LENGTH],
            next_capability: FIRST_CAPABILITY,
            last_capability: register::CAPABILITIES,
        };
        space.set_u16(register::VENDOR, identity.vendor);
        space.set_u16(register::DEVICE, identity.device);
        space.values[register::REVISION] = identity.revision;
        space.set(register::CLASS, &identity.class.to_le_bytes()[..3]);
        let commands = command::MEMORY | command::MASTER | command::SERR | command::INTX_DISABLE;
        space.allow(register::COMMAND, &commands.to_le_bytes());
        space.allow(register::CACHE_LINE, &[0xff]);
        space.allow(register::INTERRUPT_LINE, &[0xff]);
        space
    }

    /// Marks function 0 of a slot with more functions.
    pub fn set_multifunction(&mut self) {
        self.values[register::HEADER_TYPE] |= MULTIFUNCTION;
    }

    /// Appends a capability (its body begins behind the next pointer) and says where it stands.
    ///
    /// # Panics
    /// Where the capabilities of a function no longer fit, which building any machine shows.
    pub fn add_capability(&mut self, id: u8, body: &[u8]) -> usize {
        let at = self.next_capability;
        let end = at + 2 + body.len();
        assert!(end <= LENGTH, "capabilities do not fit in configuration space");
        self.values[at] = id;
        self.set(at + 2, body);
        self.values[self.last_capability] = at as u8;
        self.last_capability = at + 1;
        self.next_capability = end.next_multiple_of(4);
        let status = self.u16(register::STATUS) | STATUS_CAPABILITIES;
        self.set_u16(register::STATUS, status);
        at
    }

    /// Lets the guest change the bits of `mask` from `at` on.
    pub fn allow(&mut self, at: usize, mask: &[u8]) {
        self.writable[at..at + mask.len()].copy_from_slice(mask);
    }

    /// Sets what the guest reads, whatever it may write.
    pub fn set(&mut self, at: usize, bytes: &[u8]) {
        self.values[at..at + bytes.len()].copy_from_slice(bytes);
    }

    /// See [`ConfigSpace::set`].
    pub fn set_u16(&mut self, at: usize, value: u16) {
        self.set(at, &value.to_le_bytes());
    }

    /// See [`ConfigSpace::set`].
    pub fn set_u32(&mut self, at: usize, value: u32) {
        self.set(at, &value.to_le_bytes());
    }

    /// What the guest reads.
    pub fn u8(&self, at: usize) -> u8 {
        self.values[at]
    }

    /// What the guest reads.
    pub fn u16(&self, at: usize) -> u16 {
        u16::from_le_bytes([self.values[at], self.values[at + 1]])
    }

    /// What the guest reads.
    pub fn u32(&self, at: usize) -> u32 {
        u32::from(self.u16(at)) | u32::from(self.u16(at + 2)) << 16
    }

    /// The guest reads.
    pub fn read(&self, register: u16, data: &mut [u8]) {
        for (at, byte) in (usize::from(register)..).zip(data) {
            *byte = self.values.get(at).copied().unwrap_or(0);
        }
    }

    /// The guest writes.
    pub fn write(&mut self, register: u16, data: &[u8]) {
        for (at, byte) in (usize::from(register)..LENGTH).zip(data) {
            let mask = self.writable[at];
            self.values[at] = self.values[at] & !mask | byte & mask;
        }
    }

    /// Lets the function answer at its BARs from the start, as firmware does.
    pub fn set_memory_enabled(&mut self) {
        let commands = self.u16(register::COMMAND) | command::MEMORY;
        self.set_u16(register::COMMAND, commands);
    }

    /// Whether the guest lets the function answer at its BARs.
    pub fn memory_enabled(&self) -> bool {
        self.u16(register::COMMAND) & command::MEMORY != 0
    }
}
