//! `<devices>`: one file per family.

pub mod balloon;
pub mod chardev;
pub mod controller;
pub mod disk;
pub mod graphics;
pub mod hostdev;
pub mod input;
pub mod interface;
pub mod rng;
pub mod video;

pub use balloon::Memballoon;
pub use chardev::{Channel, ChardevBackend, Console, Parallel, Serial};
pub use controller::{Controller, ControllerKind};
pub use disk::Disk;
pub use graphics::Graphics;
pub use hostdev::{Hostdev, OtherDevice};
pub use input::Input;
pub use interface::{Interface, MacAddr};
pub use rng::Rng;
pub use video::Video;

/// `<devices>`, each family in the document's order.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Devices {
    /// `<emulator>`: the program that runs the guest.
    pub emulator: Option<String>,
    /// `<disk>`, sorted as libvirt sorts them: by bus, then by target name.
    pub disks: Vec<Disk>,
    /// `<controller>`.
    pub controllers: Vec<Controller>,
    /// `<interface>`.
    pub interfaces: Vec<Interface>,
    /// `<serial>`.
    pub serials: Vec<Serial>,
    /// `<parallel>`.
    pub parallels: Vec<Parallel>,
    /// `<console>`.
    pub consoles: Vec<Console>,
    /// `<channel>`.
    pub channels: Vec<Channel>,
    /// `<input>`.
    pub inputs: Vec<Input>,
    /// `<graphics>`.
    pub graphics: Vec<Graphics>,
    /// `<video>`.
    pub videos: Vec<Video>,
    /// `<hostdev>`.
    pub hostdevs: Vec<Hostdev>,
    /// `<memballoon>`.
    pub memballoon: Option<Memballoon>,
    /// `<rng>`.
    pub rngs: Vec<Rng>,
    /// Every other family (`<sound>`, `<tpm>`, `<watchdog>`, `<filesystem>`...), and what is no device of libvirt's.
    pub others: Vec<OtherDevice>,
}
