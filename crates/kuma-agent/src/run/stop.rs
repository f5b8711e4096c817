//! Why a run stops short of an answer.

use kuma_llm::ModelError;
use kuma_types::RunFailure;

use super::{RunEnding, SinkError};
use crate::steps::StepLogError;

pub(super) enum Stop {
    Model(ModelError),
    Sink(SinkError),
    Steps(StepLogError),
    Cancelled,
}

impl From<ModelError> for Stop {
    fn from(error: ModelError) -> Self {
        Self::Model(error)
    }
}

impl From<SinkError> for Stop {
    fn from(error: SinkError) -> Self {
        Self::Sink(error)
    }
}

impl From<StepLogError> for Stop {
    fn from(error: StepLogError) -> Self {
        Self::Steps(error)
    }
}

impl Stop {
    pub(super) fn into_ending(self) -> RunEnding {
        match self {
            Self::Cancelled => RunEnding::Cancelled,
            Self::Model(error) => {
                tracing::warn!(kind = ?error.kind, provider = error.provider, status = error.status, "model call failed");
                RunEnding::Failed(error.to_failure())
            }
            Self::Sink(SinkError::Fenced) | Self::Steps(StepLogError::Fenced) => RunEnding::Lost,
            Self::Sink(SinkError::Unavailable(why)) => {
                tracing::error!(why, "run events cannot be delivered");
                RunEnding::Failed(RunFailure {
                    code: "journal_unavailable".into(),
                    title: "The answer could not be delivered".into(),
                    detail: "This server lost its connection to its own message log. The text so far is kept; try again in a moment.".into(),
                    retryable: true,
                })
            }
            Self::Steps(StepLogError::Unavailable(why)) => {
                tracing::error!(why, "a run's steps cannot be kept");
                RunEnding::Failed(RunFailure {
                    code: "steps_unavailable".into(),
                    title: "The answer could not go on".into(),
                    detail: "This server could not write down what it had done, so it did nothing more. The text so far is kept; try again in a moment.".into(),
                    retryable: true,
                })
            }
        }
    }
}
