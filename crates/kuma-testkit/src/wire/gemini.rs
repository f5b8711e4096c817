//! Gemini generateContent: every stream line is a whole response; the end of the body is the end.

use super::{Frames, Whole, Wire, error};
use crate::prompt::Prompt;
use crate::reply::{Failure, Finish, ToolCall, Usage};
use crate::route::ErrorStyle;
use serde_json::{Value, json};

/// Stands for the vendor's; clients must send it back with the function call.
const SIGNATURE: &str = "ZmFrZS10aG91Z2h0LXNpZ25hdHVyZQ==";

pub(crate) struct Generate {
    id: String,
    model: String,
    input_tokens: u64,
    /// With `alt=sse` lines of events, without it one JSON array that grows.
    sse: bool,
    sent: usize,
    spoken: bool,
    refused: bool,
}

impl Generate {
    pub(crate) fn new(prompt: &Prompt, number: &str) -> Self {
        Self {
            id: format!("fake-{number}"),
            model: prompt.model.clone(),
            input_tokens: prompt.input_tokens,
            sse: prompt.sse,
            sent: 0,
            spoken: false,
            refused: false,
        }
    }

    fn frame(&mut self, json: &Value, out: &mut Frames) {
        if self.sse {
            out.raw(format!("data: {json}\r\n\r\n"));
        } else {
            out.raw(format!("{}{json}", if self.sent == 0 { "[" } else { ",\r\n" }));
        }
        self.sent += 1;
    }

    fn part(&mut self, part: &Value, out: &mut Frames) {
        let usage = Usage { input: self.input_tokens, ..Usage::default() };
        let json = self.response(&json!([part]), None, usage);
        self.spoken = true;
        self.frame(&json, out);
    }

    fn response(&self, parts: &Value, finish: Option<Finish>, usage: Usage) -> Value {
        let mut candidate = json!({"index": 0, "content": {"role": "model", "parts": parts}});
        if let (Some(finish), Some(fields)) = (finish, candidate.as_object_mut()) {
            fields.insert("finishReason".to_owned(), Value::from(finish_reason(finish)));
        }
        json!({"candidates": [candidate], "usageMetadata": usage_json(usage), "modelVersion": self.model,
            "responseId": self.id})
    }

    /// The prompt itself was refused: there are no candidates at all.
    fn blocked(&self, usage: Usage) -> Value {
        json!({"promptFeedback": {"blockReason": "SAFETY"}, "usageMetadata": usage_json(usage),
            "modelVersion": self.model, "responseId": self.id})
    }
}

fn finish_reason(finish: Finish) -> &'static str {
    match finish {
        // There is no reason of its own for tool calls.
        Finish::Stop | Finish::ToolCalls => "STOP",
        Finish::Length => "MAX_TOKENS",
        Finish::ContentFilter => "SAFETY",
    }
}

fn usage_json(usage: Usage) -> Value {
    let mut json = json!({"promptTokenCount": usage.input, "totalTokenCount": usage.input + usage.output});
    if let Some(fields) = json.as_object_mut() {
        for (name, count) in [
            ("candidatesTokenCount", usage.output.saturating_sub(usage.reasoning)),
            ("thoughtsTokenCount", usage.reasoning),
            ("cachedContentTokenCount", usage.cached),
        ] {
            if count > 0 {
                fields.insert(name.to_owned(), Value::from(count));
            }
        }
    }
    json
}

fn call_part(call: &ToolCall) -> Value {
    json!({"functionCall": {"id": call.id, "name": call.name, "args": call.arguments}, "thoughtSignature": SIGNATURE})
}

impl Wire for Generate {
    fn open(&mut self, _out: &mut Frames) {}

    fn text(&mut self, delta: &str, out: &mut Frames) {
        self.part(&json!({"text": delta}), out);
    }

    fn reasoning(&mut self, delta: &str, out: &mut Frames) {
        self.part(&json!({"text": delta, "thought": true}), out);
    }

    /// A refusal has no text; it is the block reason or the finish reason.
    fn refusal(&mut self, _delta: &str, _out: &mut Frames) {
        self.refused = true;
    }

    fn call(&mut self, call: &ToolCall, out: &mut Frames) {
        self.part(&call_part(call), out);
    }

    fn error(&mut self, failure: &Failure, out: &mut Frames) {
        let body = error::body(ErrorStyle::Gemini, failure, "");
        // No `data:` prefix, and over several lines: that is how the vendor does it.
        let text = format!("{body:#}\n");
        out.raw(if self.sse { text } else { format!("{}{text}]", if self.sent == 0 { "[" } else { "," }) });
    }

    fn close(&mut self, finish: Finish, usage: Usage, out: &mut Frames) {
        let json = if self.refused && !self.spoken {
            self.blocked(Usage { output: 0, ..usage })
        } else {
            self.response(&json!([{"text": ""}]), Some(finish), usage)
        };
        self.frame(&json, out);
        if !self.sse {
            out.raw("]".to_owned());
        }
    }

    fn whole(&self, whole: &Whole) -> Value {
        let mut parts = Vec::new();
        if !whole.reasoning.is_empty() {
            parts.push(json!({"text": whole.reasoning, "thought": true}));
        }
        if !whole.text.is_empty() {
            parts.push(json!({"text": whole.text}));
        }
        parts.extend(whole.calls.iter().map(call_part));
        if !whole.refusal.is_empty() && parts.is_empty() {
            return self.blocked(Usage { output: 0, ..whole.usage });
        }
        self.response(&Value::Array(parts), Some(whole.finish), whole.usage)
    }
}
