//! Whether a described CPU can be had on a host.

use super::definition::{Definition, Kind, Policy};
use super::features::FeatureSet;
use super::models::Vendor;
use crate::error::{Error, ErrorCode, ErrorDomain, Result};

/// What there is to compare with: a host's CPU, or what guests can be given of it.
#[derive(Clone, Debug)]
pub struct Offer {
    /// The maker.
    pub vendor: Option<Vendor>,
    /// The features.
    pub features: FeatureSet,
}

/// What came of it, in the numbers of `virCPUCompareResult`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Comparison {
    /// It cannot be had, and why.
    Incompatible(String),
    /// The host is just that.
    Identical,
    /// The host is that and more.
    Superset,
}

impl Comparison {
    /// The number that clients get. With `fail`, what cannot be had is an error that says why.
    pub fn result(self, fail: bool) -> Result<i32> {
        match self {
            Self::Incompatible(why) if fail => {
                Err(Error::new(ErrorCode::CpuIncompatible, ErrorDomain::Cpu, why))
            }
            Self::Incompatible(_) => Ok(0),
            Self::Identical => Ok(1),
            Self::Superset => Ok(2),
        }
    }
}

/// Compares.
pub fn compare(offer: &Offer, cpu: &Definition) -> Result<Comparison> {
    if let Some(arch) = cpu.arch.as_deref().filter(|_| !cpu.is_x86()) {
        return Ok(Comparison::Incompatible(format!("CPU arch {arch} does not match host arch")));
    }
    if let Some(vendor) = &cpu.vendor
        && offer.vendor.is_none_or(|offered| offered.name() != vendor)
    {
        let text = format!("host CPU vendor does not match required CPU vendor {vendor}");
        return Ok(Comparison::Incompatible(text));
    }
    let force = cpu.of_policy(Policy::Force)?;
    let optional = cpu.of_policy(Policy::Optional)?;
    let disable = cpu.of_policy(Policy::Disable)?;
    let forbid = cpu.of_policy(Policy::Forbid)?;
    let require = cpu.of_policy(Policy::Require)?;
    let require = require.difference(&force).difference(&optional).difference(&disable);

    let forbidden = forbid.intersection(&offer.features);
    if !forbidden.is_empty() {
        return Ok(incompatible("Host CPU provides forbidden features", &forbidden));
    }
    let missing = require.difference(&offer.features);
    if !missing.is_empty() {
        return Ok(incompatible("Host CPU does not provide required features", &missing));
    }
    let asked = optional.union(&require).union(&disable).union(&force);
    let more = offer.features.difference(&asked);
    if more.is_empty() {
        return Ok(Comparison::Identical);
    }
    if cpu.kind == Kind::Guest && cpu.strict {
        return Ok(incompatible("Host CPU does not strictly match guest CPU: Extra features", &more));
    }
    Ok(Comparison::Superset)
}

fn incompatible(why: &str, features: &FeatureSet) -> Comparison {
    let names: Vec<_> = features.names().collect();
    Comparison::Incompatible(format!("{why}: {}", names.join(", ")))
}

#[cfg(test)]
mod tests {
    use super::super::models::find;
    use super::*;

    fn haswell() -> Offer {
        let features = find("Haswell").unwrap().features().union(&FeatureSet::of("adx"));
        Offer { vendor: Some(Vendor::Intel), features }
    }

    fn guest(model: &str, features: &[(&str, Policy)]) -> Definition {
        Definition {
            kind: Kind::Guest,
            arch: None,
            model: Some(model.into()),
            vendor: None,
            strict: false,
            features: features.iter().map(|(name, policy)| ((*name).into(), *policy)).collect(),
        }
    }

    fn why(cpu: &Definition) -> String {
        match compare(&haswell(), cpu).unwrap() {
            Comparison::Incompatible(why) => why,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn policies_decide() {
        let compare = |cpu| compare(&haswell(), &cpu).unwrap();
        assert_eq!(compare(guest("Haswell", &[])), Comparison::Superset);
        assert_eq!(compare(guest("Haswell", &[("adx", Policy::Require)])), Comparison::Identical);
        assert_eq!(compare(guest("Haswell", &[("3dnow", Policy::Force)])), Comparison::Superset);
        assert_eq!(compare(guest("EPYC", &[("svm", Policy::Disable)])).result(false).unwrap(), 0);
        assert_eq!(
            why(&guest("Haswell", &[("3dnow", Policy::Require)])),
            "Host CPU does not provide required features: 3dnow"
        );
        assert_eq!(
            why(&guest("Haswell", &[("avx", Policy::Forbid)])),
            "Host CPU provides forbidden features: avx"
        );
        let strict = Definition { strict: true, ..guest("Haswell", &[]) };
        assert_eq!(why(&strict), "Host CPU does not strictly match guest CPU: Extra features: adx");
    }

    #[test]
    fn vendors_and_architectures_must_match() {
        let amd = Definition { vendor: Some("AMD".into()), ..guest("Haswell", &[]) };
        assert_eq!(why(&amd), "host CPU vendor does not match required CPU vendor AMD");
        let arm = Definition { arch: Some("aarch64".into()), ..guest("x", &[]) };
        assert_eq!(why(&arm), "CPU arch aarch64 does not match host arch");
    }

    #[test]
    fn unknown_names_are_errors() {
        let error = compare(&haswell(), &guest("Nope", &[])).unwrap_err();
        assert_eq!(error.message(), "internal error: Unknown CPU model Nope");
        let error = compare(&haswell(), &guest("Haswell", &[("nope", Policy::Require)])).unwrap_err();
        assert_eq!(error.message(), "internal error: Unknown CPU feature nope");
        assert_eq!((error.code(), error.domain()), (ErrorCode::InternalError, ErrorDomain::Cpu));
    }
}
