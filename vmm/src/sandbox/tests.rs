//! Threads behind their filters. What is tried ends the process that tries it, so each try has a process of its own:
//! this test program again, with one test and the try in its environment.

use std::{
    fs::File,
    io::{Read, Write},
    process::Command,
};

use vireo_control::SandboxSpec;

use super::{Filters, Role, without_paths};
use crate::{platform::rtc, process::exit};

const TRY: &str = "VIREO_SANDBOX_TRY";

/// What is tried, and whether a thread of the main role may.
const TRIES: [(&str, bool, fn()); 6] = [
    ("nothing", true, || {}),
    ("memory", true, || drop(vec![1_u8; 8 << 20])),
    ("a path", false, || drop(File::open("/etc/passwd"))),
    ("a program", false, || _ = nix::unistd::execv(c"/bin/true", &[c"true"])),
    ("an internet socket", false, || drop(std::net::UdpSocket::bind("127.0.0.1:0"))),
    ("another process", false, || _ = nix::sys::signal::kill(nix::unistd::Pid::from_raw(1), None)),
];

#[test]
fn what_is_not_on_the_list_ends_the_process_with_a_record() {
    let Ok(wanted) = std::env::var(TRY) else {
        for (name, allowed, _) in TRIES {
            let (ended_well, record) = try_apart(name);
            assert_eq!(ended_well, allowed, "{name}: {record}");
            assert_eq!(
                record.contains(r#""reason":"failed","detail":"a thread made system call"#),
                !allowed,
                "{name}"
            );
        }
        return;
    };
    let (_, _, action) = TRIES.into_iter().find(|(name, ..)| *name == wanted).unwrap();
    let record = File::options().write(true).open(std::env::var("VIREO_SANDBOX_RECORD").unwrap()).unwrap();
    exit::open(record);
    let filters = Filters::new(&SandboxSpec { seccomp: true, ..SandboxSpec::default() }).unwrap();
    filters.apply(Role::Main).unwrap();
    action();
    exit::end(vireo_control::ExitReason::Shutdown);
}

/// A zone file (RFC 9636, version 1) with one offset from UTC for all times.
fn zone(offset: i32) -> Vec<u8> {
    // Counts: UTC flags, standard flags, leap seconds, transitions, types, letters.
    let counts = [0_u32, 0, 0, 0, 1, 4];
    let head = [b"TZif".as_slice(), &[0; 16]].concat();
    let counts = counts.map(u32::to_be_bytes).concat();
    [head, counts, offset.to_be_bytes().into(), vec![0, 0], b"XYZ\0".into()].concat()
}

#[test]
fn local_time_is_known_where_its_file_is_not() {
    const OFFSET: i64 = 5 * 3600 + 7;
    if std::env::var_os(TRY).is_some() {
        rtc::load_time_zone();
        without_paths().unwrap();
        assert_eq!(rtc::local_offset(1_000_000_000), OFFSET);
        return;
    }
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(&zone(OFFSET as i32)).unwrap();
    let status = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "sandbox::tests::local_time_is_known_where_its_file_is_not"])
        .env(TRY, "")
        .env("TZ", file.path())
        .output()
        .unwrap()
        .status;
    assert!(status.success());
}

fn try_apart(name: &str) -> (bool, String) {
    let mut record = tempfile::NamedTempFile::new().unwrap();
    let status = Command::new(std::env::current_exe().unwrap())
        .args([
            "--exact",
            "sandbox::tests::what_is_not_on_the_list_ends_the_process_with_a_record",
            "--nocapture",
        ])
        .env(TRY, name)
        .env("VIREO_SANDBOX_RECORD", record.path())
        .output()
        .unwrap()
        .status;
    let mut text = String::new();
    record.read_to_string(&mut text).unwrap();
    (status.success(), text)
}
