//! One reply of a model, passed on as it comes.

use futures::StreamExt as _;
use kuma_agent::tokens;
use kuma_llm::{ChatEvent, ChatModel, ChatRequest, ModelError, ModelErrorKind};
use kuma_types::{FinishReason, Usage};

use super::stop::StopReader;
use super::{AnswerEvent, Teller, estimated, model_error};

/// Asks the model and tells what it says; gives what it cost.
pub(super) async fn drive(
    model: &dyn ChatModel,
    request: ChatRequest,
    mut stop: StopReader,
    teller: Teller,
) -> Usage {
    let (asked, mut written) = (estimated(&request, 0), 0);
    let cancelled = teller.cancel.clone();
    let heard = tokio::select! {
        biased;
        // Dropping the call ends it at the provider.
        () = cancelled.cancelled() => Ok(Heard::Unheard),
        heard = hear(model, request, &mut stop, &teller, &mut written) => heard,
    };
    // What the provider was not heard out on.
    let about = Usage { output_tokens: written as u64, ..asked };
    let (event, usage) = match heard {
        Ok(Heard::Done { finish_reason, usage }) => (AnswerEvent::Done { finish_reason, usage }, usage),
        Ok(Heard::Stopped) => (AnswerEvent::Done { finish_reason: FinishReason::Stop, usage: about }, about),
        Ok(Heard::Unheard) => return if written > 0 { about } else { Usage::default() },
        Err(error) => {
            tracing::warn!(kind = ?error.kind, provider = error.provider, status = error.status, "model call failed");
            (AnswerEvent::Failed(model_error(error)), Usage::default())
        }
    };
    teller.tell(event).await;
    usage
}

enum Heard {
    Done {
        finish_reason: FinishReason,
        usage: Usage,
    },
    /// At a stop sequence.
    Stopped,
    /// The caller has gone.
    Unheard,
}

/// `written`: about how many tokens the model wrote.
async fn hear(
    model: &dyn ChatModel,
    request: ChatRequest,
    stop: &mut StopReader,
    teller: &Teller,
    written: &mut usize,
) -> Result<Heard, ModelError> {
    let mut stream = model.stream(request).await?;
    while let Some(event) = stream.next().await {
        let event = match event? {
            ChatEvent::Text(text) => {
                *written += tokens::estimate(&text);
                let said = teller.say(stop.push(&text)).await;
                match (said, stop.is_over()) {
                    (true, false) => continue,
                    (true, true) => return Ok(Heard::Stopped),
                    (false, _) => return Ok(Heard::Unheard),
                }
            }
            ChatEvent::Reasoning(text) if text.is_empty() => continue,
            ChatEvent::Reasoning(text) => {
                *written += tokens::estimate(&text);
                AnswerEvent::Reasoning(text)
            }
            ChatEvent::ToolCall(call) => {
                // Text that was held back comes before the call.
                if !teller.say(stop.finish()).await {
                    return Ok(Heard::Unheard);
                }
                AnswerEvent::ToolCall(call)
            }
            ChatEvent::Queued { .. } | ChatEvent::Retrying { .. } => AnswerEvent::Working,
            ChatEvent::Done { finish_reason, usage } => {
                let said = teller.say(stop.finish()).await;
                return Ok(if said { Heard::Done { finish_reason, usage } } else { Heard::Unheard });
            }
        };
        if !teller.tell(event).await {
            return Ok(Heard::Unheard);
        }
    }
    let provider = model.info().provider.clone();
    Err(ModelError::new(ModelErrorKind::ConnectionLost, provider, "the reply ended without an end"))
}
