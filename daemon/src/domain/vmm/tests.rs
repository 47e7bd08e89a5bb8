//! The conversation with a vmm, against one that a test plays.

use std::fs::File;
use std::io::{IoSlice, Read, Write};
use std::os::fd::AsRawFd;
use std::os::unix::net::UnixStream;

use nix::sys::socket::{ControlMessage, MsgFlags, sendmsg};
use vireo_control::{Event, FromVmm, PauseReason, Reply, Request, RunState, ToVmm};

use super::process::{self, Process};
use super::{Link, LinkError, socket};

fn reply(id: u64, reply: Reply) -> Vec<u8> {
    vireo_control::encode(&FromVmm::Reply { id, result: Ok(reply) }).unwrap()
}

fn request(socket: &mut UnixStream) -> ToVmm {
    let mut prefix = [0; 4];
    socket.read_exact(&mut prefix).unwrap();
    let mut body = vec![0; vireo_control::frame_length(prefix).unwrap()];
    socket.read_exact(&mut body).unwrap();
    vireo_control::decode(&body).unwrap()
}

#[tokio::test]
async fn answers_and_events_come_as_they_were_sent() {
    let (ours, mut theirs) = UnixStream::pair().unwrap();
    let mut link = Link::new(ours).unwrap();
    let id = link.send(Request::QueryState, &[]).await.unwrap();
    let asked = request(&mut theirs);
    assert_eq!(asked, ToVmm { id, request: Request::QueryState });

    let mut bytes = vireo_control::encode(&FromVmm::Event { event: Event::Resumed }).unwrap();
    bytes.extend(reply(id, Reply::State { state: RunState::Running }));
    // In two pieces, the second beginning inside a frame.
    theirs.write_all(&bytes[..7]).unwrap();
    assert!(link.try_recv().unwrap().is_none());
    theirs.write_all(&bytes[7..]).unwrap();
    assert_eq!(link.recv().await.unwrap(), FromVmm::Event { event: Event::Resumed });
    let FromVmm::Reply { id: answered, .. } = link.recv().await.unwrap() else { panic!("no answer") };
    assert_eq!(answered, id);
}

#[tokio::test]
async fn a_descriptor_comes_with_its_answer() {
    let (ours, theirs) = UnixStream::pair().unwrap();
    let mut link = Link::new(ours).unwrap();
    let null = File::open("/dev/null").unwrap();
    let frame = reply(1, Reply::Console);
    let rights = [null.as_raw_fd()];
    let control = [ControlMessage::ScmRights(&rights)];
    sendmsg::<()>(theirs.as_raw_fd(), &[IoSlice::new(&frame)], &control, MsgFlags::empty(), None).unwrap();
    assert!(matches!(link.recv().await.unwrap(), FromVmm::Reply { id: 1, .. }));
    assert!(link.take_fd().is_some());
    assert!(link.take_fd().is_none());
}

#[tokio::test]
async fn a_vmm_that_floods_descriptors_or_garbage_is_left() {
    let (ours, mut theirs) = UnixStream::pair().unwrap();
    let mut link = Link::new(ours).unwrap();
    theirs.write_all(&[0xff; 64]).unwrap();
    assert!(matches!(link.recv().await, Err(LinkError::Codec(_))));

    let (ours, theirs) = UnixStream::pair().unwrap();
    let mut link = Link::new(ours).unwrap();
    let null = File::open("/dev/null").unwrap();
    let event = vireo_control::encode(&FromVmm::Event { event: Event::Paused { reason: PauseReason::User } });
    let frame = event.unwrap();
    let rights = [null.as_raw_fd(); 5];
    let control = [ControlMessage::ScmRights(&rights)];
    for _ in 0..2 {
        sendmsg::<()>(theirs.as_raw_fd(), &[IoSlice::new(&frame)], &control, MsgFlags::empty(), None)
            .unwrap();
    }
    assert!(link.recv().await.is_ok());
    assert!(matches!(link.recv().await, Err(LinkError::Descriptors)));
}

#[tokio::test]
async fn the_end_of_the_socket_is_the_end_of_the_conversation() {
    let (ours, theirs) = UnixStream::pair().unwrap();
    let mut link = Link::new(ours).unwrap();
    drop(theirs);
    assert!(matches!(link.recv().await, Err(LinkError::Closed)));
}

#[test]
fn control_sockets_lie_at_paths_of_any_length() {
    let root = tempfile::tempdir().unwrap();
    let folder = root.path().join("x".repeat(200));
    std::fs::create_dir(&folder).unwrap();
    let path = folder.join("5d7e8a3c-1b1f-4c58-9d5e-2f1c3b6a7d90.sock");
    for _ in 0..2 {
        let listener = socket::listen(&path).unwrap();
        let _client = socket::connect(&path).unwrap();
        listener.accept().unwrap();
    }
}

#[tokio::test]
async fn a_process_is_known_by_number_and_start() {
    let mut child = std::process::Command::new("sleep").arg("60").spawn().unwrap();
    let process = Process::open(child.id()).unwrap();
    let start = process.start_time();
    assert!(Process::find(child.id(), start).is_some());
    assert!(Process::find(child.id(), start + 1).is_none());
    assert!(Process::is_alive(child.id(), start));
    let times = process.times();
    // It has no memory of its own between fork and exec.
    while times.read().unwrap().rss_kib == 0 {
        tokio::task::yield_now().await;
    }
    process.kill();
    process.ended().await;
    assert!(!Process::is_alive(child.id(), start));
    assert!(times.read().is_err());
    // Reaped already.
    assert!(child.wait().is_err());
}

#[test]
fn a_process_named_to_confuse_is_read_all_the_same() {
    let line = b"4711 (a) S 1 (b)) R 1 2 3 4 -1 6 7 8 9 10 150 50 13 14 20 0 17 -18 987654 20 21 22";
    let times = process::parse_stat(line).unwrap();
    assert_eq!((times.user, times.system, times.start_time), (1_500_000_000, 500_000_000, 987_654));
    assert_eq!(process::parse_stat(b"4711 (a) Z 1 2 3"), None);
    assert_eq!(process::parse_stat(b""), None);
}
