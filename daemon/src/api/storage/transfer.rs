//! The bytes of a volume, to and from clients.
//!
//! ```text
//! upload:    client -> stream -> a packet at a time, on a thread that may wait -> file; at the end the pool looks again
//! download:  file -> a packet at a time, on a thread that may wait -> stream -> client
//! ```

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::sync::Arc;

use bytes::Bytes;
use vireo_protocol::remote::{NonnullStorageVol, StorageVolDownloadArgs, StorageVolUploadArgs};
use vireo_storage::StorageError;
use vireo_storage::volume::{open_to_read, open_to_write};

use super::check_flags;
use crate::error::{Error, ErrorCode, ErrorDomain, Result};
use crate::rpc::{Call, StreamEnd};

/// What one packet of a download carries.
const CHUNK: u64 = crate::rpc::MAX_PACKET as u64;

/// `VIR_STORAGE_VOL_UPLOAD_SPARSE_STREAM`, `VIR_STORAGE_VOL_DOWNLOAD_SPARSE_STREAM`
const SPARSE: u32 = 1;

/// `STORAGE_VOL_UPLOAD`
pub async fn storage_vol_upload(call: &Call, args: StorageVolUploadArgs) -> Result<()> {
    let file = open(call, args.vol.clone(), args.flags, "storageVolUpload", open_to_write).await?;
    let (pools, stream) = (call.daemon().pools.clone(), call.stream());
    tokio::spawn(async move {
        let outcome = receive(&stream, file, args.offset, args.length).await;
        match outcome {
            Some(Ok(())) => stream.finish(),
            Some(Err(error)) => stream.abort(failed("write to", &error)),
            None => drop(stream),
        }
        // What came may have made the volume larger, or another format.
        if let Ok((pool, snapshot)) = pools.resolve_pool_of(&args.vol)
            && snapshot.is_active()
            && let Err(error) = pools.refresh(&pool).await
        {
            tracing::error!("storage pool '{}' cannot be looked at after an upload: {error}", snapshot.name);
        }
    });
    Ok(())
}

/// `STORAGE_VOL_DOWNLOAD`
pub async fn storage_vol_download(call: &Call, args: StorageVolDownloadArgs) -> Result<()> {
    let file = open(call, args.vol, args.flags, "storageVolDownload", open_to_read).await?;
    let stream = call.stream();
    tokio::spawn(async move {
        match send(&stream, file, args.offset, args.length).await {
            Some(Ok(())) => stream.finish(),
            Some(Err(error)) => stream.abort(failed("read from", &error)),
            None => drop(stream),
        }
    });
    Ok(())
}

async fn open(
    call: &Call,
    vol: NonnullStorageVol,
    flags: u32,
    function: &str,
    open: fn(&Path) -> Result<File, StorageError>,
) -> Result<Arc<File>> {
    check_flags(flags, SPARSE, function)?;
    let (_, active, volume) = call.daemon().pools.resolve_volume(&vol)?;
    if flags & SPARSE != 0 {
        let text = "sparse streams are not supported";
        return Err(Error::new(ErrorCode::ArgumentUnsupported, ErrorDomain::Storage, text));
    }
    let path = active.path_of(&volume.name);
    let opened = tokio::task::spawn_blocking(move || open(Path::new(&path))).await;
    let opened = opened.map_err(|error| Error::internal(ErrorDomain::Streams, error))?;
    Ok(Arc::new(opened.map_err(|error| Error::from(error).of(ErrorDomain::Streams))?))
}

/// Takes what the client sends, at most `length` bytes where that is not 0. `None` when the client gave up.
async fn receive(stream: &StreamEnd, file: Arc<File>, offset: u64, length: u64) -> Option<io::Result<()>> {
    let mut at = offset;
    let end = if length == 0 { u64::MAX } else { offset.saturating_add(length) };
    loop {
        let mut data = match stream.recv().await {
            Ok(Some(data)) => data,
            Ok(None) => return Some(Ok(())),
            Err(_) => return None,
        };
        let fits = data.len().min(usize::try_from(end - at).unwrap_or(usize::MAX));
        let is_too_much = fits < data.len();
        data.truncate(fits);
        let (start, to) = (at, file.clone());
        at += fits as u64;
        let written = waiting(move || to.write_all_at(&data, start)).await;
        if written.is_err() {
            return Some(written);
        }
        if is_too_much {
            return Some(Err(io::Error::from_raw_os_error(libc::ENOSPC)));
        }
    }
}

/// Sends what there is, at most `length` bytes where that is not 0. `None` when the client gave up.
async fn send(stream: &StreamEnd, file: Arc<File>, offset: u64, length: u64) -> Option<io::Result<()>> {
    let mut at = offset;
    let end = if length == 0 { u64::MAX } else { offset.saturating_add(length) };
    while at < end {
        let (start, from) = (at, file.clone());
        let size = (end - at).min(CHUNK) as usize;
        let read = waiting(move || {
            let mut chunk = vec![0; size];
            let count = from.read_at(&mut chunk, start)?;
            chunk.truncate(count);
            Ok(Bytes::from(chunk))
        });
        let data = match read.await {
            Ok(data) if data.is_empty() => break,
            Ok(data) => data,
            Err(error) => return Some(Err(error)),
        };
        at += data.len() as u64;
        stream.send(data).await.ok()?;
    }
    Some(Ok(()))
}

async fn waiting<T: Send + 'static>(work: impl FnOnce() -> io::Result<T> + Send + 'static) -> io::Result<T> {
    tokio::task::spawn_blocking(work).await.map_err(io::Error::other)?
}

fn failed(what: &str, error: &io::Error) -> Error {
    Error::system(ErrorDomain::Streams, format_args!("cannot {what} stream"), error)
}
