//! What is to be seen now.

use std::sync::Arc;

use axum::Json;
use axum::extract::Path;
use serde::Serialize;
use tandem_engine::Number;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::problem::Problem;
use super::serve::App;
use super::sign_in::Viewer;
use crate::views::{ActiveRow, AgentRow, QueueRow, Screen, WaitingRow};

pub(crate) fn routes() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new()
        .routes(routes!(queues))
        .routes(routes!(queue))
        .routes(routes!(agents))
        .routes(routes!(agent))
        .routes(routes!(waiting))
        .routes(routes!(active))
}

/// Queues.
#[derive(Debug, Serialize, ToSchema)]
struct Queues {
    /// Number of the view that this was taken from.
    number: u64,
    /// By number.
    queues: Vec<Arc<QueueRow>>,
}

/// Extensions and their agents.
#[derive(Debug, Serialize, ToSchema)]
struct Agents {
    /// Number of the view that this was taken from.
    number: u64,
    /// By number.
    agents: Vec<Arc<AgentRow>>,
}

/// Calls that wait in a queue.
#[derive(Debug, Serialize, ToSchema)]
struct Waiting {
    /// Number of the view that this was taken from.
    number: u64,
    /// In the order in which they came in.
    waiting: Vec<Arc<WaitingRow>>,
}

/// Calls in which two parties talk.
#[derive(Debug, Serialize, ToSchema)]
struct Active {
    /// Number of the view that this was taken from.
    number: u64,
    /// In the order in which they came in.
    active: Vec<Arc<ActiveRow>>,
}

impl Viewer {
    fn seen(&self) -> (u64, Screen) {
        let screen = self.sight.screen(&self.view.screen);
        (self.view.number, screen.into_owned())
    }
}

/// A number as a path has it.
pub(crate) fn number(text: &str) -> Result<Number, Problem> {
    let number = text.parse();
    number.map_err(|_| Problem::not_found("nobody has this number"))
}

/// The queues that may be seen, with their figures of today.
#[utoipa::path(get, path = "/queues", tag = "screens", responses(
    (status = 200, body = Queues), (status = 401, body = Problem),
))]
async fn queues(viewer: Viewer) -> Json<Queues> {
    let (number, screen) = viewer.seen();
    let queues = screen.queues.into_values().collect();
    Json(Queues { number, queues })
}

/// One queue.
#[utoipa::path(get, path = "/queues/{number}", tag = "screens",
    params(("number" = String, Path, description = "The queue's number.")),
    responses(
        (status = 200, body = QueueRow), (status = 401, body = Problem),
        (status = 404, body = Problem, description = "There is none that may be seen."),
    ))]
async fn queue(viewer: Viewer, Path(text): Path<String>) -> Result<Json<Arc<QueueRow>>, Problem> {
    let queue = number(&text)?;
    let row = viewer.view.screen.queues.get(&queue);
    let row = row.filter(|_| viewer.sight.sees_queue(queue));
    let row = row.ok_or_else(|| Problem::not_found("there is no such queue"))?;
    Ok(Json(Arc::clone(row)))
}

/// The agents who may be seen.
#[utoipa::path(get, path = "/agents", tag = "screens", responses(
    (status = 200, body = Agents), (status = 401, body = Problem),
))]
async fn agents(viewer: Viewer) -> Json<Agents> {
    let (number, screen) = viewer.seen();
    let agents = screen.agents.into_values().collect();
    Json(Agents { number, agents })
}

/// One agent.
#[utoipa::path(get, path = "/agents/{number}", tag = "screens",
    params(("number" = String, Path, description = "The extension's number.")),
    responses(
        (status = 200, body = AgentRow), (status = 401, body = Problem),
        (status = 404, body = Problem, description = "There is none that may be seen."),
    ))]
async fn agent(viewer: Viewer, Path(text): Path<String>) -> Result<Json<Arc<AgentRow>>, Problem> {
    Ok(Json(viewer.agent(number(&text)?)?))
}

impl Viewer {
    /// An agent who may be seen, as far as that goes.
    pub(crate) fn agent(&self, number: Number) -> Result<Arc<AgentRow>, Problem> {
        let row = self.view.screen.agents.get(&number);
        let row = row.and_then(|row| self.sight.agent(row));
        let row = row.ok_or_else(|| Problem::not_found("there is no such agent"))?;
        Ok(row.into_owned())
    }
}

/// Calls that wait in the queues that may be seen.
#[utoipa::path(get, path = "/calls/waiting", tag = "screens", responses(
    (status = 200, body = Waiting), (status = 401, body = Problem),
))]
async fn waiting(viewer: Viewer) -> Json<Waiting> {
    let (number, screen) = viewer.seen();
    let waiting = screen.waiting.into_values().collect();
    Json(Waiting { number, waiting })
}

/// Calls in which two parties talk: those of queues that may be seen, and
/// one's own.
#[utoipa::path(get, path = "/calls/active", tag = "screens", responses(
    (status = 200, body = Active), (status = 401, body = Problem),
))]
async fn active(viewer: Viewer) -> Json<Active> {
    let (number, screen) = viewer.seen();
    let active = screen.active.into_values().collect();
    Json(Active { number, active })
}
