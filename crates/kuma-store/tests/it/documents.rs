//! Documents, their passages, and finding them.

use std::time::Duration;

use kuma_store::{
    Content, Document, DocumentError, DocumentFilter, DocumentStatus, NewDocument, NewPassage, Scope,
    StoreError, VectorSupport,
};
use kuma_types::{DocumentId, FileKey, UserId};
use sea_orm::ConnectionTrait as _;
use serde_json::json;

use crate::common::{Database, LEASE, both, column, connect};

fn new(owner: UserId, name: &str) -> NewDocument {
    NewDocument {
        id: DocumentId::new(),
        user_id: owner,
        chat_id: None,
        filename: name.to_owned(),
        mime_type: "text/plain".to_owned(),
        file_size: 1_000,
        file_hash: format!("hash of {name}"),
    }
}

fn content(texts: &[&str]) -> Content {
    let mut start = 0;
    let passages = texts.iter().map(|text| {
        let from = start;
        start += text.len() as u64 + 2;
        NewPassage {
            page: Some(3),
            start: from,
            end: from + text.len() as u64,
            tokens: 10,
            headings: vec!["Part".to_owned(), "Section".to_owned()],
            table_header: None,
            places: json!([{"page": 3, "label": "page", "start": 0, "end": 5}]),
            text: (*text).to_owned(),
            search_text: format!("Part › Section\n{text}"),
        }
    });
    Content {
        kind: "text".to_owned(),
        mime_type: "text/plain".to_owned(),
        title: Some("A title".to_owned()),
        page_count: Some(3),
        warnings: vec!["One picture has no text.".to_owned()],
        passages: passages.collect(),
        text: texts.join("\n\n"),
        text_tokens: 99,
    }
}

impl Database {
    /// Uploads a document.
    async fn upload(&self, new: NewDocument) -> Result<Document, StoreError> {
        let file = FileKey::document(new.user_id, new.id);
        self.store.erasures().stage(&[file]).await?;
        self.store.documents().create(new).await
    }

    /// A document that was read, not embedded.
    async fn document(&self, owner: UserId, name: &str, texts: &[&str]) -> Document {
        self.upload(new(owner, name)).await.unwrap();
        let work = self.store.document_work();
        let claimed = work.claim("w", LEASE).await.unwrap().expect("one waits");
        assert!(work.keep(claimed.hold(), content(texts)).await.unwrap());
        assert!(work.ready_without_vectors(claimed.hold(), Duration::ZERO).await.unwrap());
        self.store.documents().get(owner, claimed.id).await.unwrap()
    }

    async fn embed(&self, owner: UserId, model: &str, vector: impl Fn(&str) -> Vec<f32>) {
        let work = self.store.document_work();
        while let Some(document) = work.claim_to_embed(model, "w", LEASE).await.unwrap() {
            assert_eq!(document.user_id, owner);
            let texts = work.to_embed(document.hold(), model, 0).await.unwrap();
            let rows: Vec<_> = texts.iter().map(|(at, text)| (*at, vector(text))).collect();
            assert!(work.keep_vectors(document.hold(), model, &rows).await.unwrap());
            assert!(work.to_embed(document.hold(), model, 0).await.unwrap().is_empty());
            assert!(work.embedded(document.hold(), model).await.unwrap());
        }
    }
}

/// A vector of the letters a, b and c.
fn letters(text: &str) -> Vec<f32> {
    ['a', 'b', 'c'].iter().map(|letter| text.matches(*letter).count() as f32 + 0.01).collect()
}

fn all(owner: UserId) -> Scope<'static> {
    Scope { owner, documents: None }
}

async fn a_document_goes_its_way(db: Database) {
    let owner = db.user().await.id;
    let documents = db.store.documents();
    let made = db.upload(new(owner, "Report.txt")).await.unwrap();
    assert_eq!((made.status, &*made.stage, made.stage_total), (DocumentStatus::Processing, "waiting", None));

    let work = db.store.document_work();
    let claimed = work.claim("w1", LEASE).await.unwrap().unwrap();
    assert_eq!((claimed.id, claimed.epoch), (made.id, 1));
    assert!(work.claim("w2", LEASE).await.unwrap().is_none(), "one worker at a time");
    assert!(work.progress(claimed.hold(), "parse", 2, Some(7), LEASE).await.unwrap());
    let seen = documents.get(owner, made.id).await.unwrap();
    assert_eq!((&*seen.stage, seen.stage_done, seen.stage_total), ("parse", 2, Some(7)));

    assert!(work.keep(claimed.hold(), content(&["first words", "other\0 words"])).await.unwrap());
    let kept = documents.get(owner, made.id).await.unwrap();
    assert_eq!((kept.status, &*kept.stage), (DocumentStatus::Processing, "embed"));
    assert!(work.ready_without_vectors(claimed.hold(), Duration::ZERO).await.unwrap());
    let ready = documents.get(owner, made.id).await.unwrap();
    assert_eq!((ready.status, ready.page_count, ready.chunk_count), (DocumentStatus::Ready, Some(3), 2));
    assert_eq!((ready.title.as_deref(), ready.warnings.len()), (Some("A title"), 1));
    assert_eq!(documents.text(owner, made.id).await.unwrap(), "first words\n\nother  words");
    let passages = db.store.document_search().passages(owner, &[(made.id, 1), (made.id, 9)]).await.unwrap();
    assert_eq!(passages.len(), 1);
    assert_eq!((passages[0].position, passages[0].page, passages[0].start), (1, Some(3), 13));
    assert_eq!(passages[0].places[0]["page"], 3);
    let first = db.store.document_search().beginning(owner, made.id, 15).await.unwrap();
    assert_eq!(first.iter().map(|passage| &*passage.text).collect::<Vec<_>>(), ["first words"]);
}

async fn who_lost_a_document_cannot_change_it(db: Database) {
    let owner = db.user().await.id;
    let made = db.upload(new(owner, "a")).await.unwrap();
    let work = db.store.document_work();
    let lost = work.claim("w1", Duration::ZERO).await.unwrap().unwrap().hold();
    let held = work.claim("w2", LEASE).await.unwrap().expect("the lease was over").hold();
    assert!(!work.progress(lost, "parse", 1, None, LEASE).await.unwrap());
    assert!(!work.keep(lost, content(&["lost"])).await.unwrap());
    let error = DocumentError { code: "damaged".into(), detail: "It is damaged.".into(), retryable: false };
    assert!(!work.fail(lost, &error).await.unwrap());
    assert!(!work.embedded(lost, "m").await.unwrap());
    assert!(!work.keep_vectors(lost, "m", &[(0, vec![1.0])]).await.unwrap());
    assert!(work.fail(held, &error).await.unwrap());
    let failed = db.store.documents().get(owner, made.id).await.unwrap();
    assert_eq!((failed.status, failed.error), (DocumentStatus::Failed, Some(error)));
}

async fn a_failed_document_can_be_read_again(db: Database) {
    let owner = db.user().await.id;
    let (documents, work) = (db.store.documents(), db.store.document_work());
    let ready = db.document(owner, "ready", &["x"]).await;
    assert!(matches!(documents.retry(owner, ready.id).await, Err(StoreError::Conflict(_))));
    let made = db.upload(new(owner, "a")).await.unwrap();
    let held = work.claim("w", LEASE).await.unwrap().unwrap().hold();
    let error = DocumentError { code: "no_ocr".into(), detail: "…".into(), retryable: true };
    work.fail(held, &error).await.unwrap();
    assert!(work.claim("w", LEASE).await.unwrap().is_none(), "what has failed is left alone");
    let stranger = db.user().await.id;
    assert!(matches!(documents.retry(stranger, made.id).await, Err(StoreError::NotFound)));
    let again = documents.retry(owner, made.id).await.unwrap();
    assert_eq!((again.status, again.error), (DocumentStatus::Processing, None));
    let claimed = work.claim("w", LEASE).await.unwrap().expect("it waits again");
    assert_eq!(claimed.attempts, 1);
    work.release(claimed.hold(), Duration::ZERO, false).await.unwrap();
    let claimed = work.claim("w", LEASE).await.unwrap().expect("it was handed back");
    assert_eq!(claimed.attempts, 1, "that does not count");
    work.release(claimed.hold(), Duration::from_hours(1), true).await.unwrap();
    assert!(work.claim("w", LEASE).await.unwrap().is_none(), "not before its time");
}

async fn words_find_passages_in_any_script(db: Database) {
    let owner = db.user().await.id;
    let texts = [
        "The contract ends in December.",
        "The contract can be terminated with three months' notice. A contract is a contract.",
        "東京都の契約は十二月に終わります。",
        "Договор заканчивается в декабре.",
        "สัญญาสิ้นสุดในเดือนธันวาคม",
    ];
    let document = db.document(owner, "contract", &texts).await;
    let search = db.store.document_search();
    let found = async |query: &str| -> Vec<u32> {
        let found = search.by_words(all(owner), query, 10).await.unwrap();
        assert!(found.iter().all(|found| found.document_id == document.id));
        assert!(found.windows(2).all(|pair| pair[0].score >= pair[1].score));
        found.into_iter().map(|found| found.position).collect()
    };
    assert_eq!(found("CONTRACTS").await.len(), 2);
    assert_eq!(found("termination notice terminated").await, [1]);
    assert_eq!(found("December contract").await[0], 0);
    assert_eq!(found("契約").await, [2]);
    assert_eq!(found("договор").await, [3]);
    assert_eq!(found("สัญญา").await[0], 4);
    assert_eq!(found("' OR 1=1 --").await, [0; 0]);
    assert_eq!(found("").await, [0; 0]);
    let other = DocumentId::new();
    let scope = Scope { owner, documents: Some(&[other]) };
    assert!(search.by_words(scope, "contract", 10).await.unwrap().is_empty());
    assert!(
        search.by_words(Scope { documents: Some(&[]), ..scope }, "contract", 10).await.unwrap().is_empty()
    );
}

async fn vectors_find_passages_and_models_do_not_meet(db: Database) {
    let expected =
        if db.url.starts_with("sqlite") { VectorSupport::SqliteVec } else { VectorSupport::PgVector };
    assert_eq!(db.store.vector_support().await.unwrap(), expected);
    meaning(&db).await;
}

async fn meaning(db: &Database) {
    let owner = db.user().await.id;
    let document = db.document(owner, "letters", &["aaaa", "bbbb bbbb", "cc aa cc"]).await;
    let search = db.store.document_search();
    assert!(search.by_meaning(all(owner), "one", &letters("b"), 5).await.unwrap().is_empty());
    db.embed(owner, "one", letters).await;
    let embedded = db.store.documents().get(owner, document.id).await.unwrap();
    assert_eq!((embedded.embedding_model.as_deref(), &*embedded.stage), (Some("one"), ""));
    let near = search.by_meaning(all(owner), "one", &letters("bb"), 2).await.unwrap();
    assert_eq!(near.iter().map(|found| found.position).collect::<Vec<_>>()[0], 1);
    assert_eq!(near.len(), 2);
    assert!(near[0].score > 0.9 && near[0].score <= 1.0001 && near[0].score > near[1].score);
    // Another length, another model: nothing is compared, nothing fails.
    assert!(search.by_meaning(all(owner), "one", &[1.0, 0.0], 5).await.unwrap().is_empty());
    assert!(search.by_meaning(all(owner), "two", &letters("bb"), 5).await.unwrap().is_empty());
    let nowhere = Scope { owner, documents: Some(&[DocumentId::new()]) };
    assert!(search.by_meaning(nowhere, "one", &letters("b"), 5).await.unwrap().is_empty());
    assert_eq!(search.without_vectors(all(owner), "one").await.unwrap(), 0);
    assert_eq!(search.without_vectors(all(owner), "two").await.unwrap(), 1, "its words alone find it");
    assert_eq!(search.without_vectors(nowhere, "two").await.unwrap(), 0);
    // The model is changed: its vectors come, then the old ones go.
    db.embed(owner, "two", |text| vec![letters(text)[1], 1.0]).await;
    let near = search.by_meaning(all(owner), "two", &[9.0, 1.0], 1).await.unwrap();
    assert_eq!(near[0].position, 1);
    assert!(search.by_meaning(all(owner), "one", &letters("bb"), 5).await.unwrap().is_empty());
    let raw = db.raw().await;
    assert_eq!(column::<String>(&raw, "SELECT DISTINCT model FROM chunk_vectors").await, ["two"]);
}

async fn nothing_of_another_user_is_found(db: Database) {
    let (owner, stranger) = (db.user().await.id, db.user().await.id);
    let mine = db.document(owner, "mine", &["secret alpha"]).await;
    db.embed(owner, "m", letters).await;
    db.document(stranger, "theirs", &["secret beta", "secret"]).await;
    db.embed(stranger, "m", letters).await;
    let (documents, search) = (db.store.documents(), db.store.document_search());
    for found in [
        search.by_words(all(owner), "secret beta", 10).await.unwrap(),
        search.by_meaning(all(owner), "m", &letters("b"), 10).await.unwrap(),
    ] {
        assert_eq!(found.iter().map(|found| found.document_id).collect::<Vec<_>>(), [mine.id]);
    }
    let not_mine = Scope { owner: stranger, documents: Some(&[mine.id]) };
    assert!(search.by_words(not_mine, "secret", 10).await.unwrap().is_empty());
    assert!(search.by_meaning(not_mine, "m", &letters("a"), 10).await.unwrap().is_empty());
    assert_eq!(search.without_vectors(not_mine, "other").await.unwrap(), 0);
    assert!(search.passages(stranger, &[(mine.id, 0)]).await.unwrap().is_empty());
    assert!(search.beginning(stranger, mine.id, 999).await.unwrap().is_empty());
    assert!(documents.get_many(stranger, &[mine.id]).await.unwrap().is_empty());
    assert_eq!(documents.list(stranger, &DocumentFilter::default(), None, 10).await.unwrap().items.len(), 1);
    assert!(matches!(documents.get(stranger, mine.id).await, Err(StoreError::NotFound)));
    assert!(matches!(documents.text(stranger, mine.id).await, Err(StoreError::NotFound)));
    assert!(matches!(documents.rename(stranger, mine.id, "x").await, Err(StoreError::NotFound)));
    assert!(matches!(documents.delete(stranger, mine.id).await, Err(StoreError::NotFound)));
    let chat = db.chat(owner, None).await;
    let in_their_chat = NewDocument { chat_id: Some(chat), ..new(stranger, "x") };
    assert!(matches!(db.upload(in_their_chat).await, Err(StoreError::NotFound)));
}

async fn what_is_deleted_leaves_nothing(db: Database) {
    let owner = db.user().await.id;
    let documents = db.store.documents();
    let one = db.document(owner, "one", &["alpha", "beta"]).await;
    db.embed(owner, "m", letters).await;
    let same = |name| NewDocument { file_hash: one.file_hash.clone(), ..new(owner, name) };
    let twin = db.upload(same("twin")).await.unwrap();
    assert_eq!((one.file_id, twin.file_id), (one.id, one.id));
    assert_eq!(documents.storage(owner).await.unwrap().files, 1, "the same file counts once");
    documents.delete(owner, one.id).await.unwrap();
    let erased = async |owner, id| -> bool {
        let due = db.store.erasures().due(chrono::Utc::now(), 99).await.unwrap();
        due.iter().any(|erasure| erasure.place == FileKey::document(owner, id).as_str())
    };
    assert!(!erased(owner, one.id).await, "the twin has the file");
    assert!(erased(owner, twin.id).await, "its own is of no use");
    let raw = db.raw().await;
    for table in ["chunks", "chunk_vectors", "chunk_words"] {
        assert_eq!(column::<i64>(&raw, &format!("SELECT count(*) FROM {table}")).await, [0], "{table}");
    }
    let third = db.upload(same("third")).await.unwrap();
    assert_eq!(third.file_id, one.id);
    documents.delete(owner, third.id).await.unwrap();
    documents.delete(owner, twin.id).await.unwrap();
    assert!(erased(owner, one.id).await, "nobody has it any more");
    let stranger = db.user().await.id;
    let theirs = db.upload(NewDocument { user_id: stranger, ..same("theirs") }).await.unwrap();
    assert_eq!(theirs.file_id, theirs.id, "nobody shares a file with somebody else");
    documents.delete(stranger, theirs.id).await.unwrap();
    // With the account goes everything.
    db.document(owner, "last", &["gamma"]).await;
    db.embed(owner, "m", letters).await;
    db.store.users().delete(owner).await.unwrap();
    for table in ["documents", "chunks", "chunk_vectors", "chunk_words"] {
        assert_eq!(column::<i64>(&raw, &format!("SELECT count(*) FROM {table}")).await, [0], "{table}");
    }
}

async fn the_list_is_filtered_and_paged(db: Database) {
    let owner = db.user().await.id;
    let documents = db.store.documents();
    for name in ["Übersicht.pdf", "50%_off.txt", "plan.md"] {
        db.document(owner, name, &["x"]).await;
    }
    db.upload(new(owner, "plan B.md")).await.unwrap();
    let names = async |filter: DocumentFilter| -> Vec<String> {
        let page = documents.list(owner, &filter, None, 10).await.unwrap();
        page.items.into_iter().map(|document| document.display_name).collect()
    };
    let query = |text: &str| DocumentFilter { query: Some(text.to_owned()), ..DocumentFilter::default() };
    assert_eq!(names(query("PLAN")).await, ["plan B.md", "plan.md"]);
    assert_eq!(names(query("übers")).await, ["Übersicht.pdf"]);
    assert_eq!(names(query("%_o")).await, ["50%_off.txt"]);
    let waiting = DocumentFilter { status: Some(DocumentStatus::Processing), ..DocumentFilter::default() };
    assert_eq!(names(waiting).await, ["plan B.md"]);
    let first = documents.list(owner, &DocumentFilter::default(), None, 3).await.unwrap();
    let rest =
        documents.list(owner, &DocumentFilter::default(), first.next_cursor.as_deref(), 3).await.unwrap();
    assert_eq!((first.items.len(), rest.items.len(), rest.next_cursor), (3, 1, None));
    let storage = documents.storage(owner).await.unwrap();
    assert_eq!((storage.documents, storage.files, storage.bytes), (4, 4, 4_000));
    let renamed = documents.rename(owner, rest.items[0].id, "Overview").await.unwrap();
    assert_eq!((&*renamed.display_name, &*renamed.filename), ("Overview", "Übersicht.pdf"));
}

async fn turns_are_taken_between_people(db: Database) {
    let (many, few) = (db.user().await.id, db.user().await.id);
    for n in 0..3 {
        db.upload(new(many, &format!("{n}"))).await.unwrap();
    }
    db.upload(new(few, "one")).await.unwrap();
    let work = db.store.document_work();
    let first = work.claim("w", LEASE).await.unwrap().unwrap();
    let second = work.claim("w", LEASE).await.unwrap().unwrap();
    assert_eq!((first.user_id, second.user_id), (many, few));
}

both!(
    a_document_goes_its_way,
    who_lost_a_document_cannot_change_it,
    a_failed_document_can_be_read_again,
    words_find_passages_in_any_script,
    vectors_find_passages_and_models_do_not_meet,
    nothing_of_another_user_is_found,
    what_is_deleted_leaves_nothing,
    the_list_is_filtered_and_paged,
    turns_are_taken_between_people,
    what_a_dead_process_held_can_be_let_go_of,
);

async fn what_a_dead_process_held_can_be_let_go_of(db: Database) {
    let owner = db.user().await.id;
    for text in ["one", "two"] {
        db.upload(new(owner, text)).await.unwrap();
    }
    let work = db.store.document_work();
    let left = work.claim("serve-1", LEASE).await.unwrap().unwrap();
    let others = work.claim("worker-1", LEASE).await.unwrap().unwrap();
    assert!(work.claim("serve-2", LEASE).await.unwrap().is_none(), "both are held");
    assert_eq!(work.let_go_of("serve-").await.unwrap(), 1);
    let again = work.claim("serve-2", LEASE).await.unwrap().expect("it is free at once");
    assert_eq!((again.id, again.attempts), (left.id, 2), "the attempt counts");
    assert!(
        work.progress(others.hold(), "parse", 1, None, LEASE).await.unwrap(),
        "what others hold stays theirs"
    );
    assert_eq!(work.let_go_of("nobody-").await.unwrap(), 0);
}

/// A PostgreSQL that has no pgvector, made of one that has: the table as it would have been made.
async fn without_pgvector_the_same_is_found(db: Database) {
    if db.url.starts_with("sqlite") {
        return;
    }
    let raw = db.raw().await;
    raw.execute_unprepared("ALTER TABLE chunk_vectors ALTER COLUMN vector TYPE bytea USING NULL::bytea")
        .await
        .unwrap();
    assert_eq!(db.store.vector_support().await.unwrap(), VectorSupport::PgPlain);
    meaning(&db).await;
    // The extension has come: the next start turns the table and has the vectors made again.
    let later = connect(&db.url).await;
    later.migrate().await.unwrap();
    assert_eq!(later.vector_support().await.unwrap(), VectorSupport::PgVector);
    assert_eq!(column::<i64>(&raw, "SELECT count(*) FROM chunk_vectors").await, [0]);
    assert!(later.document_work().claim_to_embed("two", "w", LEASE).await.unwrap().is_some());
    later.close().await.unwrap();
}

#[test]
fn without_pgvector() {
    crate::common::on_postgres(without_pgvector_the_same_is_found);
}
