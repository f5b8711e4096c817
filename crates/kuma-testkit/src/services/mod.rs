//! Fake services of the web at the wire: search engines, market data, S3, Supermemory, a reranker, and sites with any page a
//! test likes.
//!
//! Each is an HTTP server on a loopback port of its own that answers like the service, checks every request against
//! the service's rules (method, path, headers, required and unknown fields), counts connections, and can be made to
//! fail. Dropping one fails the test if a request broke a rule.
//!
//! ```text
//! let exa = FakeExa::start().await;
//! exa.push(Answer::failure(429).header("retry-after", "7"));
//! // … point the product at exa.base_url(), search …
//! assert_eq!(exa.requests().len(), 1);
//! ```

mod answer;
mod brave;
mod duckduckgo;
mod exa;
mod finnhub;
mod reranker;
mod rules;
mod s3;
mod searxng;
mod server;
mod site;
mod supermemory;
mod tavily;
mod yahoo;

pub use answer::Answer;
pub use brave::FakeBrave;
pub use duckduckgo::FakeDuckDuckGo;
pub use exa::FakeExa;
pub use finnhub::FakeFinnhub;
pub use reranker::{FakeReranker, Reranker};
pub use s3::{FakeS3, S3};
pub use searxng::FakeSearxng;
pub use server::{FakeService, Seen, Service};
pub use site::{FakeSite, Site};
pub use supermemory::{FakeSupermemory, Supermemory};
pub use tavily::FakeTavily;
pub use yahoo::FakeYahoo;
