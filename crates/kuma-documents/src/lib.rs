//! Files into text with its place.
//!
//! [`Parser`] reads an uploaded file in a child process and gives back [`Parsed`]: pages of headings, paragraphs, list
//! items, tables and code, for PDF with the boxes of their lines. [`chunks`] cuts that into passages of a size for
//! embedding that keep their place. Storing, embedding and searching them is the business of others; nothing here knows of
//! databases, users or HTTP.
//!
//! [`child::run`] is the other side of [`Parser`], called by the program that it starts. [`parse`] does the same in the
//! calling process, where a hostile file can do harm: it is for fuzzing and measuring.

#[cfg(not(unix))]
compile_error!("documents are read in a child process with the limits of a Unix kernel");

mod archive;
mod charset;
pub mod child;
mod chunk;
mod detect;
mod error;
mod frames;
mod kind;
mod limits;
mod model;
mod ocr;
mod output;
mod parent;
mod parse;
mod table;

pub use chunk::{Chunk, ChunkOptions, Passage, chunks};
pub use detect::sniff;
pub use error::ParseError;
pub use kind::Kind;
pub use limits::Limits;
pub use model::{Block, BlockKind, Label, Line, Page, Parsed, Rect};
pub use ocr::Ocr;
pub use output::{Emit, Event, Picture};
pub use parent::{Parser, Progress};
pub use parse::{Summary, parse};
