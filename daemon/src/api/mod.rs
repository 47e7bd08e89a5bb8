//! What clients can call: one thin handler per served procedure, by object.
//!
//! A handler's name is its procedure's in the table; `rpc` makes the dispatch from the rows that say `Served`.

mod arguments;
mod auth;
mod blocking;
mod capabilities;
mod connect;
mod cpu;
mod domain;
mod events;
mod node;
mod node_memory;
mod storage;
mod uri;

pub use auth::*;
pub use capabilities::*;
pub use connect::*;
pub use cpu::*;
pub use domain::*;
pub use events::*;
pub use node::*;
pub use node_memory::*;
pub use storage::*;
