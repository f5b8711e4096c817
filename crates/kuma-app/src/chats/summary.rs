//! A long chat's older messages as a summary, made once and carried on.

use std::time::Duration;

use kuma_agent::context::{ContextPlan, HistoryMessage};
use kuma_store::{Chat, Message};

use super::drive::history;
use crate::App;
use crate::error::Result;
use crate::images::Pictures;

/// A summary that takes longer does without.
const PATIENCE: Duration = Duration::from_secs(45);

/// The summary to send and the messages after it. Summarises what the plan says must be summarised
/// now; when that fails the run goes on with the recent messages and the log says so.
pub(super) async fn window(
    app: &App,
    chat: &Chat,
    before: &[Message],
    pictures: &Pictures,
) -> Result<(Option<String>, Vec<HistoryMessage>)> {
    // A summary counts on the branch that it was made on: its last message has to be on the path.
    let covered = chat
        .summarized_message_id
        .and_then(|last| before.iter().position(|message| message.id == last))
        .map_or(0, |at| at + 1);
    let earlier = chat.summary.clone().filter(|_| covered > 0);
    let rest = before.get(covered..).unwrap_or_default();
    let plan = ContextPlan::of(rest.len());
    if plan.summarise == 0 {
        return Ok((earlier, history(rest, pictures)));
    }
    let (old, recent) = rest.split_at(plan.summarise);
    let Some(model) = app.models().small(app).await? else {
        return Ok((earlier, history(rest, pictures)));
    };
    let transcript = history(old, pictures);
    let made =
        tokio::time::timeout(PATIENCE, kuma_agent::summary::extend(&*model, earlier.as_deref(), &transcript))
            .await;
    let summary = match made {
        Ok(Ok(summary)) => summary,
        Ok(Err(error)) => {
            tracing::warn!(%error, "no summary could be made; the oldest messages are left out");
            return Ok((earlier, history(rest, pictures)));
        }
        Err(_) => {
            tracing::warn!("a summary took too long; the oldest messages are left out");
            return Ok((earlier, history(rest, pictures)));
        }
    };
    if let Some(last) = old.last() {
        let count = i32::try_from(covered + old.len()).unwrap_or(i32::MAX);
        app.store().chats().save_summary(chat.id, &summary, last.id, count).await?;
    }
    Ok((Some(summary), history(recent, pictures)))
}
