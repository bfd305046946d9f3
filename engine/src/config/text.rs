//! The configuration as a TOML file: reading it and writing it.
//!
//! ```toml
//! [options]                     # all keys have these defaults
//! time_zone = "UTC"             # IANA name
//! queue_numbers = "6400-6499"   # the numbers that queues may have
//! new_dynamic_agents = "logged_out"   # or "logged_in"
//! pause_reasons = ["Lunch *01", { name = "Break", code = "*02" }, "Wrap up *03"]
//! feature_codes = { log_in = "*7", log_in_all = "*77", log_in_last = "*78",
//!                   log_out_all = "*077", pause = "*07" }   # in one line; "": off
//! push_records = false
//! shared_wrap_up = false        # true: who wraps up is rung by none of his queues
//! parking_slots = "701-720"     # default: nobody can be parked
//! parking_timeout_s = 60        # then who is parked comes back to who parked him
//! voicemail_greeting = "Beep"   # a prompt; default: none, recording begins at once
//! voicemail_longest_s = 180     # then the call ends
//! voicemail_shortest_s = 2      # what is shorter is no message
//! contact_matching = "last_digits"    # how a caller is known as a contact: exact nothing
//! contact_digits = 7            # so many; shorter numbers must be the same
//! contact_ignore_symbols = false      # true: only digits are compared
//! sync_results_h = 0            # missed calls of so many hours follow one dealt with
//! dispositions = ["Resolved", "Call back"]   # what calls are noted to have come to; default: none
//!
//! [[trunk]]                     # a line to the outside
//! name = "Carrier"
//! address = "192.0.2.7"         # calls from there are the trunk's, or:
//! user = "carrier"              # it signs in
//! outbound = false              # true: customers and numbers outside are called on it
//! outbound_number = "+4930123"  # what is shown to them; default: who calls
//! outbound_user = "tandem"      # as whom the trunk knows us; default: it does not ask
//!
//! [[prompt]]                    # something that is said to callers
//! name = "Christmas"
//! length_s = 4.2                # the call goes on when it is over
//! file = "christmas.wav"        # default: none, nothing sounds
//!
//! [[contact]]                   # somebody outside who is known to call
//! name = "Bell Ltd"
//! numbers = ["+4930123456", "+4930123457"]
//! owner = "1001"                # default: nobody; else for whom preferred_wait_s reserves him
//! alert_info = "friends"        # default: none; else goes before that of a queue
//!
//! [[hours]]                     # a calendar of business hours and holidays
//! name = "Office"
//! time_zone = "Europe/Paris"    # default: that of [options]
//! every_day = ["08:00-12:00"]   # default: closed; weekdays stand above it,
//! weekdays = ["09:00-12:00", "13:00-17:30"]   # Monday to Friday, and above
//! saturday = ["10:00-24:00"]    # both each day by its name; []: closed
//! holidays = [                  # the first one that holds a day counts
//!     { name = "Christmas", from = "12-24", to = "12-26", prompt = "Christmas" },
//!     { name = "Moving house", date = "2027-03-01" },   # in this year only
//! ]
//!
//! [[extension]]
//! number = "1001"               # or numbers = "1001-1050", one extension each
//! name = "Ann"                  # default: none
//! administrator = false
//! ring_timeout_s = 30           # seconds, with up to six decimals, as all …_s
//! contact = "tcp:192.0.2.9:5062"      # default: none, its telephone registers
//! on_presence = { available = "log_in", lunch_break = "pause Lunch", off_work = "log_out" }
//!                               # away business_trip do_not_disturb; log_in_last pause nothing
//! email = "ann@example.com"     # default: none, no mails are sent
//! own_recording = "no"          # pause_resume start_pause_resume
//! outbound = true               # false: no callbacks are made for this person
//!
//! [[queue]]
//! number = "6400"
//! name = "Support"
//! answer_on_entry = true        # false: it rings until an agent answers
//! music = "waiting.wav"         # default: that of the server
//! hold_music = "hold.wav"       # once they were answered; default: the same
//! strategy = "ring_all"         # fewest_calls least_recent linear random rrmemory
//!                               # least_talk_time ring_progressively weighted_random
//! ring_more_every_s = 5         # of ring_progressively
//! fewest_calls_since = "midnight"     # login ever; of least_talk_time, too
//! static_agents = ["1001", "1005-1010 level 2", "1011 level 3 weight 10"]
//! dynamic_agents = ["1002"]
//! managers = ["1003"]
//! record = false                # true: its conversations are recorded
//! manager_rights = ["wallboard", "panel", "switch_agents", "distribution", "pick_up",
//!     "monitoring", "parking", "recording", "contacts", "call_notes", "missed_call_logs"]
//!                               # default: these; also "delete_missed_call_logs"
//! agent_rights = ["wallboard", "panel"]   # default; also "distribution", "pick_up",
//!                               # "parking", "contacts", "call_notes"
//! agent_logs = "all"            # records that agents see: answered missed none
//! agent_log_viewers = ["1001"]  # default: all its agents
//! agent_timeout_s = 15
//! retry_interval_s = 5
//! wrap_up_s = 30
//! ring_in_use = false
//! alert_info = "sales"          # chooses a melody of telephones; default: none
//! show_missed_calls = true      # whether agents' telephones list the calls they missed
//! priority = 0                  # what its calls weigh against those of other queues
//! priority_acceleration_s = 0   # a waiting call weighs one more after each such time
//! skill_steps = [{ level = 2 }, { after_s = 30, level = 5 }, { after_s = 90, level = 99 }]
//! auto_pause_after = 0          # missed calls in a row; 0: never
//! rest_after_busy_s = 5         # how long no queue rings an agent
//! rest_after_failure_s = 5
//! rest_after_no_answer_s = 0
//! rest_after_rejection_s = 5
//! place_kept_s = 0              # who hung up while waiting has his place back; 0: never
//! preferred_wait_s = 0          # how long a caller is reserved for the agent whom he knows
//! max_waiting_s = 1800          # 0: as long as the caller likes
//! max_callers = 0               # 0: any number
//! disallow_join_when_empty = false    # true: ["paused", "unavailable"]
//! leave_when_empty = ["busy", "paused", "unavailable", "wrap_up"]   # default: false
//! failover = "hang_up"          # "extension 1009", "queue 6401", "prompt Closed",
//!                               # "ring_group 6200", "voicemail 1009", "menu 6600",
//!                               # "call_flow 6700", "external 0123456789 on Carrier"
//! join_announcement = "Welcome"        # default: none; and no agent rings before its end:
//! join_announcement_in_full = false
//! periodic_announcement = "Our hours"   # default: none
//! periodic_announcement_s = 60
//! announce_position = false             # in the prompts "en position", "en 1", …
//! announce_hold_time = false
//! announce_thanks = false
//! announce_every_s = 60                 # these three
//! prompt_language = "en"                # how their prompts' names begin
//! keys = { 1 = "queue 6401", "*" = "hang_up" }   # where a key leads who waits; default: nowhere
//! hours = "Office"              # default: always open; else:
//! outside_hours = "hang_up"     # where callers go outside business hours
//! holiday = "queue 6401"        # and on holidays
//! ignore_holidays = false       # true: business hours decide on holidays too
//! holiday_prompt = false        # true: they hear the holiday's prompt first
//! callback = { trunk = "Carrier", key = "1", after_s = 0, prefix = "9", timeout_s = 900,
//!     customer_ring_s = 30, offer = "Call you?", confirm = "Which number", thanks = "Bye",
//!     crowded = "Call you instead?", invalid = "No number" }   # all but the trunk can be
//!                               # left out; default: no callbacks
//! survey = { prompt = "How was it", end_prompt = "Thanks", points = { 1 = 1, 2 = 0 } }
//!                               # asked when the agent has hung up; default: nothing
//! sla_time_s = 60
//! sla_threshold_percent = 80
//! sla_interval_s = 1800         # how often that is looked at for "service_level"
//! time_zone = "Asia/Tokyo"      # default: that of [options]
//! notify_managers = ["missed", "abandoned", "service_level"]   # default: nothing
//!                               # callback_requested callback_failed
//!
//! [[ring_group]]                # telephones that ring outside any queue
//! number = "6200"
//! name = "Reception"
//! members = ["1001-1003", "1009"]
//! ring = "all"                  # in_order: one after the other
//! ring_time_s = 30              # all together, or each
//! skip_busy = false             # true: telephones that are on a call do not ring
//! failover = "voicemail 6200"   # default: hang_up; where calls go nobody answers
//!
//! [[voicemail_group]]           # people who share a box of messages
//! number = "6300"
//! name = "Management"
//! members = ["1001", "1003"]
//!
//! [[menu]]                      # callers choose by a key
//! number = "6600"
//! name = "Welcome"
//! prompt = "Welcome"            # keys count from its beginning on
//! keys = { 1 = "queue 6400", 2 = "menu 6601", "*" = "hang_up" }
//! dial_extensions = false       # true: callers may key in an extension's number
//! timeout_s = 5                 # for a key behind the prompt, and behind each digit
//! plays = 3                     # how often the prompt plays at most
//! failover = "queue 6400"       # default: hang_up; who presses nothing to the end
//! invalid = "extension 1009"    # default: hang_up; whose last key leads nowhere
//! hours = "Office"              # and outside_hours, holiday, … as of a queue
//!
//! [[call_flow]]                 # calls begin at the first node
//! number = "6700"
//! name = "Main line"
//! nodes = [
//!     { name = "day", hours = "Office", open = "node vip", closed = "prompt Closed" },
//!     { name = "vip", caller = ["+4930"], then = "queue 6401", else = "node hello" },
//!     { name = "hello", prompt = "Welcome", then = "menu 6600" },
//! ]                             # and holiday = "…"; what is left out is hang_up
//! ```
//!
//! Every extension, queue, ring group and voicemail group has a box; `voicemail` and its
//! number lead there. Numbers are unique among all of them.
//!
//! The members of a queue are its static agents in the order of the file, and
//! behind them the dynamic ones in theirs, wherever the two keys stand.

mod agents;
mod callback;
mod contacts;
mod hours;
mod people;
mod places;
mod points;
mod queue;
mod write;

use super::address::SipAddress;
use super::check::{Subject, bounds, check_counting};
use super::model::{
    Config, ExtensionConfig, InitialStatus, Options, Parking, PauseReason, TrunkConfig,
};
use super::reader::{Document, Kind, Problems, Source, Table, Value};
use crate::limits::{
    CONTACT_DIGITS_MAX, CONTACT_DIGITS_MIN, CONTACTS_MAX, EXTENSIONS_MAX, HOURS_MAX, POINTS_MAX,
    PROMPTS_MAX, QUEUES_MAX, SYNC_RESULTS_H_MAX, TRUNKS_MAX,
};
use crate::number::Number;
use crate::records::contacts::MatchBy;
use crate::time::Span;
use people::range;
pub use people::{for_each_number, number};
pub use places::Places;
use places::Recorder;
pub use queue::read_destination;
pub use write::write;

/// Reads a configuration file.
///
/// # Errors
///
/// Everything that is wrong with it.
pub fn read(source: Source<'_>) -> Result<Config, Problems> {
    let document = source.parse();
    let mut root = document.root();
    let (config, _) = read_tables(&mut root);
    root.finish();
    document.finish().map(|()| config)
}

/// Reads the tables of a configuration out of a file that may hold others, and
/// notes what is wrong with them in the document. The caller goes on with its
/// own tables and then calls [`Table::finish`] on `root`.
///
/// The configuration is good only if [`Document::finish`] is. Its places are
/// told along, for what the caller may have to say about it.
pub fn read_tables<'d>(root: &mut Table<'d>) -> (Config, Places) {
    let mut reader = Reader {
        config: Config::default(),
        places: Places::default(),
        complete: root.document().is_whole(),
    };
    let mut options = Recorder::new(root);
    if let Some(table) = root.get("options").and_then(Value::table) {
        reader.options(table, &mut options);
    }
    for table in root.tables("trunk").take(TRUNKS_MAX + 1) {
        reader.trunk(table, &mut options);
    }
    for table in root.tables("prompt").take(PROMPTS_MAX + 1) {
        reader.prompt(table, &mut options);
    }
    for table in root.tables("contact").take(CONTACTS_MAX + 1) {
        reader.contact(table, &mut options);
    }
    for table in root.tables("hours").take(HOURS_MAX + 1) {
        reader.hours(table);
    }
    reader.places.add(Subject::Options, options);
    // One more than allowed, so that the check sees that there are too many.
    for table in root.tables("extension").take(EXTENSIONS_MAX + 1) {
        reader.extension(table);
    }
    for table in root.tables("queue").take(QUEUES_MAX + 1) {
        reader.queue(table);
    }
    for table in root.tables("ring_group").take(POINTS_MAX + 1) {
        reader.ring_group(table);
    }
    for table in root.tables("menu").take(POINTS_MAX + 1) {
        reader.menu(table);
    }
    for table in root.tables("call_flow").take(POINTS_MAX + 1) {
        reader.call_flow(table);
    }
    for table in root.tables("voicemail_group").take(POINTS_MAX + 1) {
        reader.voicemail_group(table);
    }
    let Reader {
        mut config,
        places,
        mut complete,
    } = reader;
    // They are read kind by kind.
    (config.points).sort_by_key(|point| {
        let header = places.header(Subject::Point(point.number));
        header.map_or(0, |header| header.start)
    });
    complete &= config.extensions.len() <= EXTENSIONS_MAX && config.queues.len() <= QUEUES_MAX;
    complete &= config.points.len() <= POINTS_MAX;
    let options = &config.options;
    complete &= options.hours.len() <= HOURS_MAX && options.prompts.len() <= PROMPTS_MAX;
    report_faults(root.document(), &config, &places, complete);
    (config, places)
}

/// Checks what was read, and notes the faults at their places.
fn report_faults(document: &Document<'_>, config: &Config, places: &Places, complete: bool) {
    let faults = check_counting(config, complete);
    document.report_more(faults.more);
    let mut last = None;
    for fault in faults.list {
        let span = places.find(fault.subject, &fault.key, fault.item);
        // Of a range of numbers, one is told for all that are wrong with it.
        let place = (fault.subject, fault.key, span.clone());
        if fault.item.is_some() && last.as_ref() == Some(&place) {
            document.report_more(1);
            continue;
        }
        document.report(span, fault.what, fault.hint);
        last = Some(place);
    }
}

/// A configuration while it is read.
struct Reader {
    config: Config,
    places: Places,
    /// Whether everything that others name could be read. Otherwise nobody can
    /// say that a number or a name is unknown.
    complete: bool,
}

impl Reader {
    fn options(&mut self, mut table: Table<'_>, place: &mut Recorder) {
        *place = Recorder::new(&table);
        let options = &mut self.config.options;
        if let Some(zone) = place.key(&mut table, "time_zone").and_then(Value::str) {
            zone.clone_into(&mut options.time_zone);
        }
        if let Some(numbers) = place.key(&mut table, "queue_numbers").and_then(range) {
            options.queue_numbers = numbers;
        }
        let words = [
            ("logged_in", InitialStatus::LoggedIn),
            ("logged_out", InitialStatus::LoggedOut),
        ];
        set(
            &mut options.new_dynamic_agents,
            table.one_of("new_dynamic_agents", &words),
        );
        if let Some(reasons) = place.key(&mut table, "pause_reasons") {
            let whole;
            (options.pause_reasons, whole) = pause_reasons(reasons, place);
            // Whoever names one that could not be read is not wrong.
            self.complete &= whole;
        }
        let codes = place
            .key(&mut table, "feature_codes")
            .and_then(Value::table);
        set(&mut options.feature_codes, codes.map(agents::read_codes));
        set(&mut options.push_records, table.bool("push_records"));
        set(&mut options.shared_wrap_up, table.bool("shared_wrap_up"));
        options.parking = parking(&mut table, place);
        points::voicemail(&mut options.voicemail, &mut table, place);
        logs(options, &mut table, place);
        table.finish();
    }

    fn trunk(&mut self, mut table: Table<'_>, place: &mut Recorder) {
        let span = table.span();
        let name = table.required("name").and_then(Value::str);
        let given = table.get("address");
        let address = given.and_then(address);
        let user = table.get("user").and_then(Value::str).map(str::to_owned);
        let outbound = callback::read_outbound(&mut table);
        table.finish();
        if given.is_some() && address.is_none() {
            // That is told already; the check shall not tell what follows.
            return;
        }
        let trunks = &mut self.config.options.trunks;
        place.item("trunk", trunks.len(), span);
        let number = trunks.len() + 1;
        trunks.push(TrunkConfig {
            name: name.map_or_else(|| format!("trunk {number}"), str::to_owned),
            address,
            user,
            outbound,
        });
    }

    fn extension(&mut self, mut table: Table<'_>) {
        let mut place = Recorder::new(&table);
        let mut extension = ExtensionConfig::new(Number::NONE);
        let one = place.key(&mut table, "number");
        let many = table.get("numbers");
        if let Some(name) = place.key(&mut table, "name").and_then(Value::str) {
            name.clone_into(&mut extension.name);
        }
        set(&mut extension.administrator, table.bool("administrator"));
        set(&mut extension.outbound, table.bool("outbound"));
        let timeout = place.key(&mut table, "ring_timeout_s");
        set(
            &mut extension.ring_timeout,
            timeout.and_then(|v| v.seconds(bounds::RING_TIMEOUT_S)),
        );

        extension.contact = table.get("contact").and_then(address);
        let actions = place.key(&mut table, "on_presence").and_then(Value::table);
        set(
            &mut extension.on_presence,
            actions.map(agents::read_actions),
        );
        let email = place.key(&mut table, "email").and_then(Value::str);
        extension.email = email.map(str::to_owned);
        let own_recording = table.one_of("own_recording", people::OWN_RECORDINGS);
        set(&mut extension.own_recording, own_recording);

        let document = table.document();
        let mut numbers = Vec::new();
        let room = EXTENSIONS_MAX + 1 - self.config.extensions.len().min(EXTENSIONS_MAX);
        match (one, many) {
            (Some(_), Some(many)) => {
                let hint = "\"number\" for one extension, \"numbers\" for a range".to_owned();
                many.wrong("\"number\" and \"numbers\" exclude each other", Some(hint));
            }
            (Some(one), None) => numbers.extend(number(one)),
            (None, Some(many)) => for_each_number(many, room, |number| numbers.push(number)),
            (None, None) if document.is_whole() => {
                let what = format!("{} has no \"number\"", table.name());
                let hint = "or \"numbers\", as \"1001-1050\", for one extension each".to_owned();
                document.report(table.span(), what, Some(hint));
            }
            (None, None) => {}
        }
        self.complete &= !numbers.is_empty();
        if let Some(many) = many {
            place.alias("number", many.span());
        }
        table.finish();
        for &number in &numbers {
            let subject = Subject::Extension(number);
            if self.is_first(document, subject, &place) {
                self.places.add_shared(subject);
                self.config.extensions.push(ExtensionConfig {
                    number,
                    ..extension.clone()
                });
            }
        }
        self.places.share(place);
    }

    /// Whether an object is the first one with its number; reports it if not.
    fn is_first(&self, document: &Document<'_>, subject: Subject, place: &Recorder) -> bool {
        let Some(first) = self.places.header(subject) else {
            return true;
        };
        document.report_with(place.find("number", None), || {
            let line = document.line(first.start);
            let hint = format!("the first one is at line {line}");
            (format!("{subject} is there already"), Some(hint))
        });
        false
    }
}

/// How logs of calls are shown and dealt with.
fn logs(options: &mut Options, table: &mut Table<'_>, place: &mut Recorder) {
    let matching = &mut options.contact_matching;
    set(&mut matching.by, table.one_of("contact_matching", MATCHES));
    if let Some(value) = table.get("contact_digits") {
        let digits = value.integer(CONTACT_DIGITS_MIN..=CONTACT_DIGITS_MAX);
        match (&mut matching.by, digits) {
            (MatchBy::LastDigits(many), Some(digits)) => *many = digits,
            (MatchBy::LastDigits(_), None) => {}
            (MatchBy::Exact | MatchBy::Nothing, _) => {
                let hint = "write contact_matching = \"last_digits\", or leave it out".to_owned();
                let what = "\"contact_digits\" says how many last digits are the same";
                value.wrong(what, Some(hint));
            }
        }
    }
    set(
        &mut matching.ignore_symbols,
        table.bool("contact_ignore_symbols"),
    );
    set(
        &mut options.sync_results_h,
        table.integer("sync_results_h", 0..=SYNC_RESULTS_H_MAX),
    );
    let dispositions = place.key(table, "dispositions");
    for value in dispositions.into_iter().flat_map(Value::array) {
        if let Some(name) = value.str() {
            place.item("dispositions", options.dispositions.len(), value.span());
            options.dispositions.push(name.to_owned());
        }
    }
}

/// The words of a file for how much of two numbers must be the same.
const MATCHES: &[(&str, MatchBy)] = &[
    ("last_digits", MatchBy::LastDigits(CONTACT_DIGITS)),
    ("exact", MatchBy::Exact),
    ("nothing", MatchBy::Nothing),
];
/// So many last digits, where it is not said how many.
const CONTACT_DIGITS: u8 = 7;

/// The address of a SIP peer.
fn address(value: Value<'_>) -> Option<SipAddress> {
    let parsed = value.str()?.parse();
    if let Err(why) = parsed {
        let hint =
            "\"192.0.2.7\", \"192.0.2.7:5062\", or \"tcp:192.0.2.7\" for SIP over TCP".to_owned();
        value.wrong(format!("{}: {why}", value.name()), Some(hint));
    }
    parsed.ok()
}

/// Pause reasons, each `"name code"` or a table of both; and whether all could be read.
fn pause_reasons(reasons: Value<'_>, place: &mut Recorder) -> (Vec<PauseReason>, bool) {
    let (mut read, mut whole) = (Vec::new(), true);
    for value in reasons.array() {
        let reason = match value.kind() {
            Kind::Table => value.table().and_then(long_reason),
            Kind::Str => value.str().and_then(|text| short_reason(value, text)),
            _ => {
                value.wrong_kind("a text in quotes, as \"Lunch *01\", or a table");
                None
            }
        };
        whole &= reason.is_some();
        if let Some(reason) = reason {
            place.item("pause_reasons", read.len(), value.span());
            read.push(reason);
        }
    }
    (read, whole)
}

fn long_reason(mut table: Table<'_>) -> Option<PauseReason> {
    let name = table.required("name").and_then(Value::str);
    let code = table.required("code").and_then(number);
    table.finish();
    Some(PauseReason {
        name: name?.to_owned(),
        code: code?,
    })
}

fn short_reason(value: Value<'_>, text: &str) -> Option<PauseReason> {
    let parts = text.trim_end().rsplit_once(char::is_whitespace);
    let reason = parts.and_then(|(name, code)| {
        let code = code.parse().ok()?;
        Some(PauseReason {
            name: name.trim_end().to_owned(),
            code,
        })
    });
    if reason.is_none() {
        let what = "a pause reason is a name and a code";
        value.wrong(what, Some("as \"Lunch *01\"".to_owned()));
    }
    reason
}

/// Sets what was read, if anything was.
fn set<T>(target: &mut T, value: Option<T>) {
    if let Some(value) = value {
        *target = value;
    }
}

/// After this time a parked caller comes back, unless it is set.
const PARKING_TIMEOUT: Span = Span::from_secs(60);

/// Where callers are parked.
fn parking(table: &mut Table<'_>, place: &mut Recorder) -> Option<Parking> {
    let slots = place.key(table, "parking_slots");
    let timeout = place.key(table, "parking_timeout_s");
    if let (None, Some(value)) = (slots, timeout) {
        let what = format!("{} goes only together with \"parking_slots\"", value.name());
        let hint = "name the slots: parking_slots = \"701-720\"".to_owned();
        value.wrong(what, Some(hint));
    }
    let timeout = timeout.and_then(|value| value.seconds(bounds::PARKING_S));
    Some(Parking {
        slots: slots.and_then(range)?,
        timeout: timeout.unwrap_or(PARKING_TIMEOUT),
    })
}
