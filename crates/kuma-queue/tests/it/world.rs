//! Where a test runs: in one process, or among several that share a Redis.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use futures::StreamExt;
use kuma_queue::memory::{MemoryJournal, MemoryQueue, MemorySignals};
use kuma_queue::redis::{JournalOptions, QueueOptions, Redis, RedisOptions};
use kuma_queue::{Delivery, EventStream, Journal, JournalError, Queue, Signals};
use kuma_types::{FinishReason, JobId, RunEvent, Usage};

/// Makes a test of each body on each form: `both!(a, b)`.
macro_rules! both {
    ($($body:ident),+ $(,)?) => {
        mod memory {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $body() { super::$body(crate::world::World::memory()).await; })+
        }
        mod redis {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $body() { super::$body(crate::world::World::redis()).await; })+
        }
    };
}
pub(crate) use both;

/// No test waits longer for anything.
pub(crate) const BOUND: Duration = Duration::from_secs(30);

/// One set of queue, journal and signals, shared by what stands for several processes.
#[derive(Clone)]
pub(crate) enum World {
    Memory { queue: Arc<MemoryQueue>, journal: Arc<MemoryJournal>, signals: Arc<MemorySignals> },
    Redis(RedisOptions),
}

impl World {
    pub(crate) fn memory() -> Self {
        Self::Memory { queue: Arc::default(), journal: Arc::default(), signals: Arc::default() }
    }

    /// On the shared server, with names of its own.
    pub(crate) fn redis() -> Self {
        let url = std::env::var("KUMA_TEST_REDIS_URL").ok().filter(|url| !url.is_empty());
        Self::at(&url.expect(
            "The tests on Redis need a server: run `make test`, which starts one, or set KUMA_TEST_REDIS_URL \
             to the address of a Redis 7 whose data do not matter.",
        ))
    }

    /// On the Redis at this address, with names of its own.
    pub(crate) fn at(url: &str) -> Self {
        Self::Redis(RedisOptions {
            prefix: format!("test-{}:", JobId::new().0.simple()),
            ..RedisOptions::new(url)
        })
    }

    /// What a process has of Redis.
    pub(crate) async fn process(&self) -> Redis {
        match self {
            Self::Memory { .. } => panic!("this test is for Redis"),
            Self::Redis(options) => Redis::connect(options.clone()).await.unwrap(),
        }
    }

    /// The journal as another process sees it.
    pub(crate) async fn journal(&self) -> Arc<dyn Journal> {
        match self {
            Self::Memory { journal, .. } => journal.clone(),
            Self::Redis(_) => Arc::new(self.process().await.journal(JournalOptions::default())),
        }
    }

    /// The queue as this worker sees it.
    pub(crate) async fn queue(&self, worker: &str) -> Arc<dyn Queue> {
        match self {
            Self::Memory { queue, .. } => queue.clone(),
            Self::Redis(_) => {
                // So long that nothing is taken over by itself.
                let options = QueueOptions { lease: Duration::from_mins(10), ..QueueOptions::new(worker) };
                Arc::new(self.process().await.queue(options))
            }
        }
    }

    /// Signals as another process has them.
    pub(crate) async fn signals(&self) -> Arc<dyn Signals> {
        match self {
            Self::Memory { signals, .. } => signals.clone(),
            Self::Redis(_) => Arc::new(self.process().await.signals()),
        }
    }
}

/// Waits for something, but not for ever.
pub(crate) async fn soon<T>(what: impl Future<Output = T>) -> T {
    tokio::time::timeout(BOUND, what).await.expect("it did not happen in time")
}

/// Asks again and again until the answer is yes.
pub(crate) async fn until(mut yes: impl AsyncFnMut() -> bool) {
    soon(async {
        while !yes().await {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    })
    .await;
}

pub(crate) async fn receive(queue: &Arc<dyn Queue>) -> Delivery {
    soon(queue.receive()).await.unwrap()
}

/// Whether nothing comes although there was time for it.
pub(crate) async fn nothing_comes(queue: &Arc<dyn Queue>) -> bool {
    tokio::time::timeout(Duration::from_millis(700), queue.receive()).await.is_err()
}

pub(crate) fn chunk(text: impl ToString) -> RunEvent {
    RunEvent::Chunk { text: text.to_string() }
}

pub(crate) fn done() -> RunEvent {
    RunEvent::Done {
        message: serde_json::json!({}),
        usage: Usage::default(),
        finish_reason: FinishReason::Stop,
    }
}

/// All that a reader gets, until the journal ends.
pub(crate) async fn read_all(journal: &dyn Journal, job: JobId, after: u64) -> Vec<(u64, RunEvent)> {
    rest(soon(journal.follow(job, after)).await.unwrap().expect("known run")).await.unwrap()
}

/// All that comes, and the error it ends with if it does.
pub(crate) async fn rest(mut stream: EventStream) -> Result<Vec<(u64, RunEvent)>, JournalError> {
    let mut all = Vec::new();
    while let Some(batch) = soon(stream.next()).await {
        let batch = batch?;
        assert!(!batch.is_empty(), "never an empty batch");
        all.extend(batch.into_iter().map(|event| (event.number, (*event.event).clone())));
    }
    Ok(all)
}

/// At least `count` events.
pub(crate) async fn take(stream: &mut EventStream, count: usize) -> Vec<(u64, RunEvent)> {
    let mut all = Vec::new();
    while all.len() < count {
        let batch = soon(stream.next()).await.expect("more events").unwrap();
        all.extend(batch.into_iter().map(|event| (event.number, (*event.event).clone())));
    }
    all
}

pub(crate) fn numbers(events: &[(u64, RunEvent)]) -> Vec<u64> {
    events.iter().map(|(number, _)| *number).collect()
}

pub(crate) fn text(events: &[(u64, RunEvent)]) -> String {
    let of = |(_, event): &(u64, RunEvent)| match event {
        RunEvent::Chunk { text } => text.clone(),
        _ => String::new(),
    };
    events.iter().map(of).collect()
}

/// `1 2 3 `: what chunks with these texts make together.
pub(crate) fn counted(to: u64) -> String {
    (1..=to).fold(String::new(), |text, n| text + &n.to_string() + " ")
}
