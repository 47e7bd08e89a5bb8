//! The server over real sockets, with hand-built frames and handlers that wait until they are told.

mod calls;
mod client;
mod handlers;
mod limits;
mod streams;

use std::time::Duration;

use super::listen::Listener;
use super::server::Server;
use crate::config::Config;
use crate::daemon::Daemon;
use crate::paths::Paths;
use client::Client;

/// Longer than anything takes, shorter than anyone's patience.
const SOON: Duration = Duration::from_secs(10);

/// Long enough to see that nothing comes.
const NEVER: Duration = Duration::from_millis(100);

/// A server with one socket of each kind.
struct Fixture {
    folder: tempfile::TempDir,
    server: Server,
}

impl Fixture {
    async fn new() -> Self {
        Self::with(Config::default()).await
    }

    async fn with(config: Config) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let paths = Paths::rooted(folder.path());
        paths.create().unwrap();
        let listeners = vec![
            Listener::at(&folder.path().join("sock"), false),
            Listener::at(&folder.path().join("sock-ro"), true),
        ];
        let daemon = Daemon::start(paths, config.clone(), false).await.unwrap();
        let server = Server::start_with(daemon, listeners, &config, handlers::lookup).unwrap();
        Self { folder, server }
    }

    /// A client that has connected, and said nothing.
    async fn connect(&self) -> Client {
        Client::connect(&self.folder.path().join("sock")).await
    }

    /// A client that has opened.
    async fn open(&self) -> Client {
        let mut client = self.connect().await;
        client.open("qemu:///system", 0).await;
        client
    }

    /// One that has opened over the read-only socket.
    async fn open_read_only(&self) -> Client {
        let mut client = Client::connect(&self.folder.path().join("sock-ro")).await;
        client.open("qemu:///system", 0).await;
        client
    }
}
