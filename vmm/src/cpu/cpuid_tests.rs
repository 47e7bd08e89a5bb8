use vireo_control::{CpuFeature, CpuMode, FeaturePolicy, HyperthreadTopology};

use super::*;

fn intel() -> Leaves {
    let mut leaves = Leaves::default();
    leaves.set(0, None, [0x16, u32::from_le_bytes(*b"Genu"), u32::from_le_bytes(*b"ntel"), 0]);
    leaves.set(1, None, [0x50654, 0x0020_0800, 1 << 15 | 1 << 3, 0x1f]);
    leaves.set(4, Some(0), [0x121, 0, 0, 0]);
    leaves.set(4, Some(1), [0x163, 0, 0, 0]);
    leaves.set(4, Some(2), [0, 0, 0, 0]);
    leaves.set(7, Some(0), [1, 0x20, 0, 0]);
    leaves.set(0x4000_0000, None, [0x4000_0001, 0, 0, 0]);
    leaves.set(0x8000_0007, None, [0, 0, 0, 1 << 8]);
    leaves
}

fn spec(topology: (u16, u16, u16, u16)) -> CpuSpec {
    let (sockets, dies, cores, threads) = topology;
    CpuSpec {
        online: 1,
        which: Vec::new(),
        maximum: sockets * dies * cores * threads,
        topology: Some(HyperthreadTopology { sockets, dies, cores, threads }),
        mode: CpuMode::HostPassthrough,
        features: Vec::new(),
        hide_kvm: false,
    }
}

fn model(offered: Leaves, spec: &CpuSpec) -> Result<CpuModel, CpuError> {
    CpuModel::from_offered(offered, spec, Topology::new(spec).unwrap(), &mut Vec::new())
}

fn vcpu(offered: Leaves, spec: &CpuSpec, index: u16) -> Leaves {
    Leaves(model(offered, spec).unwrap().for_vcpu(index).unwrap().as_slice().to_vec())
}

fn feature(policy: FeaturePolicy, bit: u8) -> CpuFeature {
    CpuFeature { name: format!("f{bit}"), policy, leaf: (1, 0), bit: (2, bit) }
}

#[test]
fn the_apic_id_stands_in_every_leaf_that_has_one() {
    let leaves = vcpu(intel(), &spec((2, 1, 2, 2)), 6);
    assert_eq!(leaves.find(1, 0).unwrap().ebx >> 24, 6);
    assert_eq!(leaves.find(1, 0).unwrap().ebx >> 16 & 0xff, 4);
    for subleaf in 0..3 {
        assert_eq!(leaves.find(0xb, subleaf).unwrap().edx, 6);
    }
    assert!(leaves.find(0x1f, 0).is_none());
    let level = |subleaf| {
        let entry = leaves.find(0xb, subleaf).unwrap();
        (entry.eax, entry.ebx, entry.ecx)
    };
    assert_eq!([level(0), level(1), level(2)], [(1, 2, 0x100), (2, 4, 0x201), (0, 0, 2)]);
}

#[test]
fn dies_have_a_leaf_of_their_own() {
    let leaves = vcpu(intel(), &spec((1, 2, 2, 1)), 3);
    let level = |subleaf| leaves.find(0x1f, subleaf).map(|entry| (entry.eax, entry.ebx, entry.ecx)).unwrap();
    assert_eq!([level(0), level(1), level(2)], [(0, 1, 0x100), (1, 2, 0x201), (2, 4, 0x502)]);
    assert_eq!(leaves.find(0, 0).unwrap().eax, 0x1f);
}

#[test]
fn caches_are_shared_by_threads_or_by_the_die() {
    let leaves = vcpu(intel(), &spec((1, 1, 4, 2)), 0);
    assert_eq!(leaves.find(4, 0).unwrap().eax, 0x121 | 1 << 14 | 3 << 26);
    assert_eq!(leaves.find(4, 1).unwrap().eax, 0x163 | 7 << 14 | 3 << 26);
    assert_eq!(leaves.find(4, 2).unwrap().eax, 0);
}

#[test]
fn amd_counts_threads_of_the_package() {
    let mut offered = intel();
    offered.set(0, None, [0xd, u32::from_le_bytes(*b"Auth"), 0, 0]);
    offered.set(0x8000_0008, None, [0x3030, 0, 0xffff, 0]);
    offered.set(0x8000_0000, None, [0x8000_000a, 0, 0, 0]);
    let leaves = vcpu(offered, &spec((1, 1, 3, 2)), 5);
    assert_eq!(leaves.find(0x8000_0008, 0).unwrap().ecx, 3 << 12 | 5);
    let ext = leaves.find(0x8000_001e, 0).unwrap();
    assert_eq!((ext.eax, ext.ebx, ext.ecx), (5, 1 << 8 | 2, 0));
    assert_eq!(leaves.find(0x8000_0000, 0).unwrap().eax, 0x8000_001e);
    assert_eq!(leaves.value(0x8000_0001, 0, Ecx) >> 22 & 1, 1);
}

#[test]
fn host_model_hides_what_ties_to_the_host() {
    let leaves = vcpu(intel(), &CpuSpec { mode: CpuMode::HostModel, ..spec((1, 1, 1, 1)) }, 0);
    assert_eq!(leaves.find(0x8000_0007, 0).unwrap().edx, 0);
    assert_eq!(leaves.find(1, 0).unwrap().ecx, 1 << 3);
}

#[test]
fn a_named_model_is_an_upper_bound_with_its_own_name() {
    let bounds = vec![(1, 0, [0x206a1, 0, 1 << 3 | 1 << 5, 0x3])];
    let mode = CpuMode::Named { name: "SandyBridge".into(), leaves: bounds };
    let leaves = vcpu(intel(), &CpuSpec { mode, ..spec((1, 1, 1, 1)) }, 0);
    let first = leaves.find(1, 0).unwrap();
    assert_eq!((first.eax, first.ecx, first.edx), (0x206a1, 1 << 3, 0x3));
    assert_eq!(leaves.find(7, 0).unwrap().ebx, 0);
    assert_eq!(leaves.find(0x8000_0002, 0).unwrap().eax.to_le_bytes(), *b"Sand");
}

#[test]
fn policies_decide_against_what_the_host_has() {
    let with = |feature| model(intel(), &CpuSpec { features: vec![feature], ..spec((1, 1, 1, 1)) });
    let bit = |model: CpuModel, bit: u8| model.leaves.value(1, 0, Ecx) >> bit & 1;
    assert_eq!(bit(with(feature(FeaturePolicy::Force, 7)).unwrap(), 7), 1);
    assert_eq!(bit(with(feature(FeaturePolicy::Optional, 7)).unwrap(), 7), 0);
    assert_eq!(bit(with(feature(FeaturePolicy::Require, 3)).unwrap(), 3), 1);
    assert_eq!(bit(with(feature(FeaturePolicy::Disable, 3)).unwrap(), 3), 0);
    assert_eq!(
        with(feature(FeaturePolicy::Require, 7)).unwrap_err().to_string(),
        "the host does not have the required CPU feature f7"
    );
    assert!(with(feature(FeaturePolicy::Forbid, 3)).is_err());
    assert!(with(feature(FeaturePolicy::Force, 32)).is_err());
}

#[test]
fn hidden_kvm_leaves_no_signature() {
    assert!(vcpu(intel(), &spec((1, 1, 1, 1)), 0).find(0x4000_0000, 0).is_some());
    let hidden = CpuSpec { hide_kvm: true, ..spec((1, 1, 1, 1)) };
    assert!(vcpu(intel(), &hidden, 0).find(0x4000_0000, 0).is_none());
}
