//! XDR (RFC 4506) with bounds on everything that comes from a peer.
