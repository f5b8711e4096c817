//! What a fake service answers, and the body that carries it.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use hyper::body::{Body, Frame};
use serde_json::Value;

use crate::gate::Gate;

/// One answer. Start from a constructor and add to it.
#[derive(Clone, Debug)]
pub struct Answer {
    pub(super) status: u16,
    pub(super) headers: Vec<(String, String)>,
    pub(super) content: Content,
    pub(super) gate: Option<Gate>,
}

#[derive(Clone, Debug)]
pub(super) enum Content {
    /// These bytes.
    Whole(Bytes),
    /// An error with this status, in the service's own words.
    Failure,
    /// Nothing at all: the request hangs.
    Hang,
    /// The head, these bytes, and then nothing more while the connection stays open.
    Stall(Bytes),
    /// These bytes of a longer body, and then the connection is cut.
    Cut(Bytes),
    /// These bytes over and over, without an end.
    Endless(Bytes),
}

impl Answer {
    fn new(status: u16, kind: Option<&str>, content: Content) -> Self {
        let headers = kind.map(|kind| ("content-type".to_owned(), kind.to_owned())).into_iter().collect();
        Self { status, headers, content, gate: None }
    }

    /// JSON with status 200.
    pub fn json(body: &Value) -> Self {
        Self::bytes("application/json", body.to_string())
    }

    /// A page in UTF-8 with status 200.
    pub fn html(body: impl Into<String>) -> Self {
        Self::bytes("text/html; charset=utf-8", body.into())
    }

    /// A body of any content type with status 200.
    pub fn bytes(kind: &str, body: impl Into<Bytes>) -> Self {
        Self::new(200, Some(kind), Content::Whole(body.into()))
    }

    /// A body without a content type.
    pub fn untyped(body: impl Into<Bytes>) -> Self {
        Self::new(200, None, Content::Whole(body.into()))
    }

    /// A redirect (302) to any text at all.
    pub fn redirect(to: &str) -> Self {
        Self::untyped("").status(302).header("location", to)
    }

    /// An error in the service's own words.
    pub fn failure(status: u16) -> Self {
        Self::new(status, Some("application/json"), Content::Failure)
    }

    /// No answer, ever.
    pub fn hang() -> Self {
        Self::new(200, None, Content::Hang)
    }

    /// The head and the beginning of a body, and then nothing.
    pub fn stall(kind: &str, beginning: impl Into<Bytes>) -> Self {
        Self::new(200, Some(kind), Content::Stall(beginning.into()))
    }

    /// The beginning of a body, and then a broken connection.
    pub fn cut(kind: &str, beginning: impl Into<Bytes>) -> Self {
        Self::new(200, Some(kind), Content::Cut(beginning.into()))
    }

    /// A body without an end.
    pub fn endless(kind: &str, piece: impl Into<Bytes>) -> Self {
        Self::new(200, Some(kind), Content::Endless(piece.into()))
    }

    /// With another status.
    #[must_use]
    pub fn status(mut self, status: u16) -> Self {
        self.status = status;
        self
    }

    /// With one header more.
    #[must_use]
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Held back until the gate lets one delta go.
    #[must_use]
    pub fn gate(mut self, gate: &Gate) -> Self {
        self.gate = Some(gate.clone());
        self
    }
}

/// A body on its way.
pub(super) enum AnswerBody {
    Whole(Option<Bytes>),
    Stall(Option<Bytes>),
    /// The bytes, and whether the socket had a turn to send them.
    Cut(Option<Bytes>, bool),
    Endless(Bytes),
}

impl Body for AnswerBody {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, io::Error>>> {
        match &mut *self {
            Self::Whole(bytes) => Poll::Ready(bytes.take().map(|bytes| Ok(Frame::data(bytes)))),
            Self::Stall(bytes) => match bytes.take() {
                Some(bytes) => Poll::Ready(Some(Ok(Frame::data(bytes)))),
                // Nobody wakes this up: the client has to give up.
                None => Poll::Pending,
            },
            Self::Cut(bytes, sent) => match bytes.take() {
                Some(bytes) => Poll::Ready(Some(Ok(Frame::data(bytes)))),
                None if !*sent => {
                    // hyper writes out what it has when the body has nothing ready.
                    *sent = true;
                    cx.waker().wake_by_ref();
                    Poll::Pending
                }
                None => Poll::Ready(Some(Err(io::Error::other("the script cuts the connection here")))),
            },
            Self::Endless(bytes) => Poll::Ready(Some(Ok(Frame::data(bytes.clone())))),
        }
    }

    fn is_end_stream(&self) -> bool {
        matches!(self, Self::Whole(None))
    }
}
