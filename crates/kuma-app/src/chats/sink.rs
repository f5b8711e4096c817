//! A run's events on their way into the journal, and its text into the draft.

use std::sync::{Arc, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use kuma_agent::{EventSink, SinkError};
use kuma_queue::JournalError;
use kuma_types::{JobId, RunEvent};

use super::runner::{ActiveRun, Leave};
use crate::App;

/// How long text gathers on its way to readers: nobody sees the difference, and half of what a token
/// costs is saved. The web app paints every 80 ms.
const PACE: Duration = Duration::from_millis(60);
/// With this many runs at once the pace begins to grow, by a millisecond for every ten more…
const PACE_GROWS_FROM: usize = 100;
/// …up to this, which still reads as fluent.
const SLOWEST_PACE: Duration = Duration::from_millis(150);

pub(super) struct JournalSink {
    pub app: App,
    pub job: JobId,
    pub run: Arc<ActiveRun>,
}

/// The busier the process, the larger the sips.
fn pace(runs: usize) -> Duration {
    let more = runs.saturating_sub(PACE_GROWS_FROM) / 10;
    SLOWEST_PACE.min(PACE + Duration::from_millis(more as u64))
}

#[async_trait]
impl EventSink for JournalSink {
    fn pace(&self) -> Duration {
        pace(self.app.runs().len())
    }

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
            Err(error @ (JournalError::Unavailable(_) | JournalError::Lost(_))) => {
                // It was tried for long enough. Whoever takes the run next may be luckier.
                tracing::error!(%error, "the events of a run cannot be told; it is handed back");
                self.run.leave(Leave::HandBack);
                Err(SinkError::Fenced)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_pace_grows_with_the_load_and_stays_fluent() {
        let ms = |runs| pace(runs).as_millis();
        assert_eq!([ms(1), ms(100), ms(600), ms(1_000), ms(100_000)], [60, 60, 110, 150, 150]);
    }
}
