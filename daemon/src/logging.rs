//! The log: levels, filters, outputs.
