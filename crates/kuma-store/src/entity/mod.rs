//! The rows as they lie in the tables. Private: callers see the records of each repository.
//! Names and types are those of the migrations, which are the only place that makes tables.
#![expect(unreachable_pub, reason = "the derive macros write `pub` items beside these types")]
#![expect(
    clippy::struct_field_names,
    reason = "the derive macros ask for a type `Model`; some tables have a column `model`"
)]

pub(crate) mod agent;
pub(crate) mod approval;
pub(crate) mod audit_log;
pub(crate) mod chat;
pub(crate) mod document;
pub(crate) mod file_erasure;
pub(crate) mod idempotency_key;
pub(crate) mod image;
pub(crate) mod job_event;
pub(crate) mod job_step;
pub(crate) mod message;
pub(crate) mod message_job;
pub(crate) mod model_provider;
pub(crate) mod setting;
pub(crate) mod tool_allowance;
pub(crate) mod usage;
pub(crate) mod user;
