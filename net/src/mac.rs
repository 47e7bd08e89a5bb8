//! Hardware addresses.

use std::fmt;

/// A hardware address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Mac(pub [u8; 6]);

impl Mac {
    /// The host's end of a guest's cable: the guest's address with another first byte. A bridge takes the lowest
    /// address of its ports for its own, so the host's end is as high as can be; and were it equal to the guest's,
    /// the kernel would take the guest's packets for its own come back.
    pub fn of_tap(self) -> Self {
        let mut bytes = self.0;
        bytes[0] = if bytes[0] == 0xfe { 0xfa } else { 0xfe };
        Self(bytes)
    }
}

impl fmt::Display for Mac {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [a, b, c, d, e, g] = self.0;
        write!(f, "{a:02x}:{b:02x}:{c:02x}:{d:02x}:{e:02x}:{g:02x}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hosts_end_differs_from_the_guests() {
        assert_eq!(Mac([0x52, 0x54, 0, 1, 2, 3]).of_tap().to_string(), "fe:54:00:01:02:03");
        assert_eq!(Mac([0xfe, 0x54, 0, 1, 2, 3]).of_tap().to_string(), "fa:54:00:01:02:03");
    }
}
