//! Whether the server lives, and whether it works.

use std::sync::Arc;

use axum::extract::State;
use tokio::task::spawn_blocking;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::problem::Problem;
use super::serve::App;

pub(crate) fn routes() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new()
        .routes(routes!(health))
        .routes(routes!(ready))
}

/// Whether the server lives.
#[utoipa::path(get, path = "/health", tag = "health", security(()), responses(
    (status = 200, body = String),
))]
async fn health() -> &'static str {
    "alive\n"
}

/// Whether it takes calls: the driver runs, and the store can be read. A store
/// that can not be written stops the driver at once.
#[utoipa::path(get, path = "/ready", tag = "health", security(()), responses(
    (status = 200, body = String), (status = 503, body = Problem),
))]
async fn ready(State(app): State<Arc<App>>) -> Result<&'static str, Problem> {
    let view = app.views.view();
    if !view.begun {
        return Err(Problem::unavailable("starting", "the server starts"));
    }
    if view.ended {
        return Err(Problem::unavailable("stopped", "the driver has stopped"));
    }
    let store = app.store.clone();
    let head = spawn_blocking(move || store.head()).await;
    head.map_err(|_| Problem::unavailable("stopped", "the server stops"))??;
    Ok("ready\n")
}
