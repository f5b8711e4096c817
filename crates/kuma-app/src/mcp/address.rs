//! Where an MCP server is: an address with headers, or a program with variables. What of it may be secret is sealed.

use std::collections::BTreeMap;

use kuma_mcp::Connector;
use kuma_store::{McpAddress, McpServer};
use url::Url;
use uuid::Uuid;

use super::secrets;
use super::servers::{MANY, TEXT};
use crate::App;
use crate::error::{FieldErrors, Result};

/// What is to change about where a server is.
pub(super) struct AddressPatch {
    pub(super) url: Option<String>,
    pub(super) headers: BTreeMap<String, Option<String>>,
    pub(super) command: Option<String>,
    pub(super) args: Option<Vec<String>>,
    pub(super) env: BTreeMap<String, Option<String>>,
}

/// Makes the change, as far as there is nothing wrong with it. A server does not change its kind.
pub(super) fn change_address(
    app: &App,
    server: &mut McpServer,
    patch: AddressPatch,
    errors: &mut FieldErrors,
) -> Result<()> {
    let before = server.address.clone();
    match &mut server.address {
        McpAddress::Http { url, headers } => {
            if let Some(new) = patch.url {
                match app.mcp().connector().check(&new) {
                    Ok(checked) if new.len() <= TEXT => *url = checked.into(),
                    Ok(_) => errors.add("url", "This address is too long."),
                    Err(_) if new.trim().is_empty() => errors.add("url", "Give the address of the server."),
                    Err(refusal) => errors.add("url", refusal.to_string()),
                }
            }
            if let McpAddress::Http { url: old, .. } = &before
                && origin(old) != origin(url)
            {
                // A secret that was given for one server is not sent to another.
                headers.clear();
            }
            let change = Change { app, server: server.id, place: "headers", check: Connector::check_header };
            change.all(headers, patch.headers, "a header that can be set", errors)?;
        }
        McpAddress::Stdio { command, args, env } => {
            if let Some(new) = patch.command {
                if new.trim().is_empty() || new.len() > TEXT || new.contains('\0') {
                    errors.add("command", "Give the program that is to be run, such as npx.");
                }
                new.trim().clone_into(command);
            }
            if let Some(new) = patch.args {
                if new.len() > MANY || new.iter().any(|arg| arg.len() > TEXT || arg.contains('\0')) {
                    errors.add("args", format!("At most {MANY} arguments of at most {TEXT} bytes."));
                }
                *args = new;
            }
            let check = |name: &str, value: &str| {
                let plain = |c: char| c.is_ascii_alphanumeric() || c == '_';
                !name.is_empty() && name.chars().all(plain) && !value.contains('\0')
            };
            let change = Change { app, server: server.id, place: "env", check };
            change.all(env, patch.env, "the name of a variable", errors)?;
        }
    }
    Ok(())
}

struct Change<'a> {
    app: &'a App,
    server: Uuid,
    place: &'static str,
    check: fn(&str, &str) -> bool,
}

impl Change<'_> {
    fn all(
        &self,
        kept: &mut BTreeMap<String, String>,
        patch: BTreeMap<String, Option<String>>,
        what: &str,
        errors: &mut FieldErrors,
    ) -> Result<()> {
        for (name, value) in patch {
            let Some(value) = value else {
                kept.remove(&name);
                continue;
            };
            if name.len() > 200 || value.len() > TEXT || !(self.check)(&name, &value) {
                let shown: String = name.chars().take(60).collect();
                errors.add(self.place, format!("“{shown}” is not {what}, or its value is not one."));
                continue;
            }
            let sealed = secrets::seal(self.app, self.server, self.place, &name, &value)?;
            kept.insert(name, sealed);
        }
        if kept.len() > MANY {
            errors.add(self.place, format!("At most {MANY}."));
        }
        Ok(())
    }
}

/// Scheme, host and port.
pub(super) fn origin(url: &str) -> Option<url::Origin> {
    Url::parse(url).ok().map(|url| url.origin())
}

/// Whether another server is meant now.
pub(super) fn elsewhere(before: &McpAddress, after: &McpAddress) -> bool {
    match (before, after) {
        (McpAddress::Http { url: before, .. }, McpAddress::Http { url: after, .. }) => before != after,
        (McpAddress::Stdio { command: before, .. }, McpAddress::Stdio { command: after, .. }) => {
            before != after
        }
        _ => true,
    }
}
