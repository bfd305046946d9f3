//! Our parser against `rsip`, on what both accept. What `rsip` is known to read wrongly is
//! left out, one reason each:
//!
//! - `tel:` URIs: it takes the number for a host and loses the plus; and others like them;
//! - escaped quotes in a display name: it ends the name too early;
//! - values of parameters with rare letters: it stops in silence at the first of them;
//! - blanks around the equals sign of a parameter: it does not find the parameter; and
//!   behind a URI without brackets: it takes them for a part of it;
//! - blanks at the end of a line: it keeps them in what it reads;
//! - compact names in capitals: it does not know them, and takes the next header of that
//!   kind for the first;
//! - methods in small letters: it takes them for those in capitals, but case counts;
//! - parameters that stand twice: it passes over the first where that has no value;
//! - names of parameters in capitals: it writes some of them small;
//! - semicolons in the user part of a URI: it takes what follows for parameters;
//! - addresses of IPv6, wherever they stand.
//!
//! Bodies are not compared, as it does not look at Content-Length.

use rsip::prelude::{HeadersExt, ToTypedHeader};
use tandem_sip::header::names;
use tandem_sip::wire::{Message, parse};
use tandem_sip::{NameAddr, Uri};

use crate::mutants::{mutant, originals};
use crate::seeds::{Dice, count, seed};

/// What we say of a message: the start line, each header, then views.
fn ours(message: &Message) -> Vec<String> {
    let start = match message {
        Message::Request(request) => format!("{} {}", request.method, request.uri),
        Message::Response(response) => response.status.code().to_string(),
    };
    let header = |header: &tandem_sip::header::Header| {
        format!("{}: {}", header.name.to_ascii_lowercase(), header.text())
    };
    [start]
        .into_iter()
        .chain(message.headers().iter().map(header))
        .collect()
}

/// What `rsip` says of it.
fn theirs(message: &rsip::SipMessage) -> Vec<String> {
    let (start, headers) = match message {
        rsip::SipMessage::Request(request) => (
            format!("{} {}", request.method, request.uri),
            &request.headers,
        ),
        rsip::SipMessage::Response(response) => {
            (response.status_code.code().to_string(), &response.headers)
        }
    };
    let header = |header: &rsip::Header| {
        let text = header.to_string();
        let (name, value) = text.split_once(':').unwrap_or((&text, ""));
        format!(
            "{}: {}",
            name.to_ascii_lowercase(),
            value.trim_matches([' ', '\t'])
        )
    };
    [start]
        .into_iter()
        .chain(headers.iter().map(header))
        .collect()
}

/// An address as both see it.
fn address(address: &NameAddr) -> String {
    format!("{} {:?}", address.uri, address.tag())
}

/// The views that both have: From, To, CSeq, and the branch.
fn our_views(message: &Message) -> Option<[String; 4]> {
    let headers = message.headers();
    let cseq = headers.cseq().ok()?;
    let via = headers.via().ok()?;
    Some([
        address(&headers.from().ok()?),
        address(&headers.to().ok()?),
        format!("{} {}", cseq.number, cseq.method),
        via.params.get("branch").unwrap_or_default().to_owned(),
    ])
}

fn their_views(message: &rsip::SipMessage) -> [Option<String>; 4] {
    let from = message
        .from_header()
        .ok()
        .and_then(|header| header.typed().ok());
    let to = message
        .to_header()
        .ok()
        .and_then(|header| header.typed().ok());
    let cseq = message
        .cseq_header()
        .ok()
        .and_then(|header| header.typed().ok());
    let via = message
        .via_header()
        .ok()
        .and_then(|header| header.typed().ok());
    let tag = |tag: Option<&rsip::param::Tag>| tag.map(|tag| tag.value().to_owned());
    [
        from.map(|from| format!("{} {:?}", from.uri, tag(from.tag()))),
        to.map(|to| format!("{} {:?}", to.uri, tag(to.tag()))),
        cseq.map(|cseq| format!("{} {}", cseq.seq, cseq.method)),
        via.and_then(|via| Some(via.branch()?.value().to_owned())),
    ]
}

/// What is left out, see above.
fn is_known(message: &Message, bytes: &str) -> bool {
    let is_sip = |uri: &Uri| matches!(uri, Uri::Sip(_));
    let (from, to) = (message.headers().from(), message.headers().to());
    let is_foreign = matches!(message, Message::Request(request) if !is_sip(&request.uri))
        || [from, to]
            .iter()
            .flatten()
            .any(|address| !is_sip(&address.uri));
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "-._+~@:;=<>\"/ ".contains(c);
    let is_token = |c: char| c.is_ascii_alphanumeric() || "-.!%*_+`'~".contains(c);
    let has_odd_params = |name: &str, text: &str| {
        let params = text.split_once(';').map_or("", |(_, params)| params);
        let is_bare = !text.contains('<') && name != names::VIA;
        let has_blanks = is_bare && text.contains([' ', '\t']);
        let is_odd = !params.chars().all(|c| is_token(c) || ";=>".contains(c));
        let names = (params.split(';')).filter_map(|param| param.split('=').next());
        let has_capitals = names.clone().any(|name| name.contains(char::is_uppercase));
        let mut names: Vec<_> = names.map(str::to_ascii_lowercase).collect();
        names.sort();
        let has_twins = names.windows(2).any(|pair| pair[0] == pair[1]);
        let has_odd_user = text.find(';') < text.find('@') && text.contains(';');
        has_blanks
            || is_odd
            || has_capitals
            || has_twins
            || has_odd_user
            || !text.chars().all(is_plain)
    };
    let addresses = [names::VIA, names::FROM, names::TO];
    let text = |name| Some((name, message.headers().text(name)?));
    let mut texts = addresses.into_iter().filter_map(text);
    let method = message.headers().cseq().map(|cseq| cseq.method.to_string());
    let has_small_method = method.is_ok_and(|name| name.contains(char::is_lowercase));
    let is_capital = |name: &str| name.len() == 1 && name.chars().all(char::is_uppercase);
    let has_capitals = (message.headers().iter()).any(|header| is_capital(&header.name));
    let has_blank_ends = bytes.contains(" \r\n") || bytes.contains("\t\r\n");
    let is_odd = is_foreign || has_small_method || has_capitals || has_blank_ends;
    is_odd || texts.any(|(name, text)| has_odd_params(name, &text))
}

#[test]
fn both_read_the_same() {
    let mutants = count("TANDEM_MUTANTS", 200_000) / 4;
    let mut dice = Dice::new(seed());
    let originals = originals();
    let mut both = 0;
    for _ in 0..mutants {
        let bytes = mutant(&mut dice, &originals);
        let (Ok(message), Ok(other)) = (parse(&bytes), rsip::SipMessage::try_from(bytes.clone()))
        else {
            continue;
        };
        let text = String::from_utf8_lossy(&bytes);
        if is_known(&message, &text) {
            continue;
        }
        both += 1;
        assert_eq!(ours(&message), theirs(&other), "{text}");
        let views = our_views(&message).expect("they were read before");
        for (a, b) in views.into_iter().zip(their_views(&other)) {
            assert!(
                b.as_ref().is_none_or(|b| a == *b),
                "{a}, theirs {b:?}:\n{text}"
            );
        }
    }
    println!("both accepted {both} of {mutants}");
    assert!(
        both > mutants / 100,
        "they have too little in common to tell anything"
    );
}
