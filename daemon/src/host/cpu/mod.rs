//! x86 CPUs in libvirt's words: features, named models, and which model a CPU is.

pub mod cpuid;
pub mod features;
pub mod identify;
pub mod models;

pub use cpuid::Cpu;
pub use features::FeatureSet;
pub use models::Vendor;
