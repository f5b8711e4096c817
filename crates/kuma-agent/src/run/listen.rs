//! Hearing one reply: what the model says, passed on as it comes.

use std::sync::LazyLock;
use std::time::Duration;

use futures::{FutureExt, StreamExt};
use kuma_llm::{ChatEvent, ChatModel, ChatRequest, ChatStream, ModelError, ModelErrorKind, ToolCall};
use kuma_types::step::StepCitation;
use kuma_types::{FinishReason, JobStatus, RunEvent, Usage};
use tokio::time::Instant;

use super::shared::Shared;
use super::stop::Stop;
use crate::cite;
use crate::cite::marks::{MarkReader, Mode, Piece};

/// A whole reply.
#[derive(Debug)]
pub(super) struct Heard {
    /// As readers see it.
    pub(super) text: String,
    /// As the model wrote it.
    pub(super) raw: String,
    pub(super) reasoning: String,
    pub(super) calls: Vec<ToolCall>,
    pub(super) finish_reason: FinishReason,
    pub(super) usage: Usage,
    pub(super) citations: Vec<StepCitation>,
}

/// Hears a reply of the run's own agent (`aloud`: readers hear it too) or of a specialist.
pub(super) async fn listen(
    shared: &Shared<'_>,
    model: &dyn ChatModel,
    request: ChatRequest,
    aloud: bool,
) -> Result<Heard, Stop> {
    let mode = match (shared.cites, aloud) {
        (false, _) => Mode::Off,
        (true, true) => Mode::Cite,
        (true, false) => Mode::Remove,
    };
    let mut listener = Listener {
        shared,
        aloud,
        marks: MarkReader::new(mode),
        first: true,
        heard: Heard {
            text: String::new(),
            raw: String::new(),
            reasoning: String::new(),
            calls: Vec::new(),
            finish_reason: FinishReason::Stop,
            usage: Usage::default(),
            citations: Vec::new(),
        },
        events: Vec::new(),
    };
    tokio::select! {
        biased;
        () = shared.cancel.cancelled() => return Err(Stop::Cancelled),
        heard = listener.hear(model, request) => heard?,
    }
    cite::count(listener.heard.citations.len() as u64, listener.marks.dropped());
    Ok(listener.heard)
}

struct Listener<'a> {
    shared: &'a Shared<'a>,
    aloud: bool,
    marks: MarkReader,
    /// Nothing of this reply was said yet.
    first: bool,
    heard: Heard,
    /// What readers are told next.
    events: Vec<RunEvent>,
}

impl Listener<'_> {
    async fn hear(&mut self, model: &dyn ChatModel, request: ChatRequest) -> Result<(), Stop> {
        let mut stream = model.stream(request).await?;
        let mut wait = Duration::ZERO;
        while let Some(Batch { items, more }) = next_batch(&mut stream, wait).await {
            for item in items {
                match item {
                    Ok(ChatEvent::Done { finish_reason, usage }) => {
                        self.heard.finish_reason = finish_reason;
                        self.heard.usage = usage;
                        self.end_of_text();
                        return self.tell().await;
                    }
                    Ok(event) => self.take(event),
                    Err(error) => {
                        self.end_of_text();
                        self.tell().await?;
                        return Err(error.into());
                    }
                }
            }
            let told = !self.events.is_empty();
            self.tell().await?;
            wait = if told && !more { longer(wait).min(self.shared.pace()) } else { Duration::ZERO };
        }
        let provider = model.info().provider.clone();
        Err(ModelError::new(ModelErrorKind::ConnectionLost, provider, "the reply ended without an end")
            .into())
    }

    async fn tell(&mut self) -> Result<(), Stop> {
        let events = std::mem::take(&mut self.events);
        if self.aloud { self.shared.emit(events).await } else { Ok(()) }
    }

    fn take(&mut self, event: ChatEvent) {
        match event {
            ChatEvent::Text(text) => {
                self.heard.raw.push_str(&text);
                let pieces = self.marks.push(&text, &mut self.shared.state().citations);
                self.say(pieces);
            }
            ChatEvent::Reasoning(text) if text.is_empty() => {}
            ChatEvent::Reasoning(text) => {
                self.heard.reasoning.push_str(&text);
                if self.aloud {
                    self.shared.state().reasoning.push_str(&text);
                }
                match self.events.last_mut() {
                    Some(RunEvent::Reasoning { text: last }) => last.push_str(&text),
                    _ => self.events.push(RunEvent::Reasoning { text }),
                }
            }
            ChatEvent::Queued { position } => self.events.push(RunEvent::Status {
                status: JobStatus::Processing,
                attempt: None,
                retry_in_ms: None,
                position: Some(position),
            }),
            ChatEvent::Retrying { attempt, delay } => self.events.push(RunEvent::Status {
                status: JobStatus::Processing,
                attempt: Some(attempt),
                retry_in_ms: u64::try_from(delay.as_millis()).ok(),
                position: None,
            }),
            ChatEvent::ToolCall(call) => self.heard.calls.push(call),
            ChatEvent::Done { .. } => {}
        }
    }

    fn end_of_text(&mut self) {
        let pieces = self.marks.finish(&mut self.shared.state().citations);
        self.say(pieces);
    }

    fn say(&mut self, pieces: Vec<Piece>) {
        for piece in pieces {
            match piece {
                Piece::Text(text) if text.is_empty() => {}
                Piece::Text(text) => {
                    self.heard.text.push_str(&text);
                    if !self.aloud {
                        continue;
                    }
                    let said = self.shared.state().say(&text, &mut self.first);
                    match self.events.last_mut() {
                        Some(RunEvent::Chunk { text: last }) => last.push_str(&said),
                        _ => self.events.push(RunEvent::Chunk { text: said }),
                    }
                }
                Piece::Citation(step) => {
                    self.events.push(RunEvent::Citation(step.citation.clone()));
                    self.heard.citations.push(step);
                }
            }
        }
    }
}

/// The gathering after one of `wait`: short at first, so that a short answer ends when it ends.
fn longer(wait: Duration) -> Duration {
    const FIRST: Duration = Duration::from_millis(5);
    (wait * 2).max(FIRST)
}

/// What came together.
struct Batch {
    /// Not empty; an error can only be the last.
    items: Vec<Result<ChatEvent, ModelError>>,
    /// There was no end of it: gathering more would only add delay.
    more: bool,
}

/// The next item and whatever else is there already: several tokens become one event. After `wait`,
/// during which nothing is asked for, so that what the provider sends stays where it costs nothing:
/// in the connection's buffer. What gathered there comes piece by piece through the HTTP client's
/// task, which gets its turns here; it has all come when a few of them brought nothing (one may find
/// that task at work on another thread).
async fn next_batch(stream: &mut ChatStream, wait: Duration) -> Option<Batch> {
    const TURNS: usize = 3;
    const LONGEST: Duration = Duration::from_millis(10);
    const MOST: usize = 256;
    let gathers = !wait.is_zero();
    if gathers {
        tokio::time::sleep_until(tick_after(Instant::now() + wait)).await;
    }
    let mut items = vec![stream.next().await?];
    let begun = Instant::now();
    let mut idle_turns = 0;
    while items.last().is_some_and(Result::is_ok) {
        if items.len() >= MOST || begun.elapsed() >= LONGEST {
            return Some(Batch { items, more: true });
        }
        match stream.next().now_or_never() {
            Some(Some(item)) => {
                idle_turns = 0;
                items.push(item);
            }
            None if gathers && idle_turns < TURNS => {
                idle_turns += 1;
                tokio::task::yield_now().await;
            }
            Some(None) | None => break,
        }
    }
    Some(Batch { items, more: false })
}

/// The first of the moments, the same for all replies of the process, at which gathering ends: waking up for many
/// of them at once costs hardly more than for one.
fn tick_after(earliest: Instant) -> Instant {
    const TICK: Duration = Duration::from_millis(15);
    static FIRST: LazyLock<Instant> = LazyLock::new(Instant::now);
    // A clock that a test has set may begin later than another's.
    let Some(since) = earliest.checked_duration_since(*FIRST) else { return earliest };
    let since = since.as_micros();
    let ticks = since.div_ceil(TICK.as_micros());
    *FIRST + Duration::from_micros(u64::try_from(ticks * TICK.as_micros()).unwrap_or(u64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gathering_ends_at_common_moments_soon_after_it_may() {
        let first = tick_after(Instant::now());
        for later in [0, 1, 14, 15, 16, 1_000] {
            let earliest = first + Duration::from_millis(later);
            let tick = tick_after(earliest);
            assert!(tick >= earliest && tick - earliest < Duration::from_millis(15));
            assert_eq!((tick - first).as_millis() % 15, 0, "one of the common moments");
        }
    }

    #[test]
    fn gathering_grows_from_short_to_long() {
        let mut waits = vec![longer(Duration::ZERO)];
        for _ in 0..4 {
            waits.push(longer(waits[waits.len() - 1]));
        }
        let waits: Vec<u128> = waits.iter().map(Duration::as_millis).collect();
        assert_eq!(waits, [5, 10, 20, 40, 80]);
    }
}
