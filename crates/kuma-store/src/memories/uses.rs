//! Which memories an answer used, and which were saved with it.

use std::collections::HashMap;

use kuma_types::{ChatId, MemoryAction, MemoryItem, MemoryNote, MessageId, UserId};
use sea_orm::{ConnectionTrait as _, FromQueryResult, Value};
use uuid::Uuid;

use super::Memories;
use crate::search::Bound;
use crate::{Result, StoreError};

#[derive(FromQueryResult)]
struct Row {
    message_id: Uuid,
    action: String,
    memory_id: String,
    content: String,
}

impl Memories<'_> {
    /// Notes what an answer used, or what was saved with it. What is noted already stays.
    pub async fn note(&self, answer: MessageId, note: &MemoryNote) -> Result<()> {
        // That nothing could be had is a row too, about no memory.
        let nothing = [MemoryItem { id: String::new(), content: String::new() }];
        let items = match note.action {
            MemoryAction::Unavailable => nothing.as_slice(),
            MemoryAction::Saved | MemoryAction::Recalled => &note.items,
            // The exchange itself tells that.
            MemoryAction::Pending => return Ok(()),
        };
        if items.is_empty() {
            return Ok(());
        }
        let mut bound = Bound::default();
        let mut rows = Vec::with_capacity(items.len());
        for (position, item) in items.iter().enumerate() {
            let values: [Value; 5] = [
                answer.0.into(),
                word(note.action).into(),
                i32::try_from(position).unwrap_or(i32::MAX).into(),
                item.id.clone().into(),
                item.content.clone().into(),
            ];
            let places: Vec<String> = values.into_iter().map(|value| bound.add(value)).collect();
            rows.push(format!("({})", places.join(", ")));
        }
        let sql = format!(
            "INSERT INTO message_memories (message_id, action, position, memory_id, content) VALUES {} \
             ON CONFLICT DO NOTHING",
            rows.join(", ")
        );
        match self.db.write.execute_raw(self.db.sql(sql, bound.0)).await {
            Ok(_) => Ok(()),
            // The chat was deleted meanwhile.
            Err(error)
                if matches!(error.sql_err(), Some(sea_orm::SqlErr::ForeignKeyConstraintViolation(_))) =>
            {
                Ok(())
            }
            Err(error) => Err(error.into()),
        }
    }

    /// What is noted of these messages, and which of those that are complete may have more saved with them.
    pub async fn notes(&self, messages: &[MessageId]) -> Result<HashMap<MessageId, Vec<MemoryNote>>> {
        let mut notes: HashMap<MessageId, Vec<MemoryNote>> = HashMap::new();
        if messages.is_empty() {
            return Ok(notes);
        }
        let mut bound = Bound::default();
        let places: Vec<String> = messages.iter().map(|message| bound.add(message.0)).collect();
        let places = places.join(", ");
        let sql = format!(
            "SELECT message_id, action, memory_id, content, position FROM message_memories \
             WHERE message_id IN ({places}) \
             UNION ALL SELECT e.answer_id, 'pending', '', '', 0 FROM memory_exchanges e \
             JOIN message_jobs j ON j.job_id = e.job_id \
             WHERE e.state = 'due' AND j.status = 'COMPLETED' AND e.answer_id IN ({places}) \
             ORDER BY 1, 2, 5"
        );
        for row in Row::find_by_statement(self.db.sql(sql, bound.0)).all(&self.db.read).await? {
            let action = action(&row.action)?;
            let of_message = notes.entry(MessageId(row.message_id)).or_default();
            let item =
                (!row.memory_id.is_empty()).then_some(MemoryItem { id: row.memory_id, content: row.content });
            match of_message.last_mut().filter(|note| note.action == action) {
                Some(note) => note.items.extend(item),
                None => of_message.push(MemoryNote { action, items: item.into_iter().collect() }),
            }
        }
        Ok(notes)
    }

    /// Takes a forgotten memory out of what is noted of the owner's answers.
    pub async fn forget_notes(&self, owner: UserId, memory: &str) -> Result<()> {
        let sql = "DELETE FROM message_memories WHERE memory_id = $1 AND message_id IN (\
                     SELECT m.id FROM messages m JOIN chats c ON c.id = m.chat_id \
                     JOIN message_memories n ON n.message_id = m.id WHERE n.memory_id = $1 AND c.user_id = $2)";
        self.db.write.execute_raw(self.db.sql(sql, [memory.into(), owner.0.into()])).await?;
        Ok(())
    }

    /// Takes all of the owner's memories out of what is noted of their answers.
    pub async fn forget_all_notes(&self, owner: UserId) -> Result<()> {
        let sql = "DELETE FROM message_memories WHERE message_id IN (\
                     SELECT m.id FROM messages m JOIN chats c ON c.id = m.chat_id WHERE c.user_id = $1)";
        self.db.write.execute_raw(self.db.sql(sql, [owner.0.into()])).await?;
        Ok(())
    }
}

const fn word(action: MemoryAction) -> &'static str {
    match action {
        MemoryAction::Saved => "saved",
        MemoryAction::Recalled => "recalled",
        MemoryAction::Unavailable => "unavailable",
        MemoryAction::Pending => "pending",
    }
}

fn action(word: &str) -> Result<MemoryAction> {
    match word {
        "saved" => Ok(MemoryAction::Saved),
        "recalled" => Ok(MemoryAction::Recalled),
        "unavailable" => Ok(MemoryAction::Unavailable),
        "pending" => Ok(MemoryAction::Pending),
        other => Err(StoreError::Corrupt(format!("unknown memory action {other:?}"))),
    }
}

/// Whether a person wants memory, in one chat.
#[derive(Clone, Copy, Debug, PartialEq, Eq, FromQueryResult)]
pub struct MemoryState {
    /// There is at least one memory in this database.
    pub any: bool,
    /// The person has paused memory.
    pub paused: bool,
    /// It is off in this chat.
    pub chat_off: bool,
}

impl MemoryState {
    /// Whether nothing is to be remembered or recalled.
    pub const fn is_off(self) -> bool {
        self.paused || self.chat_off
    }
}

impl Memories<'_> {
    /// Whether there are memories, and whether they are wanted: one look before every run.
    pub async fn state(&self, owner: UserId, chat: ChatId) -> Result<MemoryState> {
        let sql = "SELECT EXISTS (SELECT 1 FROM memories WHERE user_id = $1) AS \"any\", \
                   EXISTS (SELECT 1 FROM memory_pauses WHERE user_id = $1) AS paused, \
                   EXISTS (SELECT 1 FROM memory_chats_off WHERE chat_id = $2) AS chat_off";
        let statement = self.db.sql(sql, [owner.0.into(), chat.0.into()]);
        MemoryState::find_by_statement(statement).one(&self.db.read).await?.ok_or(StoreError::NotFound)
    }

    /// Whether the person has paused memory.
    pub async fn is_paused(&self, owner: UserId) -> Result<bool> {
        let find = self.db.sql("SELECT 1 FROM memory_pauses WHERE user_id = $1", [owner.0.into()]);
        Ok(self.db.read.query_one_raw(find).await?.is_some())
    }

    /// Pauses memory for a person, or goes on.
    pub async fn set_paused(&self, owner: UserId, paused: bool) -> Result<()> {
        let statement = if paused {
            let sql =
                "INSERT INTO memory_pauses (user_id, created_at) VALUES ($1, $2) ON CONFLICT DO NOTHING";
            self.db.sql(sql, [owner.0.into(), crate::db::now().into()])
        } else {
            self.db.sql("DELETE FROM memory_pauses WHERE user_id = $1", [owner.0.into()])
        };
        self.db.write.execute_raw(statement).await?;
        Ok(())
    }

    /// Switches memory off in one chat of the caller's, or on.
    pub async fn set_chat_off(&self, chat: ChatId, off: bool) -> Result<()> {
        let statement = if off {
            let sql =
                "INSERT INTO memory_chats_off (chat_id, created_at) VALUES ($1, $2) ON CONFLICT DO NOTHING";
            self.db.sql(sql, [chat.0.into(), crate::db::now().into()])
        } else {
            self.db.sql("DELETE FROM memory_chats_off WHERE chat_id = $1", [chat.0.into()])
        };
        self.db.write.execute_raw(statement).await?;
        Ok(())
    }

    /// Notes that an erased person's memories in another service are still to be erased.
    pub async fn note_erasure(&self, owner: UserId) -> Result<()> {
        let sql = "INSERT INTO memory_erasures (owner, created_at) VALUES ($1, $2) ON CONFLICT DO NOTHING";
        let values = [owner.to_string().into(), crate::db::now().into()];
        self.db.write.execute_raw(self.db.sql(sql, values)).await?;
        Ok(())
    }

    /// Whose memories in another service are still to be erased, the oldest first.
    pub async fn erasures(&self) -> Result<Vec<UserId>> {
        let sql = "SELECT owner FROM memory_erasures ORDER BY created_at LIMIT 100";
        let rows = self.db.read.query_all_raw(self.db.sql(sql, [])).await?;
        let owner = |row: sea_orm::QueryResult| {
            row.try_get_by_index::<String>(0)?.parse().map_err(StoreError::corrupt)
        };
        rows.into_iter().map(owner).collect()
    }

    /// They are erased.
    pub async fn erased(&self, owner: UserId) -> Result<()> {
        let sql = "DELETE FROM memory_erasures WHERE owner = $1";
        self.db.write.execute_raw(self.db.sql(sql, [owner.to_string().into()])).await?;
        Ok(())
    }
}
