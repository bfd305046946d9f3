//! Signing in and out with a browser.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::State;
use axum::http::header::{ORIGIN, SET_COOKIE};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use serde::{Deserialize, Serialize};
use tandem_engine::By;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::body;
use super::problem::Problem;
use super::serve::App;
use super::sign_in::{COOKIE, Peer, SignedIn, Viewer, own_origin, sign_in};
use crate::views::Sight;

/// How long a browser keeps the cookie, in seconds: a shift.
const COOKIE_S: u32 = 12 * 3_600;

pub(crate) fn routes() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new()
        .routes(routes!(enter))
        .routes(routes!(leave))
        .routes(routes!(session))
}

/// A token.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct SignIn {
    /// As it was told when it was made.
    #[serde(default)]
    token: String,
}

/// Who is signed in.
#[derive(Debug, Serialize, ToSchema)]
struct Session {
    /// What the token is called.
    name: String,
    /// In whose name it acts; null for the system.
    extension: Option<String>,
    /// Whether everything may be seen and done.
    administrator: bool,
    /// Reasons for a pause, in the order in which they are shown.
    pause_reasons: Vec<String>,
    /// What calls are noted to have come to, in the order in which they are shown.
    dispositions: Vec<String>,
    /// What the page shows above everything.
    headline: Option<String>,
    /// Of Tandem.
    version: &'static str,
}

/// Signs a browser in: sets a cookie that scripts can not read.
#[utoipa::path(post, path = "/sign-in", tag = "session", security(()),
    request_body(content = SignIn, content_type = "application/json"),
    responses(
        (status = 204, description = "The cookie is set."),
        (status = 401, body = Problem, description = "There is no such token."),
        (status = 403, body = Problem, description = "Another page asks for this."),
        (status = 429, body = Problem, description = "Too many wrong tokens."),
    ))]
async fn enter(
    State(app): State<Arc<App>>,
    Extension(Peer(from)): Extension<Peer>,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Problem> {
    if headers.contains_key(ORIGIN) && !own_origin(&headers) {
        let detail = "another page asks for this";
        return Err(Problem::new(StatusCode::FORBIDDEN, "origin", detail));
    }
    let SignIn { token } = body::json(&headers, body).await?;
    sign_in(&app, from, &token).await?;
    Ok(cookie(&app, &token, COOKIE_S))
}

/// Signs a browser out. The token stays good.
#[utoipa::path(post, path = "/sign-out", tag = "session", responses(
    (status = 204, description = "The cookie is gone."), (status = 401, body = Problem),
))]
async fn leave(State(app): State<Arc<App>>, _: SignedIn) -> Response {
    cookie(&app, "", 0)
}

fn cookie(app: &App, token: &str, seconds: u32) -> Response {
    let secure = if app.secure_cookie { "; Secure" } else { "" };
    let cookie =
        format!("{COOKIE}={token}; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Strict{secure}");
    let cookie = HeaderValue::from_str(&cookie).expect("a token that exists is hex");
    (StatusCode::NO_CONTENT, [(SET_COOKIE, cookie)]).into_response()
}

/// Who is signed in.
#[utoipa::path(get, path = "/session", tag = "session", responses(
    (status = 200, body = Session), (status = 401, body = Problem),
))]
async fn session(State(app): State<Arc<App>>, viewer: Viewer) -> Json<Session> {
    let options = &viewer.view.directory.config.options;
    let reasons = options.pause_reasons.iter();
    Json(Session {
        name: viewer.signed_in.token.name,
        extension: match viewer.signed_in.by {
            By::Person(number) => Some(number.to_string()),
            By::System => None,
        },
        administrator: viewer.sight == Sight::All,
        pause_reasons: reasons.map(|reason| reason.name.clone()).collect(),
        dispositions: options.dispositions.clone(),
        headline: app.headline.clone(),
        version: env!("CARGO_PKG_VERSION"),
    })
}
