//! Redis is flushed, stops, comes back empty, or cuts connections.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use futures::StreamExt;
use kuma_queue::redis::{ConnectError, JournalOptions, QueueOptions, Redis, RedisOptions};
use kuma_queue::{Journal, JournalError, Queue, QueueError, Signal, Signals};
use kuma_types::JobId;

use crate::server::Server;
use crate::world::{World, chunk, counted, done, numbers, read_all, receive, rest, soon, take, text, until};

fn quick() -> JournalOptions {
    JournalOptions {
        heal_within: Duration::from_secs(2),
        check_every: Duration::from_millis(200),
        ..JournalOptions::default()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_flushed_journal_is_written_again_by_its_driver() {
    let server = Server::start().await;
    let world = World::at(&server.url());
    let (driver, other) = (world.process().await.journal(quick()), world.process().await.journal(quick()));
    let (busy, silent) = (JobId::new(), JobId::new());
    for job in [busy, silent] {
        other.append(job, 0, vec![chunk("0"), chunk("1")]).await.unwrap();
        assert_eq!(driver.append(job, 1, vec![chunk("2")]).await.unwrap(), 3);
    }
    let mut here = other.follow(busy, 0).await.unwrap().unwrap();
    let mut there = driver.follow(silent, 2).await.unwrap().unwrap();
    take(&mut here, 3).await;
    take(&mut there, 1).await;
    server.flush().await;
    // The next append finds it gone; where none comes, the next look does.
    assert_eq!(driver.append(busy, 1, vec![chunk("3")]).await.unwrap(), 4);
    until(async || matches!(other.follow(silent, 0).await, Ok(Some(_)))).await;
    assert_eq!(driver.append(silent, 1, vec![chunk("3")]).await.unwrap(), 4);
    for job in [busy, silent] {
        driver.append(job, 1, vec![done()]).await.unwrap();
        assert_eq!(text(&read_all(&other, job, 0).await), "0123", "a new reader misses nothing");
    }
    assert_eq!(numbers(&rest(here).await.unwrap()), [4, 5], "nor does an old one");
    assert_eq!(numbers(&rest(there).await.unwrap()), [4, 5]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_journal_lost_before_its_owners_first_word_is_written_again() {
    let server = Server::start().await;
    let world = World::at(&server.url());
    let (driver, other) = (world.process().await.journal(quick()), world.process().await.journal(quick()));
    let job = JobId::new();
    other.reopen(job, 0, 0, vec![chunk("0"), chunk("1")]).await.unwrap();
    let mut reader = other.follow(job, 0).await.unwrap().unwrap();
    take(&mut reader, 2).await;
    // The owner takes over what is there, and nothing it has said has arrived when Redis dies.
    assert_eq!(driver.reopen(job, 1, 0, vec![chunk("0"), chunk("1")]).await.unwrap(), 2);
    server.flush().await;
    assert_eq!(driver.append(job, 1, vec![chunk("2")]).await.unwrap(), 3, "numbered on, not anew");
    driver.append(job, 1, vec![done()]).await.unwrap();
    assert_eq!(numbers(&rest(reader).await.unwrap()), [3, 4]);
    assert_eq!(text(&read_all(&other, job, 0).await), "012");
}

#[tokio::test(flavor = "multi_thread")]
async fn readers_of_a_journal_that_nobody_can_write_again_are_told() {
    let server = Server::start().await;
    let world = World::at(&server.url());
    let (driver, other) = (world.process().await.journal(quick()), world.process().await.journal(quick()));
    let job = JobId::new();
    driver.append(job, 1, vec![chunk("a"), chunk("b")]).await.unwrap();
    driver.release(job).await.unwrap();
    let mut waiting = other.follow(job, 0).await.unwrap().unwrap();
    let behind = other.follow(job, 0).await.unwrap().unwrap();
    take(&mut waiting, 2).await;
    server.flush().await;
    assert!(matches!(rest(waiting).await, Err(JournalError::Lost(_))));
    // It may have had its events in time; otherwise it is told as well.
    assert!(rest(behind).await.is_err());
    assert!(other.follow(job, 2).await.unwrap().is_none());
    // Somebody begins it anew: a reader of the old one is told, a new one is not.
    driver.append(job, 2, vec![chunk("A")]).await.unwrap();
    let old = other.follow(job, 2).await.unwrap().unwrap();
    let mut new = other.follow(job, 0).await.unwrap().unwrap();
    assert_eq!(take(&mut new, 1).await, [(1, chunk("A"))]);
    assert!(matches!(rest(old).await, Err(JournalError::Lost(_))));
    driver.append(job, 2, vec![done()]).await.unwrap();
    assert_eq!(numbers(&rest(new).await.unwrap()), [2]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_zombie_cannot_bring_back_what_another_has_taken_over() {
    let server = Server::start().await;
    let world = World::at(&server.url());
    let (old, new) = (world.process().await.journal(quick()), world.process().await.journal(quick()));
    let job = JobId::new();
    old.append(job, 1, vec![chunk("a")]).await.unwrap();
    new.append(job, 2, vec![chunk("b")]).await.unwrap();
    // What came before it is read in the background.
    until(async || new.snapshot(job).await.unwrap().len() == 2).await;
    server.flush().await;
    until(async || matches!(new.follow(job, 0).await, Ok(Some(_)))).await;
    assert!(matches!(old.append(job, 1, vec![chunk("x")]).await, Err(JournalError::Fenced(_))));
    new.append(job, 2, vec![done()]).await.unwrap();
    assert!(text(&read_all(&new, job, 0).await).ends_with('b'));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restarted_redis_costs_a_pause() {
    let mut server = Server::start().await;
    let world = World::at(&server.url());
    let (driver, other) = (world.process().await, world.process().await);
    let signals = (driver.signals(), other.signals());
    let (journal, followed) = (Arc::new(driver.journal(quick())), other.journal(quick()));
    let queue: Arc<dyn Queue> = Arc::new(driver.queue(QueueOptions::new("worker")));
    let job = JobId::new();
    journal.open(job).await.unwrap();
    let reader = tokio::spawn(rest(followed.follow(job, 0).await.unwrap().unwrap()));
    let mut words = signals.0.listen(job).await.unwrap();
    let receiver = tokio::spawn({
        let queue = queue.clone();
        async move {
            loop {
                match queue.receive().await {
                    Ok(delivery) => return delivery.job,
                    Err(QueueError::Unavailable(_)) => tokio::time::sleep(Duration::from_millis(20)).await,
                    Err(QueueError::Closed) => panic!("nobody left"),
                }
            }
        }
    });
    let writer = tokio::spawn({
        let journal = journal.clone();
        async move {
            for n in 1..=400u64 {
                assert_eq!(journal.append(job, 1, vec![chunk(format!("{n} "))]).await.unwrap(), n);
            }
            journal.append(job, 1, vec![done()]).await.unwrap();
        }
    });
    until(async || journal.snapshot(job).await.unwrap_or_default().len() > 50).await;
    server.kill();
    server.start_again().await;
    soon(writer).await.unwrap();
    let expected = counted(400);
    let read = soon(reader).await.unwrap().unwrap();
    assert_eq!(numbers(&read), (1..=401).collect::<Vec<_>>());
    assert_eq!(text(&read), expected);
    // The table brings jobs back, and signals are heard again.
    let queued = JobId::new();
    until(async || queue.publish(queued, None).await.is_ok()).await;
    assert_eq!(soon(receiver).await.unwrap(), queued);
    until(async || {
        signals.1.send(job, Signal::Cancel).await.unwrap();
        tokio::time::timeout(Duration::from_millis(100), words.next()).await.is_ok()
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn cut_connections_add_nothing_twice_and_lose_nothing() {
    let server = Server::start().await;
    let world = World::at(&server.url());
    let journal: Arc<dyn Journal> = Arc::new(world.process().await.journal(quick()));
    let followed = world.process().await.journal(quick());
    let jobs: Vec<JobId> = (0..10).map(|_| JobId::new()).collect();
    let mut readers = Vec::new();
    let mut writers = Vec::new();
    for job in jobs {
        journal.open(job).await.unwrap();
        readers.push(tokio::spawn(rest(followed.follow(job, 0).await.unwrap().unwrap())));
        let journal = journal.clone();
        writers.push(tokio::spawn(async move {
            for n in 1..=150u64 {
                assert_eq!(journal.append(job, 1, vec![chunk(format!("{n} "))]).await.unwrap(), n);
            }
            journal.append(job, 1, vec![done()]).await.unwrap();
        }));
    }
    // Each time, some batch has been carried out whose answer is lost.
    let mut raw = server.raw().await;
    let mut cuts = 0;
    while !writers.iter().all(tokio::task::JoinHandle::is_finished) {
        for kind in ["normal", "pubsub"] {
            let mut cut = redis::cmd("CLIENT");
            cut.arg("KILL").arg("TYPE").arg(kind).arg("SKIPME").arg("yes");
            cuts += cut.query_async::<u64>(&mut raw).await.unwrap();
        }
        tokio::time::sleep(Duration::from_millis(30)).await;
    }
    assert!(cuts > 0);
    for writer in writers {
        writer.await.unwrap();
    }
    let expected = counted(150);
    for reader in readers {
        let read = soon(reader).await.unwrap().unwrap();
        assert_eq!(numbers(&read), (1..=151).collect::<Vec<_>>());
        assert_eq!(text(&read), expected);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_flushed_queue_works_on() {
    let server = Server::start().await;
    let world = World::at(&server.url());
    let queue = world.queue("worker").await;
    let (lost, at_work) = (JobId::new(), JobId::new());
    queue.publish(at_work, None).await.unwrap();
    let held = receive(&queue).await;
    let waiting = tokio::spawn({
        let queue = queue.clone();
        async move { queue.receive().await }
    });
    server.flush().await;
    assert!(queue.keep(std::slice::from_ref(&held)).await.unwrap().is_empty());
    queue.acknowledge(&held).await.unwrap();
    assert_eq!(queue.stats().await.unwrap().waiting, 0);
    // The table announces them again; which of them a receiver that was cut off sees is the same.
    let jobs = HashSet::from([lost, at_work]);
    let mut got = HashSet::new();
    for job in &jobs {
        queue.publish(*job, None).await.unwrap();
    }
    if let Ok(delivery) = soon(waiting).await.unwrap() {
        got.insert(delivery.job);
    }
    while got.len() < 2 {
        got.insert(receive(&queue).await.job);
    }
    assert_eq!(got, jobs);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_redis_that_is_away_is_said_to_be() {
    let mut server = Server::start().await;
    let options = |url: String| RedisOptions {
        connect_timeout: Duration::from_millis(500),
        response_timeout: Duration::from_millis(500),
        patience: Duration::from_millis(300),
        ..RedisOptions::new(url)
    };
    let redis = Redis::connect(options(server.url())).await.unwrap();
    let short = JournalOptions {
        patience: Duration::from_millis(300),
        away_within: Duration::from_millis(300),
        ..quick()
    };
    let (queue, journal, signals) =
        (redis.queue(QueueOptions::new("worker")), redis.journal(short), redis.signals());
    let job = JobId::new();
    journal.append(job, 1, vec![chunk("a")]).await.unwrap();
    let mut reader = journal.follow(job, 0).await.unwrap().unwrap();
    take(&mut reader, 1).await;
    server.kill();
    assert!(matches!(soon(queue.publish(job, None)).await, Err(QueueError::Unavailable(_))));
    assert!(matches!(soon(queue.receive()).await, Err(QueueError::Unavailable(_))));
    assert!(matches!(
        soon(journal.append(job, 1, vec![chunk("b")])).await,
        Err(JournalError::Unavailable(_))
    ));
    assert!(matches!(rest(reader).await, Err(JournalError::Unavailable(_))));
    assert!(soon(journal.follow(job, 0)).await.is_err());
    assert!(soon(signals.send(job, Signal::Cancel)).await.is_err());
    assert!(soon(signals.listen(JobId::new())).await.is_err());
    assert!(soon(redis.ping()).await.is_err());
    let Err(ConnectError::Unreachable(why)) = soon(Redis::connect(options(server.url()))).await else {
        panic!("nobody is there")
    };
    assert!(!why.is_empty());
    // And when it is back, everything goes on without being told.
    server.start_again().await;
    until(async || redis.ping().await.is_ok()).await;
    queue.publish(job, None).await.unwrap();
    assert_eq!(soon(queue.receive()).await.unwrap().job, job);
    let last = soon(journal.append(job, 1, vec![done()])).await.unwrap();
    assert_eq!(read_all(&journal, job, 0).await.len() as u64, last);
    drop(soon(signals.listen(JobId::new())).await.unwrap());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_says_nothing_is_given_up() {
    // Takes connections and never answers.
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let silent = tokio::spawn(async move {
        let mut open = Vec::new();
        loop {
            open.push(listener.accept().await.unwrap());
        }
    });
    let options = RedisOptions {
        connect_timeout: Duration::from_millis(300),
        response_timeout: Duration::from_millis(300),
        patience: Duration::from_millis(300),
        ..RedisOptions::new(format!("redis://:secret@{address}"))
    };
    let Err(error) = soon(Redis::connect(options)).await else { panic!("nobody answers") };
    let sentence = error.to_string();
    assert!(sentence.contains("REDIS_URL") && !sentence.contains("secret"), "{sentence}");
    silent.abort();
}
