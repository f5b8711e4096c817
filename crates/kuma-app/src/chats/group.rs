//! Group commit for the ends of runs: whoever comes while a transaction is under way shares the
//! next one. A thousand runs that end in one second are a handful of transactions.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use kuma_store::{FinishRun, Message, StoreError};
use tokio::sync::oneshot;

use crate::App;
use crate::error::{AppError, Result};

/// Waits between tries while the database is away: a restart of it costs a pause, not an answer.
const RETRY: [Duration; 5] = [
    Duration::from_millis(200),
    Duration::from_secs(1),
    Duration::from_secs(2),
    Duration::from_secs(5),
    Duration::from_secs(10),
];

/// Why a shared transaction failed, for each of those who shared it.
#[derive(Clone, Debug, thiserror::Error)]
#[error("the end of a run could not be written: {0}")]
struct Shared(String);

type Answer = std::result::Result<Option<Message>, Shared>;

/// Writes the ends of runs, many in one transaction.
#[derive(Default)]
pub(super) struct Finishes {
    waiting: Mutex<Vec<(FinishRun, oneshot::Sender<Answer>)>>,
    turn: tokio::sync::Mutex<()>,
}

impl Finishes {
    /// Writes one end; `None` when the run has another owner by now.
    pub(super) async fn finish(&self, app: &App, run: FinishRun) -> Result<Option<Message>> {
        let (sender, mut receiver) = oneshot::channel();
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner).push((run, sender));
        let turn = self.turn.lock().await;
        // Whoever had the turn before may have written this one too.
        if let Ok(answer) = receiver.try_recv() {
            return answer.map_err(AppError::internal);
        }
        let batch = std::mem::take(&mut *self.waiting.lock().unwrap_or_else(PoisonError::into_inner));
        let (runs, senders): (Vec<_>, Vec<_>) = batch.into_iter().unzip();
        let written = write(app, runs).await;
        match written {
            Ok(messages) => {
                for (sender, message) in senders.into_iter().zip(messages) {
                    sender.send(Ok(message)).ok();
                }
            }
            Err(error) => {
                let shared = Shared(error.to_string());
                for sender in senders {
                    sender.send(Err(shared.clone())).ok();
                }
            }
        }
        drop(turn);
        receiver.await.map_err(AppError::internal)?.map_err(AppError::internal)
    }
}

async fn write(app: &App, runs: Vec<FinishRun>) -> std::result::Result<Vec<Option<Message>>, StoreError> {
    for wait in RETRY {
        match app.store().jobs().finish_many(runs.clone()).await {
            Err(StoreError::Unavailable(why)) => {
                tracing::warn!(why, "the database is away; the ends of runs wait");
                tokio::time::sleep(wait).await;
            }
            result => return result,
        }
    }
    app.store().jobs().finish_many(runs).await
}
