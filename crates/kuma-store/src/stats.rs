//! How much there is of everything, for admins.

use kuma_types::JobStatus;
use sea_orm::{EntityTrait as _, PaginatorTrait as _};

use crate::Result;
use crate::db::Db;
use crate::entity::{chat, message, user};
use crate::jobs::Jobs;

/// How much there is of everything.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stats {
    /// Accounts.
    pub users: u64,
    /// Conversations.
    pub chats: u64,
    /// Turns.
    pub messages: u64,
    /// Runs in each state that has any.
    pub jobs: Vec<(JobStatus, u64)>,
}

pub(crate) async fn read(db: &Db) -> Result<Stats> {
    Ok(Stats {
        users: user::Entity::find().count(&db.replica).await?,
        chats: chat::Entity::find().count(&db.replica).await?,
        messages: message::Entity::find().count(&db.replica).await?,
        jobs: Jobs::new(db).by_status().await?,
    })
}
