//! One streamed answer, followed to its end, with the way of every token.

use std::net::SocketAddr;

use anyhow::{Context as _, bail, ensure};
use kuma_testkit::clock::{now_micros, stamps};
use serde_json::{Value, json};

use crate::http::{Connection, Request};
use crate::process::MODEL_AT_PROVIDER;
use crate::sse::{Event, Kind, Scanner};

/// One token on its way, in microseconds of the machine's clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Token {
    /// When the fake provider handed it to its socket.
    pub sent: u64,
    /// When it was read here.
    pub arrived: u64,
}

/// When a reader was told that the text so far does not stand, and how much there was of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reset {
    /// When that was read here.
    pub arrived: u64,
    /// How many tokens there were before.
    pub had: usize,
}

/// A whole answer: every token exactly once, in order, the saved text included.
#[derive(Clone, Debug)]
pub struct Answer {
    /// When the request was sent.
    pub asked: u64,
    /// Its tokens: those that stand.
    pub tokens: Vec<Token>,
    /// How many events brought tokens.
    pub events: usize,
    /// Each time it was begun again: empty unless the measurement takes runs over.
    pub resets: Vec<Reset>,
}

impl Answer {
    /// From the request to the first token.
    pub fn first_token_ms(&self) -> f64 {
        self.tokens.first().map_or(f64::NAN, |token| ms(token.arrived.saturating_sub(self.asked)))
    }

    /// Each token with its delay behind the provider's schedule: the first token starts it, and
    /// one is due every `interval` microseconds after. Unlike the time since it was sent this
    /// includes what a busy machine makes the provider late.
    pub fn lateness(&self, interval: u64) -> impl Iterator<Item = (Token, u64)> + '_ {
        let begin = self.tokens.first().map_or(0, |token| token.sent);
        self.tokens
            .iter()
            .zip(0_u64..)
            .map(move |(token, number)| (*token, token.arrived.saturating_sub(begin + number * interval)))
    }
}

/// Microseconds in milliseconds.
pub fn ms(micros: u64) -> f64 {
    micros as f64 / 1e3
}

/// What is asked and of whom.
#[derive(Clone, Debug)]
pub struct Question {
    path: &'static str,
    token: String,
    body: String,
    /// The tokens that must come.
    expected: usize,
    /// Whether events have numbers and the last brings the whole message.
    is_kuma: bool,
    /// Whether the answer may be begun again.
    may_restart: bool,
}

impl Question {
    /// A message to Kuma: in a chat, or in a new one.
    pub fn kuma(token: &str, chat: Option<&str>, expected: usize, rate: Option<u32>) -> Self {
        let mut body = json!({ "message": prompt(expected, rate) });
        if let (Some(chat), Some(fields)) = (chat, body.as_object_mut()) {
            fields.insert("chatId".to_owned(), chat.into());
        }
        let (path, token, body) = ("/api/chat/stream", token.to_owned(), body.to_string());
        Self { path, token, body, expected, is_kuma: true, may_restart: false }
    }

    /// The same answer from the provider itself.
    pub fn direct(expected: usize, rate: Option<u32>) -> Self {
        let body = json!({
            "model": MODEL_AT_PROVIDER, "stream": true, "stream_options": { "include_usage": true },
            "messages": [{ "role": "user", "content": prompt(expected, rate) }],
        });
        let path = "/openai/v1/chat/completions";
        Self {
            path,
            token: "key".to_owned(),
            body: body.to_string(),
            expected,
            is_kuma: false,
            may_restart: false,
        }
    }

    /// The same question, whose answer may be begun again because whoever makes it is killed.
    #[must_use]
    pub fn may_restart(self) -> Self {
        Self { may_restart: true, ..self }
    }

    /// Asks over a connection of its own.
    pub async fn ask_at(&self, address: SocketAddr) -> anyhow::Result<Answer> {
        self.ask(&mut Connection::open(address).await?).await
    }

    /// Asks and follows the answer to its end. Anything but the whole answer is an error.
    pub async fn ask(&self, connection: &mut Connection) -> anyhow::Result<Answer> {
        self.ask_watched(connection, |_| ()).await
    }

    /// The same; `watch` sees the answer after everything that came.
    pub async fn ask_watched(
        &self,
        connection: &mut Connection,
        mut watch: impl FnMut(&Answer),
    ) -> anyhow::Result<Answer> {
        let mut follow = Follow::new(self);
        let request =
            Request { method: "POST", path: self.path, token: Some(&self.token), body: Some(&self.body) };
        follow.answer.asked = now_micros();
        let status = connection.send(request).await?;
        if status != 200 {
            let mut body = Vec::new();
            while connection.read(|bytes| body.extend_from_slice(bytes)).await? {}
            bail!("{status}: {}", String::from_utf8_lossy(&body));
        }
        let mut scanner = Scanner::default();
        while connection
            .read(|bytes| {
                let now = now_micros();
                scanner.feed(bytes, |event| follow.take(event, now));
                watch(&follow.answer);
            })
            .await?
        {}
        follow.finish()
    }
}

fn prompt(expected: usize, rate: Option<u32>) -> String {
    let rate = rate.map(|rate| format!(" [rate {rate}]")).unwrap_or_default();
    format!("Write a long answer. [clock {expected}]{rate}")
}

/// An answer as it comes.
struct Follow<'a> {
    question: &'a Question,
    answer: Answer,
    last_id: u64,
    has_gap: bool,
    end: Option<(Kind, Vec<u8>)>,
}

impl<'a> Follow<'a> {
    fn new(question: &'a Question) -> Self {
        let tokens = Vec::with_capacity(question.expected);
        let answer = Answer { asked: 0, tokens, events: 0, resets: Vec::new() };
        Self { question, answer, last_id: 0, has_gap: false, end: None }
    }

    fn take(&mut self, event: Event<'_>, now: u64) {
        if self.question.is_kuma {
            self.has_gap |= event.id != self.last_id + 1;
            self.last_id = event.id;
        }
        match event.kind {
            Kind::Plain if event.data == b"[DONE]" => self.end = Some((Kind::Plain, Vec::new())),
            Kind::Plain | Kind::Chunk => {
                let before = self.answer.tokens.len();
                self.answer.tokens.extend(stamps(event.data).map(|sent| Token { sent, arrived: now }));
                self.answer.events += usize::from(self.answer.tokens.len() > before);
            }
            Kind::Reset => {
                self.answer.resets.push(Reset { arrived: now, had: self.answer.tokens.len() });
                self.answer.tokens.clear();
                self.answer.tokens.extend(stamps(event.data).map(|sent| Token { sent, arrived: now }));
            }
            Kind::Done | Kind::Error => self.end = Some((event.kind, event.data.to_vec())),
            Kind::Other => {}
        }
    }

    fn finish(self) -> anyhow::Result<Answer> {
        let Self { question, answer, has_gap, end, .. } = self;
        let came = answer.tokens.len();
        let Some((kind, data)) = end else { bail!("the stream broke off after {came} tokens") };
        ensure!(kind != Kind::Error, "the run failed: {}", String::from_utf8_lossy(&data));
        ensure!(question.may_restart || answer.resets.is_empty(), "the answer was begun again");
        ensure!(!has_gap, "the events' numbers have a gap");
        ensure!(came == question.expected, "{came} of {} tokens came", question.expected);
        ensure!(answer.tokens.is_sorted_by_key(|token| token.sent), "tokens came out of order");
        if question.is_kuma {
            let done: Value = serde_json::from_slice(&data)?;
            let saved =
                done.pointer("/message/content").and_then(Value::as_str).context("no message at the end")?;
            let same = stamps(saved.as_bytes()).eq(answer.tokens.iter().map(|token| token.sent));
            ensure!(same, "the saved message is not the text that was streamed");
        }
        Ok(answer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn followed(expected: usize, events: &[(Kind, u64, &str)]) -> anyhow::Result<Answer> {
        followed_of(&Question::kuma("t", None, expected, Some(20)), events)
    }

    fn followed_of(question: &Question, events: &[(Kind, u64, &str)]) -> anyhow::Result<Answer> {
        let mut follow = Follow::new(question);
        for (now, (kind, id, data)) in (10_000..).zip(events) {
            follow.take(Event { kind: *kind, id: *id, data: data.as_bytes() }, now);
        }
        follow.finish()
    }

    const ONE: &str = r#"{"text":"@000000000000100 "}"#;
    const TWO: &str = r#"{"text":"@000000000000150 @000000000000260 "}"#;
    const END: &str = r#"{"message":{"content":"@000000000000100 @000000000000150 @000000000000260 "}}"#;

    #[test]
    fn a_whole_answer_is_measured() {
        let events =
            [(Kind::Other, 1, "{}"), (Kind::Chunk, 2, ONE), (Kind::Chunk, 3, TWO), (Kind::Done, 4, END)];
        let answer = followed(3, &events).unwrap();
        assert_eq!((answer.tokens.len(), answer.events), (3, 2));
        assert_eq!(answer.tokens[1], Token { sent: 150, arrived: 10_002 });
        let late: Vec<u64> = answer.lateness(50).map(|(_, late)| late).collect();
        assert_eq!(late, [9_901, 9_852, 9_802]);
    }

    #[test]
    fn an_answer_that_is_begun_again_is_whole_all_the_same() {
        let events = [
            (Kind::Chunk, 1, r#"{"text":"@000000000000042 "}"#),
            (Kind::Reset, 2, r#"{"text":"@000000000000100 "}"#),
            (Kind::Chunk, 3, TWO),
            (Kind::Done, 4, END),
        ];
        let question = Question::kuma("t", None, 3, Some(20)).may_restart();
        let answer = followed_of(&question, &events).unwrap();
        assert_eq!(answer.resets, [Reset { arrived: 10_001, had: 1 }]);
        let sent: Vec<u64> = answer.tokens.iter().map(|token| token.sent).collect();
        assert_eq!(sent, [100, 150, 260]);
        assert!(followed(3, &events).is_err(), "an answer that nobody interrupted");
        assert!(followed_of(&question, &events[1..]).is_err(), "numbers begin with one");
    }

    #[test]
    fn anything_but_the_whole_answer_is_an_error() {
        let whole = [(Kind::Chunk, 1, ONE), (Kind::Chunk, 2, TWO), (Kind::Done, 3, END)];
        assert!(followed(3, &whole).is_ok());
        assert!(followed(4, &whole).is_err(), "a token is missing");
        assert!(followed(3, &whole[..2]).is_err(), "it broke off");
        let gap = [(Kind::Chunk, 1, ONE), (Kind::Chunk, 3, TWO), (Kind::Done, 4, END)];
        assert!(followed(3, &gap).is_err(), "a number is missing");
        let swapped = [(Kind::Chunk, 1, TWO), (Kind::Chunk, 2, ONE), (Kind::Done, 3, END)];
        assert!(followed(3, &swapped).is_err(), "out of order");
        let other =
            [(Kind::Chunk, 1, ONE), (Kind::Chunk, 2, TWO), (Kind::Done, 3, r#"{"message":{"content":""}}"#)];
        assert!(followed(3, &other).is_err(), "not saved");
        let failed = [(Kind::Error, 1, r#"{"code":"x"}"#)];
        assert!(followed(0, &failed).is_err(), "failed");
    }
}
