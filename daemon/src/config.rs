//! The configuration file, in the syntax of `libvirtd.conf`.
