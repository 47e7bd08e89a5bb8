//! What firmware would do: where functions stand, which buses the ports open, where the BARs are.
//!
//! Every BAR gets its place in the 32-bit window: an operating system of any width reaches it, and the window behind a
//! root port for what is not prefetchable is a 32-bit one.

use std::collections::BTreeMap;

use vireo_control::{MachineKind, PciAddress};

use crate::memory::map;

/// Granularity of a bridge's memory window.
const WINDOW: u64 = 1 << 20;

/// Why the functions do not fit together.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LayoutError {
    /// Not a place on a PCI bus of this machine.
    #[error("{user}: there is no PCI address {}", text(.address))]
    NoPlace {
        /// Who was to stand there.
        user: String,
        /// Where.
        address: PciAddress,
    },
    /// Two at one place.
    #[error("{user}: PCI address {} is taken by {other}", text(.address))]
    Taken {
        /// Who was to stand there.
        user: String,
        /// Where.
        address: PciAddress,
        /// Who stands there.
        other: String,
    },
    /// Guests look for functions only where there is function 0.
    #[error("{user}: PCI address {} has no function 0 on its slot", text(.address))]
    Headless {
        /// Who stands there.
        user: String,
        /// Where.
        address: PciAddress,
    },
    /// Root bus and window are finite.
    #[error("{user}: no free {what}")]
    Full {
        /// Who found no room.
        user: String,
        /// Room for what.
        what: &'static str,
    },
}

fn text(address: &PciAddress) -> String {
    format!("0000:{:02x}:{:02x}.{}", address.bus, address.slot, address.function)
}

/// Functions on their way to their places.
#[derive(Debug)]
pub struct Layout {
    first_free_slot: u8,
    users: BTreeMap<PciAddress, User>,
}

#[derive(Debug)]
struct User {
    name: String,
    /// Length of its BAR; 0 without one.
    bar: u64,
    /// Bus that a port opens.
    opens: Option<u8>,
}

/// A function in its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// Where it stands.
    pub address: PciAddress,
    /// Where its BAR is decoded; 0 without one.
    pub bar: u64,
    /// It is function 0 of a slot with others.
    pub multifunction: bool,
}

/// A root port in its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PortPlace {
    /// The bus it opens.
    pub bus: u8,
    /// The port's own place.
    pub place: Place,
    /// Memory window, first and last address; none where nothing stands behind the port.
    pub window: Option<(u32, u32)>,
}

impl Layout {
    /// The host bridge and the root ports. Functions without an address follow from the first slot on that the
    /// machine's chipset leaves free.
    pub fn new(machine: MachineKind, root_ports: &[(u8, PciAddress)]) -> Result<Self, LayoutError> {
        // i440FX machines have their ISA bridge at slot 1 and their display at slot 2.
        let first_free_slot = if machine == MachineKind::Pc { 3 } else { 1 };
        let mut layout = Self { first_free_slot, users: BTreeMap::new() };
        let root = PciAddress { bus: 0, slot: 0, function: 0 };
        layout.put(root, "the host bridge".to_owned(), 0, None)?;
        for (bus, address) in root_ports {
            let user = format!("pci controller {bus}");
            let free = *bus != 0
                && address.bus == 0
                && !layout.users.values().any(|other| other.opens == Some(*bus));
            if !free {
                return Err(LayoutError::NoPlace { user, address: *address });
            }
            layout.put(*address, user, 0, Some(*bus))?;
        }
        Ok(layout)
    }

    /// Puts a function where it is asked for.
    pub fn place(&mut self, user: &str, address: PciAddress, bar: u64) -> Result<(), LayoutError> {
        let ports = self.users.values().filter_map(|user| user.opens);
        let exists =
            address.bus == 0 || (address.slot == 0 && ports.into_iter().any(|bus| bus == address.bus));
        if !exists {
            return Err(LayoutError::NoPlace { user: user.to_owned(), address });
        }
        self.put(address, user.to_owned(), bar, None)
    }

    /// Puts a function on the first free slot of the root bus. Those with an address come first.
    pub fn place_anywhere(&mut self, user: &str, bar: u64) -> Result<PciAddress, LayoutError> {
        let taken = |slot| self.users.keys().any(|address| address.bus == 0 && address.slot == slot);
        let Some(slot) = (self.first_free_slot..32).find(|slot| !taken(*slot)) else {
            return Err(LayoutError::Full { user: user.to_owned(), what: "PCI slot on the root bus" });
        };
        let address = PciAddress { bus: 0, slot, function: 0 };
        self.put(address, user.to_owned(), bar, None)?;
        Ok(address)
    }

    fn put(
        &mut self,
        address: PciAddress,
        name: String,
        bar: u64,
        opens: Option<u8>,
    ) -> Result<(), LayoutError> {
        if address.slot > 31 || address.function > 7 {
            return Err(LayoutError::NoPlace { user: name, address });
        }
        if let Some(other) = self.users.get(&address) {
            return Err(LayoutError::Taken { user: name, address, other: other.name.clone() });
        }
        self.users.insert(address, User { name, bar, opens });
        Ok(())
    }

    /// Everybody's final place: functions by address, and the ports.
    pub fn assign(&self) -> Result<(Vec<Place>, Vec<PortPlace>), LayoutError> {
        let mut next = map::PCI_MMIO32_START;
        let mut places = vec![];
        let mut ports = vec![];
        // Sorted by bus: first the root bus, then what stands behind each port in a window of its own.
        let mut bus = 0;
        for (address, user) in &self.users {
            let head = PciAddress { function: 0, ..*address };
            if !self.users.contains_key(&head) {
                return Err(LayoutError::Headless { user: user.name.clone(), address: *address });
            }
            if address.bus != bus {
                next = next.next_multiple_of(WINDOW);
                bus = address.bus;
            }
            let mut bar = 0;
            if user.bar != 0 {
                bar = next.next_multiple_of(user.bar);
                next = bar + user.bar;
                if next > map::PCI_MMIO32_END {
                    return Err(LayoutError::Full {
                        user: user.name.clone(),
                        what: "room in the PCI memory window",
                    });
                }
            }
            let multifunction = *address == head && self.has_others(head);
            let place = Place { address: *address, bar, multifunction };
            match user.opens {
                Some(bus) => ports.push(PortPlace { bus, place, window: None }),
                None => places.push((place, user.bar)),
            }
        }
        for port in &mut ports {
            let behind = places.iter().filter(|(place, _)| place.address.bus == port.bus);
            let first = behind.clone().map(|(place, _)| place.bar).min();
            let end = behind.map(|(place, size)| place.bar + size).max();
            if let (Some(first), Some(end)) = (first, end) {
                let (first, end) = (first / WINDOW * WINDOW, end.next_multiple_of(WINDOW));
                port.window = Some((first as u32, (end - 1) as u32));
            }
        }
        Ok((places.into_iter().map(|(place, _)| place).collect(), ports))
    }

    fn has_others(&self, head: PciAddress) -> bool {
        self.users.keys().any(|other| (other.bus, other.slot) == (head.bus, head.slot) && *other != head)
    }
}
