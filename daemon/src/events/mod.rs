//! Events: who asked for which, and how they get there.
