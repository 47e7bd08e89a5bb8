//! What is done to a running guest.

use std::os::unix::net::UnixStream;
use std::time::Duration;

use vireo_control::{PauseReason, Reply, Request, VmmErrorKind};

use super::Actor;
use super::call::CallError;
use crate::domain::vmm::Machine;
use crate::error::{Error, ErrorCode, ErrorDomain};

/// How long a process that was asked to end may take until it is made to: it drops everything and exits.
const QUIT: Duration = Duration::from_millis(20);

/// How long it may take where the caller would rather have it live than be killed.
const GRACEFUL_QUIT: Duration = Duration::from_secs(15);

/// How long the kernel may take to end a process: it has its memory to give back, and may wait for a disk.
const KILL: Duration = Duration::from_secs(30);

impl Actor {
    pub(super) async fn suspend(&mut self) -> Result<(), Error> {
        self.call("pause", Request::Pause).await?;
        self.now_paused(PauseReason::User);
        Ok(())
    }

    pub(super) async fn resume(&mut self) -> Result<(), Error> {
        self.call("resume", Request::Resume).await?;
        self.now_running();
        Ok(())
    }

    pub(super) async fn press_power_button(&mut self, then_reboot: bool) -> Result<(), Error> {
        let request = if then_reboot { Request::Reboot } else { Request::PowerButton };
        self.call("press the power button", request).await?;
        Ok(())
    }

    pub(super) async fn reset(&mut self) -> Result<(), Error> {
        self.call("reset", Request::Reset).await?;
        Ok(())
    }

    pub(super) async fn inject_nmi(&mut self) -> Result<(), Error> {
        self.call("inject an NMI", Request::InjectNmi).await?;
        Ok(())
    }

    pub(super) async fn open_console(
        &mut self,
        alias: Option<String>,
        force: bool,
    ) -> Result<UnixStream, Error> {
        self.open_port(alias, force, "Active console session exists for this domain").await
    }

    pub(super) async fn open_channel(&mut self, alias: String, force: bool) -> Result<UnixStream, Error> {
        self.open_port(Some(alias), force, "Active channel stream exists for this domain").await
    }

    /// `busy` is what a client is told where another has it.
    async fn open_port(
        &mut self,
        alias: Option<String>,
        force: bool,
        busy: &str,
    ) -> Result<UnixStream, Error> {
        match self.call("open a console", Request::OpenConsole { alias, force }).await {
            Ok(Reply::Console) => {}
            Ok(_) => {
                return Err(Error::internal(ErrorDomain::Qemu, "a console was asked for, and not given"));
            }
            Err(CallError::Refused(error)) if error.kind == VmmErrorKind::Busy => {
                return Err(Error::new(ErrorCode::OperationFailed, ErrorDomain::Qemu, busy));
            }
            Err(error) => return Err(error.into()),
        }
        let descriptor = self.guest.as_mut().and_then(|guest| guest.link.as_mut()?.take_fd());
        let stream = descriptor
            .ok_or_else(|| Error::internal(ErrorDomain::Qemu, "a console came without its stream"))?;
        Ok(stream.into())
    }

    /// Ends the guest. When this returns its process is gone, and with it its taps and locks.
    pub(super) async fn destroy(&mut self, graceful: bool) -> Result<(), Error> {
        let Some(guest) = &mut self.guest else { return Ok(()) };
        // Kept to the end of this call: whoever waits for it does not wait for KVM.
        let _machine = Machine::of(&guest.process);
        if let Some(link) = &mut guest.link {
            // Not to be waited for: the process may be stopped, or its socket full.
            let _ = tokio::time::timeout(QUIT, link.send(Request::Quit, &[])).await;
        }
        let patience = if graceful { GRACEFUL_QUIT } else { QUIT };
        if tokio::time::timeout(patience, guest.process.ended()).await.is_err() {
            if graceful {
                return Err(Error::new(
                    ErrorCode::OperationFailed,
                    ErrorDomain::Qemu,
                    "Failed to terminate the guest's process with a request to quit",
                ));
            }
            guest.process.kill();
            if tokio::time::timeout(KILL, guest.process.ended()).await.is_err() {
                return Err(Error::new(
                    ErrorCode::SystemError,
                    ErrorDomain::None,
                    format!(
                        "Failed to terminate process {} with SIGKILL: Device or resource busy",
                        guest.process.pid()
                    ),
                ));
            }
        }
        self.on_end(Some(super::end::Destroyed)).await;
        Ok(())
    }
}
