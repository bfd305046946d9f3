//! What is written reads back equal, and large files read fast.

use std::fmt::Write as _;
use std::time::Instant;

use proptest::prelude::*;
use tandem_engine::config::check::check;
use tandem_engine::config::model::{Config, MemberKind};
use tandem_engine::config::reader::Source;
use tandem_engine::config::text;

use crate::generate::{config, count, for_all};

fn read(file: &str) -> Config {
    text::read(Source::new("office.toml", file)).unwrap_or_else(|problems| panic!("{problems}"))
}

#[test]
fn what_is_written_reads_back_equal() {
    for_all(count("PROPTEST_CASES", 500), config(), |config| {
        prop_assert_eq!(check(&config), []);
        let file = text::write(&config);
        let back = text::read(Source::new("written.toml", &file));
        let back = back.map_err(|problems| TestCaseError::fail(format!("{file}\n{problems}")))?;
        prop_assert_eq!(back, config, "{}", file);
        Ok(())
    });
}

/// A file that uses most keys, as it is written.
const WRITTEN: &str = r#"[options]
time_zone = "Europe/Paris"
pause_reasons = ["Lunch *01", "Wrap up *2"]
feature_codes = { log_in = "*4", pause = "" }
push_records = true
contact_digits = 9
contact_ignore_symbols = true
sync_results_h = 2
dispositions = ["Resolved", "Call \"back\""]

[[prompt]]
name = "Christmas"
length_s = 4.2
file = "christmas.wav"

[[contact]]
name = "Bell & \"Sons\""
numbers = ["+49301234567", "110"]
owner = "1001"

[[contact]]
name = "Nobody's"
numbers = ["112"]

[[hours]]
name = "Office"
time_zone = "Asia/Tokyo"
weekdays = ["09:00-12:00", "13:00-17:30"]
saturday = ["10:00-24:00"]
holidays = [
    { name = "Christmas", from = "12-24", to = "12-26", prompt = "Christmas" },
    { name = "Moving \"house\"", date = "2027-03-01" },
]

[[hours]]
name = "Watch"
every_day = ["00:00-24:00"]

[[extension]]
number = "1001"
name = "Ann \"A\" \\o/"
administrator = true
ring_timeout_s = 12.5
on_presence = { available = "log_in_last", lunch_break = "pause Wrap up", off_work = "log_out" }
email = "ann@example.com"

[[extension]]
numbers = "1002-1030"

[[extension]]
number = "1099"

[[queue]]
number = "6400"
name = "Support"
strategy = "rrmemory"
fewest_calls_since = "ever"
static_agents = ["1001", "1005-1010", "1003", "1004"]
dynamic_agents = [
    "1002", "1012", "1014", "1016", "1018", "1020", "1022", "1024", "1026", "1028",
    "1030",
]
managers = ["1001"]
agent_timeout_s = 20
preferred_wait_s = 12.5
wrap_up_s = 0.000001
max_waiting_s = 0
sla_interval_s = 900
manager_rights = ["wallboard", "panel", "delete_missed_call_logs"]
agent_rights = ["panel", "pick_up", "parking"]
agent_logs = "missed"
agent_log_viewers = ["1001", "1005"]
ring_in_use = true
max_callers = 25
disallow_join_when_empty = true
leave_when_empty = ["busy", "wrap_up"]
failover = "extension 1001"
hours = "Office"
outside_hours = "prompt Christmas"
holiday = "extension 1002"
ignore_holidays = true
holiday_prompt = true
sla_threshold_percent = 90
time_zone = "Asia/Tokyo"
notify_managers = ["missed", "abandoned", "service_level"]
"#;

#[test]
fn a_file_is_written_as_people_write_it() {
    assert_eq!(text::write(&read(WRITTEN)), WRITTEN);
    assert_eq!(text::write(&Config::default()), "");
}

#[test]
fn a_day_of_its_own_stands_above_days_together() {
    let config = read(
        "[[hours]]\nname = \"A\"\nwednesday = []\nsaturday = [\"10:00-12:00\"]\n\
         weekdays = [\"08:00-16:00\"]\nevery_day = [\"00:00-24:00\"]\n",
    );
    let day = |place: usize| {
        let spans = config.options.hours[0].week[place].iter();
        spans.map(ToString::to_string).collect::<Vec<_>>().join(" ")
    };
    let week: Vec<String> = (0..7).map(day).collect();
    let expected = [
        "08:00-16:00",
        "08:00-16:00",
        "",
        "08:00-16:00",
        "08:00-16:00",
        "10:00-12:00",
        "00:00-24:00",
    ];
    assert_eq!(week, expected);
}

#[test]
fn static_agents_come_before_dynamic_ones_wherever_their_keys_stand() {
    let config = read(
        "[[extension]]\nnumbers = \"1001-1009\"\n[[queue]]\nnumber = \"6400\"\nname = \"A\"\n\
         dynamic_agents = [\"1009\", \"1001\"]\nstatic_agents = [\"1005-1006\", \"1002\"]\n",
    );
    let members = config.queues[0].members.iter();
    let members: Vec<String> = members
        .map(|member| format!("{} {:?}", member.extension, member.kind))
        .collect();
    assert_eq!(
        members,
        [
            "1005 Static",
            "1006 Static",
            "1002 Static",
            "1009 Dynamic",
            "1001 Dynamic"
        ]
    );
}

#[test]
fn leading_zeros_and_long_numbers_stay_as_they_are() {
    let config = read(
        "[[extension]]\nnumbers = \"0098-0101\"\n[[extension]]\n\
         numbers = \"9999999999999999999999999999998-9999999999999999999999999999999\"\n",
    );
    let numbers: Vec<String> = config
        .extensions
        .iter()
        .map(|extension| extension.number.to_string())
        .collect();
    assert_eq!(numbers[..4], ["0098", "0099", "0100", "0101"]);
    assert_eq!(numbers[4..], ["9".repeat(30) + "8", "9".repeat(31)]);
}

#[test]
fn a_million_memberships_load_in_well_under_a_second() {
    let mut file = String::from("[options]\nqueue_numbers = \"6000-6999\"\n");
    file.push_str("[[extension]]\nnumbers = \"10000-19999\"\n");
    for queue in 0..1_000 {
        let _ = write!(
            file,
            "[[queue]]\nnumber = \"{}\"\nname = \"Q{queue}\"\n",
            6_000 + queue
        );
        file.push_str("static_agents = [");
        for member in 0..1_000 {
            let _ = write!(file, "\"{}\", ", 10_000 + (member * 7 + queue) % 10_000);
        }
        file.push_str("]\n");
    }
    let begin = Instant::now();
    let config = read(&file);
    let passed = begin.elapsed();
    println!("{} bytes in {passed:?}", file.len());
    let members = config.queues.iter().flat_map(|queue| &queue.members);
    assert_eq!(
        members
            .filter(|member| member.kind == MemberKind::Static)
            .count(),
        1_000_000
    );
    // Other tests share the machine.
    assert!(passed.as_secs() < 5, "it took {passed:?}");
    assert_eq!(read(&text::write(&config)), config);
}
