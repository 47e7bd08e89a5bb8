//! The actor's hold on a running guest.

use std::time::Duration;

use tokio::time::{Instant, sleep_until};
use vireo_control::{ExitReason, FromVmm};

use crate::domain::request::Envelope;
use crate::domain::state::Running;
use crate::domain::status::Status;
use crate::domain::vmm::{Link, Process};
use crate::rpc::{ClientHandle, HookId};

/// How long a broken conversation rests before it is begun anew; twice as long each time that fails.
const RETRY: Duration = Duration::from_millis(200);

/// The longest rest.
const LONGEST_RETRY: Duration = Duration::from_secs(30);

/// A process, and what the actor knows of its guest.
pub struct Guest {
    /// The process.
    pub process: Process,
    /// The conversation; absent while it is broken.
    pub link: Option<Link>,
    /// When to begin a new one.
    pub retry_at: Option<Instant>,
    /// How long to rest before that, the next time.
    rest: Duration,
    /// What a later daemon is told.
    pub status: Status,
    /// The client it ends with, and how to take that back.
    pub autodestroy: Option<(ClientHandle, HookId)>,
    /// What the process said of its end.
    pub exiting: Option<ExitReason>,
    /// Clients were told that the guest powers off.
    shutdown_told: bool,
    /// It was started and never stood since.
    fresh: bool,
}

/// What the actor acts on.
pub enum Input {
    /// The guest's process said something.
    Frame(FromVmm),
    /// It will say nothing more on this conversation.
    Lost,
    /// It is time for a new conversation.
    Retry,
    /// It has ended.
    Ended,
    /// A client wants something.
    Request(Envelope),
    /// Nobody wants anything.
    Quiet,
}

impl Guest {
    /// A process just spawned, or found running.
    pub fn new(process: Process, link: Option<Link>, status: Status, fresh: bool) -> Self {
        let retry_at = link.is_none().then(Instant::now);
        Self {
            process,
            link,
            retry_at,
            rest: RETRY,
            status,
            autodestroy: None,
            exiting: None,
            shutdown_told: false,
            fresh,
        }
    }

    /// The guest's next input; `deadline` is reported as [`Input::Quiet`]. Cancelling it loses nothing.
    ///
    /// What was said is heard before the end is noticed: the process says why it ends.
    pub async fn input(&mut self, deadline: Option<Instant>) -> Input {
        let Self { process, link, retry_at, .. } = self;
        let said = async {
            match link {
                Some(link) => link.recv().await.map_or(Input::Lost, Input::Frame),
                None => std::future::pending().await,
            }
        };
        let retry = async {
            match retry_at {
                Some(at) => sleep_until(*at).await,
                None => std::future::pending().await,
            }
        };
        let deadline = async {
            match deadline {
                Some(at) => sleep_until(at).await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            biased;
            input = said => input,
            () = process.ended() => Input::Ended,
            () = retry => Input::Retry,
            () = deadline => Input::Quiet,
        }
    }

    /// The conversation broke off, or could not be begun.
    pub fn retry_later(&mut self) {
        self.retry_at = Some(Instant::now() + self.rest);
        self.rest = (self.rest * 2).min(LONGEST_RETRY);
    }

    /// There is a conversation again.
    pub fn is_in_touch(&mut self) {
        self.retry_at = None;
        self.rest = RETRY;
    }

    /// What the process said until its end and nobody has heard yet.
    pub fn last_words(&mut self) -> Vec<FromVmm> {
        let mut words = Vec::new();
        if let Some(link) = &mut self.link {
            while let Ok(Some(frame)) = link.try_recv() {
                words.push(frame);
            }
        }
        words
    }

    /// Why it runs, now that it does.
    pub fn runs_because(&mut self) -> Running {
        if std::mem::take(&mut self.fresh) { Running::Booted } else { Running::Unpaused }
    }

    /// It was started to stand: when it runs, it is because it was resumed.
    pub fn starts_paused(&mut self) {
        self.fresh = false;
    }

    /// The guest powers off. True if clients are to be told.
    pub fn note_shutdown(&mut self) -> bool {
        !std::mem::replace(&mut self.shutdown_told, true)
    }

    /// Closes what came with an answer that nobody waits for.
    pub fn drop_descriptors(&mut self) {
        if let Some(link) = &mut self.link {
            while link.take_fd().is_some() {}
        }
    }
}
