//! The legacy part of the machine: power management, resets and the real-time clock.
//!
//! There is as little of it as guests stand: every port that a guest probes and finds is exits at its boot.

pub mod cpus;
pub mod ports;
pub mod power;
pub mod reset;
pub mod rtc;
