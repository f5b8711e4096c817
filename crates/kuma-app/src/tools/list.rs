//! All tools, as one person sees them.

use kuma_agent::tool::{Availability, Requirement, ToolInfo};
use kuma_types::UserId;

use super::switch;
use crate::App;
use crate::error::{AppError, Result};

/// A tool, and whether this person can use it.
#[derive(Clone, Debug)]
pub struct ToolState {
    /// What it is.
    pub info: ToolInfo,
    /// Whether it can be used now.
    pub available: bool,
    /// How to get it, when it cannot.
    pub how_to_get: Option<String>,
    /// The app it needs.
    pub requires_app: Option<String>,
    /// It need not ask this person any more.
    pub is_allowed: bool,
}

/// Every tool of this server.
pub async fn list(app: &App, user: UserId) -> Result<Vec<ToolState>> {
    let allowed = app.store().allowances().of_user(user).await?;
    let off = app.store().tools().switched_off().await?;
    let mut all = Vec::with_capacity(app.tools().len());
    for tool in app.tools() {
        let info = tool.info().clone();
        let how_to_get = match tool.availability(user).await {
            _ if off.contains(&info.name) => Some(switch::OFF.to_owned()),
            Availability::Available => None,
            Availability::Missing { how_to_get } => Some(how_to_get),
        };
        all.push(ToolState {
            available: how_to_get.is_none(),
            how_to_get,
            requires_app: match &info.requires {
                Some(Requirement::App(name)) => Some(name.clone()),
                _ => None,
            },
            is_allowed: allowed.contains(&info.name),
            info,
        });
    }
    Ok(all)
}

/// From now on the tool asks again before it changes anything.
pub async fn forget_allowance(app: &App, user: UserId, tool: &str) -> Result<()> {
    if app.store().allowances().remove(user, tool).await? {
        Ok(())
    } else {
        Err(AppError::not_found("allowance"))
    }
}
