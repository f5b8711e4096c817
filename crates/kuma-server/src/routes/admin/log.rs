//! The audit log.

use axum::Json;
use axum::extract::State;
use chrono::{DateTime, Utc};
use kuma_app::admin;
use kuma_app::rows::AuditEntry;
use kuma_types::UserId;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::extract::{Admin, PageQuery, Paged};
use crate::problem::ApiResult;
use crate::state::ServerState;

/// Something that was done.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = AuditEntry)]
pub struct AuditView {
    /// Its id.
    id: Uuid,
    /// Who did it; null: the operator, or an account that is gone.
    #[schema(required)]
    user_id: Option<UserId>,
    /// What was done.
    action: String,
    /// To what.
    #[schema(required)]
    subject: Option<String>,
    /// More about it; never secrets.
    #[schema(value_type = Object)]
    details: Value,
    /// When.
    created_at: DateTime<Utc>,
}

impl From<AuditEntry> for AuditView {
    fn from(entry: AuditEntry) -> Self {
        Self {
            id: entry.id,
            user_id: entry.user_id,
            action: entry.action,
            subject: entry.subject,
            details: entry.details,
            created_at: entry.created_at,
        }
    }
}

/// Read the audit log
///
/// Newest first.
#[utoipa::path(get, path = "/admin/audit", tag = "admin", operation_id = "listAudit", security(("bearer" = [])), params(PageQuery), responses(
    (status = 200, description = "One page", body = Paged<AuditView>),
))]
pub async fn list(
    State(state): State<ServerState>,
    Admin(_): Admin,
    page: PageQuery,
) -> ApiResult<Json<Paged<AuditView>>> {
    Ok(Json(Paged::of(admin::audit_log(&state.app, page.cursor(), page.limit()?).await?, AuditView::from)))
}
