//! What the binary can be told to do, one file per command.

pub mod backup;
pub mod db;
pub mod doctor;
pub mod migrate;
pub mod models;
pub mod openapi;
mod process;
pub mod serve;
pub mod user;
pub mod worker;
