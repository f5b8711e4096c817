//! What Kuma remembers of people: kept when somebody says it, recalled when it helps, shown and forgotten
//! at will.
//!
//! - [`service`] is the port ([`kuma_agent::memory`]) that the binary chose: [`BuiltIn`], or Supermemory.
//! - `recall.rs` puts the few fitting memories before a run; `exchange.rs` looks at what a person said and
//!   keeps what lasts; `tools.rs` has the two tools of agents.
//! - `gate.rs` decides without a model which messages are worth a look, [`secrets`] what is never kept.
//! - `manage.rs` is the Memories page.
//!
//! A service that fails fails no run: the thread says that memory was unavailable.

mod builtin;
mod exchange;
mod gate;
mod manage;
mod rank;
mod recall;
mod tools;

use std::sync::Arc;

use kuma_agent::memory::{MemoryError, MemoryService};
use kuma_store::Store;

use crate::App;
use crate::app::WeakApp;
use crate::error::{AppError, ErrorKind};
use crate::secrets;

pub use builtin::BuiltIn;
pub use kuma_agent::memory::{MemoryHit, MemoryPage, MemoryRecord, MemorySource, PastMemory};
pub use manage::{
    Exported, Saving, Settings, add, chat_setting, clear, edit, export, forget, get, history, list, notes,
    search, set_chat, set_paused, settings, undo,
};

pub use exchange::sweep;
pub(crate) use exchange::{announce, settle, watch};
pub(crate) use manage::erase_account;
pub(crate) use recall::before_run;
pub(crate) use tools::{ADD, tools};

/// Longest memory that a person writes themselves, in characters.
pub const MAX_CHARS: usize = 1_000;

/// What memories need, for use cases and tools alike.
#[derive(Clone)]
pub(crate) struct Memory {
    pub(crate) service: Arc<dyn MemoryService>,
    pub(crate) store: Store,
}

impl Memory {
    /// In that service; in Kuma's own database when there is none.
    pub(crate) fn new(service: Option<Arc<dyn MemoryService>>, store: &Store, app: &WeakApp) -> Self {
        let built_in = || Arc::new(BuiltIn::of_server(store.clone(), app.clone()));
        Self { service: service.unwrap_or_else(|| built_in()), store: store.clone() }
    }
}

/// Where this server keeps memories.
pub fn service(app: &App) -> &Arc<dyn MemoryService> {
    &app.memory().service
}

impl From<MemoryError> for AppError {
    fn from(error: MemoryError) -> Self {
        match error {
            MemoryError::NotFound => Self::not_found("memory"),
            MemoryError::BadCursor => kuma_store::StoreError::BadCursor.into(),
            MemoryError::Unavailable(_) => Self {
                source: Some(Box::new(error)),
                ..Self::new(
                    ErrorKind::Upstream,
                    "memory_unavailable",
                    "The service that keeps your memories does not answer right now. Nothing was lost; try again in a moment. Chats go on without memory until then.",
                )
            },
            MemoryError::Internal(source) => match source.downcast::<kuma_store::StoreError>() {
                Ok(error) => (*error).into(),
                Err(source) => Self::internal(source),
            },
        }
    }
}
