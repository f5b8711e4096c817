//! Ollama `/api/chat`: one JSON object a line, `done: true` in the last.

use super::{CREATED_TEXT, Frames, Whole, Wire, error};
use crate::prompt::Prompt;
use crate::reply::{Failure, Finish, ToolCall, Usage};
use crate::route::ErrorStyle;
use serde_json::{Value, json};

pub(crate) struct Chat {
    model: String,
    calls: usize,
}

impl Chat {
    pub(crate) fn new(prompt: &Prompt) -> Self {
        Self { model: prompt.model.clone(), calls: 0 }
    }

    fn line(&self, message: &Value, out: &mut Frames) {
        let json =
            json!({"model": self.model, "created_at": CREATED_TEXT, "message": message, "done": false});
        out.raw(format!("{json}\n"));
    }

    fn done(&self, message: &Value, finish: Finish, usage: Usage) -> Value {
        json!({
            "model": self.model, "created_at": CREATED_TEXT, "message": message, "done": true,
            // Tool calls and refusals have no reason of their own.
            "done_reason": if finish == Finish::Length { "length" } else { "stop" },
            "total_duration": 61_000_000, "load_duration": 11_000_000,
            "prompt_eval_count": usage.input, "prompt_eval_duration": 20_000_000,
            "eval_count": usage.output, "eval_duration": 30_000_000,
        })
    }
}

fn call_json(index: usize, call: &ToolCall) -> Value {
    json!({"id": call.id, "function": {"index": index, "name": call.name, "arguments": call.arguments}})
}

impl Wire for Chat {
    fn open(&mut self, _out: &mut Frames) {}

    fn text(&mut self, delta: &str, out: &mut Frames) {
        self.line(&json!({"role": "assistant", "content": delta}), out);
    }

    fn reasoning(&mut self, delta: &str, out: &mut Frames) {
        self.line(&json!({"role": "assistant", "content": "", "thinking": delta}), out);
    }

    fn refusal(&mut self, delta: &str, out: &mut Frames) {
        self.text(delta, out);
    }

    fn call(&mut self, call: &ToolCall, out: &mut Frames) {
        let call = call_json(self.calls, call);
        self.calls += 1;
        self.line(&json!({"role": "assistant", "content": "", "tool_calls": [call]}), out);
    }

    fn error(&mut self, failure: &Failure, out: &mut Frames) {
        out.raw(format!("{}\n", error::body(ErrorStyle::Ollama, failure, "")));
    }

    fn close(&mut self, finish: Finish, usage: Usage, out: &mut Frames) {
        let json = self.done(&json!({"role": "assistant", "content": ""}), finish, usage);
        out.raw(format!("{json}\n"));
    }

    fn whole(&self, whole: &Whole) -> Value {
        let mut message = json!({"role": "assistant", "content": format!("{}{}", whole.text, whole.refusal)});
        if let Some(fields) = message.as_object_mut() {
            if !whole.reasoning.is_empty() {
                fields.insert("thinking".to_owned(), Value::from(whole.reasoning.as_str()));
            }
            if !whole.calls.is_empty() {
                let calls = whole.calls.iter().enumerate().map(|(i, c)| call_json(i, c)).collect();
                fields.insert("tool_calls".to_owned(), Value::Array(calls));
            }
        }
        self.done(&message, whole.finish, whole.usage)
    }
}
