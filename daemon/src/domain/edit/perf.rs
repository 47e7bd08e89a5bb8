//! The events of the host's processors that are counted for a guest (`<perf>`). None is: a definition may ask for
//! some, and cannot start then (see the fates).

use crate::domain::def::DomainDef;

/// All there are, in libvirt's order.
pub const EVENTS: [&str; 22] = [
    "cmt",
    "mbmt",
    "mbml",
    "cpu_cycles",
    "instructions",
    "cache_references",
    "cache_misses",
    "branch_instructions",
    "branch_misses",
    "bus_cycles",
    "stalled_cycles_frontend",
    "stalled_cycles_backend",
    "ref_cpu_cycles",
    "cpu_clock",
    "task_clock",
    "page_faults",
    "context_switches",
    "cpu_migrations",
    "page_faults_min",
    "page_faults_maj",
    "alignment_faults",
    "emulation_faults",
];

/// Ask for these events no longer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StopPerf(pub Vec<&'static str>);

impl StopPerf {
    pub(super) fn apply(&self, def: &mut DomainDef) {
        def.kept
            .retain_within("perf", |event| !event.attr("name").is_some_and(|name| self.0.contains(&name)));
    }
}

/// Whether the definition asks for an event.
pub fn is_asked_for(def: &DomainDef, event: &str) -> bool {
    let Some(perf) = def.kept.child("perf") else { return false };
    perf.elements().any(|one| one.attr("name") == Some(event) && one.attr("enabled") == Some("yes"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::def::ParseFlags;

    #[test]
    fn what_is_stopped_is_not_asked_for_and_the_rest_is() {
        let xml = "<domain type='kvm'><name>web</name><memory>1024</memory><os><type>hvm</type></os>
            <perf><event name='cmt' enabled='yes'/><event name='mbmt' enabled='yes'/>
            <event name='cpu_clock' enabled='no'/></perf></domain>";
        let mut def = DomainDef::parse(xml, ParseFlags::default()).unwrap();
        let asked =
            |def: &DomainDef| EVENTS.into_iter().filter(|event| is_asked_for(def, event)).collect::<Vec<_>>();
        assert_eq!(asked(&def), ["cmt", "mbmt"]);
        StopPerf(vec!["cmt", "page_faults"]).apply(&mut def);
        assert_eq!(asked(&def), ["mbmt"]);
        StopPerf(vec!["mbmt", "cpu_clock"]).apply(&mut def);
        assert!(def.kept.child("perf").is_none());
    }
}
