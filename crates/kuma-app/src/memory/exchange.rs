//! What lasts of what a person said, found by the small model and kept once.
//!
//! A message that passes the gate is written down as an exchange before anybody looks at it. While the
//! answer is made, the small model is asked (a model in this process only afterwards, since it would make
//! the answer slower), and what it found is written down too. When the answer is there, the facts are saved
//! under names that make a second saving do nothing, and the exchange is done. Whoever dies on the way,
//! [`sweep`] finds the exchange and goes on from what is written: facts are saved once.

use std::time::Duration;

use chrono::Utc;
use kuma_agent::memory::{MemoryDraft, MemoryError, MemoryRecord, MemorySource};
use kuma_agent::remember;
use kuma_agent::{EventSink, RunEnding, RunOutcome, SinkError};
use kuma_llm::ChatModel;
use kuma_store::{Exchange, Job, MemoryState};
use kuma_types::{ChatId, MemoryAction, MemoryItem, MemoryNote, MessageId, RunEvent, ToolCallRecord, UserId};
use serde::{Deserialize, Serialize};
use tokio::sync::oneshot;

use super::recall::Recalled;
use super::{gate, secrets, tools};
use crate::App;
use crate::error::{AppError, Result};

/// How long an answer that is complete waits for what its message says of the person.
const GRACE: Duration = Duration::from_millis(1_500);
/// A model that takes longer finds nothing.
const PATIENCE: Duration = Duration::from_mins(1);
/// How long an exchange is left to whoever took it on.
const LEASE: Duration = Duration::from_mins(3);
/// Memories that the model is shown, to say which of them are out of date.
const KNOWN: usize = 6;
/// Exchanges that were left behind, at a time.
const BATCH: u32 = 20;

/// A sentence that is to be saved.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Found {
    content: String,
    replaces: Option<String>,
}

/// Whose words they are.
#[derive(Clone, Copy, Debug)]
struct Said {
    /// Whether there may be memories that they make out of date.
    may_change: bool,
    user: UserId,
    chat: ChatId,
    message: MessageId,
    answer: MessageId,
}

impl Said {
    fn by(app: &App, job: &Job, state: MemoryState) -> Self {
        Self {
            may_change: state.any || app.memory().service.is_remote(),
            user: job.user_id,
            chat: job.chat_id,
            message: job.user_message_id,
            answer: job.assistant_message_id,
        }
    }
}

/// An exchange that is being looked at while its answer is made.
pub(crate) struct Watch {
    app: App,
    said: Said,
    found: oneshot::Receiver<Vec<Found>>,
    /// Told when the answer is complete.
    answered: Option<oneshot::Sender<()>>,
}

/// Whether this server notices what people say of themselves: it has a small model that can tell. A demo
/// model cannot: it would save rubbish.
pub(super) async fn notices(app: &App) -> Result<bool> {
    Ok(able(app).await?.is_some())
}

async fn able(app: &App) -> Result<Option<std::sync::Arc<dyn ChatModel>>> {
    Ok(app.models().small(app).await?.filter(|model| !model.info().demo))
}

/// Begins to look at the message of a run, when that is worth a look. What goes wrong is logged and costs
/// the run nothing.
pub(crate) async fn watch(app: &App, job: &Job, state: MemoryState) -> Option<Watch> {
    if state.is_off() || !gate::is_worth_a_look(&job.message) {
        return None;
    }
    let said = Said::by(app, job, state);
    let taken = app.store().memories().begin_exchange(said.message, said.answer, job.id, LEASE).await;
    match taken {
        Ok(true) => {}
        Ok(false) => return None,
        Err(error) => {
            tracing::warn!(%error, "what this message says of the person cannot be kept");
            return None;
        }
    }
    let (found, receive) = oneshot::channel();
    let (answered, wait) = oneshot::channel();
    let (app_of_task, message) = (app.clone(), job.message.clone());
    tokio::spawn(async move {
        let app = app_of_task;
        match look(&app, said, &message, Some(wait)).await {
            // When nobody waits any more, what is written down is found by the sweep.
            Ok(Some(facts)) => drop(found.send(facts)),
            Ok(None) => {}
            Err(error) => {
                tracing::warn!(error = ?error, "what a message says of the person is looked at later");
            }
        }
    });
    Some(Watch { app: app.clone(), said, found: receive, answered: Some(answered) })
}

/// Finds what lasts in a message and writes it down; nothing is given when the run ended without an answer.
async fn look(
    app: &App,
    said: Said,
    message: &str,
    answered: Option<oneshot::Receiver<()>>,
) -> Result<Option<Vec<Found>>> {
    let model = able(app).await?;
    if let Some(answered) = answered
        && model.as_ref().is_some_and(|model| model.info().provider == "local")
        // It has one place: the answer goes first.
        && answered.await.is_err()
    {
        return Ok(None);
    }
    let facts = match model {
        Some(model) => ask(app, &*model, said, message).await?,
        None => {
            gate::explicit(message).map(|content| Found { content, replaces: None }).into_iter().collect()
        }
    };
    // A sentence about something that was taken out says nothing.
    let is_fit = |fact: &Found| !secrets::found(&fact.content) && !fact.content.contains(secrets::INSTEAD);
    let facts: Vec<Found> = facts.into_iter().filter(is_fit).collect();
    let written = serde_json::to_value(&facts).map_err(AppError::internal)?;
    app.store().memories().keep_facts(said.message, &written).await?;
    Ok(Some(facts))
}

async fn ask(app: &App, model: &dyn ChatModel, said: Said, message: &str) -> Result<Vec<Found>> {
    let known = near(app, said, message).await?;
    let shown: Vec<String> = known.iter().map(|memory| memory.content.clone()).collect();
    let message = secrets::redact(message);
    let asked = remember::ask(model, &message, &shown, Utc::now().date_naive());
    metrics::counter!("kuma_memory_looks_total").increment(1);
    let facts = match tokio::time::timeout(PATIENCE, asked).await {
        Ok(Ok(facts)) => facts,
        Ok(Err(error)) => {
            tracing::info!(kind = ?error.kind, "the small model did not say what to remember");
            return Err(error.into());
        }
        Err(_) => return Err(AppError::internal("the small model took too long to say what to remember")),
    };
    let replaced = |number: Option<usize>| known.get(number?.checked_sub(1)?).map(|memory| memory.id.clone());
    Ok(facts
        .into_iter()
        .map(|fact| Found { replaces: replaced(fact.replaces), content: fact.content })
        .collect())
}

/// The memories that a message may make out of date. Who has none costs no search, and no embedder is loaded.
async fn near(app: &App, said: Said, message: &str) -> Result<Vec<MemoryRecord>> {
    if !said.may_change {
        return Ok(Vec::new());
    }
    let service = &app.memory().service;
    match tokio::time::timeout(service.patience(), service.search(said.user, message, KNOWN)).await {
        Ok(hits) => Ok(hits?.into_iter().map(|hit| hit.memory).collect()),
        Err(_) => Err(MemoryError::Unavailable("it took too long".to_owned()).into()),
    }
}

/// What came of memory in a run: kept with its answer.
pub(crate) async fn settle(
    app: &App,
    job: &Job,
    recalled: &Recalled,
    watch: Option<Watch>,
    outcome: &RunOutcome,
    sink: &dyn EventSink,
) -> Vec<MemoryNote> {
    let mut notes: Vec<MemoryNote> = recalled.note().into_iter().collect();
    let by_agent = saved_by(&outcome.tool_calls);
    let mut saved = by_agent.clone();
    let complete = matches!(outcome.ending, RunEnding::Finished(_));
    if let Some(watch) = watch.filter(|_| complete) {
        let Noticed { items, more } = watch.end(outcome.taint.is_some(), !by_agent.is_empty()).await;
        if more {
            notes.push(MemoryNote { action: MemoryAction::Pending, items: Vec::new() });
        }
        if !items.is_empty() {
            let event = RunEvent::Memory { action: MemoryAction::Saved, items: items.clone() };
            if let Err(SinkError::Unavailable(error)) = sink.emit(vec![event]).await {
                tracing::warn!(error, "readers could not be told of a saved memory");
            }
        }
        saved.extend(items);
    }
    if !saved.is_empty() {
        notes.push(MemoryNote { action: MemoryAction::Saved, items: saved });
    }
    for note in &notes {
        if let Err(error) = app.store().memories().note(job.assistant_message_id, note).await {
            tracing::warn!(%error, "the answer forgets which memories it used");
        }
    }
    notes
}

/// What came of looking at a message by the time its answer was complete.
#[derive(Default)]
struct Noticed {
    items: Vec<MemoryItem>,
    /// It is still looked at, so that more may be saved.
    more: bool,
}

impl Watch {
    /// The answer is complete: saves what was found, when that is soon; otherwise it is saved afterwards,
    /// and clients are told to ask again. What the agent saved itself is not saved twice.
    async fn end(mut self, tainted: bool, by_agent: bool) -> Noticed {
        if let Some(answered) = self.answered.take() {
            let _nobody_waits = answered.send(());
        }
        let memories = self.app.store().memories();
        let noted = async {
            if by_agent {
                memories.end_exchange(self.said.message).await?;
            } else if tainted {
                memories.taint_exchange(self.said.message).await?;
            }
            Result::Ok(())
        };
        match noted.await {
            Ok(()) if by_agent => return Noticed::default(),
            Ok(()) => {}
            Err(error) => {
                // Whether it is from outside could not be noted: then it is not kept at all.
                tracing::warn!(error = ?error, "what a message says of the person is not kept");
                return Noticed::default();
            }
        }
        let work = async move {
            // It could not be looked at: the sweep tries again.
            let facts = self.found.await.ok()?;
            match save(&self.app, self.said, &facts, tainted).await {
                Ok(items) => Some(items),
                Err(error) => {
                    tracing::warn!(error = ?error, "what a message says of the person is saved later");
                    None
                }
            }
        };
        let mut work = tokio::spawn(work);
        match tokio::time::timeout(GRACE, &mut work).await {
            Ok(Ok(Some(items))) => Noticed { items, more: false },
            Ok(Err(error)) => {
                tracing::error!(%error, "saving a memory broke off");
                Noticed { items: Vec::new(), more: true }
            }
            // It goes on without anybody waiting, or is tried again.
            Ok(Ok(None)) | Err(_) => Noticed { items: Vec::new(), more: true },
        }
    }
}

/// Saves facts and ends their exchange. Done again, nothing happens twice.
async fn save(app: &App, said: Said, facts: &[Found], tainted: bool) -> Result<Vec<MemoryItem>> {
    let mut items = Vec::with_capacity(facts.len());
    for (number, fact) in facts.iter().enumerate() {
        let draft = MemoryDraft {
            content: fact.content.clone(),
            source: MemorySource::Chat,
            tainted,
            chat: Some(said.chat),
            message: Some(said.message),
            origin: Some(format!("message:{}:{number}", said.message)),
            replaces: fact.replaces.clone(),
        };
        let saved = app.memory().service.add(said.user, draft).await?;
        metrics::counter!("kuma_memories_saved_total").increment(1);
        items.push(MemoryItem { id: saved.id, content: saved.content });
    }
    let memories = app.store().memories();
    memories.note(said.answer, &MemoryNote { action: MemoryAction::Saved, items: items.clone() }).await?;
    memories.end_exchange(said.message).await?;
    Ok(items)
}

/// Adds to a run's events what its tools saved: told as memories, like those that were noticed.
pub(crate) fn announce(events: Vec<RunEvent>) -> Vec<RunEvent> {
    let saves =
        |event: &RunEvent| matches!(event, RunEvent::ToolResult { tool, ok: true, .. } if tool == tools::ADD);
    if !events.iter().any(saves) {
        return events;
    }
    let mut told = Vec::with_capacity(events.len() + 1);
    for event in events {
        let item = match &event {
            RunEvent::ToolResult { tool, ok: true, result: Some(result), .. } if tool == tools::ADD => {
                item_of(result)
            }
            _ => None,
        };
        told.push(event);
        told.extend(item.map(|item| RunEvent::Memory { action: MemoryAction::Saved, items: vec![item] }));
    }
    told
}

fn saved_by(calls: &[ToolCallRecord]) -> Vec<MemoryItem> {
    let mut items: Vec<MemoryItem> = Vec::new();
    for call in calls.iter().filter(|call| call.ok && call.tool == tools::ADD) {
        if let Some(item) = call.result.as_ref().and_then(item_of)
            && items.iter().all(|known| known.id != item.id)
        {
            items.push(item);
        }
    }
    items
}

fn item_of(result: &serde_json::Value) -> Option<MemoryItem> {
    serde_json::from_value(result.get("memory")?.clone()).ok()
}

/// Looks at what was left behind, and erases elsewhere what erased accounts had there. To be called now
/// and then by every process that drives runs.
pub async fn sweep(app: &App) -> Result<()> {
    for left in app.store().memories().left_exchanges(LEASE, BATCH).await? {
        let message = left.message_id;
        if let Err(error) = finish(app, left).await {
            tracing::warn!(%message, error = ?error, "what a message says of the person is looked at later");
        }
    }
    if app.memory().service.is_remote() {
        erase(app).await?;
    }
    Ok(())
}

async fn finish(app: &App, left: Exchange) -> Result<()> {
    let state = app.store().memories().state(left.user_id, left.chat_id).await?;
    let said = Said {
        may_change: state.any || app.memory().service.is_remote(),
        user: left.user_id,
        chat: left.chat_id,
        message: left.message_id,
        answer: left.answer_id,
    };
    if state.is_off() {
        // Switched off meanwhile: then nothing is kept.
        return Ok(app.store().memories().end_exchange(said.message).await?);
    }
    let facts = match left.facts {
        Some(facts) => serde_json::from_value(facts).map_err(AppError::internal)?,
        None => look(app, said, &left.content, None).await?.unwrap_or_default(),
    };
    save(app, said, &facts, left.tainted).await.map(drop)
}

async fn erase(app: &App) -> Result<()> {
    for owner in app.store().memories().erasures().await? {
        match app.store().users().get(owner).await {
            // The account was not erased in the end, or is about to be.
            Ok(_) => continue,
            Err(kuma_store::StoreError::NotFound) => {}
            Err(error) => return Err(error.into()),
        }
        match tokio::time::timeout(app.memory().service.patience() * 10, app.memory().service.clear(owner))
            .await
        {
            Ok(Ok(())) => app.store().memories().erased(owner).await?,
            Ok(Err(error)) => tracing::warn!(%error, "memories of an erased account are erased later"),
            Err(_) => tracing::warn!("memories of an erased account are erased later: it took too long"),
        }
    }
    Ok(())
}
