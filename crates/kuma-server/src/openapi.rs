//! The OpenAPI 3.1 document, made from the routes themselves.

use utoipa::openapi::path::Operation;
use utoipa::openapi::security::{Http, HttpAuthScheme, SecurityScheme};
use utoipa::openapi::{ContentBuilder, OpenApi, Ref, RefOr, ResponseBuilder};
use utoipa::{OpenApi as _, openapi};

use crate::problem::Problem;
use crate::routes;

#[derive(utoipa::OpenApi)]
#[openapi(
    info(
        title = "Kuma",
        description = "The API of a Kuma server. Errors are application/problem+json; lists are keyset-paged; a run's events come as text/event-stream and can be resumed with Last-Event-ID.",
        license(name = "Apache-2.0", identifier = "Apache-2.0"),
    ),
    components(schemas(Problem, kuma_types::RunEvent)),
    tags(
            (name = "tools", description = "What agents can do"),
        (name = "auth", description = "Accounts and sessions"),
        (name = "chat", description = "Chats, messages and runs"),
        (name = "documents", description = "Files that answers are made from"),
        (name = "agents", description = "Who answers"),
        (name = "models", description = "What they answer with"),
        (name = "admin", description = "For administrators"),
        (name = "health", description = "For operators and load balancers"),
    ),
)]
struct Head;

/// The document of the whole server.
pub fn document() -> OpenApi {
    let (_, mut document) =
        utoipa_axum::router::OpenApiRouter::<crate::ServerState>::with_openapi(Head::openapi())
            .nest("/api", routes::api())
            .merge(routes::health::outside_documented())
            .split_for_parts();
    env!("CARGO_PKG_VERSION").clone_into(&mut document.info.version);
    if let Some(components) = document.components.as_mut() {
        let bearer = Http::builder().scheme(HttpAuthScheme::Bearer).bearer_format("JWT").build();
        components.security_schemes.insert("bearer".to_owned(), SecurityScheme::Http(bearer).into());
    }
    for path in document.paths.paths.values_mut() {
        let operations = [&mut path.get, &mut path.post, &mut path.put, &mut path.patch, &mut path.delete];
        for operation in operations.into_iter().flatten() {
            describe_failures(operation);
        }
    }
    document
}

/// Every operation fails in the same form.
fn describe_failures(operation: &mut Operation) {
    let problem = || {
        let content = ContentBuilder::new().schema(Some(Ref::from_schema_name("Problem"))).build();
        ResponseBuilder::new()
            .description("What went wrong")
            .content("application/problem+json", content)
            .build()
    };
    operation.responses.responses.insert("default".to_owned(), RefOr::T(problem()));
}

/// The document as it is served and kept in `web/openapi.json`.
pub fn to_json(document: &openapi::OpenApi) -> String {
    document.to_pretty_json().unwrap_or_else(|error| {
        // A document made of our own constants has a JSON form, or no test passes.
        tracing::error!(%error, "the OpenAPI document has no JSON form");
        String::new()
    })
}
