//! `<vcpu>`: how many, where, and how many at start.

use crate::domain::def::words::words;

/// `<vcpu>`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Vcpus {
    /// The most that can ever be online.
    pub maximum: u32,
    /// `current=`: online at start; all where absent.
    pub current: Option<u32>,
    /// `placement=`.
    pub placement: Placement,
    /// `cpuset=`, normalised as libvirt writes it (`1-2,4,6`).
    pub cpuset: Option<String>,
}

impl Vcpus {
    /// vCPUs online at start.
    pub fn online(&self) -> u32 {
        self.current.unwrap_or(self.maximum)
    }
}

impl Default for Vcpus {
    fn default() -> Self {
        Self { maximum: 1, current: None, placement: Placement::Static, cpuset: None }
    }
}

words! {
    /// `<vcpu placement=>`.
    pub enum Placement {
        /// On the CPUs of `cpuset`, else on all.
        Static = "static",
        /// On the CPUs numad advises.
        Auto = "auto",
    }
}
