//! The server's side: starts a child for each file, listens to it, and turns whatever becomes of it into a result.

use std::ffi::OsString;
use std::os::unix::process::ExitStatusExt;
use std::path::PathBuf;
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use tokio::io::AsyncReadExt;
use tokio::process::{Child, ChildStderr, ChildStdout, Command};
use tokio::time::{Instant, timeout};

use crate::child::{Probe, Request, Walls};
use crate::error::ParseError;
use crate::frames::{Message, ReadError, Reader};
use crate::limits::Limits;
use crate::model::{Page, Parsed};
use crate::ocr::{Ocr, recognise};
use crate::output::Picture;
use crate::parse::Summary;

/// How long a child that has said everything may take to end.
const FAREWELL: Duration = Duration::from_secs(5);
/// What is kept of a dying child's last words: enough to tell why, never logged.
const LAST_WORDS: u64 = 4_096;

/// How far reading a file has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Progress {
    /// The child is at work behind these walls.
    Started(Walls),
    /// So many pages are read, of so many when the number is known.
    Pages {
        /// Pages that are read.
        done: u32,
        /// Pages in all.
        total: Option<u32>,
    },
    /// The text of so many pictures is recognised.
    Pictures {
        /// Pictures that are done.
        done: u32,
    },
}

/// Reads files, each in a process of its own that has no network, no file system, and bounded memory and time. Cheap to
/// clone; how many run at once is for the caller to bound.
#[derive(Debug, Clone)]
pub struct Parser {
    program: PathBuf,
    arguments: Vec<OsString>,
    limits: Limits,
    ocr: Option<Ocr>,
}

impl Parser {
    /// `program` is started for each file with `arguments` and one more: the request. It must call
    /// [`crate::child::run`] with that; for Kuma itself that is its own path and `parse`.
    pub fn new(
        program: impl Into<PathBuf>,
        arguments: impl IntoIterator<Item = impl Into<OsString>>,
    ) -> Self {
        let arguments = arguments.into_iter().map(Into::into).collect();
        Self { program: program.into(), arguments, limits: Limits::default(), ocr: None }
    }

    /// With other limits than [`Limits::default`].
    #[must_use]
    pub fn with_limits(self, limits: Limits) -> Self {
        Self { limits, ..self }
    }

    /// With text recognition; without it, pictures are refused and pages without text named in a warning.
    #[must_use]
    pub fn with_ocr(self, ocr: Option<Ocr>) -> Self {
        Self { ocr, ..self }
    }

    /// The limits each file is held to.
    pub fn limits(&self) -> &Limits {
        &self.limits
    }

    /// Reads a file, from where it stands to its end. `extension` is the ending of its name, which only tells kinds of
    /// plain text apart. Dropping the future kills the child.
    pub async fn parse(
        &self,
        file: std::fs::File,
        extension: Option<&str>,
        progress: &mut (dyn FnMut(Progress) + Send),
    ) -> Result<Parsed, ParseError> {
        let extension = extension.filter(|text| text.len() <= 20).map(str::to_owned);
        let request = Request::Parse { limits: self.limits.clone(), extension, ocr: self.ocr.is_some() };
        let mut child = self
            .command(&request)?
            .stdin(Stdio::from(file))
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .map_err(|error| {
                ParseError::internal(format_args!("the reader could not be started: {error}"))
            })?;
        let (Some(stdout), Some(stderr)) = (child.stdout.take(), child.stderr.take()) else {
            return Err(ParseError::internal("the reader has no pipes"));
        };
        // Read all the time, so that a child with much to complain about does not wait for us.
        let last_words = tokio::spawn(last_words(stderr));
        let result = self.listen(stdout, progress).await;
        let result = match result {
            Ok(parsed) => {
                let _ = timeout(FAREWELL, child.wait()).await;
                Ok(parsed)
            }
            Err(Ended::Said(error)) => Err(error),
            Err(Ended::Silently) => Err(self.autopsy(&mut child, last_words).await),
        };
        // Whatever is left of it: a child that ended is not there to be killed.
        let _ = child.start_kill();
        result
    }

    /// Starts a child that tries to get out, and says what held it. For checks of an installation.
    pub async fn probe(&self) -> Result<Probe, ParseError> {
        let mut command = self.command(&Request::Probe { limits: self.limits.clone() })?;
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut child = command.spawn().map_err(|error| {
            ParseError::internal(format_args!("the reader could not be started: {error}"))
        })?;
        let Some(stdout) = child.stdout.take() else {
            return Err(ParseError::internal("the reader has no pipes"));
        };
        let mut reader = Reader::new(stdout, self.limits.output_bytes);
        match timeout(Duration::from_secs(self.limits.wall_seconds), reader.read()).await {
            Ok(Ok(Message::Probed(probe))) => Ok(probe),
            Ok(Ok(Message::Failed(error))) => Err(error),
            other => Err(ParseError::internal(format_args!("the reader did not answer: {other:?}"))),
        }
    }

    fn command(&self, request: &Request) -> Result<Command, ParseError> {
        let request = serde_json::to_string(request).map_err(ParseError::internal)?;
        let mut command = Command::new(&self.program);
        command
            .args(&self.arguments)
            .arg(request)
            .env_clear()
            .current_dir("/")
            .process_group(0)
            .kill_on_drop(true);
        Ok(command)
    }

    async fn listen(
        &self,
        stdout: ChildStdout,
        progress: &mut (dyn FnMut(Progress) + Send),
    ) -> Result<Parsed, Ended> {
        let mut reader = Reader::new(stdout, self.limits.output_bytes);
        let mut left = Duration::from_secs(self.limits.wall_seconds);
        let mut pages: Vec<Page> = Vec::new();
        let mut pictures = Pictures::default();
        loop {
            let began = Instant::now();
            let message = match timeout(left, reader.read()).await {
                Err(_) => return Err(Ended::Said(ParseError::TooSlow { seconds: self.limits.wall_seconds })),
                Ok(Err(ReadError::Ended)) => return Err(Ended::Silently),
                Ok(Err(ReadError::TooMuch)) => {
                    return Err(Ended::Said(ParseError::TooMuchText { limit: self.limits.output_bytes }));
                }
                Ok(Err(ReadError::Nonsense(why))) => return Err(Ended::Said(ParseError::internal(why))),
                Ok(Ok(message)) => message,
            };
            left = left.saturating_sub(began.elapsed());
            match message {
                Message::Started(walls) => progress(Progress::Started(walls)),
                Message::Progress { done, total } => progress(Progress::Pages { done, total }),
                Message::Page(page) => {
                    if pages.len() >= self.limits.pages as usize {
                        return Err(Ended::Said(ParseError::internal("the reader sent too many pages")));
                    }
                    pages.push(checked(page));
                }
                Message::Picture(picture) => {
                    self.read_picture(&picture, pages.last_mut(), &mut pictures).await;
                    progress(Progress::Pictures { done: pictures.done });
                }
                Message::Failed(error) => return Err(Ended::Said(error)),
                Message::Probed(_) => {
                    return Err(Ended::Said(ParseError::internal("the reader answered another question")));
                }
                Message::Done(summary) => return finished(summary, pages, pictures).map_err(Ended::Said),
            }
        }
    }

    async fn read_picture(&self, picture: &Picture, page: Option<&mut Page>, pictures: &mut Pictures) {
        pictures.done += 1;
        let (Some(ocr), Some(page)) = (&self.ocr, page) else { return };
        if pictures.done > self.limits.ocr_pages {
            return;
        }
        let width = page.size.map_or(picture.width as f32, |(width, _)| width);
        let result = match self.recogniser(ocr) {
            Ok(command) => {
                let seconds = Duration::from_secs(self.limits.ocr_cpu_seconds * 2);
                timeout(seconds, recognise(command, picture, width))
                    .await
                    .unwrap_or_else(|_| Err(format!("it took longer than {} seconds", seconds.as_secs())))
            }
            Err(error) => Err(error.to_string()),
        };
        match result {
            Ok(blocks) => page.blocks.extend(blocks),
            Err(why) => {
                tracing::warn!(page = page.number, why, "text recognition failed");
                pictures.failed.push(page.number);
                pictures.why = why;
            }
        }
    }

    fn recogniser(&self, ocr: &Ocr) -> Result<Command, ParseError> {
        let program =
            ocr.program.to_str().ok_or_else(|| ParseError::internal("the path of tesseract is not text"))?;
        let mut command = self.command(&Request::Recognise {
            program: program.to_owned(),
            arguments: ocr.arguments(),
            readable: ocr.readable(),
            limits: self.limits.clone(),
        })?;
        // More threads make one page faster and a busy server slower.
        command.env("OMP_THREAD_LIMIT", "1");
        if let Some(data) = std::env::var_os("TESSDATA_PREFIX") {
            command.env("TESSDATA_PREFIX", data);
        }
        Ok(command)
    }

    /// Why a child fell silent: from how it ended and what it said while dying.
    async fn autopsy(&self, child: &mut Child, last_words: tokio::task::JoinHandle<String>) -> ParseError {
        let Ok(Ok(status)) = timeout(FAREWELL, child.wait()).await else {
            return ParseError::internal("the reader stopped talking without ending");
        };
        let words = timeout(FAREWELL, last_words).await.ok().and_then(Result::ok).unwrap_or_default();
        self.cause(status, &words)
    }

    fn cause(&self, status: ExitStatus, words: &str) -> ParseError {
        if words.contains("memory allocation of") || words.contains("failed to allocate") {
            return ParseError::TooMuchMemory { limit: self.limits.memory_bytes };
        }
        if words.contains("has overflowed its stack") {
            return ParseError::TooDeep;
        }
        match status.signal() {
            Some(signal) if signal == rustix::process::Signal::XCPU.as_raw() => {
                ParseError::TooSlow { seconds: self.limits.cpu_seconds }
            }
            // The hard limit of processor time, and the kernel short of memory, end a process alike.
            Some(signal) if signal == rustix::process::Signal::KILL.as_raw() => {
                ParseError::TooMuchMemory { limit: self.limits.memory_bytes }
            }
            Some(signal) => ParseError::Crashed { why: format!("signal {signal}") },
            None if words.contains("cannot open shared object") || status.code() == Some(127) => {
                ParseError::internal("the reader could not be started")
            }
            None => ParseError::internal(format_args!("the reader ended with {status}")),
        }
    }
}

enum Ended {
    /// There is a reason.
    Said(ParseError),
    /// The child is gone without one.
    Silently,
}

#[derive(Default)]
struct Pictures {
    done: u32,
    failed: Vec<u32>,
    why: String,
}

async fn last_words(mut stderr: ChildStderr) -> String {
    let mut kept = Vec::new();
    let _ = (&mut stderr).take(LAST_WORDS).read_to_end(&mut kept).await;
    let _ = tokio::io::copy(&mut stderr, &mut tokio::io::sink()).await;
    String::from_utf8_lossy(&kept).into_owned()
}

fn finished(summary: Summary, pages: Vec<Page>, pictures: Pictures) -> Result<Parsed, ParseError> {
    let Summary { kind, title, mut warnings } = summary;
    let mut parsed = Parsed { kind, title, pages, warnings: Vec::new() };
    if parsed.is_empty() {
        return Err(match pictures.failed.first() {
            Some(_) => ParseError::OcrFailed { why: pictures.why },
            None => ParseError::NoText,
        });
    }
    if !pictures.failed.is_empty() {
        let pages: Vec<String> = pictures.failed.iter().take(10).map(u32::to_string).collect();
        warnings.push(format!(
            "The text in the pictures of these pages could not be recognised: {}.",
            pages.join(", ")
        ));
    }
    parsed.warnings = warnings;
    Ok(parsed)
}

/// A page as later code may rely on it: what a line says of its block's text holds.
fn checked(mut page: Page) -> Page {
    for block in &mut page.blocks {
        let text = &block.text;
        block.lines.retain(|line| {
            line.start <= line.end && text.is_char_boundary(line.start) && text.is_char_boundary(line.end)
        });
    }
    page
}
