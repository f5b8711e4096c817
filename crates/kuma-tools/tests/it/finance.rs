//! Quotes, companies, news.

use std::time::Duration;

use kuma_agent::tool::{Tool, typed};
use kuma_net::{ClientOptions, build_client};
use kuma_testkit::services::{Answer, FakeFinnhub, FakeYahoo};
use kuma_tools::FinanceSettings;
use kuma_tools::finance::{ChartRange, FinanceError, Markets};
use kuma_tools::tools::{GetCompanyInfo, GetFinancialNews, GetStockPrice};
use kuma_types::ToolErrorKind;
use secrecy::SecretString;
use serde_json::json;

use crate::support::silent;

struct Stage {
    yahoo: FakeYahoo,
    finnhub: FakeFinnhub,
    markets: Markets,
}

impl Stage {
    async fn set(key: Option<&str>, time: Duration) -> Self {
        let (yahoo, finnhub) = (FakeYahoo::start().await, FakeFinnhub::start().await);
        let settings = FinanceSettings {
            yahoo_url: yahoo.base_url(),
            finnhub_key: key.map(SecretString::from),
            finnhub_url: finnhub.base_url(),
            time,
        };
        let markets = Markets::new(&build_client(&ClientOptions::default()).unwrap(), &settings);
        Self { yahoo, finnhub, markets }
    }

    async fn keyless() -> Self {
        Self::set(None, Duration::from_secs(20)).await
    }

    async fn keyed() -> Self {
        Self::set(Some("key"), Duration::from_secs(20)).await
    }

    fn asked(&self) -> (usize, usize) {
        (self.yahoo.requests().len(), self.finnhub.requests().len())
    }
}

#[tokio::test]
async fn a_quote_states_currency_exchange_and_time() {
    let stage = Stage::keyless().await;
    let quote = stage.markets.quote("reliance.ns", ChartRange::Month).await.unwrap().value;
    assert_eq!(
        (quote.symbol.as_str(), quote.currency.as_str(), quote.exchange.as_str()),
        ("RELIANCE.NS", "INR", "NSE")
    );
    assert_eq!(quote.name, "Reliance Industries Limited");
    assert_eq!(quote.time.to_rfc3339(), "2026-03-02T21:00:00+00:00");
    assert_eq!(quote.time_zone.as_deref(), Some("Asia/Kolkata"));
    assert!((quote.price - 1402.25).abs() < 1e-9);
    // Against the day before, although the chart begins a month ago.
    assert!((quote.change.unwrap() - 1.5).abs() < 1e-9, "{:?}", quote.change);
    assert!((quote.change_percent.unwrap() - 1.5 / 1400.75 * 100.0).abs() < 1e-9);
    // Five moments, one of them without a trade.
    assert_eq!(quote.points.len(), 4);
    assert!(quote.points.is_sorted_by_key(|point| point.time));
    assert_eq!(quote.points[2].volume, Some(4));
}

#[tokio::test]
async fn every_range_is_asked_as_the_service_knows_it() {
    let stage = Stage::keyless().await;
    for (range, calls) in [
        (ChartRange::Day, 1),
        (ChartRange::FiveDays, 2),
        (ChartRange::Month, 2),
        (ChartRange::SixMonths, 2),
        (ChartRange::Year, 2),
        (ChartRange::FiveYears, 2),
    ] {
        let before = stage.asked().0;
        let quote = stage.markets.quote("^NSEI", range).await.unwrap().value;
        assert!((quote.change.unwrap() - 1.5).abs() < 1e-9, "{range:?}");
        assert_eq!(stage.asked().0 - before, calls, "{range:?}");
    }
    assert!(stage.yahoo.requests()[0].path.ends_with("/%5ENSEI"), "{}", stage.yahoo.requests()[0].path);
}

#[tokio::test]
async fn quotes_are_remembered_for_a_moment() {
    let stage = Stage::keyless().await;
    for _ in 0..3 {
        stage.markets.quote("AAPL", ChartRange::Day).await.unwrap();
    }
    assert_eq!(stage.asked().0, 1);
    stage.markets.quote("BTC-USD", ChartRange::Day).await.unwrap();
    assert_eq!(stage.asked().0, 2);
}

#[tokio::test]
async fn a_name_is_looked_up() {
    let stage = Stage::keyless().await;
    for name in ["Reliance Industries", "reliance"] {
        let answered = stage.markets.quote(name, ChartRange::Day).await.unwrap();
        assert_eq!(answered.value.symbol, "RELIANCE.NS");
        assert_eq!(answered.looked_up.as_deref(), Some(name));
    }
    for unknown in ["No Such Company", "ZZZZ", "株式会社", "'; DROP TABLE", "../../v7/finance/quote"] {
        let error = stage.markets.quote(unknown, ChartRange::Day).await.unwrap_err();
        assert_eq!(error, FinanceError::Unknown(unknown.to_owned()));
        assert!(error.to_string().contains(unknown));
    }
}

#[tokio::test]
async fn finnhub_answers_when_yahoo_fails_and_it_is_said() {
    let stage = Stage::keyed().await;
    stage.yahoo.always(Answer::failure(429));
    let answered = stage.markets.quote("AAPL", ChartRange::Month).await.unwrap();
    assert_eq!((answered.value.source, answered.value.currency.as_str()), ("Finnhub", "USD"));
    assert_eq!(answered.value.exchange, "NASDAQ NMS - GLOBAL MARKET");
    assert!((answered.value.change.unwrap() + 1.0).abs() < 1e-9);
    assert!(answered.value.points.is_empty() && answered.value.note.contains("without a chart"));
    assert_eq!(answered.failed, ["Yahoo Finance is asked too often"]);

    let tool = typed(GetStockPrice(stage.markets.clone()));
    let output = tool.call(&silent(), json!({"symbol": "AAPL"})).await.unwrap();
    assert!(
        output.content.contains("Yahoo Finance is asked too often; Finnhub answered instead"),
        "{}",
        output.content
    );
    assert_eq!(output.result["failed"][0], "Yahoo Finance is asked too often");
}

#[tokio::test]
async fn without_a_key_finnhub_is_left_alone() {
    let stage = Stage::keyless().await;
    stage.yahoo.always(Answer::failure(500));
    let error = stage.markets.quote("AAPL", ChartRange::Day).await.unwrap_err();
    assert!(error.to_string().contains("Yahoo Finance has trouble on its side"), "{error}");
    assert_eq!(stage.finnhub.connections(), 0);
}

#[tokio::test]
async fn failures_of_both_are_told_together() {
    let stage = Stage::set(Some("bad-s3cret"), Duration::from_millis(200)).await;
    for (answer, said) in [
        (Answer::failure(500), "trouble on its side"),
        (Answer::failure(429), "asked too often"),
        (Answer::hang(), "did not answer in time"),
        (Answer::html("<p>Will be right back"), "could not be read"),
        (
            Answer::json(&json!({"chart": {"result": [{"meta": {"symbol": "AAPL"}}], "error": null}})),
            "could not be read",
        ),
        (Answer::cut("application/json", "{"), "could not be reached"),
    ] {
        stage.yahoo.always(answer);
        let error = stage.markets.quote("AAPL", ChartRange::Day).await.unwrap_err();
        let text = error.to_string();
        assert!(text.contains(said) && text.contains("Finnhub did not accept the key"), "{text}");
        assert!(!format!("{error:?}").contains("s3cret"));
    }
}

#[tokio::test]
async fn a_company_comes_from_finnhub_when_it_is_keyed() {
    let stage = Stage::keyed().await;
    let company = stage.markets.company("Apple").await.unwrap().value;
    assert_eq!((company.source, company.symbol.as_str()), ("Finnhub", "AAPL"));
    assert_eq!(company.market_cap_millions, Some(3_400_000.5));
    assert_eq!(company.website.as_deref(), Some("https://www.apple.com/"));
    // What Finnhub does not know, Yahoo does; that is no failure.
    let answered = stage.markets.company("RELIANCE.NS").await.unwrap();
    assert_eq!((answered.value.source, answered.failed.len()), ("Yahoo Finance", 0));
    assert_eq!(answered.value.industry.as_deref(), Some("Consumer Electronics"));
    let before = stage.asked();
    stage.markets.company("RELIANCE.NS").await.unwrap();
    assert_eq!(stage.asked(), before);
}

#[tokio::test]
async fn news_are_newest_first_and_lead_to_the_web() {
    for (stage, source) in [(Stage::keyless().await, "Yahoo Finance"), (Stage::keyed().await, "Finnhub")] {
        for asked in [Some("AAPL"), None] {
            let news = stage.markets.news(asked).await.unwrap().value;
            assert_eq!(news.source, source);
            assert!(news.items.len() >= 3);
            assert!(news.items.is_sorted_by_key(|item| std::cmp::Reverse(item.published_at)));
        }
    }
    let stage = Stage::keyless().await;
    stage.yahoo.push(Answer::json(&json!({"news": [
        {"title": "x", "link": "javascript:alert(1)", "providerPublishTime": 1_772_485_200},
        {"title": "no link", "providerPublishTime": 1_772_485_200},
        {"title": "<b>Kept</b> &amp; 日本", "link": "https://a.example/", "providerPublishTime": 1_772_485_200},
    ]})));
    let news = stage.markets.news(None).await.unwrap().value;
    assert_eq!(news.items.len(), 1);
    assert_eq!((news.items[0].title.as_str(), news.items[0].publisher.as_str()), ("Kept & 日本", "unknown"));
}

#[tokio::test]
async fn the_tools_tell_what_a_card_needs() {
    let stage = Stage::keyless().await;
    let tools: [std::sync::Arc<dyn Tool>; 3] = [
        typed(GetStockPrice(stage.markets.clone())),
        typed(GetCompanyInfo(stage.markets.clone())),
        typed(GetFinancialNews(stage.markets.clone())),
    ];
    let [price, company, news] = &tools;
    let output = price.call(&silent(), json!({"symbol": "Apple", "range": "1y"})).await.unwrap();
    assert_eq!(output.summary, "AAPL: 231.5 USD (+0.65 %) on NasdaqGS, 2026-03-02 21:00 UTC");
    for part in [
        "231.5 USD",
        "NasdaqGS",
        "2026-03-02 21:00 UTC",
        "unofficial, may be delayed",
        "“Apple” was looked up",
    ] {
        assert!(output.content.contains(part), "{part}: {}", output.content);
    }
    assert_eq!(output.result["currency"], "USD");
    assert_eq!(output.result["range"], "1y");
    assert_eq!(output.result["points"].as_array().unwrap().len(), 4);
    assert_eq!(output.result["points"][0]["time"], "2026-02-26T21:00:00Z");
    assert!(output.provenance.is_none() && !price.info().outside);

    let output = company.call(&silent(), json!({"symbol": "AAPL"})).await.unwrap();
    assert_eq!(output.summary, "Apple Inc. (AAPL, NasdaqGS) from Yahoo Finance");
    assert_eq!(output.result["sector"], "Technology");

    let output = news.call(&silent(), json!({"symbol": "AAPL"})).await.unwrap();
    assert_eq!(output.summary, "4 headlines from Yahoo Finance");
    assert!(news.info().outside && output.provenance.is_some());
    assert_eq!(output.sources.len(), 4);
    let output = news.call(&silent(), json!({"symbol": " "})).await.unwrap();
    assert!(output.content.contains("stock market"));

    let error = price.call(&silent(), json!({"symbol": "No Such Company"})).await.unwrap_err();
    assert_eq!(error.kind, ToolErrorKind::BadArguments);
    let error = price.call(&silent(), json!({"symbol": "AAPL", "range": "9y"})).await.unwrap_err();
    assert_eq!(error.kind, ToolErrorKind::BadArguments);
}
