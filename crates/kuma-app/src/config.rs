//! The settings that use cases depend on, as values. The binary reads them from file and environment.

use std::time::Duration;

use secrecy::SecretString;

/// Who may create an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Signup {
    /// Everybody.
    Open,
    /// Nobody by themselves: an administrator creates accounts.
    Invite,
    /// Nobody.
    Closed,
}

impl Signup {
    /// The spelling in settings and the API.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Invite => "invite",
            Self::Closed => "closed",
        }
    }

    /// The mode of that spelling.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Open, Self::Invite, Self::Closed].into_iter().find(|mode| mode.as_str() == text)
    }
}

/// A provider named by the environment.
#[derive(Clone, Debug)]
pub struct EnvironmentProvider {
    /// Its name, such as `openai`.
    pub name: String,
    /// How it is spoken to.
    pub kind: kuma_llm::ProviderKind,
    /// Where it is; the vendor's own address when none.
    pub base_url: Option<String>,
    /// Its key; some servers need none.
    pub key: Option<SecretString>,
}

/// How many runs at once, and how they are kept alive.
#[derive(Clone, Copy, Debug)]
pub struct RunLimits {
    /// Runs at once in this process (`KUMA_MAX_RUNS`).
    pub max_runs: usize,
    /// Runs at once per user (`KUMA_MAX_RUNS_PER_USER`).
    pub max_runs_per_user: u32,
    /// Unfinished runs per user, running or in line (`KUMA_MAX_QUEUED_PER_USER`).
    pub max_queued_per_user: u32,
    /// How often a run that failed for a reason that may pass is attempted in all
    /// (`KUMA_MAX_ATTEMPTS`); 1 without the queue, where the person is told at once.
    pub max_attempts: u32,
    /// How long a claim holds without being renewed: a dead driver's run goes on after at most this
    /// long and one sweep.
    pub lease: Duration,
    /// How often the table is searched for runs that nobody drives.
    pub sweep: Duration,
    /// How often partial answers are saved.
    pub checkpoint: Duration,
}

impl Default for RunLimits {
    fn default() -> Self {
        Self {
            max_runs: 256,
            max_runs_per_user: 10,
            max_queued_per_user: 100,
            max_attempts: 1,
            lease: Duration::from_secs(6),
            sweep: Duration::from_secs(2),
            checkpoint: Duration::from_secs(1),
        }
    }
}

/// Everything the use cases need to know.
#[derive(Clone, Debug)]
pub struct AppConfig {
    /// Where files are kept.
    pub data_dir: std::path::PathBuf,
    /// Signs session tokens; at least 32 bytes.
    pub jwt_secret: SecretString,
    /// Seals stored keys: the first seals, all open. Each 32 bytes in base64.
    pub encryption_keys: Vec<SecretString>,
    /// Who may sign up, unless an administrator has set it in Settings.
    pub signup: Signup,
    /// `provider/model` for chats, from the environment.
    pub default_model: Option<String>,
    /// `provider/model` for titles and summaries, from the environment.
    pub small_model: Option<String>,
    /// `provider/model` that makes vectors of documents and memories.
    pub embedding_model: String,
    /// Documents that this process reads at once (`KUMA_DOCUMENT_READERS`); none is one.
    pub document_readers: usize,
    /// `provider/model` that looks at pictures for models that do not see, from the environment.
    pub vision_model: Option<String>,
    /// Providers from the environment, in order of preference.
    pub providers: Vec<EnvironmentProvider>,
    /// Where to look for Ollama.
    pub ollama_url: String,
    /// Limits of runs.
    pub runs: RunLimits,
    /// For MCP servers.
    pub mcp: crate::mcp::McpConfig,
    /// This process's name among those that drive runs; unique.
    pub worker: String,
}
