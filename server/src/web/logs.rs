//! What people do about calls that are over: they deal with missed ones, and delete logs.

#![expect(
    unused_qualifications,
    reason = "the macro that describes parameters writes one"
)]

use std::sync::Arc;

use axum::Json;
use axum::body::Body;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Path, Query, State};
use axum::http::HeaderMap;
use serde::{Deserialize, Serialize};
use tandem_engine::limits::CALL_LOGS_SYNCED_MAX;
use tandem_engine::records::Outcome;
use tandem_engine::records::processing::{LoggedCall, Processing};
use tandem_engine::{By, Input};
use tandem_reports::{outcome_word, result_word};
use tokio::task::spawn_blocking;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::agents::ask;
use super::body;
use super::paging::RECORDS_MAX;
use super::problem::Problem;
use super::records::log_place;
use super::screens::number;
use super::serve::App;
use super::sign_in::{SignedIn, Viewer};
use crate::driver::Applied;
use crate::store::{
    CallRecord, LogKey, LogRow, MissedCall, PAGE_ROWS_MAX, RecordKey, RecordsOf, Store, StoreError,
};

pub(crate) fn routes() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new()
        .routes(routes!(delete))
        .routes(routes!(missed))
        .routes(routes!(process))
}

/// Which logs, and what becomes of them.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Logs {
    /// The `log` of each record.
    logs: Vec<String>,
}

/// How far a missed or abandoned call is dealt with.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Dealt {
    /// The `log` of the record.
    log: String,
    /// `not_dealt`, `dealing` or `dealt`.
    result: String,
}

/// What became of it.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Done {
    /// Number of the entry in the journal, where it is durable.
    seq: u64,
    /// How many logs it changed: of one that is dealt with, those that followed too.
    logs: usize,
}

fn done(applied: &Applied) -> Json<Done> {
    let seq = applied.seq;
    let logs = applied.out.events.len();
    Json(Done { seq, logs })
}

/// Loads from the store what an input must bring, and has the engine decide. One after
/// the other, lest two decide by what is not so any more.
pub(crate) async fn decide(
    app: &Arc<App>,
    load: impl FnOnce(&Store) -> Result<Input, Problem> + Send + 'static,
) -> Result<Json<Done>, Problem> {
    let _alone = app.paperwork.lock().await;
    let store = app.store.clone();
    let input = spawn_blocking(move || load(&store)).await;
    let input = input.map_err(|_| Problem::unavailable("stopped", "the server stops"))??;
    Ok(done(&ask(app, input).await?))
}

fn loaded(store: &Store, records: &[CallRecord]) -> Result<Vec<LoggedCall>, StoreError> {
    let rows = store.logs(records)?;
    let pairs = records.iter().zip(&rows);
    let shown = pairs.filter(|(_, row)| row.deleted.is_none());
    Ok(shown.map(|(record, row)| logged(record, row)).collect())
}

fn logged(record: &CallRecord, row: &LogRow) -> LoggedCall {
    let log = LoggedCall::new(&record.call, record.queue, record.agent, record.joined_us);
    LoggedCall {
        processing: row.processing(),
        ..log
    }
}

pub(crate) fn find(store: &Store, log: &str) -> Result<(CallRecord, LoggedCall), Problem> {
    let key = log_place(log).ok_or_else(|| Problem::invalid("log", "this is no log's name"))?;
    let record = store.record(&key)?.ok_or_else(gone)?;
    let log = of_record(store, &record)?;
    Ok((record, log))
}

fn gone() -> Problem {
    Problem::not_found("there is no such log")
}

/// What an input must bring of this record, unless its log is deleted.
pub(crate) fn of_record(store: &Store, record: &CallRecord) -> Result<LoggedCall, Problem> {
    let found = loaded(store, std::slice::from_ref(record))?;
    found.first().copied().ok_or_else(gone)
}

/// The same caller's calls to the same queue that may follow, the newest first.
fn same_caller(store: &Store, record: &CallRecord) -> Result<Vec<LoggedCall>, StoreError> {
    let caller = record.call.caller;
    let (mut found, mut after) = (Vec::new(), RecordKey::FIRST);
    while !caller.is_none() {
        let of = RecordsOf::Caller(caller);
        let page = store.records(of, after, RecordKey::LAST, PAGE_ROWS_MAX)?;
        let Some(last) = page.last().map(RecordKey::of) else {
            break;
        };
        after = last;
        let missed = |other: &CallRecord| {
            other.queue == record.queue && other.call.outcome != Outcome::Answered
        };
        let missed: Vec<CallRecord> = page.into_iter().filter(missed).collect();
        found.extend(loaded(store, &missed)?);
    }
    found.reverse();
    found.truncate(CALL_LOGS_SYNCED_MAX);
    Ok(found)
}

/// Says how far a missed or abandoned call is dealt with. Where it is set so, others of
/// the same caller follow.
#[utoipa::path(post, path = "/calls/records/processing", tag = "records",
    request_body(content = Dealt, content_type = "application/json"),
    responses(
        (status = 200, body = Done, description = "It is durable."),
        (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem), (status = 409, body = Problem),
        (status = 422, body = Problem), (status = 429, body = Problem),
    ))]
async fn process(
    State(app): State<Arc<App>>,
    signed_in: SignedIn,
    headers: HeaderMap,
    body: Body,
) -> Result<Json<Done>, Problem> {
    let asked: Dealt = body::json(&headers, body).await?;
    let mut results = Processing::ALL.into_iter();
    let result = results.find(|result| result_word(*result) == asked.result);
    let result = result
        .ok_or_else(|| Problem::invalid("result", "a result is not_dealt, dealing or dealt"))?;
    let by: By = signed_in.by;
    decide(&app, move |store| {
        let (record, log) = find(store, &asked.log)?;
        Ok(Input::CallLogProcessed {
            by,
            log: Box::new(log),
            result,
            same_caller: same_caller(store, &record)?,
        })
    })
    .await
}

/// Deletes logs of calls: all of them, or none if one may not be deleted. Figures stay.
#[utoipa::path(post, path = "/calls/records/delete", tag = "records",
    request_body(content = Logs, content_type = "application/json"),
    responses(
        (status = 200, body = Done, description = "It is durable."),
        (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem), (status = 409, body = Problem),
        (status = 422, body = Problem), (status = 429, body = Problem),
    ))]
async fn delete(
    State(app): State<Arc<App>>,
    signed_in: SignedIn,
    headers: HeaderMap,
    body: Body,
) -> Result<Json<Done>, Problem> {
    let Logs { mut logs } = body::json(&headers, body).await?;
    logs.sort_unstable();
    logs.dedup();
    let by = signed_in.by;
    decide(&app, move |store| {
        let logs = logs.iter().map(|log| Ok(find(store, log)?.1));
        let logs = logs.collect::<Result<_, Problem>>()?;
        Ok(Input::CallLogsDeleted { by, logs })
    })
    .await
}

/// Which calls that an agent missed.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct Asked {
    /// Callers who joined then or later, in Unix ms.
    from: Option<i64>,
    /// Callers who joined then or before, in Unix ms.
    to: Option<i64>,
}

/// A queue call that rang at an agent's telephone, who let it ring.
#[derive(Debug, Serialize, ToSchema)]
struct MissedCallRow {
    /// The queue's number.
    queue: String,
    /// The caller's number; null where it is withheld, was erased, or still waits.
    caller: Option<String>,
    /// When the caller joined, in Unix ms.
    joined_at: i64,
    /// How long the caller waited, in ms; null while he does.
    waited_ms: Option<u64>,
    /// How often this agent's telephone rang in vain.
    attempts: u32,
    /// How long it rang in all, in ms.
    rang_ms: u64,
    /// What became of the call: `abandoned`, `answered` (by somebody else, or later) or
    /// `missed`; null while the caller waits.
    outcome: Option<&'static str>,
    /// The log of the call; null while the caller waits.
    log: Option<String>,
}

impl MissedCallRow {
    fn new(missed: &MissedCall) -> Self {
        let record = missed.record.as_ref();
        let caller = record.map(|record| record.call.caller);
        Self {
            queue: missed.rings.queue.to_string(),
            caller: caller.filter(|c| !c.is_none()).map(|c| c.to_string()),
            joined_at: missed.key.joined_us.div_euclid(1_000),
            waited_ms: record.map(|record| record.call.waited.micros() / 1_000),
            attempts: missed.rings.attempts,
            rang_ms: missed.rings.rang.micros() / 1_000,
            outcome: record.map(|record| outcome_word(record.call.outcome)),
            log: record.map(|record| LogKey::of(record).to_string()),
        }
    }
}

/// The calls that an agent missed, at most 500, in the order in which their callers joined.
/// An agent sees all of his own; of others' those whose records one may see.
#[utoipa::path(get, path = "/agents/{number}/missed", tag = "records",
    params(("number" = String, Path, description = "The extension's number."), Asked),
    responses(
        (status = 200, body = Vec<MissedCallRow>), (status = 400, body = Problem),
        (status = 401, body = Problem), (status = 404, body = Problem),
    ))]
async fn missed(
    State(app): State<Arc<App>>,
    viewer: Viewer,
    Path(agent): Path<String>,
    asked: Result<Query<Asked>, QueryRejection>,
) -> Result<Json<Vec<MissedCallRow>>, Problem> {
    let Query(asked) = asked.map_err(|why| Problem::bad("query", why.body_text()))?;
    let agent = number(&agent)?;
    let from = |ms: i64| RecordKey::until(ms.saturating_mul(1_000).saturating_sub(1));
    let until = |ms: i64| RecordKey::until(ms.saturating_mul(1_000).saturating_add(999));
    let after = asked.from.map_or(RecordKey::FIRST, from);
    let last = asked.to.map_or(RecordKey::LAST, until);
    let store = app.store.clone();
    let found = spawn_blocking(move || store.missed_calls(agent, after, last, RECORDS_MAX)).await;
    let found = found.map_err(|_| Problem::unavailable("stopped", "the server stops"))??;
    let sight = &viewer.sight;
    // While the caller waits, nobody has answered yet.
    let answered = |call: &MissedCall| call.record.as_ref().and_then(|record| record.agent);
    let seen =
        |call: &&MissedCall| sight.is(agent) || sight.sees_record(call.rings.queue, answered(call));
    let rows = found.iter().filter(seen).map(MissedCallRow::new);
    Ok(Json(rows.collect()))
}
