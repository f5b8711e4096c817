//! An answer ready to be sent: frames rendered beforehand and the moments between them, as an HTTP body.
//!
//! Thousands of these run at once in the benchmark, so a running body owns what it needs: no lock, one timer at most.

use crate::clock;
use crate::gate::Gate;
use crate::record::{Ending, Exchange};
use bytes::Bytes;
use hyper::body::{Body, Frame, SizeHint};
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll, ready};
use std::time::Duration;
use tokio::time::{Instant, Sleep};
use tokio_util::sync::PollSemaphore;

/// One thing a body does.
#[derive(Clone, Debug)]
pub(crate) enum Step {
    /// Hand these bytes over as one chunk.
    Send(Bytes),
    /// The same with the moment of sending written into it at this place.
    Stamp { frame: Bytes, at: usize },
    /// Wait for the gate, or for the next tick of the rate, before the next delta.
    Turn,
    /// Let what was handed over reach the socket first.
    Breathe,
    /// Wait.
    Pause(Duration),
    /// End the connection without an end of the body.
    Cut,
    /// Do nothing for ever.
    Hang,
}

/// The steps of an answer and what its turns wait for.
#[derive(Clone, Debug)]
pub(crate) struct Plan {
    pub steps: Arc<[Step]>,
    pub interval: Option<Duration>,
    pub gate: Option<Gate>,
}

/// A [`Plan`] on its way to a client.
pub(crate) struct PlanBody {
    steps: Arc<[Step]>,
    next: usize,
    gate: Option<AtGate>,
    interval: Option<Duration>,
    due: Option<Instant>,
    timer: Option<Pin<Box<Sleep>>>,
    armed: bool,
    breathing: bool,
    guard: Guard,
}

struct AtGate {
    gate: Gate,
    permits: PollSemaphore,
    waiting: bool,
}

/// Tells the record and the gate how it ended, however it ended.
struct Guard {
    exchange: Exchange,
    streams: Arc<AtomicUsize>,
    gate: Option<Gate>,
    ending: Ending,
}

impl Drop for Guard {
    fn drop(&mut self) {
        self.streams.fetch_sub(1, Ordering::Relaxed);
        self.exchange.end(self.ending);
        if let Some(gate) = &self.gate {
            gate.note(|s| match self.ending {
                Ending::Finished => s.finished += 1,
                Ending::Disconnected => s.disconnected += 1,
                Ending::Cut => {}
            });
        }
    }
}

impl PlanBody {
    pub(crate) fn new(plan: Plan, exchange: Exchange, streams: &Arc<AtomicUsize>) -> Self {
        streams.fetch_add(1, Ordering::Relaxed);
        if let Some(gate) = &plan.gate {
            gate.note(|s| s.attached += 1);
        }
        let gate = plan.gate.clone().map(|gate| AtGate {
            permits: PollSemaphore::new(gate.permits()),
            gate,
            waiting: false,
        });
        let guard =
            Guard { exchange, streams: Arc::clone(streams), gate: plan.gate, ending: Ending::Disconnected };
        Self {
            steps: plan.steps,
            next: 0,
            gate,
            interval: plan.interval,
            due: None,
            timer: None,
            armed: false,
            breathing: false,
            guard,
        }
    }

    fn advance(&mut self) {
        self.next += 1;
        if self.next >= self.steps.len() {
            self.guard.ending = Ending::Finished;
        }
    }

    fn poll_turn(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        if let Some(at) = &mut self.gate {
            return at.poll_pass(cx);
        }
        let Some(interval) = self.interval else { return Poll::Ready(()) };
        let due = *self.due.get_or_insert_with(Instant::now);
        if due > Instant::now() {
            ready!(self.poll_until(due, cx));
        }
        self.due = Some(due + interval);
        Poll::Ready(())
    }

    fn poll_until(&mut self, due: Instant, cx: &mut Context<'_>) -> Poll<()> {
        let timer = self.timer.get_or_insert_with(|| Box::pin(tokio::time::sleep_until(due)));
        if !self.armed {
            timer.as_mut().reset(due);
            self.armed = true;
        }
        ready!(timer.as_mut().poll(cx));
        self.armed = false;
        Poll::Ready(())
    }
}

impl AtGate {
    fn poll_pass(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        let polled = self.permits.poll_acquire(cx);
        let waited = self.waiting;
        self.waiting = polled.is_pending();
        match polled {
            Poll::Pending => {
                if !waited {
                    self.gate.note(|s| s.waiting += 1);
                }
                Poll::Pending
            }
            Poll::Ready(permit) => {
                // A closed semaphore is an open gate.
                if let Some(permit) = permit {
                    permit.forget();
                }
                self.gate.note(|s| {
                    s.passed += 1;
                    s.waiting -= usize::from(waited);
                });
                Poll::Ready(())
            }
        }
    }
}

impl Drop for AtGate {
    fn drop(&mut self) {
        if self.waiting {
            self.gate.note(|s| s.waiting -= 1);
        }
    }
}

impl Body for PlanBody {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, io::Error>>> {
        let this = &mut *self;
        loop {
            let Some(step) = this.steps.get(this.next) else { return Poll::Ready(None) };
            match step {
                Step::Send(bytes) => {
                    let bytes = bytes.clone();
                    this.advance();
                    return Poll::Ready(Some(Ok(Frame::data(bytes))));
                }
                Step::Stamp { frame, at } => {
                    let bytes = clock::stamped(frame, *at);
                    this.advance();
                    return Poll::Ready(Some(Ok(Frame::data(bytes))));
                }
                Step::Turn => ready!(this.poll_turn(cx)),
                Step::Breathe if this.breathing => this.breathing = false,
                Step::Breathe => {
                    // hyper writes out what it has when the body has nothing ready.
                    this.breathing = true;
                    cx.waker().wake_by_ref();
                    return Poll::Pending;
                }
                Step::Pause(duration) => {
                    let due = Instant::now() + *duration;
                    ready!(this.poll_until(due, cx));
                }
                Step::Cut => {
                    this.guard.ending = Ending::Cut;
                    return Poll::Ready(Some(Err(io::Error::other("the script cuts the connection here"))));
                }
                Step::Hang => return Poll::Pending,
            }
            this.advance();
        }
    }

    fn is_end_stream(&self) -> bool {
        self.next >= self.steps.len()
    }

    fn size_hint(&self) -> SizeHint {
        match &*self.steps {
            [Step::Send(only)] if self.next == 0 => SizeHint::with_exact(only.len() as u64),
            _ => SizeHint::default(),
        }
    }
}
