//! The process that runs one guest on KVM.
