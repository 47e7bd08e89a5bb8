//! The vCPUs: how many, arranged how, and what they show of themselves.

use vireo_control::{CpuFeature, CpuMode, CpuSpec, FeaturePolicy, HyperthreadTopology};

use super::unsupported;
use crate::domain::def::cpu::{self as def_cpu, Cpu};
use crate::domain::def::{DomainDef, cpu::CpuMode as DefMode};
use crate::error::{Error, ErrorDomain, Result};
use crate::host::cpu::{features, models};

pub(super) fn spec(def: &DomainDef) -> Result<CpuSpec> {
    let count = |count: u32| {
        u16::try_from(count)
            .map_err(|_| Error::internal(ErrorDomain::Qemu, format!("{count} vCPUs passed validation")))
    };
    let cpu = def.cpu.as_deref();
    let topology = cpu.and_then(|cpu| cpu.topology).map(|topology| {
        Ok::<_, Error>(HyperthreadTopology {
            sockets: count(topology.sockets)?,
            dies: count(topology.dies)?,
            cores: count(topology.cores)?,
            threads: count(topology.threads)?,
        })
    });
    let hidden = def.features.kvm.as_ref().and_then(|kvm| kvm.hidden);
    Ok(CpuSpec {
        online: count(def.vcpus.online())?,
        which: which(def),
        maximum: count(def.vcpus.maximum)?,
        topology: topology.transpose()?,
        mode: cpu.map_or(Ok(CpuMode::HostPassthrough), mode)?,
        features: cpu.map_or(Ok(Vec::new()), |cpu| cpu.features.iter().map(feature).collect())?,
        hide_kvm: hidden.is_some_and(|hidden| hidden.is_on()),
    })
}

/// The vCPUs that are there from the start, where they are not the first.
fn which(def: &DomainDef) -> Vec<u16> {
    let states = def.vcpus.states();
    if states.is_sorted_by_key(|vcpu| !vcpu.enabled) {
        return Vec::new();
    }
    (0..).zip(&states).filter(|(_, vcpu)| vcpu.enabled).map(|(number, _)| number).collect()
}

fn mode(cpu: &Cpu) -> Result<CpuMode> {
    match (cpu.mode, &cpu.model) {
        (Some(DefMode::HostPassthrough | DefMode::Maximum), _) => Ok(CpuMode::HostPassthrough),
        (Some(DefMode::HostModel), _) => Ok(CpuMode::HostModel),
        (_, Some(model)) if !model.name.is_empty() => named(&model.name),
        // Only a topology or features: of the CPU that is given where there is no element.
        _ => Ok(CpuMode::HostPassthrough),
    }
}

fn named(name: &str) -> Result<CpuMode> {
    let model = models::find(name).ok_or_else(|| unsupported(format!("CPU model '{name}'")))?;
    Ok(CpuMode::Named { name: name.to_owned(), leaves: model.leaves() })
}

fn feature(asked: &def_cpu::CpuFeature) -> Result<CpuFeature> {
    let known = features::lookup(&asked.name)
        .ok_or_else(|| Error::internal(ErrorDomain::Cpu, format!("Unknown CPU feature {}", asked.name)))?;
    let features::Word::Cpuid(leaf, subleaf, register) = known.word else {
        return Err(unsupported(format!(
            "<feature name='{}'>: it is told in a register of the CPU",
            asked.name
        )));
    };
    let policy = match asked.policy {
        def_cpu::FeaturePolicy::Force => FeaturePolicy::Force,
        def_cpu::FeaturePolicy::Require => FeaturePolicy::Require,
        def_cpu::FeaturePolicy::Optional => FeaturePolicy::Optional,
        def_cpu::FeaturePolicy::Disable => FeaturePolicy::Disable,
        def_cpu::FeaturePolicy::Forbid => FeaturePolicy::Forbid,
    };
    Ok(CpuFeature {
        name: asked.name.clone(),
        policy,
        leaf: (leaf, subleaf),
        bit: (register as u8, known.bit),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_named_model_is_told_by_its_leaves() {
        let CpuMode::Named { name, leaves } = named("Haswell").unwrap() else { panic!("not named") };
        assert_eq!((&*name, &leaves), ("Haswell", &models::find("Haswell").unwrap().leaves()));
        let first = leaves.iter().find(|(leaf, ..)| *leaf == 1).unwrap();
        assert_ne!(first.2[0], 0, "family and model are the model's own");
        assert!(named("no-such").unwrap_err().message().contains("no-such"));
    }
}
