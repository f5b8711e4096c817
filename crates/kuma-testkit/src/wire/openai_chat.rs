//! OpenAI Chat Completions: `data:` lines, usage in an extra chunk when asked for, `[DONE]` at the end.

use super::{CREATED, Frames, Whole, Wire, error};
use crate::prompt::Prompt;
use crate::reply::{Failure, Finish, ToolCall, Usage};
use crate::route::ErrorStyle;
use serde_json::{Value, json};

pub(crate) struct Chat {
    id: String,
    model: String,
    include_usage: bool,
    calls: usize,
}

impl Chat {
    pub(crate) fn new(prompt: &Prompt, number: &str) -> Self {
        Self {
            id: format!("chatcmpl-fake-{number}"),
            model: prompt.model.clone(),
            include_usage: prompt.include_usage,
            calls: 0,
        }
    }

    fn chunk(&self, choices: Value) -> Value {
        let mut chunk = json!({
            "id": self.id, "object": "chat.completion.chunk", "created": CREATED, "model": self.model,
            "service_tier": "default", "choices": choices,
        });
        if self.include_usage
            && let Some(fields) = chunk.as_object_mut()
        {
            fields.insert("usage".to_owned(), Value::Null);
        }
        chunk
    }

    fn delta(&self, delta: &Value, finish: Option<&str>) -> Value {
        self.chunk(json!([{"index": 0, "delta": delta, "logprobs": null, "finish_reason": finish}]))
    }
}

fn finish_reason(finish: Finish) -> &'static str {
    match finish {
        Finish::Stop => "stop",
        Finish::Length => "length",
        Finish::ToolCalls => "tool_calls",
        Finish::ContentFilter => "content_filter",
    }
}

pub(crate) fn usage_json(usage: Usage) -> Value {
    json!({
        "prompt_tokens": usage.input,
        "completion_tokens": usage.output,
        "total_tokens": usage.input + usage.output,
        "prompt_tokens_details": {"cached_tokens": usage.cached, "audio_tokens": 0},
        "completion_tokens_details": {
            "reasoning_tokens": usage.reasoning, "audio_tokens": 0,
            "accepted_prediction_tokens": 0, "rejected_prediction_tokens": 0,
        },
    })
}

impl Wire for Chat {
    fn open(&mut self, out: &mut Frames) {
        out.data(&self.delta(&json!({"role": "assistant", "content": "", "refusal": null}), None));
    }

    fn text(&mut self, delta: &str, out: &mut Frames) {
        out.data(&self.delta(&json!({"content": delta}), None));
    }

    /// The vendor's own models keep their reasoning; compatible servers stream it under this name.
    fn reasoning(&mut self, delta: &str, out: &mut Frames) {
        out.data(&self.delta(&json!({"reasoning_content": delta}), None));
    }

    fn refusal(&mut self, delta: &str, out: &mut Frames) {
        out.data(&self.delta(&json!({"refusal": delta}), None));
    }

    fn call(&mut self, call: &ToolCall, out: &mut Frames) {
        let index = self.calls;
        self.calls += 1;
        out.data(&self.delta(
            &json!({"tool_calls": [{"index": index, "id": call.id, "type": "function",
                "function": {"name": call.name, "arguments": ""}}]}),
            None,
        ));
        for (n, fragment) in call.argument_fragments().iter().enumerate() {
            if n > 0 {
                out.turn();
            }
            let part = json!({"tool_calls": [{"index": index, "function": {"arguments": fragment}}]});
            out.data(&self.delta(&part, None));
        }
    }

    fn error(&mut self, failure: &Failure, out: &mut Frames) {
        out.data(&error::body(ErrorStyle::OpenAi, failure, ""));
    }

    fn close(&mut self, finish: Finish, usage: Usage, out: &mut Frames) {
        out.data(&self.delta(&json!({}), Some(finish_reason(finish))));
        if self.include_usage {
            let mut last = self.chunk(json!([]));
            if let Some(fields) = last.as_object_mut() {
                fields.insert("usage".to_owned(), usage_json(usage));
            }
            out.data(&last);
        }
        out.raw("data: [DONE]\n\n".to_owned());
    }

    fn whole(&self, whole: &Whole) -> Value {
        let calls: Vec<Value> = whole
            .calls
            .iter()
            .map(|c| {
                json!({"id": c.id, "type": "function",
                    "function": {"name": c.name, "arguments": c.argument_text()}})
            })
            .collect();
        let content = if whole.text.is_empty() && !calls.is_empty() { None } else { Some(&whole.text) };
        let mut message = json!({
            "role": "assistant", "content": content, "annotations": [],
            "refusal": Some(&whole.refusal).filter(|r| !r.is_empty()),
        });
        if let Some(fields) = message.as_object_mut() {
            if !calls.is_empty() {
                fields.insert("tool_calls".to_owned(), Value::Array(calls));
            }
            if !whole.reasoning.is_empty() {
                fields.insert("reasoning_content".to_owned(), Value::from(whole.reasoning.as_str()));
            }
        }
        json!({
            "id": self.id, "object": "chat.completion", "created": CREATED, "model": self.model,
            "service_tier": "default",
            "choices": [{"index": 0, "message": message, "logprobs": null,
                "finish_reason": finish_reason(whole.finish)}],
            "usage": usage_json(whole.usage),
        })
    }
}
