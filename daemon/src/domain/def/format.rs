//! From a definition to a document, in libvirt's order.

use super::{DomainDef, FormatOptions};
use crate::xml::Writer;

/// The children of `<domain>`, in order.
pub(super) const ORDER: &[&str] = &[
    "name",
    "uuid",
    "genid",
    "title",
    "description",
    "metadata",
    "maxMemory",
    "memory",
    "currentMemory",
    "blkiotune",
    "memtune",
    "memoryBacking",
    "vcpu",
    "vcpus",
    "iothreads",
    "iothreadids",
    "defaultiothread",
    "cputune",
    "numatune",
    "resource",
    "sysinfo",
    "bootloader",
    "bootloader_args",
    "os",
    "idmap",
    "features",
    "cpu",
    "clock",
    "on_poweroff",
    "on_reboot",
    "on_crash",
    "on_lockfailure",
    "pm",
    "perf",
    "devices",
    "seclabel",
    "keywrap",
    "launchSecurity",
];

impl DomainDef {
    /// Writes the document.
    pub fn format(&self, options: &FormatOptions) -> String {
        let mut w = Writer::new();
        self.write(&mut w, options);
        w.finish()
    }

    /// Writes the element into a larger document.
    pub fn write(&self, w: &mut Writer, options: &FormatOptions) {
        let id = self.id.filter(|_| !options.inactive);
        let tag = w.tag("domain").attr("type", self.virt_type).opt("id", id);
        self.kept.write_attrs(tag).children(|w| {
            let mut kept = self.kept.placed(ORDER);
            w.leaf("name", &*self.name);
            w.leaf("uuid", format_args!("{}", self.uuid));
            kept.before(w, "title");
            w.leaf_opt("title", self.title.as_deref());
            w.leaf_opt("description", self.description.as_deref());
            if let Some(metadata) = &self.metadata {
                w.verbatim(metadata);
            }
            self.memory.format(w);
            kept.before(w, "blkiotune");
            self.tune.format_limits(w);
            if let Some(backing) = &self.memory.backing {
                backing.format(w);
            }
            self.vcpus.format(w);
            self.tune.format_threads(w, &mut kept);
            kept.before(w, "resource");
            if let Some(resource) = &self.resource {
                resource.format(w);
            }
            kept.before(w, "os");
            self.os.format(w);
            kept.before(w, "features");
            self.features.format(w);
            if let Some(cpu) = &self.cpu {
                cpu.format(w);
            }
            self.clock.format(w);
            self.lifecycle.format(w);
            if let Some(pm) = self.pm {
                pm.format(w);
            }
            kept.before(w, "devices");
            self.devices.format(w, options);
            self.seclabels.iter().for_each(|label| label.format(w));
            kept.rest(w);
        });
    }
}
