//! From a neutral [`Reply`] to the frames of one vendor's protocol. One file per protocol.

pub(crate) mod anthropic;
pub(crate) mod embeddings;
pub(crate) mod error;
pub(crate) mod gemini;
pub(crate) mod models;
pub(crate) mod ollama;
pub(crate) mod openai_chat;
pub(crate) mod openai_responses;

use crate::clock;
use crate::plan::Step;
use crate::prompt::Prompt;
use crate::reply::{Failure, Finish, Piece, Reply, Split, ToolCall, Usage};
use crate::route::Dialect;
use bytes::Bytes;
use serde_json::Value;
use std::time::Duration;

/// The time every fake answer claims to be from, so that frames are the same on every run: 2026-11-20T09:30:00Z.
pub(crate) const CREATED: u64 = 1_795_167_000;
pub(crate) const CREATED_TEXT: &str = "2026-11-20T09:30:00Z";

/// Renders the pieces of a reply, one after the other. Everything between two turns is released together.
pub(crate) trait Wire {
    /// What comes before the first delta.
    fn open(&mut self, out: &mut Frames);
    fn text(&mut self, delta: &str, out: &mut Frames);
    fn reasoning(&mut self, delta: &str, out: &mut Frames);
    fn refusal(&mut self, delta: &str, out: &mut Frames);
    /// A tool call. The first fragment's turn has been taken; a wire that streams more takes a turn for each.
    fn call(&mut self, call: &ToolCall, out: &mut Frames);
    /// An error inside the stream; ends it.
    fn error(&mut self, failure: &Failure, out: &mut Frames);
    /// Finish reason, usage and terminator.
    fn close(&mut self, finish: Finish, usage: Usage, out: &mut Frames);
    /// The same reply as one JSON object, for a request that does not stream.
    fn whole(&self, whole: &Whole) -> Value;
}

/// Steps being written.
#[derive(Default)]
pub(crate) struct Frames(pub Vec<Step>);

impl Frames {
    /// `data: {json}`.
    pub(crate) fn data(&mut self, json: &Value) {
        self.raw(format!("data: {json}\n\n"));
    }

    /// `event: name` and `data: {json}`.
    pub(crate) fn event(&mut self, name: &str, json: &Value) {
        self.raw(format!("event: {name}\ndata: {json}\n\n"));
    }

    pub(crate) fn raw(&mut self, text: String) {
        self.0.push(Step::Send(Bytes::from(text)));
    }

    pub(crate) fn turn(&mut self) {
        self.0.push(Step::Turn);
    }
}

/// A reply taken together.
pub(crate) struct Whole {
    pub text: String,
    pub reasoning: String,
    pub refusal: String,
    pub calls: Vec<ToolCall>,
    pub finish: Finish,
    pub usage: Usage,
}

impl Whole {
    fn of(reply: &Reply, usage: Usage) -> Self {
        let mut whole = Self {
            text: String::new(),
            reasoning: String::new(),
            refusal: String::new(),
            calls: Vec::new(),
            finish: reply.finish_or_default(),
            usage,
        };
        for piece in &reply.pieces {
            match piece {
                Piece::Text(t) => whole.text.push_str(t),
                Piece::Reasoning(t) => whole.reasoning.push_str(t),
                Piece::Refusal(t) => whole.refusal.push_str(t),
                Piece::ToolCall(call) => whole.calls.push(call.clone()),
                Piece::Error(_) | Piece::Cut | Piece::Stall => {}
            }
        }
        whole
    }
}

/// The wire for one request. `number` makes its ids unique.
fn wire(prompt: &Prompt, number: &str) -> Box<dyn Wire> {
    match prompt.dialect {
        Dialect::OpenAiChat => Box::new(openai_chat::Chat::new(prompt, number)),
        Dialect::OpenAiResponses => Box::new(openai_responses::Responses::new(prompt, number)),
        Dialect::Anthropic => Box::new(anthropic::Messages::new(prompt, number)),
        Dialect::Gemini => Box::new(gemini::Generate::new(prompt, number)),
        Dialect::Ollama => Box::new(ollama::Chat::new(prompt)),
    }
}

/// All steps of `reply` to `prompt`.
pub(crate) fn render(reply: &Reply, prompt: &Prompt, number: &str) -> Vec<Step> {
    let mut out = Frames::default();
    let mut wire = wire(prompt, number);
    let usage = reply.usage_or_counted(prompt.input_tokens);
    if prompt.stream {
        render_stream(reply, usage, number, wire.as_mut(), &mut out);
    } else {
        render_whole(reply, usage, number, wire.as_ref(), &mut out);
    }
    let steps = if reply.clock { clock::mark(out.0) } else { out.0 };
    split(steps, reply.split)
}

fn render_stream(reply: &Reply, usage: Usage, number: &str, wire: &mut dyn Wire, out: &mut Frames) {
    wire.open(out);
    for (index, piece) in reply.pieces.iter().enumerate() {
        out.turn();
        match piece {
            Piece::Text(delta) => wire.text(delta, out),
            Piece::Reasoning(delta) => wire.reasoning(delta, out),
            Piece::Refusal(delta) => wire.refusal(delta, out),
            Piece::ToolCall(call) => wire.call(&with_id(call, number, index), out),
            Piece::Error(failure) => return wire.error(failure, out),
            Piece::Cut => return out.0.extend([Step::Breathe, Step::Cut]),
            Piece::Stall => return out.0.push(Step::Hang),
        }
    }
    out.turn();
    wire.close(reply.finish_or_default(), usage, out);
}

fn render_whole(reply: &Reply, usage: Usage, number: &str, wire: &dyn Wire, out: &mut Frames) {
    let mut whole = Whole::of(reply, usage);
    for (index, call) in whole.calls.iter_mut().enumerate() {
        *call = with_id(call, number, index);
    }
    let body = wire.whole(&whole).to_string();
    if reply.gate.is_some() || reply.rate.is_some() {
        out.0.extend(reply.pieces.iter().map(|_| Step::Turn));
        out.turn();
    }
    if reply.pieces.contains(&Piece::Stall) {
        out.0.push(Step::Hang);
    } else if reply.pieces.contains(&Piece::Cut) {
        let half = body.len() / 2;
        out.0.push(Step::Send(Bytes::from(body).slice(..half)));
        out.0.extend([Step::Breathe, Step::Cut]);
    } else {
        out.raw(body);
    }
}

fn with_id(call: &ToolCall, number: &str, index: usize) -> ToolCall {
    let mut call = call.clone();
    if call.id.is_empty() {
        call.id = format!("call_fake_{number}_{index}");
    }
    call
}

fn split(steps: Vec<Step>, split: Split) -> Vec<Step> {
    let between = match split {
        Split::Whole => return steps,
        Split::Every(_) | Split::InsideCharacters => Step::Breathe,
        Split::Slow { every_ms, .. } => Step::Pause(Duration::from_millis(every_ms)),
    };
    let mut out = Vec::with_capacity(steps.len());
    for step in steps {
        let Step::Send(mut bytes) = step else {
            out.push(step);
            continue;
        };
        while let Some(at) = cut_at(&bytes, split) {
            out.push(Step::Send(bytes.split_to(at)));
            out.push(between.clone());
        }
        out.extend([Step::Send(bytes), Step::Breathe]);
    }
    out
}

/// Where to cut next, if the rest is to be cut at all.
fn cut_at(bytes: &Bytes, split: Split) -> Option<usize> {
    match split {
        Split::Whole => None,
        Split::Every(size) | Split::Slow { bytes: size, .. } => {
            (bytes.len() > size.max(1)).then_some(size.max(1))
        }
        // The first byte may be the rest of a character that was cut already.
        Split::InsideCharacters => {
            bytes.iter().position(|b| *b >= 0xc0).map(|i| i + 1).filter(|i| *i < bytes.len())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cuts_inside_every_character() {
        let steps = split(vec![Step::Send(Bytes::from("aé🐻b"))], Split::InsideCharacters);
        let sent: Vec<&[u8]> = steps
            .iter()
            .filter_map(|s| match s {
                Step::Send(b) => Some(b.as_ref()),
                _ => None,
            })
            .collect();
        assert_eq!(sent, [&b"a\xc3"[..], b"\xa9\xf0", b"\x9f\x90\xbbb"]);
    }
}
