//! Agents made and changed by administrators.

use std::collections::HashSet;

use kuma_store::{Agent, AgentPatch, NewAgent, NewAudit, StoreError, User};
use serde_json::{Value, json};

use super::DEFAULT;
use crate::App;
use crate::error::{AppError, ErrorKind, FieldErrors, Result};

/// Longest name, in characters.
const NAME_MAX: usize = 40;
/// Longest display name, in characters.
const DISPLAY_NAME_MAX: usize = 60;
/// Longest description, in characters.
const DESCRIPTION_MAX: usize = 400;
/// Longest system prompt, in bytes.
const PROMPT_MAX_BYTES: usize = 32 * 1024;
/// The highest temperature.
const HOTTEST: f32 = 2.0;

/// An agent to be made.
#[derive(Debug, Default)]
pub struct AgentWish {
    /// The word in the API.
    pub name: String,
    /// For people.
    pub display_name: String,
    /// What it is good for: people and other agents choose it by this.
    pub description: String,
    /// Its instructions.
    pub system_prompt: String,
    /// `provider/model`; none or empty: the default one.
    pub model: Option<String>,
    /// 0 to 2; none: the model's own.
    pub temperature: Option<f32>,
    /// The names of its tools.
    pub tools: Vec<String>,
    /// Whether it can be chosen.
    pub is_active: bool,
}

/// What to change; none leaves it.
#[derive(Debug, Default)]
pub struct AgentChange {
    /// For people.
    pub display_name: Option<String>,
    /// What it is good for.
    pub description: Option<String>,
    /// Its instructions.
    pub system_prompt: Option<String>,
    /// Another model; none inside, or an empty text: the default one.
    pub model: Option<Option<String>>,
    /// Another temperature; none inside: the model's own.
    pub temperature: Option<Option<f32>>,
    /// Other tools, in place of all it has.
    pub tools: Option<Vec<String>>,
    /// Whether it can be chosen.
    pub is_active: Option<bool>,
}

/// All agents, those too that cannot be chosen.
pub async fn all(app: &App) -> Result<Vec<Agent>> {
    Ok(app.store().agents().list_all().await?)
}

/// One of them.
pub async fn get(app: &App, name: &str) -> Result<Agent> {
    named(app, name).await?.ok_or_else(missing)
}

/// The agent of that name, if it is a name at all: what is none never gets to the database.
pub(crate) async fn named(app: &App, name: &str) -> Result<Option<Agent>> {
    if is_name(name) { Ok(app.store().agents().by_name(name).await?) } else { Ok(None) }
}

/// Makes an agent.
pub async fn create(app: &App, admin: &User, wish: AgentWish) -> Result<Agent> {
    let mut errors = FieldErrors::default();
    check_name(&wish.name, &mut errors);
    let display_name = line("displayName", &wish.display_name, DISPLAY_NAME_MAX, &mut errors);
    let description = line("description", &wish.description, DESCRIPTION_MAX, &mut errors);
    check_prompt(&wish.system_prompt, &mut errors);
    let model = wish.model.filter(|id| !id.is_empty());
    check_model(app, model.as_deref(), &mut errors);
    check_temperature(wish.temperature, &mut errors);
    let tools = checked_tools(app, wish.tools, &[], &mut errors);
    errors.finish()?;
    let new = NewAgent {
        name: wish.name,
        display_name,
        description,
        system_prompt: wish.system_prompt,
        model,
        temperature: wish.temperature,
        tools,
        is_active: wish.is_active,
    };
    let agent = app.store().agents().create(new).await.map_err(|error| match error {
        StoreError::Conflict(_) => AppError::new(
            ErrorKind::Conflict,
            "agent_name_taken",
            "There is an agent of this name already. Choose another name.",
        ),
        error => error.into(),
    })?;
    audit(app, admin, "agent.created", &agent.name, json!({ "tools": agent.tools, "model": agent.model }))
        .await?;
    Ok(agent)
}

/// Changes an agent. Runs that are under way go on as they began.
pub async fn update(app: &App, admin: &User, name: &str, change: AgentChange) -> Result<Agent> {
    let agent = get(app, name).await?;
    let mut errors = FieldErrors::default();
    let display_name =
        change.display_name.map(|text| line("displayName", &text, DISPLAY_NAME_MAX, &mut errors));
    let description = change.description.map(|text| line("description", &text, DESCRIPTION_MAX, &mut errors));
    if let Some(prompt) = &change.system_prompt {
        check_prompt(prompt, &mut errors);
    }
    let model = change.model.map(|model| model.filter(|id| !id.is_empty()));
    // A model that is away for a while can stay.
    if let Some(model) = model.as_ref().filter(|model| **model != agent.model) {
        check_model(app, model.as_deref(), &mut errors);
    }
    check_temperature(change.temperature.flatten(), &mut errors);
    let tools = change.tools.map(|tools| checked_tools(app, tools, &agent.tools, &mut errors));
    errors.finish()?;
    if agent.name == DEFAULT && change.is_active == Some(false) {
        return Err(default_stays("It answers where nobody chose an agent, so it cannot be switched off."));
    }
    let patch = AgentPatch {
        display_name,
        description,
        system_prompt: change.system_prompt,
        model,
        temperature: change.temperature,
        tools,
        is_active: change.is_active,
    };
    let changed = changed_fields(&patch);
    let agent = app.store().agents().update(name, patch).await.map_err(agent_error)?;
    audit(app, admin, "agent.changed", name, json!({ "fields": changed })).await?;
    Ok(agent)
}

/// Removes an agent; its chats go on with the default one.
pub async fn delete(app: &App, admin: &User, name: &str) -> Result<()> {
    if name == DEFAULT {
        return Err(default_stays("It answers where nobody chose an agent, so it cannot be deleted."));
    }
    if !is_name(name) {
        return Err(missing());
    }
    app.store().agents().delete(name, DEFAULT).await.map_err(agent_error)?;
    audit(app, admin, "agent.deleted", name, json!({})).await
}

fn missing() -> AppError {
    AppError::new(ErrorKind::NotFound, "not_found", "There is no agent of this name.")
}

fn agent_error(error: StoreError) -> AppError {
    match error {
        StoreError::NotFound => missing(),
        error => error.into(),
    }
}

fn default_stays(why: &str) -> AppError {
    AppError::new(ErrorKind::Conflict, "default_agent", format!("This is the default agent. {why}"))
}

fn changed_fields(patch: &AgentPatch) -> Vec<&'static str> {
    [
        ("displayName", patch.display_name.is_some()),
        ("description", patch.description.is_some()),
        ("systemPrompt", patch.system_prompt.is_some()),
        ("model", patch.model.is_some()),
        ("temperature", patch.temperature.is_some()),
        ("tools", patch.tools.is_some()),
        ("isActive", patch.is_active.is_some()),
    ]
    .into_iter()
    .filter_map(|(field, changed)| changed.then_some(field))
    .collect()
}

/// Names are words in addresses, in `model` of the OpenAI-compatible API and in calls of `delegate`.
fn is_name(name: &str) -> bool {
    let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_' || c == '-';
    let begins = name.chars().next().is_some_and(|c| c.is_ascii_lowercase());
    begins && name.len() <= NAME_MAX && name.chars().all(fits)
}

fn check_name(name: &str, errors: &mut FieldErrors) {
    if !is_name(name) {
        errors.add(
            "name",
            format!("A name has 1 to {NAME_MAX} small letters, digits, - and _, and begins with a letter."),
        );
    }
}

fn line(field: &str, text: &str, most: usize, errors: &mut FieldErrors) -> String {
    let text = text.trim();
    if text.is_empty() {
        errors.add(field, "This cannot be empty.");
    } else if text.chars().count() > most {
        errors.add(field, format!("At most {most} characters."));
    } else if text.chars().any(char::is_control) {
        errors.add(field, "This is one line of text.");
    }
    text.to_owned()
}

fn check_prompt(prompt: &str, errors: &mut FieldErrors) {
    if prompt.trim().is_empty() {
        errors.add("systemPrompt", "Write what the agent is to do.");
    } else if prompt.len() > PROMPT_MAX_BYTES {
        errors.add("systemPrompt", format!("Instructions take at most {} KiB.", PROMPT_MAX_BYTES / 1024));
    } else if prompt.contains('\0') {
        errors.add("systemPrompt", "Instructions cannot contain the NUL character.");
    }
}

fn check_model(app: &App, model: Option<&str>, errors: &mut FieldErrors) {
    if let Some(id) = model
        && (id.chars().any(char::is_control) || app.models().resolve(id).is_none())
    {
        errors.add("model", format!("There is no model {id:?}. GET /api/models lists them."));
    }
}

fn check_temperature(temperature: Option<f32>, errors: &mut FieldErrors) {
    if temperature.is_some_and(|value| !(0.0..=HOTTEST).contains(&value)) {
        errors.add("temperature", format!("A temperature is a number from 0 to {HOTTEST}."));
    }
}

/// Each once, in the order given. What the agent has already may stay although it is not there now.
fn checked_tools(app: &App, tools: Vec<String>, had: &[String], errors: &mut FieldErrors) -> Vec<String> {
    let mut seen = HashSet::new();
    let mut checked = Vec::with_capacity(tools.len());
    for tool in tools {
        if crate::tools::by_name(app, &tool).is_none() && !had.contains(&tool) {
            errors.add("tools", format!("There is no tool {tool:?}. GET /api/tools lists them."));
        } else if seen.insert(tool.clone()) {
            checked.push(tool);
        }
    }
    checked
}

async fn audit(app: &App, admin: &User, action: &str, agent: &str, details: Value) -> Result<()> {
    let entry = NewAudit {
        user_id: Some(admin.id),
        action: action.to_owned(),
        subject: Some(agent.to_owned()),
        details,
    };
    Ok(app.store().audit().add(entry).await?)
}
