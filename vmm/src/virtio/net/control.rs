//! The control queue: commands of the driver, answered with one byte.

use virtio_bindings::virtio_net::{
    VIRTIO_NET_CTRL_GUEST_OFFLOADS, VIRTIO_NET_CTRL_GUEST_OFFLOADS_SET, VIRTIO_NET_CTRL_MAC,
    VIRTIO_NET_CTRL_MAC_ADDR_SET, VIRTIO_NET_CTRL_MAC_TABLE_SET, VIRTIO_NET_CTRL_MQ,
    VIRTIO_NET_CTRL_MQ_VQ_PAIRS_SET, VIRTIO_NET_CTRL_RX, VIRTIO_NET_CTRL_RX_ALLMULTI,
    VIRTIO_NET_CTRL_RX_ALLUNI, VIRTIO_NET_CTRL_RX_NOBCAST, VIRTIO_NET_CTRL_RX_NOMULTI,
    VIRTIO_NET_CTRL_RX_NOUNI, VIRTIO_NET_CTRL_RX_PROMISC, VIRTIO_NET_ERR, VIRTIO_NET_F_CTRL_GUEST_OFFLOADS,
    VIRTIO_NET_F_MQ, VIRTIO_NET_OK,
};

use super::filter::{Filter, MAX_ADDRESSES};
use crate::virtio::{Chain, QueueError, VirtQueue, worker::Next};

/// Class and command.
const HEADER: u64 = 2;
/// Commands done in one turn; a driver sends a handful.
const TURN: u32 = 16;

/// What commands change.
pub(super) trait Target {
    /// The receive filter.
    fn filter(&mut self) -> &mut Filter;
    /// Another address of the guest.
    fn set_mac(&mut self, mac: [u8; 6]);
    /// So many pairs are used from now on; says whether there are as many.
    fn set_pairs(&mut self, pairs: u16) -> bool;
    /// Only these offloads from now on; says whether all of them were negotiated.
    fn set_offloads(&mut self, offloads: u64) -> bool;
}

/// The control queue.
pub(super) struct Control {
    queue: VirtQueue,
    chain: Chain,
    features: u64,
}

impl Control {
    pub fn new(queue: VirtQueue, features: u64) -> Self {
        Self { chain: queue.chain(), queue, features }
    }

    /// Does what the driver asks for.
    pub fn serve(&mut self, target: &mut dyn Target) -> Result<Next, QueueError> {
        let mut done = 0;
        loop {
            self.queue.disable_kicks()?;
            while self.queue.pop(&mut self.chain)? {
                let answer_at = self.chain.write_len().checked_sub(1);
                let answer_at = answer_at.ok_or(QueueError::Request("it has no room for an answer"))?;
                let good = self.command(target).is_some();
                let answer = if good { VIRTIO_NET_OK } else { VIRTIO_NET_ERR };
                self.chain.write_at(answer_at, &[answer as u8]);
                self.queue.complete(self.chain.head(), 1)?;
                done += 1;
                if done == TURN {
                    self.queue.signal()?;
                    return Ok(Next::Again);
                }
            }
            self.queue.signal()?;
            if !self.queue.enable_kicks()? {
                return Ok(Next::Wait);
            }
        }
    }

    /// One command; `None` where it is not understood or refused.
    fn command(&self, target: &mut dyn Target) -> Option<()> {
        let [class, command] = self.chain.read_array(0)?;
        let has = |feature: u32| self.features & 1 << feature != 0;
        match (u32::from(class), u32::from(command)) {
            (VIRTIO_NET_CTRL_RX, command) => self.receive_mode(target.filter(), command),
            (VIRTIO_NET_CTRL_MAC, VIRTIO_NET_CTRL_MAC_ADDR_SET) => {
                target.set_mac(self.chain.read_array(HEADER)?);
                Some(())
            }
            (VIRTIO_NET_CTRL_MAC, VIRTIO_NET_CTRL_MAC_TABLE_SET) => {
                let (unicast, next) = self.addresses(HEADER)?;
                let (multicast, _) = self.addresses(next)?;
                let filter = target.filter();
                (filter.unicast, filter.multicast) = (unicast, multicast);
                Some(())
            }
            (VIRTIO_NET_CTRL_MQ, VIRTIO_NET_CTRL_MQ_VQ_PAIRS_SET) if has(VIRTIO_NET_F_MQ) => {
                let pairs = u16::from_le_bytes(self.chain.read_array(HEADER)?);
                target.set_pairs(pairs).then_some(())
            }
            (VIRTIO_NET_CTRL_GUEST_OFFLOADS, VIRTIO_NET_CTRL_GUEST_OFFLOADS_SET)
                if has(VIRTIO_NET_F_CTRL_GUEST_OFFLOADS) =>
            {
                let offloads = u64::from_le_bytes(self.chain.read_array(HEADER)?);
                target.set_offloads(offloads).then_some(())
            }
            _ => None,
        }
    }

    fn receive_mode(&self, filter: &mut Filter, command: u32) -> Option<()> {
        let mode = match command {
            VIRTIO_NET_CTRL_RX_PROMISC => &mut filter.promiscuous,
            VIRTIO_NET_CTRL_RX_ALLMULTI => &mut filter.all_multicast,
            VIRTIO_NET_CTRL_RX_ALLUNI => &mut filter.all_unicast,
            VIRTIO_NET_CTRL_RX_NOMULTI => &mut filter.no_multicast,
            VIRTIO_NET_CTRL_RX_NOUNI => &mut filter.no_unicast,
            VIRTIO_NET_CTRL_RX_NOBCAST => &mut filter.no_broadcast,
            _ => return None,
        };
        let [on] = self.chain.read_array(HEADER)?;
        *mode = on != 0;
        Some(())
    }

    /// A table of addresses, or that it is too long to keep, and where the next one begins.
    fn addresses(&self, at: u64) -> Option<(Option<Vec<[u8; 6]>>, u64)> {
        let count = u64::from(u32::from_le_bytes(self.chain.read_array(at)?));
        let end = at + 4 + 6 * count;
        if end > self.chain.read_len() {
            return None;
        }
        if count > MAX_ADDRESSES as u64 {
            return Some((None, end));
        }
        let addresses = (0..count).map(|n| self.chain.read_array(at + 4 + 6 * n));
        Some((Some(addresses.collect::<Option<_>>()?), end))
    }
}
