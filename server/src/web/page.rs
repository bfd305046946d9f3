//! The page: three files that need nothing from elsewhere.

use axum::Router;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use axum::routing::get;

/// What a browser may do with our pages: load what is ours, talk to us, and
/// nothing else. Nobody may frame them.
pub(crate) const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; \
     img-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; \
     frame-ancestors 'none'";

pub(crate) fn routes<S: Clone + Send + Sync + 'static>() -> Router<S> {
    let file = |kind, text| get(move || async move { file(kind, text) });
    let html = file("text/html; charset=utf-8", include_str!("page/page.html"));
    let style = file("text/css; charset=utf-8", include_str!("page/page.css"));
    let script = file(
        "text/javascript; charset=utf-8",
        include_str!("page/page.js"),
    );
    let icon = file("image/svg+xml", include_str!("page/icon.svg"));
    Router::new()
        .route("/", html)
        .route("/page.css", style)
        .route("/page.js", script)
        .route("/icon.svg", icon)
}

fn file(kind: &'static str, text: &'static str) -> Response {
    // With the next version other files have these names.
    ([(CONTENT_TYPE, kind), (CACHE_CONTROL, "no-cache")], text).into_response()
}
