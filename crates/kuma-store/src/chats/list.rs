//! Reading chats: one, or a page of the list.

use kuma_types::{ChatId, JobStatus, UserId};
use sea_orm::{ConnectionTrait, FromQueryResult as _, Statement};

use super::{Chat, ChatFilter, Row};
use crate::db::Db;
use crate::jobs::unfinished;
use crate::page::{List, bounded, read_time_cursor, time_cursor};
use crate::search::{self, Bound};
use crate::{Page, Result, StoreError};

/// A chat `c` with its oldest run that is not over: the one at work, or the next in line; and whether
/// one of its runs waits for a decision.
fn select() -> String {
    format!(
        "SELECT c.*, (SELECT j.job_id FROM message_jobs j WHERE j.chat_id = c.id AND {} \
         ORDER BY j.job_id LIMIT 1) AS active_job_id, \
         EXISTS (SELECT 1 FROM message_jobs w WHERE w.chat_id = c.id AND w.status = '{}') AS waits_for_approval \
         FROM chats c",
        unfinished("j"),
        JobStatus::WaitingApproval.as_str()
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
    let mut wanted = vec![format!("c.user_id = {}", bound.add(owner.0))];
    for (column, value) in [("archived", filter.archived), ("pinned", filter.pinned)] {
        if let Some(value) = value {
            wanted.push(format!("c.{column} = {}", bound.add(value)));
        }
    }
    if let Some((at, id)) = read_time_cursor(List::Chats, cursor)? {
        wanted.push(format!("(c.updated_at, c.id) < ({}, {})", bound.add(at), bound.add(id)));
    }
    if let Some(text) = filter.query.as_deref().and_then(search::wanted) {
        wanted.push(search::chat_matches(db.backend, owner, &text, &mut bound));
    }
    let sql = format!(
        "{} WHERE {} ORDER BY c.updated_at DESC, c.id DESC LIMIT {}",
        select(),
        wanted.join(" AND "),
        limit + 1
    );
    Ok(db.sql(sql, bound.0))
}

#[cfg(test)]
mod tests {
    use kuma_types::UserId;
    use sea_orm::{ConnectionTrait as _, Statement};

    use super::{ChatFilter, statement};
    use crate::page::{List, time_cursor};
    use crate::{Store, StoreOptions};

    /// How SQLite goes about the list, step by step.
    async fn plan(store: &Store, filter: &ChatFilter, later_page: bool) -> Vec<String> {
        let owner = UserId::new();
        let cursor = later_page.then(|| time_cursor(List::Chats, crate::db::now(), owner.0));
        let list = statement(&store.db, owner, filter, cursor.as_deref(), 30).unwrap();
        let explain = Statement { sql: format!("EXPLAIN QUERY PLAN {}", list.sql), ..list };
        let rows = store.db.read.query_all_raw(explain).await.unwrap();
        rows.iter().map(|row| row.try_get("", "detail").unwrap()).collect()
    }

    #[tokio::test]
    async fn the_list_is_read_from_an_index_in_its_order() {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite://{}", folder.path().join("kuma.db").display());
        let store = Store::open(&StoreOptions { url, read_url: None, max_connections: 1 }).await.unwrap();
        store.migrate().await.unwrap();
        let filter = |pinned, archived| ChatFilter { query: None, pinned, archived };
        let cases = [
            (filter(None, None), "ix_chats_activity (user_id=?"),
            (filter(None, Some(false)), "ix_chats_archived (user_id=? AND archived=?"),
            (filter(Some(true), None), "ix_chats_pinned (user_id=? AND pinned=?"),
        ];
        for (filter, index) in cases {
            for later_page in [false, true] {
                let steps = plan(&store, &filter, later_page).await;
                let uses = if later_page {
                    format!("{index} AND (updated_at,id)<(?,?))")
                } else {
                    format!("{index})")
                };
                assert!(steps.iter().any(|step| step.contains(&uses)), "{uses}: {steps:?}");
                assert!(
                    steps.iter().any(|step| step.contains("ix_message_jobs_chat (chat_id=? AND status=?)")),
                    "{steps:?}"
                );
                // The one sort is of the few unfinished runs of a chat.
                let sorts = steps.iter().filter(|step| step.contains("TEMP B-TREE")).count();
                assert!(sorts <= 1, "{steps:?}");
                let scans = steps.iter().filter(|step| step.starts_with("SCAN")).count();
                assert_eq!(scans, 0, "{steps:?}");
            }
        }
    }

    #[tokio::test]
    async fn a_search_asks_the_full_text_index_once_and_reads_in_the_lists_order() {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite://{}", folder.path().join("kuma.db").display());
        let store = Store::open(&StoreOptions { url, read_url: None, max_connections: 1 }).await.unwrap();
        store.migrate().await.unwrap();
        let filter = ChatFilter { query: Some("needle".to_owned()), ..ChatFilter::default() };
        let steps = plan(&store, &filter, false).await;
        for step in [
            "SEARCH c USING INDEX ix_chats_activity (user_id=?)",
            "SCAN chats_fts VIRTUAL TABLE INDEX 0:M1",
            "SCAN f VIRTUAL TABLE INDEX 0:M1",
            "SEARCH m USING INTEGER PRIMARY KEY (rowid=?)",
        ] {
            assert!(steps.iter().any(|line| line.contains(step)), "{step}: {steps:?}");
        }
    }
}
