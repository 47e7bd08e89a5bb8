//! Statistics of domains: read from what is published and from what the guest's process shares, never asked of it.

pub mod page;
