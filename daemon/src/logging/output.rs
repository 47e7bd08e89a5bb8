//! The places that messages are written to.

use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::os::unix::net::UnixDatagram;
use std::path::PathBuf;
use std::time::{SystemTime, UNIX_EPOCH};

use super::settings::{Level, Target};

/// One message.
pub(super) struct Record<'a> {
    pub(super) level: Level,
    pub(super) part: &'a str,
    pub(super) text: &'a str,
}

/// An open place.
pub(super) enum Output {
    Stderr,
    File(File),
    Syslog(UnixDatagram, String),
    Journald(UnixDatagram),
}

/// Why a place cannot be written to.
#[derive(Debug, thiserror::Error)]
#[error("cannot log to {}: {reason}", path.display())]
pub struct LogError {
    path: PathBuf,
    reason: io::Error,
}

impl Output {
    pub(super) fn open(target: &Target) -> Result<Self, LogError> {
        let connect = |path: &str| {
            let socket = UnixDatagram::unbound().and_then(|socket| socket.connect(path).map(|()| socket));
            socket.map_err(|reason| LogError { path: path.into(), reason })
        };
        Ok(match target {
            Target::Stderr => Output::Stderr,
            Target::File(path) => {
                let file = OpenOptions::new().append(true).create(true).mode(0o600).open(path);
                Output::File(file.map_err(|reason| LogError { path: path.clone(), reason })?)
            }
            Target::Syslog(name) => Output::Syslog(connect("/dev/log")?, name.clone()),
            Target::Journald => Output::Journald(connect("/run/systemd/journal/socket")?),
        })
    }

    /// Writes a message. A log that cannot be written is nobody's reason to stop.
    pub(super) fn write(&self, record: &Record<'_>) {
        let _ = match self {
            Output::Stderr => io::stderr().write_all(line(record).as_bytes()),
            Output::File(file) => (&*file).write_all(line(record).as_bytes()),
            Output::Syslog(socket, name) => socket.send(syslog(record, name).as_bytes()).map(drop),
            Output::Journald(socket) => socket.send(&journal(record)).map(drop),
        };
    }
}

fn line(record: &Record<'_>) -> String {
    let Record { level, part, text } = record;
    format!("{}: {}: {} : {part} : {text}\n", timestamp(SystemTime::now()), std::process::id(), level.name())
}

/// The facility is "daemon".
fn syslog(record: &Record<'_>, name: &str) -> String {
    format!("<{}>{name}[{}]: {}", 3 << 3 | priority(record.level), std::process::id(), record.text)
}

/// The journal's own protocol: a text that may have several lines goes with its length.
fn journal(record: &Record<'_>) -> Vec<u8> {
    let mut message = format!(
        "PRIORITY={}\nSYSLOG_IDENTIFIER=vireod\nLIBVIRT_SOURCE={}\nMESSAGE\n",
        priority(record.level),
        record.part
    )
    .into_bytes();
    message.extend_from_slice(&(record.text.len() as u64).to_le_bytes());
    message.extend_from_slice(record.text.as_bytes());
    message.push(b'\n');
    message
}

fn priority(level: Level) -> u8 {
    match level {
        Level::Error => 3,
        Level::Warning => 4,
        Level::Info => 6,
        Level::Debug => 7,
    }
}

/// UTC, as stock logs write it: `2026-11-23 03:48:57.180+0000`.
fn timestamp(time: SystemTime) -> String {
    let since = time.duration_since(UNIX_EPOCH).unwrap_or_default();
    let (days, second) = (since.as_secs() / 86_400, since.as_secs() % 86_400);
    let (year, month, day) = date(days);
    let (hour, minute, second) = (second / 3600, second / 60 % 60, second % 60);
    let milli = since.subsec_millis();
    format!("{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}:{second:02}.{milli:03}+0000")
}

/// The date of a number of days since 1970, in years that begin with March, so that the leap day is the last.
fn date(days: u64) -> (u64, u64, u64) {
    let shifted = days + 719_468;
    let (era, of_era) = (shifted / 146_097, shifted % 146_097);
    let year_of_era = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (5 * of_year + 2) / 153;
    let day = of_year - (153 * shifted_month + 2) / 5 + 1;
    let month = if shifted_month < 10 { shifted_month + 3 } else { shifted_month - 9 };
    (era * 400 + year_of_era + u64::from(month <= 2), month, day)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn times_are_written_as_dates() {
        let at = |seconds| timestamp(UNIX_EPOCH + Duration::from_millis(seconds));
        assert_eq!(at(0), "1970-01-01 00:00:00.000+0000");
        assert_eq!(at(951_782_400_000), "2000-02-29 00:00:00.000+0000");
        assert_eq!(at(1_795_405_737_180), "2026-11-23 03:48:57.180+0000");
        assert_eq!(at(4_107_542_399_999), "2100-02-28 23:59:59.999+0000");
    }

    #[test]
    fn a_file_is_appended_to() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("log");
        std::fs::write(&path, "before\n").unwrap();
        let record = Record { level: Level::Error, part: "vireod::rpc", text: "it broke" };
        Output::open(&Target::File(path.clone())).unwrap().write(&record);
        let text = std::fs::read_to_string(path).unwrap();
        assert!(
            text.starts_with("before\n") && text.ends_with(": error : vireod::rpc : it broke\n"),
            "{text}"
        );
    }

    #[test]
    fn the_systems_log_and_the_journal_get_their_own_forms() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("log");
        let ear = UnixDatagram::bind(&path).unwrap();
        let mouth = || {
            let socket = UnixDatagram::unbound().unwrap();
            socket.connect(&path).unwrap();
            socket
        };
        let record = Record { level: Level::Warning, part: "vireod::rpc", text: "two\nlines" };
        let heard = |output: Output| {
            output.write(&record);
            let mut bytes = [0; 256];
            let length = ear.recv(&mut bytes).unwrap();
            bytes[..length].to_vec()
        };
        let said = heard(Output::Syslog(mouth(), "vireod".into()));
        let expected = format!("<28>vireod[{}]: two\nlines", std::process::id());
        assert_eq!(String::from_utf8(said).unwrap(), expected);
        let said = heard(Output::Journald(mouth()));
        let fields = b"PRIORITY=4\nSYSLOG_IDENTIFIER=vireod\nLIBVIRT_SOURCE=vireod::rpc\nMESSAGE\n";
        assert_eq!(&said[..fields.len()], fields);
        assert_eq!(&said[fields.len()..], b"\x09\0\0\0\0\0\0\0two\nlines\n");
    }

    #[test]
    fn a_place_that_cannot_be_opened_is_named() {
        let error = Output::open(&Target::File("/nonexistent/log".into())).err().unwrap();
        assert!(error.to_string().contains("/nonexistent/log"), "{error}");
    }
}
