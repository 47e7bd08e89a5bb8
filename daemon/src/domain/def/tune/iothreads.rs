//! `<iothreads>` and `<iothreadids>`: threads that disks may name.

use std::collections::BTreeSet;

use crate::{
    domain::def::{
        error::{unknown, xml_error},
        kept::Kept,
    },
    error::Result,
    xml::{Element, Fields, Writer, missing_attribute, parse_unsigned},
};

/// Most I/O threads: a number in the document costs memory for each.
pub const MAX_IOTHREADS: u64 = 4096;

/// All I/O threads, in the document's order.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct IoThreads(pub Vec<IoThread>);

/// `<iothreadids><iothread>`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct IoThread {
    /// `id=`: at least 1.
    pub id: u32,
    /// Nobody named it: it only was counted.
    pub counted: bool,
    /// `thread_pool_min=`.
    pub pool_min: Option<u32>,
    /// `thread_pool_max=`.
    pub pool_max: Option<u32>,
    /// Everything else.
    pub kept: Kept,
}

impl IoThreads {
    pub(super) fn parse(domain: &mut Fields<'_>) -> Result<Self> {
        let count = match domain.text_of("iothreads") {
            None => 0,
            Some(text) => parse_unsigned(&text, 10)
                .filter(|count| !text.contains('-') && *count <= MAX_IOTHREADS)
                .ok_or_else(|| xml_error(format_args!("invalid iothreads count '{text}'")))?,
        };
        let named = domain.fields("iothreadids").map(|mut ids| ids.children("iothread")).unwrap_or_default();
        let mut threads = Self::default();
        let mut taken = BTreeSet::new();
        for element in named {
            let thread = IoThread::parse(element)?;
            if !taken.insert(thread.id) {
                return Err(xml_error(format_args!("duplicate iothread id '{}' found", thread.id)));
            }
            threads.0.push(thread);
        }
        let missing = (count as usize).saturating_sub(threads.0.len());
        let free = (1..).filter(|id| !taken.contains(id)).take(missing);
        let counted = free.map(|id| IoThread { id, counted: true, ..IoThread::default() });
        threads.0.extend(counted.collect::<Vec<_>>());
        Ok(threads)
    }

    /// One of them.
    pub fn find(&self, id: u32) -> Option<&IoThread> {
        self.0.iter().find(|thread| thread.id == id)
    }

    /// One of them, to be changed.
    pub fn find_mut(&mut self, id: u32) -> Option<&mut IoThread> {
        self.0.iter_mut().find(|thread| thread.id == id)
    }

    /// Refuses one that there is not.
    pub(super) fn known(&self, id: u32) -> Result<()> {
        if self.find(id).is_some() {
            return Ok(());
        }
        Err(unknown(format_args!("Cannot find 'iothread' : {id}")))
    }

    pub(super) fn validate(&self) -> Result<()> {
        let wrong = |thread: &IoThread| thread.pool_max.is_some_and(|max| thread.pool_min > Some(max));
        if self.0.iter().any(wrong) {
            return Err(unknown("thread_pool_min must be smaller or equal to thread_pool_max"));
        }
        Ok(())
    }

    pub(super) fn format(&self, w: &mut Writer) {
        if self.0.is_empty() {
            return;
        }
        w.leaf("iothreads", self.0.len() as u32);
        if self.0.iter().all(IoThread::is_only_counted) {
            return;
        }
        w.tag("iothreadids").children(|w| self.0.iter().for_each(|thread| thread.format(w)));
    }
}

impl IoThread {
    fn parse(element: Element<'_>) -> Result<Self> {
        let mut fields = Fields::new(element);
        Ok(Self {
            id: fields.positive("id")?.ok_or_else(|| missing_attribute("id", "iothread"))?,
            counted: false,
            pool_min: fields.uint("thread_pool_min")?,
            pool_max: fields.uint("thread_pool_max")?,
            kept: Kept::rest(fields),
        })
    }

    fn is_only_counted(&self) -> bool {
        self.counted && self.pool_min.is_none() && self.pool_max.is_none()
    }

    fn format(&self, w: &mut Writer) {
        let tag = w
            .tag("iothread")
            .attr("id", self.id)
            .opt("thread_pool_min", self.pool_min)
            .opt("thread_pool_max", self.pool_max);
        self.kept.write_attrs(tag).children(|w| self.kept.write_children(w));
    }
}
