//! Steering the default reply from inside the message, so that a browser test decides by what it types.
//!
//! | in the last user message | the answer |
//! |---|---|
//! | `[markdown]` | rich Markdown: code, table, maths, mermaid, lists, a quotation, a link |
//! | `[long N]` | N deltas of plain text (default 400), rendered once and shared by all who ask for it |
//! | `[clock N]` | N deltas (default 400) that carry the moment they were sent (see `crate::clock`): for load tests |
//! | `[reasoning]` | reasoning before the text |
//! | `[multibyte]` | text in many scripts with cuts inside characters |
//! | `[tool NAME {json}]` | a call of tool NAME (default: the first on offer) with these arguments, in 3 fragments |
//! | `[parallel-tools]` | two calls at once, of the first two tools on offer |
//! | `[refuse]` | a refusal |
//! | `[length]` | an answer that stops at the token limit |
//! | `[empty]` | no text at all |
//! | `[error N]` | status N, always; `[error N times K]` only for the first K requests with this message; `after S` adds `Retry-After: S` (429 has 1 without it) |
//! | `[midstream-error]` | some text, then an error inside the stream (`[midstream-error N]`: of status N) |
//! | `[drop]` | some text, then the connection is cut |
//! | `[stall]` | some text, then nothing more |
//! | `[hang]` | no response head at all |
//! | `[slow]`, `[rate N]` | 20 or N deltas a second |
//! | `[gate ID]` | held by the gate ID of the control API |
//! | `[split N]` | at most N bytes a write |
//! | `[fact TEXT]`, `[fact N TEXT]` | nothing by itself: who looks for lasting facts is told this one, in place of memory N |
//!
//! Content keywords exclude each other (the first in this table wins); `[slow]`, `[rate]`, `[gate]` and `[split]` go with any.

use std::str::FromStr;

/// A keyword found in a text: `[name rest]`.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Keyword<'a> {
    pub name: &'a str,
    pub rest: &'a str,
}

const NAMES: &[&str] = &[
    "markdown",
    "long",
    "clock",
    "reasoning",
    "multibyte",
    "tool",
    "parallel-tools",
    "refuse",
    "length",
    "empty",
    "error",
    "midstream-error",
    "drop",
    "stall",
    "hang",
    "slow",
    "rate",
    "gate",
    "split",
    "fact",
];

/// The keywords in a text.
#[derive(Debug, Default)]
pub(crate) struct Keywords<'a>(Vec<Keyword<'a>>);

impl<'a> Keywords<'a> {
    pub(crate) fn find(text: &'a str) -> Self {
        Self(spans(text).into_iter().map(|(_, keyword)| keyword).collect())
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// What follows the keyword's name, trimmed; `None` if it is not there.
    pub(crate) fn get(&self, name: &str) -> Option<&'a str> {
        self.0.iter().find(|k| k.name == name).map(|k| k.rest)
    }

    /// What follows each of the keywords of that name.
    pub(crate) fn all(&self, name: &str) -> impl Iterator<Item = &'a str> {
        self.0.iter().filter(move |k| k.name == name).map(|k| k.rest)
    }

    pub(crate) fn has(&self, name: &str) -> bool {
        self.get(name).is_some()
    }

    /// The keyword's first argument as a number.
    pub(crate) fn number<T: FromStr>(&self, name: &str) -> Option<T> {
        self.get(name)?.split_whitespace().next()?.parse().ok()
    }

    /// The number after `word` among the keyword's arguments.
    pub(crate) fn named<T: FromStr>(&self, name: &str, word: &str) -> Option<T> {
        let mut parts = self.get(name)?.split_whitespace();
        parts.find(|p| *p == word)?;
        parts.next()?.parse().ok()
    }
}

/// The text without its keywords.
pub(crate) fn strip(text: &str) -> String {
    let mut out = text.to_owned();
    for ((from, to), _) in spans(text).into_iter().rev() {
        out.replace_range(from..to, "");
    }
    out.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn spans(text: &str) -> Vec<((usize, usize), Keyword<'_>)> {
    let mut found = Vec::new();
    let mut from = 0;
    while let Some(start) = text.get(from..).and_then(|t| t.find('[')).map(|i| from + i) {
        from = start + 1;
        let Some(inside) = text.get(from..) else { break };
        let Some(name) = NAMES.iter().copied().filter(|n| named(inside, n)).max_by_key(|n| n.len()) else {
            continue;
        };
        let Some(rest) = inside.get(name.len()..) else { continue };
        if let Some(end) = closing(rest) {
            let argument = rest.get(..end).unwrap_or_default().trim();
            from += name.len() + end + 1;
            found.push(((start, from), Keyword { name, rest: argument }));
        }
    }
    found
}

fn named(inside: &str, name: &str) -> bool {
    inside.strip_prefix(name).is_some_and(|rest| rest.starts_with([']', ' ']))
}

/// Where the keyword's `]` is; brackets inside JSON do not count.
fn closing(rest: &str) -> Option<usize> {
    let (mut depth, mut quoted, mut escaped) = (0_usize, false, false);
    for (at, c) in rest.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' if quoted => escaped = true,
            '"' => quoted = !quoted,
            '{' | '[' if !quoted => depth += 1,
            '}' if !quoted => depth = depth.saturating_sub(1),
            ']' if !quoted && depth == 0 => return Some(at),
            ']' if !quoted => depth -= 1,
            '\n' if !quoted && depth == 0 => return None,
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_keywords_and_their_arguments() {
        let text =
            r#"hi [slow] [tool weather {"city":["a]b"]}] [error 503 times 2 after 7] [nonsense] [toolbox]"#;
        let found = Keywords::find(text);
        assert_eq!(found.0.len(), 3);
        assert_eq!(found.get("tool"), Some(r#"weather {"city":["a]b"]}"#));
        assert_eq!(found.number("error"), Some(503));
        assert_eq!(found.named("error", "times"), Some(2));
        assert_eq!(found.named("error", "after"), Some(7));
        assert_eq!(strip(text), "hi [nonsense] [toolbox]");
    }
}
