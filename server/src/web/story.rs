//! Why a call waited, and how the queues stood.

#![expect(
    unused_qualifications,
    reason = "the macro that describes parameters writes one"
)]

use std::sync::Arc;

use axum::Json;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Path, Query, State};
use axum::http::HeaderMap;
use axum::http::header::{ACCEPT, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use tandem_engine::{Number, PublicId};
use tandem_reports::story::{Remain, Remains};
use tokio::task::spawn_blocking;
use utoipa::IntoParams;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::problem::Problem;
use super::serve::App;
use super::sign_in::Viewer;
use crate::driver::{Explained, explain, explain_at};
use crate::store::StoreError;
use crate::views::Sight;

pub(crate) fn routes() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new()
        .routes(routes!(story))
        .routes(routes!(history))
}

/// A moment.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct Asked {
    /// The moment, in Unix ms.
    at: i64,
}

/// Why a call waited, and why it went to whom: what the journal tells, or where that
/// does not reach back, what its records do. `Accept: text/plain` has it in words.
/// Whoever may not see everything sees the calls of queues whose callers he sees.
/// `docs/explain.md` has the keys.
#[utoipa::path(get, path = "/calls/{id}/story", tag = "records", responses(
    (status = 200, body = Object), (status = 401, body = Problem),
    (status = 403, body = Problem), (status = 404, body = Problem),
    (status = 429, body = Problem),
))]
async fn story(
    State(app): State<Arc<App>>,
    viewer: Viewer,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let unknown = || Problem::not_found("there is no such call");
    let call: PublicId = id.parse().map_err(|_| unknown())?;
    let explained = one_by_one(&app, move |store| explain(store, call)).await?;
    match explained {
        Explained::Story { mut story, .. } => {
            let queues = story.visits.iter().map(|visit| visit.queue.number);
            may_see(&viewer.sight, queues)?;
            story.keep_elsewhere(|queue| viewer.sight.sees_calls(queue));
            Ok(shown(&headers, &*story, || story.to_text()))
        }
        Explained::Records { records, why } => {
            may_see(&viewer.sight, records.iter().map(|record| record.queue))?;
            let zone = &viewer.view.directory.config.options.time_zone;
            let visits = records.iter().map(|record| {
                let joined_us = record.joined_us;
                Remain::new(&record.call, record.queue, record.agent, joined_us, zone)
            });
            let visits = visits.collect();
            let no_story = why;
            let remains = Remains {
                call,
                no_story,
                visits,
            };
            Ok(shown(&headers, &remains, || remains.to_text()))
        }
        Explained::Unknown => Err(unknown()),
    }
}

/// Every queue as it stood at a moment: who waited, who did what. `Accept: text/plain`
/// has it in words. Whoever may not see everything sees queues whose callers
/// he sees.
#[utoipa::path(get, path = "/history", tag = "records", params(Asked), responses(
    (status = 200, body = Object), (status = 400, body = Problem),
    (status = 401, body = Problem), (status = 404, body = Problem),
    (status = 429, body = Problem),
))]
async fn history(
    State(app): State<Arc<App>>,
    viewer: Viewer,
    asked: Result<Query<Asked>, QueryRejection>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let Query(asked) = asked.map_err(|why| Problem::bad("query", why.body_text()))?;
    let at = asked.at.saturating_mul(1_000);
    let seen = one_by_one(&app, move |store| explain_at(store, at)).await?;
    let mut picture = seen.map_err(|why| Problem::not_found(&why))?.picture;
    (picture.queues).retain(|queue| viewer.sight.sees_calls(queue.queue.number));
    Ok(shown(&headers, &picture, || picture.to_text()))
}

/// Replays take a processor for up to some seconds: one at a time, so that calls do not
/// wait for those who wonder about others.
async fn one_by_one<R: Send + 'static>(
    app: &Arc<App>,
    work: impl FnOnce(&crate::store::Store) -> Result<R, StoreError> + Send + 'static,
) -> Result<R, Problem> {
    const RETRY_AFTER_S: u32 = 2;
    let busy = "somebody else has something explained";
    let guard = Arc::clone(&app.explaining).try_lock_owned();
    let guard = guard.map_err(|_| Problem::too_many("busy", busy, RETRY_AFTER_S))?;
    let store = app.store.clone();
    // Whoever asked may be gone, and the work goes on: so does the lock.
    let done = spawn_blocking(move || {
        let done = work(&store);
        drop(guard);
        done
    });
    let done = done.await;
    Ok(done.map_err(|_| Problem::unavailable("stopped", "the server stops"))??)
}

/// Whoever sees all the queues that a call visited may be told of it. A call that
/// visited none is for those who see everything.
fn may_see(sight: &Sight, queues: impl Iterator<Item = Number>) -> Result<(), Problem> {
    let mut queues = queues.peekable();
    let some = queues.peek().is_some();
    let sees = *sight == Sight::All || (some && queues.all(|queue| sight.sees_calls(queue)));
    sees.then_some(()).ok_or_else(Problem::denied)
}

fn shown<S: Serialize>(headers: &HeaderMap, what: &S, text: impl FnOnce() -> String) -> Response {
    let accept = headers.get(ACCEPT).and_then(|value| value.to_str().ok());
    if accept.is_some_and(|accept| accept.contains("text/plain")) {
        return ([(CONTENT_TYPE, "text/plain; charset=utf-8")], text()).into_response();
    }
    Json(what).into_response()
}
