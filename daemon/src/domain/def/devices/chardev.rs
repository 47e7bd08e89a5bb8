//! `<serial>`, `<parallel>`, `<console>` and `<channel>`: the guest's side differs, the host's side is one.

use crate::{
    domain::def::{
        address::DeviceInfo,
        error::{internal, unknown, unsupported, xml_error},
        kept::Kept,
        options::{FormatOptions, ParseFlags},
        words::{OnOff, words},
    },
    error::Result,
    xml::{Element, Fields, Tag, Word, Writer, parse_unsigned},
};

/// `<serial>`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Serial {
    /// `type=` and `<source>`.
    pub backend: ChardevBackend,
    /// `<target type=>`.
    pub target_type: SerialTargetType,
    /// `<target port=>`.
    pub port: u32,
    /// `<target><model name=>`.
    pub model: Option<String>,
    /// What else `<source>` holds.
    pub source_kept: Kept,
    /// `<log>`.
    pub log: Option<ChardevLog>,
    /// Alias, address.
    pub info: DeviceInfo,
    /// Everything else.
    pub kept: Kept,
}

words! {
    /// `<serial><target type=>`.
    pub enum SerialTargetType {
        /// A 16550A.
        IsaSerial = "isa-serial",
        /// A USB adapter.
        UsbSerial = "usb-serial",
        /// A PCI card.
        PciSerial = "pci-serial",
        /// Arm's PL011.
        SystemSerial = "system-serial",
        /// PowerPC's console.
        SpaprVioSerial = "spapr-vio-serial",
        /// s390's console.
        SclpSerial = "sclp-serial",
        /// A debug port that only writes.
        IsaDebug = "isa-debug",
    }
}

/// `<console>`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Console {
    /// `type=` and `<source>`. That of a `serial` console at port 0 mirrors the first serial port's.
    pub backend: ChardevBackend,
    /// `<target type=>`.
    pub target_type: ConsoleTargetType,
    /// `<target port=>`.
    pub port: u32,
    /// What else `<source>` holds.
    pub source_kept: Kept,
    /// `<log>`.
    pub log: Option<ChardevLog>,
    /// Alias, address.
    pub info: DeviceInfo,
    /// Everything else.
    pub kept: Kept,
}

words! {
    /// `<console><target type=>`.
    pub enum ConsoleTargetType {
        /// The first serial port.
        Serial = "serial",
        /// A paravirtual Xen console.
        Xen = "xen",
        /// UML.
        Uml = "uml",
        /// A port of a virtio-serial controller.
        Virtio = "virtio",
        /// LXC.
        Lxc = "lxc",
        /// OpenVZ.
        Openvz = "openvz",
        /// s390's.
        Sclp = "sclp",
        /// s390's line mode console.
        Sclplm = "sclplm",
    }
}

/// `<channel>`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Channel {
    /// `type=` and `<source>`.
    pub backend: ChardevBackend,
    /// `<target>`.
    pub target: ChannelTarget,
    /// What else `<source>` holds.
    pub source_kept: Kept,
    /// `<log>`.
    pub log: Option<ChardevLog>,
    /// Alias, address.
    pub info: DeviceInfo,
    /// Everything else.
    pub kept: Kept,
}

/// `<channel><target>`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ChannelTarget {
    /// `type='virtio'`.
    Virtio {
        /// `name=`.
        name: Option<String>,
        /// `state=`: whether the guest holds it open, of running domains only.
        state: Option<ChannelState>,
    },
    /// Another type (`guestfwd`, `xen`), as written.
    Other(Box<Element<'static>>),
}

words! {
    /// `<target state=>`.
    pub enum ChannelState {
        /// Open in the guest.
        Connected = "connected",
        /// Closed in the guest.
        Disconnected = "disconnected",
    }
}

/// `<parallel>`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parallel {
    /// `type=` and `<source>`.
    pub backend: ChardevBackend,
    /// `<target port=>`.
    pub port: u32,
    /// What else `<source>` holds.
    pub source_kept: Kept,
    /// `<log>`.
    pub log: Option<ChardevLog>,
    /// Alias, address.
    pub info: DeviceInfo,
    /// Everything else.
    pub kept: Kept,
}

/// The host's side of a character device.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ChardevBackend {
    /// `type='null'`.
    Null,
    /// `type='vc'`.
    Vc,
    /// `type='pty'`.
    Pty {
        /// `path=`, of running domains only.
        path: Option<String>,
    },
    /// `type='stdio'`.
    Stdio,
    /// `type='file'`.
    File {
        /// `path=`.
        path: String,
        /// `append=`.
        append: Option<OnOff>,
    },
    /// `type='pipe'`.
    Pipe {
        /// `path=`.
        path: String,
    },
    /// `type='dev'`.
    Dev {
        /// `path=`.
        path: String,
    },
    /// `type='unix'`.
    Unix {
        /// `path=`; chosen at start where absent.
        path: Option<String>,
        /// `mode=`: listen, or connect to a listener.
        mode: UnixMode,
        /// `<reconnect>`, as written.
        reconnect: Option<Box<Element<'static>>>,
    },
    /// Another type (`tcp`, `udp`, `spicevmc`, `spiceport`, `nmdm`, `qemu-vdagent`, `dbus`), its children as
    /// written.
    Other {
        /// The device's `type=`.
        kind: String,
        /// `<source>`, `<protocol>` and whatever else belongs to the type.
        parts: Vec<Element<'static>>,
    },
}

impl ChardevBackend {
    /// The device's `type=`.
    pub fn kind(&self) -> &str {
        match self {
            Self::Null => "null",
            Self::Vc => "vc",
            Self::Pty { .. } => "pty",
            Self::Stdio => "stdio",
            Self::File { .. } => "file",
            Self::Pipe { .. } => "pipe",
            Self::Dev { .. } => "dev",
            Self::Unix { .. } => "unix",
            Self::Other { kind, .. } => kind,
        }
    }
}

words! {
    /// `<source mode=>` of a unix socket.
    pub enum UnixMode {
        /// Listen.
        Bind = "bind",
        /// Connect.
        Connect = "connect",
    }
}

/// `<log>`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChardevLog {
    /// `file=`.
    pub file: String,
    /// `append=`.
    pub append: Option<OnOff>,
}

/// The children that all kinds write in one order.
const ORDER: &[&str] = &["source", "protocol", "log", "target"];

/// What all kinds of character devices have in common, as read.
struct Common<'a> {
    backend: ChardevBackend,
    source_kept: Kept,
    log: Option<ChardevLog>,
    target: Option<Fields<'a>>,
    info: DeviceInfo,
    kept: Kept,
}

impl<'a> Common<'a> {
    fn parse(element: Element<'a>, flags: &ParseFlags<'_>) -> Result<Self> {
        let mut fields = Fields::new(element);
        let (backend, source_kept) = ChardevBackend::parse(&mut fields, flags)?;
        Ok(Self {
            backend,
            source_kept,
            log: fields.fields("log").map(ChardevLog::parse).transpose()?.flatten(),
            target: fields.fields("target"),
            info: DeviceInfo::parse(&mut fields, flags)?,
            kept: Kept::rest(fields),
        })
    }
}

/// What all kinds of character devices have in common, to be written.
struct Shown<'d> {
    backend: &'d ChardevBackend,
    source_kept: &'d Kept,
    log: Option<&'d ChardevLog>,
    info: &'d DeviceInfo,
    kept: &'d Kept,
    /// A console that is a serial port tells its terminal twice: `tty=` is older than `<source>`.
    tty: bool,
}

impl Shown<'_> {
    fn format(
        &self,
        w: &mut Writer,
        element: &str,
        options: &FormatOptions,
        target: impl FnOnce(&mut Writer),
    ) {
        let mut tag = w.tag(element).attr("type", self.backend.kind());
        if let (true, Some(path), false) = (self.tty, self.backend.pty_path(), options.inactive) {
            tag = tag.attr("tty", path);
        }
        self.kept.write_attrs(tag).children(|w| {
            self.backend.format(w, self.source_kept, options);
            if let Some(log) = self.log {
                w.tag("log").attr("file", &*log.file).opt("append", log.append).empty();
            }
            target(w);
            self.kept.placed(ORDER).rest(w);
            self.info.format(w, options);
        });
    }
}

macro_rules! shown {
    ($device:expr) => {
        Shown {
            backend: &$device.backend,
            source_kept: &$device.source_kept,
            log: $device.log.as_ref(),
            info: &$device.info,
            kept: &$device.kept,
            tty: false,
        }
    };
}

/// The word of a target's `type=`, or libvirt's refusal of it.
fn target_type<W: Word>(word: &str) -> Result<W> {
    let error = || unknown(format_args!("unknown target type '{word}' specified for character device"));
    W::from_word(word).ok_or_else(error)
}

/// The number of a target's `port=`.
fn target_port(target: &mut Fields<'_>) -> Result<Option<u32>> {
    let Some(text) = target.attr("port") else { return Ok(None) };
    let port = parse_unsigned(&text, 10).and_then(|port| u32::try_from(port).ok());
    port.map(Some).ok_or_else(|| xml_error(format_args!("Invalid port number: {text}")))
}

/// The port of a device that names none: behind all before it.
fn next_port(ports: impl Iterator<Item = u32>) -> u32 {
    ports.max().map_or(0, |port| port.saturating_add(1))
}

impl Serial {
    /// Reads one; `before` are those before it.
    pub(in crate::domain::def) fn parse(
        element: Element<'_>,
        flags: &ParseFlags<'_>,
        before: &[Self],
    ) -> Result<Self> {
        let mut common = Common::parse(element, flags)?;
        let (mut kind, mut port, mut model) = (None, None, None);
        if let Some(mut target) = common.target.take() {
            kind = target.attr("type").map(|word| target_type::<SerialTargetType>(&word)).transpose()?;
            port = target_port(&mut target)?;
            model = target.fields("model").and_then(|mut model| model.nonempty("name"));
        }
        let usb = common.info.address.as_ref().is_some_and(|address| address.kind() == "usb");
        let guessed = if usb { SerialTargetType::UsbSerial } else { SerialTargetType::IsaSerial };
        let target_type = kind.unwrap_or(guessed);
        if let Some(model) = &model {
            let Some(needs) = model_needs(model) else {
                let text = format_args!("unknown target model '{model}' specified for character device");
                return Err(unknown(text));
            };
            if needs != target_type {
                let text = format_args!("Target model '{model}' requires target type '{needs}'");
                return Err(unsupported(text));
            }
        }
        Ok(Self {
            backend: common.backend,
            target_type,
            port: port.unwrap_or_else(|| next_port(before.iter().map(|serial| serial.port))),
            model: model.or_else(|| Some(target_type.default_model().to_owned())),
            source_kept: common.source_kept,
            log: common.log,
            info: common.info,
            kept: common.kept,
        })
    }

    /// Writes the element.
    pub(in crate::domain::def) fn format(&self, w: &mut Writer, options: &FormatOptions) {
        shown!(self).format(w, "serial", options, |w| {
            w.tag("target").attr("type", self.target_type).attr("port", self.port).children(|w| {
                if let Some(model) = &self.model {
                    w.tag("model").attr("name", model).empty();
                }
            });
        });
    }
}

impl SerialTargetType {
    fn default_model(self) -> &'static str {
        match self {
            Self::IsaSerial => "isa-serial",
            Self::UsbSerial => "usb-serial",
            Self::PciSerial => "pci-serial",
            Self::SystemSerial => "pl011",
            Self::SpaprVioSerial => "spapr-vty",
            Self::SclpSerial => "sclpconsole",
            Self::IsaDebug => "isa-debugcon",
        }
    }
}

/// The target type a model belongs to.
fn model_needs(model: &str) -> Option<SerialTargetType> {
    Some(match model {
        "isa-serial" => SerialTargetType::IsaSerial,
        "usb-serial" => SerialTargetType::UsbSerial,
        "pci-serial" => SerialTargetType::PciSerial,
        "pl011" | "16550a" => SerialTargetType::SystemSerial,
        "spapr-vty" => SerialTargetType::SpaprVioSerial,
        "sclpconsole" | "sclplmconsole" => SerialTargetType::SclpSerial,
        "isa-debugcon" => SerialTargetType::IsaDebug,
        _ => return None,
    })
}

impl Console {
    /// Reads one; `number` is its place among the consoles.
    pub(in crate::domain::def) fn parse(
        element: Element<'_>,
        flags: &ParseFlags<'_>,
        number: u32,
    ) -> Result<Self> {
        let mut common = Common::parse(element, flags)?;
        // tty= only repeats the path of <source>.
        common.kept.remove_attr("tty");
        let mut kind = None;
        let mut port = None;
        if let Some(target) = common.target.as_mut() {
            kind = target.attr("type");
            port = target_port(target)?;
        }
        Ok(Self {
            backend: common.backend,
            target_type: kind.map_or(Ok(ConsoleTargetType::Serial), |word| target_type(&word))?,
            port: port.unwrap_or(number),
            source_kept: common.source_kept,
            log: common.log,
            info: common.info,
            kept: common.kept,
        })
    }

    /// The console that stands for the first serial port.
    pub(in crate::domain::def) fn mirror(serial: &Serial) -> Self {
        Self {
            backend: serial.backend.clone(),
            target_type: ConsoleTargetType::Serial,
            port: serial.port,
            source_kept: serial.source_kept.clone(),
            log: serial.log.clone(),
            // It is the same device, and so has the same name, but it is the serial port that has the place.
            info: DeviceInfo { alias: serial.info.alias.clone(), ..DeviceInfo::default() },
            kept: Kept::default(),
        }
    }

    /// The serial port that a console alone stands for.
    pub(in crate::domain::def) fn into_serial(self) -> Serial {
        Serial {
            backend: self.backend,
            target_type: SerialTargetType::IsaSerial,
            port: self.port,
            model: Some(SerialTargetType::IsaSerial.default_model().to_owned()),
            source_kept: self.source_kept,
            log: self.log,
            info: self.info,
            kept: self.kept,
        }
    }

    /// Writes the element.
    pub(in crate::domain::def) fn format(&self, w: &mut Writer, options: &FormatOptions) {
        let tty = self.target_type == ConsoleTargetType::Serial;
        Shown { tty, ..shown!(self) }.format(w, "console", options, |w| {
            w.tag("target").attr("type", self.target_type).attr("port", self.port).empty();
        });
    }
}

impl Channel {
    /// Reads one.
    pub(in crate::domain::def) fn parse(element: Element<'_>, flags: &ParseFlags<'_>) -> Result<Self> {
        let mut common = Common::parse(element, flags)?;
        let kind = common.target.as_mut().and_then(|target| target.attr("type"));
        let (Some(kind), Some(mut target)) = (kind, common.target.take()) else {
            return Err(xml_error("target type must be specified for channel device"));
        };
        let target = match &*kind {
            "virtio" => {
                let state = target.word("state")?.filter(|_| flags.live);
                ChannelTarget::Virtio { name: target.nonempty("name"), state }
            }
            "guestfwd" | "xen" => {
                let mut element = target.into_element();
                element
                    .attrs
                    .insert(0, crate::xml::Attr { name: "type".into(), value: kind.into_owned().into() });
                ChannelTarget::Other(Box::new(element))
            }
            other => {
                let text = format_args!("unknown target type '{other}' specified for character device");
                return Err(unknown(text));
            }
        };
        Ok(Self {
            backend: common.backend,
            target,
            source_kept: common.source_kept,
            log: common.log,
            info: common.info,
            kept: common.kept,
        })
    }

    /// Writes the element.
    pub(in crate::domain::def) fn format(&self, w: &mut Writer, options: &FormatOptions) {
        shown!(self).format(w, "channel", options, |w| match &self.target {
            ChannelTarget::Virtio { name, state } => {
                let state = state.filter(|_| !options.inactive);
                w.tag("target")
                    .attr("type", "virtio")
                    .opt("name", name.as_deref())
                    .opt("state", state)
                    .empty();
            }
            ChannelTarget::Other(element) => w.element(element),
        });
    }
}

impl Parallel {
    /// Reads one; `before` are those before it.
    pub(in crate::domain::def) fn parse(
        element: Element<'_>,
        flags: &ParseFlags<'_>,
        before: &[Self],
    ) -> Result<Self> {
        let mut common = Common::parse(element, flags)?;
        let port = common.target.as_mut().map(target_port).transpose()?.flatten();
        Ok(Self {
            backend: common.backend,
            port: port.unwrap_or_else(|| next_port(before.iter().map(|parallel| parallel.port))),
            source_kept: common.source_kept,
            log: common.log,
            info: common.info,
            kept: common.kept,
        })
    }

    /// Writes the element.
    pub(in crate::domain::def) fn format(&self, w: &mut Writer, options: &FormatOptions) {
        shown!(self).format(w, "parallel", options, |w| {
            w.tag("target").attr("port", self.port).empty();
        });
    }
}

/// Backends that libvirt knows and that have no variant of their own.
const OTHER_BACKENDS: &[&str] = &["udp", "tcp", "spicevmc", "spiceport", "nmdm", "qemu-vdagent", "dbus"];

impl ChardevBackend {
    fn parse(fields: &mut Fields<'_>, flags: &ParseFlags<'_>) -> Result<(Self, Kept)> {
        let kind = fields.string("type").unwrap_or_else(|| "pty".to_owned());
        if OTHER_BACKENDS.contains(&&*kind) {
            let mut parts: Vec<_> = fields.children("source").into_iter().map(Element::into_owned).collect();
            if matches!(&*kind, "tcp" | "udp") && !parts.iter().any(|source| source.attr("host").is_some()) {
                return Err(internal("Missing source host attribute for char device"));
            }
            parts.extend(fields.child("protocol").map(Element::into_owned));
            return Ok((Self::Other { kind, parts }, Kept::default()));
        }
        let mut source = Fields::new(fields.child("source").unwrap_or_else(|| Element::new("source")));
        let missing = || internal("Missing source path attribute for char device");
        let path = source.nonempty("path");
        let backend = match &*kind {
            "null" => Self::Null,
            "vc" => Self::Vc,
            "stdio" => Self::Stdio,
            "pty" => Self::Pty { path: path.filter(|_| flags.live) },
            "file" => Self::File { path: path.ok_or_else(missing)?, append: source.word("append")? },
            "pipe" => Self::Pipe { path: path.ok_or_else(missing)? },
            "dev" => Self::Dev { path: path.ok_or_else(missing)? },
            "unix" => {
                let mode = source.word("mode")?.unwrap_or(UnixMode::Connect);
                // The daemon chooses the socket of a channel that names none; other devices have to name it.
                if path.is_none() && fields.name() != "channel" {
                    return Err(missing());
                }
                let reconnect = source.child("reconnect").map(|element| Box::new(element.into_owned()));
                Self::Unix { path, mode, reconnect }
            }
            other => {
                let text = format_args!("unknown type presented to host for character device: {other}");
                return Err(unknown(text));
            }
        };
        Ok((backend, Kept::rest(source)))
    }

    fn pty_path(&self) -> Option<&str> {
        match self {
            Self::Pty { path } => path.as_deref(),
            _ => None,
        }
    }

    fn format(&self, w: &mut Writer, kept: &Kept, options: &FormatOptions) {
        let source = |w: &mut Writer, path: &str, and: &dyn for<'w, 'n> Fn(Tag<'w, 'n>) -> Tag<'w, 'n>| {
            let tag = kept.write_attrs(and(w.tag("source").attr("path", path)));
            tag.children(|w| kept.write_children(w));
        };
        match self {
            Self::Pty { path: Some(path) } if !options.inactive => source(w, path, &|tag| tag),
            Self::File { path, append } => source(w, path, &|tag| tag.opt("append", *append)),
            Self::Pipe { path } | Self::Dev { path } => source(w, path, &|tag| tag),
            Self::Unix { path: Some(path), mode, reconnect } => {
                let tag = w.tag("source").attr("mode", *mode).attr("path", path);
                kept.write_attrs(tag).children(|w| {
                    if let Some(reconnect) = reconnect {
                        w.element(reconnect);
                    }
                    kept.write_children(w);
                });
            }
            Self::Other { parts, .. } => parts.iter().for_each(|part| w.element(part)),
            Self::Null | Self::Vc | Self::Stdio | Self::Pty { .. } | Self::Unix { .. } => {
                if !kept.is_empty() {
                    kept.write_attrs(w.tag("source")).children(|w| kept.write_children(w));
                }
            }
        }
    }
}

impl ChardevLog {
    fn parse(mut fields: Fields<'_>) -> Result<Option<Self>> {
        let append = fields.word("append")?;
        Ok(fields.nonempty("file").map(|file| Self { file, append }))
    }
}
