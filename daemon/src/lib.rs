//! The daemon that libvirt's clients connect to.
