//! Many at once.

use std::collections::HashSet;
use std::sync::Arc;

use futures::future::join_all;
use kuma_store::{Checkpoint, Claim, NewRun, NewUser, Role, Store, StoreError, Submitted};
use kuma_types::{ChatId, JobId, UserId};
use sea_orm::{ConnectionTrait as _, DbBackend, Statement, TransactionTrait as _};

use crate::common::{Database, LEASE, both, column, connect, finished, run};

both!(
    one_of_many_first_accounts_is_the_admin,
    one_key_gives_one_run,
    one_of_many_claimers_gets_the_job,
    one_run_of_a_chat_is_at_work,
    a_user_never_has_more_runs_at_work_than_allowed,
    the_line_never_gets_longer_than_allowed,
    one_of_many_ends_counts,
    many_writers_are_never_turned_away,
    runs_end_while_their_chats_and_owners_are_deleted,
    a_checkpoint_of_many_waits_for_nobody,
    a_call_that_is_given_up_leaves_nothing_half_done,
);

/// Two stores on one database, as two servers have.
async fn servers(db: &Database) -> [Store; 2] {
    [db.store.clone(), connect(&db.url).await]
}

async fn close(servers: [Store; 2]) {
    servers[1].close().await.unwrap();
}

async fn one_of_many_first_accounts_is_the_admin(db: Database) {
    let servers = servers(&db).await;
    let signups = (0..50).map(|n| {
        let store = servers[n % 2].clone();
        tokio::spawn(async move {
            let new = NewUser {
                id: UserId::new(),
                email: format!("{n}@example.org"),
                name: String::new(),
                password: "hash".to_owned(),
                role: None,
            };
            store.users().create(new).await.unwrap().role
        })
    });
    let roles: Vec<Role> = join_all(signups).await.into_iter().map(Result::unwrap).collect();
    assert_eq!(roles.iter().filter(|role| **role == Role::Admin).count(), 1);
    assert_eq!(db.store.users().count().await.unwrap(), 50);
    close(servers).await;
}

async fn one_key_gives_one_run(db: Database) {
    let servers = servers(&db).await;
    let owner = db.user().await.id;
    let chat = db.chat(owner, None).await;
    let submissions = (0..16).map(|n| {
        let store = servers[n % 2].clone();
        tokio::spawn(async move {
            let key = Some(("key".to_owned(), "hash".to_owned()));
            store.jobs().submit(NewRun { idempotency_key: key, ..run(owner, chat, "once") }).await.unwrap()
        })
    });
    let submitted: Vec<Submitted> = join_all(submissions).await.into_iter().map(Result::unwrap).collect();
    assert_eq!(submitted.iter().filter(|one| matches!(one, Submitted::New(_))).count(), 1);
    let ids: HashSet<JobId> = submitted.into_iter().map(|one| one.into_job().id).collect();
    assert_eq!(ids.len(), 1);
    assert_eq!(column::<i64>(&db.raw().await, "SELECT count(*) FROM messages").await, [2]);
    close(servers).await;
}

async fn one_of_many_claimers_gets_the_job(db: Database) {
    let servers = servers(&db).await;
    let owner = db.user().await.id;
    for _ in 0..5 {
        let chat = db.chat(owner, None).await;
        let job = db.ask(owner, chat, "a").await.id;
        let claims = claim_all(&servers, (0..8).map(|_| job), u32::MAX).await;
        let winners: Vec<&Claim> = claims.iter().filter(|claim| matches!(claim, Claim::Claimed(_))).collect();
        assert_eq!(winners.len(), 1, "{claims:?}");
        assert_eq!(claims.iter().filter(|claim| **claim == Claim::Gone).count(), 7);
        assert_eq!(db.store.jobs().get_any(job).await.unwrap().epoch, 1);
    }
    close(servers).await;
}

async fn one_run_of_a_chat_is_at_work(db: Database) {
    let servers = servers(&db).await;
    let owner = db.user().await.id;
    let chat = db.chat(owner, None).await;
    let mut jobs = Vec::new();
    for n in 0..6 {
        jobs.push(db.ask(owner, chat, &n.to_string()).await.id);
    }
    // Whoever asks, they are taken in their order, one at a time.
    for expected in jobs.clone() {
        let claims = claim_all(&servers, jobs.iter().rev().copied(), u32::MAX).await;
        let taken: Vec<_> = claims
            .iter()
            .filter_map(|claim| if let Claim::Claimed(job) = claim { Some(job) } else { None })
            .collect();
        assert_eq!(taken.iter().map(|job| job.id).collect::<Vec<_>>(), [expected]);
        db.store.jobs().finish(finished(taken[0], "done")).await.unwrap();
    }
    close(servers).await;
}

async fn a_user_never_has_more_runs_at_work_than_allowed(db: Database) {
    let servers = servers(&db).await;
    let owner = db.user().await.id;
    let mut jobs = Vec::new();
    for _ in 0..12 {
        let chat = db.chat(owner, None).await;
        jobs.push(db.ask(owner, chat, "a").await.id);
    }
    let claims = claim_all(&servers, jobs.into_iter(), 5).await;
    assert_eq!(claims.iter().filter(|claim| matches!(claim, Claim::Claimed(_))).count(), 5);
    assert_eq!(claims.iter().filter(|claim| **claim == Claim::Waits).count(), 7);
    close(servers).await;
}

async fn claim_all(servers: &[Store; 2], jobs: impl Iterator<Item = JobId>, most: u32) -> Vec<Claim> {
    let claims = jobs.enumerate().map(|(n, job)| {
        let store = servers[n % 2].clone();
        tokio::spawn(
            async move { store.jobs().claim_within(job, &format!("w{n}"), LEASE, most).await.unwrap() },
        )
    });
    join_all(claims.collect::<Vec<_>>()).await.into_iter().map(Result::unwrap).collect()
}

async fn the_line_never_gets_longer_than_allowed(db: Database) {
    let servers = servers(&db).await;
    let owner = db.user().await.id;
    let mut chats: Vec<ChatId> = Vec::new();
    for _ in 0..4 {
        chats.push(db.chat(owner, None).await);
    }
    let submissions = (0..20).map(|n| {
        let (store, chat) = (servers[n % 2].clone(), chats[n % 4]);
        tokio::spawn(
            async move { store.jobs().submit(NewRun { max_queued: 7, ..run(owner, chat, "a") }).await },
        )
    });
    let submitted = join_all(submissions.collect::<Vec<_>>()).await;
    let (accepted, refused): (Vec<_>, Vec<_>) =
        submitted.into_iter().map(Result::unwrap).partition(Result::is_ok);
    assert_eq!(accepted.len(), 7);
    assert!(refused.iter().all(|error| matches!(error, Err(StoreError::QueueFull))), "{refused:?}");
    close(servers).await;
}

async fn one_of_many_ends_counts(db: Database) {
    let servers = servers(&db).await;
    let owner = db.user().await.id;
    let chat = db.chat(owner, None).await;
    let job = db.ask(owner, chat, "a").await;
    let job = Arc::new(db.claim(&job).await);
    let ends = (0..8).map(|n| {
        let (store, job) = (servers[n % 2].clone(), Arc::clone(&job));
        tokio::spawn(async move { store.jobs().finish(finished(&job, &n.to_string())).await.unwrap() })
    });
    let ends: Vec<_> =
        join_all(ends.collect::<Vec<_>>()).await.into_iter().filter_map(Result::unwrap).collect();
    assert_eq!(ends.len(), 1);
    assert_eq!(db.store.messages().get(owner, chat, job.assistant_message_id).await.unwrap(), ends[0]);
    close(servers).await;
}

async fn many_writers_are_never_turned_away(db: Database) {
    let servers = servers(&db).await;
    let owner = db.user().await.id;
    let writers = (0..64).map(|n| {
        let store = servers[n % 2].clone();
        tokio::spawn(async move {
            let new = |title| kuma_store::NewChat {
                id: ChatId::new(),
                user_id: owner,
                title: Some(title),
                agent_type: "router".to_owned(),
            };
            for turn in 0..5 {
                let chat = store.chats().create(new(format!("chat {n} {turn}"))).await?;
                let job = store.jobs().submit(run(owner, chat.id, "x").unlimited()).await?.into_job();
                let Claim::Claimed(job) = store.jobs().claim(job.id, "w", LEASE).await? else {
                    panic!("nobody else wants it")
                };
                store.jobs().finish(finished(&job, "y")).await?.expect("the run is held");
                store.chats().get(owner, chat.id).await?;
            }
            Ok::<_, StoreError>(())
        })
    });
    for outcome in join_all(writers.collect::<Vec<_>>()).await {
        outcome.unwrap().unwrap();
    }
    assert_eq!(db.store.stats().await.unwrap().messages, 64 * 5 * 2);
    close(servers).await;
}

async fn runs_end_while_their_chats_and_owners_are_deleted(db: Database) {
    let servers = servers(&db).await;
    for round in 0..6 {
        let owner = db.user().await.id;
        let mut jobs = Vec::new();
        for _ in 0..12 {
            let chat = db.chat(owner, None).await;
            let job = db.ask(owner, chat, "a").await;
            jobs.push(db.claim(&job).await);
        }
        let checkpoints: Vec<Checkpoint> = jobs
            .iter()
            .map(|job| Checkpoint {
                job_id: job.id,
                epoch: job.epoch,
                message_id: job.assistant_message_id,
                content: "so far".to_owned(),
                reasoning: None,
            })
            .collect();
        // The runs end in another order than they are deleted in.
        let ends: Vec<_> = jobs.iter().rev().map(|job| finished(job, "b")).collect();
        let chats: Vec<ChatId> = jobs.iter().map(|job| job.chat_id).collect();
        let [first, second] = servers.clone();
        let deleter = second.clone();
        let saves = tokio::spawn(async move { first.messages().checkpoint(&checkpoints).await });
        let finishes = tokio::spawn(async move { second.jobs().finish_many(ends).await });
        let removal = tokio::spawn(async move {
            if round % 2 == 0 {
                return deleter.users().delete(owner).await;
            }
            for chat in chats {
                deleter.chats().delete(owner, chat).await?;
            }
            Ok(())
        });
        saves.await.unwrap().unwrap();
        assert_eq!(finishes.await.unwrap().unwrap().len(), 12);
        removal.await.unwrap().unwrap();
        let raw = db.raw().await;
        for table in ["messages", "message_jobs", "job_events"] {
            assert_eq!(column::<i64>(&raw, &format!("SELECT count(*) FROM {table}")).await, [0], "{table}");
        }
    }
    close(servers).await;
}

/// Whoever ends many runs holds many messages. A checkpoint that waited for one of them while it held
/// another would be half of a deadlock, which PostgreSQL only finds after a second.
async fn a_checkpoint_of_many_waits_for_nobody(db: Database) {
    let owner = db.user().await.id;
    let mut checkpoints = Vec::new();
    for _ in 0..3 {
        let chat = db.chat(owner, None).await;
        let job = db.ask(owner, chat, "a").await;
        let job = db.claim(&job).await;
        checkpoints.push(Checkpoint {
            job_id: job.id,
            epoch: job.epoch,
            message_id: job.assistant_message_id,
            content: "so far".to_owned(),
            reasoning: None,
        });
    }
    let raw = db.raw().await;
    let is_postgres = raw.get_database_backend() == DbBackend::Postgres;
    let ending = raw.begin().await.unwrap();
    if is_postgres {
        let lock = "UPDATE messages SET status = status WHERE id = $1";
        let held = [checkpoints[1].message_id.0.into()];
        ending.execute_raw(Statement::from_sql_and_values(DbBackend::Postgres, lock, held)).await.unwrap();
    }
    let kept = db.store.messages().checkpoint(&checkpoints).await.unwrap();
    let busy = kept.contains(&checkpoints[1].message_id);
    assert_eq!((kept.len(), busy), if is_postgres { (2, false) } else { (3, true) });
    ending.rollback().await.unwrap();
    // The next one brings it.
    assert_eq!(db.store.messages().checkpoint(&checkpoints).await.unwrap().len(), 3);
}

async fn a_call_that_is_given_up_leaves_nothing_half_done(db: Database) {
    let owner = db.user().await.id;
    let chat = db.chat(owner, None).await;
    // Like a client that goes away: the call is dropped somewhere on its way.
    for step in 0..60 {
        let patience = std::time::Duration::from_micros(step * 100);
        let jobs = db.store.jobs();
        match tokio::time::timeout(patience, jobs.submit(run(owner, chat, "x").unlimited())).await {
            Ok(submitted) => drop(submitted.unwrap()),
            Err(_given_up) => {}
        }
    }
    // The writer is free, and every run that was written is whole.
    let last = db.store.jobs().submit(run(owner, chat, "last").unlimited()).await.unwrap().into_job();
    let raw = db.raw().await;
    let jobs = column::<i64>(&raw, "SELECT count(*) FROM message_jobs").await[0];
    assert_eq!(column::<i64>(&raw, "SELECT count(*) FROM messages").await, [jobs * 2]);
    let active = db.store.chats().get(owner, chat).await.unwrap().active_message_id;
    assert_eq!(active, Some(last.assistant_message_id));
}

trait Unlimited {
    fn unlimited(self) -> Self;
}

impl Unlimited for NewRun {
    fn unlimited(self) -> Self {
        Self { max_queued: u32::MAX, ..self }
    }
}
