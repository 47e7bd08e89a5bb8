//! Domains: their definition, their state, and what changes it.

pub mod def;
pub mod policy;
pub mod state;
pub mod stats;
pub mod text;
pub mod vmm;
