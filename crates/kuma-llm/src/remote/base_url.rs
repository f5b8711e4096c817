//! Base URLs as people paste them, made into the one form we append to.

use url::Url;

use crate::ProviderKind;

/// The vendor's own address, for kinds that have one.
pub(crate) const fn default_for(kind: ProviderKind) -> Option<&'static str> {
    match kind {
        ProviderKind::OpenAi | ProviderKind::OpenAiResponses => Some("https://api.openai.com/v1"),
        ProviderKind::Anthropic => Some("https://api.anthropic.com/v1"),
        ProviderKind::Gemini => Some("https://generativelanguage.googleapis.com/v1beta"),
        ProviderKind::Ollama => Some("http://127.0.0.1:11434"),
        ProviderKind::OpenAiCompatible | ProviderKind::Local => None,
    }
}

/// The base without a trailing slash and with the version path that `kind` needs, or what is wrong.
///
/// - A missing scheme becomes `http://` for loopback hosts and `https://` otherwise.
/// - An endpoint pasted whole (`…/v1/chat/completions`) is cut back to its base.
/// - OpenAI and compatible: a bare host gets `/v1`; any other path is taken as it is.
/// - Anthropic: `/v1` is added unless it is there, also behind a path (`…/anthropic`).
/// - Gemini: `/v1beta` is added unless some version is there.
/// - Ollama: `/v1`, `/api` and what follows are cut off: its own API is used.
pub(crate) fn normalise(kind: ProviderKind, given: &str) -> Result<String, String> {
    let given = given.trim();
    let with_scheme =
        if given.contains("://") { given.to_owned() } else { format!("{}{given}", scheme_for(given)) };
    let mut url = Url::parse(&with_scheme).map_err(|error| error.to_string())?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err("it must begin with http:// or https://".to_owned());
    }
    if url.host_str().is_none_or(str::is_empty) {
        return Err("it names no host".to_owned());
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err("it must not hold a user name or password; the key has its own field".to_owned());
    }
    if url.query().is_some() || url.fragment().is_some() {
        return Err("it must not hold a query".to_owned());
    }
    let mut parts: Vec<&str> = url.path().split('/').filter(|part| !part.is_empty()).collect();
    cut(&mut parts, endpoints(kind));
    match kind {
        ProviderKind::Anthropic if parts.last() != Some(&"v1") => parts.push("v1"),
        ProviderKind::Gemini if !parts.last().is_some_and(|part| is_version(part)) => parts.push("v1beta"),
        ProviderKind::OpenAi | ProviderKind::OpenAiResponses | ProviderKind::OpenAiCompatible
            if parts.is_empty() =>
        {
            parts.push("v1");
        }
        _ => {}
    }
    let path = parts.join("/");
    url.set_path(&path);
    Ok(url.as_str().trim_end_matches('/').to_owned())
}

fn scheme_for(host: &str) -> &'static str {
    if ["localhost", "127.", "[::1]"].iter().any(|local| host.starts_with(local)) {
        "http://"
    } else {
        "https://"
    }
}

/// What people paste behind the base.
const fn endpoints(kind: ProviderKind) -> &'static [&'static [&'static str]] {
    match kind {
        ProviderKind::Anthropic => &[&["messages"], &["models"]],
        ProviderKind::Gemini => &[&["models"]],
        ProviderKind::Ollama => {
            &[&["v1"], &["v1", "chat", "completions"], &["api"], &["api", "chat"], &["api", "tags"]]
        }
        _ => &[&["chat", "completions"], &["responses"], &["models"], &["embeddings"]],
    }
}

fn cut(parts: &mut Vec<&str>, endings: &[&[&str]]) {
    let longest = endings.iter().filter(|ending| parts.ends_with(ending)).map(|ending| ending.len()).max();
    parts.truncate(parts.len() - longest.unwrap_or(0));
}

fn is_version(part: &str) -> bool {
    part.strip_prefix('v').is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_usual_spelling_comes_to_one_base() {
        use ProviderKind::{Anthropic, Gemini, Ollama, OpenAi, OpenAiCompatible};
        for (kind, wanted, spellings) in [
            (
                OpenAi,
                "https://api.openai.com/v1",
                &[
                    "https://api.openai.com",
                    "https://api.openai.com/",
                    "api.openai.com/v1/",
                    " https://api.openai.com/v1/chat/completions ",
                ][..],
            ),
            (
                OpenAiCompatible,
                "http://127.0.0.1:8000/v1",
                &["127.0.0.1:8000", "http://127.0.0.1:8000/v1", "http://127.0.0.1:8000/v1/models"],
            ),
            (
                OpenAiCompatible,
                "https://openrouter.ai/api/v1",
                &["openrouter.ai/api/v1/", "https://openrouter.ai/api/v1"],
            ),
            (OpenAiCompatible, "http://localhost:1234/v1", &["localhost:1234"]),
            (
                Anthropic,
                "https://api.anthropic.com/v1",
                &["https://api.anthropic.com", "https://api.anthropic.com/v1/messages"],
            ),
            (
                Anthropic,
                "https://proxy.example/anthropic/v1",
                &["https://proxy.example/anthropic/", "https://proxy.example/anthropic/v1"],
            ),
            (
                Gemini,
                "https://generativelanguage.googleapis.com/v1beta",
                &[
                    "https://generativelanguage.googleapis.com",
                    "https://generativelanguage.googleapis.com/v1beta/",
                ],
            ),
            (
                Gemini,
                "https://generativelanguage.googleapis.com/v1",
                &["https://generativelanguage.googleapis.com/v1"],
            ),
            (
                Ollama,
                "http://127.0.0.1:11434",
                &[
                    "127.0.0.1:11434",
                    "http://127.0.0.1:11434/",
                    "http://127.0.0.1:11434/v1",
                    "http://127.0.0.1:11434/api/chat",
                ],
            ),
            (Ollama, "http://[::1]:11434", &["[::1]:11434"]),
            (Ollama, "https://box.example/ollama", &["https://box.example/ollama/api/"]),
        ] {
            for spelling in spellings {
                assert_eq!(normalise(kind, spelling).as_deref(), Ok(wanted), "{spelling}");
            }
        }
    }

    #[test]
    fn what_is_no_address_is_refused_with_a_reason() {
        for given in [
            "",
            "ftp://x",
            "http://",
            "https://user:pw@host",
            "https://host/v1?key=1",
            "not a url at all",
            "file:///x",
        ] {
            assert!(normalise(ProviderKind::OpenAi, given).is_err(), "{given}");
        }
    }
}
