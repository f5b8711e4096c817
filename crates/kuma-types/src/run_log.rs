//! A finished run's events in the form in which they are kept.
//!
//! Readers may ask for any number of a run for hours after it has ended, so every number must
//! stay what it was. Text events dominate, so neighbours of the same kind are kept as one text
//! and the lengths it was cut into; everything else is kept as it was sent.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::RunEvent;

/// One event with its number.
#[derive(Clone, Debug, PartialEq)]
pub struct NumberedEvent {
    /// From 1, gapless within a run.
    pub number: u64,
    /// What happened.
    pub event: RunEvent,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(untagged)]
enum Entry {
    /// `["chunk", text, [lengths in bytes]]`
    Text(String, String, Vec<usize>),
    /// `["status", {…}]`
    Other(String, Value),
}

/// The kept form is damaged.
#[derive(Debug, thiserror::Error)]
pub enum RunLogError {
    /// Not the JSON that [`encode`] writes.
    #[error("the event log is not readable: {0}")]
    Json(#[from] serde_json::Error),
    /// The lengths do not fit the text.
    #[error("the event log's text does not fit its lengths")]
    Lengths,
}

/// Writes events, numbered from 1 in their order, as compact JSON.
///
/// # Errors
/// None in practice: every event has a JSON form.
pub fn encode<'a>(events: impl IntoIterator<Item = &'a RunEvent>) -> Result<String, RunLogError> {
    let mut entries: Vec<Entry> = Vec::new();
    for event in events {
        let kind = event.kind();
        match event {
            RunEvent::Chunk { text } | RunEvent::Reasoning { text } => match entries.last_mut() {
                Some(Entry::Text(last, all, lengths)) if last == kind => {
                    all.push_str(text);
                    lengths.push(text.len());
                }
                _ => entries.push(Entry::Text(kind.to_owned(), text.clone(), vec![text.len()])),
            },
            other => entries.push(Entry::Other(kind.to_owned(), serde_json::from_str(&other.data()?)?)),
        }
    }
    Ok(serde_json::to_string(&entries)?)
}

/// Reads what [`encode`] wrote: the same events in the same order.
///
/// # Errors
/// When the text was not written by [`encode`] or was changed since.
pub fn decode(log: &str) -> Result<Vec<RunEvent>, RunLogError> {
    let mut events = Vec::new();
    for entry in serde_json::from_str::<Vec<Entry>>(log)? {
        match entry {
            Entry::Text(kind, text, lengths) => {
                let mut rest = text.as_str();
                for length in lengths {
                    let (piece, tail) = rest.split_at_checked(length).ok_or(RunLogError::Lengths)?;
                    rest = tail;
                    let text = piece.to_owned();
                    events.push(match kind.as_str() {
                        "reasoning" => RunEvent::Reasoning { text },
                        _ => RunEvent::Chunk { text },
                    });
                }
            }
            Entry::Other(kind, data) => {
                events.push(serde_json::from_value(serde_json::json!({ "event": kind, "data": data }))?);
            }
        }
    }
    Ok(events)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::run_event::tests::any_event;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn every_number_keeps_its_event(events in prop::collection::vec(any_event(), 0..40)) {
            let log = encode(&events).unwrap();
            prop_assert_eq!(decode(&log).unwrap(), events);
        }

        #[test]
        fn damage_is_an_error_and_never_a_panic(log in ".*") {
            let _ = decode(&log);
            let _ = decode(&format!("[[\"chunk\",{},[3,9]]]", serde_json::to_string(&log).unwrap()));
        }
    }
}
