//! Minimal guests: what they print, how they end, and what the daemon hears of it.

mod support;

use std::{
    io::{Read, Write},
    time::{Duration, Instant},
};

use support::{Launch, PATIENCE, Vmm, guest::Guest, kvm};
use vireo_control::{
    Event, ExitReason, LifecycleAction, LifecycleActions, MachineKind, PauseReason, Reply, Request, RunState,
    VmmErrorKind,
};

const MACHINES: [MachineKind; 3] = [MachineKind::Q35, MachineKind::Pc, MachineKind::Microvm];

fn run(machine: MachineKind, guest: Guest) -> Vmm {
    Launch::new(machine, guest.file()).run()
}

/// With RAM that a reset leaves alone, for guests that count in it.
fn keeping_ram(machine: MachineKind, guest: Guest) -> Launch {
    let mut launch = Launch::new(machine, guest.file());
    launch.spec.memory.shared = true;
    launch
}

fn state(vmm: &mut Vmm) -> RunState {
    match vmm.control.ask(Request::QueryState).unwrap() {
        Reply::State { state } => state,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_guest_prints_and_powers_off_on_every_machine() {
    if !kvm() {
        return;
    }
    for machine in MACHINES {
        let mut vmm = run(machine, Guest::new().print("hello\n").power_off(machine));
        assert_eq!(vmm.rest(), "hello\n");
        assert_eq!(vmm.control.event(), Event::Resumed);
        assert_eq!(vmm.control.event(), Event::Shutdown);
        assert_eq!(vmm.control.event(), Event::Exiting { reason: ExitReason::Shutdown });
        // Six characters and the write to the sleep register.
        assert_eq!((vmm.counter("exits.total"), vmm.counter("exits.io")), (7, 7));
        assert_eq!(vmm.exit().reason, ExitReason::Shutdown);
    }
}

#[test]
fn one_instruction_prints_a_whole_text() {
    if !kvm() {
        return;
    }
    let text = "all of this with one rep outsb\n".repeat(20);
    let guest = Guest::new().stack().print_at_once(&text).power_off(MachineKind::Q35);
    assert_eq!(run(MachineKind::Q35, guest).rest(), text);
}

#[test]
fn the_serial_port_reads_what_is_typed() {
    if !kvm() {
        return;
    }
    let mut vmm = run(MachineKind::Microvm, Guest::new().print("?").echo().power_off(MachineKind::Microvm));
    vmm.expect("?", PATIENCE);
    let typed = "abc".repeat(50);
    vmm.serial.write_all(typed.as_bytes()).unwrap();
    vmm.serial.write_all(b".").unwrap();
    assert_eq!(vmm.rest(), "bcd".repeat(50));
}

#[test]
fn every_way_to_reset_starts_the_guest_again() {
    if !kvm() {
        return;
    }
    type Way = fn(Guest) -> Guest;
    let ways: [(&str, Way); 3] = [
        ("reset register", |guest| guest.out8(0xcf9, 6).halt()),
        ("keyboard controller", |guest| guest.out8(0x64, 0xfe).halt()),
        ("triple fault", |guest| guest.stack().triple_fault()),
    ];
    for machine in MACHINES {
        for (name, way) in ways {
            let guest = Guest::new().print("start ").first_time(way).print("again").power_off(machine);
            let mut vmm = keeping_ram(machine, guest).run();
            assert_eq!(vmm.rest(), "start start again", "{machine:?} {name}");
            assert_eq!(vmm.control.event(), Event::Resumed);
            assert_eq!(vmm.control.event(), Event::Reset, "{machine:?} {name}");
            assert_eq!(vmm.control.event(), Event::Shutdown);
        }
    }
}

#[test]
fn the_actions_of_the_specification_decide() {
    if !kvm() {
        return;
    }
    let launch = |guest: Guest, change: fn(&mut LifecycleActions)| {
        let mut launch = keeping_ram(MachineKind::Q35, guest);
        change(&mut launch.spec.actions);
        launch.run()
    };
    let reset = Guest::new().out8(0xcf9, 6).halt();
    let vmm = launch(reset, |actions| actions.on_reboot = LifecycleAction::Destroy);
    assert_eq!(vmm.exit().reason, ExitReason::Reset);

    let guest = Guest::new().first_time(|guest| guest.power_off(MachineKind::Q35)).print("again").halt();
    let mut vmm = launch(guest, |actions| actions.on_poweroff = LifecycleAction::Restart);
    vmm.expect("again", PATIENCE);

    let guest =
        Guest::new().print("x").first_time(|guest| guest.power_off(MachineKind::Q35)).print("again").halt();
    let mut vmm = launch(guest, |actions| actions.on_poweroff = LifecycleAction::Preserve);
    vmm.expect("x", PATIENCE);
    assert_eq!([vmm.control.event(), vmm.control.event()], [Event::Resumed, Event::Shutdown]);
    assert_eq!(state(&mut vmm), RunState::Shutdown);
    assert_eq!(vmm.control.ask(Request::Resume).unwrap_err().kind, VmmErrorKind::State);
    vmm.control.ask(Request::Reset).unwrap();
    assert_eq!(state(&mut vmm), RunState::Paused { reason: PauseReason::User });
    vmm.control.ask(Request::Resume).unwrap();
    vmm.expect("xagain", PATIENCE);
}

#[test]
fn pause_stops_a_guest_that_never_stops_and_resume_lets_it_go_on() {
    if !kvm() {
        return;
    }
    let mut launch = Launch::new(MachineKind::Q35, Guest::new().print("going").spin().file());
    (launch.spec.cpus.online, launch.spec.cpus.maximum) = (2, 4);
    let mut vmm = launch.launch().unwrap();
    assert_eq!(state(&mut vmm), RunState::Paused { reason: PauseReason::Starting });
    assert_eq!(vmm.hello.as_ref().unwrap().vcpu_tids.len(), 2);
    vmm.control.ask(Request::Resume).unwrap();
    vmm.expect("going", PATIENCE);
    for _ in 0..20 {
        vmm.control.ask(Request::Pause).unwrap();
        assert_eq!(state(&mut vmm), RunState::Paused { reason: PauseReason::User });
        vmm.control.ask(Request::Resume).unwrap();
        assert_eq!(state(&mut vmm), RunState::Running);
    }
    vmm.control.ask(Request::Reset).unwrap();
    vmm.expect("going", PATIENCE);
}

#[test]
fn the_power_button_shows_in_the_registers_and_a_reboot_resets() {
    if !kvm() {
        return;
    }
    let guest = || {
        let machine = MachineKind::Q35;
        Guest::new().print("up ").wait_for_power_button().print("pressed ").power_off(machine).file()
    };
    let mut vmm = Launch::new(MachineKind::Q35, guest()).run();
    vmm.expect("up", PATIENCE);
    vmm.control.ask(Request::Reboot).unwrap();
    vmm.expect("pressed", PATIENCE);
    vmm.expect("up", PATIENCE);
    assert_eq!([vmm.control.event(), vmm.control.event()], [Event::Resumed, Event::Reset]);
    vmm.control.ask(Request::PowerButton).unwrap();
    assert_eq!(vmm.control.event(), Event::Shutdown);
    assert_eq!(vmm.exit().reason, ExitReason::Shutdown);
}

#[test]
fn a_later_daemon_finds_the_guest_and_its_console() {
    if !kvm() {
        return;
    }
    let guest = Guest::new().print("early ").echo().power_off(MachineKind::Q35);
    let mut vmm = run(MachineKind::Q35, guest);
    vmm.expect("early", PATIENCE);
    let spec_hash = vmm.hello.as_ref().unwrap().spec_hash;

    let mut second = vmm.connect();
    let id = second.send(Request::Hello { protocol: vireo_control::PROTOCOL }, &[]);
    let (reply, fds) = second.answer(id);
    let Ok(Reply::Hello(hello)) = reply else { panic!("{reply:?}") };
    assert_eq!((hello.state, hello.spec_hash), (RunState::Running, spec_hash));
    assert_eq!(fds.len(), 1);

    let mut console = second.console(None, false).unwrap();
    let mut replayed = [0; 6];
    console.read_exact(&mut replayed).unwrap();
    assert_eq!(&replayed, b"early ");
    console.write_all(b"ab").unwrap();
    let mut echoed = [0; 2];
    console.read_exact(&mut echoed).unwrap();
    assert_eq!(&echoed, b"bc");
    assert_eq!(second.console(Some("serial0"), false).unwrap_err().kind, VmmErrorKind::Busy);
    assert_eq!(second.console(Some("serial7"), false).unwrap_err().kind, VmmErrorKind::Invalid);
    console.write_all(b".").unwrap();
    assert_eq!(second.event(), Event::Shutdown);
}

#[test]
fn the_guest_outlives_its_daemon() {
    if !kvm() {
        return;
    }
    let mut vmm = run(MachineKind::Q35, Guest::new().print("up").echo().power_off(MachineKind::Q35));
    vmm.expect("up", PATIENCE);
    let mut second = vmm.connect();
    vmm.control = vmm.connect();
    let Reply::State { state } = second.ask(Request::QueryState).unwrap() else { panic!() };
    assert_eq!(state, RunState::Running);
    second.ask(Request::Quit).unwrap();
    assert_eq!(vmm.exit().reason, ExitReason::Destroyed);
}

#[test]
fn quit_and_sigterm_end_the_process_at_once() {
    if !kvm() {
        return;
    }
    let mut vmm = run(MachineKind::Q35, Guest::new().print("up").spin());
    vmm.expect("up", PATIENCE);
    let start = Instant::now();
    vmm.control.ask(Request::Quit).unwrap();
    assert_eq!(vmm.exit().reason, ExitReason::Destroyed);
    println!("quit took {:?}", start.elapsed());
    assert!(start.elapsed() < Duration::from_secs(2));

    let mut vmm = run(MachineKind::Q35, Guest::new().print("up").spin());
    vmm.expect("up", PATIENCE);
    let pid = nix::unistd::Pid::from_raw(vmm.child.id() as i32);
    nix::sys::signal::kill(pid, nix::sys::signal::Signal::SIGTERM).unwrap();
    assert_eq!(vmm.exit().reason, ExitReason::Destroyed);
}

#[test]
fn what_cannot_be_launched_is_refused_with_a_reason() {
    if !kvm() {
        return;
    }
    let refused = |change: fn(&mut Launch)| {
        let mut launch = Launch::new(MachineKind::Q35, Guest::new().halt().file());
        change(&mut launch);
        let (mut vmm, id) = launch.spawn();
        let error = vmm.control.answer(id).0.unwrap_err();
        let record = vmm.exit();
        assert_eq!(record.reason, ExitReason::Failed);
        assert_eq!(record.detail, error.message);
        (error.kind, error.message)
    };
    let (kind, message) = refused(|launch| launch.spec.memory.bytes = 12345);
    assert_eq!(kind, VmmErrorKind::Invalid);
    assert!(message.starts_with("guest memory of 12345 bytes"), "{message}");
    let (kind, message) = refused(|launch| launch.spec.cpus.online = 2);
    assert_eq!(kind, VmmErrorKind::Invalid);
    assert!(message.starts_with("2 of 1 vCPUs"), "{message}");
    let (kind, message) = refused(|launch| launch.spec.kvm = vireo_control::FdIndex(99));
    assert_eq!(
        (kind, message.as_str()),
        (VmmErrorKind::Invalid, "/dev/kvm: descriptor 99 of 6 does not exist")
    );
    let (kind, message) = refused(|launch| launch.fds[0] = tempfile::tempfile().unwrap().into());
    assert_eq!(kind, VmmErrorKind::Invalid);
    assert_eq!(message, "the kernel is neither a bzImage nor an x86-64 ELF image");
    let (kind, message) = refused(|launch| launch.fds[2] = tempfile::tempfile().unwrap().into());
    assert_eq!(kind, VmmErrorKind::Invalid);
    assert!(message.starts_with("the descriptor given as /dev/kvm"), "{message}");
}
