//! Sets of host CPUs as `<vcpu cpuset=>` writes them: `1-4,^3,6`.

use crate::{domain::def::error::invalid_arg, error::Result};

/// Largest CPU number a set may name, as in libvirt (`VIR_DOMAIN_CPUMASK_LEN`).
const MAX_CPU: usize = 16_383;

/// The set in libvirt's own form: sorted, ranges joined, nothing taken away.
pub(super) fn normalize(text: &str) -> Result<String> {
    let cpus = parse(text).ok_or_else(|| invalid_arg(format_args!("Failed to parse bitmap '{text}'")))?;
    let mut out = String::new();
    let mut at = 0;
    while let Some(first) = (at..cpus.len()).find(|cpu| cpus[*cpu]) {
        let last = (first..cpus.len()).take_while(|cpu| cpus[*cpu]).last().unwrap_or(first);
        if !out.is_empty() {
            out.push(',');
        }
        out.push_str(&first.to_string());
        if last > first {
            out.push('-');
            out.push_str(&last.to_string());
        }
        at = last + 1;
    }
    Ok(out)
}

/// One flag for each CPU up to the largest named.
fn parse(text: &str) -> Option<Vec<bool>> {
    let mut cpus = Vec::new();
    for part in text.split(',') {
        let part = part.trim_matches(|c: char| c.is_ascii_whitespace());
        let (range, add) = match part.strip_prefix('^') {
            Some(taken) => (taken, false),
            None => (part, true),
        };
        let (first, last) = match range.split_once('-') {
            // Only a single CPU can be taken away.
            Some(_) if !add => return None,
            Some((first, last)) => (number(first)?, number(last)?),
            None => (number(range)?, number(range)?),
        };
        if last < first {
            return None;
        }
        if cpus.len() <= last {
            cpus.resize(last + 1, false);
        }
        cpus[first..=last].fill(add);
    }
    cpus.contains(&true).then_some(cpus)
}

fn number(text: &str) -> Option<usize> {
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|cpu| digits && *cpu <= MAX_CPU)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sets_are_written_sorted_and_joined() {
        for (set, written) in [("1-4,^3,6", "1-2,4,6"), ("0", "0"), ("3,2,1", "1-3"), ("0-3,^0", "1-3")] {
            assert_eq!(normalize(set).unwrap(), written);
        }
    }

    #[test]
    fn what_is_no_set_is_refused() {
        for text in ["", "x", "1-x", "3-1", "^1-2", "1,,2", "0-99999", "^0", "1,^1"] {
            let error = normalize(text).unwrap_err();
            assert_eq!(error.message(), format!("invalid argument: Failed to parse bitmap '{text}'"));
        }
    }
}
