//! Part two of a run, the inside: claim, load, ask the model, keep what came.

use std::sync::{Arc, Mutex};

use chrono::Utc;
use futures::StreamExt;
use kuma_agent::context::{self, HistoryMessage};
use kuma_agent::prompt::SystemPrompt;
use kuma_agent::{EventSink, MemorySteps, RunEnding, RunIds, RunInput, RunOutcome};
use kuma_llm::{ChatMessage, ChatModel, ChatRequest, Role};
use kuma_queue::Signal;
use kuma_store::{Agent, Chat, Claim, Job, Message, User};
use kuma_types::{FinishReason, JobId, JobStatus, MessageRole, MessageStatus, RunEvent, RunFailure};
use tokio_util::sync::CancellationToken;
use tracing::Instrument;

use super::finish::{self, Finished};
use super::runner::{ActiveRun, Draft};
use super::sink::JournalSink;
use super::{submit, summary, title};
use crate::App;
use crate::error::{AppError, Result};

/// Drives one job to its end, if it can be claimed.
pub(super) async fn drive(app: &App, worker: &str, id: JobId) -> Result<()> {
    let limits = app.config().runs;
    let job =
        match app.store().jobs().claim_within(id, worker, limits.lease, limits.max_runs_per_user).await? {
            Claim::Claimed(job) => job,
            // Whoever finishes the run before it announces it again.
            Claim::Waits | Claim::Gone => return Ok(()),
        };
    let span = tracing::info_span!("run", run = %job.id, chat = %job.chat_id);
    drive_claimed(app, job).instrument(span).await
}

async fn drive_claimed(app: &App, job: Job) -> Result<()> {
    let run = Arc::new(ActiveRun {
        user: job.user_id,
        assistant_message: job.assistant_message_id,
        epoch: job.epoch,
        draft: Mutex::new(Draft::default()),
        cancel: CancellationToken::new(),
        abandon: CancellationToken::new(),
        ended: tokio::sync::Mutex::default(),
    });
    app.runs().insert(job.id, run.clone());
    // Whatever happens below, the run leaves the table of active ones.
    let result = attempt(app, &job, &run).await;
    app.runs().remove(job.id);
    result?;
    next(app, &job).await
}

/// One attempt, from the first event to the rows.
async fn attempt(app: &App, job: &Job, run: &Arc<ActiveRun>) -> Result<()> {
    let mut signals = app.signals().listen(job.id).await.map_err(AppError::internal)?;
    submit::open_journal(app, job).await?;
    let sink = JournalSink { app: app.clone(), job: job.id, run: run.clone() };
    if sink.emit(vec![RunEvent::status(JobStatus::Processing)]).await.is_err() {
        return Ok(());
    }
    if job.cancel_requested {
        run.cancel.cancel();
    }
    let work = answer(app, job, run, &sink);
    tokio::pin!(work);
    let answered = loop {
        tokio::select! {
            biased;
            () = run.abandon.cancelled() => return Ok(()),
            signal = signals.next() => match signal {
                Some(Signal::Cancel) => run.cancel.cancel(),
                Some(Signal::Decided) => {}
                None => return Err(AppError::internal("the signals of a run ended")),
            },
            answered = &mut work => break answered,
        }
    };
    let answered = answered.unwrap_or_else(|error| {
        tracing::error!(error = ?error, "a run failed before its model was asked");
        Answered { outcome: failed(internal_failure()), model: None, question: None }
    });
    finish::finish(app, job, run, finished(answered)).await?;
    Ok(())
}

/// What came of asking.
struct Answered {
    outcome: RunOutcome,
    model: Option<String>,
    question: Option<Message>,
}

/// Everything the run reads.
struct Loaded {
    user: User,
    chat: Chat,
    agent: Option<Agent>,
    path: Vec<Message>,
}

async fn load(app: &App, job: &Job) -> Result<Loaded> {
    let store = app.store();
    let (user, chat, agent, path) = tokio::try_join!(
        async { store.users().get(job.user_id).await },
        async { store.chats().get(job.user_id, job.chat_id).await },
        async { store.agents().by_name(&job.agent_type).await },
        async { store.messages().path(job.chat_id, job.user_message_id).await },
    )?;
    Ok(Loaded { user, chat, agent, path })
}

async fn answer(app: &App, job: &Job, run: &ActiveRun, sink: &JournalSink) -> Result<Answered> {
    let Loaded { user, chat, agent, path } = load(app, job).await?;
    let wanted = job.model.as_deref().or(agent.as_ref().and_then(|agent| agent.model.as_deref()));
    let Some(model) = app.models().pick(app, wanted).await? else {
        return Ok(Answered { outcome: failed(no_model()), model: None, question: path.last().cloned() });
    };
    let model_id = model.info().id.clone();
    if chat.title.is_none() {
        title::start(app, job);
    }
    let request = tokio::select! {
        () = run.cancel.cancelled() => {
            let outcome = RunOutcome::nothing(RunEnding::Cancelled);
            return Ok(Answered { outcome, model: Some(model_id), question: path.last().cloned() });
        }
        request = request(app, &chat, agent.as_ref(), &user, &path, &*model) => request?,
    };
    let ids = RunIds { user: job.user_id, chat: job.chat_id, job: job.id };
    let input = RunInput::new(ids, model, request);
    let outcome = kuma_agent::run::run(input, sink, &MemorySteps::default(), &run.cancel).await;
    Ok(Answered { outcome, model: Some(model_id), question: path.last().cloned() })
}

/// What the model is sent.
async fn request(
    app: &App,
    chat: &Chat,
    agent: Option<&Agent>,
    user: &User,
    path: &[Message],
    model: &dyn ChatModel,
) -> Result<ChatRequest> {
    let Some((question, history)) = path.split_last() else {
        return Err(AppError::internal("a run without its question"));
    };
    let (summary, history) = summary::window(app, chat, history).await?;
    let system = SystemPrompt {
        agent: agent.map_or("You are Kuma, a helpful assistant.", |agent| &agent.system_prompt),
        user_name: &user.name,
        now: Utc::now(),
    };
    let question = ChatMessage::text(Role::User, question.content.clone());
    let window = model.info().context_window;
    let context = context::assemble(&system.render(), summary.as_deref(), &history, question, window);
    if context.dropped > 0 {
        tracing::info!(dropped = context.dropped, "older messages did not fit the model's context");
    }
    Ok(ChatRequest {
        messages: context.messages,
        temperature: agent.and_then(|agent| agent.temperature),
        ..ChatRequest::default()
    })
}

/// Messages as the model gets to see them; empty ones are left out.
pub(super) fn history(messages: &[Message]) -> Vec<HistoryMessage> {
    let spoken = messages.iter().filter(|message| !message.content.trim().is_empty());
    spoken
        .map(|message| HistoryMessage {
            role: if message.role == MessageRole::User { Role::User } else { Role::Assistant },
            text: message.content.clone(),
        })
        .collect()
}

/// How the run's end is kept and told.
fn finished(answered: Answered) -> Finished {
    let Answered { outcome, model, question } = answered;
    let (status, message_status, finish_reason, failure) = match outcome.ending {
        RunEnding::Finished(reason) => (JobStatus::Completed, MessageStatus::Complete, reason, None),
        RunEnding::Cancelled => {
            (JobStatus::Cancelled, MessageStatus::Cancelled, FinishReason::Cancelled, None)
        }
        RunEnding::Failed(failure) => {
            (JobStatus::Failed, MessageStatus::Failed, FinishReason::Stop, Some(failure))
        }
        // No agent has a tool that asks.
        RunEnding::WaitingApproval(_) => {
            (JobStatus::Failed, MessageStatus::Failed, FinishReason::Stop, Some(internal_failure()))
        }
        RunEnding::Lost => return Finished::lost(),
    };
    Finished::kept(finish::Kept {
        status,
        message_status,
        finish_reason,
        failure,
        content: outcome.text,
        reasoning: outcome.reasoning,
        usage: outcome.usage,
        model,
        question: question.map(|question| question.id),
    })
}

/// The next run of this chat, and of this user when their limit held one back.
async fn next(app: &App, job: &Job) -> Result<()> {
    let jobs = app.store().jobs();
    let (of_chat, of_user) = tokio::try_join!(async { jobs.next_waiting(job.chat_id).await }, async {
        jobs.next_waiting_of_user(job.user_id).await
    })?;
    for next in [of_chat, of_user.filter(|id| Some(*id) != of_chat)].into_iter().flatten() {
        app.queue().publish(next, None).await.map_err(AppError::internal)?;
    }
    Ok(())
}

fn failed(failure: RunFailure) -> RunOutcome {
    RunOutcome::nothing(RunEnding::Failed(failure))
}

fn no_model() -> RunFailure {
    RunFailure {
        code: "no_model".into(),
        title: "No model is connected yet".into(),
        detail: "Your message is kept. Connect a model in Settings → Models, then press Retry.".into(),
        retryable: true,
    }
}

fn internal_failure() -> RunFailure {
    RunFailure {
        code: "internal".into(),
        title: "Something went wrong on this server".into(),
        detail: "Your message is kept and the problem is in the server's log. Try again; if it happens again, tell the administrator.".into(),
        retryable: true,
    }
}
