//! What stands where a PC's processors start: a guest that jumps there wants the machine to start again.
//!
//! Linux does so on machines with hardware-reduced ACPI and without EFI, before it tries anything else. There is no
//! firmware that could start the machine, so the code asks for a reset.

/// `0xf000:0xfff0` in real mode.
pub const ADDRESS: u64 = 0xf_fff0;

/// ```text
///         mov al, 0xfe        pulse the reset line
///         out 0x64, al        by the keyboard controller's command port
/// again:  hlt
///         jmp again
/// ```
pub const CODE: [u8; 7] = [0xb0, 0xfe, 0xe6, 0x64, 0xf4, 0xeb, 0xfd];
