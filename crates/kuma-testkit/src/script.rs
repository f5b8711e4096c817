//! What a fake will say next.

use crate::prompt::Prompt;
use crate::record::lock;
use crate::reply::{Failure, Reply};
use serde::{Deserialize, Serialize};
use std::collections::{HashMap, VecDeque};
use std::sync::Mutex;

/// A reply for the requests whose last user message contains a text.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// The text to find in the last user message.
    pub contains: String,
    /// What to answer.
    pub reply: Reply,
    /// For how many requests. `None`: for all.
    #[serde(default)]
    pub times: Option<u32>,
}

impl Rule {
    /// Answers every request whose last user message contains `text` with `reply`.
    pub fn contains(text: impl Into<String>, reply: Reply) -> Self {
        Self { contains: text.into(), reply, times: None }
    }

    /// For so many requests only.
    #[must_use]
    pub fn times(mut self, times: u32) -> Self {
        self.times = Some(times);
        self
    }
}

#[derive(Default)]
struct State {
    rules: Vec<Rule>,
    queue: VecDeque<Reply>,
    failure: Option<(Failure, Option<u32>)>,
    counted: HashMap<String, u32>,
}

/// One vendor's script. A request gets, in this order: the failure that is set; the first rule that matches; the next
/// reply of the queue, unless it asks for a title or a summary; the default reply.
#[derive(Default)]
pub(crate) struct Script(Mutex<State>);

impl Script {
    pub(crate) fn push(&self, reply: Reply) {
        lock(&self.0).queue.push_back(reply);
    }

    pub(crate) fn rule(&self, rule: Rule) {
        lock(&self.0).rules.push(rule);
    }

    /// Every request fails like this, `times` times or until it is taken back with `None`.
    pub(crate) fn fail(&self, failure: Option<Failure>, times: Option<u32>) {
        lock(&self.0).failure = failure.map(|f| (f, times));
    }

    pub(crate) fn clear(&self) {
        *lock(&self.0) = State::default();
    }

    /// Replies not yet used.
    pub(crate) fn queued(&self) -> usize {
        lock(&self.0).queue.len()
    }

    /// The failure for a request of any kind.
    pub(crate) fn take_failure(&self) -> Option<Failure> {
        let mut state = lock(&self.0);
        let (failure, times) = state.failure.as_mut()?;
        let failure = failure.clone();
        if let Some(times) = times {
            *times = times.saturating_sub(1);
            if *times == 0 {
                state.failure = None;
            }
        }
        Some(failure)
    }

    /// The scripted reply to `prompt`, if there is one. `side_job`: it asks for a title or a summary.
    pub(crate) fn take(&self, prompt: &Prompt, side_job: bool) -> Option<Reply> {
        let mut state = lock(&self.0);
        if let Some(at) = state.rules.iter().position(|r| prompt.last_user.contains(&r.contains)) {
            let rule = state.rules.get_mut(at)?;
            let reply = rule.reply.clone();
            if let Some(times) = &mut rule.times {
                *times = times.saturating_sub(1);
                if *times == 0 {
                    state.rules.remove(at);
                }
            }
            return Some(reply);
        }
        if side_job { None } else { state.queue.pop_front() }
    }

    /// How often this was called with `key` before.
    pub(crate) fn count(&self, key: &str) -> u32 {
        let mut state = lock(&self.0);
        let seen = state.counted.entry(key.to_owned()).or_default();
        *seen += 1;
        *seen - 1
    }
}
