//! The registers a guest starts with.
//!
//! ```text
//! bzImage      64-bit mode, paging on, identity mapping, rsi = boot parameters   (Linux's 64-bit boot protocol)
//! PVH          32-bit protected mode, paging off, ebx = start information        (the PVH boot protocol)
//! ```

use kvm_bindings::{
    KVM_MP_STATE_RUNNABLE, KVM_MP_STATE_UNINITIALIZED, kvm_debugregs, kvm_fpu, kvm_lapic_state, kvm_mp_state,
    kvm_msr_entry, kvm_regs, kvm_segment, kvm_sregs, kvm_vcpu_events, kvm_xcrs,
};
use kvm_ioctls::VcpuFd;

use super::msr::MsrPlan;
use crate::kvm::{KvmError, failed};

/// Where the boot CPU starts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BootState {
    /// A bzImage's 64-bit entry point.
    Linux64 {
        /// Entry point.
        entry: u64,
        /// Address of the boot parameters.
        zero_page: u64,
        /// Address of the page map (level 4).
        page_tables: u64,
        /// The descriptor table: address and limit.
        gdt: (u64, u16),
    },
    /// The entry point of a PVH note.
    Pvh {
        /// Entry point.
        entry: u64,
        /// Address of the start information.
        start_info: u64,
        /// The descriptor table: address and limit.
        gdt: (u64, u16),
    },
}

/// Selectors in the boot descriptor table: Linux asks for these two.
pub const CODE_SELECTOR: u16 = 0x10;
/// See [`CODE_SELECTOR`].
pub const DATA_SELECTOR: u16 = 0x18;
/// The task state segment's.
pub const TSS_SELECTOR: u16 = 0x20;

/// The table behind [`BootState`]'s `gdt`: flat segments. `long` makes the code segment a 64-bit one.
pub fn descriptor_table(long: bool) -> [u64; 5] {
    let code = if long { 0x00af_9b00_0000_ffff } else { 0x00cf_9b00_0000_ffff };
    [0, 0, code, 0x00cf_9300_0000_ffff, 0x0000_8b00_0000_0067]
}

const CR0_PE: u64 = 1;
const CR0_ET: u64 = 1 << 4;
const CR0_PG: u64 = 1 << 31;
const CR4_PAE: u64 = 1 << 5;
const EFER_LME: u64 = 1 << 8;
const EFER_LMA: u64 = 1 << 10;
/// The one flag that is always set.
const RFLAGS: u64 = 2;

fn segment(selector: u16, type_: u8, long: bool) -> kvm_segment {
    let system = type_ == 0xb && selector == TSS_SELECTOR;
    kvm_segment {
        base: 0,
        limit: if system { 0x67 } else { 0xffff_ffff },
        selector,
        type_,
        present: 1,
        dpl: 0,
        db: u8::from(!long && !system),
        s: u8::from(!system),
        l: u8::from(long),
        g: u8::from(!system),
        ..Default::default()
    }
}

impl BootState {
    fn regs(&self) -> kvm_regs {
        match *self {
            Self::Linux64 { entry, zero_page, .. } => {
                kvm_regs { rip: entry, rsi: zero_page, rflags: RFLAGS, ..Default::default() }
            }
            Self::Pvh { entry, start_info, .. } => {
                kvm_regs { rip: entry, rbx: start_info, rflags: RFLAGS, ..Default::default() }
            }
        }
    }

    /// The system registers, over those of a CPU after reset.
    fn sregs(&self, mut sregs: kvm_sregs) -> kvm_sregs {
        let long = matches!(self, Self::Linux64 { .. });
        sregs.cs = segment(CODE_SELECTOR, 0xb, long);
        let data = segment(DATA_SELECTOR, 0x3, false);
        (sregs.ds, sregs.es, sregs.fs, sregs.gs, sregs.ss) = (data, data, data, data, data);
        sregs.tr = segment(TSS_SELECTOR, 0xb, false);
        (sregs.gdt.base, sregs.gdt.limit) = match *self {
            Self::Linux64 { gdt, .. } | Self::Pvh { gdt, .. } => gdt,
        };
        (sregs.idt.base, sregs.idt.limit) = (0, 0);
        match *self {
            Self::Linux64 { page_tables, .. } => {
                sregs.cr0 = CR0_PE | CR0_ET | CR0_PG;
                sregs.cr3 = page_tables;
                sregs.cr4 = CR4_PAE;
                sregs.efer = EFER_LME | EFER_LMA;
            }
            Self::Pvh { .. } => {
                sregs.cr0 = CR0_PE | CR0_ET;
                (sregs.cr3, sregs.cr4, sregs.efer) = (0, 0, 0);
            }
        }
        sregs
    }

    /// Puts the boot CPU at its start.
    pub fn apply(&self, vcpu: &VcpuFd, after_reset: kvm_sregs) -> Result<(), KvmError> {
        vcpu.set_sregs(&self.sregs(after_reset)).map_err(failed("set the system registers"))?;
        vcpu.set_regs(&self.regs()).map_err(failed("set the registers"))
    }
}

/// What a vCPU is after its reset line was pulled, as KVM made it.
pub struct ResetState {
    sregs: kvm_sregs,
    lapic: kvm_lapic_state,
    msrs: Vec<kvm_msr_entry>,
    events: kvm_vcpu_events,
    xcrs: Option<kvm_xcrs>,
    boot_cpu: bool,
}

impl ResetState {
    /// Reads it from a new vCPU, after CPUID and the first MSRs are set.
    pub fn save(vcpu: &VcpuFd, plan: &MsrPlan, boot_cpu: bool) -> Result<Self, KvmError> {
        Ok(Self {
            sregs: vcpu.get_sregs().map_err(failed("read the system registers"))?,
            lapic: vcpu.get_lapic().map_err(failed("read the local APIC"))?,
            msrs: plan.save(vcpu),
            events: vcpu.get_vcpu_events().map_err(failed("read the pending events"))?,
            // Hosts without XSAVE have none.
            xcrs: vcpu.get_xcrs().ok(),
            boot_cpu,
        })
    }

    /// The system registers after reset.
    pub fn sregs(&self) -> kvm_sregs {
        self.sregs
    }

    /// Resets a vCPU that has run.
    pub fn apply(&self, vcpu: &VcpuFd) -> Result<(), KvmError> {
        let state = if self.boot_cpu { KVM_MP_STATE_RUNNABLE } else { KVM_MP_STATE_UNINITIALIZED };
        vcpu.set_vcpu_events(&self.events).map_err(failed("clear the pending events"))?;
        vcpu.set_sregs(&self.sregs).map_err(failed("reset the system registers"))?;
        vcpu.set_regs(&kvm_regs { rflags: RFLAGS, ..Default::default() })
            .map_err(failed("reset the registers"))?;
        vcpu.set_fpu(&kvm_fpu { fcw: 0x37f, mxcsr: 0x1f80, ..Default::default() })
            .map_err(failed("reset the FPU"))?;
        if let Some(xcrs) = &self.xcrs {
            vcpu.set_xcrs(xcrs).map_err(failed("reset XCR0"))?;
        }
        let debug = kvm_debugregs { dr6: 0xffff_0ff0, dr7: 0x400, ..Default::default() };
        vcpu.set_debug_regs(&debug).map_err(failed("reset the debug registers"))?;
        MsrPlan::restore(vcpu, &self.msrs);
        vcpu.set_lapic(&self.lapic).map_err(failed("reset the local APIC"))?;
        vcpu.set_mp_state(kvm_mp_state { mp_state: state }).map_err(failed("reset the vCPU's state"))
    }
}

const APIC_LVT0: usize = 0x350;
const APIC_LVT1: usize = 0x360;
/// Delivery modes of a local vector table entry.
const DELIVER_NMI: u32 = 4 << 8;
/// See [`DELIVER_NMI`].
const DELIVER_EXTINT: u32 = 7 << 8;
/// All bits of the delivery mode, and the one that masks an entry.
const DELIVERY: u32 = 7 << 8 | 1 << 16;

/// Wires the local APIC as a PC's firmware leaves it: the PIC at LINT0, NMI at LINT1.
pub fn wire_lapic(vcpu: &VcpuFd) -> Result<(), KvmError> {
    let mut lapic = vcpu.get_lapic().map_err(failed("read the local APIC"))?;
    for (offset, value) in [(APIC_LVT0, DELIVER_EXTINT), (APIC_LVT1, DELIVER_NMI)] {
        for (register, byte) in lapic.regs[offset..offset + 4].iter_mut().zip(value.to_le_bytes()) {
            *register = byte as _;
        }
    }
    vcpu.set_lapic(&lapic).map_err(failed("wire the local APIC"))
}

/// Whether a vCPU that was started takes what comes at its local APIC's NMI pin: the guest masks it where it wants none.
pub fn accepts_nmi(vcpu: &VcpuFd) -> bool {
    let started = vcpu.get_mp_state().is_ok_and(|state| state.mp_state != KVM_MP_STATE_UNINITIALIZED);
    let entry = vcpu.get_lapic().map(|lapic| {
        let bytes = [0, 1, 2, 3].map(|n| lapic.regs[APIC_LVT1 + n] as u8);
        u32::from_le_bytes(bytes)
    });
    started && entry.is_ok_and(|entry| entry & DELIVERY == DELIVER_NMI)
}
