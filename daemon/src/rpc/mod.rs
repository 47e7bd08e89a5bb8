//! The RPC server: listening, connections, gate, dispatch, streams.
