//! State on disk: the one module that writes it.
