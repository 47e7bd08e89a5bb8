//! Which packets the guest wants to see. A driver that never says gets all.

/// Most addresses kept of each kind; with more, all of that kind pass.
pub(super) const MAX_ADDRESSES: usize = 64;

/// The receive filter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Filter {
    mac: [u8; 6],
    pub promiscuous: bool,
    pub all_multicast: bool,
    pub all_unicast: bool,
    pub no_multicast: bool,
    pub no_unicast: bool,
    pub no_broadcast: bool,
    /// `None`: too many to keep.
    pub unicast: Option<Vec<[u8; 6]>>,
    pub multicast: Option<Vec<[u8; 6]>>,
}

impl Filter {
    pub fn new(mac: [u8; 6]) -> Self {
        Self {
            mac,
            promiscuous: true,
            all_multicast: false,
            all_unicast: false,
            no_multicast: false,
            no_unicast: false,
            no_broadcast: false,
            unicast: Some(vec![]),
            multicast: Some(vec![]),
        }
    }

    pub fn set_mac(&mut self, mac: [u8; 6]) {
        self.mac = mac;
    }

    /// Whether nothing is kept from the guest.
    pub fn passes_all(&self) -> bool {
        self.promiscuous
    }

    /// Whether a packet for this address passes.
    pub fn passes(&self, destination: [u8; 6]) -> bool {
        let listed =
            |list: &Option<Vec<[u8; 6]>>| list.as_ref().is_none_or(|list| list.contains(&destination));
        if self.promiscuous {
            true
        } else if destination == [0xff; 6] {
            !self.no_broadcast
        } else if destination[0] & 1 != 0 {
            !self.no_multicast && (self.all_multicast || listed(&self.multicast))
        } else {
            !self.no_unicast && (self.all_unicast || destination == self.mac || listed(&self.unicast))
        }
    }
}
