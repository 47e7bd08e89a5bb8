//! Calls: the gate, errors with their texts, order, descriptors, keepalive, events.

use std::io::Write;
use std::os::fd::OwnedFd;

use vireo_protocol::frame::{Header, MessageType, Status};
use vireo_protocol::keepalive::KeepaliveProc;
use vireo_protocol::remote::{self, *};
use vireo_protocol::table::{PROCEDURES, RemoteProc, ServeStatus};

use super::client::domain;
use super::handlers::gate;
use super::*;

const NOT_OPEN: &str = "internal error: hypervisor connection not open";

#[tokio::test]
async fn a_client_opens_asks_and_closes() {
    let server = Fixture::new().await;
    let mut client = server.connect().await;
    let auth: AuthListRet = client.call(RemoteProc::AuthList, &()).await.decode();
    assert_eq!(auth.types, [AuthType::None]);
    client.open("qemu:///system", 0).await;
    let answer: ConnectGetTypeRet = client.call(RemoteProc::ConnectGetType, &()).await.decode();
    assert_eq!(answer.r#type, "QEMU");
    let uri: ConnectGetUriRet = client.call(RemoteProc::ConnectGetUri, &()).await.decode();
    assert_eq!(uri.uri, "qemu:///system");
    let () = client.call(RemoteProc::ConnectClose, &()).await.decode();
    client.receive_end().await;
}

#[tokio::test]
async fn before_opening_only_the_door_is_there() {
    let server = Fixture::new().await;
    let mut client = server.connect().await;
    for procedure in [RemoteProc::ConnectGetType, RemoteProc::DomainSave, RemoteProc::ConnectGetUri] {
        assert_eq!(client.call(procedure, &()).await.error(), (1, 7, NOT_OPEN.to_owned()));
    }
    let keepalive = ConnectSupportsFeatureArgs { feature: 10 };
    let answer: ConnectSupportsFeatureRet =
        client.call(RemoteProc::ConnectSupportsFeature, &keepalive).await.decode();
    assert_eq!(answer.supported, 1);
    let other = ConnectSupportsFeatureArgs { feature: 14 };
    let refused = client.call(RemoteProc::ConnectSupportsFeature, &other).await;
    assert_eq!(refused.error(), (1, 7, NOT_OPEN.to_owned()));
    client.open("", 0).await;
    let args = ConnectOpenArgs { name: None, flags: 0 };
    let again = client.call(RemoteProc::ConnectOpen, &args).await;
    assert_eq!(again.error(), (1, 7, "internal error: connection already open".to_owned()));
}

#[tokio::test]
async fn unknown_programs_and_procedures_are_errors_and_no_end() {
    let server = Fixture::new().await;
    let mut client = server.open().await;
    let good = client.header(RemoteProc::ConnectGetType);
    let cases = [
        (Header { prog: 0x1234_5678, ..good }, "Cannot find program 305419896 version 1"),
        (Header { prog: u32::MAX, vers: u32::MAX, ..good }, "Cannot find program -1 version -1"),
        (Header { vers: 2, ..good }, "Cannot find program 536903814 version 2"),
        (Header { proc: 9999, ..good }, "unknown procedure: 9999"),
        (Header { proc: 0, ..good }, "unknown procedure: 0"),
        (Header { proc: -1, ..good }, "unknown procedure: -1"),
        (Header { proc: i32::MIN, ..good }, "unknown procedure: -2147483648"),
        (Header { status: Status::Error, ..good }, "Unexpected message status 1"),
    ];
    for (header, text) in cases {
        client.send_frame(&header, &()).await;
        let reply = client.receive().await;
        assert_eq!(reply.error(), (39, 7, text.to_owned()));
        assert_eq!((reply.header.prog, reply.header.proc), (header.prog, header.proc));
    }
    for event in PROCEDURES.iter().filter(|row| row.status == ServeStatus::Event) {
        client.send_frame(&Header { proc: event.number, ..good }, &()).await;
        assert_eq!(client.receive().await.error().2, format!("unknown procedure: {}", event.number));
    }
}

#[tokio::test]
async fn what_is_not_served_is_named() {
    let server = Fixture::new().await;
    let mut client = server.open().await;
    let error = client.call(RemoteProc::DomainMigrateSetMaxDowntime, &()).await.error();
    let text = "this function is not supported by the connection driver: virDomainMigrateSetMaxDowntime";
    assert_eq!(error, (3, 20, text.to_owned()));
}

#[tokio::test]
async fn arguments_that_are_none_are_refused_and_the_connection_lives() {
    let server = Fixture::new().await;
    let mut client = server.open().await;
    let refused = (39, 7, "Unable to decode message payload".to_owned());
    for payload in [&b"\0\0\0\x09x"[..], b"", &[0xff; 12], &[0, 64, 0, 4], b"\0\0\0\x01abcd"] {
        let header = client.header(RemoteProc::DomainShutdown);
        client.send_data(&header, payload).await;
        assert_eq!(client.receive().await.error(), refused);
    }
    let header = client.header(RemoteProc::ConnectGetType);
    client.send_data(&header, b"more").await;
    assert_eq!(client.receive().await.error(), refused);
    let _: ConnectGetTypeRet = client.call(RemoteProc::ConnectGetType, &()).await.decode();
}

#[tokio::test]
async fn frames_that_cannot_be_end_the_connection() {
    let server = Fixture::new().await;
    for length in [0u32, 4, 27, (32 << 20) + 5, 0x8000_0000, u32::MAX] {
        let mut client = server.open().await;
        client.send(&length.to_be_bytes()).await;
        client.receive_end().await;
    }
}

#[tokio::test]
async fn messages_that_are_no_calls_are_ignored() {
    let server = Fixture::new().await;
    let mut client = server.open().await;
    for type_ in [MessageType::Reply, MessageType::Event, MessageType::Stream, MessageType::StreamHole] {
        let header = Header { type_, ..client.header(RemoteProc::ConnectGetType) };
        client.send_frame(&header, &()).await;
    }
    let mut nameless = vec![0; 28];
    (nameless[3], nameless[19]) = (28, 99);
    client.send(&nameless).await;
    let _: ConnectGetTypeRet = client.call(RemoteProc::ConnectGetType, &()).await.decode();
}

#[tokio::test]
async fn a_read_only_client_may_call_what_the_table_says_and_nothing_else() {
    let server = Fixture::new().await;
    let mut by_socket = server.open_read_only().await;
    let mut by_flag = server.connect().await;
    by_flag.open("qemu:///system", 1).await;
    for client in [&mut by_socket, &mut by_flag] {
        for row in PROCEDURES.iter().filter(|row| row.status != ServeStatus::Event && !row.read_only) {
            let header = Header { proc: row.number, ..client.header(RemoteProc::ConnectGetType) };
            client.send_frame(&header, &()).await;
            let text = format!("operation forbidden: read only access prevents {}", row.api());
            assert_eq!(client.receive().await.error(), (29, row.error_domain() as i32, text));
        }
        let _: ConnectGetTypeRet = client.call(RemoteProc::ConnectGetType, &()).await.decode();
    }
}

#[tokio::test]
async fn a_read_only_client_gets_no_secrets() {
    let server = Fixture::new().await;
    let mut client = server.open_read_only().await;
    let ask = |flags| DomainGetXmlDescArgs { dom: domain("x"), flags };
    let error = client.call(RemoteProc::DomainGetXmlDesc, &ask(1)).await.error();
    let text = "operation forbidden: virDomainGetXMLDesc with secure flag";
    assert_eq!(error, (29, 20, text.to_owned()));
    let _: DomainGetXmlDescRet = client.call(RemoteProc::DomainGetXmlDesc, &ask(2)).await.decode();
}

#[tokio::test]
async fn calls_sent_together_are_answered_in_order() {
    let server = Fixture::new().await;
    let mut client = server.open().await;
    for _ in 0..1000 {
        client.start(RemoteProc::ConnectGetType, &()).await;
    }
    for serial in 2..1002 {
        assert_eq!(client.receive().await.header.serial, serial);
    }
}

#[tokio::test]
async fn a_call_that_waits_delays_nobody() {
    let server = Fixture::new().await;
    let mut client = server.open().await;
    let name = "a_call_that_waits_delays_nobody";
    let waiting = client.start(RemoteProc::DomainShutdown, &DomainShutdownArgs { dom: domain(name) }).await;
    let _: ConnectGetTypeRet = client.call(RemoteProc::ConnectGetType, &()).await.decode();
    gate(name).add_permits(1);
    let reply = client.receive().await;
    assert_eq!((reply.header.serial, reply.header.status), (waiting, Status::Ok));
}

#[tokio::test]
async fn descriptors_come_and_go() {
    let server = Fixture::new().await;
    let mut client = server.open().await;
    let mut file = tempfile::tempfile().unwrap();
    file.write_all(b"inside").unwrap();
    std::io::Seek::rewind(&mut file).unwrap();

    let args = DomainOpenGraphicsFdArgs { dom: domain("inside"), idx: 2, flags: 0 };
    let header = client.header(RemoteProc::DomainOpenGraphicsFd);
    let mut frame = bytes::BytesMut::new();
    vireo_protocol::frame::encode_with_fds(&mut frame, &header, 1, &args).unwrap();
    client.send(&frame).await;
    client.receive_nothing().await;
    client.send_fd(&OwnedFd::from(file));
    let reply = client.receive().await;
    assert_eq!((reply.header.type_, reply.header.status), (MessageType::ReplyWithFds, Status::Ok));
    let _: ConnectGetTypeRet = client.call(RemoteProc::ConnectGetType, &()).await.decode();
}

#[tokio::test]
async fn pings_are_answered_and_only_sent_to_those_who_asked() {
    let server =
        Fixture::with(Config { keepalive_interval: 1, keepalive_count: 1, ..Config::default() }).await;
    let mut silent = server.open().await;
    let mut asking = server.open().await;
    asking.send_frame(&KeepaliveProc::Ping.header(), &()).await;
    assert_eq!(asking.receive().await.header, KeepaliveProc::Pong.header());
    let feature = ConnectSupportsFeatureArgs { feature: 10 };
    asking.call(RemoteProc::ConnectSupportsFeature, &feature).await;
    for _ in 0..2 {
        assert_eq!(asking.receive().await.header, KeepaliveProc::Ping.header());
        asking.send_frame(&KeepaliveProc::Pong.header(), &()).await;
    }
    asking.receive_end().await;
    silent.receive_nothing().await;
}

#[tokio::test]
async fn events_come_in_their_order_between_replies() {
    let server = Fixture::new().await;
    let mut client = server.open().await;
    let args = DomainRebootArgs { dom: domain("x"), flags: 5 };
    let serial = client.start(RemoteProc::DomainReboot, &args).await;
    let mut events = 0;
    let mut replies = 0;
    while events + replies < 6 {
        let message = client.receive().await;
        match message.header.type_ {
            MessageType::Event => {
                let event: DomainEventRebootMsg = message.decode();
                assert_eq!(event.dom.name, "x");
                assert_eq!((message.header.prog, message.header.serial), (remote::PROGRAM, 1));
                events += 1;
            }
            _ => {
                assert_eq!(message.header.serial, serial);
                replies += 1;
            }
        }
    }
    assert_eq!((events, replies), (5, 1));
}

#[tokio::test]
async fn domain_events_are_registered_in_both_styles() {
    let server = Fixture::new().await;
    let mut client = server.open().await;
    let legacy = |event_id| ConnectDomainEventRegisterAnyArgs { event_id };
    let twice = (8, 0, "invalid argument: event callback already tracked".to_owned());
    let () = client.call(RemoteProc::ConnectDomainEventRegisterAny, &legacy(0)).await.decode();
    assert_eq!(client.call(RemoteProc::ConnectDomainEventRegister, &()).await.error(), twice);
    let unknown = client.call(RemoteProc::ConnectDomainEventRegisterAny, &legacy(16)).await.error();
    assert_eq!(unknown, (1, 7, "internal error: unsupported event ID 16".to_owned()));
    let () = client.call(RemoteProc::ConnectDomainEventDeregisterAny, &legacy(0)).await.decode();
    let gone = client.call(RemoteProc::ConnectDomainEventDeregister, &()).await.error();
    assert_eq!(gone, (1, 7, "internal error: domain event 0 not registered".to_owned()));

    let args = ConnectDomainEventCallbackRegisterAnyArgs { event_id: 0, dom: None };
    let procedure = RemoteProc::ConnectDomainEventCallbackRegisterAny;
    let first: ConnectDomainEventCallbackRegisterAnyRet = client.call(procedure, &args).await.decode();
    assert_eq!(client.call(procedure, &args).await.error(), twice);
    let filtered = ConnectDomainEventCallbackRegisterAnyArgs { event_id: 0, dom: Some(domain("x")) };
    let second: ConnectDomainEventCallbackRegisterAnyRet = client.call(procedure, &filtered).await.decode();
    assert_ne!(first, second);
    let procedure = RemoteProc::ConnectDomainEventCallbackDeregisterAny;
    let args = ConnectDomainEventCallbackDeregisterAnyArgs { callback_id: first.callback_id };
    let () = client.call(procedure, &args).await.decode();
    let text = format!("internal error: domain event callback {} not registered", first.callback_id);
    assert_eq!(client.call(procedure, &args).await.error(), (1, 7, text));
}
