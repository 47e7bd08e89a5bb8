//! `<devices>`: one file per family.

pub mod balloon;
pub mod bandwidth;
pub mod chardev;
pub mod controller;
pub mod disk;
mod families;
pub mod graphics;
pub mod hostdev;
pub mod input;
pub mod interface;
pub mod rng;
pub mod video;

use crate::{
    domain::def::{
        address::DeviceInfo,
        error::{internal, xml_error},
        options::{FormatOptions, ParseFlags},
    },
    error::Result,
    xml::{Element, Fields, Writer},
};

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

/// Most devices of a domain. 256 buses of 8 functions are half as many; some lists here are searched for each device.
const MAX_DEVICES: usize = 4096;

/// `<devices>`, each family in the document's order.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Devices {
    /// `<emulator>`: the program that runs the guest.
    pub emulator: Option<String>,
    /// `<disk>`, sorted as libvirt sorts them: each behind those of its bus that come before it by name.
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

/// The infos of all devices, shared or to be changed. Every field is named, so that a new family is not forgotten.
macro_rules! infos {
    ($devices:expr, $iter:ident, $($borrow:tt)+) => {{
        let Devices {
            emulator: _,
            disks,
            controllers,
            interfaces,
            serials,
            parallels,
            consoles,
            channels,
            inputs,
            graphics: _,
            videos,
            hostdevs,
            memballoon,
            rngs,
            others,
        } = $devices;
        infos!(@chain $iter, [$($borrow)+] disks, controllers, interfaces, serials, parallels, consoles, channels,
            inputs, videos, hostdevs, memballoon, rngs, others)
    }};
    (@chain $iter:ident, $borrow:tt $first:ident $(, $family:ident)*) => {
        infos!(@one $iter, $borrow $first)$(.chain(infos!(@one $iter, $borrow $family)))*
    };
    (@one $iter:ident, [$($borrow:tt)+] $family:ident) => {
        $family.$iter().map(|device| $($borrow)+ device.info)
    };
}

impl Devices {
    /// Reads `<devices>`.
    pub(super) fn parse(devices: Element<'_>, flags: &ParseFlags<'_>) -> Result<Self> {
        let mut all = Self::default();
        let mut disks = disk::SortedDisks::default();
        let mut count = 0;
        for device in Fields::new(devices).elements() {
            count += 1;
            if count > MAX_DEVICES {
                return Err(xml_error(format_args!("more than {MAX_DEVICES} devices")));
            }
            match &*device.name {
                "emulator" => {
                    let path = device.text().into_owned();
                    all.emulator = all.emulator.or(Some(path)).filter(|path| !path.is_empty());
                }
                "disk" => {
                    let bus_given = device.child("target").is_some_and(|target| target.attr("bus").is_some());
                    disks.insert(Disk::parse(device, flags)?, bus_given);
                }
                "controller" => controller::insert(&mut all.controllers, Controller::parse(device, flags)?),
                "interface" => all.interfaces.push(Interface::parse(device, flags)?),
                "serial" => all.serials.push(Serial::parse(device, flags, &all.serials)?),
                "parallel" => all.parallels.push(Parallel::parse(device, flags, &all.parallels)?),
                "console" => {
                    // The tree's limit on nodes keeps this far below 32 bits.
                    let number = all.consoles.len() as u32;
                    all.consoles.push(Console::parse(device, flags, number)?);
                }
                "channel" => all.channels.push(Channel::parse(device, flags)?),
                "input" => all.inputs.push(Input::parse(device, flags)?),
                "graphics" => all.graphics.push(Graphics::parse(device)?),
                "video" => all.videos.push(Video::parse(device, flags)?),
                "hostdev" => all.hostdevs.push(Hostdev::parse(device, flags)?),
                "memballoon" if all.memballoon.is_some() => {
                    return Err(internal("only a single memory balloon device is supported"));
                }
                "memballoon" => all.memballoon = Some(Memballoon::parse(device, flags)?),
                "rng" => all.rngs.push(Rng::parse(device, flags)?),
                _ => all.others.push(OtherDevice::parse(device, flags)?),
            }
        }
        all.disks = disks.finish();
        Ok(all)
    }

    /// Writes `<devices>`.
    pub(super) fn format(&self, w: &mut Writer, options: &FormatOptions) {
        w.tag("devices").children(|w| {
            w.leaf_opt("emulator", self.emulator.as_deref());
            let mut others = Others { devices: &self.others, done: 0 };
            self.disks.iter().for_each(|device| device.format(w, options));
            self.controllers.iter().for_each(|device| device.format(w, options));
            others.before("interface", w, options);
            self.interfaces.iter().for_each(|device| device.format(w, options));
            others.before("serial", w, options);
            self.serials.iter().for_each(|device| device.format(w, options));
            self.parallels.iter().for_each(|device| device.format(w, options));
            self.consoles.iter().for_each(|device| device.format(w, options));
            self.channels.iter().for_each(|device| device.format(w, options));
            self.inputs.iter().for_each(|device| device.format(w, options));
            others.before("graphics", w, options);
            self.graphics.iter().for_each(|device| device.format(w, options));
            others.before("video", w, options);
            self.videos.iter().for_each(|device| device.format(w, options));
            self.hostdevs.iter().for_each(|device| device.format(w, options));
            others.before("memballoon", w, options);
            if let Some(balloon) = &self.memballoon {
                balloon.format(w, options);
            }
            self.rngs.iter().for_each(|device| device.format(w, options));
            others.rest(w, options);
        });
    }

    /// What all devices have in common, of each of them.
    pub fn infos(&self) -> impl Iterator<Item = &DeviceInfo> {
        infos!(self, iter, &)
    }

    /// What all devices have in common, of each of them, to be changed.
    pub fn infos_mut(&mut self) -> impl Iterator<Item = &mut DeviceInfo> {
        infos!(self, iter_mut, &mut)
    }
}

/// The devices without a model on their way back between the others.
struct Others<'d> {
    devices: &'d [OtherDevice],
    done: usize,
}

impl Others<'_> {
    fn rank(family: &str) -> usize {
        families::ORDER.iter().position(|name| *name == family).unwrap_or(families::ORDER.len())
    }

    /// Writes those of the families before `family` that have not been written.
    fn before(&mut self, family: &str, w: &mut Writer, options: &FormatOptions) {
        self.upto(Self::rank(family), w, options);
    }

    /// Writes whatever is left.
    fn rest(&mut self, w: &mut Writer, options: &FormatOptions) {
        self.upto(families::ORDER.len() + 1, w, options);
    }

    fn upto(&mut self, end: usize, w: &mut Writer, options: &FormatOptions) {
        if self.devices.is_empty() {
            return;
        }
        for rank in self.done..end {
            for device in self.devices.iter().filter(|device| Self::rank(device.family()) == rank) {
                device.format(w, options);
            }
        }
        self.done = end;
    }
}
