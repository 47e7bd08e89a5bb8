//! The facts of a definition that are asked for again and again: what lists, `info` and statistics need without its
//! XML. Kept in memory for every domain and at the head of its file.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::domain::def::DomainDef;

/// Facts of a definition.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Facts {
    /// `<memory>`.
    pub memory_kib: u64,
    /// `<currentMemory>`.
    pub current_kib: u64,
    /// vCPUs at start.
    pub vcpus: u16,
    /// The most vCPUs there can be.
    pub vcpus_max: u16,
    /// The XML holds passwords: it is shown as it is kept only to those who may see them.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub secrets: bool,
    /// There is a balloon whose target may be asked for.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub balloon: bool,
    /// Its disks, in the order of the XML.
    #[serde(default, skip_serializing_if = "<[_]>::is_empty")]
    pub disks: Box<[DiskFacts]>,
}

/// Facts of a disk.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DiskFacts {
    /// `<target dev=>`.
    pub target: Box<str>,
    /// The host path its data lies at.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub path: Option<Box<str>>,
    /// The image's number, while a guest has it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub index: Option<u32>,
}

/// The head of a definition's file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileFacts {
    /// The domain's name.
    pub name: Box<str>,
    /// Its UUID.
    pub uuid: Uuid,
    /// The name it had before; what has that name and this UUID is the same domain, and is to be removed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub renamed_from: Option<Box<str>>,
    /// The rest.
    pub facts: Facts,
}

impl Facts {
    /// The facts of a definition.
    pub fn of(def: &DomainDef) -> Self {
        let disks = def.devices.disks.iter().map(|disk| DiskFacts {
            target: disk.target.dev.as_str().into(),
            path: disk.source_path().map(Into::into),
            index: disk.source.index,
        });
        Self {
            memory_kib: def.memory.total_kib,
            current_kib: def.memory.current_kib,
            vcpus: bounded(def.vcpus.online()),
            vcpus_max: bounded(def.vcpus.maximum),
            secrets: def.devices.graphics.iter().any(|graphics| graphics.passwd.is_some()),
            balloon: def.devices.balloon().is_some(),
            disks: disks.collect(),
        }
    }
}

/// Validation keeps vCPU counts far below this.
fn bounded(count: u32) -> u16 {
    u16::try_from(count).unwrap_or(u16::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_head_of_a_file_is_short_and_comes_back() {
        let disk = DiskFacts { target: "vda".into(), path: Some("/srv/web.raw".into()), index: None };
        let facts = Facts {
            memory_kib: 1024,
            current_kib: 512,
            vcpus: 1,
            vcpus_max: 2,
            secrets: false,
            balloon: false,
            disks: [disk].into(),
        };
        let head = FileFacts { name: "web".into(), uuid: Uuid::nil(), renamed_from: None, facts };
        let text = serde_json::to_string(&head).unwrap();
        assert!(text.len() < 200, "{text}");
        assert_eq!(serde_json::from_str::<FileFacts>(&text).unwrap(), head);
    }
}
