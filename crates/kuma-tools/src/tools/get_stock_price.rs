//! `getStockPrice`.

use std::fmt::Write;

use async_trait::async_trait;
use kuma_agent::tool::{ToolContext, ToolError, ToolOutput, TypedTool};
use kuma_types::{Effect, ToolCategory};
use schemars::JsonSchema;
use serde::Deserialize;

use super::{finance_error, json, number};
use crate::finance::{Answered, ChartRange, Markets, Quote};
use crate::text::{clip, one_line};

/// Gives a price.
pub struct GetStockPrice(pub Markets);

/// Of what.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Arguments {
    /// A ticker symbol (AAPL, RELIANCE.NS, BTC-USD, ^NSEI, EURUSD=X) or a company's name.
    pub symbol: String,
    /// How far back the chart goes.
    #[serde(default)]
    pub range: ChartRange,
}

#[async_trait]
impl TypedTool for GetStockPrice {
    type Arguments = Arguments;
    const NAME: &'static str = "getStockPrice";
    const DISPLAY_NAME: &'static str = "Get a stock price";
    const DESCRIPTION: &'static str = "Gives the latest price of a stock, index, fund, currency pair or \
        cryptocurrency with its chart. Always tell the currency, the exchange and the time of the price.";
    const CATEGORY: ToolCategory = ToolCategory::Stock;
    const EFFECT: Effect = Effect::Read;
    const OUTSIDE: bool = false;

    fn describe(&self, arguments: &Arguments) -> String {
        format!("Get the price of {}", clip(&one_line(&arguments.symbol), 60))
    }

    async fn call(&self, _: &ToolContext, arguments: Arguments) -> Result<ToolOutput, ToolError> {
        let answered =
            self.0.quote(&arguments.symbol, arguments.range).await.map_err(|error| finance_error(&error))?;
        let mut result = json(&answered.value);
        if let (Some(fields), false) = (result.as_object_mut(), answered.failed.is_empty()) {
            fields.insert("failed".to_owned(), json(&answered.failed));
        }
        Ok(ToolOutput {
            content: for_the_model(&answered),
            summary: summary(&answered.value),
            result,
            ..ToolOutput::default()
        })
    }
}

fn summary(quote: &Quote) -> String {
    let change = quote.change_percent.map(|percent| format!(" ({percent:+.2} %)")).unwrap_or_default();
    format!(
        "{}: {} {}{change} on {}, {} UTC",
        quote.symbol,
        number(quote.price),
        quote.currency,
        quote.exchange,
        quote.time.format("%Y-%m-%d %H:%M")
    )
}

fn for_the_model(answered: &Answered<Quote>) -> String {
    let quote = &answered.value;
    let mut text = format!("{} — {}\n", quote.name, summary(quote));
    let facts = [
        ("Change", quote.change),
        ("Previous close", quote.previous_close),
        ("Day low", quote.day_low),
        ("Day high", quote.day_high),
        ("52-week low", quote.year_low),
        ("52-week high", quote.year_high),
    ];
    for (name, value) in facts {
        if let Some(value) = value {
            // Writing to a string does not fail.
            let _ = writeln!(text, "{name}: {} {}", number(value), quote.currency);
        }
    }
    if let Some(volume) = quote.volume {
        let _ = writeln!(text, "Volume: {volume}");
    }
    if let (Some(first), Some(last)) = (quote.points.first(), quote.points.last()) {
        let _ = writeln!(
            text,
            "Chart: {} points from {} ({}) to {} ({})",
            quote.points.len(),
            first.time.format("%Y-%m-%d"),
            number(first.close),
            last.time.format("%Y-%m-%d"),
            number(last.close)
        );
    }
    let _ = writeln!(text, "Source: {} ({})", quote.source, quote.note);
    if let Some(asked) = &answered.looked_up {
        let _ = writeln!(text, "“{asked}” was looked up: {} is the best match.", quote.symbol);
    }
    for failed in &answered.failed {
        let _ = writeln!(text, "Note: {failed}; {} answered instead.", quote.source);
    }
    text
}
