//! Rows of the devices.

use super::{
    Fate::{Emulated, Inert, Rejected, Substituted},
    Row, is_served_backend,
};
use crate::domain::def::{
    DomainDef, Kept,
    devices::{
        Channel, Console, Controller, ControllerKind, Disk, Interface,
        balloon::BalloonModel,
        chardev::{ChannelTarget, ConsoleTargetType, SerialTargetType},
        controller::pci_model,
        disk::{DiskBus, DiskDevice, DiskLocation},
        interface::InterfaceSource,
        rng::{RngBackend, RngModel},
        video::{Video, VideoModel},
    },
    words::OnOff,
};

fn disk(def: &DomainDef, is: impl Fn(&Disk) -> Option<String>) -> Option<String> {
    let found = |disk: &Disk| is(disk).map(|what| format!("disk '{}': {what}", disk.target.dev));
    def.devices.disks.iter().find_map(found)
}

fn interface(def: &DomainDef, is: impl Fn(&Interface) -> Option<String>) -> Option<String> {
    let found = |nic: &Interface| is(nic).map(|what| format!("interface {}: {what}", nic.mac));
    def.devices.interfaces.iter().find_map(found)
}

fn other(def: &DomainDef, families: &[&str]) -> Option<String> {
    let found = def.devices.others.iter().find(|device| families.contains(&device.family()));
    found.map(|device| format!("<{}>", device.family()))
}

fn kept_child(kept: &Kept, names: &[&str]) -> Option<String> {
    let found = kept.children().iter().find(|child| names.contains(&&*child.name));
    found.map(|child| format!("<{}>", child.name))
}

/// Backends of channels that belong to a screen.
const SCREEN: &[&str] = &["spicevmc", "spiceport", "qemu-vdagent", "dbus"];

/// The first channel of virtio's that no guest has, of such a backend.
fn virtio_channel(def: &DomainDef, is: impl Fn(&str) -> bool) -> Option<String> {
    let virtio = |channel: &&Channel| matches!(channel.target, ChannelTarget::Virtio { .. });
    let mut foreign =
        def.devices.channels.iter().filter(virtio).filter(|one| !is_served_backend(&one.backend));
    let kind = foreign.find(|channel| is(channel.backend.kind()))?.backend.kind();
    Some(format!("channel type='{kind}'"))
}

fn is_on(state: Option<OnOff>) -> bool {
    state.is_some_and(OnOff::is_on)
}

pub(super) const ROWS: &[Row] = &[
    Row::new(Emulated, "disk[@type='file' or 'block'][target/@bus='virtio'], raw", "virtio-blk", |_| None),
    Row::new(Rejected, "disk/target[@bus!='virtio']", "only virtio disks are emulated", |def| {
        disk(def, |disk| {
            let bus = disk.target.bus;
            (bus != DiskBus::Virtio).then(|| format!("<target bus='{bus}'>"))
        })
    }),
    Row::new(Rejected, "disk[@device!='disk']", "only virtio disks are emulated", |def| {
        disk(def, |disk| {
            let device = disk.device;
            (device != DiskDevice::Disk).then(|| format!("device='{device}'"))
        })
    }),
    Row::new(
        Rejected,
        "disk[@type!='file' and @type!='block']",
        "only files and block devices are opened yet",
        |def| {
            disk(def, |disk| {
                let local = matches!(disk.source.location, DiskLocation::File(_) | DiskLocation::Block(_));
                (!local).then(|| format!("type='{}'", disk.source.kind()))
            })
        },
    ),
    Row::new(Rejected, "disk/driver[@type!='raw']", "only raw images are read yet", |def| {
        disk(def, |disk| {
            let format = disk.driver.format.as_deref().filter(|format| *format != "raw")?;
            Some(format!("<driver type='{format}'>"))
        })
    }),
    Row::new(
        Rejected,
        "disk: model, auth, encryption, iotune, mirror, transient, wwn, vendor, product, copy_on_read",
        "it is not served yet",
        |def| {
            disk(def, |disk| {
                let model =
                    disk.model.as_deref().filter(|m| !matches!(*m, "virtio" | "virtio-non-transitional"));
                model
                    .map(|model| format!("model='{model}'"))
                    .or_else(|| kept_child(&disk.kept, &["auth", "encryption", "mirror", "backenddomain"]))
                    .or_else(|| disk.iotune.as_ref().map(|_| "<iotune>".to_owned()))
                    .or_else(|| kept_child(&disk.source.kept, &["encryption", "slices", "reservations"]))
                    .or_else(|| disk.transient.then(|| "<transient/>".to_owned()))
                    .or_else(|| disk.wwn.as_ref().map(|_| "<wwn>".to_owned()))
                    .or_else(|| disk.vendor.as_ref().or(disk.product.as_ref()).map(|_| "<vendor>".to_owned()))
                    .or_else(|| is_on(disk.driver.copy_on_read).then(|| "copy_on_read='on'".to_owned()))
            })
        },
    ),
    Row::new(
        Rejected,
        "disk/driver/@error_policy, @rerror_policy",
        "errors are always reported to the guest",
        |def| {
            disk(def, |disk| {
                let driver = &disk.driver;
                let other = |policy: &Option<String>| policy.clone().filter(|policy| policy != "report");
                let policy = other(&driver.error_policy).or_else(|| other(&driver.rerror_policy))?;
                Some(format!("<driver error_policy='{policy}'>"))
            })
        },
    ),
    Row::new(
        Inert,
        "disk/driver/@io, @iothread, @ioeventfd, @event_idx; disk/geometry",
        "the device has its own way",
        |def| {
            disk(def, |disk| {
                let driver = &disk.driver;
                driver
                    .io
                    .map(|io| format!("<driver io='{io}'>"))
                    .or_else(|| driver.iothread.map(|n| format!("<driver iothread='{n}'>")))
                    .or_else(|| {
                        driver.ioeventfd.or(driver.event_idx).map(|_| "<driver ioeventfd=>".to_owned())
                    })
                    .or_else(|| kept_child(&disk.kept, &["geometry"]))
            })
        },
    ),
    Row::new(
        Emulated,
        "interface[@type='bridge', 'ethernet' or 'network'][model/@type='virtio']",
        "virtio-net",
        |_| None,
    ),
    Row::new(Rejected, "interface/model[@type!='virtio']", "only virtio network cards are emulated", |def| {
        interface(def, |nic| {
            let model = nic.model.as_deref()?;
            let served = matches!(model, "virtio" | "virtio-non-transitional");
            (!served).then(|| format!("<model type='{model}'>"))
        })
    }),
    Row::new(Rejected, "interface[@type] of another type", "it is not served yet", |def| {
        interface(def, |nic| match &nic.source {
            InterfaceSource::Other { kind, .. } => Some(format!("type='{kind}'")),
            _ => None,
        })
    }),
    Row::new(
        Rejected,
        "interface: virtualport, vlan, bandwidth, filterref, tune, teaming, coalesce, ip, route, script",
        "it is not served yet",
        |def| {
            const NAMES: &[&str] = &[
                "virtualport",
                "vlan",
                "filterref",
                "tune",
                "teaming",
                "coalesce",
                "ip",
                "route",
                "downscript",
                "backend",
                "backenddomain",
            ];
            interface(def, |nic| {
                kept_child(&nic.kept, NAMES)
                    .or_else(|| nic.bandwidth.as_ref().map(|_| "<bandwidth>".to_owned()))
                    .or_else(|| nic.script.as_ref().map(|_| "<script>".to_owned()))
            })
        },
    ),
    Row::new(Rejected, "interface/driver/host, interface/driver/guest", "offloads are all on", |def| {
        interface(def, |nic| kept_child(&nic.driver.as_ref()?.kept, &["host", "guest"]))
    }),
    Row::new(
        Inert,
        "interface/driver/@txmode and its like; interface/guest",
        "the device has its own way",
        |def| {
            interface(def, |nic| {
                let driver = nic.driver.as_ref().is_some_and(|driver| !driver.kept.attrs().is_empty());
                (driver || nic.guest_dev.is_some()).then(|| "<driver>".to_owned())
            })
        },
    ),
    Row::new(
        Emulated,
        "serial[target/@type='isa-serial'], ports 0 to 3, and the console beside it",
        "16550A",
        |_| None,
    ),
    Row::new(Rejected, "serial/target[@type!='isa-serial']", "only 16550A ports are emulated", |def| {
        let foreign =
            def.devices.serials.iter().find(|serial| serial.target_type != SerialTargetType::IsaSerial);
        foreign.map(|serial| format!("serial {}: <target type='{}'>", serial.port, serial.target_type))
    }),
    Row::new(Rejected, "serial[@type] of another backend", "it is not served yet", |def| {
        let foreign = def.devices.serials.iter().find(|serial| !is_served_backend(&serial.backend))?;
        Some(format!("serial {}: type='{}'", foreign.port, foreign.backend.kind()))
    }),
    Row::new(
        Emulated,
        "console/target[@type='virtio'], channel/target[@type='virtio']",
        "virtio-console",
        |_| None,
    ),
    Row::new(Rejected, "console[@type] of another backend", "it is not served yet", |def| {
        let virtio = |console: &&Console| console.target_type == ConsoleTargetType::Virtio;
        let mut consoles = def.devices.consoles.iter().filter(virtio);
        let foreign = consoles.find(|console| !is_served_backend(&console.backend))?;
        Some(format!("console {}: type='{}'", foreign.port, foreign.backend.kind()))
    }),
    Row::new(Rejected, "console/target of another type", "it is another hypervisor's", |def| {
        let foreign = def.devices.consoles.iter().find(|console| {
            !matches!(console.target_type, ConsoleTargetType::Virtio | ConsoleTargetType::Serial)
        });
        foreign.map(|console| format!("console {}: <target type='{}'>", console.port, console.target_type))
    }),
    Row::new(
        Inert,
        "channel[@type='spicevmc', 'spiceport', 'qemu-vdagent' or 'dbus']",
        "there is no screen yet",
        |def| virtio_channel(def, |kind| SCREEN.contains(&kind)),
    ),
    Row::new(Rejected, "channel[@type] of another backend", "it is not served yet", |def| {
        virtio_channel(def, |kind| !SCREEN.contains(&kind))
    }),
    Row::new(Rejected, "channel/target[@type!='virtio']", "it is not served", |def| {
        def.devices.channels.iter().find_map(|channel| match &channel.target {
            ChannelTarget::Other(target) => {
                Some(format!("channel <target type='{}'>", target.attr("type").unwrap_or_default()))
            }
            ChannelTarget::Virtio { .. } => None,
        })
    }),
    Row::new(Emulated, "rng[backend/@model='random' or 'builtin']", "virtio-rng", |_| None),
    Row::new(
        Rejected,
        "rng/backend[@model='egd']; rng[@model='virtio-transitional']",
        "it is not served",
        |def| {
            let foreign = def.devices.rngs.iter().find(|rng| {
                matches!(rng.backend, RngBackend::Egd(_)) || rng.model == RngModel::VirtioTransitional
            });
            foreign.map(|rng| format!("<rng model='{}'>", rng.model))
        },
    ),
    Row::new(
        Emulated,
        "controller[@type='pci'] pci-root, pcie-root, pcie-root-port",
        "the bus itself",
        |_| None,
    ),
    Row::new(Rejected, "controller[@type='pci'] of another model", "there are no PCI bridges yet", |def| {
        let served = |controller: &&Controller| {
            let model = controller.model.as_deref().unwrap_or_default();
            matches!(model, pci_model::PCI_ROOT | pci_model::PCIE_ROOT | pci_model::PCIE_ROOT_PORT)
        };
        let pci = def.devices.controllers.iter().filter(|controller| controller.kind == ControllerKind::Pci);
        let foreign =
            pci.filter(|controller| !served(controller)).find_map(|controller| controller.model.as_deref());
        foreign.map(|model| format!("<controller type='pci' model='{model}'>"))
    }),
    Row::new(Emulated, "controller[@type='virtio-serial']", "virtio-console", |_| None),
    Row::new(
        Rejected,
        "controller[@type='virtio-serial'][@model='virtio-transitional']",
        "only virtio's modern interface is emulated",
        |def| {
            let serial = |controller: &&Controller| controller.kind == ControllerKind::VirtioSerial;
            let mut controllers = def.devices.controllers.iter().filter(serial);
            let foreign = controllers.find(|one| one.model.as_deref() == Some("virtio-transitional"))?;
            Some(format!("virtio-serial controller {}", foreign.index))
        },
    ),
    Row::new(Inert, "controller of another type", "nothing stands on it", |def| {
        let inert = |controller: &&Controller| {
            let kind = controller.kind;
            let emulated = matches!(kind, ControllerKind::Pci | ControllerKind::VirtioSerial);
            !emulated && controller.model.as_deref() != Some("none")
        };
        let found = def.devices.controllers.iter().find(inert)?;
        Some(format!("<controller type='{}'>", found.kind))
    }),
    Row::new(Emulated, "memballoon[@model='virtio' or 'none']", "virtio-balloon", |_| None),
    Row::new(
        Rejected,
        "memballoon[@model='virtio-transitional' or 'xen']",
        "only balloons of virtio's modern interface are emulated",
        |def| {
            let balloon = def.devices.balloon()?;
            let served = matches!(balloon.model, BalloonModel::Virtio | BalloonModel::VirtioNonTransitional);
            (!served).then(|| format!("<memballoon model='{}'>", balloon.model))
        },
    ),
    Row::new(
        Inert,
        "input, graphics, video, sound, audio, hub, redirdev, redirfilter",
        "there is no screen yet",
        |def| {
            let devices = &def.devices;
            let input = || devices.inputs.first().map(|input| format!("<input type='{}'>", input.kind));
            let screen =
                devices.graphics.first().map(|graphics| format!("<graphics type='{}'>", graphics.kind));
            let shown = |video: &&Video| video.model != VideoModel::None;
            let video = || devices.videos.iter().find(shown).map(|_| "<video>".to_owned());
            screen
                .or_else(video)
                .or_else(input)
                .or_else(|| other(def, &["sound", "audio", "hub", "redirdev", "redirfilter"]))
        },
    ),
    Row::new(Inert, "panic", "a guest's panic ends it as a crash or not at all", |def| {
        other(def, &["panic"])
    }),
    Row::new(
        Rejected,
        "hostdev, filesystem, tpm, watchdog, shmem, memory, iommu, vsock, crypto, nvram, lease, smartcard, parallel",
        "it is not served yet",
        |def| {
            const FAMILIES: &[&str] = &[
                "filesystem",
                "tpm",
                "watchdog",
                "shmem",
                "memory",
                "iommu",
                "vsock",
                "crypto",
                "nvram",
                "lease",
                "smartcard",
            ];
            let hostdev =
                || def.devices.hostdevs.first().map(|hostdev| format!("<hostdev type='{}'>", hostdev.kind));
            let parallel =
                || def.devices.parallels.first().map(|parallel| format!("<parallel> {}", parallel.port));
            other(def, FAMILIES).or_else(hostdev).or_else(parallel)
        },
    ),
    Row::new(Substituted, "rng/backend[@model='builtin']", "the host's generator takes its place", |def| {
        let builtin = def.devices.rngs.iter().any(|rng| rng.backend == RngBackend::Builtin);
        builtin.then(|| "<rng><backend model='builtin'>".to_owned())
    }),
];
