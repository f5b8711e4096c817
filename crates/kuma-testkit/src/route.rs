//! Which endpoint of which vendor a path is.

use crate::vendor::Vendor;
use http::Method;

/// The protocol of a chat endpoint.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Dialect {
    OpenAiChat,
    OpenAiResponses,
    Anthropic,
    Gemini,
    Ollama,
}

/// Whose error bodies an endpoint speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ErrorStyle {
    OpenAi,
    Anthropic,
    Gemini,
    Ollama,
}

/// What a request asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Endpoint {
    /// A model's answer. Gemini names the model and whether to stream in the path; others in the body.
    Chat {
        dialect: Dialect,
        path_model: Option<String>,
        path_stream: bool,
    },
    /// How many tokens a request has. The model is in the path for Gemini.
    CountTokens {
        path_model: Option<String>,
    },
    /// Vectors.
    Embed {
        form: EmbedForm,
        path_model: Option<String>,
    },
    /// The list of models.
    Models,
    /// One model.
    Model(String),
    /// Ollama's list of local models, and of the loaded ones.
    OllamaTags,
    OllamaPs,
    OllamaShow,
    OllamaVersion,
    /// Ollama's greeting at `/`.
    OllamaRoot,
}

/// The four shapes of an embeddings request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum EmbedForm {
    OpenAi,
    GeminiOne,
    GeminiBatch,
    Ollama,
}

/// An endpoint and how it speaks of errors.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Route {
    pub endpoint: Endpoint,
    pub style: ErrorStyle,
}

/// Why there is no endpoint.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NoRoute {
    UnknownPath,
    WrongMethod,
}

pub(crate) fn style_of(vendor: Vendor, path: &str) -> ErrorStyle {
    match vendor {
        Vendor::OpenAi => ErrorStyle::OpenAi,
        Vendor::Anthropic => ErrorStyle::Anthropic,
        Vendor::Gemini => ErrorStyle::Gemini,
        Vendor::Ollama if path == "/v1/messages" => ErrorStyle::Anthropic,
        Vendor::Ollama if path.starts_with("/v1/") => ErrorStyle::OpenAi,
        Vendor::Ollama => ErrorStyle::Ollama,
    }
}

/// Finds the endpoint for a path that starts at the vendor's origin.
pub(crate) fn route(vendor: Vendor, method: &Method, path: &str) -> Result<Route, NoRoute> {
    let style = style_of(vendor, path);
    let (wanted, endpoint) = match vendor {
        Vendor::OpenAi => openai(path),
        Vendor::Anthropic => anthropic(path),
        Vendor::Gemini => gemini(path),
        Vendor::Ollama => ollama(path),
    }
    .ok_or(NoRoute::UnknownPath)?;
    let head = *method == Method::HEAD && wanted == Method::GET;
    if *method == wanted || head { Ok(Route { endpoint, style }) } else { Err(NoRoute::WrongMethod) }
}

fn chat(dialect: Dialect) -> (Method, Endpoint) {
    (Method::POST, Endpoint::Chat { dialect, path_model: None, path_stream: false })
}

fn openai(path: &str) -> Option<(Method, Endpoint)> {
    Some(match path.strip_prefix("/v1/")? {
        "chat/completions" => chat(Dialect::OpenAiChat),
        "responses" => chat(Dialect::OpenAiResponses),
        "embeddings" => (Method::POST, Endpoint::Embed { form: EmbedForm::OpenAi, path_model: None }),
        rest => return models(rest),
    })
}

fn models(path: &str) -> Option<(Method, Endpoint)> {
    match path.strip_prefix("models")? {
        "" => Some((Method::GET, Endpoint::Models)),
        id => Some((Method::GET, Endpoint::Model(id.strip_prefix('/')?.to_owned()))),
    }
}

fn anthropic(path: &str) -> Option<(Method, Endpoint)> {
    Some(match path.strip_prefix("/v1/")? {
        "messages" => chat(Dialect::Anthropic),
        "messages/count_tokens" => (Method::POST, Endpoint::CountTokens { path_model: None }),
        rest => return models(rest),
    })
}

fn gemini(path: &str) -> Option<(Method, Endpoint)> {
    let rest = path.strip_prefix("/v1/").or_else(|| path.strip_prefix("/v1beta/"))?;
    let Some((model, call)) = rest.strip_prefix("models/").and_then(|r| r.rsplit_once(':')) else {
        return models(rest);
    };
    let path_model = Some(model.to_owned());
    let generate = |stream| Endpoint::Chat {
        dialect: Dialect::Gemini,
        path_model: Some(model.to_owned()),
        path_stream: stream,
    };
    let endpoint = match call {
        "generateContent" => generate(false),
        "streamGenerateContent" => generate(true),
        "countTokens" => Endpoint::CountTokens { path_model },
        "embedContent" => Endpoint::Embed { form: EmbedForm::GeminiOne, path_model },
        "batchEmbedContents" => Endpoint::Embed { form: EmbedForm::GeminiBatch, path_model },
        _ => return None,
    };
    Some((Method::POST, endpoint))
}

fn ollama(path: &str) -> Option<(Method, Endpoint)> {
    Some(match path {
        "/" => (Method::GET, Endpoint::OllamaRoot),
        "/api/chat" => chat(Dialect::Ollama),
        "/api/embed" => (Method::POST, Endpoint::Embed { form: EmbedForm::Ollama, path_model: None }),
        "/api/tags" => (Method::GET, Endpoint::OllamaTags),
        "/api/ps" => (Method::GET, Endpoint::OllamaPs),
        "/api/show" => (Method::POST, Endpoint::OllamaShow),
        "/api/version" => (Method::GET, Endpoint::OllamaVersion),
        "/v1/messages" => chat(Dialect::Anthropic),
        _ => return openai(path),
    })
}
