//! `kuma models`: files of models that run in this process.

use std::path::PathBuf;

use anyhow::Context as _;
use clap::Subcommand;
use indicatif::{ProgressBar, ProgressStyle};
use kuma_net::{ClientOptions, Download};

use crate::settings::Settings;
use crate::telemetry::say;
use crate::wire;

#[derive(Subcommand)]
pub enum Models {
    /// Fetch a model file from Hugging Face; an interrupted download is taken up where it stopped
    Fetch {
        /// The repository, such as Qwen/Qwen3-1.7B-GGUF
        repo: String,
        /// The file in it, such as Qwen3-1.7B-Q8_0.gguf
        file: String,
        /// The branch, tag or commit
        #[arg(long, default_value = "main")]
        revision: String,
        /// The SHA-256 that the file must have
        #[arg(long)]
        sha256: Option<String>,
        /// A mirror of Hugging Face
        #[arg(long, env = "HF_ENDPOINT", default_value = "https://huggingface.co")]
        endpoint: String,
    },
    /// Write a model's weights as Q4_0, which prompts are read fastest from; costs a little quality
    Requantize {
        /// The GGUF file to read
        source: PathBuf,
        /// The GGUF file to write
        target: PathBuf,
    },
    /// List the models that are there
    List,
}

pub async fn run(settings: &Settings, command: Models) -> anyhow::Result<()> {
    match command {
        Models::Fetch { repo, file, revision, sha256, endpoint } => {
            fetch(settings, &repo, &file, &revision, sha256, &endpoint).await
        }
        Models::Requantize { source, target } => requantize(source, target).await,
        Models::List => list(settings).await,
    }
}

async fn fetch(
    settings: &Settings,
    repo: &str,
    file: &str,
    revision: &str,
    sha256: Option<String>,
    endpoint: &str,
) -> anyhow::Result<()> {
    let url = kuma_net::hugging_face_url(endpoint, repo, revision, file)?;
    settings.make_data_dir()?;
    let directory = settings.models_dir();
    std::fs::create_dir_all(&directory).with_context(|| format!("{} cannot be made", directory.display()))?;
    let name = PathBuf::from(file).file_name().map(PathBuf::from).context("the file has no name")?;
    let target = directory.join(name);

    let mut download = Download::new(url, &target);
    download.sha256 = sha256;
    download.token = std::env::var("HF_TOKEN").ok().filter(|token| !token.is_empty()).map(Into::into);
    let bar = ProgressBar::no_length()
        .with_style(ProgressStyle::with_template("{wide_bar} {bytes}/{total_bytes} {bytes_per_sec} {eta}")?);
    let client = kuma_net::build_client(&ClientOptions::streaming())?;
    let done = kuma_net::download(&client, &download, &mut |progress| {
        if let Some(total) = progress.total {
            bar.set_length(total);
        }
        bar.set_position(progress.done);
    })
    .await;
    bar.finish_and_clear();
    let done = done?;
    if done.resumed_from == done.bytes {
        say(&format!("{} is there already", target.display()));
    } else {
        say(&format!("{} ({} bytes)", target.display(), done.bytes));
    }
    Ok(())
}

#[cfg(feature = "local-llm")]
async fn requantize(source: PathBuf, target: PathBuf) -> anyhow::Result<()> {
    let written = target.display().to_string();
    let sizes = tokio::task::spawn_blocking(move || kuma_local::requantize_q4_0(&source, &target)).await??;
    say(&format!("{written} ({} bytes, {} before)", sizes.after, sizes.before));
    Ok(())
}

#[cfg(not(feature = "local-llm"))]
fn requantize(_: PathBuf, _: PathBuf) -> impl Future<Output = anyhow::Result<()>> {
    let why = "this build cannot convert models (it was built without the feature local-llm)";
    std::future::ready(Err(anyhow::anyhow!(why)))
}

async fn list(settings: &Settings) -> anyhow::Result<()> {
    let Some(provider) = wire::local(settings) else {
        say("this build runs no models of its own (it was built without the feature local-llm)");
        return Ok(());
    };
    let models = provider.list_models().await?;
    for model in &models {
        let demo = if model.demo { "  (demo)" } else { "" };
        let window = model.context_window.map(|window| format!("{window} tokens")).unwrap_or_default();
        say(&format!("{:<48} {window}{demo}", model.id));
    }
    if models.is_empty() {
        say(&format!(
            "no models in {}; fetch one with: kuma models fetch Qwen/Qwen3-1.7B-GGUF Qwen3-1.7B-Q8_0.gguf",
            settings.models_dir().display()
        ));
    }
    Ok(())
}
