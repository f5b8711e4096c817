//! Reads what a GGUF file says about itself, without its weights and without llama.cpp.
//!
//! llama.cpp trusts its input more than a server may: a damaged header can end the process. So every
//! file passes through here first: sizes are bounded before anything is allocated, every tensor must
//! lie inside the file, and whatever does not add up is an error with a sentence. Called by the
//! provider for each file it lists or loads, and by `kuma doctor`.

mod read;
mod tensors;

use std::fs::File;
use std::io::BufReader;
use std::path::Path;

use read::Cursor;

/// Files above this many metadata entries or tensors are not models.
const MAX_ENTRIES: u64 = 200_000;
/// Versions that llama.cpp reads, little-endian.
const VERSIONS: std::ops::RangeInclusive<u32> = 2..=3;
/// Above this llama.cpp ends the process.
const MAX_LAYERS: u64 = 512;
const DEFAULT_ALIGNMENT: u64 = 32;

/// What a file says about itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GgufInfo {
    /// Such as `llama` or `qwen3`.
    pub architecture: String,
    /// Tokens the model was trained to hold.
    pub context_length: Option<u32>,
    /// The Jinja template that turns a conversation into a prompt.
    pub chat_template: Option<String>,
    /// The number of weights: counted from the tensors, or from the size label of a model in several files.
    pub parameters: u64,
    /// Parts the model is split into; 1 for most.
    pub parts: u16,
    /// Size of this file, bytes.
    pub bytes: u64,
}

/// Why a file is no usable model.
#[derive(Debug, thiserror::Error)]
pub enum GgufError {
    /// The file could not be opened or read.
    #[error("it could not be read ({0})")]
    Io(#[from] std::io::Error),
    /// It does not begin like a GGUF file.
    #[error("it is not a GGUF file")]
    NotGguf,
    /// A version that llama.cpp does not read.
    #[error("it has GGUF version {0}, and only versions 2 and 3 can be read")]
    Version(u32),
    /// The file ends before its contents do: an unfinished download, most likely.
    #[error("it is cut off: {0}. Download it again")]
    Truncated(&'static str),
    /// Something in the header contradicts itself.
    #[error("its header is damaged: {0}")]
    Damaged(&'static str),
}

impl GgufInfo {
    /// Reads and checks the header of a file. Takes milliseconds; call it from a blocking thread.
    pub fn read(path: &Path) -> Result<Self, GgufError> {
        let file = File::open(path)?;
        let bytes = file.metadata()?.len();
        Self::parse(BufReader::with_capacity(1 << 16, file), bytes)
    }

    /// Reads and checks a header from any source of `bytes` bytes.
    pub fn parse(source: impl std::io::Read, bytes: u64) -> Result<Self, GgufError> {
        let mut cursor = Cursor::new(source, bytes);
        if cursor.bytes::<4>().map_err(|_| GgufError::NotGguf)? != *b"GGUF" {
            return Err(GgufError::NotGguf);
        }
        let version = cursor.u32()?;
        if !VERSIONS.contains(&version) {
            return Err(GgufError::Version(version));
        }
        let tensors = cursor.u64()?;
        let entries = cursor.u64()?;
        if tensors > MAX_ENTRIES || entries > MAX_ENTRIES {
            return Err(GgufError::Damaged("it claims an impossible number of entries"));
        }
        let header = Header::read(&mut cursor, entries)?;
        let alignment = header.alignment.unwrap_or(DEFAULT_ALIGNMENT);
        if !alignment.is_power_of_two() || alignment > 1 << 20 {
            return Err(GgufError::Damaged("its alignment is impossible"));
        }
        let counted = tensors::check(&mut cursor, tensors, alignment)?;
        let architecture =
            header.architecture.ok_or(GgufError::Damaged("it does not name its architecture"))?;
        let parts = header.parts.unwrap_or(1).max(1);
        let labelled = header.size_label.as_deref().and_then(parse_size_label);
        Ok(Self {
            architecture,
            context_length: header.context_length,
            chat_template: header.chat_template,
            parameters: if parts > 1 { labelled.unwrap_or(counted * u64::from(parts)) } else { counted },
            parts,
            bytes,
        })
    }

    /// Whether the model continues text: encoders, adapters and picture projectors are GGUF files too.
    pub fn writes_text(&self) -> bool {
        const OTHERS: [&str; 12] = [
            "bert",
            "modern-bert",
            "nomic-bert",
            "nomic-bert-moe",
            "neo-bert",
            "jina-bert-v2",
            "jina-bert-v3",
            "eurobert",
            "t5encoder",
            "clip",
            "wavtokenizer-dec",
            "gemma-embedding",
        ];
        !OTHERS.contains(&self.architecture.as_str())
    }
}

/// The metadata this crate needs; the rest is walked over.
#[derive(Default)]
struct Header {
    architecture: Option<String>,
    context_length: Option<u32>,
    chat_template: Option<String>,
    size_label: Option<String>,
    parts: Option<u16>,
    alignment: Option<u64>,
}

impl Header {
    fn read(cursor: &mut Cursor<impl std::io::Read>, entries: u64) -> Result<Self, GgufError> {
        let mut header = Self::default();
        for _ in 0..entries {
            let key = cursor.key()?;
            let kind = cursor.u32()?;
            match key.as_str() {
                "general.architecture" => header.architecture = Some(cursor.text(kind)?),
                "general.size_label" => header.size_label = Some(cursor.text(kind)?),
                "tokenizer.chat_template" => header.chat_template = Some(cursor.text(kind)?),
                "tokenizer.ggml.tokens" => cursor.distinct_texts(kind)?,
                "general.alignment" => header.alignment = Some(cursor.integer(kind)?),
                "split.count" => header.parts = u16::try_from(cursor.integer(kind)?).ok(),
                _ if key.ends_with(".block_count") => {
                    if !(1..=MAX_LAYERS).contains(&cursor.integer(kind)?) {
                        return Err(GgufError::Damaged("it claims an impossible number of layers"));
                    }
                }
                _ if key.ends_with("_epsilon") => {
                    if !(0.0..1.0).contains(&cursor.float(kind)?) {
                        return Err(GgufError::Damaged("a constant of its arithmetic is impossible"));
                    }
                }
                _ if key.ends_with(".context_length") => {
                    header.context_length = u32::try_from(cursor.integer(kind)?).ok();
                }
                _ => cursor.skip_value(kind)?,
            }
        }
        Ok(header)
    }
}

/// `135M`, `1.7B`, `8x7B` as a number of weights.
fn parse_size_label(label: &str) -> Option<u64> {
    let (times, size) = match label.split_once('x') {
        Some((experts, size)) => (experts.parse::<u32>().ok()?, size),
        None => (1, label),
    };
    let unit = match size.chars().last()? {
        'K' => 1e3,
        'M' => 1e6,
        'B' => 1e9,
        'T' => 1e12,
        _ => return None,
    };
    let number: f64 = size.get(..size.len() - 1)?.parse().ok()?;
    (number.is_finite() && number >= 0.0).then(|| (f64::from(times) * number * unit) as u64)
}

#[cfg(test)]
mod tests;
