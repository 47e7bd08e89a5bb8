//! `<permissions>` of a pool's or a volume's target.

use vireo_storage::{Ownership, Permissions};

use super::xml_error;
use crate::domain::def::Kept;
use crate::error::Result;
use crate::xml::{Fields, Writer, parse_signed};

/// What a document says of permissions.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PermissionsDef {
    /// Mode and owners.
    pub wanted: Permissions,
    /// `<label>`: of a security model.
    pub label: Option<String>,
    kept: Kept,
}

impl PermissionsDef {
    /// Takes the element out of its parent.
    pub(super) fn parse(parent: &mut Fields<'_>) -> Result<Self> {
        let Some(mut fields) = parent.fields("permissions") else { return Ok(Self::default()) };
        let mode = fields.text_of("mode").map(|text| mode(&text)).transpose()?;
        let owner = id(&mut fields, "owner")?;
        let group = id(&mut fields, "group")?;
        let label = fields.text_of("label");
        Ok(Self { wanted: Permissions { mode, owner, group }, label, kept: Kept::rest(fields) })
    }

    /// Writes the element, where it says anything.
    pub(super) fn format(&self, w: &mut Writer) {
        let Permissions { mode, owner, group } = self.wanted;
        w_if(w, *self != Self::default(), |w| {
            if let Some(mode) = mode {
                w.leaf("mode", format_args!("0{mode:o}"));
            }
            w.leaf_opt("owner", owner.map(|id| id as i32));
            w.leaf_opt("group", group.map(|id| id as i32));
            w.leaf_opt("label", self.label.as_deref());
            self.kept.write_children(w);
        });
    }
}

/// Writes what a file really has.
pub(super) fn format_real(w: &mut Writer, real: Ownership) {
    w_if(w, true, |w| {
        w.leaf("mode", format_args!("0{:o}", real.mode));
        w.leaf("owner", real.owner as i32);
        w.leaf("group", real.group as i32);
    });
}

fn w_if(w: &mut Writer, there: bool, write: impl FnOnce(&mut Writer)) {
    if there {
        w.tag("permissions").children(write);
    }
}

fn mode(text: &str) -> Result<u32> {
    let digits = text.trim_start_matches(|c: char| c.is_ascii_whitespace());
    let mode = u32::from_str_radix(digits, 8).ok().filter(|mode| mode & !0o777 == 0);
    mode.ok_or_else(|| xml_error("malformed octal mode"))
}

/// A user's or group's number; -1 stands for none.
fn id(fields: &mut Fields<'_>, name: &str) -> Result<Option<u32>> {
    let Some(element) = fields.child(name) else { return Ok(None) };
    let number = parse_signed(&element.text());
    let number = number.and_then(|number| if number == -1 { Some(u32::MAX) } else { number.try_into().ok() });
    match number {
        Some(u32::MAX) => Ok(None),
        Some(id) => Ok(Some(id)),
        None => Err(xml_error(format_args!("malformed {name} element"))),
    }
}
