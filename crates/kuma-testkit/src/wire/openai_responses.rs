//! OpenAI Responses: named, numbered events around output items; the terminal event repeats the whole response.

use super::{CREATED, Frames, Whole, Wire, error};
use crate::prompt::Prompt;
use crate::reply::{Failure, Finish, ToolCall, Usage};
use crate::route::ErrorStyle;
use serde_json::{Value, json};

/// The item that deltas go to now.
enum Open {
    Nothing,
    Reasoning(String),
    Message { refusal: bool, text: String },
}

pub(crate) struct Responses {
    id: String,
    number: String,
    model: String,
    sequence: u64,
    open: Open,
    output: Vec<Value>,
}

impl Responses {
    pub(crate) fn new(prompt: &Prompt, number: &str) -> Self {
        Self {
            id: format!("resp_fake_{number}"),
            number: number.to_owned(),
            model: prompt.model.clone(),
            sequence: 0,
            open: Open::Nothing,
            output: Vec::new(),
        }
    }

    fn emit(&mut self, kind: &str, mut event: Value, out: &mut Frames) {
        if let Some(fields) = event.as_object_mut() {
            fields.insert("type".to_owned(), Value::from(kind));
            fields.insert("sequence_number".to_owned(), Value::from(self.sequence));
        }
        self.sequence += 1;
        out.event(kind, &event);
    }

    fn response(&self, status: &str, finish: Option<Finish>, usage: Option<Usage>, error: &Value) -> Value {
        let reason = match finish {
            Some(Finish::Length) => Some("max_output_tokens"),
            Some(Finish::ContentFilter) if status == "incomplete" => Some("content_filter"),
            _ => None,
        };
        json!({
            "id": self.id, "object": "response", "created_at": CREATED, "status": status, "model": self.model,
            "error": error, "incomplete_details": reason.map(|r| json!({"reason": r})),
            "instructions": null, "max_output_tokens": null, "output": self.output,
            "parallel_tool_calls": true, "previous_response_id": null, "store": false,
            "temperature": null, "text": {"format": {"type": "text"}}, "tool_choice": "auto", "tools": [],
            "top_p": null, "truncation": "disabled", "usage": usage.map(usage_json), "metadata": {},
        })
    }

    fn item_id(&self, prefix: &str) -> String {
        format!("{prefix}_fake_{}_{}", self.number, self.output.len())
    }

    /// Ends the open item, if there is one.
    fn finish_item(&mut self, out: &mut Frames) {
        let index = self.output.len();
        match std::mem::replace(&mut self.open, Open::Nothing) {
            Open::Nothing => {}
            Open::Reasoning(text) => {
                let id = self.item_id("rs");
                let part = json!({"type": "summary_text", "text": text});
                let at = |extra: &str, value: &Value| json!({"item_id": id, "output_index": index, "summary_index": 0, extra: value});
                self.emit("response.reasoning_summary_text.done", at("text", &json!(text)), out);
                self.emit("response.reasoning_summary_part.done", at("part", &part), out);
                self.item_done(reasoning_item(&id, &text), out);
            }
            Open::Message { refusal, text } => {
                let id = self.item_id("msg");
                let at = |extra: &str, value: &Value| json!({"item_id": id, "output_index": index, "content_index": 0, extra: value});
                if refusal {
                    self.emit("response.refusal.done", at("refusal", &json!(text)), out);
                } else {
                    let mut done = at("text", &json!(text));
                    if let Some(fields) = done.as_object_mut() {
                        fields.insert("logprobs".to_owned(), json!([]));
                    }
                    self.emit("response.output_text.done", done, out);
                }
                self.emit("response.content_part.done", at("part", &content_part(refusal, &text)), out);
                self.item_done(message_item(&id, refusal, &text), out);
            }
        }
    }

    fn item_done(&mut self, item: Value, out: &mut Frames) {
        let index = self.output.len();
        self.emit("response.output_item.done", json!({"output_index": index, "item": item}), out);
        self.output.push(item);
    }

    fn message_delta(&mut self, want_refusal: bool, delta: &str, out: &mut Frames) {
        if !matches!(&self.open, Open::Message { refusal, .. } if *refusal == want_refusal) {
            self.finish_item(out);
            let (id, index) = (self.item_id("msg"), self.output.len());
            let item = json!({"id": id, "type": "message", "status": "in_progress", "role": "assistant", "content": []});
            self.emit("response.output_item.added", json!({"output_index": index, "item": item}), out);
            self.emit(
                "response.content_part.added",
                json!({"item_id": id, "output_index": index, "content_index": 0,
                    "part": content_part(want_refusal, "")}),
                out,
            );
            self.open = Open::Message { refusal: want_refusal, text: String::new() };
        }
        let (id, index) = (self.item_id("msg"), self.output.len());
        let mut event = json!({"item_id": id, "output_index": index, "content_index": 0, "delta": delta});
        if let (false, Some(fields)) = (want_refusal, event.as_object_mut()) {
            fields.insert("logprobs".to_owned(), json!([]));
        }
        let kind = if want_refusal { "response.refusal.delta" } else { "response.output_text.delta" };
        self.emit(kind, event, out);
        if let Open::Message { text, .. } = &mut self.open {
            text.push_str(delta);
        }
    }
}

fn content_part(refusal: bool, text: &str) -> Value {
    if refusal {
        json!({"type": "refusal", "refusal": text})
    } else {
        json!({"type": "output_text", "text": text, "annotations": [], "logprobs": []})
    }
}

fn reasoning_item(id: &str, text: &str) -> Value {
    json!({"id": id, "type": "reasoning", "summary": [{"type": "summary_text", "text": text}],
        "encrypted_content": "ZmFrZS1yZWFzb25pbmc="})
}

fn message_item(id: &str, refusal: bool, text: &str) -> Value {
    json!({"id": id, "type": "message", "status": "completed", "role": "assistant",
        "content": [content_part(refusal, text)]})
}

fn call_item(id: &str, call: &ToolCall, arguments: &str, status: &str) -> Value {
    json!({"id": id, "type": "function_call", "status": status, "call_id": call.id, "name": call.name,
        "arguments": arguments})
}

fn usage_json(usage: Usage) -> Value {
    json!({
        "input_tokens": usage.input, "output_tokens": usage.output, "total_tokens": usage.input + usage.output,
        "input_tokens_details": {"cached_tokens": usage.cached, "cache_write_tokens": 0},
        "output_tokens_details": {"reasoning_tokens": usage.reasoning},
    })
}

/// A refusal is a complete answer here; only a filter that cut the text short makes it incomplete.
fn status(finish: Finish, output: &[Value]) -> &'static str {
    let refused = output.iter().any(|i| i.pointer("/content/0/type").is_some_and(|t| t == "refusal"));
    match finish {
        Finish::Length => "incomplete",
        Finish::ContentFilter if !refused => "incomplete",
        _ => "completed",
    }
}

impl Wire for Responses {
    fn open(&mut self, out: &mut Frames) {
        let response = self.response("in_progress", None, None, &Value::Null);
        self.emit("response.created", json!({"response": response}), out);
        self.emit("response.in_progress", json!({"response": response}), out);
    }

    fn text(&mut self, delta: &str, out: &mut Frames) {
        self.message_delta(false, delta, out);
    }

    fn refusal(&mut self, delta: &str, out: &mut Frames) {
        self.message_delta(true, delta, out);
    }

    fn reasoning(&mut self, delta: &str, out: &mut Frames) {
        if !matches!(self.open, Open::Reasoning(_)) {
            self.finish_item(out);
            let (id, index) = (self.item_id("rs"), self.output.len());
            let item = json!({"id": id, "type": "reasoning", "summary": []});
            self.emit("response.output_item.added", json!({"output_index": index, "item": item}), out);
            self.emit(
                "response.reasoning_summary_part.added",
                json!({"item_id": id, "output_index": index, "summary_index": 0,
                    "part": {"type": "summary_text", "text": ""}}),
                out,
            );
            self.open = Open::Reasoning(String::new());
        }
        let (id, index) = (self.item_id("rs"), self.output.len());
        self.emit(
            "response.reasoning_summary_text.delta",
            json!({"item_id": id, "output_index": index, "summary_index": 0, "delta": delta}),
            out,
        );
        if let Open::Reasoning(text) = &mut self.open {
            text.push_str(delta);
        }
    }

    fn call(&mut self, call: &ToolCall, out: &mut Frames) {
        self.finish_item(out);
        let (id, index) = (self.item_id("fc"), self.output.len());
        let item = call_item(&id, call, "", "in_progress");
        self.emit("response.output_item.added", json!({"output_index": index, "item": item}), out);
        for (n, fragment) in call.argument_fragments().iter().enumerate() {
            if n > 0 {
                out.turn();
            }
            self.emit(
                "response.function_call_arguments.delta",
                json!({"item_id": id, "output_index": index, "delta": fragment}),
                out,
            );
        }
        let arguments = call.argument_text();
        self.emit(
            "response.function_call_arguments.done",
            json!({"item_id": id, "output_index": index, "name": call.name, "arguments": arguments}),
            out,
        );
        self.item_done(call_item(&id, call, &arguments, "completed"), out);
    }

    fn error(&mut self, failure: &Failure, out: &mut Frames) {
        let body = error::body(ErrorStyle::OpenAi, failure, "");
        let message = body.pointer("/error/message").cloned().unwrap_or_default();
        let code = failure.code.clone().unwrap_or_else(|| {
            let code = if failure.status == 429 { "rate_limit_exceeded" } else { "server_error" };
            code.to_owned()
        });
        self.emit("error", json!({"code": code, "message": message, "param": null}), out);
        let failed = self.response("failed", None, None, &json!({"code": code, "message": message}));
        self.emit("response.failed", json!({"response": failed}), out);
    }

    fn close(&mut self, finish: Finish, usage: Usage, out: &mut Frames) {
        self.finish_item(out);
        let status = status(finish, &self.output);
        let response = self.response(status, Some(finish), Some(usage), &Value::Null);
        self.emit(&format!("response.{status}"), json!({"response": response}), out);
    }

    fn whole(&self, whole: &Whole) -> Value {
        let mut me = Self {
            id: self.id.clone(),
            number: self.number.clone(),
            model: self.model.clone(),
            sequence: 0,
            open: Open::Nothing,
            output: Vec::new(),
        };
        if !whole.reasoning.is_empty() {
            me.output.push(reasoning_item(&me.item_id("rs"), &whole.reasoning));
        }
        for (refusal, text) in [(false, &whole.text), (true, &whole.refusal)] {
            if !text.is_empty() {
                me.output.push(message_item(&me.item_id("msg"), refusal, text));
            }
        }
        for call in &whole.calls {
            me.output.push(call_item(&me.item_id("fc"), call, &call.argument_text(), "completed"));
        }
        me.response(status(whole.finish, &me.output), Some(whole.finish), Some(whole.usage), &Value::Null)
    }
}
