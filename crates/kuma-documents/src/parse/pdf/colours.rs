//! Text has no colours. Preparing the colour profiles that most files carry takes longer than reading a few pages of text,
//! so the copy that is read for its text does not have them.

/// How a colour space names its profile.
const NAME: &[u8] = b"/ICCBased";
/// The letter in it that is changed: an unknown colour space is skipped, and everything stays in its place.
const LETTER: usize = 4;

/// The file with its colour spaces by profile made unknown. Only names at the start of an array are touched, as colour
/// spaces are written.
pub(super) fn without_profiles(mut bytes: Vec<u8>) -> Vec<u8> {
    let mut from = 0;
    while let Some(at) = bytes.get(from..).and_then(next_slash).map(|at| from + at) {
        from = at + 1;
        let named = bytes.get(at..).is_some_and(|rest| rest.starts_with(NAME));
        let before = bytes.get(..at).unwrap_or_default();
        let opens = before.iter().rev().find(|byte| !byte.is_ascii_whitespace());
        if named
            && opens == Some(&b'[')
            && let Some(letter) = bytes.get_mut(at + LETTER)
        {
            *letter = b'b';
        }
    }
    bytes
}

/// The next place where the name may stand.
fn next_slash(bytes: &[u8]) -> Option<usize> {
    bytes.windows(2).position(|pair| pair == b"/I")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_colour_spaces_are_touched() {
        let before = b"/CS [/ICCBased 5 0 R] [ /ICCBased 6 0 R] (a text with /ICCBased) /I /ICC".to_vec();
        let after = without_profiles(before.clone());
        assert_eq!(after, b"/CS [/ICCbased 5 0 R] [ /ICCbased 6 0 R] (a text with /ICCBased) /I /ICC");
        assert_eq!(without_profiles(Vec::new()), Vec::<u8>::new());
    }
}
