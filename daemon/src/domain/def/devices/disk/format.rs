//! `<disk>` as it is written: libvirt's order, and what is kept in its place.

use super::Disk;
use crate::{domain::def::options::FormatOptions, xml::Writer};

impl Disk {
    const ORDER: &'static [&'static str] = &[
        "driver",
        "auth",
        "source",
        "backingStore",
        "backenddomain",
        "geometry",
        "blockio",
        "mirror",
        "target",
        "iotune",
        "readonly",
        "shareable",
        "transient",
        "serial",
        "wwn",
        "vendor",
        "product",
        "encryption",
    ];

    /// Writes the element.
    pub(in crate::domain::def) fn format(&self, w: &mut Writer, options: &FormatOptions) {
        let tag = w
            .tag("disk")
            .attr("type", self.source.kind())
            .attr("device", self.device)
            .opt("model", self.model.as_deref())
            .opt("snapshot", self.snapshot.as_deref());
        self.kept.write_attrs(tag).children(|w| {
            let mut kept = self.kept.placed(Self::ORDER);
            self.driver.format(w);
            kept.before(w, "source");
            self.source.format(w, options);
            if let Some(store) = &self.backing_store {
                w.element(store);
            }
            kept.before(w, "blockio");
            if let Some(blockio) = self.blockio {
                blockio.format(w);
            }
            kept.before(w, "target");
            self.target.format(w);
            kept.before(w, "iotune");
            if let Some(iotune) = &self.iotune {
                iotune.format(w);
            }
            for (name, is) in
                [("readonly", self.readonly), ("shareable", self.shareable), ("transient", self.transient)]
            {
                if is {
                    w.flag(name);
                }
            }
            w.leaf_opt("serial", self.serial.as_deref());
            w.leaf_opt("wwn", self.wwn.as_deref());
            w.leaf_opt("vendor", self.vendor.as_deref());
            w.leaf_opt("product", self.product.as_deref());
            kept.rest(w);
            self.info.format(w, options);
        });
    }
}
