//! Any order of appends, readers and ends gives every reader 1 to n.

use kuma_queue::Journal;
use kuma_types::JobId;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

use crate::world::{World, chunk, counted, done, numbers, read_all, rest, soon, text};

#[derive(Clone, Debug)]
enum Step {
    /// So many events by the writer with this number.
    Append(usize, usize),
    /// A reader in this process comes, who has seen this part of what there is.
    Follow(usize, f64),
    /// The run gets a new owner.
    TakeOver(usize),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        4 => (0usize..2, 0usize..5).prop_map(|(who, count)| Step::Append(who, count)),
        2 => (0usize..2, 0f64..=1.0).prop_map(|(at, part)| Step::Follow(at, part)),
        1 => (0usize..2).prop_map(Step::TakeOver),
    ];
    prop::collection::vec(step, 1..30)
}

async fn holds(journals: &[std::sync::Arc<dyn Journal>; 2], steps: Vec<Step>) {
    let job = JobId::new();
    journals[0].open(job).await.unwrap();
    let (mut owner, mut epoch, mut count) = (0, 1, 0u64);
    let mut readers = Vec::new();
    for step in steps {
        match step {
            Step::Append(who, size) => {
                let events: Vec<_> = (1..=size as u64).map(|n| chunk(format!("{} ", count + n))).collect();
                // The one that lost the run is refused, once there is another.
                let epoch = if who == owner { epoch } else { epoch - 1 };
                match journals[who].append(job, epoch, events).await {
                    Ok(last) => {
                        count += size as u64;
                        assert_eq!(last, count);
                    }
                    Err(error) => assert!(who != owner, "{error}"),
                }
            }
            Step::Follow(at, part) => {
                let after = (count as f64 * part) as u64;
                let stream = journals[at].follow(job, after).await.unwrap().expect("known run");
                readers.push((after, tokio::spawn(rest(stream))));
            }
            Step::TakeOver(who) => {
                owner = who;
                epoch += 1;
                // A new owner says so first.
                count += 1;
                let first = journals[who].append(job, epoch, vec![chunk(format!("{count} "))]).await.unwrap();
                assert_eq!(first, count);
            }
        }
    }
    journals[owner].append(job, epoch, vec![done()]).await.unwrap();
    let expected = counted(count);
    let all = read_all(&*journals[1 - owner], job, 0).await;
    assert_eq!(text(&all), expected);
    for (after, reader) in readers {
        let read = soon(reader).await.unwrap().unwrap();
        assert_eq!(numbers(&read), (after + 1..=count + 1).collect::<Vec<_>>());
        assert_eq!(read, all[after as usize..]);
    }
}

fn check(world: &World, cases: u32) {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let journals = runtime.block_on(async { [world.journal().await, world.journal().await] });
    let config = Config { cases, failure_persistence: None, ..Config::default() };
    TestRunner::new(config)
        .run(&steps(), |steps| {
            runtime.block_on(holds(&journals, steps));
            Ok(())
        })
        .unwrap();
}

#[test]
fn every_reader_gets_one_to_n_in_memory() {
    check(&World::memory(), 256);
}

#[test]
fn every_reader_gets_one_to_n_on_redis() {
    check(&World::redis(), 64);
}
