//! Which of a provider's models to use when nobody chose one.
//!
//! No model is hard-coded: vendors retire names within months. What is stable is how they name
//! things, so a model is judged by its tier (a word in the name) and its version (the numbers).
//! An operator who wants another sets `KUMA_MODEL` and `KUMA_SMALL_MODEL`.
//!
//! - Best: the vendor's middle tier, capable and affordable: OpenAI's plain or `sol` GPT,
//!   Anthropic's Sonnet, Gemini's Flash; of these the newest. A server of another kind: the first it lists.
//! - Cheapest: the vendor's small tier: `luna`, `mini` or `nano`, Haiku, Flash-Lite; of these the
//!   newest. None for servers of other kinds: a second model may mean a second load into memory.

use crate::provider::{Capability, ModelInfo, ProviderKind};

/// The best general chat model, or none when there is no chat model.
pub(crate) fn best(kind: ProviderKind, models: &[ModelInfo]) -> Option<&ModelInfo> {
    let mut chat = models.iter().filter(|info| info.capabilities.contains(&Capability::Chat));
    match kind {
        ProviderKind::OpenAi
        | ProviderKind::OpenAiResponses
        | ProviderKind::Anthropic
        | ProviderKind::Gemini => {
            first_max(chat, |info| (rank(kind, &info.model).general, version(&info.model)))
        }
        ProviderKind::Ollama | ProviderKind::OpenAiCompatible => chat.next(),
        ProviderKind::Local => first_max(chat, |info| !info.demo),
    }
}

/// A small model of the same provider, or none when none is known to be small.
pub(crate) fn cheapest(kind: ProviderKind, models: &[ModelInfo]) -> Option<&ModelInfo> {
    let small = models
        .iter()
        .filter(|info| info.capabilities.contains(&Capability::Chat))
        .filter(|info| rank(kind, &info.model).small > 0);
    first_max(small, |info| (rank(kind, &info.model).small, version(&info.model)))
}

struct Rank {
    /// How good a default, 0 to 4.
    general: u8,
    /// How good a small model, 0: not small.
    small: u8,
}

fn rank(kind: ProviderKind, model: &str) -> Rank {
    let has = |word: &str| model.split(['-', '.', '_']).any(|part| part == word);
    let unusual = ["preview", "exp", "latest", "pro", "codex", "search", "instruct", "cyber", "image", "law"];
    let (general, small) = match kind {
        ProviderKind::OpenAi | ProviderKind::OpenAiResponses => match () {
            () if !model.starts_with("gpt-") => (0, u8::from(has("mini"))),
            () if unusual.iter().any(|word| has(word)) => (0, 0),
            () if has("luna") => (2, 2),
            () if has("mini") => (2, 2),
            () if has("nano") => (1, 1),
            () if has("terra") || has("astra") => (3, 0),
            () if has("sol") || !model.trim_start_matches("gpt-").contains('-') => (4, 0),
            () => (1, 0),
        },
        ProviderKind::Anthropic => match () {
            () if has("sonnet") => (4, 0),
            () if has("opus") => (3, 0),
            () if has("haiku") => (2, 1),
            () => (1, 0),
        },
        ProviderKind::Gemini => match () {
            () if unusual.iter().any(|word| *word != "pro" && has(word)) => (1, 0),
            () if has("flash") && has("lite") => (2, 2),
            () if has("flash") => (4, 1),
            () if has("pro") => (3, 0),
            () => (1, 0),
        },
        ProviderKind::Ollama | ProviderKind::OpenAiCompatible | ProviderKind::Local => (1, 0),
    };
    Rank { general, small }
}

/// The first two numbers in a name; a date is none of them. `claude-sonnet-5-5-20260101` is (5, 5).
fn version(model: &str) -> (u32, u32) {
    let mut numbers = model
        .split(|c: char| !c.is_ascii_digit())
        .filter(|digits| (1..=2).contains(&digits.len()))
        .filter_map(|digits| digits.parse().ok());
    (numbers.next().unwrap_or(0), numbers.next().unwrap_or(0))
}

/// Of equals the first, as the provider lists them.
fn first_max<'a, K: Ord>(
    models: impl Iterator<Item = &'a ModelInfo>,
    key: impl Fn(&ModelInfo) -> K,
) -> Option<&'a ModelInfo> {
    models.fold(None, |best, info| match best {
        Some(best) if key(best) >= key(info) => Some(best),
        _ => Some(info),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn listed(names: &[&str]) -> Vec<ModelInfo> {
        names
            .iter()
            .map(|name| ModelInfo {
                id: format!("p/{name}"),
                provider: "p".into(),
                model: (*name).into(),
                name: (*name).into(),
                context_window: None,
                capabilities: vec![Capability::Chat],
                demo: false,
            })
            .collect()
    }

    fn chosen(kind: ProviderKind, names: &[&str]) -> (Option<String>, Option<String>) {
        let models = listed(names);
        (best(kind, &models).map(|m| m.model.clone()), cheapest(kind, &models).map(|m| m.model.clone()))
    }

    #[test]
    fn each_vendors_middle_tier_is_the_default_and_its_small_one_the_helper() {
        let some = |a: &str, b: &str| (Some(a.to_owned()), Some(b.to_owned()));
        assert_eq!(
            chosen(
                ProviderKind::OpenAi,
                &[
                    "gpt-5.4-mini",
                    "gpt-6-astra",
                    "gpt-6.2-sol",
                    "gpt-6-luna",
                    "gpt-6.1-sol",
                    "gpt-5.5",
                    "gpt-5.5-pro",
                    "o3"
                ]
            ),
            some("gpt-6.2-sol", "gpt-6-luna")
        );
        assert_eq!(
            chosen(
                ProviderKind::OpenAi,
                &["gpt-4o", "gpt-4o-mini", "gpt-4.1", "gpt-4.1-mini", "gpt-4.1-nano"]
            ),
            some("gpt-4.1", "gpt-4.1-mini")
        );
        assert_eq!(
            chosen(
                ProviderKind::Anthropic,
                &[
                    "claude-fable-5-2",
                    "claude-haiku-5-5",
                    "claude-sonnet-5",
                    "claude-sonnet-5-5",
                    "claude-opus-5-5"
                ]
            ),
            some("claude-sonnet-5-5", "claude-haiku-5-5")
        );
        assert_eq!(
            chosen(
                ProviderKind::Gemini,
                &[
                    "gemini-2.5-pro",
                    "gemini-3.8-flash",
                    "gemini-3.5-flash-lite",
                    "gemini-4-argon",
                    "gemini-3.1-pro-preview"
                ]
            ),
            some("gemini-3.8-flash", "gemini-3.5-flash-lite")
        );
    }

    #[test]
    fn other_servers_give_their_first_model_and_no_small_one() {
        assert_eq!(chosen(ProviderKind::OpenAiCompatible, &["b", "a-mini"]), (Some("b".into()), None));
        assert_eq!(chosen(ProviderKind::Ollama, &[]), (None, None));
    }

    #[test]
    fn dates_are_no_versions() {
        assert_eq!(version("claude-sonnet-4-5-20250929"), (4, 5));
        assert_eq!(version("gpt-5-2025-08-07"), (5, 8), "a dashed date is only compared with its own family");
        assert_eq!(version("gpt-4o"), (4, 0));
    }
}
