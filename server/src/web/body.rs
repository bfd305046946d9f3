//! Reading what people send: never more than allowed, and not for ever.

use std::error::Error;
use std::time::Duration;

use axum::body::{Body, Bytes, to_bytes};
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderMap, StatusCode};
use http_body_util::LengthLimitError;
use serde::de::DeserializeOwned;
use tokio::time::timeout;

use super::problem::Problem;

/// Bytes of a body in JSON.
pub const JSON_BYTES_MAX: usize = 16 * 1024;
/// Bytes of a configuration that is put. All that the engine's limits allow
/// fits in.
pub const CONFIG_BYTES_MAX: usize = 16 * 1024 * 1024;
/// How long a body may take to come, in seconds.
pub const BODY_S_MAX: u64 = 30;

/// All of a body.
pub(crate) async fn read(body: Body, bytes_max: usize) -> Result<Bytes, Problem> {
    let read = timeout(Duration::from_secs(BODY_S_MAX), to_bytes(body, bytes_max));
    match read.await {
        Ok(Ok(bytes)) => Ok(bytes),
        Ok(Err(why)) if is_limit(&why) => Err(Problem::too_large(bytes_max)),
        Ok(Err(_)) => Err(Problem::bad("body", "the body broke off")),
        Err(_) => Err(Problem::new(
            StatusCode::REQUEST_TIMEOUT,
            "body",
            "the body took too long to come",
        )),
    }
}

fn is_limit(why: &axum::Error) -> bool {
    why.source()
        .is_some_and(|cause| cause.is::<LengthLimitError>())
}

/// A body in JSON; nothing at all stands for the default.
pub(crate) async fn json<T: DeserializeOwned + Default>(
    headers: &HeaderMap,
    body: Body,
) -> Result<T, Problem> {
    let bytes = read(body, JSON_BYTES_MAX).await?;
    if bytes.is_empty() {
        return Ok(T::default());
    }
    let kind = headers.get(CONTENT_TYPE);
    let kind = kind.and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    let kind = kind.split(';').next().unwrap_or_default().trim();
    if !kind.eq_ignore_ascii_case("application/json") {
        let detail = "the body must be application/json";
        let status = StatusCode::UNSUPPORTED_MEDIA_TYPE;
        return Err(Problem::new(status, "media_type", detail));
    }
    serde_json::from_slice(&bytes).map_err(|why| match why.classify() {
        // What is right JSON has the wrong things in it.
        serde_json::error::Category::Data => Problem::invalid("body", why.to_string()),
        _ => Problem::bad("json", why.to_string()),
    })
}
