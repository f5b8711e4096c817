use std::time::Duration;

use futures::{FutureExt, StreamExt};
use kuma_queue::memory::{MemoryQueue, MemorySignals};
use kuma_queue::{Queue, Signal, Signals};
use kuma_types::JobId;

#[tokio::test]
async fn a_signal_reaches_the_runs_listeners_and_nobody_else() {
    let signals = MemorySignals::new();
    let (mine, other) = (JobId::new(), JobId::new());
    signals.send(mine, Signal::Cancel).await.unwrap();
    let mut a = signals.listen(mine).await.unwrap();
    let mut b = signals.listen(mine).await.unwrap();
    let mut c = signals.listen(other).await.unwrap();
    signals.send(mine, Signal::Cancel).await.unwrap();
    assert_eq!(a.next().await, Some(Signal::Cancel));
    assert_eq!(b.next().await, Some(Signal::Cancel));
    assert!(c.next().now_or_never().is_none());
    drop((a, b));
    let mut again = signals.listen(mine).await.unwrap();
    assert!(again.next().now_or_never().is_none(), "nothing is replayed");
}

#[tokio::test(start_paused = true)]
async fn ids_come_out_in_order_and_delayed_ones_when_due() {
    let queue = MemoryQueue::new();
    let (first, second, late) = (JobId::new(), JobId::new(), JobId::new());
    queue.publish(late, Some(Duration::from_secs(2))).await.unwrap();
    queue.publish(first, None).await.unwrap();
    queue.publish(second, None).await.unwrap();
    assert_eq!(queue.depth().await.unwrap(), 3);
    assert_eq!(queue.receive().await.unwrap().job, first);
    assert_eq!(queue.receive().await.unwrap().job, second);
    let before = tokio::time::Instant::now();
    let delivery = queue.receive().await.unwrap();
    assert_eq!(delivery.job, late);
    assert!(before.elapsed() >= Duration::from_secs(2), "the clock is virtual here");
    queue.acknowledge(&delivery).await.unwrap();
    assert_eq!(queue.depth().await.unwrap(), 0);
}
