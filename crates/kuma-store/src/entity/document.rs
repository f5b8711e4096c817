//! Uploaded documents, without their text: that is long, and read on purpose.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "documents")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub user_id: Uuid,
    pub chat_id: Option<Uuid>,
    pub filename: String,
    pub display_name: String,
    pub mime_type: String,
    pub file_size: i64,
    pub page_count: Option<i32>,
    pub status: String,
    pub error: Option<Json>,
    pub summary: Option<String>,
    pub created_at: DateTimeUtc,
    pub updated_at: DateTimeUtc,
    pub file_hash: String,
    pub file_id: Option<Uuid>,
    pub kind: String,
    pub title: Option<String>,
    pub warnings: Json,
    pub chunk_count: i32,
    pub word_count: i64,
    pub text_tokens: i64,
    pub embedding_model: Option<String>,
    pub stage: String,
    pub stage_done: i32,
    pub stage_total: Option<i32>,
    pub epoch: i32,
    pub attempts: i32,
    pub worker: Option<String>,
    pub lease_until: Option<DateTimeUtc>,
    pub next_attempt_at: Option<DateTimeUtc>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
