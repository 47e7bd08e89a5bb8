//! Streams: both ways, both ends, both windows.

use vireo_protocol::frame::{Header, MessageType, Status};
use vireo_protocol::remote::*;
use vireo_protocol::table::RemoteProc;

use super::client::{Client, domain};
use super::handlers::gate;
use super::*;

/// Opens a console that does as it is called; the header of its packets.
async fn open(client: &mut Client, what: &str, name: &str) -> Header {
    let args = DomainOpenConsoleArgs { dom: domain(name), dev_name: Some(what.to_owned()), flags: 0 };
    let reply = client.call(RemoteProc::DomainOpenConsole, &args).await;
    let () = reply.decode();
    Header { type_: MessageType::Stream, status: Status::Continue, ..reply.header }
}

async fn receive_data(client: &mut Client) -> Vec<u8> {
    let packet = client.receive().await;
    assert_eq!((packet.header.type_, packet.header.status), (MessageType::Stream, Status::Continue));
    packet.payload
}

async fn receive_ok(client: &mut Client) {
    let packet = client.receive().await;
    assert_eq!((packet.header.type_, packet.header.status), (MessageType::Stream, Status::Ok));
    assert!(packet.payload.is_empty());
}

#[tokio::test]
async fn data_goes_both_ways_and_the_client_finishes() {
    let server = Fixture::new().await;
    let mut client = server.open().await;
    let stream = open(&mut client, "echo", "x").await;
    for text in ["ls\n", "pwd\n"] {
        client.send_data(&stream, text.as_bytes()).await;
        assert_eq!(receive_data(&mut client).await, text.as_bytes());
    }
    client.send_data(&stream.stream(Status::Ok), b"").await;
    receive_ok(&mut client).await;
    let _: ConnectGetTypeRet = client.call(RemoteProc::ConnectGetType, &()).await.decode();
}

#[tokio::test]
async fn the_handler_finishes_and_the_client_is_told() {
    let server = Fixture::new().await;
    let mut client = server.open().await;
    let stream = open(&mut client, "greeting", "x").await;
    assert_eq!(receive_data(&mut client).await, b"hello");
    assert_eq!(receive_data(&mut client).await, b"");
    client.receive_nothing().await;
    client.send_data(&stream.stream(Status::Ok), b"").await;
    receive_ok(&mut client).await;
}

#[tokio::test]
async fn the_client_aborts() {
    let server = Fixture::new().await;
    let mut client = server.open().await;
    let stream = open(&mut client, "echo", "x").await;
    let error = Error {
        code: 1,
        domain: 0,
        message: None,
        level: 2,
        dom: None,
        str1: None,
        str2: None,
        str3: None,
        int1: 0,
        int2: 0,
        net: None,
    };
    client.send_frame(&stream.stream(Status::Error), &error).await;
    receive_ok(&mut client).await;
    client.send_data(&stream, b"too late").await;
    let _: ConnectGetTypeRet = client.call(RemoteProc::ConnectGetType, &()).await.decode();
}

#[tokio::test]
async fn the_handler_fails() {
    let server = Fixture::new().await;
    let mut client = server.open().await;
    let stream = open(&mut client, "failing", "x").await;
    client.send_data(&stream, b"x").await;
    let packet = client.receive().await;
    assert_eq!(packet.header.type_, MessageType::Stream);
    assert_eq!(packet.error(), (9, 10, "operation failed: it broke".to_owned()));

    open(&mut client, "dropped", "x").await;
    let dropped = client.receive().await.error();
    assert_eq!(dropped, (39, 38, "stream had unexpected termination".to_owned()));
}

#[tokio::test]
async fn a_refused_stream_is_never_there() {
    let server = Fixture::new().await;
    let mut client = server.open().await;
    let args = DomainOpenConsoleArgs { dom: domain("x"), dev_name: Some("refused".to_owned()), flags: 0 };
    let reply = client.call(RemoteProc::DomainOpenConsole, &args).await;
    assert_eq!(reply.error().2, "operation failed: it broke");
    client.send_data(&reply.header.stream(Status::Continue), b"x").await;
    let _: ConnectGetTypeRet = client.call(RemoteProc::ConnectGetType, &()).await.decode();
}

#[tokio::test]
async fn an_endless_stream_leaves_room_for_calls_and_ends_with_its_client() {
    let server = Fixture::new().await;
    let mut client = server.open().await;
    let name = "an_endless_stream";
    open(&mut client, "endless", name).await;
    let serial = client.start(RemoteProc::ConnectGetType, &()).await;
    let mut packets = 0;
    while client.receive().await.header.serial != serial {
        packets += 1;
        assert!(packets < 1000, "the call was not answered");
    }
    drop(client);
    let ended = gate(name);
    tokio::time::timeout(SOON, ended.acquire()).await.unwrap().unwrap().forget();
}

#[tokio::test]
async fn a_handler_that_does_not_receive_holds_its_client_back() {
    let server = Fixture::new().await;
    let mut client = server.open().await;
    let name = "a_handler_that_does_not_receive";
    let stream = open(&mut client, "deaf", name).await;
    let chunk = vec![7; 200_000];
    let mut sent = 0;
    let flood = async {
        loop {
            client.send_data(&stream, &chunk).await;
            sent += 1;
        }
    };
    assert!(tokio::time::timeout(NEVER, flood).await.is_err());
    assert!(sent < 20, "{sent} chunks were taken");
    gate(name).add_permits(1);
    assert_eq!(receive_data(&mut client).await, chunk);
}

#[tokio::test]
async fn two_streams_of_a_client_are_two() {
    let server = Fixture::new().await;
    let mut client = server.open().await;
    let first = open(&mut client, "echo", "x").await;
    let second = open(&mut client, "echo", "x").await;
    assert_ne!(first.serial, second.serial);
    client.send_data(&second, b"second").await;
    let packet = client.receive().await;
    assert_eq!((packet.header.serial, packet.payload), (second.serial, b"second".to_vec()));
    client.send_data(&first, b"first").await;
    assert_eq!(client.receive().await.header.serial, first.serial);
}

#[tokio::test]
async fn there_are_only_so_many_streams() {
    let server = Fixture::new().await;
    let mut client = server.open().await;
    for _ in 0..32 {
        open(&mut client, "echo", "x").await;
    }
    open(&mut client, "echo", "x").await;
    let refused = client.receive().await;
    assert_eq!(refused.header.type_, MessageType::Stream);
    assert_eq!(refused.error().2, "operation failed: too many active streams: at most 32");
}

#[tokio::test]
async fn a_hole_where_none_was_agreed_breaks_the_stream_only() {
    let server = Fixture::new().await;
    let mut client = server.open().await;
    let stream = open(&mut client, "echo", "x").await;
    let hole = Header { type_: MessageType::StreamHole, ..stream };
    client.send_data(&hole, &[0; 12]).await;
    assert_eq!(client.receive().await.error().2, "Unexpected stream hole");
    let _: ConnectGetTypeRet = client.call(RemoteProc::ConnectGetType, &()).await.decode();
}
