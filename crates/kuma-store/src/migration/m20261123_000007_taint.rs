//! Where the text from outside came from that an answer was made with.

use sea_orm_migration::sea_orm::DbErr;
use sea_orm_migration::sea_query::Table;
use sea_orm_migration::{MigrationName, MigrationTrait, SchemaManager};

use super::column::{json, maybe};

pub(super) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &'static str {
        "m20261123_000007_taint"
    }
}

#[expect(elided_lifetimes_in_paths, reason = "async_trait tells this signature from the trait's otherwise")]
#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let messages = Table::alter().table("messages").add_column(maybe(json("taint"))).take();
        manager.alter_table(messages).await
    }
}
