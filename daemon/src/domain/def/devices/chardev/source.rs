//! `type=` and `<source>`: the host's side read and written. A path is text here, whatever it leads to.

use super::{ChardevBackend, UnixMode};
use crate::{
    domain::def::{
        error::{internal, unknown},
        kept::Kept,
        options::{FormatOptions, ParseFlags},
    },
    error::Result,
    xml::{Element, Fields, Tag, Writer},
};

/// Backends that libvirt knows and that have no variant of their own.
const OTHER_BACKENDS: &[&str] = &["udp", "tcp", "spicevmc", "spiceport", "nmdm", "qemu-vdagent", "dbus"];

impl ChardevBackend {
    /// Takes it out of its device, with what else `<source>` holds.
    pub(super) fn parse(fields: &mut Fields<'_>, flags: &ParseFlags<'_>) -> Result<(Self, Kept)> {
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

    /// Writes `<source>`, with what else it holds.
    pub(super) fn format(&self, w: &mut Writer, kept: &Kept, options: &FormatOptions) {
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
