//! How events lie in Redis: an entry of the stream is a batch, and its id the number of its last
//! event. So numbers need no room of their own, and reading from a number on is a lookup.

use std::collections::HashMap;
use std::sync::Arc;

use kuma_types::{JobId, RunEvent};
use redis::RedisResult;

use crate::JournalError;
use crate::redis::link::Link;

/// How many entries are read at once.
const PAGE: usize = 256;

/// A batch of events as they are kept.
#[derive(Clone, Debug)]
pub(super) struct Entry {
    /// The number of its last event.
    pub(super) last: u64,
    /// The events as JSON.
    pub(super) events: Arc<str>,
}

/// A batch of events, read.
pub(super) struct Batch {
    /// The number of its first event.
    pub(super) first: u64,
    pub(super) events: Vec<Arc<RunEvent>>,
}

pub(super) fn unavailable(error: impl std::fmt::Display) -> JournalError {
    JournalError::Unavailable(error.to_string())
}

pub(super) fn encode(events: &[RunEvent]) -> Result<Arc<str>, JournalError> {
    Ok(serde_json::to_string(events).map_err(unavailable)?.into())
}

/// Reads the events whose last one has the number `last`.
pub(super) fn decode(last: u64, events: &str) -> Result<Batch, JournalError> {
    let events: Vec<RunEvent> = serde_json::from_str(events)
        .map_err(|error| unavailable(format_args!("it holds what this version cannot read: {error}")))?;
    let first = (last + 1).saturating_sub(events.len() as u64);
    Ok(Batch { first, events: events.into_iter().map(Arc::new).collect() })
}

/// The entries that hold numbers after `after`, from the first on; at most a page of them.
pub(super) async fn read(link: &Link, stream: &str, after: u64) -> RedisResult<Vec<Entry>> {
    let mut cmd = redis::cmd("XRANGE");
    cmd.arg(stream).arg(format!("({after}-0")).arg("+").arg("COUNT").arg(PAGE);
    let entries: Vec<(String, HashMap<String, String>)> = link.call(&cmd).await?;
    let entry = |(id, mut fields): (String, HashMap<String, String>)| {
        let last = id.split('-').next()?.parse().ok()?;
        Some(Entry { last, events: fields.remove("e")?.into() })
    };
    Ok(entries.into_iter().filter_map(entry).collect())
}

/// All entries up to the number `until`, or all there are.
pub(super) async fn read_all(link: &Link, stream: &str, until: u64) -> RedisResult<Vec<Entry>> {
    let mut all: Vec<Entry> = Vec::new();
    loop {
        let page = read(link, stream, all.last().map_or(0, |entry| entry.last)).await?;
        let full = page.len() == PAGE;
        all.extend(page.into_iter().take_while(|entry| entry.last <= until));
        if !full || all.last().is_none_or(|entry| entry.last >= until) {
            return Ok(all);
        }
    }
}

/// The events of entries that should begin with number 1.
pub(super) fn whole(job: JobId, entries: &[Entry]) -> Result<Vec<Arc<RunEvent>>, JournalError> {
    let mut all = Vec::new();
    for entry in entries {
        let batch = decode(entry.last, &entry.events)?;
        if batch.first != all.len() as u64 + 1 {
            return Err(JournalError::Lost(job));
        }
        all.extend(batch.events);
    }
    Ok(all)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_come_from_the_last_one() {
        let chunk = |text: &str| RunEvent::Chunk { text: text.into() };
        let events = [chunk("a"), chunk("b\n\u{1F600}")];
        let kept = encode(&events).unwrap();
        let batch = decode(7, &kept).unwrap();
        assert_eq!(batch.first, 6);
        assert_eq!(batch.events.iter().map(|event| (**event).clone()).collect::<Vec<_>>(), events);
        assert!(decode(7, "[{\"event\":\"from the future\"}]").is_err());
        let job = JobId::new();
        assert!(matches!(whole(job, &[Entry { last: 7, events: kept }]), Err(JournalError::Lost(_))));
    }
}
