//! End-to-end tests: wire, stock clients, real guests.
