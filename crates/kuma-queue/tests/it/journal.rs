//! The run journal.

use futures::StreamExt;
use kuma_queue::JournalError;
use kuma_types::{JobId, RunEvent};

use crate::world::{World, both, chunk, done, numbers, read_all, rest, soon, take, text};

both!(
    readers_at_any_time_see_every_number_once,
    a_writer_that_lost_its_run_cannot_append,
    forgetting_ends_no_reader_early,
    the_last_event_closes,
    a_run_that_was_over_goes_on,
    what_was_lost_is_brought_back,
    a_journal_of_unknown_length_begins_far_beyond_it,
    many_writers_of_one_process_leave_no_gap,
    a_slow_reader_holds_nobody_up,
    a_run_that_nobody_opened_is_not_there,
    an_empty_append_adds_nothing,
    every_kind_of_event_comes_through,
    a_reader_that_leaves_disturbs_nobody,
    whoever_takes_a_run_over_knows_it_all,
);

pub(crate) async fn readers_at_any_time_see_every_number_once(world: World) {
    let (writer, other) = (world.journal().await, world.journal().await);
    let job = JobId::new();
    writer.open(job).await.unwrap();
    let early: Vec<_> = [writer.clone(), other.clone(), other.clone()]
        .into_iter()
        .map(|journal| tokio::spawn(async move { read_all(&*journal, job, 0).await }))
        .collect();
    for n in 0..100 {
        writer.append(job, 1, vec![chunk(n), chunk("!")]).await.unwrap();
    }
    let middle = tokio::spawn({
        let other = other.clone();
        async move { read_all(&*other, job, 150).await }
    });
    assert_eq!(writer.append(job, 1, vec![done()]).await.unwrap(), 201);
    writer.close(job).await.unwrap();
    let all = read_all(&*writer, job, 0).await;
    assert_eq!(numbers(&all), (1..=201).collect::<Vec<_>>());
    assert_eq!(all[20].1, chunk("10"));
    for reader in early {
        assert_eq!(soon(reader).await.unwrap(), all);
    }
    assert_eq!(soon(middle).await.unwrap(), all[150..]);
    assert_eq!(read_all(&*other, job, 0).await, all, "a late reader sees the same");
    assert_eq!(read_all(&*other, job, 9_999).await, vec![], "a reader from beyond the end just ends");
    let snapshot = other.snapshot(job).await.unwrap();
    assert!(snapshot.iter().map(|event| &**event).eq(all.iter().map(|(_, event)| event)));
}

pub(crate) async fn a_writer_that_lost_its_run_cannot_append(world: World) {
    let (old, new) = (world.journal().await, world.journal().await);
    let job = JobId::new();
    old.append(job, 1, vec![chunk("a")]).await.unwrap();
    new.append(job, 2, vec![chunk("b")]).await.unwrap();
    assert!(matches!(old.append(job, 1, vec![chunk("x")]).await, Err(JournalError::Fenced(_))));
    assert!(matches!(old.append(job, 0, vec![chunk("x")]).await, Err(JournalError::Fenced(_))));
    assert!(matches!(old.reopen(job, 1, 0, vec![]).await, Err(JournalError::Fenced(_))));
    new.close(job).await.unwrap();
    assert!(matches!(new.append(job, 2, vec![chunk("x")]).await, Err(JournalError::Closed(_))));
    assert!(matches!(old.append(job, 3, vec![chunk("x")]).await, Err(JournalError::Closed(_))));
    assert_eq!(text(&read_all(&*old, job, 0).await), "ab");
}

pub(crate) async fn forgetting_ends_no_reader_early(world: World) {
    let (writer, other) = (world.journal().await, world.journal().await);
    let job = JobId::new();
    writer.append(job, 1, vec![chunk("a"), chunk("b")]).await.unwrap();
    let here = writer.follow(job, 0).await.unwrap().unwrap();
    let there = other.follow(job, 1).await.unwrap().unwrap();
    writer.append(job, 1, vec![done()]).await.unwrap();
    writer.close(job).await.unwrap();
    assert_eq!(writer.snapshot(job).await.unwrap().len(), 3);
    writer.forget(job).await.unwrap();
    assert_eq!(writer.active().await.unwrap(), 0);
    assert_eq!(numbers(&rest(here).await.unwrap()), [1, 2, 3]);
    assert_eq!(numbers(&rest(there).await.unwrap()), [2, 3]);
    // Now or later it is not there any more; never is it there in part.
    if let Some(again) = writer.follow(job, 0).await.unwrap() {
        assert_eq!(numbers(&rest(again).await.unwrap()), [1, 2, 3]);
    }
}

pub(crate) async fn the_last_event_closes(world: World) {
    let (writer, other) = (world.journal().await, world.journal().await);
    let job = JobId::new();
    writer.append(job, 1, vec![chunk("a")]).await.unwrap();
    let reader = other.follow(job, 0).await.unwrap().unwrap();
    writer.append(job, 1, vec![done()]).await.unwrap();
    // Its writer dies here.
    assert_eq!(numbers(&rest(reader).await.unwrap()), [1, 2]);
    assert!(matches!(writer.append(job, 1, vec![chunk("x")]).await, Err(JournalError::Closed(_))));
}

pub(crate) async fn a_run_that_was_over_goes_on(world: World) {
    let (writer, other) = (world.journal().await, world.journal().await);
    let job = JobId::new();
    writer.append(job, 1, vec![chunk("a"), done()]).await.unwrap();
    let before = read_all(&*other, job, 0).await;
    let kept: Vec<RunEvent> = before.iter().map(|(_, event)| event.clone()).collect();
    assert_eq!(writer.reopen(job, 1, 0, kept.clone()).await.unwrap(), 2);
    let reader = other.follow(job, 1).await.unwrap().unwrap();
    assert_eq!(writer.append(job, 2, vec![chunk("b")]).await.unwrap(), 3);
    assert_eq!(writer.append(job, 2, vec![done()]).await.unwrap(), 4);
    assert_eq!(numbers(&rest(reader).await.unwrap()), [2, 3, 4]);
    // One that was forgotten begins with what was kept.
    writer.forget(job).await.unwrap();
    let all: Vec<RunEvent> = kept.into_iter().chain([chunk("b"), done()]).collect();
    assert_eq!(writer.reopen(job, 2, 0, all.clone()).await.unwrap(), 4);
    assert_eq!(writer.append(job, 3, vec![chunk("c"), done()]).await.unwrap(), 6);
    assert_eq!(text(&read_all(&*other, job, 0).await), "abc");
}

pub(crate) async fn what_was_lost_is_brought_back(world: World) {
    let (writer, other) = (world.journal().await, world.journal().await);
    let job = JobId::new();
    let kept: Vec<RunEvent> = (1..=600).map(chunk).collect();
    assert_eq!(writer.reopen(job, 4, 0, kept.clone()).await.unwrap(), 600);
    assert_eq!(
        writer.reopen(job, 4, 0, kept[..10].to_vec()).await.unwrap(),
        600,
        "what is there already stays"
    );
    assert!(matches!(writer.append(job, 3, vec![chunk("x")]).await, Err(JournalError::Fenced(_))));
    let mut reader = other.follow(job, 590).await.unwrap().unwrap();
    assert_eq!(numbers(&take(&mut reader, 10).await), (591..=600).collect::<Vec<_>>());
    writer.append(job, 5, vec![done()]).await.unwrap();
    assert_eq!(numbers(&rest(reader).await.unwrap()), [601]);
    let all = read_all(&*other, job, 0).await;
    assert!(all.iter().map(|(_, event)| event).take(600).eq(&kept));
}

pub(crate) async fn a_journal_of_unknown_length_begins_far_beyond_it(world: World) {
    let (writer, other) = (world.journal().await, world.journal().await);
    let job = JobId::new();
    assert_eq!(writer.base(job).await.unwrap(), None);
    // Of many who begin it, one does.
    let begin = || writer.reopen(job, 1, 0, vec![chunk("a"), chunk("b")]);
    let all = futures::future::join_all([begin(), begin(), begin()]).await;
    assert!(all.into_iter().all(|last| last.unwrap() == 2));
    assert_eq!(other.base(job).await.unwrap(), Some(0));
    let reader = other.follow(job, 2).await.unwrap().unwrap();
    // Its events are not known to whoever goes on with it.
    assert_eq!(writer.reopen(job, 2, 1 << 20, vec![chunk("c")]).await.unwrap(), (1 << 20) + 1);
    assert!(matches!(rest(reader).await, Err(JournalError::Lost(_))), "a reader of old is told so");
    assert!(matches!(other.follow(job, 2).await, Err(JournalError::Lost(_))));
    let base = other.base(job).await.unwrap().unwrap();
    assert_eq!(base, 1 << 20);
    writer.append(job, 2, vec![done()]).await.unwrap();
    assert_eq!(numbers(&read_all(&*other, job, base).await), [base + 1, base + 2]);
    assert!(matches!(other.snapshot(job).await, Err(JournalError::Lost(_))));
}

pub(crate) async fn many_writers_of_one_process_leave_no_gap(world: World) {
    let journal = world.journal().await;
    let jobs: Vec<JobId> = (0..5).map(|_| JobId::new()).collect();
    let mut writers = Vec::new();
    for (n, job) in (0..20).flat_map(|n| jobs.iter().map(move |job| (n, *job))) {
        let journal = journal.clone();
        writers.push(tokio::spawn(async move {
            let mut numbers = Vec::new();
            for turn in 0..10 {
                numbers.push(journal.append(job, 1, vec![chunk(format!("{n}/{turn} "))]).await.unwrap());
            }
            (job, numbers)
        }));
    }
    let mut given: std::collections::HashMap<JobId, Vec<u64>> = std::collections::HashMap::new();
    for writer in writers {
        let (job, numbers) = soon(writer).await.unwrap();
        assert!(numbers.is_sorted());
        given.entry(job).or_default().extend(numbers);
    }
    for job in jobs {
        let mut numbers_of_job = given.remove(&job).unwrap();
        numbers_of_job.sort_unstable();
        assert_eq!(numbers_of_job, (1..=200).collect::<Vec<_>>(), "each number was given once");
        journal.close(job).await.unwrap();
        let all = read_all(&*journal, job, 0).await;
        let mut words: Vec<String> = text(&all).split_whitespace().map(ToOwned::to_owned).collect();
        words.sort_unstable();
        words.dedup();
        assert_eq!(words.len(), 200, "every event is there once");
    }
}

pub(crate) async fn a_slow_reader_holds_nobody_up(world: World) {
    let (writer, other) = (world.journal().await, world.journal().await);
    let job = JobId::new();
    writer.open(job).await.unwrap();
    let slow = other.follow(job, 0).await.unwrap().unwrap();
    let fast = tokio::spawn({
        let other = other.clone();
        async move { read_all(&*other, job, 0).await }
    });
    // More than is held for readers that keep up.
    let long = "x".repeat(8_000);
    for _ in 0..100 {
        writer.append(job, 1, vec![chunk(&long)]).await.unwrap();
    }
    writer.append(job, 1, vec![done()]).await.unwrap();
    let fast = soon(fast).await.unwrap();
    assert_eq!(numbers(&fast), (1..=101).collect::<Vec<_>>());
    assert_eq!(rest(slow).await.unwrap(), fast, "the slow one has not looked until now");
}

pub(crate) async fn a_run_that_nobody_opened_is_not_there(world: World) {
    let journal = world.journal().await;
    let job = JobId::new();
    assert!(journal.follow(job, 0).await.unwrap().is_none());
    assert!(journal.snapshot(job).await.unwrap().is_empty());
    journal.close(job).await.unwrap();
    journal.forget(job).await.unwrap();
    journal.release(job).await.unwrap();
    assert!(journal.follow(job, 0).await.unwrap().is_none());
    journal.open(job).await.unwrap();
    journal.open(job).await.unwrap();
    let reader = journal.follow(job, 0).await.unwrap().unwrap();
    journal.append(job, 0, vec![chunk("a")]).await.unwrap();
    journal.open(job).await.unwrap();
    journal.append(job, 1, vec![done()]).await.unwrap();
    assert_eq!(numbers(&rest(reader).await.unwrap()), [1, 2]);
}

pub(crate) async fn an_empty_append_adds_nothing(world: World) {
    let journal = world.journal().await;
    let job = JobId::new();
    assert_eq!(journal.append(job, 1, vec![]).await.unwrap(), 0);
    assert_eq!(journal.append(job, 1, vec![chunk("a")]).await.unwrap(), 1);
    assert_eq!(journal.append(job, 1, vec![]).await.unwrap(), 1);
    assert!(matches!(journal.append(job, 0, vec![]).await, Err(JournalError::Fenced(_))));
    assert_eq!(journal.append(job, 1, vec![done()]).await.unwrap(), 2);
    assert_eq!(numbers(&read_all(&*journal, job, 0).await), [1, 2]);
}

pub(crate) async fn every_kind_of_event_comes_through(world: World) {
    let (writer, other) = (world.journal().await, world.journal().await);
    let job = JobId::new();
    let events = vec![
        RunEvent::status(kuma_types::JobStatus::Processing),
        RunEvent::Reasoning { text: "why \u{1F914}\r\n\u{0}".into() },
        chunk(""),
        chunk("\"quoted\" \\ and \u{2028} more"),
        RunEvent::Reset { text: "anew".into() },
        RunEvent::ToolCall {
            call_id: "c1".into(),
            tool: "webSearch".into(),
            arguments: serde_json::json!({"q": ["a", 1, 2.5, null, {"x": true}]}),
            effect: kuma_types::Effect::Read,
            description: Some("Search the web".into()),
            parent_call_id: None,
        },
        RunEvent::Title { chat_id: kuma_types::ChatId::new(), title: "T".into() },
        done(),
    ];
    writer.append(job, 1, events.clone()).await.unwrap();
    let read: Vec<RunEvent> = read_all(&*other, job, 0).await.into_iter().map(|(_, event)| event).collect();
    assert_eq!(read, events);
}

pub(crate) async fn a_reader_that_leaves_disturbs_nobody(world: World) {
    let (writer, other) = (world.journal().await, world.journal().await);
    let job = JobId::new();
    writer.open(job).await.unwrap();
    let mut staying = other.follow(job, 0).await.unwrap().unwrap();
    for n in 1..=20 {
        // Comes, waits for a moment at most, and goes: alone, and beside one that stays.
        let mut leaving = other.follow(job, 0).await.unwrap().unwrap();
        let alone = writer.follow(job, n - 1).await.unwrap().unwrap();
        writer.append(job, 1, vec![chunk(n)]).await.unwrap();
        drop(alone);
        let waited = tokio::time::timeout(std::time::Duration::from_micros(n * 50), leaving.next());
        drop(waited.await);
    }
    writer.append(job, 1, vec![done()]).await.unwrap();
    assert_eq!(numbers(&take(&mut staying, 21).await), (1..=21).collect::<Vec<_>>());
    assert!(soon(staying.next()).await.is_none());
}

pub(crate) async fn whoever_takes_a_run_over_knows_it_all(world: World) {
    let (server, first, second) = (world.journal().await, world.journal().await, world.journal().await);
    let job = JobId::new();
    server.append(job, 0, vec![chunk("0")]).await.unwrap();
    for n in 1..=9 {
        first.append(job, 1, vec![chunk(n)]).await.unwrap();
    }
    first.release(job).await.unwrap();
    assert_eq!(second.append(job, 2, vec![chunk("a"), chunk("b")]).await.unwrap(), 12);
    second.append(job, 2, vec![done()]).await.unwrap();
    let told = second.snapshot(job).await.unwrap();
    assert_eq!(told.len(), 13);
    let all = read_all(&*server, job, 0).await;
    assert_eq!(text(&all), "0123456789ab");
    assert!(told.iter().map(|event| &**event).eq(all.iter().map(|(_, event)| event)));
}
