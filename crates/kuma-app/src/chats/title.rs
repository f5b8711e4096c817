//! A title for a new chat, made while its first answer is.

use std::time::Duration;

use kuma_store::Job;
use kuma_types::RunEvent;

use crate::App;
use crate::error::{AppError, Result};

/// A model that takes longer gives no title.
const PATIENCE: Duration = Duration::from_mins(1);

/// Makes a title in the background. In time it is told in the run; late, it only shows in the list.
pub(super) fn start(app: &App, job: &Job) {
    let (app, job) = (app.clone(), job.clone());
    tokio::spawn(async move {
        if let Err(error) = make(&app, &job).await {
            tracing::warn!(run = %job.id, error = ?error, "the chat's title could not be saved");
        }
    });
}

async fn make(app: &App, job: &Job) -> Result<()> {
    // A message of images alone has no words to make a title of; its answer says what it is about.
    let wordless = job.message.trim().is_empty();
    let made = match app.models().small(app).await? {
        Some(model) if !wordless => {
            match tokio::time::timeout(PATIENCE, kuma_agent::title::ask(&*model, &job.message)).await {
                Ok(Ok(title)) => title,
                Ok(Err(error)) => {
                    tracing::info!(run = %job.id, kind = ?error.kind, "no title from the model");
                    None
                }
                Err(_) => None,
            }
        }
        _ => None,
    };
    let title = made.unwrap_or_else(|| {
        if wordless { "Image".to_owned() } else { kuma_agent::title::from_message(&job.message) }
    });
    if !app.store().chats().set_title_if_empty(job.chat_id, &title).await? {
        return Ok(());
    }
    // A run that has ended takes no more events, and the list shows the title anyway.
    let Some(run) = app.runs().get(job.id) else { return Ok(()) };
    let ended = run.ended.lock().await;
    if !*ended {
        let event = RunEvent::Title { chat_id: job.chat_id, title };
        app.journal().append(job.id, run.epoch, vec![event]).await.map_err(AppError::internal)?;
    }
    Ok(())
}
