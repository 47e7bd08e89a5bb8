//! Taking out what differs between two runs of the same thing.

use std::path::Path;

/// What the paths and names of one run are called in transcripts.
#[derive(Debug, Clone, Default)]
pub struct Names(Vec<(String, &'static str)>);

impl Names {
    /// Calls this path so.
    pub fn path(mut self, path: &Path, name: &'static str) -> Names {
        self.0.push((path.display().to_string(), name));
        self
    }

    /// Replaces the names in one line.
    pub fn in_words(&self, line: &str) -> String {
        self.0.iter().fold(line.to_owned(), |line, (from, to)| line.replace(from.as_str(), to))
    }

    /// The lines that a command said, comparable.
    pub fn normal(&self, command: &str, text: &str) -> Vec<String> {
        let counters = command.starts_with("domstats") || command.starts_with("dommemstat");
        let line = |line: &str| {
            let line = self.in_words(line.trim_end());
            let line = numbered(&line, "/dev/pts/");
            let line = numbered(&line, "vnet");
            let line = timed(&line);
            if counters { counter(&line) } else { line }
        };
        let mut lines: Vec<String> = text.lines().map(line).collect();
        lines.retain(|line| !line.is_empty());
        lines
    }
}

/// Numbers that the host gives out: `/dev/pts/7` becomes `/dev/pts/N`.
fn numbered(line: &str, before: &str) -> String {
    let Some(start) = line.find(before).map(|at| at + before.len()) else { return line.to_owned() };
    let digits = line[start..].bytes().take_while(u8::is_ascii_digit).count();
    if digits == 0 {
        return line.to_owned();
    }
    format!("{}N{}", &line[..start], &line[start + digits..])
}

/// `CPU time: 4.5s` and `<source ... id='domain-1-...'>`-like values of one moment.
fn timed(line: &str) -> String {
    let moments = ["CPU time:", "Id:"];
    match moments.iter().find(|moment| line.starts_with(**moment)) {
        Some(moment) => format!("{moment} N"),
        None => line.to_owned(),
    }
}

/// Counters that say the same at every moment; the others only have to be there.
const STEADY: &[&str] = &[
    "state.state",
    "state.reason",
    "balloon.current",
    "balloon.maximum",
    "vcpu.current",
    "vcpu.maximum",
    "net.count",
    "block.count",
    "block.0.capacity",
    "block.0.physical",
    "block.0.backingIndex",
];

fn counter(line: &str) -> String {
    let Some((name, value)) = line.trim_start().split_once('=') else { return line.to_owned() };
    let is_number = !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit());
    if is_number && !STEADY.contains(&name) { format!("{name}=N") } else { format!("{name}={value}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_run_names_by_chance_is_taken_out() {
        let names = Names::default().path(Path::new("/tmp/x1"), "DIR");
        let said =
            names.normal("dumpxml G", "<source path='/dev/pts/12'/>\n<target dev='vnet3'/>\n/tmp/x1/disk\n");
        assert_eq!(said, ["<source path='/dev/pts/N'/>", "<target dev='vnetN'/>", "DIR/disk"]);
    }

    #[test]
    fn counters_only_have_to_be_there() {
        let said =
            Names::default().normal("domstats G", "  cpu.time=123\n  vcpu.current=2\n  block.0.name=vda");
        assert_eq!(said, ["cpu.time=N", "vcpu.current=2", "block.0.name=vda"]);
    }
}
