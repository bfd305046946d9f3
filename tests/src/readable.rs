//! A journal as text for people, with times in seconds and numbers as dialled.

use std::fmt::Write;

use crate::live::Line;

/// Every line of a journal, each followed by what it led to.
#[must_use]
pub fn journal(lines: &[Line]) -> String {
    let mut text = String::new();
    for Line { entry, out } in lines {
        let (seq, at) = (entry.seq, entry.received_at);
        line(&mut text, &format!("#{seq} at {at}: {:?}", entry.input));
        if let Some(reject) = &out.reject {
            line(&mut text, &format!("      refused: {reject:?}"));
        }
        for event in &out.events {
            line(&mut text, &format!("      · {event:?}"));
        }
        for (id, effect) in &out.effects {
            line(
                &mut text,
                &format!("      ! {}/{} {effect:?}", id.seq, id.index),
            );
        }
    }
    text
}

fn line(text: &mut String, debug: &str) {
    writeln!(text, "{}", plain(debug)).expect("text is written to memory");
}

/// The name of a type that wraps a number, and how its value is shown.
type Wrapper = (&'static str, fn(u128) -> String);

/// Names of wrappers whose content is written otherwise than Rust does.
const WRAPPERS: [Wrapper; 3] = [
    ("Number(", dialled),
    ("Span(", seconds),
    ("Timestamp(", seconds),
];

/// Debug output with the wrappers of times and numbers taken off.
#[must_use]
pub fn plain(debug: &str) -> String {
    let mut text = String::with_capacity(debug.len());
    let mut rest = debug;
    'next: while let Some(first) = rest.chars().next() {
        for (name, show) in WRAPPERS {
            let inside = rest
                .strip_prefix(name)
                .and_then(|inside| inside.split_once(')'));
            if let Some((value, behind)) = inside
                && let Ok(value) = value.parse()
            {
                text.push_str(&show(value));
                rest = behind;
                continue 'next;
            }
        }
        text.push(first);
        rest = &rest[first.len_utf8()..];
    }
    text
}

fn seconds(micros: u128) -> String {
    let (whole, part) = (micros / 1_000_000, micros % 1_000_000);
    let text = format!("{whole}.{part:06}");
    let text = text.trim_end_matches('0').trim_end_matches('.');
    format!("{text}s")
}

/// A packed number: four bits a symbol from the top, zero where it ends.
fn dialled(packed: u128) -> String {
    let symbol = |place: u32| (packed >> (124 - 4 * place)) & 0xF;
    let symbols = (0..31).map(symbol).take_while(|&value| value > 0);
    let digits = symbols.filter_map(|value| {
        let place = usize::try_from(value - 1).ok()?;
        "+0123456789*#".chars().nth(place)
    });
    let digits: String = digits.collect();
    if digits.is_empty() {
        "nobody".to_owned()
    } else {
        digits
    }
}
