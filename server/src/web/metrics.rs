//! Figures for Prometheus.

use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use axum::extract::{MatchedPath, Request, State};
use axum::http::header::CONTENT_TYPE;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::Registry;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::events::SOCKETS_MAX;
use super::problem::Problem;
use super::serve::App;
use super::sign_in::Viewer;
use crate::views::{AgentState, View};

pub(crate) fn routes() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new().routes(routes!(metrics))
}

type Labels = Vec<(&'static str, String)>;
type Gauges = Family<Labels, Gauge>;
type Counters = Family<Labels, Counter>;

/// What is counted as it happens.
#[derive(Debug, Default)]
pub(crate) struct Metrics {
    requests: Counters,
    pub(crate) sign_ins_failed: Counter<u64, AtomicU64>,
}

/// Counts requests by route and status.
pub(crate) async fn count(State(app): State<Arc<App>>, request: Request, next: Next) -> Response {
    let path = request.extensions().get::<MatchedPath>();
    let path = path.map_or("none", MatchedPath::as_str).to_owned();
    let response = next.run(request).await;
    let labels = vec![
        ("path", path),
        ("status", response.status().as_u16().to_string()),
    ];
    app.metrics.requests.get_or_create(&labels).inc();
    response
}

/// Figures of the server and of every queue, in the text format of Prometheus.
#[utoipa::path(get, path = "/metrics", tag = "health", responses(
    (status = 200, body = String, content_type = "text/plain"),
    (status = 401, body = Problem), (status = 403, body = Problem),
))]
async fn metrics(State(app): State<Arc<App>>, viewer: Viewer) -> Result<Response, Problem> {
    viewer.administrates()?;
    let mut registry = Registry::with_prefix("tandem");
    server(&mut registry, &app);
    centre(&mut registry, &viewer.view);
    let mut text = String::new();
    encode(&mut text, &registry).expect("text is written to memory");
    let kind = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    Ok(([(CONTENT_TYPE, kind)], text).into_response())
}

fn whole(count: impl TryInto<i64>) -> i64 {
    count.try_into().unwrap_or(i64::MAX)
}

fn server(registry: &mut Registry, app: &App) {
    let Metrics {
        requests,
        sign_ins_failed,
    } = &app.metrics;
    registry.register(
        "http_requests",
        "Requests that were answered",
        requests.clone(),
    );
    let help = "Tokens that were shown and do not exist";
    registry.register("sign_ins_failed", help, sign_ins_failed.clone());
    let sockets = Gauge::<i64>::default();
    sockets.set(whole(SOCKETS_MAX - app.sockets.available_permits()));
    registry.register("sockets", "WebSockets that are open", sockets);
    let load = app.handle.load();
    let (waiting, shed) = (Gauges::default(), Counters::default());
    let kinds = [
        ("arrivals", load.arrivals, Some(load.arrivals_shed)),
        ("asks", load.asks, Some(load.asks_shed)),
        ("reports", load.reports, None),
    ];
    for (kind, count, count_shed) in kinds {
        let labels = vec![("kind", kind.to_owned())];
        waiting.get_or_create(&labels).set(whole(count));
        if let Some(count) = count_shed {
            shed.get_or_create(&labels).inc_by(count);
        }
    }
    registry.register("driver_queued", "Inputs that wait for the driver", waiting);
    registry.register("driver_shed", "Inputs that were sent away", shed);
}

fn centre(registry: &mut Registry, view: &View) {
    let entry = Counter::<u64, AtomicU64>::default();
    entry.inc_by(view.seq);
    registry.register("entries", "Entries of the journal so far", entry);
    let states = Gauges::default();
    let all = [
        ("talking", AgentState::Talking),
        ("ringing", AgentState::Ringing),
        ("wrap_up", AgentState::WrapUp),
        ("free", AgentState::Free),
        ("away", AgentState::Away),
    ];
    for (name, state) in all {
        let agents = view.screen.agents.values();
        let count = agents.filter(|row| row.state == state).count();
        let labels = vec![("state", name.to_owned())];
        states.get_or_create(&labels).set(whole(count));
    }
    registry.register("agents", "Agents by what they do", states);
    let (calls, today, first) = (Gauges::default(), Gauges::default(), Gauges::default());
    let callbacks = Gauges::default();
    for row in view.screen.queues.values() {
        let set = |gauges: &Gauges, name: &'static str, counts: &[(&str, u32)]| {
            for (value, count) in counts {
                let queue = ("queue", row.number.to_string());
                let labels = vec![queue, (name, (*value).to_owned())];
                gauges.get_or_create(&labels).set(whole(*count));
            }
        };
        let states = [("waiting", row.waiting), ("talking", row.talking)];
        set(&calls, "state", &states);
        let outcomes = [
            ("answered", row.answered),
            ("abandoned", row.abandoned),
            ("missed", row.missed),
            ("met", row.met),
        ];
        set(&today, "outcome", &outcomes);
        let states = [
            ("failed", row.callbacks_failed),
            ("pending", row.callbacks_pending),
            ("requested", row.callbacks),
        ];
        set(&callbacks, "state", &states);
        if let Some(since) = row.longest_wait_since {
            let labels = vec![("queue", row.number.to_string())];
            first.get_or_create(&labels).set(since.div_euclid(1_000));
        }
    }
    registry.register("queue_calls", "Calls in a queue", calls);
    let help = "Callbacks of a queue since its midnight, and those that are yet to be made";
    registry.register("queue_callbacks", help, callbacks);
    registry.register("queue_today", "Calls of a queue since its midnight", today);
    let help = "When the caller joined who waits longest, in Unix seconds";
    registry.register("queue_longest_wait_since", help, first);
}
