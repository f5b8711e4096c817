//! Where the parsers put what they find: pages in order, counted against the limits, passed on as they are finished.

use crate::error::ParseError;
use crate::limits::Limits;
use crate::model::{Block, BlockKind, Label, Page};

/// What a parser says while it works.
#[derive(Debug)]
pub enum Event {
    /// A page is finished.
    Page(Page),
    /// So many pages of so many are read.
    Progress {
        /// Pages that are read.
        done: u32,
        /// Pages in all, when known.
        total: Option<u32>,
    },
    /// A picture whose text has to be recognised, for the page that was passed on last.
    Picture(Picture),
}

/// A picture of a page in shades of grey, from above to below and left to right, one byte per pixel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Picture {
    /// Width in pixels.
    pub width: u32,
    /// Height in pixels.
    pub height: u32,
    /// `width * height` bytes; 0 is black.
    pub grey: Vec<u8>,
}

/// Receives the events; an error ends the parser.
pub type Emit<'a> = dyn FnMut(Event) -> Result<(), ParseError> + 'a;

/// What is said of a file at its end.
#[derive(Debug, Default)]
pub(crate) struct Notes {
    pub(crate) title: Option<String>,
    pub(crate) warnings: Vec<String>,
}

/// The parsers' side.
pub(crate) struct Output<'a> {
    pub(crate) limits: &'a Limits,
    /// Whether pictures can be sent for text recognition.
    pub(crate) ocr: bool,
    pub(crate) notes: Notes,
    emit: &'a mut Emit<'a>,
    pages: u32,
    text: u64,
    pictures: u32,
    /// Inside an attachment: the name under which its pages go.
    attachment: Option<String>,
}

impl<'a> Output<'a> {
    pub(crate) fn new(limits: &'a Limits, ocr: bool, emit: &'a mut Emit<'a>) -> Self {
        Self { limits, ocr, notes: Notes::default(), emit, pages: 0, text: 0, pictures: 0, attachment: None }
    }

    /// Passes on a page; its number is given here.
    pub(crate) fn page(&mut self, mut page: Page) -> Result<(), ParseError> {
        if self.pages >= self.limits.pages {
            return Err(ParseError::TooManyPages {
                pages: u64::from(self.pages) + 1,
                limit: self.limits.pages,
            });
        }
        self.pages += 1;
        page.number = self.pages;
        if let Some(name) = &self.attachment {
            page.label = Label::Attachment;
            page.name = Some(name.clone());
        }
        page.blocks.retain(|block| !block.text.trim().is_empty());
        for block in &page.blocks {
            self.text += block.text.len() as u64;
        }
        if self.text > self.limits.text_bytes {
            return Err(ParseError::TooMuchText { limit: self.limits.text_bytes });
        }
        (self.emit)(Event::Page(page))
    }

    /// Passes on the only page of a format without pages.
    pub(crate) fn whole(&mut self, blocks: Vec<Block>) -> Result<(), ParseError> {
        self.page(Page { blocks, ..Page::default() })
    }

    pub(crate) fn progress(&mut self, done: u32, total: Option<u32>) -> Result<(), ParseError> {
        if self.attachment.is_some() {
            return Ok(());
        }
        (self.emit)(Event::Progress { done, total })
    }

    /// Asks for the text in a picture of the page that was passed on last. `false`: as many as allowed were asked for.
    pub(crate) fn picture(&mut self, picture: Picture) -> Result<bool, ParseError> {
        if self.pictures >= self.limits.ocr_pages {
            return Ok(false);
        }
        self.pictures += 1;
        (self.emit)(Event::Picture(picture))?;
        Ok(true)
    }

    pub(crate) fn title(&mut self, title: Option<String>) {
        let title = title.map(|title| one_line(&title)).filter(|title| !title.is_empty());
        if self.attachment.is_none() && self.notes.title.is_none() {
            self.notes.title = title.map(|title| title.chars().take(300).collect());
        }
    }

    pub(crate) fn warn(&mut self, sentence: impl Into<String>) {
        if self.notes.warnings.len() < 20 {
            let sentence = sentence.into();
            self.notes.warnings.push(match &self.attachment {
                Some(name) => format!("{name}: {sentence}"),
                None => sentence,
            });
        }
    }

    /// Does `work` so that its pages become pages of this attachment.
    pub(crate) fn within<T>(&mut self, attachment: String, work: impl FnOnce(&mut Self) -> T) -> T {
        let before = self.attachment.replace(attachment);
        let result = work(self);
        self.attachment = before;
        result
    }

    /// The name of the attachment that is being read.
    pub(crate) fn attachment(&self) -> Option<&str> {
        self.attachment.as_deref()
    }

    /// How many pages were passed on.
    pub(crate) fn pages(&self) -> u32 {
        self.pages
    }

    /// Whether there is any text, or a picture that may turn out to have some.
    pub(crate) fn found_something(&self) -> bool {
        self.text > 0 || self.pictures > 0
    }
}

/// White space collapsed to single spaces.
pub(crate) fn one_line(text: &str) -> String {
    let mut line = String::with_capacity(text.len());
    for word in text.split_whitespace() {
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
    }
    line
}

/// Shorthand for the blocks that most parsers make.
pub(crate) fn paragraph(text: impl Into<String>) -> Block {
    Block::new(BlockKind::Paragraph, text)
}

/// A heading of level 1 to 6.
pub(crate) fn heading(level: u8, text: impl Into<String>) -> Block {
    Block::new(BlockKind::Heading { level: level.clamp(1, 6) }, text)
}
