//! `<serial>`, `<parallel>`, `<console>` and `<channel>`: the guest's side differs, the host's side is one. Nothing here
//! opens the host's side.

mod backend;
mod channel;
mod common;
mod console;
mod log;
mod parallel;
mod serial;
mod source;
mod target;
#[cfg(test)]
mod tests;

pub use backend::{ChardevBackend, UnixMode};
pub use channel::{Channel, ChannelState, ChannelTarget};
pub use console::{Console, ConsoleTargetType};
pub use log::ChardevLog;
pub use parallel::Parallel;
pub use serial::{Serial, SerialTargetType};
