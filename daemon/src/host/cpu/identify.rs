//! Which named model a CPU is: the one that leaves the fewest features to be told beside it.

use super::cpuid::Cpu;
use super::features::{FeatureSet, lookup};
use super::models::{MODELS, Model, Names, Vendor};

/// A CPU, told by a model's name and what it has beside the model.
#[derive(Clone, Debug)]
pub struct Identity {
    /// The model.
    pub model: &'static Model,
    /// What the CPU has beside it.
    pub extra: FeatureSet,
}

/// The model of a host's CPU. A host has everything its model has. A model that bears the CPU's own numbers goes
/// before all others; a newer one goes before an older one that says as much.
pub fn host(cpu: &Cpu) -> Option<Identity> {
    let features = working(cpu);
    let mut best: Option<Identity> = None;
    for model in MODELS.iter().rev() {
        let foreign = matches!((cpu.vendor, model.vendor), (Some(a), Some(b)) if a != b);
        if foreign || model.names == Names::Nothing {
            continue;
        }
        let has = model.features();
        if !has.difference(&features).is_empty() {
            continue;
        }
        let extra = features.difference(&has);
        let better = match &best {
            None => true,
            Some(best) => match (best.model.has_signature(cpu.signature), model.has_signature(cpu.signature))
            {
                (true, false) => false,
                (false, true) => true,
                _ => extra.len() < best.extra.len(),
            },
        };
        if better {
            best = Some(Identity { model, extra });
        }
    }
    best
}

/// The CPU's features without those its maker took back: transactions on the Haswells that cannot do them.
fn working(cpu: &Cpu) -> FeatureSet {
    let mut features = cpu.features;
    let broken =
        cpu.vendor == Some(Vendor::Intel) && matches!(cpu.signature, (6, 63, 0..4) | (6, 60 | 69 | 70, _));
    if broken {
        for name in ["hle", "rtm"] {
            lookup(name).into_iter().for_each(|feature| features.remove(feature));
        }
    }
    features
}

#[cfg(test)]
mod tests {
    use super::super::models::find;
    use super::*;

    fn cpu(vendor: Vendor, signature: (u16, u16, u8), model: &str, extra: &str) -> Cpu {
        let features = find(model).unwrap().features().union(&FeatureSet::of(extra));
        Cpu { vendor: Some(vendor), signature, features }
    }

    fn told(cpu: &Cpu) -> (&'static str, Vec<&'static str>) {
        let identity = host(cpu).unwrap();
        (identity.model.name, identity.extra.names().collect())
    }

    #[test]
    fn a_cpu_is_the_model_that_says_most() {
        let haswell = cpu(Vendor::Intel, (6, 167, 0), "Haswell-noTSX-IBRS", "vmx adx");
        assert_eq!(told(&haswell), ("Haswell-noTSX-IBRS", vec!["vmx", "adx"]));
        let milan = cpu(Vendor::Amd, (25, 1, 1), "EPYC-Milan", "hypervisor");
        assert_eq!(told(&milan), ("EPYC-Milan", vec!["hypervisor"]));
    }

    #[test]
    fn its_own_numbers_go_before_fewer_extras() {
        // All of a Skylake's features, but a Broadwell's numbers.
        let odd = cpu(Vendor::Intel, (6, 61, 0), "Skylake-Client", "");
        assert_eq!(told(&odd).0, "Broadwell");
    }

    #[test]
    fn broken_transactions_are_not_counted() {
        let early = cpu(Vendor::Intel, (6, 60, 3), "Haswell", "");
        assert_eq!(told(&early), ("Haswell-noTSX", vec![]));
        let late = cpu(Vendor::Intel, (6, 63, 4), "Haswell", "");
        assert_eq!(told(&late), ("Haswell", vec![]));
    }

    #[test]
    fn another_vendors_model_is_not_taken() {
        let hygon = cpu(Vendor::Hygon, (24, 0, 1), "Dhyana", "");
        assert_eq!(told(&hygon), ("Dhyana", vec![]));
        let amd = cpu(Vendor::Amd, (24, 0, 1), "Dhyana", "");
        assert_eq!(told(&amd).0, "Opteron_G3");
    }
}
