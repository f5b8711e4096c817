//! A run's finished steps on their way into the rows, before anybody hears of them. Questions become
//! rows that can be decided; writes go into the audit log.

use async_trait::async_trait;
use kuma_agent::{StepLog, StepLogError};
use kuma_store::{Job, NewApproval, NewAudit, StoreError};
use kuma_types::step::{AskedStep, ResultStep};
use kuma_types::{Effect, RunStep, Step};
use serde_json::json;

use crate::App;
use crate::secrets::{redact, redact_value};

/// The steps of one claimed run.
pub(super) struct StepRows<'a> {
    pub app: &'a App,
    pub job: &'a Job,
}

#[async_trait]
impl StepLog for StepRows<'_> {
    async fn record(&self, step: &RunStep) -> Result<(), StepLogError> {
        let held = match self.keep(step).await {
            Ok(held) => held,
            Err(error) => return Err(StepLogError::Unavailable(error.to_string())),
        };
        if held { Ok(()) } else { Err(StepLogError::Fenced) }
    }
}

impl StepRows<'_> {
    async fn keep(&self, step: &RunStep) -> Result<bool, StoreError> {
        let (store, hold) = (self.app.store(), self.job.hold());
        // The question is a row before anybody can see it, so no decision comes too early.
        if let Step::Asked(asked) = &step.step
            && !store.approvals().ask(hold, vec![question(asked)]).await?
        {
            return Ok(false);
        }
        let kept = store.steps().record(hold, step).await?;
        if let Step::Result(result) = &step.step
            && kept
            && result.effect == Effect::Write
        {
            store.audit().add(self.audit_entry(result)).await?;
        }
        Ok(kept)
    }

    fn audit_entry(&self, result: &ResultStep) -> NewAudit {
        NewAudit {
            user_id: Some(self.job.user_id),
            action: "tool.called".to_owned(),
            subject: Some(result.tool.clone()),
            details: json!({
                "jobId": self.job.id,
                "callId": result.call_id,
                "arguments": redact_value(&result.arguments),
                "edited": result.edited,
                "outcome": result.outcome,
                // It may repeat what the tool was called with.
                "summary": redact(&result.summary),
            }),
        }
    }
}

fn question(asked: &AskedStep) -> NewApproval {
    NewApproval {
        call_id: asked.call_id.clone(),
        tool: asked.tool.clone(),
        arguments: asked.arguments.clone(),
        effect: Effect::Write,
        reason: asked.reason.clone(),
        preview: asked.preview.clone(),
    }
}
