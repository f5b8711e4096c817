//! What child and server say to each other: frames of a tag, a length and a payload.

use std::io::{self, Write};

use serde::Serialize;
use serde::de::DeserializeOwned;
use tokio::io::{AsyncRead, AsyncReadExt};

use crate::child::{Probe, Walls};
use crate::error::ParseError;
use crate::model::Page;
use crate::output::Picture;
use crate::parse::Summary;

/// One message of a child.
#[derive(Debug)]
pub(crate) enum Message {
    Started(Walls),
    Progress { done: u32, total: Option<u32> },
    Page(Page),
    Picture(Picture),
    Done(Summary),
    Failed(ParseError),
    Probed(Probe),
}

/// The tags of all messages.
const TAGS: &[u8] = b"SPTIDFW";
/// Bytes of a picture's payload before its pixels: width and height.
const PICTURE_HEAD: usize = 8;

/// Writes a message and makes sure that it is on its way.
pub(crate) fn write(to: &mut impl Write, message: &Message) -> io::Result<()> {
    let (tag, payload) = match message {
        Message::Started(walls) => (b'S', to_json(walls)?),
        Message::Progress { done, total } => (b'P', to_json(&(done, total))?),
        Message::Page(page) => (b'T', to_json(page)?),
        Message::Picture(picture) => {
            let mut payload = Vec::with_capacity(PICTURE_HEAD + picture.grey.len());
            payload.extend(picture.width.to_le_bytes());
            payload.extend(picture.height.to_le_bytes());
            payload.extend(&picture.grey);
            (b'I', payload)
        }
        Message::Done(summary) => (b'D', to_json(summary)?),
        Message::Failed(error) => (b'F', to_json(error)?),
        Message::Probed(probe) => (b'W', to_json(probe)?),
    };
    let length = u32::try_from(payload.len()).map_err(|_| io::Error::other("a message of more than 4 GB"))?;
    to.write_all(&[tag])?;
    to.write_all(&length.to_le_bytes())?;
    to.write_all(&payload)?;
    to.flush()
}

fn to_json(value: &impl Serialize) -> io::Result<Vec<u8>> {
    serde_json::to_vec(value).map_err(io::Error::other)
}

/// Why no message could be read.
#[derive(Debug)]
pub(crate) enum ReadError {
    /// The child closed its end, or broke off.
    Ended,
    /// More than may be sent in all.
    TooMuch,
    /// Not a message: the child is not what it was.
    Nonsense(String),
}

/// Reads messages and counts their bytes.
pub(crate) struct Reader<R> {
    from: R,
    left: u64,
}

impl<R: AsyncRead + Unpin> Reader<R> {
    pub(crate) fn new(from: R, limit: u64) -> Self {
        Self { from, left: limit }
    }

    pub(crate) async fn read(&mut self) -> Result<Message, ReadError> {
        let mut head = [0u8; 5];
        self.from.read_exact(&mut head).await.map_err(|_| ReadError::Ended)?;
        let [tag, length @ ..] = head;
        if !TAGS.contains(&tag) {
            return Err(ReadError::Nonsense("the reader sent an unknown message".to_owned()));
        }
        let length = u64::from(u32::from_le_bytes(length));
        self.left = self.left.checked_sub(length).ok_or(ReadError::TooMuch)?;
        // The buffer grows with what arrives, not with what was announced.
        let mut payload = Vec::new();
        let got =
            (&mut self.from).take(length).read_to_end(&mut payload).await.map_err(|_| ReadError::Ended)?;
        if got as u64 != length {
            return Err(ReadError::Ended);
        }
        match tag {
            b'S' => json(&payload).map(Message::Started),
            b'P' => json(&payload).map(|(done, total)| Message::Progress { done, total }),
            b'T' => json(&payload).map(Message::Page),
            b'I' => picture(payload).map(Message::Picture),
            b'D' => json(&payload).map(Message::Done),
            b'F' => json(&payload).map(Message::Failed),
            b'W' => json(&payload).map(Message::Probed),
            _ => Err(ReadError::Nonsense("the reader sent an unknown message".to_owned())),
        }
    }
}

fn json<T: DeserializeOwned>(payload: &[u8]) -> Result<T, ReadError> {
    serde_json::from_slice(payload).map_err(|error| ReadError::Nonsense(error.to_string()))
}

fn picture(mut payload: Vec<u8>) -> Result<Picture, ReadError> {
    let side = |range: std::ops::Range<usize>| {
        let bytes = payload.get(range).and_then(|bytes| bytes.try_into().ok());
        bytes.map(u32::from_le_bytes)
    };
    let (Some(width), Some(height)) = (side(0..4), side(4..8)) else {
        return Err(ReadError::Nonsense("a picture without a size".to_owned()));
    };
    payload.drain(..PICTURE_HEAD);
    if u64::from(width) * u64::from(height) != payload.len() as u64 {
        return Err(ReadError::Nonsense("a picture of another size than it says".to_owned()));
    }
    Ok(Picture { width, height, grey: payload })
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn read_all(bytes: &[u8], limit: u64) -> Result<Message, ReadError> {
        Reader::new(bytes, limit).read().await
    }

    #[tokio::test]
    async fn messages_arrive_as_they_were_sent() {
        let mut bytes = Vec::new();
        write(&mut bytes, &Message::Progress { done: 3, total: Some(9) }).unwrap();
        let picture = Picture { width: 2, height: 3, grey: vec![1, 2, 3, 4, 5, 6] };
        write(&mut bytes, &Message::Picture(picture.clone())).unwrap();
        let mut reader = Reader::new(bytes.as_slice(), 1_000);
        assert!(matches!(reader.read().await, Ok(Message::Progress { done: 3, total: Some(9) })));
        assert!(matches!(reader.read().await, Ok(Message::Picture(found)) if found == picture));
        assert!(matches!(reader.read().await, Err(ReadError::Ended)));
    }

    #[tokio::test]
    async fn a_child_that_lies_is_not_believed() {
        assert!(matches!(read_all(b"X\x00\x00\x00\x00", 100).await, Err(ReadError::Nonsense(_))));
        assert!(matches!(read_all(b"T\xff\xff\xff\xff", 100).await, Err(ReadError::TooMuch)));
        assert!(matches!(read_all(b"T\x10\x00\x00\x00{}", 100).await, Err(ReadError::Ended)));
        assert!(matches!(read_all(b"T\x02\x00\x00\x00{}", 100).await, Err(ReadError::Nonsense(_))));
        let claim = b"I\x09\x00\x00\x00\xff\xff\xff\xff\xff\xff\xff\xff\x00";
        assert!(matches!(read_all(claim, 100).await, Err(ReadError::Nonsense(_))));
    }
}
