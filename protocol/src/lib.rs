//! Libvirt's remote protocol: frames, wire types, the procedure table, error codes.
