//! Who talks to a caller goes elsewhere without him, at telephones that speak SIP: his stays in
//! its call, and from there he is transferred or parked as any caller.

use std::time::{Duration, Instant};

use crate::phone::{Message, Phone, talk};
use crate::supervised::{Floor, SPOKEN, is_hung_up};

/// Ann, whom this rings for a caller, is sent here without him.
#[track_caller]
fn leaves(floor: &mut Floor, to: &str) -> (Message, Message) {
    let (answer, ring) = floor.talks();
    goes_without(floor, to);
    (answer, ring)
}

/// Who talks in the only call is sent here.
#[track_caller]
fn goes_without(floor: &Floor, to: &str) {
    let body = format!("{{\"to\": \"{to}\", \"side\": \"agent\"}}");
    floor.handle("active", "transfer", &body);
}

/// Ben rings for Ann, and shows that; she hears music until he says so, and then that it rings.
#[track_caller]
fn rings_for_ann(floor: &mut Floor) -> Message {
    let ring = floor.ben.expect("INVITE");
    assert!(ring.header("From").contains("<sip:1001@"), "{ring:?}");
    floor.ann.turns_away();
    floor.ann.hears_a_tone();
    floor.ben.respond(&ring, "180 Ringing");
    floor.ann.turns_away();
    floor.ann.hears_a_tone();
    ring
}

/// Ann hangs up, and so does the server at who talks to her. She has answered the call of the
/// queue, and the journal says the same.
#[track_caller]
fn ends(mut floor: Floor, ring: &Message, who: fn(&mut Floor) -> &mut Phone) {
    floor.ann.hang_up(ring);
    floor.ann.expect("200");
    is_hung_up(who(&mut floor));
    stops(floor);
}

#[track_caller]
fn stops(floor: Floor) {
    assert_eq!(floor.record(), ("answered".into(), "1001".into()));
    floor.stops();
}

fn ben(floor: &mut Floor) -> &mut Phone {
    &mut floor.ben
}

fn boss(floor: &mut Floor) -> &mut Phone {
    &mut floor.boss
}

#[test]
fn who_talks_is_transferred_to_an_extension_and_his_caller_is_let_go() {
    let mut floor = Floor::new("side_transferred");
    let (_, ring) = leaves(&mut floor, "1002");
    is_hung_up(&mut floor.caller);
    let other = rings_for_ann(&mut floor);
    floor.ben.pick_up(&other);
    talk((&floor.ann, &ring), (&floor.ben, &other));
    // Her telephone may say where it wants her voice as before.
    floor.ann.holds(&ring, true);
    floor.ann.holds(&ring, false);
    talk((&floor.ann, &ring), (&floor.ben, &other));
    ends(floor, &ring, ben);
}

#[test]
fn who_talks_is_transferred_to_a_queue_and_waits_there() {
    let mut floor = Floor::new("side_queued");
    let (_, ring) = leaves(&mut floor, "6401");
    is_hung_up(&mut floor.caller);
    let other = floor.ben.expect("INVITE");
    floor.ann.turns_away();
    floor.ann.hears_a_tone();
    floor.ben.pick_up(&other);
    talk((&floor.ann, &ring), (&floor.ben, &other));
    floor.ben.hang_up(&other);
    floor.ben.expect("200");
    is_hung_up(&mut floor.ann);
    assert_eq!(floor.record_of("6401"), ("answered".into(), "1002".into()));
    stops(floor);
}

/// The line that she has is busy for her own queue until she hangs up.
#[test]
fn who_is_transferred_to_somebody_busy_is_let_go() {
    let mut floor = Floor::new("side_busy");
    leaves(&mut floor, "1002");
    is_hung_up(&mut floor.caller);
    let other = rings_for_ann(&mut floor);
    floor.ben.respond(&other, "486 Busy Here");
    floor.ben.expect("ACK");
    is_hung_up(&mut floor.ann);
    stops(floor);
}

#[test]
fn who_talks_presses_a_key_of_a_menu_for_himself() {
    let menu = "[[prompt]]\nname = \"Welcome\"\nlength_s = 60\n\
                [[menu]]\nnumber = \"6600\"\nname = \"Main\"\nprompt = \"Welcome\"\n\
                keys = { 1 = \"extension 1002\" }\n";
    let mut floor = Floor::with("side_menu", menu, "");
    let (_, ring) = leaves(&mut floor, "6600");
    is_hung_up(&mut floor.caller);
    floor.ann.press_back(&ring, '1');
    let other = floor.ben.expect("INVITE");
    floor.ben.pick_up(&other);
    talk((&floor.ann, &ring), (&floor.ben, &other));
    ends(floor, &ring, ben);
}

#[test]
fn who_talks_is_parked_and_his_caller_is_told_the_slot() {
    let mut floor = Floor::new("side_parked");
    let (_, ring) = floor.talks();
    let parked = Instant::now();
    let slot = floor.handle("active", "park", "{\"side\": \"agent\"}")["slot"].clone();
    assert_eq!(slot, "701");
    is_hung_up(&mut floor.caller);
    let told = parked.elapsed();
    let grace = Duration::from_secs(2);
    assert!(
        (SPOKEN..SPOKEN + grace).contains(&told),
        "told for {told:?}"
    );
    floor.ann.turns_away();
    floor.ann.hears_a_tone();
    let to = floor.sip();
    floor.boss.invite(to, "701", "inside");
    let own = floor.boss.answered("inside");
    talk((&floor.ann, &ring), (&floor.boss, &own));
    ends(floor, &ring, boss);
}

/// Whom she has left hears the slot to its end, in the media of a call of his.
#[test]
fn who_is_parked_is_fetched_while_his_caller_is_still_told_the_slot() {
    let mut floor = Floor::new("side_fetched");
    let (_, ring) = floor.talks();
    floor.handle("active", "park", "{\"side\": \"agent\"}");
    let parked = Instant::now();
    let to = floor.sip();
    floor.boss.invite(to, "701", "inside");
    let own = floor.boss.answered("inside");
    talk((&floor.ann, &ring), (&floor.boss, &own));
    assert!(parked.elapsed() < SPOKEN, "he is told yet");
    is_hung_up(&mut floor.caller);
    talk((&floor.ann, &ring), (&floor.boss, &own));
    floor.boss.bye(&own, "inside");
    floor.boss.expect("200");
    is_hung_up(&mut floor.ann);
    stops(floor);
}

/// Both sides go on, each in his own call: one is asked how it was, while the other talks.
#[test]
fn a_caller_is_asked_how_it_was_while_who_left_him_talks() {
    let prompts = "[[prompt]]\nname = \"Ask\"\nlength_s = 60\n";
    let survey = "survey = { prompt = \"Ask\", points = { 1 = 5 } }\n";
    let mut floor = Floor::with("side_survey", prompts, survey);
    let (answer, ring) = leaves(&mut floor, "1002");
    let other = rings_for_ann(&mut floor);
    floor.ben.pick_up(&other);
    talk((&floor.ann, &ring), (&floor.ben, &other));
    floor.caller.press(&answer, "outside", '1');
    is_hung_up(&mut floor.caller);
    talk((&floor.ann, &ring), (&floor.ben, &other));
    assert_eq!(floor.record_with("6400", "survey_key"), "1");
    ends(floor, &ring, ben);
}

/// Whoever talks in a call may leave it, whatever he was to it before: Ben was asked about a
/// caller, and has him; the boss is rung for him, and then Ben is the one who is left.
#[test]
fn who_was_asked_and_who_was_left_go_on_as_well() {
    let mut floor = Floor::new("side_again");
    let (answer, ann) = floor.talks();
    floor.handle("active", "consult", "{\"to\": \"1002\"}");
    let ben_rings = floor.ben.expect("INVITE");
    floor.ben.pick_up(&ben_rings);
    talk((&floor.ann, &ann), (&floor.ben, &ben_rings));
    floor.handle("active", "consult/end", "{\"transfer\": true}");
    is_hung_up(&mut floor.ann);
    talk((&floor.caller, &answer), (&floor.ben, &ben_rings));

    goes_without(&floor, "1009");
    is_hung_up(&mut floor.caller);
    let boss_rings = floor.boss.expect("INVITE");
    floor.boss.pick_up(&boss_rings);
    talk((&floor.ben, &ben_rings), (&floor.boss, &boss_rings));
    goes_without(&floor, "1001");
    is_hung_up(&mut floor.ben);
    let ann_rings = floor.ann.expect("INVITE");
    floor.ann.pick_up(&ann_rings);
    talk((&floor.boss, &boss_rings), (&floor.ann, &ann_rings));
    ends(floor, &ann_rings, boss);
}
