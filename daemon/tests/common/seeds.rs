//! What peers really send, from the recordings.

use std::path::Path;
use std::sync::OnceLock;

use vireod::domain::state::{Running, State};
use vireod::domain::status::{Phase, Status};

/// Every document of a domain, good or bad.
pub fn domains() -> &'static [Vec<u8>] {
    static ALL: OnceLock<Vec<Vec<u8>>> = OnceLock::new();
    ALL.get_or_init(|| {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("test_data/domain");
        let paths = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
        let mut paths: Vec<_> =
            paths.filter(|path| path.extension().is_some_and(|end| end == "xml")).collect();
        paths.sort();
        assert!(!paths.is_empty());
        paths.iter().map(|path| std::fs::read(path).unwrap()).collect()
    })
}

/// Descriptions of CPUs: those in the definitions, and hosts', alone and several at once.
pub fn cpus() -> &'static [Vec<u8>] {
    static ALL: OnceLock<Vec<Vec<u8>>> = OnceLock::new();
    ALL.get_or_init(|| {
        let host = |rest: &str| format!("<cpu><arch>x86_64</arch>{rest}</cpu>");
        let skylake = host("<model>Skylake-Client</model><vendor>Intel</vendor><feature name='vmx'/>");
        let epyc = host(
            "<model>EPYC</model><vendor>AMD</vendor><topology sockets='1' dies='1' cores='4' threads='2'/>\
             <feature name='svm'/><feature name='npt'/>",
        );
        let guest = "<cpu mode='custom' match='exact'><model fallback='forbid' vendor_id='GenuineIntel'>Haswell</model>\
                     <vendor>Intel</vendor><feature policy='disable' name='avx2'/><feature policy='force' name='aes'/></cpu>";
        let several = [skylake.as_str(), &host("<model>Haswell</model>"), &host("<model>Conroe</model>")].join("\0");
        let mut all = vec![skylake.clone(), epyc, guest.to_owned(), several];
        all.push("<cpu mode='host-passthrough' migratable='on'/>".to_owned());
        for document in domains().iter().filter_map(|bytes| std::str::from_utf8(bytes).ok()) {
            if let (Some(start), Some(end)) = (document.find("<cpu "), document.find("</cpu>")) {
                all.extend(document.get(start..end + "</cpu>".len()).map(str::to_owned));
            }
        }
        all.sort();
        all.dedup();
        all.into_iter().map(String::into_bytes).collect()
    })
}

/// Status files of running guests.
pub fn statuses() -> &'static [Vec<u8>] {
    static ALL: OnceLock<Vec<Vec<u8>>> = OnceLock::new();
    ALL.get_or_init(|| {
        let documents = domains().iter().filter_map(|bytes| std::str::from_utf8(bytes).ok());
        let live = documents.filter(|document| document.contains("<alias name="));
        let statuses = live.map(|document| {
            let status = Status {
                uuid: uuid::Uuid::from_u128(0x5d7e_8a3c_1b1f_4c58_9d5e_2f1c_3b6a_7d90),
                name: "web".into(),
                id: 3,
                boot: "6d0ea3a2-24a1-4a0d-8f1a-0b1f6e9f2c11".into(),
                pid: 4711,
                start_time: 123_456,
                phase: Phase::Running,
                state: State::Running(Running::Booted),
                spec_hash: u64::MAX,
                autodestroy: false,
                notes: vec!["inert: memballoon".into()],
                sockets: vec!["/run/serial".into()],
                xml: document.into(),
            };
            serde_json::to_vec(&status).unwrap()
        });
        statuses.collect()
    })
}
