//! The workspace as cargo sees it and as it lies on disk, for the tests that hold
//! the design's rules: what may link what, licences, sizes, `unsafe`.

use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The repository's top directory.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("tests/ is in the workspace").to_path_buf()
}

/// One package of the resolved graph.
#[derive(Debug, Clone)]
pub struct Package {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: String,
    /// The licence expression of its manifest.
    pub licence: Option<String>,
    /// The registry it comes from, `None` for a path.
    pub source: Option<String>,
    /// Ids of what it links: normal dependencies only.
    links: Vec<String>,
}

/// All packages that a build for this platform uses.
pub struct Graph {
    packages: BTreeMap<String, Package>,
}

impl Graph {
    /// Asks cargo, which needs no network for it.
    pub fn load() -> Graph {
        let cargo = std::env::var("CARGO").unwrap_or_else(|_| "cargo".into());
        let platform = concat!("--filter-platform=", env!("VIREO_TESTS_TARGET"));
        let asked = ["metadata", "--format-version=1", "--offline", "--locked", platform];
        let output = Command::new(cargo).args(asked).current_dir(root()).output().expect("cargo runs");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let metadata: Value = serde_json::from_slice(&output.stdout).expect("cargo writes JSON");

        let links: BTreeMap<&str, Vec<String>> = list(&metadata["resolve"]["nodes"])
            .map(|node| {
                (text(&node["id"]), list(&node["deps"]).filter(is_linked).map(dependency_id).collect())
            })
            .collect();
        let packages = list(&metadata["packages"]).map(|package| {
            let id = text(&package["id"]);
            let package = Package {
                name: text(&package["name"]).to_owned(),
                version: text(&package["version"]).to_owned(),
                licence: package["license"].as_str().map(str::to_owned),
                source: package["source"].as_str().map(str::to_owned),
                links: links.get(id).cloned().unwrap_or_default(),
            };
            (id.to_owned(), package)
        });
        Graph { packages: packages.collect() }
    }

    /// Every package.
    pub fn packages(&self) -> impl Iterator<Item = &Package> {
        self.packages.values()
    }

    /// The packages that this workspace member names itself.
    pub fn direct(&self, member: &str) -> BTreeSet<&str> {
        self.member(member).links.iter().map(|id| self.packages[id].name.as_str()).collect()
    }

    /// All packages that end up in what this workspace member builds, itself left out.
    pub fn linked(&self, member: &str) -> BTreeSet<&str> {
        let mut seen = BTreeSet::new();
        let mut left: Vec<&String> = self.member(member).links.iter().collect();
        while let Some(id) = left.pop() {
            if seen.insert(id) {
                left.extend(&self.packages[id].links);
            }
        }
        seen.into_iter().map(|id| self.packages[id].name.as_str()).collect()
    }

    fn member(&self, name: &str) -> &Package {
        let ours = |package: &&Package| package.name == name && package.source.is_none();
        self.packages().find(ours).unwrap_or_else(|| panic!("the workspace has no member {name}"))
    }
}

fn list(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().expect("an array").iter()
}

fn text(value: &Value) -> &str {
    value.as_str().expect("a string")
}

fn is_linked(dependency: &&Value) -> bool {
    list(&dependency["dep_kinds"]).any(|kind| kind["kind"].is_null())
}

fn dependency_id(dependency: &Value) -> String {
    text(&dependency["pkg"]).to_owned()
}

/// Files of the repository with this extension, relative to its top; no build output.
pub fn files(extension: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut left = vec![root()];
    while let Some(directory) = left.pop() {
        for entry in fs::read_dir(&directory).expect("a readable directory") {
            let path = entry.expect("a directory entry").path();
            let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
            if path.is_dir() && !path.is_symlink() {
                if name != "target" && !name.starts_with('.') {
                    left.push(path);
                }
            } else if path.extension().is_some_and(|found| found == extension) {
                found.push(path.strip_prefix(root()).expect("below the top").to_path_buf());
            }
        }
    }
    found.sort();
    found
}

/// The text of a file that [`files`] gave.
pub fn read(path: &Path) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// Is the whole file test code?
pub fn is_test_file(path: &Path) -> bool {
    let in_tests = path.components().any(|part| part.as_os_str() == "tests");
    let stem = path.file_stem().and_then(|stem| stem.to_str()).unwrap_or_default();
    in_tests || stem == "tests" || stem == "testing" || stem.ends_with("_tests")
}

/// The lines of a Rust file that are not its unit tests.
pub fn code_lines(source: &str) -> impl Iterator<Item = &str> {
    source.lines().take_while(|line| *line != "#[cfg(test)]" || !source.contains("\nmod tests {"))
}
