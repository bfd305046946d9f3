//! When agents were logged in, and when and why they paused.

#![expect(
    unused_qualifications,
    reason = "the macro that describes parameters writes one"
)]

use std::sync::Arc;

use axum::Json;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use serde::{Deserialize, Serialize};
use tandem_engine::Number;
use tandem_reports::activity::{self, Range, StatusChange};
use tokio::task::spawn_blocking;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::problem::Problem;
use super::serve::App;
use super::sign_in::Viewer;
use crate::driver::{Clock, SystemClock};
use crate::store::{PAGE_ROWS_MAX, StatusKey, StatusRow, Store, StoreError};

/// Changes of status that one answer is made of.
pub const CHANGES_MAX: usize = 50_000;

pub(crate) fn routes() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new()
        .routes(routes!(logins))
        .routes(routes!(pauses))
}

/// Whose activity, and when.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct Asked {
    /// The queue's number.
    queue: String,
    /// One agent's number; all agents where it is left out.
    agent: Option<String>,
    /// The first moment, in Unix ms.
    from: i64,
    /// The moment behind the last one, in Unix ms.
    to: i64,
}

/// A time in which an agent was logged in.
#[derive(Debug, Serialize, ToSchema)]
struct LoginRow {
    /// The agent's number.
    agent: String,
    /// Since when, within what was asked for, in Unix ms.
    logged_in_at: i64,
    /// Until when, within it, in Unix ms; null where the agent still is.
    logged_out_at: Option<i64>,
    /// How long, within it, in ms.
    lasted_ms: i64,
}

/// A time in which an agent paused for one reason.
#[derive(Debug, Serialize, ToSchema)]
struct PauseRow {
    /// The agent's number.
    agent: String,
    /// Since when, within what was asked for, in Unix ms.
    paused_at: i64,
    /// Until when, within it, in Unix ms; null where it goes on.
    ended_at: Option<i64>,
    /// How long, within it, in ms.
    lasted_ms: i64,
    /// Name of the reason; null where none was given.
    reason: Option<String>,
    /// Whether it went on for another reason.
    reason_changed: bool,
    /// Whether a pause began with it: a change of the reason is no further pause, and
    /// what began before `from` is none of this time.
    counts: bool,
}

/// The times in which dynamic agents of a queue were logged in, by agent.
#[utoipa::path(get, path = "/agents/logins", tag = "agents", params(Asked), responses(
    (status = 200, body = Vec<LoginRow>), (status = 400, body = Problem),
    (status = 401, body = Problem), (status = 403, body = Problem),
    (status = 422, body = Problem),
))]
async fn logins(
    State(app): State<Arc<App>>,
    viewer: Viewer,
    asked: Result<Query<Asked>, QueryRejection>,
) -> Result<Json<Vec<LoginRow>>, Problem> {
    let (changes, range) = changes(&app, viewer, asked).await?;
    let rows = activity::logins(&changes, range);
    let row = |login: activity::Login| LoginRow {
        agent: login.agent.to_string(),
        logged_in_at: ms(login.from),
        logged_out_at: login.to.map(ms),
        lasted_ms: ms(login.lasted),
    };
    Ok(Json(rows.into_iter().map(row).collect()))
}

/// The times in which agents of a queue paused, by agent; each reason for itself.
#[utoipa::path(get, path = "/agents/pauses", tag = "agents", params(Asked), responses(
    (status = 200, body = Vec<PauseRow>), (status = 400, body = Problem),
    (status = 401, body = Problem), (status = 403, body = Problem),
    (status = 422, body = Problem),
))]
async fn pauses(
    State(app): State<Arc<App>>,
    viewer: Viewer,
    asked: Result<Query<Asked>, QueryRejection>,
) -> Result<Json<Vec<PauseRow>>, Problem> {
    let (changes, range) = changes(&app, viewer, asked).await?;
    let rows = activity::pauses(&changes, range);
    let row = |pause: activity::Pause| PauseRow {
        agent: pause.agent.to_string(),
        paused_at: ms(pause.from),
        ended_at: pause.to.map(ms),
        lasted_ms: ms(pause.lasted),
        reason: pause.reason,
        reason_changed: pause.changed,
        counts: pause.counts,
    };
    Ok(Json(rows.into_iter().map(row).collect()))
}

const fn ms(us: i64) -> i64 {
    us.div_euclid(1_000)
}

fn number(what: &str, text: &str) -> Result<Number, Problem> {
    let wrong = |why| Problem::bad("query", format!("{what}: {text:?} is no number: {why}"));
    text.parse().map_err(wrong)
}

/// The changes that an answer is made of. Who sees the queue sees everybody in it,
/// everybody else himself alone.
async fn changes(
    app: &App,
    viewer: Viewer,
    asked: Result<Query<Asked>, QueryRejection>,
) -> Result<(Vec<StatusChange>, Range), Problem> {
    let Query(asked) = asked.map_err(|why| Problem::bad("query", why.body_text()))?;
    let queue = number("queue", &asked.queue)?;
    let agent = asked.agent.as_deref();
    let agent = agent.map(|text| number("agent", text)).transpose()?;
    let own = agent.is_some_and(|agent| viewer.sight.is(agent));
    if !own && !viewer.sight.sees_queue(queue) {
        return Err(Problem::denied());
    }
    let range = Range {
        from: asked.from.saturating_mul(1_000),
        to: asked.to.saturating_mul(1_000),
        now: SystemClock.wall(),
    };
    let store = app.store.clone();
    let read = spawn_blocking(move || read(&store, (queue, agent), range)).await;
    let read = read.map_err(|_| Problem::unavailable("stopped", "the server stops"))??;
    let Some(rows) = read else {
        let detail = format!("more than {CHANGES_MAX} changes: ask for less time, or one agent");
        return Err(Problem::invalid("range", detail));
    };
    Ok((rows.into_iter().map(change).collect(), range))
}

fn change(row: StatusRow) -> StatusChange {
    StatusChange {
        agent: row.agent,
        at: row.unix_us,
        status: row.status,
        is_static: row.is_static,
    }
}

/// Every change, page by page; nothing where there are too many.
fn read(
    store: &Store,
    of: (Number, Option<Number>),
    range: Range,
) -> Result<Option<Vec<StatusRow>>, StoreError> {
    let mut rows: Vec<StatusRow> = Vec::new();
    loop {
        let after = rows.last().map(StatusKey::of);
        let page = store.statuses(
            of,
            (range.from, range.to.saturating_sub(1)),
            after,
            PAGE_ROWS_MAX,
        )?;
        let more = page.len() == PAGE_ROWS_MAX;
        rows.extend(page);
        if rows.len() > CHANGES_MAX {
            return Ok(None);
        }
        if !more {
            return Ok(Some(rows));
        }
    }
}
