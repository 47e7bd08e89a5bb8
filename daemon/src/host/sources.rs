//! Reading the kernel's small files below `/sys` and `/proc`.
//!
//! Everything the host module tells is read from here when it is asked for; nothing is kept that can change.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::str::FromStr;

/// Highest number of a CPU, node or cache that is believed: the kernel's own limit is 8192 CPUs.
const MAX_ID: u32 = 65_535;

/// Where the kernel's files are; elsewhere in tests.
#[derive(Clone, Debug)]
pub struct Sources {
    sys: PathBuf,
    proc: PathBuf,
}

impl Sources {
    /// This host's.
    pub fn host() -> Self {
        Self { sys: "/sys".into(), proc: "/proc".into() }
    }

    /// Those of a description in two folders.
    #[cfg(test)]
    pub fn at(root: &Path) -> Self {
        Self { sys: root.join("sys"), proc: root.join("proc") }
    }

    /// A path below `/sys`.
    pub fn sys(&self, path: impl AsRef<Path>) -> PathBuf {
        self.sys.join(path)
    }

    /// The text of a file below `/sys`, without its last newline.
    pub fn text(&self, path: impl AsRef<Path>) -> Option<String> {
        let mut text = fs::read_to_string(self.sys.join(path)).ok()?;
        text.truncate(text.trim_end().len());
        Some(text)
    }

    /// The number in a file below `/sys`.
    pub fn number<T: FromStr>(&self, path: impl AsRef<Path>) -> Option<T> {
        self.text(path)?.parse().ok()
    }

    /// The list of numbers (`0-3,8`) in a file below `/sys`.
    pub fn list(&self, path: impl AsRef<Path>) -> Option<Vec<u32>> {
        parse_list(&self.text(path)?)
    }

    /// The numbers N of the entries `PREFIX N` of a folder below `/sys`, in ascending order.
    pub fn numbered(&self, path: impl AsRef<Path>, prefix: &str) -> Vec<u32> {
        let Ok(entries) = fs::read_dir(self.sys.join(path)) else { return Vec::new() };
        let number = |entry: fs::DirEntry| entry.file_name().to_str()?.strip_prefix(prefix)?.parse().ok();
        let mut numbers: Vec<u32> =
            entries.flatten().filter_map(number).filter(|number| *number <= MAX_ID).collect();
        numbers.sort_unstable();
        numbers
    }

    /// A whole file below `/proc`.
    pub fn proc(&self, path: impl AsRef<Path>) -> io::Result<String> {
        fs::read_to_string(self.proc.join(path))
    }
}

/// Parses the kernel's lists of numbers. `None` for anything else.
pub fn parse_list(text: &str) -> Option<Vec<u32>> {
    let mut numbers = Vec::new();
    for part in text.trim().split(',').filter(|part| !part.is_empty()) {
        let (first, last) = part.split_once('-').unwrap_or((part, part));
        let (first, last): (u32, u32) = (first.parse().ok()?, last.parse().ok()?);
        if first > last || last > MAX_ID {
            return None;
        }
        numbers.extend(first..=last);
    }
    numbers.sort_unstable();
    numbers.dedup();
    Some(numbers)
}

/// Formats ascending numbers as the kernel does.
pub fn format_list(numbers: &[u32]) -> String {
    let mut text = String::new();
    for run in numbers.chunk_by(|a, b| a + 1 == *b) {
        if !text.is_empty() {
            text.push(',');
        }
        text.push_str(&run[0].to_string());
        if let [_, .., last] = run {
            text.push('-');
            text.push_str(&last.to_string());
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_come_back_as_they_were() {
        for text in ["0", "0-3", "0-3,8,10-11", ""] {
            assert_eq!(format_list(&parse_list(text).unwrap()), text);
        }
        assert_eq!(format_list(&parse_list("3,1-2\n").unwrap()), "1-3");
    }

    #[test]
    fn what_is_no_list_is_refused() {
        for text in ["x", "3-1", "1-", "0-4294967295", "99999999999"] {
            assert_eq!(parse_list(text), None, "{text}");
        }
    }
}
