use std::sync::Arc;

use futures::StreamExt;
use kuma_queue::memory::MemoryJournal;
use kuma_queue::{Journal, JournalError};
use kuma_types::{FinishReason, JobId, RunEvent, Usage};
use proptest::prelude::*;

fn chunk(text: &str) -> RunEvent {
    RunEvent::Chunk { text: text.into() }
}

fn done() -> RunEvent {
    RunEvent::Done {
        message: serde_json::json!({}),
        usage: Usage::default(),
        finish_reason: FinishReason::Stop,
    }
}

async fn read_all(journal: &dyn Journal, job: JobId, after: u64) -> Vec<(u64, RunEvent)> {
    let mut stream = journal.follow(job, after).await.unwrap().expect("known run");
    let mut all = Vec::new();
    while let Some(batch) = stream.next().await {
        let batch = batch.unwrap();
        assert!(!batch.is_empty());
        all.extend(batch.into_iter().map(|e| (e.number, (*e.event).clone())));
    }
    all
}

#[tokio::test]
async fn readers_at_any_time_see_every_number_once() {
    let journal: Arc<dyn Journal> = Arc::new(MemoryJournal::new());
    let job = JobId::new();
    journal.open(job).await.unwrap();
    let early = tokio::spawn({
        let journal = journal.clone();
        async move { read_all(&*journal, job, 0).await }
    });
    for n in 0..100 {
        journal.append(job, 1, vec![chunk(&n.to_string()), chunk("!")]).await.unwrap();
        if n % 7 == 0 {
            tokio::task::yield_now().await;
        }
    }
    let middle = tokio::spawn({
        let journal = journal.clone();
        async move { read_all(&*journal, job, 150).await }
    });
    assert_eq!(journal.append(job, 1, vec![done()]).await.unwrap(), 201);
    journal.close(job).await.unwrap();
    let early = early.await.unwrap();
    assert_eq!(early.iter().map(|(n, _)| *n).collect::<Vec<_>>(), (1..=201).collect::<Vec<_>>());
    assert_eq!(early[20].1, chunk("10"));
    assert_eq!(middle.await.unwrap(), early[150..]);
    assert_eq!(read_all(&*journal, job, 0).await, early, "a late reader sees the same");
    assert_eq!(read_all(&*journal, job, 9_999).await, vec![], "a reader from beyond the end just ends");
}

#[tokio::test]
async fn a_writer_that_lost_its_run_cannot_append() {
    let journal = MemoryJournal::new();
    let job = JobId::new();
    journal.append(job, 1, vec![chunk("a")]).await.unwrap();
    journal.append(job, 2, vec![chunk("b")]).await.unwrap();
    assert!(matches!(journal.append(job, 1, vec![chunk("x")]).await, Err(JournalError::Fenced(_))));
    journal.close(job).await.unwrap();
    assert!(matches!(journal.append(job, 2, vec![chunk("x")]).await, Err(JournalError::Closed(_))));
    assert_eq!(read_all(&journal, job, 0).await.len(), 2);
}

#[tokio::test]
async fn forgetting_gives_memory_back_and_ends_no_reader_early() {
    let journal = MemoryJournal::new();
    let job = JobId::new();
    journal.append(job, 1, vec![chunk("a"), done()]).await.unwrap();
    let reader = journal.follow(job, 0).await.unwrap().unwrap();
    journal.close(job).await.unwrap();
    assert_eq!(journal.snapshot(job).await.unwrap().len(), 2);
    journal.forget(job).await.unwrap();
    assert_eq!(journal.active().await.unwrap(), 0);
    assert!(journal.follow(job, 0).await.unwrap().is_none());
    let seen: Vec<_> = reader.map(Result::unwrap).concat().await;
    assert_eq!(seen.len(), 2);
}

proptest! {
    #[test]
    fn resuming_anywhere_continues_exactly(batches in prop::collection::vec(0usize..5, 1..20), cut in 0u64..60) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(async move {
            let journal = MemoryJournal::new();
            let job = JobId::new();
            let mut count = 0u64;
            for size in batches {
                let events = (0..size).map(|_| { count += 1; chunk(&count.to_string()) }).collect();
                journal.append(job, 1, events).await.unwrap();
            }
            journal.close(job).await.unwrap();
            let all = read_all(&journal, job, 0).await;
            assert_eq!(all.len() as u64, count);
            let rest = read_all(&journal, job, cut).await;
            assert_eq!(rest.as_slice(), all.get(cut as usize..).unwrap_or(&[]));
        });
    }
}
