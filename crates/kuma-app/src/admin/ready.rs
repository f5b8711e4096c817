//! Whether the parts work that the server stands on, for load balancers and people.

use std::fmt::Display;
use std::time::Duration;

use kuma_queue::{QueueError, QueueStats};

use crate::App;
use crate::config::Signup;
use crate::error::AppError;

/// How long a look at a part may take. A part that hangs must not hang whoever asks.
pub(super) const BOUND: Duration = Duration::from_secs(2);

/// How runs travel to whoever drives them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct QueueState {
    /// Announcements that may be taken now.
    pub waiting: u64,
    /// How long the one that waits longest has waited.
    pub lag: Duration,
    /// Announcements for later: next attempts.
    pub delayed: u64,
    /// Runs that were given up and are kept for operators.
    pub dead: u64,
    /// Processes that took or held runs lately.
    pub workers: u64,
}

/// Whether the parts work that the server stands on.
#[derive(Clone, Copy, Debug)]
pub struct Readiness {
    /// The database answers.
    pub database: bool,
    /// The queue answers, and this is how full it is.
    pub queue: Option<QueueState>,
    /// Files can be kept.
    pub storage: bool,
    /// Who may sign up.
    pub signup: Signup,
    /// Nobody has an account yet.
    pub first_account: bool,
}

/// Looks at every part, at all of them at once and at each for two seconds at most. Never fails: what
/// does not answer is down.
pub async fn readiness(app: &App) -> Readiness {
    let (database, queue, signup, storage) = tokio::join!(
        look("database", app.store().ping()),
        look("queue", queue_state(app)),
        look("settings", signup(app)),
        look("storage", app.files().check()),
    );
    let (signup, first_account) = signup.unwrap_or((app.config().signup, false));
    Readiness { database: database.is_some(), queue, storage: storage.is_some(), signup, first_account }
}

/// What a part says in time.
pub(super) async fn look<T, E: Display>(
    part: &'static str,
    answer: impl Future<Output = Result<T, E>>,
) -> Option<T> {
    match tokio::time::timeout(BOUND, answer).await {
        Ok(Ok(answer)) => return Some(answer),
        Ok(Err(error)) => tracing::error!(part, %error, "not ready"),
        Err(_) => tracing::error!(part, waited_s = BOUND.as_secs(), "not ready: no answer in time"),
    }
    None
}

/// How full the queue is and who takes from it.
pub(super) async fn queue_state(app: &App) -> Result<QueueState, QueueError> {
    let queue = app.queue();
    let (stats, workers) = tokio::try_join!(queue.stats(), queue.consumers())?;
    let QueueStats { waiting, lag, delayed, dead } = stats;
    Ok(QueueState { waiting, lag, delayed, dead, workers })
}

/// Who may sign up, and whether the next account is the first.
async fn signup(app: &App) -> Result<(Signup, bool), String> {
    let any = async { app.store().users().any_exist().await.map_err(AppError::from) };
    let (mode, any) = tokio::try_join!(app.signup_mode(), any).map_err(|error| format!("{error:?}"))?;
    Ok((mode, !any))
}
