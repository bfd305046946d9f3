//! Bytes that are no snapshot are refused, never believed and never a panic.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::Index;
use tandem_engine::{Engine, SnapshotError};
use tandem_tests::acts::{Profile, history};
use tandem_tests::cases::{cases, hold, number_from_env};
use tandem_tests::caught::caught;
use tandem_tests::perform::play;
use xxhash_rust::xxh3::xxh3_128;

use crate::regressions;

/// Mutants of one snapshot.
const MUTANTS: u32 = 100;

/// A change of bytes.
#[derive(Clone, Debug)]
enum Mutation {
    Cut(Index),
    Flip(Index, u8),
    Insert(Index, Vec<u8>),
    Remove(Index, u8),
    Set(Index, u8),
}

fn mutation() -> impl Strategy<Value = Mutation> {
    let place = any::<Index>;
    // Bytes that begin long numbers and long lists.
    let byte = prop_oneof![any::<u8>(), Just(0xFF), Just(0x80), Just(0), Just(1)];
    prop_oneof![
        1 => place().prop_map(Mutation::Cut),
        4 => (place(), 0..8_u8).prop_map(|(place, bit)| Mutation::Flip(place, bit)),
        2 => (place(), vec(any::<u8>(), 1..8)).prop_map(|(at, with)| Mutation::Insert(at, with)),
        2 => (place(), 1..8_u8).prop_map(|(place, count)| Mutation::Remove(place, count)),
        4 => (place(), byte).prop_map(|(place, byte)| Mutation::Set(place, byte)),
    ]
}

fn mutate(bytes: &mut Vec<u8>, mutation: &Mutation) {
    if bytes.is_empty() {
        return;
    }
    let of = |index: &Index| index.index(bytes.len());
    match mutation {
        Mutation::Cut(place) => bytes.truncate(of(place)),
        Mutation::Flip(place, bit) => {
            let place = of(place);
            bytes[place] ^= 1 << bit;
        }
        Mutation::Insert(place, with) => {
            let place = of(place);
            bytes.splice(place..place, with.iter().copied());
        }
        Mutation::Remove(place, count) => {
            let place = of(place);
            let end = bytes.len().min(place + usize::from(*count));
            bytes.drain(place..end);
        }
        Mutation::Set(place, byte) => {
            let place = of(place);
            bytes[place] = *byte;
        }
    }
}

/// Format, semantics, time zones and checksum, as a snapshot begins.
type Header = (u16, u32, String, u128);

/// A changed state under a checksum that fits, so that it is read to the end.
fn forged(snapshot: &[u8], mutations: &[Mutation]) -> Vec<u8> {
    let (mut header, body) =
        postcard::take_from_bytes::<Header>(snapshot).expect("a snapshot has a header");
    assert_eq!(
        header.3,
        xxh3_128(body),
        "a snapshot has another layout than this"
    );
    let mut body = body.to_vec();
    mutations
        .iter()
        .for_each(|mutation| mutate(&mut body, mutation));
    header.3 = xxh3_128(&body);
    let mut bytes = postcard::to_stdvec(&header).expect("a header is written to memory");
    bytes.extend(body);
    bytes
}

#[test]
fn restore_survives_mutants() {
    let mut profile = Profile::mixed();
    profile.steps = 40;
    let mutants = number_from_env("TANDEM_MUTANTS");
    let mutants = mutants.map_or(MUTANTS, |all| {
        let each = all.div_ceil(u64::from(cases(60)));
        u32::try_from(each).expect("mutants fit in 32 bits")
    });
    let changes = vec(vec(mutation(), 1..4), mutants as usize);
    let all = (history(&profile), changes);
    hold(
        "restore_survives_mutants",
        &regressions(),
        60,
        &all,
        |((centre, steps), changes)| {
            let (world, played) = play(&centre, &steps[..steps.len() / 2], ());
            played?;
            let snapshot = world.live.engine().snapshot();
            for mutations in &changes {
                let mut bytes = snapshot.clone();
                mutations
                    .iter()
                    .for_each(|mutation| mutate(&mut bytes, mutation));
                let restored = caught(|| Engine::restore(&bytes).map(|engine| engine.hash()))?;
                let believed = restored.is_ok() && bytes != snapshot;
                if believed {
                    return Err(format!(
                        "{mutations:?} makes another snapshot that is believed"
                    ));
                }
                let forged = forged(&snapshot, mutations);
                caught(|| Engine::restore(&forged).map(drop))?.unwrap_or_default();
            }
            Ok(())
        },
    );
}

#[test]
fn other_bytes_are_named() {
    let snapshot = Engine::new(1).snapshot();
    let ((format, semantics, zones, sum), body) =
        postcard::take_from_bytes::<Header>(&snapshot).expect("a snapshot has a header");
    let with = |header: Header| {
        let mut bytes = postcard::to_stdvec(&header).expect("a header is written to memory");
        bytes.extend_from_slice(body);
        Engine::restore(&bytes).map(drop)
    };
    assert_eq!(with((format, semantics, zones.clone(), sum)), Ok(()));
    let found = format + 1;
    let other = with((found, semantics, zones.clone(), sum));
    assert_eq!(other, Err(SnapshotError::Format { found }));
    let found = semantics + 1;
    let other = with((format, found, zones.clone(), sum));
    assert_eq!(other, Err(SnapshotError::Semantics { found }));
    let found = format!("{zones}?");
    let other = with((format, semantics, found.clone(), sum));
    assert_eq!(other, Err(SnapshotError::TimeZones { found }));
    assert_eq!(
        with((format, semantics, zones, sum ^ 1)),
        Err(SnapshotError::Damaged)
    );
    assert_eq!(Engine::restore(&[]).map(drop), Err(SnapshotError::Damaged));
}
