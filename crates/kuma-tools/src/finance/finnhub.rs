//! Finnhub: official, with a key.

use std::time::Duration;

use chrono::{Days, Utc};
use reqwest::Client;
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use url::Url;

use super::{ChartRange, Company, News, NewsItem, Quote, Symbol, moment};
use crate::text::{clip, one_line, plain};
use crate::upstream::{UpstreamError, UpstreamErrorKind, json as call};

const NAME: &str = "Finnhub";

/// Finnhub's market data. Its charts cost extra, so its quotes have none.
#[derive(Clone)]
pub struct Finnhub {
    client: Client,
    base: String,
    key: SecretString,
    time: Duration,
}

#[derive(Deserialize)]
struct Price {
    /// Current, change, percent, high, low, previous close, time.
    c: f64,
    d: Option<f64>,
    dp: Option<f64>,
    h: Option<f64>,
    l: Option<f64>,
    pc: Option<f64>,
    t: i64,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Profile {
    name: Option<String>,
    ticker: Option<String>,
    exchange: Option<String>,
    currency: Option<String>,
    country: Option<String>,
    market_capitalization: Option<f64>,
    share_outstanding: Option<f64>,
    finnhub_industry: Option<String>,
    ipo: Option<String>,
    logo: Option<String>,
    weburl: Option<String>,
}

#[derive(Deserialize)]
struct Story {
    headline: Option<String>,
    summary: Option<String>,
    source: Option<String>,
    url: Option<String>,
    datetime: Option<i64>,
}

#[derive(Deserialize)]
struct Found {
    #[serde(default)]
    result: Vec<Listed>,
}

#[derive(Deserialize)]
struct Listed {
    symbol: Option<String>,
}

impl Finnhub {
    /// Finnhub at a base URL.
    pub fn new(client: Client, base_url: &str, key: SecretString, time: Duration) -> Self {
        Self { client, base: base_url.trim_end_matches('/').to_owned(), key, time }
    }

    async fn get<T: DeserializeOwned>(
        &self,
        path: &str,
        params: &[(&str, &str)],
    ) -> Result<T, UpstreamError> {
        let request = self.client.get(format!("{}{path}", self.base)).query(params);
        // In a header: addresses end in logs.
        call(NAME, request.header("X-Finnhub-Token", self.key.expose_secret()), self.time).await
    }

    async fn profile(&self, symbol: &Symbol) -> Result<Profile, UpstreamError> {
        let profile: Profile = self.get("/stock/profile2", &[("symbol", symbol.as_str())]).await?;
        // What it does not know is an empty object.
        if profile.name.is_some() { Ok(profile) } else { Err(unknown()) }
    }

    /// The price; currency and exchange come from the company's profile.
    pub async fn quote(&self, symbol: &Symbol, range: ChartRange) -> Result<Quote, UpstreamError> {
        let params = [("symbol", symbol.as_str())];
        let price: Price = self.get("/quote", &params).await?;
        // What it does not know is zeros.
        let time = moment(price.t).filter(|_| price.c > 0.0).ok_or_else(unknown)?;
        let profile = match self.profile(symbol).await {
            Ok(profile) => Some(profile),
            Err(error) if error.kind == UpstreamErrorKind::NotFound => None,
            Err(error) => return Err(error),
        };
        let (name, exchange, currency) = match profile {
            Some(profile) => (profile.name, profile.exchange, profile.currency),
            None => (None, None, None),
        };
        Ok(Quote {
            symbol: symbol.as_str().to_owned(),
            name: short(name).unwrap_or_else(|| symbol.as_str().to_owned()),
            price: price.c,
            currency: short(currency).unwrap_or_else(|| "unknown".to_owned()),
            exchange: short(exchange).unwrap_or_else(|| "unknown".to_owned()),
            time,
            time_zone: None,
            change: price.d,
            change_percent: price.dp,
            previous_close: price.pc.filter(|before| *before > 0.0),
            day_high: price.h,
            day_low: price.l,
            year_high: None,
            year_low: None,
            volume: None,
            range,
            points: Vec::new(),
            source: NAME,
            note: "may be delayed; without a chart",
        })
    }

    /// A company's profile.
    pub async fn company(&self, symbol: &Symbol) -> Result<Company, UpstreamError> {
        let profile = self.profile(symbol).await?;
        let link = |text: Option<String>| {
            text.filter(|text| text.starts_with("https://") || text.starts_with("http://"))
        };
        Ok(Company {
            symbol: short(profile.ticker).unwrap_or_else(|| symbol.as_str().to_owned()),
            name: short(profile.name).unwrap_or_default(),
            exchange: short(profile.exchange).unwrap_or_else(|| "unknown".to_owned()),
            currency: short(profile.currency).unwrap_or_else(|| "unknown".to_owned()),
            kind: None,
            sector: None,
            industry: short(profile.finnhub_industry),
            country: short(profile.country),
            market_cap_millions: profile.market_capitalization,
            shares_millions: profile.share_outstanding,
            ipo: short(profile.ipo),
            website: link(profile.weburl),
            logo: link(profile.logo),
            source: NAME,
        })
    }

    /// News of the last two weeks of a company, or the latest of all markets.
    pub async fn news(&self, symbol: Option<&Symbol>) -> Result<News, UpstreamError> {
        let stories: Vec<Story> = match symbol {
            Some(symbol) => {
                let today = Utc::now().date_naive();
                let from = today.checked_sub_days(Days::new(14)).unwrap_or(today).to_string();
                let today = today.to_string();
                let params = [("symbol", symbol.as_str()), ("from", &from), ("to", &today)];
                self.get("/company-news", &params).await?
            }
            None => self.get("/news", &[("category", "general")]).await?,
        };
        let mut items: Vec<NewsItem> = stories
            .into_iter()
            .filter_map(|story| {
                let url =
                    Url::parse(&story.url?).ok().filter(|url| matches!(url.scheme(), "http" | "https"))?;
                Some(NewsItem {
                    title: plain(&story.headline?, 300),
                    url: url.into(),
                    publisher: short(story.source).unwrap_or_else(|| "unknown".to_owned()),
                    published_at: moment(story.datetime?)?,
                    summary: plain(&story.summary.unwrap_or_default(), 500),
                })
            })
            .collect();
        items.sort_by_key(|item| std::cmp::Reverse(item.published_at));
        items.truncate(10);
        if items.is_empty() { Err(unknown()) } else { Ok(News { items, source: NAME }) }
    }

    /// The symbol that fits a name best.
    pub async fn look_up(&self, name: &str) -> Result<Option<Symbol>, UpstreamError> {
        let found: Found = self.get("/search", &[("q", name)]).await?;
        Ok(found.result.into_iter().find_map(|listed| Symbol::parse(&listed.symbol?)))
    }
}

fn unknown() -> UpstreamError {
    UpstreamError::new(NAME, UpstreamErrorKind::NotFound, "it has nothing for this symbol")
}

fn short(text: Option<String>) -> Option<String> {
    text.map(|text| clip(&one_line(&text), 200)).filter(|text| !text.is_empty())
}
