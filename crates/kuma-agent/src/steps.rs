//! Where a run's finished steps are kept, so that a new owner can go on from the last one.

use std::sync::{Mutex, PoisonError};

use async_trait::async_trait;
use kuma_types::RunStep;

/// Keeps the steps of one run. Implemented by `kuma-app` over the table `job_steps`.
///
/// What was recorded once is handed to the next owner in [`crate::RunInput::earlier`]. A step counts
/// when `record` has returned, and not before: the loop waits for it before it goes on.
#[async_trait]
pub trait StepLog: Send + Sync {
    /// Keeps one step. Numbers come gapless from 1; a number that is there already means that somebody
    /// else drives the run.
    async fn record(&self, step: &RunStep) -> Result<(), StepLogError>;
}

/// A step cannot be kept: the run must stop.
#[derive(Debug, thiserror::Error)]
pub enum StepLogError {
    /// Another owner drives this run now.
    #[error("the run has another owner")]
    Fenced,
    /// The log is away.
    #[error("{0}")]
    Unavailable(String),
}

/// Steps in memory: for runs that need not outlive the process, and for tests.
#[derive(Debug, Default)]
pub struct MemorySteps(Mutex<Vec<RunStep>>);

impl MemorySteps {
    /// All steps so far.
    pub fn all(&self) -> Vec<RunStep> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

#[async_trait]
impl StepLog for MemorySteps {
    async fn record(&self, step: &RunStep) -> Result<(), StepLogError> {
        let mut steps = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if steps.last().map_or(0, |last| last.number) + 1 != step.number {
            return Err(StepLogError::Fenced);
        }
        steps.push(step.clone());
        Ok(())
    }
}
