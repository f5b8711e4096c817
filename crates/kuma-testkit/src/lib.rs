//! Fake model providers and web services at the wire, for tests.
//!
//! Real HTTP servers on random loopback ports that speak the protocols of OpenAI (Chat Completions, Responses,
//! Models, Embeddings), Anthropic Messages, Gemini and Ollama. A test scripts what they answer, holds the answer back
//! with a [`Gate`], breaks it, and reads what was sent; every request is checked against the vendor's own rules.
//! [`services`] has the same for search engines, market data and web sites.
//!
//! Who may use it: tests, benchmarks and the `kuma-fake-upstream` binary. Never the product.
//!
//! ```text
//! let fake = FakeOpenAi::start().await;
//! let gate = Gate::new();
//! fake.push(Reply::text("Hello there").gate(&gate));
//! // … point the product at fake.base_url(), send a message …
//! gate.release(1);
//! fake.assert_clean();
//! ```

mod check;
pub mod clock;
mod control;
mod default_reply;
mod fake;
mod gate;
mod http_io;
mod json;
mod keywords;
mod markdown;
pub mod mcp;
mod plan;
mod prompt;
mod record;
mod reply;
mod route;
mod script;
mod serve;
pub mod services;
mod shared;
mod vendor;
mod wire;

pub use fake::{FakeAnthropic, FakeGemini, FakeOllama, FakeOpenAi, FakeUpstream};
pub use gate::Gate;
pub use mcp::FakeMcp;
pub use record::{Ending, Recorded, Violation};
pub use reply::{Failure, Finish, Piece, Reply, Split, ToolCall, Usage};
pub use script::Rule;
pub use serve::{Options, Server};
pub use shared::{Connections, Keys};
pub use vendor::Vendor;
