//! Consoles and channels: a client's stream joined to a port's.
//!
//! The port's process replays what was written before, and takes one client at a time. The stream ends with the
//! guest, with the client, or when another client takes the console by force.

use bytes::Bytes;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::UnixStream;
use vireo_protocol::remote::{DomainOpenChannelArgs, DomainOpenConsoleArgs, NonnullDomain};

use super::{ask, check_flags, snapshot};
use crate::domain::live::ChannelFacts;
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
    let named = |name: &str| live.consoles.iter().find(|console| ***console == *name);
    let found = match args.dev_name.as_deref() {
        // The first console is the first serial port, and goes by its number as well.
        None | Some("console0") => live.consoles.first(),
        Some(name) => named(name),
    };
    let Some(alias) = found else {
        let name = args.dev_name.as_deref().unwrap_or("default");
        return Err(Error::internal(ErrorDomain::Qemu, format!("cannot find character device {name}")));
    };
    let alias = Some(alias.to_string());
    let force = args.flags & flag::FORCE != 0;
    open(call, &args.dom, Request::OpenConsole { alias, force }).await
}

/// `DOMAIN_OPEN_CHANNEL`: by its name in the guest, or its alias; the first where none is named.
pub async fn domain_open_channel(call: &Call, args: DomainOpenChannelArgs) -> Result<()> {
    check_flags(args.flags, flag::FORCE, "qemuDomainOpenChannel")?;
    let snapshot = snapshot(call, &args.dom)?;
    let live = snapshot.live.as_ref().ok_or_else(not_running)?;
    let is_it = |channel: &&ChannelFacts| {
        let name = args.name.as_deref();
        name.is_none_or(|name| *channel.alias == *name || channel.name.as_deref() == Some(name))
    };
    let shown = args.name.as_deref().unwrap_or("<null>");
    let Some(channel) = live.channels.iter().find(is_it) else {
        return Err(Error::internal(ErrorDomain::Qemu, format!("cannot find channel {shown}")));
    };
    if !channel.is_socket {
        let info = format!("channel {shown} is not using a UNIX socket");
        return Err(Error::internal(ErrorDomain::Qemu, info));
    }
    let force = args.flags & flag::FORCE != 0;
    open(call, &args.dom, Request::OpenChannel { alias: channel.alias.to_string(), force }).await
}

/// Joins the call's stream to what the request opens.
async fn open(call: &Call, dom: &NonnullDomain, request: Request) -> Result<()> {
    let Answer::Console(stream) = ask(call, dom, request).await? else {
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
