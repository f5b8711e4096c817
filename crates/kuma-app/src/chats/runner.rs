//! Part two of a run, the outside: takes ids from the queue, drives as many runs at once as the
//! limits allow, keeps their leases and checkpoints, and stops in good order.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use kuma_queue::{Delivery, QueueError};
use kuma_types::{JobId, MessageId, UserId};
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::group::Finishes;
use super::{checkpoint, drive, recover};
use crate::App;
use crate::config::RunLimits;
use crate::error::{AppError, Result};

/// How often the table is searched for runs whose announcement got lost.
const SWEEP: Duration = Duration::from_secs(15);

/// How the workers inside of servers are called.
pub(super) const WORKER_PREFIX: &str = "serve-";

/// The text of a run so far, shared between its driver and the checkpoints.
#[derive(Debug, Default)]
pub(super) struct Draft {
    pub content: String,
    pub reasoning: String,
    /// Changed since the last checkpoint.
    pub dirty: bool,
}

/// A run that this process drives.
pub(super) struct ActiveRun {
    pub user: UserId,
    pub assistant_message: MessageId,
    pub epoch: i32,
    pub draft: Mutex<Draft>,
    /// Its owner wants it to stop.
    pub cancel: CancellationToken,
    /// The lease was lost, or the process stops: whatever comes must not be kept here.
    pub abandon: CancellationToken,
    /// Set, under its lock, before the run's events are kept: nothing may be added after.
    pub ended: tokio::sync::Mutex<bool>,
}

/// The runs that this process drives, for limits, checkpoints, leases and metrics.
pub struct Runs {
    active: Mutex<HashMap<JobId, Arc<ActiveRun>>>,
    permits: Arc<Semaphore>,
    pub(super) finishes: Finishes,
}

impl Runs {
    /// None yet.
    pub(crate) fn new(limits: &RunLimits) -> Self {
        Self {
            active: Mutex::default(),
            permits: Arc::new(Semaphore::new(limits.max_runs)),
            finishes: Finishes::default(),
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<JobId, Arc<ActiveRun>>> {
        self.active.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn insert(&self, job: JobId, run: Arc<ActiveRun>) {
        let mut active = self.lock();
        active.insert(job, run);
        metrics::gauge!("kuma_runs_active").set(active.len() as f64);
    }

    pub(super) fn remove(&self, job: JobId) {
        let mut active = self.lock();
        active.remove(&job);
        metrics::gauge!("kuma_runs_active").set(active.len() as f64);
    }

    pub(super) fn all(&self) -> Vec<(JobId, Arc<ActiveRun>)> {
        self.lock().iter().map(|(job, run)| (*job, run.clone())).collect()
    }

    pub(super) fn get(&self, job: JobId) -> Option<Arc<ActiveRun>> {
        self.lock().get(&job).cloned()
    }

    pub(super) fn drives(&self, job: JobId) -> bool {
        self.lock().contains_key(&job)
    }

    /// The runs of one user that this process drives.
    pub(crate) fn of_user(&self, user: UserId) -> Vec<JobId> {
        self.lock().iter().filter(|(_, run)| run.user == user).map(|(job, _)| *job).collect()
    }

    /// How many runs this process drives.
    pub fn len(&self) -> usize {
        self.lock().len()
    }

    /// Whether it drives none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// Drives runs in this process.
pub struct Runner {
    app: App,
    worker: String,
    stop: CancellationToken,
    tracker: TaskTracker,
}

impl Runner {
    /// Starts driving in the background: first what an earlier process left, then what comes.
    pub async fn start(app: App) -> Result<Arc<Self>> {
        let runner = Arc::new(Self {
            worker: format!("{WORKER_PREFIX}{}", uuid::Uuid::now_v7()),
            stop: CancellationToken::new(),
            tracker: TaskTracker::new(),
            app,
        });
        recover::at_start(&runner.app).await?;
        runner.tracker.spawn(runner.clone().take_runs());
        runner.tracker.spawn(checkpoint::keep(
            runner.app.clone(),
            runner.worker.clone(),
            runner.stop.clone(),
        ));
        runner.tracker.spawn(runner.clone().sweep());
        Ok(runner)
    }

    async fn take_runs(self: Arc<Self>) {
        loop {
            let permit = tokio::select! {
                () = self.stop.cancelled() => return,
                permit = self.app.runs().permits.clone().acquire_owned() => permit,
            };
            let Ok(permit) = permit else { return };
            let delivery = tokio::select! {
                () = self.stop.cancelled() => return,
                delivery = self.app.queue().receive() => delivery,
            };
            let delivery = match delivery {
                Ok(delivery) => delivery,
                Err(QueueError::Closed) => return,
                Err(QueueError::Unavailable(why)) => {
                    tracing::error!(why, "the queue is not available; trying again");
                    tokio::time::sleep(Duration::from_secs(1)).await;
                    continue;
                }
            };
            let runner = self.clone();
            self.tracker.spawn(async move {
                runner.take(delivery).await;
                drop(permit);
            });
        }
    }

    async fn take(&self, delivery: Delivery) {
        if let Err(error) = drive::drive(&self.app, &self.worker, delivery.job).await {
            // The row is as it was, or its lease runs out: the sweep brings it back.
            tracing::error!(run = %delivery.job, error = ?error, "a run could not be driven");
        }
        if let Err(error) = self.app.queue().acknowledge(&delivery).await {
            tracing::warn!(run = %delivery.job, %error, "a delivery could not be acknowledged");
        }
    }

    /// Announces again what is waiting and what was left behind: the table is the truth.
    async fn sweep(self: Arc<Self>) {
        loop {
            tokio::select! {
                () = self.stop.cancelled() => return,
                () = tokio::time::sleep(SWEEP) => {}
            }
            if let Err(error) = recover::sweep(&self.app).await {
                tracing::error!(error = ?error, "waiting runs could not be looked up");
            }
        }
    }

    /// Takes no more runs, lets those at work finish for `grace`, then hands the rest back: their
    /// text is saved and they are marked as interrupted when the next process starts.
    pub async fn shut_down(&self, grace: Duration) -> Result<()> {
        self.stop.cancel();
        self.tracker.close();
        let active = self.app.runs().len();
        if active > 0 {
            tracing::info!(active, grace_s = grace.as_secs(), "waiting for runs to finish");
        }
        if tokio::time::timeout(grace, self.tracker.wait()).await.is_err() {
            let left = self.app.runs().all();
            tracing::warn!(left = left.len(), "runs are handed back");
            checkpoint::save(&self.app).await?;
            for (_, run) in left {
                run.abandon.cancel();
            }
            let rest = Duration::from_secs(5);
            tokio::time::timeout(rest, self.tracker.wait()).await.map_err(AppError::internal)?;
        }
        Ok(())
    }
}
