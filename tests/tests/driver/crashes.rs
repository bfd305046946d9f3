//! Disks that fail, and power that goes: nothing that was acknowledged is lost.

use std::collections::BTreeMap;

use tandem_engine::{By, CallId, Cause, Effect, Event, Input, LegId, Number, Outbox, Which};
use tandem_server::driver::{Line, Plain, Recovery, StopReason, verify};
use tandem_server::store::{RecordKey, RecordsOf, Store, StoreError};
use tandem_tests::cases::{cases, seed_of_the_day};
use tandem_tests::disk::{Disk, Fault};
use tandem_tests::luck::Luck;
use tandem_tests::site::{Site, arrival};

use super::CENTRE;

/// What people outside know of the centre.
#[derive(Default)]
struct Outside {
    calls: Vec<CallId>,
    legs: Vec<LegId>,
    key: u128,
}

impl Outside {
    fn learn(&mut self, out: &Outbox) {
        for event in &out.events {
            if let Event::CallArrived { call, .. } = event {
                self.calls.push(*call);
            }
        }
        for (_, effect) in &out.effects {
            if let Effect::Ring { leg, .. } = effect {
                self.legs.push(*leg);
            }
        }
    }

    /// Something that may happen next.
    fn next(&mut self, luck: &mut Luck) -> Input {
        let extension = Number::from_u64(1001 + luck.any() % 4);
        let leg = luck.pick(&self.legs).copied();
        let call = luck.pick(&self.calls).copied();
        match (luck.below(12), leg, call) {
            (0..=2, Some(leg), _) => Input::LegAnswered { leg },
            (3, Some(leg), _) => Input::LegEnded { leg },
            (4, Some(leg), _) => Input::LegFailed {
                leg,
                cause: Cause::Busy,
            },
            (5, _, Some(call)) => Input::CallerHungUp { call },
            (6, _, _) => Input::DeviceUp { extension },
            (7, _, _) if luck.one_in(4) => Input::DeviceDown { extension },
            (8, _, _) => Input::AgentLogIn {
                by: By::System,
                agent: extension,
                queues: Which::All,
            },
            (9, _, _) if luck.one_in(8) => Input::PersonErased {
                by: By::System,
                number: Number::from_u64(500 + luck.any() % 4),
            },
            _ => {
                self.key += 1;
                arrival(self.key, 500 + luck.any() % 4, 6400 + luck.any() % 2)
            }
        }
    }
}

/// Lets a centre live until the power goes; what it had released.
fn live(site: &Site, luck: &mut Luck, outside: &mut Outside, steps: usize) -> Vec<Line> {
    let Ok(shift) = site.try_start(Some(CENTRE), false, Plain) else {
        return Vec::new();
    };
    let mut acknowledged = Vec::new();
    for _ in 0..steps {
        site.clock.pass(luck.any() % 2_000_000);
        let input = outside.next(luck);
        if luck.one_in(3) {
            match shift.handle.ask_blocking(input) {
                Ok(applied) => {
                    outside.learn(&applied.out);
                    acknowledged.push(applied.seq);
                }
                Err(_) => break,
            }
        } else {
            let _told = shift.handle.tell(input);
        }
    }
    let (lines, _) = shift.stop();
    for seq in acknowledged {
        let released = lines.iter().any(|line| line.entry.seq == seq);
        assert!(released, "entry {seq} was acknowledged and not released");
    }
    lines
}

/// Whether everything that was released is in the journal.
fn holds(store: &Store, lines: &[Line]) {
    let mut journal = BTreeMap::new();
    let mut from = 1;
    loop {
        let page = store.journal(from).expect("the journal can be read");
        let Some((_, last)) = page.last() else { break };
        from = last.entries.last().expect("a row has entries").seq + 1;
        let entries = page.into_iter().flat_map(|(_, row)| row.entries);
        journal.extend(entries.map(|entry| (entry.seq, entry)));
    }
    for line in lines {
        assert_eq!(
            journal.get(&line.entry.seq),
            Some(&line.entry),
            "a released entry is lost"
        );
    }
    for record in lines.iter().flat_map(|line| &line.out.events) {
        let Event::QueueCallEnded(record) = record else {
            continue;
        };
        let stored = [6400, 6401].into_iter().flat_map(|queue| {
            let of = RecordsOf::Queue(Number::from_u64(queue));
            store
                .records(of, RecordKey::FIRST, RecordKey::LAST, 1_000)
                .expect("readable")
        });
        let found = stored
            .filter(|stored| stored.public() == record.call && stored.call.visit == record.visit);
        assert_eq!(found.count(), 1, "a released record is lost");
    }
}

#[test]
fn whatever_is_lost_with_the_power_was_not_acknowledged() {
    let seed = seed_of_the_day();
    for case in 0..cases(12) {
        println!("case {case} of TANDEM_SEED={seed}");
        let mut luck = Luck::new(seed ^ u64::from(case) << 32);
        let mut site = Site::new();
        let mut outside = Outside::default();
        let mut released: Vec<Line> = Vec::new();
        for life in 0..4 {
            let begin = site.disk.changes();
            let lasts = 1 + luck.any() % if life == 0 { 1_500 } else { 400 };
            site.disk.set_fault(Fault::PowerGoes(begin + lasts));
            released.extend(live(&site, &mut luck, &mut outside, 120));
            site.disk = site.disk.after_power_cut(&mut luck);
            let store = site.store();
            holds(&store, &released);
            let head = store.head().expect("it can be read");
            let verified = verify(&store).expect("the journal replays to the same");
            assert_eq!(head.map(|head| head.hash), verified.map(|proof| proof.hash));
        }
        let shift = site.start(Some(CENTRE));
        assert!(!matches!(shift.recovery(), Recovery::Anew(_)));
        shift.stop().1.expect("a clean stop");
        verify(&site.store())
            .expect("the journal replays")
            .expect("and is not empty");
    }
}

#[test]
fn a_full_disk_and_one_that_keeps_nothing_stop_the_server_at_once() {
    for fault in [Fault::Full, Fault::SyncFails] {
        let site = Site::new();
        let shift = site.start(Some(CENTRE));
        shift.call(1, 555, 6400).expect("let in");
        let before = shift.lines();
        site.disk.set_fault(fault);
        let applied = shift.handle.ask_blocking(arrival(2, 555, 6400));
        assert!(applied.is_err(), "{fault:?}: nothing is acknowledged");
        shift.wait_for_end();
        let (lines, ended) = shift.stop();
        assert_eq!(lines, before, "{fault:?}: nothing is released");
        let why = ended.expect_err("it did not stop by itself");
        assert!(
            matches!(why, StopReason::Store(StoreError::Failed(_))),
            "{why:?}"
        );
        assert_eq!(why.exit_code(), 74);
        assert!(
            why.to_string()
                .starts_with("stopped at once: the store failed: "),
            "{why}"
        );
        site.disk.set_fault(Fault::None);
        let site = Site {
            disk: site.disk.after_power_cut(&mut Luck::new(7)),
            ..site
        };
        holds(&site.store(), &lines);
        site.start(None).stop().1.expect("it starts again");
    }
}

#[test]
fn an_idle_server_notices_that_its_disk_failed() {
    let site = Site::new();
    let shift = site.start(Some(CENTRE));
    shift.wait_for("the start", |lines| !lines.is_empty());
    site.disk.set_fault(Fault::SyncFails);
    shift.wait_for_end();
    assert!(matches!(shift.stop().1, Err(StopReason::Store(_))));
}

#[test]
fn disks_lose_only_what_was_not_synced() {
    use redb::StorageBackend;
    let disk = Disk::default();
    disk.write(0, &[1; 2048]).expect("it works");
    disk.sync_data().expect("it works");
    disk.write(1024, &[2; 2048]).expect("it works");
    let mut luck = Luck::new(1);
    let left: Vec<Vec<u8>> = (0..50)
        .map(|_| disk.after_power_cut(&mut luck).bytes())
        .collect();
    assert!(left.iter().all(|left| left[..1024] == [1; 1024]));
    assert!(left.iter().any(|left| left.len() < 3072));
    assert!(left.iter().any(|left| left[1024..1536] != left[1536..2048]));
}
