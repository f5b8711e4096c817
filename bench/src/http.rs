//! HTTP/1.1 by hand over one connection: the load generator shares its machine with what it
//! measures, and a full client would cost as much as the server.
//!
//! Knows what the two servers here send: heads of less than 16 KiB, bodies with a length or in
//! chunks, and connections that stay open.

use std::net::SocketAddr;

use anyhow::{Context as _, bail};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

const HEAD_MOST: usize = 16 * 1024;
const READ: usize = 8 * 1024;

/// One connection, used by one request after the other.
pub struct Connection {
    stream: TcpStream,
    host: SocketAddr,
    /// What was read and not yet used.
    buffer: Vec<u8>,
    body: Body,
}

/// What is left of a response's body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Body {
    Done,
    /// So many bytes.
    Length(usize),
    Chunks(Chunk),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Chunk {
    /// In the line with the size: so far, and whether digits are over.
    Size(usize, bool),
    Data(usize),
    /// In the line break after the data.
    After,
    /// In the line breaks after the last chunk: how many characters were seen.
    End(u8),
}

/// A request.
#[derive(Clone, Copy, Debug)]
pub struct Request<'a> {
    /// `GET`, `POST`.
    pub method: &'a str,
    /// With the query.
    pub path: &'a str,
    /// For `Authorization: Bearer`.
    pub token: Option<&'a str>,
    /// JSON.
    pub body: Option<&'a str>,
}

impl Connection {
    /// Connects; small packets leave at once.
    pub async fn open(host: SocketAddr) -> anyhow::Result<Self> {
        let stream = TcpStream::connect(host).await.with_context(|| format!("connecting to {host}"))?;
        stream.set_nodelay(true)?;
        Ok(Self { stream, host, buffer: Vec::with_capacity(READ), body: Body::Done })
    }

    /// Sends a request and reads the head of its response; gives the status. The body of the
    /// response before must have been read.
    pub async fn send(&mut self, request: Request<'_>) -> anyhow::Result<u16> {
        let Request { method, path, token, body } = request;
        if self.body != Body::Done {
            bail!("the response before was not read to its end");
        }
        let token = token.map(|token| format!("authorization: Bearer {token}\r\n")).unwrap_or_default();
        let length =
            body.map(|body| format!("content-type: application/json\r\ncontent-length: {}\r\n", body.len()));
        let text = format!(
            "{method} {path} HTTP/1.1\r\nhost: {}\r\n{token}{}\r\n{}",
            self.host,
            length.unwrap_or_default(),
            body.unwrap_or_default()
        );
        self.stream.write_all(text.as_bytes()).await?;
        let end = loop {
            if let Some(at) = self.buffer.windows(4).position(|four| four == b"\r\n\r\n") {
                break at;
            }
            if self.buffer.len() > HEAD_MOST || self.stream.read_buf(&mut self.buffer).await? == 0 {
                bail!("{method} {path}: no head of a response");
            }
        };
        let head: Vec<u8> = self.buffer.drain(..end + 4).collect();
        let (status, body) = read_head(&String::from_utf8_lossy(&head))?;
        self.body = body;
        Ok(status)
    }

    /// Hands on what has come of the body, waiting for more if need be; false at its end.
    pub async fn read(&mut self, mut take: impl FnMut(&[u8])) -> anyhow::Result<bool> {
        if self.body == Body::Done {
            return Ok(false);
        }
        if self.buffer.is_empty() && self.stream.read_buf(&mut self.buffer).await? == 0 {
            bail!("the connection was closed in the middle of a response");
        }
        let used = self.body.decode(&self.buffer, &mut take)?;
        self.buffer.drain(..used);
        Ok(self.body != Body::Done)
    }

    /// Sends a request and reads the whole response.
    pub async fn call(&mut self, request: Request<'_>) -> anyhow::Result<(u16, Vec<u8>)> {
        let status = self.send(request).await?;
        let mut body = Vec::new();
        while self.read(|bytes| body.extend_from_slice(bytes)).await? {}
        Ok((status, body))
    }

    /// The same, with JSON in the answer and an error for any status but 2xx.
    pub async fn json(&mut self, request: Request<'_>) -> anyhow::Result<serde_json::Value> {
        let (status, body) = self.call(request).await?;
        if !(200..300).contains(&status) {
            bail!("{} {}: {status} {}", request.method, request.path, String::from_utf8_lossy(&body));
        }
        Ok(serde_json::from_slice(&body)?)
    }
}

fn read_head(head: &str) -> anyhow::Result<(u16, Body)> {
    let mut lines = head.split("\r\n");
    let first = lines.next().unwrap_or_default();
    let status = first.split(' ').nth(1).and_then(|code| code.parse().ok());
    let status: u16 = status.with_context(|| format!("no status in {first:?}"))?;
    let mut body = Body::Length(0);
    for line in lines {
        let Some((name, value)) = line.split_once(':') else { continue };
        if name.eq_ignore_ascii_case("transfer-encoding") && value.trim().eq_ignore_ascii_case("chunked") {
            body = Body::Chunks(Chunk::Size(0, false));
        } else if name.eq_ignore_ascii_case("content-length") {
            body = Body::Length(value.trim().parse().with_context(|| format!("the length {value:?}"))?);
        }
    }
    Ok((status, if body == Body::Length(0) { Body::Done } else { body }))
}

impl Body {
    /// Takes the body's bytes out of `bytes`; gives how many were used.
    fn decode(&mut self, bytes: &[u8], take: &mut impl FnMut(&[u8])) -> anyhow::Result<usize> {
        let mut at = 0;
        while let Some(&byte) = bytes.get(at) {
            match self {
                Self::Done => break,
                Self::Length(left) | Self::Chunks(Chunk::Data(left)) => {
                    let end = bytes.len().min(at + *left);
                    take(bytes.get(at..end).unwrap_or_default());
                    *left -= end - at;
                    at = end;
                    match self {
                        Self::Length(0) => *self = Self::Done,
                        Self::Chunks(Chunk::Data(0)) => *self = Self::Chunks(Chunk::After),
                        _ => {}
                    }
                    continue;
                }
                Self::Chunks(state) => match state.next(byte)? {
                    Some(next) => *state = next,
                    None => *self = Self::Done,
                },
            }
            at += 1;
        }
        Ok(at)
    }
}

impl Chunk {
    /// The state after a byte that is no data; none at the body's end.
    fn next(self, byte: u8) -> anyhow::Result<Option<Self>> {
        Ok(Some(match (self, byte) {
            (Self::Size(0, _), b'\n') => Self::End(0),
            (Self::Size(size, _), b'\n') => Self::Data(size),
            (Self::Size(size, false), digit) if digit.is_ascii_hexdigit() => {
                let value = char::from(digit).to_digit(16).unwrap_or_default() as usize;
                Self::Size(size.checked_mul(16).context("a chunk without end")? + value, false)
            }
            (Self::Size(size, _), _) => Self::Size(size, true),
            (Self::After, b'\n') => Self::Size(0, false),
            (Self::After, b'\r') => Self::After,
            (Self::End(_), b'\n') => return Ok(None),
            (Self::End(0), b'\r') => Self::End(1),
            _ => bail!("the chunks of a body are damaged at byte {byte}"),
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decoded(body: Body, wire: &[u8], step: usize) -> (String, Body) {
        let (mut body, mut text, mut buffer) = (body, Vec::new(), Vec::new());
        for piece in wire.chunks(step) {
            buffer.extend_from_slice(piece);
            let used = body.decode(&buffer, &mut |bytes| text.extend_from_slice(bytes)).unwrap();
            buffer.drain(..used);
        }
        assert_eq!(buffer, b"");
        (String::from_utf8(text).unwrap(), body)
    }

    #[test]
    fn bodies_come_out_whole_wherever_they_are_cut() {
        let wire = b"5\r\nhello\r\n1A;x=y\r\n, this is twenty-six bytes\r\n0\r\n\r\n";
        for step in 1..wire.len() {
            let (text, body) = decoded(Body::Chunks(Chunk::Size(0, false)), wire, step);
            assert_eq!((text.as_str(), body), ("hello, this is twenty-six bytes", Body::Done), "{step}");
            let (text, body) = decoded(Body::Length(7), b"a\r\nb\r\nc", step);
            assert_eq!((text.as_str(), body), ("a\r\nb\r\nc", Body::Done), "{step}");
        }
    }

    #[test]
    fn damage_is_an_error() {
        let mut body = Body::Chunks(Chunk::Size(0, false));
        assert!(body.decode(b"2\r\nabXX", &mut |_| ()).is_err());
        assert!(read_head("HTTP/1.1 what\r\n\r\n").is_err());
    }

    #[test]
    fn heads_tell_status_and_body() {
        let head = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
        assert_eq!(read_head(head).unwrap(), (200, Body::Chunks(Chunk::Size(0, false))));
        assert_eq!(read_head("HTTP/1.1 204 No Content\r\n\r\n").unwrap(), (204, Body::Done));
        assert_eq!(
            read_head("HTTP/1.1 201 X\r\ncontent-length: 12\r\n\r\n").unwrap(),
            (201, Body::Length(12))
        );
    }
}
