//! What a client can do to the daemon and to others: a bounded amount.

use vireo_protocol::frame::{MAX_MESSAGE, MessageType, Status};
use vireo_protocol::remote::*;
use vireo_protocol::table::RemoteProc;

use super::client::domain;
use super::handlers::gate;
use super::*;

fn shutdown(name: &str) -> DomainShutdownArgs {
    DomainShutdownArgs { dom: domain(name) }
}

#[tokio::test]
async fn only_so_many_calls_wait_at_once_and_the_others_keep_their_order() {
    let server = Fixture::with(Config { max_client_requests: 2, ..Config::default() }).await;
    let mut client = server.open().await;
    let name = "only_so_many_calls_wait";
    for _ in 0..5 {
        client.start(RemoteProc::DomainShutdown, &shutdown(name)).await;
    }
    // Behind those that wait, even a quick one of the same priority waits.
    let args = DomainGetXmlDescArgs { dom: domain("x"), flags: 10 };
    client.start(RemoteProc::DomainGetXmlDesc, &args).await;
    client.receive_nothing().await;
    for serial in [2, 3, 4, 5] {
        gate(name).add_permits(1);
        assert_eq!(client.receive().await.header.serial, serial);
    }
    // The last one that waits leaves a place for the quick one.
    assert_eq!(client.receive().await.header.serial, 7);
    gate(name).add_permits(1);
    assert_eq!(client.receive().await.header.serial, 6);
}

#[tokio::test]
async fn calls_of_high_priority_pass_those_that_wait() {
    let server = Fixture::new().await;
    let mut client = server.open().await;
    let name = "calls_of_high_priority_pass";
    for _ in 0..20 {
        client.start(RemoteProc::DomainShutdown, &shutdown(name)).await;
    }
    let args = DomainDestroyArgs { dom: domain("ready") };
    let () = client.call(RemoteProc::DomainDestroy, &args).await.decode();
    let _: ConnectGetTypeRet = client.call(RemoteProc::ConnectGetType, &()).await.decode();
    gate(name).add_permits(20);
    for _ in 0..20 {
        assert_eq!(client.receive().await.header.status, Status::Ok);
    }
}

#[tokio::test]
async fn a_client_that_sends_ahead_without_end_is_not_read() {
    let server = Fixture::new().await;
    let mut client = server.open().await;
    let name = "a_client_that_sends_ahead";
    let flood = async {
        loop {
            client.start(RemoteProc::DomainShutdown, &shutdown(name)).await;
        }
    };
    assert!(tokio::time::timeout(NEVER, flood).await.is_err());
    // Neither is anybody else disturbed, nor the client itself, once its calls are done.
    let mut other = server.open().await;
    let _: ConnectGetTypeRet = other.call(RemoteProc::ConnectGetType, &()).await.decode();
    drop(client);
    gate(name).add_permits(100_000);
}

#[tokio::test]
async fn a_client_that_reads_nothing_is_not_served_further() {
    let server = Fixture::new().await;
    let mut client = server.open().await;
    let args = DomainGetXmlDescArgs { dom: domain("x"), flags: 200_000 };
    let mut sent = 0;
    let flood = async {
        loop {
            client.start(RemoteProc::DomainGetXmlDesc, &args).await;
            sent += 1;
        }
    };
    assert!(tokio::time::timeout(NEVER, flood).await.is_err());
    // It gets every answer when it reads.
    for _ in 0..sent.min(50) {
        let answer: DomainGetXmlDescRet = client.receive().await.decode();
        assert_eq!(answer.xml.len(), 200_000);
    }
}

#[tokio::test]
async fn a_client_that_does_not_read_its_events_is_disconnected() {
    let server = Fixture::new().await;
    let mut client = server.open().await;
    let args = DomainRebootArgs { dom: domain("x"), flags: 30_000 };
    client.start(RemoteProc::DomainReboot, &args).await;
    client.receive_end().await;
    let mut other = server.open().await;
    let args = DomainRebootArgs { dom: domain("x"), flags: 1000 };
    other.start(RemoteProc::DomainReboot, &args).await;
    for _ in 0..1001 {
        other.receive().await;
    }
}

#[tokio::test]
async fn neither_is_one_that_reads_nothing_at_all_kept_for_its_events() {
    let server = Fixture::new().await;
    let mut client = server.open().await;
    let name = "neither_is_one_that_reads_nothing";
    let () = client
        .call(RemoteProc::DomainReboot, &DomainRebootArgs { dom: domain(name), flags: 30_000 })
        .await
        .decode();
    let args = DomainGetXmlDescArgs { dom: domain("x"), flags: 2_000_000 };
    client.start(RemoteProc::DomainGetXmlDesc, &args).await;
    client.socket.readable().await.unwrap();
    gate(name).add_permits(1);
    let gone = async {
        while server.server.clients() > 0 {
            tokio::time::sleep(NEVER / 10).await;
        }
    };
    tokio::time::timeout(SOON, gone).await.unwrap();
}

#[tokio::test]
async fn a_reply_as_large_as_can_be_is_sent_and_a_larger_one_is_an_error() {
    let server = Fixture::new().await;
    let mut client = server.open().await;
    let args = |flags| DomainGetXmlDescArgs { dom: domain("x"), flags };
    let answer: DomainGetXmlDescRet =
        client.call(RemoteProc::DomainGetXmlDesc, &args(4 << 20)).await.decode();
    assert_eq!(answer.xml.len(), 4 << 20);
    let error = client.call(RemoteProc::DomainGetXmlDesc, &args((4 << 20) + 1)).await.error();
    assert_eq!(error, (39, 7, "Unable to encode message payload".to_owned()));
}

#[tokio::test]
async fn a_call_as_large_as_can_be_is_read() {
    let server = Fixture::new().await;
    let mut client = server.open().await;
    let header = client.header(RemoteProc::DomainShutdown);
    let payload = vec![0xff; MAX_MESSAGE - 24];
    client.send_data(&header, &payload).await;
    assert_eq!(client.receive().await.error().2, "Unable to decode message payload");
}

#[tokio::test]
async fn a_client_may_vanish_at_any_time() {
    let server = Fixture::new().await;
    drop(server.connect().await);
    let name = "a_client_may_vanish";
    for _ in 0..10 {
        let mut client = server.open().await;
        client.start(RemoteProc::DomainShutdown, &shutdown(name)).await;
        client.send(&[0, 0, 1, 0, 7]).await;
        drop(client);
    }
    let mut other = server.open().await;
    let _: ConnectGetTypeRet = other.call(RemoteProc::ConnectGetType, &()).await.decode();
    // Calls that were started end by themselves, and give back the client's place.
    gate(name).add_permits(10);
    drop(other);
    let empty = async {
        while server.server.clients() > 0 {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(SOON, empty).await.unwrap();
}

#[tokio::test]
async fn more_clients_than_there_are_places_for_wait() {
    let server = Fixture::with(Config { max_clients: 2, ..Config::default() }).await;
    let first = server.open().await;
    let _second = server.open().await;
    let mut third = server.connect().await;
    third.start(RemoteProc::AuthList, &()).await;
    third.receive_nothing().await;
    drop(first);
    let _: AuthListRet = third.receive().await.decode();
}

#[tokio::test]
async fn stopping_lets_running_calls_end_and_clients_go() {
    let server = Fixture::new().await;
    let mut client = server.open().await;
    let name = "stopping_lets_running_calls_end";
    client.start(RemoteProc::DomainShutdown, &shutdown(name)).await;
    client.receive_nothing().await;
    let Fixture { server, folder } = server;
    let stop = tokio::spawn(server.stop());
    client.receive_end().await;
    assert!(!stop.is_finished() && !folder.path().join("sock").exists());
    gate(name).add_permits(1);
    tokio::time::timeout(SOON, stop).await.unwrap().unwrap();
}

#[tokio::test]
async fn hostile_bytes_disturb_nobody() {
    let server = Fixture::new().await;
    let mut quiet = server.open().await;
    for seed in 0..50u32 {
        let mut client = server.open().await;
        let noise =
            (0..997u32).map(|i| (i.wrapping_mul(2_654_435_761).wrapping_add(seed * 40_503) >> 13) as u8);
        let mut bytes = vec![0, 0, 0, 200, 0x20, 0, 0x80, 0x86, 0, 0, 0, 1];
        bytes.extend(noise);
        client.send(&bytes).await;
        let _: ConnectGetTypeRet = quiet.call(RemoteProc::ConnectGetType, &()).await.decode();
    }
    assert_eq!(quiet.header(RemoteProc::ConnectGetType).type_, MessageType::Call);
}
