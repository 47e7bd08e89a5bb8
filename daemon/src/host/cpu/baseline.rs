//! The best CPU that several hosts can all give.

use super::cpuid::Cpu;
use super::decode::{Decoded, Role, decode};
use super::definition::{Definition, Policy, vendor};
use super::features::{FeatureSet, is_migratable};
use super::models::Vendor;
use crate::error::{Error, ErrorCode, ErrorDomain, Result};

/// What is the host's own business and no guest's, wherever a guest's CPU is told.
const HOST_ONLY: [&str; 5] = ["cmt", "mbm_total", "mbm_local", "osxsave", "ospke"];

/// A guest's CPU that all of the hosts can give.
#[derive(Clone, Debug)]
pub struct Baseline {
    /// The model.
    pub model: &'static str,
    /// Another model may stand in: this one was not named by every host.
    pub fallback: bool,
    /// The vendor, if every host named the same.
    pub vendor: Option<Vendor>,
    /// Features beside the model.
    pub features: Vec<(&'static str, Policy)>,
}

/// Computes it. `offered` bounds it by what guests can be given here; `expand` tells the model's features one by one;
/// `migratable` leaves out what cannot move.
pub fn baseline(
    cpus: &[Definition],
    offered: Option<&FeatureSet>,
    expand: bool,
    migratable: bool,
) -> Result<Baseline> {
    if let Some(index) = cpus.iter().position(|cpu| cpu.model.is_none()) {
        let text = format!("no CPU model specified at index {index}");
        return Err(Error::new(ErrorCode::InvalidArg, ErrorDomain::Cpu, text));
    }
    let (mut features, mut maker, mut all_name_it) = (None, None, true);
    let first = cpus.first().and_then(|cpu| cpu.model.as_deref());
    let preferred = first.filter(|_| cpus.iter().all(|cpu| cpu.model.as_deref() == first));
    for cpu in cpus {
        let own = cpu.all()?;
        features = Some(features.map_or(own, |all: FeatureSet| all.intersection(&own)));
        let named = cpu.vendor.as_deref().map(vendor).transpose()?;
        let of_model = cpu.find_model()?.and_then(|model| model.vendor);
        all_name_it &= named.is_some();
        // The first CPU's model does not speak for its maker, the others' do.
        let is_first = std::ptr::eq(cpu, &cpus[0]);
        if let (Some(named), Some(of_model), false) = (named, of_model, is_first)
            && named != of_model
        {
            return Err(failed(format_args!(
                "CPU vendor {} of model {} differs from vendor {}",
                of_model.name(),
                cpu.model.as_deref().unwrap_or_default(),
                named.name()
            )));
        }
        let said = if is_first { named } else { named.or(of_model) };
        match (maker, said) {
            (Some(maker), Some(said)) if maker != said => return Err(failed("CPU vendors do not match")),
            (None, said) => maker = said,
            _ => {}
        }
    }
    let mut features = features.unwrap_or_default();
    if let Some(offered) = offered {
        features = features.intersection(offered);
    }
    if features.is_empty() {
        return Err(failed("CPUs are incompatible"));
    }
    let cpu = Cpu { vendor: maker, signature: (0, 0, 0), features };
    let decoded = decode(&cpu, Role::Guest, preferred)
        .ok_or_else(|| Error::internal(ErrorDomain::Cpu, "Cannot find suitable CPU model for given data"))?;
    Ok(Baseline {
        model: decoded.model.name,
        fallback: preferred != Some(decoded.model.name),
        vendor: maker.filter(|_| all_name_it),
        features: tell(&decoded, expand, migratable),
    })
}

/// The features to tell beside a guest's model.
pub fn tell(decoded: &Decoded, expand: bool, migratable: bool) -> Vec<(&'static str, Policy)> {
    let extra = decoded.extra.names().filter(|name| !migratable || is_migratable(name));
    let mut features: Vec<_> = extra.map(|name| (name, Policy::Require)).collect();
    features.extend(decoded.missing.names().map(|name| (name, Policy::Disable)));
    features.retain(|(name, _)| !HOST_ONLY.contains(name));
    if expand {
        let known: Vec<_> = features.iter().map(|(name, _)| *name).collect();
        let own = decoded.model.features();
        features.extend(own.names().filter(|name| !known.contains(name)).map(|name| (name, Policy::Require)));
        features.sort_unstable_by_key(|(name, _)| *name);
    }
    features
}

fn failed(text: impl std::fmt::Display) -> Error {
    Error::new(ErrorCode::OperationFailed, ErrorDomain::Cpu, text)
}

#[cfg(test)]
mod tests {
    use super::super::definition::Kind;
    use super::*;

    fn host(model: &str, vendor: Option<&str>) -> Definition {
        Definition {
            kind: Kind::Host,
            arch: Some("x86_64".into()),
            model: Some(model.into()),
            vendor: vendor.map(Into::into),
            strict: false,
            features: Vec::new(),
        }
    }

    fn of(cpus: &[Definition]) -> Result<Baseline> {
        baseline(cpus, None, false, false)
    }

    #[test]
    fn a_single_host_is_its_own_baseline() {
        let one = of(&[host("Haswell", Some("Intel"))]).unwrap();
        assert_eq!((one.model, one.fallback, one.vendor), ("Haswell", false, Some(Vendor::Intel)));
        assert!(one.features.is_empty());
        let epyc = of(&[host("EPYC", None)]).unwrap();
        assert_eq!((epyc.model, epyc.features), ("EPYC", vec![("monitor", Policy::Disable)]));
    }

    #[test]
    fn several_hosts_meet_at_what_all_have() {
        let two = of(&[host("Skylake-Client", None), host("Haswell", None)]).unwrap();
        assert_eq!((two.model, two.fallback), ("Haswell", true));
        let generic = of(&[host("qemu64", None), host("Haswell", Some("Intel"))]).unwrap();
        assert_eq!((generic.model, generic.vendor), ("kvm64", None));
    }

    #[test]
    fn vendors_do_not_mix() {
        let error = of(&[host("Haswell", Some("Intel")), host("EPYC", None)]).unwrap_err();
        assert_eq!(error.message(), "operation failed: CPU vendors do not match");
        let error = of(&[host("Haswell", Some("Foo"))]).unwrap_err();
        assert_eq!(error.message(), "operation failed: Unknown CPU vendor Foo");
    }

    #[test]
    fn expanded_features_are_told_by_name() {
        let all = baseline(&[host("Conroe", None)], None, true, false).unwrap();
        assert_eq!(all.features.len(), 27);
        assert!(all.features.is_sorted_by_key(|(name, _)| *name));
    }

    #[test]
    fn what_the_hypervisor_lacks_is_disabled() {
        let mut offered = super::super::models::find("Haswell").unwrap().features();
        offered.remove(super::super::features::lookup("avx2").unwrap());
        let bounded = baseline(&[host("Haswell", None)], Some(&offered), false, false).unwrap();
        assert_eq!((bounded.model, bounded.features), ("Haswell", vec![("avx2", Policy::Disable)]));
    }
}
