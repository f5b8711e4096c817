//! What a server may say to Kuma without being asked.
//!
//! Progress goes to whoever waits for that call. Requests for a model's answer, for a person's input or for
//! folders get the protocol's polite no, which is what the library answers by itself: Kuma declares none of
//! these abilities.

use std::collections::{HashMap, VecDeque};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rmcp::ClientHandler;
use rmcp::model::{
    ClientCapabilities, ClientConfig, Implementation, ProgressNotificationParam, ProgressToken,
};
use rmcp::service::{NotificationContext, RoleClient};
use tokio::sync::mpsc;

use crate::bounds::line;

/// Lines that came before anybody asked for them.
const EARLY: usize = 32;

#[derive(Clone, Default)]
pub(crate) struct Handler {
    progress: Arc<Mutex<Progress>>,
    tools_changed: Arc<AtomicBool>,
}

#[derive(Default)]
struct Progress {
    waiting: HashMap<ProgressToken, mpsc::Sender<String>>,
    early: VecDeque<(ProgressToken, String)>,
}

impl Handler {
    /// The lines about one call, until this is dropped.
    pub(crate) fn follow(&self, token: &ProgressToken) -> Lines {
        let (sender, receiver) = mpsc::channel(EARLY);
        let mut progress = self.progress();
        progress.early.retain(|(of, text)| {
            // Full: the rest is not told; a result always is.
            *of != *token || sender.try_send(text.clone()).is_err()
        });
        progress.waiting.insert(token.clone(), sender);
        drop(progress);
        Lines { handler: self.clone(), token: token.clone(), receiver }
    }

    /// Whether the server said that its tools are others now, since this was asked last.
    pub(crate) fn take_tools_changed(&self) -> bool {
        self.tools_changed.swap(false, Ordering::Relaxed)
    }

    fn progress(&self) -> MutexGuard<'_, Progress> {
        self.progress.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn say(&self, of: ProgressToken, text: String) {
        let mut progress = self.progress();
        if let Some(sender) = progress.waiting.get(&of) {
            // Full: the rest is not told; a result always is.
            drop(sender.try_send(text));
            return;
        }
        if progress.early.len() == EARLY {
            progress.early.pop_front();
        }
        progress.early.push_back((of, text));
    }
}

impl ClientHandler for Handler {
    fn get_info(&self) -> ClientConfig {
        let own = Implementation::new("kuma", env!("CARGO_PKG_VERSION")).with_title("Kuma");
        ClientConfig::new(ClientCapabilities::default(), own)
    }

    async fn on_progress(&self, of: ProgressNotificationParam, _: NotificationContext<RoleClient>) {
        let message = of.message.as_deref().map(|text| line(text, 150)).filter(|text| !text.is_empty());
        let share = of.total.filter(|total| *total > 0.0).map(|total| of.progress / total * 100.0);
        let share =
            share.filter(|share| share.is_finite()).map(|share| format!("{:.0} %", share.clamp(0.0, 100.0)));
        let text = match (message, share) {
            (Some(message), Some(share)) => format!("{message} ({share})"),
            (Some(message), None) => message,
            (None, Some(share)) => share,
            (None, None) => return,
        };
        self.say(of.progress_token, text);
    }

    async fn on_tool_list_changed(&self, _: NotificationContext<RoleClient>) {
        self.tools_changed.store(true, Ordering::Relaxed);
    }
}

/// What a server says about one call while it works on it.
pub(crate) struct Lines {
    handler: Handler,
    token: ProgressToken,
    receiver: mpsc::Receiver<String>,
}

impl Lines {
    /// The next line. Never ends: the call does.
    pub(crate) async fn next(&mut self) -> String {
        match self.receiver.recv().await {
            Some(text) => text,
            None => std::future::pending().await,
        }
    }

    /// A line that is there already.
    pub(crate) fn try_next(&mut self) -> Option<String> {
        self.receiver.try_recv().ok()
    }
}

impl Drop for Lines {
    fn drop(&mut self) {
        self.handler.progress().waiting.remove(&self.token);
    }
}
