//! Keyset paging: `?limit=&cursor=` in, `{items, nextCursor}` out.

use axum::response::{IntoResponse, Response};
use http::request::Parts;
use kuma_app::AppError;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::QueryOf;
use crate::problem::ApiError;

const LIMIT_MAX: u32 = 100;
const LIMIT_DEFAULT: u32 = 30;

/// Which page of a list.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct PageQuery {
    /// How many items, 1 to 100.
    #[param(value_type = Option<u32>, minimum = 1, maximum = 100, default = 30)]
    limit: Option<String>,
    /// `nextCursor` of the page before.
    cursor: Option<String>,
}

impl PageQuery {
    /// The number of items asked for.
    pub fn limit(&self) -> Result<u32, ApiError> {
        let Some(limit) = self.limit.as_deref() else { return Ok(LIMIT_DEFAULT) };
        match limit.parse::<u32>() {
            Ok(limit) if (1..=LIMIT_MAX).contains(&limit) => Ok(limit),
            _ => {
                Err(ApiError(AppError::field("limit", format!("A limit is a number from 1 to {LIMIT_MAX}."))))
            }
        }
    }

    /// Where to go on.
    pub fn cursor(&self) -> Option<&str> {
        self.cursor.as_deref().filter(|cursor| !cursor.is_empty())
    }
}

impl<S: Send + Sync> axum::extract::FromRequestParts<S> for PageQuery {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Response> {
        let QueryOf(page) = QueryOf::<Self>::from_request_parts(parts, state).await?;
        page.limit().map_err(IntoResponse::into_response)?;
        Ok(page)
    }
}

/// One page of a list.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Paged<T> {
    /// The items.
    pub items: Vec<T>,
    /// Where the next page begins; null on the last.
    #[schema(required)]
    pub next_cursor: Option<String>,
}

impl<T> Paged<T> {
    /// A page of rows, each turned into what clients see.
    pub fn of<R>(page: kuma_app::rows::Page<R>, view: impl FnMut(R) -> T) -> Self {
        Self { items: page.items.into_iter().map(view).collect(), next_cursor: page.next_cursor }
    }
}
