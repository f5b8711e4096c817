//! The one writer of a process: appends of all runs that come within a moment, or while the last
//! round trip is under way, share the next one.
//!
//! An append that got no answer is said again under the same count, which the script knows: it is
//! never added twice. One that finds its journal lost writes it again first.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use kuma_types::JobId;
use redis::{Cmd, RedisError, Value};
use tokio::sync::{mpsc, oneshot};
use tokio::time::Instant;

use super::entry::{self, Entry, unavailable};
use super::{Inner, millis};
use crate::JournalError;
use crate::redis::link::{is_away, is_no_script};
use crate::redis::lua::{self, Script};

/// One call of `append` on its way.
pub(super) struct Append {
    pub(super) job: JobId,
    pub(super) epoch: i32,
    pub(super) events: Arc<str>,
    pub(super) count: u64,
    /// The run's last event is among them.
    pub(super) ends: bool,
    /// The writer's count: the same for every try.
    pub(super) number: u64,
    pub(super) since: Instant,
    pub(super) answer: oneshot::Sender<Result<u64, JournalError>>,
}

/// How many appends share a round trip at most.
const MOST: usize = 1024;

/// How many lost journals are written in one go: they can be large.
const WRITTEN_AT_ONCE: usize = 32;

pub(super) struct Writer {
    pub(super) inner: Arc<Inner>,
}

/// What became of one append.
enum Outcome {
    Answer(Result<u64, JournalError>),
    Again(RedisError),
    Lost,
}

impl Writer {
    pub(super) async fn run(self, mut inbox: mpsc::UnboundedReceiver<Append>) {
        let options = self.inner.options.clone();
        let mut batch: Vec<Append> = Vec::new();
        let mut sent = Instant::now();
        let mut check_at = Instant::now() + options.check_every;
        loop {
            if batch.is_empty() {
                tokio::select! {
                    biased;
                    count = inbox.recv_many(&mut batch, MOST) => if count == 0 { return },
                    () = tokio::time::sleep_until(check_at) => {}
                }
            }
            if check_at <= Instant::now() {
                self.check().await;
                check_at = Instant::now() + options.check_every;
            }
            if batch.is_empty() {
                continue;
            }
            // Alone, an event leaves at once. After another one, it waits for company.
            tokio::time::sleep_until(sent + options.linger).await;
            while batch.len() < MOST
                && let Ok(append) = inbox.try_recv()
            {
                batch.push(append);
            }
            let (now, later) = first_of_each(batch);
            let again = self.send(now).await;
            sent = Instant::now();
            if !again.is_empty() {
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
            batch = again;
            batch.extend(later);
        }
    }

    /// Sends a batch; gives back what has to be tried again.
    async fn send(&self, batch: Vec<Append>) -> Vec<Append> {
        let outcomes = self.outcomes(&batch).await;
        let patience = self.inner.options.patience;
        let (mut again, mut lost) = (Vec::new(), Vec::new());
        for (append, outcome) in batch.into_iter().zip(outcomes) {
            match outcome {
                Outcome::Answer(answer) => {
                    self.note(&append, &answer);
                    // Whoever asked may be gone: a run that was taken over.
                    append.answer.send(answer).ok();
                }
                Outcome::Again(error) if append.since.elapsed() > patience => {
                    append.answer.send(Err(unavailable(error))).ok();
                }
                Outcome::Lost if append.since.elapsed() > patience => {
                    append.answer.send(Err(JournalError::Lost(append.job))).ok();
                }
                Outcome::Again(_) => again.push(append),
                Outcome::Lost => lost.push(append),
            }
        }
        if !lost.is_empty() {
            let jobs: Vec<JobId> = lost.iter().map(|append| append.job).collect();
            self.write_again(&jobs).await;
            again.append(&mut lost);
        }
        again
    }

    async fn outcomes(&self, batch: &[Append]) -> Vec<Outcome> {
        let mut outcomes: Vec<Option<Outcome>> = batch.iter().map(|_| None).collect();
        let mut todo: Vec<usize> = (0..batch.len()).collect();
        for whole in [false, true] {
            // Each in a group of its own: in a cluster each goes to its node.
            let build = |at: &usize| batch.get(*at).map(|append| vec![self.command(append, whole)]);
            let commands: Vec<Vec<Cmd>> = todo.iter().filter_map(build).collect();
            let answers = match self.inner.link.batch(&commands).await {
                Ok(answers) => answers,
                Err(error) => {
                    let again =
                        |outcome: Option<Outcome>| outcome.unwrap_or_else(|| Outcome::Again(error.clone()));
                    return outcomes.into_iter().map(again).collect();
                }
            };
            let mut unknown = Vec::new();
            for (at, answer) in todo.iter().zip(answers.into_iter().flatten()) {
                let (Some(append), Some(outcome)) = (batch.get(*at), outcomes.get_mut(*at)) else { continue };
                match answer {
                    // A server that does not know the script has done nothing.
                    Err(error) if !whole && is_no_script(&error) => unknown.push(*at),
                    answer => *outcome = Some(outcome_of(append, answer)),
                }
            }
            todo = unknown;
            if todo.is_empty() {
                break;
            }
        }
        let missing = || Outcome::Answer(Err(unavailable("an answer is missing")));
        outcomes.into_iter().map(|outcome| outcome.unwrap_or_else(missing)).collect()
    }

    fn command(&self, append: &Append, whole: bool) -> Cmd {
        let Inner { keys, options, link, field, own, .. } = &*self.inner;
        let (events, state) = (keys.events(append.job), keys.journal(append.job));
        let (epoch, count) = (append.epoch.to_string(), append.count.to_string());
        let (least, number) = (own.last(append.job).to_string(), append.number.to_string());
        let (open, retention) = (millis(options.open_life), millis(options.retention));
        let most = options.most_bytes.to_string();
        let args: [&[u8]; 12] = [
            epoch.as_bytes(),
            count.as_bytes(),
            append.events.as_bytes(),
            if append.ends { b"1" } else { b"0" },
            least.as_bytes(),
            field.as_bytes(),
            number.as_bytes(),
            link.publish_word().as_bytes(),
            events.as_bytes(),
            open.as_bytes(),
            retention.as_bytes(),
            most.as_bytes(),
        ];
        command(&lua::JOURNAL_APPEND, whole, &[&events, &state], &args)
    }

    /// Keeps what this process must be able to write again.
    fn note(&self, append: &Append, answer: &Result<u64, JournalError>) {
        let own = &self.inner.own;
        match answer {
            // Before a run has an owner, whoever finds its journal missing begins it.
            Ok(_) if append.epoch < 1 || append.count == 0 => {}
            Ok(last) => {
                let entry = Entry { last: *last, events: append.events.clone() };
                let most = self.inner.options.most_bytes;
                if let Some(until) = own.appended(append.job, append.epoch, entry, append.count, most) {
                    tokio::spawn(complete(self.inner.clone(), append.job, until));
                }
            }
            Err(JournalError::Fenced(_) | JournalError::Closed(_)) => own.let_go_of(append.job, append.epoch),
            Err(_) => {}
        }
    }

    /// Looks whether the journals of the runs that this process writes are still there, and writes
    /// those again that are not.
    async fn check(&self) {
        let own = &self.inner.own;
        own.let_idle_go();
        let silent: Vec<(JobId, u64, i32)> = own
            .lock()
            .iter_mut()
            .filter_map(|(job, own)| (!std::mem::take(&mut own.fresh)).then_some((*job, own.last, own.epoch)))
            .collect();
        for part in silent.chunks(512) {
            let look = |(job, ..): &(JobId, u64, i32)| {
                let mut cmd = redis::cmd("HMGET");
                cmd.arg(self.inner.keys.journal(*job)).arg("n").arg("epoch").arg("closed");
                vec![cmd]
            };
            let commands: Vec<Vec<Cmd>> = part.iter().map(look).collect();
            // While Redis is away, appends tell; the next look comes soon.
            let Ok(answers) = self.inner.link.batch(&commands).await else { return };
            let mut lost = Vec::new();
            for ((job, last, epoch), answers) in part.iter().zip(answers) {
                let Some(Ok(answer)) = answers.into_iter().next() else { continue };
                let state: Result<(Option<u64>, Option<i32>, Option<String>), _> =
                    redis::from_redis_value(answer);
                match state {
                    Ok((_, Some(newer), _)) if newer > *epoch => own.let_go(*job),
                    Ok((_, _, Some(_closed))) => own.let_go(*job),
                    Ok((there, ..)) if there.is_none_or(|there| there < *last) => lost.push(*job),
                    Ok((Some(there), ..)) if there > *last => own.lost_track(*job, there),
                    _ => {}
                }
            }
            self.write_again(&lost).await;
        }
    }

    async fn write_again(&self, jobs: &[JobId]) {
        let Inner { keys, options, link, own, .. } = &*self.inner;
        let mut seen = HashSet::new();
        let jobs: Vec<JobId> = jobs.iter().copied().filter(|job| seen.insert(*job)).collect();
        for part in jobs.chunks(WRITTEN_AT_ONCE) {
            let mut commands = Vec::new();
            let mut written = Vec::new();
            for job in part {
                let (epoch, base, entries) = match own.lock().get(job) {
                    Some(own) => (own.epoch, own.base, own.entries.iter().cloned().collect::<Vec<_>>()),
                    None => continue,
                };
                let last = entries.last().map_or(base, |entry| entry.last);
                tracing::info!(run = %job, last, "the journal of a run was lost; it is written again");
                let state = Whole { epoch, base, last, entries: &entries, reopen: false };
                commands.push(vec![write_command(keys, options, link.publish_word(), *job, &state)]);
                written.push(*job);
            }
            // Whatever comes of it: an append that still does not fit comes back here.
            let Ok(answers) = link.batch(&commands).await else { continue };
            for (job, answer) in written.iter().zip(answers.into_iter().flatten()) {
                match answer.and_then(|value| Ok(redis::from_redis_value::<i64>(value)?)) {
                    // Another owner has it, or it is over: their word counts.
                    Ok(-1 | -2) => own.let_go(*job),
                    Ok(_) => {}
                    Err(error) => {
                        tracing::warn!(run = %job, %error, "a lost journal could not be written again yet");
                    }
                }
            }
        }
    }
}

/// One append of each run, and the others: a run's next one is sent when the answer to the one
/// before is known, or a second try could not be told from a first.
fn first_of_each(batch: Vec<Append>) -> (Vec<Append>, Vec<Append>) {
    let mut seen = HashSet::with_capacity(batch.len());
    batch.into_iter().partition(|append| seen.insert(append.job))
}

fn outcome_of(append: &Append, answer: Result<Value, RedisError>) -> Outcome {
    let number: i64 = match answer.and_then(|value| Ok(redis::from_redis_value(value)?)) {
        Ok(number) => number,
        Err(error) if is_away(&error) => return Outcome::Again(error),
        Err(error) => return Outcome::Answer(Err(unavailable(error))),
    };
    Outcome::Answer(match number {
        -1 => Err(JournalError::Fenced(append.job)),
        -2 => Err(JournalError::Closed(append.job)),
        -3 => return Outcome::Lost,
        number => u64::try_from(number).map_err(unavailable),
    })
}

/// A whole journal to be written.
pub(super) struct Whole<'a> {
    pub(super) epoch: i32,
    pub(super) base: u64,
    pub(super) last: u64,
    pub(super) entries: &'a [Entry],
    pub(super) reopen: bool,
}

/// The command that writes it, by the script's text: it is rare, and may be the first.
pub(super) fn write_command(
    keys: &crate::redis::keys::Keys,
    options: &crate::redis::JournalOptions,
    publish: &str,
    job: JobId,
    whole: &Whole<'_>,
) -> Cmd {
    let (events, state) = (keys.events(job), keys.journal(job));
    let mut args = vec![whole.epoch.to_string(), whole.last.to_string(), whole.base.to_string()];
    args.push(if whole.reopen { "1" } else { "0" }.to_owned());
    args.extend([publish.to_owned(), events.clone(), millis(options.open_life)]);
    let numbers: Vec<String> = whole.entries.iter().map(|entry| entry.last.to_string()).collect();
    let fixed = args.iter().map(String::as_bytes);
    let pairs = numbers
        .iter()
        .zip(whole.entries)
        .flat_map(|(last, entry)| [last.as_bytes(), entry.events.as_bytes()]);
    let args: Vec<&[u8]> = fixed.chain(pairs).collect();
    lua::JOURNAL_WRITE.whole_command(&[&events, &state], &args)
}

fn command(script: &Script, whole: bool, keys: &[&str], args: &[&[u8]]) -> Cmd {
    if whole { script.whole_command(keys, args) } else { script.command(keys, args) }
}

/// Reads the events that others wrote before this process did.
async fn complete(inner: Arc<Inner>, job: JobId, until: u64) {
    match entry::read_all(&inner.link, &inner.keys.events(job), until).await {
        Ok(earlier) => inner.own.complete(job, until, earlier),
        // Without them, a lost journal begins in the middle, and readers before that are told so.
        Err(error) => tracing::debug!(run = %job, %error, "earlier events could not be read"),
    }
}
