//! Domains: their definition, their state, and what changes it.

pub mod def;
pub mod text;
