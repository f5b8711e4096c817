//! Measures the local models: `local_speed MODELS_DIR [TOKENS] [SLOTS]`.
//!
//! Prints, for the first chat model of the directory, tokens per second through the chat port and
//! through llama.cpp's own loop in the same process, in turns, with medians and their ratio, and the
//! processor time of both, which says more on a busy machine; then embeddings per second; and the
//! memory before, with and without the models.

#![expect(clippy::print_stdout, reason = "printing figures is what this program is for")]

use std::time::{Duration, Instant};

use kuma_llm::{Embedder, Provider};
use kuma_local::bench::{RawModel, Speed, through_port};
use kuma_local::{EmbedderOptions, LocalEmbedder, LocalOptions, LocalProvider};

const ROUNDS: usize = 5;
const FILLER: &str = "The municipal library of Arvenholt opened in 1962 and holds about forty thousand \
    volumes. It lends books for three weeks and music for one week. The reading room closes at eight. ";

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let directory = arguments.first().ok_or("usage: local_speed MODELS_DIR [TOKENS] [SLOTS]")?;
    let tokens: u32 = arguments.get(1).map_or(Ok(128), |text| text.parse())?;
    let mut options = LocalOptions::new(directory);
    options.idle_after = Duration::from_secs(20);
    if let Some(slots) = arguments.get(2) {
        options.slots = slots.parse()?;
    }
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(measure(options, tokens))
}

async fn measure(options: LocalOptions, tokens: u32) -> Result<(), Box<dyn std::error::Error>> {
    println!("memory at start: {}", memory()?);
    let threads = (options.cores / options.slots.max(1)).max(1);
    let directory = options.models_dir.clone();
    let provider = LocalProvider::new(options);
    let info = provider.list_models().await?.into_iter().next().ok_or("no chat model in the directory")?;
    let file = directory.join(format!("{}.gguf", info.model));
    println!("{} ({} threads per reply), {tokens} tokens, {ROUNDS} rounds", info.id, threads);

    let model = provider.chat_model(info);
    let long = FILLER.repeat(10) + "Summarise the text above, then write a long essay about libraries.";
    for (name, question) in [("short prompt", "Tell me a long story about a fox."), ("long prompt", &long)] {
        // A first run loads the model and warms the caches.
        through_port(model.as_ref(), question, 8).await?;
        let raw = std::sync::Arc::new(RawModel::load(&file, threads)?);
        let (mut ours, mut plain) = (Vec::new(), Vec::new());
        let mut worked = [0.0; 2];
        for _ in 0..ROUNDS {
            let before = processor_time()?;
            ours.push(through_port(model.as_ref(), question, tokens).await?);
            let between = processor_time()?;
            let (raw, question) = (std::sync::Arc::clone(&raw), question.to_owned());
            plain.push(tokio::task::spawn_blocking(move || raw.run(&question, tokens)).await??);
            let after = processor_time()?;
            worked = [worked[0] + between - before, worked[1] + after - between];
        }
        report(name, &ours, &plain);
        let [port, loops] = worked.map(|seconds| seconds / ROUNDS as f64);
        println!(
            "  processor: port {port:.2} s per reply, plain loop {loops:.2} s, ratio {:.3}",
            port / loops
        );
    }
    through_port(model.as_ref(), "Say hello.", 8).await?;
    println!("memory with the model, after replies: {}", memory()?);
    while provider.loaded() > 0 {
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    tokio::time::sleep(Duration::from_millis(300)).await;
    println!("memory after the model was dropped: {}", memory()?);

    let embedder = LocalEmbedder::new(EmbedderOptions {
        idle_after: Duration::from_millis(200),
        ..EmbedderOptions::new(directory)
    });
    let passages: Vec<String> = (0..128).map(|n| format!("{n}. {FILLER}")).collect();
    embedder.embed(vec!["warm".to_owned()]).await?;
    let started = Instant::now();
    embedder.embed(passages).await?;
    println!("embeddings: {:.1} passages/s", 128.0 / started.elapsed().as_secs_f64());
    let started = Instant::now();
    embedder.embed(vec!["When does the reading room close?".to_owned()]).await?;
    println!("one question: {:.1} ms", started.elapsed().as_secs_f64() * 1e3);
    println!("memory with the embedder: {}", memory()?);
    while embedder.is_loaded() {
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    tokio::time::sleep(Duration::from_millis(300)).await;
    println!("memory after it was dropped: {}", memory()?);
    Ok(())
}

fn report(name: &str, ours: &[Speed], plain: &[Speed]) {
    let (read, written) = ours.first().map_or((0, 0), |speed| (speed.read, speed.written));
    println!(
        "{name}: {read} tokens read, {written} written (plain loop {})",
        plain.first().map_or(0, |s| s.written)
    );
    for (what, rate) in [("read", Speed::reading_rate as fn(&Speed) -> f64), ("write", Speed::writing_rate)] {
        let (ours, plain) = (median(ours, rate), median(plain, rate));
        println!("  {what}: port {ours:.1} tok/s, plain loop {plain:.1} tok/s, ratio {:.3}", ours / plain);
    }
}

fn median(speeds: &[Speed], rate: fn(&Speed) -> f64) -> f64 {
    let mut rates: Vec<f64> = speeds.iter().map(rate).collect();
    rates.sort_by(f64::total_cmp);
    rates.get(rates.len() / 2).copied().unwrap_or_default()
}

/// Seconds of processor time that this process has had.
fn processor_time() -> Result<f64, Box<dyn std::error::Error>> {
    let stat = std::fs::read_to_string("/proc/self/stat")?;
    // After the name in parentheses; the kernel counts in hundredths of a second.
    let fields = stat.rsplit_once(')').map(|(_, rest)| rest).ok_or("unknown form of /proc/self/stat")?;
    let ticks = fields.split_whitespace().skip(11).take(2).map(str::parse::<u64>).sum::<Result<u64, _>>()?;
    Ok(ticks as f64 / 100.0)
}

/// What the kernel says this process holds.
fn memory() -> std::io::Result<String> {
    let text = std::fs::read_to_string("/proc/self/smaps_rollup")?;
    let field = |name: &str| {
        let line = text.lines().find(|line| line.starts_with(name));
        line.and_then(|line| line.split_whitespace().nth(1))
            .and_then(|kb| kb.parse::<u64>().ok())
            .unwrap_or(0)
            / 1024
    };
    Ok(format!("{} MB resident, {} MB of it not from files", field("Rss:"), field("Anonymous:")))
}
