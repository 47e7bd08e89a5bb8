//! The process: waits for the launch, then serves the guest's life from the main thread until it ends.
//!
//! ```text
//!           +-- control connections: requests --+
//! epoll ----+-- mailbox: the guest ends, resets -+--> Lifecycle --> Step --> Machine
//!           +-- serial ports, clock, balloon     |            \--> events to all daemons
//!           +-- SIGTERM -------------------------+
//! ```

mod balloon;
pub(crate) mod exit;
mod launch;

use std::{
    os::fd::{AsRawFd, OwnedFd},
    process,
    time::{Duration, Instant},
};

use nix::sys::{
    signal::{SigSet, Signal},
    signalfd::{SfdFlags, SignalFd},
};
use vireo_control::{
    Event, ExitReason, PauseReason, ProtocolRange, Reply, Request, RunState, VmmError, VmmErrorKind,
};
use vmm_sys_util::epoll::EventSet;

use crate::{
    control::server::{Answer, Server, out_of_place},
    log,
    machine::lifecycle::{Change, Lifecycle, Step},
    poller::{Poller, Source},
    sandbox::Role,
    virtio::Balloon,
};
use launch::{Guest, Launched, check_protocol};

/// How long the last words may take to reach the daemon.
const LAST_WORDS: Duration = Duration::from_millis(20);

/// Runs the process. Never returns.
pub fn run() -> ! {
    exit::install_panic_hook();
    share_one_heap();
    // The guest outlives the daemon and its terminal. Fails where this is the leader of a session already.
    let _ = nix::unistd::setsid();
    let failed = |what: &str, error: &dyn std::fmt::Display| -> ! {
        log::line(format_args!("cannot {what}: {error}"));
        process::exit(1)
    };
    let signals = match watch_signals() {
        Ok(signals) => signals,
        Err(error) => failed("watch for signals", &error),
    };
    let launched = launch::launch();
    match Main::new(launched, signals) {
        Ok(main) => main.serve(),
        Err(error) => {
            exit::record(ExitReason::Failed, &format!("cannot serve the guest: {error}"));
            failed("serve the guest", &error)
        }
    }
}

/// One heap for all threads: they allocate next to nothing once the guest runs, and each heap of its own would cost
/// every guest memory and every thread time at its start.
fn share_one_heap() {
    #[cfg(target_env = "gnu")]
    // SAFETY: sets a number; before the first thread.
    unsafe {
        libc::mallopt(libc::M_ARENA_MAX, 1);
    }
}

/// SIGTERM and SIGINT, for all threads: vCPUs inherit the mask.
fn watch_signals() -> nix::Result<SignalFd> {
    let mut mask = SigSet::empty();
    mask.add(Signal::SIGTERM);
    mask.add(Signal::SIGINT);
    mask.thread_block()?;
    SignalFd::with_flags(&mask, SfdFlags::SFD_NONBLOCK | SfdFlags::SFD_CLOEXEC)
}

/// The main thread's things.
struct Main {
    poller: Poller,
    server: Server,
    guest: Guest,
    lifecycle: Lifecycle,
    signals: SignalFd,
    /// When the clock is due.
    clock_at: Option<Instant>,
    /// What there is to tell of the balloon.
    balloon_news: balloon::News,
}

impl Main {
    fn new(launched: Launched, signals: SignalFd) -> std::io::Result<Self> {
        let Launched { mut guest, listener, filters, daemon: (connection, id, protocol) } = launched;
        let poller = Poller::new()?;
        let lifecycle = Lifecycle::new(guest.spec.actions);
        poller.add(signals.as_raw_fd(), Source::Signal, EventSet::IN)?;
        poller.add(guest.machine.mailbox().bell().as_raw_fd(), Source::Mailbox, EventSet::IN)?;
        poller.add(guest.machine.serial_bell().as_raw_fd(), Source::SerialBell, EventSet::IN)?;
        if let Some(bell) = guest.machine.clock_bell() {
            poller.add(bell.as_raw_fd(), Source::Clock, EventSet::IN)?;
        }
        for serial in guest.machine.serials() {
            serial.watch(&poller)?;
        }
        if let Some(balloon) = guest.machine.balloon() {
            poller.add(balloon.bell().as_raw_fd(), Source::Balloon, EventSet::IN)?;
        }
        if let Some(bell) = guest.machine.vcpus_bell() {
            poller.add(bell.as_raw_fd(), Source::Vcpus, EventSet::IN)?;
        }
        let mut server = Server::new(listener, connection, &poller)?;
        server.speaks(0, protocol);
        let hello = guest.hello(lifecycle.state());
        server.answer(0, id, (Ok(Reply::Hello(hello)), Vec::new()));
        filters.apply(Role::Main).map_err(std::io::Error::other)?;
        let news = balloon::News::default();
        Ok(Self { poller, server, guest, lifecycle, signals, clock_at: None, balloon_news: news })
    }

    fn serve(mut self) -> ! {
        loop {
            self.server.watch_for_room(&self.poller);
            let next = self.clock_at.into_iter().chain(self.balloon_news.due()).min();
            let timeout = next.map(|at| at.saturating_duration_since(Instant::now()));
            match self.poller.wait(timeout) {
                Ok(events) => {
                    for (source, _) in events {
                        self.ready(source);
                    }
                }
                Err(error) => self.end(ExitReason::Failed, &format!("cannot wait for events: {error}")),
            }
            if self.clock_at.is_some_and(|at| at <= Instant::now()) {
                self.look_at_clock();
            }
            if self.balloon_news.due().is_some_and(|at| at <= Instant::now()) {
                self.tell_of_balloon();
            }
        }
    }

    fn ready(&mut self, source: Source) {
        match source {
            Source::Signal => {
                if matches!(self.signals.read_signal(), Ok(Some(_))) {
                    self.end(ExitReason::Destroyed, "terminated by a signal");
                }
            }
            Source::Mailbox => self.guest_events(),
            Source::Clock => {
                if let Some(bell) = self.guest.machine.clock_bell() {
                    // Nonblocking: it was rung, or it was not.
                    let _ = bell.read();
                }
                self.look_at_clock();
            }
            Source::Balloon => {
                if let Some(balloon) = self.guest.machine.balloon() {
                    // Nonblocking, as above.
                    let _ = balloon.bell().read();
                }
                self.balloon_news.come(Instant::now());
            }
            Source::Vcpus => {
                if let Some(bell) = self.guest.machine.vcpus_bell() {
                    // Nonblocking, as above.
                    let _ = bell.read();
                }
                self.take_removed_vcpus();
            }
            Source::SerialBell => {
                // Nonblocking, as above.
                let _ = self.guest.machine.serial_bell().read();
                self.pump_serials();
            }
            Source::Serial(number, side) => {
                let serials = self.guest.machine.serials();
                if let Some(serial) = serials.iter_mut().find(|serial| serial.number() == number) {
                    serial.ready(side, &self.poller);
                }
            }
            Source::Listener => self.server.accept(&self.poller),
            Source::Connection(number) => {
                while let Some(message) = self.server.next_request(number) {
                    let answer = self.request(message.request, number, message.id);
                    self.server.answer(number, message.id, answer);
                }
            }
        }
    }

    fn pump_serials(&mut self) {
        for serial in self.guest.machine.serials() {
            serial.pump(&self.poller);
            if let Some(open) = serial.port().take_guest_open().filter(|_| serial.is_channel()) {
                let alias = serial.alias().to_owned();
                self.server.announce(&Event::PortChanged { alias, open });
            }
        }
    }

    fn look_at_clock(&mut self) {
        self.clock_at = self.guest.machine.clock_due().map(|after| Instant::now() + after);
    }

    /// Takes the guest's events one by one: each may change what the next one means.
    fn guest_events(&mut self) {
        while let Some(event) = self.guest.machine.mailbox().take() {
            let change = self.lifecycle.guest(event);
            if change.step == Step::Stay {
                continue;
            }
            self.apply(change);
        }
    }

    /// Does what a change asks for, then tells everybody.
    fn apply(&mut self, Change { step, events }: Change) {
        let machine = &mut self.guest.machine;
        let running = self.lifecycle.state() == RunState::Running;
        let done = match step {
            Step::Stay => Ok(()),
            Step::Run => {
                machine.run();
                Ok(())
            }
            Step::Stop => machine.stop(),
            Step::Reset => machine.stop().and_then(|()| machine.reset()).map(|()| {
                if running {
                    machine.run();
                }
            }),
            Step::Exit(reason, detail) => {
                for event in &events {
                    self.server.announce(event);
                }
                self.end(reason, &detail)
            }
        };
        if let Err(error) = done {
            self.end(ExitReason::Failed, &error.to_string());
        }
        for event in &events {
            self.server.announce(event);
        }
    }

    fn request(&mut self, request: Request, number: u32, id: u64) -> Answer {
        let done = |result: Result<(), VmmError>| (result.map(|()| Reply::Done), Vec::new());
        match request {
            Request::Launch { .. } => (Err(out_of_place(&request)), Vec::new()),
            Request::Hello { protocol } => {
                self.server.speaks(number, protocol);
                self.hello(protocol)
            }
            Request::Resume => {
                let change = self.lifecycle.resume();
                done(change.map(|change| self.apply(change)))
            }
            Request::Pause => {
                let change = self.lifecycle.pause(PauseReason::User);
                done(change.map(|change| self.apply(change)))
            }
            Request::PowerButton | Request::Reboot => {
                let pressed = self.lifecycle.power_button(request == Request::Reboot);
                done(pressed.map(|()| self.guest.machine.press_power_button()))
            }
            Request::Reset => {
                let change = self.lifecycle.reset();
                self.apply(change);
                done(Ok(()))
            }
            Request::Quit => {
                self.server.answer(number, id, (Ok(Reply::Done), Vec::new()));
                self.end(ExitReason::Destroyed, "")
            }
            Request::OpenConsole { alias, force } => match self.open_console(alias.as_deref(), force) {
                Ok(client) => (Ok(Reply::Console), vec![client]),
                Err(error) => (Err(error), Vec::new()),
            },
            Request::SetBalloon { bytes } => done(self.balloon().map(|balloon| balloon.set_target(bytes))),
            Request::SetBalloonPeriod { seconds } => {
                done(self.balloon().map(|balloon| balloon.set_period(seconds)))
            }
            Request::InjectNmi => {
                self.guest.machine.inject_nmi();
                done(Ok(()))
            }
            Request::SetVcpu { index, online } => done(self.guest.machine.set_vcpu(index, online)),
            Request::QueryState => (Ok(Reply::State { state: self.lifecycle.state() }), Vec::new()),
        }
    }

    fn take_removed_vcpus(&mut self) {
        while let Some(removed) = self.guest.machine.take_removed_vcpu() {
            match removed {
                Ok(index) => self.server.announce(&Event::VcpuRemoved { index }),
                Err(error) => self.end(ExitReason::Failed, &error.to_string()),
            }
        }
    }

    fn balloon(&self) -> Result<&Balloon, VmmError> {
        self.guest.machine.balloon().ok_or_else(|| VmmError {
            kind: VmmErrorKind::Invalid,
            message: "the guest has no balloon".to_owned(),
        })
    }

    fn tell_of_balloon(&mut self) {
        let Ok(balloon) = self.balloon() else { return };
        let bytes = balloon.kept_bytes();
        if self.balloon_news.tell(bytes, Instant::now()) {
            self.server.announce(&Event::BalloonChanged { bytes });
        }
    }

    fn hello(&self, protocol: ProtocolRange) -> Answer {
        if let Err(error) = check_protocol(protocol) {
            return (Err(error), Vec::new());
        }
        match self.guest.stats.1.try_clone() {
            Ok(stats) => {
                let hello = self.guest.hello(self.lifecycle.state());
                (Ok(Reply::Hello(hello)), vec![stats])
            }
            Err(error) => {
                let message = format!("cannot hand out the statistics: {error}");
                (Err(VmmError { kind: VmmErrorKind::System, message }), Vec::new())
            }
        }
    }

    fn open_console(&mut self, alias: Option<&str>, force: bool) -> Result<OwnedFd, VmmError> {
        let mut serials = self.guest.machine.serials().iter_mut();
        let wanted = serials.find(|serial| alias.is_none_or(|alias| serial.alias() == alias));
        match wanted {
            Some(serial) => serial.open_console(force, &self.poller),
            None => {
                let message = match alias {
                    Some(alias) => format!("the guest has no console {alias}"),
                    None => "the guest has no console".to_owned(),
                };
                Err(VmmError { kind: VmmErrorKind::Invalid, message })
            }
        }
    }

    /// Ends the process: the record first, then the last words, then everything else goes with it.
    fn end(&mut self, reason: ExitReason, detail: &str) -> ! {
        exit::record(reason, detail);
        self.pump_serials();
        self.server.announce(&Event::Exiting { reason });
        self.server.drain(LAST_WORDS);
        exit::end(reason)
    }
}
