//! HTTP for people: routes, SSE, OpenAPI.
