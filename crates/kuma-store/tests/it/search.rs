//! Finding chats by what was said in them.

use kuma_store::{ChatFilter, ChatPatch, Checkpoint, FinishRun};
use kuma_types::{ChatId, JobStatus, MessageStatus, UserId};
use proptest::prelude::*;
use proptest::strategy::ValueTree as _;
use proptest::test_runner::{Config, TestRunner};
use sea_orm::ConnectionTrait as _;

use crate::common::{Database, both, finished};

both!(
    titles_questions_and_answers_are_found,
    what_is_searched_for_is_plain_text,
    case_and_script_do_not_matter,
    one_and_two_characters_are_found,
    only_the_owners_chats_are_found,
    an_answer_is_found_once_it_is_settled,
    a_new_title_replaces_the_old,
    a_search_is_paged_and_filtered,
    any_part_of_any_text_finds_it,
    the_index_follows_every_change,
);

async fn titles_questions_and_answers_are_found(db: Database) {
    let owner = db.user().await.id;
    let titled = db.chat(owner, Some("Sourdough at altitude")).await;
    let asked = db.chat(owner, None).await;
    db.converse(owner, asked, "How long does sourdough rise?", "About four hours.").await;
    let other = db.chat(owner, Some("Taxes")).await;
    db.converse(owner, other, "When are they due?", "In spring.").await;
    assert_eq!(find(&db, owner, "sourdough").await, [asked, titled]);
    assert_eq!(find(&db, owner, "four hours").await, [asked]);
    assert_eq!(find(&db, owner, "dough ri").await, [asked], "inside words and across them");
    assert_eq!(find(&db, owner, "due?").await, [other]);
    assert!(find(&db, owner, "four  hours").await.is_empty());
    assert!(find(&db, owner, "nowhere").await.is_empty());
    let all = find(&db, owner, "").await;
    assert_eq!(all.len(), 3, "nothing to look for is no filter");
    assert_eq!(find(&db, owner, "  \t").await, all);
    assert_eq!(find(&db, owner, "  taxes ").await, [other]);
}

async fn what_is_searched_for_is_plain_text(db: Database) {
    let owner = db.user().await.id;
    let texts = [
        "100% sure",
        "snake_case_name",
        "say \"hello\" twice",
        "a * b ** c",
        "path\\to\\file",
        "NEAR(a b)",
        "x AND y OR z",
        "col:umn ^top",
        "it's $1 and ?2",
        "(brackets) {braces} [squares]",
        "semi;colon -- dash",
    ];
    let mut chats = Vec::new();
    for text in texts {
        let chat = db.chat(owner, None).await;
        db.converse(owner, chat, text, "ok").await;
        chats.push(chat);
    }
    let decoy = db.chat(owner, Some("1000 sure, snakeXcaseXname, say hello twice, abc")).await;
    for (text, chat) in texts.iter().zip(&chats) {
        assert_eq!(find(&db, owner, text).await, [*chat], "{text}");
    }
    assert_eq!(find(&db, owner, "00%").await, [chats[0]]);
    assert_eq!(find(&db, owner, "e_c").await, [chats[1]]);
    assert_eq!(find(&db, owner, "\"hello\"").await, [chats[2]]);
    assert_eq!(find(&db, owner, "**").await, [chats[3]]);
    for wildcard in ["%", "_", "\"", "*", "\\", "'", "$", "?"] {
        assert!(!find(&db, owner, wildcard).await.contains(&decoy), "{wildcard} is no wildcard");
    }
    for wildcards in
        ["%%", "__", "%%%", "___", "\"\"", "\"\"\"", "s%e", "s_k", "sna*", "a*c", "\\\\\\", "'''"]
    {
        assert!(!find(&db, owner, wildcards).await.contains(&decoy), "{wildcards} is plain text");
    }
    assert!(find(&db, owner, "a\0b\0c\0").await.contains(&decoy), "what no text can have is left out");
}

async fn case_and_script_do_not_matter(db: Database) {
    let owner = db.user().await.id;
    let cases = [
        ("Größe und Übermut im ÄRGER", &["übermut", "ÜBERMUT", "ärger", "GRÖ", "größe"][..]),
        ("Привет, как дела?", &["привет", "ПРИВЕТ", "как ДЕЛА"]),
        ("Καλημέρα κόσμε", &["καλημέρα", "ΚΑΛΗΜΈΡΑ"]),
        ("東京都の天気はどうですか", &["東京都", "天気は", "どうですか", "東京", "天"]),
        ("नमस्ते दुनिया, आप कैसे हैं", &["नमस्ते", "दुनिया", "कैसे हैं", "आप"]),
        ("안녕하세요 세계", &["안녕하", "세계"]),
        ("مرحبا بالعالم", &["مرحبا", "بالعالم"]),
        ("Launch 🚀🚀🚀 party 👩‍💻", &["🚀🚀🚀", "🚀", "👩‍💻", "party 👩‍💻", "LAUNCH 🚀"]),
        ("Crème brûlée", &["CRÈME", "brûlée"]),
    ];
    for (text, queries) in cases {
        let in_title = db.chat(owner, Some(text)).await;
        let in_answer = db.chat(owner, None).await;
        db.converse(owner, in_answer, "?", text).await;
        for query in queries {
            assert_eq!(find(&db, owner, query).await, [in_answer, in_title], "{query} in {text}");
        }
    }
    assert!(find(&db, owner, "creme").await.is_empty(), "an accent makes another letter");
}

async fn one_and_two_characters_are_found(db: Database) {
    let owner = db.user().await.id;
    let go = db.chat(owner, Some("Go")).await;
    let answer = db.chat(owner, None).await;
    db.converse(owner, answer, "hm", "Öl").await;
    assert_eq!(find(&db, owner, "go").await, [go]);
    assert_eq!(find(&db, owner, "GO").await, [go]);
    assert_eq!(find(&db, owner, "öl").await, [answer]);
    assert_eq!(find(&db, owner, "ö").await, [answer]);
    assert_eq!(find(&db, owner, "H").await, [answer]);
    assert!(find(&db, owner, "zz").await.is_empty());
}

async fn only_the_owners_chats_are_found(db: Database) {
    let (owner, other) = (db.user().await.id, db.user().await.id);
    for user in [owner, other] {
        let chat = db.chat(user, Some("shared words")).await;
        db.converse(user, chat, "shared question", "shared answer").await;
    }
    for query in ["shared words", "shared question", "shared answer", "sh", "s"] {
        let found = db.store.chats().list(owner, filter(query), None, 10).await.unwrap().items;
        assert_eq!(found.len(), 1, "{query}");
        assert_eq!(found[0].user_id, owner);
    }
}

async fn an_answer_is_found_once_it_is_settled(db: Database) {
    let owner = db.user().await.id;
    let chat = db.chat(owner, None).await;
    let job = db.ask(owner, chat, "question").await;
    let job = db.claim(&job).await;
    let checkpoint = Checkpoint {
        job_id: job.id,
        epoch: job.epoch,
        message_id: job.assistant_message_id,
        content: "unsettled words".to_owned(),
        reasoning: None,
    };
    db.store.messages().checkpoint(&[checkpoint]).await.unwrap();
    for query in ["unsettled", "un"] {
        assert!(find(&db, owner, query).await.is_empty(), "{query}");
    }
    let end = FinishRun {
        status: JobStatus::Cancelled,
        message_status: MessageStatus::Cancelled,
        ..finished(&job, "settled at last")
    };
    db.store.jobs().finish(end).await.unwrap();
    assert_eq!(find(&db, owner, "settled at last").await, [chat]);
    assert!(find(&db, owner, "unsettled").await.is_empty());
    db.store.chats().delete(owner, chat).await.unwrap();
    assert!(find(&db, owner, "settled at last").await.is_empty());
}

async fn a_new_title_replaces_the_old(db: Database) {
    let owner = db.user().await.id;
    let chat = db.chat(owner, None).await;
    db.store.chats().set_title_if_empty(chat, "first name").await.unwrap();
    assert_eq!(find(&db, owner, "first name").await, [chat]);
    let patch = ChatPatch { title: Some("second name".to_owned()), ..ChatPatch::default() };
    db.store.chats().update(owner, chat, patch).await.unwrap();
    assert_eq!(find(&db, owner, "second").await, [chat]);
    assert!(find(&db, owner, "first").await.is_empty());
}

async fn a_search_is_paged_and_filtered(db: Database) {
    let owner = db.user().await.id;
    let mut chats = Vec::new();
    for n in 0..5 {
        chats.push(db.chat(owner, Some(&format!("needle {n}"))).await);
        db.chat(owner, Some("hay")).await;
    }
    let archive = ChatPatch { archived: Some(true), ..ChatPatch::default() };
    db.store.chats().update(owner, chats[2], archive).await.unwrap();
    let mut found = Vec::new();
    let mut cursor = None;
    loop {
        let wanted = ChatFilter { archived: Some(false), ..filter("needle") };
        let page = db.store.chats().list(owner, wanted, cursor.as_deref(), 2).await.unwrap();
        found.extend(page.items.into_iter().map(|chat| chat.id));
        cursor = page.next_cursor;
        if cursor.is_none() {
            break;
        }
    }
    assert_eq!(found, [chats[4], chats[3], chats[1], chats[0]]);
}

async fn any_part_of_any_text_finds_it(db: Database) {
    let owner = db.user().await.id;
    let mut runner = TestRunner::new(Config { failure_persistence: None, ..Config::default() });
    // Texts without NUL, which no database keeps, and what is searched for without outer blanks.
    let texts = prop::collection::vec("[^\0]{1,24}", 12).new_tree(&mut runner).unwrap().current();
    let mut chats = Vec::new();
    for text in &texts {
        let chat = db.chat(owner, None).await;
        db.converse(owner, chat, "?", text).await;
        chats.push(chat);
    }
    let mut tried = 0;
    for (text, chat) in texts.iter().zip(&chats) {
        let letters: Vec<char> = text.chars().collect();
        for length in [1, 2, 3, 7, letters.len()] {
            for start in 0..=letters.len().saturating_sub(length) {
                let part: String = letters.iter().skip(start).take(length).collect();
                if part.trim() == part && !part.is_empty() {
                    assert!(find(&db, owner, &part).await.contains(chat), "{part:?} in {text:?}");
                    tried += 1;
                }
            }
        }
    }
    assert!(tried > 12);
}

async fn the_index_follows_every_change(db: Database) {
    let owner = db.user().await.id;
    for n in 0..4 {
        let chat = db.chat(owner, (n % 2 == 0).then_some("a title")).await;
        db.converse(owner, chat, "question", "answer").await;
        let job = db.ask(owner, chat, "unanswered").await;
        match n {
            0 => db.store.chats().delete(owner, chat).await.unwrap(),
            1 => drop(db.store.jobs().request_cancel(owner, job.id).await.unwrap()),
            _ => {
                let patch = ChatPatch { title: Some("another".to_owned()), ..ChatPatch::default() };
                db.store.chats().update(owner, chat, patch).await.unwrap();
            }
        }
    }
    check_index(&db).await;
    db.store.users().delete(owner).await.unwrap();
    check_index(&db).await;
}

/// SQLite compares its full-text indexes with the text they are of, and fails when they differ.
async fn check_index(db: &Database) {
    if db.store.backend() == kuma_store::Backend::Sqlite {
        let raw = db.raw().await;
        for table in ["chats_fts", "messages_fts"] {
            let sql = format!("INSERT INTO {table}({table}, rank) VALUES ('integrity-check', 1)");
            raw.execute_unprepared(&sql).await.unwrap();
        }
    }
}

fn filter(query: &str) -> ChatFilter {
    ChatFilter { query: Some(query.to_owned()), ..ChatFilter::default() }
}

async fn find(db: &Database, owner: UserId, query: &str) -> Vec<ChatId> {
    let page = db.store.chats().list(owner, filter(query), None, 100).await.unwrap();
    page.items.into_iter().map(|chat| chat.id).collect()
}
