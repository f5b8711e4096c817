//! The queries that the two databases write differently: finding text ([`vectors`]: finding meaning).
//!
//! Three or more characters are found anywhere in titles and messages through trigram indexes
//! (FTS5 on SQLite, pg_trgm on PostgreSQL). Fewer have no trigram: they are looked for in all
//! titles, and in the messages of the chats that were active last. What is searched for is plain
//! text; nothing in it is a wildcard or an operator. An answer is found once it is finished.
//!
//! Passages of documents are found by [`words`], ranked by [`ranking`], and by [`vectors`].

pub(crate) mod ranking;
pub(crate) mod vectors;
pub(crate) mod words;

use std::collections::BTreeSet;

use kuma_types::UserId;
use sea_orm::Value;

use crate::db::Backend;

/// How many chats a search for one or two characters reads the messages of.
const SHORT_SEARCH_CHATS: u32 = 200;

/// Values bound to a statement that is being written.
#[derive(Debug, Default)]
pub(crate) struct Bound(pub(crate) Vec<Value>);

impl Bound {
    /// Binds a value and gives the placeholder to write for it.
    pub(crate) fn add(&mut self, value: impl Into<Value>) -> String {
        self.0.push(value.into());
        format!("${}", self.0.len())
    }
}

/// What is looked for, without what no text can have; `None` when nothing is left.
pub(crate) fn wanted(query: &str) -> Option<String> {
    // PostgreSQL's text cannot hold NUL, so none is ever stored.
    let text = query.replace('\0', "");
    let text = text.trim();
    (!text.is_empty()).then(|| text.to_owned())
}

/// The condition that the chat `c` of `owner` has `text` in its title or in a message.
pub(crate) fn chat_matches(backend: Backend, owner: UserId, text: &str, bound: &mut Bound) -> String {
    if text.chars().nth(2).is_none() {
        return short(backend, owner, text, bound);
    }
    match backend {
        // The `+` keeps SQLite from beginning with what was found and sorting all of it: the chats
        // are read in the order of the list until the page is full. CROSS JOIN keeps the full-text
        // table first: left alone, SQLite may begin with all messages.
        Backend::Sqlite => {
            let phrase = bound.add(format!("\"{}\"", text.replace('"', "\"\"")));
            format!(
                "(+c.row_id IN (SELECT rowid FROM chats_fts WHERE chats_fts MATCH {phrase}) \
                 OR +c.id IN (SELECT m.chat_id FROM messages_fts f CROSS JOIN messages m ON m.row_id = f.rowid \
                 WHERE messages_fts MATCH {phrase}))"
            )
        }
        Backend::Postgres => {
            let pattern = bound.add(pattern(text));
            format!(
                "c.id IN (SELECT t.id FROM chats t WHERE t.title ILIKE {pattern} \
                 UNION SELECT m.chat_id FROM messages m \
                 WHERE m.status <> 'streaming' AND m.content ILIKE {pattern})"
            )
        }
    }
}

/// One or two characters. SQLite's LIKE, and PostgreSQL's ILIKE in some locales, know no case beyond
/// a-z, so every spelling of other letters in capitals and small ones is asked for.
fn short(backend: Backend, owner: UserId, text: &str, bound: &mut Bound) -> String {
    let like = match backend {
        Backend::Sqlite => "LIKE",
        Backend::Postgres => "ILIKE",
    };
    let spellings: Vec<String> = spellings(text).iter().map(|text| bound.add(pattern(text))).collect();
    let in_column = |column: &str| {
        let likes: Vec<String> =
            spellings.iter().map(|pattern| format!("{column} {like} {pattern} ESCAPE '\\'")).collect();
        format!("({})", likes.join(" OR "))
    };
    let owner = bound.add(owner.0);
    format!(
        "({} OR c.id IN (SELECT m.chat_id FROM messages m WHERE m.status <> 'streaming' \
         AND m.chat_id IN (SELECT r.id FROM chats r WHERE r.user_id = {owner} \
         ORDER BY r.updated_at DESC, r.id DESC LIMIT {SHORT_SEARCH_CHATS}) AND {}))",
        in_column("c.title"),
        in_column("m.content"),
    )
}

/// The condition that one of the columns has `text`, of any length. Without an index: for what one
/// person has.
pub(crate) fn contains(backend: Backend, columns: &[&str], text: &str, bound: &mut Bound) -> String {
    let like = match backend {
        Backend::Sqlite => "LIKE",
        Backend::Postgres => "ILIKE",
    };
    let foreign = text.chars().filter(|letter| !letter.is_ascii()).count();
    let forms = if foreign <= 5 {
        spellings(text)
    } else {
        BTreeSet::from([text.to_owned(), text.to_lowercase(), text.to_uppercase()])
    };
    let forms: Vec<String> = forms.iter().map(|text| bound.add(pattern(text))).collect();
    let each = columns
        .iter()
        .flat_map(|column| forms.iter().map(move |form| format!("{column} {like} {form} ESCAPE '\\'")));
    format!("({})", each.collect::<Vec<_>>().join(" OR "))
}

/// Every way to write `text` with each letter beyond a-z small or capital.
fn spellings(text: &str) -> BTreeSet<String> {
    text.chars().fold(BTreeSet::from([String::new()]), |starts, letter| {
        let mut forms = BTreeSet::from([letter.to_string()]);
        if !letter.is_ascii() {
            forms.insert(letter.to_lowercase().to_string());
            forms.insert(letter.to_uppercase().to_string());
        }
        starts.iter().flat_map(|start| forms.iter().map(move |form| format!("{start}{form}"))).collect()
    })
}

/// A LIKE pattern that finds `text` anywhere and takes it as it is written.
fn pattern(text: &str) -> String {
    let mut pattern = String::with_capacity(text.len() + 2);
    pattern.push('%');
    for letter in text.chars() {
        if matches!(letter, '%' | '_' | '\\') {
            pattern.push('\\');
        }
        pattern.push(letter);
    }
    pattern.push('%');
    pattern
}

#[cfg(test)]
mod tests {
    use super::{pattern, spellings, wanted};

    #[test]
    fn wildcards_are_plain_text() {
        assert_eq!(pattern(r"50%_\"), r"%50\%\_\\%");
    }

    #[test]
    fn letters_beyond_ascii_are_spelled_in_both_cases() {
        assert_eq!(spellings("äÖ").len(), 4);
        let all: Vec<String> = spellings("ü1").into_iter().collect();
        assert_eq!(all, ["Ü1", "ü1"]);
        assert_eq!(spellings("aB").len(), 1);
        assert_eq!(spellings("漢").len(), 1);
    }

    #[test]
    fn nothing_to_look_for_is_no_search() {
        assert_eq!(wanted(" \0 \t"), None);
        assert_eq!(wanted(" a\0b "), Some("ab".to_owned()));
    }
}
