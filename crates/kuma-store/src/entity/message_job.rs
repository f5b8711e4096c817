//! Runs. Callers know a run by `job_id`.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "message_jobs")]
pub struct Model {
    pub id: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub job_id: Uuid,
    pub chat_id: Uuid,
    pub user_id: Uuid,
    pub user_message_id: Uuid,
    pub assistant_message_id: Uuid,
    pub status: String,
    pub message: String,
    pub agent_type: String,
    pub model: Option<String>,
    pub result: Option<Json>,
    pub error: Option<Json>,
    pub retry_count: i32,
    pub epoch: i32,
    pub worker: Option<String>,
    pub lease_until: Option<DateTimeUtc>,
    pub next_attempt_at: Option<DateTimeUtc>,
    pub cancel_requested: bool,
    pub created_at: DateTimeUtc,
    pub updated_at: DateTimeUtc,
    pub finished_at: Option<DateTimeUtc>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
