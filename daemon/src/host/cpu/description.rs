//! Descriptions of CPUs in XML: `<cpu>` as capabilities and domains have it.

use std::collections::BTreeSet;

use super::baseline::Baseline;
use super::definition::{Definition, Kind, Match, Policy};
use crate::error::{Error, ErrorCode, ErrorDomain, Result};
use crate::xml::{self, Element, Fields, Writer, missing_attribute};

/// Letters of a vendor in CPUID's leaf 0.
const VENDOR_ID: usize = 12;

/// What `<cpu>` may hold, by libvirt's schema.
const CHILDREN: [&str; 12] = [
    "arch",
    "model",
    "vendor",
    "microcode",
    "signature",
    "counter",
    "topology",
    "cache",
    "maxphysaddr",
    "feature",
    "pages",
    "numa",
];

/// Reads a description. Where it is not known whose CPU it is, one with an architecture is a host's. With `validate`,
/// elements that have no place are errors.
pub fn parse(text: &str, kind: Option<Kind>, validate: bool) -> Result<Definition> {
    let root = xml::read(text).map_err(|error| error.into_error("CPU_definition", ErrorDomain::Cpu))?;
    if root.name != "cpu" {
        return Err(malformed("XML does not contain expected 'cpu' element"));
    }
    if validate {
        check_names(&root)?;
    }
    let has_arch = root.child("arch").is_some();
    let kind = match kind {
        Some(kind) => kind,
        None if has_arch && root.attr("match").is_some() => {
            return Err(malformed(
                "'arch' element cannot be used inside 'cpu' element with 'match' attribute'",
            ));
        }
        None if has_arch => Kind::Host,
        None => Kind::Guest,
    };
    let mut fields = Fields::new(root);
    let custom = check_mode(&mut fields, kind)?;
    let matching: Option<Match> = if kind == Kind::Guest { fields.word("match")? } else { None };
    let arch = match kind {
        Kind::Host => Some(architecture(&mut fields)?),
        Kind::Guest => None,
    };
    let model = model(&mut fields, kind)?;
    if kind == Kind::Host && model.is_none() {
        return Err(malformed("Missing CPU model name"));
    }
    let vendor = fields.text_of("vendor").filter(|vendor| !vendor.is_empty());
    if vendor.is_some() && model.is_none() {
        return Err(malformed("CPU vendor specified without CPU model"));
    }
    check_topology(&mut fields)?;
    let elements = fields.children("feature");
    if !elements.is_empty() && model.is_none() && custom {
        return Err(malformed("Non-empty feature list specified without CPU model"));
    }
    let features = features(elements, kind)?;
    Ok(Definition { kind, arch, model, vendor, strict: matching == Some(Match::Strict), features })
}

/// Whether the guest's CPU is a named one.
fn check_mode(fields: &mut Fields<'_>, kind: Kind) -> Result<bool> {
    let mode = fields.attr("mode");
    let custom = match (kind, mode.as_deref()) {
        (Kind::Host, Some(_)) => return Err(unsupported("Attribute mode is only allowed for guest CPU")),
        (Kind::Host, None) => false,
        (Kind::Guest, None | Some("custom")) => true,
        (Kind::Guest, Some("host-model" | "host-passthrough" | "maximum")) => false,
        (Kind::Guest, Some(other)) => {
            return Err(unsupported(format_args!("Invalid mode attribute '{other}'")));
        }
    };
    let whole = matches!(mode.as_deref(), Some("host-passthrough" | "maximum"));
    if fields.attr("migratable").is_some() && !whole {
        let text = "Attribute migratable is only allowed for 'host-passthrough' / 'maximum' CPU mode";
        return Err(unsupported(text));
    }
    Ok(custom)
}

fn architecture(fields: &mut Fields<'_>) -> Result<String> {
    let arch = fields.text_of("arch").filter(|arch| !arch.is_empty());
    let arch = arch.ok_or_else(|| malformed("Missing CPU architecture"))?;
    if crate::architectures::is_architecture(&arch) {
        return Ok(arch);
    }
    Err(unsupported(format_args!("Unknown architecture {arch}")))
}

fn model(fields: &mut Fields<'_>, kind: Kind) -> Result<Option<String>> {
    let Some(mut model) = fields.fields("model") else { return Ok(None) };
    if kind == Kind::Guest {
        if model.attr("fallback").is_some_and(|fallback| !matches!(&*fallback, "allow" | "forbid")) {
            return Err(unsupported("Invalid fallback attribute"));
        }
        let id = model.attr("vendor_id");
        if id.as_ref().is_some_and(|id| id.len() != VENDOR_ID) {
            return Err(malformed(format_args!("vendor_id must be exactly {VENDOR_ID} characters long")));
        }
        if id.is_some_and(|id| id.contains(',')) {
            return Err(malformed("vendor id is invalid"));
        }
    }
    Ok(Some(model.text()).filter(|name| !name.is_empty()))
}

/// How many there are of each says nothing here, but has to be a number.
fn check_topology(fields: &mut Fields<'_>) -> Result<()> {
    let Some(mut topology) = fields.fields("topology") else { return Ok(()) };
    let _dies: Option<u32> = topology.positive("dies")?;
    for name in ["sockets", "cores", "threads"] {
        let number: Option<u32> = topology.positive(name)?;
        number.ok_or_else(|| missing_attribute(name, "topology"))?;
    }
    Ok(())
}

fn features(elements: Vec<Element<'_>>, kind: Kind) -> Result<Vec<(String, Policy)>> {
    let mut features: Vec<(String, Policy)> = Vec::with_capacity(elements.len());
    // A set: a document has room for tens of thousands.
    let mut known = BTreeSet::new();
    for element in elements {
        let policy = match (kind, element.attr("policy")) {
            (Kind::Guest, Some(policy)) => {
                Policy::from_word(policy).ok_or_else(|| unsupported("Invalid CPU feature policy"))?
            }
            _ => Policy::Require,
        };
        let name = element.attr("name").filter(|name| !name.is_empty());
        let name = name.ok_or_else(|| malformed("Invalid CPU feature name"))?;
        if !known.insert(name.to_owned()) {
            return Err(malformed(format_args!("CPU feature '{name}' specified more than once")));
        }
        features.push((name.to_owned(), policy));
    }
    Ok(features)
}

fn check_names(root: &Element<'_>) -> Result<()> {
    let Some(foreign) = root.elements().find(|child| !CHILDREN.contains(&&*child.name)) else {
        return Ok(());
    };
    let text = format!("Element cpu has extra content: {}", foreign.name);
    Err(Error::new(ErrorCode::XmlInvalidSchema, ErrorDomain::Xml, text))
}

/// Writes what hosts have in common, as a guest's CPU.
pub fn format(baseline: &Baseline) -> String {
    let mut writer = Writer::new();
    writer.tag("cpu").attr("mode", "custom").attr("match", "exact").children(|writer| {
        let fallback = if baseline.fallback { "allow" } else { "forbid" };
        writer.tag("model").attr("fallback", fallback).text(baseline.model);
        writer.leaf_opt("vendor", baseline.vendor.map(|vendor| vendor.name()));
        for (name, policy) in &baseline.features {
            writer.tag("feature").attr("policy", policy.as_str()).attr("name", *name).empty();
        }
    });
    writer.finish()
}

fn malformed(text: impl std::fmt::Display) -> Error {
    Error::new(ErrorCode::XmlError, ErrorDomain::Cpu, text)
}

fn unsupported(text: impl std::fmt::Display) -> Error {
    Error::new(ErrorCode::ConfigUnsupported, ErrorDomain::Cpu, text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(text: &str) -> String {
        parse(text, None, false).unwrap_err().message().to_owned()
    }

    #[test]
    fn hosts_and_guests_are_told_apart() {
        let host =
            parse("<cpu><arch>x86_64</arch><model>Haswell</model><feature name='vmx'/></cpu>", None, true);
        let host = host.unwrap();
        assert_eq!((host.kind, host.arch.as_deref()), (Kind::Host, Some("x86_64")));
        assert_eq!(host.features, [("vmx".to_owned(), Policy::Require)]);
        let guest = "<cpu match='strict'><model fallback='forbid'>Haswell</model><vendor>Intel</vendor>\
                     <feature policy='disable' name='avx'/></cpu>";
        let guest = parse(guest, None, true).unwrap();
        assert_eq!((guest.kind, guest.strict), (Kind::Guest, true));
        assert_eq!(guest.features, [("avx".to_owned(), Policy::Disable)]);
        assert!(parse("<cpu mode='host-passthrough' migratable='on'/>", None, false).is_ok());
    }

    #[test]
    fn what_is_wrong_is_said_as_libvirt_says_it() {
        assert_eq!(refused("<foo/>"), "XML error: XML does not contain expected 'cpu' element");
        assert_eq!(refused("<cpu><arch>x86_64</arch></cpu>"), "XML error: Missing CPU model name");
        let arch = "unsupported configuration: Unknown architecture foo";
        assert_eq!(refused("<cpu><arch>foo</arch><model>x</model></cpu>"), arch);
        let mode = "unsupported configuration: Invalid mode attribute 'x'";
        assert_eq!(refused("<cpu mode='x'><model>Haswell</model></cpu>"), mode);
        let list = "XML error: Non-empty feature list specified without CPU model";
        assert_eq!(refused("<cpu><feature name='avx'/></cpu>"), list);
        let twice = "XML error: CPU feature 'avx' specified more than once";
        let features = "<feature name='avx'/><feature name='avx'/>";
        assert_eq!(refused(&format!("<cpu><model>Haswell</model>{features}</cpu>")), twice);
        let error = parse("<cpu><foo/></cpu>", None, true).unwrap_err();
        assert_eq!(error.code(), ErrorCode::XmlInvalidSchema);
    }

    #[test]
    fn a_baseline_is_written_as_a_guests_cpu() {
        let baseline = Baseline {
            model: "Haswell",
            fallback: false,
            vendor: Some(super::super::Vendor::Intel),
            features: vec![("vmx", Policy::Require), ("avx", Policy::Disable)],
        };
        assert_eq!(
            format(&baseline),
            "<cpu mode='custom' match='exact'>\n  <model fallback='forbid'>Haswell</model>\n  \
             <vendor>Intel</vendor>\n  <feature policy='require' name='vmx'/>\n  \
             <feature policy='disable' name='avx'/>\n</cpu>\n"
        );
    }
}
