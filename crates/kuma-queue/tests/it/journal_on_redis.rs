//! What only a journal on a server has to promise: its size and its life.

use kuma_queue::redis::JournalOptions;
use kuma_queue::{Journal, JournalError};
use kuma_types::JobId;

use crate::queue_on_redis::Inspect;
use crate::world::{World, chunk, done, numbers, read_all, rest, take};

#[tokio::test(flavor = "multi_thread")]
async fn a_journal_expires_after_its_run_and_not_before() {
    let world = World::redis();
    let journal = world.process().await.journal(JournalOptions::default());
    let raw = Inspect::of(&world).await;
    let job = JobId::new();
    let (events, state) = (format!("{{{job}}}:events"), format!("{{{job}}}:journal"));
    let hour = 3_600;
    journal.open(job).await.unwrap();
    assert!(raw.expires_in(&state).await > 23 * hour);
    for n in 0..300 {
        journal.append(job, 1, vec![chunk(n)]).await.unwrap();
    }
    assert!(raw.expires_in(&events).await > 23 * hour && raw.expires_in(&state).await > 23 * hour);
    journal.append(job, 1, vec![done()]).await.unwrap();
    journal.close(job).await.unwrap();
    journal.forget(job).await.unwrap();
    for key in [&events, &state] {
        assert!((hour - 60..=hour).contains(&raw.expires_in(key).await), "an hour after the end");
    }
    let kept = journal.snapshot(job).await.unwrap().iter().map(|event| (**event).clone()).collect();
    journal.reopen(job, 1, 0, kept).await.unwrap();
    assert!(raw.expires_in(&events).await > 23 * hour && raw.expires_in(&state).await > 23 * hour);
    assert_eq!(read_open(&journal, job).await, 301);
}

async fn read_open(journal: &dyn Journal, job: JobId) -> usize {
    let mut reader = journal.follow(job, 0).await.unwrap().unwrap();
    take(&mut reader, 301).await.len()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_journal_that_is_too_long_says_so_and_never_skips() {
    let world = World::redis();
    let options = JournalOptions { most_bytes: 20_000, ..JournalOptions::default() };
    let (writer, other) =
        (world.process().await.journal(options.clone()), world.process().await.journal(options));
    let job = JobId::new();
    writer.open(job).await.unwrap();
    // Came early and looks late.
    let slow = other.follow(job, 0).await.unwrap().unwrap();
    let mut held = 0;
    for n in 1..=400 {
        writer.append(job, 1, vec![chunk(format!("{n:0>1000}"))]).await.unwrap();
        held = Inspect::of(&world).await.length(&format!("{{{job}}}:events")).await;
    }
    assert!((10..20).contains(&held), "about 20 kB are held: {held}");
    assert!(matches!(rest(slow).await, Err(JournalError::Lost(_))));
    assert!(matches!(other.follow(job, 100).await, Err(JournalError::Lost(_))));
    assert!(matches!(other.snapshot(job).await, Err(JournalError::Lost(_))));
    assert!(matches!(writer.snapshot(job).await, Err(JournalError::Lost(_))));
    writer.append(job, 1, vec![done()]).await.unwrap();
    let near = 400 - held / 2;
    assert_eq!(numbers(&read_all(&other, job, near).await), (near + 1..=401).collect::<Vec<_>>());
}

#[tokio::test(flavor = "multi_thread")]
async fn readers_far_behind_and_many_at_once_read_the_same() {
    let world = World::redis();
    let (writer, other) = (world.journal().await, world.journal().await);
    let job = JobId::new();
    writer.open(job).await.unwrap();
    let early: Vec<_> = futures::future::join_all((0..200).map(|_| other.follow(job, 0))).await;
    for n in 0..2_000 {
        writer.append(job, 1, vec![chunk(n)]).await.unwrap();
    }
    writer.append(job, 1, vec![done()]).await.unwrap();
    let all = read_all(&*writer, job, 0).await;
    assert_eq!(numbers(&all), (1..=2_001).collect::<Vec<_>>());
    for reader in early {
        assert_eq!(rest(reader.unwrap().unwrap()).await.unwrap(), all);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_process_uses_few_connections() {
    let server = crate::server::Server::start().await;
    let world = World::at(&server.url());
    let mut raw = Inspect::of(&world).await.connection;
    let count = async |raw: &mut redis::aio::MultiplexedConnection| {
        let list: String = redis::cmd("CLIENT").arg("LIST").query_async(raw).await.unwrap();
        list.lines().count()
    };
    let alone = count(&mut raw).await;
    let process = world.process().await;
    let (journal, signals) = (process.journal(JournalOptions::default()), process.signals());
    let mut streams = Vec::new();
    for _ in 0..300 {
        let job = JobId::new();
        journal.append(job, 1, vec![chunk("a")]).await.unwrap();
        streams.push(journal.follow(job, 0).await.unwrap().unwrap());
        drop(kuma_queue::Signals::listen(&signals, job).await.unwrap());
    }
    for stream in &mut streams {
        take(stream, 1).await;
    }
    assert_eq!(count(&mut raw).await - alone, 2, "one for calls and one to be called on");
}
