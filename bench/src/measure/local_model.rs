//! The in-process model beside llama.cpp's own loop.

use std::sync::Arc;

use anyhow::Context as _;
use kuma_llm::Provider as _;
use kuma_local::bench::{RawModel, Speed, through_port};
use kuma_local::{LocalOptions, LocalProvider};

use crate::figures::{Figure, Findings, Table, number};
use crate::options::Options;
use crate::stats::Sorted;

/// What is measured of a run: its name, its rate, and how many tokens it counts.
type Kind = (&'static str, fn(&Speed) -> f64, fn(&Speed) -> u64);

pub(super) const METHOD: &str = "The starter chat model answers through the port that Kuma uses (`kuma-local`, as the server
    sets it up) and in llama.cpp's plain loop, in turns, in one process, with the same file, threads, prompt, number
    of tokens and choice of tokens. The ratio of the medians is what Kuma's way costs: 1 is nothing.";

const FILLER: &str = "The municipal library of Arvenholt opened in 1962 and holds about forty thousand volumes. It lends \
    books for three weeks and music for one week. The reading room closes at eight. ";

/// Measures.
pub(super) async fn run(options: &Options) -> anyhow::Result<Findings> {
    let models = options.models.as_ref().context("KUMA_MODELS_DIR is not set: run make bench, or set it")?;
    let (rounds, limit) = (options.count(5, 1), options.count(128, 16) as u32);
    let local = LocalOptions::new(models);
    let threads = (local.cores / local.slots.max(1)).max(1);
    let provider = LocalProvider::new(local);
    let known = provider.list_models().await?.into_iter().next();
    let info = known.with_context(|| format!("no chat model in {}", models.display()))?;
    let file = models.join(format!("{}.gguf", info.model));
    let name = info.id.clone();
    let model = provider.chat_model(info);
    let long = FILLER.repeat(10) + "Summarise the text above, then write a long essay about libraries.";
    let mut table = Table::new(&["prompt", "tokens", "", "Kuma tokens/s", "plain loop tokens/s", "ratio"]);
    let mut figures = Vec::new();
    for (prompt, question) in [("short", "Tell me a long story about a fox."), ("long", &long)] {
        // The first run loads the model and warms the caches.
        through_port(model.as_ref(), question, 8).await?;
        let raw = Arc::new(RawModel::load(&file, threads)?);
        let (mut ours, mut plain) = (Vec::new(), Vec::new());
        for _ in 0..rounds {
            ours.push(through_port(model.as_ref(), question, limit).await?);
            let (raw, question) = (Arc::clone(&raw), question.to_owned());
            plain.push(tokio::task::spawn_blocking(move || raw.run(&question, limit)).await??);
        }
        let kinds: [Kind; 2] = [
            ("read", Speed::reading_rate, |speed| speed.read),
            ("written", Speed::writing_rate, |speed| speed.written),
        ];
        for (kind, rate, count) in kinds {
            let [ours, plain] = [&ours, &plain]
                .map(|all| (Sorted::of(all.iter().map(rate)).median(), all.first().map_or(0, count)));
            table.row([
                prompt.to_owned(),
                format!("{} / {}", ours.1, plain.1),
                kind.to_owned(),
                number(ours.0),
                number(plain.0),
                number(ours.0 / plain.0),
            ]);
            if prompt == "short" && kind == "written" {
                figures.push(Figure::new("Local model, tokens written per second", ours.0, "tokens/s"));
                figures.push(Figure::new("llama.cpp's own loop", plain.0, "tokens/s"));
                figures.push(Figure::new("Local model by llama.cpp's own loop", ours.0 / plain.0, "×"));
            }
        }
    }
    let notes = vec![
        format!("{name}, {threads} thread(s) per answer, {rounds} rounds of {limit} tokens."),
        "Tokens are Kuma's / the plain loop's.".to_owned(),
    ];
    Ok(Findings { figures, table: Some(table), notes })
}
