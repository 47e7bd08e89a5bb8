//! How the host schedules threads: `<vcpusched>` and its like.

use std::collections::BTreeMap;

use crate::{
    domain::def::{
        cpuset::CpuSet,
        error::{unknown, xml_error},
        words::words,
    },
    error::{Error, ErrorCode, ErrorDomain, Result},
    xml::{Fields, Writer, missing_attribute},
};

words! {
    /// `scheduler=`.
    pub enum Policy {
        /// Long slices, no favour for having slept.
        Batch = "batch",
        /// Only when nothing else is to be done.
        Idle = "idle",
        /// Before all others, until it waits.
        Fifo = "fifo",
        /// Before all others, by turns.
        Rr = "rr",
    }
}

/// A policy and its priority.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Scheduler {
    /// `scheduler=`.
    pub policy: Policy,
    /// `priority=`: of those that have one.
    pub priority: Option<i32>,
}

impl Scheduler {
    /// Takes the attributes of any of the elements.
    pub(super) fn parse(fields: &mut Fields<'_>) -> Result<Self> {
        let policy: Policy = fields.required_word("scheduler")?;
        let ranked = matches!(policy, Policy::Fifo | Policy::Rr);
        let priority = if ranked {
            Some(fields.int("priority")?.ok_or_else(|| missing_attribute("priority", fields.name()))?)
        } else {
            None
        };
        Ok(Self { policy, priority })
    }

    /// Takes an element for several threads, which `attribute` names; `known` refuses one that there is not.
    pub(super) fn parse_many(
        fields: &mut Fields<'_>,
        attribute: &str,
        all: &mut BTreeMap<u32, Self>,
        known: impl Fn(u32) -> Result<()>,
    ) -> Result<()> {
        let element = fields.name().to_owned();
        let text = fields.attr(attribute).ok_or_else(|| {
            xml_error(format_args!("Missing attribute '{attribute}' in element '{element}'"))
        })?;
        let threads = CpuSet::parse_any(&text)?;
        if threads.is_empty() {
            return Err(unknown(format_args!("'{attribute}' scheduler bitmap '{text}' is empty")));
        }
        let scheduler = Self::parse(fields)?;
        for thread in threads.iter() {
            // Sets have small numbers only.
            let thread = thread as u32;
            known(thread)?;
            if all.insert(thread, scheduler).is_some() {
                let text = format!("'{element}' attributes '{attribute}' must not overlap");
                return Err(Error::raw(ErrorCode::XmlDetail, ErrorDomain::Domain, text));
            }
        }
        Ok(())
    }

    /// Writes an element; `thread` is its attribute and number, where it is for one of several.
    pub(super) fn format(self, w: &mut Writer, element: &str, thread: Option<(&str, u32)>) {
        let mut tag = w.tag(element);
        if let Some((attribute, number)) = thread {
            tag = tag.attr(attribute, number);
        }
        tag.attr("scheduler", self.policy).opt("priority", self.priority).empty();
    }
}
