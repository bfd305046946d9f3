//! What agents, and those who may do it for them, say about their status.

use std::sync::Arc;
use std::time::Duration;

use axum::Json;
use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use serde::{Deserialize, Serialize};
use tandem_engine::config::presence::Presence;
use tandem_engine::{By, Input, Number, Which};
use tokio::time::timeout;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::body;
use super::problem::Problem;
use super::screens::number;
use super::serve::App;
use super::sign_in::{SignedIn, Viewer};
use crate::driver::Applied;
use crate::views::AgentRow;

/// How long an answer waits for the screens to show what was changed, in
/// seconds. It is durable then in any case.
const CAUGHT_UP_S_MAX: u64 = 5;

pub(crate) fn routes() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new()
        .routes(routes!(log_in))
        .routes(routes!(log_out))
        .routes(routes!(pause))
        .routes(routes!(unpause))
        .routes(routes!(presence))
}

/// What a change of status is about.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Switch {
    /// A queue's number, or `all` of the agent's queues, or those that were
    /// the `last` ones. Default: `all`.
    queue: Option<String>,
    /// Name of a configured reason, for a pause.
    reason: Option<String>,
}

/// Where a person is.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Whereabouts {
    /// `available`, `away`, `business_trip`, `do_not_disturb`, `lunch_break` or
    /// `off_work`.
    presence: String,
}

/// What became of it.
#[derive(Debug, Serialize, ToSchema)]
struct Switched {
    /// Number of the entry in the journal, where it is durable.
    seq: u64,
    /// The agent as it stands; null where it may not be seen, or is not there
    /// any more.
    agent: Option<Arc<AgentRow>>,
}

/// Has the driver do something and waits until screens show it.
pub(crate) async fn ask(app: &App, input: Input) -> Result<Applied, Problem> {
    let applied = app.handle.ask(input).await?;
    if let Some(why) = applied.out.reject {
        return Err(why.into());
    }
    let limit = Duration::from_secs(CAUGHT_UP_S_MAX);
    // It is done all the same.
    let _shown = timeout(limit, app.views.caught_up(applied.seq)).await;
    Ok(applied)
}

async fn switch(
    app: &App,
    signed_in: SignedIn,
    agent: &str,
    asked: Switch,
    input: impl FnOnce(By, Number, Which) -> Input,
) -> Result<Json<Switched>, Problem> {
    let agent = number(agent)?;
    let queues = match asked.queue.as_deref() {
        None | Some("all") => Which::All,
        Some("last") => Which::Last,
        Some(text) => Which::One(
            text.parse()
                .map_err(|why| Problem::invalid("queue", format!("{text:?} is no queue: {why}")))?,
        ),
    };
    let mut input = input(signed_in.by, agent, queues);
    match (&mut input, asked.reason) {
        (Input::AgentPause { reason, .. }, given) => *reason = given,
        (_, None) => {}
        _ => return Err(Problem::invalid("reason", "only a pause has a reason")),
    }
    switched(app, signed_in, agent, input).await
}

/// Has it done, and tells how the agent stands then.
async fn switched(
    app: &App,
    signed_in: SignedIn,
    agent: Number,
    input: Input,
) -> Result<Json<Switched>, Problem> {
    let Applied { seq, .. } = ask(app, input).await?;
    let viewer = Viewer::of(app, signed_in)?;
    let agent = viewer.agent(agent).ok();
    Ok(Json(Switched { seq, agent }))
}

/// Has an agent take calls.
#[utoipa::path(post, path = "/agents/{number}/log-in", tag = "agents",
    params(("number" = String, Path, description = "The extension's number.")),
    request_body(content = Option<Switch>, content_type = "application/json"),
    responses(
        (status = 200, body = Switched, description = "It is durable."),
        (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem), (status = 409, body = Problem),
        (status = 422, body = Problem), (status = 429, body = Problem),
    ))]
async fn log_in(
    State(app): State<Arc<App>>,
    signed_in: SignedIn,
    Path(agent): Path<String>,
    headers: HeaderMap,
    body: Body,
) -> Result<Json<Switched>, Problem> {
    let asked = body::json(&headers, body).await?;
    let input = |by, agent, queues| Input::AgentLogIn { by, agent, queues };
    switch(&app, signed_in, &agent, asked, input).await
}

/// Has a dynamic agent take no calls.
#[utoipa::path(post, path = "/agents/{number}/log-out", tag = "agents",
    params(("number" = String, Path, description = "The extension's number.")),
    request_body(content = Option<Switch>, content_type = "application/json"),
    responses(
        (status = 200, body = Switched, description = "It is durable."),
        (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem), (status = 409, body = Problem),
        (status = 422, body = Problem), (status = 429, body = Problem),
    ))]
async fn log_out(
    State(app): State<Arc<App>>,
    signed_in: SignedIn,
    Path(agent): Path<String>,
    headers: HeaderMap,
    body: Body,
) -> Result<Json<Switched>, Problem> {
    let asked = body::json(&headers, body).await?;
    let input = |by, agent, queues| Input::AgentLogOut { by, agent, queues };
    switch(&app, signed_in, &agent, asked, input).await
}

/// Has an agent take no calls for a while; a second pause changes the reason.
#[utoipa::path(post, path = "/agents/{number}/pause", tag = "agents",
    params(("number" = String, Path, description = "The extension's number.")),
    request_body(content = Option<Switch>, content_type = "application/json"),
    responses(
        (status = 200, body = Switched, description = "It is durable."),
        (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem), (status = 409, body = Problem),
        (status = 422, body = Problem), (status = 429, body = Problem),
    ))]
async fn pause(
    State(app): State<Arc<App>>,
    signed_in: SignedIn,
    Path(agent): Path<String>,
    headers: HeaderMap,
    body: Body,
) -> Result<Json<Switched>, Problem> {
    let asked = body::json(&headers, body).await?;
    let input = |by, agent, queues| Input::AgentPause {
        by,
        agent,
        queues,
        reason: None,
    };
    switch(&app, signed_in, &agent, asked, input).await
}

/// Has an agent take calls again.
#[utoipa::path(post, path = "/agents/{number}/unpause", tag = "agents",
    params(("number" = String, Path, description = "The extension's number.")),
    request_body(content = Option<Switch>, content_type = "application/json"),
    responses(
        (status = 200, body = Switched, description = "It is durable."),
        (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem), (status = 409, body = Problem),
        (status = 422, body = Problem), (status = 429, body = Problem),
    ))]
async fn unpause(
    State(app): State<Arc<App>>,
    signed_in: SignedIn,
    Path(agent): Path<String>,
    headers: HeaderMap,
    body: Body,
) -> Result<Json<Switched>, Problem> {
    let asked = body::json(&headers, body).await?;
    let input = |by, agent, queues| Input::AgentUnpause { by, agent, queues };
    switch(&app, signed_in, &agent, asked, input).await
}

/// Says where the person of an extension is; what is set to follow from it for the
/// agent's status follows.
#[utoipa::path(post, path = "/agents/{number}/presence", tag = "agents",
    params(("number" = String, Path, description = "The extension's number.")),
    request_body(content = Whereabouts, content_type = "application/json"),
    responses(
        (status = 200, body = Switched, description = "It is durable."),
        (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem), (status = 409, body = Problem),
        (status = 422, body = Problem), (status = 429, body = Problem),
    ))]
async fn presence(
    State(app): State<Arc<App>>,
    signed_in: SignedIn,
    Path(agent): Path<String>,
    headers: HeaderMap,
    body: Body,
) -> Result<Json<Switched>, Problem> {
    let asked: Whereabouts = body::json(&headers, body).await?;
    let mut all = Presence::ALL.into_iter();
    let found = all.find(|(word, _)| *word == asked.presence);
    let (_, presence) = found.ok_or_else(|| {
        let words = Presence::ALL.map(|(word, _)| word).join(", ");
        Problem::invalid("presence", format!("say one of {words}"))
    })?;
    let agent = number(&agent)?;
    let input = Input::PresenceChanged {
        by: signed_in.by,
        agent,
        presence,
    };
    switched(&app, signed_in, agent, input).await
}
