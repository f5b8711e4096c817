//! What must be true after a round, whatever happened in it:
//! - every message that was accepted is there once, with one answer, whole or with a clear failure;
//! - every reader saw numbers without a gap up to `done` or `error` (checked while reading), and the
//!   text it was told is the text that is kept;
//! - every run is over;
//! - no note was written twice, none that was denied was written, and what was told as written was.

use std::fmt;
use std::time::Duration;

use anyhow::{Context as _, bail, ensure};
use serde_json::{Value, json};

use crate::client::{Received, Task};
use crate::cluster::Cluster;

/// What a round came to.
pub struct Counted {
    answers: usize,
    failures: usize,
    writes: usize,
    unknown: usize,
    reconnects: usize,
    took: Duration,
}

impl fmt::Display for Counted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { answers, failures, writes, unknown, reconnects, took } = self;
        write!(
            f,
            "{answers} answers, {failures} failures told, {writes} writes, {unknown} of unknown outcome, \
             {reconnects} reconnects, {:.1} s",
            took.as_secs_f64()
        )
    }
}

/// A value in an answer; null when it is not there.
pub fn at<'a>(value: &'a Value, pointer: &str) -> &'a Value {
    value.pointer(pointer).unwrap_or(&Value::Null)
}

async fn get(cluster: &Cluster, token: &str, path: &str) -> anyhow::Result<Value> {
    let servers = cluster.servers();
    let mut last = None;
    // A server may just be coming back, and PostgreSQL behind it.
    for attempt in 0..40_usize {
        let server = servers.get(attempt % servers.len()).context("no server")?;
        match cluster.http.get(format!("{server}{path}")).bearer_auth(token).send().await {
            Ok(response) if response.status().is_success() => return Ok(response.json().await?),
            Ok(response) => last = Some(format!("{} {}", response.status(), response.text().await?)),
            Err(error) => last = Some(error.to_string()),
        }
        tokio::time::sleep(Duration::from_millis(250)).await;
    }
    bail!("{path}: {}", last.unwrap_or_default())
}

/// A chat to write in.
pub async fn new_chat(cluster: &Cluster, token: &str) -> anyhow::Result<String> {
    let servers = cluster.servers();
    for attempt in 0..40_usize {
        let server = servers.get(attempt % servers.len()).context("no server")?;
        let request = cluster.http.post(format!("{server}/api/chat")).bearer_auth(token);
        if let Ok(response) = request.json(&json!({ "title": "A chat" })).send().await
            && response.status().is_success()
        {
            let body: Value = response.json().await?;
            return Ok(at(&body, "/chat/id").as_str().context("no chat")?.to_owned());
        }
        tokio::time::sleep(Duration::from_millis(250)).await;
    }
    bail!("no chat could be made")
}

/// Checks everything.
pub async fn all(
    cluster: &Cluster,
    received: &[Received],
    mut wrong: Vec<String>,
    took: Duration,
) -> anyhow::Result<Counted> {
    let (mut answers, mut failures) = (0, 0);
    for one in received {
        match answer(cluster, one).await {
            Ok(true) => answers += 1,
            Ok(false) => failures += 1,
            Err(error) => wrong.push(format!("{:?} ({}): {error:#}", one.message.text, one.job)),
        }
    }
    let (mut writes, mut unknown) = (0, 0);
    for one in received {
        match written(cluster, one) {
            Ok(count) => {
                writes += count;
                let approved = one.message.task == (Task::Write { approve: true });
                unknown += usize::from(approved && one.end == "done" && one.wrote != Some(true));
            }
            Err(error) => wrong.push(format!("{:?} ({}): {error:#}", one.message.text, one.job)),
        }
    }
    let admin = cluster.people.first().context("nobody")?;
    for status in ["PENDING", "PROCESSING", "WAITING_APPROVAL"] {
        let stuck = get(cluster, admin, &format!("/api/admin/jobs?status={status}")).await?;
        let stuck = at(&stuck, "/items").as_array().context("no list")?;
        if !stuck.is_empty() {
            wrong.push(format!(
                "{} runs are {status}: {}",
                stuck.len(),
                stuck.first().unwrap_or(&Value::Null)
            ));
        }
    }
    let reconnects = received.iter().map(|one| one.reconnects).sum();
    ensure!(wrong.is_empty(), "{} wrong:\n          {}", wrong.len(), wrong.join("\n          "));
    Ok(Counted { answers, failures, writes, unknown, reconnects, took })
}

/// How often the message's note was written; an error when that is not what its reader was told.
fn written(cluster: &Cluster, one: &Received) -> anyhow::Result<usize> {
    let calls = cluster.notes.calls_of("add_note");
    let mine: Vec<_> =
        calls.iter().filter(|call| at(&call.arguments, "/text") == &*one.message.note).collect();
    ensure!(mine.len() <= 1, "its note was written {} times: {mine:?}", mine.len());
    ensure!(mine.iter().all(|call| call.idempotency_key.is_some()), "without an idempotency key: {mine:?}");
    match one.message.task {
        Task::Talk => ensure!(mine.is_empty(), "nobody asked for a note: {mine:?}"),
        Task::Write { approve: false } => ensure!(mine.is_empty(), "it was denied and written"),
        Task::Write { approve: true } => {
            ensure!(one.wrote != Some(true) || mine.len() == 1, "told as written, and it was not");
        }
    }
    Ok(mine.len())
}

/// Whether the message has its answer; `false`: its failure.
async fn answer(cluster: &Cluster, one: &Received) -> anyhow::Result<bool> {
    let (token, text) = (&one.message.token, &one.message.text);
    let job = get(cluster, token, &format!("/api/chat/jobs/{}", one.job)).await?;
    let status = at(&job, "/job/status").as_str().context("no status")?.to_owned();
    let page = get(cluster, token, &format!("/api/chat/{}/messages?limit=100", one.chat)).await?;
    let messages = at(&page, "/items").as_array().context("no messages")?;
    let mine: Vec<&Value> = messages
        .iter()
        .filter(|message| at(message, "/role") == "user" && *at(message, "/content") == **text)
        .collect();
    ensure!(mine.len() == 1, "it is there {} times", mine.len());
    let question = mine.first().context("gone")?;
    let children: Vec<&Value> = messages
        .iter()
        .filter(|message| {
            at(message, "/role") == "assistant" && at(message, "/parentId") == at(question, "/id")
        })
        .collect();
    ensure!(children.len() == 1, "it has {} answers", children.len());
    let answer = children.first().context("gone")?;
    let content = at(answer, "/content").as_str().unwrap_or_default();
    ensure!(content == one.text, "kept is {content:?}, told was {:?}", one.text);
    if one.end == "done" {
        ensure!(status == "COMPLETED", "it was told as done and is {status}");
        ensure!(at(answer, "/status") == "complete", "the answer is {}", at(answer, "/status"));
        let good = match one.message.task {
            Task::Talk => content == format!("You said: {text}"),
            Task::Write { .. } => content.contains("The tools answered:") && one.wrote.is_some(),
        };
        ensure!(good, "the answer is {content:?}");
        return Ok(true);
    }
    ensure!(status == "FAILED" || status == "DEAD", "it was told as failed and is {status}");
    ensure!(
        at(answer, "/status") == "failed" && at(answer, "/error/code") == at(&one.data, "/code"),
        "kept is {answer}"
    );
    // Only a provider that fails on purpose may cost an answer.
    ensure!(text.contains("[error"), "no failure was asked for, told was {}", one.data);
    Ok(false)
}
