//! The files of domains.
//!
//! | file | what |
//! | --- | --- |
//! | `etc/domains/NAME.xml` | a definition, with a head of facts |
//! | `etc/autostart/NAME.xml` | a link to it: the domain is started with the host |
//! | `etc/autostart-once/NAME.xml` | the same, for the next start of the host |
//! | `run/guests/UUID.json` | a running guest's [`Status`] |
//! | `run/guests/UUID.sock` | its control socket |
//! | `run/guests/UUID.exit` | the record of its end, filled in by its process |
//! | `run/autostarted` | the autostart of this boot has been done |
//! | `log/domains/NAME.log` | what its processes had to say |

use std::collections::HashSet;
use std::fs::{self, File, OpenOptions};
use std::io;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use uuid::Uuid;
use vireo_control::ExitRecord;

use crate::domain::def::{DomainDef, FormatOptions, ParseFlags};
use crate::domain::facts::{Facts, FileFacts};
use crate::domain::request::Autostart;
use crate::domain::snapshot::Definition;
use crate::domain::status::Status;
use crate::error::{Error, ErrorDomain, Result};
use crate::paths::Paths;
use crate::store::record::{self, Record};
use crate::store::{Durability, Folder, StoreError, create_private};

/// Longest exit record read: its detail is a line or two.
const MAX_EXIT_RECORD: u64 = 64 << 10;

/// The folders, open.
pub struct Files {
    definitions: Folder,
    autostart: Folder,
    autostart_once: Folder,
    statuses: Folder,
    guests: PathBuf,
    marks: Folder,
    logs: PathBuf,
}

/// A definition found at start.
pub struct FoundDefinition {
    /// The domain's name.
    pub name: Box<str>,
    /// Its UUID.
    pub uuid: Uuid,
    /// The definition.
    pub definition: Definition,
    /// The name it had until it got this one, while that may still be on disk.
    pub renamed_from: Option<Box<str>>,
}

impl Files {
    /// Opens the folders of an instance, made where they are missing.
    pub fn open(paths: &Paths) -> Result<Self, StoreError> {
        let guests = paths.run.join("guests");
        Ok(Self {
            definitions: Folder::open(&paths.etc.join("domains"), ".xml", Durability::Durable)?,
            autostart: Folder::open(&paths.etc.join("autostart"), ".xml", Durability::Durable)?,
            autostart_once: Folder::open(&paths.etc.join("autostart-once"), ".xml", Durability::Durable)?,
            statuses: Folder::open(&guests, ".json", Durability::Volatile)?,
            marks: Folder::open(&paths.run, ".mark", Durability::Volatile)?,
            guests,
            logs: paths.log.join("domains"),
        })
    }

    /// Writes a definition; it is on disk when this returns. The caller is on a thread that may wait.
    pub fn save_definition(&self, def: &DomainDef) -> Result<Definition> {
        self.save(def, None)
    }

    fn save(&self, def: &DomainDef, renamed_from: Option<&str>) -> Result<Definition> {
        let text = def.format(&FormatOptions::STORE);
        let facts = Facts::of(def);
        let renamed_from = renamed_from.map(Into::into);
        let head = FileFacts { name: def.name.as_str().into(), uuid: def.uuid, renamed_from, facts };
        let header = record::header(&head, &text);
        self.definitions.save(&def.name, &[&header, text.as_bytes()]).map_err(store_error)?;
        Ok(Definition::with_text(head.facts, &text))
    }

    /// Writes a definition that had another name, and removes what has that name. Interrupted, it is finished by
    /// [`finish_renames`](Self::finish_renames): from the first write on, the domain has its new name.
    pub fn rename_definition(&self, old: &str, def: &DomainDef) -> Result<Definition> {
        let definition = self.save(def, Some(old))?;
        if let Err(error) = self.finish_rename(old, &def.name) {
            // What is left of it is not to come back as the domain.
            let _ = self.remove_definition(&def.name);
            return Err(error);
        }
        Ok(definition)
    }

    fn finish_rename(&self, old: &str, new: &str) -> Result<()> {
        for when in [Autostart::Always, Autostart::Once] {
            if self.autostart_names(when)?.contains(old) {
                self.set_autostart(new, when, true)?;
            }
        }
        self.remove_definition(old)
    }

    /// Finishes what was interrupted of [`rename_definition`](Self::rename_definition), among all definitions found.
    pub fn finish_renames(&self, mut found: Vec<FoundDefinition>) -> Result<Vec<FoundDefinition>> {
        let renamed =
            found.iter().filter_map(|new| Some((new.renamed_from.clone()?, new.name.clone(), new.uuid)));
        for (old, new, uuid) in renamed.collect::<Vec<_>>() {
            let is_old = |one: &FoundDefinition| one.name == old && one.uuid == uuid;
            if let Some(index) = found.iter().position(is_old) {
                self.finish_rename(&old, &new)?;
                found.swap_remove(index);
            }
        }
        Ok(found)
    }

    /// Removes a definition and its autostart marks.
    pub fn remove_definition(&self, name: &str) -> Result<()> {
        // The marks first: one without a definition would be for a later domain of the name.
        self.autostart.remove(name).map_err(store_error)?;
        self.autostart_once.remove(name).map_err(store_error)?;
        self.definitions.remove(name).map_err(store_error)?;
        Ok(())
    }

    /// Sets or takes a domain's autostart mark.
    pub fn set_autostart(&self, name: &str, when: Autostart, on: bool) -> Result<()> {
        if on {
            let target = Path::new("../domains").join(format!("{name}.xml"));
            self.marks_of(when).link(name, &target).map_err(store_error)
        } else {
            self.marks_of(when).remove(name).map(drop).map_err(store_error)
        }
    }

    fn marks_of(&self, when: Autostart) -> &Folder {
        match when {
            Autostart::Always => &self.autostart,
            Autostart::Once => &self.autostart_once,
        }
    }

    /// The names of all definitions.
    pub fn definition_names(&self) -> Result<Vec<String>> {
        self.definitions.names().map_err(store_error)
    }

    /// The names with an autostart mark.
    pub fn autostart_names(&self, when: Autostart) -> Result<HashSet<String>> {
        Ok(self.marks_of(when).names().map_err(store_error)?.into_iter().collect())
    }

    /// Reads a definition. One that cannot be used is set aside, and there is none.
    pub fn load_definition(&self, name: &str, flags: ParseFlags<'_>) -> Option<FoundDefinition> {
        let reason = match self.definitions.load(name) {
            Ok(loaded) => match parse_definition(name, &loaded.bytes, flags) {
                Ok(found) => return Some(found),
                Err(reason) => reason,
            },
            // It may be whole: it stays where it is.
            Err(error) => {
                tracing::error!("{error}: {}; domain '{name}' is not there", error.io());
                return None;
            }
        };
        if let Err(error) = self.definitions.set_aside(name, &reason) {
            tracing::error!("{error}: {}", error.io());
        }
        None
    }

    /// Writes a guest's status.
    pub fn save_status(&self, status: &Status) -> Result<()> {
        let bytes = serde_json::to_vec(status)
            .map_err(|error| Error::internal(ErrorDomain::Qemu, format!("status of a guest: {error}")))?;
        self.statuses.save(&status.uuid.to_string(), &[&bytes]).map_err(store_error)
    }

    /// All guests that an earlier daemon left a status of. A file that says nothing sensible is set aside.
    pub fn load_statuses(&self) -> Result<Vec<Status>> {
        let mut statuses = Vec::new();
        for name in self.statuses.names().map_err(store_error)? {
            let loaded = self.statuses.load(&name).map_err(store_error)?;
            match Status::read(&loaded.bytes).and_then(|status| {
                let fits = status.uuid.to_string() == name;
                if fits { Ok(status) } else { Err("it speaks of another domain".to_owned()) }
            }) {
                Ok(status) => statuses.push(status),
                Err(reason) => {
                    self.statuses.set_aside(&name, &reason).map_err(store_error)?;
                }
            }
        }
        Ok(statuses)
    }

    /// Removes everything a guest had below `run`.
    pub fn remove_guest(&self, uuid: Uuid) {
        if let Err(error) = self.statuses.remove(&uuid.to_string()) {
            tracing::error!("{error}: {}", error.io());
        }
        for path in [self.control_path(uuid), self.exit_path(uuid)] {
            match fs::remove_file(&path) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => {
                    tracing::error!("cannot remove '{}': {error}", path.display());
                }
                _ => {}
            }
        }
    }

    /// Removes sockets and records of guests that have no status: their start was interrupted.
    pub fn remove_leftovers(&self) {
        let Ok(entries) = fs::read_dir(&self.guests) else { return };
        for entry in entries.flatten() {
            let path = entry.path();
            let of_guest = path.extension().is_some_and(|suffix| suffix == "sock" || suffix == "exit");
            if of_guest && !path.with_extension("json").exists() {
                let _ = fs::remove_file(path);
            }
        }
    }

    /// Where a guest listens for later daemons.
    pub fn control_path(&self, uuid: Uuid) -> PathBuf {
        self.guests.join(format!("{uuid}.sock"))
    }

    fn exit_path(&self, uuid: Uuid) -> PathBuf {
        self.guests.join(format!("{uuid}.exit"))
    }

    /// The file a guest writes its end to, empty.
    pub fn create_exit_file(&self, uuid: Uuid) -> io::Result<File> {
        create_private(&self.exit_path(uuid))
    }

    /// What a guest wrote at its end; `None` if it did not get to it.
    pub fn exit_record(&self, uuid: Uuid) -> Option<ExitRecord> {
        let path = self.exit_path(uuid);
        if fs::metadata(&path).ok()?.len() > MAX_EXIT_RECORD {
            return None;
        }
        serde_json::from_slice(&fs::read(path).ok()?).ok()
    }

    /// A domain's log, to append to.
    pub fn open_log(&self, name: &str) -> io::Result<File> {
        fs::DirBuilder::new().recursive(true).mode(0o700).create(&self.logs)?;
        OpenOptions::new().append(true).create(true).mode(0o600).open(self.log_path(name))
    }

    /// Removes a domain's log.
    pub fn remove_log(&self, name: &str) {
        match fs::remove_file(self.log_path(name)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                tracing::error!("cannot remove '{}': {error}", self.log_path(name).display());
            }
            _ => {}
        }
    }

    /// Where a domain's log is.
    pub fn log_path(&self, name: &str) -> PathBuf {
        self.logs.join(format!("{name}.log"))
    }

    /// Whether the autostart of this boot is yet to be done; it counts as done from now on.
    pub fn first_start_of_boot(&self) -> bool {
        let boot = crate::domain::status::this_boot();
        let done = self.marks.load("autostarted").is_ok_and(|mark| mark.bytes == boot.as_bytes());
        if !done && let Err(error) = self.marks.save("autostarted", &[boot.as_bytes()]) {
            tracing::error!("{error}: {}", error.io());
        }
        !done
    }
}

fn parse_definition(name: &str, bytes: &[u8], flags: ParseFlags<'_>) -> Result<FoundDefinition, String> {
    let text = match record::read::<FileFacts>(bytes).map_err(|error| error.to_string())? {
        Record::Whole { facts: FileFacts { name: stored, uuid, renamed_from, facts }, text }
            if *stored == *name =>
        {
            let definition = Definition::with_text(facts, text);
            return Ok(FoundDefinition { name: stored, uuid, definition, renamed_from });
        }
        Record::Whole { text, .. } => text.into(),
        Record::Foreign(text) => text,
    };
    let def = DomainDef::parse(&text, flags).map_err(|error| error.message().to_owned())?;
    if def.name != name {
        return Err(format!("the definition in it is of domain '{}'", def.name));
    }
    let definition = Definition::new(&def);
    Ok(FoundDefinition { name: name.into(), uuid: def.uuid, definition, renamed_from: None })
}

/// A failure of the disk, as clients see it.
fn store_error(error: StoreError) -> Error {
    Error::system(ErrorDomain::Qemu, &error, error.io())
}
