//! How long a killed worker's runs stand still.

use std::time::Duration;

use anyhow::{Context as _, ensure};
use kuma_testkit::clock::now_micros;
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};

use crate::bed::{Bed, create_chat};
use crate::figures::{Figure, Findings, Table, Target, number};
use crate::http::Connection;
use crate::options::Options;
use crate::say::progress;
use crate::stats::Sorted;
use crate::stream::{Answer, Question};

pub(super) const METHOD: &str = "One `kuma serve` and one `kuma worker` on a PostgreSQL 18 and a Redis of their own answer
    twenty chats with 20 tokens a second. When all of them stream a second worker is started, and then the first, who
    drives all twenty, is killed (`kill -9`), each time at another moment of its leases' life. For each run is counted how
    long it takes from the kill until its reader, who stays connected to the server, is told by the new driver how
    the answer goes on (`reset`), and until the first token after that, so the provider was asked again too. Each answer
    is then followed to its end: numbers without a gap, every token of the text that stands exactly once, and the saved
    message the text that the reader has. The survivor drives the next twenty, and is killed in turn.";

const RUNS: usize = 20;
const RATE: u32 = 20;
/// Ten seconds: the worker must be gone long before.
const TOKENS: usize = 200;
/// How long an answer may take, however late it is.
const PATIENCE: Duration = Duration::from_mins(2);

/// Milliseconds after the kill, for each run.
struct Kill {
    told: Sorted,
    token: Sorted,
    /// How often answers were begun again, in all.
    resets: usize,
}

/// Measures.
pub(super) async fn run(options: &Options) -> anyhow::Result<Findings> {
    let kills = options.count(5, 1);
    let mut bed = Bed::queued(options, 8, 1).await?;
    let mut seen = Vec::new();
    for number in 0..kills {
        // Leases are renewed every other second.
        let moment = Duration::from_millis(500 + 430 * number as u64);
        seen.push(kill(&mut bed, moment).await.with_context(|| bed.complaints().join("\n"))?);
        progress(&format!("{RUNS} runs of a killed worker were taken over"));
    }
    bed.stop().await?;
    Ok(findings(&seen))
}

async fn kill(bed: &mut Bed, moment: Duration) -> anyhow::Result<Kill> {
    let (begun, mut streaming) = mpsc::channel(RUNS);
    let mut connection = Connection::open(bed.kuma.address).await?;
    let mut runs = JoinSet::new();
    for number in 0..RUNS {
        let user = bed.user(number);
        let chat = create_chat(&mut connection, user, &format!("Run {number}")).await?;
        let question = Question::kuma(user, Some(&chat), TOKENS, Some(RATE)).may_restart();
        let (address, mut begun) = (bed.kuma.address, Some(begun.clone()));
        runs.spawn(async move {
            let watch = |answer: &Answer| {
                if !answer.tokens.is_empty() {
                    // There is room for a word of each.
                    begun.take().map(|begun| begun.try_send(()));
                }
            };
            question.ask_watched(&mut Connection::open(address).await?, watch).await
        });
    }
    drop(begun);
    for number in 0..RUNS {
        let word = timeout(PATIENCE, streaming.recv()).await;
        word.ok().flatten().with_context(|| format!("only {number} of {RUNS} runs began to stream"))?;
    }
    bed.add_worker().await?;
    sleep(moment).await;
    ensure!(bed.workers.len() == 2, "one worker drives, the other waits");
    let killed = now_micros();
    bed.workers.remove(0).kill().await?;
    let mut answers = Vec::with_capacity(RUNS);
    while let Some(answer) = timeout(PATIENCE, runs.join_next()).await.context("a run was not taken over")? {
        answers.push(answer??);
    }
    stood_still(&answers, killed)
}

/// How long each stood still after the kill. An answer that did not is an error: it proves nothing.
fn stood_still(answers: &[Answer], killed: u64) -> anyhow::Result<Kill> {
    let since = |at: u64| at.saturating_sub(killed) as f64 / 1e3;
    let (mut told, mut token, mut resets) = (Vec::new(), Vec::new(), 0);
    for answer in answers {
        let first = answer.resets.first().context("a run was over before its worker was killed")?;
        ensure!(first.arrived >= killed && first.had > 0, "a run had lost its driver before the kill");
        told.push(since(first.arrived));
        let next = answer.tokens.first().context("an answer without tokens")?;
        token.push(since(next.arrived));
        resets += answer.resets.len();
    }
    Ok(Kill { told: Sorted::of(told), token: Sorted::of(token), resets })
}

fn findings(kills: &[Kill]) -> Findings {
    let head = ["kill", "runs", "told p50 s", "told max s", "next token p50 s", "next token max s", "resets"];
    let mut table = Table::new(&head);
    for (at, kill) in (1..).zip(kills) {
        let times = [kill.told.median(), kill.told.max(), kill.token.median(), kill.token.max()];
        let times = times.map(|ms| number(ms / 1e3));
        let counts = [at, kill.told.len()].map(|count: usize| count.to_string());
        table.row(counts.into_iter().chain(times).chain([kill.resets.to_string()]));
    }
    let all = |of: fn(&Kill) -> &Sorted| Sorted::of(kills.iter().flat_map(|kill| of(kill).values()));
    let (told, token) = (all(|kill| &kill.told), all(|kill| &kill.token));
    let figure = |name: &str, ms: f64| Figure::new(name, ms / 1e3, "s");
    let target = Target::AtMost(10.0);
    Findings {
        figures: vec![
            figure("From a worker's death until its run's reader hears of it, median", told.median()),
            figure("From a worker's death until its run's reader hears of it, worst", told.max())
                .target(target),
            figure("From a worker's death until the next token, median", token.median()),
            figure("From a worker's death until the next token, worst", token.max()).target(target),
        ],
        table: Some(table),
        notes: vec![format!("{} runs in all; kills: {}.", told.len(), kills.len())],
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stream::{Reset, Token};

    fn answer(reset: Option<(u64, usize)>, token: u64) -> Answer {
        let resets = reset.map(|(arrived, had)| Reset { arrived, had }).into_iter().collect();
        Answer { asked: 0, tokens: vec![Token { sent: token - 1, arrived: token }], events: 1, resets }
    }

    #[test]
    fn the_pause_is_from_the_kill_to_what_the_new_driver_says() {
        let answers = [answer(Some((6_000_000, 12)), 6_500_000), answer(Some((8_000_000, 9)), 8_400_000)];
        let kill = stood_still(&answers, 1_000_000).unwrap();
        assert_eq!((kill.told.median(), kill.told.max()), (5_000.0, 7_000.0));
        assert_eq!((kill.token.median(), kill.token.max()), (5_500.0, 7_400.0));
        let findings = findings(&[kill]);
        let worst: Vec<_> = findings.figures.iter().filter_map(Figure::is_met).collect();
        assert_eq!(worst, [true, true]);
        assert_eq!(findings.table.unwrap().rows, [["1", "2", "5", "7", "5.5", "7.4", "2"]]);
    }

    #[test]
    fn runs_that_were_not_taken_over_prove_nothing() {
        assert!(stood_still(&[answer(None, 2_000_000)], 1_000_000).is_err(), "it was over before");
        let early = answer(Some((900_000, 3)), 950_000);
        assert!(stood_still(&[early], 1_000_000).is_err(), "it was lost before");
    }
}
