//! How many tokens a text will take, without the model's own tokenizer.
//!
//! Providers do not publish all tokenizers and the vocabularies weigh megabytes, so this is an
//! estimate that errs high: what is planned with it fits. English measures about 4 characters a
//! token, other alphabets 2 to 3, and scripts without spaces about one character a token.

use kuma_llm::Part;

/// Tokens that every message costs beside its text (role and separators).
pub const PER_MESSAGE: usize = 4;

/// An upper estimate of the tokens of a text.
pub fn estimate(text: &str) -> usize {
    // In eighths of a token, so that the sum stays integral.
    let eighths: usize = text
        .chars()
        .map(|c| match c {
            'a'..='z' | ' ' => 2,
            'A'..='Z' => 3,
            '0'..='9' => 4,
            // The rest of ASCII, accented Latin, Greek, Cyrillic, Hebrew.
            '\u{0}'..='\u{5ff}' => 5,
            '\u{600}'..='\u{1fff}' => 7,
            _ => 10,
        })
        .sum();
    eighths.div_ceil(8)
}

/// The estimate for a whole message.
pub fn estimate_message(text: &str) -> usize {
    estimate(text) + PER_MESSAGE
}

/// The estimate for a part of a message.
pub fn estimate_part(part: &Part) -> usize {
    match part {
        Part::Text(text) | Part::Reasoning(text) => estimate(text),
        Part::ToolCall(call) => estimate(&call.name) + estimate(&call.arguments.to_string()),
        Part::ToolResult { content, .. } => estimate(content),
        // What vendors count for a picture of ordinary size.
        Part::Image { .. } => 1_600,
    }
}

#[cfg(test)]
mod tests {
    use super::estimate;

    /// Counts by the o200k vocabulary, which most current models resemble.
    #[test]
    fn errs_high_but_not_wildly() {
        for (text, tokens) in [
            ("The quick brown fox jumps over the lazy dog.", 10),
            ("Self-hosted assistants should start in a blink and weigh nothing.", 13),
            ("Der schnelle braune Fuchs springt über den faulen Hund.", 13),
            ("素早い茶色の狐がのろまな犬を飛び越える", 15),
            ("fn main() { println!(\"{}\", 1 + 1); }", 15),
        ] {
            let estimated = estimate(text);
            assert!(estimated >= tokens, "{text:?}: {estimated} < {tokens}");
            assert!(estimated <= tokens * 2, "{text:?}: {estimated} > 2 × {tokens}");
        }
        assert_eq!(estimate(""), 0);
    }
}
