//! What clients can call: one thin handler per served procedure, by object.
