//! What vCPUs and devices tell the main thread about the guest's life.

use std::{
    collections::VecDeque,
    io,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
};

use vmm_sys_util::eventfd::{EFD_CLOEXEC, EFD_NONBLOCK, EventFd};

/// Something that ends or changes the guest's life.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum GuestEvent {
    /// The guest powered itself off.
    PowerOff,
    /// The guest asked for a reset, or fell into one.
    Reset,
    /// The guest crashed.
    Crash(String),
    /// The machine cannot go on.
    Failed(String),
}

/// Most events that wait: each vCPU stops after the one it posts.
const MAX_WAITING: usize = 512;

/// The box. Posting stops all vCPUs at their next exit; the main thread decides how they go on.
#[derive(Debug)]
pub struct Mailbox {
    events: Mutex<VecDeque<GuestEvent>>,
    bell: EventFd,
    run: Arc<AtomicBool>,
}

impl Mailbox {
    /// `run` is the vCPUs' permission to enter the guest.
    pub fn new(run: Arc<AtomicBool>) -> io::Result<Self> {
        Ok(Self { events: Mutex::default(), bell: EventFd::new(EFD_NONBLOCK | EFD_CLOEXEC)?, run })
    }

    /// Tells the main thread.
    pub fn post(&self, event: GuestEvent) {
        self.run.store(false, Ordering::SeqCst);
        let mut events = self.events.lock().unwrap_or_else(PoisonError::into_inner);
        if events.len() < MAX_WAITING {
            events.push_back(event);
        }
        drop(events);
        // The counter of an eventfd cannot overflow by this.
        let _ = self.bell.write(1);
    }

    /// Readable when something was posted.
    pub fn bell(&self) -> &EventFd {
        &self.bell
    }

    /// What was posted first.
    pub fn take(&self) -> Option<GuestEvent> {
        let mut events = self.events.lock().unwrap_or_else(PoisonError::into_inner);
        let event = events.pop_front();
        if event.is_none() {
            // Nonblocking: an error says that it was silent already.
            let _ = self.bell.read();
        }
        event
    }

    /// Forgets what was posted: the machine starts anew.
    pub fn clear(&self) {
        while self.take().is_some() {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn posting_stops_the_vcpus_and_rings_the_bell() {
        let run = Arc::new(AtomicBool::new(true));
        let mailbox = Mailbox::new(run.clone()).unwrap();
        mailbox.post(GuestEvent::Reset);
        mailbox.post(GuestEvent::PowerOff);
        assert!(!run.load(Ordering::SeqCst));
        assert_eq!(mailbox.take(), Some(GuestEvent::Reset));
        assert_eq!(mailbox.take(), Some(GuestEvent::PowerOff));
        assert_eq!(mailbox.take(), None);
        assert!(mailbox.bell().read().is_err());
    }
}
