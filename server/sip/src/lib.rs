//! SIP and SDP for Tandem, without sockets, clocks or randomness of its own.
//!
//! Bytes, points in time and random bytes are handed in; messages to send and
//! events come out. The server runs this on sockets, tests on a virtual
//! network. [`Endpoint`] is the place to start.

pub mod address;
pub mod dialog;
pub mod digest;
pub mod endpoint;
pub mod fault;
pub mod header;
pub mod limits;
pub mod method;
pub mod params;
pub mod random;
pub mod registrar;
mod scan;
pub mod sdp;
pub mod status;
pub mod time;
pub mod transaction;
pub mod transport;
pub mod uas;
pub mod uri;
pub mod wire;

pub use address::NameAddr;
pub use dialog::{Dialog, DialogId};
pub use endpoint::{Endpoint, Event, Transmit};
pub use fault::Fault;
pub use header::Headers;
pub use method::Method;
pub use status::Status;
pub use time::Time;
pub use transport::{Target, Transport};
pub use uri::Uri;
pub use wire::{Message, Request, Response};
