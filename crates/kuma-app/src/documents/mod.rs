//! Documents: upload, reading and indexing in the background, finding passages, and what of them a
//! chat gets to see.
//!
//! An upload is accepted at once ([`upload`]); whoever runs [`work`] takes it from the table, has it
//! read in a process of its own, cuts it into passages and indexes their words: from then on it is
//! ready. Its vectors follow, and are made again when the embedding model changes; until they are there
//! it is found by its words. [`find`] joins both ways of searching, and asks a reranker where there is
//! one. [`answer`] answers from a document,
//! [`attach`] puts documents into a run.

mod answer;
mod attach;
mod find;
mod follow;
mod locate;
mod manage;
mod parts;
mod quote;
mod rerank;
mod tools;
mod upload;
mod work;

pub use answer::{Answer, AnswerCitation, answer};
pub use find::{ByWords, FoundPassage, Retrieved, Wanted, find};
pub use follow::{DocumentEvent, DocumentEvents, follow};
pub use locate::{Located, locate};
pub use manage::{FileOf, delete, file, get, list, note_chat, rename, retry, storage, text};
pub(crate) use parts::Parts;
pub use quote::matches;
pub use upload::{NewUpload, upload};
pub use work::work;

pub use kuma_agent::tokens::estimate as estimate_tokens;

pub(crate) use attach::{Attached, attach, attachments, note_attached};
pub(crate) use tools::tools;

/// Bytes of a file at most.
pub const FILE_MAX_BYTES: u64 = 50 * 1024 * 1024;
/// The longest name, in characters.
pub const NAME_MAX_CHARS: usize = 255;
/// Documents that can be attached to one message, or searched by name in one search.
pub const MOST_DOCUMENTS: usize = 50;
/// The longest question or search, in bytes.
pub const QUESTION_MAX_BYTES: usize = 8 * 1024;
