//! Changes between configurations, and what is said about them.

use proptest::prelude::*;
use tandem_engine::Number;
use tandem_engine::config::check::{check, check_changes};
use tandem_engine::config::diff::{apply, changes};
use tandem_engine::config::model::{Change, Config, Destination, TrunkConfig};
use tandem_engine::config::reader::Source;
use tandem_engine::config::text;

use crate::generate::{config, count, for_all, some_of, with_reasons};

/// The same with its objects in the order of their numbers, which is all that
/// changes do not tell.
fn sorted(mut config: Config) -> Config {
    config.extensions.sort_by_key(|extension| extension.number);
    config.queues.sort_by_key(|queue| queue.number);
    config.points.sort_by_key(|point| point.number);
    config
}

fn read(file: &str) -> Config {
    text::read(Source::new("office.toml", file)).unwrap_or_else(|problems| panic!("{problems}"))
}

/// The same, its queues with names that those of others may have as well.
fn renamed(config: Config) -> impl Strategy<Value = Config> {
    let names = Just(["A", "B", "C", "D", "E", "F", "G", "H"]).prop_shuffle();
    names.prop_map(move |names| {
        let mut config = config.clone();
        for (queue, name) in config.queues.iter_mut().zip(names) {
            name.clone_into(&mut queue.name);
        }
        config
    })
}

#[test]
fn the_changes_between_two_configurations_lead_from_one_to_the_other() {
    let pairs = (
        config().prop_flat_map(renamed),
        config().prop_flat_map(renamed),
    );
    for_all(count("PROPTEST_CASES", 500), pairs, |(from, to)| {
        let changes = changes(&from, &to);
        prop_assert_eq!(check_changes(&from, &changes), []);
        prop_assert_eq!(sorted(apply(from.clone(), &changes)), sorted(to));
        Ok(())
    });
}

#[test]
fn a_configuration_differs_in_nothing_from_itself() {
    for_all(count("PROPTEST_CASES", 50), config(), |config| {
        prop_assert_eq!(changes(&config, &config), []);
        prop_assert_eq!(changes(&config, &sorted(config.clone())), []);
        Ok(())
    });
}

/// Lets failovers lead to queues and route points of lower numbers only, so that none
/// is another's in turn.
fn without_cycles(mut config: Config) -> Config {
    let mend = |of: Number, to: &mut Destination| {
        let is_extension = matches!(to, Destination::Extension(_));
        if !is_extension && to.number().is_some_and(|to| to >= of) {
            *to = Destination::HangUp;
        }
    };
    for queue in &mut config.queues {
        let of = queue.number;
        queue.destinations_mut().for_each(|to| mend(of, to));
    }
    for point in &mut config.points {
        let of = point.number;
        point.destinations_mut().for_each(|to| mend(of, to));
    }
    config
}

/// `to`, where nothing uses what takes over a number from an object of another kind,
/// nor a queue whose number is too long or too short to be there beside an old one:
/// that object or queue may have to stay for the same user's sake.
fn apart(from: &Config, mut to: Config) -> Config {
    let kind = |config: &Config, number: Number| {
        let extension = config.extensions.iter().any(|e| e.number == number);
        let queue = config.queues.iter().any(|queue| queue.number == number);
        let point = config.points.iter().find(|point| point.number == number);
        (extension, queue, point.map(|point| point.header()))
    };
    let nobody = (false, false, None);
    let after = to.clone();
    let taken_over = |number: Number| {
        let before = kind(from, number);
        before != nobody && before != kind(&after, number)
    };
    if trunks_take_over(from, &to) {
        to.options.trunks.clone_from(&from.options.trunks);
    }
    let digits = |config: &Config| config.options.queue_numbers.0.symbols();
    let apart = !from.queues.is_empty() && digits(from) != digits(&to);
    let moved = |number: Number| apart && after.queues.iter().any(|queue| queue.number == number);
    let options = to.options.clone();
    let mend = |to: &mut Destination| {
        let closed = matches!(to, Destination::External { trunk, .. } if !options.calls_out(trunk));
        if closed || to.number().is_some_and(|to| taken_over(to) || moved(to)) {
            *to = Destination::HangUp;
        }
    };
    for queue in &mut to.queues {
        queue.members.retain(|member| !taken_over(member.extension));
        queue.managers.retain(|&manager| !taken_over(manager));
        if let Some(viewers) = &mut queue.permissions.agent_logs.viewers {
            viewers.retain(|&viewer| !taken_over(viewer));
        }
        queue.destinations_mut().for_each(mend);
    }
    for point in &mut to.points {
        for member in point.members().to_vec() {
            if taken_over(member) {
                point.remove_member(member);
            }
        }
        point.destinations_mut().for_each(mend);
    }
    to
}

/// Whether a trunk has the address or the user of another one that is called out on.
fn trunks_take_over(from: &Config, to: &Config) -> bool {
    let host = |trunk: &TrunkConfig| trunk.address.map(|address| address.socket.ip());
    let called = from.options.trunks.iter();
    let mut called = called.filter(|trunk| trunk.outbound.is_some());
    called.any(|old| {
        to.options.trunks.iter().any(|new| {
            let user = new.user.is_some() && new.user == old.user;
            new.name != old.name && (user || host(new) == host(old))
        })
    })
}

/// The same, whose extensions pause for no reason: that of another one may get its
/// code.
fn without_reasons(mut config: Config) -> Config {
    config.options.pause_reasons.clear();
    with_reasons(config)
}

#[test]
fn a_reason_goes_when_no_presence_needs_it_any_more() {
    let options = |reasons: &str| format!("[options]\npause_reasons = [{reasons}]\n");
    let ann = |reason: &str| {
        format!("[[extension]]\nnumber = \"1001\"\non_presence = {{ away = \"pause {reason}\" }}\n")
    };
    let from = [options("\"Lunch *01\", \"Break *02\""), ann("Lunch")].concat();
    let to = [options("\"Break *02\", \"Meal *03\""), ann("Meal")].concat();
    let (mut now, to) = (read(&from), read(&to));
    let alone = Change::PutOptions(to.options.clone());
    assert_eq!(
        said(&now, &[alone]),
        "options, pause_reasons: extension 1001 pauses for \"Lunch\" \
         (change the extension in the same step)\n"
    );
    for change in changes(&now, &to) {
        assert_eq!(said(&now, core::slice::from_ref(&change)), "", "{change:?}");
        now = apply(now, core::slice::from_ref(&change));
    }
    assert_eq!(sorted(now), sorted(to));
}

#[test]
fn one_can_stop_after_each_change() {
    let pairs = (
        config().prop_map(without_cycles).prop_map(without_reasons),
        config().prop_map(without_cycles),
    );
    for_all(count("PROPTEST_CASES", 100), pairs, |(from, to)| {
        let to = apart(&from, to);
        let changes = changes(&from, &to);
        let mut now = from;
        for change in &changes {
            let step = core::slice::from_ref(change);
            prop_assert_eq!(
                check_changes(&now, step),
                [],
                "{:?} of {:?}",
                change,
                changes
            );
            now = apply(now, step);
            prop_assert_eq!(check(&now), []);
        }
        Ok(())
    });
}

#[test]
fn one_can_stop_while_the_numbers_of_queues_get_longer() {
    let from = "[[prompt]]\nname = \"Old\"\nlength_s = 4\n\
        [[queue]]\nnumber = \"6401\"\nname = \"A\"\n\
        [[ring_group]]\nnumber = \"6201\"\nname = \"All\"\nfailover = \"prompt Old\"\n";
    let to = "[options]\nqueue_numbers = \"10000-10099\"\n\
        [[queue]]\nnumber = \"10037\"\nname = \"A\"\n\
        [[ring_group]]\nnumber = \"6201\"\nname = \"All\"\nfailover = \"queue 10037\"\n";
    let without = from.split_once("[[queue]]").expect("a queue").0;
    let group = from.split_once("[[ring_group]]").expect("a ring group").1;
    for from in [from.to_owned(), format!("{without}[[ring_group]]{group}")] {
        let (mut now, to) = (read(&from), read(to));
        for change in changes(&now, &to) {
            assert_eq!(said(&now, core::slice::from_ref(&change)), "", "{change:?}");
            now = apply(now, &[change]);
        }
        assert_eq!(sorted(now), sorted(to));
    }
}

#[test]
fn one_can_stop_while_a_name_passes_on() {
    let queue =
        |number: u32, name: &str| format!("[[queue]]\nnumber = \"{number}\"\nname = \"{name}\"\n");
    let from = [queue(6401, "A"), queue(6402, "B"), queue(6403, "C")].concat();
    let to = [queue(6400, "A"), queue(6401, "B"), queue(6402, "C")].concat();
    let (mut now, to) = (read(&from), read(&to));
    for change in changes(&now, &to) {
        assert_eq!(said(&now, core::slice::from_ref(&change)), "", "{change:?}");
        now = apply(now, &[change]);
    }
    assert_eq!(sorted(now), sorted(to));
}

#[test]
fn changes_are_checked_as_what_they_lead_to() {
    let some = (config(), config()).prop_flat_map(|(from, to)| {
        let mut all = changes(&from, &to);
        all.extend(
            from.extensions
                .iter()
                .map(|e| Change::RemoveExtension(e.number)),
        );
        all.extend(
            from.queues
                .iter()
                .map(|queue| Change::RemoveQueue(queue.number)),
        );
        let points = from.points.iter();
        all.extend(points.map(|point| Change::RemovePoint(point.number)));
        (Just(from), some_of(all))
    });
    for_all(count("PROPTEST_CASES", 2_000), some, |(from, changes)| {
        let fine = check_changes(&from, &changes).is_empty();
        let after = check(&apply(from, &changes));
        // Several changes may be right in the end and wrong on the way.
        if fine || changes.len() == 1 {
            prop_assert_eq!(fine, after.is_empty(), "{:?}\n{:?}", after, changes);
        }
        Ok(())
    });
}

/// What is said about changes, a line for each fault.
fn said(existing: &Config, changes: &[Change]) -> String {
    let faults = check_changes(existing, changes);
    faults.iter().map(|fault| format!("{fault}\n")).collect()
}

const OFFICE: &str = "\
[[extension]]
numbers = \"1001-1009\"
[[queue]]
number = \"6400\"
name = \"Support\"
static_agents = [\"1001\", \"1002\"]
failover = \"extension 1009\"
[[queue]]
number = \"6401\"
name = \"Sales\"
managers = [\"1003\"]
failover = \"queue 6400\"
";

#[test]
fn what_is_not_there_can_not_be_removed() {
    let office = read(OFFICE);
    let number = |text: &str| text.parse().expect("a number");
    let changes = [
        Change::RemoveExtension(number("1010")),
        Change::RemoveQueue(number("6402")),
        Change::RemoveExtension(number("6400")),
        Change::RemoveExtension(number("1001")),
        Change::RemoveExtension(number("1001")),
    ];
    let expected = "\
extension 1010, number: there is no extension 1010
queue 6402, number: there is no queue 6402
extension 6400, number: there is no extension 6400
extension 1001, number: there is no extension 1001
";
    assert_eq!(said(&office, &changes), expected);
}

#[test]
fn what_a_failover_names_can_not_be_removed_alone() {
    let office = read(OFFICE);
    let number = |text: &str| text.parse().expect("a number");
    let extension = Change::RemoveExtension(number("1009"));
    let queue = Change::RemoveQueue(number("6400"));
    let expected = "\
queue 6400, failover: calls fail over to extension 1009, which is removed \
(change the failover in the same step)
";
    assert_eq!(said(&office, core::slice::from_ref(&extension)), expected);
    let expected = "\
queue 6401, failover: calls fail over to queue 6400, which is removed \
(change the failover in the same step)
";
    assert_eq!(said(&office, core::slice::from_ref(&queue)), expected);
    let mut sales = office.queues[1].clone();
    sales.failover = Destination::HangUp;
    let together = [extension, queue, Change::PutQueue(sales)];
    assert_eq!(said(&office, &together), "");
}

#[test]
fn memberships_go_with_an_extension() {
    let office = read(OFFICE);
    let number = |text: &str| text.parse().expect("a number");
    let changes = [
        Change::RemoveExtension(number("1001")),
        Change::RemoveExtension(number("1003")),
    ];
    assert_eq!(said(&office, &changes), "");
    let after = apply(office, &changes);
    assert_eq!(check(&after), []);
    assert_eq!(after.queues[0].members.len(), 1);
    assert!(after.queues[1].managers.is_empty());
}

#[test]
fn people_are_there_before_the_queue_that_names_them() {
    let office = read(OFFICE);
    let more = read(&format!(
        "{OFFICE}static_agents = [\"1010\"]\n[[extension]]\nnumber = \"1010\"\n"
    ));
    let mut changes = changes(&office, &more);
    assert_eq!(said(&office, &changes), "");
    changes.reverse();
    let expected = "queue 6401, static_agents, element 1: there is no extension 1010 \
                    (did you mean 1001?)\n";
    assert_eq!(said(&office, &changes), expected);
}

#[test]
fn options_must_suit_the_queues_that_stay() {
    let office = read(OFFICE);
    let mut options = office.options.clone();
    options.queue_numbers = (
        "6401".parse().expect("a number"),
        "6409".parse().expect("a number"),
    );
    let expected = "\
options, queue_numbers: queue 6400 \"Support\" would lie outside \
(delete the queue in the same step, or widen the range)
";
    assert_eq!(said(&office, &[Change::PutOptions(options)]), expected);
}

#[test]
fn a_name_is_free_once_its_queue_is_renamed() {
    let office = read(OFFICE);
    let (mut support, mut sales) = (office.queues[0].clone(), office.queues[1].clone());
    (support.name, sales.name) = (sales.name, support.name);
    let alone = [Change::PutQueue(support.clone())];
    let expected = "queue 6400, name: queue 6401 is called \"Sales\" too \
                    (give each queue a name of its own)\n";
    assert_eq!(said(&office, &alone), expected);
    assert_eq!(
        said(
            &office,
            &[Change::PutQueue(support), Change::PutQueue(sales)]
        ),
        ""
    );
}
