//! Errors in each vendor's own words and shape.

use crate::reply::Failure;
use crate::route::ErrorStyle;
use serde_json::{Value, json};

/// The vendor's JSON body for `failure`. `request_id` is named by those vendors that repeat it there.
pub(crate) fn body(style: ErrorStyle, failure: &Failure, request_id: &str) -> Value {
    match style {
        ErrorStyle::OpenAi => openai(failure),
        ErrorStyle::Anthropic => anthropic(failure, request_id),
        ErrorStyle::Gemini => gemini(failure),
        ErrorStyle::Ollama => json!({"error": message(failure, ollama_message(failure.status))}),
    }
}

fn message(failure: &Failure, usual: &str) -> String {
    failure.message.clone().unwrap_or_else(|| usual.to_owned())
}

fn openai(failure: &Failure) -> Value {
    let (kind, code, usual) = match failure.status {
        401 => ("invalid_request_error", Some("invalid_api_key"), "Incorrect API key provided."),
        403 => (
            "invalid_request_error",
            Some("unsupported_country_region_territory"),
            "Country, region, or territory not supported",
        ),
        404 => (
            "invalid_request_error",
            Some("model_not_found"),
            "The model does not exist or you do not have access to it.",
        ),
        429 => (
            "requests",
            Some("rate_limit_exceeded"),
            "Rate limit reached for requests. Please try again later.",
        ),
        503 => ("server_error", None, "The engine is currently overloaded, please try again later"),
        400..=499 => ("invalid_request_error", None, "The request is invalid."),
        _ => (
            "server_error",
            None,
            "The server had an error while processing your request. Sorry about that! You can retry your request.",
        ),
    };
    let code = failure.code.as_deref().or(code);
    let kind = if code == Some("insufficient_quota") { "insufficient_quota" } else { kind };
    json!({"error": {"message": message(failure, usual), "type": kind, "param": failure.param, "code": code}})
}

fn anthropic(failure: &Failure, request_id: &str) -> Value {
    let (kind, usual) = match failure.status {
        401 => ("authentication_error", "invalid bearer token"),
        402 => ("billing_error", "Your credit balance is too low to access the Anthropic API."),
        403 => ("permission_error", "Your API key does not have permission to use the specified resource."),
        404 => ("not_found_error", "The requested resource could not be found."),
        409 => ("conflict_error", "The request conflicts with the current state of the resource."),
        413 => ("request_too_large", "Request exceeds the maximum allowed number of bytes."),
        429 => ("rate_limit_error", "Number of requests has exceeded your rate limit."),
        400..=499 => ("invalid_request_error", "The request is invalid."),
        504 => ("timeout_error", "The request timed out."),
        503 | 529 => ("overloaded_error", "Overloaded"),
        _ => ("api_error", "Internal server error"),
    };
    let mut error = json!({"type": kind, "message": message(failure, usual)});
    if let (Some(code), Some(fields)) = (&failure.code, error.as_object_mut()) {
        fields.insert("details".to_owned(), json!({"error_code": code}));
    }
    json!({"type": "error", "error": error, "request_id": request_id})
}

fn gemini(failure: &Failure) -> Value {
    let (status, usual) = match failure.status {
        401 => ("UNAUTHENTICATED", "Request had invalid authentication credentials."),
        403 => (
            "PERMISSION_DENIED",
            "Method doesn't allow unregistered callers (callers without established identity).",
        ),
        404 => ("NOT_FOUND", "The requested resource was not found."),
        429 => (
            "RESOURCE_EXHAUSTED",
            "You exceeded your current quota, please check your plan and billing details.",
        ),
        400..=499 => ("INVALID_ARGUMENT", "Request contains an invalid argument."),
        503 => ("UNAVAILABLE", "The model is overloaded. Please try again later."),
        504 => ("DEADLINE_EXCEEDED", "Deadline expired before operation could complete."),
        _ => ("INTERNAL", "An internal error has occurred."),
    };
    let mut details = Vec::new();
    if let Some(reason) = &failure.code {
        details.push(json!({"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": reason,
            "domain": "googleapis.com", "metadata": {"service": "generativelanguage.googleapis.com"}}));
    }
    if let Some(seconds) = failure.retry_after {
        details.push(
            json!({"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": format!("{seconds}s")}),
        );
    }
    let mut error = json!({"code": failure.status, "message": message(failure, usual), "status": status});
    if let (false, Some(fields)) = (details.is_empty(), error.as_object_mut()) {
        fields.insert("details".to_owned(), Value::Array(details));
    }
    json!({"error": error})
}

fn ollama_message(status: u16) -> &'static str {
    match status {
        401 => "unauthorized",
        404 => "model not found",
        429 => "too many requests",
        400..=499 => "invalid request",
        502 => "bad gateway",
        503 => "server busy, please try again.  maximum pending requests exceeded",
        _ => "an error was encountered while running the model",
    }
}
