//! The configuration, as a whole and as text.

use std::sync::Arc;

use axum::Json;
use axum::body::Body;
use axum::extract::State;
use axum::http::header::{CONTENT_TYPE, ETAG, IF_MATCH};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use tandem_engine::Input;
use tandem_engine::config::model::Change;
use tandem_engine::config::reader::Source;
use tandem_engine::config::text;
use tokio::task::spawn_blocking;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::agents::ask;
use super::body::{self, CONFIG_BYTES_MAX};
use super::problem::Problem;
use super::serve::App;
use super::sign_in::{SignedIn, Viewer};
use crate::driver::{Directory, parts};

pub(crate) fn routes() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new().routes(routes!(get, put))
}

/// What a configuration led to.
#[derive(Debug, Serialize, ToSchema)]
struct Configured {
    /// The revision in force now.
    revision: u64,
    /// How many objects are others than they were.
    changes: usize,
}

fn etag(revision: u64) -> (axum::http::HeaderName, HeaderValue) {
    let tag = HeaderValue::from_str(&format!("\"{revision}\""));
    (ETAG, tag.expect("digits in quotes"))
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, Problem> {
    let done = spawn_blocking(work).await;
    done.map_err(|_| Problem::unavailable("stopped", "the server stops"))
}

/// The configuration in force, as a configuration file.
#[utoipa::path(get, path = "/config", tag = "configuration", responses(
    (status = 200, body = String, content_type = "application/toml",
        headers(("etag" = String, description = "The revision, in quotes."))),
    (status = 401, body = Problem), (status = 403, body = Problem),
))]
async fn get(viewer: Viewer) -> Result<Response, Problem> {
    viewer.administrates()?;
    let directory = Arc::clone(&viewer.view.directory);
    let tag = etag(directory.revision);
    let text = blocking(move || text::write(&directory.config)).await?;
    let kind = HeaderValue::from_static("application/toml; charset=utf-8");
    Ok(([(CONTENT_TYPE, kind), tag], text).into_response())
}

/// Puts a whole configuration file in force, if nobody changed the
/// configuration since the revision that it was made from.
#[utoipa::path(put, path = "/config", tag = "configuration",
    params(("if-match" = String, Header, description = "The revision, in quotes.")),
    request_body(content = String, content_type = "application/toml"),
    responses(
        (status = 200, body = Configured, description = "It is in force."),
        (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 412, body = Problem, description = "Somebody changed it meanwhile."),
        (status = 413, body = Problem),
        (status = 422, body = Problem, description = "All that is wrong with it."),
        (status = 428, body = Problem, description = "`If-Match` is missing."),
    ))]
async fn put(
    State(app): State<Arc<App>>,
    signed_in: SignedIn,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Problem> {
    Viewer::of(&app, signed_in.clone())?.administrates()?;
    let base = revision(&headers)?;
    let bytes = body::read(body, CONFIG_BYTES_MAX).await?;
    // One at a time: large changes take several entries.
    let _turn = app.configuring.lock().await;
    let viewer = Viewer::of(&app, signed_in.clone())?;
    viewer.administrates()?;
    let directory = Arc::clone(&viewer.view.directory);
    if directory.revision != base {
        return Err(Problem::conflict(directory.revision));
    }
    let parts = blocking(move || changes(&directory, &bytes)).await??;
    let changes = parts.iter().map(Vec::len).sum();
    let mut revision = base;
    for part in parts {
        let input = Input::Configure {
            by: signed_in.by,
            base: revision,
            changes: part,
        };
        let made = ask(&app, input).await;
        made.map_err(|problem| in_part(problem, base, revision))?;
        revision += 1;
    }
    let configured = Json(Configured { revision, changes });
    Ok((StatusCode::OK, [etag(revision)], configured).into_response())
}

/// What leads from the configuration in force to that of a text.
fn changes(directory: &Directory, bytes: &[u8]) -> Result<Vec<Vec<Change>>, Problem> {
    let text = str::from_utf8(bytes).map_err(|why| {
        let at = why.valid_up_to();
        Problem::invalid("utf_8", format!("byte {at} of the text is not UTF-8"))
    })?;
    let wanted = text::read(Source::new("configuration", text))?;
    Ok(parts(&directory.config, &wanted))
}

/// The revision that a change was made from.
fn revision(headers: &HeaderMap) -> Result<u64, Problem> {
    let Some(tag) = headers.get(IF_MATCH) else {
        let detail = "say in If-Match which revision this was made from";
        let status = StatusCode::PRECONDITION_REQUIRED;
        return Err(Problem::new(status, "if_match", detail));
    };
    let tag = tag.to_str().unwrap_or_default().trim();
    let digits = tag
        .strip_prefix('"')
        .and_then(|rest| rest.strip_suffix('"'));
    digits
        .and_then(|digits| digits.parse().ok())
        .ok_or_else(|| Problem::bad("if_match", "If-Match is a revision in quotes"))
}

/// Somebody at the console may have come between two parts.
fn in_part(problem: Problem, base: u64, revision: u64) -> Problem {
    if revision == base {
        return problem;
    }
    let detail = format!("only a part is in force, as revision {revision}: read it anew");
    problem.because(detail)
}
