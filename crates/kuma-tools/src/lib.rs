//! The tools that models may call, and the services behind them.
//!
//! - [`search`]: web search with several providers in order, cached.
//! - [`page`]: reading a page of the web as text.
//! - [`finance`]: quotes, companies, financial news.
//! - [`research`]: many searches and pages into one cited report.
//! - [`images`]: looking at pictures, reading the text on them.
//! - [`memory`]: memories kept by Supermemory.
//! - [`tools`]: one file per tool, on the port of `kuma_agent::tool`.
//! - [`registry`]: all of it built from plain [`ToolSettings`].
//!
//! Called by the binary (wiring) alone; the run loop sees the tools as objects. Addresses that the operator
//! configured are called with the plain client, addresses that a model names with the guarded one.

pub mod finance;
pub mod images;
pub mod memory;
mod model;
pub mod page;
pub mod registry;
pub mod research;
pub mod search;
mod settings;
mod text;
pub mod tools;
mod upstream;

pub use registry::{ToolSetupError, Tools};
pub use settings::{FinanceSettings, PageSettings, ResearchBudget, SearchSettings, ToolSettings};
pub use upstream::{UpstreamError, UpstreamErrorKind};
