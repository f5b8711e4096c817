//! What happens in one round, drawn from its seed, and how it is played.

use std::fmt::Write as _;
use std::sync::Arc;
use std::time::Duration;

use rand::rngs::StdRng;
use rand::{Rng as _, SeedableRng as _};
use rustix::process::Signal;
use serde_json::json;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep_until};

use crate::client::{self, Message, Task};
use crate::cluster::Cluster;
use crate::{check, say};

/// Messages are sent and things fail in this time.
const SPAN_MS: u64 = 6_000;
/// Longer than a lease: whoever is stopped for so long has lost its runs when it goes on.
const LONG_STOP: Duration = Duration::from_secs(9);

/// Something that goes wrong.
#[derive(Clone, Copy, Debug)]
enum Fault {
    /// A process is killed, and started again.
    Kill(usize),
    /// A process is asked to end, and started again.
    Terminate(usize),
    /// A process stands still, shorter or longer than a lease, and goes on.
    Stop(usize, Duration),
    /// Redis is killed, and started again empty.
    RestartRedis,
    /// Redis loses everything.
    FlushRedis,
    /// PostgreSQL is killed, and started again.
    RestartPostgres,
}

/// One round.
pub struct Plan {
    seed: u64,
    faults: Vec<(u64, Fault)>,
    /// When, by whom, whether it goes on with that person's chat, and the reader's patience.
    messages: Vec<(u64, usize, bool, usize)>,
    /// What each of them leads to.
    tasks: Vec<Task>,
}

impl Plan {
    /// The plan of a seed.
    pub fn of(seed: u64) -> Self {
        let mut random = StdRng::seed_from_u64(seed);
        let mut faults: Vec<(u64, Fault)> = (0..random.random_range(2..6))
            .map(|_| {
                let process = random.random_range(0..Cluster::PROCESSES);
                let fault = match random.random_range(0..10) {
                    0..4 => Fault::Kill(process),
                    4 => Fault::Terminate(process),
                    5 => Fault::Stop(process, Duration::from_millis(random.random_range(500..3_000))),
                    6 => Fault::Stop(Cluster::SERVERS + random.random_range(0..Cluster::SERVERS), LONG_STOP),
                    7 => Fault::RestartRedis,
                    8 => Fault::FlushRedis,
                    _ => Fault::RestartPostgres,
                };
                (random.random_range(500..SPAN_MS), fault)
            })
            .collect();
        faults.sort_by_key(|(at, _)| *at);
        let messages = (0..16)
            .map(|_| {
                let patience = if random.random_bool(0.4) { random.random_range(1..12) } else { usize::MAX };
                (
                    random.random_range(0..SPAN_MS),
                    random.random_range(0..4),
                    random.random_bool(0.3),
                    patience,
                )
            })
            .collect();
        let tasks = (0..16)
            .map(|_| match random.random_range(0..10) {
                0..3 => Task::Write { approve: true },
                3 => Task::Write { approve: false },
                _ => Task::Talk,
            })
            .collect();
        Self { seed, faults, messages, tasks }
    }

    /// What goes wrong, in words.
    pub fn story(&self) -> String {
        let mut story = String::new();
        for (at, fault) in &self.faults {
            write!(story, "{:.1} s {fault:?}, ", *at as f64 / 1e3).ok();
        }
        story.trim_end_matches(", ").to_owned()
    }
}

/// Plays a plan to its end and counts.
pub async fn play(cluster: &mut Cluster, plan: &Plan) -> anyhow::Result<check::Counted> {
    let begun = Instant::now();
    let mut random = StdRng::seed_from_u64(plan.seed ^ 0x5eed);
    let servers = Arc::new(cluster.servers());
    // Chats to go on with.
    let mut chats = Vec::new();
    for token in &cluster.people {
        chats.push(check::new_chat(cluster, token).await?);
    }
    let mut asked = JoinSet::new();
    let messages = plan.messages.iter().zip(&plan.tasks).enumerate();
    for (number, ((at, person, goes_on, patience), task)) in messages {
        // The database outlives a plan, and a plan may be played again.
        let note = format!("note {}-{number}-{:08x}", plan.seed, rand::random::<u32>());
        let message = Message {
            token: cluster.people.get(*person).cloned().unwrap_or_default(),
            text: match task {
                Task::Talk => text(plan.seed, number, &mut random),
                Task::Write { .. } => format!(
                    "message {}-{number} [tool mcp__notes__add_note {}] [rate 20]",
                    plan.seed,
                    json!({ "text": note })
                ),
            },
            task: *task,
            note,
            chat: if *goes_on { chats.get(*person).cloned() } else { None },
            patience: *patience,
            seed: random.random(),
        };
        let (http, servers, at) = (cluster.http.clone(), servers.clone(), begun + Duration::from_millis(*at));
        asked.spawn(async move {
            sleep_until(at).await;
            client::ask(http, servers, message).await
        });
    }
    for (at, fault) in &plan.faults {
        sleep_until(begun + Duration::from_millis(*at)).await;
        inflict(cluster, *fault, &mut random).await?;
    }
    let mut received = Vec::new();
    let mut wrong = Vec::new();
    while let Some(answer) = asked.join_next().await {
        match answer? {
            Ok(answer) => received.push(answer),
            Err(error) => wrong.push(format!("{error:#}")),
        }
    }
    check::all(cluster, &received, wrong, begun.elapsed()).await
}

/// About three seconds of answer, or a failure of the provider that passes.
fn text(seed: u64, number: usize, random: &mut StdRng) -> String {
    let words: Vec<&str> =
        ["pine", "bear", "snow", "brook"].into_iter().cycle().take(random.random_range(10..50)).collect();
    let failing = match random.random_range(0..12) {
        0 => " [error 500 times 3]",
        1 => " [error 429 times 1]",
        _ => "",
    };
    format!("message {seed}-{number} {}{failing} [rate 20]", words.join(" "))
}

async fn inflict(cluster: &mut Cluster, fault: Fault, random: &mut StdRng) -> anyhow::Result<()> {
    let pause = Duration::from_millis(random.random_range(0..1_500));
    match fault {
        Fault::Kill(at) => {
            cluster.end(at, Signal::KILL).await?;
            tokio::time::sleep(pause).await;
            cluster.start_process(at).await
        }
        Fault::Terminate(at) => {
            cluster.end(at, Signal::TERM).await?;
            tokio::time::sleep(pause).await;
            cluster.start_process(at).await
        }
        Fault::Stop(at, time) => {
            cluster.signal(at, Signal::STOP)?;
            tokio::time::sleep(time).await;
            cluster.signal(at, Signal::CONT)
        }
        Fault::RestartRedis => cluster.redis.restart(pause).await,
        Fault::FlushRedis => cluster.redis.flush().await,
        Fault::RestartPostgres => cluster.postgres.restart().await,
    }
    .inspect_err(|error| say(&format!("{fault:?}: {error:#}")))
}
