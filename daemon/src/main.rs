//! `vireod`: the command line, and the process around the daemon.
//!
//! ```text
//! arguments -> configuration -> log -> folders -> lock -> sockets -> daemon -> serve until SIGTERM
//! ```
//! Whatever stops the start is one line that names the file and the rule. Guests are processes of their own: they
//! go on when this one stops.

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use clap::Parser;
use vireod::startup::{Instance, Options};

/// Serves libvirt's clients: virtual machines on KVM.
#[derive(Parser)]
#[command(name = "vireod", version, about, disable_help_subcommand = true)]
struct Arguments {
    /// A private instance: sockets in DIR/run, state in DIR/lib, configuration in DIR/etc, logs in DIR/log
    #[arg(long, value_name = "DIR", conflicts_with = "session")]
    root: Option<PathBuf>,
    /// The instance of this user, in the folders of the session [default: for all but root]
    #[arg(long)]
    session: bool,
    /// The configuration file, in the syntax of libvirtd.conf [default: vireod.conf in the configuration's folder]
    #[arg(short = 'f', long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Log all that is worth debugging
    #[arg(short, long)]
    verbose: bool,
    /// End after so long without a client and without a guest
    #[arg(short, long, value_name = "SECONDS", value_parser = clap::value_parser!(u64).range(1..))]
    timeout: Option<u64>,
}

fn main() -> ExitCode {
    let Arguments { root, session, config, verbose, timeout } = Arguments::parse();
    let instance = match (root, session) {
        (Some(root), _) => Instance::Rooted(root),
        (None, true) => Instance::Session,
        // As clients start a daemon for their session: by its path alone.
        (None, false) if !nix::unistd::geteuid().is_root() => Instance::Session,
        (None, false) => Instance::System,
    };
    let timeout = timeout.map(Duration::from_secs);
    match vireod::startup::run(Options { instance, config, verbose, timeout }) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("vireod: {error}");
            ExitCode::FAILURE
        }
    }
}
