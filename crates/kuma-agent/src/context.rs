//! Which of a chat's messages a model gets to see.
//!
//! The rules, in their order:
//! 1. The system prompt and the new message are always sent whole.
//! 2. A history of more than [`SUMMARISE_ABOVE`] messages is sent as a summary of the older ones and
//!    the [`KEEP_RECENT`] most recent. [`ContextPlan::of`] says what must be summarised; each message
//!    is summarised once, and the summary carried on.
//! 3. All of it has to fit the model's window with room for the answer: whole messages are dropped
//!    from the oldest on, then the summary. No message is ever cut.
//! 4. What is sent begins with a message of the user: some providers insist.
//! 5. The summary rides with the system prompt, unless it may hold words from outside: then it stands,
//!    fenced, before the first message of the user.

use kuma_llm::{ChatMessage, Part, Role};
use kuma_types::Provenance;

use crate::fence::Fence;
use crate::tokens;

/// Histories up to this many messages are sent as they are.
pub const SUMMARISE_ABOVE: usize = 30;
/// How many messages stay verbatim beside a summary.
pub const KEEP_RECENT: usize = 15;
/// Tokens that are kept free for the answer, at most a quarter of the window.
const ROOM_FOR_ANSWER: usize = 4_096;
/// The window of a model that does not tell. Current remote models all have more.
const UNKNOWN_WINDOW: usize = 32_768;

/// A finished message of the chat.
#[derive(Clone, Debug, PartialEq)]
pub struct HistoryMessage {
    /// Who spoke; user or assistant.
    pub role: Role,
    /// What was said.
    pub text: String,
    /// The pictures that came with it, for a model that sees; they come behind the text.
    pub images: Vec<Part>,
}

impl HistoryMessage {
    fn cost(&self) -> usize {
        tokens::estimate_message(&self.text) + self.images.iter().map(tokens::estimate_part).sum::<usize>()
    }

    fn to_message(&self) -> ChatMessage {
        let mut message = ChatMessage::text(self.role, self.text.clone());
        message.parts.extend(self.images.iter().cloned());
        message
    }
}

/// How the history is to be treated before a run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ContextPlan {
    /// How many of the messages that no summary covers yet must go into it now; 0: none.
    pub summarise: usize,
}

impl ContextPlan {
    /// The plan for a history of which `unsummarised` messages are in no summary yet.
    pub const fn of(unsummarised: usize) -> Self {
        let summarise = if unsummarised > SUMMARISE_ABOVE { unsummarised - KEEP_RECENT } else { 0 };
        Self { summarise }
    }
}

/// The messages to send, and what had to be left out.
#[derive(Clone, Debug, PartialEq)]
pub struct Context {
    /// Ready for the model.
    pub messages: Vec<ChatMessage>,
    /// Messages of the history that did not fit.
    pub dropped: usize,
}

/// A model's window, and what of it is kept free for the answer.
pub(crate) fn window_and_answer(window: Option<u32>) -> (usize, usize) {
    let window = window.map_or(UNKNOWN_WINDOW, |window| window as usize);
    (window, ROOM_FOR_ANSWER.min(window / 4))
}

/// How many tokens of a model's window attached texts may have: half of what is free beside the answer
/// and what is `taken` already, so that there is room for the conversation.
pub fn room_for_attachments(window: Option<u32>, taken: usize) -> usize {
    let (window, answer) = window_and_answer(window);
    window.saturating_sub(answer + taken) / 2
}

/// The summary of older messages.
#[derive(Clone, Copy, Debug)]
pub struct Summary<'a> {
    /// Its text.
    pub text: &'a str,
    /// Set when it was made of messages of tainted runs: where their text from outside came from, and
    /// the run's fence.
    pub outside: Option<(&'a Provenance, &'a Fence)>,
}

impl<'a> From<&'a str> for Summary<'a> {
    fn from(text: &'a str) -> Self {
        Self { text, outside: None }
    }
}

impl Summary<'_> {
    fn render(&self) -> String {
        let text = match self.outside {
            Some((from, fence)) => fence.wrap(from, self.text),
            None => self.text.to_owned(),
        };
        format!("[Summary of the earlier conversation]\n{text}")
    }
}

/// Puts together what the model gets to see.
///
/// `history` are the messages after the summary, oldest first, without `question`.
pub fn assemble<'a>(
    system: &str,
    summary: Option<impl Into<Summary<'a>>>,
    history: &[HistoryMessage],
    question: ChatMessage,
    window: Option<u32>,
) -> Context {
    let (window, answer) = window_and_answer(window);
    let budget = window - answer;
    let summary: Option<Summary<'a>> = summary.map(Into::into);
    let outside = summary.is_some_and(|summary| summary.outside.is_some());
    let summary = summary.map(|summary| summary.render());
    let mut used = tokens::estimate_message(system)
        + tokens::PER_MESSAGE
        + question.parts.iter().map(tokens::estimate_part).sum::<usize>();

    let summary_cost = summary.as_deref().map_or(0, tokens::estimate_message);
    let mut kept = fitting(history, budget.saturating_sub(used + summary_cost));
    used += kept.iter().map(HistoryMessage::cost).sum::<usize>();
    let summary = summary.filter(|_| used + summary_cost <= budget);

    // A reply without its question helps nobody; the summary holds the questions of those before.
    while kept.first().is_some_and(|m| m.role == Role::Assistant) {
        kept = kept.get(1..).unwrap_or_default();
    }
    let mut messages = vec![ChatMessage::text(Role::System, system)];
    messages.extend(kept.iter().map(HistoryMessage::to_message));
    messages.push(question);
    if let Some(summary) = summary {
        // Two user messages in a row are refused by some providers: the summary is part of another
        // message, labelled as a record. Instructions only where nobody from outside had a hand in it.
        if outside {
            if let Some(first) = messages.get_mut(1) {
                first.parts.insert(0, Part::Text(format!("{summary}\n\n")));
            }
        } else if let Some(instructions) = messages.first_mut() {
            *instructions = ChatMessage::text(Role::System, format!("{system}\n\n{summary}"));
        }
    }
    Context { dropped: history.len() - kept.len(), messages: merge_neighbours(messages) }
}

/// The longest tail of whole messages that fits.
fn fitting(history: &[HistoryMessage], budget: usize) -> &[HistoryMessage] {
    let mut left = budget;
    let fits = history
        .iter()
        .rev()
        .take_while(|message| {
            let cost = message.cost();
            let fits = cost <= left;
            left = left.saturating_sub(cost);
            fits
        })
        .count();
    history.get(history.len() - fits..).unwrap_or_default()
}

/// Joins neighbours of one role: a failed answer leaves two questions in a row, and providers
/// that want turns to alternate refuse that.
fn merge_neighbours(messages: Vec<ChatMessage>) -> Vec<ChatMessage> {
    let mut merged: Vec<ChatMessage> = Vec::with_capacity(messages.len());
    for message in messages {
        match merged.last_mut() {
            Some(last) if last.role == message.role && last.role != Role::Tool => {
                last.parts.push(Part::Text("\n\n".to_owned()));
                last.parts.extend(message.parts);
            }
            _ => merged.push(message),
        }
    }
    merged
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn history(lengths: &[usize]) -> Vec<HistoryMessage> {
        let role = |n: usize| if n.is_multiple_of(2) { Role::User } else { Role::Assistant };
        lengths
            .iter()
            .enumerate()
            .map(|(n, len)| HistoryMessage {
                role: role(n),
                text: format!("{n}:{}", "x".repeat(*len)),
                images: Vec::new(),
            })
            .collect()
    }

    #[test]
    fn the_window_is_thirty_and_fifteen() {
        assert_eq!(ContextPlan::of(30), ContextPlan { summarise: 0 });
        assert_eq!(ContextPlan::of(31), ContextPlan { summarise: 16 });
        assert_eq!(ContextPlan::of(100), ContextPlan { summarise: 85 });
    }

    #[test]
    fn a_summary_comes_before_the_recent_messages() {
        let context = assemble("Be kind.", Some("They met."), &history(&[1, 1]), user("Hi?"), None);
        let shown: Vec<_> = context.messages.iter().map(|m| (m.role, m.joined_text())).collect();
        insta::assert_debug_snapshot!(shown, @r#"
        [
            (
                System,
                "Be kind.\n\n[Summary of the earlier conversation]\nThey met.",
            ),
            (
                User,
                "0:x",
            ),
            (
                Assistant,
                "1:x",
            ),
            (
                User,
                "Hi?",
            ),
        ]
        "#);
    }

    fn user(text: &str) -> ChatMessage {
        ChatMessage::text(Role::User, text)
    }

    #[test]
    fn two_questions_in_a_row_become_one_turn() {
        let unanswered = [HistoryMessage { role: Role::User, text: "First?".into(), images: Vec::new() }];
        let context = assemble("S", None::<&str>, &unanswered, user("Second?"), None);
        assert_eq!(context.messages.len(), 2);
        assert_eq!(context.messages[1].joined_text(), "First?\n\nSecond?");
    }

    #[test]
    fn a_summary_with_words_from_outside_is_no_instruction() {
        let (fence, from) = (Fence::new(), Provenance::of("example.com"));
        let summary = Summary { text: "They read: obey.", outside: Some((&from, &fence)) };
        for (earlier, at) in [(history(&[1, 1]), "0:x"), (Vec::new(), "Hi?")] {
            let context = assemble("Be kind.", Some(summary), &earlier, user("Hi?"), None);
            assert_eq!(context.messages[0].joined_text(), "Be kind.");
            let first = &context.messages[1];
            let told =
                format!("[Summary of the earlier conversation]\n{}\n\n{at}", fence.wrap(&from, summary.text));
            assert_eq!((first.role, first.joined_text()), (Role::User, told));
        }
    }

    proptest! {
        #[test]
        fn what_is_sent_fits_and_nothing_is_cut(
            lengths in prop::collection::vec(0usize..4_000, 0..40),
            window in 512u32..20_000,
            summary in prop::option::of("[a-z ]{0,2000}"),
        ) {
            // Whole exchanges; unanswered questions have a test of their own.
            let history = history(&lengths[..lengths.len() / 2 * 2]);
            let context = assemble("Be kind.", summary.as_deref(), &history, user("Why?"), Some(window));
            let sent: Vec<_> = context.messages.iter().map(ChatMessage::joined_text).collect();
            let cost: usize = sent.iter().map(|t| tokens::estimate_message(t)).sum();
            prop_assert!(cost <= window as usize, "{cost} > {window}");
            prop_assert_eq!(sent.last().unwrap(), "Why?");
            prop_assert_eq!(context.messages[1].role, Role::User);
            let verbatim = &sent[1..sent.len() - 1];
            prop_assert_eq!(verbatim.len() + context.dropped, history.len());
            for (sent, original) in verbatim.iter().rev().zip(history.iter().rev()) {
                prop_assert_eq!(sent, &original.text);
            }
        }
    }
}
