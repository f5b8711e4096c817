//! Turns of a chat, a tree by `parent_id`.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "messages")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub chat_id: Uuid,
    pub parent_id: Option<Uuid>,
    pub role: String,
    pub content: String,
    pub reasoning: Option<String>,
    pub tool_calls: Json,
    pub image_attachments: Json,
    pub document_attachments: Json,
    pub citations: Json,
    pub model: Option<String>,
    pub usage: Option<Json>,
    pub finish_reason: Option<String>,
    pub status: String,
    pub error: Option<Json>,
    pub created_at: DateTimeUtc,
    pub taint: Option<Json>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
