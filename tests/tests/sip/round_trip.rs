//! What is written is read back as it was.

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;
use tandem_sip::header::{CSeq, Headers, MediaType, Reason, Via, names};
use tandem_sip::params::{Param, Params};
use tandem_sip::sdp::{Attribute, Connection, Line, Media, Origin, Session};
use tandem_sip::uri::{Host, SipUri, TelUri};
use tandem_sip::wire::{Frame, Framer, Message, Request, Response, parse};
use tandem_sip::{Method, NameAddr, Status, Uri};

use crate::seeds::for_all;

const TOKEN: &str = "[A-Za-z0-9.!%*_+`'~-]{1,12}";

fn host() -> impl Strategy<Value = Host> {
    prop_oneof![
        "[a-z][a-z0-9-]{0,10}(\\.[a-z]{2,6})?".prop_map(Host::Name),
        any::<std::net::Ipv4Addr>().prop_map(|ip| Host::Ip(ip.into())),
        any::<std::net::Ipv6Addr>().prop_map(|ip| Host::Ip(ip.into())),
    ]
}

fn params(name: &'static str, value: &'static str) -> impl Strategy<Value = Params> {
    let param = (name, option::of(value)).prop_map(|(name, value)| Param { name, value });
    vec(param, 0..4).prop_map(Params)
}

fn sip_uri() -> impl Strategy<Value = SipUri> {
    let user = "([A-Za-z0-9_.!~*'()&=+$,;?/#-]|%[0-9A-F]{2}){1,12}";
    let password = "([A-Za-z0-9_.!~*'()&=+$,-]|%[0-9A-F]{2}){0,6}";
    let value = "[A-Za-z0-9_.!~*'()/:&+$-]{1,8}";
    let userinfo = option::of((user, option::of(password)));
    let headers = option::of(
        "[a-z]{1,6}=[A-Za-z0-9%41]{0,3}".prop_filter("escapes", |text| {
            text.match_indices('%').all(|(at, _)| {
                let escape = text.get(at + 1..at + 3);
                escape.is_some_and(|e| e.bytes().all(|b| b.is_ascii_hexdigit()))
            })
        }),
    );
    let params = params("[a-z]{1,8}", value);
    (
        any::<bool>(),
        userinfo,
        host(),
        option::of(any::<u16>()),
        params,
        headers,
    )
        .prop_map(|(secure, userinfo, host, port, params, headers)| {
            let (user, password) = userinfo.unzip();
            SipUri {
                secure,
                user,
                password: password.flatten(),
                host,
                port,
                params,
                headers,
            }
        })
}

fn uri() -> impl Strategy<Value = Uri> {
    let tel = (
        "\\+?[0-9][0-9.()-]{0,12}",
        params("[a-z-]{1,8}", "[a-z0-9.+-]{1,8}"),
    );
    prop_oneof![
        4 => sip_uri().prop_map(Uri::Sip),
        1 => tel.prop_map(|(number, params)| Uri::Tel(TelUri { number, params })),
        1 => ("[a-q][a-z0-9+.-]{0,8}", "[!#-;=?-\\[\\]-~]{1,12}")
            .prop_map(|(scheme, rest)| Uri::Other { scheme, rest }),
    ]
}

fn name_addr() -> impl Strategy<Value = NameAddr> {
    let display = option::of("[^\r\n]{0,16}");
    let params = params(
        "[a-z.+-]{1,8}",
        "([A-Za-z0-9.-]{1,8}|\"([^\"\\\\\r\n]|\\\\[ -~]){0,8}\")",
    );
    (display, uri(), params).prop_map(|(display, uri, params)| NameAddr {
        display,
        uri,
        params,
    })
}

fn via() -> impl Strategy<Value = Via> {
    let params = params("[a-z]{1,8}", TOKEN);
    (TOKEN, host(), option::of(any::<u16>()), params).prop_map(|(transport, host, port, params)| {
        Via {
            version: "2.0".to_owned(),
            transport,
            host,
            port,
            params,
        }
    })
}

fn method() -> impl Strategy<Value = Method> {
    let known = select(vec![
        Method::Invite,
        Method::Bye,
        Method::Register,
        Method::Publish,
    ]);
    let other = TOKEN.prop_filter_map("SIP/ begins a response", |name| Method::parse(&name).ok());
    prop_oneof![known, other]
}

#[test]
fn uris_and_addresses() {
    for_all(2_000, (uri(), name_addr()), |(uri, address)| {
        prop_assert_eq!(Uri::parse(&uri.to_string()), Ok(uri.clone()));
        prop_assert!(uri.is_equivalent(&uri));
        prop_assert_eq!(NameAddr::parse(&address.to_string()), Ok(address.clone()));
        let list = format!("{address}, {address} ,{address}");
        prop_assert_eq!(NameAddr::parse_list(&list), Ok(vec![address; 3]));
        Ok(())
    });
}

#[test]
fn hops_and_other_values() {
    let reason = (TOKEN, any::<u16>(), "[^\r\n]{0,12}");
    let media = (
        "[a-z]{1,6}",
        "[a-z0-9.+-]{1,6}",
        params("[a-z]{1,6}", "[a-z0-9]{1,6}"),
    );
    for_all(
        1_000,
        (via(), method(), reason, media),
        |(via, method, reason, media)| {
            prop_assert_eq!(Via::parse(&via.to_string()), Ok(via.clone()));
            let (protocol, cause, text) = reason;
            let reason = Reason::new(&protocol, cause, &text);
            let (main, sub, params) = media;
            let media = MediaType { main, sub, params };
            let cseq = CSeq::new(9, method);
            let mut headers = Headers::new();
            headers.push(names::CSEQ, &cseq);
            headers.push(names::REASON, &reason);
            headers.push(names::REASON, &reason);
            headers.push(names::CONTENT_TYPE, &media);
            headers.push(names::VIA, format!("{via}, {via}"));
            prop_assert_eq!(headers.cseq(), Ok(cseq));
            prop_assert_eq!(headers.reasons(), Ok(vec![reason; 2]));
            prop_assert_eq!(headers.content_type(), Ok(Some(media)));
            prop_assert_eq!(headers.vias(), Ok(vec![via.clone(); 2]));
            headers.set_top_via(&Via {
                port: Some(1),
                ..via.clone()
            });
            prop_assert_eq!(headers.via().map(|via| via.port), Ok(Some(1)));
            prop_assert_eq!(headers.vias().map(|vias| vias[1].clone()), Ok(via));
            Ok(())
        },
    );
}

/// Headers that each message has, and some of no meaning.
fn headers(method: &Method, via: &Via, ends: &[NameAddr; 2], more: &[(String, String)]) -> Headers {
    let mut headers = Headers::new();
    headers.push("v", via);
    headers.push("f", &ends[0]);
    headers.push(names::TO, &ends[1]);
    headers.push(names::CALL_ID, "x@y");
    headers.push(names::CSEQ, CSeq::new(1, method.clone()));
    for (name, value) in more {
        headers.push(&format!("X-{name}"), value);
    }
    headers
}

#[test]
fn messages() {
    let more = vec((TOKEN, "[^\r\n]{0,20}"), 0..5);
    let body = vec(any::<u8>(), 0..80);
    let ends = [name_addr(), name_addr()];
    let parts = (
        method(),
        sip_uri(),
        via(),
        ends,
        more,
        body,
        100..700_u16,
        "[^\r\n]{0,12}",
    );
    for_all(
        1_000,
        parts,
        |(method, mut uri, via, ends, more, body, code, reason)| {
            uri.headers = None;
            let mut headers = headers(&method, &via, &ends, &more);
            headers.push("l", body.len());
            let uri = Uri::Sip(uri);
            let status = Status::new(code).expect("100 to 699");
            let request = Request {
                method,
                uri,
                headers: headers.clone(),
                body: body.clone(),
            };
            let bytes = request.to_bytes();
            prop_assert_eq!(parse(&bytes), Ok(Message::Request(request)));
            let mut framer = Framer::new();
            framer.push(&bytes);
            prop_assert_eq!(framer.next_frame(), Ok(Some(Frame::Message(bytes))));
            let response = Response {
                status,
                reason,
                headers,
                body,
            };
            prop_assert_eq!(parse(&response.to_bytes()), Ok(Message::Response(response)));
            Ok(())
        },
    );
}

fn connection() -> impl Strategy<Value = Connection> {
    any::<std::net::IpAddr>().prop_map(Connection::from)
}

fn attributes() -> impl Strategy<Value = Vec<Attribute>> {
    let attribute = ("[a-z-]{1,8}", option::of("[ -~]{0,12}"));
    vec(
        attribute.prop_map(|(name, value)| Attribute { name, value }),
        0..5,
    )
}

fn media() -> impl Strategy<Value = Media> {
    let formats = vec("[0-9]{1,3}", 1..6);
    let connection = option::of(connection());
    let parts = (
        "[a-z]{1,8}",
        any::<u16>(),
        "[A-Z/]{1,8}",
        formats,
        connection,
        attributes(),
    );
    parts.prop_map(
        |(kind, port, protocol, formats, connection, attributes)| Media {
            kind,
            port,
            protocol,
            formats,
            connection,
            attributes,
            others: vec![Line {
                kind: 'b',
                value: "AS:64".to_owned(),
            }],
        },
    )
}

#[test]
fn session_descriptions() {
    let origin = ("[!-~]{1,8}", any::<u64>(), any::<u64>(), connection());
    let name = "[!-~][ -~]{0,8}";
    let parts = (
        origin,
        name,
        option::of(connection()),
        attributes(),
        vec(media(), 0..4),
    );
    for_all(
        1_000,
        parts,
        |(origin, name, connection, attributes, media)| {
            let (username, session, version, from) = origin;
            let line = |kind, value: &str| Line {
                kind,
                value: value.to_owned(),
            };
            let session = Session {
                origin: Origin {
                    username,
                    session,
                    version,
                    connection: from,
                },
                name,
                connection,
                attributes,
                others: vec![line('i', "x"), line('b', "AS:1"), line('t', "0 0")],
                media,
            };
            prop_assert_eq!(Session::parse(&session.to_bytes()), Ok(session));
            Ok(())
        },
    );
}
