//! Every vendor's errors, in our words.
//!
//! A vendor says what went wrong by an HTTP status, a type, a code and a sentence, each in its own
//! place. Codes are looked at first, then the status; sentences only where a vendor gives nothing
//! better (conversations that are too long, credit that ran out).

use std::error::Error as _;
use std::time::Duration;

use reqwest::header::HeaderMap;
use secrecy::{ExposeSecret, SecretString};
use serde_json::Value;

use crate::redact::clean;
use crate::{ModelError, ModelErrorKind};

/// Turns what one provider says into [`ModelError`]s that carry its name and none of its key.
pub(crate) struct ErrorMapper {
    provider: String,
    key: Option<SecretString>,
}

impl ErrorMapper {
    pub(crate) fn new(provider: String, key: Option<SecretString>) -> Self {
        Self { provider, key }
    }

    /// An error of our own making.
    pub(crate) fn new_error(&self, kind: ModelErrorKind, message: &str) -> ModelError {
        ModelError::new(
            kind,
            &self.provider,
            clean(message, self.key.as_ref().map(ExposeSecret::expose_secret)),
        )
    }

    /// An answer with an error status.
    pub(crate) fn response(&self, status: u16, headers: &HeaderMap, body: &str) -> ModelError {
        let parsed: Option<Value> = serde_json::from_str(body).ok();
        let said = parsed.as_ref().map(Said::read).unwrap_or_default();
        let kind = said.kind(Some(status));
        let message = match said.message {
            Some(message) => message.to_owned(),
            // A page of HTML from a proxy says less than the status does.
            None if parsed.is_some() || body.trim().is_empty() || body.trim_start().starts_with('<') => {
                explained_status(status)
            }
            None => body.to_owned(),
        };
        let mut error = self.new_error(kind, &message);
        error.status = Some(status);
        error.retry_after = retry_after(headers).or_else(|| said.retry_after());
        error
    }

    /// An error in the middle of a stream, whose status was 200.
    pub(crate) fn in_stream(&self, body: &Value) -> ModelError {
        let said = Said::read(body);
        let mut error =
            self.new_error(said.kind(None), said.message.unwrap_or("the answer ended with an error"));
        error.retry_after = said.retry_after();
        error
    }

    /// No answer, or one that broke.
    pub(crate) fn transport(&self, error: &reqwest::Error) -> ModelError {
        let kind = match error {
            error if error.is_connect() || error.is_builder() => ModelErrorKind::Unreachable,
            error if error.is_timeout() => ModelErrorKind::TimedOut,
            error if error.is_decode() && !caused_by_connection(error) => ModelErrorKind::BadResponse,
            _ => ModelErrorKind::ConnectionLost,
        };
        self.new_error(kind, &kuma_net::root_cause(error))
    }
}

/// Whether a body could not be read because the connection broke, not because it makes no sense.
fn caused_by_connection(error: &reqwest::Error) -> bool {
    let mut cause = error.source();
    while let Some(inner) = cause {
        if inner.is::<std::io::Error>() || inner.to_string().contains("connection") {
            return true;
        }
        cause = inner.source();
    }
    false
}

fn explained_status(status: u16) -> String {
    let reason =
        reqwest::StatusCode::from_u16(status).ok().and_then(|s| s.canonical_reason()).unwrap_or("error");
    match status {
        404 => "nothing was found at this address (404): check the base URL and the model's name".to_owned(),
        _ => format!("the server answered {status} {reason}"),
    }
}

/// What an error body says, wherever the vendor puts it.
#[derive(Default)]
struct Said<'a> {
    message: Option<&'a str>,
    /// Types, codes and reasons, in the vendor's spelling.
    words: Vec<&'a str>,
    /// Gemini's details.
    details: &'a [Value],
}

impl<'a> Said<'a> {
    /// Known forms: `{error:{message,type,code,param,details}}` (OpenAI, Anthropic, Gemini),
    /// `[{error:{…}}]` (Gemini), `{error:"…"}` (Ollama), `{message}`, `{detail}` (others), and the
    /// inner object alone (events of a stream).
    fn read(body: &'a Value) -> Self {
        let body = body.as_array().and_then(|items| items.first()).unwrap_or(body);
        // `response.failed` of the Responses API.
        let body = body.get("response").filter(|response| response.get("error").is_some()).unwrap_or(body);
        let inner = body.get("error").filter(|error| !error.is_null()).unwrap_or(body);
        let text =
            |value: &'a Value, key: &str| value.get(key).and_then(Value::as_str).filter(|t| !t.is_empty());
        let mut said = Self {
            message: inner
                .as_str()
                .or_else(|| text(inner, "message"))
                .or_else(|| text(body, "message"))
                .or_else(|| text(inner, "detail")),
            ..Self::default()
        };
        said.words
            .extend(["type", "code", "status", "reason"].into_iter().filter_map(|key| text(inner, key)));
        match inner.get("details") {
            Some(Value::Object(details)) => {
                said.words.extend(details.get("error_code").and_then(Value::as_str));
            }
            Some(Value::Array(details)) => {
                said.details = details;
                said.words.extend(details.iter().filter_map(|detail| text(detail, "reason")));
            }
            _ => {}
        }
        said
    }

    fn says(&self, known: &[&str]) -> bool {
        self.words.iter().any(|word| known.contains(&word.to_ascii_lowercase().as_str()))
    }

    fn mentions(&self, phrases: &[&str]) -> bool {
        self.message.is_some_and(|message| {
            let message = message.to_ascii_lowercase();
            phrases.iter().any(|phrase| message.contains(phrase))
        })
    }

    fn kind(&self, status: Option<u16>) -> ModelErrorKind {
        use ModelErrorKind::{
            BadRequest, BadResponse, ContentRefused, ContextTooLong, KeyRejected, ModelNotFound,
            ProviderUnavailable, QuotaExhausted, RateLimited, TimedOut,
        };
        if status == Some(402) || self.is_about_money() {
            return QuotaExhausted;
        }
        let server_side = matches!(status, Some(500..));
        if status == Some(413)
            || self.says(&CONTEXT_CODES)
            || (status != Some(429) && self.mentions(&CONTEXT_PHRASES))
        {
            return ContextTooLong;
        }
        if self.says(&["content_policy_violation", "content_filter", "invalid_prompt", "moderation_blocked"])
        {
            return ContentRefused;
        }
        if !server_side && self.says(&["api_key_invalid", "invalid_api_key", "api_key_service_blocked"]) {
            return KeyRejected;
        }
        match status {
            Some(401 | 403) => KeyRejected,
            Some(404) => ModelNotFound,
            Some(408) => TimedOut,
            Some(429) => RateLimited,
            Some(400..=499) if self.says(&["model_not_found"]) => ModelNotFound,
            Some(400..=499) => BadRequest,
            Some(500..) => ProviderUnavailable,
            Some(_) => BadResponse,
            // In a stream the type stands in for the status.
            None if self.says(&[
                "authentication_error",
                "permission_error",
                "unauthenticated",
                "permission_denied",
            ]) =>
            {
                KeyRejected
            }
            None if self.says(&["not_found_error", "model_not_found", "not_found"]) => ModelNotFound,
            None if self.says(&["rate_limit_error", "rate_limit_exceeded", "resource_exhausted"]) => {
                RateLimited
            }
            None if self.says(&["invalid_request_error", "invalid_argument"]) => BadRequest,
            None => ProviderUnavailable,
        }
    }

    fn is_about_money(&self) -> bool {
        const CODES: [&str; 6] = [
            "insufficient_quota",
            "billing_error",
            "billing_hard_limit_reached",
            "billing_not_active",
            "insufficient_balance",
            "insufficient_credits",
        ];
        let of_spending =
            self.words.iter().any(|word| word.contains("spend_limit") || word.contains("credit_balance"));
        // Gemini names the limit that was reached; one per day does not pass while somebody waits.
        let per_day = self.details.iter().flat_map(|detail| {
            detail.get("violations").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default()
        });
        let per_day = per_day
            .filter_map(|violation| violation.get("quotaId").and_then(Value::as_str))
            .any(|quota| quota.contains("PerDay"));
        of_spending
            || per_day
            || self.says(&CODES)
            || self.mentions(&["credit balance is too low", "insufficient balance", "insufficient credits"])
    }

    /// Gemini's `RetryInfo`, such as `"retryDelay": "34.5s"`.
    fn retry_after(&self) -> Option<Duration> {
        let delay =
            self.details.iter().find_map(|detail| detail.get("retryDelay").and_then(Value::as_str))?;
        seconds(delay.strip_suffix('s')?)
    }
}

const CONTEXT_CODES: [&str; 4] = [
    "context_length_exceeded",
    "request_too_large",
    "exceed_context_size_error",
    "model_context_window_exceeded",
];

/// OpenAI, vLLM, Anthropic (two), Gemini, llama.cpp, Ollama.
const CONTEXT_PHRASES: [&str; 7] = [
    "maximum context length",
    "prompt is too long",
    "exceed context limit",
    "exceeds the maximum number of tokens",
    "exceeds the available context size",
    "exceeds maximum context",
    "exceeds the context",
];

/// `Retry-After` in seconds or as a date, and the finer `retry-after-ms` of some vendors.
fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).map(str::trim);
    if let Some(ms) = text("retry-after-ms").and_then(|ms| ms.parse().ok()) {
        return Some(Duration::from_millis(ms));
    }
    let value = text("retry-after")?;
    seconds(value).or_else(|| {
        let date = chrono::DateTime::parse_from_rfc2822(value).ok()?;
        Some((date.to_utc() - chrono::Utc::now()).to_std().unwrap_or_default())
    })
}

fn seconds(text: &str) -> Option<Duration> {
    Duration::try_from_secs_f64(text.parse().ok()?).ok()
}

#[cfg(test)]
mod tests {
    use ModelErrorKind::*;
    use reqwest::header::HeaderValue;
    use serde_json::json;

    use super::*;

    fn mapper() -> ErrorMapper {
        ErrorMapper::new("acme".to_owned(), Some(SecretString::from("the-secret-key")))
    }

    fn mapped(status: u16, body: &Value) -> ModelError {
        mapper().response(status, &HeaderMap::new(), &body.to_string())
    }

    #[test]
    fn openai() {
        let body = |message: &str, kind: &str, code: Value| json!({"error": {"message": message, "type": kind, "param": null, "code": code}});
        for (status, kind, code, wanted) in [
            (401, "invalid_request_error", json!("invalid_api_key"), KeyRejected),
            (403, "invalid_request_error", json!("unsupported_country_region_territory"), KeyRejected),
            (429, "insufficient_quota", json!("insufficient_quota"), QuotaExhausted),
            (429, "requests", json!("rate_limit_exceeded"), RateLimited),
            (404, "invalid_request_error", json!("model_not_found"), ModelNotFound),
            (400, "invalid_request_error", json!("model_not_found"), ModelNotFound),
            (400, "invalid_request_error", json!("context_length_exceeded"), ContextTooLong),
            (400, "invalid_request_error", json!("content_policy_violation"), ContentRefused),
            (400, "invalid_request_error", Value::Null, BadRequest),
            (408, "timeout", Value::Null, TimedOut),
            (500, "server_error", Value::Null, ProviderUnavailable),
            (503, "server_error", Value::Null, ProviderUnavailable),
        ] {
            let error = mapped(status, &body("words", kind, code.clone()));
            assert_eq!(error.kind, wanted, "{status} {kind} {code}");
            assert_eq!(
                (error.status, error.message.as_str(), error.provider.as_str()),
                (Some(status), "words", "acme")
            );
        }
        let error = mapped(
            401,
            &body("Incorrect API key provided: the-secret-key, sk-live-12345678.", "x", Value::Null),
        );
        assert_eq!(error.message, "Incorrect API key provided: [removed], [removed].");
        let error = mapper().in_stream(&body("The server had an error", "server_error", Value::Null));
        assert_eq!((error.kind, error.status), (ProviderUnavailable, None));
        let failed = json!({"type": "response.failed", "response": {"error": {"code": "rate_limit_exceeded", "message": "slow"}}});
        assert_eq!(mapper().in_stream(&failed).kind, RateLimited);
    }

    #[test]
    fn anthropic() {
        let body = |kind: &str, message: &str, code: Option<&str>| {
            let mut error = json!({"type": kind, "message": message});
            if let Some(code) = code {
                error["details"] = json!({"error_code": code});
            }
            json!({"type": "error", "error": error, "request_id": "req_x"})
        };
        for (status, kind, message, code, wanted) in [
            (
                400,
                "invalid_request_error",
                "prompt is too long: 250000 tokens > 200000 maximum",
                None,
                ContextTooLong,
            ),
            (
                400,
                "invalid_request_error",
                "input length and `max_tokens` exceed context limit",
                None,
                ContextTooLong,
            ),
            (400, "invalid_request_error", "limit", Some("workspace_spend_limit_reached"), QuotaExhausted),
            (
                400,
                "invalid_request_error",
                "Your credit balance is too low to access the API",
                None,
                QuotaExhausted,
            ),
            (400, "invalid_request_error", "temperature: Extra inputs are not permitted", None, BadRequest),
            (401, "authentication_error", "invalid x-api-key", None, KeyRejected),
            (402, "billing_error", "pay", None, QuotaExhausted),
            (403, "permission_error", "no", None, KeyRejected),
            (404, "not_found_error", "model: claude-9", None, ModelNotFound),
            (413, "request_too_large", "too large", None, ContextTooLong),
            (429, "rate_limit_error", "slow down", None, RateLimited),
            (429, "rate_limit_error", "spent", Some("enforced_spend_limit_reached"), QuotaExhausted),
            (500, "api_error", "oops", None, ProviderUnavailable),
            (529, "overloaded_error", "Overloaded", None, ProviderUnavailable),
        ] {
            assert_eq!(mapped(status, &body(kind, message, code)).kind, wanted, "{status} {kind} {message}");
        }
        assert_eq!(
            mapper().in_stream(&body("overloaded_error", "Overloaded", None)).kind,
            ProviderUnavailable
        );
        assert_eq!(mapper().in_stream(&body("rate_limit_error", "slow", None)).kind, RateLimited);
    }

    #[test]
    fn gemini_also_wrapped_in_an_array() {
        let body = |code: u16, status: &str, message: &str, details: Value| json!({"error": {"code": code, "message": message, "status": status, "details": details}});
        let quota = |id: &str| {
            json!([
                {"@type": "type.googleapis.com/google.rpc.QuotaFailure", "violations": [{"quotaId": id}]},
                {"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": "34.5s"}
            ])
        };
        let invalid =
            json!([{"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": "API_KEY_INVALID"}]);
        for (code, status, message, details, wanted) in [
            (400, "INVALID_ARGUMENT", "API key not valid.", invalid, KeyRejected),
            (
                400,
                "INVALID_ARGUMENT",
                "The input token count (9) exceeds the maximum number of tokens allowed (8).",
                json!([]),
                ContextTooLong,
            ),
            (400, "INVALID_ARGUMENT", "bad field", json!([]), BadRequest),
            (403, "PERMISSION_DENIED", "no", json!([]), KeyRejected),
            (404, "NOT_FOUND", "models/x is not found", json!([]), ModelNotFound),
            (429, "RESOURCE_EXHAUSTED", "quota", quota("GenerateRequestsPerMinutePerProject"), RateLimited),
            (429, "RESOURCE_EXHAUSTED", "quota", quota("GenerateRequestsPerDayPerProject"), QuotaExhausted),
            (503, "UNAVAILABLE", "overloaded", json!([]), ProviderUnavailable),
        ] {
            let plain = body(code, status, message, details);
            assert_eq!(mapped(code, &plain).kind, wanted, "{code} {message}");
            assert_eq!(mapped(code, &json!([plain])).kind, wanted, "{code} {message} in an array");
        }
        let limited = mapped(429, &json!([body(429, "RESOURCE_EXHAUSTED", "q", quota("PerMinute"))]));
        assert_eq!(limited.retry_after, Some(Duration::from_millis(34_500)));
    }

    #[test]
    fn ollama_and_other_servers() {
        assert_eq!(mapped(404, &json!({"error": "model 'x' not found"})).kind, ModelNotFound);
        assert_eq!(mapped(404, &json!({"error": "model 'x' not found"})).message, "model 'x' not found");
        assert_eq!(
            mapped(500, &json!({"error": "llama runner process has terminated"})).kind,
            ProviderUnavailable
        );
        assert_eq!(
            mapped(400, &json!({"error": "input length exceeds maximum context length"})).kind,
            ContextTooLong
        );
        let vllm = json!({"object": "error", "message": "This model's maximum context length is 4096 tokens.", "code": 400});
        assert_eq!(mapped(400, &vllm).kind, ContextTooLong);
        assert_eq!(mapped(422, &json!({"detail": "no such field"})).message, "no such field");

        let page = mapper().response(502, &HeaderMap::new(), "<html><body>Bad Gateway</body></html>");
        assert_eq!(
            (page.kind, page.message.as_str()),
            (ProviderUnavailable, "the server answered 502 Bad Gateway")
        );
        let nowhere = mapper().response(404, &HeaderMap::new(), "");
        assert!(nowhere.message.contains("check the base URL"), "{}", nowhere.message);
        assert_eq!(mapper().response(503, &HeaderMap::new(), "queue full").message, "queue full");
    }

    #[test]
    fn waits_are_read_from_headers_in_every_form() {
        let with = |name: &'static str, value: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(name, HeaderValue::from_str(value).unwrap());
            mapper().response(429, &headers, "{}").retry_after
        };
        assert_eq!(with("retry-after", "7"), Some(Duration::from_secs(7)));
        assert_eq!(with("retry-after", "0.5"), Some(Duration::from_millis(500)));
        assert_eq!(with("retry-after-ms", "1200"), Some(Duration::from_millis(1200)));
        assert_eq!(with("retry-after", "Wed, 21 Oct 2015 07:28:00 GMT"), Some(Duration::ZERO));
        assert_eq!(with("retry-after", "soon"), None);
        assert_eq!(with("retry-after", "-3"), None);
    }
}
