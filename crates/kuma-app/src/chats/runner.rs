//! Part two of a run, the outside: takes ids from the queue, drives as many runs at once as the
//! limits allow, keeps their leases and checkpoints, and stops in good order.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use kuma_queue::{Delivery, QueueError};
use kuma_store::Job;
use kuma_types::{JobId, MessageId, UserId};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::group::Finishes;
use super::{checkpoint, drive, recover};
use crate::App;
use crate::config::RunLimits;
use crate::error::{AppError, Result};

/// How the drivers inside of servers are called.
pub const SERVE_PREFIX: &str = "serve-";
/// How the drivers of `kuma worker` are called.
pub const WORKER_PREFIX: &str = "worker-";

/// A run that takes longer no longer takes the place of one that somebody just began to wait for: it
/// gets one of as many places for long runs.
const LONG_RUN: Duration = Duration::from_secs(30);
/// How often old events are forgotten.
const PRUNE: Duration = Duration::from_mins(10);
/// How often messages are looked for that nobody looks at for what lasts.
const REMEMBER: Duration = Duration::from_secs(30);
/// After the queue could not be reached.
const BREATH: Duration = Duration::from_secs(1);

/// The text of a run so far, shared between its driver and the checkpoints.
#[derive(Debug, Default)]
pub(super) struct Draft {
    pub content: String,
    pub reasoning: String,
    /// Changed since the last checkpoint.
    pub dirty: bool,
}

/// Why a driver lets go of a run that is not over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Leave {
    /// It is somebody else's already: whatever comes must not be kept here.
    Drop,
    /// It goes back into the line.
    HandBack,
}

/// A run that this process drives.
pub(super) struct ActiveRun {
    pub user: UserId,
    pub assistant_message: MessageId,
    pub epoch: i32,
    pub draft: Mutex<Draft>,
    /// Its owner wants it to stop.
    pub cancel: CancellationToken,
    /// This process lets go of it: see [`ActiveRun::leave`].
    pub abandon: CancellationToken,
    hands_back: AtomicBool,
    /// Set, under its lock, before the run's events are kept: nothing may be added after.
    pub ended: tokio::sync::Mutex<bool>,
}

impl ActiveRun {
    pub(super) fn of(job: &Job) -> Arc<Self> {
        Arc::new(Self {
            user: job.user_id,
            assistant_message: job.assistant_message_id,
            epoch: job.epoch,
            draft: Mutex::default(),
            cancel: CancellationToken::new(),
            abandon: CancellationToken::new(),
            hands_back: AtomicBool::new(false),
            ended: tokio::sync::Mutex::default(),
        })
    }

    /// The draft begins with what readers were shown by earlier owners.
    pub(super) fn begin_with(&self, text: &str) {
        let mut draft = self.draft.lock().unwrap_or_else(PoisonError::into_inner);
        text.clone_into(&mut draft.content);
    }

    /// Lets go of the run: its driver stops where it is.
    pub(super) fn leave(&self, how: Leave) {
        self.hands_back.store(how == Leave::HandBack, Ordering::Release);
        self.abandon.cancel();
    }

    /// How it is let go of; losing it to another owner, unless something else was said.
    pub(super) fn left(&self) -> Leave {
        if self.hands_back.load(Ordering::Acquire) { Leave::HandBack } else { Leave::Drop }
    }
}

/// The runs that this process drives, for limits, checkpoints, leases and metrics.
pub struct Runs {
    active: Mutex<HashMap<JobId, Arc<ActiveRun>>>,
    permits: Arc<Semaphore>,
    long_permits: Arc<Semaphore>,
    pub(super) finishes: Finishes,
}

impl Runs {
    /// None yet.
    pub(crate) fn new(limits: &RunLimits) -> Self {
        Self {
            active: Mutex::default(),
            permits: Arc::new(Semaphore::new(limits.max_runs)),
            long_permits: Arc::new(Semaphore::new(limits.max_runs)),
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
    stop: CancellationToken,
    tracker: TaskTracker,
    /// What the queue has handed out and was not told the outcome of.
    deliveries: Mutex<HashMap<JobId, Delivery>>,
}

impl Runner {
    /// Starts driving in the background: first what an earlier process left, then what comes.
    pub async fn start(app: App) -> Result<Arc<Self>> {
        let runner = Arc::new(Self {
            app,
            stop: CancellationToken::new(),
            tracker: TaskTracker::new(),
            deliveries: Mutex::default(),
        });
        recover::at_start(&runner.app).await?;
        runner.tracker.spawn(runner.clone().take_runs());
        runner.tracker.spawn(checkpoint::keep(runner.app.clone(), runner.stop.clone()));
        runner.tracker.spawn(runner.clone().hold_deliveries());
        runner.tracker.spawn(sweep(runner.app.clone(), runner.stop.clone()));
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
                    tokio::time::sleep(BREATH).await;
                    continue;
                }
            };
            let runner = self.clone();
            self.tracker.spawn(async move { runner.take(delivery, permit).await });
        }
    }

    /// Drives one run. Its place is free again when it ends, or is moved to the long ones.
    async fn take(&self, delivery: Delivery, permit: OwnedSemaphorePermit) {
        let job = delivery.job;
        self.deliveries().insert(job, delivery.clone());
        let work = drive::drive(&self.app, job);
        tokio::pin!(work);
        let done = if let Ok(done) = tokio::time::timeout(LONG_RUN, &mut work).await {
            done
        } else {
            let place = self.app.runs().long_permits.clone().try_acquire_owned();
            let _kept = if place.is_ok() {
                drop(permit);
                None
            } else {
                Some(permit)
            };
            work.await
        };
        self.deliveries().remove(&job);
        let told = match done {
            Ok(Some(reason)) => self.app.queue().bury(&delivery, &reason).await,
            Ok(None) => self.app.queue().acknowledge(&delivery).await,
            Err(error) => {
                // The row is as it was, or its lease runs out: the sweep brings it back.
                tracing::error!(run = %job, error = ?error, "a run could not be driven");
                self.app.queue().acknowledge(&delivery).await
            }
        };
        if let Err(error) = told {
            tracing::warn!(run = %job, %error, "a delivery could not be acknowledged");
        }
    }

    fn deliveries(&self) -> std::sync::MutexGuard<'_, HashMap<JobId, Delivery>> {
        self.deliveries.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Tells the queue that what it handed out is being worked on. The rows' leases say whose a run
    /// is; this only spares others a look.
    async fn hold_deliveries(self: Arc<Self>) {
        let every = self.app.config().runs.lease / 3;
        loop {
            tokio::select! {
                () = self.stop.cancelled(), if self.deliveries().is_empty() => return,
                () = tokio::time::sleep(every) => {}
            }
            let held: Vec<Delivery> = self.deliveries().values().cloned().collect();
            if let Err(error) = self.app.queue().keep(&held).await {
                tracing::warn!(%error, "the queue could not be told what is being worked on");
            }
        }
    }

    /// Takes no more runs, lets those at work finish for `grace`, then hands the rest back with their
    /// text so far: the next process goes on with them.
    pub async fn shut_down(&self, grace: Duration) -> Result<()> {
        self.stop.cancel();
        self.tracker.close();
        if let Err(error) = self.app.queue().leave().await {
            tracing::warn!(%error, "the queue could not be left in good order");
        }
        let active = self.app.runs().len();
        if active > 0 {
            tracing::info!(active, grace_s = grace.as_secs(), "waiting for runs to finish");
        }
        if tokio::time::timeout(grace, self.tracker.wait()).await.is_err() {
            let left = self.app.runs().all();
            tracing::warn!(left = left.len(), "runs are handed back");
            checkpoint::save(&self.app).await?;
            for (_, run) in left {
                run.leave(Leave::HandBack);
            }
            let rest = Duration::from_secs(5);
            tokio::time::timeout(rest, self.tracker.wait()).await.map_err(AppError::internal)?;
        }
        Ok(())
    }
}

/// Announces again what is waiting and what was left behind, until `stop`: the table is the truth. For
/// every process that takes messages or drives runs.
pub async fn sweep(app: App, stop: CancellationToken) {
    let mut pruned = tokio::time::Instant::now();
    let mut remembered = tokio::time::Instant::now();
    loop {
        // A little apart from the other processes.
        let pause = app.config().runs.sweep.mul_f64(rand::random_range(0.75..1.25));
        tokio::select! {
            () = stop.cancelled() => return,
            () = tokio::time::sleep(pause) => {}
        }
        if let Err(error) = recover::sweep(&app).await {
            tracing::error!(error = ?error, "waiting runs could not be looked up");
        }
        if remembered.elapsed() >= REMEMBER {
            remembered = tokio::time::Instant::now();
            if let Err(error) = crate::memory::sweep(&app).await {
                tracing::error!(error = ?error, "messages that were not looked at could not be looked up");
            }
        }
        if pruned.elapsed() >= PRUNE {
            pruned = tokio::time::Instant::now();
            if let Err(error) = recover::prune(&app).await {
                tracing::error!(error = ?error, "old events could not be forgotten");
            }
        }
    }
}
