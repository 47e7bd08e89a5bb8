//! The same commands on stock libvirtd and on ours, and what may differ.
//!
//! A [`Tour`] runs commands on a server and keeps what they say, with everything
//! that differs between two runs of the same server taken out. The result is a
//! [`Transcript`]; stock's are also kept in `tests/test_data/stock`, for machines
//! without stock libvirtd. [`differences`] compares two of them against a list of
//! allowed differences, each with its reason.

use crate::server::Server;
use crate::virsh::Answer;
use crate::workspace;
use std::fmt::Write;
use std::path::PathBuf;

mod lines;
mod normal;

pub use normal::Names;

/// One command and what it said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// The command, as a reader would type it.
    pub command: String,
    /// Its output and messages, normalised; the last line is the status where it is not 0.
    pub said: Vec<String>,
}

/// What a tour heard.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Transcript {
    /// In the order of the tour.
    pub steps: Vec<Step>,
}

/// Runs commands and keeps what they say.
pub struct Tour<'a> {
    /// Where the commands go.
    pub server: &'a Server,
    names: Names,
    transcript: Transcript,
}

impl<'a> Tour<'a> {
    /// Begins; `names` says what the paths and names of this run are called in the transcript.
    pub fn new(server: &'a Server, names: Names) -> Tour<'a> {
        Tour { server, names, transcript: Transcript::default() }
    }

    /// Runs a virsh command and keeps what it says.
    pub fn virsh(&mut self, arguments: &[&str]) -> Answer {
        let answer = self.server.virsh(arguments);
        let mut text = answer.stdout.clone() + &answer.stderr;
        if answer.status != 0 {
            let _ = write!(text, "\nstatus {}", answer.status);
        }
        self.keep(&arguments.join(" "), &text);
        answer
    }

    /// Keeps a text that came otherwise, under a command's name.
    pub fn keep(&mut self, command: &str, text: &str) {
        let command = self.names.in_words(command);
        let mut said = self.names.normal(&command, text);
        if command.starts_with("event ") {
            // QEMU resets twice where once is asked for.
            said.dedup();
        }
        self.transcript.steps.push(Step { command, said });
    }

    /// The end of the tour.
    pub fn transcript(self) -> Transcript {
        self.transcript
    }
}

/// A difference that is meant to be.
#[derive(Debug, Clone, Copy)]
pub struct Allowed {
    /// In what commands say that begin like this.
    pub command: &'static str,
    /// A line with this in it, on either side.
    pub line: &'static str,
    /// Why.
    pub reason: &'static str,
}

/// Differences that no entry of `allowed` covers, for people to read.
pub fn differences(stock: &Transcript, ours: &Transcript, allowed: &[Allowed]) -> Vec<String> {
    let mut found = Vec::new();
    for (index, theirs) in stock.steps.iter().enumerate() {
        let Some(mine) = ours.steps.get(index).filter(|mine| mine.command == theirs.command) else {
            found.push(format!("`{}`: not reached by ours", theirs.command));
            return found;
        };
        let may = |line: &str| {
            allowed.iter().any(|entry| theirs.command.starts_with(entry.command) && line.contains(entry.line))
        };
        let lines = lines::different(&theirs.said, &mine.said);
        let unexpected = lines.into_iter().filter(|(_, line)| !may(line));
        found.extend(unexpected.map(|(side, line)| format!("`{}`: {side} {line}", theirs.command)));
    }
    found
}

impl Transcript {
    /// The recorded transcript of stock libvirtd.
    pub fn recorded(name: &str) -> Transcript {
        let path = recording(name);
        let text =
            std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        Transcript::parse(&text)
    }

    /// Keeps it as the recorded one.
    pub fn record(&self, name: &str) {
        std::fs::write(recording(name), self.to_text()).expect("tests/test_data/stock can be written");
    }

    fn parse(text: &str) -> Transcript {
        let mut steps: Vec<Step> = Vec::new();
        for line in text.lines() {
            if let Some(command) = line.strip_prefix("$ ") {
                steps.push(Step { command: command.into(), said: Vec::new() });
            } else if let Some(step) = steps.last_mut() {
                step.said.push(line.strip_prefix("  ").unwrap_or(line).into());
            }
        }
        Transcript { steps }
    }

    fn to_text(&self) -> String {
        let mut text = String::new();
        for step in &self.steps {
            let _ = writeln!(text, "$ {}", step.command);
            for line in &step.said {
                let _ = writeln!(text, "  {line}");
            }
        }
        text
    }
}

fn recording(name: &str) -> PathBuf {
    workspace::root().join("tests/test_data/stock").join(format!("{name}.txt"))
}

/// Where stock's side of a comparison comes from.
pub enum Stock {
    /// A running one, in the version that the recordings are of.
    Live(Server),
    /// What was recorded; virsh is of that version.
    Recorded,
}

/// The version that recordings are of, and that ours is compared with.
const VERSION: &str = "9.0";

/// The last procedure that this version has.
pub const NEWEST_PROCEDURE: i32 = 443;

/// Stock, as recorded, or running with VIREO_STOCK=live (`make record` then records it anew). The reason
/// if it cannot be had.
pub fn stock() -> Result<Stock, String> {
    let version = version_of("virsh").ok_or("no virsh")?;
    if !version.starts_with(VERSION) {
        return Err(format!("compares with libvirt {VERSION}, and virsh here is {version}"));
    }
    if std::env::var_os("VIREO_STOCK").is_none_or(|wish| wish != "live") {
        return Ok(Stock::Recorded);
    }
    match version_of("libvirtd") {
        Some(version) if version.contains(VERSION) => Server::stock().map(Stock::Live),
        version => Err(format!("compares with libvirtd {VERSION}, and here is {version:?}")),
    }
}

impl Stock {
    /// Stock's transcript of a tour: taken now, or the recorded one. With VIREO_RECORD set, it is recorded.
    pub fn transcript(&self, name: &str, tour: impl FnOnce(&Server) -> Transcript) -> Transcript {
        match self {
            Stock::Recorded => Transcript::recorded(name),
            Stock::Live(server) => {
                let transcript = tour(server);
                if std::env::var_os("VIREO_RECORD").is_some() {
                    transcript.record(name);
                }
                transcript
            }
        }
    }
}

fn version_of(program: &str) -> Option<String> {
    let path = format!("{}:/usr/sbin:/sbin", std::env::var("PATH").unwrap_or_default());
    let output = std::process::Command::new(program).arg("--version").env("PATH", path).output().ok()?;
    Some(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

/// Fails with every difference that is not allowed.
#[track_caller]
pub fn assert_same(stock: &Transcript, ours: &Transcript, allowed: &[Allowed]) {
    let found = differences(stock, ours, allowed);
    assert!(found.is_empty(), "- stock, + ours\n{}", found.join("\n"));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn transcript(said: &[&str]) -> Transcript {
        let said = said.iter().map(|line| (*line).to_owned()).collect();
        Transcript { steps: vec![Step { command: "dumpxml G".into(), said }] }
    }

    #[test]
    fn a_difference_is_found_unless_it_is_allowed() {
        let stock = transcript(&["<a/>", "<b/>", "<c/>"]);
        let ours = transcript(&["<a/>", "<c/>", "<d/>"]);
        assert_eq!(differences(&stock, &ours, &[]), ["`dumpxml G`: - <b/>", "`dumpxml G`: + <d/>"]);
        let allowed = [Allowed { command: "dumpxml", line: "<b", reason: "" }];
        assert_eq!(differences(&stock, &ours, &allowed), ["`dumpxml G`: + <d/>"]);
    }

    #[test]
    fn a_recording_reads_back() {
        let before = transcript(&["one", "", "  three"]);
        assert_eq!(Transcript::parse(&before.to_text()), before);
    }
}
