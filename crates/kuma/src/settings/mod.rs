//! The settings: defaults, `kuma.toml`, `.env`, the environment, flags, in rising order.
//!
//! Every setting has one name, that of its variable; in `kuma.toml` it is the same in lower case.
//! A bad value stops the start with one line that names the setting, the value and what is allowed.

mod parse;
mod source;

use std::net::IpAddr;
use std::num::NonZeroU32;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::Context as _;
use clap::Args;
use kuma_app::config::{EnvironmentProvider, RunLimits, Signup};
use kuma_app::files::StorageSettings;
use kuma_llm::{ProviderKind, RerankConfig};
use kuma_server::limits::{Rate, Rates};
use kuma_tools::ToolSettings;
use kuma_tools::memory::SupermemorySettings;
use secrecy::SecretString;

pub use source::Resolved;
use source::Values;

/// What makes vectors unless told otherwise: in this process, without a key.
const EMBEDDING_MODEL: &str = "local/all-minilm-l6-v2";
/// Documents that are read at once on a machine of many cores, unless told otherwise.
const MOST_READERS_UNASKED: usize = 4;

/// Settings that can be given on the command line.
#[derive(Args, Debug, Default)]
pub struct Flags {
    /// Listen address
    #[arg(long, global = true)]
    host: Option<String>,
    /// Listen port; 0 picks a free one
    #[arg(long, global = true)]
    port: Option<String>,
    /// Where database, uploads, models and secrets are kept
    #[arg(long, global = true)]
    data_dir: Option<PathBuf>,
    /// The settings file
    #[arg(long, global = true, default_value = "kuma.toml")]
    config: PathBuf,
}

/// All settings, resolved.
pub struct Settings {
    pub host: IpAddr,
    pub port: u16,
    pub data_dir: PathBuf,
    pub database_url: String,
    pub database_read_url: Option<String>,
    pub storage: StorageSettings,
    pub jwt_secret: Option<SecretString>,
    pub encryption_key: Option<SecretString>,
    pub frontend_url: String,
    pub public_url: Option<String>,
    pub trusted_proxies: Vec<ipnet::IpNet>,
    pub signup: Signup,
    pub providers: Vec<EnvironmentProvider>,
    pub ollama_url: String,
    pub default_model: Option<String>,
    pub small_model: Option<String>,
    pub embedding_model: String,
    /// What puts found passages into order, when that is wanted.
    pub reranker: Option<RerankConfig>,
    /// Documents that are read at once.
    pub document_readers: usize,
    pub vision_model: Option<String>,
    pub local_model: Option<PathBuf>,
    pub rates: Option<Rates>,
    /// Redis, when runs go through it to workers.
    pub redis_url: Option<SecretString>,
    pub tools: ToolSettings,
    /// Where memories are kept, when that is not the database.
    pub supermemory: Option<SupermemorySettings>,
    pub runs: RunLimits,
    pub grace: Duration,
    pub metrics_token: Option<String>,
    pub log: String,
    /// Where traces go, if anywhere: the base address of an OTLP collector.
    pub otlp_endpoint: Option<String>,
    /// Every setting as it was resolved, for `kuma doctor`; secrets are not in it.
    pub resolved: Vec<Resolved>,
}

impl Settings {
    /// Reads everything; the first bad value is the error.
    pub fn read(flags: &Flags) -> anyhow::Result<Self> {
        let mut values = Values::read(&flags.config)?;
        values.flag("HOST", flags.host.as_deref());
        values.flag("PORT", flags.port.as_deref());
        values.flag("KUMA_DATA_DIR", flags.data_dir.as_ref().and_then(|path| path.to_str()));

        let port = values.parsed("PORT", "3001", "a port from 0 to 65535")?;
        let data_dir = PathBuf::from(values.text("KUMA_DATA_DIR", "./data"));
        let data = data_dir.display();
        let database_url = values.text("DATABASE_URL", &format!("sqlite://{data}/kuma.db"));
        parse::database("DATABASE_URL", &database_url)?;
        let database_read_url = values.optional("DATABASE_READ_URL");
        database_read_url.iter().try_for_each(|url| parse::database("DATABASE_READ_URL", url))?;
        let frontend_url = values.url("FRONTEND_URL", &format!("http://localhost:{port}"))?;
        let public_url = values.optional_url("PUBLIC_URL")?;
        let settings = Self {
            host: values.parsed("HOST", "127.0.0.1", "an IP address, such as 127.0.0.1 or 0.0.0.0")?,
            port,
            database_url,
            database_read_url,
            storage: storage(&mut values, &data_dir)?,
            jwt_secret: values.secret("JWT_SECRET"),
            encryption_key: values.secret("ENCRYPTION_KEY"),
            frontend_url,
            public_url: public_url.clone(),
            trusted_proxies: parse::networks(&mut values, "KUMA_TRUSTED_PROXIES")?,
            signup: values.one_of("SIGNUP", "open", "open, invite or closed", Signup::parse)?,
            providers: providers(&mut values)?,
            ollama_url: values.url("OLLAMA_BASE_URL", "http://127.0.0.1:11434")?,
            default_model: parse::model(&mut values, "KUMA_MODEL")?,
            small_model: parse::model(&mut values, "KUMA_SMALL_MODEL")?,
            embedding_model: parse::model(&mut values, "KUMA_EMBEDDING_MODEL")?
                .unwrap_or_else(|| EMBEDDING_MODEL.to_owned()),
            reranker: reranker(&mut values)?,
            document_readers: document_readers(&mut values)?,
            vision_model: parse::model(&mut values, "KUMA_VISION_MODEL")?,
            local_model: values.optional("KUMA_LOCAL_MODEL").map(PathBuf::from),
            rates: rates(&mut values)?,
            redis_url: redis_url(&mut values)?,
            tools: tools(&mut values, public_url.as_deref())?,
            supermemory: supermemory(&mut values)?,
            runs: run_limits(&mut values)?,
            grace: Duration::from_secs(values.parsed("KUMA_SHUTDOWN_GRACE", "20", "a number of seconds")?),
            metrics_token: values.secret("METRICS_TOKEN").map(|token| expose(&token)),
            log: values.text("KUMA_LOG", "info"),
            otlp_endpoint: values.optional_url("OTEL_EXPORTER_OTLP_ENDPOINT")?,
            data_dir,
            resolved: Vec::new(),
        };
        Ok(Self { resolved: values.into_resolved(), ..settings })
    }

    /// Where in-process models are kept.
    pub fn models_dir(&self) -> PathBuf {
        self.data_dir.join("models")
    }

    /// Makes the data directory, for its owner alone.
    pub fn make_data_dir(&self) -> anyhow::Result<()> {
        let make = || -> std::io::Result<()> {
            let mut builder = std::fs::DirBuilder::new();
            builder.recursive(true);
            #[cfg(unix)]
            std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
            builder.create(&self.data_dir)
        };
        make().with_context(|| format!("KUMA_DATA_DIR {} cannot be made", self.data_dir.display()))
    }
}

fn expose(secret: &SecretString) -> String {
    secrecy::ExposeSecret::expose_secret(secret).to_owned()
}

/// Where files are kept.
fn storage(values: &mut Values, data_dir: &Path) -> anyhow::Result<StorageSettings> {
    let default = StorageSettings::folder(&data_dir.join("uploads"));
    let url = values.text("STORAGE_URL", &default.url);
    let aws = if url.starts_with("s3:") { values.beginning_with("AWS_") } else { Vec::new() };
    let storage = StorageSettings { url, aws };
    storage.check()?;
    Ok(storage)
}

/// Providers with a key (or, for compatible servers, an address) in the environment.
fn providers(values: &mut Values) -> anyhow::Result<Vec<EnvironmentProvider>> {
    let mut providers = Vec::new();
    for (name, kind, prefix) in [
        ("openai", ProviderKind::OpenAi, "OPENAI"),
        ("anthropic", ProviderKind::Anthropic, "ANTHROPIC"),
        ("gemini", ProviderKind::Gemini, "GEMINI"),
    ] {
        let key = values.secret(&format!("{prefix}_API_KEY"));
        let base_url = values.optional_url(&format!("{prefix}_BASE_URL"))?;
        // An address alone means a compatible server that wants no key.
        let alone = key.is_none() && base_url.is_some();
        let kind = match &base_url {
            Some(url) if kind == ProviderKind::OpenAi && !url.contains("api.openai.com") => {
                ProviderKind::OpenAiCompatible
            }
            _ => kind,
        };
        if key.is_some() || (alone && kind == ProviderKind::OpenAiCompatible) {
            providers.push(EnvironmentProvider { name: name.to_owned(), kind, base_url, key });
        }
    }
    Ok(providers)
}

fn rates(values: &mut Values) -> anyhow::Result<Option<Rates>> {
    let rates = Rates {
        login: parse::rate(values, "RATE_LIMIT_LOGIN", "10/min")?,
        signup: parse::rate(values, "RATE_LIMIT_SIGNUP", "10/h")?,
        chat: parse::rate(values, "RATE_LIMIT_CHAT", "60/min")?,
        upload: parse::rate(values, "RATE_LIMIT_UPLOAD", "60/min")?,
        api: parse::rate(values, "RATE_LIMIT_API", "600/min")?,
    };
    let enabled: bool = values.parsed("RATE_LIMIT_ENABLED", "true", "true or false")?;
    Ok(enabled.then_some(rates))
}

/// What the tools are to use.
fn tools(values: &mut Values, public_url: Option<&str>) -> anyhow::Result<ToolSettings> {
    let mut tools = ToolSettings::default();
    let search = &mut tools.search;
    search.exa_key = values.secret("EXA_API_KEY");
    search.exa_url = values.url("EXA_BASE_URL", &search.exa_url)?;
    search.tavily_key = values.secret("TAVILY_API_KEY");
    search.tavily_url = values.url("TAVILY_BASE_URL", &search.tavily_url)?;
    search.searxng_url = values.optional_url("SEARXNG_URL")?;
    search.brave_key = values.secret("BRAVE_API_KEY");
    tools.finance.yahoo_url = values.url("YAHOO_FINANCE_BASE_URL", &tools.finance.yahoo_url)?;
    tools.finance.finnhub_key = values.secret("FINNHUB_API_KEY");
    tools.finance.finnhub_url = values.url("FINNHUB_BASE_URL", &tools.finance.finnhub_url)?;
    let allowed = values.text("KUMA_ALLOW_PRIVATE_HOSTS", "");
    tools.page.allow_private = allowed
        .parse()
        .map_err(|error| anyhow::anyhow!("KUMA_ALLOW_PRIVATE_HOSTS is {allowed:?}: {error}"))?;
    tools.page.contact = parse::contact(values, "KUMA_CONTACT_URL", public_url)?;
    Ok(tools)
}

/// Supermemory, when it has a key.
fn supermemory(values: &mut Values) -> anyhow::Result<Option<SupermemorySettings>> {
    let base_url = values.url("SUPERMEMORY_BASE_URL", SupermemorySettings::BASE_URL)?;
    Ok(values.secret("SUPERMEMORY_API_KEY").map(|key| SupermemorySettings { key, base_url }))
}

/// What puts found passages into order, when it has an address.
fn reranker(values: &mut Values) -> anyhow::Result<Option<RerankConfig>> {
    let url = values.optional_url("RERANK_URL")?;
    let model = values.optional("RERANK_MODEL");
    let key = values.secret("RERANK_API_KEY");
    let seconds: NonZeroU32 = values.parsed("RERANK_TIMEOUT", "5", "a number of seconds from 1 on")?;
    let patience = Duration::from_secs(seconds.get().into());
    Ok(url.map(|url| RerankConfig { url, model, key, patience }))
}

/// How many documents are read at once: half of the cores unless told otherwise, since each reader uses up one.
fn document_readers(values: &mut Values) -> anyhow::Result<usize> {
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZeroUsize::get);
    let default = (cores / 2).clamp(1, MOST_READERS_UNASKED).to_string();
    let readers: NonZeroU32 = values.parsed("KUMA_DOCUMENT_READERS", &default, "a number from 1 on")?;
    Ok(readers.get() as usize)
}

/// Where Redis is, if it is to be used.
fn redis_url(values: &mut Values) -> anyhow::Result<Option<SecretString>> {
    let url = values.secret("REDIS_URL").unwrap_or_else(|| "redis://127.0.0.1:6379".to_owned().into());
    Ok(values.parsed::<bool>("USE_REDIS_QUEUE", "false", "true or false")?.then_some(url))
}

fn run_limits(values: &mut Values) -> anyhow::Result<RunLimits> {
    const COUNT: &str = "a number from 1 on";
    let queue: bool = values.parsed("USE_REDIS_QUEUE", "false", "true or false")?;
    let attempts: NonZeroU32 = values.parsed("KUMA_MAX_ATTEMPTS", "3", COUNT)?;
    let max_runs: NonZeroU32 = values.parsed("KUMA_MAX_RUNS", "256", COUNT)?;
    let per_user: NonZeroU32 = values.parsed("KUMA_MAX_RUNS_PER_USER", "10", COUNT)?;
    let queued: NonZeroU32 = values.parsed("KUMA_MAX_QUEUED_PER_USER", "100", COUNT)?;
    Ok(RunLimits {
        max_runs: max_runs.get() as usize,
        max_runs_per_user: per_user.get(),
        max_queued_per_user: queued.get(),
        // Without the queue, the person is told at once and tries again.
        max_attempts: if queue { attempts.get() } else { 1 },
        ..RunLimits::default()
    })
}

/// A rate as it is written: `10/min`, `600/h`, or a bare number, which is per minute.
fn parse_rate(text: &str) -> Option<Rate> {
    let (count, unit) = text.split_once('/').unwrap_or((text, "min"));
    let per = match unit.trim() {
        "s" | "sec" | "second" => 1,
        "m" | "min" | "minute" => 60,
        "h" | "hour" => 3_600,
        "d" | "day" => 86_400,
        _ => return None,
    };
    Some(Rate { count: count.trim().parse().ok()?, per: Duration::from_secs(per) })
}
