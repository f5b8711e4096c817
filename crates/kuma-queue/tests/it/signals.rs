//! Signals.

use futures::{FutureExt, StreamExt};
use kuma_queue::Signal;
use kuma_types::JobId;

use crate::world::{World, both, soon};

both!(a_signal_reaches_the_runs_listeners_and_nobody_else, listeners_come_and_go);

pub(crate) async fn a_signal_reaches_the_runs_listeners_and_nobody_else(world: World) {
    let (here, there) = (world.signals().await, world.signals().await);
    let (mine, other) = (JobId::new(), JobId::new());
    here.send(mine, Signal::Cancel).await.unwrap();
    let mut a = here.listen(mine).await.unwrap();
    let mut b = there.listen(mine).await.unwrap();
    let mut c = there.listen(other).await.unwrap();
    there.send(mine, Signal::Decided).await.unwrap();
    assert_eq!(soon(a.next()).await, Some(Signal::Decided), "nothing is replayed");
    assert_eq!(soon(b.next()).await, Some(Signal::Decided));
    here.send(other, Signal::Cancel).await.unwrap();
    assert_eq!(soon(c.next()).await, Some(Signal::Cancel));
    assert!(a.next().now_or_never().is_none() && b.next().now_or_never().is_none());
}

pub(crate) async fn listeners_come_and_go(world: World) {
    let (here, there) = (world.signals().await, world.signals().await);
    let job = JobId::new();
    for _ in 0..30 {
        // The one before is leaving while the next one comes.
        let mut listener = here.listen(job).await.unwrap();
        there.send(job, Signal::Cancel).await.unwrap();
        assert_eq!(soon(listener.next()).await, Some(Signal::Cancel));
    }
    let many: Vec<JobId> = (0..300).map(|_| JobId::new()).collect();
    let mut listeners = Vec::new();
    for job in &many {
        listeners.push(here.listen(*job).await.unwrap());
    }
    for job in &many {
        there.send(*job, Signal::Decided).await.unwrap();
    }
    for mut listener in listeners {
        assert_eq!(soon(listener.next()).await, Some(Signal::Decided));
    }
}
