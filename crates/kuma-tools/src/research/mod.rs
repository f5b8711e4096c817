//! Research: one question, many searches and pages, one cited report.
//!
//! The model plans the searches; they run at once; the pages are read in parallel and cut to the passages that speak
//! of the question; the model is asked once what is still missing; then it writes. Everything is bounded by a
//! [`ResearchBudget`], and the report says what was used, what was left out, and why it ended.

mod passages;
mod plan;
mod write;

use std::collections::HashSet;
use std::time::Duration;

use futures::StreamExt;
use futures::stream;
use kuma_agent::tool::ToolContext;
use kuma_llm::ModelError;
use serde::Serialize;
use tokio::time::{Instant, timeout_at};

use crate::page::{PageError, Pages};
use crate::search::{SearchError, SearchHit, SearchQuery, Searches};
use crate::settings::ResearchBudget;
use crate::text::{clip, host};

/// Pages read at the same time.
const AT_ONCE: usize = 4;
/// Results asked for by one search.
const RESULTS: usize = 6;
/// The part of the time after which nothing new is begun but the report.
const UNTIL_WRITING: f64 = 0.6;
/// Tokens kept back for the report itself.
const FOR_THE_REPORT: u64 = 6_000;
/// The window of a model that does not say how large it is.
const SMALL_WINDOW: u64 = 8_192;

/// What was used of the budget.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Used {
    /// Searches made.
    pub searches: usize,
    /// Pages read.
    pub pages: usize,
    /// Tokens, read and written.
    pub tokens: u64,
    /// Seconds.
    pub seconds: u64,
}

/// A quote that the report rests on. It is on its page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ReportCitation {
    /// Its number in the report, from 1.
    pub number: u32,
    /// The number of its page among the sources.
    pub source: usize,
    /// The page's title.
    pub title: String,
    /// The page's address.
    pub url: String,
    /// The page's own words.
    pub quote: String,
}

/// A page that the report is made from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ReportSource {
    /// Its number among the sources, from 1.
    pub number: usize,
    /// Its title.
    pub title: String,
    /// Its address.
    pub url: String,
    /// The passages that the model was given.
    #[serde(skip)]
    pub text: String,
}

/// The outcome.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Report {
    /// What was asked.
    pub question: String,
    /// The report, in Markdown, with `[1]` for the citations.
    pub report: String,
    /// What it cites.
    pub citations: Vec<ReportCitation>,
    /// The pages that it is made from.
    pub sources: Vec<ReportSource>,
    /// What was searched for.
    pub queries: Vec<String>,
    /// Citations whose quotes are not on their pages, or that quote nothing: they were taken out of the report.
    pub dropped_citations: usize,
    /// What was used.
    pub used: Used,
    /// What could have been used.
    pub budget: Used,
    /// What people should know about how it was made: limits that were reached, searches and pages that failed.
    pub notes: Vec<String>,
}

/// There is no report.
#[derive(Clone, Debug, thiserror::Error)]
pub enum ResearchError {
    /// The question is empty.
    #[error("There is no question to research.")]
    NoQuestion,
    /// Every search failed.
    #[error("{0}")]
    Search(SearchError),
    /// Nothing was found, or nothing of it could be read.
    #[error("Nothing that can be read was found on the question. Other words may find more.")]
    NothingFound,
    /// The model failed.
    #[error("the model failed: {0}")]
    Model(ModelError),
    /// The time was over before there was anything to write from.
    #[error("The time for the research ({} s) was over before anything was read.", .0.as_secs())]
    OutOfTime(Duration),
}

/// Does research. Clones share what it uses.
#[derive(Clone)]
pub struct Researcher {
    searches: Searches,
    pages: Pages,
    budget: ResearchBudget,
}

/// One piece of research on its way.
struct Work<'a> {
    researcher: &'a Researcher,
    context: &'a ToolContext,
    question: &'a str,
    begun: Instant,
    /// When writing begins at the latest.
    gather_until: Instant,
    deadline: Instant,
    used: Used,
    queries: Vec<String>,
    seen: HashSet<String>,
    sources: Vec<ReportSource>,
    notes: Vec<String>,
    last_search_error: Option<SearchError>,
}

impl Researcher {
    /// Research with these means, within this budget.
    pub const fn new(searches: Searches, pages: Pages, budget: ResearchBudget) -> Self {
        Self { searches, pages, budget }
    }

    /// The budget of every piece of research.
    pub const fn budget(&self) -> ResearchBudget {
        self.budget
    }

    /// Answers a question with a report.
    pub async fn research(&self, context: &ToolContext, question: &str) -> Result<Report, ResearchError> {
        let question = clip(question.trim(), 2_000);
        if question.is_empty() {
            return Err(ResearchError::NoQuestion);
        }
        let begun = Instant::now();
        let mut work = Work {
            researcher: self,
            context,
            question: &question,
            begun,
            gather_until: begun + self.budget.time.mul_f64(UNTIL_WRITING),
            deadline: begun + self.budget.time,
            used: Used::default(),
            queries: Vec::new(),
            seen: HashSet::new(),
            sources: Vec::new(),
            notes: Vec::new(),
            last_search_error: None,
        };
        context.progress.say("Planning the searches");
        let first = work.plan().await?;
        work.gather(first).await;
        if work.may_go_on() {
            context.progress.say("Looking for what is still missing");
            let more = work.gaps().await?;
            work.gather(more).await;
        }
        if work.sources.is_empty() {
            return Err(match work.last_search_error {
                Some(error) => ResearchError::Search(error),
                None if Instant::now() >= work.gather_until => ResearchError::OutOfTime(self.budget.time),
                None => ResearchError::NothingFound,
            });
        }
        work.report().await
    }
}

impl Work<'_> {
    fn budget(&self) -> ResearchBudget {
        self.researcher.budget
    }

    /// Whether there is anything left for another round.
    fn may_go_on(&self) -> bool {
        let budget = self.budget();
        self.used.searches < budget.searches
            && self.used.pages < budget.pages
            && self.used.tokens + FOR_THE_REPORT * 2 < budget.tokens
            && Instant::now() < self.gather_until
    }

    /// Characters of each source that fit: into the model's window, and into what is left of the tokens.
    fn room_per_source(&self) -> usize {
        let window = self.context.model.info().context_window.map_or(SMALL_WINDOW, u64::from);
        let left = self.budget().tokens.saturating_sub(self.used.tokens).saturating_sub(FOR_THE_REPORT);
        let tokens = left.min(window * 6 / 10);
        // Three characters to a token errs on the safe side.
        let characters = tokens as usize * 3 / self.budget().pages.max(1);
        characters.clamp(300, 6_000)
    }

    /// Searches for all of `queries` at once and reads the best of what they find.
    async fn gather(&mut self, queries: Vec<String>) {
        let left = self.budget().searches.saturating_sub(self.used.searches);
        if queries.len() > left {
            self.notes.push(format!(
                "{} of the planned searches were left out: the budget was used up.",
                queries.len() - left
            ));
        }
        let queries: Vec<SearchQuery> =
            queries.iter().filter_map(|query| SearchQuery::new(query, RESULTS, None)).take(left).collect();
        self.used.searches += queries.len();
        self.queries.extend(queries.iter().map(|query| query.text().to_owned()));
        let found = {
            let (searches, progress) = (&self.researcher.searches, &self.context.progress);
            let asked = queries.into_iter().map(|query| async move {
                progress.say(format!("Searching for “{}”", query.text()));
                searches.search(query).await
            });
            timeout_at(self.gather_until, futures::future::join_all(asked)).await
        };
        let Ok(found) = found else {
            self.notes
                .push("The searches took too long; what had not been found by then is missing.".to_owned());
            return;
        };
        let mut lists = Vec::new();
        for answer in found {
            match answer {
                Ok(answer) => {
                    self.notes.extend(answer.failed.iter().map(|failed| {
                        format!(
                            "{} {}; {} answered instead.",
                            failed.provider, failed.reason, answer.provider
                        )
                    }));
                    lists.push(answer.results);
                }
                Err(error) => {
                    self.notes.push("A search failed: no search engine answered.".to_owned());
                    self.last_search_error = Some(error);
                }
            }
        }
        self.notes.dedup();
        let hits = self.best(lists);
        self.read(hits).await;
    }

    /// The best results of every list in turn, no page twice.
    fn best(&mut self, lists: Vec<Vec<SearchHit>>) -> Vec<SearchHit> {
        let longest = lists.iter().map(Vec::len).max().unwrap_or(0);
        let mut lists: Vec<_> = lists.into_iter().map(Vec::into_iter).collect();
        let mut best = Vec::new();
        for _ in 0..longest {
            for list in &mut lists {
                best.extend(list.next().filter(|hit| self.seen.insert(hit.url.clone())));
            }
        }
        best
    }

    /// Reads pages until enough are read. A page that fails makes room for the next.
    async fn read(&mut self, hits: Vec<SearchHit>) {
        let left = self.budget().pages.saturating_sub(self.used.pages);
        // The first round leaves some for the second.
        let wanted = if self.used.pages == 0 { left.div_ceil(3) * 2 } else { left }.min(left);
        let room = self.room_per_source();
        let (pages, progress, question) = (&self.researcher.pages, &self.context.progress, self.question);
        let mut reading = stream::iter(hits)
            .map(|hit| async move {
                progress.say(format!("Reading {}", host(&hit.url)));
                let page = pages.crawl(&hit.url).await;
                (hit, page)
            })
            .buffered(AT_ONCE);
        let (mut read, mut failed, mut unwanted) = (Vec::new(), 0_usize, 0_usize);
        while read.len() < wanted {
            match timeout_at(self.gather_until, reading.next()).await {
                Ok(Some((hit, Ok(page)))) => {
                    let title =
                        if page.content.title.is_empty() { hit.title } else { page.content.title.clone() };
                    let text = passages::about(&page.content.text, question, room);
                    read.push(ReportSource { number: 0, title, url: page.url.clone(), text });
                }
                Ok(Some((_, Err(PageError::Disallowed(_))))) => unwanted += 1,
                Ok(Some((_, Err(_)))) => failed += 1,
                Ok(None) => break,
                Err(_) => {
                    self.notes.push("Reading was ended to leave time for the report.".to_owned());
                    break;
                }
            }
        }
        drop(reading);
        if failed > 0 {
            self.notes.push(format!("{failed} of the pages found could not be read."));
        }
        if unwanted > 0 {
            self.notes.push(format!(
                "{unwanted} of the pages found were left out, because their sites ask programs not to read them."
            ));
        }
        self.used.pages += read.len();
        for source in read {
            // Two addresses can lead to one page.
            if self.sources.iter().all(|known| known.url != source.url) {
                let number = self.sources.len() + 1;
                self.sources.push(ReportSource { number, ..source });
            }
        }
    }
}
