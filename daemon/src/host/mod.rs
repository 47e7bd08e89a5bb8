//! The host: what this machine is and offers.
