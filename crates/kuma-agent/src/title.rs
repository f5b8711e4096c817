//! A title for a chat, by the small model.

use futures::StreamExt;
use kuma_llm::{ChatEvent, ChatMessage, ChatModel, ChatRequest, ModelError, Role};

/// Longest title, in characters.
pub const MAX_CHARS: usize = 60;

/// Asks for a title of a chat that begins with this message. `None` when the model gave nothing
/// usable: see [`from_message`].
pub async fn ask(model: &dyn ChatModel, message: &str) -> Result<Option<String>, ModelError> {
    let opening: String = message.chars().take(1_000).collect();
    let request = ChatRequest {
        messages: vec![
            ChatMessage::text(
                Role::System,
                "You write titles. Reply with a title of at most five words for the conversation that begins with the user's message, in the message's language. No quotes, no full stop, nothing else.",
            ),
            ChatMessage::text(Role::User, format!("The message:\n\"\"\"\n{opening}\n\"\"\"\n\nThe title:")),
        ],
        temperature: Some(0.2),
        max_output_tokens: Some(64),
        ..ChatRequest::default()
    };
    let mut stream = model.stream(request).await?;
    let mut text = String::new();
    while let Some(event) = stream.next().await {
        if let ChatEvent::Text(piece) = event? {
            text.push_str(&piece);
        }
    }
    Ok(clean(&text, message))
}

/// The model's line without its ornaments; none when it is empty or only repeats the question.
fn clean(text: &str, message: &str) -> Option<String> {
    let line = text.lines().map(str::trim).find(|line| !line.is_empty())?;
    let line = line.trim_start_matches(['#', '*', ' ']);
    let line = line.strip_prefix("Title:").unwrap_or(line);
    let line = line.trim_matches(|c: char| c.is_whitespace() || "\"'“”«»`*.".contains(c));
    let echo = line.len() > 24 && message.trim().starts_with(line);
    (!line.is_empty() && line.chars().count() <= MAX_CHARS && !echo).then(|| line.to_owned())
}

/// A title from the message's own first words, when no model gives a better one.
pub fn from_message(message: &str) -> String {
    let words = message.split_whitespace().collect::<Vec<_>>().join(" ");
    if words.chars().count() <= MAX_CHARS {
        return words;
    }
    let cut: String = words.chars().take(MAX_CHARS).collect();
    let whole = cut.rsplit_once(' ').filter(|(head, _)| head.chars().count() > MAX_CHARS / 2);
    format!("{}…", whole.map_or(cut.as_str(), |(head, _)| head))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ornaments_go_and_echoes_are_refused() {
        let asked = "How do I configure nginx as a reverse proxy for my home server?";
        assert_eq!(clean("\n\"Nginx reverse proxy\".", asked).as_deref(), Some("Nginx reverse proxy"));
        assert_eq!(clean("**Title: Nginx at home**", asked).as_deref(), Some("Nginx at home"));
        assert_eq!(clean("How do I configure nginx as a reverse", asked), None);
        assert_eq!(clean("  \n", asked), None);
        assert_eq!(clean(&"long ".repeat(30), asked), None);
    }

    #[test]
    fn the_fallback_keeps_whole_words() {
        assert_eq!(from_message("  Hello\n there "), "Hello there");
        let long = from_message(&"Wörter und noch mehr Wörter ".repeat(5));
        assert!(long.ends_with('…') && long.chars().count() <= MAX_CHARS + 1);
        assert!(!long.contains("  "));
        assert!(from_message(&"字".repeat(100)).chars().count() <= MAX_CHARS + 1);
    }
}
