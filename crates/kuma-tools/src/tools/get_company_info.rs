//! `getCompanyInfo`.

use std::fmt::Write;

use async_trait::async_trait;
use kuma_agent::tool::{ToolContext, ToolError, ToolOutput, TypedTool};
use kuma_types::{Effect, ToolCategory};
use schemars::JsonSchema;
use serde::Deserialize;

use super::{finance_error, json, number};
use crate::finance::{Answered, Company, Markets};
use crate::text::{clip, one_line};

/// Tells what is known of a company.
pub struct GetCompanyInfo(pub Markets);

/// Of which.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Arguments {
    /// A ticker symbol (AAPL, RELIANCE.NS) or a company's name.
    pub symbol: String,
}

#[async_trait]
impl TypedTool for GetCompanyInfo {
    type Arguments = Arguments;
    const NAME: &'static str = "getCompanyInfo";
    const DISPLAY_NAME: &'static str = "Get company information";
    const DESCRIPTION: &'static str = "Gives a listed company's name, exchange, currency, sector, industry and, where known, its market value.";
    const CATEGORY: ToolCategory = ToolCategory::Stock;
    const EFFECT: Effect = Effect::Read;
    const OUTSIDE: bool = false;

    fn describe(&self, arguments: &Arguments) -> String {
        format!("Get information about {}", clip(&one_line(&arguments.symbol), 60))
    }

    async fn call(&self, _: &ToolContext, arguments: Arguments) -> Result<ToolOutput, ToolError> {
        let answered = self.0.company(&arguments.symbol).await.map_err(|error| finance_error(&error))?;
        let company = &answered.value;
        Ok(ToolOutput {
            content: for_the_model(&answered),
            summary: format!(
                "{} ({}, {}) from {}",
                company.name, company.symbol, company.exchange, company.source
            ),
            result: json(company),
            ..ToolOutput::default()
        })
    }
}

fn for_the_model(answered: &Answered<Company>) -> String {
    let company = &answered.value;
    let mut text = format!(
        "{} ({})\nExchange: {}\nCurrency: {}\n",
        company.name, company.symbol, company.exchange, company.currency
    );
    let millions = |value: Option<f64>| value.map(|value| format!("{} million", number(value)));
    let worth = millions(company.market_cap_millions).map(|worth| format!("{worth} {}", company.currency));
    let facts = [
        ("Kind", company.kind.clone()),
        ("Sector", company.sector.clone()),
        ("Industry", company.industry.clone()),
        ("Country", company.country.clone()),
        ("Market value", worth),
        ("Shares", millions(company.shares_millions)),
        ("Public since", company.ipo.clone()),
        ("Website", company.website.clone()),
    ];
    for (name, value) in facts {
        if let Some(value) = value {
            // Writing to a string does not fail.
            let _ = writeln!(text, "{name}: {value}");
        }
    }
    let _ = writeln!(text, "Source: {}", company.source);
    if let Some(asked) = &answered.looked_up {
        let _ = writeln!(text, "“{asked}” was looked up: {} is the best match.", company.symbol);
    }
    for failed in &answered.failed {
        let _ = writeln!(text, "Note: {failed}; {} answered instead.", company.source);
    }
    text
}
