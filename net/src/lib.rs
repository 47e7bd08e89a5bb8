//! Taps, bridges and the host's interfaces.
