//! A folder stands for the hierarchy: what is written to its files is read back from them.

use std::fs;
use std::path::PathBuf;

use super::*;
use crate::domain::def::ParseFlags;
use crate::domain::limits::plan::Thread;

/// A hierarchy with these controllers.
struct Tree {
    root: tempfile::TempDir,
    groups: Groups,
}

impl Tree {
    fn with(controllers: &str) -> Self {
        let root = tempfile::tempdir().unwrap();
        fs::write(root.path().join("cgroup.controllers"), controllers).unwrap();
        let groups = Groups::at(root.path());
        Self { root, groups }
    }

    fn guest(&self, def: &DomainDef) -> PathBuf {
        self.root.path().join("vireo").join(def.uuid.to_string())
    }

    fn read(&self, def: &DomainDef, file: &str) -> Option<String> {
        fs::read_to_string(self.guest(def).join(file)).ok()
    }

    /// A kernel makes these with the group.
    fn with_file(&self, def: &DomainDef, file: &str, text: &str) {
        fs::create_dir_all(self.guest(def)).unwrap();
        fs::write(self.guest(def).join(file), text).unwrap();
    }

    fn held(&self, def: &DomainDef) -> Held {
        let pid = std::process::id();
        let threads = Threads { pid, vcpus: [pid as i32].into() };
        Held { groups: self.groups.clone(), uuid: def.uuid, threads }
    }
}

fn def(elements: &str) -> DomainDef {
    let xml = format!(
        "<domain type='kvm'><name>x</name><uuid>c7a5fdbd-cdaf-9455-926a-d65c16db1809</uuid><memory>65536</memory>
           <os><type>hvm</type><kernel>/boot/vmlinuz</kernel></os>{elements}</domain>"
    );
    DomainDef::parse(&xml, ParseFlags::default()).unwrap()
}

const LIMITED: &str = "<vcpu>1</vcpu>
    <memtune><hard_limit>500000</hard_limit><soft_limit>400000</soft_limit></memtune>
    <cputune><shares>200</shares><global_quota>50000</global_quota><global_period>20000</global_period></cputune>";

#[test]
fn a_guest_without_limits_is_put_into_a_group_and_nothing_is_written() {
    let (tree, def) = (Tree::with("cpu io memory"), def(""));
    assert!(!limits_group(&def) && !limits_threads(&def));
    admit(&tree.groups, &def, 7).unwrap();
    assert_eq!(tree.read(&def, "cgroup.procs").as_deref(), Some("7"));
    assert_eq!(fs::read_dir(tree.guest(&def)).unwrap().count(), 1);
}

#[test]
fn limits_stand_in_the_guests_group() {
    let (tree, def) = (Tree::with("cpu io memory"), def(LIMITED));
    assert!(limits_group(&def));
    admit(&tree.groups, &def, 7).unwrap();
    let expected = [
        ("cpu.weight", "200"),
        ("cpu.max", "50000 20000"),
        ("memory.max", "512000000"),
        ("memory.high", "409600000"),
    ];
    for (file, value) in expected {
        assert_eq!(tree.read(&def, file).as_deref(), Some(value), "{file}");
    }
    assert_eq!(tree.read(&def, "memory.swap.max"), None);
}

#[test]
fn a_start_names_the_controller_it_lacks() {
    let cases = [
        ("<cputune><shares>5</shares></cputune>", "io memory", "CPU tuning is not available on this host"),
        (
            "<cputune><quota>5000</quota></cputune>",
            "io memory",
            "cgroup cpu is required for scheduler tuning",
        ),
        (
            "<memtune><hard_limit>5</hard_limit></memtune>",
            "cpu io",
            "Memory cgroup is not available on this host",
        ),
        (
            "<blkiotune><weight>5</weight></blkiotune>",
            "cpu memory",
            "Block I/O tuning is not available on this host",
        ),
    ];
    for (elements, controllers, message) in cases {
        let (tree, def) = (Tree::with(controllers), def(elements));
        let error = admit(&tree.groups, &def, 7).unwrap_err();
        assert_eq!(error.message(), format!("unsupported configuration: {message}"));
        assert_eq!(error.code(), ErrorCode::ConfigUnsupported);
    }
    let nowhere = Groups::at("/nonexistent");
    assert!(admit(&nowhere, &def(LIMITED), 7).is_err());
    admit(&nowhere, &def(""), 7).unwrap();
}

#[test]
fn shares_beyond_the_kernels_weights_are_refused() {
    let (tree, def) = (Tree::with("cpu"), def("<cputune><shares>20000</shares></cputune>"));
    let error = admit(&tree.groups, &def, 7).unwrap_err();
    assert_eq!(error.message(), "invalid argument: shares '20000' must be in range [1, 10000]");
    assert_eq!((error.code(), error.domain()), (ErrorCode::InvalidArg, ErrorDomain::Cgroup));
}

#[test]
fn threads_are_limited_in_groups_of_their_own() {
    let tree = Tree::with("cpu");
    let def =
        def("<vcpu>1</vcpu><cputune><quota>5000</quota><emulator_period>7000</emulator_period></cputune>");
    let held = tree.held(&def);
    assert!(limits_threads(&def));
    admit(&tree.groups, &def, 7).unwrap();
    settle(&held, &def).unwrap();
    assert_eq!(tree.read(&def, "vcpu0/cgroup.type").as_deref(), Some("threaded"));
    assert_eq!(tree.read(&def, "vcpu0/cpu.max").as_deref(), Some("5000 100000"));
    assert_eq!(tree.read(&def, "vcpu0/cgroup.threads"), Some(std::process::id().to_string()));
    assert_eq!(tree.read(&def, "emulator/cpu.max").as_deref(), Some("max 7000"));
    let group = held.group().unwrap();
    let shown = |thread| shown::bandwidth(&group, thread).unwrap();
    assert_eq!((shown(Some(Thread::Vcpu(0))).period, shown(Some(Thread::Vcpu(0))).quota), (100_000, 5000));
    assert_eq!(shown(Some(Thread::Emulator)).quota, 17_592_186_044_415);
    assert_eq!(shown(Some(Thread::Vcpu(5))).period, 100_000);
}

#[test]
fn vcpus_that_may_come_are_limited_before_they_do() {
    let def = def("<vcpu current='1'>2</vcpu><cputune><quota>5000</quota></cputune>");
    let plan = Plan::of(&def).unwrap();
    let unlimited = Plan::default();
    let threads: Vec<_> = plan.changes(&unlimited).filter_map(|(knob, _)| knob.thread()).collect();
    assert_eq!(threads, [Thread::Vcpu(0), Thread::Vcpu(1)]);
}

#[test]
fn a_change_writes_what_differs_and_takes_back_what_is_gone() {
    let tree = Tree::with("cpu io memory");
    let (before, after) = (def(LIMITED), def("<vcpu>1</vcpu><cputune><shares>300</shares></cputune>"));
    admit(&tree.groups, &before, 7).unwrap();
    tree.with_file(&before, "memory.high", "untouched");
    let same = Plan::of(&before).unwrap();
    assert_eq!(same.changes(&same.clone()).count(), 0);
    change(&tree.held(&before), &before, &after).unwrap();
    assert_eq!(tree.read(&before, "cpu.weight").as_deref(), Some("300"));
    assert_eq!(tree.read(&before, "cpu.max").as_deref(), Some("max 100000"));
    assert_eq!(tree.read(&before, "memory.max").as_deref(), Some("max"));
    assert_eq!(tree.read(&before, "memory.high").as_deref(), Some("max"));
}

#[test]
fn a_change_is_told_which_controller_is_not_mounted() {
    let (before, after) = (def(""), def(LIMITED));
    let tree = Tree::with("io");
    let error = change(&tree.held(&before), &before, &after).unwrap_err();
    assert_eq!(error.message(), "Requested operation is not valid: cgroup CPU controller is not mounted");
}

#[test]
fn the_weight_of_transfers_is_in_the_file_there_is() {
    let tree = Tree::with("io");
    let (before, after) = (def(""), def("<blkiotune><weight>300</weight></blkiotune>"));
    let error = change(&tree.held(&before), &before, &after).unwrap_err();
    assert!(error.message().ends_with("blkio weight is valid only for bfq or cfq scheduler"), "{error}");
    tree.with_file(&before, "io.weight", "default 100");
    change(&tree.held(&before), &before, &after).unwrap();
    assert_eq!(tree.read(&before, "io.weight").as_deref(), Some("default 300"));
    assert_eq!(shown::io_weight(&tree.groups.guest(&before.uuid).unwrap()).unwrap(), 300);
    tree.with_file(&before, "io.bfq.weight", "100");
    change(&tree.held(&before), &before, &after).unwrap();
    assert_eq!(tree.read(&before, "io.bfq.weight").as_deref(), Some("300"));
}

#[test]
fn transfers_are_limited_on_block_devices_only() {
    let tree = Tree::with("io");
    let before = def("");
    let limited = |path: &str| {
        let device = format!("<device><path>{path}</path><read_bytes_sec>5</read_bytes_sec></device>");
        def(&format!("<blkiotune>{device}</blkiotune>"))
    };
    let refusal = |path| change(&tree.held(&before), &before, &limited(path)).unwrap_err();
    assert_eq!(refusal("/dev/null").message(), "Path '/dev/null' must be a block device: Invalid argument");
    let missing = refusal("/dev/nosuch");
    assert_eq!(missing.message(), "Path '/dev/nosuch' is not accessible: No such file or directory");
}

#[test]
fn limits_are_shown_as_they_stand() {
    let (tree, def) = (Tree::with("memory cpu"), def(""));
    for (file, text) in [("memory.max", "max\n"), ("memory.high", "1048576\n"), ("cpu.weight", "42\n")] {
        tree.with_file(&def, file, text);
    }
    let group = tree.groups.guest(&def.uuid).unwrap();
    let memory = shown::memory(&group).unwrap();
    let unlimited = Some(9_007_199_254_740_991);
    assert_eq!(memory.hard_limit, unlimited);
    assert_eq!(memory.soft_limit, Some(1024));
    assert_eq!(memory.swap_hard_limit, unlimited, "not counted by this kernel");
    assert_eq!(shown::shares(&group).unwrap(), 42);
    tree.with_file(&def, "cpu.weight", "x");
    assert!(shown::shares(&group).is_err());
}

#[test]
fn a_group_goes_with_the_groups_of_its_threads() {
    let (tree, def) = (Tree::with("cpu"), def(""));
    fs::create_dir_all(tree.guest(&def).join("vcpu0")).unwrap();
    tree.groups.remove(&def.uuid);
    assert!(!tree.root.path().join("vireo").exists());
    // Twice is once.
    tree.groups.remove(&def.uuid);
}

#[test]
fn cpu_sets_are_handed_down_only_where_the_host_does() {
    let tree = Tree::with("cpu cpuset memory");
    assert!(!tree.groups.controllers().contains(&Controller::Cpuset));
    assert!(tree.groups.controllers().contains(&Controller::Memory));
    fs::write(tree.root.path().join("cgroup.subtree_control"), "cpu cpuset").unwrap();
    assert!(tree.groups.controllers().contains(&Controller::Cpuset));
}

#[test]
fn threads_run_where_the_definition_says() {
    use nix::sched::{CpuSet, sched_getaffinity, sched_setaffinity};
    use nix::unistd::{Pid, gettid};
    let runs_on = || {
        let mask = sched_getaffinity(Pid::from_raw(0)).unwrap();
        (0..CpuSet::count()).filter(|cpu| mask.is_set(*cpu).unwrap()).collect::<Vec<_>>()
    };
    let worker = std::thread::spawn(move || {
        let first = runs_on()[0];
        let pinned = def(&format!("<vcpu cpuset='{first}'>1</vcpu>"));
        // This thread stands for the vCPU, and the others are not touched.
        let threads = Threads { pid: u32::MAX, vcpus: [gettid().as_raw()].into() };
        threads.pin(&pinned, None).unwrap();
        assert_eq!(runs_on(), [first]);
        let mut all = CpuSet::new();
        all.set(first).unwrap();
        sched_setaffinity(Pid::from_raw(0), &all).unwrap();
        let nowhere = def("<vcpu cpuset='1000'>1</vcpu>");
        let error = threads.pin(&nowhere, None).unwrap_err();
        assert!(error.message().starts_with("cannot set CPU affinity on process "), "{error}");
        assert!(error.message().ends_with(": Invalid argument"), "{error}");
    });
    worker.join().unwrap();
}

#[test]
fn memory_comes_from_nodes_the_host_has() {
    let policy = |mode: &str, nodes: &str| {
        nodes::MemoryPolicy::of(&def(&format!(
            "<numatune><memory mode='{mode}' nodeset='{nodes}'/></numatune>"
        )))
    };
    let strict = policy("strict", "0").unwrap().unwrap();
    assert_eq!((strict.mode, &*strict.nodes), (libc::MPOL_BIND, &[1][..]));
    assert_eq!(policy("preferred", "0").unwrap().unwrap().mode, libc::MPOL_PREFERRED);
    let error = policy("strict", "0,1000").unwrap_err();
    assert_eq!(error.message(), "unsupported configuration: NUMA node 1000 is unavailable");
    assert!(nodes::MemoryPolicy::of(&def("")).unwrap().is_none());
}
