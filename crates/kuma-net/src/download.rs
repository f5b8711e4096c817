//! Downloads of large files that survive a cut connection, a restart and a full disk.
//!
//! The bytes go to `FILE.part`; beside it `FILE.part.json` remembers which version of the remote
//! file they belong to. The next attempt asks for the rest only when that version still stands.
//! `FILE` itself appears at the end, whole and verified, or not at all.

use std::io::Read;
use std::path::{Path, PathBuf};
use std::time::Duration;

use futures::StreamExt;
use reqwest::header::{ACCEPT_ENCODING, CONTENT_RANGE, ETAG, IF_RANGE, LAST_MODIFIED, RANGE};
use reqwest::{Client, Response, StatusCode};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use tokio::fs::{self, File, OpenOptions};
use tokio::io::AsyncWriteExt;

use crate::client::root_cause;

/// How often a broken connection is taken up again without a single new byte.
const FRUITLESS_ATTEMPTS: u32 = 4;
/// A connection that sends nothing for so long is broken.
const IDLE: Duration = Duration::from_mins(1);

/// What to fetch, and to where.
#[derive(Clone, Debug)]
pub struct Download {
    /// The address. Trusted: loopback and private hosts are reached.
    pub url: String,
    /// The file to make. Its directory must exist.
    pub target: PathBuf,
    /// The SHA-256 that the file must have, in hexadecimal.
    pub sha256: Option<String>,
    /// Sent as a bearer token, for files that are not public.
    pub token: Option<SecretString>,
    /// How long to wait before a broken connection is taken up again; doubles each time.
    pub retry_delay: Duration,
}

impl Download {
    /// A public file without a known sum.
    pub fn new(url: impl Into<String>, target: impl Into<PathBuf>) -> Self {
        Self {
            url: url.into(),
            target: target.into(),
            sha256: None,
            token: None,
            retry_delay: Duration::from_secs(1),
        }
    }
}

/// How far a download is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    /// Bytes on disk, those of earlier attempts included.
    pub done: u64,
    /// Bytes of the whole file, when the server says.
    pub total: Option<u64>,
}

/// A finished download.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Downloaded {
    /// The file's size in bytes.
    pub bytes: u64,
    /// Bytes that were already there when this call began; all of them when nothing had to be fetched.
    pub resumed_from: u64,
}

/// A download that did not work out. What was fetched so far is kept for the next attempt, except
/// when it proved to be wrong.
#[derive(Debug, thiserror::Error)]
pub enum DownloadError {
    /// The address makes no sense.
    #[error("{0}")]
    BadAddress(String),
    /// 404.
    #[error("There is no file at {url} (404). Check the repository's and the file's name.")]
    NotFound {
        /// What was asked for.
        url: String,
    },
    /// 401 or 403.
    #[error(
        "{url} may not be read ({status}). The file is private or its terms must be accepted first; a token may be needed."
    )]
    Denied {
        /// What was asked for.
        url: String,
        /// 401 or 403.
        status: u16,
    },
    /// Another answer that is no file.
    #[error("{url} answered {status} instead of the file. Try again later.")]
    Refused {
        /// What was asked for.
        url: String,
        /// The HTTP status.
        status: u16,
    },
    /// The connection could not be made or broke again and again.
    #[error(
        "The connection to {url} failed: {reason}. {done} bytes are kept; run the same command again to continue."
    )]
    Connection {
        /// What was asked for.
        url: String,
        /// What happened last.
        reason: String,
        /// Bytes on disk.
        done: u64,
    },
    /// The file's sum is another than the expected one. The bytes were thrown away.
    #[error(
        "{url} is not the expected file: its SHA-256 is {actual}, expected {expected}. The download was deleted."
    )]
    WrongSum {
        /// What was asked for.
        url: String,
        /// What was given.
        expected: String,
        /// What it is.
        actual: String,
    },
    /// No room.
    #[error(
        "The disk is full: {path} could not be written. Free some space and run the same command again; what was fetched is kept."
    )]
    DiskFull {
        /// The file that was being written.
        path: PathBuf,
    },
    /// The disk refused otherwise.
    #[error("{path} could not be written: {source}")]
    Disk {
        /// The file that was being written.
        path: PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
}

impl DownloadError {
    fn disk(path: &Path, source: std::io::Error) -> Self {
        let path = path.to_owned();
        match source.kind() {
            std::io::ErrorKind::StorageFull | std::io::ErrorKind::QuotaExceeded => Self::DiskFull { path },
            _ => Self::Disk { path, source },
        }
    }
}

/// The address of a file in a Hugging Face repository.
///
/// `base` is normally `https://huggingface.co`; `repo` is `owner/name`; `revision` a branch, tag or
/// commit, normally `main`; `file` may lie in folders.
pub fn hugging_face_url(base: &str, repo: &str, revision: &str, file: &str) -> Result<String, DownloadError> {
    let bad = |what: &str, value: &str, wanted: &str| {
        DownloadError::BadAddress(format!("{value:?} is not {what}; expected something like {wanted}"))
    };
    let plain =
        |part: &str| !part.is_empty() && part != "." && part != ".." && !part.contains(['\\', '?', '#']);
    let names: Vec<&str> = repo.split('/').collect();
    if names.len() != 2 || !names.iter().all(|part| plain(part)) {
        return Err(bad("a repository", repo, "owner/name"));
    }
    if !revision.split('/').all(plain) {
        return Err(bad("a revision", revision, "main"));
    }
    if !file.split('/').all(plain) {
        return Err(bad("a file of a repository", file, "model.gguf"));
    }
    let mut url = url::Url::parse(base)
        .map_err(|error| bad("a web address", base, &format!("https://huggingface.co ({error})")))?;
    {
        let mut segments =
            url.path_segments_mut().map_err(|()| bad("a web address", base, "https://huggingface.co"))?;
        // A revision's slash is part of its name; a file's slashes are folders.
        segments.pop_if_empty().extend(names).push("resolve").push(revision).extend(file.split('/'));
    }
    Ok(url.into())
}

/// Fetches a file, taking up an earlier attempt where it stopped.
///
/// A target that is already there is left alone when it has the expected sum (or none is expected),
/// and replaced otherwise. `on_progress` is called at the start and after every piece.
pub async fn download(
    client: &Client,
    request: &Download,
    on_progress: &mut (dyn FnMut(Progress) + Send),
) -> Result<Downloaded, DownloadError> {
    if let Ok(existing) = fs::metadata(&request.target).await {
        let stands = match &request.sha256 {
            Some(expected) => sum_of(&request.target).await?.eq_ignore_ascii_case(expected),
            None => true,
        };
        if stands {
            let bytes = existing.len();
            on_progress(Progress { done: bytes, total: Some(bytes) });
            return Ok(Downloaded { bytes, resumed_from: bytes });
        }
    }

    let part = Part::of(&request.target);
    let resumed_from = part.usable_bytes(&request.url).await;
    let mut fruitless = 0;
    loop {
        let before = part.usable_bytes(&request.url).await;
        match attempt(client, request, &part, before, on_progress).await {
            Ok(()) => break,
            Err(Attempt::Fatal(error)) => return Err(error),
            Err(Attempt::Cut(reason)) => {
                let done = part.usable_bytes(&request.url).await;
                fruitless = if done > before { 0 } else { fruitless + 1 };
                if fruitless >= FRUITLESS_ATTEMPTS {
                    return Err(DownloadError::Connection { url: request.url.clone(), reason, done });
                }
                tracing::debug!(done, reason, "download cut, taking it up again");
                tokio::time::sleep(request.retry_delay * 2_u32.pow(fruitless)).await;
            }
        }
    }

    if let Some(expected) = &request.sha256 {
        let actual = sum_of(&part.data).await?;
        if !actual.eq_ignore_ascii_case(expected) {
            part.discard().await?;
            return Err(DownloadError::WrongSum {
                url: request.url.clone(),
                expected: expected.clone(),
                actual,
            });
        }
    }
    let bytes = fs::metadata(&part.data).await.map_err(|e| DownloadError::disk(&part.data, e))?.len();
    fs::rename(&part.data, &request.target).await.map_err(|e| DownloadError::disk(&request.target, e))?;
    part.forget().await?;
    Ok(Downloaded { bytes, resumed_from: resumed_from.min(bytes) })
}

enum Attempt {
    /// Taking it up again can help.
    Cut(String),
    /// It cannot.
    Fatal(DownloadError),
}

impl From<DownloadError> for Attempt {
    fn from(error: DownloadError) -> Self {
        Self::Fatal(error)
    }
}

async fn attempt(
    client: &Client,
    request: &Download,
    part: &Part,
    have: u64,
    on_progress: &mut (dyn FnMut(Progress) + Send),
) -> Result<(), Attempt> {
    let mut call = client.get(&request.url).header(ACCEPT_ENCODING, "identity");
    if let Some(token) = &request.token {
        call = call.bearer_auth(token.expose_secret());
    }
    if have > 0
        && let Some(version) = part.version().await
    {
        call = call.header(RANGE, format!("bytes={have}-")).header(IF_RANGE, version.validator);
    }
    let response = match tokio::time::timeout(IDLE, call.send()).await {
        Ok(Ok(response)) => response,
        Ok(Err(error)) if error.is_builder() => {
            return Err(DownloadError::BadAddress(format!("{:?} is not a web address", request.url)).into());
        }
        Ok(Err(error)) => return Err(Attempt::Cut(root_cause(&error))),
        Err(_) => return Err(Attempt::Cut("no answer for a minute".to_owned())),
    };

    let (start, total) = match response.status() {
        StatusCode::PARTIAL_CONTENT => match content_range(&response) {
            Some((start, total)) if start == have => (start, total),
            _ => {
                part.discard().await?;
                return Err(Attempt::Cut(
                    "the server sent another part of the file than was asked for".to_owned(),
                ));
            }
        },
        StatusCode::OK => (0, response.content_length()),
        StatusCode::RANGE_NOT_SATISFIABLE => {
            // Everything is here already, or the file has become shorter.
            if content_range_total(&response) == Some(have) {
                on_progress(Progress { done: have, total: Some(have) });
                return Ok(());
            }
            part.discard().await?;
            return Err(Attempt::Cut("the file has changed at the server".to_owned()));
        }
        status => return Err(refusal(&request.url, status)),
    };

    part.remember(&request.url, &response, total).await?;
    let mut file = part.open(start).await?;
    let mut done = start;
    on_progress(Progress { done, total });
    let mut pieces = response.bytes_stream();
    let cut = loop {
        match tokio::time::timeout(IDLE, pieces.next()).await {
            Ok(Some(Ok(piece))) => {
                file.write_all(&piece).await.map_err(|e| DownloadError::disk(&part.data, e))?;
                done += piece.len() as u64;
                on_progress(Progress { done, total });
            }
            Ok(None) => break None,
            Ok(Some(Err(error))) => break Some(root_cause(&error)),
            Err(_) => break Some("nothing came for a minute".to_owned()),
        }
    };
    file.flush().await.map_err(|e| DownloadError::disk(&part.data, e))?;
    file.sync_all().await.map_err(|e| DownloadError::disk(&part.data, e))?;
    match cut {
        Some(reason) => Err(Attempt::Cut(reason)),
        None if total.is_some_and(|total| total != done) => {
            Err(Attempt::Cut("the connection closed too early".to_owned()))
        }
        None => Ok(()),
    }
}

fn refusal(url: &str, status: StatusCode) -> Attempt {
    let url = url.to_owned();
    match status.as_u16() {
        404 | 410 => DownloadError::NotFound { url }.into(),
        status @ (401 | 403) => DownloadError::Denied { url, status }.into(),
        status @ (408 | 429 | 500..) => Attempt::Cut(format!("the server answered {status}")),
        status => DownloadError::Refused { url, status }.into(),
    }
}

/// `bytes 5-9/10` as (5, 10).
fn content_range(response: &Response) -> Option<(u64, Option<u64>)> {
    let value = response.headers().get(CONTENT_RANGE)?.to_str().ok()?.strip_prefix("bytes ")?;
    let (range, total) = value.split_once('/')?;
    Some((range.split_once('-')?.0.parse().ok()?, total.parse().ok()))
}

/// `bytes */10` as 10.
fn content_range_total(response: &Response) -> Option<u64> {
    response.headers().get(CONTENT_RANGE)?.to_str().ok()?.strip_prefix("bytes */")?.parse().ok()
}

async fn sum_of(path: &Path) -> Result<String, DownloadError> {
    let owned = path.to_owned();
    let summed = tokio::task::spawn_blocking(move || {
        let mut file = std::fs::File::open(owned)?;
        let mut hasher = Sha256::new();
        let mut buffer = vec![0; 1 << 20];
        loop {
            let read = file.read(&mut buffer)?;
            let Some(piece) = buffer.get(..read).filter(|piece| !piece.is_empty()) else { break };
            hasher.update(piece);
        }
        Ok::<_, std::io::Error>(hasher.finalize())
    })
    .await
    .map_err(|join| DownloadError::disk(path, std::io::Error::other(join)))?
    .map_err(|error| DownloadError::disk(path, error))?;
    Ok(summed.iter().fold(String::with_capacity(64), |mut hex, byte| {
        use std::fmt::Write;
        // Writing to a string cannot fail.
        let _infallible = write!(hex, "{byte:02x}");
        hex
    }))
}

/// Which version of the remote file a part belongs to.
#[derive(Serialize, Deserialize)]
struct Version {
    url: String,
    /// A strong ETag, or the date of the last change.
    validator: String,
}

/// A download in the making.
struct Part {
    data: PathBuf,
    note: PathBuf,
}

impl Part {
    fn of(target: &Path) -> Self {
        let with = |suffix: &str| {
            let mut name = target.file_name().unwrap_or_default().to_owned();
            name.push(suffix);
            target.with_file_name(name)
        };
        Self { data: with(".part"), note: with(".part.json") }
    }

    async fn version(&self) -> Option<Version> {
        serde_json::from_slice(&fs::read(&self.note).await.ok()?).ok()
    }

    /// Bytes that can be continued: none when it is not known what they are part of.
    async fn usable_bytes(&self, url: &str) -> u64 {
        match self.version().await {
            Some(version) if version.url == url => {
                fs::metadata(&self.data).await.map_or(0, |meta| meta.len())
            }
            _ => 0,
        }
    }

    /// Notes what the bytes to come belong to. A server that names no version gets no note, and its
    /// file starts from the beginning after a cut.
    async fn remember(
        &self,
        url: &str,
        response: &Response,
        total: Option<u64>,
    ) -> Result<(), DownloadError> {
        let header = |name| response.headers().get(name).and_then(|value| value.to_str().ok());
        let validator = header(ETAG).filter(|tag| !tag.starts_with("W/")).or_else(|| header(LAST_MODIFIED));
        let (Some(validator), Some(_)) = (validator, total) else { return self.forget().await };
        let version = Version { url: url.to_owned(), validator: validator.to_owned() };
        let text = serde_json::to_vec(&version).map_err(|e| DownloadError::disk(&self.note, e.into()))?;
        fs::write(&self.note, text).await.map_err(|e| DownloadError::disk(&self.note, e))
    }

    /// The file, ready to be written from `start`, with nothing behind it.
    async fn open(&self, start: u64) -> Result<File, DownloadError> {
        let failed = |error| DownloadError::disk(&self.data, error);
        let mut options = OpenOptions::new();
        let file =
            if start == 0 { options.write(true).create(true).truncate(true) } else { options.append(true) };
        file.open(&self.data).await.map_err(failed)
    }

    async fn forget(&self) -> Result<(), DownloadError> {
        remove(&self.note).await
    }

    async fn discard(&self) -> Result<(), DownloadError> {
        remove(&self.data).await?;
        self.forget().await
    }
}

async fn remove(path: &Path) -> Result<(), DownloadError> {
    match fs::remove_file(path).await {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(DownloadError::disk(path, error)),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_of_hugging_face_files_are_built_and_checked() {
        assert_eq!(
            hugging_face_url("https://huggingface.co", "Qwen/Qwen3-GGUF", "main", "q4/model file.gguf")
                .unwrap(),
            "https://huggingface.co/Qwen/Qwen3-GGUF/resolve/main/q4/model%20file.gguf"
        );
        assert_eq!(
            hugging_face_url("http://127.0.0.1:9/mirror/", "a/b", "refs/pr/1", "f").unwrap(),
            "http://127.0.0.1:9/mirror/a/b/resolve/refs%2Fpr%2F1/f"
        );
        for (repo, revision, file) in [
            ("noslash", "main", "f"),
            ("a/b/c", "main", "f"),
            ("a/..", "main", "f"),
            ("a/b", "", "f"),
            ("a/b", "main", "../f"),
        ] {
            let error = hugging_face_url("https://huggingface.co", repo, revision, file).unwrap_err();
            assert!(matches!(error, DownloadError::BadAddress(_)), "{repo} {revision} {file}");
        }
        assert!(hugging_face_url("not a url", "a/b", "main", "f").is_err());
    }
}
