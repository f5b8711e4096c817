//! Citations: the model cites with a quote, the reader sees a number, and a quote that is not in its
//! source is neither.
//!
//! The model's form is a mark behind a statement, `[3: "exact words of source 3"]`. It never reaches
//! readers: [`marks::MarkReader`] takes it out of the stream. When the words are in the source's text
//! the reader gets a `citation` event and then `[1]`, numbered by first use in the answer; otherwise
//! the mark goes, and is counted.

pub(crate) mod marks;
mod quote;

use kuma_types::step::StepCitation;
use kuma_types::{Citation, Source, SourceAt};

use quote::Searchable;

/// What the system prompt says about citing.
pub(crate) const EXPLANATION: &str = "Tools number their sources: [source 1], [source 2], … When a statement of your answer rests on a source, put a mark right behind it with the source's number and a short exact quote, at most 25 words copied letter by letter: [1: \"the exact words\"]. Readers see a small number that opens the quote. Cite nothing that you were not shown, and write no number without its quote.";

/// The sources of a run and the citations of its answer.
#[derive(Debug, Default)]
pub(crate) struct Citations {
    sources: Vec<Numbered>,
    cited: Vec<Noted>,
}

#[derive(Debug)]
struct Numbered {
    source: Source,
    searchable: Option<Searchable>,
}

#[derive(Debug)]
struct Noted {
    source: u32,
    comparable: String,
}

/// What became of a mark.
#[derive(Debug, PartialEq)]
pub(super) enum Verdict {
    /// Cited before: the number.
    Known(u32),
    /// Cited for the first time.
    New(StepCitation),
    /// The words are not there, or the source is not.
    Dropped,
}

impl Citations {
    /// Gives sources their numbers; the number of the first.
    pub(crate) fn add(&mut self, sources: &[Source]) -> u32 {
        let first = self.sources.len() as u32 + 1;
        self.sources
            .extend(sources.iter().map(|source| Numbered { source: source.clone(), searchable: None }));
        first
    }

    /// Takes over a citation of an earlier owner of the run.
    pub(crate) fn restore(&mut self, step: &StepCitation) {
        let comparable = quote::comparable(&step.citation.quote);
        self.cited.push(Noted { source: step.source, comparable });
    }

    /// Whether a source has that number.
    pub(super) fn has(&self, number: u32) -> bool {
        number >= 1 && number as usize <= self.sources.len()
    }

    /// The first citation of a source.
    pub(super) fn first_of(&self, source: u32) -> Option<u32> {
        self.cited.iter().position(|cited| cited.source == source).map(|at| at as u32 + 1)
    }

    pub(super) fn cite(&mut self, number: u32, words: &str) -> Verdict {
        let Some(at) = (number as usize).checked_sub(1) else { return Verdict::Dropped };
        let Some(numbered) = self.sources.get_mut(at) else { return Verdict::Dropped };
        let Numbered { source, searchable } = numbered;
        let searchable = searchable.get_or_insert_with(|| Searchable::of(&source.text));
        let Some((found, begins)) = searchable.find(&source.text, words) else { return Verdict::Dropped };
        let comparable = quote::comparable(&found);
        let same = |cited: &Noted| cited.source == number && cited.comparable == comparable;
        if let Some(at) = self.cited.iter().position(same) {
            return Verdict::Known(at as u32 + 1);
        }
        self.cited.push(Noted { source: number, comparable });
        let (url, document_id, page) = match &source.at {
            SourceAt::Url(url) => (Some(url.clone()), None, source.page),
            SourceAt::Document(id) => (None, Some(*id), source.page),
            SourceAt::Pages { document, starts } => {
                let page = starts.iter().take_while(|start| start.at <= begins).last();
                (None, Some(*document), page.map(|start| start.page).or(source.page))
            }
        };
        let citation = Citation {
            index: self.cited.len() as u32,
            document_id,
            url,
            title: source.title.clone(),
            page,
            quote: found,
        };
        Verdict::New(StepCitation { source: number, citation })
    }
}

/// A reply that was made outside of a run, with its citations.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Cited {
    /// The text as readers get it: marks are numbers.
    pub text: String,
    /// The citations, and which of the sources each is of, counted from 0.
    pub citations: Vec<(Citation, usize)>,
    /// Marks whose quotes are not in their sources.
    pub dropped: u32,
}

/// What a model is told about citing.
pub fn explanation() -> &'static str {
    EXPLANATION
}

/// Tells the metrics what became of a reply's marks.
pub(crate) fn count(kept: u64, dropped: u32) {
    if kept > 0 {
        metrics::counter!("kuma_citations_total", "outcome" => "kept").increment(kept);
    }
    if dropped > 0 {
        metrics::counter!("kuma_citations_total", "outcome" => "dropped").increment(dropped.into());
        tracing::info!(dropped, "citations whose quotes are not in their sources were dropped");
    }
}

/// Takes the marks out of a whole reply, and counts them. The sources are numbered from 1 in their order.
pub fn resolve(sources: &[Source], reply: &str) -> Cited {
    let mut citations = Citations::default();
    citations.add(sources);
    let mut reader = marks::MarkReader::new(marks::Mode::Cite);
    let mut pieces = reader.push(reply, &mut citations);
    pieces.extend(reader.finish(&mut citations));
    let mut cited = Cited { dropped: reader.dropped(), ..Cited::default() };
    for piece in pieces {
        match piece {
            marks::Piece::Text(text) => cited.text.push_str(&text),
            marks::Piece::Citation(step) => {
                cited.citations.push((step.citation, (step.source as usize).saturating_sub(1)));
            }
        }
    }
    count(cited.citations.len() as u64, cited.dropped);
    cited
}

/// Where a quote stands in a text, whatever became of spaces and typography on the way: its first byte.
pub fn find_quote(text: &str, quote: &str) -> Option<usize> {
    Searchable::of(text).find(text, quote).map(|(_, start)| start as usize)
}

/// How a source is named to the model: its number, title and place.
pub fn label(number: u32, source: &Source) -> String {
    let title: String = source.title.split_whitespace().collect::<Vec<_>>().join(" ");
    let title: String = title.chars().take(200).collect();
    let at = match &source.at {
        SourceAt::Url(url) => format!(" ({url})"),
        SourceAt::Document(_) | SourceAt::Pages { .. } => String::new(),
    };
    let page = source.page.map(|page| format!(", page {page}")).unwrap_or_default();
    format!("[source {number}] {title}{at}{page}")
}
