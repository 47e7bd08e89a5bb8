//! The domain XML as a model: parse, defaults, validation, format.
