//! All tools together, as they are offered.

use std::sync::Arc;

use async_trait::async_trait;
use kuma_tools::images::{Images, ImagesError, NoVisionModel, Picture};
use kuma_tools::{ToolSettings, Tools};
use kuma_types::{ChatId, Effect, UserId};
use serde_json::json;

struct NoImages;

#[async_trait]
impl Images for NoImages {
    async fn image(&self, _: UserId, _: ChatId, _: &str) -> Result<Picture, ImagesError> {
        Err(ImagesError::Unknown)
    }
}

fn tools() -> Tools {
    Tools::new(&ToolSettings::default(), Arc::new(NoImages), Arc::new(NoVisionModel)).unwrap()
}

#[test]
fn an_empty_environment_gives_all_tools() {
    let tools = tools();
    let names: Vec<&str> = tools.all().iter().map(|tool| tool.info().name.as_str()).collect();
    assert_eq!(
        names,
        [
            "webSearch",
            "getPageContent",
            "deepResearch",
            "getStockPrice",
            "getCompanyInfo",
            "getFinancialNews",
            "analyzeImage",
            "describeImage",
            "extractText"
        ]
    );
    assert_eq!(tools.searches.providers(), ["Tavily (keyless)", "DuckDuckGo"]);
}

#[test]
fn every_tool_only_reads_and_describes_itself() {
    for tool in tools().all() {
        let info = tool.info();
        assert_eq!(info.effect, Effect::Read, "{}", info.name);
        assert!(!info.description.is_empty() && !info.display_name.is_empty());
        assert_eq!(info.input_schema["type"], "object");
        assert_eq!(info.input_schema["additionalProperties"], false);
        for (name, field) in info.input_schema["properties"].as_object().unwrap() {
            assert!(field["description"].is_string(), "{} {name}: {field}", info.name);
        }
        // Whatever the model writes, people get a line.
        for arguments in [json!(null), json!({}), json!("x"), json!({"query": 7}), json!([1])] {
            let line = tool.describe(&arguments);
            assert!(!line.is_empty() && !line.contains('\n'), "{}", info.name);
        }
    }
}

#[test]
fn what_comes_from_outside_taints() {
    let inside: Vec<String> = tools()
        .all()
        .iter()
        .map(|tool| tool.info())
        .filter(|info| !info.outside)
        .map(|info| info.name.clone())
        .collect();
    assert_eq!(inside, ["getStockPrice", "getCompanyInfo"]);
}

#[test]
fn keys_are_not_shown() {
    let mut settings = ToolSettings::default();
    settings.search.exa_key = Some("s3cret".into());
    settings.finance.finnhub_key = Some("s3cret".into());
    assert!(!format!("{settings:?}").contains("s3cret"));
}
