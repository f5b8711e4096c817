//! Reads an event stream and checks what every stream promises: numbers without a gap.

use futures::StreamExt as _;
use kuma_types::RunEvent;
use serde_json::{Value, json};

use super::BOUND;

/// One event.
#[derive(Clone, Debug, PartialEq)]
pub struct Event {
    pub id: u64,
    pub kind: String,
    pub data: Value,
}

/// The events of one connection.
pub struct Events {
    bytes: std::pin::Pin<Box<dyn futures::Stream<Item = Vec<u8>> + Send>>,
    buffer: Vec<u8>,
    pub seen: Vec<Event>,
}

impl Events {
    pub fn new(response: reqwest::Response) -> Self {
        assert_eq!(response.headers()["content-type"], "text/event-stream");
        let bytes = response.bytes_stream().map(|chunk| chunk.expect("the stream is whole").to_vec());
        Self { bytes: Box::pin(bytes), buffer: Vec::new(), seen: Vec::new() }
    }

    /// The next event; none at the end of the stream.
    pub async fn next(&mut self) -> Option<Event> {
        tokio::time::timeout(BOUND, self.read()).await.expect("an event in time")
    }

    async fn read(&mut self) -> Option<Event> {
        loop {
            if let Some(end) = self.buffer.windows(2).position(|pair| pair == b"\n\n") {
                let frame: Vec<u8> = self.buffer.drain(..end + 2).collect();
                let frame = String::from_utf8(frame).unwrap();
                if frame.starts_with(':') {
                    continue;
                }
                let field = |name: &str| {
                    frame
                        .lines()
                        .find_map(|line| line.strip_prefix(name))
                        .unwrap_or_else(|| panic!("{frame:?}"))
                };
                let (id, kind, data) = (field("id: "), field("event: "), field("data: "));
                RunEvent::parse(kind, data).expect("an event of the contract");
                let event = Event {
                    id: id.parse().unwrap(),
                    kind: kind.to_owned(),
                    data: serde_json::from_str(data).unwrap(),
                };
                if let Some(last) = self.seen.last() {
                    assert_eq!(event.id, last.id + 1, "no gap and no repetition");
                }
                self.seen.push(event.clone());
                return Some(event);
            }
            self.buffer.extend(self.bytes.next().await?);
        }
    }

    /// Reads on to the first event of that kind.
    pub async fn until(&mut self, kind: &str) -> Event {
        loop {
            let event = self.next().await.unwrap_or_else(|| panic!("no {kind} in {:?}", self.seen));
            if event.kind == kind {
                return event;
            }
        }
    }

    /// Reads to the end, which must be a last event.
    pub async fn all(mut self) -> Vec<Event> {
        while self.next().await.is_some() {}
        let last = self.seen.last().expect("some events");
        assert!(["done", "error"].contains(&&*last.kind), "{last:?}");
        self.seen
    }
}

/// The answer as a client puts it together: the last reset and the chunks after it.
pub fn text(events: &[Event]) -> String {
    events.iter().fold(String::new(), |text, event| match event.kind.as_str() {
        "chunk" => text + event.data["text"].as_str().unwrap(),
        "reset" => event.data["text"].as_str().unwrap().to_owned(),
        _ => text,
    })
}

pub fn kinds(events: &[Event]) -> Vec<&str> {
    let mut kinds: Vec<&str> = events.iter().map(|event| event.kind.as_str()).collect();
    kinds.dedup();
    kinds
}

/// A field of the first event.
pub fn first(events: &[Event], field: &str) -> String {
    assert_eq!(events[0].kind, "job_id");
    events[0].data[field].as_str().unwrap().to_owned()
}

/// The events as lines of a fixture.
pub fn lines(events: &[Event]) -> String {
    let line = |event: &Event| json!({ "id": event.id, "event": event.kind, "data": event.data }).to_string();
    events.iter().map(|event| line(event) + "\n").collect()
}
