//! What a fake answers, in words that belong to no vendor. A [`crate::wire`] renders it into that vendor's frames.

use crate::gate::Gate;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// One answer of a model. Its own builder: start from [`Reply::text`] or [`Reply::builder`] and add to it.
///
/// As JSON (control API) the fields have these names; what is left out has its default.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Reply {
    /// What is sent, in order. One piece is one delta, except for tool calls, whose fragments are one delta each.
    pub pieces: Vec<Piece>,
    /// Token counts to report. `None`: counted from the text, about four characters to a token.
    pub usage: Option<Usage>,
    /// Why the model stopped. `None`: tool calls if there are any, otherwise a normal stop.
    pub finish: Option<Finish>,
    /// Answer with this error status instead of a stream.
    pub fail: Option<Failure>,
    /// Deltas a second. `None`: as fast as the client reads.
    pub rate: Option<f64>,
    /// How the bytes of each frame are cut into separate writes.
    pub split: Split,
    /// Send no response head at all: the request hangs until the client gives up.
    pub hang: bool,
    /// Hold every delta, and then the end, until the test lets it go.
    #[serde(skip)]
    pub gate: Option<Gate>,
    /// Replies with the same key render to the same frames for the same model, so that they are rendered only once.
    #[serde(skip)]
    pub(crate) cache_key: Option<String>,
    /// The deltas are places for stamps.
    #[serde(skip)]
    pub(crate) clock: bool,
}

/// One step of an answer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Piece {
    /// A text delta.
    Text(String),
    /// A delta of the model's reasoning.
    Reasoning(String),
    /// A delta of a refusal. Vendors without refusal text of their own send it as text.
    Refusal(String),
    /// A tool call.
    ToolCall(ToolCall),
    /// An error inside the stream, in the vendor's own format; nothing follows.
    Error(Failure),
    /// The connection is cut here, without an end of the body.
    Cut,
    /// Nothing more is sent, and the connection stays open.
    Stall,
}

/// A call of a tool by the model.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ToolCall {
    /// The call's id. Empty: the fake makes one that is unique on this server.
    #[serde(default)]
    pub id: String,
    /// The tool's name.
    pub name: String,
    /// The arguments.
    #[serde(default = "empty_object")]
    pub arguments: Value,
    /// In how many fragments the arguments stream, where the vendor streams them at all. At least 1.
    #[serde(default = "one")]
    pub fragments: usize,
    /// Send these bytes as the arguments instead, whole JSON or not. Only where arguments are text on the wire.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub raw_arguments: Option<String>,
}

fn empty_object() -> Value {
    Value::Object(serde_json::Map::new())
}

fn one() -> usize {
    1
}

impl ToolCall {
    /// A call of `name` in one fragment with a made-up id.
    pub fn new(name: impl Into<String>, arguments: Value) -> Self {
        Self { id: String::new(), name: name.into(), arguments, fragments: 1, raw_arguments: None }
    }

    /// The arguments as text, in the fragments they stream in.
    pub(crate) fn argument_fragments(&self) -> Vec<String> {
        let text = self.argument_text();
        let chars: Vec<char> = text.chars().collect();
        let size = chars.len().div_ceil(self.fragments.max(1)).max(1);
        chars.chunks(size).map(|c| c.iter().collect()).collect()
    }

    pub(crate) fn argument_text(&self) -> String {
        self.raw_arguments.clone().unwrap_or_else(|| self.arguments.to_string())
    }
}

/// Token counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Usage {
    /// All input tokens, the cached ones included.
    pub input: u64,
    /// All output tokens, those of reasoning included.
    pub output: u64,
    /// Output tokens that went into reasoning.
    pub reasoning: u64,
    /// Input tokens that came from the vendor's cache.
    pub cached: u64,
}

/// Why a model stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Finish {
    /// It had said everything.
    Stop,
    /// It reached the token limit.
    Length,
    /// It called tools.
    ToolCalls,
    /// The vendor's filter stopped it, or it refused.
    ContentFilter,
}

/// An error of the vendor.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Failure {
    /// HTTP status; inside a stream it chooses the vendor's error type.
    pub status: u16,
    /// The message. `None`: the vendor's usual one for the status.
    pub message: Option<String>,
    /// The vendor's error code where it has one, for example `insufficient_quota`.
    pub code: Option<String>,
    /// The request field that the error is about. Only OpenAI says it.
    pub param: Option<String>,
    /// Seconds for the `Retry-After` header. `None`: no header.
    pub retry_after: Option<u64>,
}

impl Failure {
    /// An error with the vendor's usual message.
    pub fn status(status: u16) -> Self {
        Self { status, ..Self::default() }
    }

    /// With a message of its own.
    #[must_use]
    pub fn message(mut self, message: impl Into<String>) -> Self {
        self.message = Some(message.into());
        self
    }

    /// With the vendor's error code.
    #[must_use]
    pub fn code(mut self, code: impl Into<String>) -> Self {
        self.code = Some(code.into());
        self
    }

    /// With the field it is about.
    #[must_use]
    pub fn param(mut self, param: impl Into<String>) -> Self {
        self.param = Some(param.into());
        self
    }

    /// With a `Retry-After` header of so many seconds.
    #[must_use]
    pub fn retry_after(mut self, seconds: u64) -> Self {
        self.retry_after = Some(seconds);
        self
    }
}

/// How a frame's bytes are cut into separate writes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Split {
    /// One write a frame.
    #[default]
    Whole,
    /// At most so many bytes a write.
    Every(usize),
    /// A cut inside every character of more than one byte, and nowhere else.
    InsideCharacters,
    /// At most so many bytes a write, with a pause of so many milliseconds after each.
    Slow {
        /// Bytes a write.
        bytes: usize,
        /// Milliseconds between writes.
        every_ms: u64,
    },
}

impl Reply {
    /// An empty answer to add pieces to.
    pub fn builder() -> Self {
        Self::default()
    }

    /// An answer of `text`, one delta a word.
    pub fn text(text: impl AsRef<str>) -> Self {
        Self::default().words(text)
    }

    /// An error status instead of an answer.
    pub fn error(status: u16) -> Self {
        Self::default().fail(Failure::status(status))
    }

    /// One text delta, exactly as given.
    #[must_use]
    pub fn delta(mut self, text: impl Into<String>) -> Self {
        self.pieces.push(Piece::Text(text.into()));
        self
    }

    /// Text deltas of one word each, white space with the word before it.
    #[must_use]
    pub fn words(mut self, text: impl AsRef<str>) -> Self {
        self.pieces.extend(words(text.as_ref()).map(|w| Piece::Text(w.to_owned())));
        self
    }

    /// Reasoning deltas of one word each.
    #[must_use]
    pub fn reasoning(mut self, text: impl AsRef<str>) -> Self {
        self.pieces.extend(words(text.as_ref()).map(|w| Piece::Reasoning(w.to_owned())));
        self
    }

    /// A refusal in the model's words; ends in [`Finish::ContentFilter`].
    #[must_use]
    pub fn refusal(mut self, text: impl Into<String>) -> Self {
        self.pieces.push(Piece::Refusal(text.into()));
        self.finish = Some(Finish::ContentFilter);
        self
    }

    /// A tool call with whole arguments.
    #[must_use]
    pub fn tool_call(self, name: impl Into<String>, arguments: Value) -> Self {
        self.piece(Piece::ToolCall(ToolCall::new(name, arguments)))
    }

    /// A tool call whose arguments stream in `fragments` parts.
    #[must_use]
    pub fn tool_call_in(self, name: impl Into<String>, arguments: Value, fragments: usize) -> Self {
        self.piece(Piece::ToolCall(ToolCall { fragments, ..ToolCall::new(name, arguments) }))
    }

    /// An error inside the stream at this point.
    #[must_use]
    pub fn then_error(self, failure: Failure) -> Self {
        self.piece(Piece::Error(failure))
    }

    /// The connection is cut at this point.
    #[must_use]
    pub fn then_cut(self) -> Self {
        self.piece(Piece::Cut)
    }

    /// Nothing more comes from this point on.
    #[must_use]
    pub fn then_stall(self) -> Self {
        self.piece(Piece::Stall)
    }

    /// Any piece.
    #[must_use]
    pub fn piece(mut self, piece: Piece) -> Self {
        self.pieces.push(piece);
        self
    }

    /// The token counts to report.
    #[must_use]
    pub fn usage(mut self, input: u64, output: u64) -> Self {
        self.usage = Some(Usage { input, output, ..Usage::default() });
        self
    }

    /// The reason to stop.
    #[must_use]
    pub fn finish(mut self, finish: Finish) -> Self {
        self.finish = Some(finish);
        self
    }

    /// Fail before the stream.
    #[must_use]
    pub fn fail(mut self, failure: Failure) -> Self {
        self.fail = Some(failure);
        self
    }

    /// Send no response head until the client gives up.
    #[must_use]
    pub fn hang(mut self) -> Self {
        self.hang = true;
        self
    }

    /// So many deltas a second.
    #[must_use]
    pub fn rate(mut self, deltas_per_second: f64) -> Self {
        self.rate = Some(deltas_per_second);
        self
    }

    /// Hold each delta, and then the end, until the test releases it.
    #[must_use]
    pub fn gate(mut self, gate: &Gate) -> Self {
        self.gate = Some(gate.clone());
        self
    }

    /// Cut the frames' bytes.
    #[must_use]
    pub fn split(mut self, split: Split) -> Self {
        self.split = split;
        self
    }

    /// The text of the answer, all deltas together.
    pub fn full_text(&self) -> String {
        self.pieces
            .iter()
            .filter_map(|p| match p {
                Piece::Text(t) | Piece::Refusal(t) => Some(t.as_str()),
                _ => None,
            })
            .collect()
    }

    pub(crate) fn finish_or_default(&self) -> Finish {
        let calls = self.pieces.iter().any(|p| matches!(p, Piece::ToolCall(_)));
        self.finish.unwrap_or(if calls { Finish::ToolCalls } else { Finish::Stop })
    }

    pub(crate) fn usage_or_counted(&self, input_tokens: u64) -> Usage {
        self.usage.unwrap_or_else(|| {
            let (mut text, mut reasoning) = (0, 0);
            for piece in &self.pieces {
                match piece {
                    Piece::Text(t) | Piece::Refusal(t) => text += t.chars().count(),
                    Piece::Reasoning(t) => reasoning += t.chars().count(),
                    Piece::ToolCall(c) => text += c.name.len() + c.argument_text().len(),
                    Piece::Error(_) | Piece::Cut | Piece::Stall => {}
                }
            }
            let reasoning = reasoning.div_ceil(4) as u64;
            Usage { input: input_tokens, output: text.div_ceil(4) as u64 + reasoning, reasoning, cached: 0 }
        })
    }
}

/// Words with the white space that follows them.
pub(crate) fn words(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let word = rest.find(|c: char| !c.is_whitespace()).unwrap_or(rest.len());
        let gap = rest.get(word..)?.find(char::is_whitespace).map_or(rest.len(), |i| word + i);
        let end = rest.get(gap..)?.find(|c: char| !c.is_whitespace()).map_or(rest.len(), |i| gap + i);
        let (head, tail) = rest.split_at(end);
        rest = tail;
        Some(head)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn words_keep_every_character() {
        let text = "  Hello,\n\n  wörld \u{1f43b} x ";
        assert_eq!(words(text).collect::<String>(), text);
        assert_eq!(words("a bc d").collect::<Vec<_>>(), ["a ", "bc ", "d"]);
        assert_eq!(words("").count(), 0);
    }

    #[test]
    fn fragments_join_to_the_arguments() {
        let call = ToolCall { fragments: 4, ..ToolCall::new("f", json!({"city": "Zürich"})) };
        let fragments = call.argument_fragments();
        assert_eq!(fragments.len(), 4);
        assert_eq!(fragments.concat(), r#"{"city":"Zürich"}"#);
    }
}
