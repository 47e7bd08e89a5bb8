//! The RPC server: listening, connections, gate, dispatch, streams.

mod call;
mod client;
mod frame;
mod outbox;
mod stream;

pub use call::Call;
pub use client::{ClientHandle, EventObject, HookId, Subscription};
pub use stream::{Aborted, MAX_PACKET, StreamEnd};
