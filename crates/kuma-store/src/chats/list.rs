//! Reading chats: one, or a page of the list.

use kuma_types::{ChatId, UserId};
use sea_orm::{ConnectionTrait, FromQueryResult as _, Statement};

use super::{Chat, ChatFilter, Row};
use crate::db::Db;
use crate::jobs::UNFINISHED;
use crate::page::{List, bounded, read_time_cursor, time_cursor};
use crate::search::{self, Bound};
use crate::{Page, Result, StoreError};

/// A chat `c` with its newest run that is not over.
fn select() -> String {
    format!(
        "SELECT c.*, (SELECT j.job_id FROM message_jobs j WHERE j.chat_id = c.id AND j.status IN ({UNFINISHED}) \
         ORDER BY j.job_id DESC LIMIT 1) AS active_job_id FROM chats c"
    )
}

pub(super) async fn one(
    db: &Db,
    connection: &impl ConnectionTrait,
    owner: UserId,
    id: ChatId,
) -> Result<Chat> {
    let sql = format!("{} WHERE c.id = $1 AND c.user_id = $2", select());
    let row = Row::find_by_statement(db.sql(sql, [id.0.into(), owner.0.into()])).one(connection).await?;
    Ok(row.ok_or(StoreError::NotFound)?.into())
}

pub(super) async fn page(
    db: &Db,
    owner: UserId,
    filter: &ChatFilter,
    cursor: Option<&str>,
    limit: u32,
) -> Result<Page<Chat>> {
    let limit = bounded(limit);
    let statement = statement(db, owner, filter, cursor, limit)?;
    // The plain list shows a chat the moment it is made; a search may be a moment late.
    let connection = if filter.query.is_some() { &db.replica } else { &db.read };
    let rows = Row::find_by_statement(statement).all(connection).await?;
    let chats = rows.into_iter().map(Chat::from).collect();
    Ok(Page::cut(chats, limit, |chat: &Chat| time_cursor(List::Chats, chat.updated_at, chat.id.0)))
}

fn statement(
    db: &Db,
    owner: UserId,
    filter: &ChatFilter,
    cursor: Option<&str>,
    limit: u64,
) -> Result<Statement> {
    let mut bound = Bound::default();
    let mut sql = format!("{} WHERE c.user_id = {}", select(), bound.add(owner.0));
    for (column, wanted) in [("archived", filter.archived), ("pinned", filter.pinned)] {
        if let Some(wanted) = wanted {
            sql.push_str(&format!(" AND c.{column} = {}", bound.add(wanted)));
        }
    }
    if let Some((at, id)) = read_time_cursor(List::Chats, cursor)? {
        sql.push_str(&format!(" AND (c.updated_at, c.id) < ({}, {})", bound.add(at), bound.add(id)));
    }
    if let Some(text) = filter.query.as_deref().and_then(search::wanted) {
        sql.push_str(&format!(" AND {}", search::chat_matches(db.backend, owner, &text, &mut bound)));
    }
    sql.push_str(&format!(" ORDER BY c.updated_at DESC, c.id DESC LIMIT {}", limit + 1));
    Ok(db.sql(sql, bound.0))
}
