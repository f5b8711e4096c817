//! What the tests share: a model that says what it is told to, a context, settings that lead to fakes.

use std::collections::VecDeque;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use futures::stream;
use kuma_agent::tool::{Progress, ToolContext, UsageMeter};
use kuma_llm::{
    Capability, ChatEvent, ChatModel, ChatRequest, ChatStream, ModelError, ModelErrorKind, ModelInfo,
};
use kuma_tools::PageSettings;
use kuma_types::{ChatId, FinishReason, JobId, Usage, UserId};
use tokio_util::sync::CancellationToken;

/// A model that gives its replies in order. One that has none left fails.
pub struct ScriptedModel {
    info: ModelInfo,
    replies: Mutex<VecDeque<Said>>,
    requests: Mutex<Vec<ChatRequest>>,
}

/// One reply.
pub enum Said {
    Text(String),
    Error(ModelErrorKind),
    /// This text, and then nothing more.
    Stalls(String),
}

impl ScriptedModel {
    pub fn new(sees: bool, replies: impl IntoIterator<Item = Said>) -> Arc<Self> {
        let mut capabilities = vec![Capability::Chat, Capability::Tools];
        if sees {
            capabilities.push(Capability::Vision);
        }
        Arc::new(Self {
            info: ModelInfo {
                id: "fake/scripted".to_owned(),
                provider: "fake".to_owned(),
                model: "scripted".to_owned(),
                name: "Scripted".to_owned(),
                context_window: Some(128_000),
                capabilities,
                demo: false,
            },
            replies: Mutex::new(replies.into_iter().collect()),
            requests: Mutex::default(),
        })
    }

    pub fn saying(texts: &[&str]) -> Arc<Self> {
        Self::new(false, texts.iter().map(|text| Said::Text((*text).to_owned())))
    }

    pub fn requests(&self) -> Vec<ChatRequest> {
        self.requests.lock().unwrap().clone()
    }

    pub fn left(&self) -> usize {
        self.replies.lock().unwrap().len()
    }
}

#[async_trait]
impl ChatModel for ScriptedModel {
    fn info(&self) -> &ModelInfo {
        &self.info
    }

    async fn stream(&self, request: ChatRequest) -> Result<ChatStream, ModelError> {
        self.requests.lock().unwrap().push(request);
        let said = self.replies.lock().unwrap().pop_front();
        let done = || {
            let usage = Usage { input_tokens: 100, output_tokens: 10 };
            Ok(ChatEvent::Done { finish_reason: FinishReason::Stop, usage })
        };
        match said {
            Some(Said::Text(text)) => {
                // In two pieces, as models stream.
                let middle = text.char_indices().nth(text.chars().count() / 2).map_or(0, |(at, _)| at);
                let (one, two) = text.split_at(middle);
                let pieces = [one, two].map(|piece| Ok(ChatEvent::Text(piece.to_owned())));
                Ok(Box::pin(stream::iter(pieces.into_iter().chain([done()]))))
            }
            Some(Said::Stalls(text)) => {
                use futures::StreamExt;
                Ok(Box::pin(stream::iter([Ok(ChatEvent::Text(text))]).chain(stream::pending())))
            }
            Some(Said::Error(kind)) => Err(ModelError::new(kind, "fake", "as it was told to")),
            None => Err(ModelError::new(ModelErrorKind::BadRequest, "fake", "the script has no reply left")),
        }
    }
}

pub fn context(model: Arc<dyn ChatModel>) -> ToolContext {
    ToolContext {
        user: UserId::new(),
        chat: ChatId::new(),
        job: JobId::new(),
        call_id: "call_1".to_owned(),
        idempotency_key: "key_1".to_owned(),
        cancel: CancellationToken::new(),
        progress: Progress::ignored(),
        small_model: Arc::clone(&model),
        model,
        usage: UsageMeter::default(),
        time_zone: None,
        taint: None,
    }
}

/// A context whose model is not asked.
pub fn silent() -> ToolContext {
    context(ScriptedModel::saying(&[]))
}

/// The worker that cargo built beside these tests.
pub fn worker() -> (PathBuf, Vec<String>) {
    (PathBuf::from(env!("CARGO_BIN_EXE_kuma-page-worker")), Vec::new())
}

/// Pages that may be read from this machine.
pub fn page_settings() -> PageSettings {
    PageSettings {
        allow_private: "127.0.0.1".parse().unwrap(),
        worker: Some(worker()),
        // Far beyond what a loaded machine needs: no test waits for it but those of slow pages.
        read_time: Duration::from_mins(1),
        ..PageSettings::default()
    }
}

/// A PDF file with one line of text on each page; an empty one has no text at all.
pub fn pdf(pages: &[&str]) -> Vec<u8> {
    let count = pages.len();
    let kids: Vec<String> = (0..count).map(|n| format!("{} 0 R", 4 + n * 2)).collect();
    let mut objects = vec![
        "<< /Type /Catalog /Pages 2 0 R >>".to_owned(),
        format!("<< /Type /Pages /Count {count} /Kids [{}] >>", kids.join(" ")),
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>".to_owned(),
    ];
    for (index, text) in pages.iter().enumerate() {
        let content =
            if text.is_empty() { String::new() } else { format!("BT /F1 12 Tf 72 700 Td ({text}) Tj ET") };
        objects.push(format!(
            "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents {} 0 R /Resources << /Font << /F1 3 0 R >> >> >>",
            5 + index * 2
        ));
        objects.push(format!("<< /Length {} >>\nstream\n{content}\nendstream", content.len()));
    }
    let mut file = b"%PDF-1.4\n".to_vec();
    let mut places = Vec::new();
    for (index, object) in objects.iter().enumerate() {
        places.push(file.len());
        file.extend_from_slice(format!("{} 0 obj\n{object}\nendobj\n", index + 1).as_bytes());
    }
    let table = file.len();
    file.extend_from_slice(format!("xref\n0 {}\n0000000000 65535 f \n", objects.len() + 1).as_bytes());
    for place in places {
        file.extend_from_slice(format!("{place:010} 00000 n \n").as_bytes());
    }
    let end = format!("trailer\n<< /Size {} /Root 1 0 R >>\nstartxref\n{table}\n%%EOF\n", objects.len() + 1);
    file.extend_from_slice(end.as_bytes());
    file
}
