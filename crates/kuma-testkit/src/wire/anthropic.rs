//! Anthropic Messages: named events, content blocks that open and close, cumulative usage, no `[DONE]`.

use super::{Frames, Whole, Wire, error};
use crate::prompt::Prompt;
use crate::reply::{Failure, Finish, ToolCall, Usage};
use crate::route::ErrorStyle;
use serde_json::{Value, json};

/// A signature that stands for the vendor's; clients must send it back unchanged.
const SIGNATURE: &str = "ZmFrZS1zaWduYXR1cmU=";

#[derive(Clone, Copy, PartialEq, Eq)]
enum Block {
    None,
    Text,
    Thinking,
}

pub(crate) struct Messages {
    id: String,
    number: String,
    model: String,
    input_tokens: u64,
    block: Block,
    index: usize,
    refused: String,
    pinged: bool,
}

impl Messages {
    pub(crate) fn new(prompt: &Prompt, number: &str) -> Self {
        Self {
            id: format!("msg_fake_{number}"),
            number: number.to_owned(),
            model: prompt.model.clone(),
            input_tokens: prompt.input_tokens,
            block: Block::None,
            index: 0,
            refused: String::new(),
            pinged: false,
        }
    }

    fn start(&mut self, block: &Value, out: &mut Frames) {
        out.event(
            "content_block_start",
            &json!({"type": "content_block_start", "index": self.index, "content_block": block}),
        );
        if !self.pinged {
            self.pinged = true;
            out.event("ping", &json!({"type": "ping"}));
        }
    }

    fn delta(&self, delta: &Value, out: &mut Frames) {
        out.event(
            "content_block_delta",
            &json!({"type": "content_block_delta", "index": self.index, "delta": delta}),
        );
    }

    fn stop(&mut self, out: &mut Frames) {
        if self.block == Block::Thinking {
            self.delta(&json!({"type": "signature_delta", "signature": SIGNATURE}), out);
        }
        self.block = Block::None;
        out.event("content_block_stop", &json!({"type": "content_block_stop", "index": self.index}));
        self.index += 1;
    }

    fn switch(&mut self, to: Block, out: &mut Frames) {
        if self.block == to {
            return;
        }
        if self.block != Block::None {
            self.stop(out);
        }
        match to {
            Block::None => {}
            Block::Text => self.start(&json!({"type": "text", "text": "", "citations": null}), out),
            Block::Thinking => self.start(&json!({"type": "thinking", "thinking": "", "signature": ""}), out),
        }
        self.block = to;
    }
}

fn stop_reason(finish: Finish) -> &'static str {
    match finish {
        Finish::Stop => "end_turn",
        Finish::Length => "max_tokens",
        Finish::ToolCalls => "tool_use",
        Finish::ContentFilter => "refusal",
    }
}

fn stop_details(finish: Finish, explanation: &str) -> Value {
    if finish == Finish::ContentFilter {
        let explanation = Some(explanation).filter(|e| !e.is_empty());
        json!({"type": "refusal", "category": null, "explanation": explanation})
    } else {
        Value::Null
    }
}

fn usage_json(usage: Usage) -> Value {
    json!({
        "input_tokens": usage.input.saturating_sub(usage.cached), "output_tokens": usage.output,
        "cache_creation_input_tokens": 0, "cache_read_input_tokens": usage.cached,
        "output_tokens_details": {"thinking_tokens": usage.reasoning}, "service_tier": "standard",
    })
}

impl Wire for Messages {
    fn open(&mut self, out: &mut Frames) {
        let usage = usage_json(Usage { input: self.input_tokens, output: 1, ..Usage::default() });
        out.event(
            "message_start",
            &json!({"type": "message_start", "message": {
                "id": self.id, "type": "message", "role": "assistant", "model": self.model, "content": [],
                "stop_reason": null, "stop_sequence": null, "usage": usage}}),
        );
    }

    fn text(&mut self, delta: &str, out: &mut Frames) {
        self.switch(Block::Text, out);
        self.delta(&json!({"type": "text_delta", "text": delta}), out);
    }

    fn reasoning(&mut self, delta: &str, out: &mut Frames) {
        self.switch(Block::Thinking, out);
        self.delta(&json!({"type": "thinking_delta", "thinking": delta}), out);
    }

    /// The explanation of a refusal comes with the stop reason, not as content.
    fn refusal(&mut self, delta: &str, _out: &mut Frames) {
        self.refused.push_str(delta);
    }

    fn call(&mut self, call: &ToolCall, out: &mut Frames) {
        self.switch(Block::None, out);
        self.start(&json!({"type": "tool_use", "id": call.id, "name": call.name, "input": {}}), out);
        self.delta(&json!({"type": "input_json_delta", "partial_json": ""}), out);
        for (n, fragment) in call.argument_fragments().iter().enumerate() {
            if n > 0 {
                out.turn();
            }
            self.delta(&json!({"type": "input_json_delta", "partial_json": fragment}), out);
        }
        self.stop(out);
    }

    fn error(&mut self, failure: &Failure, out: &mut Frames) {
        let request_id = format!("req_fake_{}", self.number);
        out.event("error", &error::body(ErrorStyle::Anthropic, failure, &request_id));
    }

    fn close(&mut self, finish: Finish, usage: Usage, out: &mut Frames) {
        self.switch(Block::None, out);
        out.event(
            "message_delta",
            &json!({"type": "message_delta",
                "delta": {"stop_reason": stop_reason(finish), "stop_sequence": null,
                    "stop_details": stop_details(finish, &self.refused)},
                "usage": usage_json(usage)}),
        );
        out.event("message_stop", &json!({"type": "message_stop"}));
    }

    fn whole(&self, whole: &Whole) -> Value {
        let mut content = Vec::new();
        if !whole.reasoning.is_empty() {
            content.push(json!({"type": "thinking", "thinking": whole.reasoning, "signature": SIGNATURE}));
        }
        if !whole.text.is_empty() {
            content.push(json!({"type": "text", "text": whole.text, "citations": null}));
        }
        for call in &whole.calls {
            content
                .push(json!({"type": "tool_use", "id": call.id, "name": call.name, "input": call.arguments}));
        }
        json!({
            "id": self.id, "type": "message", "role": "assistant", "model": self.model, "content": content,
            "stop_reason": stop_reason(whole.finish), "stop_sequence": null,
            "stop_details": stop_details(whole.finish, &whole.refusal), "usage": usage_json(whole.usage),
        })
    }
}
