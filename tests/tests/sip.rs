//! SIP and SDP: what is read and written, what transactions and dialogs do, and what
//! becomes of nonsense.

#[path = "sip/endpoint.rs"]
mod endpoint;
#[path = "sip/seeds.rs"]
mod seeds;
