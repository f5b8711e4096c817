//! The measurements, one per file, and what they have in common.

mod chat_list;
mod cpu;
#[cfg(feature = "local-llm")]
mod documents;
#[cfg(not(feature = "local-llm"))]
#[path = "no_documents.rs"]
mod documents;
mod first_token;
mod idle;
mod journal;
mod load;
#[cfg(feature = "local-llm")]
mod local_model;
#[cfg(not(feature = "local-llm"))]
#[path = "no_local_model.rs"]
mod local_model;
#[cfg(feature = "local-llm")]
mod memories;
#[cfg(not(feature = "local-llm"))]
#[path = "no_memories.rs"]
mod memories;
mod pdf_text;
mod start;
mod streams;
mod takeover;
mod tools;
mod upload;
mod web_size;
mod workers;

use std::path::Path;
use std::process::Command;
use std::time::Instant;

use chrono::Utc;
use clap::ValueEnum;

use crate::figures::{Findings, Measurement};
use crate::linux;
use crate::options::Options;

/// What can be measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, ValueEnum)]
pub enum What {
    /// From the start of the process to ready
    Start,
    /// Memory of an idle server
    Idle,
    /// Time to the first token, beside the provider's own
    FirstToken,
    /// Processor time per thousand relayed tokens
    Cpu,
    /// How many answers stream at once without getting late
    Streams,
    /// The run journal on Redis beside the in-process one
    Journal,
    /// How many answers stream at once through Redis and workers, beside one process
    Workers,
    /// How long a killed worker's runs stand still
    Takeover,
    /// What tool calls and waiting questions cost
    Tools,
    /// The chat list of somebody with a hundred thousand chats
    ChatList,
    /// The in-process model beside llama.cpp's own loop
    LocalModel,
    /// How well passages of documents are found
    Retrieval,
    /// How fast passages are made vectors of
    Embedding,
    /// How fast passages are found among many
    DocumentSearch,
    /// What a large upload costs
    Upload,
    /// How well memories are found
    Memories,
    /// How fast text is read out of PDF files, beside npm pdf-parse
    PdfText,
    /// JavaScript that the chat page needs first
    WebSize,
}

impl What {
    /// The subcommand's name, which is also the key in the results.
    pub fn name(self) -> String {
        self.to_possible_value().map(|value| value.get_name().to_owned()).unwrap_or_default()
    }

    /// In words.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Start => "Start",
            Self::Idle => "Idle memory",
            Self::FirstToken => "Time to the first token",
            Self::Cpu => "Processor time per token",
            Self::Streams => "Concurrent streams",
            Self::Journal => "The run journal on Redis",
            Self::Workers => "Servers and workers",
            Self::Takeover => "Runs of a killed worker",
            Self::Tools => "Tool calls and questions",
            Self::ChatList => "A long chat list",
            Self::LocalModel => "The in-process model",
            Self::Retrieval => "Finding passages: quality",
            Self::Embedding => "Embedding",
            Self::DocumentSearch => "Finding passages: speed",
            Self::Upload => "A large upload",
            Self::Memories => "Finding memories: quality",
            Self::PdfText => "Text out of PDF files",
            Self::WebSize => "Size of the chat page",
        }
    }

    const fn method(self) -> &'static str {
        match self {
            Self::Start => start::METHOD,
            Self::Idle => idle::METHOD,
            Self::FirstToken => first_token::METHOD,
            Self::Cpu => cpu::METHOD,
            Self::Streams => streams::METHOD,
            Self::Journal => journal::METHOD,
            Self::Workers => workers::METHOD,
            Self::Takeover => takeover::METHOD,
            Self::Tools => tools::METHOD,
            Self::ChatList => chat_list::METHOD,
            Self::LocalModel => local_model::METHOD,
            Self::Retrieval => documents::QUALITY,
            Self::Embedding => documents::EMBEDDING,
            Self::DocumentSearch => documents::SPEED,
            Self::Upload => upload::METHOD,
            Self::Memories => memories::METHOD,
            Self::PdfText => pdf_text::METHOD,
            Self::WebSize => web_size::METHOD,
        }
    }

    async fn findings(self, options: &Options) -> anyhow::Result<Findings> {
        match self {
            Self::Start => start::run(options).await,
            Self::Idle => idle::run(options).await,
            Self::FirstToken => first_token::run(options).await,
            Self::Cpu => cpu::run(options).await,
            Self::Streams => streams::run(options).await,
            Self::Journal => journal::run(options).await,
            Self::Workers => workers::run(options).await,
            Self::Takeover => takeover::run(options).await,
            Self::Tools => tools::run(options).await,
            Self::ChatList => chat_list::run(options).await,
            Self::LocalModel => local_model::run(options).await,
            Self::Retrieval => documents::quality(options).await,
            Self::Embedding => documents::embedding(options).await,
            Self::DocumentSearch => documents::speed(options).await,
            Self::Upload => upload::run(options).await,
            Self::Memories => memories::run(options).await,
            Self::PdfText => pdf_text::run(options).await,
            Self::WebSize => web_size::run(options),
        }
    }

    /// Measures.
    pub async fn measure(self, options: &Options) -> anyhow::Result<Measurement> {
        let (load, begun) = (linux::load_average(), Instant::now());
        let (machine, own) = (linux::machine_cpu_seconds()?, linux::own_cpu_seconds()?);
        let findings = self.findings(options).await?;
        let others = (linux::machine_cpu_seconds()? - machine) - (linux::own_cpu_seconds()? - own);
        Ok(Measurement {
            title: self.title().to_owned(),
            method: self.method().split_whitespace().collect::<Vec<_>>().join(" "),
            taken_at: Utc::now(),
            commit: commit(&options.root),
            load: (load, linux::load_average()),
            others: (others / begun.elapsed().as_secs_f64()).max(0.0),
            findings,
        })
    }
}

/// The commit of the sources, with `+` when tracked files differ from it.
fn commit(root: &Path) -> String {
    let git = |arguments: &[&str]| {
        let output = Command::new("git").arg("-C").arg(root).args(arguments).output().ok()?;
        output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
    };
    let Some(commit) = git(&["rev-parse", "--short=10", "HEAD"]) else { return "unknown".to_owned() };
    let sources = ["status", "--porcelain", "--untracked-files=no", "--", "crates", "web/src", "Cargo.lock"];
    let changed = git(&sources).is_some_and(|changes| !changes.is_empty());
    if changed { commit + "+" } else { commit }
}
