//! What a client that may only look can call: every procedure there is, on its socket, beside the table and beside
//! stock libvirtd.

use vireo_protocol::error::ErrorCode;
use vireo_protocol::remote::{DomainInterfaceAddressesArgs, NonnullDomain};
use vireo_tests::compare::{self, Allowed, Names, Tour, Transcript, assert_same};
use vireo_tests::question::{Question, ask, in_words, smallest_questions};
use vireo_tests::raw::{Message, Raw};
use vireo_tests::require;
use vireo_tests::server::Server;

/// Every difference that is meant to be, with its reason.
const ALLOWED: &[Allowed] = &[
    allow("249 domain_open_graphics", ARGUMENTS),
    allow("295 domain_send_process_signal", ARGUMENTS),
    allow("358 domain_rename", ARGUMENTS),
    allow("394 connect_baseline_hypervisor_cpu", ARGUMENTS),
    allow("439 domain_set_launch_security_state", ARGUMENTS),
    allow("443 domain_fd_associate", ARGUMENTS),
    allow("2 domain_attach", ARGUMENTS),
    allow("5 connect_domain_monitor_event_deregister", ARGUMENTS),
    allow("419 connect_set_identity", "it changes who the client is taken for"),
    allow("433 node_device_get_autostart", "it only reads"),
];

const ARGUMENTS: &str = "stock finds fault with the arguments first";

const fn allow(command: &'static str, reason: &'static str) -> Allowed {
    Allowed { command, line: "", reason }
}

#[test]
fn read_only_clients_may_call_what_the_table_says_and_nothing_else() {
    let server = Server::ours();
    let mut wrong = Vec::new();
    for question in smallest_questions() {
        let answer = call(&server, &question);
        let expected = (!question.procedure.read_only).then(|| refusal(&question));
        if said_refusal(answer.as_ref()) != expected {
            wrong.push(format!("{}: {}", question.api(), in_words(answer)));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn flags_that_tell_secrets_or_ask_the_guest_are_refused_to_them() {
    let server = Server::ours();
    for question in smallest_questions() {
        let denied = question.procedure.flags_denied_to_read_only();
        for flag in (0..32).map(|bit| 1 << bit).filter(|flag| denied & flag != 0) {
            let with_flag = question.clone().with_flags(flag).expect("it has flags");
            let answer = call(&server, &with_flag);
            assert!(said_refusal(answer.as_ref()).is_some(), "{} with flag {flag}", question.api());
        }
    }
}

#[test]
fn a_client_that_opened_read_only_is_refused_on_the_other_socket_too() {
    let server = Server::ours();
    for question in smallest_questions().iter().filter(|question| !question.procedure.read_only) {
        let answer = question.call(&mut Raw::open_with(&server.socket(), 1));
        assert_eq!(said_refusal(answer.as_ref()), Some(refusal(question)));
    }
}

#[test]
fn read_only_clients_are_refused_what_stock_refuses_them() {
    let stock = require!(compare::stock());
    let expected = stock.transcript("read-only", tour);
    drop(stock);
    assert_same(&expected, &tour(&Server::ours()), ALLOWED);
}

#[test]
fn with_flags_they_are_refused_what_stock_refuses_them() {
    let stock = require!(compare::stock());
    let expected = stock.transcript("read-only-flags", flags_tour);
    drop(stock);
    assert_same(&expected, &flags_tour(&Server::ours()), ALLOWED);
}

/// Whatever may be called at all, with each of the lower flags; and the addresses of a guest by each source.
fn flags_tour(server: &Server) -> Transcript {
    let mut tour = Tour::new(server, Names::default());
    let mut keep = |what: &str, question: &Question| {
        let answer = call(server, question);
        let refused = said_refusal(answer.as_ref()).is_some();
        let said = if refused { in_words(answer) } else { "may be called".into() };
        tour.keep(&format!("{} {} {what}", question.procedure.number, question.procedure.name), &said);
    };
    let known = |question: &Question| {
        question.procedure.read_only && question.procedure.number <= compare::NEWEST_PROCEDURE
    };
    for question in smallest_questions().into_iter().filter(known) {
        for flag in [1, 2, 4, 8] {
            if let Some(question) = question.clone().with_flags(flag) {
                keep(&format!("flag {flag}"), &question);
            }
        }
    }
    for source in 0..4 {
        let dom = NonnullDomain { name: "x".into(), uuid: [1; 16], id: -1 };
        keep(&format!("source {source}"), &ask(DomainInterfaceAddressesArgs { dom, source, flags: 0 }));
    }
    tour.transcript()
}

fn tour(server: &Server) -> Transcript {
    let mut tour = Tour::new(server, Names::default());
    for question in smallest_questions() {
        if question.procedure.number > compare::NEWEST_PROCEDURE {
            continue;
        }
        let answer = call(server, &question);
        let refused = said_refusal(answer.as_ref()).is_some();
        let said = if refused { in_words(answer) } else { "may be called".into() };
        tour.keep(&format!("{} {}", question.procedure.number, question.procedure.name), &said);
    }
    tour.transcript()
}

/// Each call has a connection of its own: some end it.
fn call(server: &Server, question: &Question) -> Option<Message> {
    question.call(&mut Raw::open_with(&server.read_only_socket(), 1))
}

/// What a refusal says, if it is one.
fn said_refusal(answer: Option<&Message>) -> Option<(i32, String)> {
    let error = answer?.error().filter(|error| error.code == ErrorCode::OperationDenied as i32)?;
    Some((error.domain, error.message.unwrap_or_default()))
}

/// What a refusal has to say.
fn refusal(question: &Question) -> (i32, String) {
    let text = format!("operation forbidden: read only access prevents {}", question.api());
    (question.procedure.error_domain() as i32, text)
}
