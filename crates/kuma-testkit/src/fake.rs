//! The fakes as a test holds them.

use crate::gate::Gate;
use crate::record::{Recorded, Violation, lock};
use crate::reply::{Failure, Reply};
use crate::script::Rule;
use crate::serve::{Options, Server};
use crate::shared::{Connections, Keys, VendorState};
use crate::vendor::Vendor;
use std::ops::Deref;

/// One fake provider on a port of its own. Dropping it ends it, and fails the test if a request broke the rules.
pub struct FakeUpstream {
    server: Server,
    vendor: Vendor,
}

impl FakeUpstream {
    /// Starts a fake of `vendor` on a random loopback port.
    ///
    /// # Panics
    /// When no port can be bound.
    #[expect(clippy::expect_used, reason = "a test cannot go on without its fake")]
    pub async fn start(vendor: Vendor) -> Self {
        let options = Options { vendor: Some(vendor), port: 0, keep_requests: usize::MAX, check: true };
        let server = Server::start(options).await.expect("a loopback port for the fake");
        Self { server, vendor }
    }

    /// The provider it plays.
    pub fn vendor(&self) -> Vendor {
        self.vendor
    }

    /// `http://127.0.0.1:PORT`.
    pub fn origin(&self) -> String {
        format!("http://{}", self.server.address())
    }

    /// The base URL as the vendor documents it for clients, without a trailing slash: the origin with `/v1` (OpenAI,
    /// Anthropic), `/v1beta` (Gemini) or nothing (Ollama).
    pub fn base_url(&self) -> String {
        format!("{}{}", self.origin(), self.vendor.base_path())
    }

    /// Puts a reply at the end of the queue. Requests for titles and summaries leave the queue alone.
    pub fn push(&self, reply: Reply) {
        self.state().script.push(reply);
    }

    /// Answers the requests that match a rule, before the queue is looked at.
    pub fn rule(&self, rule: Rule) {
        self.state().script.rule(rule);
    }

    /// Answers every request with an error, `times` times or (`None`) until [`FakeUpstream::recover`].
    pub fn fail(&self, failure: Failure, times: Option<u32>) {
        self.state().script.fail(Some(failure), times);
    }

    /// Takes back [`FakeUpstream::fail`].
    pub fn recover(&self) {
        self.state().script.fail(None, None);
    }

    /// Replies that no request has taken yet.
    pub fn queued(&self) -> usize {
        self.state().script.queued()
    }

    /// Which keys are good from now on.
    pub fn set_keys(&self, keys: Keys) {
        *lock(&self.state().keys) = keys;
    }

    /// Which models exist from now on.
    pub fn set_models<S: Into<String>>(&self, models: impl IntoIterator<Item = S>) {
        *lock(&self.state().models) = models.into_iter().map(Into::into).collect();
    }

    /// The gate that the keyword `[gate id]` names.
    pub fn gate(&self, id: &str) -> Gate {
        self.server.shared.gate(id)
    }

    /// Every request so far, oldest first.
    pub fn requests(&self) -> Vec<Recorded> {
        self.server.shared.records.requests(None)
    }

    /// The one request so far.
    ///
    /// # Panics
    /// When there is none or more than one.
    pub fn single_request(&self) -> Recorded {
        let mut requests = self.requests();
        assert_eq!(requests.len(), 1, "expected one request, not {:#?}", paths(&requests));
        requests.remove(0)
    }

    /// Connections and streams, now.
    pub fn connections(&self) -> Connections {
        self.server.shared.connections()
    }

    /// The rules broken so far.
    pub fn violations(&self) -> Vec<Violation> {
        self.server.shared.records.violations(None)
    }

    /// The rules broken so far, forgotten with this call: for a test that breaks them on purpose.
    pub fn take_violations(&self) -> Vec<Violation> {
        let violations = self.violations();
        self.server.shared.records.forget_violations(None);
        violations
    }

    /// Fails the test if a request broke the vendor's rules.
    ///
    /// # Panics
    /// When there are violations.
    pub fn assert_clean(&self) {
        let violations = self.violations();
        assert!(violations.is_empty(), "requests to the fake broke rules: {violations:#?}");
    }

    fn state(&self) -> &VendorState {
        self.server.shared.vendor(self.vendor)
    }
}

fn paths(requests: &[Recorded]) -> Vec<&str> {
    requests.iter().map(|r| r.path.as_str()).collect()
}

impl Drop for FakeUpstream {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            self.assert_clean();
        }
    }
}

macro_rules! fakes {
    ($($(#[$doc:meta])* $name:ident = $vendor:expr;)+) => {$(
        $(#[$doc])*
        pub struct $name(FakeUpstream);

        impl $name {
            /// Starts it on a random loopback port.
            ///
            /// # Panics
            /// When no port can be bound.
            pub async fn start() -> Self {
                Self(FakeUpstream::start($vendor).await)
            }
        }

        impl Deref for $name {
            type Target = FakeUpstream;

            fn deref(&self) -> &FakeUpstream {
                &self.0
            }
        }
    )+};
}

fakes! {
    /// A fake of `api.openai.com`: Chat Completions, Responses, Embeddings, Models.
    FakeOpenAi = Vendor::OpenAi;
    /// A fake of `api.anthropic.com`: Messages, token counts, Models.
    FakeAnthropic = Vendor::Anthropic;
    /// A fake of Gemini's developer API, on `/v1` and `/v1beta`.
    FakeGemini = Vendor::Gemini;
    /// A fake of a local Ollama, with its compatible routes under `/v1`.
    FakeOllama = Vendor::Ollama;
}
