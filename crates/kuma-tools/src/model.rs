//! Asking a model something beside the conversation.

use futures::StreamExt;
use kuma_agent::tool::UsageMeter;
use kuma_llm::{ChatEvent, ChatModel, ChatRequest, ModelError, ModelErrorKind};
use kuma_types::{FinishReason, Usage};
use tokio::time::{Instant, timeout_at};

/// What a model said.
#[derive(Clone, Debug, Default)]
pub(crate) struct Reply {
    /// The text, without its reasoning.
    pub text: String,
    /// What it cost; estimated when the provider does not say.
    pub usage: Usage,
    /// Whether it stopped because of a limit: its own length, or the time it was given.
    pub cut: bool,
}

/// Asks a model and waits for all of its text, but not beyond `deadline`: then what it has said so far counts, and
/// the reply says that it was cut. The cost is added to the run's.
pub(crate) async fn ask(
    model: &dyn ChatModel,
    request: ChatRequest,
    meter: &UsageMeter,
    deadline: Instant,
) -> Result<Reply, ModelError> {
    let asked: usize = request.messages.iter().map(|message| message.joined_text().chars().count()).sum();
    let mut reply = Reply::default();
    let mut said = None;
    let outcome = timeout_at(deadline, async {
        let mut stream = model.stream(request).await?;
        while let Some(event) = stream.next().await {
            match event? {
                ChatEvent::Text(text) => reply.text.push_str(&text),
                ChatEvent::Done { finish_reason, usage } => {
                    reply.cut = finish_reason == FinishReason::Length;
                    said = Some(usage);
                }
                ChatEvent::Queued { .. }
                | ChatEvent::Retrying { .. }
                | ChatEvent::Reasoning(_)
                | ChatEvent::ToolCall(_) => {}
            }
        }
        Ok::<(), ModelError>(())
    })
    .await;
    // About four characters to a token, where nobody counts them.
    let estimate = |characters: usize| characters.div_ceil(4) as u64;
    reply.usage = said.filter(|usage| *usage != Usage::default()).unwrap_or_else(|| Usage {
        input_tokens: estimate(asked),
        output_tokens: estimate(reply.text.chars().count()),
    });
    meter.add(reply.usage);
    match outcome {
        Ok(Ok(())) => Ok(reply),
        Ok(Err(error)) => Err(error),
        Err(_) if reply.text.trim().is_empty() => {
            let info = model.info();
            Err(ModelError::new(
                ModelErrorKind::TimedOut,
                &info.provider,
                "no answer in the time it was given",
            ))
        }
        Err(_) => Ok(Reply { cut: true, ..reply }),
    }
}
