//! What a user agent server looks at before it serves a request (RFC 3261 8.2).

use crate::fault::Fault;
use crate::header::{MediaType, names};
use crate::method::Method;
use crate::status::Status;
use crate::uri::Uri;
use crate::wire::{Request, Response};

/// What a server can do.
#[derive(Clone, Copy, Debug)]
pub struct Abilities<'a> {
    /// Methods that it serves.
    pub methods: &'a [Method],
    /// Option tags that it understands, such as `timer`.
    pub extensions: &'a [&'a str],
    /// Media types of bodies that it reads and writes, in lower case.
    pub media: &'a [(&'a str, &'a str)],
}

/// Looks at a request in the order of RFC 3261 8.2: its method, its Request-URI, what
/// it requires, and its body.
///
/// # Errors
/// The response that is owed: 501 or 405, 416, 420, 415, 406; with the headers that
/// belong to it.
pub fn inspect(request: &Request, abilities: &Abilities<'_>) -> Result<(), Box<Response>> {
    let refuse = |fault: Fault| {
        let status = fault.status.unwrap_or(Status::BAD_REQUEST);
        Response::to(&request.headers, status)
    };
    check_method(request, abilities).map_err(Box::new)?;
    // 8.2.2.1: a scheme that the server does not serve is 416.
    if matches!(request.uri, Uri::Other { .. }) {
        let response = Response::to(&request.headers, Status::UNSUPPORTED_SCHEME);
        return Err(Box::new(response));
    }
    let unknown = unsupported(request, abilities).map_err(|fault| Box::new(refuse(fault)))?;
    if !unknown.is_empty() {
        let mut response = Response::to(&request.headers, Status::BAD_EXTENSION);
        response
            .headers
            .push(names::UNSUPPORTED, unknown.join(", "));
        return Err(Box::new(response));
    }
    check_media(request, abilities).map_err(Box::new)
}

/// 8.2.1: a method that is known but not served is 405 with Allow; 21.5.2: one that is
/// not known is 501.
fn check_method(request: &Request, abilities: &Abilities<'_>) -> Result<(), Response> {
    if abilities.methods.contains(&request.method) {
        return Ok(());
    }
    let status = match request.method {
        Method::Other(_) => Status::NOT_IMPLEMENTED,
        _ => Status::METHOD_NOT_ALLOWED,
    };
    let mut response = Response::to(&request.headers, status);
    response.headers.push(names::ALLOW, allow(abilities));
    Err(response)
}

/// The value of Allow.
#[must_use]
pub fn allow(abilities: &Abilities<'_>) -> String {
    let names: Vec<&str> = abilities.methods.iter().map(Method::as_str).collect();
    names.join(", ")
}

/// 8.2.2.3: what is required and not understood, except in a CANCEL or ACK. What
/// proxies shall understand is no matter of a user agent (20.29).
fn unsupported(request: &Request, abilities: &Abilities<'_>) -> Result<Vec<String>, Fault> {
    if matches!(request.method, Method::Cancel | Method::Ack) {
        return Ok(Vec::new());
    }
    let mut tags = request.headers.tokens(names::REQUIRE)?;
    let known = |tag: &String| {
        abilities
            .extensions
            .iter()
            .any(|a| a.eq_ignore_ascii_case(tag))
    };
    tags.retain(|tag| !known(tag));
    Ok(tags)
}

/// 8.2.3: a body of an unknown type is 415 with Accept; 13.3.1.3 and 21.4.7: an answer
/// that the peer would not accept is 406.
fn check_media(request: &Request, abilities: &Abilities<'_>) -> Result<(), Response> {
    let known = |main: &str, sub: &str| abilities.media.contains(&(main, sub));
    let content_type = request.headers.content_type().unwrap_or_default();
    let is_readable = content_type.is_none_or(|media| known(&media.main, &media.sub));
    if !request.body.is_empty() && !is_readable {
        let mut response = Response::to(&request.headers, Status::UNSUPPORTED_MEDIA_TYPE);
        let media = abilities
            .media
            .iter()
            .map(|(main, sub)| format!("{main}/{sub}"));
        response
            .headers
            .push(names::ACCEPT, media.collect::<Vec<_>>().join(", "));
        return Err(response);
    }
    if request.method != Method::Invite {
        return Ok(());
    }
    let accepted = request.headers.accept();
    let accepted = accepted.map_err(|_| Response::to(&request.headers, Status::BAD_REQUEST))?;
    let admits = |(main, sub): &(&str, &str)| {
        let admits = |list: &Vec<_>| list.iter().any(|media: &MediaType| media.admits(main, sub));
        accepted.as_ref().is_none_or(admits)
    };
    match abilities.media.iter().any(admits) {
        true => Ok(()),
        false => Err(Response::to(&request.headers, Status::NOT_ACCEPTABLE)),
    }
}
