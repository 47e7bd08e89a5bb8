//! Hosts of several shapes, described in files, and the one this runs on.

use std::fs;
use std::path::{Path, PathBuf};

use super::sources::Sources;
use super::*;
use crate::error::ErrorCode;

/// A host described by files.
struct Described(tempfile::TempDir);

impl Described {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn file(&self, path: &str, text: &str) -> &Self {
        let path = self.0.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
        self
    }

    fn cpu(&self, node: Option<u32>, id: u32, socket: u32, core: u32, siblings: &str) -> &Self {
        let topology = format!("sys/devices/system/cpu/cpu{id}/topology");
        self.file(&format!("{topology}/physical_package_id"), &format!("{socket}\n"))
            .file(&format!("{topology}/core_id"), &format!("{core}\n"))
            .file(&format!("{topology}/thread_siblings_list"), &format!("{siblings}\n"));
        if let Some(node) = node {
            self.file(&format!("sys/devices/system/node/node{node}/cpu{id}/x"), "");
        }
        self
    }

    fn node(&self, node: u32, memory: u64, free: u64, cpus: &str, distance: &str) -> &Self {
        let folder = format!("sys/devices/system/node/node{node}");
        let meminfo = format!("Node {node} MemTotal:       {memory} kB\nNode {node} MemFree:  {free} kB\n");
        self.file(&format!("{folder}/meminfo"), &meminfo)
            .file(&format!("{folder}/cpulist"), &format!("{cpus}\n"))
            .file(&format!("{folder}/distance"), &format!("{distance}\n"))
    }

    fn online(&self, present: &str, online: &str) -> &Self {
        self.file("sys/devices/system/cpu/present", present).file("sys/devices/system/cpu/online", online)
    }

    fn host(&self) -> Host {
        Host::with_sources(Sources::at(self.0.path()), PathBuf::from("/usr/bin/vireo-vmm"))
    }
}

/// Two nodes of one socket with two cores of two threads each.
fn two_nodes() -> Described {
    let host = Described::new();
    host.online("0-7\n", "0-7\n");
    for cpu in 0..8 {
        let (node, core) = (cpu / 4, cpu / 2 % 2);
        host.cpu(Some(node), cpu, node, core, &format!("{}-{}", cpu & !1, cpu | 1));
    }
    host.node(0, 4_000_000, 1_000_000, "0-3", "10 21").node(1, 4_000_000, 500_000, "4-7", "21 10");
    for (node, total, free) in [(0, 100, 40), (1, 0, 0)] {
        let folder = format!("sys/devices/system/node/node{node}/hugepages/hugepages-2048kB");
        host.file(&format!("{folder}/nr_hugepages"), &format!("{total}\n"))
            .file(&format!("{folder}/free_hugepages"), &format!("{free}\n"));
    }
    host
}

#[test]
fn nodes_sockets_cores_and_threads_are_counted() {
    let described = two_nodes();
    let info = described.host().node_info().unwrap();
    let expected = Arrangement { cpus: 8, nodes: 2, sockets: 1, cores: 2, threads: 2 };
    assert_eq!((info.memory_kib, info.arrangement), (8_000_000, expected));
}

#[test]
fn an_offline_cpu_keeps_the_arrangement_if_it_still_multiplies_out() {
    let host = Described::new();
    host.online("0-3\n", "0-2\n");
    for cpu in 0..4 {
        host.cpu(Some(0), cpu, 0, cpu, &cpu.to_string());
    }
    host.node(0, 1000, 10, "0-2", "10");
    // Three cores seen, four CPUs in all: told as four cores of one socket.
    let expected = Arrangement { cpus: 3, nodes: 1, sockets: 1, cores: 4, threads: 1 };
    assert_eq!(host.host().node_info().unwrap().arrangement, expected);
    assert_eq!(host.host().cpu_map().unwrap(), (vec![0, 1, 2, 3], vec![0, 1, 2]));
}

#[test]
fn a_kernel_without_nodes_has_one_cell_with_all_memory() {
    let host = Described::new();
    host.online("0-1\n", "0-1\n").cpu(None, 0, 0, 0, "0").cpu(None, 1, 0, 1, "1");
    host.file(
        "proc/meminfo",
        "MemTotal: 2000 kB\nMemFree: 300 kB\nBuffers: 1 kB\nCached: 2 kB\nDirty: 3 kB\n",
    );
    let host = host.host();
    let info = host.node_info().unwrap();
    assert_eq!((info.memory_kib, info.arrangement.nodes, info.arrangement.cores), (2000, 1, 2));
    assert_eq!(host.cells_free_memory(0, 4).unwrap(), [300 * 1024]);
    let expected = vec![("total", 2000), ("free", 300), ("buffers", 1), ("cached", 2)];
    assert_eq!(host.memory_statistics(Some(0)).unwrap(), expected);
    assert_eq!(host.nodes(), [0]);
}

#[test]
fn pages_are_counted_by_size_and_cell() {
    let described = two_nodes();
    let host = described.host();
    // Node 0: what its huge pages take is not the system pages'.
    let system = Pages { size_kib: 4, total: (4_000_000 - 100 * 2048) / 4, free: 250_000 };
    let huge = Pages { size_kib: 2048, total: 100, free: 40 };
    assert_eq!(host.pages(Some(0)).unwrap(), [system, huge]);
    assert_eq!(host.free_pages(&[2048, 4], 0, 9).unwrap(), [40, 250_000, 0, 125_000]);
    let error = host.free_pages(&[7], 1, 1).unwrap_err();
    assert_eq!(error.message(), "operation failed: page size 7 is not available on node 1");
    let error = host.free_pages(&[4], 2, 1).unwrap_err();
    assert_eq!(error.message(), "internal error: start cell 2 out of range (0-1)");
}

#[test]
fn free_memory_is_told_cell_by_cell() {
    let described = two_nodes();
    let host = described.host();
    assert_eq!(host.free_memory().unwrap(), 1_500_000 * 1024);
    assert_eq!(host.cells_free_memory(0, 2).unwrap(), [1_000_000 * 1024, 500_000 * 1024]);
    assert_eq!(host.cells_free_memory(1, 1).unwrap(), [500_000 * 1024]);
    let error = host.cells_free_memory(2, 1).unwrap_err();
    assert_eq!(
        (error.code(), error.message()),
        (ErrorCode::InternalError, "internal error: start cell 2 out of range (0-1)")
    );
    assert_eq!(host.memory_statistics(Some(1)).unwrap(), [("total", 4_000_000), ("free", 500_000)]);
    let error = host.memory_statistics(Some(2)).unwrap_err();
    assert_eq!(error.message(), "cellNum in virHostMemGetStats must be less than or equal to 1");
}

#[test]
fn cpu_time_is_in_nanoseconds() {
    let host = Described::new();
    host.file("proc/stat", "cpu  10 1 20 30 4 2 3 0 5 0\ncpu0 1 0 2 3\ncpu10 7 0 7 7\nintr 1\n");
    let host = host.host();
    let ticks = |n: u64| n * 10_000_000;
    let all = [("kernel", ticks(25)), ("user", ticks(11)), ("idle", ticks(30)), ("iowait", ticks(4))];
    assert_eq!(host.cpu_statistics(None).unwrap(), all);
    let first = [("kernel", ticks(2)), ("user", ticks(1)), ("idle", ticks(3)), ("iowait", 0)];
    assert_eq!(host.cpu_statistics(Some(0)).unwrap(), first);
    let error = host.cpu_statistics(Some(1)).unwrap_err();
    assert_eq!(
        (error.code(), error.message()),
        (ErrorCode::InvalidArg, "Invalid cpuNum in virHostCPUGetStatsLinux")
    );
}

#[test]
fn ksm_is_read_and_set_as_far_as_the_kernel_has_it() {
    let described = Described::new();
    described.file("sys/kernel/mm/ksm/pages_to_scan", "100\n").file("sys/kernel/mm/ksm/full_scans", "7\n");
    let host = described.host();
    let expected = [("pages_to_scan", KsmValue::Setting(100)), ("full_scans", KsmValue::Counter(7))];
    assert_eq!(host.ksm().unwrap(), expected);
    let both = [("pages_to_scan".into(), 5), ("sleep_millisecs".into(), 5)];
    let error = host.set_ksm(&both).unwrap_err();
    assert!(error.message().contains("Parameter 'shm_sleep_millisecs' is not supported by this kernel"));
    assert_eq!(host.ksm().unwrap(), expected);
    host.set_ksm(&both[..1]).unwrap();
    assert_eq!(host.ksm().unwrap()[0].1, KsmValue::Setting(5));
}

#[test]
fn capabilities_tell_the_nodes_and_change_with_them() {
    let described = two_nodes();
    let host = described.host();
    let first = host.capabilities_xml().unwrap();
    assert!(first.contains("      <cells num='2'>\n        <cell id='0'>\n"));
    assert!(first.contains(
        "          <pages unit='KiB' size='2048'>100</pages>\n          <distances>\n            \
         <sibling id='0' value='10'/>\n            <sibling id='1' value='21'/>\n          </distances>\n          \
         <cpus num='4'>\n            <cpu id='0' socket_id='0' die_id='0' core_id='0' siblings='0-1'/>\n"
    ));
    assert!(Arc::ptr_eq(&first, &host.capabilities_xml().unwrap()));

    described.online("0-7\n", "0-6\n").file("sys/devices/system/node/node1/cpulist", "4-6\n");
    let second = host.capabilities_xml().unwrap();
    assert!(second.contains("          <cpus num='3'>\n            <cpu id='4'"));
}

#[test]
fn this_host_answers_everything() {
    let host = Host::new("/usr/bin/vireo-vmm");
    let info = host.node_info().unwrap();
    assert!(info.memory_kib > 1024 && info.arrangement.cpus > 0);
    assert!(host.free_memory().unwrap() > 0);
    let (present, online) = host.cpu_map().unwrap();
    assert!(online.iter().all(|cpu| present.contains(cpu)));
    let xml = host.capabilities_xml().unwrap();
    assert!(xml.starts_with("<capabilities>\n\n  <host>\n    <uuid>"), "{xml}");
    quick_xml::Reader::from_str(&xml).read_event().unwrap();
    assert_eq!(host.cpu_statistics(None).unwrap().len(), 4);
    assert_eq!(host.max_vcpus(Some("xen")).unwrap_err().message(), "invalid argument: unknown type 'xen'");
    assert!(Path::new("/proc").exists());
}
