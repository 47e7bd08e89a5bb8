//! Wrong calls, on stock libvirtd and on ours: the same code, domain, level, message and fields beside it.

use vireo_protocol::remote::{DomainDefineXmlArgs, DomainDefineXmlRet, DomainUndefineArgs, NonnullDomain};
use vireo_protocol::table::RemoteProc;
use vireo_tests::compare::{self, Allowed, Names, Tour, Transcript, assert_same};
use vireo_tests::question::in_words;
use vireo_tests::raw::Raw;
use vireo_tests::require;
use vireo_tests::server::Server;
use vireo_tests::wrong::{self, Wrong};

/// Every difference that is meant to be, with its reason.
const ALLOWED: &[Allowed] = &[
    allow("domain_define_xml: a limit that is none", KEPT),
    allow("domain_define_xml: limits in all and apart", KEPT),
    allow("domain_define_xml: a file system without a target", KEPT),
    allow("domain_set_time: a time and", "stock asks QEMU's program first, and here it has no answer"),
    allow("domain_rename: a name of two lines", "a name is one line"),
    allow("domain_set_metadata: type -1", "stock takes it for one to come"),
    allow("domain_define_xml: an adjustment that is none", "stock takes it for 0"),
    allow("domain_shutdown_flags: not running, by button or agent", "stock says that it did"),
    allow("domain_set_time: nothing but", "stock first asks what a QEMU that does not run can do"),
    allow("domain_managed_save_remove:", "ours says of which domain, and has no file to name"),
    allow("domain_get_security_label_list: an unknown domain", "stock answers that there is nothing"),
    allow("auth_polkit:", "stock does not say why"),
    allow("connect_get_domain_capabilities: an emulator that is none", "stock runs it to see"),
    allow("connect_compare_cpu: an element that is none, to be valid", "ours has no schema to quote"),
    Allowed {
        command: "connect_get_domain_capabilities:",
        line: "mulator '",
        reason: "it is another program",
    },
];

const KEPT: &str = "it is kept as it is written, and a start is refused";

const fn allow(command: &'static str, reason: &'static str) -> Allowed {
    Allowed { command, line: "", reason }
}

#[test]
fn wrong_calls_are_refused_in_stocks_words() {
    same("errors", wrong::lists());
}

#[test]
fn every_procedure_refuses_unknown_domains_and_flags_in_stocks_words() {
    same("errors-of-all", wrong::of_every_procedure());
}

fn same(recording: &str, calls: Vec<Wrong>) {
    let stock = require!(compare::stock());
    let mut expected = stock.transcript(recording, |server| tour(server, &calls));
    drop(stock);
    let served = |name: &str| wrong::is_served(name);
    // Stock is asked everything, so that a procedure is compared from the day on which it is served.
    expected.steps.retain(|step| served(&step.command) && !step.said[0].contains("unknown procedure"));
    let known = |name: &str| expected.steps.iter().any(|step| step.command == *name);
    let calls: Vec<_> = calls.into_iter().filter(|call| served(&wrong::name(call))).collect();
    let (calls, unknown): (Vec<_>, Vec<_>) = calls.into_iter().partition(|call| known(&wrong::name(call)));
    for call in unknown {
        assert!(
            call.1.procedure.number > compare::NEWEST_PROCEDURE,
            "{} is not recorded: make record",
            wrong::name(&call)
        );
    }
    assert_same(&expected, &tour(&Server::ours(), &calls), ALLOWED);
}

/// On one connection while it lasts, and with the domain there for every call.
fn tour(server: &Server, calls: &[Wrong]) -> Transcript {
    let mut tour = Tour::new(server, Names::default().path(server.directory(), "DIR"));
    let mut raw = Raw::open(&server.socket());
    define(&mut raw);
    for call in calls {
        let answer = call.1.call(&mut raw);
        let said = in_words(answer);
        // Stock takes the connection away from a client that opens it twice.
        if said == "closed" || call.1.procedure.name == "connect_open" {
            raw = Raw::open(&server.socket());
        }
        if said == "ok" {
            // Whatever was taken goes again.
            undefine(&mut raw, wrong::taken());
            undefine(&mut raw, wrong::defined());
            define(&mut raw);
        }
        tour.keep(&wrong::name(call), &without_cells(&said));
    }
    tour.transcript()
}

/// Where it is defined.
fn undefine(raw: &mut Raw, dom: NonnullDomain) {
    let _ = raw.call::<()>(RemoteProc::DomainUndefine, &DomainUndefineArgs { dom });
}

fn define(raw: &mut Raw) {
    let args = DomainDefineXmlArgs { xml: wrong::DEFINITION.into() };
    raw.call::<DomainDefineXmlRet>(RemoteProc::DomainDefineXml, &args).expect("the domain is defined");
}

/// How many cells the host has, as `N`.
fn without_cells(said: &str) -> String {
    let mut said = said.to_owned();
    for before in ["must be less than or equal to ", "out of range (0-"] {
        let parts = said.split(before).map(str::to_owned).collect::<Vec<_>>();
        let masked = parts[1..]
            .iter()
            .map(|part| format!("N{}", part.trim_start_matches(|c: char| c.is_ascii_digit())));
        said = std::iter::once(parts[0].clone()).chain(masked).collect::<Vec<_>>().join(before);
    }
    said
}
