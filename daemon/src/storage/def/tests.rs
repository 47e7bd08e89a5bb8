//! Documents beside what stock libvirtd made of the same ones (`test_data/storage`), and what is kept beyond that.

use std::fs;
use std::path::Path;

use super::*;
use crate::error::{ErrorCode, Result};

/// The recordings with this ending: name, document, and what stands beside it.
fn recordings(ending: &str, beside: &str) -> Vec<(String, String, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("test_data/storage");
    let mut all = Vec::new();
    for entry in fs::read_dir(&folder).unwrap() {
        let path = entry.unwrap().path();
        let file = path.file_name().unwrap().to_str().unwrap();
        if let Some(name) = file.strip_suffix(ending) {
            let stock = fs::read_to_string(folder.join(format!("{name}{beside}"))).unwrap();
            all.push((name.to_owned(), fs::read_to_string(&path).unwrap(), stock));
        }
    }
    assert!(!all.is_empty());
    all
}

fn refusal<T>(outcome: Result<T>) -> String {
    match outcome {
        Ok(_) => "taken".into(),
        Err(error) => format!("{}/{}\n{error}", error.code() as i32, error.domain() as i32),
    }
}

#[test]
fn pools_come_back_as_stock_writes_them() {
    for (name, document, stock) in recordings(".in.xml", ".out.xml") {
        let def = PoolDef::parse(&document, true).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!(def.format(None), stock, "{name}");
        assert_eq!(PoolDef::parse(&stock, true).unwrap().format(None), stock, "{name}");
    }
}

#[test]
fn wrong_documents_get_the_error_stock_gives() {
    let mut failures = String::new();
    for (name, document, stock) in recordings(".bad.xml", ".err") {
        let ours = if name.starts_with("volume-") {
            refusal(VolumeDef::parse(&document, false))
        } else {
            refusal(PoolDef::parse(&document, false))
        };
        if ours.trim_end() != stock.trim_end() {
            failures += &format!("{name}:\n  ours  {ours}\n  stock {stock}\n");
        }
    }
    assert!(failures.is_empty(), "\n{failures}");
}

#[test]
fn what_a_folder_has_no_use_for_is_kept() {
    let document = "<pool type='dir'>
  <name>p</name>
  <source>
    <host name='h' port='1'/>
    <dir path='/d'/>
    <vendor name='v'/>
  </source>
  <target>
    <path>/p</path>
  </target>
  <mine>
    <a b='c'/>
  </mine>
</pool>
";
    let def = PoolDef::parse(document, false).unwrap();
    let text = def.format(None);
    for line in document.lines().filter(|line| !line.contains("pool")) {
        assert!(text.lines().any(|other| other == line), "{line} is not in\n{text}");
    }
    assert_eq!(PoolDef::parse(&text, false).unwrap().format(None), text);
    let refused = PoolDef::parse(document, true).unwrap_err();
    assert_eq!(refused.code(), ErrorCode::XmlInvalidSchema);
    assert!(refused.message().ends_with("unknown element /pool/mine"), "{refused}");
}

#[test]
fn types_that_are_not_built_are_refused_by_name() {
    let refused = PoolDef::parse("<pool type='netfs'><name>n</name></pool>", false).unwrap_err();
    assert_eq!(refused.code(), ErrorCode::InternalError);
    assert_eq!(refused.message(), "internal error: missing backend for pool type 2 (netfs)");
}

#[test]
fn a_volume_says_what_it_is_to_be() {
    let document = "<volume><name>v</name><capacity unit='MiB'>4</capacity><allocation>5</allocation><target>
        <format type='qcow2'/><permissions><mode>640</mode></permissions><nocow/><features><lazy_refcounts/></features>
        </target></volume>";
    let def = VolumeDef::parse(document, false).unwrap();
    assert_eq!((def.capacity, def.allocation), (Some(4 << 20), Some(5)));
    assert_eq!((def.format.name(), def.permissions.wanted.mode), ("qcow2", Some(0o640)));
    assert!(def.no_copy_on_write && !def.encrypted && !def.backing);
    let image = def.image.unwrap();
    assert_eq!((image.compat.as_deref(), image.features), (Some("1.1"), Some(vec!["lazy_refcounts"])));
    assert_eq!(VolumeDef::parse("<volume><name>v</name></volume>", true).unwrap().capacity, None);
}

#[test]
fn paths_are_cleaned_as_libvirt_does() {
    for (path, clean) in [
        ("/", "/"),
        ("///", "/"),
        ("//a//b/", "//a/b"),
        ("///a", "/a"),
        ("a//b/", "a/b"),
        ("/a/./../b", "/a/./../b"),
        ("", ""),
    ] {
        assert_eq!(clean_path(path), clean, "{path}");
    }
}
