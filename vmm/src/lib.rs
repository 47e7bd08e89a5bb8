//! `vireo-vmm`: the process that runs one guest on KVM.
//!
//! The daemon starts one per guest and hands it a specification and open descriptors over an inherited socket
//! ([`vireo_control`]); from then on the guest lives here and outlives the daemon. The process has as many threads as
//! vCPUs, the main thread (control socket, consoles, timers) and at most two workers for the virtio back ends.
//!
//! It must never open a path the guest or a later peer names, block a vCPU on a slow reader, or trust a length that
//! comes from the guest, from an image or from the socket.

pub mod acpi;
pub mod boot;
pub mod bus;
pub mod civil;
pub mod control;
pub mod cpu;
pub mod fds;
pub mod irq;
pub mod kvm;
pub mod log;
pub mod machine;
pub mod mailbox;
pub mod memory;
pub mod pci;
pub mod platform;
pub mod poller;
pub mod process;
pub mod sandbox;
pub mod serial;
pub mod smbios;
pub mod stats;
pub mod virtio;
