//! The calls of a client that wait for something, and how many may.
//!
//! Calls that are answered at once never come here. Of those that wait, `max_client_requests` run; more are parked
//! until one of them is done, and with too many parked the connection stops reading. Calls of high priority never
//! wait for a guest, so `prio_workers` more of them run beside the others: a client whose guests hang can still
//! look and destroy.

use std::collections::VecDeque;
use std::os::fd::OwnedFd;
use std::task::{Context, Poll};

use vireo_protocol::frame::Header;

use super::dispatch::{Finished, Job};
use super::output::Output;

/// How many calls may be parked, and how many bytes they may have: what a client with some threads sends ahead. A
/// single larger one is still parked, since it was received already.
const MAX_PARKED: usize = 64;
const MAX_PARKED_BYTES: usize = 256 << 10;

/// How many calls of one client may wait at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct LaneLimits {
    /// `max_client_requests`.
    pub(crate) normal: usize,
    /// `prio_workers`.
    pub(crate) high: usize,
}

/// The calls of one client.
pub(crate) struct Lanes {
    running: Vec<Running>,
    normal: usize,
    limits: LaneLimits,
    parked: VecDeque<Parked>,
    parked_bytes: usize,
}

struct Running {
    header: Header,
    high: bool,
    job: Box<dyn Job>,
}

/// A call that was received and not started.
pub(crate) struct Parked {
    pub(crate) body: Box<[u8]>,
    pub(crate) fds: Vec<OwnedFd>,
}

impl Lanes {
    pub(crate) fn new(limits: LaneLimits) -> Self {
        Self { running: Vec::new(), normal: 0, limits, parked: VecDeque::new(), parked_bytes: 0 }
    }

    /// Whether the connection may read another call.
    pub(crate) fn have_room(&self) -> bool {
        self.parked.len() < MAX_PARKED
            && self.parked_bytes < MAX_PARKED_BYTES
            && self.running.len() - self.normal < self.limits.high
    }

    /// Whether nothing runs and nothing is parked.
    pub(crate) fn are_empty(&self) -> bool {
        self.running.is_empty() && self.parked.is_empty()
    }

    /// Whether a call may start now. Normal ones keep their order.
    pub(crate) fn may_start(&self, high: bool) -> bool {
        high || (self.normal < self.limits.normal && self.parked.is_empty())
    }

    /// Keeps a call that may not start.
    pub(crate) fn park(&mut self, body: &[u8], fds: Vec<OwnedFd>) {
        self.parked_bytes += body.len();
        self.parked.push_back(Parked { body: body.into(), fds });
    }

    /// The next parked call, if it may start now.
    pub(crate) fn unpark(&mut self) -> Option<Parked> {
        if self.normal >= self.limits.normal {
            return None;
        }
        let parked = self.parked.pop_front()?;
        self.parked_bytes -= parked.body.len();
        Some(parked)
    }

    /// A call that started and waits.
    pub(crate) fn add(&mut self, header: Header, high: bool, job: Box<dyn Job>) {
        self.normal += usize::from(!high);
        self.running.push(Running { header, high, job });
    }

    /// Lets every running call go on; the first that is done.
    pub(crate) fn poll(
        &mut self,
        context: &mut Context<'_>,
        output: &mut Output,
    ) -> Poll<(Header, Finished)> {
        for index in 0..self.running.len() {
            if let Poll::Ready(finished) = self.running[index].job.poll(context, output) {
                let done = self.running.swap_remove(index);
                self.normal -= usize::from(!done.high);
                return Poll::Ready((done.header, finished));
            }
        }
        Poll::Pending
    }

    /// The client is gone: what has not started never will, what runs is left to end.
    pub(crate) fn forget_parked(&mut self) {
        self.parked.clear();
        self.parked_bytes = 0;
    }
}
