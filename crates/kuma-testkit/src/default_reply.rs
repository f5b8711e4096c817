//! What a fake answers when its script has nothing to say: an echo, or what the message's keywords ask for.

use crate::clock;
use crate::keywords::{self, Keywords};
use crate::markdown;
use crate::prompt::Prompt;
use crate::reply::{Failure, Finish, Piece, Reply, Split, ToolCall};
use crate::shared::Shared;
use crate::vendor::Vendor;
use serde_json::{Value, json};

/// A job that a product does with a model beside the conversation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SideJob {
    Title,
    Summary,
    Memory,
}

/// Recognises a side job by the first paragraph of the instructions, or by a last message that asks for a title. What
/// follows the first paragraph may be anything, for example a summary of the conversation so far.
pub(crate) fn side_job(prompt: &Prompt) -> Option<SideJob> {
    if !prompt.tools.is_empty() {
        return None;
    }
    let has = |text: &str, words: &[&str]| {
        text.split(|c: char| !c.is_alphanumeric()).any(|w| words.iter().any(|x| w.eq_ignore_ascii_case(x)))
    };
    let task = prompt.system.split("\n\n").next().unwrap_or_default();
    if task.contains("long-term memory") {
        Some(SideJob::Memory)
    } else if has(task, &["title"]) {
        Some(SideJob::Title)
    } else if has(task, &["summarise", "summarize", "summary"]) {
        Some(SideJob::Summary)
    } else {
        has(&prompt.last_user, &["title"]).then_some(SideJob::Title)
    }
}

/// The default reply to `prompt`.
pub(crate) fn default_reply(shared: &Shared, vendor: Vendor, prompt: &Prompt) -> Reply {
    match side_job(prompt) {
        Some(SideJob::Title) => return Reply::text(title(&prompt.last_user)),
        Some(SideJob::Summary) => return Reply::text(summary(&prompt.last_user)),
        Some(SideJob::Memory) => return Reply::text(facts(&prompt.last_user)),
        None => {}
    }
    let keywords = Keywords::find(&prompt.last_user);
    let mut reply = if prompt.tool_results.is_empty() {
        content(shared, vendor, prompt, &keywords)
    } else {
        Reply::text(format!("The tools answered: {}", prompt.tool_results.join("; ")))
    };
    if keywords.is_empty() {
        return reply;
    }
    reply.rate = keywords.number("rate").or(keywords.has("slow").then_some(20.0));
    reply.gate = keywords.get("gate").map(|id| shared.gate(id));
    if let Some(bytes) = keywords.number("split") {
        reply.split = Split::Every(bytes);
    }
    reply
}

fn content(shared: &Shared, vendor: Vendor, prompt: &Prompt, keywords: &Keywords<'_>) -> Reply {
    let echo = || Reply::text(format!("You said: {}", prompt.last_user));
    let some = || Reply::text("This is the beginning of an answer that ");
    if keywords.has("markdown") {
        Reply::text(markdown::RICH)
    } else if keywords.has("long") {
        long(keywords.number("long").unwrap_or(400))
    } else if keywords.has("clock") {
        clock::reply(keywords.number("clock").unwrap_or(400))
    } else if keywords.has("reasoning") {
        Reply {
            pieces: [Reply::default().reasoning(THOUGHT), echo()].map(|r| r.pieces).concat(),
            ..Reply::default()
        }
    } else if keywords.has("multibyte") {
        Reply::text(markdown::SCRIPTS).split(Split::InsideCharacters)
    } else if let Some(rest) = keywords.get("tool") {
        tool(prompt, rest)
    } else if keywords.has("parallel-tools") {
        parallel(prompt)
    } else if keywords.has("refuse") {
        Reply::builder().refusal("I can't help with that.")
    } else if keywords.has("length") {
        echo().finish(Finish::Length)
    } else if keywords.has("empty") {
        Reply::builder()
    } else if let Some(status) = keywords.number("error") {
        error(shared, vendor, prompt, keywords, status).unwrap_or_else(echo)
    } else if keywords.has("midstream-error") {
        some().then_error(Failure::status(keywords.number("midstream-error").unwrap_or(500)))
    } else if keywords.has("drop") {
        some().then_cut()
    } else if keywords.has("stall") {
        some().then_stall()
    } else if keywords.has("hang") {
        Reply::builder().hang()
    } else {
        echo()
    }
}

const THOUGHT: &str = "The user wants to see some reasoning first. I will think about it, and then answer.";

/// The same text for everybody, so that its frames are rendered once for each model.
fn long(count: usize) -> Reply {
    let pieces = (1..=count)
        .map(|n| Piece::Text(if n % 20 == 0 { format!("word{n}.\n\n") } else { format!("word{n} ") }))
        .collect();
    Reply { pieces, cache_key: Some(format!("long {count}")), ..Reply::default() }
}

fn tool(prompt: &Prompt, rest: &str) -> Reply {
    let (name, json) = rest.split_once(char::is_whitespace).unwrap_or((rest, ""));
    let (name, json) = if name.starts_with('{') { ("", rest) } else { (name, json) };
    let name = if name.is_empty() { prompt.tools.first().map(String::as_str) } else { Some(name) };
    let Some(name) = name else { return Reply::text("No tools were offered with this request.") };
    let fragments = 3;
    match serde_json::from_str::<Value>(json.trim()) {
        Ok(arguments) => Reply::builder().tool_call_in(name, arguments, fragments),
        Err(_) if json.trim().is_empty() => Reply::builder().tool_call_in(name, json!({}), fragments),
        // Broken on purpose: a model can send arguments that are not JSON.
        Err(_) => Reply::builder().piece(Piece::ToolCall(ToolCall {
            fragments,
            raw_arguments: Some(json.trim().to_owned()),
            ..ToolCall::new(name, json!({}))
        })),
    }
}

fn parallel(prompt: &Prompt) -> Reply {
    let Some(first) = prompt.tools.first() else {
        return Reply::text("No tools were offered with this request.");
    };
    let second = prompt.tools.get(1).unwrap_or(first);
    Reply::builder().tool_call(first, json!({"call": 1})).tool_call_in(second, json!({"call": 2}), 2)
}

/// `None` when the error has happened often enough.
fn error(
    shared: &Shared,
    vendor: Vendor,
    prompt: &Prompt,
    keywords: &Keywords<'_>,
    status: u16,
) -> Option<Reply> {
    if let Some(times) = keywords.named::<u32>("error", "times")
        && shared.vendor(vendor).script.count(&prompt.last_user) >= times
    {
        return None;
    }
    let mut failure = Failure::status(status);
    failure.retry_after = keywords.named("error", "after").or((status == 429).then_some(1));
    Some(Reply::builder().fail(failure))
}

/// Three to five words from the text in quotation marks, or from the whole.
pub(crate) fn title(message: &str) -> String {
    let text = keywords::strip(quoted(message).unwrap_or(message));
    let words: Vec<&str> = text
        .split(|c: char| !c.is_alphanumeric() && c != '\'' && c != '-')
        .filter(|w| !w.is_empty() && !w.eq_ignore_ascii_case("title"))
        .take(5)
        .collect();
    let joined = if words.len() < 3 { format!("Chat about {}", words.join(" ")) } else { words.join(" ") };
    let joined = joined.trim();
    let joined = if joined == "Chat about" { "A new chat" } else { joined };
    let mut letters = joined.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

fn summary(message: &str) -> String {
    let text = keywords::strip(quoted(message).unwrap_or(message));
    let start: Vec<&str> = text.split_whitespace().take(24).collect();
    format!("Summary so far: {}", start.join(" "))
}

/// The facts that the message names: `[fact The user …]` is a new one, `[fact 2 The user …]` takes the place of the
/// second memory that was shown. As JSON.
fn facts(message: &str) -> String {
    let facts: Vec<Value> = Keywords::find(message)
        .all("fact")
        .map(|rest| {
            let (first, content) = rest.split_once(' ').unwrap_or((rest, ""));
            match first.parse::<u32>() {
                Ok(number) => json!({"content": content, "replaces": number}),
                Err(_) => json!({"content": rest, "replaces": null}),
            }
        })
        .collect();
    json!({ "facts": facts }).to_string()
}

/// The longest text in quotation marks, in a fence, or between tags.
fn quoted(message: &str) -> Option<&str> {
    let pairs = [
        ("\"", "\""),
        ("\u{201c}", "\u{201d}"),
        ("\u{ab}", "\u{bb}"),
        ("```", "```"),
        ("\"\"\"", "\"\"\""),
        (">", "</"),
    ];
    pairs
        .iter()
        .filter_map(|(open, close)| {
            let (_, rest) = message.split_once(open)?;
            let (inside, _) = rest.rsplit_once(close)?;
            Some(inside.trim_matches('"').trim()).filter(|t| !t.is_empty())
        })
        .max_by_key(|t| t.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn titles_have_three_to_five_words() {
        assert_eq!(
            title("Give a title to: \"how do bears sleep in winter, really?\""),
            "How do bears sleep in"
        );
        assert_eq!(title("hello"), "Chat about hello");
        let fenced = "The message:\n\"\"\"\nhow do I set up nginx?\n\"\"\"\n\nThe title:";
        assert_eq!(title(fenced), "How do I set up");
        assert_eq!(title("Title for <message>[slow] plan a trip</message>"), "Plan a trip");
        assert_eq!(title("?!"), "A new chat");
    }
}
