//! The same promises on a Redis Cluster of three nodes.

use std::time::Duration;

use crate::server::Server;
use crate::world::{World, until};
use crate::{journal, queue, signals};

/// Three nodes that know each other and share the slots.
async fn cluster() -> Vec<Server> {
    let mut nodes = Vec::new();
    for _ in 0..3 {
        nodes.push(Server::start_node().await);
    }
    for (n, node) in nodes.iter().enumerate() {
        let (from, to) = ([0, 5_461, 10_923][n], [5_460, 10_922, 16_383][n]);
        let mut raw = node.raw().await;
        redis::cmd("CLUSTER").arg("ADDSLOTSRANGE").arg(from).arg(to).exec_async(&mut raw).await.unwrap();
        for other in &nodes {
            let mut meet = redis::cmd("CLUSTER");
            meet.arg("MEET").arg("127.0.0.1").arg(other.port()).exec_async(&mut raw).await.unwrap();
        }
    }
    for node in &nodes {
        let mut raw = node.raw().await;
        until(async || {
            let info: String = redis::cmd("CLUSTER").arg("INFO").query_async(&mut raw).await.unwrap();
            info.contains("cluster_state:ok")
                && info.contains("cluster_known_nodes:3")
                && info.contains("cluster_slots_ok:16384")
        })
        .await;
    }
    nodes
}

#[tokio::test(flavor = "multi_thread")]
async fn the_promises_hold_on_a_cluster() {
    let nodes = cluster().await;
    let addresses: Vec<String> = nodes.iter().map(|node| format!("127.0.0.1:{}", node.port())).collect();
    let url = format!("redis+cluster://{}", addresses.join(","));
    let world = || World::at(&url);
    journal::readers_at_any_time_see_every_number_once(world()).await;
    journal::a_writer_that_lost_its_run_cannot_append(world()).await;
    journal::forgetting_ends_no_reader_early(world()).await;
    journal::a_run_that_was_over_goes_on(world()).await;
    journal::what_was_lost_is_brought_back(world()).await;
    journal::many_writers_of_one_process_leave_no_gap(world()).await;
    journal::a_slow_reader_holds_nobody_up(world()).await;
    journal::a_reader_that_leaves_disturbs_nobody(world()).await;
    journal::whoever_takes_a_run_over_knows_it_all(world()).await;
    queue::ids_come_out_in_order(world()).await;
    queue::delayed_ids_come_when_they_are_due(world()).await;
    queue::two_workers_get_each_job_once(world()).await;
    queue::a_job_waits_once(world()).await;
    queue::a_call_that_is_given_up_loses_nothing(world()).await;
    queue::what_is_given_up_is_kept_once(world()).await;
    queue::the_queue_knows_how_full_it_is(world()).await;
    queue::a_worker_that_leaves_receives_no_more(world()).await;
    signals::a_signal_reaches_the_runs_listeners_and_nobody_else(world()).await;
    signals::listeners_come_and_go(world()).await;
    assert!(world().process().await.ping().await.unwrap() < Duration::from_secs(5));
}
