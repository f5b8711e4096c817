//! The run journal on Redis beside the in-process one.

use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail};
use futures::StreamExt as _;
use kuma_queue::memory::MemoryJournal;
use kuma_queue::redis::{JournalOptions, Redis, RedisOptions};
use kuma_queue::{EventStream, Journal};
use kuma_types::{FinishReason, JobId, RunEvent, Usage};
use tokio::task::JoinSet;

use crate::figures::{Figure, Findings, Table, Target, number};
use crate::linux::cpu_seconds;
use crate::options::Options;
use crate::services::RedisServer;
use crate::stats::Sorted;

pub(super) const METHOD: &str = "So many runs append an event every 50 ms (20 tokens a second), each an append of its own,
    and every run has a reader; writers and readers are on one thread. On Redis the readers have connections of their own,
    as if they were on another server. Delay is the time from before the append until the reader has the event.
    Processor time is that of this thread (pacing and measuring included) and of the Redis server.";

/// One kind of journal under one load.
struct Round {
    name: &'static str,
    runs: usize,
    events: usize,
    delays: Sorted,
    own: f64,
    redis: f64,
}

impl Round {
    fn per_thousand(&self) -> f64 {
        (self.own + self.redis) / self.events as f64 * 1e3
    }
}

/// Measures.
pub(super) async fn run(options: &Options) -> anyhow::Result<Findings> {
    let events = options.count(200, 20);
    let server = RedisServer::start().await?;
    let mut rounds = Vec::new();
    for runs in [options.count(100, 5), options.count(1_000, 20)] {
        let memory: Arc<dyn Journal> = Arc::new(MemoryJournal::new());
        rounds.push(round("in the process", &memory, &memory, runs, events, None).await?);
        let redis: Arc<dyn Journal> = Arc::new(
            Redis::connect(RedisOptions::new(server.url())).await?.journal(JournalOptions::default()),
        );
        let other: Arc<dyn Journal> = Arc::new(
            Redis::connect(RedisOptions::new(server.url())).await?.journal(JournalOptions::default()),
        );
        rounds.push(round("on Redis", &redis, &other, runs, events, server.pid()).await?);
    }
    server.stop().await?;
    let head = [
        "journal",
        "runs",
        "events",
        "delay p50 ms",
        "delay p99 ms",
        "delay max ms",
        "own CPU s",
        "Redis CPU s",
    ];
    let mut table = Table::new(&head);
    for round in &rounds {
        let delays = [round.delays.median(), round.delays.quantile(0.99), round.delays.max()];
        let counts = [round.runs, round.events].map(|count| count.to_string());
        let times = [delays[0], delays[1], delays[2], round.own, round.redis].map(number);
        table.row([round.name.to_owned()].into_iter().chain(counts).chain(times));
    }
    let [.., memory, redis] = &rounds[..] else { bail!("no rounds") };
    Ok(Findings {
        figures: vec![
            Figure::new(
                "Delay of an event on Redis, p99, all runs at once",
                redis.delays.quantile(0.99),
                "ms",
            )
            .target(Target::AtMost(50.0)),
            Figure::new("Delay of an event in the process, p99", memory.delays.quantile(0.99), "ms"),
            Figure::new("CPU per 1,000 events on Redis, its server included", redis.per_thousand(), "CPU s"),
            Figure::new("CPU per 1,000 events in the process", memory.per_thousand(), "CPU s"),
        ],
        table: Some(table),
        notes: vec!["The kernel counts processor time in steps of 10 ms.".to_owned()],
    })
}

async fn round(
    name: &'static str,
    writer: &Arc<dyn Journal>,
    reader: &Arc<dyn Journal>,
    runs: usize,
    events: usize,
    redis: Option<u32>,
) -> anyhow::Result<Round> {
    let start = Instant::now();
    let mut readers = JoinSet::new();
    let mut writers = JoinSet::new();
    let mut opened = Vec::with_capacity(runs);
    for _ in 0..runs {
        let job = JobId::new();
        writer.open(job).await?;
        let events = reader.follow(job, 0).await?.context("a journal that was just opened is gone")?;
        readers.spawn(read(events, start));
        opened.push(job);
    }
    let cpu = || -> anyhow::Result<[f64; 2]> {
        Ok([cpu_seconds(std::process::id())?, redis.map_or(Ok(0.0), cpu_seconds)?])
    };
    let before = cpu()?;
    for (at, job) in opened.into_iter().enumerate() {
        let journal = writer.clone();
        // Spread over the first interval, as people are.
        let first = Duration::from_millis(50) * u32::try_from(at)? / u32::try_from(runs)?;
        writers.spawn(async move { write(&*journal, job, events, first, start).await });
    }
    while let Some(written) = writers.join_next().await {
        written??;
    }
    let mut delays = Vec::with_capacity(runs * events);
    while let Some(read) = readers.join_next().await {
        delays.extend(read??);
    }
    let after = cpu()?;
    if delays.len() != runs * events {
        bail!("{} of {} events arrived", delays.len(), runs * events);
    }
    let [own, redis] =
        [0, 1].map(|at: usize| after.get(at).zip(before.get(at)).map_or(f64::NAN, |(a, b)| a - b));
    Ok(Round { name, runs, events: runs * events, delays: Sorted::of(delays), own, redis })
}

/// Appends the time, over and over.
async fn write(
    journal: &dyn Journal,
    job: JobId,
    events: usize,
    first: Duration,
    start: Instant,
) -> anyhow::Result<()> {
    tokio::time::sleep(first).await;
    let mut pace = tokio::time::interval(Duration::from_millis(50));
    for _ in 0..events {
        pace.tick().await;
        let text = start.elapsed().as_nanos().to_string();
        journal.append(job, 1, vec![RunEvent::Chunk { text }]).await?;
    }
    let message = serde_json::Value::Null;
    let end = RunEvent::Done { message, usage: Usage::default(), finish_reason: FinishReason::Stop };
    journal.append(job, 1, vec![end]).await?;
    Ok(journal.forget(job).await?)
}

/// How late each event was, in milliseconds.
async fn read(mut events: EventStream, start: Instant) -> anyhow::Result<Vec<f64>> {
    let mut delays = Vec::new();
    while let Some(batch) = events.next().await {
        let now = start.elapsed();
        for event in batch? {
            if let RunEvent::Chunk { text } = &*event.event {
                let sent = Duration::from_nanos(text.parse()?);
                delays.push(now.saturating_sub(sent).as_secs_f64() * 1e3);
            }
        }
    }
    Ok(delays)
}
