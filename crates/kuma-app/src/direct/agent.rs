//! An agent with Kuma's reading tools: a run of the run engine that nobody can come back to.

use std::fmt::Write as _;
use std::sync::{Mutex, PoisonError};

use async_trait::async_trait;
use chrono::Utc;
use kuma_agent::prompt::SystemPrompt;
use kuma_agent::{EventSink, MemorySteps, RunEnding, RunIds, RunInput, SinkError, tokens};
use kuma_llm::{ChatRequest, Role};
use kuma_store::{Agent, User};
use kuma_types::{ChatId, Citation, FinishReason, JobId, RunEvent, Usage};
use tokio_util::sync::CancellationToken;

use super::stop::StopReader;
use super::{AnswerEvent, Message, Model, Teller, estimated, failure};
use crate::App;
use crate::error::{AppError, Result};
use crate::tools::{self, Kit, Scene, Stock};

/// Puts the agent's instructions in front, and its temperature in where the caller has none.
pub(super) fn instruct(request: &mut ChatRequest, agent: &Agent, user: &User) {
    let system =
        SystemPrompt { agent: &agent.system_prompt, user_name: &user.name, now: Utc::now() }.render();
    request.messages.insert(0, Message::text(Role::System, system));
    request.temperature = request.temperature.or(agent.temperature);
}

/// The run; none when the agent has no tools to use here, so that one reply is all there is.
pub(super) async fn input(
    app: &App,
    user: &User,
    agent: &Agent,
    model: &Model,
    request: &ChatRequest,
) -> Result<Option<RunInput>> {
    let stock = Stock::of(app, user.id).await?;
    let scene = Scene::default();
    let Kit { toolbox, mut specialists } = tools::kit(app, user, agent, model, scene, &stock).await?;
    let toolbox = tools::reading(&toolbox);
    for specialist in &mut specialists {
        specialist.toolbox = tools::reading(&specialist.toolbox);
    }
    specialists.retain(|specialist| !specialist.toolbox.is_empty());
    if toolbox.is_empty() && specialists.is_empty() {
        return Ok(None);
    }
    let ids = RunIds { user: user.id, chat: ChatId::new(), job: JobId::new() };
    Ok(Some(RunInput {
        small_model: app.models().small(app).await?,
        toolbox,
        specialists,
        ..RunInput::new(ids, model.clone(), request.clone())
    }))
}

/// Drives the run to its end and tells what it says; gives what it cost.
pub(super) async fn drive(input: RunInput, stop: StopReader, teller: Teller) -> Usage {
    let request = input.request.clone();
    // JSON is no place for a list of sources.
    let lists_sources = request.response_schema.is_none();
    // Ended by the caller's going, or by a stop sequence.
    let cancel = teller.cancel.child_token();
    let heard = Mutex::new(Heard { stop, citations: Vec::new(), written: 0 });
    let sink = Sink { teller: &teller, cancel: &cancel, heard: &heard };
    let outcome = kuma_agent::run::run(input, &sink, &MemorySteps::default(), &cancel).await;
    let Heard { mut stop, citations, written } = heard.into_inner().unwrap_or_else(PoisonError::into_inner);
    let mut usage = outcome.usage;
    let last = match outcome.ending {
        RunEnding::Finished(finish_reason) => {
            let mut text = stop.finish();
            if lists_sources {
                text.push_str(&sources(&citations));
            }
            if !teller.say(text).await {
                return usage;
            }
            AnswerEvent::Done { finish_reason, usage }
        }
        RunEnding::Cancelled if stop.is_over() => {
            usage += estimated(&request, written);
            AnswerEvent::Done { finish_reason: FinishReason::Stop, usage }
        }
        // The reply that was under way is not in the sum.
        RunEnding::Cancelled | RunEnding::Lost => {
            usage.output_tokens += written as u64;
            return usage;
        }
        RunEnding::Failed(why) => AnswerEvent::Failed(failure(why)),
        // Only writes ask, and there are none.
        RunEnding::WaitingApproval(_) => {
            AnswerEvent::Failed(AppError::internal("a direct answer waits for an approval"))
        }
    };
    teller.tell(last).await;
    usage
}

struct Heard {
    stop: StopReader,
    citations: Vec<Citation>,
    /// About how many tokens of the answer were written.
    written: usize,
}

/// Takes the run's events and tells those that a caller of this sort understands.
struct Sink<'a> {
    teller: &'a Teller,
    cancel: &'a CancellationToken,
    heard: &'a Mutex<Heard>,
}

impl Sink<'_> {
    fn heard(&self) -> std::sync::MutexGuard<'_, Heard> {
        self.heard.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The next piece of text as it can be told.
    fn cut(&self, piece: &str) -> String {
        let mut heard = self.heard();
        heard.written += tokens::estimate(piece);
        let text = heard.stop.push(piece);
        if heard.stop.is_over() {
            self.cancel.cancel();
        }
        text
    }
}

#[async_trait]
impl EventSink for Sink<'_> {
    async fn emit(&self, events: Vec<RunEvent>) -> std::result::Result<(), SinkError> {
        for event in events {
            let told = match event {
                RunEvent::Chunk { text } => self.teller.say(self.cut(&text)).await,
                RunEvent::Reasoning { text } => self.teller.tell(AnswerEvent::Reasoning(text)).await,
                RunEvent::Citation(citation) => {
                    self.heard().citations.push(citation);
                    true
                }
                _ => self.teller.tell(AnswerEvent::Working).await,
            };
            if !told {
                return Err(SinkError::Fenced);
            }
        }
        Ok(())
    }
}

/// What the numbers in the answer stand for.
fn sources(citations: &[Citation]) -> String {
    if citations.is_empty() {
        return String::new();
    }
    let mut text = "\n\nSources:".to_owned();
    for citation in citations {
        let page = citation.page.map_or_else(String::new, |page| format!(", page {page}"));
        let place = citation.url.as_ref().map_or_else(String::new, |url| format!(": {url}"));
        // Writing to a string cannot fail.
        write!(text, "\n[{}] {}{page}{place}", citation.index, citation.title).ok();
    }
    text
}
