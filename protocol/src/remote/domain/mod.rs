//! Domains.

mod agent;
mod block;
mod checkpoint;
mod cpu;
mod device;
mod event;
mod info;
mod job;
mod lifecycle;
mod memory;
mod migrate;
mod save;
mod security;
mod snapshot;

pub use self::agent::*;
pub use self::block::*;
pub use self::checkpoint::*;
pub use self::cpu::*;
pub use self::device::*;
pub use self::event::*;
pub use self::info::*;
pub use self::job::*;
pub use self::lifecycle::*;
pub use self::memory::*;
pub use self::migrate::*;
pub use self::save::*;
pub use self::security::*;
pub use self::snapshot::*;
