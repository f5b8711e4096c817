//! A fake of Finnhub.

use serde_json::{Value, json};

use super::answer::Answer;
use super::rules::Rules;
use super::server::{FakeService, Seen, Service};

/// Finnhub: quotes, companies and news with `X-Finnhub-Token`. It knows the symbol `AAPL`; keys that begin with `bad`
/// are refused.
#[derive(Debug)]
pub struct Finnhub;

/// A fake of `finnhub.io/api/v1`.
pub type FakeFinnhub = FakeService<Finnhub>;

impl FakeFinnhub {
    /// Starts it on a random loopback port.
    pub async fn start() -> Self {
        Self::start_with(Finnhub).await
    }
}

impl Service for Finnhub {
    const NAME: &'static str = "Finnhub";

    fn check(&self, request: &Seen) -> Vec<String> {
        let mut rules = Rules::of(request);
        // A key in the address would end in logs; the parameter `token` is unknown here for that reason.
        rules.method("GET").header("x-finnhub-token");
        match request.path.as_str() {
            "/quote" | "/stock/profile2" => rules.params(&["symbol"], &[]),
            "/company-news" => rules.params(&["symbol", "from", "to"], &[]),
            "/news" => rules.params(&["category"], &["minId"]),
            "/search" => rules.params(&["q"], &["exchange"]),
            _ => rules.must(false, "there is no such path"),
        };
        for date in ["from", "to"] {
            let parts: Vec<usize> =
                request.param(date).map(|text| text.split('-').map(str::len).collect()).unwrap_or_default();
            rules.must(parts.is_empty() || parts == [4, 2, 2], format!("{date} is a date"));
        }
        rules.end()
    }

    fn refuses_key(&self, request: &Seen) -> bool {
        request.header("x-finnhub-token").starts_with("bad")
    }

    fn answer(&self, request: &Seen) -> Answer {
        let known = request.param("symbol") == Some("AAPL");
        Answer::json(&match (request.path.as_str(), known) {
            ("/quote", true) => {
                json!({"c": 230.0, "d": -1.0, "dp": -0.4329, "h": 232.0, "l": 229.0, "o": 231.0,
                "pc": 231.0, "t": 1_772_485_200})
            }
            // What it does not know is zeros, not an error.
            ("/quote", false) => {
                json!({"c": 0, "d": null, "dp": null, "h": 0, "l": 0, "o": 0, "pc": 0, "t": 0})
            }
            ("/stock/profile2", true) => {
                json!({"name": "Apple Inc", "exchange": "NASDAQ NMS - GLOBAL MARKET",
                "currency": "USD", "country": "US", "marketCapitalization": 3_400_000.5, "ticker": "AAPL",
                "finnhubIndustry": "Technology", "logo": "https://logo.example/aapl.png", "ipo": "1980-12-12",
                "shareOutstanding": 15_000.1, "weburl": "https://www.apple.com/"})
            }
            ("/stock/profile2", false) => json!({}),
            ("/search", _) => json!({"count": 1, "result": [{"symbol": "AAPL", "description": "APPLE INC",
                "displaySymbol": "AAPL", "type": "Common Stock"}]}),
            _ => (1..=3)
                .map(|n| {
                    json!({"headline": format!("Finnhub headline {n}"), "summary": format!("Summary {n}."),
                        "source": "The Wire", "url": format!("https://wire.example/{n}"),
                        "datetime": 1_772_485_200 - n * 60, "category": "company", "id": n, "image": ""})
                })
                .collect(),
        })
    }

    fn failure(&self, status: u16) -> Value {
        json!({"error": match status {
            401 => "Invalid API key",
            403 => "You don't have access to this resource.",
            429 => "API limit reached. Please try again later.",
            _ => "An error occurred.",
        }})
    }
}
