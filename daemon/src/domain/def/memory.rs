//! `<memory>`, `<currentMemory>`, `<maxMemory>` and `<memoryBacking>`.

use crate::{
    domain::def::{
        error::{unknown, unsupported, xml_error},
        kept::Kept,
        units,
        words::{OnOff, words},
    },
    error::{Error, ErrorCode, ErrorDomain, Result},
    xml::{Element, Fields, Word, Writer, parse_unsigned},
};

/// Guest memory. All sizes are KiB, as libvirt reports them.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Memory {
    /// `<memory>`: what the guest has at boot, and the most a balloon can give back.
    pub total_kib: u64,
    /// `<currentMemory>`: the balloon's target; never more than `total_kib`.
    pub current_kib: u64,
    /// `<maxMemory slots=>`: with memory hotplug.
    pub max: Option<MaxMemory>,
    /// `<memory dumpCore=>`.
    pub dump_core: Option<OnOff>,
    /// `<memoryBacking>`.
    pub backing: Option<Box<MemoryBacking>>,
}

/// `<maxMemory>`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MaxMemory {
    /// KiB.
    pub kib: u64,
    /// Slots for memory modules.
    pub slots: u32,
}

/// `<memoryBacking>`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct MemoryBacking {
    /// `<hugepages>`: `Some` and empty asks for the host's default size.
    pub hugepages: Option<Vec<HugePage>>,
    /// `<nosharepages/>`.
    pub nosharepages: bool,
    /// `<locked/>`.
    pub locked: bool,
    /// `<source type=>`.
    pub source: Option<MemorySource>,
    /// `<access mode=>`.
    pub access: Option<MemoryAccess>,
    /// `<allocation mode=>`.
    pub allocation: Option<MemoryAllocation>,
    /// `<allocation threads=>`.
    pub allocation_threads: Option<u32>,
    /// `<discard/>`.
    pub discard: bool,
    /// Everything else.
    pub kept: Kept,
}

/// `<hugepages><page/>`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HugePage {
    /// KiB.
    pub size_kib: u64,
    /// Guest NUMA nodes it applies to; all where absent.
    pub nodeset: Option<String>,
}

words! {
    /// `<memoryBacking><source type=>`.
    pub enum MemorySource {
        /// A file in the memory backing directory.
        File = "file",
        /// Anonymous memory.
        Anonymous = "anonymous",
        /// A memory file.
        Memfd = "memfd",
    }
}

words! {
    /// `<memoryBacking><access mode=>`.
    pub enum MemoryAccess {
        /// Mapped shared, as vhost-user needs.
        Shared = "shared",
        /// Mapped private.
        Private = "private",
    }
}

words! {
    /// `<memoryBacking><allocation mode=>`.
    pub enum MemoryAllocation {
        /// Every page is touched before the guest starts.
        Immediate = "immediate",
        /// Pages come as the guest touches them.
        Ondemand = "ondemand",
    }
}

impl Memory {
    /// Takes the memory elements out of `<domain>`.
    pub(super) fn parse(domain: &mut Fields<'_>) -> Result<Self> {
        let mut memory = Self { total_kib: size_of(domain, "memory")?.unwrap_or(0), ..Self::default() };
        if let Some(mut element) = domain.fields("memory") {
            memory.dump_core = element.word("dumpCore")?;
        }
        memory.current_kib = size_of(domain, "currentMemory")?.unwrap_or(0);
        domain.child("currentMemory");
        if let Some(kib) = size_of(domain, "maxMemory")? {
            let slots = domain.fields("maxMemory").map(|mut max| max.uint("slots")).transpose()?.flatten();
            memory.max = Some(MaxMemory { kib, slots: slots.unwrap_or(0) });
        }
        memory.backing = domain.fields("memoryBacking").map(MemoryBacking::parse).transpose()?.map(Box::new);
        Ok(memory)
    }

    /// Fills in what is not said, and refuses what cannot be.
    pub(super) fn settle(&mut self, numa: bool) -> Result<()> {
        if self.total_kib == 0 {
            let text = "Memory size must be specified via <memory> or in the <numa> configuration";
            return Err(xml_error(text));
        }
        if self.current_kib == 0 || self.current_kib > self.total_kib {
            self.current_kib = self.total_kib;
        }
        let Some(max) = self.max else { return Ok(()) };
        if max.slots == 0 || max.kib == 0 {
            return Err(xml_error("both maximum memory size and memory slot count must be specified"));
        }
        if max.kib < self.total_kib {
            return Err(xml_error(
                "maximum memory size must be equal or greater than the actual memory size",
            ));
        }
        if !numa {
            let text = "At least one numa node has to be configured when enabling memory hotplug";
            return Err(unsupported(text));
        }
        Ok(())
    }

    /// Writes the size elements.
    pub(super) fn format(&self, w: &mut Writer) {
        if let Some(max) = self.max {
            w.tag("maxMemory").attr("slots", max.slots).attr("unit", "KiB").text(max.kib);
        }
        w.tag("memory").opt("dumpCore", self.dump_core).attr("unit", "KiB").text(self.total_kib);
        w.tag("currentMemory").attr("unit", "KiB").text(self.current_kib);
    }
}

/// The size a child of `<domain>` holds, in KiB; the element stays.
fn size_of(domain: &Fields<'_>, name: &str) -> Result<Option<u64>> {
    let Some(element) = domain.peek(name) else { return Ok(None) };
    let text = element.text();
    let Some(number) = parse_unsigned(&text, 10) else {
        let info = format!("Invalid value '{text}' for element or attribute './{name}[1]'");
        return Err(Error::new(ErrorCode::XmlError, ErrorDomain::Xml, info));
    };
    units::to_kib(number, element.attr("unit").unwrap_or("KiB")).map(Some)
}

impl MemoryBacking {
    const ORDER: &'static [&'static str] =
        &["hugepages", "nosharepages", "locked", "source", "access", "allocation", "discard"];

    fn parse(mut fields: Fields<'_>) -> Result<Self> {
        let mut backing = Self::default();
        if let Some(mut pages) = fields.fields("hugepages") {
            let pages = pages.children("page").into_iter().map(HugePage::parse).collect::<Result<_>>()?;
            backing.hugepages = Some(pages);
        }
        backing.nosharepages = fields.flag("nosharepages");
        backing.locked = fields.flag("locked");
        backing.source = attr_of(&mut fields, "source", "type")?;
        backing.access = attr_of(&mut fields, "access", "mode")?;
        if let Some(mut allocation) = fields.fields("allocation") {
            backing.allocation = memory_word(&mut allocation, "allocation", "mode")?;
            backing.allocation_threads = allocation.positive("threads")?;
        }
        backing.discard = fields.flag("discard");
        backing.kept = Kept::rest(fields);
        Ok(backing)
    }

    /// Writes the element.
    pub(super) fn format(&self, w: &mut Writer) {
        self.kept.write_attrs(w.tag("memoryBacking")).children(|w| {
            if let Some(pages) = &self.hugepages {
                w.tag("hugepages").children(|w| pages.iter().for_each(|page| page.format(w)));
            }
            for (name, is) in [("nosharepages", self.nosharepages), ("locked", self.locked)] {
                if is {
                    w.flag(name);
                }
            }
            if let Some(source) = self.source {
                w.tag("source").attr("type", source).empty();
            }
            if let Some(access) = self.access {
                w.tag("access").attr("mode", access).empty();
            }
            if self.allocation.is_some() || self.allocation_threads.is_some() {
                w.tag("allocation")
                    .opt("mode", self.allocation)
                    .opt("threads", self.allocation_threads)
                    .empty();
            }
            if self.discard {
                w.flag("discard");
            }
            self.kept.placed(Self::ORDER).rest(w);
        });
    }
}

/// The word of a child's only attribute.
fn attr_of<W: Word>(fields: &mut Fields<'_>, child: &str, attr: &str) -> Result<Option<W>> {
    match fields.fields(child) {
        Some(mut element) => memory_word(&mut element, child, attr),
        None => Ok(None),
    }
}

fn memory_word<W: Word>(element: &mut Fields<'_>, child: &str, attr: &str) -> Result<Option<W>> {
    let Some(value) = element.attr(attr) else { return Ok(None) };
    let word = W::from_word(&value);
    word.map(Some).ok_or_else(|| unknown(format_args!("unknown memoryBacking/{child}/{attr} '{value}'")))
}

impl HugePage {
    fn parse(page: Element<'_>) -> Result<Self> {
        let mut page = Fields::new(page);
        let text = page.attr("size").unwrap_or_default();
        let Some(size) = parse_unsigned(&text, 10) else {
            let info = format!("Invalid value '{text}' for element or attribute './@size'");
            return Err(Error::new(ErrorCode::XmlError, ErrorDomain::Xml, info));
        };
        let unit = page.attr("unit");
        let size_kib = units::to_kib(size, unit.as_deref().unwrap_or("KiB"))?;
        Ok(Self { size_kib, nodeset: page.nonempty("nodeset") })
    }

    fn format(&self, w: &mut Writer) {
        w.tag("page")
            .attr("size", self.size_kib)
            .attr("unit", "KiB")
            .opt("nodeset", self.nodeset.as_deref())
            .empty();
    }
}
