//! Which named model a CPU is: the one that leaves the least to be told beside it.

use super::cpuid::Cpu;
use super::features::{FeatureSet, lookup};
use super::models::{MODELS, Model, Names, Vendor};

/// A CPU, told by a model's name and where it differs.
#[derive(Clone, Debug)]
pub struct Decoded {
    /// The model.
    pub model: &'static Model,
    /// What the CPU has beside it.
    pub extra: FeatureSet,
    /// What it lacks of the model; nothing for a host.
    pub missing: FeatureSet,
}

/// Whose CPU it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// A host has everything its model has.
    Host,
    /// Of a guest's model, features can be disabled.
    Guest,
}

impl Decoded {
    /// How much there is to tell. Every disabled feature costs more than the one before: a model that fits badly is
    /// not saved by being large.
    fn cost(&self) -> (usize, usize) {
        let missing = self.missing.len();
        // 2 + 3 + 4 + ... for as many as there are.
        let penalty = missing * (missing + 3) / 2;
        (self.extra.len() + penalty, penalty)
    }
}

/// Names a CPU. `preferred` is taken if it is possible at all. A model that bears the CPU's own numbers goes before all
/// others; a newer one goes before an older one that says as much.
pub fn decode(cpu: &Cpu, role: Role, preferred: Option<&str>) -> Option<Decoded> {
    let features = working(cpu);
    let mut best: Option<Decoded> = None;
    for model in MODELS.iter().rev() {
        let foreign = matches!((cpu.vendor, model.vendor), (Some(a), Some(b)) if a != b);
        let unnamed = match model.names {
            Names::Both => false,
            Names::Hosts => role == Role::Guest,
            Names::Nothing => true,
        };
        if foreign || unnamed {
            continue;
        }
        let has = model.features();
        let extra = features.difference(&has);
        let mut missing = has.difference(&features);
        match role {
            Role::Host if !missing.is_empty() => continue,
            Role::Host => {}
            Role::Guest => missing = missing.union(&model.removed().difference(&features)),
        }
        let candidate = Decoded { model, extra, missing };
        if preferred == Some(model.name) {
            return Some(candidate);
        }
        let better = match &best {
            None => true,
            Some(best) => match (best.model.has_signature(cpu.signature), model.has_signature(cpu.signature))
            {
                (true, false) => false,
                (false, true) => true,
                _ => candidate.cost() < best.cost(),
            },
        };
        if better {
            best = Some(candidate);
        }
    }
    best
}

/// The CPU's features without those its maker took back: transactions on the Haswells that cannot do them.
pub fn working(cpu: &Cpu) -> FeatureSet {
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
        let decoded = decode(cpu, Role::Host, None).unwrap();
        assert!(decoded.missing.is_empty());
        (decoded.model.name, decoded.extra.names().collect())
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

    #[test]
    fn a_guests_model_may_lack_features_at_a_price() {
        let mut features = find("Skylake-Client").unwrap().features();
        features.remove(lookup("adx").unwrap());
        let one_less = Cpu { vendor: Some(Vendor::Intel), signature: (6, 1, 0), features };
        let decoded = decode(&one_less, Role::Guest, None).unwrap();
        assert_eq!(decoded.model.name, "Skylake-Client");
        assert_eq!(decoded.missing.names().collect::<Vec<_>>(), ["adx"]);
        let preferred = decode(&one_less, Role::Guest, Some("Broadwell")).unwrap();
        assert_eq!(preferred.model.name, "Broadwell");
    }

    #[test]
    fn what_a_model_once_had_is_disabled() {
        let decoded = decode(&cpu(Vendor::Amd, (0, 0, 0), "EPYC", ""), Role::Guest, None).unwrap();
        assert_eq!(decoded.missing.names().collect::<Vec<_>>(), ["monitor"]);
    }
}
