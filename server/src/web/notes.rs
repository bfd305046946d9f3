//! Notes of calls: while somebody talks, while he wraps up, and later from the log.

use std::sync::Arc;

use axum::Json;
use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use serde::{Deserialize, Serialize};
use tandem_engine::records::notes::Note;
use tandem_engine::{By, Input, PublicId};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::body;
use super::calls;
use super::logs::{Done, decide, find, of_record};
use super::problem::Problem;
use super::records::who;
use super::serve::App;
use super::sign_in::{SignedIn, Viewer};
use crate::store::NoteRow;

pub(crate) fn routes() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new()
        .routes(routes!(note_call))
        .routes(routes!(note_log))
}

/// What is noted of a call, in place of all that was. Nothing takes it back.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
struct CallNote {
    /// What it came to: some of the configured dispositions.
    dispositions: Vec<String>,
    /// In one's own words, at most 2,000 characters.
    remark: String,
}

/// The same, and of which call that is over.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
struct LogNote {
    /// The `log` of the record.
    log: String,
    /// What it came to: some of the configured dispositions.
    dispositions: Vec<String>,
    /// In one's own words, at most 2,000 characters.
    remark: String,
}

/// What was noted of a call.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct NotedRow {
    /// What it came to.
    pub(crate) dispositions: Vec<String>,
    /// In the words of who wrote it.
    remark: String,
    /// Who wrote it, the last one last.
    written: Vec<WrittenRow>,
}

/// That somebody wrote a note.
#[derive(Debug, Serialize, ToSchema)]
struct WrittenRow {
    /// The number of who did it; null for the system.
    by: Option<String>,
    /// When, in Unix ms.
    at: i64,
}

impl NotedRow {
    pub(crate) fn new(row: NoteRow) -> Self {
        let written = row.written.iter().map(|stamp| WrittenRow {
            by: who(stamp.by),
            at: stamp.at_us.div_euclid(1_000),
        });
        Self {
            written: written.collect(),
            dispositions: row.note.dispositions,
            remark: row.note.remark,
        }
    }
}

fn note(dispositions: Vec<String>, remark: String) -> Box<Note> {
    Box::new(Note {
        dispositions,
        remark,
    })
}

/// Notes a call in which somebody talks, or the one that the agent has just answered,
/// while he wraps up.
#[utoipa::path(put, path = "/calls/{id}/notes", tag = "calls",
    params(("id" = String, Path, description = "The call.")),
    request_body(content = CallNote, content_type = "application/json"),
    responses(
        (status = 200, body = Done, description = "It is durable."),
        (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem), (status = 409, body = Problem),
        (status = 422, body = Problem),
    ))]
async fn note_call(
    State(app): State<Arc<App>>,
    signed_in: SignedIn,
    Path(id): Path<String>,
    headers: HeaderMap,
    body: Body,
) -> Result<Json<Done>, Problem> {
    let CallNote {
        dispositions,
        remark,
    } = body::json(&headers, body).await?;
    let note = note(dispositions, remark);
    let by = signed_in.by;
    let viewer = Viewer::of(&app, signed_in)?;
    let live = calls::find(&viewer, &id);
    // Who talks to the caller now means this conversation; who did before, his own.
    let public: Option<PublicId> = id.parse().ok();
    let talker = public.and_then(|id| viewer.view.screen.active.get(&id));
    let talker = talker.and_then(|row| row.agent);
    let before = match by {
        By::Person(number) if talker != Some(number) => public.map(|call| (number, call)),
        _ => None,
    };
    decide(&app, move |store| {
        let record = before.map(|(agent, call)| store.latest_answered(agent, call));
        if let Some(record) = record.transpose()?.flatten() {
            let log = Box::new(of_record(store, &record)?);
            return Ok(Input::CallLogNoted { by, log, note });
        }
        let call = live?;
        Ok(Input::CallNoted { by, call, note })
    })
    .await
}

/// Notes a call that is over.
#[utoipa::path(put, path = "/calls/records/notes", tag = "records",
    request_body(content = LogNote, content_type = "application/json"),
    responses(
        (status = 200, body = Done, description = "It is durable."),
        (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem), (status = 422, body = Problem),
        (status = 429, body = Problem),
    ))]
async fn note_log(
    State(app): State<Arc<App>>,
    signed_in: SignedIn,
    headers: HeaderMap,
    body: Body,
) -> Result<Json<Done>, Problem> {
    let LogNote {
        log,
        dispositions,
        remark,
    } = body::json(&headers, body).await?;
    let note = note(dispositions, remark);
    let by = signed_in.by;
    decide(&app, move |store| {
        let log = Box::new(find(store, &log)?.1);
        Ok(Input::CallLogNoted { by, log, note })
    })
    .await
}
