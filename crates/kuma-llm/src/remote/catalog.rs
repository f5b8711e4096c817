//! Which listed models hold a conversation, where a list does not say.

/// Whether a name is one of a model that makes or judges something other than chat.
pub(crate) fn is_other_than_chat(model: &str) -> bool {
    const WORDS: [&str; 23] = [
        "embed",
        "embedding",
        "embeddings",
        "rerank",
        "reranker",
        "tts",
        "whisper",
        "transcribe",
        "moderation",
        "dall",
        "image",
        "imagen",
        "images",
        "sora",
        "veo",
        "audio",
        "realtime",
        "speech",
        "davinci",
        "babbage",
        "lyria",
        "aqa",
        "live",
    ];
    let name = model.to_ascii_lowercase();
    let name = name.rsplit('/').next().unwrap_or(&name);
    name.split(['-', '_', '.', ':']).any(|part| WORDS.contains(&part)) || name.starts_with("text-embedding")
}

/// OpenAI's own list: what is neither GPT nor o-series, and the completion-only GPTs.
pub(crate) fn is_openai_chat(model: &str) -> bool {
    let model_family = model.strip_prefix("ft:").unwrap_or(model);
    let chat_family = model_family.starts_with("gpt-")
        || model_family.starts_with("chatgpt-")
        || model_family.strip_prefix('o').is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()));
    chat_family && !is_other_than_chat(model_family) && !model_family.contains("-instruct")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_conversational_models_pass() {
        for model in
            ["gpt-5.4", "o3", "gpt-4o-mini", "ft:gpt-4o-mini:me::abc", "chatgpt-4o-latest", "gpt-6-luna"]
        {
            assert!(is_openai_chat(model), "{model}");
        }
        for model in [
            "text-embedding-3-small",
            "whisper-1",
            "tts-1-hd",
            "dall-e-3",
            "gpt-image-2",
            "gpt-4o-transcribe",
            "omni-moderation-latest",
            "gpt-audio-mini",
            "gpt-realtime-2.1-mini",
            "davinci-002",
            "sora-2",
            "gpt-3.5-turbo-instruct",
            "gpt-4o-mini-tts",
            "computer-use-preview",
        ] {
            assert!(!is_openai_chat(model), "{model}");
        }
        for model in [
            "nomic-embed-text-v1.5",
            "BAAI/bge-reranker-v2",
            "openai/whisper-large",
            "models/text-embedding-004",
        ] {
            assert!(is_other_than_chat(model), "{model}");
        }
        for model in
            ["meta-llama/Llama-3.3-70B-Instruct", "qwen3:8b", "mistral-small-latest", "deepseek-chat"]
        {
            assert!(!is_other_than_chat(model), "{model}");
        }
    }
}
