//! Small work on text from outside: cutting it and taking markup out.

use dom_query::Document;

/// At most `most` characters, with a mark where something was cut.
pub(crate) fn clip(text: &str, most: usize) -> String {
    match text.char_indices().nth(most) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default().trim_end()),
        None => text.to_owned(),
    }
}

/// On one line, with single spaces.
pub(crate) fn one_line(text: &str) -> String {
    text.split(|c: char| c.is_whitespace() || c.is_control())
        .filter(|word| !word.is_empty())
        .collect::<Vec<_>>()
        .join(" ")
}

/// A title or snippet as services send them, with tags and entities taken out, on one line, cut.
pub(crate) fn plain(text: &str, most: usize) -> String {
    // Markup takes room too; what is beyond that is not shown anyway.
    let bounded = clip(text, most.saturating_mul(4));
    let bare = if bounded.contains(['<', '&']) {
        one_line(&Document::fragment(bounded).text())
    } else {
        one_line(&bounded)
    };
    clip(&bare, most)
}

/// The host of an address for people, without `www.`; the address itself if it has none.
pub(crate) fn host(address: &str) -> String {
    let url = url::Url::parse(address).ok();
    let host = url.as_ref().and_then(url::Url::host_str).map(|host| host.trim_start_matches("www."));
    host.map_or_else(|| clip(address, 80), str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_cut_between_characters() {
        assert_eq!(clip("日本語", 3), "日本語");
        assert_eq!(clip("日本語", 2), "日本…");
        assert_eq!(clip("ab cd", 3), "ab…");
        assert_eq!(clip("", 0), "");
    }

    #[test]
    fn markup_is_taken_out() {
        assert_eq!(plain("A <strong>bold</strong> &amp; simple\n\n text", 100), "A bold & simple text");
        assert_eq!(plain("1 < 2", 100), "1 < 2");
        assert_eq!(plain(&"<b>x".repeat(10_000), 3), "xxx…");
        assert!(!plain("<script>alert(1)</script>ok", 100).contains('<'));
    }

    #[test]
    fn hosts_are_short() {
        assert_eq!(host("https://www.example.com/a"), "example.com");
        assert_eq!(host("nonsense"), "nonsense");
    }
}
