//! `<vcpu>` and `<vcpus>`: how many, where, and which of them at start.

use crate::{
    domain::def::{
        cpuset::CpuSet,
        error::{internal, unknown, unsupported, xml_error},
        words::{YesNo, words},
    },
    error::Result,
    xml::{Element, Fields, Writer, missing_attribute, parse_unsigned},
};

/// Most vCPUs a domain may have: APIC ids of 8 bits, one of them the broadcast.
pub const MAX_VCPUS: u32 = 255;

/// `<vcpu>` and `<vcpus>`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Vcpus {
    /// The most that can ever be online.
    pub maximum: u32,
    /// `current=`: online at start; all where absent. What `<vcpus>` says goes before it.
    pub current: Option<u32>,
    /// `placement=`.
    pub placement: Placement,
    /// `cpuset=`: the host's CPUs for whatever is not pinned by itself.
    pub cpuset: Option<CpuSet>,
    /// `<vcpus>`: each by itself, as many as `maximum`.
    pub each: Option<Vec<Vcpu>>,
}

/// `<vcpus><vcpu>`, by its place in the list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Vcpu {
    /// `enabled=`: online at start.
    pub enabled: bool,
    /// `hotpluggable=`: can come and go while the guest runs.
    pub hotpluggable: bool,
    /// `order=`: its turn when vCPUs are added; 0 where there is none.
    pub order: u32,
}

impl Vcpus {
    /// vCPUs online at start.
    pub fn online(&self) -> u32 {
        match &self.each {
            // No more than the maximum.
            Some(each) => each.iter().filter(|vcpu| vcpu.enabled).count() as u32,
            None => self.current.unwrap_or(self.maximum),
        }
    }

    /// Whether this one is online at start.
    pub fn is_online(&self, vcpu: u32) -> bool {
        match &self.each {
            Some(each) => each.get(vcpu as usize).is_some_and(|vcpu| vcpu.enabled),
            None => vcpu < self.online(),
        }
    }

    /// Each by itself, where the document says so and where it does not.
    pub fn states(&self) -> Vec<Vcpu> {
        let counted = |n| {
            let enabled = n < self.online();
            Vcpu { enabled, hotpluggable: !enabled, order: 0 }
        };
        self.each.clone().unwrap_or_else(|| (0..self.maximum).map(counted).collect())
    }
}

impl Vcpus {
    /// The guest is there: those that are listed are in the order they came.
    pub(super) fn number(&mut self) {
        if let Some(each) = &mut self.each {
            number(each);
        }
    }

    /// A running guest has got one, or has lost it: from now on each is listed, those that are there in the order
    /// they came.
    pub fn turn(&mut self, vcpu: usize, enabled: bool) {
        let mut states = self.states();
        let last = number(&mut states);
        if let Some(state) = states.get_mut(vcpu) {
            let before = state.order;
            let order = if enabled { last + 1 } else { 0 };
            *state = Vcpu { enabled, hotpluggable: true, order };
            if !enabled {
                states.iter_mut().filter(|vcpu| vcpu.order > before).for_each(|vcpu| vcpu.order -= 1);
            }
        }
        self.each = Some(states);
        self.current = None;
    }
}

/// Gives those that are there their order, where they have none. Returns the last.
fn number(states: &mut [Vcpu]) -> u32 {
    let mut last = states.iter().map(|vcpu| vcpu.order).max().unwrap_or(0);
    for there in states.iter_mut().filter(|vcpu| vcpu.enabled && vcpu.order == 0) {
        last += 1;
        there.order = last;
    }
    last
}

impl Default for Vcpus {
    fn default() -> Self {
        Self { maximum: 1, current: None, placement: Placement::Static, cpuset: None, each: None }
    }
}

words! {
    /// `<vcpu placement=>`.
    pub enum Placement {
        /// On the CPUs of `cpuset`, else on all.
        Static = "static",
        /// On the CPUs numad advises.
        Auto = "auto",
    }
}

impl Vcpus {
    /// Takes `<vcpu>` and `<vcpus>` out of `<domain>`.
    pub(super) fn parse(domain: &mut Fields<'_>) -> Result<Self> {
        let mut vcpus = Self::default();
        if let Some(vcpu) = domain.fields("vcpu") {
            vcpus.parse_counts(vcpu)?;
        }
        let each = domain.fields("vcpus").map(|mut vcpus| vcpus.children("vcpu")).unwrap_or_default();
        if !each.is_empty() {
            vcpus.parse_each(each)?;
        }
        Ok(vcpus)
    }

    fn parse_counts(&mut self, mut vcpu: Fields<'_>) -> Result<()> {
        let text = vcpu.text();
        self.maximum = match &*text {
            "" => 1,
            // A negative count has to be refused here: as a number of 32 bits without sign it would be billions.
            text => parse_unsigned(text, 10)
                .and_then(|count| u32::try_from(count).ok())
                .ok_or_else(|| xml_error("maximum vcpus count must be an integer"))?,
        };
        self.current = vcpu.uint::<u32>("current")?;
        if self.current.is_some_and(|current| current > self.maximum) {
            return Err(unknown("maximum vCPU count must not be less than current vCPU count"));
        }
        self.current = self.current.filter(|current| *current != self.maximum);
        self.placement = vcpu.word("placement")?.unwrap_or(Placement::Static);
        let cpuset = vcpu.attr("cpuset");
        // Placement by numad leaves no room for a set of one's own.
        if let Some(text) = cpuset.filter(|_| self.placement != Placement::Auto) {
            self.cpuset = Some(CpuSet::parse(&text, "cpuset")?);
        }
        Ok(())
    }

    fn parse_each(&mut self, elements: Vec<Element<'_>>) -> Result<()> {
        // No list of billions: a maximum beyond the limit is refused when everything is known.
        let count = self.maximum.min(MAX_VCPUS + 1) as usize;
        let mut each: Vec<(bool, Option<YesNo>, u32)> = vec![(false, None, 0); count];
        for element in elements {
            let mut vcpu = Fields::new(element);
            let id: u32 = vcpu.uint("id")?.ok_or_else(|| missing_attribute("id", "vcpu"))?;
            if id >= self.maximum {
                let text = format_args!("vcpu id '{id}' is out of range of maximum vcpu count");
                return Err(xml_error(text));
            }
            let enabled: YesNo = vcpu.required_word("enabled")?;
            let state = (enabled.is_yes(), vcpu.word("hotpluggable")?, vcpu.uint("order")?.unwrap_or(0));
            if let Some(place) = each.get_mut(id as usize) {
                *place = state;
            }
        }
        for (id, (enabled, hotpluggable, _)) in each.iter().enumerate() {
            if !enabled && *hotpluggable == Some(YesNo::No) {
                return Err(unknown(format_args!("vcpu '{id}' is both offline and not hotpluggable")));
            }
        }
        let each = each.into_iter().map(|(enabled, hotpluggable, order)| Vcpu {
            enabled,
            hotpluggable: hotpluggable.map_or(!enabled, YesNo::is_yes),
            order,
        });
        self.each = Some(each.collect());
        self.current = None;
        Ok(())
    }

    /// Refuses what cannot be.
    pub(super) fn validate(&self) -> Result<()> {
        if self.maximum == 0 {
            return Err(internal("CPU IDs in <numa> exceed the <vcpu> count"));
        }
        if !self.is_online(0) {
            return Err(unsupported("vcpu 0 can't be offline"));
        }
        if self.each.as_ref().is_some_and(|each| each[0].hotpluggable) {
            return Err(unsupported("vcpu0 can't be hotpluggable"));
        }
        if self.maximum > MAX_VCPUS {
            let text = format_args!("Maximum CPUs greater than specified machine type limit {MAX_VCPUS}");
            return Err(unsupported(text));
        }
        Ok(())
    }

    /// Writes the elements.
    pub(super) fn format(&self, w: &mut Writer) {
        let online = self.online();
        w.tag("vcpu")
            .attr("placement", self.placement)
            .opt("cpuset", self.cpuset.as_ref())
            .opt("current", (online != self.maximum).then_some(online))
            .text(self.maximum);
        let Some(each) = &self.each else { return };
        let word = |is| if is { YesNo::Yes } else { YesNo::No };
        w.tag("vcpus").children(|w| {
            for (id, vcpu) in each.iter().enumerate() {
                w.tag("vcpu")
                    .attr("id", id as u32)
                    .attr("enabled", word(vcpu.enabled))
                    .attr("hotpluggable", word(vcpu.hotpluggable))
                    .opt("order", (vcpu.order != 0).then_some(vcpu.order))
                    .empty();
            }
        });
    }
}
