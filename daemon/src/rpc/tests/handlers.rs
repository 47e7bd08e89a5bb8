//! Handlers that do what a test tells them, in the place of real ones.

use std::collections::BTreeMap;
use std::io::Read;
use std::os::fd::OwnedFd;
use std::sync::{Arc, Mutex};

use bytes::Bytes;
use tokio::sync::Semaphore;
use vireo_protocol::remote::{self, *};
use vireo_protocol::table::RemoteProc;

use crate::error::{Error, ErrorCode, ErrorDomain, Result};
use crate::rpc::dispatch::{Row, start};
use crate::rpc::{Call, StreamEnd, table};

/// The real table, with some rows served by the handlers below.
pub(super) fn lookup(program: u32, version: u32, procedure: i32) -> Result<Row> {
    let mut row = table::lookup(program, version, procedure)?;
    macro_rules! handlers {
        ($($procedure:ident $args:ty, $ret:ty => $handler:ident;)*) => {
            $(if program == remote::PROGRAM && procedure == RemoteProc::$procedure as i32 {
                row.handler = Some(|call| {
                    start::<$args, $ret, _>(call, |call, args| async move { ($handler(&call, args).await, call) })
                });
            })*
        };
    }
    handlers! {
        DomainShutdown DomainShutdownArgs, () => wait;
        DomainDestroy DomainDestroyArgs, () => wait_high;
        DomainGetXmlDesc DomainGetXmlDescArgs, DomainGetXmlDescRet => large;
        DomainOpenConsole DomainOpenConsoleArgs, () => console;
        DomainReboot DomainRebootArgs, () => events;
        DomainOpenGraphicsFd DomainOpenGraphicsFdArgs, () => descriptors;
    }
    Ok(row)
}

/// Opened by the test, by the name of a domain that no other test uses.
pub(super) fn gate(name: &str) -> Arc<Semaphore> {
    static GATES: Mutex<BTreeMap<String, Arc<Semaphore>>> = Mutex::new(BTreeMap::new());
    let mut gates = GATES.lock().unwrap();
    gates.entry(name.to_owned()).or_insert_with(|| Arc::new(Semaphore::new(0))).clone()
}

async fn pass(name: &str) {
    gate(name).acquire().await.unwrap().forget();
}

async fn wait(_call: &Call, args: DomainShutdownArgs) -> Result<()> {
    pass(&args.dom.name).await;
    Ok(())
}

async fn wait_high(_call: &Call, args: DomainDestroyArgs) -> Result<()> {
    if args.dom.name != "ready" {
        pass(&args.dom.name).await;
    }
    Ok(())
}

/// A reply of as many bytes as the flags say.
async fn large(_call: &Call, args: DomainGetXmlDescArgs) -> Result<DomainGetXmlDescRet> {
    Ok(DomainGetXmlDescRet { xml: "x".repeat(args.flags as usize) })
}

/// As many events as the flags say; where the domain has a gate's name, once that is open.
async fn events(call: &Call, args: DomainRebootArgs) -> Result<()> {
    let client = call.client().clone();
    let send = async move {
        if args.dom.name != "x" {
            pass(&args.dom.name).await;
        }
        for _ in 0..args.flags {
            let event = DomainEventRebootMsg { dom: args.dom.clone() };
            client.send_event(RemoteProc::DomainEventReboot.into(), &event);
        }
    };
    tokio::spawn(send);
    Ok(())
}

/// Reads the descriptor that came, and sends back as many as `idx` says.
async fn descriptors(call: &Call, args: DomainOpenGraphicsFdArgs) -> Result<()> {
    let fds = call.take_fds();
    for fd in fds {
        let mut text = String::new();
        std::fs::File::from(fd).read_to_string(&mut text).unwrap();
        assert_eq!(text, args.dom.name);
    }
    for _ in 0..args.idx {
        call.send_fd(OwnedFd::from(std::fs::File::open("/dev/null").unwrap()));
    }
    Ok(())
}

/// A stream that does what the device's name says.
async fn console(call: &Call, args: DomainOpenConsoleArgs) -> Result<()> {
    let end = call.stream();
    let failed = || Error::new(ErrorCode::OperationFailed, ErrorDomain::Qemu, "it broke");
    let (what, name) = (args.dev_name.unwrap_or_default(), args.dom.name);
    match what.as_str() {
        "refused" => return Err(failed()),
        "echo" => drop(tokio::spawn(echo(end))),
        "greeting" => drop(tokio::spawn(async move {
            end.send(Bytes::from_static(b"hello")).await.unwrap();
            end.finish();
        })),
        "failing" => drop(tokio::spawn(async move {
            end.recv().await.unwrap();
            end.abort(failed());
        })),
        "endless" => drop(tokio::spawn(async move {
            while end.send(Bytes::from(vec![7; 100_000])).await.is_ok() {}
            gate(&name).add_permits(1);
        })),
        "deaf" => drop(tokio::spawn(async move {
            pass(&name).await;
            echo(end).await;
        })),
        "dropped" => drop(end),
        other => panic!("{other}"),
    }
    Ok(())
}

async fn echo(end: StreamEnd) {
    while let Ok(Some(data)) = end.recv().await {
        if end.send(data).await.is_err() {
            return;
        }
    }
    end.finish();
}
