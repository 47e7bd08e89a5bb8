//! What a guest may use of the host: at its start, changed while it runs, known to the next daemon. A folder stands for
//! the host's control groups.

use vireo_protocol::typed::TypedParam;

use super::*;
use crate::domain::change::memory::MemoryLimits;
use crate::domain::change::pins::PinVcpu;
use crate::domain::change::scheduler::Scheduler;
use crate::domain::def::CpuSet;
use crate::domain::scope::{CONFIG, LIVE};

/// A folder for an instance whose host has these controllers.
fn host(controllers: &str) -> tempfile::TempDir {
    let root = tempfile::tempdir().unwrap();
    std::fs::create_dir(root.path().join("cgroup")).unwrap();
    std::fs::write(root.path().join("cgroup/cgroup.controllers"), controllers).unwrap();
    root
}

fn stands(root: &Path, file: &str) -> Option<String> {
    std::fs::read_to_string(root.join("cgroup/vireo").join(UUID).join(file)).ok()
}

fn tuned(tuning: &str) -> Request {
    let text = def("").format(&crate::domain::def::FormatOptions::STORE);
    let text = text.replace("<os>", &format!("{tuning}<os>"));
    Request::Define { def: Box::new(DomainDef::parse(&text, ParseFlags::default()).unwrap()) }
}

fn shares(value: u64, flags: u32) -> Request {
    Request::Change { change: Arc::new(Scheduler(vec![TypedParam::new("cpu_shares", value)])), flags }
}

/// `<shares>` of the definition and of the running guest.
fn shown(daemon: &Instance) -> (Option<u64>, Option<u64>) {
    let shares = |text: &str| DomainDef::parse(text, ParseFlags::default()).unwrap().tune.cpu.shares;
    let snapshot = daemon.snapshot();
    let config = snapshot.definition.as_ref().and_then(|definition| shares(&definition.text.unpack()));
    (config, snapshot.live.as_ref().and_then(|live| shares(&live.text.unpack())))
}

#[test]
fn limits_hold_from_the_start_and_change_while_the_guest_runs() {
    let root = host("cpu memory");
    let daemon = Instance::start(root.path());
    daemon.done(tuned("<cputune><shares>200</shares><quota>5000</quota></cputune>"));
    daemon.create();
    let pid = daemon.snapshot().live.as_ref().unwrap().pid.to_string();
    assert_eq!(stands(root.path(), "cgroup.procs").as_ref(), Some(&pid));
    assert_eq!(stands(root.path(), "cpu.weight").as_deref(), Some("200"));
    assert_eq!(stands(root.path(), "vcpu0/cpu.max").as_deref(), Some("5000 100000"));
    assert_eq!(stands(root.path(), "vcpu0/cgroup.threads"), Some(pid));
    daemon.told();
    daemon.done(shares(300, LIVE));
    assert_eq!(stands(root.path(), "cpu.weight").as_deref(), Some("300"));
    assert_eq!(shown(&daemon), (Some(200), Some(300)));
    assert_eq!(daemon.told(), [(117, 1, 1)]);
    daemon.done(shares(400, CONFIG));
    assert_eq!(stands(root.path(), "cpu.weight").as_deref(), Some("300"));
    assert_eq!(shown(&daemon), (Some(400), Some(300)));
    assert_eq!(daemon.told(), [], "only a running guest's are told");

    daemon.kill();
    let daemon = Instance::start(root.path());
    assert_eq!(shown(&daemon), (Some(400), Some(300)));
    daemon.done(shares(500, LIVE | CONFIG));
    assert_eq!(stands(root.path(), "cpu.weight").as_deref(), Some("500"));
    assert_eq!(shown(&daemon), (Some(500), Some(500)));
    daemon.done(Request::Destroy { graceful: false });
}

#[test]
fn a_guest_that_refuses_leaves_the_definition_as_it_was() {
    let root = host("memory");
    let daemon = Instance::start(root.path());
    daemon.define("");
    daemon.create();
    let (code, message) = daemon.refused(shares(300, LIVE | CONFIG));
    assert_eq!(code, ErrorCode::OperationInvalid);
    assert!(message.ends_with("cgroup CPU controller is not mounted"), "{message}");
    assert_eq!(shown(&daemon), (None, None));
    let limit = MemoryLimits { hard: Some(1 << 20), ..MemoryLimits::default() };
    daemon.done(Request::Change { change: Arc::new(limit), flags: LIVE });
    assert_eq!(stands(root.path(), "memory.max").as_deref(), Some("1073741824"));
    daemon.done(Request::Destroy { graceful: false });
}

#[test]
fn a_guest_is_not_started_without_the_limits_it_is_to_have() {
    let root = host("memory");
    let daemon = Instance::start(root.path());
    daemon.done(tuned("<cputune><shares>200</shares></cputune>"));
    let (code, message) = daemon.refused(Request::Create(CreateOptions::default()));
    assert_eq!(code, ErrorCode::ConfigUnsupported);
    assert!(message.ends_with("CPU tuning is not available on this host"), "{message}");
    assert_eq!(daemon.state(), State::Shutoff(Shutoff::Failed));
    assert!(guests_folder_is_empty(root.path()));
}

#[test]
fn a_vcpu_is_pinned_while_it_runs() {
    use nix::sched::{CpuSet as Mask, sched_getaffinity};
    use nix::unistd::Pid;
    let root = host("");
    let daemon = Instance::start(root.path());
    daemon.define("");
    daemon.create();
    let thread = daemon.snapshot().live.as_ref().unwrap().hello.as_ref().unwrap().threads[0];
    let runs_on = || {
        let mask = sched_getaffinity(Pid::from_raw(thread)).unwrap();
        (0..Mask::count()).filter(|cpu| mask.is_set(*cpu).unwrap()).collect::<Vec<_>>()
    };
    let last = *runs_on().last().unwrap();
    let pin = |cpu: usize| PinVcpu { vcpu: 0, cpus: CpuSet::from_iter([cpu]) };
    daemon.done(Request::Change { change: Arc::new(pin(last)), flags: 0 });
    assert_eq!(runs_on(), [last]);
    let nowhere = daemon.refused(Request::Change { change: Arc::new(pin(9000)), flags: 0 });
    assert_eq!(nowhere.0, ErrorCode::SystemError);
    let text = daemon.snapshot().live.as_ref().unwrap().text.unpack();
    assert!(text.contains(&format!("<vcpupin vcpu='0' cpuset='{last}'/>")), "{text}");
    daemon.done(Request::Destroy { graceful: false });
}
