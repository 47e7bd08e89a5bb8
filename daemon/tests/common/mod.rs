//! What hostile input is made of, and what must hold for it.

pub mod mutation;
pub mod properties;
pub mod seeds;
