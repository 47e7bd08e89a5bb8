//! The configuration file: the keys of `libvirtd.conf`, in its syntax.
//!
//! A key that nobody knows, and a value that cannot be honoured, stop the start with file, line and key: a
//! setting is never taken and ignored. Keys of parts that this daemon does not have may say that the part is not
//! wanted, and nothing else.

mod keys;
mod syntax;
#[cfg(test)]
mod tests;

use std::path::{Path, PathBuf};

pub use syntax::{Setting, SyntaxError, Value};

use crate::logging::LogConfig;

/// What can be configured, with its defaults.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Config {
    /// The group that may use the read-write socket; by default `libvirt` where there is such a group.
    pub unix_sock_group: Option<String>,
    /// The read-only sockets' mode.
    pub unix_sock_ro_perms: u32,
    /// The read-write sockets' mode; by default 0770 where there is a group, else 0700.
    pub unix_sock_rw_perms: Option<u32>,
    /// Where the sockets are, if not at their usual place.
    pub unix_sock_dir: Option<PathBuf>,
    /// How many clients may be connected.
    pub max_clients: usize,
    /// How many connections the kernel keeps until they are accepted.
    pub max_queued_clients: u32,
    /// How many clients may be connected and not authenticated yet. On unix sockets the kernel has
    /// authenticated everyone before the first byte, so there are none.
    pub max_anonymous_clients: usize,
    /// How many calls of a client may wait at once.
    pub max_client_requests: usize,
    /// How many threads serve calls, at most; more than there are processors never start.
    pub max_workers: usize,
    /// How many threads there are from the start. All of them are, so it is only checked.
    pub min_workers: usize,
    /// How many calls of a client that have high priority may wait beside the others.
    pub prio_workers: usize,
    /// After how many seconds of silence a client is pinged; -1 for never.
    pub keepalive_interval: i32,
    /// After how many unanswered pings a client is given up.
    pub keepalive_count: u32,
    /// The host's UUID, if not the machine's own.
    pub host_uuid: Option<String>,
    /// Where the host's UUID comes from, `smbios` or `machine-id`.
    pub host_uuid_source: Option<String>,
    /// What is logged where.
    pub log: LogConfig,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            unix_sock_group: None,
            unix_sock_ro_perms: 0o777,
            unix_sock_rw_perms: None,
            unix_sock_dir: None,
            max_clients: 5000,
            max_queued_clients: 1000,
            max_anonymous_clients: 20,
            max_client_requests: 5,
            max_workers: 20,
            min_workers: 5,
            prio_workers: 5,
            keepalive_interval: 5,
            keepalive_count: 5,
            host_uuid: None,
            host_uuid_source: None,
            log: LogConfig::default(),
        }
    }
}

/// Why a configuration was refused; it names the file, and what else is known of the place.
#[derive(Debug, thiserror::Error)]
#[error("{}: {problem}", file.display())]
pub struct ConfigError {
    file: PathBuf,
    problem: Problem,
}

#[derive(Debug, thiserror::Error)]
enum Problem {
    #[error("cannot read it: {0}")]
    Read(#[from] std::io::Error),
    #[error("{0}")]
    Syntax(SyntaxError),
    #[error("line {line}: {key}: {what}")]
    Key { line: usize, key: String, what: String },
}

impl Config {
    /// Reads a file; the environment's `LIBVIRT_DEBUG`, `LIBVIRT_LOG_FILTERS` and `LIBVIRT_LOG_OUTPUTS` are the
    /// caller's to apply, as they come after it.
    pub fn read(file: &Path) -> Result<Self, ConfigError> {
        let fail = |problem| ConfigError { file: file.to_owned(), problem };
        let text = std::fs::read_to_string(file).map_err(|error| fail(error.into()))?;
        Self::parse(&text).map_err(fail)
    }

    /// Reads the file if there is one; else the defaults.
    pub fn read_if_present(file: &Path) -> Result<Self, ConfigError> {
        match Self::read(file) {
            Err(ConfigError { problem: Problem::Read(error), .. })
                if error.kind() == std::io::ErrorKind::NotFound =>
            {
                Ok(Self::default())
            }
            outcome => outcome,
        }
    }

    fn parse(text: &str) -> Result<Self, Problem> {
        let (mut config, mut asked) = (Self::default(), false);
        for Setting { key, value, line } in syntax::parse(text).map_err(Problem::Syntax)? {
            let fail = |what| Problem::Key { line, key: key.clone(), what };
            keys::apply(&mut config, &key, &value).map_err(fail)?;
            // The default of the one is not held against the other.
            asked |= key == "min_workers";
            if asked && config.min_workers > config.max_workers {
                let (least, most) = (config.min_workers, config.max_workers);
                return Err(fail(format!("min_workers, {least}, is more than max_workers, {most}")));
            }
        }
        Ok(config)
    }
}
