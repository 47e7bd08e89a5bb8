//! The process that runs one guest on KVM.

pub mod bus;
pub mod irq;
