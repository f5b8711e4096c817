//! A server that runs as a child process: a clean environment, a process group of its own that ends with the
//! connection, and the end of what it says on standard error.

use std::process::{ExitStatus, Stdio};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process_group};
use secrecy::{ExposeSecret as _, SecretString};
use tokio::io::AsyncReadExt as _;
use tokio::process::{ChildStderr, ChildStdin, ChildStdout, Command};
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::bounds::line;
use crate::error::{McpError, McpErrorKind};

/// How much of standard error is kept, in bytes.
const KEPT: usize = 4096;
/// How long a program may take to end when its input is closed, and again when it is told to.
const PATIENCE: Duration = Duration::from_secs(2);

/// A running program. When this is dropped, the program and all that it started end.
#[derive(Debug)]
pub(crate) struct Child {
    stop: CancellationToken,
    ended: watch::Receiver<Option<String>>,
    said: Arc<Mutex<Vec<u8>>>,
    secrets: Vec<SecretString>,
}

impl Child {
    /// Starts `command` with nothing in its environment but `PATH` and `env`.
    pub(crate) fn start(
        command: &str,
        args: &[String],
        env: &[(String, SecretString)],
    ) -> Result<(Self, ChildStdout, ChildStdin), McpError> {
        let failed = |why: &str| {
            McpError::new(McpErrorKind::Refused, format!("The program {command} cannot be started: {why}."))
        };
        let mut program = Command::new(command);
        program
            .args(args)
            .env_clear()
            .envs(std::env::var_os("PATH").map(|path| ("PATH", path)))
            .envs(env.iter().map(|(name, value)| (name, value.expose_secret())))
            .current_dir(std::env::temp_dir())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .process_group(0)
            .kill_on_drop(true);
        let mut child = program.spawn().map_err(|error| match error.kind() {
            std::io::ErrorKind::NotFound => failed("there is no such program on this server"),
            _ => failed(&error.to_string()),
        })?;
        let pid = child.id().and_then(|id| i32::try_from(id).ok()).and_then(Pid::from_raw);
        let (Some(pid), Some(stdin), Some(stdout), Some(stderr)) =
            (pid, child.stdin.take(), child.stdout.take(), child.stderr.take())
        else {
            return Err(failed("it ended at once"));
        };
        let said = Arc::new(Mutex::new(Vec::new()));
        let listening = tokio::spawn(listen(stderr, Arc::clone(&said)));
        let stop = CancellationToken::new();
        let (tell, ended) = watch::channel(None);
        tokio::spawn(accompany(child, Group(pid), stop.clone(), listening, tell));
        let secrets = env.iter().map(|(_, value)| value.clone()).collect();
        Ok((Self { stop, ended, said, secrets }, stdout, stdin))
    }

    /// How it ended and what it said last, for people; none while it runs.
    pub(crate) fn last_words(&self) -> Option<String> {
        let ended = self.ended.borrow().clone()?;
        let said = self.said();
        Some(if said.is_empty() {
            format!("The program ended ({ended}).")
        } else {
            format!("The program ended ({ended}). It said: {said}")
        })
    }

    /// Waits a moment for its end: a pipe often breaks before the process is gone.
    pub(crate) async fn last_words_soon(&self) -> Option<String> {
        let mut ended = self.ended.clone();
        let gone = ended.wait_for(Option::is_some);
        drop(tokio::time::timeout(Duration::from_secs(1), gone).await);
        self.last_words()
    }

    /// Ends it and waits until it is gone.
    pub(crate) async fn end(&self) {
        self.stop.cancel();
        let mut ended = self.ended.clone();
        // The sender goes when the program has.
        drop(ended.wait_for(Option::is_some).await);
    }

    /// The end of what it said on standard error, without the secrets that it was given.
    fn said(&self) -> String {
        let said = self.said.lock().unwrap_or_else(PoisonError::into_inner);
        let mut text = String::from_utf8_lossy(&said).into_owned();
        drop(said);
        for secret in self.secrets.iter().map(SecretString::expose_secret).filter(|s| s.len() >= 4) {
            text = text.replace(secret, "[removed]");
        }
        let lines: Vec<&str> = text.lines().filter(|line| !line.trim().is_empty()).collect();
        let from = lines.len().saturating_sub(3);
        line(&lines.get(from..).unwrap_or_default().join(" / "), 250)
    }
}

impl Drop for Child {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

/// A process group, killed when this is dropped, whatever is left of it.
struct Group(Pid);

impl Group {
    fn signal(&self, signal: Signal) {
        // An error means that nobody is left in it.
        let _nobody_left = kill_process_group(self.0, signal);
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        self.signal(Signal::KILL);
    }
}

async fn accompany(
    mut child: tokio::process::Child,
    group: Group,
    stop: CancellationToken,
    listening: JoinHandle<()>,
    tell: watch::Sender<Option<String>>,
) {
    let status = tokio::select! {
        status = child.wait() => status,
        () = stop.cancelled() => end(&mut child, &group).await,
    };
    drop(group);
    // What it said last may still be in the pipe.
    drop(tokio::time::timeout(Duration::from_millis(300), listening).await);
    let how = status.map_or_else(|error| error.to_string(), |status| status.to_string());
    tell.send_replace(Some(how));
}

/// Its input is closed: it may end by itself, then it is told to, then it is made to.
async fn end(child: &mut tokio::process::Child, group: &Group) -> std::io::Result<ExitStatus> {
    for signal in [Signal::TERM, Signal::KILL] {
        if let Ok(status) = tokio::time::timeout(PATIENCE, child.wait()).await {
            return status;
        }
        group.signal(signal);
    }
    child.wait().await
}

/// Keeps the end of what comes.
async fn listen(mut stderr: ChildStderr, said: Arc<Mutex<Vec<u8>>>) {
    let mut piece = [0; 1024];
    loop {
        let read = match stderr.read(&mut piece).await {
            Ok(0) | Err(_) => return,
            Ok(read) => read,
        };
        let mut said = said.lock().unwrap_or_else(PoisonError::into_inner);
        said.extend_from_slice(piece.get(..read).unwrap_or_default());
        let over = said.len().saturating_sub(KEPT);
        said.drain(..over);
    }
}
