//! Columns of the kinds that Kuma's tables are made of.

use sea_orm_migration::sea_query::{
    ColumnDef, ForeignKey, ForeignKeyAction, ForeignKeyCreateStatement, Index, IndexCreateStatement,
};

/// A `NOT NULL` id.
pub(super) fn uuid(name: &'static str) -> ColumnDef {
    ColumnDef::new(name).uuid().not_null().take()
}

/// A `NOT NULL` text.
pub(super) fn text(name: &'static str) -> ColumnDef {
    ColumnDef::new(name).text().not_null().take()
}

/// A `NOT NULL` JSON value: `jsonb` on PostgreSQL, text on SQLite.
pub(super) fn json(name: &'static str) -> ColumnDef {
    ColumnDef::new(name).json_binary().not_null().take()
}

/// A `NOT NULL` JSON value that is `default` unless given.
pub(super) fn json_or(name: &'static str, default: &'static str) -> ColumnDef {
    ColumnDef::new(name).json_binary().not_null().default(default).take()
}

/// A `NOT NULL` 32-bit number.
pub(super) fn int(name: &'static str) -> ColumnDef {
    ColumnDef::new(name).integer().not_null().take()
}

/// A `NOT NULL` 64-bit number.
pub(super) fn bigint(name: &'static str) -> ColumnDef {
    ColumnDef::new(name).big_integer().not_null().take()
}

/// A `NOT NULL` truth value that is `default` unless given.
pub(super) fn flag(name: &'static str, default: bool) -> ColumnDef {
    ColumnDef::new(name).boolean().not_null().default(default).take()
}

/// A `NOT NULL` time: `timestamptz` on PostgreSQL, RFC 3339 text in UTC on SQLite.
pub(super) fn time(name: &'static str) -> ColumnDef {
    ColumnDef::new(name).timestamp_with_time_zone().not_null().take()
}

/// The same column, but it may be empty.
pub(super) fn maybe(mut column: ColumnDef) -> ColumnDef {
    column.null().take()
}

/// `column` points to `table.target`, and the row goes when that row goes.
pub(super) fn owned_by(
    column: &'static str,
    table: &'static str,
    target: &'static str,
) -> ForeignKeyCreateStatement {
    ForeignKey::create().from_col(column).to(table, target).on_delete(ForeignKeyAction::Cascade).take()
}

/// `column` points to `table.target`, and is emptied when that row goes.
pub(super) fn points_to(
    column: &'static str,
    table: &'static str,
    target: &'static str,
) -> ForeignKeyCreateStatement {
    ForeignKey::create().from_col(column).to(table, target).on_delete(ForeignKeyAction::SetNull).take()
}

/// The index `ix_{table}_{name}`.
pub(super) fn index(table: &'static str, name: &str, columns: &[&'static str]) -> IndexCreateStatement {
    let mut index = Index::create().name(format!("ix_{table}_{name}")).table(table).take();
    for column in columns {
        index.col(*column);
    }
    index
}

/// The unique index `uq_{table}_{name}`: its name tells callers what exists already.
pub(super) fn unique(table: &'static str, name: &str, columns: &[&'static str]) -> IndexCreateStatement {
    index(table, name, columns).name(format!("uq_{table}_{name}")).unique().take()
}
