//! A fake of Yahoo's market data: chart and search.

use serde_json::{Value, json};

use super::answer::Answer;
use super::rules::Rules;
use super::server::{FakeService, Seen, Service};

/// Yahoo: `GET /v8/finance/chart/{symbol}` and `GET /v1/finance/search`. It knows the symbols `AAPL`, `RELIANCE.NS`,
/// `^NSEI` and `BTC-USD`.
#[derive(Debug)]
pub struct Yahoo;

/// A fake of `query2.finance.yahoo.com`.
pub type FakeYahoo = FakeService<Yahoo>;

impl FakeYahoo {
    /// Starts it on a random loopback port.
    pub async fn start() -> Self {
        Self::start_with(Yahoo).await
    }
}

/// The moment of every quote: 2026-03-02, 21:00 UTC.
const NOW: i64 = 1_772_485_200;

/// Symbol, name, currency, exchange, its name, zone, price.
type Listed = (&'static str, &'static str, &'static str, &'static str, &'static str, &'static str, f64);

const LISTED: [Listed; 4] = [
    ("AAPL", "Apple Inc.", "USD", "NMS", "NasdaqGS", "America/New_York", 231.5),
    ("RELIANCE.NS", "Reliance Industries Limited", "INR", "NSI", "NSE", "Asia/Kolkata", 1402.25),
    ("^NSEI", "NIFTY 50", "INR", "NSI", "NSE", "Asia/Kolkata", 25_100.5),
    ("BTC-USD", "Bitcoin USD", "USD", "CCC", "CCC", "UTC", 98_000.0),
];

const RANGES: [&str; 11] = ["1d", "5d", "1mo", "3mo", "6mo", "1y", "2y", "5y", "10y", "ytd", "max"];
const INTERVALS: [&str; 13] =
    ["1m", "2m", "5m", "15m", "30m", "60m", "90m", "1h", "1d", "5d", "1wk", "1mo", "3mo"];

impl Service for Yahoo {
    const NAME: &'static str = "Yahoo";

    fn check(&self, request: &Seen) -> Vec<String> {
        let mut rules = Rules::of(request);
        rules.method("GET");
        rules.must(request.header("user-agent").starts_with("Mozilla/5.0"), "the user agent is a browser's");
        if request.path.starts_with("/v8/finance/chart/") {
            rules.params(&[], &["range", "interval", "events", "includePrePost", "period1", "period2"]);
            rules.one_of("range", request.param("range"), &RANGES);
            rules.one_of("interval", request.param("interval"), &INTERVALS);
        } else {
            rules
                .path("/v1/finance/search")
                .params(&["q"], &["quotesCount", "newsCount", "enableFuzzyQuery", "lang", "region"]);
        }
        rules.end()
    }

    fn answer(&self, request: &Seen) -> Answer {
        match request.path.strip_prefix("/v8/finance/chart/") {
            Some(symbol) => {
                let symbol = decode(symbol);
                match LISTED.iter().find(|listed| listed.0 == symbol) {
                    Some(listed) => Answer::json(&chart(listed, request.param("range").unwrap_or("1d"))),
                    None => Answer::json(&json!({"chart": {"result": null, "error":
                        {"code": "Not Found", "description": "No data found, symbol may be delisted"}}}))
                    .status(404),
                }
            }
            None => search(request.param("q").unwrap_or_default()),
        }
    }

    fn failure(&self, status: u16) -> Value {
        json!({"finance": {"result": null, "error":
            {"code": status.to_string(), "description": if status == 429 { "Too Many Requests" } else { "Failed" }}}})
    }
}

/// A path segment without its percent signs.
fn decode(segment: &str) -> String {
    segment.replace("%5E", "^").replace("%26", "&").replace("%3D", "=")
}

fn chart((symbol, name, currency, exchange, full, zone, price): &Listed, range: &str) -> Value {
    let step = if range == "1d" { 300 } else { 86_400 };
    let times: Vec<i64> = (0..5).map(|n| NOW - (4 - n) * step).collect();
    let close: Vec<Value> = (0..5_i32)
        // One entry without a trade, as they come.
        .map(|n| if n == 2 { Value::Null } else { json!(price - f64::from(4 - n)) })
        .collect();
    // The close before the first point: of the day before for one day, of long ago for longer ranges.
    let before = if range == "1d" { price - 1.5 } else { price - 30.0 };
    json!({"chart": {"error": null, "result": [{
        "meta": {"symbol": symbol, "currency": currency, "exchangeName": exchange, "fullExchangeName": full,
            "instrumentType": "EQUITY", "longName": name, "shortName": name, "regularMarketPrice": price,
            "regularMarketTime": NOW, "chartPreviousClose": before, "regularMarketDayHigh": price + 1.0,
            "regularMarketDayLow": price - 2.0, "regularMarketVolume": 1_000_000,
            "fiftyTwoWeekHigh": price + 20.0, "fiftyTwoWeekLow": price - 50.0, "gmtoffset": 0,
            "exchangeTimezoneName": zone, "dataGranularity": "1d", "range": range, "validRanges": RANGES},
        "timestamp": times,
        "indicators": {"quote": [{"open": close, "high": close, "low": close, "close": close,
            "volume": [1, 2, null, 4, 5]}], "adjclose": [{"adjclose": close}]}
    }]}})
}

fn search(query: &str) -> Answer {
    let wanted = query.to_lowercase();
    let quotes: Vec<Value> = LISTED
        .iter()
        .filter(|listed| {
            let name = listed.1.to_lowercase();
            listed.0.to_lowercase() == wanted || (!wanted.is_empty() && name.contains(&wanted))
        })
        .map(|(symbol, name, _, exchange, full, _, _)| {
            json!({"symbol": symbol, "shortname": name, "longname": name, "quoteType": "EQUITY", "exchange": exchange,
                "exchDisp": full, "sectorDisp": "Technology", "industryDisp": "Consumer Electronics",
                "score": 20_000.0, "isYahooFinance": true})
        })
        // What is no security has no symbol.
        .chain([json!({"name": "A private company", "isYahooFinance": false})])
        .collect();
    let news: Vec<Value> = (1..=4)
        .map(|n| {
            json!({"uuid": format!("u{n}"), "title": format!("News {n} about {query}"), "publisher": "The Paper",
                "link": format!("https://news.example/{n}"), "providerPublishTime": NOW - n * 3600,
                "relatedTickers": ["AAPL"]})
        })
        .collect();
    Answer::json(&json!({"quotes": quotes, "news": news, "count": quotes.len()}))
}
