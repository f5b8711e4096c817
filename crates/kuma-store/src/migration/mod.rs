//! The migrations, forward only, and the one place that runs them.
//!
//! All pending ones run in one transaction that holds a lock, so a migration is applied whole or
//! not at all, and once, however many processes start together.

mod column;
mod m20261122_000001_foundation;
mod m20261123_000001_approvals;
mod m20261123_000002_documents;
mod m20261123_000003_mcp;
mod m20261123_000004_api_keys;
mod m20261123_000005_images;
mod m20261123_000006_memories;
mod m20261123_000007_taint;
mod m20261123_000008_mcp_agents;
mod run;

use sea_orm_migration::{MigrationTrait, MigratorTrait};

pub(crate) use run::{check_versions, migrate, pending};

/// What marks a SQLite file as Kuma's: the bytes `KUMA`.
pub(crate) const APPLICATION_ID: i64 = 0x4b55_4d41;

/// The migrations in their order. A new one goes to the end; none is ever changed.
pub(crate) struct Migrator;

impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            Box::new(m20261122_000001_foundation::Migration),
            Box::new(m20261123_000001_approvals::Migration),
            Box::new(m20261123_000002_documents::Migration),
            Box::new(m20261123_000003_mcp::Migration),
            Box::new(m20261123_000004_api_keys::Migration),
            Box::new(m20261123_000005_images::Migration),
            Box::new(m20261123_000006_memories::Migration),
            Box::new(m20261123_000007_taint::Migration),
            Box::new(m20261123_000008_mcp_agents::Migration),
        ]
    }
}
