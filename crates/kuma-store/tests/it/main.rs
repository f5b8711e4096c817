//! Every repository on both databases.

mod common;
mod smoke;
