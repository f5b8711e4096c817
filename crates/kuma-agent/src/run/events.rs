//! What readers are told about calls.

use kuma_types::step::{AskedStep, ResultStep, StepCall};
use kuma_types::{RunEvent, ToolCallRecord};

use super::shared::{Shared, is_delegate};
use super::{delegate, guard};

pub(super) fn tool_call(shared: &Shared<'_>, call: &StepCall, parent: Option<&str>) -> RunEvent {
    let description = if is_delegate(&call.tool) {
        Some(delegate::describe(&call.arguments))
    } else {
        shared.tool(&call.tool).map(|tool| guard::describe(&**tool, &call.arguments))
    };
    RunEvent::ToolCall {
        call_id: call.call_id.clone(),
        tool: call.tool.clone(),
        arguments: call.arguments.clone(),
        effect: shared.effect(&call.tool),
        description,
        parent_call_id: parent.map(str::to_owned),
    }
}

pub(super) fn approval_required(asked: &AskedStep, parent: Option<&str>) -> RunEvent {
    RunEvent::ApprovalRequired {
        call_id: asked.call_id.clone(),
        tool: asked.tool.clone(),
        arguments: asked.arguments.clone(),
        reason: asked.reason.clone(),
        preview: asked.preview.clone(),
        taint: asked.taint.clone(),
        parent_call_id: parent.map(str::to_owned),
    }
}

pub(super) fn tool_result(result: &ResultStep, parent: Option<&str>) -> RunEvent {
    RunEvent::ToolResult {
        call_id: result.call_id.clone(),
        tool: result.tool.clone(),
        ok: result.ok(),
        summary: result.summary.clone(),
        result: result.result.clone(),
        error: result.error.clone(),
        duration_ms: result.duration_ms,
        arguments: result.edited.then(|| result.arguments.clone()),
        parent_call_id: parent.map(str::to_owned),
    }
}

pub(super) fn stopped(record: &ToolCallRecord) -> RunEvent {
    RunEvent::ToolResult {
        call_id: record.call_id.clone(),
        tool: record.tool.clone(),
        ok: false,
        summary: record.summary.clone(),
        result: None,
        error: record.error.clone(),
        duration_ms: record.duration_ms,
        arguments: None,
        parent_call_id: record.parent_call_id.clone(),
    }
}
