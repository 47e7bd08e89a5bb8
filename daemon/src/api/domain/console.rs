//! Consoles: a client's stream joined to a serial port's.
//!
//! The port's process replays what was written before, and takes one client at a time. The stream ends with the
//! guest, with the client, or when another client takes the console by force.

use bytes::Bytes;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::UnixStream;
use vireo_protocol::remote::DomainOpenConsoleArgs;

use super::{ask, check_flags, snapshot};
use crate::domain::policy::not_running;
use crate::domain::request::{Answer, Request};
use crate::error::{Error, ErrorDomain, Result};
use crate::rpc::{Call, StreamEnd};

/// `VIR_DOMAIN_CONSOLE_*`
mod flag {
    pub const FORCE: u32 = 1;
    /// Refuse unless the console can be kept to one client: it always is.
    pub const SAFE: u32 = 1 << 1;
}

/// What is read at once from the guest.
const CHUNK: usize = 4096;

/// `DOMAIN_OPEN_CONSOLE`
pub async fn domain_open_console(call: &Call, args: DomainOpenConsoleArgs) -> Result<()> {
    check_flags(args.flags, flag::FORCE | flag::SAFE, "qemuDomainOpenConsole")?;
    let snapshot = snapshot(call, &args.dom)?;
    let live = snapshot.live.as_ref().ok_or_else(not_running)?;
    let alias = match &args.dev_name {
        Some(name) if live.serials.iter().any(|serial| **serial == **name) => Some(name.clone()),
        None if !live.serials.is_empty() => None,
        name => {
            let name = name.as_deref().unwrap_or("default");
            return Err(Error::internal(ErrorDomain::Qemu, format!("cannot find character device {name}")));
        }
    };
    let force = args.flags & flag::FORCE != 0;
    let Answer::Console(stream) = ask(call, &args.dom, Request::OpenConsole { alias, force }).await? else {
        return Err(Error::internal(ErrorDomain::Qemu, "a console was asked for, and not given"));
    };
    let failed = |error| Error::system(ErrorDomain::Qemu, "cannot use the console's stream", &error);
    stream.set_nonblocking(true).map_err(failed)?;
    let port = UnixStream::from_std(stream).map_err(failed)?;
    tokio::spawn(join(call.stream(), port));
    Ok(())
}

/// Carries bytes both ways until one side is done.
async fn join(client: StreamEnd, mut port: UnixStream) {
    let (mut from_guest, mut to_guest) = port.split();
    let writes = async {
        let mut chunk = [0; CHUNK];
        loop {
            match from_guest.read(&mut chunk).await {
                Ok(0) | Err(_) => return,
                Ok(count) => {
                    if client.send(Bytes::copy_from_slice(&chunk[..count])).await.is_err() {
                        return;
                    }
                }
            }
        }
    };
    let reads = async {
        while let Ok(Some(data)) = client.recv().await {
            if to_guest.write_all(&data).await.is_err() {
                return;
            }
        }
    };
    tokio::select! {
        () = writes => {}
        () = reads => {}
    }
    client.finish();
}
