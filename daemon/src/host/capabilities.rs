//! The capabilities document: the host's CPU, its nodes, and the guests it can run, in libvirt's layout.
//!
//! Told is what is so: no migration before it is served, no guests where KVM is missing.

use std::fmt::Write;
use std::path::Path;

use super::caches;
use super::cpu::Cpu;
use super::cpu::decode::{Role, decode};
use super::kvm::Kvm;
use super::machines::{self, MAX_VCPUS};
use super::numa;
use super::sources::{Sources, format_list};
use super::topology::{self, Place};
use crate::error::Result;

/// What can change while the host runs, read anew for every caller: a document made under the same is still right.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Basis {
    online: Option<String>,
    memory: Vec<(u32, u64)>,
    huge_pages: Vec<Option<u64>>,
    has_kvm: bool,
}

impl Basis {
    /// As it is now: some ten small files.
    pub fn now(sources: &Sources) -> Self {
        let sizes = sources.sys("kernel/mm/hugepages");
        let nodes = numa::nodes(sources).into_iter();
        let huge_pages = std::fs::read_dir(sizes).into_iter().flatten().flatten();
        Self {
            online: sources.text("devices/system/cpu/online"),
            memory: nodes.filter_map(|node| Some((node, numa::memory(sources, node)?.total_kib))).collect(),
            huge_pages: huge_pages.map(|size| sources.number(size.path().join("nr_hugepages"))).collect(),
            has_kvm: Kvm::is_there(),
        }
    }
}

/// The part that lasts as long as the host runs: who it is, and its CPU.
pub fn lasting(sources: &Sources, uuid: uuid::Uuid, cpu: &Cpu) -> Result<String> {
    let mut xml = String::with_capacity(4096);
    let _ = writeln!(xml, "    <uuid>{uuid}</uuid>");
    describe_cpu(&mut xml, sources, cpu)?;
    xml.push_str("    <power_management/>\n");
    let groups = std::fs::read_dir(sources.sys("kernel/iommu_groups"));
    let iommu = groups.is_ok_and(|mut groups| groups.next().is_some());
    let _ = writeln!(xml, "    <iommu support='{}'/>", if iommu { "yes" } else { "no" });
    Ok(xml)
}

/// The whole document.
pub fn document(sources: &Sources, lasting: &str, emulator: &Path, basis: &Basis) -> Result<String> {
    let mut xml = String::with_capacity(8192);
    xml.push_str("<capabilities>\n\n  <host>\n");
    xml.push_str(lasting);
    nodes(&mut xml, sources)?;
    cache(&mut xml, sources);
    xml.push_str("    <secmodel>\n      <model>none</model>\n      <doi>0</doi>\n    </secmodel>\n");
    xml.push_str("  </host>\n\n");
    if basis.has_kvm {
        guest(&mut xml, "i686", 32, emulator);
        guest(&mut xml, "x86_64", 64, emulator);
    }
    xml.push_str("</capabilities>\n");
    Ok(xml)
}

fn describe_cpu(xml: &mut String, sources: &Sources, cpu: &Cpu) -> Result<()> {
    let identity = decode(cpu, Role::Host, None);
    xml.push_str("    <cpu>\n      <arch>x86_64</arch>\n");
    if let Some(identity) = &identity {
        let _ = writeln!(xml, "      <model>{}</model>", identity.model.name);
    }
    if let Some(vendor) = cpu.vendor {
        let _ = writeln!(xml, "      <vendor>{}</vendor>", vendor.name());
    }
    let cpuinfo = sources.proc("cpuinfo").unwrap_or_default();
    if let Some(version) = microcode(&cpuinfo) {
        let _ = writeln!(xml, "      <microcode version='{version}'/>");
    }
    let (family, model, stepping) = cpu.signature;
    let _ = writeln!(xml, "      <signature family='{family}' model='{model}' stepping='{stepping}'/>");
    let is_steady = cpu.features.names().any(|name| name == "invtsc");
    if let Some((frequency, scaling)) = is_steady.then(|| Kvm::open().ok()?.tsc()).flatten() {
        let scaling = if scaling { "yes" } else { "no" };
        let _ = writeln!(xml, "      <counter name='tsc' frequency='{frequency}' scaling='{scaling}'/>");
    }
    let arrangement = topology::arrangement(sources)?;
    let _ = writeln!(
        xml,
        "      <topology sockets='{}' dies='1' cores='{}' threads='{}'/>",
        arrangement.sockets, arrangement.cores, arrangement.threads
    );
    if let Some(bits) = physical_bits(&cpuinfo) {
        let _ = writeln!(xml, "      <maxphysaddr mode='emulate' bits='{bits}'/>");
    }
    for name in identity.iter().flat_map(|identity| identity.extra.names()) {
        let _ = writeln!(xml, "      <feature name='{name}'/>");
    }
    for pages in numa::pages(sources, None)? {
        let _ = writeln!(xml, "      <pages unit='KiB' size='{}'/>", pages.size_kib);
    }
    xml.push_str("    </cpu>\n");
    Ok(())
}

fn nodes(xml: &mut String, sources: &Sources) -> Result<()> {
    let nodes = if numa::is_available(sources) { numa::nodes(sources) } else { Vec::new() };
    let _ = writeln!(xml, "    <topology>\n      <cells num='{}'>", nodes.len().max(1));
    if nodes.is_empty() {
        let memory = numa::host_memory(sources)?.total_kib;
        let _ = writeln!(xml, "        <cell id='0'>\n          <memory unit='KiB'>{memory}</memory>");
        cpus(xml, sources, &topology::online(sources)?);
    }
    for (position, node) in nodes.iter().enumerate() {
        let _ = writeln!(xml, "        <cell id='{node}'>");
        if let Some(memory) = numa::memory(sources, *node) {
            let _ = writeln!(xml, "          <memory unit='KiB'>{}</memory>", memory.total_kib);
        }
        for pages in numa::pages(sources, Some(*node)).unwrap_or_default() {
            let (size, total) = (pages.size_kib, pages.total);
            let _ = writeln!(xml, "          <pages unit='KiB' size='{size}'>{total}</pages>");
        }
        let distances = numa::distances(sources, *node);
        if distances.len() > position {
            xml.push_str("          <distances>\n");
            for (sibling, value) in nodes.iter().zip(distances).filter(|(_, value)| *value != 0) {
                let _ = writeln!(xml, "            <sibling id='{sibling}' value='{value}'/>");
            }
            xml.push_str("          </distances>\n");
        }
        cpus(xml, sources, &numa::cpus(sources, *node).unwrap_or_default());
    }
    xml.push_str("      </cells>\n    </topology>\n");
    Ok(())
}

fn cpus(xml: &mut String, sources: &Sources, cpus: &[u32]) {
    let _ = writeln!(xml, "          <cpus num='{}'>", cpus.len());
    for cpu in cpus {
        let Place { id, socket, die, core, siblings } = topology::place(sources, *cpu);
        let siblings = format_list(&siblings);
        let _ = writeln!(
            xml,
            "            <cpu id='{id}' socket_id='{socket}' die_id='{die}' core_id='{core}' siblings='{siblings}'/>"
        );
    }
    xml.push_str("          </cpus>\n        </cell>\n");
}

fn cache(xml: &mut String, sources: &Sources) {
    let banks = caches::banks(sources);
    if banks.is_empty() {
        return;
    }
    xml.push_str("    <cache>\n");
    for bank in banks {
        let (size, unit) = pretty(bank.size_kib);
        let _ = writeln!(
            xml,
            "      <bank id='{}' level='{}' type='{}' size='{size}' unit='{unit}' cpus='{}'/>",
            bank.id, bank.level, bank.kind, bank.cpus
        );
    }
    xml.push_str("    </cache>\n");
}

fn guest(xml: &mut String, arch: &str, bits: u32, emulator: &Path) {
    let emulator = quick_xml::escape::escape(emulator.to_string_lossy());
    let _ = writeln!(xml, "  <guest>\n    <os_type>hvm</os_type>\n    <arch name='{arch}'>");
    let _ = writeln!(xml, "      <wordsize>{bits}</wordsize>\n      <emulator>{emulator}</emulator>");
    for (canonical, alias) in machines::for_bits(bits) {
        let _ = writeln!(xml, "      <machine maxCpus='{MAX_VCPUS}'>{canonical}</machine>");
        if let Some(alias) = alias {
            let _ = writeln!(
                xml,
                "      <machine canonical='{canonical}' maxCpus='{MAX_VCPUS}'>{alias}</machine>"
            );
        }
    }
    xml.push_str("      <domain type='kvm'/>\n    </arch>\n    <features>\n");
    if bits == 32 {
        xml.push_str("      <pae/>\n      <nonpae/>\n");
    }
    xml.push_str("      <acpi default='on' toggle='yes'/>\n      <apic default='on' toggle='no'/>\n");
    xml.push_str("      <cpuselection/>\n    </features>\n  </guest>\n\n");
}

/// A size in the largest unit that leaves nothing over.
fn pretty(mut size_kib: u64) -> (u64, &'static str) {
    let mut units = ["KiB", "MiB", "GiB", "TiB"].into_iter();
    let mut unit = units.next().unwrap_or_default();
    while size_kib != 0 && size_kib.is_multiple_of(1024) {
        let Some(next) = units.next() else { break };
        (size_kib, unit) = (size_kib / 1024, next);
    }
    (size_kib, unit)
}

/// The first CPU's microcode revision.
fn microcode(cpuinfo: &str) -> Option<u32> {
    let value = field(cpuinfo, "microcode")?;
    let version =
        value.strip_prefix("0x").map_or_else(|| value.parse().ok(), |hex| u32::from_str_radix(hex, 16).ok());
    version.filter(|version| *version != 0)
}

/// How many bits of physical addresses the CPU has.
fn physical_bits(cpuinfo: &str) -> Option<u32> {
    field(cpuinfo, "address sizes")?.split_ascii_whitespace().next()?.parse().ok()
}

fn field<'a>(cpuinfo: &'a str, name: &str) -> Option<&'a str> {
    let line = cpuinfo.lines().find_map(|line| line.strip_prefix(name))?;
    Some(line.split_once(':')?.1.trim())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_told_in_the_largest_whole_unit() {
        assert_eq!(pretty(491_520), (480, "MiB"));
        assert_eq!(pretty(1_048_576), (1, "GiB"));
        assert_eq!(pretty(1_536), (1_536, "KiB"));
    }

    #[test]
    fn cpuinfo_is_read() {
        let text =
            "processor\t: 0\nmicrocode\t: 0x2b000181\naddress sizes\t: 48 bits physical, 57 bits virtual\n";
        assert_eq!((microcode(text), physical_bits(text)), (Some(0x2b00_0181), Some(48)));
        assert_eq!(microcode("microcode\t: 0x0\n"), None);
    }
}
