//! Callbacks: who asked for one, and what came of it.

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
use tandem_reports::reason_word;
use tokio::task::spawn_blocking;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::paging::{Page, known};
use super::problem::Problem;
use super::serve::App;
use super::sign_in::Viewer;
use crate::store::{CallbackRow, CallbackState, Store, StoreError};
use crate::views::Sight;

/// The words for how far a callback has come.
const STATES: [&str; 4] = ["answered", "calling", "failed", "waiting"];
/// Why one failed for which no number was given that can be called.
const INVALID_NUMBER: &str = "invalid_number";

pub(crate) fn routes() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new().routes(routes!(callbacks))
}

/// Which callbacks of a queue.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct Asked {
    /// The queue's number.
    queue: String,
    /// Those alone that have come so far: `answered`, `calling`, `failed` or `waiting`.
    state: Option<String>,
    /// Those that were asked for then or later, in Unix ms.
    from: Option<i64>,
    /// Those that were asked for then or before, in Unix ms.
    to: Option<i64>,
    /// The `next` of the page before.
    after: Option<String>,
    /// Callbacks of a page, 1 to 500; default 100.
    limit: Option<usize>,
}

/// Callbacks in the order in which they were asked for.
#[derive(Debug, Serialize, ToSchema)]
struct Callbacks {
    /// The callbacks.
    callbacks: Vec<Shown>,
    /// Where the next page begins; null where there is none.
    next: Option<String>,
}

/// A callback that a caller was promised, or for which he gave a number that can not be
/// called.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Callback)]
struct Shown {
    /// The call.
    id: String,
    /// In which of its visits to a queue, from zero.
    visit: u16,
    /// The queue's number.
    queue: String,
    /// The number that the caller called from; null where it is withheld or was erased.
    caller: Option<String>,
    /// Where he wants to be called; null where that was erased, or can not be called.
    number: Option<String>,
    /// When he asked, in Unix ms.
    requested_at: i64,
    /// An agent must be found before, in Unix ms; null: whenever one is.
    until: Option<i64>,
    /// `waiting` for an agent; `calling`: an agent has answered, and he is called;
    /// `answered`; or `failed`.
    state: &'static str,
    /// Since when, in Unix ms.
    since: i64,
    /// Why it failed, `invalid_number` where nothing was promised; null where it did not.
    reason: Option<&'static str>,
    /// The number of who answered for it; null while nobody has.
    agent: Option<String>,
}

impl Shown {
    fn new(row: &CallbackRow) -> Self {
        let shown = |number: Number| (!number.is_none()).then(|| number.to_string());
        Self {
            id: row.call.to_string(),
            visit: row.visit,
            queue: row.queue.to_string(),
            caller: shown(row.caller),
            number: shown(row.number),
            requested_at: row.requested_us.div_euclid(1_000),
            until: row.until_us.map(|until| until.div_euclid(1_000)),
            state: word(row.state),
            since: row.since_us.div_euclid(1_000),
            reason: match row.state {
                CallbackState::Failed(reason) => Some(reason_word(reason)),
                CallbackState::InvalidNumber => Some(INVALID_NUMBER),
                CallbackState::Answered | CallbackState::Calling | CallbackState::Waiting => None,
            },
            agent: row.agent.map(|agent| agent.to_string()),
        }
    }
}

const fn word(state: CallbackState) -> &'static str {
    match state {
        CallbackState::Answered => STATES[0],
        CallbackState::Calling => STATES[1],
        CallbackState::Failed(_) | CallbackState::InvalidNumber => STATES[2],
        CallbackState::Waiting => STATES[3],
    }
}

/// Whether it may be seen: as the record of a call that was answered, or was not.
fn is_seen(row: &CallbackRow, sight: &Sight) -> bool {
    let answered = row.agent.filter(|_| row.state == CallbackState::Answered);
    sight.sees_record(row.queue, answered)
}

/// Pages of the callbacks that callers of a queue asked for. Who may not see everything sees
/// what his rights let him see of records: those that were answered as answered calls, all
/// others as missed ones.
#[utoipa::path(get, path = "/callbacks", tag = "records", params(Asked), responses(
    (status = 200, body = Callbacks), (status = 400, body = Problem),
    (status = 401, body = Problem), (status = 403, body = Problem),
))]
async fn callbacks(
    State(app): State<Arc<App>>,
    viewer: Viewer,
    asked: Result<Query<Asked>, QueryRejection>,
) -> Result<Json<Callbacks>, Problem> {
    let Query(asked) = asked.map_err(|why| Problem::bad("query", why.body_text()))?;
    let text = &asked.queue;
    let queue: Number = text
        .parse()
        .map_err(|why| Problem::bad("query", format!("{text:?} is no number: {why}")))?;
    if !viewer.sight.sees_records_of(queue) {
        return Err(Problem::denied());
    }
    let state = known(asked.state.as_ref(), &STATES)?;
    let page = Page::new((asked.from, asked.to), asked.after.as_deref(), asked.limit)?;
    let store = app.store.clone();
    let found = spawn_blocking(move || find(&store, queue, page, state.as_deref(), &viewer.sight));
    let found = found.await;
    let found = found.map_err(|_| Problem::unavailable("stopped", "the server stops"))??;
    Ok(Json(found))
}

fn find(
    store: &Store,
    queue: Number,
    page: Page,
    state: Option<&str>,
    sight: &Sight,
) -> Result<Callbacks, StoreError> {
    let (callbacks, next) = page.fill(
        |after, last, limit| store.callbacks(queue, after, last, limit),
        CallbackRow::key,
        |row| {
            let row = &row;
            let wanted = state.is_none_or(|state| state == word(row.state));
            (wanted && is_seen(row, sight)).then(|| Shown::new(row))
        },
    )?;
    Ok(Callbacks { callbacks, next })
}
