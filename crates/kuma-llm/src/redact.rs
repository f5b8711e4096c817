//! Providers' words, made fit to be shown: short, on one line, free of keys.

/// Longest message kept, in characters.
const LONGEST: usize = 300;
/// What stands where a key stood.
const REMOVED: &str = "[removed]";
/// How keys begin at the vendors we know.
const KEY_STARTS: [&str; 9] = ["sk-", "sk_", "pk-", "gsk_", "xai-", "AIza", "hf_", "r8_", "nvapi-"];

/// One line of at most 300 characters without anything that looks like a key, `secret` above all.
pub(crate) fn clean(text: &str, secret: Option<&str>) -> String {
    let text = match secret {
        Some(secret) if secret.len() >= 4 => text.replace(secret, REMOVED),
        _ => text.to_owned(),
    };
    let mut line = String::with_capacity(text.len().min(LONGEST * 4));
    for word in text.split_whitespace() {
        if !line.is_empty() {
            line.push(' ');
        }
        push_without_keys(&mut line, word);
    }
    if line.chars().nth(LONGEST).is_none() {
        return line;
    }
    match line.char_indices().nth(LONGEST - 1) {
        Some((end, _)) => format!("{}…", line.get(..end).unwrap_or_default().trim_end()),
        None => line,
    }
}

fn push_without_keys(line: &mut String, word: &str) {
    // A key may stand in quotes, behind `key=` or before a full stop.
    let is_key_char = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '*');
    let mut rest = word;
    while !rest.is_empty() {
        let length = rest.find(|c| !is_key_char(c)).unwrap_or(rest.len());
        let (run, tail) = rest.split_at(length);
        line.push_str(if looks_like_key(run) { REMOVED } else { run });
        let mut after = tail.chars();
        line.extend(after.next());
        rest = after.as_str();
    }
}

fn looks_like_key(run: &str) -> bool {
    if KEY_STARTS.iter().any(|start| run.starts_with(start) && run.len() >= start.len() + 4) {
        return true;
    }
    let has = |test: fn(&u8) -> bool| run.as_bytes().iter().any(test);
    // Long and mixed as no word is. Ids in lower case, such as UUIDs, stay: support asks for them.
    run.len() >= 32 && has(u8::is_ascii_digit) && has(u8::is_ascii_lowercase) && has(u8::is_ascii_uppercase)
}

#[cfg(test)]
mod tests {
    use super::clean;

    #[test]
    fn keys_are_removed_however_they_stand() {
        let key = "my-own-format.key";
        for (given, wanted) in [
            (
                "Incorrect API key provided: sk-proj-abc***xyz1. You can find",
                "Incorrect API key provided: [removed]. You can find",
            ),
            ("bad key 'AIzaSyD-abcdefghijk'", "bad key '[removed]'"),
            ("url?key=my-own-format.key&x=1", "url?key=[removed]&x=1"),
            ("token Zm9vYmFyQmF6MTIzNDU2Nzg5MDEyMzQ1Njc4OTA end", "token [removed] end"),
            ("request 0192f0c1-2345-7abc-8def-0123456789ab", "request 0192f0c1-2345-7abc-8def-0123456789ab"),
            ("The sk- prefix, hf_x", "The sk- prefix, hf_x"),
        ] {
            assert_eq!(clean(given, Some(key)), wanted);
        }
    }

    #[test]
    fn the_result_is_one_short_line() {
        assert_eq!(clean("a\n\n  b\tc ", None), "a b c");
        let long = clean(&"wörter ".repeat(200), None);
        assert_eq!(long.chars().count(), 300, "299 and an ellipsis");
        assert!(long.ends_with('…'));
        assert_eq!(clean("", None), "");
    }
}
