//! Work that may wait, for a disk, a network or a large host's many files: done where waiting harms nobody.

use std::sync::Arc;

use crate::error::{Error, ErrorDomain, Result};
use crate::host::Host;
use crate::rpc::Call;

/// Asks the host on a thread that may wait.
pub(super) async fn ask_host<T: Send + 'static>(
    call: &Call,
    ask: impl FnOnce(Arc<Host>) -> Result<T> + Send + 'static,
) -> Result<T> {
    let host = call.daemon().host.clone();
    let answer = tokio::task::spawn_blocking(move || ask(host)).await;
    answer.map_err(|error| Error::internal(ErrorDomain::None, error))?
}
