//! Steps as the model reads them.

use kuma_llm::{ChatMessage, Part, Role, ToolCall};
use kuma_types::step::{ResultStep, StepCall};

use super::thread::Turn;
use crate::fence::Fence;
use crate::tokens;

/// What the model is told when it may call no more tools.
pub(super) const LAST_REPLY: &str =
    "You can use no more tools in this answer. Answer now with what you have, and say what is missing.";
/// What the model is told when it said nothing.
pub(super) const EMPTY_REPLY: &str = "Your last reply was empty. Answer the person now.";

/// One reply and its results, in the provider's own form for tool calls.
pub(super) fn of_turn(turn: &Turn, fence: &Fence, messages: &mut Vec<ChatMessage>) {
    let reply = &turn.reply;
    let mut said = Vec::new();
    if !reply.reasoning.is_empty() {
        said.push(Part::Reasoning(reply.reasoning.clone()));
    }
    let raw = reply.raw.as_ref().unwrap_or(&reply.text);
    if !raw.trim().is_empty() {
        said.push(Part::Text(raw.clone()));
    }
    said.extend(reply.calls.iter().map(|call| Part::ToolCall(model_call(call))));
    messages.push(ChatMessage { role: Role::Assistant, parts: said });
    let results = reply.calls.iter().filter_map(|call| turn.results.get(&call.call_id));
    let parts: Vec<Part> = results
        .map(|result| Part::ToolResult {
            call_id: result.call_id.clone(),
            content: content(result, fence),
            is_error: !result.ok(),
        })
        .collect();
    if !parts.is_empty() {
        messages.push(ChatMessage { role: Role::Tool, parts });
    }
}

/// The same as plain text, for requests without tools: some providers refuse calls and results there.
pub(super) fn of_turn_in_words(turn: &Turn, fence: &Fence, messages: &mut Vec<ChatMessage>) {
    let reply = &turn.reply;
    let mut said = reply.raw.as_ref().unwrap_or(&reply.text).trim().to_owned();
    let mut results = String::new();
    for call in &reply.calls {
        said.extend(["\n[I called ", &call.tool, " with ", &call.arguments.to_string(), "]"]);
        if let Some(result) = turn.results.get(&call.call_id) {
            let of = if result.ok() { "Result" } else { "Error" };
            results.extend(["[", of, " of ", &call.tool, "]\n", &content(result, fence), "\n\n"]);
        }
    }
    if !said.trim().is_empty() {
        messages.push(ChatMessage::text(Role::Assistant, said.trim()));
    }
    if !results.is_empty() {
        messages.push(ChatMessage::text(Role::User, results.trim()));
    }
}

/// Adds a sentence of the loop's own; behind another message of the user it becomes part of that.
pub(super) fn remind(messages: &mut Vec<ChatMessage>, sentence: &str) {
    match messages.last_mut() {
        Some(last) if last.role == Role::User => last.parts.push(Part::Text(format!("\n\n{sentence}"))),
        _ => messages.push(ChatMessage::text(Role::User, sentence)),
    }
}

/// A result with what is from outside in its fence.
fn content(result: &ResultStep, fence: &Fence) -> String {
    let content = if result.content.trim().is_empty() { "(no text)" } else { &result.content };
    match &result.provenance {
        Some(from) => fence.wrap(from, content),
        None => content.to_owned(),
    }
}

fn model_call(call: &StepCall) -> ToolCall {
    ToolCall {
        call_id: call.call_id.clone(),
        name: call.tool.clone(),
        arguments: call.arguments.clone(),
        signatures: call.signatures.clone(),
    }
}

/// An upper estimate of a conversation's tokens.
pub(super) fn cost(messages: &[ChatMessage]) -> usize {
    messages
        .iter()
        .map(|message| tokens::PER_MESSAGE + message.parts.iter().map(tokens::estimate_part).sum::<usize>())
        .sum()
}
