//! SIP and SDP: what is read and written, what transactions and dialogs do, and what
//! becomes of nonsense.

#[path = "sip/dialogs.rs"]
mod dialogs;
#[path = "sip/differential.rs"]
mod differential;
#[path = "sip/digest.rs"]
mod digest;
#[path = "sip/endpoint.rs"]
mod endpoint;
#[path = "sip/limits.rs"]
mod limits;
#[path = "sip/mutants.rs"]
mod mutants;
#[path = "sip/network.rs"]
mod network;
#[path = "sip/parser.rs"]
mod parser;
#[path = "sip/registrar.rs"]
mod registrar;
#[path = "sip/round_trip.rs"]
mod round_trip;
#[path = "sip/sdp.rs"]
mod sdp;
#[path = "sip/seeds.rs"]
mod seeds;
#[path = "sip/torture.rs"]
mod torture;
#[path = "sip/uris.rs"]
mod uris;
