//! What only a queue that is shared among processes has to promise: dead workers.

use std::sync::Arc;
use std::time::Duration;

use kuma_queue::Queue;
use kuma_queue::redis::{QueueOptions, RedisOptions};
use kuma_types::JobId;

use crate::world::{World, nothing_comes, receive, soon, until};

const LEASE: Duration = Duration::from_secs(2);

async fn worker(world: &World, name: &str, lease: Duration) -> Arc<dyn Queue> {
    Arc::new(world.process().await.queue(QueueOptions { lease, ..QueueOptions::new(name) }))
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_dead_worker_held_goes_to_another() {
    let world = World::redis();
    let (dead, living) = (worker(&world, "dead", LEASE).await, worker(&world, "living", LEASE).await);
    let jobs = [JobId::new(), JobId::new()];
    let mut lost = Vec::new();
    for job in jobs {
        dead.publish(job, None).await.unwrap();
        lost.push(receive(&dead).await);
    }
    let mut got = [receive(&living).await, receive(&living).await];
    got.sort_by_key(|delivery| delivery.job);
    assert_eq!([got[0].job, got[1].job], jobs);
    // It wakes up: nothing of it is its own any more.
    assert!(dead.keep(&lost).await.unwrap().is_empty());
    dead.acknowledge(&lost[0]).await.unwrap();
    assert_eq!(living.keep(&got).await.unwrap(), got, "they are still the living one's");
    for delivery in &got {
        living.acknowledge(delivery).await.unwrap();
    }
    assert_eq!(living.depth().await.unwrap(), 0);
    let raw = Inspect::of(&world).await;
    assert_eq!(raw.length("message_stream").await, 0, "what is dealt with takes no room");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_kept_stays_with_its_worker() {
    let world = World::redis();
    let (slow, idle) = (worker(&world, "slow", LEASE).await, worker(&world, "idle", LEASE).await);
    slow.publish(JobId::new(), None).await.unwrap();
    let held = receive(&slow).await;
    let waiting = tokio::spawn({
        let idle = idle.clone();
        async move { idle.receive().await.unwrap() }
    });
    let began = std::time::Instant::now();
    while began.elapsed() < LEASE * 2 {
        assert_eq!(slow.keep(std::slice::from_ref(&held)).await.unwrap(), std::slice::from_ref(&held));
        tokio::time::sleep(LEASE / 20).await;
    }
    slow.acknowledge(&held).await.unwrap();
    let next = JobId::new();
    slow.publish(next, None).await.unwrap();
    assert_eq!(soon(waiting).await.unwrap().job, next, "the first one never came to the idle worker");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_worker_that_leaves_gives_back_what_it_has_not_handed_out() {
    let world = World::redis();
    let options = |name: &str| QueueOptions {
        lease: Duration::from_mins(10),
        poll: Duration::from_secs(4),
        ..QueueOptions::new(name)
    };
    let leaving: Arc<dyn Queue> = Arc::new(world.process().await.queue(options("leaving")));
    let staying: Arc<dyn Queue> = Arc::new(world.process().await.queue(options("staying")));
    let (held, taken) = (JobId::new(), JobId::new());
    staying.publish(held, None).await.unwrap();
    let at_work = receive(&leaving).await;
    // Its caller goes away while a read waits at the server, and the read takes what comes.
    assert!(nothing_comes(&leaving).await);
    staying.publish(taken, None).await.unwrap();
    assert_eq!(staying.stats().await.unwrap().waiting, 0);
    leaving.leave().await.unwrap();
    assert_eq!(receive(&staying).await.job, taken);
    assert!(nothing_comes(&staying).await, "what is at work stays with whoever works on it");
    leaving.acknowledge(&at_work).await.unwrap();
    assert_eq!(staying.consumers().await.unwrap(), 1);
    assert_eq!(Inspect::of(&world).await.length("message_stream").await, 1, "the one that is at work");
}

#[tokio::test(flavor = "multi_thread")]
async fn workers_that_went_silent_do_not_count() {
    let world = World::redis();
    let seen_within = Duration::from_millis(1_500);
    let options = |name: &str| QueueOptions { seen_within, ..QueueOptions::new(name) };
    let process = world.process().await;
    let (silent, busy) = (process.queue(options("silent")), process.queue(options("busy")));
    silent.publish(JobId::new(), None).await.unwrap();
    soon(silent.receive()).await.unwrap();
    busy.keep(&[]).await.unwrap();
    assert_eq!(busy.consumers().await.unwrap(), 2);
    until(async || {
        // A worker without a free place does not receive, but keeps.
        busy.keep(&[]).await.unwrap();
        busy.consumers().await.unwrap() == 1
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn streams_stay_bounded() {
    let world = World::redis();
    let options = QueueOptions { most_entries: 100, ..QueueOptions::new("worker") };
    let queue = world.process().await.queue(options);
    for _ in 0..2_000 {
        queue.publish(JobId::new(), None).await.unwrap();
    }
    let length = Inspect::of(&world).await.length("message_stream").await;
    assert!((100..500).contains(&length), "cut at about 100: {length}");
    // What is left still comes, and nothing stumbles over what is gone.
    for _ in 0..length {
        let delivery = soon(queue.receive()).await.unwrap();
        queue.acknowledge(&delivery).await.unwrap();
    }
    assert_eq!(queue.depth().await.unwrap(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_entry_that_names_no_job_is_removed() {
    let world = World::redis();
    let queue = world.queue("worker").await;
    let mut raw = Inspect::of(&world).await;
    let stream = raw.name("message_stream");
    redis::cmd("XADD")
        .arg(&stream)
        .arg("*")
        .arg("other")
        .arg("thing")
        .exec_async(&mut raw.connection)
        .await
        .unwrap();
    redis::cmd("XADD")
        .arg(&stream)
        .arg("*")
        .arg("job")
        .arg("none")
        .exec_async(&mut raw.connection)
        .await
        .unwrap();
    let job = JobId::new();
    queue.publish(job, None).await.unwrap();
    let delivery = receive(&queue).await;
    assert_eq!(delivery.job, job);
    queue.acknowledge(&delivery).await.unwrap();
    assert_eq!(raw.length("message_stream").await, 0);
}

/// A look at what is in Redis.
pub(crate) struct Inspect {
    prefix: String,
    pub(crate) connection: redis::aio::MultiplexedConnection,
}

impl Inspect {
    pub(crate) async fn of(world: &World) -> Self {
        let World::Redis(RedisOptions { url, prefix, .. }) = world else { panic!("this test is for Redis") };
        let client = redis::Client::open(url.as_str()).unwrap();
        Self { prefix: prefix.clone(), connection: client.get_multiplexed_async_connection().await.unwrap() }
    }

    pub(crate) fn name(&self, name: &str) -> String {
        format!("{}{name}", self.prefix)
    }

    pub(crate) async fn length(&self, stream: &str) -> u64 {
        redis::cmd("XLEN").arg(self.name(stream)).query_async(&mut self.connection.clone()).await.unwrap()
    }

    pub(crate) async fn expires_in(&self, key: &str) -> i64 {
        redis::cmd("TTL").arg(self.name(key)).query_async(&mut self.connection.clone()).await.unwrap()
    }
}
