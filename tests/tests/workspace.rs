//! The design's rules about the source itself, held by a test each.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use vireo_tests::workspace::{Graph, code_lines, files, is_test_file, read};

mod spdx;

/// What touches KVM or is part of a device.
const KVM_AND_DEVICES: &[&str] = &[
    "acpi_tables",
    "event-manager",
    "kvm-bindings",
    "kvm-ioctls",
    "linux-loader",
    "vireo-vmm",
    "virtio-bindings",
    "virtio-queue",
    "vm-memory",
    "vm-superio",
];

#[test]
fn the_daemon_links_no_kvm_and_no_device_code() {
    assert_links_none("vireod", KVM_AND_DEVICES);
}

#[test]
fn the_vmm_links_no_xml_no_rpc_and_no_runtime() {
    let banned = ["quick-xml", "vireo-protocol", "vireo-xdr", "vireod", "vireo-net", "vireo-storage"];
    assert_links_none("vireo-vmm", &banned);
    assert_links_none("vireo-vmm", &["tokio", "mio", "rtnetlink", "futures-util"]);
}

#[test]
fn the_protocol_does_no_io() {
    assert_names_only("vireo-protocol", &["bytes", "thiserror", "vireo-xdr"]);
    assert_names_only("vireo-xdr", &["bytes", "thiserror", "vireo-xdr-derive"]);
}

#[test]
fn the_control_contract_is_types_and_a_codec() {
    assert_names_only("vireo-control", &["serde", "serde_json", "thiserror", "uuid"]);
}

#[test]
fn images_know_no_daemon_and_no_guest() {
    assert_names_only("vireo-image", &["libc", "nix", "thiserror"]);
}

fn assert_links_none(member: &str, banned: &[&str]) {
    let graph = Graph::load();
    let linked = graph.linked(member);
    let found: Vec<_> = banned.iter().filter(|name| linked.contains(**name)).collect();
    assert!(found.is_empty(), "{member} links {found:?}");
}

fn assert_names_only(member: &str, allowed: &[&str]) {
    let graph = Graph::load();
    let more: Vec<_> = graph.direct(member).into_iter().filter(|name| !allowed.contains(name)).collect();
    assert!(more.is_empty(), "{member} depends on {more:?}, and may only on {allowed:?}");
}

/// Licences that ask for no more than their notice. The same list is in `deny.toml`.
const LICENCES: &[&str] =
    &["Apache-2.0", "Apache-2.0 WITH LLVM-exception", "BSD-2-Clause", "BSD-3-Clause", "MIT", "Unicode-3.0"];

#[test]
fn every_licence_allows_what_ours_does() {
    let graph = Graph::load();
    for package in graph.packages() {
        let licence = package.licence.as_deref().unwrap_or("none");
        let allowed = spdx::satisfied(licence, &|name| LICENCES.contains(&name));
        assert_eq!(allowed, Ok(true), "{} {} is under {licence}", package.name, package.version);
    }
}

#[test]
fn all_code_comes_from_here_or_from_crates_io() {
    const CRATES_IO: &str = "registry+https://github.com/rust-lang/crates.io-index";
    let graph = Graph::load();
    for package in graph.packages() {
        let known = package.source.as_deref().is_none_or(|source| source == CRATES_IO);
        assert!(known, "{} comes from {:?}", package.name, package.source);
    }
}

/// Crates that are in the build twice, and who holds the older one. The same list is in `deny.toml`.
const DUPLICATES: &[(&str, &str)] = &[
    ("bitflags", "vmm-sys-util 0.15 is still on 1"),
    ("syn", "at build time only: landlock's, tracing's and zerocopy's derives are still on 2"),
];

#[test]
fn every_crate_is_there_once() {
    let mut versions: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for package in Graph::load().packages() {
        versions.entry(package.name.clone()).or_default().insert(package.version.clone());
    }
    let twice = versions.iter().filter(|(_, versions)| versions.len() > 1).map(|(name, _)| name.as_str());
    let known: Vec<_> = DUPLICATES.iter().map(|(name, _)| *name).collect();
    assert_eq!(twice.collect::<Vec<_>>(), known, "left: the build, right: what this test knows of");
}

#[test]
fn deny_toml_says_the_same() {
    let deny = read(Path::new("deny.toml"));
    for licence in LICENCES {
        assert!(deny.contains(&format!("\"{licence}\"")), "deny.toml does not allow {licence}");
    }
    for (name, _) in DUPLICATES {
        assert!(deny.contains(&format!("name = \"{name}\"")), "deny.toml does not skip {name}");
    }
}

#[test]
fn members_take_versions_and_lints_from_the_workspace() {
    for path in manifests() {
        let manifest = read(&path);
        let path = path.display();
        assert!(manifest.contains("[lints]\nworkspace = true"), "{path} does not take the workspace's lints");
        let mut section = "";
        for line in manifest.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'))
        {
            if line.starts_with('[') {
                section = line;
            } else if section.contains("dependencies") {
                assert!(line.contains("workspace = true"), "{path}: `{line}` has a version of its own");
            }
        }
    }
}

fn manifests() -> impl Iterator<Item = PathBuf> {
    let members = files("toml").into_iter().filter(|path| path.ends_with("Cargo.toml"));
    members.filter(|path| {
        path != Path::new("Cargo.toml") && !path.components().any(|part| part.as_os_str() == "fuzz")
    })
}

/// More than this is more than one idea.
const MOST_LINES: usize = 800;

#[test]
fn no_source_file_is_longer_than_one_idea() {
    for path in files("rs").iter().filter(|path| !is_test_file(path)) {
        let lines = code_lines(&read(path)).count();
        assert!(lines <= MOST_LINES, "{} has {lines} lines, without its tests", path.display());
    }
}

#[test]
fn every_module_says_what_it_is() {
    let modules = files("rs").into_iter().filter(|path| !is_test_file(path));
    let silent: Vec<_> = modules.filter(|path| !read(path).starts_with("//!")).collect();
    assert!(silent.is_empty(), "these do not begin with //!: {silent:#?}");
}

/// Where `unsafe` may stand, by file or directory.
const UNSAFE: &[(&str, &str)] = &[
    ("daemon/src/domain/actor/fake.rs", "the vmm of tests takes over its inherited socket"),
    ("daemon/src/domain/limits/scheduler.rs", "sched_setscheduler"),
    ("daemon/src/domain/stats/page.rs", "maps the statistics page of a guest"),
    ("daemon/src/domain/vmm/link.rs", "takes over descriptors that came with a message"),
    ("daemon/src/domain/vmm/process.rs", "pidfd_open, and the descriptor it gives"),
    ("daemon/src/domain/vmm/spawn.rs", "what happens between fork and exec"),
    ("daemon/src/host/identity.rs", "getaddrinfo, for the host's full name"),
    ("daemon/src/host/kvm.rs", "KVM's ioctls for what it offers"),
    ("daemon/src/memory.rs", "the allocator's settings"),
    ("net/src/sys.rs", "ioctls of interfaces and taps"),
    ("storage/image/src/raw/facts.rs", "ioctls of block devices"),
    ("storage/image/src/raw/transfer.rs", "preadv and pwritev on guest memory"),
    ("storage/image/src/raw/zero.rs", "ioctls of block devices"),
    ("storage/image/src/segment.rs", "guest memory that the guest may write meanwhile"),
    ("vmm/src/control/connection.rs", "takes over descriptors that came with a message"),
    ("vmm/src/cpu/kick.rs", "the signal that stops a processor, and its flag in the run page"),
    ("vmm/src/cpu/pio.rs", "port data in the run page"),
    ("vmm/src/kvm.rs", "gives guest RAM to KVM"),
    ("vmm/src/memory/host.rs", "maps guest RAM"),
    ("vmm/src/platform/rtc.rs", "local time by the C library"),
    ("vmm/src/process/launch.rs", "takes over the inherited socket"),
    ("vmm/src/process/mod.rs", "the allocator's settings"),
    ("vmm/src/sandbox/trap.rs", "the handler of a forbidden system call"),
    ("vmm/src/stats.rs", "maps the statistics page that the daemon reads"),
    ("vmm/src/virtio/chain.rs", "hands guest memory to the image as it is"),
    ("vmm/src/virtio/net/tap.rs", "readv and writev on guest memory, ioctls of taps"),
    ("vmm/src/virtio/net/vhost.rs", "ioctls of vhost"),
];

#[test]
fn unsafe_code_is_where_it_is_expected() {
    let sources = files("rs").into_iter().filter(|path| !is_test_file(path));
    let with_unsafe: Vec<_> = sources.filter(|path| code_lines(&read(path)).any(has_unsafe)).collect();
    let expected = |path: &&PathBuf| UNSAFE.iter().any(|(place, _)| path.starts_with(place));
    let surprises: Vec<_> = with_unsafe.iter().filter(|path| !expected(path)).collect();
    assert!(surprises.is_empty(), "unsafe code where none is expected: {surprises:#?}");
    let left = |place: &str| with_unsafe.iter().any(|path| path.starts_with(place));
    let gone: Vec<_> = UNSAFE.iter().filter(|(place, _)| !left(place)).collect();
    assert!(gone.is_empty(), "no unsafe code is left in {gone:#?}");
}

fn has_unsafe(line: &str) -> bool {
    let code = line.split("//").next().unwrap_or_default();
    let words: Vec<_> = code.split(|letter: char| !letter.is_alphanumeric() && letter != '_').collect();
    words.contains(&"unsafe") && !code.contains('"')
}
