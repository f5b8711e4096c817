//! Market data: quotes with their history, companies, news.
//!
//! Yahoo is asked first for prices, because it has the history and every market; Finnhub, when it has a key, first for
//! companies and news, because it is official. Whoever fails is followed by the other one, and the answer says so. A
//! price never stands without its currency, its exchange and its time.

mod finnhub;
mod symbol;
mod yahoo;

use std::future::Future;
use std::time::Duration;

use chrono::{DateTime, Utc};
use moka::future::Cache;
use reqwest::Client;
use serde::{Deserialize, Serialize};

pub use finnhub::Finnhub;
pub use symbol::Symbol;
pub use yahoo::Yahoo;

use crate::settings::FinanceSettings;
use crate::upstream::{UpstreamError, UpstreamErrorKind};

/// How long a quote is remembered. Markets move, and the services count calls.
const QUOTE_TTL: Duration = Duration::from_mins(1);
/// How long news are remembered.
const NEWS_TTL: Duration = Duration::from_mins(5);
/// How long a company is remembered.
const COMPANY_TTL: Duration = Duration::from_hours(6);
/// How many of each are remembered.
const REMEMBERED: u64 = 1_000;

/// How far back a chart goes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize, schemars::JsonSchema)]
pub enum ChartRange {
    /// Today, every five minutes.
    #[serde(rename = "1d")]
    Day,
    /// Five days.
    #[serde(rename = "5d")]
    FiveDays,
    /// One month, daily.
    #[default]
    #[serde(rename = "1mo")]
    Month,
    /// Six months, daily.
    #[serde(rename = "6mo")]
    SixMonths,
    /// One year, daily.
    #[serde(rename = "1y")]
    Year,
    /// Five years, weekly.
    #[serde(rename = "5y")]
    FiveYears,
}

/// One point of a chart. A moment without a trade has no point.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ChartPoint {
    /// When it begins.
    pub time: DateTime<Utc>,
    /// The price at its end.
    pub close: f64,
    /// The price at its beginning.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub open: Option<f64>,
    /// The highest price in it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub high: Option<f64>,
    /// The lowest price in it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub low: Option<f64>,
    /// What was traded in it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub volume: Option<u64>,
}

/// A price, where it comes from, and what is known around it.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Quote {
    /// As the exchange writes it, with the exchange's ending: `RELIANCE.NS`.
    pub symbol: String,
    /// The company, index, currency.
    pub name: String,
    /// The last price.
    pub price: f64,
    /// What the price is in, an ISO 4217 code mostly (`GBp` is pence); `unknown` where nobody says.
    pub currency: String,
    /// Where it is traded, for people.
    pub exchange: String,
    /// When the price was made.
    pub time: DateTime<Utc>,
    /// The exchange's time zone, an IANA name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub time_zone: Option<String>,
    /// Against the close of the day before.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub change: Option<f64>,
    /// The same in percent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub change_percent: Option<f64>,
    /// The close of the day before.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub previous_close: Option<f64>,
    /// The highest price of the day.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub day_high: Option<f64>,
    /// The lowest price of the day.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub day_low: Option<f64>,
    /// The highest price of 52 weeks.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub year_high: Option<f64>,
    /// The lowest price of 52 weeks.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub year_low: Option<f64>,
    /// What was traded today.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub volume: Option<u64>,
    /// How far the points go back.
    pub range: ChartRange,
    /// The chart, oldest first; empty when whoever answered has none.
    pub points: Vec<ChartPoint>,
    /// Who answered.
    pub source: &'static str,
    /// What to know about the number: `unofficial, may be delayed`.
    pub note: &'static str,
}

/// What is known of a company.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Company {
    /// Its symbol.
    pub symbol: String,
    /// Its name.
    pub name: String,
    /// Where it is traded.
    pub exchange: String,
    /// In which currency; `unknown` where nobody says.
    pub currency: String,
    /// What kind of thing it is: `EQUITY`, `ETF`, `INDEX`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    /// Its sector.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sector: Option<String>,
    /// Its industry.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub industry: Option<String>,
    /// Its country.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub country: Option<String>,
    /// What all its shares are worth, in millions of the currency.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub market_cap_millions: Option<f64>,
    /// How many shares there are, in millions.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub shares_millions: Option<f64>,
    /// The day it went public.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ipo: Option<String>,
    /// Its site.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub website: Option<String>,
    /// Its logo.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub logo: Option<String>,
    /// Who answered.
    pub source: &'static str,
}

/// A piece of news.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct NewsItem {
    /// Its headline.
    pub title: String,
    /// Where it is.
    pub url: String,
    /// Who wrote it.
    pub publisher: String,
    /// When it was published.
    pub published_at: DateTime<Utc>,
    /// What it says, in short.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub summary: String,
}

/// News, and who gave them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct News {
    /// Newest first.
    pub items: Vec<NewsItem>,
    /// Who answered.
    pub source: &'static str,
}

/// An answer, and who failed before it.
#[derive(Clone, Debug, PartialEq)]
pub struct Answered<T> {
    /// What was found.
    pub value: T,
    /// Who was asked before, and why that gave nothing. In Kuma's own words.
    pub failed: Vec<String>,
    /// What was asked for, when it was no symbol and had to be looked up.
    pub looked_up: Option<String>,
}

/// Nothing was found.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FinanceError {
    /// There is no such thing on any exchange that is known.
    #[error(
        "Nothing is traded under “{0}”. Try the ticker symbol, with the exchange's ending outside of the US (RELIANCE.NS, SAP.DE)."
    )]
    Unknown(String),
    /// Nobody answered.
    #[error("No market data can be had now: {}. Try again in a moment.", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))]
    Failed(Vec<UpstreamError>),
}

/// Market data as tools use it. Clones share memory.
#[derive(Clone)]
pub struct Markets {
    yahoo: Yahoo,
    finnhub: Option<Finnhub>,
    quotes: Cache<(Symbol, ChartRange), Answered<Quote>>,
    companies: Cache<Symbol, Answered<Company>>,
    news: Cache<Option<Symbol>, Answered<News>>,
    symbols: Cache<String, Symbol>,
}

fn cache<K: std::hash::Hash + Eq + Send + Sync + 'static, V: Clone + Send + Sync + 'static>(
    ttl: Duration,
) -> Cache<K, V> {
    Cache::builder().max_capacity(REMEMBERED).time_to_live(ttl).build()
}

impl Markets {
    /// The services that the settings name.
    pub fn new(client: &Client, settings: &FinanceSettings) -> Self {
        let finnhub = settings
            .finnhub_key
            .as_ref()
            .map(|key| Finnhub::new(client.clone(), &settings.finnhub_url, key.clone(), settings.time));
        Self {
            yahoo: Yahoo::new(client.clone(), &settings.yahoo_url, settings.time),
            finnhub,
            quotes: cache(QUOTE_TTL),
            companies: cache(COMPANY_TTL),
            news: cache(NEWS_TTL),
            symbols: cache(COMPANY_TTL),
        }
    }

    /// The price of a symbol or a company's name, with its chart.
    pub async fn quote(&self, asked: &str, range: ChartRange) -> Result<Answered<Quote>, FinanceError> {
        self.for_symbol(asked, |symbol| async move {
            if let Some(known) = self.quotes.get(&(symbol.clone(), range)).await {
                return Ok(known);
            }
            let other = self.finnhub.as_ref().map(|finnhub| finnhub.quote(&symbol, range));
            let found = first(&symbol, self.yahoo.quote(&symbol, range), other).await?;
            self.quotes.insert((symbol, range), found.clone()).await;
            Ok(found)
        })
        .await
    }

    /// What is known of a company.
    pub async fn company(&self, asked: &str) -> Result<Answered<Company>, FinanceError> {
        self.for_symbol(asked, |symbol| async move {
            if let Some(known) = self.companies.get(&symbol).await {
                return Ok(known);
            }
            let found = match &self.finnhub {
                Some(finnhub) => {
                    first(&symbol, finnhub.company(&symbol), Some(self.yahoo.company(&symbol))).await?
                }
                None => first(&symbol, self.yahoo.company(&symbol), nobody()).await?,
            };
            self.companies.insert(symbol, found.clone()).await;
            Ok(found)
        })
        .await
    }

    /// News of a company, or of the markets.
    pub async fn news(&self, asked: Option<&str>) -> Result<Answered<News>, FinanceError> {
        match asked {
            Some(asked) => self.for_symbol(asked, |symbol| self.news_of(Some(symbol))).await,
            None => self.news_of(None).await,
        }
    }

    async fn news_of(&self, symbol: Option<Symbol>) -> Result<Answered<News>, FinanceError> {
        if let Some(known) = self.news.get(&symbol).await {
            return Ok(known);
        }
        let named = symbol.clone().unwrap_or_else(Symbol::markets);
        let yahoo = self.yahoo.news(symbol.as_ref());
        let found = match &self.finnhub {
            Some(finnhub) => first(&named, finnhub.news(symbol.as_ref()), Some(yahoo)).await?,
            None => first(&named, yahoo, nobody()).await?,
        };
        self.news.insert(symbol, found.clone()).await;
        Ok(found)
    }

    /// Tries what was asked for as a symbol when it looks like one, and looks it up when that gives nothing.
    async fn for_symbol<T, F, A>(&self, asked: &str, answer: F) -> Result<Answered<T>, FinanceError>
    where
        F: Fn(Symbol) -> A,
        A: Future<Output = Result<Answered<T>, FinanceError>>,
    {
        let asked = crate::text::clip(&crate::text::one_line(asked), 100);
        if let Some(symbol) = Symbol::parse(&asked) {
            match answer(symbol).await {
                Err(FinanceError::Unknown(_)) => {}
                other => return other,
            }
        }
        let symbol = self.look_up(&asked).await?;
        // Found under the same name: it was tried, or it was no symbol before.
        let found = answer(symbol).await?;
        Ok(Answered { looked_up: Some(asked), ..found })
    }

    async fn look_up(&self, asked: &str) -> Result<Symbol, FinanceError> {
        let key = asked.to_lowercase();
        if let Some(known) = self.symbols.get(&key).await {
            return Ok(known);
        }
        let mut failed = Vec::new();
        let mut found = match self.yahoo.look_up(asked).await {
            Ok(found) => found,
            Err(error) => {
                failed.push(error);
                None
            }
        };
        if let (None, Some(finnhub)) = (&found, &self.finnhub) {
            match finnhub.look_up(asked).await {
                Ok(symbol) => found = symbol,
                Err(error) => failed.push(error),
            }
        }
        match found {
            Some(symbol) => {
                self.symbols.insert(key, symbol.clone()).await;
                Ok(symbol)
            }
            None if failed.is_empty() => Err(FinanceError::Unknown(asked.to_owned())),
            None => Err(FinanceError::Failed(failed)),
        }
    }
}

type Never<T> = std::future::Ready<Result<T, UpstreamError>>;

/// No second service.
const fn nobody<T>() -> Option<Never<T>> {
    None
}

/// The first answer of two services. That both do not know it is not a failure of theirs.
async fn first<T>(
    symbol: &Symbol,
    one: impl Future<Output = Result<T, UpstreamError>>,
    other: Option<impl Future<Output = Result<T, UpstreamError>>>,
) -> Result<Answered<T>, FinanceError> {
    let mut failed = Vec::new();
    match one.await {
        Ok(value) => return Ok(Answered { value, failed: Vec::new(), looked_up: None }),
        Err(error) => failed.push(error),
    }
    if let Some(other) = other {
        match other.await {
            Ok(value) => {
                let failed = failed.iter().filter(|error| error.kind != UpstreamErrorKind::NotFound);
                return Ok(Answered {
                    value,
                    failed: failed.map(ToString::to_string).collect(),
                    looked_up: None,
                });
            }
            Err(error) => failed.push(error),
        }
    }
    if failed.iter().all(|error| error.kind == UpstreamErrorKind::NotFound) {
        return Err(FinanceError::Unknown(symbol.as_str().to_owned()));
    }
    failed.retain(|error| error.kind != UpstreamErrorKind::NotFound);
    Err(FinanceError::Failed(failed))
}

/// A moment given in seconds; none when there is none (0) or it is out of range.
fn moment(seconds: i64) -> Option<DateTime<Utc>> {
    if seconds > 0 { DateTime::from_timestamp(seconds, 0) } else { None }
}
