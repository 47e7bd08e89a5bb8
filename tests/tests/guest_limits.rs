//! What a running guest may use of the host stands in its control group, and on its threads.

use std::fs;
use std::path::PathBuf;
use vireo_tests::console::Console;
use vireo_tests::guest::{Guest, boot_files};
use vireo_tests::require;
use vireo_tests::server::Server;
use vireo_tests::wait;

/// Where the host's control groups are, if they are of version 2 and guests can be limited by them.
fn hierarchy() -> Result<PathBuf, String> {
    let mount = PathBuf::from("/sys/fs/cgroup");
    let controllers = fs::read_to_string(mount.join("cgroup.controllers")).unwrap_or_default();
    let missing =
        ["cpu", "memory"].into_iter().find(|name| !controllers.split_whitespace().any(|word| word == *name));
    match missing {
        Some(name) => Err(format!("no {name} controller of cgroup v2")),
        None => Ok(mount),
    }
}

/// A guest's group, its own words.
struct Group(PathBuf);

impl Group {
    #[track_caller]
    fn says(&self, file: &str, expected: &str) {
        let text = fs::read_to_string(self.0.join(file)).unwrap_or_else(|error| panic!("{file}: {error}"));
        assert_eq!(text.trim_end(), expected, "{file}");
    }

    fn threads(&self, of: &str) -> usize {
        let text = fs::read_to_string(self.0.join(of).join("cgroup.threads")).unwrap_or_default();
        text.lines().count()
    }
}

const LIMITED: &str = "<memtune><hard_limit unit='MiB'>700</hard_limit><soft_limit unit='MiB'>600</soft_limit></memtune>
    <cputune><shares>200</shares><period>100000</period><quota>90000</quota>
      <global_period>100000</global_period><global_quota>190000</global_quota>
      <emulator_period>100000</emulator_period><emulator_quota>80000</emulator_quota>
      <vcpupin vcpu='1' cpuset='1'/><emulatorpin cpuset='1'/><vcpusched vcpus='0' scheduler='batch'/></cputune>";

#[test]
fn limits_of_a_running_guest_stand_and_change() {
    let files = require!(boot_files());
    let mount = require!(hierarchy());
    let mut server = Server::ours();
    let mut guest = Guest::new("limited", &files);
    guest.vcpus = 2;
    guest.more = LIMITED.into();
    let mut console = server.launch(&guest);
    console.expect("guest: ready");
    let group = Group(mount.join("vireo").join(&guest.uuid));
    let pid = server.guest_processes()[0];

    // Beside it may stand a thread of KVM's own, which works for the guest.
    let members = fs::read_to_string(group.0.join("cgroup.procs")).expect("a group");
    assert!(members.lines().any(|line| line == pid.to_string()), "{members}");
    group.says("cpu.weight", "200");
    group.says("cpu.max", "190000 100000");
    group.says("memory.max", &(700u64 << 20).to_string());
    group.says("memory.high", &(600u64 << 20).to_string());
    for thread in ["vcpu0", "vcpu1"] {
        group.says(&format!("{thread}/cpu.max"), "90000 100000");
        assert_eq!(group.threads(thread), 1, "{thread}");
    }
    group.says("emulator/cpu.max", "80000 100000");
    assert!(group.threads("emulator") >= 1);
    assert_eq!(policy(pid, "CPU 0/KVM"), 3, "SCHED_BATCH");
    assert_eq!(allowed_cpus(pid, "CPU 1/KVM"), "1");

    changes_are_made_and_told(&server, &group, pid);
    let asked = |arguments: &[&str]| server.virsh(arguments).ok();
    assert!(asked(&["schedinfo", "limited"]).contains("cpu_shares     : 300"));

    // The next daemon finds what stands, and changes it.
    server.kill();
    server.start();
    assert!(server.virsh(&["schedinfo", "limited"]).ok().contains("vcpu_quota     : 70000"));
    server.virsh(&["schedinfo", "limited", "--live", "cpu_shares=400"]).ok();
    group.says("cpu.weight", "400");
    let xml = server.virsh(&["dumpxml", "limited"]).ok();
    assert!(xml.contains("<shares>400</shares>") && xml.contains("<vcpupin vcpu='0' cpuset='1'/>"), "{xml}");
    let defined = server.virsh(&["dumpxml", "--inactive", "limited"]).ok();
    assert!(defined.contains("<shares>200</shares>"), "the definition is as it was: {defined}");

    server.virsh(&["destroy", "limited"]).ok();
    wait::until("the group goes with its guest", || (!group.0.exists()).then_some(()));
}

fn changes_are_made_and_told(server: &Server, group: &Group, pid: i32) {
    let mut events = Console::open_with(server, &["event", "--event", "tunable", "--loop"]);
    // It does not say when it has subscribed.
    std::thread::sleep(std::time::Duration::from_secs(2));
    server.virsh(&["schedinfo", "limited", "--live", "cpu_shares=300"]).ok();
    group.says("cpu.weight", "300");
    events.expect("cputune.cpu_shares: 300");
    server.virsh(&["schedinfo", "limited", "--live", "vcpu_quota=70000"]).ok();
    group.says("vcpu1/cpu.max", "70000 100000");
    events.expect("cputune.vcpu_quota: 70000");
    server.virsh(&["vcpupin", "limited", "0", "1", "--live"]).ok();
    assert_eq!(allowed_cpus(pid, "CPU 0/KVM"), "1");
    events.expect("cputune.vcpupin0: 1");
    server.virsh(&["emulatorpin", "limited", "0-1", "--live"]).ok();
    events.expect("cputune.emulatorpin: 0-1");
    server.virsh(&["memtune", "limited", "--live", "--hard-limit", "800M"]).ok();
    group.says("memory.max", &(800u64 << 20).to_string());
    assert!(server.virsh(&["memtune", "limited"]).ok().contains("hard_limit     : 819200"));
    // Nobody hands CPU sets down here.
    let refused = server.virsh(&["numatune", "limited", "--live", "--nodeset", "0"]).err();
    assert!(refused.contains("cgroup cpuset controller is not mounted"), "{refused}");
    let refused = server.virsh(&["schedinfo", "limited", "--live", "cpu_shares=20000"]).err();
    assert!(refused.contains("shares '20000' must be in range [1, 10000]"), "{refused}");
    group.says("cpu.weight", "300");
}

/// The thread of a name.
#[track_caller]
fn thread(pid: i32, name: &str) -> PathBuf {
    let tasks = fs::read_dir(format!("/proc/{pid}/task")).expect("a process");
    let mut paths = tasks.map(|task| task.expect("a thread").path());
    let named =
        |path: &PathBuf| fs::read_to_string(path.join("comm")).is_ok_and(|comm| comm.trim_end() == name);
    paths.find(named).unwrap_or_else(|| panic!("no thread '{name}'"))
}

fn allowed_cpus(pid: i32, name: &str) -> String {
    let status = fs::read_to_string(thread(pid, name).join("status")).expect("a status");
    let line = status.lines().find_map(|line| line.strip_prefix("Cpus_allowed_list:"));
    line.expect("a list").trim().to_owned()
}

/// Field 41 of a thread's `stat`.
fn policy(pid: i32, name: &str) -> i32 {
    let stat = fs::read_to_string(thread(pid, name).join("stat")).expect("a status");
    let fields = stat.rsplit_once(')').expect("a name").1;
    fields.split_whitespace().nth(38).expect("a policy").parse().expect("a number")
}
