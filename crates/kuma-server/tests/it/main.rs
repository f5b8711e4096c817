//! What the server promises to its clients: real HTTP, a real database, fake providers at the wire.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    missing_docs,
    reason = "tests"
)]

mod admin;
mod admin_agents;
mod audit;
mod auth;
mod borders;
mod chats;
mod citations;
mod documents;
mod documents_reading;
mod documents_search;
mod fixtures;
mod fixtures_tools;
mod images;
mod keys;
mod mcp;
mod mcp_server;
mod memories;
mod models;
mod operators;
mod runs;
mod slow;
mod support;
mod tools;
mod trees;
mod v1;
mod window;
