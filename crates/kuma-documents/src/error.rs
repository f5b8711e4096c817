//! Why a file could not be read, in words for the person who uploaded it.

use serde::{Deserialize, Serialize};

use crate::kind::Kind;

/// Why a file could not be read. Its text is made to be shown; [`ParseError::code`] is for programs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(tag = "code", rename_all = "snake_case")]
pub enum ParseError {
    /// Not a format that is read.
    #[error("Kuma cannot read this file: {found}")]
    Unsupported {
        /// What it seems to be, and what to do instead.
        found: String,
    },
    /// No bytes, or nothing but white space.
    #[error("The file is empty.")]
    Empty,
    /// Opens only with a password.
    #[error("This {} is protected with a password or rights management. Remove the protection and upload it again.", kind.name())]
    Encrypted {
        /// What the file is.
        kind: Kind,
    },
    /// Does not follow its format.
    #[error("This {} is damaged and could not be read ({why}). Open it in the program that made it, save it again and upload that.", kind.name())]
    Damaged {
        /// What the file is.
        kind: Kind,
        /// What the reader found.
        why: String,
    },
    /// More pages than are allowed.
    #[error("The file has {pages} pages; at most {limit} can be read. Split it and upload the parts.")]
    TooManyPages {
        /// Pages of the file.
        pages: u64,
        /// Pages that are read at most.
        limit: u32,
    },
    /// The file itself is too large.
    #[error("The file is larger than {} MB, the most that can be read.", limit / 1_000_000)]
    TooBig {
        /// Bytes that are read at most.
        limit: u64,
    },
    /// What is packed inside is too large.
    #[error("The file holds more than {} MB once unpacked, the most that can be read.", limit / 1_000_000)]
    TooBigUnpacked {
        /// Bytes that are unpacked at most.
        limit: u64,
    },
    /// More text than is kept.
    #[error("The file holds more than {} MB of text, the most that can be kept. Split it and upload the parts.", limit / 1_000_000)]
    TooMuchText {
        /// Bytes of text that are kept at most.
        limit: u64,
    },
    /// A picture with too many pixels.
    #[error(
        "The picture has {width} × {height} pixels; at most {limit} million can be read. Scale it down and upload it again."
    )]
    TooManyPixels {
        /// Width in pixels.
        width: u32,
        /// Height in pixels.
        height: u32,
        /// Millions of pixels that are read at most.
        limit: u64,
    },
    /// Elements inside elements inside elements.
    #[error("The file is nested too deeply to be read.")]
    TooDeep,
    /// Nothing to read without text recognition, and that is not installed.
    #[error(
        "The file holds only pictures, and reading text from pictures (OCR) is not installed on this server. The administrator can install tesseract."
    )]
    NoOcr,
    /// Nothing was found to read.
    #[error("No text was found in the file.")]
    NoText,
    /// Text recognition failed.
    #[error("The text in the pictures of this file could not be recognised: {why}.")]
    OcrFailed {
        /// What the program said.
        why: String,
    },
    /// The time was over.
    #[error("Reading the file took longer than {seconds} seconds and was stopped.")]
    TooSlow {
        /// The limit.
        seconds: u64,
    },
    /// The memory was used up.
    #[error("Reading the file needs more than {} MB of memory and was stopped.", limit / 1_000_000)]
    TooMuchMemory {
        /// The limit in bytes.
        limit: u64,
    },
    /// The reader died; only the file can be the cause.
    #[error("The file made its reader stop unexpectedly ({why}); it is probably damaged.")]
    Crashed {
        /// How it ended.
        why: String,
    },
    /// The reader could not be started or did not keep to the protocol: a fault of the server, not of the file.
    #[error(
        "The file could not be read because of a fault on the server ({why}). Try again, and tell the administrator if it stays."
    )]
    Internal {
        /// What happened.
        why: String,
    },
}

impl ParseError {
    /// A stable name for programs: `encrypted`, `damaged`, `too_many_pages` and so on.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Unsupported { .. } => "unsupported",
            Self::Empty => "empty",
            Self::Encrypted { .. } => "encrypted",
            Self::Damaged { .. } => "damaged",
            Self::TooManyPages { .. } => "too_many_pages",
            Self::TooBig { .. } => "too_big",
            Self::TooBigUnpacked { .. } => "too_big_unpacked",
            Self::TooMuchText { .. } => "too_much_text",
            Self::TooManyPixels { .. } => "too_many_pixels",
            Self::TooDeep => "too_deep",
            Self::NoOcr => "no_ocr",
            Self::NoText => "no_text",
            Self::OcrFailed { .. } => "ocr_failed",
            Self::TooSlow { .. } => "too_slow",
            Self::TooMuchMemory { .. } => "too_much_memory",
            Self::Crashed { .. } => "crashed",
            Self::Internal { .. } => "internal",
        }
    }

    /// Whether the same file may be read when tried again: only when the server was at fault or short of something.
    pub fn may_pass_again(&self) -> bool {
        matches!(self, Self::Internal { .. } | Self::TooSlow { .. } | Self::NoOcr | Self::OcrFailed { .. })
    }

    pub(crate) fn damaged(kind: Kind, why: impl std::fmt::Display) -> Self {
        let mut why: String = why.to_string().chars().filter(|c| !c.is_control()).take(200).collect();
        while why.ends_with('.') {
            why.pop();
        }
        Self::Damaged { kind, why }
    }

    pub(crate) fn internal(why: impl std::fmt::Display) -> Self {
        Self::Internal { why: why.to_string() }
    }
}
