//! What a `robots.txt` says to one program (RFC 9309).
//!
//! Code of our own, because the file is a stranger's and the libraries that read it are not made for that: one breaks
//! at a line that it cuts within a character, another makes a regular expression of every rule, so that a site can use
//! up memory. Here memory and time of a check are in proportion to the file, whatever is in it.

/// The rules for one program, each for the addresses that fit its pattern.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Rules(Vec<Rule>);

#[derive(Clone, Debug, PartialEq, Eq)]
struct Rule {
    allows: bool,
    /// As addresses are compared; `*` stands for anything, a `$` at the end for the end.
    pattern: String,
}

impl Rules {
    /// Those for the program of that name; when the file does not name it, those for all programs.
    pub(super) fn of(file: &str, agent: &str) -> Self {
        let (mut own, mut general) = (None::<Vec<Rule>>, Vec::new());
        // Names that stand together, one to a line, have the rules behind them in common.
        let (mut for_us, mut for_all, mut names_go_on) = (false, false, false);
        for line in file.trim_start_matches('\u{feff}').split(['\n', '\r']) {
            let line = line.split('#').next().unwrap_or_default();
            let Some((field, value)) = line.split_once(':') else { continue };
            let (field, value) = (field.trim(), value.trim());
            if field.eq_ignore_ascii_case("user-agent") {
                if !names_go_on {
                    (for_us, for_all, names_go_on) = (false, false, true);
                }
                for_all |= value.starts_with('*');
                if product(value).eq_ignore_ascii_case(agent) {
                    for_us = true;
                    // To be named without a rule is to be let in.
                    own.get_or_insert_default();
                }
                continue;
            }
            let allows = field.eq_ignore_ascii_case("allow");
            if !allows && !field.eq_ignore_ascii_case("disallow") {
                continue;
            }
            names_go_on = false;
            // An empty one forbids nothing.
            if value.is_empty() {
                continue;
            }
            let rule = || Rule { allows, pattern: comparable(value) };
            if for_us {
                own.get_or_insert_default().push(rule());
            }
            if for_all {
                general.push(rule());
            }
        }
        Self(own.unwrap_or(general))
    }

    /// Whether a path with its query may be read: what the longest pattern that fits says, and yes without any.
    pub(super) fn allow(&self, path: &str) -> bool {
        let path = comparable(path);
        let fitting = self.0.iter().filter(|rule| fits(&rule.pattern, &path));
        fitting.max_by_key(|rule| (rule.pattern.len(), rule.allows)).is_none_or(|rule| rule.allows)
    }

    /// About how much memory they take.
    pub(super) fn bytes(&self) -> usize {
        self.0.iter().map(|rule| rule.pattern.len() + size_of::<Rule>()).sum()
    }
}

/// `Kuma` of `Kuma/1.0 (reads pages)`.
fn product(agent: &str) -> &str {
    let end = agent.find(|c: char| !(c.is_ascii_alphabetic() || matches!(c, '-' | '_')));
    agent.get(..end.unwrap_or(agent.len())).unwrap_or_default()
}

/// Whether a path begins like a pattern, or is all of it when that ends with `$`.
fn fits(pattern: &str, path: &str) -> bool {
    let (pattern, to_the_end) = match pattern.strip_suffix('$') {
        Some(pattern) => (pattern, true),
        None => (pattern, false),
    };
    let mut parts = pattern.split('*');
    let Some(mut rest) = path.strip_prefix(parts.next().unwrap_or_default()) else { return false };
    let mut parts = parts.peekable();
    while let Some(part) = parts.next() {
        if to_the_end && parts.peek().is_none() {
            return rest.ends_with(part);
        }
        // The first place is as good as any: what follows may begin anywhere behind it.
        let Some(at) = rest.find(part) else { return false };
        rest = rest.get(at + part.len()..).unwrap_or_default();
    }
    !to_the_end || rest.is_empty()
}

/// One way to write an address of several that mean the same: in ASCII, with escapes only where they are needed.
fn comparable(text: &str) -> String {
    use std::fmt::Write as _;
    let mut out = String::with_capacity(text.len());
    let mut bytes = text.bytes();
    while let Some(byte) = bytes.next() {
        let mut escaped = byte;
        let mut escape = !byte.is_ascii_graphic();
        if byte == b'%' {
            let mut ahead = bytes.clone();
            let code = ahead.next().and_then(hex).zip(ahead.next().and_then(hex));
            if let Some((high, low)) = code {
                bytes = ahead;
                escaped = high * 16 + low;
                // What is escaped without need means itself; the rest is another address than without the escape.
                escape = !(escaped.is_ascii_alphanumeric() || b"-._~".contains(&escaped));
            }
        }
        if escape {
            // Writing to a string does not fail.
            let _ = write!(out, "%{escaped:02X}");
        } else {
            out.push(char::from(escaped));
        }
    }
    out
}

fn hex(byte: u8) -> Option<u8> {
    char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok())
}

#[cfg(test)]
mod tests {
    use super::{Rules, fits};

    fn allow(file: &str, path: &str) -> bool {
        Rules::of(file, "Kuma").allow(path)
    }

    #[test]
    fn a_program_has_its_own_rules_or_those_of_all() {
        let file = "\u{feff}# A site\nUser-agent: *\nDisallow: /all\r\n\nuser-agent: OtherBot\nUSER-AGENT: kuma/1.0\n\
                    Sitemap: https://x.example/map\nDisallow: /ours # and theirs\n\nUser-agent: third\nDisallow: /";
        assert!(allow(file, "/all"), "the rules for all are for those that are not named");
        assert!(!allow(file, "/ours/page"));
        assert!(!Rules::of(file, "otherbot").allow("/ours"), "several names share rules");
        assert!(!Rules::of(file, "fourth").allow("/all/x") && Rules::of(file, "fourth").allow("/ours"));
        // Groups of one name are one.
        let twice =
            "User-agent: Kuma\nDisallow: /a\nUser-agent: x\nDisallow: /\nUser-agent: Kuma\nDisallow: /b";
        assert!(!allow(twice, "/a") && !allow(twice, "/b") && allow(twice, "/c"));
        assert!(allow("User-agent: *\nDisallow: /\nUser-agent: Kuma\nDisallow:\n", "/"), "named and let in");
        assert!(allow("User-agent: *\nDisallow: /\nUser-agent: Kuma", "/"));
        assert!(allow("Disallow: /", "/x"), "for nobody");
    }

    #[test]
    fn the_longest_rule_counts_and_of_two_the_friendly_one() {
        let file =
            "User-agent: *\nDisallow: /\nAllow: /open\nDisallow: /open/not\nAllow: /tie\nDisallow: /tie";
        for (path, expected) in
            [("/", false), ("/x", false), ("/open", true), ("/open/not/this", false), ("/tie", true)]
        {
            assert_eq!(allow(file, path), expected, "{path}");
        }
    }

    #[test]
    fn patterns() {
        for (pattern, path, expected) in [
            ("/", "/any", true),
            ("/fish", "/fish.html", true),
            ("/fish", "/Fish", false),
            ("/fish*", "/fishing/x", true),
            ("/fish/", "/fish", false),
            ("/*.php", "/folder/any.php.x?y", true),
            ("/*.php", "/php", false),
            ("/*.php$", "/index.php", true),
            ("/*.php$", "/index.php?x", false),
            ("/fish*.php", "/fish.php", true),
            ("/fish$", "/fish", true),
            ("/fish$", "/fishes", false),
            ("/a*b*c$", "/aXbYc", true),
            ("/a*b*c$", "/acb", false),
            ("/a*$", "/anything", true),
            ("*", "/anything", true),
            ("/$x", "/$x", true),
        ] {
            assert_eq!(fits(pattern, path), expected, "{pattern} {path}");
        }
    }

    #[test]
    fn an_address_is_the_same_however_it_is_escaped() {
        for (pattern, path, expected) in [
            ("/ツ", "/%E3%83%84", true),
            ("/%e3%83%84", "/ツ", true),
            ("/%7Ejoe", "/~joe", true),
            ("/a b", "/a%20b", true),
            ("/a%2Fb", "/a/b", false),
            ("/100%", "/100%", true),
            ("/x%2", "/x%2y", true),
        ] {
            assert_eq!(
                !allow(&format!("User-agent: *\nDisallow: {pattern}"), path),
                expected,
                "{pattern} {path}"
            );
        }
    }

    #[test]
    fn nothing_breaks_it() {
        let long = format!("User-agent: *\nDisallow: /{}$", "*a".repeat(20_000));
        assert!(allow(&long, &format!("/{}", "a".repeat(8_000))), "it asks for more than there is");
        for odd in
            ["", ":", "::\n:", "User-agent:\nDisallow: *$", "\u{0}\u{feff}", "User-agent: ü\nDisallow: ü*ü$%"]
        {
            Rules::of(odd, "Kuma").allow("/ü?x=%%%");
        }
        // A page that is no such file says nothing.
        assert!(allow("<!doctype html><p style=\"color: red\">Not found", "/"));
    }
}
