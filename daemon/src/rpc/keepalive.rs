//! Whether a silent client is still there.
//!
//! Any client may ping and is answered. The daemon pings only a client that said it can answer, and only when it
//! was silent for an interval; one that stays silent through `count` pings is gone.
//!
//! ```text
//! off -- the client asks --> listening -- silent for an interval --> ping 1 .. count --> dead
//!                                ^------------ anything heard -----------|
//! ```

use std::pin::Pin;
use std::task::Context;
use std::time::Duration;

use tokio::time::{Instant, Sleep};
use vireo_protocol::frame::{Header, MessageType};
use vireo_protocol::keepalive::{KeepaliveProc, PROGRAM, VERSION};

use super::output::Output;

/// `keepalive_interval` and `keepalive_count` of the configuration.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct KeepaliveLimits {
    /// None: the daemon never pings.
    pub(crate) interval: Option<Duration>,
    pub(crate) count: u32,
}

/// The state of one connection.
pub(crate) struct Keepalive {
    limits: KeepaliveLimits,
    active: Option<Active>,
}

struct Active {
    interval: Duration,
    heard: Instant,
    pings: u32,
    timer: Pin<Box<Sleep>>,
}

/// The client does not answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Dead;

impl Keepalive {
    pub(crate) fn new(limits: KeepaliveLimits) -> Self {
        Self { limits, active: None }
    }

    /// The client said that it answers pings.
    pub(crate) fn start(&mut self) {
        let Some(interval) = self.limits.interval else { return };
        if self.active.is_none() {
            let timer = Box::pin(tokio::time::sleep(interval));
            self.active = Some(Active { interval, heard: Instant::now(), pings: 0, timer });
        }
    }

    /// Something came from the client, or could not because we do not read.
    pub(crate) fn heard(&mut self) {
        if let Some(active) = &mut self.active {
            active.heard = Instant::now();
            active.pings = 0;
        }
    }

    /// Pings when it is time to.
    pub(crate) fn poll(&mut self, context: &mut Context<'_>, output: &mut Output) -> Result<(), Dead> {
        let Some(active) = &mut self.active else { return Ok(()) };
        while active.timer.as_mut().poll(context).is_ready() {
            let now = Instant::now();
            let mut next = active.heard + active.interval;
            if next <= now {
                if active.pings == self.limits.count {
                    return Err(Dead);
                }
                active.pings += 1;
                output.raw(KeepaliveProc::Ping.header(), &[]);
                next = now + active.interval;
            }
            active.timer.as_mut().reset(next);
        }
        Ok(())
    }
}

/// Whether a frame is of this program, and with that done: a ping is answered.
pub(crate) fn answer(header: &Header, output: &mut Output) -> bool {
    let ours = header.prog == PROGRAM && header.vers == VERSION && header.type_ == MessageType::Event;
    if ours && header.proc == KeepaliveProc::Ping as i32 {
        output.raw(KeepaliveProc::Pong.header(), &[]);
    }
    ours
}

#[cfg(test)]
mod tests {
    use std::future::poll_fn;
    use std::task::Poll;

    use super::*;

    const LIMITS: KeepaliveLimits = KeepaliveLimits { interval: Some(Duration::from_secs(5)), count: 2 };

    /// Polls for as long; how many pings were sent, and whether the client counts as dead.
    async fn wait(keepalive: &mut Keepalive, seconds: u64) -> (usize, bool) {
        let mut output = Output::default();
        let run = poll_fn(|context| match keepalive.poll(context, &mut output) {
            Ok(()) => Poll::Pending,
            Err(Dead) => Poll::Ready(()),
        });
        let dead = tokio::time::timeout(Duration::from_secs(seconds), run).await.is_ok();
        (output.len() / 28, dead)
    }

    #[tokio::test(start_paused = true)]
    async fn a_client_that_did_not_ask_is_never_pinged() {
        let mut keepalive = Keepalive::new(LIMITS);
        assert_eq!(wait(&mut keepalive, 1000).await, (0, false));
    }

    #[tokio::test(start_paused = true)]
    async fn a_silent_client_is_pinged_and_then_given_up() {
        let mut keepalive = Keepalive::new(LIMITS);
        keepalive.start();
        assert_eq!(wait(&mut keepalive, 4).await, (0, false));
        assert_eq!(wait(&mut keepalive, 2).await, (1, false));
        assert_eq!(wait(&mut keepalive, 5).await, (1, false));
        assert_eq!(wait(&mut keepalive, 5).await, (0, true));
    }

    #[tokio::test(start_paused = true)]
    async fn a_client_that_speaks_lives_on() {
        let mut keepalive = Keepalive::new(LIMITS);
        keepalive.start();
        for _ in 0..100 {
            assert_eq!(wait(&mut keepalive, 4).await, (0, false));
            keepalive.heard();
        }
        assert_eq!(wait(&mut keepalive, 6).await, (1, false));
        keepalive.heard();
        assert_eq!(wait(&mut keepalive, 6).await, (1, false));
    }

    #[tokio::test(start_paused = true)]
    async fn without_an_interval_nobody_is_pinged() {
        let mut keepalive = Keepalive::new(KeepaliveLimits { interval: None, ..LIMITS });
        keepalive.start();
        assert_eq!(wait(&mut keepalive, 1000).await, (0, false));
    }
}
