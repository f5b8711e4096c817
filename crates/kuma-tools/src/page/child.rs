//! Starting the worker, feeding it, and not waiting for it for ever.

use std::ffi::OsString;
use std::path::PathBuf;
use std::process::{ExitStatus, Stdio};
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::process::Command;
use tokio::sync::Semaphore;
use url::Url;

use super::worker::{COMMAND, Reply};
use super::{Extracted, ReadError, ReadPage};
use crate::settings::PageSettings;

/// The longest reply that is read.
const LONGEST_REPLY: u64 = 16 * 1024 * 1024;

/// Starts the worker program for one input at a time; so many at once.
#[derive(Clone)]
pub(crate) struct Child {
    program: Option<(PathBuf, Vec<String>)>,
    time: Duration,
    places: Arc<Semaphore>,
}

/// What a worker left behind.
pub(crate) struct Finished {
    pub output: Vec<u8>,
    pub status: ExitStatus,
}

/// The worker gave nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ChildError {
    /// It could not be started.
    NotStarted,
    /// It was ended because it took too long.
    TooSlow,
}

impl Child {
    pub(crate) fn new(settings: &PageSettings, time: Duration) -> Self {
        let program = settings.worker.clone().or_else(|| {
            let program = std::env::current_exe().ok()?;
            Some((program, vec![COMMAND.to_owned()]))
        });
        Self { program, time, places: Arc::new(Semaphore::new(settings.readers.max(1))) }
    }

    /// Runs the worker with these arguments and this input. It is killed when this future is dropped.
    pub(crate) async fn run(
        &self,
        arguments: &[&str],
        environment: &[(&str, OsString)],
        input: Bytes,
    ) -> Result<Finished, ChildError> {
        // The semaphore is never closed.
        let _place = self.places.acquire().await.map_err(|_| ChildError::NotStarted)?;
        let (program, before) = self.program.as_ref().ok_or(ChildError::NotStarted)?;
        let mut command = Command::new(program);
        command
            .args(before)
            .args(arguments)
            // Nothing of the server's secrets.
            .env_clear()
            .envs(environment.iter().map(|(name, value)| (name, value)))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .kill_on_drop(true);
        let mut child = command.spawn().map_err(|error| {
            tracing::error!(%error, "the program that reads pages could not be started");
            ChildError::NotStarted
        })?;
        let (stdin, stdout) = (child.stdin.take(), child.stdout.take());
        let feed = async move {
            if let Some(mut stdin) = stdin {
                // A worker that has seen enough closes its end; what it says then counts.
                drop(stdin.write_all(&input).await);
            }
        };
        let read = async move {
            let mut output = Vec::new();
            if let Some(stdout) = stdout {
                // A broken pipe means a dead worker: its status says so.
                drop(stdout.take(LONGEST_REPLY).read_to_end(&mut output).await);
            }
            output
        };
        let work = async {
            let ((), output, status) = tokio::join!(feed, read, child.wait());
            status.map(|status| Finished { output, status }).map_err(|_| ChildError::NotStarted)
        };
        tokio::time::timeout(self.time, work).await.unwrap_or(Err(ChildError::TooSlow))
    }
}

/// Reads pages in worker processes.
pub(crate) struct ChildReader(Child);

impl ChildReader {
    pub(crate) fn new(settings: &PageSettings) -> Self {
        Self(Child::new(settings, settings.read_time))
    }

    async fn ask(&self, arguments: &[&str], input: Bytes) -> Result<Extracted, ReadError> {
        let finished = self.0.run(arguments, &[], input).await.map_err(|error| match error {
            ChildError::NotStarted => ReadError::NoReader,
            ChildError::TooSlow => ReadError::TooHard,
        })?;
        match serde_json::from_slice(&finished.output) {
            Ok(Reply::Read(extracted)) => Ok(extracted),
            Ok(Reply::Failed(error)) => Err(error),
            Err(_) => {
                tracing::warn!(status = %finished.status, "a page ended the program that read it");
                let misused = matches!(finished.status.code(), Some(64 | 70));
                Err(if misused { ReadError::NoReader } else { ReadError::TooHard })
            }
        }
    }
}

#[async_trait]
impl ReadPage for ChildReader {
    async fn html(&self, base: &Url, html: Bytes) -> Result<Extracted, ReadError> {
        self.ask(&["html", base.as_str()], html).await
    }

    async fn pdf(&self, file: Bytes) -> Result<Extracted, ReadError> {
        self.ask(&["pdf"], file).await
    }
}
