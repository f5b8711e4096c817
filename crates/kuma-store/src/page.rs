//! Keyset pages: a list is cut after the last row that was shown, so rows that come or go in
//! between never shift it.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::{Result, StoreError};

/// The most rows a page can have, whatever is asked for.
const MAX_LIMIT: u32 = 1000;

/// One page of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page<T> {
    /// The rows, in the order of the list.
    pub items: Vec<T>,
    /// What to ask the next page with; `None` at the end. Opaque and safe in a URL.
    pub next_cursor: Option<String>,
}

impl<T> Page<T> {
    /// Cuts `rows`, of which one more than the page holds was asked for, and notes where.
    pub(crate) fn cut(mut rows: Vec<T>, limit: u64, cursor: impl FnOnce(&T) -> String) -> Self {
        let more = rows.len() as u64 > limit;
        rows.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
        let next_cursor = if more { rows.last().map(cursor) } else { None };
        Self { items: rows, next_cursor }
    }

    /// The same page with every row turned into something else.
    pub fn map<U>(self, turn: impl FnMut(T) -> U) -> Page<U> {
        Page { items: self.items.into_iter().map(turn).collect(), next_cursor: self.next_cursor }
    }
}

/// How many rows to show, within bounds.
pub(crate) fn bounded(limit: u32) -> u64 {
    u64::from(limit.clamp(1, MAX_LIMIT))
}

/// Which list a cursor belongs to: a cursor of another list is refused, not misread.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum List {
    Users = 1,
    Chats = 2,
    Messages = 3,
    Jobs = 4,
    Audit = 5,
    Documents = 6,
}

/// After which id the next page begins.
pub(crate) fn id_cursor(list: List, id: Uuid) -> String {
    let mut bytes = vec![list as u8];
    bytes.extend_from_slice(id.as_bytes());
    URL_SAFE_NO_PAD.encode(bytes)
}

pub(crate) fn read_id_cursor(list: List, cursor: Option<&str>) -> Result<Option<Uuid>> {
    cursor.map(|text| Uuid::from_slice(&body(list, text)?).map_err(|_| StoreError::BadCursor)).transpose()
}

/// After which time and, among equal times, which id the next page begins.
pub(crate) fn time_cursor(list: List, at: DateTime<Utc>, id: Uuid) -> String {
    let mut bytes = vec![list as u8];
    bytes.extend_from_slice(&at.timestamp_micros().to_be_bytes());
    bytes.extend_from_slice(id.as_bytes());
    URL_SAFE_NO_PAD.encode(bytes)
}

pub(crate) fn read_time_cursor(list: List, cursor: Option<&str>) -> Result<Option<(DateTime<Utc>, Uuid)>> {
    let Some(text) = cursor else { return Ok(None) };
    let bytes = body(list, text)?;
    let (micros, id) = bytes.split_first_chunk::<8>().ok_or(StoreError::BadCursor)?;
    let at = DateTime::from_timestamp_micros(i64::from_be_bytes(*micros)).ok_or(StoreError::BadCursor)?;
    let id = Uuid::from_slice(id).map_err(|_| StoreError::BadCursor)?;
    Ok(Some((at, id)))
}

fn body(list: List, text: &str) -> Result<Vec<u8>> {
    let mut bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_| StoreError::BadCursor)?;
    if bytes.first() != Some(&(list as u8)) {
        return Err(StoreError::BadCursor);
    }
    Ok(bytes.split_off(1))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_cursor_reads_back_and_only_in_its_own_list(micros in -62_000_000_000_000_000i64..250_000_000_000_000_000, id: u128) {
            let at = DateTime::from_timestamp_micros(micros).unwrap();
            let id = Uuid::from_u128(id);
            let text = time_cursor(List::Chats, at, id);
            prop_assert_eq!(read_time_cursor(List::Chats, Some(&text)).unwrap(), Some((at, id)));
            prop_assert!(matches!(read_time_cursor(List::Jobs, Some(&text)), Err(StoreError::BadCursor)));
            prop_assert!(matches!(read_id_cursor(List::Chats, Some(&text)), Err(StoreError::BadCursor)));
            let text = id_cursor(List::Users, id);
            prop_assert_eq!(read_id_cursor(List::Users, Some(&text)).unwrap(), Some(id));
            prop_assert!(text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_'));
        }

        #[test]
        fn any_text_is_a_cursor_or_an_error(text in ".{0,60}") {
            let _ = read_time_cursor(List::Chats, Some(&text));
            let _ = read_id_cursor(List::Chats, Some(&text));
        }
    }

    #[test]
    fn a_page_says_whether_more_follow() {
        let page = Page::cut(vec![1, 2, 3], 2, ToString::to_string);
        assert_eq!(page, Page { items: vec![1, 2], next_cursor: Some("2".to_owned()) });
        let page = Page::cut(vec![1, 2], 2, ToString::to_string);
        assert_eq!(page, Page { items: vec![1, 2], next_cursor: None });
    }
}
