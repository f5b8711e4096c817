//! What OpenAI's model names tell about how to speak to them.

/// The version of a GPT model: `gpt-5.4-mini` is (5, 4), `gpt-4o` is (4, 0).
pub(crate) fn gpt_version(model: &str) -> Option<(u32, u32)> {
    let rest = model.strip_prefix("gpt-")?;
    let digits = |text: &str| -> Option<u32> {
        let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
        text.get(..end)?.parse().ok()
    };
    let minor = rest.split_once('.').filter(|(major, _)| major.bytes().all(|b| b.is_ascii_digit()));
    Some((digits(rest)?, minor.and_then(|(_, minor)| digits(minor)).unwrap_or(0)))
}

/// The o-series: `o1`, `o3-mini`, `o4-mini-2025-04-16`.
fn is_o_series(model: &str) -> bool {
    let mut chars = model.chars();
    chars.next() == Some('o') && chars.next().is_some_and(|c| c.is_ascii_digit())
}

/// Whether it thinks before it answers.
pub(crate) fn reasons(model: &str) -> bool {
    is_o_series(model) || gpt_version(model).is_some_and(|version| version >= (5, 0)) && !has(model, "chat")
}

/// Whether a call must go to Responses: some models are only there, and from GPT-5.4 on Chat
/// Completions refuses tools together with reasoning.
pub(crate) fn needs_responses(model: &str, with_tools: bool) -> bool {
    let only_there = ["pro", "codex", "research", "computer", "daybreak", "cyber", "rosalind", "law"];
    (reasons(model) || model.starts_with("computer-use")) && only_there.iter().any(|word| has(model, word))
        || with_tools && gpt_version(model).is_some_and(|version| version >= (5, 4))
}

/// Whether a temperature may be sent: models that reason refuse it.
pub(crate) fn takes_temperature(model: &str) -> bool {
    !reasons(model) && !has(model, "search")
}

fn has(model: &str, word: &str) -> bool {
    model.split('-').any(|part| part == word)
}

/// Tokens a model holds, where the vendor's lists do not say.
pub(crate) fn context_window(model: &str) -> Option<u32> {
    match gpt_version(model) {
        Some((5, 0..=3)) if has(model, "chat") => Some(128_000),
        Some((5, 0..=3)) => Some(400_000),
        Some((4, 1)) => Some(1_047_576),
        Some((4, 0)) if model.starts_with("gpt-4o") || has(model, "turbo") => Some(128_000),
        Some((4, 0)) => Some(8_192),
        Some((3, 5)) => Some(16_385),
        _ if is_o_series(model) => Some(200_000),
        _ => None,
    }
}

/// For people: `gpt-5.4-mini` is `GPT-5.4 mini`.
pub(crate) fn display_name(model: &str) -> String {
    match model.strip_prefix("gpt-") {
        Some(rest) => match rest.split_once('-') {
            Some((version, variant)) => format!("GPT-{version} {}", variant.replace('-', " ")),
            None => format!("GPT-{rest}"),
        },
        None => model.to_owned(),
    }
}

/// A model whose name ends in a date: `gpt-5.2-2025-12-11` is a snapshot of `gpt-5.2`.
pub(crate) fn without_date(model: &str) -> Option<&str> {
    let date_at = model.len().checked_sub(11)?;
    let date = model.get(date_at..)?.strip_prefix('-')?;
    let shape = |(i, b): (usize, u8)| if matches!(i, 4 | 7) { b == b'-' } else { b.is_ascii_digit() };
    date.bytes().enumerate().all(shape).then(|| model.get(..date_at)).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_understood() {
        for (model, version) in [
            ("gpt-4o", Some((4, 0))),
            ("gpt-4.1-mini", Some((4, 1))),
            ("gpt-5", Some((5, 0))),
            ("gpt-5-mini-2025-08-07", Some((5, 0))),
            ("gpt-6.2-sol", Some((6, 2))),
            ("gpt-oss-120b", None),
            ("o3", None),
        ] {
            assert_eq!(gpt_version(model), version, "{model}");
        }
        assert_eq!(without_date("gpt-5.2-2025-12-11"), Some("gpt-5.2"));
        assert_eq!(without_date("gpt-5.2-pro"), None);
        assert_eq!(without_date("x"), None);
        assert_eq!(display_name("gpt-5.4-mini"), "GPT-5.4 mini");
        assert_eq!(display_name("o3"), "o3");
    }

    #[test]
    fn the_endpoint_follows_the_model_and_the_tools() {
        for model in ["gpt-5.4", "gpt-5.4-mini", "gpt-5.6-sol", "gpt-6-astra"] {
            assert!(needs_responses(model, true) && !needs_responses(model, false), "{model}");
        }
        for model in ["gpt-4o", "gpt-5", "gpt-5.2", "o3", "gpt-oss-120b"] {
            assert!(!needs_responses(model, true), "{model}");
        }
        for model in [
            "gpt-5-pro",
            "o1-pro",
            "gpt-5.5-pro-2026-04-23",
            "gpt-5-codex",
            "o3-deep-research",
            "gpt-6-cyber",
        ] {
            assert!(needs_responses(model, false), "{model}");
        }
        assert!(takes_temperature("gpt-4o") && takes_temperature("gpt-4.1"));
        assert!(
            !takes_temperature("gpt-6-sol") && !takes_temperature("o3") && !takes_temperature("gpt-5-mini")
        );
    }
}
