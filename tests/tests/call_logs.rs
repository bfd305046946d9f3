//! Reading logs of calls.

use std::env;
use std::fmt::Write as _;
use std::io::{self, Cursor, Read};
use std::path::{Path, PathBuf};

use proptest::prelude::*;
use proptest::test_runner::FileFailurePersistence;
use tandem_engine::{Span, Timestamp};
use tandem_sim::arrivals::{CountColumns, Repeat, read_counts};
use tandem_sim::call_log::{
    self, CallLog, CallLogError, MALFORMED_TOLD_MAX, NAMES_MAX, Outcome, RowCounts,
};
use tandem_sim::table::{self, TableError};

const BANK_HEADER: &str = "vru+line\tcall_id\tcustomer_id\tpriority\ttype\tdate\tvru_entry\t\
    vru_exit\tvru_time\tq_start\tq_exit\tq_time\toutcome\tser_start\tser_exit\tser_time\tserver";

/// Where the real data lies, if it does; says so if it does not.
fn real_data() -> Option<PathBuf> {
    let folder = env::var_os("TANDEM_DATA").map(PathBuf::from);
    if folder.is_none() {
        println!("skipped: TANDEM_DATA is not set, the real data is not there");
    }
    folder
}

fn read(text: &str) -> Result<CallLog, CallLogError> {
    call_log::read(text.as_bytes())
}

/// The log as text: one line a call.
fn shown(log: &CallLog) -> String {
    let mut text = String::new();
    let name = |names: &[String], id: Option<u32>| {
        id.map_or("-".to_owned(), |id| names[id as usize].clone())
    };
    for call in &log.calls {
        let (agent, kind) = (name(&log.agents, call.agent), name(&log.kinds, call.kind));
        let outcome = format!("{:?}", call.outcome).to_lowercase();
        let (arrival, wait, talk) = (call.arrival, call.wait, call.talk);
        let _ = writeln!(text, "{arrival} {wait} {outcome} {talk} {agent} {kind}");
    }
    text
}

/// Rows of the bank in short: spaces for tabs, without the columns that do not
/// matter.
fn bank(rows: &[&str]) -> String {
    let mut text = format!("{BANK_HEADER}\n");
    for row in rows {
        let f: Vec<&str> = row.split_whitespace().collect();
        let [
            kind,
            date,
            entry,
            exit,
            q_start,
            q_time,
            outcome,
            start,
            end,
            service,
            server,
        ] = f[..]
        else {
            panic!("{row}")
        };
        let _ = writeln!(
            text,
            "AA0101\t33116\t0\t0\t{kind}\t{date}\t{entry}\t{exit}\t5\t{q_start}\t0:00:00\t\
             {q_time}\t{outcome}\t{start}\t{end}\t{service}\t{server}"
        );
    }
    text
}

#[test]
fn rows_of_the_bank_become_calls() {
    let log = read(&bank(&[
        "PS 990102 6:55:20 6:55:26 6:55:26 17 AGENT 6:55:43 6:56:37 54 MICHAL",
        "NW 990101 7:41:16 7:41:26 0:00:00 0 AGENT 7:41:25 7:44:53 208 BASCH",
        "PS 990101 0:00:31 0:00:36 0:00:36 153 HANG 0:00:00 0:00:00 0 NO_SERVER",
        "PS 990101 0:34:12 0:34:23 0:00:00 0 HANG 0:00:00 0:00:00 0 NO_SERVER",
        "PS 990101 0:34:12 0:34:23 0:00:00 0 PHANTOM 0:00:00 0:00:00 0 NO_SERVER",
        "TT 990101 11:07:30 11:07:38 0:00:00 0 AGENT 11:07:43 11:07:46 3 NO_SERVER",
    ]))
    .unwrap();
    assert_eq!(
        shown(&log),
        "36s 153s abandoned 0s - PS\n\
         27686s 0s answered 208s BASCH NW\n\
         40058s 0s answered 3s - TT\n\
         111326s 17s answered 54s MICHAL PS\n"
    );
    assert_eq!(log.start.unwrap().to_string(), "1999-01-01");
    assert_eq!((log.days, log.agents.len(), log.kinds.len()), (2, 2, 3));
    let counts = RowCounts {
        rows: 6,
        malformed: 0,
        phantom: 1,
        never_joined: 1,
        contradictory: 0,
    };
    assert_eq!(log.rows, counts);
}

#[test]
fn contradictory_rows_of_the_bank_are_read_sensibly() {
    let one = |row: &str| {
        let log = read(&bank(&[row])).unwrap();
        format!("{}{} contradictory", shown(&log), log.rows.contradictory)
    };
    for (what, row, expected) in [
        (
            "an announcement that ends before it begins",
            "PS 990113 15:46:01 15:45:24 15:45:24 77 HANG 0:00:00 0:00:00 0 NO_SERVER",
            "56724s 77s abandoned 0s - PS\n0 contradictory",
        ),
        (
            "a service that starts while the caller still waits",
            "PS 990113 18:09:27 18:09:32 18:09:32 47 AGENT 18:09:51 18:17:07 436 BENSION",
            "65372s 47s answered 436s BENSION PS\n0 contradictory",
        ),
        (
            "a service that starts a working day before the call",
            "TT 990429 18:06:57 18:06:59 0:00:00 0 AGENT 9:45:21 18:09:59 30278 PINHAS",
            "65219s 0s answered 180s PINHAS TT\n1 contradictory",
        ),
        (
            "a service that is over before the wait is",
            "TT 990429 18:00:00 18:00:00 18:00:00 300 AGENT 17:00:00 18:04:00 3840 PINHAS",
            "64800s 300s answered 0s PINHAS TT\n1 contradictory",
        ),
        (
            "somebody hung up and was served",
            "PS 990418 7:52:36 7:53:54 7:53:54 1 HANG 7:54:09 7:56:24 135 YIFAT",
            "28434s 1s abandoned 0s - PS\n1 contradictory",
        ),
        (
            "somebody was answered, but not served",
            "PS 990104 13:01:45 13:01:51 13:01:51 137 AGENT 0:00:00 0:00:00 0 IDIT",
            "46911s 137s answered 0s IDIT PS\n0 contradictory",
        ),
        (
            "a wait over midnight",
            "PS 990109 23:59:23 23:59:23 23:59:28 35 AGENT 0:00:03 0:00:55 52 ANAT",
            "86368s 35s answered 52s ANAT PS\n0 contradictory",
        ),
        (
            "a wait from midnight on",
            "PS 990215 23:59:54 23:59:54 0:00:00 27 AGENT 0:00:26 0:01:33 67 AVNI",
            "86400s 27s answered 67s AVNI PS\n0 contradictory",
        ),
        (
            "a service over midnight",
            "PS 990105 23:59:15 23:59:34 0:00:00 0 AGENT 23:59:33 0:03:40 247 BENSION",
            "86374s 0s answered 247s BENSION PS\n0 contradictory",
        ),
    ] {
        assert_eq!(one(row), expected, "{what}");
    }
}

#[test]
fn logs_with_named_columns_are_read() {
    let seconds = read(
        "arrival_s,queue,wait_s,outcome,agent,talk_s\n\
         12.5,sales,0,answered,Ann,61.25\n\
         3,help,30,abandoned,,0\n\
         90000,sales,0.000001,missed,,\n",
    )
    .unwrap();
    assert_eq!(
        shown(&seconds),
        "3s 30s abandoned 0s - help\n\
         12.5s 0s answered 61.25s Ann sales\n\
         90000s 0.000001s missed 0s - sales\n"
    );
    assert_eq!((seconds.start, seconds.days), (None, 2));

    let dated = read(
        "talk_s,note,arrival,wait_s,outcome\n\
         60,\"a, b\",2026-11-23 08:30:00.25,5,answered\n\
         0,,2026-11-22T23:00,7,abandoned\n",
    )
    .unwrap();
    assert_eq!(
        shown(&dated),
        "82800s 7s abandoned 0s - -\n117000.25s 5s answered 60s - -\n"
    );
    assert_eq!(dated.start.unwrap().to_string(), "2026-11-22");

    // `arrival` may also be in seconds.
    let plain = read("arrival,wait_s,outcome,talk_s\n5,1,answered,2\n").unwrap();
    assert_eq!(shown(&plain), "5s 1s answered 2s - -\n");

    let empty = read("arrival,wait_s,outcome,talk_s\n").unwrap();
    assert_eq!(
        (empty.days, empty.calls.len(), empty.summary().mean_wait_s),
        (0, 0, 0.0)
    );
}

#[test]
fn a_summary_counts_and_averages() {
    let log = read(
        "arrival_s,wait_s,outcome,talk_s\n0,0,answered,100\n1,10,answered,200\n\
         2,20,abandoned,\n3,30,missed,\n",
    )
    .unwrap();
    let summary = log.summary();
    assert_eq!(
        (
            summary.calls,
            summary.answered,
            summary.abandoned,
            summary.waited
        ),
        (4, 2, 1, 3)
    );
    assert_eq!((summary.mean_wait_s, summary.mean_talk_s), (15.0, 150.0));
    assert_eq!(
        (summary.abandoned_share(), summary.waited_share()),
        (0.25, 0.75)
    );
}

#[test]
fn wrong_headers_are_refused_with_line_and_column() {
    let missing = "line 1: expected a column ";
    let bank_header = BANK_HEADER.replace("q_time", "wait");
    for (text, error) in [
        (
            "",
            "line 1: the table is empty, expected a header with `arrival` or `arrival_s`, \
             `wait_s`, `outcome`, `talk_s`"
                .to_owned(),
        ),
        (
            "a,b\n",
            format!("{missing}`arrival` or `arrival_s`, found a, b"),
        ),
        (
            "arrival,wait,outcome,talk_s\n",
            format!("{missing}`wait_s`, found arrival, wait, outcome, talk_s"),
        ),
        (
            "arrival,arrival_s,wait_s\n",
            format!(
                "{missing}`arrival` or `arrival_s`, not both, found arrival, arrival_s, wait_s"
            ),
        ),
        (
            "arrival,wait_s,wait_s,outcome,talk_s\n",
            "line 1, column 3: there is a column `wait_s` already".to_owned(),
        ),
        (
            &bank_header,
            "line 1, column 12: expected `q_time`, found \"wait\"".to_owned(),
        ),
        (
            "vru+line\tcall_id\n",
            "line 1, column 3: expected `customer_id`, found \"\"".to_owned(),
        ),
    ] {
        let found = read(text).unwrap_err();
        assert!(matches!(found, CallLogError::Table(_)));
        assert_eq!(found.to_string(), error, "{text:?}");
    }
}

/// A log of 40 sound rows and the given one, which may be passed over.
fn among_sound_rows(header: &str, sound: &str, row: &str) -> Result<CallLog, CallLogError> {
    read(&format!(
        "{header}\n{}{row}\n",
        format!("{sound}\n").repeat(40)
    ))
}

#[test]
fn malformed_rows_are_told_and_passed_over() {
    let header = "arrival_s,queue,wait_s,outcome,agent,talk_s";
    let long_name = format!("1,{},1,abandoned,,", "q".repeat(201));
    for (row, told) in [
        (
            "x,q,1,answered,a,1",
            "column `arrival_s`: expected seconds, 0 or more, found \"x\"",
        ),
        (
            "1,q,-1,answered,a,1",
            "column `wait_s`: expected seconds, 0 or more, found \"-1\"",
        ),
        (
            "1,q,,answered,a,1",
            "column `wait_s`: expected seconds, 0 or more, found \"\"",
        ),
        (
            "1,q,NaN,answered,a,1",
            "column `wait_s`: expected seconds, 0 or more, found \"NaN\"",
        ),
        (
            "1,q,1e99,answered,a,1",
            "column `wait_s`: expected seconds, 0 or more, found \"1e99\"",
        ),
        (
            "1,q,1,Answered,a,1",
            "column `outcome`: expected answered, abandoned or missed, found \"Answered\"",
        ),
        (
            "1,q,1,answered,a,",
            "column `talk_s`: expected seconds, 0 or more, found \"\"",
        ),
        (
            "1,q,1,missed,,5",
            "column `talk_s`: expected 0 or nothing where the call was not answered, found \"5\"",
        ),
        (
            "1,q,1,missed",
            "column `agent`: expected as many columns as in the header, found \"\"",
        ),
        (
            &long_name,
            "column `queue`: expected a name of at most 200 bytes, found \
             \"qqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqq…\"",
        ),
    ] {
        let log = among_sound_rows(header, "1,q,1,answered,a,1", row).unwrap();
        assert_eq!(
            (log.calls.len(), log.rows.malformed, log.malformed.len()),
            (40, 1, 1)
        );
        assert_eq!(
            log.malformed[0].to_string(),
            format!("line 42, {told}"),
            "{row}"
        );
    }
}

#[test]
fn malformed_rows_of_the_bank_are_told_and_passed_over() {
    let sound = "A\t1\t0\t0\tPS\t990101\t7:00:00\t7:00:05\t5\t0:00:00\t0:00:00\t0\tAGENT\t\
                 7:00:05\t7:01:05\t60\tANN";
    for (from, to, told) in [
        (
            "990101",
            "990132",
            "column `date`: expected a date such as 990131, found \"990132\"",
        ),
        (
            "990101",
            "9901é",
            "column `date`: expected a date such as 990131, found \"9901é\"",
        ),
        (
            "AGENT",
            "AGENTS",
            "column `outcome`: expected AGENT, HANG or PHANTOM, found \"AGENTS\"",
        ),
        (
            "7:00:05\t5",
            "24:00:05\t5",
            "column `vru_exit`: expected a time of day such as 7:05:09, found \"24:00:05\"",
        ),
        (
            "\t60\t",
            "\t-60\t",
            "column `ser_time`: expected seconds from 0 to 86400, found \"-60\"",
        ),
        (
            "\t60\t",
            "\t6.5\t",
            "column `ser_time`: expected seconds from 0 to 86400, found \"6.5\"",
        ),
        (
            "\tANN",
            "\tANN\tBOB",
            "column `18`: expected as many columns as in the header, found \"BOB\"",
        ),
        (
            "\t60\tANN",
            "",
            "column `ser_time`: expected as many columns as in the header, found \"\"",
        ),
    ] {
        let log = among_sound_rows(BANK_HEADER, sound, &sound.replace(from, to)).unwrap();
        assert_eq!((log.calls.len(), log.rows.malformed), (40, 1), "{to}");
        assert_eq!(log.malformed[0].to_string(), format!("line 42, {told}"));
    }
}

#[test]
fn too_many_malformed_rows_are_refused() {
    let log = |sound: usize, malformed: usize| {
        let mut text = "arrival_s,wait_s,outcome,talk_s\n".to_owned();
        text.push_str(&"1,0,answered,1\n".repeat(sound));
        text.push_str(&"1,0,answered,?\n".repeat(malformed));
        read(&text)
    };
    let allowed = log(950, 50).unwrap();
    assert_eq!(
        (allowed.rows.malformed, allowed.malformed.len()),
        (50, MALFORMED_TOLD_MAX)
    );
    assert_eq!(
        log(949, 50).unwrap_err().to_string(),
        "50 of 999 rows are malformed; the first: line 951, column `talk_s`: expected seconds, 0 \
         or more, found \"?\""
    );
}

/// The first sound row decides how all arrivals are written.
#[test]
fn arrivals_are_all_dates_or_all_seconds() {
    let header = "arrival,wait_s,outcome,talk_s";
    let (dated, seconds) = ("2026-11-23 08:00,0,answered,1", "7,0,answered,1");
    let log = among_sound_rows(header, dated, seconds).unwrap();
    assert_eq!(
        log.malformed[0].to_string(),
        "line 42, column `arrival`: expected a local date and time such as 2026-11-23 08:30:00, \
         found \"7\""
    );
    let log = among_sound_rows(header, seconds, dated).unwrap();
    assert_eq!(log.malformed[0].expected, "seconds, 0 or more");
}

#[test]
fn too_many_days_and_names_are_refused() {
    let header = "arrival,wait_s,outcome,talk_s,agent";
    let days = |last: &str| {
        read(&format!(
            "{header}\n2020-01-01,0,answered,1,a\n{last},0,answered,1,a\n"
        ))
    };
    assert_eq!(days("2030-01-07").unwrap().days, 3_660);
    assert_eq!(
        days("2030-01-08").unwrap_err().to_string(),
        "the log covers 3661 days, at most 3660 are allowed"
    );
    let agents = |count: usize| {
        let row = |i: usize| format!("{i},0,answered,1,agent {i}\n");
        read(&format!(
            "{header}\n{}",
            (0..count).map(row).collect::<String>()
        ))
    };
    assert_eq!(agents(NAMES_MAX).unwrap().agents.len(), NAMES_MAX);
    let error = agents(NAMES_MAX + 1).unwrap_err();
    assert_eq!(
        error.to_string(),
        "column `agent` has more than 10000 different names"
    );
}

fn bytes(hex: &str) -> Vec<u8> {
    (0..hex.len())
        .step_by(2)
        .map(|i| u8::from_str_radix(&hex[i..i + 2], 16).expect("the text is hexadecimal"))
        .collect()
}

/// `xz` of a log with two calls.
const COMPRESSED: &str = "fd377a585a000004e6d6b4460200210116000000742fe5a30100426172726976616c5f73\
    2c776169745f732c6f7574636f6d652c74616c6b5f730a302e352c302c616e7377657265642c36300a392c33302c61\
    62616e646f6e65642c300a00002281faf6903f9ccd00015b439e211c961fb6f37d010000000004595a";

#[test]
fn compressed_logs_are_read() {
    let whole = bytes(COMPRESSED);
    let log = call_log::read(whole.as_slice()).unwrap();
    assert_eq!(
        shown(&log),
        "0.5s 0s answered 60s - -\n9s 30s abandoned 0s - -\n"
    );
    for cut in [7, 30, 60, 100, whole.len() - 1] {
        let error = call_log::read(&whole[..cut]).unwrap_err();
        assert!(
            matches!(error, CallLogError::Table(TableError::Unreadable { .. })),
            "{cut}"
        );
    }
    // The same with a dictionary of 1.5 GiB asked for.
    let greedy = bytes("fd377a585a000004e6d6b44602002101250000003b787b41");
    let error = call_log::read(greedy.as_slice()).unwrap_err();
    assert!(error.to_string().contains("mem"), "{error}");
}

#[test]
fn endless_text_is_refused() {
    let endless = Cursor::new("arrival_s,wait_s,outcome,talk_s\n").chain(io::repeat(b'\n'));
    assert_eq!(
        call_log::read(endless).unwrap_err(),
        CallLogError::Table(TableError::TooLarge)
    );
}

#[test]
fn a_file_that_is_not_there_is_told_by_its_path() {
    let error = call_log::open(Path::new("no/such/file.csv")).unwrap_err();
    assert!(
        error
            .to_string()
            .starts_with("can not be read: no/such/file.csv: "),
        "{error}"
    );
}

/// So many cases; failing ones are kept in a file beside this one.
fn cases(count: u32) -> ProptestConfig {
    let persistence = Box::new(FileFailurePersistence::WithSource("regressions"));
    ProptestConfig {
        failure_persistence: Some(persistence),
        ..ProptestConfig::with_cases(count)
    }
}

proptest! {
    #![proptest_config(cases(300))]

    /// Whatever the text, reading it ends with a log or an error, and a log is
    /// in order and complete.
    #[test]
    fn any_text_is_read_or_refused(
        bank in any::<bool>(),
        rows in prop::collection::vec("[-0-9:,.\ta-zA-Z \"é]{0,40}", 0..20),
    ) {
        let header = if bank { BANK_HEADER } else { "arrival,wait_s,outcome,talk_s" };
        if let Ok(log) = read(&format!("{header}\n{}\n", rows.join("\n"))) {
            prop_assert!(log.calls.is_sorted_by_key(|call| call.arrival));
            let RowCounts { rows, malformed, phantom, never_joined, .. } = log.rows;
            prop_assert_eq!(rows, malformed + phantom + never_joined + log.calls.len() as u64);
        }
    }

    /// A log written as text is read back as it was.
    #[test]
    fn a_written_log_is_read_back(
        calls in prop::collection::vec(
            (0..9_000_000_000_u64, 0..900_000_000_u64, 0..3_usize, 0..9_000_000_000_u64, 0..4_u8),
            0..50,
        ),
    ) {
        let mut text = "arrival_s,queue,wait_s,outcome,agent,talk_s\n".to_owned();
        let mut expected = Vec::new();
        for (arrival, wait, outcome, talk, agent) in calls {
            let talk = if outcome == 0 { talk } else { 0 };
            let seconds = |us: u64| format!("{}.{:06}", us / 1_000_000, us % 1_000_000);
            let name = ["answered", "abandoned", "missed"][outcome];
            let (a, w, t) = (seconds(arrival), seconds(wait), seconds(talk));
            let _ = writeln!(text, "{a},q{},{w},{name},agent {agent},{t}", agent % 2);
            let outcome = [Outcome::Answered, Outcome::Abandoned, Outcome::Missed][outcome];
            expected.push((arrival, wait, outcome, talk, format!("agent {agent}")));
        }
        expected.sort_by_key(|(arrival, ..)| *arrival);
        let log = read(&text).unwrap();
        prop_assert_eq!(log.rows.malformed, 0);
        for (call, (arrival, wait, outcome, talk, agent)) in log.calls.iter().zip(expected) {
            prop_assert_eq!(call.arrival, Timestamp::from_micros(arrival));
            prop_assert_eq!(call.wait, Span::from_micros(wait));
            prop_assert_eq!(call.talk, Span::from_micros(talk));
            prop_assert_eq!(call.outcome, outcome);
            prop_assert_eq!(&log.agents[call.agent.unwrap() as usize], &agent);
        }
    }
}

fn print(name: &str, log: &CallLog) {
    let summary = log.summary();
    println!(
        "{name}: {} days, {} rows, {:?}\n  {} calls, {:.2} % abandoned, P(wait > 0) {:.4}, mean \
         wait {:.2} s, mean service {:.2} s, {} agents, kinds {:?}",
        log.days,
        log.rows.rows,
        log.rows,
        summary.calls,
        100.0 * summary.abandoned_share(),
        summary.waited_share(),
        summary.mean_wait_s,
        summary.mean_talk_s,
        log.agents.len(),
        log.kinds,
    );
}

/// The figures of January 1999 that a script without any of this code counts.
#[test]
fn january_of_the_bank_is_read() {
    let Some(folder) = real_data() else { return };
    let log = call_log::open(&folder.join("anonymous-bank/january.txt.xz")).unwrap();
    print("January 1999", &log);
    let summary = log.summary();
    assert_eq!(
        (log.rows.rows, log.rows.phantom, log.rows.malformed),
        (31_599, 240, 0)
    );
    assert_eq!((summary.calls, log.rows.never_joined), (30_140, 1_219));
    assert_eq!((summary.abandoned, summary.waited), (3_080, 16_665));
    assert!(
        (summary.mean_wait_s - 37.696).abs() < 0.001,
        "{}",
        summary.mean_wait_s
    );
    assert!(
        (summary.mean_talk_s - 183.45).abs() < 0.05,
        "{}",
        summary.mean_talk_s
    );
    assert_eq!(log.days, 31);
}

#[test]
fn half_a_year_of_the_bank_is_read() {
    let Some(folder) = real_data() else { return };
    let (mut calls, mut abandoned, mut waited, mut wait_s) = (0, 0, 0, 0.0);
    for month in ["january", "february", "march", "april", "may", "june"] {
        let log = call_log::open(&folder.join(format!("anonymous-bank/{month}.txt.xz"))).unwrap();
        print(month, &log);
        let summary = log.summary();
        calls += summary.calls;
        abandoned += summary.abandoned;
        waited += summary.waited;
        wait_s += summary.mean_wait_s * f64::from(u32::try_from(summary.calls).unwrap());
    }
    let calls_f = f64::from(u32::try_from(calls).unwrap());
    println!(
        "together: {calls} calls, {abandoned} abandoned, {waited} waited, {:.2} s",
        wait_s / calls_f
    );
    assert_eq!((calls, abandoned, waited), (199_728, 32_960, 131_267));
}

#[test]
fn counts_of_the_american_bank_are_read() {
    let Some(folder) = real_data() else { return };
    let columns = CountColumns {
        time: Some("t".to_owned()),
        count: "Calls".to_owned(),
    };
    let file = table::open(&folder.join("bank_calls.csv.xz")).unwrap();
    let counts = read_counts(file, &columns, Span::from_secs(300), Repeat::Never).unwrap();
    let calls = counts.profile.expected();
    println!("American bank: from {:?}, {calls} calls", counts.start);
    assert_eq!(counts.start.unwrap().to_string(), "2003-03-03");
    assert!((5.2e6..5.4e6).contains(&calls), "{calls}");
}
