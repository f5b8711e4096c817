//! Each search engine by itself: what it is asked, what becomes of its answer, how it fails.

use std::time::Duration;

use kuma_net::{ClientOptions, build_client};
use kuma_testkit::services::{
    Answer, FakeBrave, FakeDuckDuckGo, FakeExa, FakeSearxng, FakeService, FakeTavily, Service,
};
use kuma_tools::search::{Brave, DuckDuckGo, Exa, SearchQuery, Searxng, Tavily, TimeRange, WebSearch};
use kuma_tools::{UpstreamError, UpstreamErrorKind as Kind};
use secrecy::SecretString;
use serde_json::{Value, json};

const PLENTY: Duration = Duration::from_secs(20);

fn client() -> reqwest::Client {
    build_client(&ClientOptions::default()).unwrap()
}

fn query(text: &str, count: usize, since: Option<TimeRange>) -> SearchQuery {
    SearchQuery::new(text, count, since).unwrap()
}

fn exa(fake: &FakeExa, key: &str) -> Exa {
    Exa::new(client(), &fake.base_url(), SecretString::from(key), PLENTY)
}

fn tavily(fake: &FakeTavily, key: Option<&str>) -> Tavily {
    Tavily::new(client(), &fake.base_url(), key.map(SecretString::from), PLENTY)
}

fn searxng(fake: &FakeSearxng) -> Searxng {
    Searxng::new(client(), &format!("{}/", fake.base_url()), PLENTY)
}

fn brave(fake: &FakeBrave, key: &str) -> Brave {
    Brave::new(client(), &fake.base_url(), SecretString::from(key), PLENTY)
}

fn duckduckgo(fake: &FakeDuckDuckGo) -> DuckDuckGo {
    DuckDuckGo::new(client(), &fake.base_url(), PLENTY)
}

#[tokio::test]
async fn exa_is_asked_for_highlights_and_gives_dates() {
    let fake = FakeExa::start().await;
    let found = exa(&fake, "key").search(&query("rust 日本", 3, Some(TimeRange::Week))).await.unwrap();
    assert_eq!(found.results.len(), 3);
    assert_eq!(found.results[0].title, "Exa result 1 on rust 日本");
    assert_eq!(found.results[0].url, "https://exa.example/1");
    assert_eq!(found.results[0].snippet, "Highlight 1 about rust 日本.");
    assert_eq!(found.results[0].published_at.as_deref(), Some("2026-01-02T00:00:00.000Z"));
    let seen = fake.single_request();
    assert_eq!(seen.header("x-api-key"), "key");
    assert!(seen.at("/startPublishedDate").as_str().unwrap().ends_with("T00:00:00.000Z"));

    fake.push(Answer::json(&json!({"results": [], "notices": [{"code": "X", "message": "Relaxed."}]})));
    let found = exa(&fake, "key").search(&query("nothing", 3, None)).await.unwrap();
    assert_eq!((found.results.len(), found.notices), (0, vec!["Relaxed.".to_owned()]));
}

#[tokio::test]
async fn tavily_works_with_a_key_and_without() {
    let fake = FakeTavily::start().await;
    for key in [Some("tvly-1"), None] {
        let found = tavily(&fake, key).search(&query("bears", 4, Some(TimeRange::Day))).await.unwrap();
        assert_eq!(found.results.len(), 4);
        assert_eq!(found.results[3].snippet, "Content 4 about bears.");
    }
    let seen = fake.requests();
    assert_eq!(seen[0].header("authorization"), "Bearer tvly-1");
    assert_eq!(seen[1].header("x-tavily-access-mode"), "keyless");
    assert_eq!(seen[1].at("/time_range"), "day");
    assert_eq!(
        (tavily(&fake, None).name(), tavily(&fake, Some("tvly-1")).name()),
        ("Tavily (keyless)", "Tavily")
    );
}

#[tokio::test]
async fn searxng_has_no_week() {
    let fake = FakeSearxng::start().await;
    let ranges = [
        (TimeRange::Day, "day"),
        (TimeRange::Week, "month"),
        (TimeRange::Month, "month"),
        (TimeRange::Year, "year"),
    ];
    for (range, said) in ranges {
        let found = searxng(&fake).search(&query("a&b=c #d", 5, Some(range))).await.unwrap();
        assert_eq!(found.results[0].snippet, "Found 1 on a&b=c #d.");
        assert_eq!(fake.requests().last().unwrap().param("time_range"), Some(said));
    }
}

#[tokio::test]
async fn a_searxng_without_json_is_explained() {
    let fake = FakeSearxng::start().await;
    fake.push(Answer::bytes("text/html", "Forbidden").status(403));
    let error = searxng(&fake).search(&query("x", 5, None)).await.unwrap_err();
    assert_eq!(error.kind, Kind::Rejected);
    assert!(error.detail.contains("search.formats"), "{}", error.detail);
}

#[tokio::test]
async fn brave_is_asked_within_its_limits() {
    let fake = FakeBrave::start().await;
    let long = "word ".repeat(300);
    let found = brave(&fake, "key").search(&query(&long, 20, Some(TimeRange::Year))).await.unwrap();
    assert_eq!(found.results.len(), 20);
    assert_eq!(found.results[1].published_at.as_deref(), Some("2026-03-04T05:06:07"));
    assert_eq!(fake.single_request().param("freshness"), Some("py"));

    fake.push(Answer::json(&json!({"type": "search"})));
    assert!(brave(&fake, "key").search(&query("x", 1, None)).await.unwrap().results.is_empty());
}

#[tokio::test]
async fn duckduckgo_is_read_from_its_page() {
    let fake = FakeDuckDuckGo::start().await;
    let found = duckduckgo(&fake).search(&query("bär & <honig>", 10, Some(TimeRange::Month))).await.unwrap();
    assert_eq!(found.results.len(), 10, "without the advertisement");
    assert_eq!(found.results[0].title, "Duck result 1 on bär & <honig>");
    assert_eq!(found.results[0].url, "https://duck.example/1?a=1&b=2");
    assert_eq!(found.results[0].snippet, "Snippet 1 & more");
    assert!(fake.single_request().form().contains(&("df".to_owned(), "m".to_owned())));
}

#[tokio::test]
async fn duckduckgo_says_when_it_takes_us_for_a_robot() {
    let fake = FakeDuckDuckGo::start().await;
    for challenge in [
        Answer::html("<p>Please wait").status(202),
        Answer::html("no").status(403),
        Answer::html("<form id=challenge-form></form>"),
    ] {
        fake.push(challenge);
        assert_eq!(duckduckgo(&fake).search(&query("x", 5, None)).await.unwrap_err().kind, Kind::Blocked);
    }
}

/// What every engine makes of a failing service.
async fn failures<S: Service>(fake: &FakeService<S>, engine: &dyn WebSearch, impatient: &dyn WebSearch) {
    let limits = [
        (Answer::failure(401), Kind::KeyRejected, None),
        (Answer::failure(402), Kind::QuotaExhausted, None),
        (Answer::failure(400), Kind::Rejected, None),
        (Answer::failure(404), Kind::NotFound, None),
        (Answer::failure(429).header("retry-after", "7"), Kind::RateLimited, Some(7)),
        (Answer::failure(500), Kind::Unavailable, None),
        (Answer::failure(503), Kind::Unavailable, None),
        (Answer::html("<h1>Moved</h1>").status(304), Kind::Malformed, None),
        (Answer::html("<h1>Hello</h1>"), Kind::Malformed, None),
        (Answer::bytes("application/json", "{\"results\": 7, \"web\": 7"), Kind::Malformed, None),
        (Answer::bytes("application/json", ""), Kind::Malformed, None),
        (Answer::endless("application/json", " ".repeat(65_536)), Kind::Malformed, None),
        (Answer::cut("application/json", "{\"results\": ["), Kind::Unreachable, None),
    ];
    for (answer, kind, wait) in limits {
        let shown = format!("{} {answer:?}", engine.name());
        fake.push(answer);
        let error: UpstreamError = engine.search(&query("x", 5, None)).await.unwrap_err();
        assert_eq!(error.kind, kind, "{shown}: {error:?}");
        if let Some(wait) = wait {
            assert_eq!(error.retry_after, Some(Duration::from_secs(wait)));
        }
        assert!(error.to_string().starts_with(engine.name()), "{error}");
        assert!(error.detail.chars().count() <= 201);
    }
    for slow in [Answer::hang(), Answer::stall("application/json", "{")] {
        fake.push(slow);
        assert_eq!(impatient.search(&query("x", 5, None)).await.unwrap_err().kind, Kind::TimedOut);
    }
}

const IMPATIENT: Duration = Duration::from_millis(150);

#[tokio::test]
async fn exa_fails_in_words() {
    let fake = FakeExa::start().await;
    let impatient = Exa::new(client(), &fake.base_url(), SecretString::from("key"), IMPATIENT);
    failures(&fake, &exa(&fake, "key"), &impatient).await;
}

#[tokio::test]
async fn tavily_fails_in_words() {
    let fake = FakeTavily::start().await;
    let impatient = Tavily::new(client(), &fake.base_url(), None, IMPATIENT);
    failures(&fake, &tavily(&fake, None), &impatient).await;
    // The wait stands in its body too.
    fake.push(Answer::failure(429));
    let error = tavily(&fake, None).search(&query("x", 5, None)).await.unwrap_err();
    assert_eq!(error.retry_after, Some(Duration::from_mins(1)));
    assert!(error.to_string().contains("60 s"), "{error}");
}

#[tokio::test]
async fn searxng_fails_in_words() {
    let fake = FakeSearxng::start().await;
    fake.push(Answer::failure(401));
    assert_eq!(searxng(&fake).search(&query("x", 5, None)).await.unwrap_err().kind, Kind::Rejected);
    fake.push(Answer::failure(500));
    assert_eq!(searxng(&fake).search(&query("x", 5, None)).await.unwrap_err().kind, Kind::Unavailable);
}

#[tokio::test]
async fn brave_fails_in_words() {
    let fake = FakeBrave::start().await;
    let impatient = Brave::new(client(), &fake.base_url(), SecretString::from("key"), IMPATIENT);
    failures(&fake, &brave(&fake, "key"), &impatient).await;
}

#[tokio::test]
async fn duckduckgo_fails_in_words() {
    let fake = FakeDuckDuckGo::start().await;
    let impatient = DuckDuckGo::new(client(), &fake.base_url(), IMPATIENT);
    failures(&fake, &duckduckgo(&fake), &impatient).await;
}

#[tokio::test]
async fn a_bad_key_is_refused_and_never_told() {
    let (one, two, three) = (FakeExa::start().await, FakeTavily::start().await, FakeBrave::start().await);
    let engines: [Box<dyn WebSearch>; 3] = [
        Box::new(exa(&one, "bad-s3cret")),
        Box::new(tavily(&two, Some("tvly-bad-s3cret"))),
        Box::new(brave(&three, "bad-s3cret")),
    ];
    for engine in engines {
        let error = engine.search(&query("x", 5, None)).await.unwrap_err();
        assert_eq!(error.kind, Kind::KeyRejected, "{}", engine.name());
        assert!(!format!("{error} {error:?}").contains("s3cret"));
    }
}

#[tokio::test]
async fn nobody_there_is_told() {
    let fake = FakeExa::start().await;
    let gone = exa(&fake, "key");
    drop(fake);
    let error = gone.search(&query("x", 5, None)).await.unwrap_err();
    assert_eq!(error.kind, Kind::Unreachable);
    assert!(!error.detail.contains("127.0.0.1"), "the address may hold the query: {}", error.detail);
}

#[tokio::test]
async fn hostile_results_are_cleaned() {
    let fake = FakeExa::start().await;
    let result =
        |url: &str, title: Value, text: &str| json!({"url": url, "title": title, "highlights": [text]});
    fake.push(Answer::json(&json!({"results": [
        result("javascript:alert(1)", json!("x"), "x"),
        result("https://a.example/", json!("<b>Bold</b>\n\u{0}title"), "<script>x()</script>see &amp; be seen"),
        result("https://b.example/", Value::Null, &"語".repeat(100_000)),
        {"url": "https://c.example/", "surprise": {"deep": [1, 2]}},
    ]})));
    let found = exa(&fake, "key").search(&query("x", 20, None)).await.unwrap();
    assert_eq!(found.results.len(), 3);
    assert_eq!(found.results[0].title, "Bold title");
    assert!(!found.results[0].snippet.contains('<'), "{}", found.results[0].snippet);
    assert_eq!(found.results[1].title, "b.example");
    assert_eq!(found.results[1].snippet.chars().count(), 801);
}
