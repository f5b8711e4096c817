//! The states of a job, the record of a run.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// Where a run stands. The spelling is the contract's and the database's.
///
/// `PENDING → PROCESSING → COMPLETED`; `PROCESSING → WAITING_APPROVAL → PENDING`;
/// `PROCESSING → FAILED → PROCESSING` (retry) `→ DEAD` after the last; any unfinished `→ CANCELLED`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum JobStatus {
    /// Accepted and stored; no one works on it yet.
    Pending,
    /// Somebody holds its lease and works on it.
    Processing,
    /// Stopped at a write that waits for its owner's decision.
    WaitingApproval,
    /// The answer is complete.
    Completed,
    /// The last attempt failed.
    Failed,
    /// Failed for good: no attempt is left.
    Dead,
    /// Stopped by its owner; the text so far is kept.
    Cancelled,
}

impl JobStatus {
    /// Every state, for exhaustive tests and metrics.
    pub const ALL: [Self; 7] = [
        Self::Pending,
        Self::Processing,
        Self::WaitingApproval,
        Self::Completed,
        Self::Failed,
        Self::Dead,
        Self::Cancelled,
    ];

    /// The spelling in SQL and JSON.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "PENDING",
            Self::Processing => "PROCESSING",
            Self::WaitingApproval => "WAITING_APPROVAL",
            Self::Completed => "COMPLETED",
            Self::Failed => "FAILED",
            Self::Dead => "DEAD",
            Self::Cancelled => "CANCELLED",
        }
    }

    /// No further event will follow unless somebody asks for a retry.
    pub const fn is_final(self) -> bool {
        matches!(self, Self::Completed | Self::Failed | Self::Dead | Self::Cancelled)
    }
}

impl fmt::Display for JobStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The text is not one of the seven states.
#[derive(Debug, thiserror::Error)]
#[error("unknown job status {0:?}")]
pub struct UnknownJobStatus(String);

impl FromStr for JobStatus {
    type Err = UnknownJobStatus;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL.into_iter().find(|s| s.as_str() == text).ok_or_else(|| UnknownJobStatus(text.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::JobStatus;

    #[test]
    fn the_spelling_is_the_same_in_sql_and_json() {
        for status in JobStatus::ALL {
            assert_eq!(status.as_str().parse::<JobStatus>().unwrap(), status);
            assert_eq!(serde_json::to_value(status).unwrap(), status.as_str());
        }
        assert!("DONE".parse::<JobStatus>().is_err());
    }
}
