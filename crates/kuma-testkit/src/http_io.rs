//! Response bodies and small responses.

use crate::mcp::McpBody;
use crate::plan::PlanBody;
use bytes::Bytes;
use http::{HeaderValue, Response, StatusCode, header};
use http_body_util::{Either, Full};
use serde_json::Value;

/// A whole body, one that is played step by step, or events as they are made.
pub(crate) type FakeBody = Either<Full<Bytes>, Either<PlanBody, McpBody>>;

pub(crate) fn json(status: StatusCode, body: &Value) -> Response<FakeBody> {
    whole(status, "application/json", body.to_string())
}

pub(crate) fn text(status: StatusCode, body: &str) -> Response<FakeBody> {
    whole(status, "text/plain; charset=utf-8", body.to_owned())
}

fn whole(status: StatusCode, kind: &'static str, body: String) -> Response<FakeBody> {
    with_kind(status, kind, Either::Left(Full::new(Bytes::from(body))))
}

pub(crate) fn with_kind(status: StatusCode, kind: &'static str, body: FakeBody) -> Response<FakeBody> {
    let mut response = Response::new(body);
    *response.status_mut() = status;
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    response
}

pub(crate) fn set_header(response: &mut Response<FakeBody>, name: &'static str, value: &str) {
    // Values come from numbers and ids of our own; one that is no header value would be a bug of a test's script.
    if let Ok(value) = HeaderValue::from_str(value) {
        response.headers_mut().insert(name, value);
    }
}
