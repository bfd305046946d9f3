//! A small centre with its web server, and a browser.

use std::net::SocketAddr;
use std::time::Duration;

use http_body_util::{BodyExt, Full};
use hyper::body::Bytes;
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper::{Method, Request, StatusCode, header};
use hyper_util::rt::TokioIo;
use serde_json::Value;
use tandem_engine::{CallId, Effect, Input, LegId, Number};
use tandem_server::driver::{self, Applied, ConfigFile, Handle, StartOptions};
use tandem_server::store::{Store, TokenOf};
use tandem_server::views::{self, Reader, Today};
use tandem_server::web::{self, WebOptions};
use tandem_tests::site::{Site, arrival};
use tokio::net::TcpStream;
use tokio::runtime::Runtime;
use tokio::time::timeout;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::{self, Message};

/// Somebody's patience, for what must come. Nothing is measured with it.
pub const PATIENCE: Duration = Duration::from_secs(60);

/// Ann serves both queues, Ben the second one, Cay manages the first one, Dan
/// administrates, Eve does nothing.
pub const CENTRE: &str = r#"
[[extension]]
number = "1001"
name = "Ann"
[[extension]]
number = "1002"
name = "Ben"
[[extension]]
number = "1003"
name = "Cay"
[[extension]]
number = "1004"
name = "Dan"
administrator = true
[[extension]]
number = "1005"
name = "Eve"

[[queue]]
number = "6400"
name = "Support"
dynamic_agents = ["1001"]
managers = ["1003"]
wrap_up_s = 10
sla_time_s = 20

[[queue]]
number = "6401"
name = "Sales"
static_agents = ["1001", "1002"]
manager_rights = ["panel", "wallboard"]
"#;

/// An answer.
#[derive(Debug)]
pub struct Reply {
    pub status: StatusCode,
    pub headers: header::HeaderMap,
    pub body: Bytes,
}

impl Reply {
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|why| panic!("{why}: {self:?}"))
    }

    pub fn text(&self) -> &str {
        str::from_utf8(&self.body).expect("it is there")
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .map_or("", |value| value.to_str().expect("it is there"))
    }

    /// What kind of problem it is; the answer must be one.
    pub fn code(&self) -> String {
        assert_eq!(
            self.header("content-type"),
            "application/problem+json",
            "{self:?}"
        );
        let json = self.json();
        assert_eq!(json["status"], self.status.as_u16());
        json["code"].as_str().expect("it is there").to_owned()
    }
}

/// A connection that is kept.
pub struct Line {
    address: SocketAddr,
    sender: SendRequest<Full<Bytes>>,
}

impl Line {
    pub async fn open(address: SocketAddr) -> Self {
        let stream = TcpStream::connect(address).await.expect("it is there");
        let (sender, connection) = handshake(TokioIo::new(stream)).await.expect("it is there");
        tokio::spawn(connection);
        Self { address, sender }
    }

    /// Asks, on a new connection where the old one was closed.
    pub async fn ask(&mut self, request: Request<Full<Bytes>>) -> Reply {
        if self.sender.ready().await.is_err() {
            *self = Self::open(self.address).await;
        }
        let response = timeout(PATIENCE, self.sender.send_request(request)).await;
        let (head, body) = response
            .expect("an answer")
            .expect("an answer")
            .into_parts();
        let body = timeout(PATIENCE, body.collect()).await;
        Reply {
            status: head.status,
            headers: head.headers,
            body: body.expect("all of it").expect("all of it").to_bytes(),
        }
    }
}

pub type Socket = WebSocketStream<TcpStream>;

/// See the module.
pub struct Desk {
    pub runtime: Runtime,
    pub site: Site,
    pub store: Store,
    pub handle: Handle,
    pub views: Reader,
    /// That of the system.
    pub token: String,
    pub address: SocketAddr,
    driver: Option<driver::Running>,
    web: Option<web::Running>,
    arrivals: u128,
}

impl Desk {
    pub fn new() -> Self {
        Self::with(CENTRE)
    }

    pub fn with(config: &str) -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .enable_all()
            .build()
            .expect("it is there");
        let site = Site::new();
        let store = site.store();
        let token = web::first_token(&store)
            .expect("it is there")
            .expect("it is the first");
        let (port, batches) = driver::port();
        let today = Today::read(&store).expect("it is there");
        let views = views::start(runtime.handle(), today, batches);
        let mut options = StartOptions::new(store.clone());
        options.ports.push(port);
        options.seed = Some(7);
        options.clock = Box::new(site.clock.clone());
        options.config = Some(ConfigFile {
            name: "centre.toml".to_owned(),
            text: config.to_owned(),
        });
        let driver = driver::start(options).expect("it is there");
        let handle = driver.handle();
        let options = WebOptions {
            listen: "127.0.0.1:0".parse().expect("it is there"),
            headline: Some("A test".to_owned()),
            ..WebOptions::new(handle.clone(), store.clone(), views.clone())
        };
        let web = web::start(runtime.handle(), options).expect("it is there");
        let desk = Self {
            runtime,
            site,
            store,
            handle,
            views,
            token,
            address: web.address(),
            driver: Some(driver),
            web: Some(web),
            arrivals: 0,
        };
        desk.wait_for("the driver", |desk| {
            desk.get("/ready").status == StatusCode::OK
        });
        desk
    }

    /// Waits until something is so.
    pub fn wait_for(&self, what: &str, so: impl Fn(&Self) -> bool) {
        let step = Duration::from_millis(10);
        for _ in 0..PATIENCE.as_millis() / step.as_millis() {
            if so(self) {
                return;
            }
            std::thread::sleep(step);
        }
        panic!("in vain waited for {what}");
    }

    /// A token of a person.
    pub fn token_of(&self, extension: u64) -> String {
        let of = TokenOf::Extension(Number::from_u64(extension));
        web::make_token(&self.store, "somebody's", of).expect("it is there")
    }

    pub fn ask(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &[u8]) -> Reply {
        let request = request(self.address, method, path, headers, body);
        self.runtime.block_on(async {
            let mut line = Line::open(self.address).await;
            line.ask(request).await
        })
    }

    /// Asks with nobody's token.
    pub fn get(&self, path: &str) -> Reply {
        self.ask("GET", path, &[], b"")
    }

    pub fn get_as(&self, token: &str, path: &str) -> Reply {
        self.ask("GET", path, &[("authorization", &bearer(token))], b"")
    }

    /// What the system sees.
    pub fn see(&self, path: &str) -> Value {
        let reply = self.get_as(&self.token, path);
        assert_eq!(reply.status, StatusCode::OK, "{reply:?}");
        reply.json()
    }

    pub fn post_as(&self, token: &str, path: &str, body: &str) -> Reply {
        let headers = [
            ("authorization", bearer(token)),
            ("content-type", "application/json".to_owned()),
        ];
        let headers = headers
            .each_ref()
            .map(|(name, value)| (*name, value.as_str()));
        self.ask("POST", path, &headers, body.as_bytes())
    }

    /// Tells the driver something and waits until it is to be seen.
    pub fn tell(&self, input: Input) -> Applied {
        let applied = self.handle.ask_blocking(input).expect("it is there");
        assert_eq!(applied.out.reject, None);
        assert!(self.runtime.block_on(self.views.caught_up(applied.seq)));
        applied
    }

    pub fn up(&self, extension: u64) {
        let extension = Number::from_u64(extension);
        self.tell(Input::DeviceUp { extension });
    }

    /// Has a call come in.
    pub fn call(&mut self, from: u64, queue: u64) -> (CallId, Vec<LegId>) {
        self.arrivals += 1;
        let out = self.tell(arrival(self.arrivals, from, queue)).out;
        let legs = out.effects.iter().filter_map(|(_, effect)| match effect {
            Effect::Ring { leg, .. } => Some(*leg),
            _ => None,
        });
        let call = out.events.iter().find_map(|event| match event {
            tandem_engine::Event::CallArrived { call, .. } => Some(*call),
            _ => None,
        });
        (call.expect("it is there"), legs.collect())
    }

    /// Opens a WebSocket.
    pub fn socket(&self, token: &str, query: &str) -> Result<Socket, Box<tungstenite::Error>> {
        self.socket_with(query, &[("authorization", &bearer(token))])
    }

    pub fn socket_with(
        &self,
        query: &str,
        headers: &[(&'static str, &str)],
    ) -> Result<Socket, Box<tungstenite::Error>> {
        let address = format!("ws://{}/api/v1/events{query}", self.address);
        let mut request = address.into_client_request().expect("it is there");
        for (name, value) in headers {
            request
                .headers_mut()
                .insert(*name, value.parse().expect("it is there"));
        }
        self.runtime.block_on(async {
            let stream = TcpStream::connect(self.address).await.expect("it is there");
            let opened = tokio_tungstenite::client_async(request, stream).await;
            opened.map(|(socket, _)| socket).map_err(Box::new)
        })
    }

    /// The next message that says something; `None` at the end.
    pub fn hear(&self, socket: &mut Socket) -> Option<Value> {
        use futures_util::StreamExt;
        self.runtime.block_on(async {
            loop {
                let message = timeout(PATIENCE, socket.next()).await.expect("a message");
                match message {
                    Some(Ok(Message::Text(text))) => {
                        return Some(serde_json::from_str(&text).expect("it is there"));
                    }
                    Some(Ok(Message::Ping(_) | Message::Pong(_))) => {}
                    Some(Ok(Message::Close(_)) | Err(_)) | None => return None,
                    Some(Ok(other)) => panic!("{other:?}"),
                }
            }
        })
    }

    pub fn stop_driver(&mut self) {
        self.driver
            .take()
            .expect("it is there")
            .stop()
            .expect("a clean stop");
    }

    pub fn stop_web(&mut self) {
        let web = self.web.take().expect("it is there");
        self.runtime.block_on(web.stop());
    }
}

impl Drop for Desk {
    fn drop(&mut self) {
        if let Some(web) = self.web.take() {
            self.runtime.block_on(web.stop());
        }
        if let Some(driver) = self.driver.take() {
            let _ended = driver.stop();
        }
    }
}

pub fn bearer(token: &str) -> String {
    format!("Bearer {token}")
}

pub fn request(
    address: SocketAddr,
    method: &str,
    path: &str,
    headers: &[(&str, &str)],
    body: &[u8],
) -> Request<Full<Bytes>> {
    let mut request = Request::builder()
        .method(Method::from_bytes(method.as_bytes()).expect("it is there"))
        .uri(path)
        .header(header::HOST, address.to_string());
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    request
        .body(Full::new(Bytes::copy_from_slice(body)))
        .expect("it is there")
}
