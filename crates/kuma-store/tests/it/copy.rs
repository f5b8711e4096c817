//! A database copied to the other kind is the same database.

use kuma_store::{Store, copy};
use sea_orm::{ConnectionTrait as _, DatabaseConnection, Statement};

use crate::common::{Database, column, connect, on_postgres, on_sqlite};

/// The tables of a SQLite file that hold rows of their own. Vectors are made anew.
const SQLITE_TABLES: &str = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' \
     AND name NOT LIKE '%\\_fts%' ESCAPE '\\' \
     AND name NOT LIKE '%\\_vectors' ESCAPE '\\' AND name <> 'seaql_migrations' ORDER BY name";

async fn sqlite(database: &Database, name: &str) -> (Store, DatabaseConnection) {
    let url = format!("sqlite://{}", database.folder.path().join(name).display());
    let store = connect(&url).await;
    store.migrate().await.unwrap();
    (store, sea_orm::Database::connect(&url).await.unwrap())
}

/// Every row of a table as text, in order.
async fn rows(connection: &DatabaseConnection, table: &str) -> Vec<String> {
    let columns: Vec<String> = column(
        connection,
        &format!("SELECT name FROM pragma_table_info('{table}') WHERE name <> 'row_id' ORDER BY name"),
    )
    .await;
    let quoted: Vec<_> = columns.iter().map(|name| format!("quote({name})")).collect();
    let sql = format!("SELECT {} FROM {table} ORDER BY 1", quoted.join(" || ',' || "));
    let statement = Statement::from_string(connection.get_database_backend(), sql);
    let found = connection.query_all_raw(statement).await.unwrap();
    found.iter().map(|row| row.try_get_by_index(0).unwrap()).collect()
}

#[test]
fn there_and_back_every_row_is_the_same() {
    on_postgres(async |postgres| {
        let (from, before) = sqlite(&postgres, "from.db").await;
        let mut home = Database { store: from.clone(), ..postgres };
        let ada = home.user().await;
        let chat = home.chat(ada.id, Some("Bears, Bären, 熊")).await;
        let job = home.converse(ada.id, chat, "Why?\n\"quoted\" 🐻", "Because.").await;
        // An answer that is still being made, and rows by the hundred.
        home.ask(ada.id, chat, "And then?").await;
        for n in 0..450 {
            home.chat(ada.id, Some(&format!("chat {n}"))).await;
        }
        home.store = connect(&home.url).await;
        let copied = copy(&from, &home.store).await.unwrap();

        let names: Vec<_> = copied.iter().map(|copied| copied.table.clone()).collect();
        assert_eq!(names, column::<String>(&before, SQLITE_TABLES).await, "no table is left out");
        let count = |table: &str| copied.iter().find(|copied| copied.table == table).unwrap().rows;
        assert_eq!((count("users"), count("chats"), count("messages")), (1, 451, 4));
        // The copy works: what was said is read and found, and new rows can be written. (In a chat of its
        // own: the first one still waits for its answer.)
        assert_eq!(home.store.jobs().get(ada.id, job.id).await.unwrap().id, job.id);
        let fresh = home.chat(ada.id, Some("One more")).await;
        home.converse(ada.id, fresh, "One more.", "Here.").await;

        let again = connect(&home.url).await;
        let refused = copy(&from, &again).await.unwrap_err().to_string();
        assert!(refused.contains("has accounts already"), "{refused}");

        let (back, after) = sqlite(&home, "back.db").await;
        let found = copy(&home.store, &back).await.unwrap();
        assert_eq!(found.iter().find(|copied| copied.table == "messages").unwrap().rows, 6);
        for table in ["users", "agents", "chats", "settings"] {
            let (was, is) = (rows(&before, table).await, rows(&after, table).await);
            assert!(was.len() <= is.len() && !is.is_empty() || table == "settings", "{table}");
            if table != "chats" {
                assert_eq!(was, is, "{table}");
            }
        }
        let messages = rows(&after, "messages").await;
        for message in rows(&before, "messages").await.iter().filter(|row| !row.contains("streaming")) {
            assert!(messages.contains(message), "{message}");
        }
        // Its full-text index was filled too.
        let hits: Vec<i64> =
            column(&after, "SELECT count(*) FROM messages_fts WHERE messages_fts MATCH '\"quoted\"'").await;
        assert_eq!(hits, [1]);
    });
}

#[test]
fn two_of_a_kind_have_better_tools() {
    on_sqlite(async |database| {
        let (other, _) = sqlite(&database, "other.db").await;
        let refused = copy(&database.store, &other).await.unwrap_err().to_string();
        assert!(refused.contains("kuma backup"), "{refused}");
    });
}
