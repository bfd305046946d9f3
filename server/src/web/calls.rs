//! What supervisors do with calls, and agents with their own.

use std::sync::Arc;

use axum::Json;
use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use serde::{Deserialize, Serialize};
use tandem_engine::config::model::Destination;
use tandem_engine::config::text::read_destination;
use tandem_engine::{By, CallId, Event, Input, Monitoring, Number, PublicId, Side};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::agents::ask;
use super::body;
use super::problem::Problem;
use super::screens::number;
use super::serve::App;
use super::sign_in::{SignedIn, Viewer};
use crate::driver::Applied;
use crate::views::WaitingRow;

pub(crate) fn routes() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new()
        .routes(routes!(consult))
        .routes(routes!(end_consultation))
        .routes(routes!(hang_up))
        .routes(routes!(monitor))
        .routes(routes!(park))
        .routes(routes!(pick_up))
        .routes(routes!(place))
        .routes(routes!(record))
        .routes(routes!(redirect))
        .routes(routes!(transfer))
}

/// That it was done.
#[derive(Debug, Serialize, ToSchema)]
struct Handled {
    /// Number of the entry in the journal, where it is durable.
    seq: u64,
    /// The slot in which somebody was parked, if he was.
    #[serde(skip_serializing_if = "Option::is_none")]
    slot: Option<String>,
}

/// A call that rings at the telephone of who asked for it.
#[derive(Debug, Serialize, ToSchema)]
struct Placed {
    /// Number of the entry in the journal, where it is durable.
    seq: u64,
    /// By which the call is known from now on.
    id: String,
}

/// Where a call goes.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct SendTo {
    /// A number that can be dialled, a box (`voicemail 1001`), or a number outside on a trunk
    /// (`external 0301234567 on Carrier`).
    to: String,
}

/// Which side of a conversation goes where.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Transfer {
    /// A number that can be dialled, a box (`voicemail 1001`), or a number outside on a trunk
    /// (`external 0301234567 on Carrier`).
    to: String,
    /// `caller`, or `agent`: who talks to the caller goes there in his stead. By default the
    /// caller, and where the caller asks, the agent.
    side: Option<String>,
}

/// Which side of a conversation is parked.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Park {
    /// `caller`, or `agent`: who talks to the caller is parked in his stead. By default the
    /// caller, and where the caller asks, the agent.
    side: Option<String>,
}

/// Who is asked about a caller.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Ask {
    /// The number of an extension.
    to: String,
}

/// What becomes of the caller when a consultation is over.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Asked {
    /// True transfers the caller to who was asked; false lets that one go.
    transfer: bool,
}

/// How somebody listens in.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Listen {
    /// `listen` (the default), `whisper` to the agent, or `barge` in.
    how: Option<String>,
}

/// Whether a conversation is recorded.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Record {
    /// True starts or resumes, false pauses.
    on: bool,
}

/// A call that somebody may see as it waits or talks.
pub(crate) fn find(viewer: &Viewer, id: &str) -> Result<CallId, Problem> {
    let unknown = || Problem::not_found("there is no such call now");
    let id: PublicId = id.parse().map_err(|_| unknown())?;
    let screen = &viewer.view.screen;
    let waiting = screen.waiting.get(&id);
    let calls = |row: &&Arc<WaitingRow>| row.origin.is_some_and(|it| viewer.sight.is(it));
    let waiting = waiting.filter(|row| viewer.sight.sees_calls(row.queue) || calls(row));
    let active = screen.active.get(&id);
    let active = active.filter(|row| viewer.sight.sees_active(row));
    let waiting = waiting.map(|row| row.call);
    waiting.or(active.map(|row| row.call)).ok_or_else(unknown)
}

/// Has the engine do it, which asks whether he may.
async fn handle(
    app: &App,
    signed_in: SignedIn,
    id: &str,
    input: impl FnOnce(By, CallId) -> Input,
) -> Result<Json<Handled>, Problem> {
    let by = signed_in.by;
    let call = find(&Viewer::of(app, signed_in)?, id)?;
    let Applied { seq, out, .. } = ask(app, input(by, call)).await?;
    let slot = out.events.iter().find_map(|event| match event {
        Event::CallParked { slot, .. } => Some(slot.to_string()),
        _ => None,
    });
    Ok(Json(Handled { seq, slot }))
}

/// Rings an extension, for who talks to a caller to ask it something; the caller hears music.
#[utoipa::path(post, path = "/calls/{id}/consult", tag = "calls",
    params(("id" = String, Path, description = "The call.")),
    request_body(content = Ask, content_type = "application/json"),
    responses(
        (status = 200, body = Handled, description = "It is durable."),
        (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem), (status = 409, body = Problem),
        (status = 422, body = Problem),
    ))]
async fn consult(
    State(app): State<Arc<App>>,
    signed_in: SignedIn,
    Path(id): Path<String>,
    headers: HeaderMap,
    body: Body,
) -> Result<Json<Handled>, Problem> {
    let asked: Ask = body::json(&headers, body).await?;
    let to = number(&asked.to)?;
    let input = |by, call| Input::ConsultCall { by, call, to };
    handle(&app, signed_in, &id, input).await
}

/// Ends a consultation: the caller is transferred, or talked to again.
#[utoipa::path(post, path = "/calls/{id}/consult/end", tag = "calls",
    params(("id" = String, Path, description = "The call.")),
    request_body(content = Asked, content_type = "application/json"),
    responses(
        (status = 200, body = Handled, description = "It is durable."),
        (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem), (status = 409, body = Problem),
        (status = 422, body = Problem),
    ))]
async fn end_consultation(
    State(app): State<Arc<App>>,
    signed_in: SignedIn,
    Path(id): Path<String>,
    headers: HeaderMap,
    body: Body,
) -> Result<Json<Handled>, Problem> {
    let Asked { transfer } = body::json(&headers, body).await?;
    let input = |by, call| Input::EndConsultation { by, call, transfer };
    handle(&app, signed_in, &id, input).await
}

/// Ends a call for all who are on it.
#[utoipa::path(post, path = "/calls/{id}/hang-up", tag = "calls",
    params(("id" = String, Path, description = "The call.")),
    responses(
        (status = 200, body = Handled, description = "It is durable."),
        (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem), (status = 409, body = Problem),
    ))]
async fn hang_up(
    State(app): State<Arc<App>>,
    signed_in: SignedIn,
    Path(id): Path<String>,
) -> Result<Json<Handled>, Problem> {
    handle(&app, signed_in, &id, |by, call| Input::HangUpCall {
        by,
        call,
    })
    .await
}

/// Rings the telephone of whoever asks, for him to listen in to a conversation, or
/// changes how he does.
#[utoipa::path(post, path = "/calls/{id}/monitor", tag = "calls",
    params(("id" = String, Path, description = "The call.")),
    request_body(content = Option<Listen>, content_type = "application/json"),
    responses(
        (status = 200, body = Handled, description = "It is durable."),
        (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem), (status = 409, body = Problem),
        (status = 422, body = Problem),
    ))]
async fn monitor(
    State(app): State<Arc<App>>,
    signed_in: SignedIn,
    Path(id): Path<String>,
    headers: HeaderMap,
    body: Body,
) -> Result<Json<Handled>, Problem> {
    let asked: Listen = body::json(&headers, body).await?;
    let how = match asked.how.as_deref() {
        None | Some("listen") => Monitoring::Listen,
        Some("barge") => Monitoring::Barge,
        Some("whisper") => Monitoring::Whisper,
        Some(_) => return Err(Problem::invalid("how", "listen, whisper or barge")),
    };
    let input = |by, call| Input::MonitorCall { by, call, how };
    handle(&app, signed_in, &id, input).await
}

/// Parks one side of a conversation: the other is told the slot.
#[utoipa::path(post, path = "/calls/{id}/park", tag = "calls",
    params(("id" = String, Path, description = "The call.")),
    request_body(content = Option<Park>, content_type = "application/json"),
    responses(
        (status = 200, body = Handled, description = "It is durable."),
        (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem), (status = 409, body = Problem),
        (status = 422, body = Problem),
    ))]
async fn park(
    State(app): State<Arc<App>>,
    signed_in: SignedIn,
    Path(id): Path<String>,
    headers: HeaderMap,
    body: Body,
) -> Result<Json<Handled>, Problem> {
    let asked: Park = body::json(&headers, body).await?;
    let side = side(asked.side.as_deref())?;
    let side = side.map_or_else(|| other_side(&app, &signed_in, &id), Ok)?;
    let input = |by, call| Input::ParkCall { by, call, side };
    handle(&app, signed_in, &id, input).await
}

/// Rings the telephone of whoever asks, for him to take a caller who waits.
#[utoipa::path(post, path = "/calls/{id}/pick-up", tag = "calls",
    params(("id" = String, Path, description = "The call.")),
    responses(
        (status = 200, body = Handled, description = "It is durable."),
        (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem), (status = 409, body = Problem),
    ))]
async fn pick_up(
    State(app): State<Arc<App>>,
    signed_in: SignedIn,
    Path(id): Path<String>,
) -> Result<Json<Handled>, Problem> {
    handle(&app, signed_in, &id, |by, call| Input::PickUpCall {
        by,
        call,
    })
    .await
}

/// Rings the telephone of whoever asks. When he answers, his call goes where he wants, as if
/// he had dialled.
#[utoipa::path(post, path = "/calls", tag = "calls",
    request_body(content = SendTo, content_type = "application/json"),
    responses(
        (status = 200, body = Placed, description = "It is durable, and his telephone rings."),
        (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem), (status = 409, body = Problem),
        (status = 422, body = Problem), (status = 429, body = Problem),
    ))]
async fn place(
    State(app): State<Arc<App>>,
    signed_in: SignedIn,
    headers: HeaderMap,
    body: Body,
) -> Result<Json<Placed>, Problem> {
    let SendTo { to } = body::json(&headers, body).await?;
    let to = destination(&to)?;
    let by = signed_in.by;
    let Applied { seq, out, .. } = ask(&app, Input::PlaceCall { by, to }).await?;
    let public = out.events.iter().find_map(|event| match event {
        Event::CallPlaced { public, .. } => Some(public.to_string()),
        _ => None,
    });
    let id = public.expect("what is not refused is placed");
    Ok(Json(Placed { seq, id }))
}

/// Starts, resumes or pauses the recording of a conversation.
#[utoipa::path(post, path = "/calls/{id}/recording", tag = "calls",
    params(("id" = String, Path, description = "The call.")),
    request_body(content = Record, content_type = "application/json"),
    responses(
        (status = 200, body = Handled, description = "It is durable."),
        (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem), (status = 409, body = Problem),
        (status = 422, body = Problem),
    ))]
async fn record(
    State(app): State<Arc<App>>,
    signed_in: SignedIn,
    Path(id): Path<String>,
    headers: HeaderMap,
    body: Body,
) -> Result<Json<Handled>, Problem> {
    let Record { on } = body::json(&headers, body).await?;
    let input = |by, call| Input::SwitchRecording { by, call, on };
    handle(&app, signed_in, &id, input).await
}

/// Sends a caller who waits somewhere else.
#[utoipa::path(post, path = "/calls/{id}/redirect", tag = "calls",
    params(("id" = String, Path, description = "The call.")),
    request_body(content = SendTo, content_type = "application/json"),
    responses(
        (status = 200, body = Handled, description = "It is durable."),
        (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem), (status = 409, body = Problem),
        (status = 422, body = Problem),
    ))]
async fn redirect(
    State(app): State<Arc<App>>,
    signed_in: SignedIn,
    Path(id): Path<String>,
    headers: HeaderMap,
    body: Body,
) -> Result<Json<Handled>, Problem> {
    let SendTo { to } = body::json(&headers, body).await?;
    let to = destination(&to)?;
    let input = |by, call| Input::RedirectCall { by, call, to };
    handle(&app, signed_in, &id, input).await
}

/// Sends one side of a conversation somewhere else, and lets the other go.
#[utoipa::path(post, path = "/calls/{id}/transfer", tag = "calls",
    params(("id" = String, Path, description = "The call.")),
    request_body(content = Transfer, content_type = "application/json"),
    responses(
        (status = 200, body = Handled, description = "It is durable."),
        (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem), (status = 409, body = Problem),
        (status = 422, body = Problem),
    ))]
async fn transfer(
    State(app): State<Arc<App>>,
    signed_in: SignedIn,
    Path(id): Path<String>,
    headers: HeaderMap,
    body: Body,
) -> Result<Json<Handled>, Problem> {
    let asked: Transfer = body::json(&headers, body).await?;
    let (to, side) = (destination(&asked.to)?, side(asked.side.as_deref())?);
    let side = side.map_or_else(|| other_side(&app, &signed_in, &id), Ok)?;
    let input = |by, call| Input::TransferCall { by, call, side, to };
    handle(&app, signed_in, &id, input).await
}

/// A number leads to whatever has it, however it is called here; all else is written as in
/// the configuration.
fn destination(to: &str) -> Result<Destination, Problem> {
    match read_destination(to) {
        Some(to @ (Destination::External { .. } | Destination::Voicemail(_))) => Ok(to),
        _ => (to.parse().map(Destination::Queue)).map_err(|_| {
            let wanted = "a number, as 1005, \"voicemail 1005\" or \"external 0301234 on Carrier\"";
            Problem::invalid("to", format!("{to:?} is not {wanted}"))
        }),
    }
}

/// Who calls means the other side of his conversation, if he says nothing; everybody else
/// the caller.
fn other_side(app: &App, signed_in: &SignedIn, id: &str) -> Result<Side, Problem> {
    let viewer = Viewer::of(app, signed_in.clone())?;
    let id: Option<PublicId> = id.parse().ok();
    let row = id.and_then(|id| viewer.view.screen.active.get(&id));
    let calls = row.is_some_and(|row| {
        let is = |party: Option<Number>| party.map(By::Person) == Some(signed_in.by);
        is(row.origin) && !is(row.agent)
    });
    Ok(if calls { Side::Agent } else { Side::Caller })
}

/// Which side of a conversation is meant, if it is said.
fn side(asked: Option<&str>) -> Result<Option<Side>, Problem> {
    match asked {
        None => Ok(None),
        Some("caller") => Ok(Some(Side::Caller)),
        Some("agent") => Ok(Some(Side::Agent)),
        Some(_) => Err(Problem::invalid("side", "agent or caller")),
    }
}
