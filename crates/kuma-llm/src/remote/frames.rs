//! What the wire says that `genai` leaves out of its events.
//!
//! `genai` shows every raw frame before it decodes it. Nearly all frames are plain text deltas, so
//! each is only searched for a few marks; those that bear one are read.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

use genai::chat::{ChatFrameSink, FrameCtx, RawFrameRef};
use serde_json::Value;

/// Which marks to look for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Dialect {
    ChatCompletions,
    Responses,
    Anthropic,
}

/// Things that were seen on the wire.
#[derive(Debug, Default)]
pub(super) struct Notes {
    /// Words of a refusal that were not handed on yet.
    pub(super) refusal: String,
    /// Whether the model refused.
    pub(super) refused: bool,
    /// The finish reason of Chat Completions.
    pub(super) finish: Option<String>,
    /// Why Responses stopped short.
    pub(super) incomplete: Option<String>,
    /// A failure with its code, which the event has lost.
    pub(super) failure: Option<Value>,
}

/// Reads along with one stream.
#[derive(Debug)]
pub(super) struct Frames {
    dialect: Dialect,
    moved: AtomicBool,
    noted: AtomicBool,
    notes: Mutex<Notes>,
}

impl Frames {
    pub(super) fn new(dialect: Dialect) -> Self {
        Self {
            dialect,
            moved: AtomicBool::new(false),
            noted: AtomicBool::new(false),
            notes: Mutex::default(),
        }
    }

    /// Whether anything came since this was asked last, comments included.
    pub(super) fn take_moved(&self) -> bool {
        self.moved.swap(false, Ordering::Relaxed)
    }

    /// New notes, when there are any.
    pub(super) fn take_notes<T>(&self, read: impl FnOnce(&mut Notes) -> T) -> Option<T> {
        // The sink and the reader are one task; the flag only saves the lock.
        self.noted.swap(false, Ordering::Relaxed).then(|| self.notes(read))
    }

    /// The notes so far.
    pub(super) fn notes<T>(&self, read: impl FnOnce(&mut Notes) -> T) -> T {
        read(&mut self.notes.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn note(&self, data: &str, write: impl FnOnce(&mut Notes, Value)) {
        if let Ok(value) = serde_json::from_str(data) {
            self.notes(|notes| write(notes, value));
            self.noted.store(true, Ordering::Relaxed);
        }
    }
}

fn text<'a>(value: &'a Value, pointer: &str) -> Option<&'a str> {
    value.pointer(pointer).and_then(Value::as_str).filter(|text| !text.is_empty())
}

impl ChatFrameSink for Frames {
    fn on_frame(&self, _context: &FrameCtx, frame: RawFrameRef<'_>) {
        self.moved.store(true, Ordering::Relaxed);
        let data = frame.data;
        match self.dialect {
            Dialect::ChatCompletions => {
                let has_refusal = data.contains("\"refusal\":\"") || data.contains("\"refusal\": \"");
                let has_finish =
                    data.contains("\"finish_reason\":\"") || data.contains("\"finish_reason\": \"");
                if has_refusal || has_finish {
                    self.note(data, |notes, frame| {
                        if let Some(words) = text(&frame, "/choices/0/delta/refusal") {
                            notes.refusal.push_str(words);
                            notes.refused = true;
                        }
                        if let Some(reason) = text(&frame, "/choices/0/finish_reason") {
                            notes.finish = Some(reason.to_owned());
                        }
                    });
                }
            }
            Dialect::Responses => {
                let head = data.get(..data.len().min(200)).unwrap_or(data);
                if head.contains("response.refusal.delta") {
                    self.note(data, |notes, frame| {
                        notes.refusal.push_str(text(&frame, "/delta").unwrap_or_default());
                        notes.refused = true;
                    });
                } else if head.contains("response.incomplete") {
                    self.note(data, |notes, frame| {
                        notes.incomplete =
                            text(&frame, "/response/incomplete_details/reason").map(str::to_owned);
                    });
                } else if head.contains("response.failed") {
                    self.note(data, |notes, frame| notes.failure = Some(frame));
                }
            }
            Dialect::Anthropic => {
                if frame.event == Some("message_delta") && data.contains("\"refusal\"") {
                    self.note(data, |notes, frame| {
                        notes
                            .refusal
                            .push_str(text(&frame, "/delta/stop_details/explanation").unwrap_or_default());
                    });
                }
            }
        }
    }
}
