//! Work that waits for a disk, done where waiting harms nobody.

use crate::error::{Error, ErrorDomain, Result};

/// Does work on a thread that may wait. The work goes on when nobody waits for it any more.
pub(super) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T> + Send + 'static,
) -> Result<T> {
    match tokio::task::spawn_blocking(work).await {
        Ok(outcome) => outcome,
        Err(error) => Err(Error::internal(ErrorDomain::Storage, error)),
    }
}
