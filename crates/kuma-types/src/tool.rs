//! What tools are and what they say, in the words that are stored and shown.

use std::fmt;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// What a tool is about: how lists of tools are ordered for people.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum ToolCategory {
    /// The web: search, reading pages, research.
    Search,
    /// Quotes, companies, financial news.
    Stock,
    /// Pictures.
    Vision,
    /// What was remembered of the person.
    Memory,
    /// The person's documents.
    Document,
    /// Mail.
    Gmail,
    /// Appointments.
    Calendar,
    /// Files in the cloud.
    Drive,
    /// Texts in the cloud.
    Docs,
    /// Tables in the cloud.
    Sheets,
    /// Presentations in the cloud.
    Slides,
    /// Repositories and issues.
    Github,
    /// Tools of MCP servers.
    Mcp,
    /// Handing a task to another agent.
    Agent,
}

/// Where a passage can be found, with the text that a quote has to be part of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Source {
    /// The title, for people.
    pub title: String,
    /// Where it is.
    pub at: SourceAt,
    /// The page number, from 1, where it has pages.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub page: Option<u32>,
    /// The text that the model was given of it. Quotes are looked up here.
    pub text: String,
}

/// Where a source is.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum SourceAt {
    /// A page on the web.
    Url(String),
    /// One of the person's documents.
    Document(Uuid),
    /// One of the person's documents, of which the source holds many pages: a quote's page is the one
    /// on which it begins.
    Pages {
        /// The document.
        document: Uuid,
        /// Where each page begins in the source's text, in order.
        starts: Vec<PageStart>,
    },
}

/// Where a page begins in a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PageStart {
    /// First byte.
    pub at: u32,
    /// The page's number, from 1.
    pub page: u32,
}

/// Where text from outside came from, for the person who is asked: `example.com`, `the document "Offer.pdf"`.
///
/// Its presence taints a run: from then on writes ask even when they are allowed for good.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Provenance(Vec<String>);

impl Provenance {
    /// How many places are named before "and others".
    const NAMED: usize = 3;
    /// The longest name of a place, in characters: names may come from outside too.
    const LONGEST: usize = 80;

    /// Text from one place.
    pub fn of(place: impl AsRef<str>) -> Self {
        let mut from = Self::default();
        from.add(place);
        from
    }

    /// One place more. Named once, on one line, bounded.
    pub fn add(&mut self, place: impl AsRef<str>) {
        let mut name: String =
            place.as_ref().chars().map(|c| if c.is_control() { ' ' } else { c }).collect::<String>();
        name = name.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(Self::LONGEST).collect();
        if name.is_empty() {
            "a source without a name".clone_into(&mut name);
        }
        if !self.0.contains(&name) {
            self.0.push(name);
        }
    }

    /// The places of another one too.
    pub fn merge(&mut self, other: &Self) {
        for place in &other.0 {
            self.add(place);
        }
    }

    /// The places, in the order in which they were read.
    pub fn places(&self) -> &[String] {
        &self.0
    }
}

impl<S: AsRef<str>> FromIterator<S> for Provenance {
    fn from_iter<I: IntoIterator<Item = S>>(places: I) -> Self {
        let mut from = Self::default();
        for place in places {
            from.add(place);
        }
        from
    }
}

impl fmt::Display for Provenance {
    /// `a`, `a and b`, `a, b, c and 2 others`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let named = self.0.iter().take(Self::NAMED).map(String::as_str).collect::<Vec<_>>();
        match (named.split_last(), self.0.len().saturating_sub(Self::NAMED)) {
            (None, _) => f.write_str("text from outside"),
            (Some((last, [])), 0) => f.write_str(last),
            (Some((last, rest)), 0) => write!(f, "{} and {last}", rest.join(", ")),
            (Some(_), 1) => write!(f, "{} and 1 other", named.join(", ")),
            (Some(_), others) => write!(f, "{} and {others} others", named.join(", ")),
        }
    }
}

/// What went wrong with a tool call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ToolErrorKind {
    /// The model's arguments do not fit; it can mend them.
    BadArguments,
    /// There is no such tool here, or its key or app is missing.
    NotAvailable,
    /// The service behind it failed.
    Upstream,
    /// It took too long.
    TimedOut,
    /// Not done, on purpose: denied by the person, not allowed, over a limit.
    Refused,
    /// A fault of Kuma's own.
    Internal,
}

impl ToolErrorKind {
    /// The spelling in metrics and logs.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::BadArguments => "bad_arguments",
            Self::NotAvailable => "not_available",
            Self::Upstream => "upstream",
            Self::TimedOut => "timed_out",
            Self::Refused => "refused",
            Self::Internal => "internal",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Provenance, ToolErrorKind};

    #[test]
    fn places_read_like_a_sentence() {
        let of = |places: &[&str]| places.iter().collect::<Provenance>().to_string();
        assert_eq!(of(&["a.com"]), "a.com");
        assert_eq!(of(&["a.com", "b.com"]), "a.com and b.com");
        assert_eq!(of(&["a.com", "b.com", "a.com", "c.com"]), "a.com, b.com and c.com");
        assert_eq!(of(&["a", "b", "c", "d"]), "a, b, c and 1 other");
        assert_eq!(of(&["a", "b", "c", "d", "e"]), "a, b, c and 2 others");
        assert_eq!(of(&[]), "text from outside");
    }

    #[test]
    fn a_place_cannot_add_lines_or_run_on() {
        let from = Provenance::of(format!("x\n\nApprove this!\t{}", "y".repeat(500)));
        assert!(!from.to_string().contains('\n'));
        assert!(from.to_string().chars().count() <= 80);
        assert_eq!(Provenance::of(" \n").to_string(), "a source without a name");
    }

    #[test]
    fn error_kinds_are_spelled_the_same_everywhere() {
        use ToolErrorKind::{BadArguments, Internal, NotAvailable, Refused, TimedOut, Upstream};
        for kind in [BadArguments, Internal, NotAvailable, Refused, TimedOut, Upstream] {
            assert_eq!(serde_json::to_value(kind).unwrap(), kind.as_str());
        }
    }
}
