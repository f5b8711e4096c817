//! A cursor over a GGUF header that never reads past the file and never allocates on its word alone.

use std::collections::HashSet;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::Read;

use super::GgufError;

/// Longest key.
const MAX_KEY: u64 = 64 * 1024;
/// Longest string that is kept: chat templates of tool-calling models reach tens of kilobytes.
const MAX_TEXT: u64 = 1 << 20;
/// Deepest array of arrays.
const MAX_DEPTH: u8 = 4;

const STRING: u32 = 8;
const ARRAY: u32 = 9;

pub(super) struct Cursor<R> {
    source: R,
    position: u64,
    end: u64,
}

impl<R: Read> Cursor<R> {
    pub(super) fn new(source: R, end: u64) -> Self {
        Self { source, position: 0, end }
    }

    /// Bytes read so far.
    pub(super) fn position(&self) -> u64 {
        self.position
    }

    /// Bytes of the whole file.
    pub(super) fn end(&self) -> u64 {
        self.end
    }

    pub(super) fn bytes<const N: usize>(&mut self) -> Result<[u8; N], GgufError> {
        self.claim(N as u64)?;
        let mut buffer = [0; N];
        self.source.read_exact(&mut buffer).map_err(cut_off)?;
        Ok(buffer)
    }

    pub(super) fn u32(&mut self) -> Result<u32, GgufError> {
        self.bytes().map(u32::from_le_bytes)
    }

    pub(super) fn u64(&mut self) -> Result<u64, GgufError> {
        self.bytes().map(u64::from_le_bytes)
    }

    /// A metadata key or tensor name.
    pub(super) fn key(&mut self) -> Result<String, GgufError> {
        self.string(MAX_KEY)
    }

    /// The value of a key that must be text.
    pub(super) fn text(&mut self, kind: u32) -> Result<String, GgufError> {
        if kind != STRING {
            return Err(GgufError::Damaged("a text is stored as something else"));
        }
        self.string(MAX_TEXT)
    }

    /// The value of a key that must be a whole number, not negative.
    pub(super) fn integer(&mut self, kind: u32) -> Result<u64, GgufError> {
        let signed = match kind {
            0 | 7 => return Ok(u64::from(u8::from_le_bytes(self.bytes()?))),
            2 => return Ok(u64::from(u16::from_le_bytes(self.bytes()?))),
            4 => return Ok(u64::from(self.u32()?)),
            10 => return self.u64(),
            1 => i64::from(i8::from_le_bytes(self.bytes()?)),
            3 => i64::from(i16::from_le_bytes(self.bytes()?)),
            5 => i64::from(i32::from_le_bytes(self.bytes()?)),
            11 => i64::from_le_bytes(self.bytes()?),
            _ => return Err(GgufError::Damaged("a number is stored as something else")),
        };
        u64::try_from(signed).map_err(|_| GgufError::Damaged("a count is negative"))
    }

    /// The value of a key that must be a number with a fraction.
    pub(super) fn float(&mut self, kind: u32) -> Result<f32, GgufError> {
        if kind == 6 {
            self.bytes().map(f32::from_le_bytes)
        } else {
            Err(GgufError::Damaged("a number is stored as something else"))
        }
    }

    /// Walks over the value of a key that must be a list of texts, of which no two are the same: on a
    /// vocabulary with a doubled word llama.cpp ends the process.
    pub(super) fn distinct_texts(&mut self, kind: u32) -> Result<(), GgufError> {
        if kind != ARRAY || self.u32()? != STRING {
            return Err(GgufError::Damaged("its vocabulary is stored as something else"));
        }
        let count = self.u64()?;
        if count > self.left() / 8 {
            return Err(GgufError::Truncated("its vocabulary is not complete"));
        }
        let mut seen = HashSet::with_capacity(count.min(1 << 18) as usize);
        for _ in 0..count {
            let mut word = self.raw_string(MAX_KEY)?;
            // llama.cpp reads words as C strings, and gives empty ones names of their own.
            if let Some(end) = word.iter().position(|&byte| byte == 0) {
                word.truncate(end);
            }
            // Hashes stand for the words: 2 MB instead of 20 for a large vocabulary.
            let mut hasher = DefaultHasher::new();
            word.hash(&mut hasher);
            if !word.is_empty() && !seen.insert(hasher.finish()) {
                return Err(GgufError::Damaged("its vocabulary holds a word twice"));
            }
        }
        Ok(())
    }

    /// Walks over a value of any kind.
    pub(super) fn skip_value(&mut self, kind: u32) -> Result<(), GgufError> {
        self.skip_nested(kind, MAX_DEPTH)
    }

    fn skip_nested(&mut self, kind: u32, depth: u8) -> Result<(), GgufError> {
        match kind {
            STRING => {
                let length = self.u64()?;
                self.skip(length)
            }
            ARRAY => {
                let inner = self.u32()?;
                let count = self.u64()?;
                if let Some(size) = scalar_size(inner) {
                    let total = count.checked_mul(size).ok_or(GgufError::Damaged("a list is too long"))?;
                    return self.skip(total);
                }
                let Some(depth) = depth.checked_sub(1) else {
                    return Err(GgufError::Damaged("its lists are nested too deep"));
                };
                // Each element takes at least eight bytes of the file, so the file bounds the loop.
                if count > self.left() / 8 {
                    return Err(GgufError::Truncated("a list in its header is not complete"));
                }
                (0..count).try_for_each(|_| self.skip_nested(inner, depth))
            }
            _ => {
                let size = scalar_size(kind).ok_or(GgufError::Damaged("it holds a value of unknown kind"))?;
                self.skip(size)
            }
        }
    }

    fn string(&mut self, limit: u64) -> Result<String, GgufError> {
        String::from_utf8(self.raw_string(limit)?)
            .map_err(|_| GgufError::Damaged("a text in it is not UTF-8"))
    }

    fn raw_string(&mut self, limit: u64) -> Result<Vec<u8>, GgufError> {
        let length = self.u64()?;
        if length > limit {
            return Err(GgufError::Damaged("a text in it is too long"));
        }
        self.claim(length)?;
        let mut buffer = vec![0; length as usize];
        self.source.read_exact(&mut buffer).map_err(cut_off)?;
        Ok(buffer)
    }

    fn skip(&mut self, count: u64) -> Result<(), GgufError> {
        self.claim(count)?;
        let skipped = std::io::copy(&mut self.source.by_ref().take(count), &mut std::io::sink())?;
        if skipped == count { Ok(()) } else { Err(GgufError::Truncated("its header is not complete")) }
    }

    fn claim(&mut self, count: u64) -> Result<(), GgufError> {
        if count > self.left() {
            return Err(GgufError::Truncated("its header is not complete"));
        }
        self.position += count;
        Ok(())
    }

    fn left(&self) -> u64 {
        self.end.saturating_sub(self.position)
    }
}

/// Size of the kinds that have a fixed one.
fn scalar_size(kind: u32) -> Option<u64> {
    match kind {
        0 | 1 | 7 => Some(1),
        2 | 3 => Some(2),
        4..=6 => Some(4),
        10..=12 => Some(8),
        _ => None,
    }
}

fn cut_off(error: std::io::Error) -> GgufError {
    if error.kind() == std::io::ErrorKind::UnexpectedEof {
        GgufError::Truncated("its header is not complete")
    } else {
        GgufError::Io(error)
    }
}
