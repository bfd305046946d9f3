//! Who asks.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Instant;

use axum::extract::FromRequestParts;
use axum::http::header::{AUTHORIZATION, COOKIE as COOKIES, HOST, ORIGIN, UPGRADE};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode};
use tandem_engine::By;
use tokio::task::spawn_blocking;

use super::failures::FAILED_SIGN_INS_S;
use super::problem::Problem;
use super::serve::App;
use super::token;
use crate::store::{Store, Token, TokenOf};
use crate::views::{Sight, View};

/// The cookie that stands for a token in a browser.
pub const COOKIE: &str = "tandem_token";

/// Where a request comes from.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Peer(pub(crate) IpAddr);

/// Who has shown a token that exists.
#[derive(Clone, Debug)]
pub(crate) struct SignedIn {
    pub(crate) by: By,
    pub(crate) token: Token,
    pub(crate) hash: [u8; 32],
}

/// Who has shown a token, and what may be seen with it.
#[derive(Clone, Debug)]
pub(crate) struct Viewer {
    pub(crate) signed_in: SignedIn,
    pub(crate) sight: Sight,
    pub(crate) view: Arc<View>,
}

fn unknown(detail: &str) -> Problem {
    Problem::new(StatusCode::UNAUTHORIZED, "unauthorized", detail)
}

/// The token in a header, and whether a browser added it by itself.
fn shown(headers: &HeaderMap) -> Option<(&str, bool)> {
    if let Some(value) = headers.get(AUTHORIZATION) {
        let (scheme, token) = value.to_str().ok()?.split_once(' ')?;
        let bearer = scheme.eq_ignore_ascii_case("bearer");
        return bearer.then_some((token.trim(), false));
    }
    let cookies = headers.get_all(COOKIES).iter();
    let pairs = cookies
        .filter_map(|cookies| cookies.to_str().ok())
        .flat_map(|cookies| cookies.split(';'));
    let mut values = pairs.filter_map(|pair| pair.trim().strip_prefix(COOKIE)?.strip_prefix('='));
    values.next().map(|token| (token, true))
}

/// Whether the page that makes a browser ask is one of ours. Cookies go along
/// with whatever any page has a browser ask, and `SameSite` lets in those of
/// other ports of the same host.
pub(crate) fn own_origin(headers: &HeaderMap) -> bool {
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
    let (Some(origin), Some(host)) = (text(ORIGIN), text(HOST)) else {
        return false;
    };
    let origin = origin.split_once("://").map_or("", |(_, rest)| rest);
    origin.eq_ignore_ascii_case(host)
}

/// Finds a token in the store.
pub(crate) async fn look_up(store: &Store, hash: [u8; 32]) -> Result<Option<Token>, Problem> {
    let store = store.clone();
    let found = spawn_blocking(move || store.token(&hash)).await;
    Ok(found.map_err(|_| Problem::unavailable("stopped", "the server stops"))??)
}

/// Who shows this token.
pub(crate) async fn sign_in(app: &App, from: IpAddr, shown: &str) -> Result<SignedIn, Problem> {
    let hash = token::hash(shown);
    if !app.failures.allow(from, &hash, Instant::now()) {
        let detail = "too many wrong tokens came from this address";
        return Err(Problem::too_many("sign_ins", detail, FAILED_SIGN_INS_S));
    }
    let Some(token) = look_up(&app.store, hash).await? else {
        app.failures.wrong(from, &hash, Instant::now());
        app.metrics.sign_ins_failed.inc();
        return Err(unknown("there is no such token"));
    };
    app.failures.right(&hash);
    let by = match token.of {
        TokenOf::Extension(number) => By::Person(number),
        TokenOf::System => By::System,
    };
    Ok(SignedIn { by, token, hash })
}

impl FromRequestParts<Arc<App>> for SignedIn {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Problem> {
        let headers = &parts.headers;
        let Some((token, by_cookie)) = shown(headers) else {
            return Err(unknown("sign in, or send a token"));
        };
        let changes = !parts.method.is_safe() || headers.contains_key(UPGRADE);
        if by_cookie && changes && !own_origin(headers) {
            let detail = "another page asks for this";
            return Err(Problem::new(StatusCode::FORBIDDEN, "origin", detail));
        }
        let Peer(from) = parts.extensions.get().copied().expect("it is put there");
        sign_in(app, from, token).await
    }
}

impl FromRequestParts<Arc<App>> for Viewer {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Problem> {
        let signed_in = SignedIn::from_request_parts(parts, app).await?;
        Self::of(app, signed_in)
    }
}

impl Viewer {
    /// What may be seen now.
    pub(crate) fn of(app: &App, signed_in: SignedIn) -> Result<Self, Problem> {
        let view = app.views.view();
        if !view.begun {
            return Err(Problem::unavailable("starting", "the server starts"));
        }
        let sight = Sight::of(&view.directory, signed_in.by);
        if sight == Sight::None {
            return Err(Problem::denied().because("nobody has this extension any more".into()));
        }
        Ok(Self {
            signed_in,
            sight,
            view,
        })
    }

    /// Lets those pass who may see and do everything.
    pub(crate) fn administrates(&self) -> Result<(), Problem> {
        match self.sight {
            Sight::All => Ok(()),
            _ => Err(Problem::denied()),
        }
    }
}
