//! The API and the page: HTTP/1.1 and WebSocket, on loopback unless told
//! otherwise. Encryption is the business of whoever stands in front.
//!
//! Nothing in here decides anything: it tells the driver what people ask for,
//! answers once that is durable, and shows what [`views`](crate::views) saw.
//!
//! ```no_run
//! # use tandem_server::{driver::Handle, store::Store, views::Reader, web};
//! # async fn run(handle: Handle, store: Store, views: Reader) -> std::io::Result<()> {
//! let tokio = tokio::runtime::Handle::current();
//! let options = web::WebOptions::new(handle, store, views);
//! let running = web::start(&tokio, options)?;
//! println!("http://{}/", running.address());
//! running.stop().await;
//! # Ok(())
//! # }
//! ```

mod activity;
mod agents;
mod body;
mod callbacks;
mod calls;
mod config;
mod events;
mod failures;
mod health;
mod logs;
mod metrics;
mod notes;
mod page;
mod paging;
mod problem;
mod records;
mod routes;
mod screens;
mod serve;
mod session;
mod sign_in;
mod story;
mod token;

pub use activity::CHANGES_MAX;
pub use body::{BODY_S_MAX, CONFIG_BYTES_MAX, JSON_BYTES_MAX};
pub use events::{SOCKET_BYTES_MAX, SOCKETS_MAX};
pub use failures::{ADDRESSES_MAX, FAILED_SIGN_INS_MAX, FAILED_SIGN_INS_S};
pub use paging::{RECORDS_DEFAULT, RECORDS_MAX};
pub(crate) use records::record_json;
pub use serve::{CONNECTIONS_MAX, HEAD_BYTES_MAX, HEADERS_MAX, Running, WebOptions, start};
pub use sign_in::COOKIE;
pub use token::{TOKENS_MAX, first_token, make_token};
