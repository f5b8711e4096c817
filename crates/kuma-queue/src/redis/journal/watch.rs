//! A look, now and then, at the journals that are followed here: whatever was said on a channel and
//! not heard is noticed within a second, and so is a journal that is gone.

use std::sync::{Arc, Weak};

use redis::Cmd;
use tokio::time::Instant;

use super::Inner;
use super::feed::{Feed, State, Trouble};

/// Looks until the journal is gone.
pub(super) async fn keep_looking(inner: Weak<Inner>) {
    let Some((every, look)) = inner.upgrade().map(|inner| (inner.options.check_every, inner.look.clone()))
    else {
        return;
    };
    let mut away_since = None;
    loop {
        tokio::select! {
            () = look.notified() => {}
            () = tokio::time::sleep(every) => {}
        }
        let Some(inner) = inner.upgrade() else { return };
        let feeds = inner.feeds.all();
        let answered = inner.look_at(&feeds).await;
        let since = if answered { None } else { Some(away_since.unwrap_or_else(Instant::now)) };
        away_since = since;
        if since.is_some_and(|since| since.elapsed() > inner.options.away_within) {
            for feed in &feeds {
                feed.give_up(Trouble::Away);
            }
        }
        for feed in feeds.iter().filter(|feed| feed.progress.borrow().trouble != Trouble::None) {
            // Whoever follows next begins anew.
            inner.feeds.retire(feed.job, feed);
        }
    }
}

impl Inner {
    /// Whether Redis answered.
    async fn look_at(&self, feeds: &[Arc<Feed>]) -> bool {
        for part in feeds.chunks(512) {
            let commands: Vec<Vec<Cmd>> =
                part.iter().map(|feed| vec![self.state_command(feed.job)]).collect();
            let before: Vec<_> = part.iter().map(|feed| feed.known()).collect();
            let Ok(answers) = self.link.batch(&commands).await else { return false };
            for ((feed, before), answer) in part.iter().zip(before).zip(answers.into_iter().flatten()) {
                type Answer = (Option<u64>, Option<String>, Option<u64>);
                let Ok(answer) = answer.and_then(|value| Ok(redis::from_redis_value::<Answer>(value)?))
                else {
                    return false;
                };
                let (last, closed, _) = answer;
                let state = last.map(|last| State { last, closed: closed.is_some() });
                feed.looked(before, state, self.options.heal_within);
            }
        }
        true
    }
}
