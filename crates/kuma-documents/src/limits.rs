//! How much a file may ask for. The server sends these to the child, which holds itself to them; those that the kernel can
//! watch are set in the kernel as well.

use serde::{Deserialize, Serialize};

/// How much reading one file may cost.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Limits {
    /// Bytes of the file.
    pub file_bytes: u64,
    /// Bytes that packed parts may have in all once unpacked.
    pub unpacked_bytes: u64,
    /// Bytes of text that may come out.
    pub text_bytes: u64,
    /// Bytes that the child may send in all: text, boxes and pictures for text recognition.
    pub output_bytes: u64,
    /// Address space of the child in bytes.
    pub memory_bytes: u64,
    /// Processor seconds of the child.
    pub cpu_seconds: u64,
    /// Seconds that the server waits for the child in all, its own work on pictures not counted.
    pub wall_seconds: u64,
    /// Pages, slides, sheets or chapters.
    pub pages: u32,
    /// Pixels of one picture.
    pub pixels: u64,
    /// Pages on which text is recognised; the others are named in a warning.
    pub ocr_pages: u32,
    /// Processor seconds for recognising the text of one page.
    pub ocr_cpu_seconds: u64,
    /// Files attached to a mail that are read; the others are only listed.
    pub attachments: u32,
    /// Mails in mails in mails.
    pub mail_depth: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            file_bytes: 100_000_000,
            unpacked_bytes: 500_000_000,
            text_bytes: 20_000_000,
            output_bytes: 2_000_000_000,
            memory_bytes: 1_500_000_000,
            cpu_seconds: 60,
            wall_seconds: 180,
            pages: 5_000,
            pixels: 100_000_000,
            ocr_pages: 200,
            ocr_cpu_seconds: 60,
            attachments: 20,
            mail_depth: 3,
        }
    }
}
