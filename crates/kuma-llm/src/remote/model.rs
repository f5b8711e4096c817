//! A handle on one remote model.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use async_trait::async_trait;
use futures::{Stream, StreamExt};

use super::connection::Connection;
use super::events::Events;
use super::gemini::GeminiModel;
use super::ollama::OllamaModel;
use super::request::{self, Prepared};
use super::watch::Watch;
use crate::{
    ChatEvent, ChatModel, ChatRequest, ChatStream, ModelError, ModelErrorKind, ModelInfo, ProviderKind,
};

pub(super) fn chat_model(connection: &Arc<Connection>, info: ModelInfo) -> Arc<dyn ChatModel> {
    let connection = Arc::clone(connection);
    match connection.kind {
        ProviderKind::Gemini => Arc::new(GeminiModel::new(connection, info)),
        ProviderKind::Ollama => Arc::new(OllamaModel::new(connection, info)),
        _ => Arc::new(RemoteModel { connection, info }),
    }
}

/// A model behind `genai`.
struct RemoteModel {
    connection: Arc<Connection>,
    info: ModelInfo,
}

#[async_trait]
impl ChatModel for RemoteModel {
    fn info(&self) -> &ModelInfo {
        &self.info
    }

    async fn stream(&self, request: ChatRequest) -> Result<ChatStream, ModelError> {
        loop {
            let Prepared { target, request: converted, options, frames, dialect, optional } =
                request::prepare(&self.connection, &self.info, request.clone())?;
            let errors = &self.connection.errors;
            let watch = Watch::new(self.connection.deadlines);
            let answer = self.connection.genai.exec_chat_stream(target, converted, Some(&options)).await;
            let answer =
                answer.map_err(|error| errors.new_error(ModelErrorKind::BadRequest, &error.to_string()))?;
            let mut events = Events::new(answer.stream, frames, dialect, Arc::clone(errors), watch);
            // The call itself begins with the first event; only then is known whether it was taken.
            match events.next().await {
                Some(Err(error)) if self.connection.learned.learn(&self.info.model, &error, &optional) => {}
                Some(Err(error)) => return Err(error),
                first => return Ok(Box::pin(Begun { first, events })),
            }
        }
    }
}

/// A stream whose first event was looked at.
struct Begun {
    first: Option<Result<ChatEvent, ModelError>>,
    events: Events,
}

impl Stream for Begun {
    type Item = Result<ChatEvent, ModelError>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        match self.first.take() {
            Some(first) => Poll::Ready(Some(first)),
            None => self.events.poll_next_unpin(cx),
        }
    }
}
