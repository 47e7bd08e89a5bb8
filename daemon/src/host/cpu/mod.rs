//! x86 CPUs in libvirt's words: features, named models, which model a CPU is, and how CPUs compare.

pub mod baseline;
pub mod compare;
pub mod cpuid;
pub mod decode;
pub mod definition;
pub mod description;
pub mod features;
pub mod models;

pub use cpuid::Cpu;
pub use features::FeatureSet;
pub use models::Vendor;
