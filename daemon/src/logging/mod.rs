//! The log: levels, filters, outputs, in libvirt's syntax.
//!
//! A message is written if its level reaches that of the first filter that matches its part, or without one the
//! general level, and then to every output whose level it reaches. A message that is not written costs one load and
//! one comparison.

mod output;
mod settings;
mod subscriber;

pub use settings::{Filter, Filters, Level, LogConfig, Outputs, Target};
pub use subscriber::{LogError, Logger, init};
