//! Tools that an administrator has switched off for everybody.

use kuma_agent::tool::{Requirement, Tool, ToolInfo};
use kuma_store::{NewAudit, ToolRow, User};
use serde_json::json;

use crate::App;
use crate::error::{AppError, Result};

/// What people and models are told of such a tool.
pub(super) const OFF: &str = "An administrator of this server has switched this tool off.";

/// A tool, and whether it is on.
#[derive(Clone, Debug)]
pub struct SwitchState {
    /// What it is.
    pub info: ToolInfo,
    /// Whether anybody can use it.
    pub is_active: bool,
}

/// Every tool of this server.
pub async fn switches(app: &App) -> Result<Vec<SwitchState>> {
    let off = app.store().tools().switched_off().await?;
    let state = |info: &ToolInfo| SwitchState { info: info.clone(), is_active: !off.contains(&info.name) };
    Ok(app.tools().iter().map(|tool| state(tool.info())).collect())
}

/// Switches a tool on or off. Calls that are under way come to their end; a run that waits for an
/// approval of it is told that it is not available.
pub async fn switch(app: &App, admin: &User, name: &str, is_active: bool) -> Result<SwitchState> {
    let tool: &dyn Tool = &**super::by_name(app, name).ok_or_else(|| AppError::not_found("tool"))?;
    let info = tool.info().clone();
    app.store()
        .tools()
        .put(ToolRow {
            name: info.name.clone(),
            category: json!(info.category).as_str().unwrap_or_default().to_owned(),
            display_name: info.display_name.clone(),
            description: info.description.clone(),
            requires_auth: matches!(info.requires, Some(Requirement::App(_))),
            is_active,
        })
        .await?;
    let entry = NewAudit {
        user_id: Some(admin.id),
        action: if is_active { "tool.switched_on" } else { "tool.switched_off" }.to_owned(),
        subject: Some(info.name.clone()),
        details: json!({}),
    };
    app.store().audit().add(entry).await?;
    Ok(SwitchState { info, is_active })
}
