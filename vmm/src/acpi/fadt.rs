//! FADT: fixed hardware, or the registers that stand for it.

use acpi_tables::{
    fadt::{FADT, FADTBuilder, Flags},
    gas::{AccessSize, AddressSpace, GAS},
};

use super::{OEM_ID, OEM_REVISION, Platform};
use crate::platform::ports;

/// IA-PC boot architecture flags.
const LEGACY_DEVICES: u16 = 1;
const NO_VGA: u16 = 1 << 2;
const NO_CMOS_RTC: u16 = 1 << 5;

fn port(address: u16, bits: u8) -> GAS {
    let access = match bits {
        8 => AccessSize::ByteAccess,
        16 => AccessSize::WordAccess,
        _ => AccessSize::DwordAccess,
    };
    GAS::new(AddressSpace::SystemIo, bits, 0, access, u64::from(address))
}

/// Builds it.
pub fn build(platform: &Platform, id: [u8; 8], dsdt: u64, facs: Option<u64>) -> FADT {
    let mut fadt = FADTBuilder::new(OEM_ID, id, OEM_REVISION)
        .flag(Flags::Wbinvd)
        .flag(Flags::ProcC1)
        .flag(Flags::SlpButton)
        .flag(Flags::FixRtc)
        .flag(Flags::ResetRegSup);
    // Both pointers: old guests read the short one.
    fadt.dsdt = (dsdt as u32).into();
    fadt.x_dsdt = dsdt.into();
    fadt.reset_reg = port(ports::RESET, 8);
    fadt.reset_value = ports::RESET_VALUE;
    fadt.iapc_boot_arch = (NO_VGA
        | if platform.serial_ports.is_empty() { 0 } else { LEGACY_DEVICES }
        | if platform.rtc { 0 } else { NO_CMOS_RTC })
    .into();
    if platform.hardware_reduced() {
        fadt = fadt.flag(Flags::HwReducedAcpi).flag(Flags::PwrButton);
        fadt.sleep_control_reg = port(ports::SLEEP_CONTROL, 8);
        fadt.sleep_status_reg = port(ports::SLEEP_STATUS, 8);
        return fadt.finalize();
    }
    fadt = fadt.flag(Flags::TmrValExt);
    fadt.firmware_ctrl = (facs.unwrap_or(0) as u32).into();
    fadt.sci_int = ports::SCI.into();
    fadt.pm1a_evt_blk = u32::from(ports::PM1A_EVENT).into();
    fadt.x_pm1a_evt_blk = port(ports::PM1A_EVENT, 32);
    fadt.pm1_evt_len = 4;
    fadt.pm1a_cnt_blk = u32::from(ports::PM1A_CONTROL).into();
    fadt.x_pm1a_cnt_blk = port(ports::PM1A_CONTROL, 16);
    fadt.pm1_cnt_len = 2;
    fadt.pm_tmr_blk = u32::from(ports::PM_TIMER).into();
    fadt.x_pm_tmr_blk = port(ports::PM_TIMER, 32);
    fadt.pm_tmr_len = 4;
    // No C2 and C3: latencies beyond what may be used.
    fadt.p_lvl2_lat = 0xfff.into();
    fadt.p_lvl3_lat = 0xfff.into();
    fadt.finalize()
}
