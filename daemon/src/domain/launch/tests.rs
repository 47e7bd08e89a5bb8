//! What a definition becomes.
