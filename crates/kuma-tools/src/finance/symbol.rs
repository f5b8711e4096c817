//! Ticker symbols.

/// A ticker symbol, upper case: `AAPL`, `RELIANCE.NS`, `^NSEI`, `BTC-USD`, `EURUSD=X`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Symbol(String);

impl Symbol {
    /// The symbol that a text is, if it can be one. A company's name in one word can be one too.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim().trim_start_matches('$').to_uppercase();
        let fine = text.bytes().all(|b| b.is_ascii_alphanumeric() || b"^.-=&".contains(&b));
        let some = text.bytes().any(|b| b.is_ascii_alphanumeric());
        // A lone dot, or two, would be a step in a path.
        let steps = text.split('.').any(str::is_empty);
        (fine && some && !steps && text.len() <= 24).then_some(Self(text))
    }

    /// What stands for no symbol in particular.
    pub(super) fn markets() -> Self {
        Self("stock market".to_owned())
    }

    /// As it is written.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn symbols_are_told_from_names() {
        for (text, symbol) in [
            ("aapl", Some("AAPL")),
            (" $TSLA ", Some("TSLA")),
            ("RELIANCE.NS", Some("RELIANCE.NS")),
            ("^NSEI", Some("^NSEI")),
            ("BTC-USD", Some("BTC-USD")),
            ("EURUSD=X", Some("EURUSD=X")),
            ("M&M.NS", Some("M&M.NS")),
            ("Apple Inc", None),
            ("../../etc", None),
            ("..", None),
            ("A/B", None),
            ("A?x=1", None),
            ("", None),
            ("株", None),
            (&"A".repeat(25), None),
        ] {
            assert_eq!(Symbol::parse(text).as_ref().map(Symbol::as_str), symbol, "{text}");
        }
    }
}
