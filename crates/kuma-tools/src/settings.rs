//! What the tools need to know of the operator's settings.

use std::path::PathBuf;
use std::time::Duration;

use kuma_net::AllowList;
use secrecy::SecretString;

use crate::images::OcrSettings;

/// Everything that [`crate::Tools`] is built from. The default is that of an empty environment.
#[derive(Clone, Debug, Default)]
pub struct ToolSettings {
    /// Web search.
    pub search: SearchSettings,
    /// Pages.
    pub page: PageSettings,
    /// Market data.
    pub finance: FinanceSettings,
    /// What one piece of research may use.
    pub research: ResearchBudget,
    /// How text on pictures is read without a model.
    pub ocr: OcrSettings,
}

/// Who is asked to search. Several may be set: they are asked in this order, each when the one before failed. When
/// none is set, Tavily without a key and then DuckDuckGo are.
#[derive(Clone, Debug)]
pub struct SearchSettings {
    /// `EXA_API_KEY`.
    pub exa_key: Option<SecretString>,
    /// `EXA_BASE_URL`.
    pub exa_url: String,
    /// `TAVILY_API_KEY`.
    pub tavily_key: Option<SecretString>,
    /// `TAVILY_BASE_URL`, with and without a key.
    pub tavily_url: String,
    /// `SEARXNG_URL`.
    pub searxng_url: Option<String>,
    /// `BRAVE_API_KEY`.
    pub brave_key: Option<SecretString>,
    /// Brave's address.
    pub brave_url: String,
    /// The address of DuckDuckGo's page without scripts.
    pub duckduckgo_url: String,
    /// How long one provider may take.
    pub time: Duration,
    /// How long results are remembered.
    pub keep: Duration,
}

impl Default for SearchSettings {
    fn default() -> Self {
        Self {
            exa_key: None,
            exa_url: "https://api.exa.ai".to_owned(),
            tavily_key: None,
            tavily_url: "https://api.tavily.com".to_owned(),
            searxng_url: None,
            brave_key: None,
            brave_url: "https://api.search.brave.com".to_owned(),
            duckduckgo_url: "https://html.duckduckgo.com".to_owned(),
            time: Duration::from_secs(10),
            keep: Duration::from_mins(15),
        }
    }
}

/// How pages are read.
#[derive(Clone, Debug)]
pub struct PageSettings {
    /// `KUMA_ALLOW_PRIVATE_HOSTS`.
    pub allow_private: AllowList,
    /// `KUMA_CONTACT_URL`: where sites find who reads them. Goes out with every page that is read.
    pub contact: Option<String>,
    /// The program that reads pages, started once per page with these arguments before its own (see
    /// [`crate::page::worker`]). None: this very program, with the argument `read-page`.
    pub worker: Option<(PathBuf, Vec<String>)>,
    /// How long fetching a page may take in all.
    pub fetch_time: Duration,
    /// How long what a site asks of programs may take to come.
    pub robots_time: Duration,
    /// How long making text of it may take.
    pub read_time: Duration,
    /// The most of a page of text that is read; what is longer is cut.
    pub most_text_bytes: usize,
    /// The largest PDF file that is read; what is larger is refused.
    pub most_pdf_bytes: usize,
    /// How many pages are made text of at once.
    pub readers: usize,
    /// How long a page is remembered.
    pub keep: Duration,
}

impl Default for PageSettings {
    fn default() -> Self {
        Self {
            allow_private: AllowList::default(),
            contact: None,
            worker: None,
            fetch_time: Duration::from_secs(20),
            robots_time: Duration::from_secs(5),
            read_time: Duration::from_secs(15),
            most_text_bytes: 4 * 1024 * 1024,
            most_pdf_bytes: 24 * 1024 * 1024,
            readers: std::thread::available_parallelism().map_or(2, std::num::NonZero::get).max(2),
            keep: Duration::from_mins(15),
        }
    }
}

/// Who is asked about markets: Yahoo, and Finnhub when it has a key.
#[derive(Clone, Debug)]
pub struct FinanceSettings {
    /// `YAHOO_FINANCE_BASE_URL`.
    pub yahoo_url: String,
    /// `FINNHUB_API_KEY`.
    pub finnhub_key: Option<SecretString>,
    /// `FINNHUB_BASE_URL`.
    pub finnhub_url: String,
    /// How long one call may take.
    pub time: Duration,
}

impl Default for FinanceSettings {
    fn default() -> Self {
        Self {
            yahoo_url: "https://query2.finance.yahoo.com".to_owned(),
            finnhub_key: None,
            finnhub_url: "https://finnhub.io/api/v1".to_owned(),
            time: Duration::from_secs(10),
        }
    }
}

/// What one piece of research may use. It ends with what it has when something is used up, and says so.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ResearchBudget {
    /// Searches.
    pub searches: usize,
    /// Pages read.
    pub pages: usize,
    /// Tokens of models, read and written, all calls together.
    pub tokens: u64,
    /// Time in all.
    pub time: Duration,
}

impl Default for ResearchBudget {
    fn default() -> Self {
        Self { searches: 8, pages: 12, tokens: 120_000, time: Duration::from_mins(4) }
    }
}
