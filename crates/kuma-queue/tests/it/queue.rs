//! The queue.

use std::collections::HashSet;
use std::time::Duration;

use kuma_queue::QueueError;
use kuma_types::JobId;

use crate::world::{World, both, nothing_comes, receive, soon, until};

both!(
    ids_come_out_in_order,
    delayed_ids_come_when_they_are_due,
    two_workers_get_each_job_once,
    a_job_waits_once,
    a_job_at_work_can_be_announced_again,
    a_call_that_is_given_up_loses_nothing,
    what_is_given_up_is_kept_once,
    given_up_jobs_are_listed_newest_first,
    the_queue_knows_how_full_it_is,
    a_worker_that_leaves_receives_no_more,
);

pub(crate) async fn ids_come_out_in_order(world: World) {
    let (server, worker) = (world.queue("server").await, world.queue("worker").await);
    let jobs: Vec<JobId> = (0..50).map(|_| JobId::new()).collect();
    for job in &jobs {
        server.publish(*job, None).await.unwrap();
    }
    assert_eq!(worker.depth().await.unwrap(), 50);
    for job in &jobs {
        let delivery = receive(&worker).await;
        assert_eq!(delivery.job, *job);
        worker.acknowledge(&delivery).await.unwrap();
        worker.acknowledge(&delivery).await.unwrap();
    }
    assert_eq!(server.depth().await.unwrap(), 0);
}

pub(crate) async fn delayed_ids_come_when_they_are_due(world: World) {
    let (server, worker) = (world.queue("server").await, world.queue("worker").await);
    let (now, soon_due, late) = (JobId::new(), JobId::new(), JobId::new());
    let began = std::time::Instant::now();
    server.publish(late, Some(Duration::from_hours(1))).await.unwrap();
    server.publish(soon_due, Some(Duration::from_millis(1_500))).await.unwrap();
    // Of two times, the earlier one stands.
    server.publish(soon_due, Some(Duration::from_hours(2))).await.unwrap();
    server.publish(now, None).await.unwrap();
    assert_eq!(server.depth().await.unwrap(), 3);
    assert_eq!(server.stats().await.unwrap().delayed, 2);
    assert_eq!(receive(&worker).await.job, now);
    assert_eq!(receive(&worker).await.job, soon_due);
    assert!(began.elapsed() >= Duration::from_millis(1_500), "never too early");
    assert!(nothing_comes(&worker).await);
    server.publish(late, Some(Duration::ZERO)).await.unwrap();
    assert_eq!(receive(&worker).await.job, late);
}

pub(crate) async fn two_workers_get_each_job_once(world: World) {
    let server = world.queue("server").await;
    let workers = [world.queue("one").await, world.queue("two").await];
    let jobs: HashSet<JobId> = (0..200).map(|_| JobId::new()).collect();
    let receivers: Vec<_> = (0..8)
        .map(|n| {
            let worker = workers[n % 2].clone();
            let take = async move {
                let mut got = Vec::new();
                while let Ok(Ok(delivery)) =
                    tokio::time::timeout(Duration::from_secs(2), worker.receive()).await
                {
                    got.push(delivery.job);
                    worker.acknowledge(&delivery).await.unwrap();
                }
                got
            };
            tokio::spawn(take)
        })
        .collect();
    for job in &jobs {
        server.publish(*job, None).await.unwrap();
    }
    let mut all = Vec::new();
    for receiver in receivers {
        all.extend(soon(receiver).await.unwrap());
    }
    assert_eq!(all.len(), 200, "each once");
    assert_eq!(all.into_iter().collect::<HashSet<_>>(), jobs);
}

pub(crate) async fn a_job_waits_once(world: World) {
    let (server, other) = (world.queue("server").await, world.queue("other").await);
    let (job, next) = (JobId::new(), JobId::new());
    for _ in 0..5 {
        server.publish(job, None).await.unwrap();
        other.publish(job, None).await.unwrap();
    }
    server.publish(next, None).await.unwrap();
    assert_eq!(server.depth().await.unwrap(), 2);
    let worker = world.queue("worker").await;
    assert_eq!(receive(&worker).await.job, job);
    assert_eq!(receive(&worker).await.job, next);
}

pub(crate) async fn a_job_at_work_can_be_announced_again(world: World) {
    let (server, worker) = (world.queue("server").await, world.queue("worker").await);
    let job = JobId::new();
    server.publish(job, None).await.unwrap();
    let first = receive(&worker).await;
    // Its turn came while somebody held an older word of it.
    server.publish(job, None).await.unwrap();
    server.publish(job, None).await.unwrap();
    worker.acknowledge(&first).await.unwrap();
    let second = receive(&worker).await;
    assert_eq!(second.job, job);
    assert_ne!(second.receipt, first.receipt);
    worker.acknowledge(&second).await.unwrap();
    assert_eq!(server.depth().await.unwrap(), 0);
}

pub(crate) async fn a_call_that_is_given_up_loses_nothing(world: World) {
    let (server, worker) = (world.queue("server").await, world.queue("worker").await);
    let jobs: HashSet<JobId> = (0..60).map(|_| JobId::new()).collect();
    let mut got = Vec::new();
    let mut left = jobs.iter();
    for turn in 0u64.. {
        match left.next() {
            Some(job) => server.publish(*job, None).await.unwrap(),
            None if got.len() == jobs.len() => break,
            None => assert!(turn < 5_000, "some never came: {}", jobs.len() - got.len()),
        }
        let patience = Duration::from_micros((turn * 137) % 3_000);
        // Two at once, given up at any point of the way.
        let (a, b) = tokio::join!(
            tokio::time::timeout(patience, worker.receive()),
            tokio::time::timeout(patience * 2, worker.receive()),
        );
        for delivery in [a, b].into_iter().flatten() {
            let delivery = delivery.unwrap();
            got.push(delivery.job);
            worker.acknowledge(&delivery).await.unwrap();
        }
    }
    assert_eq!(got.into_iter().collect::<HashSet<_>>(), jobs);
    assert_eq!(server.depth().await.unwrap(), 0);
}

pub(crate) async fn what_is_given_up_is_kept_once(world: World) {
    let (server, worker) = (world.queue("server").await, world.queue("worker").await);
    let job = JobId::new();
    for reason in ["first", "the model refused 3 times"] {
        server.publish(job, None).await.unwrap();
        let delivery = receive(&worker).await;
        worker.bury(&delivery, reason).await.unwrap();
    }
    assert_eq!(server.stats().await.unwrap().dead, 1);
    assert_eq!(server.depth().await.unwrap(), 0);
    let dead = server.dead(None, 10).await.unwrap();
    assert_eq!(dead.len(), 1);
    assert_eq!((dead[0].job, dead[0].reason.as_str()), (job, "the model refused 3 times"));
    assert!(dead[0].at.elapsed().unwrap() < Duration::from_mins(5));
    assert_eq!(server.unbury(JobId::new()).await.unwrap(), None);
    assert_eq!(server.unbury(job).await.unwrap().as_ref(), dead.first());
    assert_eq!(server.unbury(job).await.unwrap(), None);
    assert_eq!(receive(&worker).await.job, job);
    assert_eq!(server.stats().await.unwrap().dead, 0);
}

pub(crate) async fn given_up_jobs_are_listed_newest_first(world: World) {
    let (server, worker) = (world.queue("server").await, world.queue("worker").await);
    let jobs: Vec<JobId> = (0..7).map(|_| JobId::new()).collect();
    for job in &jobs {
        server.publish(*job, None).await.unwrap();
        let delivery = receive(&worker).await;
        worker.bury(&delivery, "tried too often").await.unwrap();
    }
    let mut listed = Vec::new();
    let mut before = None;
    loop {
        let page = server.dead(before.as_deref(), 3).await.unwrap();
        let Some(last) = page.last() else { break };
        before = Some(last.receipt.clone());
        listed.extend(page.into_iter().map(|letter| letter.job));
    }
    assert_eq!(listed, jobs.iter().rev().copied().collect::<Vec<_>>());
    assert_eq!(server.drop_dead(jobs[3]).await.unwrap().unwrap().job, jobs[3]);
    assert_eq!(server.drop_dead(jobs[3]).await.unwrap(), None);
    assert_eq!(server.dead(None, 100).await.unwrap().len(), 6);
    assert!(nothing_comes(&worker).await);
}

pub(crate) async fn the_queue_knows_how_full_it_is(world: World) {
    let (server, worker) = (world.queue("server").await, world.queue("worker").await);
    let empty = server.stats().await.unwrap();
    assert_eq!((empty.waiting, empty.lag, empty.delayed, empty.dead), (0, Duration::ZERO, 0, 0));
    for _ in 0..3 {
        server.publish(JobId::new(), None).await.unwrap();
    }
    server.publish(JobId::new(), Some(Duration::from_hours(1))).await.unwrap();
    until(async || server.stats().await.unwrap().lag >= Duration::from_millis(50)).await;
    let full = server.stats().await.unwrap();
    assert_eq!((full.waiting, full.delayed), (3, 1));
    let held = receive(&worker).await;
    let one_at_work = server.stats().await.unwrap();
    assert_eq!((one_at_work.waiting, one_at_work.delayed), (2, 1));
    assert_eq!(worker.keep(std::slice::from_ref(&held)).await.unwrap(), [held]);
    receive(&worker).await;
    receive(&worker).await;
    assert_eq!(server.stats().await.unwrap().lag, Duration::ZERO);
}

pub(crate) async fn a_worker_that_leaves_receives_no_more(world: World) {
    let (server, worker) = (world.queue("server").await, world.queue("worker").await);
    assert_eq!(server.consumers().await.unwrap(), 0);
    let waiting = tokio::spawn({
        let worker = worker.clone();
        async move { worker.receive().await }
    });
    until(async || server.consumers().await.unwrap() == 1).await;
    worker.leave().await.unwrap();
    assert!(matches!(soon(waiting).await.unwrap(), Err(QueueError::Closed)));
    assert!(matches!(soon(worker.receive()).await, Err(QueueError::Closed)));
    assert_eq!(server.consumers().await.unwrap(), 0);
    server.publish(JobId::new(), None).await.unwrap();
    assert_eq!(server.depth().await.unwrap(), 1);
}
