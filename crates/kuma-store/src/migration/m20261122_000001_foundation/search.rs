//! The indexes that find any three or more characters within titles and message text.

use sea_orm_migration::SchemaManager;
use sea_orm_migration::sea_orm::{ConnectionTrait as _, DbErr};

/// A message is indexed when its text no longer changes: a streaming one is rewritten about once
/// a second. The full-text tables hold no text of their own, so each change must first take out
/// exactly what was put in.
const SQLITE: &str = "
CREATE VIRTUAL TABLE chats_fts USING fts5(title, content='chats', content_rowid='row_id', tokenize='trigram');
CREATE TRIGGER chats_fts_insert AFTER INSERT ON chats BEGIN
  INSERT INTO chats_fts(rowid, title) VALUES (new.row_id, new.title);
END;
CREATE TRIGGER chats_fts_update AFTER UPDATE OF title ON chats WHEN old.title IS NOT new.title BEGIN
  INSERT INTO chats_fts(chats_fts, rowid, title) VALUES ('delete', old.row_id, old.title);
  INSERT INTO chats_fts(rowid, title) VALUES (new.row_id, new.title);
END;
CREATE TRIGGER chats_fts_delete AFTER DELETE ON chats BEGIN
  INSERT INTO chats_fts(chats_fts, rowid, title) VALUES ('delete', old.row_id, old.title);
END;

CREATE VIEW settled_messages AS SELECT row_id, content FROM messages WHERE status <> 'streaming';
CREATE VIRTUAL TABLE messages_fts
  USING fts5(content, content='settled_messages', content_rowid='row_id', tokenize='trigram');
CREATE TRIGGER messages_fts_insert AFTER INSERT ON messages WHEN new.status <> 'streaming' BEGIN
  INSERT INTO messages_fts(rowid, content) VALUES (new.row_id, new.content);
END;
CREATE TRIGGER messages_fts_update AFTER UPDATE OF content, status ON messages
  WHEN (old.status <> 'streaming' OR new.status <> 'streaming')
    AND (old.content <> new.content OR (old.status = 'streaming') <> (new.status = 'streaming'))
BEGIN
  INSERT INTO messages_fts(messages_fts, rowid, content)
    SELECT 'delete', old.row_id, old.content WHERE old.status <> 'streaming';
  INSERT INTO messages_fts(rowid, content)
    SELECT new.row_id, new.content WHERE new.status <> 'streaming';
END;
CREATE TRIGGER messages_fts_delete AFTER DELETE ON messages WHEN old.status <> 'streaming' BEGIN
  INSERT INTO messages_fts(messages_fts, rowid, content) VALUES ('delete', old.row_id, old.content);
END;
";

const POSTGRES: &str = "
CREATE EXTENSION IF NOT EXISTS pg_trgm;
CREATE INDEX ix_chats_title ON chats USING gin (title gin_trgm_ops);
CREATE INDEX ix_messages_content ON messages USING gin (content gin_trgm_ops) WHERE status <> 'streaming';
";

pub(super) async fn create(manager: &SchemaManager<'_>, sqlite: bool) -> Result<(), DbErr> {
    let sql = if sqlite { SQLITE } else { POSTGRES };
    manager.get_connection().execute_unprepared(sql).await?;
    Ok(())
}
