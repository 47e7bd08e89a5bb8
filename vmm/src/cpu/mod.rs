//! vCPUs: what they can do ([`cpuid`], [`msr`]), how they start ([`boot_state`]) and how they run ([`vcpu`], [`group`]).
//!
//! A vCPU thread must never wait for anybody but KVM and its group: back ends and consoles get their data through
//! buffers and eventfds.

pub mod boot_state;
pub mod cpuid;
pub mod features;
pub mod group;
mod kick;
pub mod leaves;
pub mod msr;
mod pio;
pub mod topology;
mod topology_leaves;
pub mod vcpu;

use crate::{kvm::KvmError, sandbox::SandboxError};

/// Why there is no vCPU as asked for.
#[derive(Debug, thiserror::Error)]
pub enum CpuError {
    /// KVM refused.
    #[error(transparent)]
    Kvm(#[from] KvmError),
    /// Counts or topology contradict each other.
    #[error("{0}")]
    Invalid(String),
    /// The host does not have it.
    #[error("{0}")]
    Unsupported(String),
    /// No thread.
    #[error("cannot start the thread of vCPU {index}: {source}")]
    Thread {
        /// Whose.
        index: u16,
        /// Why not.
        source: std::io::Error,
    },
    /// A thread cannot be held to its role.
    #[error(transparent)]
    Sandbox(#[from] SandboxError),
    /// A vCPU did not answer.
    #[error("vCPU {0} does not answer")]
    Stuck(u16),
}
