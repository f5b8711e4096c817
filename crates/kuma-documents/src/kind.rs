//! The formats that are read.

use serde::{Deserialize, Serialize};

/// A format that is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the names of formats say what they are")]
pub enum Kind {
    Pdf,
    Docx,
    Pptx,
    Xlsx,
    Odt,
    Epub,
    Html,
    Markdown,
    Text,
    Csv,
    Json,
    Email,
    Code,
    Png,
    Jpeg,
    Webp,
    Gif,
    Tiff,
}

impl Kind {
    /// The media type under which such a file is stored and served.
    pub fn mime(self) -> &'static str {
        match self {
            Self::Pdf => "application/pdf",
            Self::Docx => "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
            Self::Pptx => "application/vnd.openxmlformats-officedocument.presentationml.presentation",
            Self::Xlsx => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            Self::Odt => "application/vnd.oasis.opendocument.text",
            Self::Epub => "application/epub+zip",
            Self::Html => "text/html",
            Self::Markdown => "text/markdown",
            Self::Text | Self::Code => "text/plain",
            Self::Csv => "text/csv",
            Self::Json => "application/json",
            Self::Email => "message/rfc822",
            Self::Png => "image/png",
            Self::Jpeg => "image/jpeg",
            Self::Webp => "image/webp",
            Self::Gif => "image/gif",
            Self::Tiff => "image/tiff",
        }
    }

    /// What a person calls such a file, to stand after "this".
    pub fn name(self) -> &'static str {
        match self {
            Self::Pdf => "PDF file",
            Self::Docx => "Word document",
            Self::Pptx => "PowerPoint presentation",
            Self::Xlsx => "Excel workbook",
            Self::Odt => "OpenDocument text",
            Self::Epub => "EPUB book",
            Self::Html => "web page",
            Self::Markdown => "Markdown file",
            Self::Text => "text file",
            Self::Csv => "CSV table",
            Self::Json => "JSON file",
            Self::Email => "mail",
            Self::Code => "source file",
            Self::Png => "PNG picture",
            Self::Jpeg => "JPEG picture",
            Self::Webp => "WebP picture",
            Self::Gif => "GIF picture",
            Self::Tiff => "TIFF picture",
        }
    }

    /// Whether all there is in it is a picture.
    pub fn is_picture(self) -> bool {
        matches!(self, Self::Png | Self::Jpeg | Self::Webp | Self::Gif | Self::Tiff)
    }
}
