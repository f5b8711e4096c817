//! Reading a page of the web as text that a model can use.
//!
//! [`Pages`] fetches through the guarded client, within limits of size and time, finds out what came (HTML, PDF, text,
//! JSON) and makes text of it. HTML and PDF are made text of in a process of its own ([`worker`]), because a hostile
//! page can exhaust stack, memory and time of whoever reads it.

mod charset;
pub(crate) mod child;
mod fetch;
mod html;
mod pdf;
mod robots;
pub mod worker;

use std::sync::Arc;

use async_trait::async_trait;
use bytes::Bytes;
use kuma_net::{ClientError, FetchError, GuardOptions, GuardedClient, USER_AGENT};
use moka::future::Cache;
use serde::{Deserialize, Serialize};
use url::Url;

use crate::settings::PageSettings;
use child::ChildReader;
use fetch::Body;
use robots::Robots;

/// The bytes of all remembered pages together.
const REMEMBERED_BYTES: u64 = 48 * 1024 * 1024;

/// What a page is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum PageKind {
    /// A web page; its text is Markdown.
    Html,
    /// A PDF file; `[Page n]` stands before the text of each page.
    Pdf,
    /// Any other text, as it is.
    Text,
    /// JSON, as it is.
    Json,
}

/// What could be read out of HTML or PDF.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Extracted {
    /// Its title; empty when it has none.
    pub title: String,
    /// Who wrote it.
    pub byline: Option<String>,
    /// When, as the page writes it.
    pub published_at: Option<String>,
    /// The name of the site.
    pub site: Option<String>,
    /// Its language, as the page writes it.
    pub language: Option<String>,
    /// The text.
    pub text: String,
    /// How many pages a PDF has.
    pub pages: Option<u32>,
    /// Whether something was left out because there was too much.
    pub partial: bool,
}

/// A page that was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page {
    /// Where it was at last, after redirects.
    pub url: String,
    /// What it is made of.
    pub kind: PageKind,
    /// What was read.
    pub content: Extracted,
}

/// Makes text of what was fetched. The real one is a child process; it is a port so that another reader can take its
/// place.
#[async_trait]
pub trait ReadPage: Send + Sync {
    /// Reads HTML in UTF-8; `base` is where it came from.
    async fn html(&self, base: &Url, html: Bytes) -> Result<Extracted, ReadError>;

    /// Reads a PDF file.
    async fn pdf(&self, file: Bytes) -> Result<Extracted, ReadError>;
}

/// No text could be made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReadError {
    /// It took too long, or too much memory, or the reader broke on it.
    #[error("It is built in a way that cannot be read within the limits of memory and time.")]
    TooHard,
    /// There is a password on it.
    #[error("It is protected by a password.")]
    Encrypted,
    /// It is not what it says it is.
    #[error("It is damaged.")]
    Damaged,
    /// It has no text: a scan, or a page that scripts make.
    #[error("There is no text in it: it may be a scan, or a page that only shows its text in a browser.")]
    NoText,
    /// The reader could not be started: a fault of this server.
    #[error("The program that reads pages could not be started on this server. The server's log says why.")]
    NoReader,
}

/// A page that could not be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PageError {
    /// It was not fetched.
    #[error("{0}")]
    Fetch(String),
    /// The guard refused the address.
    #[error("{0}")]
    Refused(String),
    /// The site asks programs to leave it alone.
    #[error("{0} asks programs not to read this page (robots.txt).")]
    Disallowed(String),
    /// The site answered with an error.
    #[error("{host} answered with status {status}: {}", meaning(*.status))]
    Status {
        /// Who.
        host: String,
        /// What.
        status: u16,
    },
    /// What is there is no text.
    #[error("What is at this address is {kind}, of which no text can be read.")]
    NotText {
        /// The content type.
        kind: String,
    },
    /// The file is too large.
    #[error("The file is larger than {most_mb} MB, which is the most that is read.")]
    TooLarge {
        /// The limit.
        most_mb: usize,
    },
    /// No text could be made of it.
    #[error("The page was fetched, but not read. {0}")]
    Read(ReadError),
}

fn meaning(status: u16) -> &'static str {
    match status {
        401 | 403 => "it does not let Kuma read this page; it may need a login",
        404 | 410 => "there is no such page",
        429 => "it is asked too often; try again later",
        451 => "it may not show this page for legal reasons",
        500.. => "it has trouble on its side; try again later",
        _ => "the page cannot be had",
    }
}

impl PageError {
    /// Whether all words are Kuma's own; the content type is the site's.
    pub(crate) fn is_in_own_words(&self) -> bool {
        !matches!(self, Self::NotText { .. })
    }
}

impl From<FetchError> for PageError {
    fn from(error: FetchError) -> Self {
        match error {
            FetchError::Refused(refusal) => Self::Refused(refusal.to_string()),
            other => Self::Fetch(other.to_string()),
        }
    }
}

/// Pages as tools read them. Clones share connections and memory.
#[derive(Clone)]
pub struct Pages {
    client: GuardedClient,
    robots: Robots,
    reader: Arc<dyn ReadPage>,
    settings: Arc<PageSettings>,
    remembered: Cache<String, Arc<Page>>,
}

impl Pages {
    /// With the real network and the real reader.
    pub fn new(settings: PageSettings) -> Result<Self, ClientError> {
        let options = GuardOptions { allow: settings.allow_private.clone(), ..GuardOptions::default() };
        Self::with(settings, options)
    }

    /// With other ways to look names up; the allow list of the options counts.
    pub fn with(settings: PageSettings, options: GuardOptions) -> Result<Self, ClientError> {
        let user_agent = user_agent(settings.contact.as_deref());
        let client = GuardedClient::new(GuardOptions { user_agent, ..options })?;
        let robots = Robots::new(client.clone(), settings.robots_time);
        let reader = Arc::new(ChildReader::new(&settings));
        let remembered = Cache::builder()
            .weigher(|url: &String, page: &Arc<Page>| {
                u32::try_from(url.len() + page.content.text.len() + 512).unwrap_or(u32::MAX)
            })
            .max_capacity(REMEMBERED_BYTES)
            .time_to_live(settings.keep)
            .build();
        Ok(Self { client, robots, reader, settings: Arc::new(settings), remembered })
    }

    /// With another reader.
    #[must_use]
    pub fn read_by(self, reader: Arc<dyn ReadPage>) -> Self {
        Self { reader, ..self }
    }

    /// Reads the page at an address that somebody named; an address without a scheme is taken for `https`. A page that
    /// several ask for at once is fetched once, and remembered for a while; a failure is not.
    pub async fn read(&self, address: &str) -> Result<Arc<Page>, PageError> {
        self.read_at(&self.url_of(address)?).await
    }

    /// Reads a page that nobody named: a program found it and reads it by itself. Then what the site asks of programs
    /// (`robots.txt`) holds, where the page is and where its address leads.
    pub async fn crawl(&self, address: &str) -> Result<Arc<Page>, PageError> {
        let url = self.url_of(address)?;
        self.ask(&url).await?;
        let page = self.read_at(&url).await?;
        match Url::parse(&page.url) {
            Ok(last) if last != url => self.ask(&last).await.map(|()| page),
            _ => Ok(page),
        }
    }

    fn url_of(&self, address: &str) -> Result<Url, PageError> {
        let address = with_scheme(address.trim());
        let mut url =
            self.client.check(&address).map_err(|refusal| PageError::Refused(refusal.to_string()))?;
        url.set_fragment(None);
        Ok(url)
    }

    async fn ask(&self, url: &Url) -> Result<(), PageError> {
        if self.robots.allow(url).await {
            return Ok(());
        }
        Err(PageError::Disallowed(crate::text::host(url.as_str())))
    }

    async fn read_at(&self, url: &Url) -> Result<Arc<Page>, PageError> {
        let key = url.to_string();
        let page = self.remembered.try_get_with_by_ref(&key, async { self.fetch(&key).await.map(Arc::new) });
        page.await.map_err(|error| (*error).clone())
    }

    async fn fetch(&self, address: &str) -> Result<Page, PageError> {
        let (url, body) = fetch::fetch(&self.client, address, &self.settings).await?;
        let (kind, content) = match body {
            Body::Html { text, truncated } => {
                let read = self.reader.html(&url, Bytes::from(text)).await.map_err(PageError::Read)?;
                (PageKind::Html, Extracted { partial: read.partial || truncated, ..read })
            }
            Body::Pdf(file) => (PageKind::Pdf, self.reader.pdf(file).await.map_err(PageError::Read)?),
            Body::Text { text, truncated, json } => {
                let kind = if json { PageKind::Json } else { PageKind::Text };
                (kind, Extracted { text, partial: truncated, ..Extracted::default() })
            }
        };
        if content.text.trim().is_empty() {
            return Err(PageError::Read(ReadError::NoText));
        }
        Ok(Page { url: url.into(), kind, content })
    }
}

/// How sites are told who reads them: the product, its version, and where to find whoever runs it.
fn user_agent(contact: Option<&str>) -> String {
    let contact = contact.map(|contact| format!("; +{contact}")).unwrap_or_default();
    format!("Mozilla/5.0 (compatible; {USER_AGENT}{contact})")
}

/// `example.com/page` is what people and models write for `https://example.com/page`.
fn with_scheme(address: &str) -> String {
    let before_path = address.split(['/', '?', '#']).next().unwrap_or_default();
    let named = before_path.contains('.') && !before_path.contains(['@', '\\']);
    let port_only = before_path.split_once(':').is_none_or(|(_, port)| port.parse::<u16>().is_ok());
    if named && port_only { format!("https://{address}") } else { address.to_owned() }
}

/// A piece of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// The text.
    pub text: String,
    /// Where the next piece begins, in characters; none at the end.
    pub next: Option<usize>,
    /// The characters of the whole.
    pub total: usize,
}

/// At most `most` characters of `text` from character `offset` on; cut at the end of a line where one is near.
pub fn part(text: &str, offset: usize, most: usize) -> Part {
    let total = text.chars().count();
    let rest: &str = text.char_indices().nth(offset).and_then(|(at, _)| text.get(at..)).unwrap_or_default();
    let Some((end, _)) = rest.char_indices().nth(most.max(1)) else {
        return Part { text: rest.to_owned(), next: None, total };
    };
    let full = rest.get(..end).unwrap_or_default();
    let kept = match full.rfind('\n') {
        Some(line) if line >= full.len() / 2 => full.get(..=line).unwrap_or(full),
        _ => full,
    };
    Part { text: kept.to_owned(), next: Some(offset + kept.chars().count()), total }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_text_comes_in_parts_that_make_up_the_whole() {
        for text in [
            "日本語のテキスト\n".repeat(50),
            "no line breaks at all ".repeat(40),
            String::new(),
            "x".to_owned(),
        ] {
            let (mut whole, mut offset) = (String::new(), 0);
            loop {
                let piece = part(&text, offset, 33);
                assert_eq!(piece.total, text.chars().count());
                assert!(piece.text.chars().count() <= 33);
                whole += &piece.text;
                match piece.next {
                    Some(next) => {
                        assert!(next > offset);
                        offset = next;
                    }
                    None => break,
                }
            }
            assert_eq!(whole, text);
        }
        assert_eq!(part("abc", 99, 10), Part { text: String::new(), next: None, total: 3 });
        assert_eq!(part("abc", 0, 0).next, Some(1));
    }

    #[test]
    fn an_address_without_a_scheme_is_secure() {
        for (written, meant) in [
            ("example.com/a?b#c", "https://example.com/a?b#c"),
            ("example.com:8443/a", "https://example.com:8443/a"),
            ("http://example.com", "http://example.com"),
            ("file:///etc/passwd", "file:///etc/passwd"),
            ("javascript:alert.x", "javascript:alert.x"),
            ("localhost", "localhost"),
            ("user@example.com/", "user@example.com/"),
        ] {
            assert_eq!(with_scheme(written), meant);
        }
    }
}
