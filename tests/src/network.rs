//! Bridges for guests. Guest tests run in a network of their own, so names are free.

use std::process::Command;

/// A bridge with an address, removed at the end.
#[derive(Debug)]
pub struct Bridge(String);

impl Bridge {
    /// Makes it.
    pub fn new(name: &str, address: &str) -> Bridge {
        ip(&["link", "add", name, "type", "bridge"]);
        ip(&["address", "add", address, "dev", name]);
        ip(&["link", "set", name, "up"]);
        Bridge(name.into())
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.0
    }

    /// What is plugged into it.
    pub fn ports(&self) -> Vec<String> {
        let Ok(entries) = std::fs::read_dir(format!("/sys/class/net/{}/brif", self.0)) else {
            return Vec::new();
        };
        entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok()).collect()
    }
}

impl Drop for Bridge {
    fn drop(&mut self) {
        let _ = Command::new("ip").args(["link", "delete", &self.0]).status();
    }
}

/// Every interface there is.
pub fn interfaces() -> Vec<String> {
    let entries = std::fs::read_dir("/sys/class/net").expect("/sys/class/net");
    entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok()).collect()
}

fn ip(arguments: &[&str]) {
    let status = Command::new("ip").args(arguments).status().expect("ip runs");
    assert!(status.success(), "ip {}", arguments.join(" "));
}
