//! Minimal PVH guests, assembled by hand: what they do is a list of steps in 32-bit code.

use std::{fs::File, io::Write};

use vireo_control::MachineKind;

/// Where the guest is loaded.
const BASE: u32 = 0x10_0000;
/// A word of RAM that a reset leaves alone where RAM is shared.
pub const COUNTER: u32 = 0x30_0000;
const COM1: u16 = 0x3f8;

/// Code under construction.
#[derive(Default)]
pub struct Guest {
    code: Vec<u8>,
}

impl Guest {
    pub fn new() -> Self {
        Self::default()
    }

    fn bytes(mut self, bytes: &[u8]) -> Self {
        self.code.extend_from_slice(bytes);
        self
    }

    /// Prints text over the first serial port, without asking whether it may.
    pub fn print(self, text: &str) -> Self {
        let guest = self.bytes(&[0x66, 0xba]).bytes(&COM1.to_le_bytes());
        text.bytes().fold(guest, |guest, byte| guest.bytes(&[0xb0, byte, 0xee]))
    }

    /// Prints text with one instruction: `rep outsb`.
    pub fn print_at_once(self, text: &str) -> Self {
        let length = text.len() as u32;
        // call over the text; pop esi; mov dx, COM1; mov ecx, length; cld; rep outsb
        let guest = self.bytes(&[0xe8]).bytes(&length.to_le_bytes()).bytes(text.as_bytes());
        guest
            .bytes(&[0x5e, 0x66, 0xba])
            .bytes(&COM1.to_le_bytes())
            .bytes(&[0xb9])
            .bytes(&length.to_le_bytes())
            .bytes(&[0xfc, 0xf3, 0x6e])
    }

    /// A stack, for what needs one.
    pub fn stack(self) -> Self {
        self.bytes(&[0xbc]).bytes(&0x20_0000u32.to_le_bytes())
    }

    pub fn out8(self, port: u16, value: u8) -> Self {
        self.bytes(&[0x66, 0xba]).bytes(&port.to_le_bytes()).bytes(&[0xb0, value, 0xee])
    }

    pub fn out16(self, port: u16, value: u16) -> Self {
        let guest = self.bytes(&[0x66, 0xba]).bytes(&port.to_le_bytes());
        guest.bytes(&[0x66, 0xb8]).bytes(&value.to_le_bytes()).bytes(&[0x66, 0xef])
    }

    /// Powers off, as this machine's ACPI tables say.
    pub fn power_off(self, machine: MachineKind) -> Self {
        match machine {
            MachineKind::Microvm => self.out8(0x600, 5 << 2 | 1 << 5),
            _ => self.out16(0x604, 5 << 10 | 1 << 13),
        }
        .halt()
    }

    /// An exception without a table for it, and none for what follows from that.
    pub fn triple_fault(self) -> Self {
        // lidt of six zero bytes behind a call; ud2
        self.bytes(&[0xe8, 6, 0, 0, 0, 0, 0, 0, 0, 0, 0]).bytes(&[0x58, 0x0f, 0x01, 0x18, 0x0f, 0x0b])
    }

    /// Stands still.
    pub fn halt(self) -> Self {
        self.bytes(&[0xfa, 0xf4, 0xeb, 0xfc])
    }

    /// Never stops.
    pub fn spin(self) -> Self {
        self.bytes(&[0xeb, 0xfe])
    }

    /// Counts in RAM, and does `then` the first time.
    pub fn first_time(self, then: impl FnOnce(Guest) -> Guest) -> Self {
        let body = then(Guest::new()).code;
        // inc dword [COUNTER]; cmp dword [COUNTER], 1; jne over the body
        let guest = self.bytes(&[0xff, 0x05]).bytes(&COUNTER.to_le_bytes());
        let guest = guest.bytes(&[0x83, 0x3d]).bytes(&COUNTER.to_le_bytes()).bytes(&[1, 0x0f, 0x85]);
        guest.bytes(&(body.len() as u32).to_le_bytes()).bytes(&body)
    }

    /// Reads the serial port and prints what comes, one up, until a full stop.
    pub fn echo(self) -> Self {
        let loop_ = [
            0x66, 0xba, 0xfd, 0x03, // mov dx, LSR
            0xec, // in al, dx
            0xa8, 0x01, // test al, 1
            0x74, 0xf7, // jz loop
            0x66, 0xba, 0xf8, 0x03, // mov dx, RBR
            0xec, // in al, dx
            0x3c, b'.', // cmp al, '.'
            0x74, 0x05, // je out
            0xfe, 0xc0, // inc al
            0xee, // out dx, al
            0xeb, 0xe9, // jmp loop
        ];
        self.bytes(&loop_)
    }

    /// Polls a PM1 status register until the power button's bit shows.
    pub fn wait_for_power_button(self) -> Self {
        self.bytes(&[0x66, 0xba, 0x00, 0x06, 0x66, 0xed, 0xf6, 0xc4, 0x01, 0x74, 0xf5])
    }

    /// The kernel image.
    pub fn image(self) -> Vec<u8> {
        let mut image = vec![0; 0x200];
        image[..6].copy_from_slice(b"\x7fELF\x02\x01");
        let code = self.code.len() as u64;
        let mut put = |at: usize, bytes: &[u8]| image[at..at + bytes.len()].copy_from_slice(bytes);
        put(16, &2u16.to_le_bytes());
        put(18, &62u16.to_le_bytes());
        put(20, &1u32.to_le_bytes());
        put(24, &u64::from(BASE).to_le_bytes());
        put(32, &64u64.to_le_bytes());
        put(52, &64u16.to_le_bytes());
        put(54, &56u16.to_le_bytes());
        put(56, &2u16.to_le_bytes());
        for (at, kind, offset, address, length) in
            [(64, 1u32, 0x200u64, u64::from(BASE), code), (120, 4, 0x100, 0, 20)]
        {
            put(at, &kind.to_le_bytes());
            put(at + 4, &7u32.to_le_bytes());
            put(at + 8, &offset.to_le_bytes());
            put(at + 16, &address.to_le_bytes());
            put(at + 24, &address.to_le_bytes());
            put(at + 32, &length.to_le_bytes());
            put(at + 40, &length.to_le_bytes());
        }
        for (at, word) in [(0x100, 4), (0x104, 4), (0x108, 18), (0x110, BASE)] {
            put(at, &word.to_le_bytes());
        }
        put(0x10c, b"Xen\0");
        image.extend(self.code);
        image
    }

    /// The kernel image, in a file.
    pub fn file(self) -> File {
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(&self.image()).unwrap();
        file
    }
}
