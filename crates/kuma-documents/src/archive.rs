//! Zip archives from strangers: every part is read through a limit, names are only looked up and never used as paths.

use std::io::{Cursor, Read};

use zip::ZipArchive;
use zip::result::ZipError;

use crate::error::ParseError;
use crate::kind::Kind;
use crate::limits::Limits;

/// Parts that an archive may have.
const MAX_PARTS: usize = 50_000;

/// An archive in memory and what may still be unpacked from it.
pub(crate) struct Archive<'a> {
    zip: ZipArchive<Cursor<&'a [u8]>>,
    kind: Kind,
    left: u64,
    limit: u64,
}

impl<'a> Archive<'a> {
    /// Opens an archive; `kind` is what its errors speak of.
    pub(crate) fn open(bytes: &'a [u8], kind: Kind, limits: &Limits) -> Result<Self, ParseError> {
        let zip = ZipArchive::new(Cursor::new(bytes)).map_err(|error| ParseError::damaged(kind, error))?;
        if zip.len() > MAX_PARTS {
            return Err(ParseError::damaged(kind, format_args!("{} parts in its archive", zip.len())));
        }
        Ok(Self { zip, kind, left: limits.unpacked_bytes, limit: limits.unpacked_bytes })
    }

    /// The names of the parts.
    pub(crate) fn names(&self) -> impl Iterator<Item = String> + '_ {
        self.zip.file_names().filter_map(Result::ok).map(std::borrow::Cow::into_owned)
    }

    /// Whether there is a part of this name.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.zip.index_for_name(name).is_some()
    }

    /// A part unpacked, or `None` when there is none of this name.
    pub(crate) fn bytes(&mut self, name: &str) -> Result<Option<Vec<u8>>, ParseError> {
        let part = match self.zip.by_name(name) {
            Ok(part) => part,
            Err(ZipError::FileNotFound) => return Ok(None),
            Err(ZipError::UnsupportedArchive(why)) if why == ZipError::PASSWORD_REQUIRED => {
                return Err(ParseError::Encrypted { kind: self.kind });
            }
            Err(error) => return Err(ParseError::damaged(self.kind, error)),
        };
        let mut bytes = Vec::new();
        part.take(self.left + 1)
            .read_to_end(&mut bytes)
            .map_err(|error| ParseError::damaged(self.kind, format_args!("{name}: {error}")))?;
        let Some(left) = self.left.checked_sub(bytes.len() as u64) else {
            return Err(ParseError::TooBigUnpacked { limit: self.limit });
        };
        self.left = left;
        Ok(Some(bytes))
    }

    /// A part as text; what is not UTF-8 in it is replaced.
    pub(crate) fn text(&mut self, name: &str) -> Result<Option<String>, ParseError> {
        Ok(self.bytes(name)?.map(|bytes| crate::charset::decode_as(&bytes, None)))
    }

    /// A part that the format demands.
    pub(crate) fn required(&mut self, name: &str) -> Result<String, ParseError> {
        self.text(name)?
            .ok_or_else(|| ParseError::damaged(self.kind, format_args!("{name} is missing in it")))
    }
}
