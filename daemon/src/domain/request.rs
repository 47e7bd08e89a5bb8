//! What can be asked of a domain's actor.

use std::os::unix::net::UnixStream;
use std::sync::Arc;

use tokio::sync::oneshot;

use crate::domain::change::Change;
use crate::domain::def::DomainDef;
use crate::domain::edit::Edit;
use crate::error::Error;
use crate::rpc::ClientHandle;

/// A change, or something that only the guest's process can do.
#[derive(Debug)]
pub enum Request {
    /// Make this the definition.
    Define {
        /// The document.
        def: Box<DomainDef>,
    },
    /// Start what is defined.
    Create(CreateOptions),
    /// Start by this document.
    CreateXml {
        /// The document.
        def: Box<DomainDef>,
        /// How.
        options: CreateOptions,
    },
    /// End the guest now.
    Destroy {
        /// Fail rather than kill a process that does not end by itself.
        graceful: bool,
    },
    /// End the guest if it is still the one of this id: the client it was started for has gone.
    Autodestroy {
        /// The id.
        id: u32,
    },
    /// Press the power button.
    Shutdown,
    /// Press the power button, and reset once the guest has powered off.
    Reboot,
    /// Reset the machine.
    Reset,
    /// Stop the vCPUs.
    Suspend,
    /// Let the vCPUs run.
    Resume,
    /// Forget the definition.
    Undefine(UndefineOptions),
    /// Start it with the host, or no longer.
    SetAutostart {
        /// Every time, or the next one only.
        when: Autostart,
        /// Whether.
        on: bool,
    },
    /// Change a part of the running guest's document, of the definition, or of both.
    Edit {
        /// What.
        edit: Edit,
        /// `VIR_DOMAIN_AFFECT_*`: which of them.
        flags: u32,
    },
    /// Give it another name.
    Rename {
        /// The name.
        name: String,
    },
    /// Give the guest an NMI.
    InjectNmi,
    /// Change what the host gives the running guest, what it is to give the next, or both.
    Change {
        /// What.
        change: Arc<dyn Change>,
        /// `VIR_DOMAIN_AFFECT_*`
        flags: u32,
    },
    /// Open a console.
    OpenConsole {
        /// Its alias; the first where absent.
        alias: Option<String>,
        /// Take it away from another client.
        force: bool,
    },
    /// Open the host's side of a channel.
    OpenChannel {
        /// The channel's alias.
        alias: String,
        /// Take it away from another client.
        force: bool,
    },
}

/// When a domain is started without being asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Autostart {
    /// At every start of the host.
    Always,
    /// At the next one.
    Once,
}

/// How to start.
#[derive(Debug, Clone, Default)]
pub struct CreateOptions {
    /// Leave the vCPUs standing.
    pub paused: bool,
    /// End it with this client.
    pub autodestroy: Option<ClientHandle>,
}

/// What an undefinition may take along.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct UndefineOptions {
    /// Remove the NVRAM file.
    pub nvram: bool,
    /// Leave the NVRAM file where it is.
    pub keep_nvram: bool,
}

/// What came of a request.
#[derive(Debug)]
pub enum Answer {
    /// It is done.
    Done,
    /// The console's stream.
    Console(UnixStream),
}

/// Why nothing came of it.
#[derive(Debug)]
pub enum Refusal {
    /// For this reason.
    Error(Error),
    /// The domain was removed in the meantime.
    Gone,
}

impl From<Error> for Refusal {
    fn from(error: Error) -> Self {
        Self::Error(error)
    }
}

/// A request on its way.
pub struct Envelope {
    /// What is asked.
    pub request: Request,
    /// Who asked. Nobody may be left to hear it.
    pub reply: oneshot::Sender<Result<Answer, Refusal>>,
}

impl Request {
    /// Whether it goes past others and interrupts what they wait for.
    pub fn is_urgent(&self) -> bool {
        matches!(self, Self::Destroy { .. } | Self::Autodestroy { .. })
    }
}
