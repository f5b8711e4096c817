//! MCP servers.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "mcp_servers")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub user_id: Option<Uuid>,
    pub name: String,
    pub slug: String,
    pub transport: String,
    pub url: Option<String>,
    pub command: Option<String>,
    pub args: Json,
    pub headers: Json,
    pub env: Json,
    pub agents: Option<Json>,
    pub trust_read_only_hint: bool,
    pub enabled: bool,
    pub disabled_tools: Json,
    pub disabled_for: Json,
    pub tools: Json,
    pub status: String,
    pub error: Option<String>,
    pub challenge: Option<String>,
    pub last_seen_at: Option<DateTimeUtc>,
    pub created_at: DateTimeUtc,
    pub updated_at: DateTimeUtc,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
