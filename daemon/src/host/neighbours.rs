//! Who is in the neighbourhood: the kernel's table of IPv4 and hardware addresses (`/proc/net/arp`).
//!
//! It knows only whom the host has talked to lately. Entries that were never answered have no hardware address and
//! are left out.

use std::net::Ipv4Addr;

use super::Host;
use crate::error::{Error, ErrorDomain, Result};

/// Most neighbours that are read: what an answer about one domain can hold of them.
const MAX_NEIGHBOURS: usize = vireo_protocol::remote::limits::DOMAIN_IP_ADDR_MAX;

/// One neighbour.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Neighbour {
    /// Its hardware address.
    pub mac: [u8; 6],
    /// Its address.
    pub address: Ipv4Addr,
}

impl Host {
    /// The neighbours that have one of these hardware addresses.
    pub fn neighbours(&self, wanted: &[[u8; 6]]) -> Result<Vec<Neighbour>> {
        if wanted.is_empty() {
            return Ok(Vec::new());
        }
        let table = self.sources.proc("net/arp").map_err(|error| {
            Error::system(ErrorDomain::Net, "cannot read the table of neighbours", &error)
        })?;
        Ok(parse(&table).filter(|one| wanted.contains(&one.mac)).take(MAX_NEIGHBOURS).collect())
    }
}

/// The entries of the table: address, type, flags, hardware address, mask, device.
fn parse(table: &str) -> impl Iterator<Item = Neighbour> {
    table.lines().skip(1).filter_map(|line| {
        let mut words = line.split_ascii_whitespace();
        let address = words.next()?.parse().ok()?;
        let flags = u32::from_str_radix(words.nth(1)?.strip_prefix("0x")?, 16).ok()?;
        let mac = parse_mac(words.next()?)?;
        (flags != 0 && mac != [0; 6]).then_some(Neighbour { mac, address })
    })
}

fn parse_mac(text: &str) -> Option<[u8; 6]> {
    let mut mac = [0; 6];
    let mut parts = text.split(':');
    for byte in &mut mac {
        *byte = u8::from_str_radix(parts.next()?, 16).ok()?;
    }
    parts.next().is_none().then_some(mac)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TABLE: &str = "IP address       HW type     Flags       HW address            Mask     Device
192.168.122.7    0x1         0x2         52:54:00:12:34:56     *        virbr0
192.168.122.8    0x1         0x0         52:54:00:12:34:57     *        virbr0
192.168.122.9    0x1         0x6         00:00:00:00:00:00     *        virbr0
10.0.0.3         0x1         0x2         52:54:00:12:34:56     *        br0
10.0.0.4         0x20        0x2         80:00:02:08:fe:80:00:00     *        ib0
";

    #[test]
    fn those_who_answered_are_neighbours() {
        let mac = [0x52, 0x54, 0, 0x12, 0x34, 0x56];
        let found: Vec<_> = parse(TABLE).collect();
        let neighbour = |address| Neighbour { mac, address };
        let expected = [neighbour(Ipv4Addr::new(192, 168, 122, 7)), neighbour(Ipv4Addr::new(10, 0, 0, 3))];
        assert_eq!(found, expected);
    }

    #[test]
    fn this_hosts_table_is_read() {
        let host = Host::new("/nowhere");
        assert_eq!(host.neighbours(&[[2, 0, 0, 0, 0, 0xff]]).unwrap(), []);
    }
}
