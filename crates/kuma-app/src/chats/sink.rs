//! A run's events on their way into the journal, and its text into the draft.

use std::sync::{Arc, PoisonError};

use async_trait::async_trait;
use kuma_agent::{EventSink, SinkError};
use kuma_queue::JournalError;
use kuma_types::{JobId, RunEvent};

use super::runner::{ActiveRun, Leave};
use crate::App;

pub(super) struct JournalSink {
    pub app: App,
    pub job: JobId,
    pub run: Arc<ActiveRun>,
}

#[async_trait]
impl EventSink for JournalSink {
    async fn emit(&self, events: Vec<RunEvent>) -> Result<(), SinkError> {
        if events.is_empty() {
            return Ok(());
        }
        {
            let mut draft = self.run.draft.lock().unwrap_or_else(PoisonError::into_inner);
            for event in &events {
                match event {
                    RunEvent::Chunk { text } => draft.content.push_str(text),
                    RunEvent::Reasoning { text } => draft.reasoning.push_str(text),
                    RunEvent::Reset { text } => draft.content.clone_from(text),
                    _ => continue,
                }
                draft.dirty = true;
            }
        }
        let events = crate::memory::announce(events);
        match self.app.journal().append(self.job, self.run.epoch, events).await {
            Ok(_) => Ok(()),
            Err(JournalError::Fenced(_) | JournalError::Closed(_)) => Err(SinkError::Fenced),
            Err(error @ (JournalError::Unavailable(_) | JournalError::Lost(_))) => {
                // It was tried for long enough. Whoever takes the run next may be luckier.
                tracing::error!(%error, "the events of a run cannot be told; it is handed back");
                self.run.leave(Leave::HandBack);
                Err(SinkError::Fenced)
            }
        }
    }
}
