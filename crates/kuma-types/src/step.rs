//! A run's finished steps in the form in which they are kept: what a new owner continues from.
//!
//! Written by the run loop through its step log, one after the other, and only read again when a run
//! goes on: after a crash, after an approval, at the next attempt. Version [`STEP_VERSION`]; a step of
//! a later version is an error and not a guess.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{Effect, FinishReason, Provenance, Source, ToolErrorKind, Usage};

/// The version that this build writes, and the newest that it reads.
pub const STEP_VERSION: u32 = 1;

/// One finished step with its place in the run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RunStep {
    /// The form it is in.
    pub version: u32,
    /// From 1, gapless within the run, nested runs included.
    pub number: u32,
    /// The `delegate` call whose specialist took this step; none for the run's own steps.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub parent_call_id: Option<String>,
    /// What was done.
    pub step: Step,
}

/// What was done.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Step {
    /// The model has replied.
    Reply(ReplyStep),
    /// A person was asked to approve a call.
    Asked(AskedStep),
    /// A write is about to be made. Without a [`ResultStep`] nobody knows whether it happened.
    Intent(IntentStep),
    /// A call is over.
    Result(ResultStep),
}

/// A whole reply of the model.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ReplyStep {
    /// The model, `provider/model`.
    pub model: String,
    /// The text as people see it.
    pub text: String,
    /// The text as the model wrote it, where that differs: with its citation marks.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub raw: Option<String>,
    /// What it thought.
    #[serde(skip_serializing_if = "String::is_empty", default)]
    pub reasoning: String,
    /// The calls it made, in order.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub calls: Vec<StepCall>,
    /// Why it ended.
    pub finish_reason: FinishReason,
    /// What it cost.
    pub usage: Usage,
    /// The passages it cites for the first time in this run.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub citations: Vec<StepCitation>,
}

/// A call as the model made it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct StepCall {
    /// Unique within the run.
    pub call_id: String,
    /// The tool's name.
    pub tool: String,
    /// Its arguments; a string when the model wrote no valid JSON.
    pub arguments: Value,
    /// Opaque marks that the provider wants back with the call.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub signatures: Vec<String>,
}

/// A citation with the number of its source.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct StepCitation {
    /// The source's number in what the model read, from 1.
    pub source: u32,
    /// As readers see it.
    pub citation: Citation,
}

/// A passage the answer rests on: the `citation` event's data.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Citation {
    /// The number in the answer's text, from 1.
    pub index: u32,
    /// The document it is from.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub document_id: Option<uuid::Uuid>,
    /// The page it is from.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub url: Option<String>,
    /// The source's title.
    pub title: String,
    /// The page number, from 1.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub page: Option<u32>,
    /// The words that were found in the source.
    pub quote: String,
}

/// A person was asked.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AskedStep {
    /// The call that waits.
    pub call_id: String,
    /// The tool's name.
    pub tool: String,
    /// What it would be called with.
    pub arguments: Value,
    /// Why it asks, for people.
    pub reason: String,
    /// What would happen, for people.
    pub preview: Value,
    /// Where text from outside came from that could have asked for it; empty when there was none.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub taint: Vec<String>,
}

/// A write is about to be made.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct IntentStep {
    /// The call.
    pub call_id: String,
    /// The tool's name.
    pub tool: String,
    /// What it is called with, a person's changes included.
    pub arguments: Value,
    /// What the service behind it can tell a repetition by.
    pub idempotency_key: String,
}

/// A call is over.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ResultStep {
    /// The call.
    pub call_id: String,
    /// The tool's name.
    pub tool: String,
    /// What it was called with, a person's changes included.
    pub arguments: Value,
    /// What it does to the world.
    pub effect: Effect,
    /// What came of it.
    pub outcome: StepOutcome,
    /// For the model, bounded, without the fence around text from outside.
    pub content: String,
    /// One line for people.
    pub summary: String,
    /// For the web app.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub result: Option<Value>,
    /// Why it failed, for people.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub error: Option<String>,
    /// How long it took, in milliseconds.
    pub duration_ms: u64,
    /// Passages that can be cited.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub sources: Vec<Source>,
    /// The number of the first of them; the others follow.
    #[serde(default)]
    pub first_source: u32,
    /// Where text from outside in it came from.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub provenance: Option<Provenance>,
    /// What models cost that the tool asked.
    #[serde(default)]
    pub usage: Usage,
    /// Whether a person changed the arguments before they approved.
    #[serde(default)]
    pub edited: bool,
}

/// What came of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "is", content = "error")]
pub enum StepOutcome {
    /// It was made and gave a result.
    Done,
    /// The tool was not called again: the result is that of an earlier call just like it.
    Repeated,
    /// It failed.
    Failed(ToolErrorKind),
    /// The person declined it.
    Denied,
    /// It was begun, and nobody knows whether it happened.
    Unknown,
}

impl ResultStep {
    /// Whether the call did what it was to do.
    pub const fn ok(&self) -> bool {
        matches!(self.outcome, StepOutcome::Done | StepOutcome::Repeated)
    }
}

/// What a person decided about a call that waited for them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "decision", rename_all = "lowercase")]
pub enum Decision {
    /// Do it.
    Approve {
        /// What to call it with instead; the model's own arguments when none.
        #[serde(skip_serializing_if = "Option::is_none", default)]
        arguments: Option<Value>,
    },
    /// Do not do it.
    Deny {
        /// Why, in the person's words; the model reads it.
        #[serde(skip_serializing_if = "Option::is_none", default)]
        reason: Option<String>,
    },
}

/// A kept step that cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum StepError {
    /// Not the JSON that [`RunStep::encode`] writes.
    #[error("the step is not readable: {0}")]
    Json(#[from] serde_json::Error),
    /// Written by a later version of Kuma.
    #[error("the step has version {0}, this version of Kuma reads up to {STEP_VERSION}")]
    Newer(u64),
}

impl RunStep {
    /// The kept form.
    ///
    /// # Errors
    /// None in practice: every step has a JSON form.
    pub fn encode(&self) -> Result<String, StepError> {
        Ok(serde_json::to_string(self)?)
    }

    /// Reads what [`Self::encode`] wrote.
    ///
    /// # Errors
    /// When it was written by a later version, or not by [`Self::encode`].
    pub fn decode(kept: &str) -> Result<Self, StepError> {
        Self::from_value(serde_json::from_str(kept)?)
    }

    /// Reads it from the JSON itself.
    ///
    /// # Errors
    /// As [`Self::decode`].
    pub fn from_value(value: Value) -> Result<Self, StepError> {
        match value.get("version").and_then(Value::as_u64) {
            Some(version) if version > u64::from(STEP_VERSION) => Err(StepError::Newer(version)),
            _ => Ok(serde_json::from_value(value)?),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::SourceAt;
    use proptest::prelude::*;
    use serde_json::json;

    fn any_json() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            any::<String>().prop_map(Value::from),
        ];
        leaf.prop_recursive(3, 16, 4, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
                prop::collection::btree_map(any::<String>(), inner, 0..4).prop_map(|map| json!(map)),
            ]
        })
    }

    fn any_outcome() -> impl Strategy<Value = StepOutcome> {
        use ToolErrorKind::{BadArguments, Internal, NotAvailable, Refused, TimedOut, Upstream};
        let kinds = [BadArguments, Internal, NotAvailable, Refused, TimedOut, Upstream];
        prop_oneof![
            Just(StepOutcome::Done),
            Just(StepOutcome::Repeated),
            prop::sample::select(kinds.to_vec()).prop_map(StepOutcome::Failed),
            Just(StepOutcome::Denied),
            Just(StepOutcome::Unknown),
        ]
    }

    fn any_step() -> impl Strategy<Value = Step> {
        let text = any::<String>;
        let reply =
            (text(), prop::option::of(text()), text(), any_json(), prop::collection::vec(text(), 0..3))
                .prop_map(|(text, raw, reasoning, arguments, signatures)| {
                    Step::Reply(ReplyStep {
                        model: "openai/gpt".into(),
                        text,
                        raw,
                        reasoning,
                        calls: vec![StepCall {
                            call_id: "c1".into(),
                            tool: "look".into(),
                            arguments,
                            signatures,
                        }],
                        finish_reason: FinishReason::Stop,
                        usage: Usage { input_tokens: 3, output_tokens: 4 },
                        citations: vec![StepCitation {
                            source: 2,
                            citation: Citation {
                                index: 1,
                                document_id: None,
                                url: Some("https://example.com".into()),
                                title: "Example".into(),
                                page: Some(3),
                                quote: "so it is".into(),
                            },
                        }],
                    })
                });
        let asked = (any_json(), text(), any_json(), prop::collection::vec(text(), 0..3)).prop_map(
            |(arguments, reason, preview, taint)| {
                let (call_id, tool) = ("c1".into(), "send".into());
                Step::Asked(AskedStep { call_id, tool, arguments, reason, preview, taint })
            },
        );
        let intent = (any_json(), text()).prop_map(|(arguments, idempotency_key)| {
            Step::Intent(IntentStep { call_id: "c1".into(), tool: "send".into(), arguments, idempotency_key })
        });
        let result =
            (any_json(), any_outcome(), text(), prop::option::of(text()), any::<bool>(), any::<u64>())
                .prop_map(|(arguments, outcome, content, error, edited, duration_ms)| {
                    Step::Result(ResultStep {
                        call_id: "c1".into(),
                        tool: "send".into(),
                        result: Some(json!({ "of": arguments })),
                        arguments,
                        effect: Effect::Write,
                        outcome,
                        summary: content.chars().take(9).collect(),
                        sources: vec![Source {
                            title: "T".into(),
                            at: SourceAt::Url("https://example.com".into()),
                            page: None,
                            text: content.clone(),
                        }],
                        content,
                        error,
                        duration_ms,
                        first_source: 4,
                        provenance: edited.then(|| Provenance::of("example.com")),
                        usage: Usage::default(),
                        edited,
                    })
                });
        prop_oneof![reply, asked, intent, result]
    }

    proptest! {
        #[test]
        fn what_is_kept_can_be_read_back(step in any_step(), number in any::<u32>(), parent in any::<Option<String>>()) {
            let step = RunStep { version: STEP_VERSION, number, parent_call_id: parent, step };
            prop_assert_eq!(RunStep::decode(&step.encode().unwrap()).unwrap(), step);
        }

        #[test]
        fn damage_is_an_error_and_never_a_panic(kept in ".*") {
            let _ = RunStep::decode(&kept);
        }
    }

    /// What version 1 looks like in databases: this test may get companions, it may not change.
    #[test]
    fn the_kept_form_of_version_1_is_read() {
        let kept = r#"{"version":1,"number":7,"step":{"kind":"result","callId":"c","tool":"sendEmail","arguments":{"to":"a"},
            "effect":"write","outcome":{"is":"failed","error":"timed_out"},"content":"x","summary":"y","durationMs":5}}"#;
        let step = RunStep::decode(kept).unwrap();
        let Step::Result(result) = step.step else { panic!("{step:?}") };
        assert_eq!((step.number, result.outcome), (7, StepOutcome::Failed(ToolErrorKind::TimedOut)));
        assert!(!result.ok());
        let later = kept.replace("\"version\":1", "\"version\":2");
        assert!(matches!(RunStep::decode(&later), Err(StepError::Newer(2))));
    }

    #[test]
    fn a_decision_is_spelled_as_in_the_api() {
        let deny: Decision = serde_json::from_value(json!({"decision": "deny", "reason": "no"})).unwrap();
        assert_eq!(deny, Decision::Deny { reason: Some("no".into()) });
        let approve: Decision = serde_json::from_value(json!({"decision": "approve"})).unwrap();
        assert_eq!(approve, Decision::Approve { arguments: None });
    }
}
