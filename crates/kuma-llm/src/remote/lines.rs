//! Answers that come line by line: the part that Ollama's and Gemini's streams share.

use std::collections::VecDeque;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use futures::stream::BoxStream;
use futures::{Stream, StreamExt};
use serde_json::Value;

use super::connection::Connection;
use super::watch::Watch;
use crate::map_error::ErrorMapper;
use crate::{ChatEvent, ModelError, ModelErrorKind};

/// A line longer than this is no answer.
const LONGEST_LINE: usize = 8 * 1024 * 1024;

/// Knows what the lines of a vendor mean.
pub(super) trait LineReader: Send + Unpin {
    /// Reads a line, without its end and never blank. True when the answer is over.
    fn line(
        &mut self,
        line: &[u8],
        errors: &ErrorMapper,
        events: &mut VecDeque<ChatEvent>,
    ) -> Result<bool, ModelError>;

    /// The body ended before the answer was over: why.
    fn cut_off(&mut self, errors: &ErrorMapper) -> ModelError {
        errors.new_error(ModelErrorKind::ConnectionLost, "the answer ended before it was complete")
    }
}

/// The events of one answer. Dropping it closes the connection, which stops the model.
pub(super) struct Lines<R> {
    /// None when it is over.
    bytes: Option<BoxStream<'static, reqwest::Result<Bytes>>>,
    buffer: Vec<u8>,
    pending: VecDeque<ChatEvent>,
    failure: Option<ModelError>,
    watch: Watch,
    errors: Arc<ErrorMapper>,
    reader: R,
}

/// Makes the call and waits until the provider has taken it.
pub(super) async fn open<R: LineReader>(
    connection: &Connection,
    path: &str,
    body: &Value,
    reader: R,
) -> Result<Lines<R>, ModelError> {
    let errors = &connection.errors;
    let mut call = Box::pin(async {
        let response = connection.post_stream(path, body).send().await;
        let response = response.map_err(|error| errors.transport(&error))?;
        if response.status().is_success() {
            return Ok(response);
        }
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let text = response.text().await.map_err(|error| errors.transport(&error))?;
        Err(errors.response(status, &headers, &text))
    });
    let mut watch = Watch::new(connection.deadlines);
    let response = std::future::poll_fn(|cx| match call.as_mut().poll(cx) {
        Poll::Ready(answer) => Poll::Ready(answer),
        Poll::Pending => watch.poll(cx, errors, || false).map(Err),
    })
    .await?;
    Ok(Lines {
        bytes: Some(response.bytes_stream().boxed()),
        buffer: Vec::new(),
        pending: VecDeque::new(),
        failure: None,
        watch,
        errors: Arc::clone(errors),
        reader,
    })
}

impl<R: LineReader> Lines<R> {
    /// Reads all whole lines out of the buffer.
    fn read_lines(&mut self) -> Result<(), ModelError> {
        let Some(end) = self.buffer.iter().rposition(|byte| *byte == b'\n') else {
            if self.buffer.len() > LONGEST_LINE {
                return Err(self
                    .errors
                    .new_error(ModelErrorKind::BadResponse, "the answer has no end of line"));
            }
            return Ok(());
        };
        let rest = self.buffer.split_off(end + 1);
        let whole = std::mem::replace(&mut self.buffer, rest);
        self.read_each(&whole)
    }

    fn read_each(&mut self, lines: &[u8]) -> Result<(), ModelError> {
        for line in
            lines.split(|byte| *byte == b'\n').map(<[u8]>::trim_ascii_end).filter(|line| !line.is_empty())
        {
            if self.reader.line(line, &self.errors, &mut self.pending)? {
                self.bytes = None;
                return Ok(());
            }
        }
        Ok(())
    }

    /// The last line may come without its end.
    fn read_rest(&mut self) -> Result<(), ModelError> {
        let last = std::mem::take(&mut self.buffer);
        self.read_each(&last)?;
        if self.bytes.is_some() { Err(self.reader.cut_off(&self.errors)) } else { Ok(()) }
    }
}

impl<R: LineReader> Stream for Lines<R> {
    type Item = Result<ChatEvent, ModelError>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = &mut *self;
        loop {
            if let Some(event) = this.pending.pop_front() {
                return Poll::Ready(Some(Ok(event)));
            }
            let Some(bytes) = &mut this.bytes else { return Poll::Ready(this.failure.take().map(Err)) };
            let read = match bytes.poll_next_unpin(cx) {
                Poll::Pending => Err(ready!(this.watch.poll(cx, &this.errors, || false))),
                Poll::Ready(Some(Ok(piece))) => {
                    this.watch.alive();
                    this.buffer.extend_from_slice(&piece);
                    this.read_lines()
                }
                Poll::Ready(Some(Err(error))) => Err(this.errors.transport(&error)),
                Poll::Ready(None) => this.read_rest(),
            };
            if let Err(error) = read {
                // It comes after what was read before it.
                this.bytes = None;
                this.failure = Some(error);
            }
        }
    }
}
