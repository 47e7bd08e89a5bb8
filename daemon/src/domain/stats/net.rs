//! Network interfaces: counted by the host's end of the cable, whoever moves the packets.
//!
//! What the host's end receives the guest has sent: directions are the guest's.

use std::fs;

/// What passed an interface, as the guest sees it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counters {
    /// Received.
    pub rx: Direction,
    /// Sent.
    pub tx: Direction,
}

/// What passed in one direction.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Direction {
    /// Bytes.
    pub bytes: u64,
    /// Packets.
    pub packets: u64,
    /// Packets with errors.
    pub errors: u64,
    /// Packets dropped.
    pub dropped: u64,
}

/// The host's table of interfaces at one moment.
pub struct Table(String);

impl Table {
    /// Reads it.
    pub fn read() -> Self {
        // Where it cannot be read there is no interface.
        Self(fs::read_to_string("/proc/net/dev").unwrap_or_default())
    }

    /// An interface's line.
    pub fn find(&self, name: &str) -> Option<Counters> {
        self.0.lines().find_map(|line| {
            let fields = line.trim_start().strip_prefix(name)?.strip_prefix(':')?;
            parse(fields)
        })
    }
}

/// Eight numbers received, eight sent: bytes, packets, errs, drop and four more.
fn parse(fields: &str) -> Option<Counters> {
    let mut numbers = fields.split_ascii_whitespace().map(str::parse::<u64>);
    let mut direction = || {
        let mut next = || numbers.next()?.ok();
        let direction = Direction { bytes: next()?, packets: next()?, errors: next()?, dropped: next()? };
        for _ in 0..4 {
            next()?;
        }
        Some(direction)
    };
    let (received, sent) = (direction()?, direction()?);
    Some(Counters { rx: sent, tx: received })
}

#[cfg(test)]
mod tests {
    use super::*;

    const TABLE: &str = "Inter-|   Receive                                                |  Transmit
 face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop fifo colls carrier compressed
    lo: 1000 10 0 0 0 0 0 0 1000 10 0 0 0 0 0 0
 vnet1:     700       7    1    2    0     0          0         0     900       9    3    4    0     0       0          0
vnet10: 5 6 7 8 0 0 0 0 1 2 3 4 0 0 0 0
";

    #[test]
    fn directions_are_the_guests() {
        let table = Table(TABLE.into());
        let counters = table.find("vnet1").unwrap();
        assert_eq!(counters.tx, Direction { bytes: 700, packets: 7, errors: 1, dropped: 2 });
        assert_eq!(counters.rx, Direction { bytes: 900, packets: 9, errors: 3, dropped: 4 });
        assert_eq!(table.find("vnet10").unwrap().rx.bytes, 1);
        assert_eq!(table.find("vnet"), None);
    }
}
