//! Reading a body whose sender is not trusted: never more than so many bytes, never longer than so long.

use std::time::Duration;

use bytes::{Bytes, BytesMut};
use reqwest::Response;
use tokio::time::Instant;

/// What was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LimitedBody {
    /// The bytes, at most as many as were asked for.
    pub bytes: Bytes,
    /// Whether there was more.
    pub truncated: bool,
}

/// A body could not be read.
#[derive(Debug, thiserror::Error)]
pub enum BodyError {
    /// It did not come in time.
    #[error("the answer was not complete after {} s", .0.as_secs())]
    TooSlow(Duration),
    /// The connection broke.
    #[error("the connection broke in the middle of the answer: {0}")]
    Broken(String),
}

/// Reads at most `most` bytes within `time`, and drops the connection instead of reading on. A body that is longer
/// is cut there and says so.
pub async fn read_limited(
    mut response: Response,
    most: usize,
    time: Duration,
) -> Result<LimitedBody, BodyError> {
    let deadline = Instant::now() + time;
    // What the sender announces is a hint for the first allocation and nothing else.
    let announced = response.content_length().unwrap_or(0).min(most as u64).min(1 << 20);
    let mut bytes = BytesMut::with_capacity(announced as usize);
    loop {
        let chunk = tokio::time::timeout_at(deadline, response.chunk())
            .await
            .map_err(|_| BodyError::TooSlow(time))?
            .map_err(|error| BodyError::Broken(crate::root_cause(&error)))?;
        let Some(chunk) = chunk else {
            return Ok(LimitedBody { bytes: bytes.freeze(), truncated: false });
        };
        let room = most - bytes.len();
        if chunk.len() > room {
            bytes.extend_from_slice(&chunk.slice(..room));
            return Ok(LimitedBody { bytes: bytes.freeze(), truncated: true });
        }
        bytes.extend_from_slice(&chunk);
    }
}
