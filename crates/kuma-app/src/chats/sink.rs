//! A run's events on their way into the journal, and its text into the draft.

use std::sync::{Arc, PoisonError};

use async_trait::async_trait;
use kuma_agent::{EventSink, SinkError};
use kuma_queue::JournalError;
use kuma_types::{JobId, RunEvent};

use super::runner::ActiveRun;
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
        match self.app.journal().append(self.job, self.run.epoch, events).await {
            Ok(_) => Ok(()),
            Err(JournalError::Fenced(_) | JournalError::Closed(_)) => Err(SinkError::Fenced),
            Err(error @ JournalError::Lost(_)) => Err(SinkError::Unavailable(error.to_string())),
            Err(JournalError::Unavailable(why)) => Err(SinkError::Unavailable(why)),
        }
    }
}
