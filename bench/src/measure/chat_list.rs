//! The chat list of somebody with a hundred thousand chats.

use std::time::Instant;

use anyhow::Context as _;
use tokio::task::JoinSet;

use crate::bed::{Bed, create_chat};
use crate::figures::{Figure, Findings, Target};
use crate::http::{Connection, Request};
use crate::options::Options;
use crate::say::progress;
use crate::stats::Sorted;

pub(super) const METHOD: &str = "One account gets 100,000 chats through `POST /api/chat` over 16 connections. Then
    `GET /api/chat?limit=30` is asked again and again over one connection, in turns for the first page and, by its
    cursor, for the next page of a walk through the list; the clock runs from before the request is written until the
    body was read.";

const CONNECTIONS: usize = 16;

/// Measures.
pub(super) async fn run(options: &Options) -> anyhow::Result<Findings> {
    let (chats, rounds) = (options.count(100_000, 500), options.count(500, 20));
    let bed = Bed::start(options, 1).await?;
    let begun = Instant::now();
    let mut filling = JoinSet::new();
    for connection in 0..CONNECTIONS {
        filling.spawn(fill(
            bed.kuma.address,
            bed.user(0).to_owned(),
            (connection..chats).step_by(CONNECTIONS),
        ));
    }
    while let Some(filled) = filling.join_next().await {
        filled?.context("creating chats")?;
    }
    let filled = begun.elapsed();
    progress(&format!("{chats} chats created in {:.0} s", filled.as_secs_f64()));

    let mut connection = Connection::open(bed.kuma.address).await?;
    let (mut first, mut later) = (Vec::new(), Vec::new());
    let mut cursor = None;
    for round in 0..rounds + 20 {
        let (took_first, next) = page(&mut connection, bed.user(0), None).await?;
        // After the list's end the walk begins again.
        let (took_later, next) = page(&mut connection, bed.user(0), cursor.or(next).as_deref()).await?;
        cursor = next;
        if round >= 20 {
            first.push(took_first);
            later.push(took_later);
        }
    }
    bed.stop().await?;
    let (first, later) = (Sorted::of(first), Sorted::of(later));
    let rate = chats as f64 / filled.as_secs_f64();
    Ok(Findings {
        figures: vec![
            Figure::new("Chat list, first page, p95", first.quantile(0.95), "ms").target(Target::AtMost(5.0)),
            Figure::new("Chat list, first page, p50", first.median(), "ms"),
            Figure::new("Chat list, later pages, p95", later.quantile(0.95), "ms"),
            Figure::new("Chats created per second", rate, "/s"),
        ],
        notes: vec![format!("{chats} chats, {rounds} pages of each kind.")],
        table: None,
    })
}

async fn fill(
    address: std::net::SocketAddr,
    token: String,
    numbers: impl Iterator<Item = usize>,
) -> anyhow::Result<()> {
    let mut connection = Connection::open(address).await?;
    for number in numbers {
        create_chat(&mut connection, &token, &format!("Conversation {number} about bears and rivers"))
            .await?;
    }
    Ok(())
}

/// One page of thirty; gives the time in milliseconds and the cursor of the next one.
async fn page(
    connection: &mut Connection,
    token: &str,
    cursor: Option<&str>,
) -> anyhow::Result<(f64, Option<String>)> {
    let cursor = cursor.map(|cursor| format!("&cursor={cursor}")).unwrap_or_default();
    let path = format!("/api/chat?limit=30{cursor}");
    let begun = Instant::now();
    let request = Request { method: "GET", path: &path, token: Some(token), body: None };
    let (status, body) = connection.call(request).await?;
    let took = begun.elapsed().as_secs_f64() * 1e3;
    anyhow::ensure!(status == 200, "{path}: {status} {}", String::from_utf8_lossy(&body));
    let list: serde_json::Value = serde_json::from_slice(&body)?;
    let items = list.get("items").and_then(|items| items.as_array()).context("no items in a list")?.len();
    let next = list.get("nextCursor").and_then(|next| next.as_str());
    anyhow::ensure!(next.is_none() || items == 30, "{items} chats on a page of thirty");
    Ok((took, next.map(str::to_owned)))
}
