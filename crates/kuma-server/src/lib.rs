//! HTTP for people: routes, streams, the OpenAPI document.
//!
//! A handler reads the request, calls one use case of `kuma-app`, and shapes the answer. Errors
//! become problems in [`problem`]; the way of a request through the layers is in [`router`].

pub mod assets;
mod extract;
pub mod limits;
mod middleware;
pub mod openapi;
pub mod problem;
mod router;
mod routes;
mod sse;
mod state;
mod worker;

pub use middleware::pace::Pace;
pub use router::router;
pub use state::{ServerConfig, ServerState};
pub use worker::{WorkerState, router as worker_router};
