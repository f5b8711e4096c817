//! A person's browser: sends a message until it is accepted, reads the answer to its end, comes back by
//! the last number it has whenever it is cut off, and decides what it is asked.

use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, bail, ensure};
use futures::StreamExt as _;
use rand::rngs::StdRng;
use rand::{Rng as _, SeedableRng as _};
use serde_json::{Value, json};
use tokio::time::Instant;

/// Longer than anything may take, whatever fails.
const BOUND: Duration = Duration::from_secs(100);
/// A server that says nothing for so long is given up: it is stopped, or gone without a word.
const SILENCE: Duration = Duration::from_secs(20);

/// What a message makes the model do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Task {
    /// Answer.
    Talk,
    /// Call a tool that writes; its writer says whether it may.
    Write {
        /// What is decided.
        approve: bool,
    },
}

/// What is sent.
#[derive(Clone, Debug)]
pub struct Message {
    /// Whose it is: an index into the people's tokens.
    pub token: String,
    /// The text; unique.
    pub text: String,
    /// What it leads to.
    pub task: Task,
    /// The note that a tool is to write; unique.
    pub note: String,
    /// The chat it goes to; a new one when none.
    pub chat: Option<String>,
    /// After how many events the connection is dropped, again and again.
    pub patience: usize,
    /// Where the next server is drawn from.
    pub seed: u64,
}

/// What a person has when the answer is there.
#[derive(Clone, Debug)]
pub struct Received {
    /// What was sent.
    pub message: Message,
    /// Its chat.
    pub chat: String,
    /// Its run.
    pub job: String,
    /// The answer as the events told it.
    pub text: String,
    /// The last event, `done` or `error`.
    pub end: String,
    /// Its data.
    pub data: Value,
    /// How often the reader came back.
    pub reconnects: usize,
    /// Whether the tool's result, as it was told, is good; none when no result was told.
    pub wrote: Option<bool>,
}

struct Reader {
    http: reqwest::Client,
    servers: Arc<Vec<String>>,
    message: Message,
    random: StdRng,
    last: u64,
    names: Option<(String, String)>,
    text: String,
    end: Option<(String, Value)>,
    reconnects: usize,
    /// The call that waits for a decision.
    asked: Option<String>,
    wrote: Option<bool>,
}

/// Sends a message and reads its answer to the end.
pub async fn ask(
    http: reqwest::Client,
    servers: Arc<Vec<String>>,
    message: Message,
) -> anyhow::Result<Received> {
    let random = StdRng::seed_from_u64(message.seed);
    let mut reader = Reader {
        http,
        servers,
        message,
        random,
        last: 0,
        names: None,
        text: String::new(),
        end: None,
        reconnects: 0,
        asked: None,
        wrote: None,
    };
    let text = reader.message.text.clone();
    let read = tokio::time::timeout(BOUND, reader.read()).await;
    let job = reader.names.as_ref().map_or("no run yet", |(job, _)| job).to_owned();
    read.with_context(|| {
        format!("{text:?} ({job}) has no end after {BOUND:?}; the last event was {}", reader.last)
    })?
    .with_context(|| format!("{text:?} ({job})"))?;
    let (job, chat) = reader.names.context("a run without names")?;
    let (end, data) = reader.end.context("a run without an end")?;
    let Reader { message, text, reconnects, wrote, .. } = reader;
    Ok(Received { message, chat, job, text, end, data, reconnects, wrote })
}

impl Reader {
    async fn read(&mut self) -> anyhow::Result<()> {
        while self.end.is_none() {
            let Ok(response) = self.request().send().await else {
                // Nobody there: another one may be.
                self.pause().await;
                continue;
            };
            let status = response.status();
            if status.is_server_error() || status == 429 {
                self.pause().await;
                continue;
            }
            ensure!(status.is_success(), "{status}: {}", response.text().await.unwrap_or_default());
            self.follow(response).await?;
            if let Some(call) = self.asked.take() {
                self.decide(&call).await?;
            } else if self.end.is_none() {
                self.reconnects += 1;
                self.pause().await;
            }
        }
        Ok(())
    }

    /// Until the server has said whose run it is the message is sent, under one key; then the run is followed.
    fn request(&mut self) -> reqwest::RequestBuilder {
        let at = self.random.random_range(0..self.servers.len());
        let server = self.servers.get(at).map_or("", String::as_str);
        let request = match &self.names {
            None => {
                let mut body = json!({ "message": self.message.text });
                if let (Some(chat), Some(fields)) = (&self.message.chat, body.as_object_mut()) {
                    fields.insert("chatId".to_owned(), chat.clone().into());
                }
                let key = format!("key-{}", self.message.seed);
                self.http.post(format!("{server}/api/chat/stream")).header("idempotency-key", key).json(&body)
            }
            Some((job, _)) => {
                let request = self.http.get(format!("{server}/api/chat/jobs/{job}/events"));
                request.header("last-event-id", self.last.to_string())
            }
        };
        request.bearer_auth(&self.message.token)
    }

    /// Says whether a call may be made, until a server has heard it.
    async fn decide(&mut self, call: &str) -> anyhow::Result<()> {
        let Task::Write { approve } = self.message.task else {
            bail!("{call} waits for a decision and no tool was to be called");
        };
        // People think for a moment, in which servers may die.
        let thinks = Duration::from_millis(self.random.random_range(0..2_000));
        tokio::time::sleep(thinks).await;
        let (job, _) = self.names.clone().context("a question of no run")?;
        let body = if approve {
            json!({ "decision": "approve" })
        } else {
            json!({ "decision": "deny", "reason": "Not today." })
        };
        loop {
            let at = self.random.random_range(0..self.servers.len());
            let server = self.servers.get(at).map_or("", String::as_str);
            let request = self.http.post(format!("{server}/api/chat/jobs/{job}/approvals/{call}"));
            match request.bearer_auth(&self.message.token).timeout(SILENCE).json(&body).send().await {
                // Heard, or heard before and the answer was lost.
                Ok(response) if response.status() == 202 || response.status() == 409 => return Ok(()),
                Ok(response) if response.status().is_server_error() || response.status() == 429 => {}
                Ok(response) => bail!("{}: {}", response.status(), response.text().await.unwrap_or_default()),
                Err(_) => {}
            }
            self.pause().await;
        }
    }

    async fn pause(&mut self) {
        let pause = Duration::from_millis(self.random.random_range(50..400));
        tokio::time::sleep(pause).await;
    }

    /// Reads until the end, until the connection breaks, or until this person loses patience.
    async fn follow(&mut self, response: reqwest::Response) -> anyhow::Result<()> {
        let mut body = response.bytes_stream();
        let mut buffer = String::new();
        let mut tail = Vec::new();
        let mut events = 0;
        let mut heard = Instant::now();
        while self.end.is_none() && self.asked.is_none() && events < self.message.patience {
            let Ok(Some(Ok(piece))) = tokio::time::timeout_at(heard + SILENCE, body.next()).await else {
                return Ok(());
            };
            heard = Instant::now();
            tail.extend_from_slice(&piece);
            // Events end in ASCII, so whole ones are whole text.
            let Some(whole) = tail.windows(2).rposition(|pair| pair == b"\n\n") else { continue };
            let rest = tail.split_off(whole + 2);
            buffer.push_str(std::str::from_utf8(&std::mem::replace(&mut tail, rest))?);
            for frame in std::mem::take(&mut buffer).split("\n\n").filter(|frame| frame.starts_with("id: ")) {
                self.take(frame)?;
                events += 1;
            }
        }
        Ok(())
    }

    fn take(&mut self, frame: &str) -> anyhow::Result<()> {
        let field = |name: &str| {
            let line = frame.lines().find_map(|line| line.strip_prefix(name));
            line.with_context(|| format!("an event without {name}: {frame:?}"))
        };
        let (number, kind): (u64, &str) = (field("id: ")?.parse()?, field("event: ")?);
        let data: Value = serde_json::from_str(field("data: ")?)?;
        let text = |name: &str| data.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
        if kind == "job_id" && self.last > 0 {
            // The message was sent again because nobody knew whether it had arrived: the same run.
            let (job, _) = self.names.as_ref().context("events without a run")?;
            ensure!(*job == text("jobId"), "one key gave two runs: {job} and {data}");
            bail!("the run began anew for a reader who had {} events", self.last);
        }
        ensure!(number == self.last + 1, "after event {} came {number}, a {kind}", self.last);
        ensure!(self.end.is_none(), "a {kind} came after the end");
        self.last = number;
        match kind {
            "job_id" => self.names = Some((text("jobId"), text("chatId"))),
            "reset" => self.text = text("text"),
            "chunk" => self.text.push_str(&text("text")),
            "approval_required" => self.asked = Some(text("callId")),
            // What was asked before is asked no more when the reader comes back to its result.
            "tool_result" => {
                self.asked = None;
                self.wrote = data.get("ok").and_then(Value::as_bool);
            }
            "done" | "error" => self.end = Some((kind.to_owned(), data)),
            _ => {}
        }
        Ok(())
    }
}
