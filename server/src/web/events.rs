//! What changes, as it changes.
//!
//! The first message is a whole view with its number, or `resumed` for who
//! knew one that is still kept; then come numbered changes. Where they can not
//! be told any more, or where somebody may see other things than before, a
//! whole view comes again.

#![expect(
    unused_qualifications,
    reason = "the macro that describes parameters writes one"
)]

use std::sync::Arc;
use std::time::Duration;

use axum::extract::rejection::QueryRejection;
use axum::extract::ws::rejection::WebSocketUpgradeRejection;
use axum::extract::ws::{CloseFrame, Message, Utf8Bytes, WebSocket, WebSocketUpgrade};
use axum::extract::{Query, State};
use axum::response::Response;
use serde::{Deserialize, Serialize};
use tokio::select;
use tokio::sync::OwnedSemaphorePermit;
use tokio::time::{MissedTickBehavior, interval, timeout};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::problem::Problem;
use super::serve::{App, stopped};
use super::sign_in::{Viewer, look_up};
use crate::views::{ActiveRow, AgentRow, Change, QueueRow, Reader, WaitingRow};

/// WebSockets that may be open at once.
pub const SOCKETS_MAX: usize = 1_024;
/// Bytes of a message that a client may send; none means anything.
pub const SOCKET_BYTES_MAX: usize = 4 * 1024;
/// How often the other side is asked whether it is there, and the token looked
/// up again, in seconds.
const PING_S: u64 = 20;
/// How long a message may take to go out, in seconds. Who does not read that
/// fast is cut off and may come back.
const SEND_S_MAX: u64 = 30;

pub(crate) fn routes() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new().routes(routes!(events))
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct Asked {
    /// The number of the last view or change that was received.
    since: Option<u64>,
}

/// A message.
#[derive(Debug, Serialize, ToSchema)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(crate) enum Told {
    /// What led to the next view.
    Delta {
        /// Number of the view that it leads to.
        number: u64,
        /// When the last entry in it acted, in Unix ms.
        at: i64,
        /// What differs, to be made in this order.
        changes: Vec<Change>,
    },
    /// The changes that follow begin at the view that was named.
    Resumed {
        /// Its number.
        number: u64,
        /// What time it is for the server, in Unix ms.
        now: i64,
    },
    /// All that may be seen.
    Snapshot {
        /// Its number.
        number: u64,
        /// When the last entry in it acted, in Unix ms.
        at: i64,
        /// What time it is for the server, in Unix ms.
        now: i64,
        /// Queues by number.
        queues: Vec<Arc<QueueRow>>,
        /// Agents by number.
        agents: Vec<Arc<AgentRow>>,
        /// Calls that wait, as they came in.
        waiting: Vec<Arc<WaitingRow>>,
        /// Calls in which two parties talk, as they came in.
        active: Vec<Arc<ActiveRow>>,
    },
}

impl Told {
    fn snapshot(viewer: &Viewer, now: i64) -> Self {
        let screen = viewer.sight.screen(&viewer.view.screen).into_owned();
        Self::Snapshot {
            number: viewer.view.number,
            at: viewer.view.at_ms,
            now,
            queues: screen.queues.into_values().collect(),
            agents: screen.agents.into_values().collect(),
            waiting: screen.waiting.into_values().collect(),
            active: screen.active.into_values().collect(),
        }
    }
}

/// A WebSocket: first a whole view, then what changes. With `since`, only what
/// followed on that view, where that is still known.
#[utoipa::path(get, path = "/events", tag = "screens", params(Asked), responses(
    (status = 101, body = Told, description = "Every message is one of these."),
    (status = 400, body = Problem, description = "This is no WebSocket."),
    (status = 401, body = Problem), (status = 403, body = Problem),
    (status = 429, body = Problem, description = "Too many are open."),
))]
async fn events(
    State(app): State<Arc<App>>,
    viewer: Viewer,
    asked: Result<Query<Asked>, QueryRejection>,
    upgrade: Result<WebSocketUpgrade, WebSocketUpgradeRejection>,
) -> Result<Response, Problem> {
    let Query(asked) = asked.map_err(|why| Problem::bad("query", why.body_text()))?;
    let upgrade = upgrade.map_err(|why| Problem::bad("websocket", why.body_text()))?;
    let slot = Arc::clone(&app.sockets).try_acquire_owned();
    let slot = slot.map_err(|_| Problem::too_many("sockets", "too many are open", 5))?;
    let upgrade = upgrade.max_message_size(SOCKET_BYTES_MAX);
    let upgrade = upgrade.max_frame_size(SOCKET_BYTES_MAX);
    Ok(upgrade.on_upgrade(move |socket| async move {
        let talk = Talk {
            reader: app.views.clone(),
            known: asked.since,
            greeted: false,
            app,
            viewer,
            socket,
            _slot: slot,
        };
        talk.run().await;
    }))
}

/// One WebSocket.
struct Talk {
    app: Arc<App>,
    viewer: Viewer,
    socket: WebSocket,
    reader: Reader,
    /// The view that the other side has.
    known: Option<u64>,
    greeted: bool,
    _slot: OwnedSemaphorePermit,
}

/// Why a talk ends.
enum End {
    /// The other side is gone.
    Gone,
    /// It may not see anything any more.
    Denied,
    /// The server stops.
    Stopping,
}

impl Talk {
    async fn run(mut self) {
        let (code, reason) = match self.talk().await {
            End::Gone => return,
            End::Denied => (axum::extract::ws::close_code::POLICY, "the token is gone"),
            End::Stopping => (axum::extract::ws::close_code::AWAY, "the server stops"),
        };
        let reason = Utf8Bytes::from_static(reason);
        let close = Message::Close(Some(CloseFrame { code, reason }));
        let _gone = timeout(Duration::from_secs(SEND_S_MAX), self.socket.send(close)).await;
    }

    async fn talk(&mut self) -> End {
        let mut stopping = self.app.stopping.clone();
        let mut pings = interval(Duration::from_secs(PING_S));
        pings.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            if let Err(end) = self.tell_news().await {
                return end;
            }
            let went_on = select! {
                () = stopped(&mut stopping) => Err(End::Stopping),
                there = self.reader.changed() => if there { Ok(()) } else { Err(End::Stopping) },
                message = self.socket.recv() => match message {
                    None | Some(Err(_) | Ok(Message::Close(_))) => Err(End::Gone),
                    Some(Ok(_)) => Ok(()),
                },
                _ = pings.tick() => self.look_again().await,
            };
            if let Err(end) = went_on {
                return end;
            }
        }
    }

    /// Tells what the other side does not know yet.
    async fn tell_news(&mut self) -> Result<(), End> {
        let kept = self.known.and_then(|known| self.reader.since(known));
        let Some(deltas) = kept else {
            // Who may see what may have changed with it.
            let signed_in = self.viewer.signed_in.clone();
            self.viewer = Viewer::of(&self.app, signed_in).map_err(|_| End::Denied)?;
            self.known = Some(self.viewer.view.number);
            self.greeted = true;
            return self.tell(&Told::snapshot(&self.viewer, self.now())).await;
        };
        if !self.greeted {
            self.greeted = true;
            let number = self.known.unwrap_or_default();
            let now = self.now();
            self.tell(&Told::Resumed { number, now }).await?;
        }
        for delta in deltas {
            self.known = Some(delta.number);
            let changes = delta.changes.iter();
            let changes: Vec<_> = changes
                .filter_map(|change| self.viewer.sight.change(change))
                .collect();
            if !changes.is_empty() {
                let (number, at) = (delta.number, delta.at_ms);
                let told = Told::Delta {
                    number,
                    at,
                    changes,
                };
                self.tell(&told).await?;
            }
        }
        Ok(())
    }

    fn now(&self) -> i64 {
        self.viewer.view.unix_ms(self.app.handle.now())
    }

    async fn tell(&mut self, told: &Told) -> Result<(), End> {
        let text = serde_json::to_string(told).expect("rows are written to memory");
        self.send(Message::Text(text.into())).await
    }

    async fn send(&mut self, message: Message) -> Result<(), End> {
        let sent = timeout(Duration::from_secs(SEND_S_MAX), self.socket.send(message)).await;
        match sent {
            Ok(Ok(())) => Ok(()),
            _ => Err(End::Gone),
        }
    }

    /// Whether the other side is there still, and its token too.
    async fn look_again(&mut self) -> Result<(), End> {
        self.send(Message::Ping(axum::body::Bytes::new())).await?;
        match look_up(&self.app.store, self.viewer.signed_in.hash).await {
            Ok(None) => Err(End::Denied),
            // A store that can not be read stops the server by itself.
            Ok(Some(_)) | Err(_) => Ok(()),
        }
    }
}
