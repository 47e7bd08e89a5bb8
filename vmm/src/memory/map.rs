//! The guest-physical map: where RAM lies and where it must not.
//!
//! ```text
//! 0                       RAM
//! 0xa_0000..0x10_0000     RAM behind the legacy hole, reserved in the memory map; the ACPI and SMBIOS tables live here
//! 0x10_0000..0xb000_0000  RAM
//! 0xb000_0000             ECAM, 256 MiB (PCI machines)
//! 0xc000_0000             32-bit PCI window (PCI machines)
//! 0xd000_0000             virtio-mmio, one page each (microvm)
//! 0xfec0_0000             IOAPIC, local APIC, KVM's own pages
//! 0x1_0000_0000           the rest of RAM
//! above RAM               64-bit PCI window
//! ```

/// End of the RAM below 4 GiB, and the start of the device hole.
pub const LOW_RAM_END: u64 = 0xb000_0000;
/// The PCI Express configuration space: 256 buses of 1 MiB.
pub const ECAM_START: u64 = 0xb000_0000;
/// Length of the PCI Express configuration space.
pub const ECAM_SIZE: u64 = 0x1000_0000;
/// First address of the 32-bit window for PCI BARs.
pub const PCI_MMIO32_START: u64 = 0xc000_0000;
/// First address behind the 32-bit window for PCI BARs.
pub const PCI_MMIO32_END: u64 = 0xfec0_0000;
/// First virtio-mmio register page of `microvm`; the others follow, one page each.
pub const VIRTIO_MMIO_START: u64 = 0xd000_0000;
/// Distance between virtio-mmio devices.
pub const VIRTIO_MMIO_STEP: u64 = 0x1000;
/// Length of the 64-bit window for PCI BARs: room for many, and still below 40 bits of address for guests of ordinary
/// size.
pub const PCI_MMIO64_SIZE: u64 = 256 << 30;
/// The I/O APIC that KVM emulates.
pub const IOAPIC_START: u64 = 0xfec0_0000;
/// The local APIC that KVM emulates.
pub const LAPIC_START: u64 = 0xfee0_0000;
/// KVM's identity map page for real mode, and three pages for its task state segment behind it. Only old Intel
/// CPUs use them; they must lie below 4 GiB outside of RAM.
pub const KVM_IDENTITY_MAP: u64 = 0xfeff_c000;
/// See [`KVM_IDENTITY_MAP`].
pub const KVM_TSS: u64 = 0xfeff_d000;
/// First address of the RAM above the hole.
pub const HIGH_RAM_START: u64 = 0x1_0000_0000;

/// Start of the legacy video and ROM area, not usable as RAM.
pub const LEGACY_HOLE_START: u64 = 0xa_0000;
/// End of the legacy video and ROM area.
pub const LEGACY_HOLE_END: u64 = 0x10_0000;

/// The RAM ranges (start, length) for so many bytes of RAM: one below the hole, and one above where it does not fit.
pub fn ram_ranges(bytes: u64) -> Vec<(u64, u64)> {
    let low = bytes.min(LOW_RAM_END);
    let mut ranges = vec![(0, low)];
    if bytes > low {
        ranges.push((HIGH_RAM_START, bytes - low));
    }
    ranges
}

/// First address of the 64-bit window for PCI BARs: behind all RAM, on a 1 GiB boundary, and never below 4 GiB.
pub fn pci_mmio64_start(bytes: u64) -> u64 {
    let end = ram_ranges(bytes).last().map_or(0, |(start, length)| start + length);
    end.max(HIGH_RAM_START).next_multiple_of(1 << 30)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ram_up_to_the_hole_is_one_range() {
        assert_eq!(ram_ranges(LOW_RAM_END), [(0, LOW_RAM_END)]);
    }

    #[test]
    fn ram_beyond_the_hole_goes_on_at_4_gib() {
        assert_eq!(ram_ranges(4 << 30), [(0, LOW_RAM_END), (HIGH_RAM_START, (4 << 30) - LOW_RAM_END)]);
    }

    #[test]
    fn the_64_bit_window_is_behind_ram() {
        assert_eq!(pci_mmio64_start(64 << 20), HIGH_RAM_START);
        assert_eq!(pci_mmio64_start(8 << 30), 0x2_8000_0000);
    }
}
