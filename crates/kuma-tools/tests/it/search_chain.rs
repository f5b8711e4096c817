//! Who is asked in which order, what is remembered, and what people are told.

use std::time::Duration;

use kuma_agent::tool::typed;
use kuma_net::{ClientOptions, build_client};
use kuma_testkit::Gate;
use kuma_testkit::services::{Answer, FakeBrave, FakeDuckDuckGo, FakeExa, FakeSearxng, FakeTavily};
use kuma_tools::SearchSettings;
use kuma_tools::search::{SearchQuery, Searches};
use kuma_tools::tools::WebSearch;
use kuma_types::ToolErrorKind;
use secrecy::SecretString;
use serde_json::json;

use crate::support::silent;

struct Stage {
    exa: FakeExa,
    tavily: FakeTavily,
    searxng: FakeSearxng,
    brave: FakeBrave,
    duckduckgo: FakeDuckDuckGo,
    settings: SearchSettings,
}

impl Stage {
    async fn set() -> Self {
        let (exa, tavily, searxng) =
            (FakeExa::start().await, FakeTavily::start().await, FakeSearxng::start().await);
        let (brave, duckduckgo) = (FakeBrave::start().await, FakeDuckDuckGo::start().await);
        let settings = SearchSettings {
            exa_url: exa.base_url(),
            tavily_url: tavily.base_url(),
            brave_url: brave.base_url(),
            duckduckgo_url: duckduckgo.base_url(),
            ..SearchSettings::default()
        };
        Self { exa, tavily, searxng, brave, duckduckgo, settings }
    }

    /// With every provider set.
    async fn full() -> Self {
        let mut stage = Self::set().await;
        stage.settings.exa_key = Some(SecretString::from("key"));
        stage.settings.tavily_key = Some(SecretString::from("tvly-key"));
        stage.settings.searxng_url = Some(stage.searxng.base_url());
        stage.settings.brave_key = Some(SecretString::from("key"));
        stage
    }

    fn searches(&self) -> Searches {
        Searches::new(&build_client(&ClientOptions::default()).unwrap(), &self.settings)
    }

    /// Requests to Exa, Tavily, SearXNG, Brave, DuckDuckGo.
    fn asked(&self) -> [usize; 5] {
        [
            self.exa.requests().len(),
            self.tavily.requests().len(),
            self.searxng.requests().len(),
            self.brave.requests().len(),
            self.duckduckgo.requests().len(),
        ]
    }
}

fn query(text: &str) -> SearchQuery {
    SearchQuery::new(text, 5, None).unwrap()
}

#[tokio::test]
async fn without_settings_the_keyless_ones_are_asked() {
    let stage = Stage::set().await;
    let searches = stage.searches();
    assert_eq!(searches.providers(), ["Tavily (keyless)", "DuckDuckGo"]);
    assert_eq!(searches.search(query("a")).await.unwrap().provider, "Tavily (keyless)");
    assert_eq!(stage.asked(), [0, 1, 0, 0, 0]);

    stage.tavily.push(Answer::failure(500));
    let answer = searches.search(query("b")).await.unwrap();
    assert_eq!(answer.provider, "DuckDuckGo");
    assert_eq!(answer.results.len(), 5);
    assert_eq!(answer.failed[0].provider, "Tavily (keyless)");
    assert_eq!(stage.asked(), [0, 2, 0, 0, 1]);
}

#[tokio::test]
async fn each_is_asked_when_the_one_before_failed() {
    let stage = Stage::full().await;
    let searches = stage.searches();
    assert_eq!(searches.providers(), ["Exa", "Tavily", "SearXNG", "Brave"]);
    for (failing, provider) in [(0, "Exa"), (1, "Tavily"), (2, "SearXNG"), (3, "Brave")] {
        if failing > 0 {
            stage.exa.push(Answer::failure(500));
        }
        if failing > 1 {
            stage.tavily.push(Answer::failure(401));
        }
        if failing > 2 {
            stage.searxng.push(Answer::html("nothing"));
        }
        let answer = searches.search(query(&format!("q{failing}"))).await.unwrap();
        assert_eq!(answer.provider, provider);
        assert_eq!(answer.failed.len(), failing);
        assert_eq!(answer.results.len(), 5);
    }
    assert_eq!(stage.asked(), [4, 3, 2, 1, 0]);
}

#[tokio::test]
async fn who_set_up_a_search_of_their_own_is_not_sent_elsewhere() {
    let mut stage = Stage::set().await;
    stage.settings.searxng_url = Some(stage.searxng.base_url());
    stage.searxng.always(Answer::failure(500));
    let error = stage.searches().search(query("private")).await.unwrap_err();
    assert_eq!(error.failed.len(), 1);
    assert!(error.to_string().contains("SearXNG has trouble on its side"), "{error}");
    assert_eq!(stage.asked(), [0, 0, 1, 0, 0]);
}

#[tokio::test]
async fn when_all_fail_everybody_is_named_with_what_to_do() {
    let stage = Stage::set().await;
    stage.tavily.always(Answer::failure(429));
    stage.duckduckgo.always(Answer::html("").status(202));
    let tool = typed(WebSearch(stage.searches()));
    let error = tool.call(&silent(), json!({"query": "x"})).await.unwrap_err();
    assert_eq!(error.kind, ToolErrorKind::Upstream);
    for part in ["Tavily (keyless) is asked too often", "DuckDuckGo takes Kuma for a robot", "EXA_API_KEY"] {
        assert!(error.sentence.contains(part), "{}", error.sentence);
    }
    assert!(error.is_in_own_words());
}

#[tokio::test]
async fn who_asks_for_rest_gets_it() {
    let stage = Stage::full().await;
    stage.exa.push(Answer::failure(429).header("retry-after", "3000"));
    let searches = stage.searches();
    for text in ["a", "b", "c"] {
        let answer = searches.search(query(text)).await.unwrap();
        assert_eq!(answer.provider, "Tavily");
        assert!(answer.failed[0].reason.contains("of rest"), "{}", answer.failed[0].reason);
    }
    assert_eq!(stage.asked(), [1, 3, 0, 0, 0]);
}

#[tokio::test]
async fn equal_searches_are_remembered_and_failures_are_not() {
    let stage = Stage::set().await;
    let searches = stage.searches();
    let first = searches.search(query("bears")).await.unwrap();
    let again = searches.search(query("  bears ")).await.unwrap();
    assert!(!first.cached && again.cached);
    assert_eq!(first.results, again.results);
    assert_eq!(stage.asked()[1], 1);
    searches.search(SearchQuery::new("bears", 6, None).unwrap()).await.unwrap();
    assert_eq!(stage.asked()[1], 2);

    stage.tavily.push(Answer::failure(500));
    stage.duckduckgo.push(Answer::failure(500));
    searches.search(query("honey")).await.unwrap_err();
    assert!(!searches.search(query("honey")).await.unwrap().cached);
}

#[tokio::test]
async fn what_is_remembered_is_forgotten_in_time() {
    let mut stage = Stage::set().await;
    stage.settings.keep = Duration::ZERO;
    let searches = stage.searches();
    for _ in 0..2 {
        assert!(!searches.search(query("bears")).await.unwrap().cached);
    }
    assert_eq!(stage.asked()[1], 2);
}

#[tokio::test]
async fn equal_searches_at_once_are_one() {
    let stage = Stage::set().await;
    let gate = Gate::new();
    stage.tavily.push(Answer::json(&json!({"results": [{"url": "https://a.example/"}]})).gate(&gate));
    let searches = stage.searches();
    let one = tokio::spawn({
        let searches = searches.clone();
        async move { searches.search(query("bears")).await }
    });
    gate.blocked().await;
    let two = searches.search(query("bears"));
    gate.open();
    assert_eq!(two.await.unwrap().results.len(), 1);
    assert_eq!(one.await.unwrap().unwrap().results.len(), 1);
    assert_eq!(stage.asked()[1], 1);
}

#[tokio::test]
async fn an_address_stands_once_and_no_more_than_asked_for() {
    let stage = Stage::set().await;
    let hits: Vec<_> =
        (0..40).map(|n| json!({"url": format!("https://a.example/{}", n / 2), "title": "t"})).collect();
    stage.tavily.push(Answer::json(&json!({"results": hits})));
    let answer = stage.searches().search(query("x")).await.unwrap();
    let urls: Vec<&str> = answer.results.iter().map(|hit| hit.url.as_str()).collect();
    assert_eq!(urls.len(), 5);
    assert_eq!(urls[4], "https://a.example/4");
}

#[tokio::test]
async fn the_tool_tells_who_answered_and_gives_sources() {
    let stage = Stage::full().await;
    stage.exa.push(Answer::failure(401));
    let tool = typed(WebSearch(stage.searches()));
    assert_eq!(tool.describe(&json!({"query": "bears\nin winter"})), "Search the web for “bears in winter”");
    let output =
        tool.call(&silent(), json!({"query": "bears", "maxResults": 2, "timeRange": "week"})).await.unwrap();
    assert_eq!(output.summary, "2 results from Tavily (Exa did not accept the key it was given)");
    assert_eq!(output.result["provider"], "Tavily");
    assert_eq!(output.result["results"][1]["url"], "https://tavily.example/2");
    assert_eq!(output.result["failed"][0]["provider"], "Exa");
    assert_eq!(output.sources.len(), 2);
    assert_eq!(output.sources[0].text, "Content 1 about bears.");
    assert!(output.content.contains("https://tavily.example/1") && output.content.contains("Content 2"));
    assert_eq!(output.provenance.unwrap().to_string(), "search results of Tavily");

    stage.exa.push(Answer::json(&json!({"results": []})));
    let output = tool.call(&silent(), json!({"query": "nothing"})).await.unwrap();
    assert_eq!(output.summary, "No results from Exa");
    let error = tool.call(&silent(), json!({"query": " \n"})).await.unwrap_err();
    assert_eq!(error.kind, ToolErrorKind::BadArguments);
}
