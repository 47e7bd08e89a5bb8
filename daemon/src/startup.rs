//! The life of the process: from its options to its end.

use std::fs;
use std::io::{self, Read, Seek, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use nix::fcntl::{Flock, FlockArg};
use nix::sys::resource::{Resource, getrlimit, setrlimit};
use nix::sys::stat::{Mode, umask};
use sd_notify::NotifyState;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::time::Instant;

use crate::config::{Config, ConfigError};
use crate::daemon::Daemon;
use crate::logging::{self, Level, LogError, Logger};
use crate::memory;
use crate::paths::Paths;
use crate::rpc::{ListenError, Server, activated, bind};

/// Threads that serve calls, at most. With the main thread and those that wait for disks there are six in all:
/// calls are short, and a host's processors are its guests'.
const MAX_SERVING_THREADS: usize = 3;

/// Threads that wait for disks, at most.
const MAX_BLOCKING_THREADS: usize = 2;

/// How long one of those stays without work.
const BLOCKING_THREAD_IDLE: Duration = Duration::from_secs(2);

/// How often a daemon that is to end when nobody needs it looks whether somebody does.
const IDLE_CHECK: Duration = Duration::from_secs(1);

/// What the command line asks for.
pub struct Options {
    /// Which instance.
    pub instance: Instance,
    /// Its configuration file, if not at its usual place.
    pub config: Option<PathBuf>,
    /// Log everything.
    pub verbose: bool,
    /// End after so long without a client and without a guest.
    pub timeout: Option<Duration>,
}

/// Which instance of the daemon this is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Instance {
    /// The host's own.
    System,
    /// A user's.
    Session,
    /// One for itself, below a folder.
    Rooted(PathBuf),
}

/// Why it did not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// There are no folders to use.
    #[error("{0}")]
    Paths(String),
    /// The configuration.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// A variable of the environment.
    #[error("{0}")]
    Environment(String),
    /// The log.
    #[error(transparent)]
    Log(#[from] LogError),
    /// Another daemon has this instance's folders.
    #[error("another vireod serves {}: process {pid}", run.display())]
    Running {
        /// The folder it has locked.
        run: PathBuf,
        /// What its lock file says.
        pid: String,
    },
    /// The sockets.
    #[error(transparent)]
    Listen(#[from] ListenError),
    /// A system call.
    #[error("{what}: {reason}")]
    System {
        /// What was tried.
        what: &'static str,
        /// Why it failed.
        reason: io::Error,
    },
    /// The daemon's own state.
    #[error("{0}")]
    State(crate::error::Error),
}

fn system(what: &'static str) -> impl Fn(io::Error) -> StartError {
    move |reason| StartError::System { what, reason }
}

/// Starts, serves, stops.
pub fn run(options: Options) -> Result<(), StartError> {
    memory::configure();
    let paths = match &options.instance {
        Instance::System => Paths::system(),
        Instance::Session => Paths::session().map_err(StartError::Paths)?,
        Instance::Rooted(root) => Paths::rooted(&std::path::absolute(root).map_err(system("--root"))?),
    };
    let config = read_config(&options, &paths)?;
    let logger = logging::init(&config.log)?;
    raise_descriptor_limit();
    umask(Mode::from_bits_truncate(0o022));
    paths.create().map_err(system("cannot make the daemon's folders"))?;
    // What the daemon makes from now on is its own; what others may use gets its mode by name.
    umask(Mode::from_bits_truncate(0o077));
    let lock = lock(&paths.run)?;
    let sockets = config.unix_sock_dir.as_ref().unwrap_or(&paths.sockets);
    let session = options.instance == Instance::Session;
    let listeners = match activated()? {
        Some(passed) => passed,
        None => bind(sockets, &config, session)?,
    };
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(serving_threads(&config))
        .max_blocking_threads(MAX_BLOCKING_THREADS)
        .thread_keep_alive(BLOCKING_THREAD_IDLE)
        .thread_name("vireod")
        .enable_all()
        .build()
        .map_err(system("cannot start the threads"))?;
    let life = async {
        // First of all, so that whoever was answered may send one.
        let signals = Signals::catch().map_err(system("cannot catch signals"))?;
        let daemon =
            Daemon::start(paths.clone(), config.clone(), session).await.map_err(StartError::State)?;
        let server = Server::start(daemon.clone(), listeners, &config).map_err(system("cannot accept"))?;
        serve(signals, &options, &paths, daemon, server, &logger).await
    };
    let outcome = runtime.block_on(life);
    runtime.shutdown_background();
    drop(lock);
    outcome
}

fn read_config(options: &Options, paths: &Paths) -> Result<Config, StartError> {
    let mut config = match &options.config {
        Some(file) => Config::read(file)?,
        None => Config::read_if_present(&paths.etc.join("vireod.conf"))?,
    };
    config.log =
        config.log.with_environment(|name| std::env::var(name).ok()).map_err(StartError::Environment)?;
    if options.verbose {
        config.log.level = Level::Debug;
    }
    Ok(config)
}

fn serving_threads(config: &Config) -> usize {
    let processors = std::thread::available_parallelism().map_or(1, usize::from);
    processors.min(config.max_workers).min(MAX_SERVING_THREADS)
}

/// Each client and each guest takes descriptors; the soft limit is for programs that use `select`.
fn raise_descriptor_limit() {
    let raised = getrlimit(Resource::RLIMIT_NOFILE)
        .and_then(|(_, hard)| setrlimit(Resource::RLIMIT_NOFILE, hard, hard));
    if let Err(reason) = raised {
        tracing::warn!("cannot raise the limit of open files: {reason}");
    }
}

/// Locks the instance's folder for as long as the file is open, and leaves our number for others to name.
fn lock(run: &Path) -> Result<Flock<fs::File>, StartError> {
    let what = "cannot lock the instance";
    let file = fs::OpenOptions::new()
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .mode(0o644)
        .open(run.join("vireod.pid"))
        .map_err(system(what))?;
    let mut lock = match Flock::lock(file, FlockArg::LockExclusiveNonblock) {
        Ok(lock) => lock,
        Err((mut file, nix::errno::Errno::EWOULDBLOCK)) => {
            let mut pid = String::new();
            file.read_to_string(&mut pid).map_err(system(what))?;
            return Err(StartError::Running { run: run.to_owned(), pid: pid.trim().to_owned() });
        }
        Err((_, reason)) => return Err(system(what)(reason.into())),
    };
    lock.set_len(0)
        .and_then(|()| lock.rewind())
        .and_then(|()| writeln!(lock, "{}", std::process::id()))
        .map_err(system(what))?;
    Ok(lock)
}

/// The signals that mean something.
struct Signals {
    terminate: Signal,
    interrupt: Signal,
    hangup: Signal,
}

impl Signals {
    fn catch() -> io::Result<Self> {
        Ok(Self {
            terminate: signal(SignalKind::terminate())?,
            interrupt: signal(SignalKind::interrupt())?,
            hangup: signal(SignalKind::hangup())?,
        })
    }
}

async fn serve(
    mut signals: Signals,
    options: &Options,
    paths: &Paths,
    daemon: Arc<Daemon>,
    server: Server,
    logger: &Logger,
) -> Result<(), StartError> {
    tell(&[NotifyState::Ready]);
    tracing::info!("version {} serves {}", env!("CARGO_PKG_VERSION"), paths.sockets.display());
    loop {
        tokio::select! {
            _ = signals.terminate.recv() => break,
            _ = signals.interrupt.recv() => break,
            () = idle(&daemon, &server, options.timeout) => {
                tracing::info!("nobody needs the daemon");
                break;
            }
            _ = signals.hangup.recv() => reload(options, paths, &daemon, &server, logger),
        }
    }
    tell(&[NotifyState::Stopping]);
    server.stop().await;
    daemon.stop().await;
    Ok(())
}

/// Returns when there was neither client nor guest for this long; without a limit never.
async fn idle(daemon: &Daemon, server: &Server, limit: Option<Duration>) {
    let Some(limit) = limit else { return std::future::pending().await };
    let mut since = Instant::now();
    while since.elapsed() < limit {
        tokio::time::sleep(IDLE_CHECK.min(limit)).await;
        if server.clients() > 0 || daemon.domains.count_active() > 0 {
            since = Instant::now();
        }
    }
}

/// Reads the configuration again. One that is wrong changes nothing.
fn reload(options: &Options, paths: &Paths, daemon: &Daemon, server: &Server, logger: &Logger) {
    if let Ok(now) = NotifyState::monotonic_usec_now() {
        tell(&[NotifyState::Reloading, now]);
    }
    let outcome = read_config(options, paths).and_then(|config| {
        logger.reload(&config.log)?;
        server.set_limits(&config);
        daemon.set_config(config);
        Ok(())
    });
    match outcome {
        Ok(()) => tracing::info!("the configuration was read again"),
        Err(error) => tracing::error!("the configuration stays as it was: {error}"),
    }
    tell(&[NotifyState::Ready]);
}

fn tell(state: &[NotifyState<'_>]) {
    if let Err(reason) = sd_notify::notify(state) {
        tracing::warn!("cannot tell the service manager: {reason}");
    }
}
