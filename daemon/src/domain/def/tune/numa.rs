//! `<numatune>`: which of the host's NUMA nodes the guest's memory comes from.

use crate::{
    domain::def::{
        Vcpus,
        cpuset::CpuSet,
        error::{unknown, xml_error},
        vcpus::Placement,
        words::words,
    },
    error::Result,
    xml::{Element, Fields, Writer, missing_attribute},
};

words! {
    /// `mode=`.
    pub enum NumaMode {
        /// From these nodes, or not at all.
        Strict = "strict",
        /// From this node, as long as it has any.
        Preferred = "preferred",
        /// From these nodes by turns.
        Interleave = "interleave",
        /// From these nodes, which may be changed while the guest runs.
        Restrictive = "restrictive",
    }
}

impl NumaMode {
    /// All of them, by libvirt's numbers (`virDomainNumatuneMemMode`).
    pub const ALL: [Self; 4] = [Self::Strict, Self::Preferred, Self::Interleave, Self::Restrictive];

    /// libvirt's number.
    pub fn number(self) -> i32 {
        self as i32
    }
}

/// `<numatune>`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct NumaTune {
    /// `<memory>`.
    pub memory: Option<NumaMemory>,
    /// `<memnode>`, by the guest's node.
    pub nodes: Vec<NumaNode>,
}

/// `<memory>`: for all of the guest's memory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NumaMemory {
    /// `mode=`.
    pub mode: NumaMode,
    /// `nodeset=`; those that numad advises where absent (`placement='auto'`).
    pub nodes: Option<CpuSet>,
}

/// `<memnode>`: for the memory of one of the guest's nodes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NumaNode {
    /// `cellid=`.
    pub cell: u32,
    /// `mode=`.
    pub mode: NumaMode,
    /// `nodeset=`.
    pub nodes: CpuSet,
}

impl NumaTune {
    /// Takes `<numatune>` out of `<domain>`. Where memory is placed by advice, so are vCPUs that nobody placed.
    pub(super) fn parse(domain: &mut Fields<'_>, vcpus: &mut Vcpus, cells: usize) -> Result<Self> {
        let mut found = domain.children("numatune");
        if found.len() > 1 {
            return Err(xml_error("only one numatune is supported"));
        }
        let mut tune = Self::default();
        let mut fields = found.pop().map(Fields::new);
        match fields.as_mut().and_then(|fields| fields.fields("memory")) {
            Some(memory) => tune.memory = NumaMemory::parse(memory, vcpus.placement)?,
            None if vcpus.placement == Placement::Auto => {
                tune.memory = Some(NumaMemory { mode: NumaMode::Strict, nodes: None });
            }
            None => {}
        }
        let nodes = fields.map(|mut fields| fields.children("memnode")).unwrap_or_default();
        if !nodes.is_empty() {
            tune.parse_nodes(nodes, cells)?;
        }
        tune.check_restrictive()?;
        let advised = tune.memory.as_ref().is_some_and(|memory| memory.nodes.is_none());
        if advised && vcpus.cpuset.is_none() {
            vcpus.placement = Placement::Auto;
        }
        Ok(tune)
    }

    fn parse_nodes(&mut self, elements: Vec<Element<'_>>, cells: usize) -> Result<()> {
        if self.memory.as_ref().is_some_and(|memory| memory.nodes.is_none()) {
            return Err(unknown("Per-node binding is not compatible with automatic NUMA placement."));
        }
        if cells == 0 {
            return Err(xml_error("Element 'memnode' is invalid without any guest NUMA cells"));
        }
        for element in elements {
            let node = NumaNode::parse(element, cells)?;
            match self.nodes.binary_search_by_key(&node.cell, |node| node.cell) {
                Ok(_) => {
                    let text = format_args!("Multiple memnode elements with cellid {}", node.cell);
                    return Err(xml_error(text));
                }
                Err(place) => self.nodes.insert(place, node),
            }
        }
        Ok(())
    }

    /// Where the nodes may be changed while the guest runs, that is so for all of its memory.
    fn check_restrictive(&self) -> Result<()> {
        let restrictive = |mode| mode == NumaMode::Restrictive;
        let all = self.memory.as_ref().is_some_and(|memory| restrictive(memory.mode));
        if all && !self.nodes.iter().all(|node| restrictive(node.mode)) {
            return Err(xml_error(
                "'restrictive' mode is required in memnode element when mode is 'restrictive' in memory element",
            ));
        }
        Ok(())
    }

    pub(super) fn format(&self, w: &mut Writer) {
        if self.memory.is_none() && self.nodes.is_empty() {
            return;
        }
        w.tag("numatune").children(|w| {
            if let Some(memory) = &self.memory {
                let tag = w.tag("memory").attr("mode", memory.mode);
                match &memory.nodes {
                    Some(nodes) => tag.attr("nodeset", nodes).empty(),
                    None => tag.attr("placement", Placement::Auto).empty(),
                }
            }
            for node in &self.nodes {
                w.tag("memnode")
                    .attr("cellid", node.cell)
                    .attr("mode", node.mode)
                    .attr("nodeset", &node.nodes)
                    .empty();
            }
        });
    }
}

impl NumaMemory {
    fn parse(mut fields: Fields<'_>, vcpus: Placement) -> Result<Option<Self>> {
        let mode = fields.attr("mode").map(|word| {
            NumaMode::from_word(&word)
                .ok_or_else(|| unknown(format_args!("Unsupported NUMA memory tuning mode '{word}'")))
        });
        let mode = mode.transpose()?;
        let placement = fields.attr("placement").map(|word| {
            Placement::from_word(&word)
                .ok_or_else(|| unknown(format_args!("Unsupported NUMA memory placement mode '{word}'")))
        });
        let placement = placement.transpose()?;
        let nodes = fields.attr("nodeset").map(|text| CpuSet::parse(&text, "nodeset")).transpose()?;
        if mode.is_none() && placement.is_none() && nodes.is_none() {
            return Ok(None);
        }
        let by_default = if nodes.is_some() { Placement::Static } else { vcpus };
        let nodes = match placement.unwrap_or(by_default) {
            Placement::Static => Some(nodes.ok_or_else(no_nodes)?),
            Placement::Auto => None,
        };
        Ok(Some(Self { mode: mode.unwrap_or(NumaMode::Strict), nodes }))
    }
}

/// Memory that is to come from somewhere, and nobody says from where.
pub fn no_nodes() -> crate::error::Error {
    unknown("nodeset for NUMA memory tuning must be set if 'placement' is 'static'")
}

impl NumaNode {
    fn parse(element: Element<'_>, cells: usize) -> Result<Self> {
        let mut fields = Fields::new(element);
        let cell: u32 = fields.uint("cellid")?.ok_or_else(|| missing_attribute("cellid", "memnode"))?;
        if cell as usize >= cells {
            let text = "Argument 'cellid' in memnode element must correspond to existing guest's NUMA cell";
            return Err(xml_error(text));
        }
        let mode = fields.word("mode")?.unwrap_or(NumaMode::Strict);
        let nodes = fields
            .attr("nodeset")
            .ok_or_else(|| xml_error("Missing required nodeset attribute in memnode element"))?;
        Ok(Self { cell, mode, nodes: CpuSet::parse(&nodes, "nodeset")? })
    }
}
