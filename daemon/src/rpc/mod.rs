//! The RPC server: listening, connections, gate, dispatch, streams.
//!
//! ```text
//! listen -> server (accepts, counts) -> connection (one task per client)
//!   input -> frames -> dispatch: gate, arguments, handler -> output
//!                        lanes: calls that wait      streams: packets of open streams
//!   outbox -> events of others
//! ```
//!
//! It knows no object that is served: handlers are `api`'s. What a client can make it hold is bounded, at each place
//! with its reason.

mod call;
mod client;
mod connection;
mod dispatch;
mod frame;
mod input;
mod keepalive;
mod lanes;
mod listen;
mod outbox;
mod output;
mod server;
mod socket;
mod stream;
mod streams;
mod table;
#[cfg(test)]
mod tests;

pub use call::Call;
pub use client::{ClientHandle, EventObject, HookId, Subscription};
pub use listen::{ListenError, Listener, activated, bind};
pub use server::Server;
pub use stream::{Aborted, MAX_PACKET, StreamEnd};
