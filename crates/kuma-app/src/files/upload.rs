//! A file on its way in: counted, hashed, and passed on in parts.

use std::pin::pin;

use bytes::{Bytes, BytesMut};
use futures::{Stream, TryStreamExt as _};
use object_store::path::Path;
use object_store::{ObjectStoreExt as _, WriteMultipart};
use sha2::{Digest as _, Sha256};

use super::{Files, FilesError, Stored};

/// Parts on their way at once. With the one that is being filled, this is all of a file that is in memory.
const PARTS_AT_ONCE: usize = 2;

pub(super) async fn put<E>(
    files: &Files,
    at: &Path,
    bytes: impl Stream<Item = Result<Bytes, E>> + Send,
    limit: u64,
) -> Result<Stored, FilesError>
where
    E: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    let mut bytes = pin!(bytes);
    let (mut size, mut hash) = (0_u64, Sha256::new());
    let mut begun: Option<Upload> = None;
    let mut first = BytesMut::new();
    while let Some(piece) = bytes.try_next().await.map_err(|error| FilesError::Broken(error.into()))? {
        size += piece.len() as u64;
        if size > limit {
            return Err(FilesError::TooLarge { limit });
        }
        hash.update(&piece);
        if let Some(upload) = &mut begun {
            upload.write(piece).await?;
            continue;
        }
        first.extend_from_slice(&piece);
        if first.len() >= files.part {
            let mut upload = Upload::begin(files, at).await?;
            upload.write(std::mem::take(&mut first).freeze()).await?;
            begun = Some(upload);
        }
    }
    match begun {
        // What fits into one part needs one request.
        None => drop(files.store.put(at, first.freeze().into()).await?),
        Some(upload) => upload.finish().await?,
    }
    Ok(Stored { size, sha256: hash.finalize().into() })
}

/// An upload in parts. Dropped before its end, whatever the reason, it takes its parts with it.
struct Upload(Option<WriteMultipart>);

impl Upload {
    /// In a task of its own: an upload that nobody waits for any more when the answer comes is given up then, not
    /// left open under a name that nobody knows.
    async fn begin(files: &Files, at: &Path) -> Result<Self, FilesError> {
        let (store, at, part) = (files.store.clone(), at.clone(), files.part);
        let begun = tokio::spawn(async move {
            let upload = store.put_multipart(&at).await?;
            Ok(Self(Some(WriteMultipart::new_with_chunk_size(upload, part))))
        });
        begun.await.map_err(|error| FilesError::Broken(error.into()))?
    }

    async fn write(&mut self, piece: Bytes) -> Result<(), FilesError> {
        if let Some(parts) = &mut self.0 {
            parts.wait_for_capacity(PARTS_AT_ONCE).await?;
            parts.put(piece);
        }
        Ok(())
    }

    async fn finish(mut self) -> Result<(), FilesError> {
        if let Some(parts) = self.0.take() {
            parts.finish().await?;
        }
        Ok(())
    }
}

impl Drop for Upload {
    fn drop(&mut self) {
        let Some(parts) = self.0.take() else { return };
        let Ok(runtime) = tokio::runtime::Handle::try_current() else { return };
        runtime.spawn(async move {
            if let Err(error) = parts.abort().await {
                tracing::warn!(%error, "the parts of an upload that broke off could not be removed");
            }
        });
    }
}
