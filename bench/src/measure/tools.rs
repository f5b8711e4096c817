//! What an agent's tool calls cost beside the tools' own time, and what a question that waits costs.

use std::time::{Duration, Instant};

use anyhow::{Context as _, bail};
use serde_json::{Value, json};
use tokio::task::JoinSet;

use crate::bed::{self, Bed};
use crate::figures::{Figure, Findings, number};
use crate::http::{Connection, Request};
use crate::linux::pss_mib;
use crate::options::Options;
use crate::stats::Sorted;

pub(super) const METHOD: &str = "A scripted model calls a tool of an MCP server ten times, one call after the other, and then
    answers; the tool takes 20 ms. From the time between request and end of such an answer the tools' own 200 ms and the time of
    an answer without tools are taken away: what is left is ten further model replies, the calls over MCP, storing every step, and
    telling of it. Then so many runs call a tool that writes and wait for their approval; memory (PSS) is read before the first and
    five seconds after the last, and the server is asked how many runs it still has at work.";

/// Calls in one answer.
const STEPS: usize = 10;
/// What the tool takes by itself.
const TOOL_MS: u64 = 20;

/// Measures.
pub(super) async fn run(options: &Options) -> anyhow::Result<Findings> {
    let (rounds, waiting) = (options.count(30, 3), options.count(500, 20));
    let bed = Bed::start(options, 1).await?;
    let mut fake = Connection::open(bed.fake.address).await?;
    control(&mut fake, "PUT", "/_fake/mcp/bench/script", &json!({ "delay_ms": TOOL_MS })).await?;
    let mut kuma = Connection::open(bed.kuma.address).await?;
    add_server(&mut kuma, &bed).await?;
    let plain = answers(&mut kuma, &mut fake, &bed, rounds, 0).await?;
    let tools = answers(&mut kuma, &mut fake, &bed, rounds, STEPS).await?;
    let own = (STEPS as u64 * TOOL_MS) as f64;
    let added = (tools.median() - own - plain.median()) / STEPS as f64;

    wait_for_approval(&bed, 5).await?;
    let before = settled(&bed).await?;
    wait_for_approval(&bed, waiting).await?;
    let after = settled(&bed).await?;
    let active = active_runs(&mut kuma).await?;
    bed.stop().await?;
    Ok(Findings {
        figures: vec![
            Figure::new("Answer without tools, p50", plain.median(), "ms"),
            Figure::new("Answer with ten tool calls of 20 ms each, p50", tools.median(), "ms"),
            Figure::new("Added per tool call, p50", added, "ms"),
            Figure::new(
                "Memory per run that waits for an approval (PSS)",
                (after - before) * 1024.0 / waiting as f64,
                "KB",
            ),
            Figure::new("Runs at work while they wait", active, ""),
        ],
        table: None,
        notes: vec![format!(
            "{rounds} answers each; {waiting} runs waited; the server had {} MB before and {} MB after.",
            number(before),
            number(after)
        )],
    })
}

/// The MCP server of the fake, whose word on what only reads is taken.
async fn add_server(kuma: &mut Connection, bed: &Bed) -> anyhow::Result<()> {
    let url = format!("http://{}/mcp/bench", bed.fake.address);
    let body =
        json!({ "name": "bench", "url": url, "scope": "global", "trustReadOnlyHint": true }).to_string();
    let request =
        Request { method: "POST", path: "/api/mcp/servers", token: Some(bed.user(0)), body: Some(&body) };
    let added = kuma.json(request).await?;
    if added.pointer("/server/tools").and_then(Value::as_array).is_none_or(Vec::is_empty) {
        bail!("the MCP server has no tools: {added}");
    }
    Ok(())
}

async fn control(fake: &mut Connection, method: &str, path: &str, body: &Value) -> anyhow::Result<()> {
    let body = body.to_string();
    let (status, answer) = fake.call(Request { method, path, token: None, body: Some(&body) }).await?;
    if !(200..300).contains(&status) {
        bail!("{method} {path}: {status} {}", String::from_utf8_lossy(&answer));
    }
    Ok(())
}

/// Milliseconds of so many answers, one after the other, with so many tool calls each.
async fn answers(
    kuma: &mut Connection,
    fake: &mut Connection,
    bed: &Bed,
    rounds: usize,
    steps: usize,
) -> anyhow::Result<Sorted> {
    let mut took = Vec::with_capacity(rounds);
    for round in 0..=rounds {
        let chat = bed::create_chat(kuma, bed.user(0), "Bench").await?;
        let mut replies: Vec<Value> = (0..steps)
            .map(|step| {
                let arguments = json!({ "topic": format!("{round}-{step}") });
                json!({ "pieces": [{ "tool_call": { "name": "mcp__bench__get_letter", "arguments": arguments } }] })
            })
            .collect();
        replies.push(json!({ "pieces": [{ "text": "That is all." }] }));
        control(fake, "POST", "/_fake/openai/replies", &Value::Array(replies)).await?;
        let body = json!({ "message": "Go through the letters.", "chatId": chat }).to_string();
        let begun = Instant::now();
        let events = ask(kuma, bed.user(0), &body).await?;
        let results = events.matches("event: tool_result").count();
        if results != steps || !events.contains("event: done") {
            bail!("{results} of {steps} tool calls were made: {events}");
        }
        // The first one makes connections.
        if round > 0 {
            took.push(begun.elapsed().as_secs_f64() * 1e3);
        }
    }
    Ok(Sorted::of(took))
}

/// Asks and reads the stream to its end.
async fn ask(kuma: &mut Connection, token: &str, body: &str) -> anyhow::Result<String> {
    let request = Request { method: "POST", path: "/api/chat/stream", token: Some(token), body: Some(body) };
    let (status, events) = kuma.call(request).await?;
    let events = String::from_utf8_lossy(&events).into_owned();
    if status != 200 {
        bail!("{status}: {events}");
    }
    Ok(events)
}

/// Brings so many runs to a question, and leaves.
async fn wait_for_approval(bed: &Bed, runs: usize) -> anyhow::Result<()> {
    let mut asked = JoinSet::new();
    for number in 0..runs {
        let (address, token) = (bed.kuma.address, bed.user(0).to_owned());
        let message =
            format!("Note it [tool mcp__bench__add_note {}]", json!({ "text": format!("note {number}") }));
        asked.spawn(async move {
            let mut connection = Connection::open(address).await?;
            let chat = bed::create_chat(&mut connection, &token, "Bench").await?;
            let body = json!({ "message": message, "chatId": chat }).to_string();
            let path = "/api/chat/stream";
            connection.send(Request { method: "POST", path, token: Some(&token), body: Some(&body) }).await?;
            let mut seen = Vec::new();
            while !seen.windows(17).any(|word| word == b"WAITING_APPROVAL\"") {
                if !connection.read(|bytes| seen.extend_from_slice(bytes)).await? {
                    bail!("the run ended without a question: {}", String::from_utf8_lossy(&seen));
                }
            }
            anyhow::Ok(())
        });
        // A few at a time: the cost of waiting is measured, not that of starting.
        if asked.len() >= 20 {
            asked.join_next().await.context("no task")???;
        }
    }
    while let Some(done) = asked.join_next().await {
        done??;
    }
    Ok(())
}

async fn settled(bed: &Bed) -> anyhow::Result<f64> {
    tokio::time::sleep(Duration::from_secs(5)).await;
    pss_mib(bed.kuma.pid)
}

/// As the server's own metrics say.
async fn active_runs(kuma: &mut Connection) -> anyhow::Result<f64> {
    let (_, text) = kuma.call(Request { method: "GET", path: "/metrics", token: None, body: None }).await?;
    let text = String::from_utf8_lossy(&text).into_owned();
    let line = text.lines().find(|line| line.starts_with("kuma_runs_active"));
    let value = line.and_then(|line| line.rsplit(' ').next()).and_then(|value| value.parse().ok());
    value.with_context(|| format!("no kuma_runs_active among the metrics: {text}"))
}
