//! Where responses go: RFC 3261 18.2.1 and 18.2.2, RFC 3581.

use core::net::SocketAddr;

use crate::header::Via;
use crate::transport::Target;

/// Notes in the topmost hop where a request really came from. RFC 3261 18.2.1: where
/// `sent-by` is another address, or a name; RFC 3581 4: where `rport` is asked for,
/// always, and the port with it.
pub(super) fn mark(via: &mut Via, source: Target) {
    let address = source.address;
    let asks = via.params.has("rport");
    if asks {
        via.params.set("rport", Some(&address.port().to_string()));
    }
    if asks || via.host.ip() != Some(address.ip()) {
        via.params.set("received", Some(&address.ip().to_string()));
    }
}

/// RFC 3261 18.2.2: on a stream the response takes the same connection, or one to the
/// address it came from and the port in `sent-by`. A datagram goes to the address it
/// came from: to the port it came from where `rport` asks for that, else to the one in
/// `sent-by`.
///
/// `maddr` is obeyed for groups only: obeyed for single hosts, it would let anybody
/// send our responses to anybody.
pub(super) fn of(via: &Via, source: Target) -> (Target, Option<SocketAddr>) {
    let port = via.port.unwrap_or_else(|| source.transport.default_port());
    let sent_by = SocketAddr::new(source.address.ip(), port);
    if source.transport.is_reliable() {
        return (source, Some(sent_by));
    }
    let maddr = via.params.get("maddr").and_then(|maddr| maddr.parse().ok());
    let group = maddr.filter(core::net::IpAddr::is_multicast);
    let address = match group {
        Some(group) => SocketAddr::new(group, port),
        None if via.params.has("rport") => source.address,
        None => sent_by,
    };
    (Target::new(source.transport, address), None)
}
