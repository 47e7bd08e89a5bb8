//! Features, offloads and configuration space (`struct virtio_net_config`).

use virtio_bindings::virtio_net::{
    VIRTIO_NET_F_CSUM, VIRTIO_NET_F_CTRL_GUEST_OFFLOADS, VIRTIO_NET_F_CTRL_MAC_ADDR, VIRTIO_NET_F_CTRL_RX,
    VIRTIO_NET_F_CTRL_RX_EXTRA, VIRTIO_NET_F_CTRL_VQ, VIRTIO_NET_F_GUEST_CSUM, VIRTIO_NET_F_GUEST_ECN,
    VIRTIO_NET_F_GUEST_TSO4, VIRTIO_NET_F_GUEST_TSO6, VIRTIO_NET_F_GUEST_UFO, VIRTIO_NET_F_HOST_ECN,
    VIRTIO_NET_F_HOST_TSO4, VIRTIO_NET_F_HOST_TSO6, VIRTIO_NET_F_HOST_UFO, VIRTIO_NET_F_MAC, VIRTIO_NET_F_MQ,
    VIRTIO_NET_F_MRG_RXBUF, VIRTIO_NET_F_MTU, VIRTIO_NET_F_STATUS,
};

use super::tap::offload;

/// Length of the structure.
pub(super) const LENGTH: usize = 12;
/// The link is up.
const LINK_UP: u16 = 1;

/// Guest features and the tap's flags for them: packets of this kind may be handed to the guest.
const GUEST_OFFLOADS: [(u32, u32); 5] = [
    (VIRTIO_NET_F_GUEST_CSUM, offload::CSUM),
    (VIRTIO_NET_F_GUEST_TSO4, offload::TSO4),
    (VIRTIO_NET_F_GUEST_TSO6, offload::TSO6),
    (VIRTIO_NET_F_GUEST_ECN, offload::TSO_ECN),
    (VIRTIO_NET_F_GUEST_UFO, offload::UFO),
];

/// What the guest may be offered, by what the tap takes.
pub(super) fn features(pairs: usize, mtu: bool, tap_offloads: u32) -> u64 {
    let mut features = vec![
        VIRTIO_NET_F_MAC,
        VIRTIO_NET_F_STATUS,
        VIRTIO_NET_F_MRG_RXBUF,
        VIRTIO_NET_F_CTRL_VQ,
        VIRTIO_NET_F_CTRL_RX,
        VIRTIO_NET_F_CTRL_RX_EXTRA,
        VIRTIO_NET_F_CTRL_MAC_ADDR,
    ];
    if mtu {
        features.push(VIRTIO_NET_F_MTU);
    }
    if pairs > 1 {
        features.push(VIRTIO_NET_F_MQ);
    }
    if tap_offloads & offload::CSUM != 0 {
        features.extend([VIRTIO_NET_F_CTRL_GUEST_OFFLOADS, VIRTIO_NET_F_CSUM]);
        features.extend([VIRTIO_NET_F_HOST_TSO4, VIRTIO_NET_F_HOST_TSO6, VIRTIO_NET_F_HOST_ECN]);
        if tap_offloads & offload::UFO != 0 {
            features.push(VIRTIO_NET_F_HOST_UFO);
        }
        let guest = GUEST_OFFLOADS.iter().filter(|(_, flag)| tap_offloads & flag != 0);
        features.extend(guest.map(|(feature, _)| *feature));
    }
    features.into_iter().fold(0, |all, feature| all | 1 << feature)
}

/// The tap's flags for what the guest takes.
pub(super) fn tap_offloads(features: u64) -> u32 {
    let taken = GUEST_OFFLOADS.iter().filter(|(feature, _)| features & 1 << feature != 0);
    let flags = taken.fold(0, |flags, (_, flag)| flags | flag);
    // Segmentation needs checksums; the tap refuses one without the other.
    if flags & offload::CSUM == 0 { 0 } else { flags }
}

/// The offloads among the features, which the control queue may switch.
pub(super) fn switchable(features: u64) -> u64 {
    GUEST_OFFLOADS.iter().fold(0, |mask, (feature, _)| mask | 1 << feature) & features
}

/// Whether packets may come that are larger than the MTU.
pub(super) fn large_packets(features: u64) -> bool {
    let large = [VIRTIO_NET_F_GUEST_TSO4, VIRTIO_NET_F_GUEST_TSO6, VIRTIO_NET_F_GUEST_UFO];
    large.iter().any(|feature| features & 1 << feature != 0)
}

/// The structure.
pub(super) fn space(mac: [u8; 6], link_up: bool, pairs: usize, mtu: u16) -> [u8; LENGTH] {
    let mut space = [0; LENGTH];
    space[..6].copy_from_slice(&mac);
    space[6..8].copy_from_slice(&(if link_up { LINK_UP } else { 0 }).to_le_bytes());
    space[8..10].copy_from_slice(&(pairs as u16).to_le_bytes());
    space[10..12].copy_from_slice(&mtu.to_le_bytes());
    space
}
