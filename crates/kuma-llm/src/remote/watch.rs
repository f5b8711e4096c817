//! The deadlines of a stream.

use std::pin::Pin;
use std::task::{Context, Poll, ready};

use tokio::time::{Instant, Sleep, sleep};

use super::Deadlines;
use crate::map_error::ErrorMapper;
use crate::{ModelError, ModelErrorKind};

/// Runs out when a provider stays silent for too long.
///
/// Thousands of streams bring tens of thousands of pieces a second, so a piece only writes down the
/// new deadline; the timer finds that out when it fires, and sleeps on.
pub(super) struct Watch {
    timer: Pin<Box<Sleep>>,
    deadline: Instant,
    deadlines: Deadlines,
    begun: bool,
}

impl Watch {
    /// Starts with the request.
    pub(super) fn new(deadlines: Deadlines) -> Self {
        Self {
            timer: Box::pin(sleep(deadlines.first_byte)),
            deadline: Instant::now() + deadlines.first_byte,
            deadlines,
            begun: false,
        }
    }

    /// Something came.
    pub(super) fn alive(&mut self) {
        self.deadline = Instant::now() + self.deadlines.idle;
        if !self.begun {
            self.begun = true;
            self.timer.as_mut().reset(self.deadline);
        }
    }

    /// Ready with the error when the time is over. Asked whenever nothing has come; `has_moved` tells
    /// of signs of life that brought no event.
    pub(super) fn poll(
        &mut self,
        cx: &mut Context<'_>,
        errors: &ErrorMapper,
        has_moved: impl Fn() -> bool,
    ) -> Poll<ModelError> {
        loop {
            ready!(self.timer.as_mut().poll(cx));
            if has_moved() {
                self.alive();
            }
            if Instant::now() >= self.deadline {
                let message = if self.begun {
                    format!(
                        "nothing came for {} seconds in the middle of the answer",
                        self.deadlines.idle.as_secs()
                    )
                } else {
                    format!("no answer began within {} seconds", self.deadlines.first_byte.as_secs())
                };
                return Poll::Ready(errors.new_error(ModelErrorKind::TimedOut, &message));
            }
            self.timer.as_mut().reset(self.deadline);
        }
    }
}
