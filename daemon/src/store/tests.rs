//! What must hold of files on disk.

use std::fs;

use serde::{Deserialize, Serialize};

use super::record::{self, Record};
use super::{Durability, Folder};

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Facts {
    name: String,
    memory: u64,
}

fn facts() -> Facts {
    Facts { name: "a--b-->c".into(), memory: 1024 }
}

fn folder(root: &tempfile::TempDir) -> Folder {
    Folder::open(&root.path().join("domains"), ".xml", Durability::Durable).unwrap()
}

#[test]
fn what_was_saved_is_loaded() {
    let root = tempfile::tempdir().unwrap();
    let folder = folder(&root);
    folder.save("web", &[b"one ", b"two"]).unwrap();
    folder.save("web", &[b"three"]).unwrap();
    assert_eq!(folder.load("web").unwrap().bytes, b"three");
    assert_eq!(folder.names().unwrap(), ["web"]);
    assert_eq!(fs::read_dir(root.path().join("domains")).unwrap().count(), 1);
}

#[test]
fn names_with_dots_and_spaces_are_ordinary() {
    let root = tempfile::tempdir().unwrap();
    let folder = folder(&root);
    for name in [".", "..", ".new-0", "a b", "a.xml", "ä"] {
        folder.save(name, &[name.as_bytes()]).unwrap();
    }
    drop(folder);
    let folder = self::folder(&root);
    let mut names = folder.names().unwrap();
    names.sort();
    assert_eq!(names, [".", "..", ".new-0", "a b", "a.xml", "ä"]);
}

#[test]
fn a_name_that_is_a_path_is_refused() {
    let root = tempfile::tempdir().unwrap();
    let folder = folder(&root);
    for name in ["", "a/b", "../x", "a\0b"] {
        assert!(folder.save(name, &[b""]).is_err(), "{name:?}");
        assert!(folder.remove(name).is_err(), "{name:?}");
    }
}

#[test]
fn a_write_that_was_interrupted_leaves_the_old_text() {
    let root = tempfile::tempdir().unwrap();
    let folder = folder(&root);
    folder.save("web", &[b"old"]).unwrap();
    fs::write(root.path().join("domains/.new-17"), "half").unwrap();
    drop(folder);
    let folder = self::folder(&root);
    assert_eq!(folder.load("web").unwrap().bytes, b"old");
    assert!(!root.path().join("domains/.new-17").exists());
}

#[test]
fn a_write_that_fails_names_the_file_and_leaves_nothing() {
    let root = tempfile::tempdir().unwrap();
    let folder = folder(&root);
    let error = folder.save(&"n".repeat(300), &[b"x"]).unwrap_err();
    assert!(error.to_string().contains("nnn.xml'"), "{error}");
    assert_eq!(fs::read_dir(root.path().join("domains")).unwrap().count(), 0);
}

#[test]
fn removal_tells_whether_there_was_something() {
    let root = tempfile::tempdir().unwrap();
    let folder = folder(&root);
    folder.save("web", &[b"x"]).unwrap();
    assert!(folder.remove("web").unwrap());
    assert!(!folder.remove("web").unwrap());
}

#[test]
fn a_corrupt_file_is_kept_under_another_name() {
    let root = tempfile::tempdir().unwrap();
    let folder = folder(&root);
    for number in 1..=3 {
        folder.save("web", &[b"garbage"]).unwrap();
        let aside = folder.set_aside("web", &"not XML").unwrap();
        assert!(aside.ends_with(format!("web.xml.corrupt-{number}")), "{aside:?}");
        assert_eq!(fs::read(aside).unwrap(), b"garbage");
    }
    assert!(folder.names().unwrap().is_empty());
}

#[test]
fn facts_come_back_with_their_text() {
    let text = "<domain/>\n";
    let mut file = record::header(&facts(), text);
    assert_eq!(String::from_utf8_lossy(&file).matches("-->").count(), 2);
    file.extend_from_slice(text.as_bytes());
    let Record::Whole { facts: read, text: body } = record::read::<Facts>(&file).unwrap() else {
        panic!("not recognised");
    };
    assert_eq!((read, body), (facts(), text));
}

#[test]
fn a_text_changed_by_hand_is_seen() {
    let text = "<domain><name>web</name></domain>\n";
    let mut file = record::header(&facts(), text);
    file.extend_from_slice(text.replace("web", "wet").as_bytes());
    let Record::Foreign(body) = record::read::<Facts>(&file).unwrap() else { panic!("believed") };
    assert!(body.starts_with("<domain>"));
}

#[test]
fn a_text_of_someone_else_is_foreign() {
    for bytes in ["<domain/>", "", "<!-- vireo 1 zz", "<!-- vireo 1 0123456789abcdef"] {
        assert!(matches!(record::read::<Facts>(bytes.as_bytes()), Ok(Record::Foreign(_))), "{bytes}");
    }
    assert!(record::read::<Facts>(b"\xff\xfe").is_err());
}
