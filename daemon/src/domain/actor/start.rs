//! The start of a guest. Any failure undoes all of it.

use std::os::fd::OwnedFd;
use std::sync::Arc;

use tokio::task::JoinHandle;
use vireo_control::{Hello, PROTOCOL, Reply, Request, VmSpec, VmmErrorKind};

use super::Actor;
use super::call::{CallError, LAUNCH_DEADLINE};
use super::define::blocking;
use super::end::LastEnd;
use super::guest::Guest;
use crate::domain::def::{DomainDef, FormatOptions};
use crate::domain::launch::{self, Prepared, Sockets};
use crate::domain::limits::nodes::MemoryPolicy;
use crate::domain::limits::{self, Held, Threads};
use crate::domain::live::{HelloFacts, Live};
use crate::domain::request::{CreateOptions, Request as DomainRequest};
use crate::domain::state::{Paused, State};
use crate::domain::stats::page::Page;
use crate::domain::status::{Phase, Status, this_boot};
use crate::domain::vmm::{Link, Process, spawn};
use crate::error::{Error, ErrorCode, ErrorDomain, Result};
use crate::events::domain::{Lifecycle, Suspended};
use crate::rpc::ClientHandle;

/// A guest's process, waiting for its specification.
struct Spawned {
    process: Process,
    link: Link,
    def: Box<DomainDef>,
    spec: Box<VmSpec>,
    fds: Vec<OwnedFd>,
    stats: OwnedFd,
    sockets: Sockets,
    notes: Vec<String>,
}

impl Actor {
    /// Starts what is defined.
    pub(super) async fn start_defined(&mut self, options: CreateOptions) -> Result<()> {
        let def = self.defined()?;
        self.start(def, options).await
    }

    /// Starts a guest by a document.
    pub(super) async fn start(&mut self, def: Box<DomainDef>, options: CreateOptions) -> Result<()> {
        let id = self.registry.next_id();
        self.show(|snapshot| {
            snapshot.id = Some(id);
            snapshot.state = State::Paused(Paused::StartingUp);
        });
        let started = self.try_start(id, def, options).await;
        if let Err(error) = &started {
            self.undo_start(error).await;
        }
        started
    }

    async fn try_start(&mut self, id: u32, def: Box<DomainDef>, options: CreateOptions) -> Result<()> {
        let Spawned { process, link, def, spec, fds, stats, sockets, notes } = self.spawn(id, def).await?;
        let pid = process.pid();
        let status = Status {
            uuid: def.uuid,
            name: def.name.clone(),
            id,
            boot: this_boot(),
            pid,
            start_time: process.start_time(),
            phase: Phase::Starting,
            state: State::Paused(Paused::StartingUp),
            spec_hash: spec.fingerprint(),
            autodestroy: options.autodestroy.is_some(),
            notes: notes.clone(),
            sockets: sockets.keep(),
            xml: def.format(&FormatOptions::STATUS),
        };
        let (uuid, expected) = (def.uuid, status.spec_hash);
        let times = process.times();
        self.guest = Some(Guest::new(process, Some(link), status, true));
        // Before the process hears of its guest: until then it ends with the daemon, from then on it is found.
        self.keep_status();
        let entering = self.enter_group(&def, pid).await?;

        let request = Request::Launch { spec, protocol: PROTOCOL };
        let answer = self.call_with("build the guest", request, &fds, LAUNCH_DEADLINE).await;
        // Closed here, so that locks and taps are the guest's alone.
        drop(fds);
        let hello = match answer {
            Ok(Reply::Hello(hello)) => hello,
            Ok(_) => return Err(Error::internal(ErrorDomain::Qemu, "the guest's process did not say hello")),
            Err(error) => return Err(self.launch_error(error)),
        };
        check_hello(&hello, uuid, expected)?;
        let def = self.settle_threads(def, pid, &hello, entering).await?;
        let facts = hello_facts(hello, notes, &stats)?;
        let live = Live::new(&def, pid, times, Some(Arc::new(facts)));
        self.show(|snapshot| snapshot.live = Some(Arc::new(live)));
        if let Some(guest) = &mut self.guest {
            guest.status.phase = Phase::Running;
        }
        self.tell_agent_at_start(&def);
        if options.paused {
            self.announce_paused();
        } else {
            // A daemon that dies from here on leaves a guest that the next one lets run.
            self.keep_status();
            self.begin_to_run().await?;
        }
        if let Some(client) = options.autodestroy {
            self.end_with(client, id);
        }
        Ok(())
    }

    /// Puts the process into a control group of its own. Where that has limits, the guest is built within them;
    /// where not, nobody waits for it.
    async fn enter_group(&self, def: &DomainDef, pid: u32) -> Result<Option<JoinHandle<Result<()>>>> {
        let groups = self.registry.setup().groups.clone();
        let (limited, def) = (limits::limits_group(def), def.clone());
        let entering = tokio::task::spawn_blocking(move || limits::admit(&groups, &def, pid));
        if !limited {
            return Ok(Some(entering));
        }
        entering.await.unwrap_or_else(|error| {
            Err(Error::internal(ErrorDomain::Qemu, format!("a task of the daemon failed: {error}")))
        })?;
        Ok(None)
    }

    /// Gives the guest's threads what the definition says, before they run.
    async fn settle_threads(
        &self,
        def: Box<DomainDef>,
        pid: u32,
        hello: &Hello,
        entering: Option<JoinHandle<Result<()>>>,
    ) -> Result<Box<DomainDef>> {
        if !limits::limits_threads(&def) {
            return Ok(def);
        }
        // A group that is entered later might let the threads run elsewhere.
        if let Some(entering) = entering {
            let _ = entering.await;
        }
        let threads = Threads { pid, vcpus: vcpu_threads(hello) };
        let held = Held { groups: self.registry.setup().groups.clone(), uuid: def.uuid, threads };
        blocking(move || limits::settle(&held, &def).map(|()| def)).await
    }

    /// Opens everything and starts the process, on a thread that may wait.
    async fn spawn(&self, id: u32, mut def: Box<DomainDef>) -> Result<Spawned> {
        let registry = self.registry.clone();
        blocking(move || {
            let Prepared { spec, fds, stats, log, sockets, notes } =
                launch::prepare(&mut def, id, &registry)?;
            let policy = MemoryPolicy::of(&def)?;
            let program = &registry.setup().program;
            let failed = |error| {
                let what = format!("cannot run '{}'", program.path.display());
                Error::system(ErrorDomain::Qemu, what, &error)
            };
            let (process, socket) = spawn::spawn(program, log, policy).map_err(failed)?;
            let link = Link::new(socket).map_err(failed)?;
            Ok(Spawned { process, link, def, spec, fds, stats, sockets, notes })
        })
        .await
    }

    /// Lets a guest that was built run, and tells that there is one.
    pub(super) async fn begin_to_run(&mut self) -> Result<()> {
        self.call("resume", Request::Resume).await.map_err(|error| self.launch_error(error))?;
        self.now_running();
        self.tell(Lifecycle::Started);
        Ok(())
    }

    fn announce_paused(&mut self) {
        if let Some(guest) = &mut self.guest {
            guest.starts_paused();
        }
        self.show_state(State::Paused(Paused::User));
        self.tell(Lifecycle::Started);
        self.tell(Lifecycle::Suspended(Suspended::Paused));
    }

    /// The guest ends with the client that it is started for.
    fn end_with(&mut self, client: ClientHandle, id: u32) {
        let (domain, registry) = (self.domain.clone(), self.registry.clone());
        let hook = client.on_close(move || {
            // Nobody is left to hear what comes of it.
            let _ = domain.post(&registry, DomainRequest::Autodestroy { id });
        });
        if let Some(guest) = &mut self.guest {
            guest.autodestroy = Some((client, hook));
        }
    }

    /// Why a guest was not built, as the caller is told.
    fn launch_error(&mut self, error: CallError) -> Error {
        match error {
            CallError::Refused(refused) if refused.kind == VmmErrorKind::Unsupported => {
                Error::new(ErrorCode::ConfigUnsupported, ErrorDomain::Qemu, refused)
            }
            CallError::Ended => match self.last_end.take() {
                Some(LastEnd { destroyed: true, .. }) => Error::new(
                    ErrorCode::OperationAborted,
                    ErrorDomain::Qemu,
                    "the domain was destroyed while it was being started",
                ),
                end => {
                    let detail = end.and_then(|end| end.detail).unwrap_or_else(|| {
                        let log = self.registry.files().log_path(&self.domain.snapshot().name);
                        format!("'{}' may tell why", log.display())
                    });
                    let info = format!("the guest's process exited while it was being started: {detail}");
                    Error::internal(ErrorDomain::Qemu, info)
                }
            },
            error => error.into(),
        }
    }
}

/// Whether the process is the one that was meant, and can be talked to.
pub(super) fn check_hello(hello: &Hello, uuid: uuid::Uuid, spec_hash: u64) -> Result<()> {
    let wrong = if hello.uuid != uuid {
        format!("it runs {}", hello.uuid)
    } else if hello.protocol.common(PROTOCOL).is_none() {
        let (oldest, newest) = (hello.protocol.oldest, hello.protocol.newest);
        format!("build {} speaks versions {oldest} to {newest} of the control protocol", hello.build)
    } else if hello.spec_hash != 0 && hello.spec_hash != spec_hash {
        "it runs another specification".to_owned()
    } else {
        return Ok(());
    };
    Err(Error::internal(ErrorDomain::Qemu, format!("the guest's process is not the one expected: {wrong}")))
}

/// What is published of a hello, and of what was known before it.
pub(super) fn hello_facts(hello: Hello, mut notes: Vec<String>, stats: &OwnedFd) -> Result<HelloFacts> {
    let threads = vcpu_threads(&hello);
    let page = Page::map(stats, hello.stats)
        .map_err(|error| Error::system(ErrorDomain::Qemu, "cannot map the guest's statistics", &error))?;
    notes.extend(hello.notes);
    Ok(HelloFacts { page, threads, notes: notes.into() })
}

/// The threads of the vCPUs, by their numbers. A vmm that does not tell of those that are off has none.
fn vcpu_threads(hello: &Hello) -> Box<[i32]> {
    if hello.vcpus.is_empty() {
        return hello.vcpu_tids.clone().into();
    }
    hello.vcpus.iter().map(|vcpu| vcpu.tid).collect()
}
