//! What Kuma does, one folder per feature: auth, keys, chats, direct answers, files, images, documents,
//! memory, agents, tools, mcp, models, admin.
//!
//! A use case takes an [`App`], who asks, and what they ask for, and returns values or an
//! [`AppError`]. It knows no HTTP, no SQL and no vendor's name. `kuma-server` offers the use cases
//! to people, `kuma-tools` will offer some to models, and the binary runs them from the shell.

pub mod admin;
pub mod agents;
mod app;
pub mod auth;
pub mod chats;
pub mod config;
pub mod direct;
pub mod documents;
pub mod error;
pub mod files;
pub mod images;
pub mod keys;
pub mod mcp;
pub mod memory;
pub mod models;
pub mod retrieval;
pub mod seal;
mod secrets;
pub mod tools;

/// Rows as use cases give them.
pub mod rows {
    pub use kuma_queue::DeadLetter;
    pub use kuma_store::{
        Agent, ApiKey, AuditEntry, Chat, ChatFilter, Document, DocumentError, DocumentFilter, DocumentStatus,
        Job, Message, Page, Role, Stats, StepOutline, StoreError, User, VectorSupport,
    };
}

pub use app::{App, Parts, WeakApp};
pub use config::AppConfig;
pub use error::{AppError, ErrorKind};
