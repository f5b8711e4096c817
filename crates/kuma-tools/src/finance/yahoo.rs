//! Yahoo's chart and search: no key, no promise.

use std::time::Duration;

use reqwest::{Client, RequestBuilder};
use serde::Deserialize;
use url::Url;

use super::{ChartPoint, ChartRange, Company, News, NewsItem, Quote, Symbol, moment};
use crate::text::{clip, one_line, plain};
use crate::upstream::{UpstreamError, UpstreamErrorKind, json as call};

const NAME: &str = "Yahoo Finance";
/// It turns away what does not look like a browser; the name of Kuma is in it all the same.
const USER_AGENT: &str = concat!("Mozilla/5.0 (compatible; Kuma/", env!("CARGO_PKG_VERSION"), ")");

/// Yahoo's market data.
#[derive(Clone)]
pub struct Yahoo {
    client: Client,
    base: String,
    time: Duration,
}

#[derive(Deserialize)]
struct ChartAnswer {
    chart: Chart,
}

#[derive(Deserialize)]
struct Chart {
    result: Option<Vec<Series>>,
}

#[derive(Deserialize)]
struct Series {
    meta: Meta,
    #[serde(default)]
    timestamp: Vec<i64>,
    #[serde(default)]
    indicators: Indicators,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Meta {
    symbol: String,
    currency: Option<String>,
    exchange_name: Option<String>,
    full_exchange_name: Option<String>,
    exchange_timezone_name: Option<String>,
    instrument_type: Option<String>,
    long_name: Option<String>,
    short_name: Option<String>,
    regular_market_price: Option<f64>,
    regular_market_time: Option<i64>,
    regular_market_day_high: Option<f64>,
    regular_market_day_low: Option<f64>,
    regular_market_volume: Option<u64>,
    fifty_two_week_high: Option<f64>,
    fifty_two_week_low: Option<f64>,
    chart_previous_close: Option<f64>,
    previous_close: Option<f64>,
}

#[derive(Default, Deserialize)]
struct Indicators {
    #[serde(default)]
    quote: Vec<Columns>,
}

/// One list per value, with null where nothing was traded.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Columns {
    open: Vec<Option<f64>>,
    high: Vec<Option<f64>>,
    low: Vec<Option<f64>>,
    close: Vec<Option<f64>>,
    volume: Vec<Option<u64>>,
}

#[derive(Deserialize)]
struct SearchAnswer {
    #[serde(default)]
    quotes: Vec<Listed>,
    #[serde(default)]
    news: Vec<Story>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Listed {
    symbol: Option<String>,
    shortname: Option<String>,
    longname: Option<String>,
    quote_type: Option<String>,
    exch_disp: Option<String>,
    sector_disp: Option<String>,
    industry_disp: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Story {
    title: Option<String>,
    link: Option<String>,
    publisher: Option<String>,
    provider_publish_time: Option<i64>,
}

impl Yahoo {
    /// Yahoo at a base URL.
    pub fn new(client: Client, base_url: &str, time: Duration) -> Self {
        Self { client, base: base_url.trim_end_matches('/').to_owned(), time }
    }

    fn get(&self, url: Url) -> RequestBuilder {
        self.client.get(url).header("user-agent", USER_AGENT)
    }

    async fn series(&self, symbol: &Symbol, range: &str, interval: &str) -> Result<Series, UpstreamError> {
        // What a symbol is made of is fine in a path, but for the sign of an index.
        let mut url =
            address(&format!("{}/v8/finance/chart/{}", self.base, symbol.as_str().replace('^', "%5E")))?;
        url.query_pairs_mut().extend_pairs([
            ("range", range),
            ("interval", interval),
            ("includePrePost", "false"),
        ]);
        let answer: ChartAnswer = call(NAME, self.get(url), self.time).await?;
        let series = answer.chart.result.into_iter().flatten().next();
        series.ok_or_else(|| UpstreamError::new(NAME, UpstreamErrorKind::NotFound, "no data for the symbol"))
    }

    async fn search(&self, query: &str, quotes: &str, news: &str) -> Result<SearchAnswer, UpstreamError> {
        let mut url = address(&format!("{}/v1/finance/search", self.base))?;
        url.query_pairs_mut().extend_pairs([
            ("q", query),
            ("quotesCount", quotes),
            ("newsCount", news),
            ("enableFuzzyQuery", "false"),
        ]);
        call(NAME, self.get(url), self.time).await
    }

    /// The price now and the chart over `range`. Only the chart of one day tells the close of the day before, so a
    /// longer one is asked for beside it.
    pub async fn quote(&self, symbol: &Symbol, range: ChartRange) -> Result<Quote, UpstreamError> {
        let (name, interval) = match range {
            ChartRange::Day => ("1d", "5m"),
            ChartRange::FiveDays => ("5d", "15m"),
            ChartRange::Month => ("1mo", "1d"),
            ChartRange::SixMonths => ("6mo", "1d"),
            ChartRange::Year => ("1y", "1d"),
            ChartRange::FiveYears => ("5y", "1wk"),
        };
        let today = self.series(symbol, "1d", "5m");
        let (today, longer) = if range == ChartRange::Day {
            (today.await?, None)
        } else {
            let (today, longer) = tokio::try_join!(today, self.series(symbol, name, interval))?;
            (today, Some(longer))
        };
        let points = points(longer.as_ref().unwrap_or(&today));
        let meta = today.meta;
        let price = meta.regular_market_price.filter(|price| price.is_finite());
        let price = price.ok_or_else(|| malformed("a quote without a price"))?;
        let time = meta.regular_market_time.and_then(moment);
        let time = time.ok_or_else(|| malformed("a quote without a time"))?;
        let before = meta.previous_close.or(meta.chart_previous_close).filter(|before| *before > 0.0);
        Ok(Quote {
            name: short(meta.long_name.or(meta.short_name)).unwrap_or_else(|| meta.symbol.clone()),
            symbol: clip(&meta.symbol, 30),
            price,
            currency: short(meta.currency).unwrap_or_else(|| "unknown".to_owned()),
            exchange: short(meta.full_exchange_name.or(meta.exchange_name))
                .unwrap_or_else(|| "unknown".to_owned()),
            time,
            time_zone: short(meta.exchange_timezone_name),
            change: before.map(|before| price - before),
            change_percent: before.map(|before| (price - before) / before * 100.0),
            previous_close: before,
            day_high: meta.regular_market_day_high,
            day_low: meta.regular_market_day_low,
            year_high: meta.fifty_two_week_high,
            year_low: meta.fifty_two_week_low,
            volume: meta.regular_market_volume,
            range,
            points,
            source: NAME,
            note: "unofficial, may be delayed",
        })
    }

    /// What the search and the chart tell of a company.
    pub async fn company(&self, symbol: &Symbol) -> Result<Company, UpstreamError> {
        let (series, found) =
            tokio::try_join!(self.series(symbol, "1d", "1d"), self.search(symbol.as_str(), "6", "0"))?;
        let meta = series.meta;
        let listed =
            found.quotes.into_iter().find(|listed| listed.symbol.as_deref() == Some(meta.symbol.as_str()));
        let (longname, exchange, sector, industry) = match listed {
            Some(listed) => (
                listed.longname.or(listed.shortname),
                listed.exch_disp,
                listed.sector_disp,
                listed.industry_disp,
            ),
            None => (None, None, None, None),
        };
        let exchange = meta.full_exchange_name.or(exchange).or(meta.exchange_name);
        Ok(Company {
            name: short(longname.or(meta.long_name).or(meta.short_name))
                .unwrap_or_else(|| meta.symbol.clone()),
            symbol: clip(&meta.symbol, 30),
            exchange: short(exchange).unwrap_or_else(|| "unknown".to_owned()),
            currency: short(meta.currency).unwrap_or_else(|| "unknown".to_owned()),
            kind: short(meta.instrument_type),
            sector: short(sector),
            industry: short(industry),
            source: NAME,
            ..Company::default()
        })
    }

    /// News of a company, or of the stock market.
    pub async fn news(&self, symbol: Option<&Symbol>) -> Result<News, UpstreamError> {
        let found = self.search(symbol.map_or("stock market", Symbol::as_str), "1", "10").await?;
        let mut items: Vec<NewsItem> = found
            .news
            .into_iter()
            .filter_map(|story| {
                let url =
                    Url::parse(&story.link?).ok().filter(|url| matches!(url.scheme(), "http" | "https"))?;
                Some(NewsItem {
                    title: plain(&story.title?, 300),
                    url: url.into(),
                    publisher: short(story.publisher).unwrap_or_else(|| "unknown".to_owned()),
                    published_at: moment(story.provider_publish_time?)?,
                    summary: String::new(),
                })
            })
            .collect();
        items.sort_by_key(|item| std::cmp::Reverse(item.published_at));
        Ok(News { items, source: NAME })
    }

    /// The symbol that fits a name best.
    pub async fn look_up(&self, name: &str) -> Result<Option<Symbol>, UpstreamError> {
        let found = self.search(name, "6", "0").await?;
        Ok(found.quotes.into_iter().find_map(|listed| {
            // An option's symbol is of no use to people who name a company.
            let fits = listed.quote_type.as_deref() != Some("OPTION");
            listed.symbol.filter(|_| fits).and_then(|symbol| Symbol::parse(&symbol))
        }))
    }
}

fn address(text: &str) -> Result<Url, UpstreamError> {
    Url::parse(text).map_err(|_| malformed("the base URL in the settings is none"))
}

fn malformed(detail: &str) -> UpstreamError {
    UpstreamError::new(NAME, UpstreamErrorKind::Malformed, detail)
}

fn short(text: Option<String>) -> Option<String> {
    text.map(|text| clip(&one_line(&text), 120)).filter(|text| !text.is_empty())
}

fn points(series: &Series) -> Vec<ChartPoint> {
    let Some(columns) = series.indicators.quote.first() else { return Vec::new() };
    let at = |column: &[Option<f64>], index: usize| {
        column.get(index).copied().flatten().filter(|value| value.is_finite())
    };
    let moments = series.timestamp.iter().enumerate();
    moments
        .filter_map(|(index, seconds)| {
            Some(ChartPoint {
                time: moment(*seconds)?,
                close: at(&columns.close, index)?,
                open: at(&columns.open, index),
                high: at(&columns.high, index),
                low: at(&columns.low, index),
                volume: columns.volume.get(index).copied().flatten(),
            })
        })
        .collect()
}
