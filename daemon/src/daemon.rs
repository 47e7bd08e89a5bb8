//! The daemon as one value: what every call can reach.
//!
//! It owns the parts and knows none of their insides; a part that needs another gets it when it is built.

use std::sync::{Arc, PoisonError, RwLock};

use crate::config::Config;
use crate::domain::{Registry, Setup};
use crate::error::Result;
use crate::events::Hub;
use crate::host::Host;
use crate::paths::{self, Paths};
use crate::storage::Pools;

/// Everything of this instance.
pub struct Daemon {
    /// Where it keeps what.
    pub paths: Paths,
    /// The machine it runs on.
    pub host: Arc<Host>,
    /// Who asked for which events.
    pub events: Arc<Hub>,
    /// All domains.
    pub domains: Arc<Registry>,
    /// All storage pools.
    pub pools: Arc<Pools>,
    uri: &'static str,
    config: RwLock<Arc<Config>>,
}

impl Daemon {
    /// Builds the parts: reads what is defined, and finds the guests that run.
    pub async fn start(paths: Paths, config: Config, session: bool) -> Result<Arc<Self>> {
        let host = Arc::new(Host::new(paths::emulator()));
        let setup = Setup::new(paths, host.emulator());
        Self::start_with(setup, host, config, session).await
    }

    /// The same, with guests' processes of another kind.
    pub(crate) async fn start_with(
        setup: Setup,
        host: Arc<Host>,
        config: Config,
        session: bool,
    ) -> Result<Arc<Self>> {
        let uri = if session { "qemu:///session" } else { "qemu:///system" };
        let paths = setup.paths.clone();
        let events = Arc::new(Hub::default());
        // Guests may start with the host, and their disks lie in pools.
        let pools = Pools::load(&paths, events.clone()).await?;
        let domains = Registry::load(setup, events.clone()).await?;
        domains.autostart();
        Ok(Arc::new(Self { paths, host, events, domains, pools, uri, config: RwLock::new(Arc::new(config)) }))
    }

    /// What a client that names no connection opens.
    pub fn uri(&self) -> &'static str {
        self.uri
    }

    /// The configuration as it is now.
    pub fn config(&self) -> Arc<Config> {
        self.config.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The configuration was read again.
    pub fn set_config(&self, config: Config) {
        *self.config.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(config);
    }

    /// The process is about to end: what is not yet on disk goes there. Guests go on.
    pub async fn stop(&self) {}
}
