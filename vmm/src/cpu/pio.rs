//! Port accesses and error details out of a vCPU's run page: what `kvm_ioctls` does not tell.

use std::{ptr, slice};

use kvm_bindings::kvm_run;
use kvm_ioctls::VcpuFd;

/// A guest's access to a port: several at once where a repeat prefix made it.
pub struct PortAccess<'a> {
    /// The port.
    pub port: u16,
    /// Bytes of one access.
    pub size: usize,
    /// All bytes: to be written out, or to be filled in.
    pub data: &'a mut [u8],
}

/// The access behind a port exit.
pub fn access(vcpu: &mut VcpuFd) -> PortAccess<'_> {
    let run = ptr::from_mut(vcpu.get_kvm_run());
    // SAFETY: after a port exit KVM has filled in `io`; its data lies behind the run page's structure, inside of the
    // mapping, at the offset it names, `count` times `size` bytes long. Nobody else uses it until the next run.
    unsafe {
        let io = (*run).__bindgen_anon_1.io;
        let data = run.cast::<u8>().add(io.data_offset as usize);
        let length = io.count as usize * usize::from(io.size);
        PortAccess {
            port: io.port,
            size: usize::from(io.size).max(1),
            data: slice::from_raw_parts_mut(data, length),
        }
    }
}

/// KVM's reason for an internal error.
pub fn internal_error(run: &kvm_run) -> String {
    // SAFETY: plain integers whatever variant KVM filled in; the caller asks after an internal error.
    let internal = unsafe { run.__bindgen_anon_1.internal };
    let name = match internal.suberror {
        1 => "instruction emulation failed",
        2 => "unexpected exception while delivering another",
        3 => "event delivery failed",
        4 => "unexpected exit reason",
        _ => "unknown",
    };
    let count = (internal.ndata as usize).min(internal.data.len());
    format!("{name} (suberror {}, {:x?})", internal.suberror, &internal.data[..count])
}
