//! The line in front of the processor: so many generations at once, the others wait their turn.
//!
//! One gate serves all models of a provider, because they share the cores. First come, first served;
//! whoever waits is told each time their place changes, and leaves the line by being dropped.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::watch;

/// Where somebody stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// In line, from 1.
    Waiting(u32),
    /// May work now.
    Running,
}

pub(super) struct Gate {
    line: Mutex<Line>,
    max_waiting: usize,
}

struct Line {
    free: usize,
    next_id: u64,
    waiting: VecDeque<(u64, watch::Sender<Place>)>,
}

/// A place at the gate, waiting or running; given up when dropped.
pub(super) struct Ticket {
    gate: Arc<Gate>,
    id: u64,
    place: watch::Receiver<Place>,
}

/// The line is as long as it may be.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct LineFull;

impl Gate {
    pub(super) fn new(slots: usize, max_waiting: usize) -> Arc<Self> {
        let line = Line { free: slots.max(1), next_id: 0, waiting: VecDeque::new() };
        Arc::new(Self { line: Mutex::new(line), max_waiting })
    }

    /// Takes a free slot or the last place in line.
    pub(super) fn enter(self: &Arc<Self>) -> Result<Ticket, LineFull> {
        let mut line = self.line();
        let id = line.next_id;
        line.next_id += 1;
        let place = if line.free > 0 {
            line.free -= 1;
            watch::channel(Place::Running).1
        } else {
            if line.waiting.len() >= self.max_waiting {
                return Err(LineFull);
            }
            let (tell, place) = watch::channel(Place::Waiting(line.waiting.len() as u32 + 1));
            line.waiting.push_back((id, tell));
            place
        };
        Ok(Ticket { gate: Arc::clone(self), id, place })
    }

    /// How many wait.
    pub(super) fn waiting(&self) -> usize {
        self.line().waiting.len()
    }

    fn leave(&self, id: u64) {
        let mut line = self.line();
        if let Some(at) = line.waiting.iter().position(|(waiting, _)| *waiting == id) {
            line.waiting.remove(at);
        } else if let Some((_, tell)) = line.waiting.pop_front() {
            // The slot goes from hand to hand. Its new holder may be gone already, in which case its
            // ticket, dropped a moment later, no longer finds itself in line and passes the slot on.
            tell.send_replace(Place::Running);
        } else {
            line.free += 1;
        }
        for (at, (_, tell)) in line.waiting.iter().enumerate() {
            tell.send_if_modified(|place| {
                let new = Place::Waiting(at as u32 + 1);
                std::mem::replace(place, new) != new
            });
        }
    }

    fn line(&self) -> MutexGuard<'_, Line> {
        self.line.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Ticket {
    /// The place now.
    pub(super) fn place(&mut self) -> Place {
        *self.place.borrow_and_update()
    }

    /// Waits until the place is another one.
    pub(super) async fn changed(&mut self) -> Place {
        // The sender is gone only after it said `Running`, which is then the answer.
        let _ = self.place.changed().await;
        self.place()
    }
}

impl Drop for Ticket {
    fn drop(&mut self) {
        self.gate.leave(self.id);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_line_moves_up_in_order() {
        let gate = Gate::new(1, 8);
        let mut first = gate.enter().unwrap();
        let mut second = gate.enter().unwrap();
        let mut third = gate.enter().unwrap();
        assert_eq!(first.place(), Place::Running);
        assert_eq!((second.place(), third.place()), (Place::Waiting(1), Place::Waiting(2)));
        drop(first);
        assert_eq!(second.changed().await, Place::Running);
        assert_eq!(third.changed().await, Place::Waiting(1));
        drop(second);
        assert_eq!(third.changed().await, Place::Running);
        drop(third);
        assert_eq!(gate.enter().unwrap().place(), Place::Running);
    }

    #[tokio::test]
    async fn who_leaves_the_line_takes_no_slot_with_them() {
        let gate = Gate::new(2, 8);
        let running = [gate.enter().unwrap(), gate.enter().unwrap()];
        let impatient = gate.enter().unwrap();
        let mut patient = gate.enter().unwrap();
        assert_eq!(patient.place(), Place::Waiting(2));
        drop(impatient);
        assert_eq!(patient.changed().await, Place::Waiting(1));
        drop(running);
        assert_eq!(patient.changed().await, Place::Running);
        let mut other = gate.enter().unwrap();
        assert_eq!(other.place(), Place::Running);
        assert!(matches!(gate.enter().unwrap().place(), Place::Waiting(1)));
    }

    #[tokio::test]
    async fn a_slot_given_to_somebody_who_is_gone_is_passed_on() {
        let gate = Gate::new(1, 8);
        let running = gate.enter().unwrap();
        let gone = gate.enter().unwrap();
        let mut next = gate.enter().unwrap();
        drop(running);
        drop(gone);
        assert_eq!(next.changed().await, Place::Running);
    }

    #[test]
    fn the_line_has_an_end() {
        let gate = Gate::new(1, 2);
        let _held: Vec<_> = (0..3).map(|_| gate.enter().unwrap()).collect();
        assert_eq!(gate.enter().err(), Some(LineFull));
        assert_eq!(gate.waiting(), 2);
    }
}
