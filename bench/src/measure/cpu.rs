//! Processor time per thousand relayed tokens.

use std::time::{Duration, Instant};

use anyhow::Context as _;
use tokio::task::JoinSet;

use crate::bed::{Bed, Cpu};
use crate::figures::{Figure, Findings, Table, Target, number};
use crate::linux::pss_mib;
use crate::options::Options;
use crate::stream::{Answer, Question};

pub(super) const METHOD: &str = "Fifty new chats of one person are answered at once with 400 tokens each, 50 tokens a second:
    20,000 tokens, each an event of its own. Counted is the user and system time of the server process
    (`/proc/PID/stat`) from before the first request until two seconds after the last answer: accepting and saving the
    messages, checkpoints of the partial answers, titles and logs included. Then the same as fast as the provider
    writes, and answers of one token, which show what a run costs apart from its tokens. A bare stream is the fake
    provider's own cost of the same tokens.";

/// What a round took.
struct Round {
    name: &'static str,
    tokens: usize,
    runs: usize,
    events: usize,
    server: f64,
    fake: f64,
    generator: f64,
    seconds: f64,
}

impl Round {
    fn per_thousand(&self) -> f64 {
        self.server / self.tokens as f64 * 1e3
    }
}

/// Measures.
pub(super) async fn run(options: &Options) -> anyhow::Result<Findings> {
    let (runs, tokens) = (options.count(50, 5), options.count(400, 40));
    let bed = Bed::start(options, 1).await?;
    // First use of everything: connections to the provider, prepared statements, the kernel's caches.
    round(&bed, "warm", runs, 5, None).await?;
    let before = pss_mib(bed.kuma.pid)?;
    let paced = round(&bed, "50 tokens/s each", runs, tokens, Some(50)).await?;
    let burst = round(&bed, "as fast as it comes", runs, tokens, None).await?;
    let short = round(&bed, "one token each", runs, 1, None).await?;
    let after = pss_mib(bed.kuma.pid)?;
    bed.stop().await?;

    let head = [
        "answers",
        "runs",
        "tokens",
        "events",
        "server CPU s",
        "provider CPU s",
        "generator CPU s",
        "took s",
    ];
    let mut table = Table::new(&head);
    for round in [&paced, &burst, &short] {
        let counts = [round.runs, round.tokens, round.events].map(|count| count.to_string());
        let times = [round.server, round.fake, round.generator, round.seconds].map(number);
        table.row([round.name.to_owned()].into_iter().chain(counts).chain(times));
    }
    let per_thousand = paced.per_thousand();
    let bare = paced.fake / paced.tokens as f64 * 1e3;
    Ok(Findings {
        figures: vec![
            Figure::new("CPU per 1,000 relayed tokens, chat saved", per_thousand, "CPU s")
                .target(Target::AtMost(0.03)),
            Figure::new("The provider's own CPU for a bare stream of them", bare, "CPU s"),
            Figure::new("CPU per 1,000 tokens as fast as they come", burst.per_thousand(), "CPU s"),
            Figure::new("CPU per run of one token", short.server / short.runs as f64 * 1e3, "CPU ms"),
            Figure::new("Memory before (PSS)", before, "MB"),
            Figure::new("Memory after (PSS)", after, "MB"),
        ],
        table: Some(table),
        notes: vec!["The kernel counts processor time in steps of 10 ms.".to_owned()],
    })
}

async fn round(
    bed: &Bed,
    name: &'static str,
    runs: usize,
    tokens: usize,
    rate: Option<u32>,
) -> anyhow::Result<Round> {
    let (before, begun) = (bed.cpu()?, Instant::now());
    let mut asked = JoinSet::new();
    for _ in 0..runs {
        let (question, address) = (Question::kuma(bed.user(0), None, tokens, rate), bed.kuma.address);
        asked.spawn(async move { question.ask_at(address).await });
    }
    let (mut count, mut events) = (0, 0);
    while let Some(answer) = asked.join_next().await {
        let answer: Answer = answer?.context(name)?;
        count += answer.tokens.len();
        events += answer.events;
    }
    let seconds = begun.elapsed().as_secs_f64();
    tokio::time::sleep(Duration::from_secs(2)).await;
    let Cpu { server, provider, generator, .. } = bed.cpu()?.cores(&before, 1.0);
    Ok(Round { name, tokens: count, runs, events, server, fake: provider, generator, seconds })
}
