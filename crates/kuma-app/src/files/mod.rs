//! Files in object storage: a folder of this machine, or S3 and what speaks like it.
//!
//! For the use cases that keep files (images, documents). A file is written once under a [`FileKey`] and never
//! changed; it goes by as a stream, so its size costs no memory. What is put is noted first and kept by the
//! transaction that makes use of it (`Store::erasures`), and [`keep_erased`] removes what nothing makes use of.

mod erase;
mod open;
mod upload;

use std::ops::Range;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use futures::stream::BoxStream;
use futures::{StreamExt as _, TryStreamExt as _};
use kuma_types::{FileFolder, FileKey};
use object_store::path::Path;
use object_store::{GetOptions, GetRange, ObjectStore, ObjectStoreExt as _};

use crate::error::{AppError, ErrorKind};

pub use erase::keep_erased;
pub use open::StorageSettings;

/// How long the next piece of a file may take to come.
const PIECE_WITHIN: Duration = Duration::from_secs(30);

/// Why a file could not be kept or read.
#[derive(Debug, thiserror::Error)]
pub enum FilesError {
    /// There is no such file.
    #[error("there is no such file")]
    NotFound,
    /// It is larger than allowed; nothing was kept.
    #[error("the file is larger than {limit} bytes")]
    TooLarge {
        /// What is allowed, in bytes.
        limit: u64,
    },
    /// Whoever sends the file stopped or failed; nothing was kept.
    #[error("the file broke off: {0}")]
    Broken(Box<dyn std::error::Error + Send + Sync>),
    /// The settings name no storage that can be used.
    #[error("{0}")]
    Settings(String),
    /// The storage does not answer, or refuses.
    #[error("the file storage (STORAGE_URL) does not work: {}", kuma_net::root_cause(.0))]
    Unavailable(#[source] object_store::Error),
}

impl From<object_store::Error> for FilesError {
    fn from(error: object_store::Error) -> Self {
        match error {
            object_store::Error::NotFound { .. } => Self::NotFound,
            error => Self::Unavailable(error),
        }
    }
}

impl From<FilesError> for AppError {
    fn from(error: FilesError) -> Self {
        match error {
            FilesError::NotFound => Self::not_found("file"),
            FilesError::TooLarge { limit } => Self::new(
                ErrorKind::TooLarge,
                "file_too_large",
                format!("A file can have at most {}. Send a smaller one.", human_size(limit)),
            ),
            FilesError::Broken(_) => Self::new(
                ErrorKind::Malformed,
                "upload_broken",
                "The upload broke off before the file was whole. Nothing was kept; send it again.",
            ),
            error @ (FilesError::Unavailable(_) | FilesError::Settings(_)) => Self {
                source: Some(Box::new(error)),
                ..Self::new(
                    ErrorKind::Unavailable,
                    "storage_unavailable",
                    "Files cannot be kept or read right now. Nothing was changed; try again in a moment.",
                )
            }
            .retry_after(Duration::from_secs(5)),
        }
    }
}

/// A number of bytes for people.
pub fn human_size(bytes: u64) -> String {
    const KIB: u64 = 1024;
    match bytes {
        0..KIB => format!("{bytes} bytes"),
        KIB..0x10_0000 => format!("{} KiB", bytes / KIB),
        _ => format!("{} MiB", bytes / KIB / KIB),
    }
}

/// What is known of a file that was put.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stored {
    /// Its bytes.
    pub size: u64,
    /// Their SHA-256.
    pub sha256: [u8; 32],
}

/// A file on its way out.
pub struct FileStream {
    /// The whole file's bytes, whichever part of it this is.
    pub size: u64,
    /// Which bytes these are.
    pub range: Range<u64>,
    /// The bytes. An error in the middle means that the rest will not come.
    pub bytes: BoxStream<'static, Result<Bytes, FilesError>>,
}

/// The file storage. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Files {
    store: Arc<dyn ObjectStore>,
    /// The folder, when it is one of this machine.
    folder: Option<PathBuf>,
    part: usize,
}

impl Files {
    /// The storage that the settings name. A folder is made when missing, for its owner alone; a bucket must
    /// exist, and is not asked for here.
    pub fn open(settings: &StorageSettings) -> Result<Self, FilesError> {
        open::open(settings)
    }

    /// Keeps a file that is at most `limit` bytes long. It is there when this returns, or not at all.
    pub async fn put<E>(
        &self,
        key: &FileKey,
        bytes: impl futures::Stream<Item = Result<Bytes, E>> + Send,
        limit: u64,
    ) -> Result<Stored, FilesError>
    where
        E: Into<Box<dyn std::error::Error + Send + Sync>>,
    {
        upload::put(self, &path(key.as_str())?, bytes, limit).await
    }

    /// Keeps a small file that is in memory already.
    pub async fn put_bytes(&self, key: &FileKey, bytes: Bytes) -> Result<(), FilesError> {
        self.store.put(&path(key.as_str())?, bytes.into()).await?;
        Ok(())
    }

    /// A whole file.
    pub async fn get(&self, key: &FileKey) -> Result<FileStream, FilesError> {
        self.get_with(key, GetOptions::default()).await
    }

    /// Some bytes of a file; a range that reaches over its end is cut there. [`FilesError::NotFound`] when it
    /// begins behind the end.
    pub async fn range(&self, key: &FileKey, range: Range<u64>) -> Result<FileStream, FilesError> {
        let size = self.size(key).await?;
        let range = range.start..range.end.min(size);
        if range.is_empty() {
            return Err(FilesError::NotFound);
        }
        self.get_with(key, GetOptions { range: Some(GetRange::Bounded(range)), ..GetOptions::default() })
            .await
    }

    async fn get_with(&self, key: &FileKey, options: GetOptions) -> Result<FileStream, FilesError> {
        let got = self.store.get_opts(&path(key.as_str())?, options).await?;
        let (size, range) = (got.meta.size, got.range.clone());
        let pieces = got.into_stream().map_err(FilesError::from);
        let bytes = futures::stream::try_unfold(pieces, async |mut pieces| {
            match tokio::time::timeout(PIECE_WITHIN, pieces.try_next()).await {
                Ok(piece) => Ok(piece?.map(|piece| (piece, pieces))),
                Err(late) => Err(FilesError::Broken(Box::new(late))),
            }
        });
        Ok(FileStream { size, range, bytes: bytes.boxed() })
    }

    /// A small file, whole. [`FilesError::TooLarge`] when it has more than `limit` bytes.
    pub async fn read(&self, key: &FileKey, limit: u64) -> Result<Bytes, FilesError> {
        let mut file = self.get(key).await?;
        if file.size > limit {
            return Err(FilesError::TooLarge { limit });
        }
        let mut whole = Vec::with_capacity(usize::try_from(file.size).unwrap_or_default());
        while let Some(piece) = file.bytes.try_next().await? {
            whole.extend_from_slice(&piece);
        }
        Ok(whole.into())
    }

    /// A file's bytes.
    pub async fn size(&self, key: &FileKey) -> Result<u64, FilesError> {
        Ok(self.store.head(&path(key.as_str())?).await?.size)
    }

    /// Whether there is such a file.
    pub async fn exists(&self, key: &FileKey) -> Result<bool, FilesError> {
        match self.size(key).await {
            Ok(_) => Ok(true),
            Err(FilesError::NotFound) => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// Removes a file; one that is not there is removed already.
    pub async fn delete(&self, key: &FileKey) -> Result<(), FilesError> {
        self.delete_place(key.as_str()).await
    }

    /// Removes everything in a folder.
    pub async fn delete_folder(&self, folder: &FileFolder) -> Result<(), FilesError> {
        self.delete_place(folder.as_str()).await
    }

    async fn delete_place(&self, place: &str) -> Result<(), FilesError> {
        let at = path(place.trim_end_matches('/'))?;
        if !place.ends_with('/') {
            return match self.store.delete(&at).await.map_err(FilesError::from) {
                Err(FilesError::NotFound) => Ok(()),
                done => done,
            };
        }
        let found = self.store.list(Some(&at)).map_ok(|file| file.location).boxed();
        let mut removed = self.store.delete_stream(found);
        while let Some(one) = removed.next().await {
            match one.map_err(FilesError::from) {
                Ok(_) | Err(FilesError::NotFound) => {}
                Err(error) => return Err(error),
            }
        }
        // What a crash left of unfinished uploads is not listed.
        if let Some(root) = &self.folder {
            match tokio::fs::remove_dir_all(root.join(at.as_ref())).await {
                Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                    let source = Box::new(error);
                    return Err(FilesError::Unavailable(object_store::Error::Generic {
                        store: "folder",
                        source,
                    }));
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// Whether the storage answers. Writes nothing.
    pub async fn check(&self) -> Result<(), FilesError> {
        if let Some(root) = &self.folder {
            let failed = |source: Box<dyn std::error::Error + Send + Sync>| {
                FilesError::Unavailable(object_store::Error::Generic { store: "folder", source })
            };
            let folder = tokio::fs::metadata(root).await.map_err(|error| failed(Box::new(error)))?;
            if folder.permissions().readonly() {
                return Err(failed("the folder cannot be written to".into()));
            }
            return Ok(());
        }
        match self.store.head(&path("probe")?).await.map_err(FilesError::from) {
            Ok(_) | Err(FilesError::NotFound) => Ok(()),
            Err(error) => Err(error),
        }
    }

    /// Whether files can be written, read and removed: does all three.
    pub async fn probe(&self) -> Result<(), FilesError> {
        let at = path(&format!("probe-{}", uuid::Uuid::now_v7()))?;
        self.store.put(&at, Bytes::from_static(b"kuma").into()).await?;
        let read = self.store.get(&at).await?.bytes().await?;
        self.store.delete(&at).await?;
        if read.as_ref() == b"kuma" {
            return Ok(());
        }
        Err(FilesError::Settings("the file storage gives back other bytes than it was given".to_owned()))
    }
}

/// Keys hold nothing that would have to be changed on the way.
fn path(key: &str) -> Result<Path, FilesError> {
    Path::parse(key).map_err(|error| FilesError::Settings(error.to_string()))
}
