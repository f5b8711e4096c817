//! The local models as others use them, with the real starter models.
//!
//! `KUMA_MODELS_DIR` names the directory that holds them; `make models` fills it.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "helpers of tests fail the test by panicking, as the tests themselves do"
)]

#[cfg(feature = "local-llm")]
mod chat;
#[cfg(feature = "local-llm")]
mod damaged;
mod embed;
#[cfg(feature = "local-llm")]
mod line;
#[cfg(feature = "local-llm")]
mod tools;

use std::path::PathBuf;
use std::time::Duration;

/// Where the starter models are.
fn models_dir() -> PathBuf {
    let hint = "run `make models` and set KUMA_MODELS_DIR to the directory it fills (`make test` does both)";
    let directory = PathBuf::from(std::env::var_os("KUMA_MODELS_DIR").expect(hint));
    assert!(directory.is_dir(), "{} is no directory: {hint}", directory.display());
    // A relative path is meant from the project's root, tests run in the crate's.
    directory.canonicalize().unwrap()
}

/// Waits for something that must come true; a minute is forever here.
async fn until(what: &str, mut holds: impl FnMut() -> bool) {
    let deadline = tokio::time::Instant::now() + Duration::from_mins(1);
    while !holds() {
        assert!(tokio::time::Instant::now() < deadline, "never came true: {what}");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

#[cfg(feature = "local-llm")]
mod support {
    use std::sync::Arc;

    use futures::StreamExt;
    use kuma_llm::{ChatEvent, ChatMessage, ChatModel, ChatRequest, ChatStream, ModelError, Provider, Role};
    use kuma_local::{LocalOptions, LocalProvider};
    use kuma_types::{FinishReason, Usage};

    pub(crate) const MODEL: &str = "smollm2-135m-instruct-q4_1";

    /// One slot, one thread, and the same choices each time.
    pub(crate) fn options() -> LocalOptions {
        LocalOptions { slots: 1, cores: 1, seed: Some(7), ..LocalOptions::new(super::models_dir()) }
    }

    pub(crate) async fn starter(provider: &LocalProvider) -> Arc<dyn ChatModel> {
        let models = provider.list_models().await.unwrap();
        let info = models.into_iter().find(|info| info.model == MODEL).expect("the starter model is listed");
        provider.chat_model(info)
    }

    pub(crate) fn ask(question: &str, tokens: u32) -> ChatRequest {
        ChatRequest {
            messages: vec![
                ChatMessage::text(Role::System, "You are a helpful assistant."),
                ChatMessage::text(Role::User, question),
            ],
            temperature: Some(0.0),
            max_output_tokens: Some(tokens),
            ..ChatRequest::default()
        }
    }

    /// All of a reply.
    #[derive(Debug, PartialEq)]
    pub(crate) struct Whole {
        pub(crate) text: String,
        pub(crate) pieces: usize,
        pub(crate) positions: Vec<u32>,
        pub(crate) finish: FinishReason,
        pub(crate) usage: Usage,
    }

    pub(crate) async fn whole(mut stream: ChatStream) -> Result<Whole, ModelError> {
        let (mut text, mut pieces, mut positions) = (String::new(), 0, Vec::new());
        while let Some(event) = stream.next().await {
            match event? {
                ChatEvent::Text(piece) => {
                    assert!(!piece.is_empty(), "no empty pieces");
                    text.push_str(&piece);
                    pieces += 1;
                }
                ChatEvent::Queued { position } => positions.push(position),
                ChatEvent::Done { finish_reason, usage } => {
                    assert!(stream.next().await.is_none(), "nothing follows the last event");
                    return Ok(Whole { text, pieces, positions, finish: finish_reason, usage });
                }
                other => unreachable!("unexpected {other:?}"),
            }
        }
        unreachable!("the stream ended without its last event");
    }
}
