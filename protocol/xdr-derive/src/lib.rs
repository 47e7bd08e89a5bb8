//! Derive(Encode, Decode) for vireo-xdr.
