//! How many answers stream at once without getting late.

use std::time::Duration;

use kuma_testkit::clock::now_micros;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep_until};

use crate::bed::{Bed, create_chat};
use crate::figures::{Figure, Findings, Table, Target, number};
use crate::http::Connection;
use crate::linux::{cpu_seconds, machine_cpu_seconds, pss_mib};
use crate::options::Options;
use crate::say::progress;
use crate::stats::Sorted;
use crate::stream::{Answer, Question, ms};

pub(super) const METHOD: &str = "Eight people open more and more chats, each answered with 20 tokens a second; server, fake
    provider and load generator share the machine. Streams start evenly over the first seconds; when all of them run,
    the tokens of fifteen seconds are counted. Lateness is the time from the moment a token was due at the provider
    (the first token sets the schedule) until it was read by the client, so it also holds what the busy machine makes
    the provider and the generator late; relayed is the time from when the provider really sent it. A step passes
    when the p99 of the lateness is below 250 ms, every token of every stream has come exactly once and in order, each
    saved message is the text that was streamed, and no stream failed or began too late. Each step has a new server;
    the last row is the provider streaming to the generator without Kuma, in the same run.";

const RATE: u32 = 20;
const USERS: usize = 8;
const LIMIT_MS: f64 = 250.0;
/// Between the last start and the counting.
const SETTLE: u64 = 3;

/// Measures.
pub(super) async fn run(options: &Options) -> anyhow::Result<Findings> {
    let named = (!options.streams.is_empty()).then(|| options.streams.clone());
    let quick = if options.quick { vec![20, 40] } else { vec![250, 500, 1000, 1500, 2000, 2500, 3000] };
    let head = [
        "streams",
        "late p50 ms",
        "late p99 ms",
        "late max ms",
        "relayed p50 ms",
        "relayed p99 ms",
        "tokens/s",
        "tokens/event",
        "server cores",
        "provider cores",
        "generator cores",
        "others cores",
        "server PSS MB",
        "failed",
        "passed",
    ];
    let mut table = Table::new(&head);
    let (mut best, mut tried) = (0, 0);
    let mut notes = Vec::new();
    for count in named.unwrap_or(quick) {
        let step = step(options, count, true).await?;
        tried = count;
        table.row(step.row());
        notes.extend(step.problem.iter().map(|problem| format!("{count} streams: {problem}")));
        if !step.passed() {
            break;
        }
        best = count;
    }
    table.row(step(options, if best > 0 { best } else { tried }, false).await?.row());
    let streams =
        Figure::new("Concurrent streams at 20 tokens/s, p99 late by less than 250 ms", best as f64, "");
    Ok(Findings { figures: vec![streams.target(Target::AtLeast(2000.0))], table: Some(table), notes })
}

/// What was seen at one number of streams.
struct Step {
    name: String,
    late: Sorted,
    relayed: Sorted,
    tokens_per_second: f64,
    tokens_per_event: f64,
    /// Server, provider, generator, others.
    cores: [f64; 4],
    pss: f64,
    /// Streams that failed, and those that had no token yet when counting began.
    failed: usize,
    problem: Option<String>,
}

impl Step {
    fn passed(&self) -> bool {
        self.failed == 0 && self.late.quantile(0.99) < LIMIT_MS
    }

    fn row(&self) -> Vec<String> {
        let late = [0.5, 0.99, 1.0].map(|q| number(self.late.quantile(q)));
        let relayed = [0.5, 0.99].map(|q| number(self.relayed.quantile(q)));
        let mut row = vec![self.name.clone()];
        row.extend(late.into_iter().chain(relayed));
        row.extend([format!("{:.0}", self.tokens_per_second), number(self.tokens_per_event)]);
        row.extend(self.cores.map(|cores| format!("{cores:.2}")));
        row.extend([format!("{:.0}", self.pss), self.failed.to_string()]);
        row.push(if self.passed() { "yes" } else { "no" }.to_owned());
        row
    }
}

/// Processor seconds so far: server, provider, generator, the whole machine.
fn cpu(bed: &Bed) -> anyhow::Result<[f64; 4]> {
    let [server, provider, generator] = [bed.kuma.pid, bed.fake.pid, std::process::id()].map(cpu_seconds);
    Ok([server?, provider?, generator?, machine_cpu_seconds()?])
}

async fn step(options: &Options, count: usize, through_kuma: bool) -> anyhow::Result<Step> {
    let bed = Bed::start(options, USERS).await?;
    let ramp = (count as u64 / 150).max(5);
    let counted = options.count(15, 3) as u64;
    let expected = (ramp + SETTLE + counted + 2) as usize * RATE as usize;
    let mut questions = Vec::with_capacity(count);
    let mut connection = Connection::open(bed.kuma.address).await?;
    for number in 0..count {
        let user = bed.user(number);
        questions.push(if through_kuma {
            let chat = create_chat(&mut connection, user, &format!("Stream {number}")).await?;
            Question::kuma(user, Some(&chat), expected, Some(RATE))
        } else {
            Question::direct(expected, Some(RATE))
        });
    }
    let address = if through_kuma { bed.kuma.address } else { bed.fake.address };
    let start = Instant::now();
    let mut streams = JoinSet::new();
    for (number, question) in (0_u32..).zip(questions) {
        let at = start + Duration::from_secs(ramp) * number / count.max(1) as u32;
        streams.spawn(async move {
            sleep_until(at).await;
            question.ask_at(address).await
        });
    }
    sleep_until(start + Duration::from_secs(ramp + SETTLE)).await;
    let (from, cpu_before, began) = (now_micros(), cpu(&bed)?, Instant::now());
    sleep_until(began + Duration::from_secs(counted)).await;
    let (to, cpu_after, took) = (now_micros(), cpu(&bed)?, began.elapsed().as_secs_f64());
    let pss = pss_mib(bed.kuma.pid)?;

    let (mut answers, mut failed, mut problem) = (Vec::with_capacity(count), 0, None);
    while let Some(answer) = streams.join_next().await {
        match answer? {
            Ok(answer) => answers.push(answer),
            Err(error) => {
                failed += 1;
                problem.get_or_insert(format!("{error:#}"));
            }
        }
    }
    let late_starts =
        answers.iter().filter(|answer| answer.tokens.first().is_none_or(|t| t.arrived > from)).count();
    if late_starts > 0 {
        failed += late_starts;
        problem.get_or_insert(format!("{late_starts} streams began too late to be counted"));
    }
    if failed > 0 {
        progress(&format!("{problem:?}; the server's last log lines:"));
        let log = bed.log();
        let lines: Vec<&str> = log.lines().filter(|line| !line.contains("\"INFO\"")).collect();
        lines.iter().rev().take(5).for_each(|line| progress(line));
    }
    let name = if through_kuma { count.to_string() } else { format!("{count} without Kuma") };
    progress(&format!("{name} streams done"));
    bed.stop().await?;

    let mut cores: [f64; 4] = std::array::from_fn(|at| {
        let [after, before] = [cpu_after, cpu_before].map(|cpu| cpu.get(at).copied().unwrap_or_default());
        (after - before) / took
    });
    let [server, provider, generator, all] = cores;
    cores[3] = (all - server - provider - generator).max(0.0);
    let tokens: usize = answers.iter().map(|answer| answer.tokens.len()).sum();
    let events: usize = answers.iter().map(|answer| answer.events).sum();
    let (late, relayed) = counted_tokens(&answers, from, to);
    Ok(Step {
        name,
        tokens_per_second: late.len() as f64 / took,
        tokens_per_event: tokens as f64 / events.max(1) as f64,
        late,
        relayed,
        cores,
        pss,
        failed,
        problem,
    })
}

/// Lateness and time of relay of the tokens that were sent in that time, in milliseconds.
fn counted_tokens(answers: &[Answer], from: u64, to: u64) -> (Sorted, Sorted) {
    let interval = 1_000_000 / u64::from(RATE);
    let (mut late, mut relayed) = (Vec::new(), Vec::new());
    for (token, behind) in answers.iter().flat_map(|answer| answer.lateness(interval)) {
        if (from..to).contains(&token.sent) {
            late.push(ms(behind));
            relayed.push(ms(token.arrived.saturating_sub(token.sent)));
        }
    }
    (Sorted::of(late), Sorted::of(relayed))
}
