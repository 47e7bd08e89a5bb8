//! Whatever a peer or a file says: nothing panics, nothing hangs, and nothing takes more memory than the bytes are worth.

#[path = "../../protocol/tests/allocations/mod.rs"]
mod allocations;
mod common;

use std::path::Path;
use std::time::{Duration, Instant};

use common::mutation::{Mutation, damaged, mutation};
use common::{properties, seeds};
use proptest::prelude::*;
use vireod::domain::def::{DomainDef, ParseFlags};
use vireod::domain::status::Status;
use vireod::host::cpu::description;
use vireod::xml::{self, MAX_DOCUMENT};

/// A property, and what peers really send to it.
fn holds(property: fn(&[u8]), seeds: &[Vec<u8>], picks: (usize, usize), damage: &[Mutation]) {
    let (document, other) = (&seeds[picks.0 % seeds.len()], &seeds[picks.1 % seeds.len()]);
    property(&damaged(document, other, damage));
}

fn damage() -> impl Strategy<Value = Vec<Mutation>> {
    prop::collection::vec(mutation(), 0..6)
}

fn picks() -> impl Strategy<Value = (usize, usize)> {
    (0usize..10_000, 0usize..10_000)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_document(picks in picks(), damage in damage()) {
        holds(properties::document, seeds::domains(), picks, &damage);
    }

    #[test]
    fn any_domain(picks in picks(), damage in damage()) {
        holds(properties::domain, seeds::domains(), picks, &damage);
    }

    #[test]
    fn any_cpus(picks in picks(), damage in damage()) {
        holds(properties::cpus, seeds::cpus(), picks, &damage);
    }

    #[test]
    fn any_status(picks in picks(), damage in damage()) {
        holds(properties::status, seeds::statuses(), picks, &damage);
    }
}

/// Documents as long as may be, of the kinds that cost most.
fn expensive() -> Vec<(&'static str, String)> {
    let many = |before: &str, one: &dyn Fn(usize) -> String, after: &str| {
        let mut text = before.to_owned();
        for number in 0.. {
            let next = one(number);
            if text.len() + next.len() + after.len() > MAX_DOCUMENT || number == 32_000 {
                break;
            }
            text.push_str(&next);
        }
        text + after
    };
    let head = "<domain type='kvm'><name>x</name><memory>1</memory><os><type machine='q35'>hvm</type></os>";
    let within = |open: &str, one: &dyn Fn(usize) -> String, close: &str| {
        many(&format!("{head}{open}"), one, &format!("{close}</domain>"))
    };
    let devices = |one: &dyn Fn(usize) -> String| {
        let all: String = (0..4090).map(one).collect();
        format!("{head}<devices>{all}</devices></domain>")
    };
    let letters = |mut number: usize| {
        let mut name = String::new();
        for _ in 0..4 {
            name.insert(0, char::from(b'a' + (number % 26) as u8));
            number /= 26;
        }
        name
    };
    let namespaces: String = (0..120).map(|n| format!(" xmlns:n{n}='u:{n}'")).collect();
    let long = |length: usize| "x".repeat(MAX_DOCUMENT - length);
    vec![
        ("deep", "<a>".repeat(MAX_DOCUMENT / 3)),
        ("deep and whole", format!("{}{}", "<a>".repeat(256), "</a>".repeat(256))),
        ("references", many("<a>", &|_| "&amp;".repeat(100), "</a>")),
        ("comments", many("<a>", &|_| "<!---->".to_owned(), "</a>")),
        ("instructions before", many("", &|_| "<?a?>".to_owned(), "<a/>")),
        ("sections", many("<a>", &|_| "<![CDATA[]]>".to_owned(), "</a>")),
        ("attributes", format!("<a {}/>", (0..128).map(|n| format!("a{n}='' ")).collect::<String>())),
        ("one long value", format!("<a b='{}'/>", long(12))),
        ("one long text", format!("<a>{}</a>", long(8))),
        ("one long name", format!("<{}/>", long(4))),
        ("a long wrong word", format!("<domain type='{}'/>", long(20))),
        (
            "features of a CPU",
            many("<cpu><model>x</model>", &|n| format!("<feature name='f{n}'/>"), "</cpu>"),
        ),
        ("features of a guest", within("<cpu>", &|n| format!("<feature name='f{n}'/>"), "</cpu>")),
        ("a set of CPUs", format!("{head}<vcpu cpuset='{}0'>1</vcpu></domain>", "0-16383,".repeat(500_000))),
        (
            "namespaces of metadata",
            many(
                &format!("<domain type='kvm'{namespaces}><name>x</name><metadata>"),
                &|n| format!("<n{}:a/>", n % 120),
                "</metadata></domain>",
            ),
        ),
        (
            "namespaces without metadata",
            many(
                &format!(
                    "<domain type='kvm'{namespaces}><name>x</name><memory>1</memory>\
                     <os><type>hvm</type></os><metadata{namespaces}/>"
                ),
                &|_| "<a><b/></a>".to_owned(),
                "</domain>",
            ),
        ),
        ("kept elements", within("", &|n| format!("<u{n}/>"), "")),
        ("names over and over", within("", &|_| "<name>x</name>".to_owned(), "")),
        ("labels", within("", &|n| format!("<seclabel type='none' model='m{n}'/>"), "")),
        ("boot devices", within("<os><type>hvm</type>", &|_| "<boot dev='hd'/>".to_owned(), "</os>")),
        ("timers", within("<clock offset='utc'>", &|_| "<timer name='rtc'/>".to_owned(), "</clock>")),
        ("disks", devices(&|n| format!("<disk><source file='/x'/><target dev='vd{}'/></disk>", letters(n)))),
        (
            "disks backwards",
            devices(&|n| format!("<disk><source file='/x'/><target dev='sd{}'/></disk>", letters(9999 - n))),
        ),
        (
            "drives",
            devices(&|n| {
                format!(
                    "<disk><source file='/x'/><target dev='sd{}'/><address type='drive' controller='{n}'/></disk>",
                    letters(n)
                )
            }),
        ),
        ("serial ports", devices(&|_| "<serial type='pty'/>".to_owned())),
        (
            "channels",
            devices(&|n| format!("<channel type='unix'><target type='virtio' name='{n}'/></channel>")),
        ),
        ("controllers", devices(&|_| "<controller type='scsi'/>".to_owned())),
        ("inputs", devices(&|_| "<input type='mouse' bus='usb'/>".to_owned())),
        ("root ports", devices(&|_| "<controller type='pci' model='pcie-root-port'/>".to_owned())),
        ("devices unknown", devices(&|n| format!("<u{n}/>"))),
        ("aliases", devices(&|n| format!("<serial type='pty'><alias name='ua-{n}'/></serial>"))),
        (
            "interfaces",
            devices(&|n| {
                format!(
                    "<interface type='bridge'><source bridge='b'/><mac address='52:54:00:00:{:02x}:{:02x}'/></interface>",
                    n / 256,
                    n % 256
                )
            }),
        ),
    ]
}

/// Tests run unoptimised, and beside each other: what is quick takes a hundredth of it.
const PATIENCE: Duration = Duration::from_secs(10);

/// What a document may take beside its text: each node is an element or attribute with a hundred bytes and more, kept
/// twice while one is made from the other.
const MEMORY: usize = 48 << 20;

#[test]
fn no_document_takes_long_or_much() {
    for (name, text) in expensive() {
        assert!(text.len() <= MAX_DOCUMENT + 64, "{name}: {}", text.len());
        let flags = ParseFlags::default();
        let mut error = None;
        for (parser, parse) in [
            ("document", &mut (|| drop(xml::read(&text))) as &mut dyn FnMut()),
            ("domain", &mut || error = DomainDef::parse(&text, flags).err()),
            ("checked domain", &mut || drop(DomainDef::parse(&text, ParseFlags { validate: true, ..flags }))),
            ("cpu", &mut || drop(description::parse(&text, None, true))),
            ("status", &mut || drop(Status::read(text.as_bytes()))),
        ] {
            let started = Instant::now();
            let most = allocations::most(parse);
            let took = started.elapsed();
            if std::env::var_os("SHOW").is_some() {
                eprintln!("{name} as {parser}: {took:?}, {} KiB", most >> 10);
            }
            assert!(took < PATIENCE, "{name} as {parser} takes {took:?}");
            assert!(
                most < MEMORY + 4 * text.len(),
                "{name} as {parser} takes {most} bytes for {}",
                text.len()
            );
        }
        if let Some(error) = error {
            assert!(error.message().len() < 1 << 20, "{name}: an error of {} bytes", error.message().len());
        }
    }
}

#[test]
fn json_nested_deep_is_no_status() {
    for text in [
        "[".repeat(1 << 20),
        "{\"a\":".repeat(1 << 20),
        format!("{}{}", "[".repeat(1 << 10), "]".repeat(1 << 10)),
    ] {
        assert!(Status::read(text.as_bytes()).is_err());
    }
}

/// Seeds of a fuzzer, as files: `VIREO_SEEDS=FOLDER cargo test -p vireod --test hostile -- --ignored seeds`.
#[test]
#[ignore = "writes files for fuzzers"]
fn seeds_as_files() {
    let Some(folder) = std::env::var_os("VIREO_SEEDS") else { return };
    for (target, seeds) in [
        ("document", seeds::domains()),
        ("domain", seeds::domains()),
        ("cpus", seeds::cpus()),
        ("status", seeds::statuses()),
    ] {
        let folder = Path::new(&folder).join(target);
        std::fs::create_dir_all(&folder).unwrap();
        for (number, seed) in seeds.iter().enumerate() {
            std::fs::write(folder.join(format!("seed-{number}")), seed).unwrap();
        }
    }
}
