//! All routes, and the document that describes them.

use std::sync::Arc;

use axum::extract::Request;
use axum::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS,
};
use axum::http::{HeaderValue, StatusCode};
use axum::middleware::{Next, from_fn, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::{Extension, Router};
use utoipa::openapi::security::{
    ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityRequirement, SecurityScheme,
};
use utoipa::openapi::{InfoBuilder, OpenApi};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::problem::Problem;
use super::serve::{App, HEAD_BYTES_MAX};
use super::sign_in::COOKIE;
use super::{
    activity, agents, callbacks, calls, config, events, health, logs, metrics, notes, page,
    records, screens, session, story,
};

/// Everything that is answered.
pub(crate) fn all(app: &Arc<App>) -> Router {
    let api = OpenApiRouter::new()
        .merge(screens::routes())
        .merge(records::routes())
        .merge(callbacks::routes())
        .merge(logs::routes())
        .merge(notes::routes())
        .merge(story::routes())
        .merge(activity::routes())
        .merge(agents::routes())
        .merge(calls::routes())
        .merge(config::routes())
        .merge(events::routes())
        .merge(session::routes());
    let (router, document) = OpenApiRouter::new()
        .nest("/api/v1", api)
        .merge(health::routes())
        .merge(metrics::routes())
        .routes(routes!(openapi))
        .split_for_parts();
    let document = described(document);
    let document = document.to_json().expect("it is written to memory");
    router
        .merge(page::routes())
        .fallback(|| async { Problem::not_found("there is nothing here") })
        .method_not_allowed_fallback(|| async {
            let detail = "this can not be done here";
            Problem::new(StatusCode::METHOD_NOT_ALLOWED, "method", detail)
        })
        .layer(Extension(Document(document.into())))
        .layer(from_fn_with_state(Arc::clone(app), metrics::count))
        .layer(from_fn(guard))
        .with_state(Arc::clone(app))
}

#[derive(Clone)]
struct Document(Arc<str>);

/// This document.
#[utoipa::path(get, path = "/openapi.json", tag = "health", security(()), responses(
    (status = 200, body = Object, content_type = "application/json"),
))]
async fn openapi(Extension(Document(text)): Extension<Document>) -> Response {
    ([(CONTENT_TYPE, "application/json")], text.to_string()).into_response()
}

fn described(mut document: OpenApi) -> OpenApi {
    document.info = InfoBuilder::new()
        .title("Tandem")
        .version(env!("CARGO_PKG_VERSION"))
        .description(Some(
            "The contact centre as it is now, what was, and what people may change. \
             Times are Unix time in ms, numbers of people and queues are strings.",
        ))
        .build();
    let bearer = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).build();
    let cookie = ApiKey::Cookie(ApiKeyValue::new(COOKIE));
    let components = document.components.get_or_insert_default();
    components.add_security_scheme("token", SecurityScheme::Http(bearer));
    components.add_security_scheme("cookie", SecurityScheme::ApiKey(cookie));
    let none: [&str; 0] = [];
    document.security = Some(vec![
        SecurityRequirement::new("token", none),
        SecurityRequirement::new("cookie", none),
    ]);
    document
}

fn head_bytes(request: &Request) -> usize {
    let headers = request.headers().iter();
    let headers = headers.map(|(name, value)| name.as_str().len() + value.len());
    let uri = request.uri();
    let target = uri
        .path_and_query()
        .map_or(0, |target| target.as_str().len());
    target + headers.sum::<usize>()
}

/// Bounds the head, and says what every answer says to browsers.
async fn guard(request: Request, next: Next) -> Response {
    let mut response = if head_bytes(&request) > HEAD_BYTES_MAX {
        let status = StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE;
        let detail = format!("the head is larger than {HEAD_BYTES_MAX} bytes");
        Problem::new(status, "head", detail).into_response()
    } else {
        next.run(request).await
    };
    let headers = response.headers_mut();
    let policy = HeaderValue::from_static(page::POLICY);
    headers.insert(CONTENT_SECURITY_POLICY, policy);
    let nosniff = HeaderValue::from_static("nosniff");
    headers.insert(X_CONTENT_TYPE_OPTIONS, nosniff);
    let referrer = HeaderValue::from_static("no-referrer");
    headers.insert(REFERRER_POLICY, referrer);
    let store = HeaderValue::from_static("no-store");
    headers.entry(CACHE_CONTROL).or_insert(store);
    response
}
