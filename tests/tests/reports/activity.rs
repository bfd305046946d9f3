//! When agents were logged in and paused, as a report tells it.

use tandem_engine::{AgentStatus, Number};
use tandem_reports::activity::{Range, StatusChange, logins, pauses};

const SECOND: i64 = 1_000_000;

/// `1001 10 in`, `1001 20 pause Lunch`, `s1002 0 in` for a static agent.
fn changes(text: &str) -> Vec<StatusChange> {
    let change = |line: &str| {
        let words: Vec<&str> = line.split_whitespace().collect();
        let number = words[0].trim_start_matches('s');
        StatusChange {
            agent: number.parse::<Number>().expect("a number"),
            at: words[1].parse::<i64>().expect("a time") * SECOND,
            status: match words[2] {
                "in" => AgentStatus::LoggedIn,
                "out" => AgentStatus::LoggedOut,
                _ => AgentStatus::Paused {
                    reason: words.get(3).map(|reason| (*reason).to_owned()),
                },
            },
            is_static: words[0].starts_with('s'),
        }
    };
    text.lines()
        .map(str::trim)
        .filter(|line| !line.is_empty())
        .map(change)
        .collect()
}

fn range(from: i64, to: i64, now: i64) -> Range {
    Range {
        from: from * SECOND,
        to: to * SECOND,
        now: now * SECOND,
    }
}

fn end(at: Option<i64>) -> String {
    at.map_or("-".to_owned(), |at| (at / SECOND).to_string())
}

fn logins_of(text: &str, range: Range) -> Vec<String> {
    let rows = logins(&changes(text), range).into_iter();
    let row = rows.map(|row| {
        let (from, to, lasted) = (row.from / SECOND, end(row.to), row.lasted / SECOND);
        format!("{} {from} {to} {lasted}", row.agent)
    });
    row.collect()
}

fn pauses_of(text: &str, range: Range) -> Vec<String> {
    let rows = pauses(&changes(text), range).into_iter();
    let row = rows.map(|row| {
        let reason = row.reason.as_deref().unwrap_or("-");
        let to = if row.changed {
            "changed".to_owned()
        } else {
            end(row.to)
        };
        let (from, lasted) = (row.from / SECOND, row.lasted / SECOND);
        format!(
            "{} {from} {reason} {to} {lasted} {}",
            row.agent,
            u8::from(row.counts)
        )
    });
    row.collect()
}

/// The day of an agent, as a manager reads it.
const DAY: &str = "
    1001 10 in
    1001 14 pause
    1001 18 in
    1001 20 pause Lunch
    1001 27 pause Break
    1001 37 in
    1001 50 out
    1002 30 in
    s1003 0 in
    s1003 40 pause
";

#[test]
fn logins_begin_and_end_and_static_agents_are_in_none() {
    let all = logins_of(DAY, range(0, 100, 60));
    assert_eq!(all, ["1001 10 50 40", "1002 30 - 30"]);
}

#[test]
fn a_change_of_the_reason_is_a_row_and_no_further_pause() {
    let all = pauses_of(DAY, range(0, 100, 60));
    let expected = [
        "1001 14 - 18 4 1",
        "1001 20 Lunch changed 7 1",
        "1001 27 Break 37 10 0",
        "1003 40 - - 20 1",
    ];
    assert_eq!(all, expected);
}

#[test]
fn what_reaches_over_the_ends_of_the_report_is_cut_off_there() {
    // What began before is no pause of this time, and what goes on behind ends with it.
    assert_eq!(logins_of(DAY, range(15, 25, 60)), ["1001 15 25 10"]);
    let expected = ["1001 15 - 18 3 0", "1001 20 Lunch 25 5 1"];
    let known = DAY.replace(
        "    1001 27 pause Break\n    1001 37 in\n    1001 50 out\n",
        "",
    );
    assert_eq!(pauses_of(&known, range(15, 25, 60)), expected);
    // Where nothing of a span lies within, there is no row.
    assert_eq!(logins_of(DAY, range(55, 58, 60)), ["1002 55 58 3"]);
}

#[test]
fn a_logout_ends_a_pause_too() {
    let day = "1001 0 in\n1001 5 pause Lunch\n1001 9 out";
    assert_eq!(pauses_of(day, range(0, 10, 20)), ["1001 5 Lunch 9 4 1"]);
    assert_eq!(logins_of(day, range(0, 10, 20)), ["1001 0 9 9"]);
}
