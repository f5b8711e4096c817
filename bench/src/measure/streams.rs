//! How many answers stream at once without getting late.

use super::load::{self, Seen};
use crate::bed::Bed;
use crate::figures::{Figure, Findings, Table, Target};
use crate::options::Options;
use crate::say::progress;

pub(super) const METHOD: &str = "Eight people open more and more chats, each answered with 20 tokens a second; server, fake
    provider and load generator share the machine. Streams start evenly over the first seconds; when all of them run,
    the tokens of fifteen seconds are counted. Lateness is the time from the moment a token was due at the provider
    (the first token sets the schedule) until it was read by the client, so it also holds what the busy machine makes
    the provider and the generator late; relayed is the time from when the provider really sent it. A step passes
    when the p99 of the lateness is below 250 ms, every token of every stream has come exactly once and in order, each
    saved message is the text that was streamed, and no stream failed or began too late. Each step has a new server;
    the last row is the provider streaming to the generator without Kuma, in the same run.";

const USERS: usize = 8;

/// Measures.
pub(super) async fn run(options: &Options) -> anyhow::Result<Findings> {
    let named = (!options.streams.is_empty()).then(|| options.streams.clone());
    let quick = if options.quick { vec![20, 40] } else { vec![250, 500, 1000, 1500, 2000, 2500, 3000] };
    let cores = ["server cores", "provider cores", "generator cores", "others cores"];
    let head: Vec<&str> =
        ["streams"].into_iter().chain(Seen::TIMING).chain(cores).chain(Seen::VERDICT).collect();
    let mut table = Table::new(&head);
    let (mut best, mut tried) = (0, 0);
    let mut notes = Vec::new();
    for count in named.unwrap_or(quick) {
        let seen = step(options, count, true).await?;
        tried = count;
        table.row(row(count.to_string(), &seen));
        notes.extend(seen.problem.iter().map(|problem| format!("{count} streams: {problem}")));
        if !seen.passed() {
            break;
        }
        best = count;
    }
    let last = if best > 0 { best } else { tried };
    table.row(row(format!("{last} without Kuma"), &step(options, last, false).await?));
    let streams =
        Figure::new("Concurrent streams at 20 tokens/s, p99 late by less than 250 ms", best as f64, "");
    Ok(Findings { figures: vec![streams.target(Target::AtLeast(2000.0))], table: Some(table), notes })
}

fn row(name: String, seen: &Seen) -> impl Iterator<Item = String> {
    let cpu = seen.cores;
    let cores = [cpu.server, cpu.provider, cpu.generator, cpu.others()].map(|cores| format!("{cores:.2}"));
    std::iter::once(name).chain(seen.timing()).chain(cores).chain(seen.verdict())
}

async fn step(options: &Options, count: usize, through_kuma: bool) -> anyhow::Result<Seen> {
    let bed = Bed::start(options, USERS).await?;
    let seen = load::stream(options, &bed, count, through_kuma).await?;
    bed.stop().await?;
    progress(&format!("{count} streams{} done", if through_kuma { "" } else { " without Kuma" }));
    Ok(seen)
}
