//! The tools themselves, one file each: their arguments, their words, and a call of what does the work.

mod analyze_image;
mod deep_research;
mod describe_image;
mod extract_text;
mod get_company_info;
mod get_financial_news;
mod get_page_content;
mod get_stock_price;
mod web_search;

pub use analyze_image::AnalyzeImage;
pub use deep_research::DeepResearch;
pub use describe_image::DescribeImage;
pub use extract_text::ExtractText;
pub use get_company_info::GetCompanyInfo;
pub use get_financial_news::GetFinancialNews;
pub use get_page_content::GetPageContent;
pub use get_stock_price::GetStockPrice;
pub use web_search::WebSearch;

use kuma_agent::tool::ToolError;
use kuma_types::ToolErrorKind;
use serde::Serialize;
use serde_json::Value;

use crate::finance::FinanceError;

/// The JSON of a result for the web app. Our own types always have one.
fn json(value: &impl Serialize) -> Value {
    serde_json::to_value(value).unwrap_or_else(|error| {
        tracing::error!(%error, "a tool's result cannot be written as JSON");
        Value::Null
    })
}

fn finance_error(error: &FinanceError) -> ToolError {
    let kind = match error {
        FinanceError::Unknown(_) => ToolErrorKind::BadArguments,
        FinanceError::Failed(_) => ToolErrorKind::Upstream,
    };
    ToolError::new(kind, error.to_string(), error.to_string()).in_own_words()
}

/// A number as people write it: without noise behind the point.
fn number(value: f64) -> String {
    let digits = if value.abs() >= 1.0 { 2 } else { 6 };
    let text = format!("{value:.digits$}");
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_owned() } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_short() {
        for (value, text) in
            [(231.5, "231.5"), (0.000_123, "0.000123"), (98_000.0, "98000"), (-1.005, "-1"), (0.0, "0")]
        {
            assert_eq!(number(value), text);
        }
    }
}
