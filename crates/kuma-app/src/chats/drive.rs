//! Part two of a run, the inside: claim, load, ask the model, keep what came.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

use chrono::Utc;
use futures::StreamExt;
use kuma_agent::context::{self, HistoryMessage};
use kuma_agent::prompt::SystemPrompt;
use kuma_agent::{EventSink, Fence, RunEnding, RunIds, RunInput, RunOutcome, Told};
use kuma_llm::{Capability, ChatMessage, ChatModel, ChatRequest, Part, Role};
use kuma_queue::{Signal, SignalStream};
use kuma_store::{Agent, Chat, Claim, Job, MemoryState, Message, User};
use kuma_types::{
    Decision, FinishReason, JobId, JobStatus, MemoryNote, MessageRole, MessageStatus, Provenance, RunEvent,
    RunFailure, RunStep, ToolCallRecord,
};
use tokio_util::task::AbortOnDropHandle;
use tracing::Instrument;

use super::finish::{self, Finished, Waiting};
use super::runner::{ActiveRun, Leave};
use super::sink::JournalSink;
use super::steps::StepRows;
use super::{follow, log, submit, summary, title};
use crate::App;
use crate::documents::{self, Attached};
use crate::error::{AppError, Result};
use crate::images::{self, Pictures};
use crate::memory;
use crate::tools::{self, Kit, Scene, Stock};

/// A run that was claimed more often kills its drivers.
const MOST_CLAIMS: i32 = 32;

/// When a run that was handed back is announced again.
const HAND_BACK_DELAY: Duration = Duration::from_secs(1);

/// Drives one job to its end, or to where somebody else goes on, if it can be claimed. Gives why it
/// was given up, if it was.
pub(super) async fn drive(app: &App, id: JobId) -> Result<Option<String>> {
    let limits = app.config().runs;
    let worker = &app.config().worker;
    let job =
        match app.store().jobs().claim_within(id, worker, limits.lease, limits.max_runs_per_user).await? {
            Claim::Claimed(job) => job,
            // Whoever finishes the run before it announces it again.
            Claim::Waits | Claim::Gone => return Ok(None),
        };
    let kind = if job.epoch > 1 { "again" } else { "first" };
    metrics::counter!("kuma_run_claims_total", "kind" => kind).increment(1);
    let span = tracing::info_span!("run", run = %job.id, chat = %job.chat_id);
    drive_claimed(app, job).instrument(span).await
}

async fn drive_claimed(app: &App, job: Job) -> Result<Option<String>> {
    let run = ActiveRun::of(&job);
    app.runs().insert(job.id, run.clone());
    // Whatever happens below, the run leaves the table of active ones.
    let result = attempt(app, &job, &run).await;
    app.runs().remove(job.id);
    let result = match result {
        Err(error) if error.is_unavailable() => {
            tracing::warn!(%error, "a run is handed back: a part that it needs is away");
            hand_back(app, &job).await;
            return Ok(None);
        }
        result => result?,
    };
    let given_up = match result {
        Attempt::Ended(given_up) => given_up,
        Attempt::Left(Leave::HandBack) => {
            hand_back(app, &job).await;
            return Ok(None);
        }
        Attempt::Left(Leave::Drop) => {
            finish::release(app, job.id).await;
            return Ok(None);
        }
    };
    next(app, &job).await?;
    Ok(given_up)
}

/// How an attempt came to its end.
enum Attempt {
    /// The run is over, or waits for its next attempt. Why it was given up, if it was.
    Ended(Option<String>),
    /// Somebody else goes on.
    Left(Leave),
}

/// Puts the run back into the line. When even that fails, its lease runs out.
async fn hand_back(app: &App, job: &Job) {
    finish::release(app, job.id).await;
    match app.store().jobs().hand_back(&[job.hold()]).await {
        Ok(back) if !back.is_empty() => submit::publish(app, job.id, Some(HAND_BACK_DELAY)).await,
        Ok(_) => {}
        Err(error) => tracing::warn!(%error, "the run could not be handed back; its lease will run out"),
    }
}

/// One attempt, from the first event to the rows.
async fn attempt(app: &App, job: &Job, run: &Arc<ActiveRun>) -> Result<Attempt> {
    let signals = match app.signals().listen(job.id).await {
        Ok(signals) => signals,
        Err(error) => {
            // The row is looked at too, with every renewal.
            tracing::warn!(%error, "the wish to stop this run will be noticed late");
            futures::stream::pending().boxed()
        }
    };
    // A task of its own: here it would be asked again with every token.
    let _listening = AbortOnDropHandle::new(tokio::spawn(listen(signals, run.clone())));
    let mut told = log::resume(app, job).await?;
    if job.cancel_requested || job.epoch > MOST_CLAIMS {
        let answered = Answered {
            outcome: stopped(job, standing(app, job, &told).await?),
            model: None,
            question: None,
            memories: Vec::new(),
        };
        return Ok(Attempt::Ended(finish::finish(app, job, run, finished(answered)).await?));
    }
    let sink = JournalSink { app: app.clone(), job: job.id, run: run.clone() };
    loop {
        let attempt = u32::try_from(job.retry_count).unwrap_or(0) + 1;
        let first = RunEvent::Status {
            status: JobStatus::Processing,
            attempt: (attempt > 1).then_some(attempt),
            retry_in_ms: None,
            position: None,
        };
        if sink.emit(vec![first]).await.is_err() {
            return Ok(Attempt::Left(run.left()));
        }
        // What was told stands until the run says otherwise.
        run.begin_with(&log::shown(&told));
        let work = answer(app, job, run, &sink, &told);
        let answered = tokio::select! {
            biased;
            () = run.abandon.cancelled() => return Ok(Attempt::Left(run.left())),
            answered = work => answered,
        };
        // The sink may have given up while the work ended.
        if run.abandon.is_cancelled() {
            return Ok(Attempt::Left(run.left()));
        }
        let mut answered = match answered {
            Ok(answered) => answered,
            Err(error) if error.is_unavailable() => return Err(error),
            Err(error) => {
                tracing::error!(error = ?error, "a run failed before its model was asked");
                Answered {
                    outcome: failed(internal_failure()),
                    model: None,
                    question: None,
                    memories: Vec::new(),
                }
            }
        };
        if let RunEnding::WaitingApproval(_) = answered.outcome.ending {
            match finish::wait(app, job, run).await? {
                Waiting::Waits => return Ok(Attempt::Ended(None)),
                Waiting::Lost => return Ok(Attempt::Left(Leave::Drop)),
                Waiting::Cancelled => answered.outcome.ending = RunEnding::Cancelled,
                Waiting::Decided => {
                    told = log::resume(app, job).await?;
                    continue;
                }
            }
        }
        return Ok(Attempt::Ended(finish::finish(app, job, run, finished(answered)).await?));
    }
}

/// Heeds words to this run, as long as there can be any.
async fn listen(mut signals: SignalStream, run: Arc<ActiveRun>) {
    while let Some(signal) = signals.next().await {
        match signal {
            Signal::Cancel => run.cancel.cancel(),
            Signal::Decided => {}
        }
    }
}

/// The text that a run that is not driven on leaves: what its readers were told or, when nobody remembers that, what
/// was saved last.
async fn standing(app: &App, job: &Job, told: &[RunEvent]) -> Result<String> {
    let shown = log::shown(told);
    if !shown.is_empty() {
        return Ok(shown);
    }
    let message = app.store().messages().get(job.user_id, job.chat_id, job.assistant_message_id).await?;
    Ok(message.content)
}

/// The outcome of a run that is not to be driven (on): stopped by its owner, or given up because its
/// drivers died over it.
fn stopped(job: &Job, shown: String) -> RunOutcome {
    let ending = if job.cancel_requested {
        RunEnding::Cancelled
    } else {
        tracing::error!(claims = job.epoch, "a run was claimed too often; it is given up");
        RunEnding::Failed(RunFailure { retryable: false, ..follow::interrupted() })
    };
    RunOutcome { text: shown, ending, ..failed(internal_failure()) }
}

/// What came of asking.
struct Answered {
    outcome: RunOutcome,
    model: Option<String>,
    question: Option<Message>,
    memories: Vec<MemoryNote>,
}

/// Everything the run reads.
struct Loaded {
    user: User,
    chat: Chat,
    path: Vec<Message>,
    memory: MemoryState,
    stock: Stock,
    /// The tools that need not ask this user any more.
    allowed: HashSet<String>,
}

/// All at once: this stands between a question and the first word of its answer.
async fn load(app: &App, job: &Job) -> Result<Loaded> {
    let store = app.store();
    let (user, chat, path, memory, stock, allowed) = tokio::try_join!(
        async { Result::Ok(store.users().get(job.user_id).await?) },
        async { Ok(store.chats().get(job.user_id, job.chat_id).await?) },
        async { Ok(store.messages().path(job.chat_id, job.user_message_id).await?) },
        async { Ok(store.memories().state(job.user_id, job.chat_id).await?) },
        Stock::of(app, job.user_id),
        async { Ok(store.allowances().of_user(job.user_id).await?) },
    )?;
    Ok(Loaded { user, chat, path, memory, stock, allowed })
}

async fn answer(
    app: &App,
    job: &Job,
    run: &ActiveRun,
    sink: &JournalSink,
    told: &[RunEvent],
) -> Result<Answered> {
    let loaded = load(app, job).await?;
    let Loaded { chat, path, memory, stock, .. } = &loaded;
    let memory = *memory;
    let agent = stock.agent(&job.agent_type);
    let wanted = job.model.as_deref().or(agent.and_then(|agent| agent.model.as_deref()));
    let Some(model) = app.models().pick(app, wanted).await? else {
        let (outcome, question) = (failed(no_model()), path.last().cloned());
        return Ok(Answered { outcome, model: None, question, memories: Vec::new() });
    };
    let model_id = model.info().id.clone();
    if chat.title.is_none() {
        title::start(app, job);
    }
    let watch = memory::watch(app, job, memory).await;
    let prepared = async {
        let recalled = memory::before_run(app, job, memory, told, model.info().context_window).await;
        let input = input(app, job, &loaded, (model, recalled.tokens())).await?;
        Result::Ok((recalled, input))
    };
    let (recalled, mut input) = tokio::select! {
        () = run.cancel.cancelled() => {
            let (outcome, question) = (RunOutcome::nothing(RunEnding::Cancelled), path.last().cloned());
            return Ok(Answered { outcome, model: Some(model_id), question, memories: Vec::new() });
        }
        prepared = prepared => prepared?,
    };
    recalled.apply(&mut input);
    let recalled_event = recalled.event().into_iter().collect();
    let outcome = match sink.emit(recalled_event).await {
        Ok(()) => {
            let input = RunInput { told: Told::by(told), ..input };
            kuma_agent::run::run(input, sink, &StepRows { app, job }, &run.cancel).await
        }
        Err(_) => RunOutcome::nothing(RunEnding::Lost),
    };
    let memories = memory::settle(app, job, &recalled, watch, &outcome, sink).await;
    Ok(Answered { outcome, model: Some(model_id), question: path.last().cloned(), memories })
}

/// Everything that the run engine needs, apart from what was told. `beside`: tokens that will stand beside
/// the question.
async fn input(
    app: &App,
    job: &Job,
    loaded: &Loaded,
    (model, beside): (Arc<dyn ChatModel>, usize),
) -> Result<RunInput> {
    let Loaded { user, chat, path, stock, allowed, .. } = loaded;
    let agent = stock.agent(&job.agent_type);
    let scene = Scene { has_pictures: images::any(path) };
    let Kit { toolbox, specialists } = match agent {
        Some(agent) => tools::kit(app, user, agent, &model, scene, stock).await?,
        None => Kit::default(),
    };
    let taken = kuma_agent::prompt::overhead(&toolbox, &specialists) + beside;
    let fence = Fence::new();
    let room = context::room_for_attachments(model.info().context_window, taken);
    let attached = documents::attach(app, user.id, path, room, &fence).await?;
    let request = request(app, chat, agent, user, path, &attached, (&*model, taken)).await?;
    let ids = RunIds { user: job.user_id, chat: job.chat_id, job: job.id };
    let Attached { sources, taint, .. } = attached;
    let taint = merged(taint, taint_of(app, path, scene));
    let input = RunInput { fence, sources, taint, ..RunInput::new(ids, model, request) };
    let has_tools = !toolbox.is_empty() || !toolbox.missing().is_empty() || !specialists.is_empty();
    // A first attempt has no past.
    let (earlier, decisions) = if job.epoch > 1 { past(app, job.id).await? } else { Default::default() };
    if !has_tools && earlier.is_empty() {
        return Ok(input);
    }
    Ok(RunInput {
        small_model: app.models().small(app).await?,
        allowed: allowed.clone(),
        toolbox,
        specialists,
        earlier,
        decisions,
        ..input
    })
}

/// Where the text from outside came from that stands in the chat so far: what earlier answers had read, whatever
/// of it is still there, since a model may carry on what it wrote then.
fn taint_of(app: &App, path: &[Message], scene: Scene) -> Option<Provenance> {
    let known = path.iter().filter_map(|message| message.taint.clone());
    let known = known.fold(None, |all, of_message| merged(all, Some(of_message)));
    // An answer that is not finished has only its calls.
    let unknown = path.iter().filter(|message| message.taint.is_none());
    let calls: Vec<Vec<ToolCallRecord>> =
        unknown.map(|message| super::message_view(message.clone()).tool_calls).collect();
    merged(known, tools::taint_of(app, calls.iter().map(Vec::as_slice), scene))
}

/// Both, where there are both.
fn merged(one: Option<Provenance>, other: Option<Provenance>) -> Option<Provenance> {
    match (one, other) {
        (Some(mut one), Some(other)) => {
            one.merge(&other);
            Some(one)
        }
        (one, other) => one.or(other),
    }
}

/// The steps of earlier owners, and what was decided.
async fn past(app: &App, job: JobId) -> Result<(Vec<RunStep>, HashMap<String, Decision>)> {
    let steps = app.store().steps().of_run(job).await?;
    let asked = app.store().approvals().of_run(job).await?;
    let decided = asked.into_iter().filter_map(|asked| Some((asked.call_id, asked.decision?)));
    Ok((steps, decided.collect()))
}

/// What the model is sent. `taken`: tokens of its window that the tools need.
async fn request(
    app: &App,
    chat: &Chat,
    agent: Option<&Agent>,
    user: &User,
    path: &[Message],
    attached: &Attached,
    (model, taken): (&dyn ChatModel, usize),
) -> Result<ChatRequest> {
    let Some((question, history)) = path.split_last() else {
        return Err(AppError::internal("a run without its question"));
    };
    let sees = model.info().capabilities.contains(&Capability::Vision);
    let pictures = Pictures::of(app, user.id, path, sees).await?;
    let (summary, history) = summary::window(app, chat, history, &pictures).await?;
    let system = SystemPrompt {
        agent: agent.map_or("You are Kuma, a helpful assistant.", |agent| &agent.system_prompt),
        user_name: &user.name,
        now: Utc::now(),
    };
    let mut parts = vec![Part::Text(attached.before(&pictures.text(question)))];
    parts.extend(pictures.parts(question));
    let question = ChatMessage { role: Role::User, parts };
    let taken = u32::try_from(taken).unwrap_or(u32::MAX);
    let window = model.info().context_window.map(|window| window.saturating_sub(taken));
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
pub(super) fn history(messages: &[Message], pictures: &Pictures) -> Vec<HistoryMessage> {
    let seen = messages.iter().map(|message| HistoryMessage {
        role: if message.role == MessageRole::User { Role::User } else { Role::Assistant },
        text: pictures.text(message),
        images: pictures.parts(message),
    });
    seen.filter(|message| !message.text.trim().is_empty()).collect()
}

/// How the run's end is kept and told.
fn finished(answered: Answered) -> Finished {
    let Answered { outcome, model, question, memories } = answered;
    let (status, message_status, finish_reason, failure) = match outcome.ending {
        RunEnding::Finished(reason) => (JobStatus::Completed, MessageStatus::Complete, reason, None),
        RunEnding::Cancelled => {
            (JobStatus::Cancelled, MessageStatus::Cancelled, FinishReason::Cancelled, None)
        }
        RunEnding::Failed(failure) => {
            (JobStatus::Failed, MessageStatus::Failed, FinishReason::Stop, Some(failure))
        }
        // A run that waits has not come here.
        RunEnding::Lost | RunEnding::WaitingApproval(_) => return Finished::lost(),
    };
    Finished::kept(finish::Kept {
        status,
        message_status,
        finish_reason,
        failure,
        content: outcome.text,
        reasoning: outcome.reasoning,
        tool_calls: outcome.tool_calls,
        citations: outcome.citations,
        memories,
        usage: outcome.usage,
        model,
        question: question.map(|question| question.id),
        taint: outcome.taint,
    })
}

/// The next run of this chat, and of this user when their limit held one back.
async fn next(app: &App, job: &Job) -> Result<()> {
    for next in app.store().jobs().next_waiting(job.chat_id, job.user_id).await? {
        submit::publish(app, next, None).await;
    }
    Ok(())
}

fn failed(failure: RunFailure) -> RunOutcome {
    RunOutcome::nothing(RunEnding::Failed(failure))
}

fn no_model() -> RunFailure {
    RunFailure {
        code: finish::NO_MODEL.into(),
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
