//! Our parser against `rsip`, on what both accept.

use std::collections::BTreeMap;

use tandem_sip::wire::{Message, parse};

use crate::mutants::{mutant, originals};
use crate::seeds::{Dice, count, seed};

/// What both say of a message, as text: the start line, then each header.
fn ours(message: &Message) -> Vec<String> {
    let start = match message {
        Message::Request(request) => format!("{} {}", request.method, request.uri),
        Message::Response(response) => response.status.code().to_string(),
    };
    let header = |header: &tandem_sip::header::Header| format!("{}: {}", header.name, header.text());
    [start].into_iter().chain(message.headers().iter().map(header)).collect()
}

fn theirs(message: &rsip::SipMessage) -> Vec<String> {
    let (start, headers) = match message {
        rsip::SipMessage::Request(request) => {
            (format!("{} {}", request.method, request.uri), &request.headers)
        }
        rsip::SipMessage::Response(response) => {
            (response.status_code.code().to_string(), &response.headers)
        }
    };
    let header = |header: &rsip::Header| {
        let text = header.to_string();
        let (name, value) = text.split_once(':').unwrap_or((&text, ""));
        format!("{name}: {}", value.trim())
    };
    [start].into_iter().chain(headers.iter().map(header)).collect()
}

#[test]
fn both_read_the_same() {
    let mutants = count("TANDEM_MUTANTS", 200_000) / 4;
    let mut dice = Dice::new(seed());
    let originals = originals();
    let mut both = 0;
    let mut differences: BTreeMap<String, usize> = BTreeMap::new();
    for _ in 0..mutants {
        let bytes = mutant(&mut dice, &originals);
        let (Ok(message), Ok(other)) = (parse(&bytes), rsip::SipMessage::try_from(bytes.clone()))
        else {
            continue;
        };
        both += 1;
        let (a, b) = (ours(&message), theirs(&other));
        if a != b {
            let first = a.iter().zip(&b).find(|(a, b)| a != b);
            let what = format!("{first:?} {} {}", a.len(), b.len());
            *differences.entry(what).or_default() += 1;
        }
    }
    println!("{both} of {mutants}");
    for (what, n) in differences.iter().take(60) {
        println!("{n} {what}");
    }
}
