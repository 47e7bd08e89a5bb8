//! What a later daemon must know of a running guest: one file per guest below `run`, beside its control socket and
//! the record it leaves when it ends.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::domain::def::check_name;
use crate::domain::state::State;

/// The contents of a status file. Fields are only ever added, each with a default.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Status {
    /// The domain's UUID.
    pub uuid: Uuid,
    /// Its name.
    pub name: String,
    /// Its id.
    pub id: u32,
    /// The boot of the host it runs in: process numbers mean nothing in another.
    pub boot: String,
    /// The guest's process.
    pub pid: u32,
    /// When that was started, in clock ticks of the boot.
    pub start_time: u64,
    /// How far it is.
    pub phase: Phase,
    /// How the domain stands.
    pub state: State,
    /// The fingerprint of the specification the process was given.
    #[serde(default)]
    pub spec_hash: u64,
    /// A client of the daemon that started it is to outlive it.
    #[serde(default)]
    pub autodestroy: bool,
    /// What the guest has otherwise than its definition says.
    #[serde(default)]
    pub notes: Vec<String>,
    /// The sockets its serial ports listen on, to be removed at its end.
    #[serde(default)]
    pub sockets: Vec<PathBuf>,
    /// The live XML, with everything secret.
    pub xml: String,
}

impl Status {
    /// Reads a status file. What is not understood says why: the file is then set aside.
    pub fn read(bytes: &[u8]) -> Result<Self, String> {
        let status: Self = serde_json::from_slice(bytes).map_err(|error| error.to_string())?;
        // It becomes the name of files, as one in a definition does.
        check_name(&status.name).map_err(|error| error.message().to_owned())?;
        Ok(status)
    }
}

/// How far a start came.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Phase {
    /// The process is there; its guest was never announced.
    Starting,
    /// The guest was built and announced.
    Running,
}

/// The boot the host is in.
pub fn this_boot() -> String {
    std::fs::read_to_string("/proc/sys/kernel/random/boot_id").unwrap_or_default().trim_end().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::state::Running;

    #[test]
    fn a_status_comes_back_and_an_older_one_too() {
        let status = Status {
            uuid: Uuid::nil(),
            name: "web".into(),
            id: 3,
            boot: this_boot(),
            pid: 1,
            start_time: 2,
            phase: Phase::Running,
            state: State::Running(Running::Booted),
            spec_hash: 0,
            autodestroy: false,
            notes: Vec::new(),
            sockets: Vec::new(),
            xml: "<domain/>".into(),
        };
        let mut value = serde_json::to_value(&status).unwrap();
        assert_eq!(serde_json::from_value::<Status>(value.clone()).unwrap(), status);
        let fields = value.as_object_mut().unwrap();
        fields.remove("autodestroy");
        fields.remove("spec_hash");
        fields.remove("notes");
        fields.remove("sockets");
        fields.insert("later".into(), true.into());
        assert_eq!(Status::read(value.to_string().as_bytes()).unwrap(), status);
        value["name"] = "../web".into();
        assert!(Status::read(value.to_string().as_bytes()).unwrap_err().contains("cannot contain '/'"));
    }
}
