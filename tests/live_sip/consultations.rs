//! Consultations at telephones that speak SIP: who talks to a caller asks somebody first,
//! while the caller hears music.

use std::time::{Duration, Instant};

use crate::phone::{Message, Phone, talk, talk_beside};
use crate::supervised::{Floor, RING_TIMEOUT_S, is_cancelled, is_hung_up};

/// What the caller was answered with, and the rings of who asks and of who is asked.
struct Rings {
    answer: Message,
    ann: Message,
    ben: Message,
}

/// Ben is asked about the only call, and rings; who asks hears that.
#[track_caller]
fn rings(floor: &mut Floor) -> Message {
    floor.handle("active", "consult", "{\"to\": \"1002\"}");
    let ring = floor.ben.expect("INVITE");
    floor.ann.turns_away();
    floor.ben.respond(&ring, "180 Ringing");
    floor.ann.hears_a_tone();
    ring
}

/// The caller talks to Ann, and Ben rings to be asked about him.
#[track_caller]
fn asks(floor: &mut Floor) -> Rings {
    let (answer, ann) = floor.talks();
    let ben = rings(floor);
    floor.caller.turns_away();
    floor.caller.hears_a_tone();
    Rings { answer, ann, ben }
}

/// Ann talks to Ben, and the caller hears music.
#[track_caller]
fn consults(floor: &mut Floor) -> Rings {
    let rings = asks(floor);
    floor.ben.pick_up(&rings.ben);
    are_asked(floor, &rings);
    rings
}

#[track_caller]
fn are_asked(floor: &Floor, rings: &Rings) {
    talk_beside(
        (&floor.ann, &rings.ann),
        (&floor.ben, &rings.ben),
        (&floor.caller, &rings.answer),
    );
}

/// The consultation ends: the caller is transferred, or not.
#[track_caller]
fn over(floor: &Floor, transfer: bool) {
    let body = format!("{{\"transfer\": {transfer}}}");
    floor.handle("active", "consult/end", &body);
}

/// The caller talks to this telephone, hangs up, and it is hung up as well. Ann has answered
/// the queue's call, and the journal says the same.
#[track_caller]
fn talks_and_ends(
    mut floor: Floor,
    answer: &Message,
    ring: &Message,
    who: fn(&mut Floor) -> &mut Phone,
) {
    talks_to(&mut floor, answer, ring, who);
    floor.caller.bye(answer, "outside");
    floor.caller.expect("200");
    is_hung_up(who(&mut floor));
    ends(floor);
}

#[track_caller]
fn talks_to(
    floor: &mut Floor,
    answer: &Message,
    ring: &Message,
    who: fn(&mut Floor) -> &mut Phone,
) {
    let caller = std::mem::replace(&mut floor.caller, Phone::new());
    caller.turns_away();
    talk((&caller, answer), (who(floor), ring));
    floor.caller = caller;
}

#[track_caller]
fn ends(floor: Floor) {
    assert_eq!(floor.record(), ("answered".into(), "1001".into()));
    floor.stops();
}

fn ann(floor: &mut Floor) -> &mut Phone {
    &mut floor.ann
}

fn ben(floor: &mut Floor) -> &mut Phone {
    &mut floor.ben
}

#[test]
fn somebody_is_asked_and_the_caller_is_talked_to_again() {
    let mut floor = Floor::new("consulted");
    let rings = consults(&mut floor);
    over(&floor, false);
    is_hung_up(&mut floor.ben);
    talks_and_ends(floor, &rings.answer, &rings.ann, ann);
}

#[test]
fn somebody_is_asked_and_the_caller_is_transferred_to_him() {
    let mut floor = Floor::new("consulted_transferred");
    let rings = consults(&mut floor);
    over(&floor, true);
    is_hung_up(&mut floor.ann);
    talks_and_ends(floor, &rings.answer, &rings.ben, ben);
}

#[test]
fn a_caller_who_is_transferred_early_hears_music_until_the_other_answers() {
    let mut floor = Floor::new("consulted_early");
    let rings = asks(&mut floor);
    over(&floor, true);
    is_hung_up(&mut floor.ann);
    floor.caller.turns_away();
    floor.caller.hears_a_tone();
    floor.ben.pick_up(&rings.ben);
    talks_and_ends(floor, &rings.answer, &rings.ben, ben);
}

#[test]
fn who_asks_and_hangs_up_has_transferred_the_caller() {
    let mut floor = Floor::new("consulted_hung_up");
    let rings = consults(&mut floor);
    floor.ann.hang_up(&rings.ann);
    floor.ann.expect("200");
    talks_and_ends(floor, &rings.answer, &rings.ben, ben);
}

#[test]
fn who_asks_and_hangs_up_before_the_answer_ends_the_call() {
    let mut floor = Floor::new("consulted_hung_up_early");
    let rings = asks(&mut floor);
    floor.ann.hang_up(&rings.ann);
    floor.ann.expect("200");
    is_cancelled(&mut floor.ben, &rings.ben);
    is_hung_up(&mut floor.caller);
    ends(floor);
}

#[test]
fn who_is_asked_and_hangs_up_leaves_caller_and_agent_together() {
    let mut floor = Floor::new("consulted_left");
    let rings = consults(&mut floor);
    floor.ben.hang_up(&rings.ben);
    floor.ben.expect("200");
    talks_and_ends(floor, &rings.answer, &rings.ann, ann);
}

/// Busy, then no answer, then taken back: each time the caller is talked to again.
#[test]
fn who_does_not_answer_leaves_caller_and_agent_together() {
    let mut floor = Floor::new("consulted_in_vain");
    let first = asks(&mut floor);
    floor.ben.respond(&first.ben, "486 Busy Here");
    floor.ben.expect("ACK");
    talks_to(&mut floor, &first.answer, &first.ann, ann);
    let rung = Instant::now();
    let second = rings(&mut floor);
    is_cancelled(&mut floor.ben, &second);
    assert!(rung.elapsed() >= Duration::from_secs(RING_TIMEOUT_S - 1));
    talks_to(&mut floor, &first.answer, &first.ann, ann);
    let third = rings(&mut floor);
    over(&floor, false);
    is_cancelled(&mut floor.ben, &third);
    talks_and_ends(floor, &first.answer, &first.ann, ann);
}

#[test]
fn a_caller_who_hangs_up_ends_it_for_both() {
    let mut floor = Floor::new("consulted_abandoned");
    let rings = consults(&mut floor);
    floor.caller.bye(&rings.answer, "outside");
    floor.caller.expect("200");
    is_hung_up(&mut floor.ann);
    is_hung_up(&mut floor.ben);
    ends(floor);
}

#[test]
fn a_caller_who_hangs_up_ends_it_for_who_rings() {
    let mut floor = Floor::new("consulted_abandoned_early");
    let rings = asks(&mut floor);
    floor.caller.bye(&rings.answer, "outside");
    floor.caller.expect("200");
    is_hung_up(&mut floor.ann);
    is_cancelled(&mut floor.ben, &rings.ben);
    ends(floor);
}

/// Who was asked has the caller, and asks who asked him: telephones stay where they are told
/// that they are heard, whatever their owners are to the caller.
#[test]
fn who_was_asked_may_ask_in_his_turn() {
    let mut floor = Floor::new("consulted_in_turn");
    let mut rings = consults(&mut floor);
    over(&floor, true);
    is_hung_up(&mut floor.ann);
    talks_to(&mut floor, &rings.answer, &rings.ben, ben);
    floor.handle("active", "consult", "{\"to\": \"1001\"}");
    rings.ann = floor.ann.expect("INVITE");
    floor.ann.respond(&rings.ann, "180 Ringing");
    floor.ann.pick_up(&rings.ann);
    are_asked(&floor, &rings);
    over(&floor, true);
    is_hung_up(&mut floor.ben);
    talks_and_ends(floor, &rings.answer, &rings.ann, ann);
}

/// The hold key of who asks is for who is asked, and he may press it before he asks.
#[test]
fn who_holds_while_he_asks_still_has_the_caller_on_hold_behind_it() {
    let mut floor = Floor::new("consulted_holding");
    let (answer, ann_rings) = floor.talks();
    floor.ann.holds(&ann_rings, true);
    floor.caller.turns_away();
    floor.caller.hears_a_tone();
    let ben_rings = rings(&mut floor);
    floor.ben.pick_up(&ben_rings);
    let rings = Rings {
        answer,
        ann: ann_rings,
        ben: ben_rings,
    };
    are_asked(&floor, &rings);
    floor.ann.holds(&rings.ann, false);
    are_asked(&floor, &rings);
    floor.ann.holds(&rings.ann, true);
    over(&floor, false);
    is_hung_up(&mut floor.ben);
    floor.caller.turns_away();
    floor.caller.hears_a_tone();
    floor.ann.holds(&rings.ann, false);
    talks_and_ends(floor, &rings.answer, &rings.ann, ann);
}
