//! What is known of a server's tools, so that offering them needs no connection.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use kuma_mcp::Definition;
use kuma_store::{McpServer, StoreError};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::fmt::Write as _;

use crate::error::Result;

/// The longest name of a tool that every provider takes.
const LONGEST: usize = 64;
/// The longest part of a tool's name that stands for its server.
pub(super) const LONGEST_SLUG: usize = 24;

/// A tool as it was last listed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Known {
    /// What the server says of it.
    #[serde(flatten)]
    pub(super) definition: Definition,
    /// Since when it says so.
    pub(super) since: DateTime<Utc>,
}

/// The server's tools as they were last listed.
pub(super) fn of(server: &McpServer) -> Result<Vec<Known>> {
    let read = serde_json::from_value(server.tools.clone());
    Ok(read.map_err(|error| StoreError::Corrupt(error.to_string()))?)
}

/// What is known after the tools were listed again.
pub(super) fn renew(old: &[Known], listed: Vec<Definition>, now: DateTime<Utc>) -> Vec<Known> {
    let renewed = listed.into_iter().map(|definition| {
        let same = old.iter().find(|known| known.definition.fingerprint == definition.fingerprint);
        Known { since: same.map_or(now, |known| known.since), definition }
    });
    renewed.collect()
}

/// A server's part of its tools' names. Never holds two underscores in a row, so that no two pairs of server and
/// tool come to one name.
pub(super) fn slug(name: &str) -> String {
    let mut slug = String::new();
    for c in name.chars() {
        let c = if c.is_ascii_alphanumeric() || c == '-' { c } else { '_' };
        if c != '_' || !slug.ends_with('_') {
            slug.push(c);
        }
        if slug.len() == LONGEST_SLUG {
            break;
        }
    }
    let slug = slug.trim_matches('_');
    if slug.is_empty() { "server".to_owned() } else { slug.to_owned() }
}

/// The names under which models call a server's tools, in the order of the tools.
pub(super) fn names(slug: &str, tools: &[Known]) -> Vec<String> {
    let plain: Vec<String> = tools
        .iter()
        .map(|known| {
            known
                .definition
                .name
                .chars()
                .map(|c| if c.is_ascii_alphanumeric() || c == '-' || c == '_' { c } else { '_' })
                .collect()
        })
        .collect();
    let mut count: HashMap<&str, usize> = HashMap::new();
    for name in &plain {
        *count.entry(name).or_default() += 1;
    }
    let room = LONGEST.saturating_sub("mcp__".len() + slug.len() + "__".len());
    let named = plain.iter().zip(tools).map(|(plain, known)| {
        let own = &known.definition.name;
        let meets = count.get(plain.as_str()).is_some_and(|count| *count > 1) && plain != own;
        if plain.len() <= room && !meets {
            return format!("mcp__{slug}__{plain}");
        }
        // A name of its own that does not depend on which other tools there are.
        let mark = Sha256::digest(own).iter().take(4).fold(String::new(), |mut mark, byte| {
            // Writing into a string cannot fail.
            let _ = write!(mark, "{byte:02x}");
            mark
        });
        let start: String = plain.chars().take(room.saturating_sub(mark.len() + 1)).collect();
        format!("mcp__{slug}__{start}_{mark}")
    });
    named.collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    fn known(name: &str) -> Known {
        let definition = Definition {
            name: name.to_owned(),
            title: None,
            description: String::new(),
            input_schema: json!({}),
            read_only: false,
            fingerprint: format!("print of {name}"),
        };
        Known { definition, since: DateTime::UNIX_EPOCH }
    }

    #[test]
    fn names_are_what_the_contract_says() {
        assert_eq!(slug("notes"), "notes");
        assert_eq!(slug("My Notes (work)"), "My_Notes_work");
        assert_eq!(slug("日本"), "server");
        assert_eq!(slug("a__b"), "a_b");
        assert!(slug(&"x".repeat(99)).len() == LONGEST_SLUG);
        assert_eq!(
            names("notes", &[known("add"), known("get-it")]),
            ["mcp__notes__add", "mcp__notes__get-it"]
        );
    }

    #[test]
    fn a_definition_is_as_old_as_its_last_change() {
        let (then, now) = (DateTime::UNIX_EPOCH, Utc::now());
        let mut changed = known("b").definition;
        changed.fingerprint = "another".to_owned();
        let renewed = renew(
            &[known("a"), known("b")],
            vec![changed, known("a").definition, known("c").definition],
            now,
        );
        let since: Vec<_> =
            renewed.iter().map(|known| (known.definition.name.as_str(), known.since)).collect();
        assert_eq!(since, [("b", now), ("a", then), ("c", now)]);
    }

    proptest! {
        #[test]
        fn every_name_is_valid_and_one_tools_alone(
            server in ".{0,40}",
            tools in prop::collection::hash_set("[a-b/._ é-]{1,4}|.{1,90}", 1..12),
        ) {
            let slug = slug(&server);
            prop_assert!(!slug.contains("__") && !slug.starts_with('_') && !slug.ends_with('_'));
            let tools: Vec<Known> = tools.iter().map(|name| known(name)).collect();
            let named = names(&slug, &tools);
            let mut once = named.clone();
            once.sort();
            once.dedup();
            prop_assert_eq!(once.len(), named.len(), "{:?}", &named);
            for name in &named {
                prop_assert!(name.len() <= LONGEST && !name.is_empty());
                prop_assert!(name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-'));
            }
            // A tool's name does not depend on the order of the others.
            let reversed: Vec<Known> = tools.iter().rev().cloned().collect();
            let mut again = names(&slug, &reversed);
            again.reverse();
            prop_assert_eq!(again, named);
        }
    }
}
