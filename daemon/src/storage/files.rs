//! The files of pools.
//!
//! | file | what |
//! | --- | --- |
//! | `etc/storage/NAME.xml` | a definition |
//! | `etc/storage/autostart/NAME.xml` | a link to it: the pool is started with the host |
//! | `run/pools/UUID.json` | an active pool's [`Status`] |
//! | `run/storage-autostarted.mark` | the autostart of this boot has been done |

use std::collections::HashSet;
use std::path::Path;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::def::PoolDef;
use crate::domain::status::this_boot;
use crate::error::{Error, ErrorDomain, Result};
use crate::paths::Paths;
use crate::store::record::{self, Record};
use crate::store::{Durability, Folder, StoreError};

/// The folders, open.
pub struct Files {
    definitions: Folder,
    autostart: Folder,
    statuses: Folder,
    marks: Folder,
}

/// What the head of a definition's file says.
#[derive(Serialize, Deserialize)]
struct Head {
    name: String,
    uuid: Uuid,
}

/// What a later daemon must know of an active pool. Fields are only ever added, each with a default.
#[derive(Debug, Serialize, Deserialize)]
pub struct Status {
    /// Its UUID.
    pub uuid: Uuid,
    /// The document it was started with.
    pub xml: String,
}

impl Files {
    /// Opens the folders of an instance, made where they are missing.
    pub fn open(paths: &Paths) -> Result<Self> {
        let etc = paths.etc.join("storage");
        let open = |path: &Path, suffix, durability| Folder::open(path, suffix, durability).map_err(failed);
        Ok(Self {
            definitions: open(&etc, ".xml", Durability::Durable)?,
            autostart: open(&etc.join("autostart"), ".xml", Durability::Durable)?,
            statuses: open(&paths.run.join("pools"), ".json", Durability::Volatile)?,
            marks: open(&paths.run, ".mark", Durability::Volatile)?,
        })
    }

    /// Writes a definition; it is on disk when this returns.
    pub fn save_definition(&self, def: &PoolDef) -> Result<()> {
        let text = def.format(None);
        let header = record::header(&Head { name: def.name.clone(), uuid: def.uuid }, &text);
        self.definitions.save(&def.name, &[&header, text.as_bytes()]).map_err(failed)
    }

    /// Removes a definition and its autostart mark.
    pub fn remove_definition(&self, name: &str) -> Result<()> {
        // The mark first: one without a definition would be for a later pool of the name.
        self.autostart.remove(name).map_err(failed)?;
        self.definitions.remove(name).map(drop).map_err(failed)
    }

    /// Sets or takes a pool's autostart mark.
    pub fn set_autostart(&self, name: &str, on: bool) -> Result<()> {
        if on {
            let target = Path::new("..").join(format!("{name}.xml"));
            self.autostart.link(name, &target).map_err(failed)
        } else {
            self.autostart.remove(name).map(drop).map_err(failed)
        }
    }

    /// The names with an autostart mark.
    pub fn autostart_names(&self) -> Result<HashSet<String>> {
        Ok(self.autostart.names().map_err(failed)?.into_iter().collect())
    }

    /// All definitions. One that cannot be used is set aside.
    pub fn load_definitions(&self) -> Result<Vec<PoolDef>> {
        let read = |bytes: &[u8], name: &str| {
            let text = match record::read::<Head>(bytes).map_err(|error| error.to_string())? {
                Record::Whole { text, .. } => text.into(),
                Record::Foreign(text) => text,
            };
            let def = PoolDef::parse(&text, false).map_err(|error| error.message().to_owned())?;
            if def.name == name {
                Ok(def)
            } else {
                Err(format!("it is the definition of pool '{}'", def.name))
            }
        };
        load_all(&self.definitions, read)
    }

    /// Writes an active pool's status.
    pub fn save_status(&self, def: &PoolDef) -> Result<()> {
        let status = Status { uuid: def.uuid, xml: def.format(None) };
        let bytes = serde_json::to_vec(&status).map_err(|error| {
            Error::internal(ErrorDomain::Storage, format_args!("status of a pool: {error}"))
        })?;
        self.statuses.save(&def.uuid.to_string(), &[&bytes]).map_err(failed)
    }

    /// Removes the status of a pool that is no longer active. That it stays is no reason not to be inactive.
    pub fn remove_status(&self, uuid: Uuid) {
        if let Err(error) = self.statuses.remove(&uuid.to_string()) {
            tracing::error!("{error}: {}", error.io());
        }
    }

    /// The documents of all pools that an earlier daemon left active. A file that says nothing sensible is set aside.
    pub fn load_statuses(&self) -> Result<Vec<PoolDef>> {
        let read = |bytes: &[u8], name: &str| {
            let status: Status = serde_json::from_slice(bytes).map_err(|error| error.to_string())?;
            let def = PoolDef::parse(&status.xml, false).map_err(|error| error.message().to_owned())?;
            let fits = def.uuid.to_string() == name && status.uuid == def.uuid;
            if fits { Ok(def) } else { Err("it speaks of another pool".to_owned()) }
        };
        load_all(&self.statuses, read)
    }

    /// Whether the autostart of this boot is yet to be done; it counts as done from now on.
    pub fn first_start_of_boot(&self) -> bool {
        const MARK: &str = "storage-autostarted";
        let boot = this_boot();
        let done = self.marks.load(MARK).is_ok_and(|mark| mark.bytes == boot.as_bytes());
        if !done && let Err(error) = self.marks.save(MARK, &[boot.as_bytes()]) {
            tracing::error!("{error}: {}", error.io());
        }
        !done
    }
}

fn load_all(
    folder: &Folder,
    read: impl Fn(&[u8], &str) -> std::result::Result<PoolDef, String>,
) -> Result<Vec<PoolDef>> {
    let mut all = Vec::new();
    for name in folder.names().map_err(failed)? {
        match folder.load(&name) {
            Ok(loaded) => match read(&loaded.bytes, &name) {
                Ok(def) => all.push(def),
                Err(reason) => drop(folder.set_aside(&name, &reason).map_err(failed)?),
            },
            // It may be whole: it stays where it is.
            Err(error) => tracing::error!("{error}: {}; pool '{name}' is not there", error.io()),
        }
    }
    Ok(all)
}

/// A failure of the disk, as clients see it.
fn failed(error: StoreError) -> Error {
    Error::system(ErrorDomain::Storage, &error, error.io())
}
