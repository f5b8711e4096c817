//! The model lists of all kinds of providers.

use futures::StreamExt;
use serde::Deserialize;
use serde_json::Value;

use super::connection::Connection;
use super::{catalog, openai_models};
use crate::provider::{Capability, ModelInfo, ProviderKind};
use crate::{ModelError, ModelErrorKind};

/// Pages of a list that are followed; more would be an error at the other side.
const MOST_PAGES: usize = 20;
/// Models of one Ollama that are asked for their details at once.
const DETAILS_AT_ONCE: usize = 8;

/// All chat models of a provider.
pub(super) async fn models(connection: &Connection) -> Result<Vec<ModelInfo>, ModelError> {
    let listed = match connection.kind {
        ProviderKind::Anthropic => anthropic(connection).await,
        ProviderKind::Gemini => gemini(connection).await,
        ProviderKind::Ollama => ollama(connection).await,
        ProviderKind::OpenAi | ProviderKind::OpenAiResponses => openai(connection).await,
        ProviderKind::OpenAiCompatible | ProviderKind::Local => compatible(connection).await,
    };
    listed.map_err(|mut error| {
        // A list that is not there means a wrong address, not a missing model.
        if error.kind == ModelErrorKind::ModelNotFound {
            error.kind = ModelErrorKind::BadRequest;
            error.message =
                format!("there is no model list at {} (404): check the base URL", connection.base);
        }
        error
    })
}

fn info(
    connection: &Connection,
    model: &str,
    name: &str,
    window: Option<u32>,
    capabilities: Vec<Capability>,
) -> ModelInfo {
    ModelInfo {
        id: format!("{}/{model}", connection.name),
        provider: connection.name.clone(),
        model: model.to_owned(),
        name: if name.is_empty() { model.to_owned() } else { name.to_owned() },
        context_window: window.filter(|tokens| *tokens > 0),
        capabilities,
        demo: false,
    }
}

fn chat_and(others: &[(bool, Capability)]) -> Vec<Capability> {
    let others = others.iter().filter(|(has, _)| *has).map(|(_, capability)| *capability);
    std::iter::once(Capability::Chat).chain(others).collect()
}

// ---- OpenAI ------------------------------------------------------------------------------------

#[derive(Deserialize)]
struct OpenAiList {
    data: Vec<OpenAiModel>,
}

#[derive(Deserialize)]
struct OpenAiModel {
    id: String,
    #[serde(default)]
    shutdown_date: Option<String>,
}

async fn openai(connection: &Connection) -> Result<Vec<ModelInfo>, ModelError> {
    let list: OpenAiList = connection.get_json("models").await?;
    let today = chrono::Utc::now().date_naive();
    let is_shut = |model: &OpenAiModel| {
        let date = model.shutdown_date.as_deref().and_then(|date| date.get(..10));
        date.and_then(|date| date.parse::<chrono::NaiveDate>().ok()).is_some_and(|date| date <= today)
    };
    let mut models: Vec<OpenAiModel> = list.data;
    models.retain(|model| catalog::is_openai_chat(&model.id) && !is_shut(model));
    // Snapshots of a model that is listed itself only make the list long; they can still be named.
    let plain: Vec<String> = models.iter().map(|model| model.id.clone()).collect();
    models.retain(|model| {
        openai_models::without_date(&model.id).is_none_or(|base| !plain.iter().any(|id| id == base))
    });
    models.sort_by(|a, b| {
        openai_models::gpt_version(&b.id)
            .cmp(&openai_models::gpt_version(&a.id))
            .then_with(|| a.id.cmp(&b.id))
    });
    let describe = |model: &OpenAiModel| {
        let id = model.id.as_str();
        let modern = openai_models::gpt_version(id).is_none_or(|version| version >= (4, 1))
            || id.starts_with("gpt-4o");
        let capabilities = chat_and(&[
            (true, Capability::Tools),
            (modern, Capability::Vision),
            (openai_models::reasons(id), Capability::Reasoning),
        ]);
        info(
            connection,
            id,
            &openai_models::display_name(id),
            openai_models::context_window(id),
            capabilities,
        )
    };
    Ok(models.iter().map(describe).collect())
}

// ---- Compatible servers ------------------------------------------------------------------------

/// `{"data": […]}` as OpenAI has it, or the bare array of some.
#[derive(Deserialize)]
#[serde(untagged)]
enum CompatibleList {
    Wrapped { data: Vec<CompatibleModel> },
    Bare(Vec<CompatibleModel>),
}

/// OpenAI's `id`, and what several servers add to it: OpenRouter (`name`, `context_length`,
/// `architecture`, `supported_parameters`), vLLM (`max_model_len`), Mistral (`max_context_length`,
/// `capabilities`), Groq (`context_window`, `active`), Together (`type`).
#[derive(Deserialize)]
struct CompatibleModel {
    id: String,
    #[serde(default)]
    name: Option<String>,
    #[serde(default)]
    display_name: Option<String>,
    #[serde(default, alias = "max_model_len", alias = "context_window", alias = "max_context_length")]
    context_length: Option<u32>,
    #[serde(default)]
    active: Option<bool>,
    #[serde(default, rename = "type")]
    kind: Option<String>,
    #[serde(default)]
    architecture: Option<Value>,
    #[serde(default)]
    supported_parameters: Option<Vec<String>>,
    #[serde(default)]
    capabilities: Option<Value>,
}

async fn compatible(connection: &Connection) -> Result<Vec<ModelInfo>, ModelError> {
    let models = match connection.get_json("models").await? {
        CompatibleList::Wrapped { data } => data,
        CompatibleList::Bare(models) => models,
    };
    let flag = |model: &CompatibleModel, name: &str| {
        model.capabilities.as_ref().and_then(|has| has.get(name)).and_then(Value::as_bool)
    };
    let keep = |model: &CompatibleModel| {
        let typed = model.kind.as_deref().is_none_or(|kind| {
            matches!(kind, "chat" | "language" | "llm" | "vlm" | "model" | "base" | "text")
        });
        typed
            && model.active.unwrap_or(true)
            && flag(model, "completion_chat").unwrap_or(true)
            && !catalog::is_other_than_chat(&model.id)
    };
    let describe = |model: CompatibleModel| {
        let supports =
            |name: &str| model.supported_parameters.as_ref().map(|list| list.iter().any(|p| p == name));
        let modalities =
            model.architecture.as_ref().and_then(|a| a.get("input_modalities")).and_then(Value::as_array);
        let sees = modalities.map(|list| list.iter().any(|m| m == "image"));
        let capabilities = chat_and(&[
            // Most servers do not say; a model that cannot call tools simply does not.
            (supports("tools").or(flag(&model, "function_calling")).unwrap_or(true), Capability::Tools),
            (
                sees.or(flag(&model, "vision")).unwrap_or_else(|| named_as_seeing(&model.id)),
                Capability::Vision,
            ),
            (supports("reasoning").or(flag(&model, "reasoning")).unwrap_or(false), Capability::Reasoning),
        ]);
        let name = model.display_name.or(model.name).unwrap_or_default();
        info(connection, &model.id, &name, model.context_length, capabilities)
    };
    Ok(models.into_iter().filter(keep).map(describe).collect())
}

fn named_as_seeing(model: &str) -> bool {
    let name = model.to_ascii_lowercase();
    [
        "gpt-4o", "gpt-4.1", "gpt-5", "gpt-6", "claude", "gemini", "pixtral", "llava", "vision", "-vl",
        "gemma-3",
    ]
    .iter()
    .any(|sign| name.contains(sign))
}

// ---- Anthropic ---------------------------------------------------------------------------------

#[derive(Deserialize)]
struct AnthropicPage {
    data: Vec<AnthropicModel>,
    #[serde(default)]
    has_more: bool,
    #[serde(default)]
    last_id: Option<String>,
}

#[derive(Deserialize)]
struct AnthropicModel {
    id: String,
    #[serde(default)]
    display_name: String,
    #[serde(default)]
    lifecycle: Option<String>,
    #[serde(default)]
    max_input_tokens: Option<u32>,
    #[serde(default)]
    capabilities: Option<Value>,
}

async fn anthropic(connection: &Connection) -> Result<Vec<ModelInfo>, ModelError> {
    let mut models = Vec::new();
    let mut after = String::new();
    for _ in 0..MOST_PAGES {
        let page: AnthropicPage = connection.get_json(&format!("models?limit=1000{after}")).await?;
        models.extend(
            page.data.into_iter().filter(|model| model.lifecycle.as_deref() != Some("retired")).map(
                |model| {
                    let supported = |name: &str| {
                        let capability = model.capabilities.as_ref().and_then(|all| all.get(name))?;
                        capability.as_bool().or_else(|| capability.get("supported").and_then(Value::as_bool))
                    };
                    // Older models want a fixed budget for their thinking; they are left to answer at once.
                    let adaptive = model
                        .capabilities
                        .as_ref()
                        .and_then(|all| all.pointer("/thinking/types/adaptive/supported"));
                    let thinks_as_it_likes = adaptive.and_then(Value::as_bool).unwrap_or(false);
                    let capabilities = chat_and(&[
                        (true, Capability::Tools),
                        (supported("image_input").unwrap_or(true), Capability::Vision),
                        (thinks_as_it_likes, Capability::Reasoning),
                    ]);
                    info(
                        connection,
                        &model.id,
                        &model.display_name,
                        model.max_input_tokens.or(Some(200_000)),
                        capabilities,
                    )
                },
            ),
        );
        match page.last_id.filter(|_| page.has_more) {
            Some(last) => after = format!("&after_id={}", escaped(&last)),
            None => break,
        }
    }
    Ok(models)
}

fn escaped(value: &str) -> String {
    url::form_urlencoded::byte_serialize(value.as_bytes()).collect()
}

// ---- Gemini ------------------------------------------------------------------------------------

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct GeminiPage {
    #[serde(default)]
    models: Vec<GeminiModel>,
    #[serde(default)]
    next_page_token: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct GeminiModel {
    name: String,
    #[serde(default)]
    display_name: String,
    #[serde(default)]
    input_token_limit: Option<u32>,
    #[serde(default, alias = "supportedActions")]
    supported_generation_methods: Option<Vec<String>>,
    #[serde(default)]
    thinking: bool,
}

async fn gemini(connection: &Connection) -> Result<Vec<ModelInfo>, ModelError> {
    let mut models = Vec::new();
    let mut page_token = String::new();
    for _ in 0..MOST_PAGES {
        let page: GeminiPage = connection.get_json(&format!("models?pageSize=1000{page_token}")).await?;
        models.extend(page.models.iter().filter_map(|model| {
            let id = model.name.strip_prefix("models/").unwrap_or(&model.name);
            let methods = model.supported_generation_methods.as_ref();
            let generates =
                methods.is_none_or(|methods| methods.iter().any(|method| method == "generateContent"));
            if !generates || catalog::is_other_than_chat(id) {
                return None;
            }
            let is_gemma = id.starts_with("gemma");
            let capabilities = chat_and(&[
                (!is_gemma, Capability::Tools),
                (true, Capability::Vision),
                (model.thinking, Capability::Reasoning),
            ]);
            Some(info(connection, id, &model.display_name, model.input_token_limit, capabilities))
        }));
        match page.next_page_token.filter(|token| !token.is_empty()) {
            Some(token) => page_token = format!("&pageToken={}", escaped(&token)),
            None => break,
        }
    }
    Ok(models)
}

// ---- Ollama ------------------------------------------------------------------------------------

#[derive(Deserialize)]
struct OllamaTags {
    #[serde(default)]
    models: Vec<OllamaTag>,
}

#[derive(Deserialize)]
struct OllamaTag {
    name: String,
    #[serde(default)]
    capabilities: Option<Vec<String>>,
}

#[derive(Default, Deserialize)]
struct OllamaShow {
    #[serde(default)]
    capabilities: Option<Vec<String>>,
    #[serde(default)]
    model_info: serde_json::Map<String, Value>,
}

async fn ollama(connection: &Connection) -> Result<Vec<ModelInfo>, ModelError> {
    let tags: OllamaTags = connection.get_json("api/tags").await?;
    let details = |tag: OllamaTag| async move {
        // One model whose details cannot be had is still a model.
        let show: Result<OllamaShow, ModelError> =
            connection.post_json("api/show", &serde_json::json!({ "model": tag.name })).await;
        let show = show.unwrap_or_else(|error| {
            tracing::debug!(provider = connection.name, model = tag.name, kind = ?error.kind, "no details of a model");
            OllamaShow::default()
        });
        (tag, show)
    };
    let mut all = futures::stream::iter(tags.models.into_iter().map(details)).buffered(DETAILS_AT_ONCE);
    let mut models = Vec::new();
    while let Some((tag, show)) = all.next().await {
        let known = show.capabilities.or(tag.capabilities);
        let can = |name: &str| known.as_ref().map(|list| list.iter().any(|c| c == name));
        if !can("completion").unwrap_or_else(|| !catalog::is_other_than_chat(&tag.name)) {
            continue;
        }
        let capabilities = chat_and(&[
            (can("tools").unwrap_or(false), Capability::Tools),
            (can("vision").unwrap_or(false), Capability::Vision),
            (can("thinking").unwrap_or(false), Capability::Reasoning),
        ]);
        let window = show.model_info.iter().find(|(key, _)| key.ends_with(".context_length"));
        let window =
            window.and_then(|(_, value)| value.as_u64()).and_then(|tokens| u32::try_from(tokens).ok());
        let name = tag.name.strip_suffix(":latest").unwrap_or(&tag.name);
        models.push(info(connection, &tag.name, name, window, capabilities));
    }
    Ok(models)
}
