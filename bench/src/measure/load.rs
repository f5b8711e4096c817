//! Many answers streamed at once, and how late their tokens are: what `streams` and `workers` measure.

use std::time::Duration;

use kuma_testkit::clock::now_micros;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep_until};

use crate::bed::{Bed, Cpu, create_chat};
use crate::figures::number;
use crate::http::Connection;
use crate::options::Options;
use crate::say::progress;
use crate::stats::Sorted;
use crate::stream::{Answer, Question, ms};

/// Tokens a second of each stream.
pub(super) const RATE: u32 = 20;
/// How late the p99 may be.
const LIMIT_MS: f64 = 250.0;
/// Between the last start and the counting, in seconds.
const SETTLE: u64 = 3;

/// What was seen at one number of streams.
#[derive(Clone, Debug, Default)]
pub(super) struct Seen {
    /// Milliseconds behind the provider's schedule.
    pub late: Sorted,
    /// Milliseconds since the provider sent it.
    pub relayed: Sorted,
    /// Milliseconds from the request to the first token, of all streams.
    pub first_token: Sorted,
    pub tokens_per_second: f64,
    pub tokens_per_event: f64,
    pub cores: Cpu,
    /// Of server and workers.
    pub pss_mib: f64,
    /// Streams that failed, and those that had no token yet when counting began.
    pub failed: usize,
    pub problem: Option<String>,
}

impl Seen {
    /// Whether every stream was whole and their tokens in time.
    pub(super) fn passed(&self) -> bool {
        self.failed == 0 && self.late.quantile(0.99) < LIMIT_MS
    }

    /// The processor time of Kuma and what it stands on, in seconds per thousand tokens.
    pub(super) fn cpu_per_thousand(&self) -> f64 {
        self.cores.operated() / self.tokens_per_second * 1e3
    }

    /// What [`Self::timing`] holds.
    pub(super) const TIMING: [&'static str; 7] = [
        "late p50 ms",
        "late p99 ms",
        "late max ms",
        "relayed p50 ms",
        "relayed p99 ms",
        "tokens/s",
        "tokens/event",
    ];

    /// Cells of a table.
    pub(super) fn timing(&self) -> impl Iterator<Item = String> {
        let late = [0.5, 0.99, 1.0].map(|q| number(self.late.quantile(q)));
        let relayed = [0.5, 0.99].map(|q| number(self.relayed.quantile(q)));
        let tokens = [format!("{:.0}", self.tokens_per_second), number(self.tokens_per_event)];
        late.into_iter().chain(relayed).chain(tokens)
    }

    /// What [`Self::verdict`] holds.
    pub(super) const VERDICT: [&'static str; 3] = ["Kuma PSS MB", "failed", "passed"];

    /// Cells of a table.
    pub(super) fn verdict(&self) -> [String; 3] {
        let passed = if self.passed() { "yes" } else { "no" };
        [format!("{:.0}", self.pss_mib), self.failed.to_string(), passed.to_owned()]
    }
}

/// Streams so many answers at once: from Kuma, or from the provider itself.
pub(super) async fn stream(
    options: &Options,
    bed: &Bed,
    count: usize,
    through_kuma: bool,
) -> anyhow::Result<Seen> {
    let ramp = (count as u64 / 150).max(5);
    let counted = options.count(15, 3) as u64;
    let expected = (ramp + SETTLE + counted + 2) as usize * RATE as usize;
    let questions = questions(bed, count, expected, through_kuma).await?;
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
    let (from, cpu_before, began) = (now_micros(), bed.cpu()?, Instant::now());
    sleep_until(began + Duration::from_secs(counted)).await;
    let (to, cpu_after, took) = (now_micros(), bed.cpu()?, began.elapsed().as_secs_f64());
    let pss_mib = bed.pss_mib()?;

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
        progress(&format!("{problem:?}; the last log lines:"));
        bed.complaints().iter().for_each(|line| progress(line));
    }
    let tokens: usize = answers.iter().map(|answer| answer.tokens.len()).sum();
    let events: usize = answers.iter().map(|answer| answer.events).sum();
    let (late, relayed) = counted_tokens(&answers, from, to);
    Ok(Seen {
        tokens_per_second: late.len() as f64 / took,
        tokens_per_event: tokens as f64 / events.max(1) as f64,
        late,
        relayed,
        first_token: Sorted::of(answers.iter().map(Answer::first_token_ms)),
        cores: cpu_after.cores(&cpu_before, took),
        pss_mib,
        failed,
        problem,
    })
}

/// A question for each stream; those for Kuma in a chat of its own.
async fn questions(
    bed: &Bed,
    count: usize,
    expected: usize,
    through_kuma: bool,
) -> anyhow::Result<Vec<Question>> {
    let mut connection = Connection::open(bed.kuma.address).await?;
    let mut questions = Vec::with_capacity(count);
    for number in 0..count {
        questions.push(if through_kuma {
            let user = bed.user(number);
            let chat = create_chat(&mut connection, user, &format!("Stream {number}")).await?;
            Question::kuma(user, Some(&chat), expected, Some(RATE))
        } else {
            Question::direct(expected, Some(RATE))
        });
    }
    Ok(questions)
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stream::Token;

    #[test]
    fn only_tokens_of_the_time_that_counts_are_counted() {
        let token = |sent, arrived| Token { sent, arrived };
        let tokens =
            vec![token(1_000_000, 1_001_000), token(1_060_000, 1_062_000), token(1_100_000, 1_104_000)];
        let answer = Answer { asked: 0, tokens, events: 3, resets: Vec::new() };
        let (late, relayed) = counted_tokens(&[answer], 1_050_000, 1_110_000);
        // Due 50 and 100 ms after the first.
        assert_eq!((late.quantile(0.0), late.max(), late.len()), (4.0, 12.0, 2));
        assert_eq!((relayed.quantile(0.0), relayed.max()), (2.0, 4.0));
    }

    #[test]
    fn a_step_passes_when_all_were_whole_and_nearly_all_in_time() {
        let in_time =
            Seen { late: Sorted::of((0..1000).map(|n| if n < 5 { 900.0 } else { 2.0 })), ..Seen::default() };
        assert!(in_time.passed());
        assert!(!Seen { failed: 1, ..in_time }.passed());
        assert!(!Seen { late: Sorted::of([250.0]), ..Seen::default() }.passed());
        assert!(!Seen::default().passed(), "no tokens are no success");
    }
}
