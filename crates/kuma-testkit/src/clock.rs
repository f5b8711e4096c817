//! Deltas that carry the moment they left, so that a load test knows how long each was under way.
//!
//! A delta of `[clock N]` is a stamp: `@`, the machine's monotonic clock in microseconds as 15 digits, and a space. All
//! processes of one machine read the same clock. Frames are rendered once for everybody; only the digits are written
//! anew into a copy of the frame when it leaves.

use crate::plan::Step;
use crate::reply::{Piece, Reply};
use bytes::{Bytes, BytesMut};
use rustix::time::{ClockId, clock_gettime};
use std::io::Write;

/// Digits of a stamp: enough for thirty years without a restart.
pub const STAMP_DIGITS: usize = 15;

/// Where the digits go, as it is rendered.
const PLACE: &str = "@000000000000000 ";

/// The machine's monotonic clock in microseconds, the same for all processes.
pub fn now_micros() -> u64 {
    let now = clock_gettime(ClockId::Monotonic);
    now.tv_sec as u64 * 1_000_000 + now.tv_nsec as u64 / 1_000
}

/// The stamps in a text, in their order.
pub fn stamps(text: &[u8]) -> impl Iterator<Item = u64> {
    let mut rest = text;
    std::iter::from_fn(move || {
        loop {
            let at = rest.iter().position(|b| *b == b'@')?;
            rest = rest.get(at + 1..)?;
            let Some(digits) = rest.get(..STAMP_DIGITS) else { continue };
            if digits.iter().all(u8::is_ascii_digit) {
                return Some(digits.iter().fold(0, |n, d| n * 10 + u64::from(d - b'0')));
            }
        }
    })
}

/// `count` stamps, to be filled in by [`mark`] and [`stamped`].
pub(crate) fn reply(count: usize) -> Reply {
    let pieces = (0..count).map(|_| Piece::Text(PLACE.to_owned())).collect();
    Reply { pieces, clock: true, cache_key: Some(format!("clock {count}")), ..Reply::default() }
}

/// Makes the frames of single deltas such that they are stamped when they leave. Frames that repeat the whole text
/// (some vendors' last ones, and answers that are not streamed) stay as they are.
pub(crate) fn mark(steps: Vec<Step>) -> Vec<Step> {
    let marked = |step| match step {
        Step::Send(frame) => match only_place(&frame) {
            Some(at) => Step::Stamp { frame, at: at + 1 },
            None => Step::Send(frame),
        },
        other => other,
    };
    steps.into_iter().map(marked).collect()
}

fn only_place(frame: &Bytes) -> Option<usize> {
    let text = std::str::from_utf8(frame).ok()?;
    let first = text.find(PLACE)?;
    (text.rfind(PLACE) == Some(first)).then_some(first)
}

/// The frame with the time of now in its place.
pub(crate) fn stamped(frame: &Bytes, at: usize) -> Bytes {
    let mut copy = BytesMut::from(&frame[..]);
    if let Some(mut place) = copy.get_mut(at..at + STAMP_DIGITS) {
        let now = now_micros() % 10_u64.pow(STAMP_DIGITS as u32);
        // The place is as long as the digits are.
        write!(place, "{now:0STAMP_DIGITS$}").ok();
    }
    copy.freeze()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stamp_says_when_it_was_made() {
        let frame = Bytes::from(format!("data: {{\"content\":\"{PLACE}\"}}\n\n"));
        let marked = mark(vec![Step::Turn, Step::Send(frame.clone())]);
        let [Step::Turn, Step::Stamp { frame: same, at }] = &marked[..] else { panic!("{marked:?}") };
        assert_eq!(*same, frame);
        let before = now_micros();
        let sent = stamped(same, *at);
        let after = now_micros();
        assert_eq!(sent.len(), frame.len());
        let found: Vec<u64> = stamps(&sent).collect();
        assert!(matches!(found[..], [at] if before <= at && at <= after), "{before} {found:?} {after}");
    }

    #[test]
    fn frames_with_the_whole_text_are_left_alone() {
        let whole = Bytes::from(format!("{PLACE}{PLACE}"));
        assert!(matches!(&mark(vec![Step::Send(whole)])[..], [Step::Send(_)]));
    }

    #[test]
    fn other_text_is_no_stamp() {
        assert_eq!(stamps(b"a@b.c @12 @000000000000042 @").collect::<Vec<_>>(), [42]);
    }
}
