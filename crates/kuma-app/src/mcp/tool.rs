//! A tool of an MCP server, as agents call it.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use kuma_agent::tool::{Availability, Describer, Tool, ToolContext, ToolError, ToolInfo, ToolOutput};
use kuma_mcp::{Call, CallResult, McpError, McpErrorKind};
use kuma_store::{McpAddress, McpServer};
use kuma_types::{Effect, Provenance, ToolCategory, ToolErrorKind, UserId};
use serde_json::{Map, Value, json};

use super::known::Known;
use super::{address, switches};
use crate::App;
use crate::error::AppError;

/// How long a call may take, connecting included. A server that is silent ends it sooner ([`super::PATIENCE`]).
const TIME: Duration = Duration::from_mins(3);
/// How much of an argument is told in one line.
const TOLD: usize = 60;
/// How much of a server's name is in the name of a place.
const LABEL: usize = 36;

/// Whether the user has allowed a tool for good, and which definition of it.
#[derive(Clone, Copy)]
pub(super) enum Allowed<'a> {
    No,
    As(Option<&'a str>),
}

/// A tool of an MCP server, for one user. Cheap to clone.
#[derive(Clone)]
pub(crate) struct McpTool {
    app: App,
    offer: Arc<Offer>,
    /// Which agent calls it, when that is known.
    agent: Option<Arc<str>>,
}

/// What is the same for all agents.
struct Offer {
    server: Arc<McpServer>,
    known: Known,
    info: ToolInfo,
    /// Why it cannot be used now, and what to do about it.
    missing: Option<String>,
    /// Why an earlier allowance does not hold.
    changed: Option<String>,
    /// Whose words the definition is made of.
    describer: Describer,
}

impl McpTool {
    /// `name`: how models call it. `missing`: why it cannot be used now. `allowed`: which definition the user has allowed for
    /// good, if they have.
    pub(super) fn new(
        app: &App,
        server: &Arc<McpServer>,
        known: Known,
        name: String,
        missing: Option<String>,
        allowed: Allowed<'_>,
    ) -> Self {
        let definition = &known.definition;
        // The part of the name that models see: it cannot say anything else to people than it does to them.
        let prefix = format!("mcp__{}__", server.slug);
        let short = name.strip_prefix(&prefix).unwrap_or(&name);
        let display_name = format!("{}: {short}", server.name);
        let effect =
            if server.trust_read_only_hint && definition.read_only { Effect::Read } else { Effect::Write };
        let has_changed = match allowed {
            Allowed::No => false,
            Allowed::As(fingerprint) => fingerprint != Some(definition.fingerprint.as_str()),
        };
        let changed = has_changed.then(|| {
            format!(
                "You allowed “{display_name}”, but {} has changed what it says about this tool since. Look closely at what it would do before you allow it again.",
                server.name
            )
        });
        let description = if definition.description.trim().is_empty() {
            "(no description)".to_owned()
        } else {
            definition.description.clone()
        };
        let info = ToolInfo {
            display_name,
            description,
            hint: None,
            category: ToolCategory::Mcp,
            effect,
            input_schema: definition.input_schema.clone(),
            requires: None,
            timeout: TIME,
            outside: true,
            name,
        };
        let describer = describer(server);
        let offer = Offer { server: Arc::clone(server), known, info, missing, changed, describer };
        Self { app: app.clone(), offer: Arc::new(offer), agent: None }
    }

    /// The same as an agent calls it; none when the agent does not get it.
    pub(super) fn for_agent(&self, agent: &str) -> Option<Self> {
        let Offer { server, known, .. } = &*self.offer;
        let gets = switches::gives(server, &known.definition.name, Some(agent));
        gets.then(|| Self { agent: Some(agent.into()), ..self.clone() })
    }

    /// What the user allows when they allow it for good.
    pub(super) fn fingerprint(&self) -> &str {
        &self.offer.known.definition.fingerprint
    }

    /// Since when it is defined as it is.
    pub(super) fn since(&self) -> chrono::DateTime<chrono::Utc> {
        self.offer.known.since
    }

    /// An approval is for the tool that the person was shown.
    async fn check_approval(&self, context: &ToolContext) -> Result<(), ToolError> {
        let asked = self.app.store().approvals().get(context.user, context.job, &context.call_id).await;
        let approved = match asked {
            Ok(asked) => asked.created_at,
            // It was allowed for good: nobody was asked.
            Err(kuma_store::StoreError::NotFound) => return Ok(()),
            Err(error) => return Err(internal(&error.into())),
        };
        if self.offer.known.since > approved { Err(self.is_another_now()) } else { Ok(()) }
    }

    /// A run offers what there was when it began: a call is made as long as the settings still mean this tool and
    /// think of it as they did.
    fn check_still(&self, now: &McpServer) -> Result<(), ToolError> {
        if address::elsewhere(&self.offer.server.address, &now.address) {
            return Err(self.is_another_now());
        }
        let is_on = switches::gives(now, &self.offer.known.definition.name, self.agent.as_deref());
        let asks_now = self.offer.info.effect == Effect::Read && !now.trust_read_only_hint;
        if !is_on || asks_now {
            return Err(self.is_off_now());
        }
        Ok(())
    }

    fn is_off_now(&self) -> ToolError {
        let name = &self.offer.info.display_name;
        ToolError::new(
            ToolErrorKind::NotAvailable,
            format!("{} was not called: Settings do not allow it any more. Go on without it.", self.offer.info.name),
            format!(
                "“{name}” was not called: in the meantime somebody changed in Settings → MCP servers who may use it and how."
            ),
        )
        .in_own_words()
    }

    fn is_another_now(&self) -> ToolError {
        let name = &self.offer.info.display_name;
        ToolError::new(
            ToolErrorKind::NotAvailable,
            format!("{} was not called: its server has changed what the tool is in the meantime. Tell the person; in their next message it can be called as it is now.", self.offer.info.name),
            format!("{} has changed “{name}” in the meantime, so it was not called. Ask again to use it as it is now.", self.offer.server.name),
        )
        .in_own_words()
    }

    fn failed(&self, error: &McpError) -> ToolError {
        let server = &self.offer.server.name;
        let kind = match error.kind {
            // Nobody knows what became of a write.
            _ if error.may_have_happened && self.offer.info.effect == Effect::Write => {
                ToolErrorKind::TimedOut
            }
            McpErrorKind::NeedsAuth | McpErrorKind::Refused => ToolErrorKind::NotAvailable,
            McpErrorKind::TimedOut if error.may_have_happened => ToolErrorKind::TimedOut,
            _ => ToolErrorKind::Upstream,
        };
        if error.kind == McpErrorKind::NeedsAuth {
            let how = super::log_in(server);
            return ToolError::new(kind, format!("{} was not called. {how}", self.offer.info.name), how)
                .in_own_words();
        }
        if error.kind == McpErrorKind::TimedOut {
            // Nothing came, so nothing is from outside.
            return ToolError::new(
                kind,
                format!(
                    "The MCP server behind {} does not answer. {} It is left alone for a while: go on without its tools, and tell the person.",
                    self.offer.info.name, error.sentence
                ),
                format!("{server}: {} Settings → MCP servers tells how it is.", error.sentence),
            )
            .in_own_words();
        }
        ToolError::new(
            kind,
            format!("The MCP server behind {} failed. {}", self.offer.info.name, error.sentence),
            format!("{server}: {}", error.sentence),
        )
    }

    fn output(&self, result: CallResult) -> Result<ToolOutput, ToolError> {
        let first = result.text.lines().find(|line| !line.trim().is_empty()).unwrap_or_default();
        let first: String = first.trim().chars().take(120).collect();
        if result.is_error {
            let said = if first.is_empty() { "it did not say why".to_owned() } else { first };
            return Err(ToolError::new(
                ToolErrorKind::Upstream,
                format!("The tool says that it failed:\n{}", result.text),
                format!("{} reported an error: {said}", self.offer.server.name),
            ));
        }
        let summary = match (first.is_empty(), result.other_parts.first()) {
            (false, _) => first,
            (true, Some(part)) => format!("Answered with {part}"),
            (true, None) => "Done, without an answer".to_owned(),
        };
        let content =
            if result.text.trim().is_empty() { "The tool gave no text.".to_owned() } else { result.text };
        let result = json!({ "server": self.offer.server.name, "tool": self.offer.known.definition.name, "parts": result.other_parts });
        Ok(ToolOutput {
            result,
            provenance: Some(self.offer.describer.from.clone()),
            ..ToolOutput::text(content, summary)
        })
    }
}

/// What an administrator has added for everybody or runs as a program here is the operator's own; any other server was
/// added by a person for themselves, and what it says of its tools can wish for calls of others.
fn describer(server: &McpServer) -> Describer {
    let is_operators = server.owner.is_none() || matches!(server.address, McpAddress::Stdio { .. });
    let short: String = server.name.chars().take(LABEL).collect();
    Describer {
        id: server.id.to_string(),
        from: Provenance::of(format!("the MCP server “{}”", server.name)),
        taints: (!is_operators)
            .then(|| Provenance::of(format!("what the MCP server “{short}” says of its tools"))),
    }
}

fn internal(error: &AppError) -> ToolError {
    tracing::warn!(%error, "an MCP tool could not be called");
    ToolError::new(
        ToolErrorKind::Internal,
        "The tool was not called: a part of this server is away. Go on without it.",
        "A part of this server is away, so the tool was not called. Try again in a moment.",
    )
    .in_own_words()
}

#[async_trait]
impl Tool for McpTool {
    fn info(&self) -> &ToolInfo {
        &self.offer.info
    }

    async fn availability(&self, _: UserId) -> Availability {
        match &self.offer.missing {
            None => Availability::Available,
            Some(how_to_get) => Availability::Missing { how_to_get: how_to_get.clone() },
        }
    }

    fn described_by(&self) -> Option<&Describer> {
        Some(&self.offer.describer)
    }

    fn changed_since_allowed(&self) -> Option<&str> {
        self.offer.changed.as_deref()
    }

    fn describe(&self, arguments: &Value) -> String {
        let told: Vec<String> = arguments
            .as_object()
            .into_iter()
            .flatten()
            .take(3)
            .map(|(name, value)| {
                let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
                let short: String = text.chars().take(TOLD).collect();
                let more = if text.chars().count() > TOLD { "…" } else { "" };
                format!("{name}: {short}{more}")
            })
            .collect();
        if told.is_empty() {
            self.offer.info.display_name.clone()
        } else {
            format!("{} ({})", self.offer.info.display_name, told.join(", "))
        }
    }

    fn check(&self, arguments: &Value) -> Result<(), ToolError> {
        let read = read_arguments(arguments).and_then(|fields| fits(&self.offer.info.input_schema, &fields));
        read.map_err(|why| {
            let schema = self.offer.info.input_schema.to_string();
            let takes = if schema.len() <= 4_000 { format!(" It takes: {schema}") } else { String::new() };
            let name = &self.offer.info.name;
            // The schema is the server's.
            ToolError::bad_arguments(format!(
                "{name} was not called: {why}. Mend the arguments and call it again.{takes}"
            ))
        })
    }

    async fn call(&self, context: &ToolContext, arguments: Value) -> Result<ToolOutput, ToolError> {
        let arguments = read_arguments(&arguments).map_err(ToolError::bad_arguments)?;
        if self.offer.info.effect == Effect::Write {
            self.check_approval(context).await?;
        }
        let pool = self.app.mcp();
        let ready = pool
            .ready(&self.app, &self.offer.server, context.user)
            .await
            .map_err(|error| internal(&error))?;
        let ready = ready.map_err(|error| self.failed(&error))?;
        self.check_still(&ready.server)?;
        let definition = &self.offer.known.definition;
        let now = ready.tools.iter().find(|known| known.definition.name == definition.name);
        if now.is_none_or(|now| now.definition.fingerprint != definition.fingerprint) {
            return Err(self.is_another_now());
        }
        let call = Call {
            tool: &definition.name,
            arguments,
            idempotency_key: &context.idempotency_key,
            patience: pool.patience(),
        };
        let progress = context.progress.clone();
        let called = ready.connection.call(call, &move |line| progress.say(line)).await;
        match called {
            Ok(result) => self.output(result),
            Err(error) => {
                if let Err(error) = pool.broke(&self.app, ready, context.user, &error).await {
                    tracing::warn!(%error, "what happened to an MCP server could not be noted");
                }
                Err(self.failed(&error))
            }
        }
    }
}

/// Arguments as models write them.
fn read_arguments(arguments: &Value) -> Result<Map<String, Value>, String> {
    match arguments {
        Value::Null => Ok(Map::new()),
        Value::Object(fields) => Ok(fields.clone()),
        // Some models write the object as text.
        Value::String(text) => {
            serde_json::from_str(text).map_err(|_| "the arguments are no JSON object".to_owned())
        }
        _ => Err("the arguments are no JSON object".to_owned()),
    }
}

/// Whether what the schema asks for is there, of the kind it asks for. The rest the server checks.
fn fits(schema: &Value, fields: &Map<String, Value>) -> Result<(), String> {
    let required = schema.get("required").and_then(Value::as_array).into_iter().flatten();
    for name in required.filter_map(Value::as_str) {
        if !fields.contains_key(name) {
            return Err(format!("`{name}` is missing"));
        }
    }
    for (name, value) in fields {
        let field = schema.get("properties").and_then(|properties| properties.get(name));
        let Some(kind) = field.and_then(|field| field.get("type")).and_then(Value::as_str) else { continue };
        let ok = match kind {
            "string" => value.is_string(),
            "boolean" => value.is_boolean(),
            "integer" => value.is_i64() || value.is_u64() || value.as_f64().is_some_and(|n| n.fract() == 0.0),
            "number" => value.is_number(),
            "array" => value.is_array(),
            "object" => value.is_object(),
            _ => true,
        };
        if !ok && !value.is_null() {
            return Err(format!("`{name}` is no {kind}"));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arguments_are_checked_as_far_as_the_schema_is_plain() {
        let schema = json!({ "type": "object", "required": ["text"], "properties": {
            "text": { "type": "string" }, "count": { "type": "integer" }, "any": {}, "list": { "type": "array" } } });
        let check = |value: Value| read_arguments(&value).and_then(|fields| fits(&schema, &fields));
        for good in [
            json!({ "text": "a" }),
            json!({ "text": "a", "count": 3, "any": [1], "other": {} }),
            json!({ "text": "a", "count": 3.0, "list": [] }),
            json!({ "text": "a", "count": null }),
            json!("{\"text\":\"a\"}"),
        ] {
            assert_eq!(check(good.clone()), Ok(()), "{good}");
        }
        for (bad, why) in [
            (json!(null), "`text` is missing"),
            (json!({}), "`text` is missing"),
            (json!({ "text": 7 }), "`text` is no string"),
            (json!({ "text": "a", "count": 1.5 }), "`count` is no integer"),
            (json!({ "text": "a", "list": "b" }), "`list` is no array"),
            (json!([1]), "no JSON object"),
            (json!("text"), "no JSON object"),
        ] {
            assert!(check(bad.clone()).unwrap_err().contains(why), "{bad}");
        }
    }
}
