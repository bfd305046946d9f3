//! Every limit of a configuration, at the limit and one past it.

use tandem_engine::config::announcements::{Announcements, Sentence};
use tandem_engine::config::check::{check, check_changes};
use tandem_engine::config::hours::{DaySpan, Holiday, HolidayDate, HoursConfig};
use tandem_engine::config::model::{
    Change, Config, Crowded, Destination, ExtensionConfig, MemberConfig, MemberKind, Parking,
    PauseReason, PromptConfig, QueueConfig, SkillStep, TrunkConfig,
};
use tandem_engine::config::points::{
    CallFlow, FlowNode, FlowStep, Menu, NodeKind, PointConfig, PointKind, RingGroup,
};
use tandem_engine::limits::{
    ALERT_INFO_CHARS_MAX, ANNOUNCEMENT_S_MAX, ANNOUNCEMENT_S_MIN, AUTO_PAUSE_CALLS_MAX,
    CONTACT_DIGITS_MAX, CONTACT_DIGITS_MIN, DAY_SPANS_MAX, EMAIL_CHARS_MAX, EXTENSION_QUEUES_MAX,
    EXTENSIONS_MAX, FEATURE_CODE_SYMBOLS_MAX, FLOW_BEGINNINGS_MAX, FLOW_NODES_MAX, HOLIDAYS_MAX,
    HOURS_MAX, MEMBER_WEIGHT_MAX, MENU_PLAYS_MAX, MENU_TIMEOUT_S_MAX, MESSAGE_S_MAX,
    NAME_CHARS_MAX, NUMBER_SYMBOLS_MAX, PARKING_S_MAX, PARKING_SLOTS_MAX, PAUSE_REASONS_MAX,
    PLACE_KEPT_S_MAX, POINT_MEMBERS_MAX, POINTS_MAX, PREFERRED_WAIT_S_MAX,
    PRIORITY_ACCELERATION_S_MAX, PRIORITY_ACCELERATION_S_MIN, PRIORITY_MAX, PROMPT_S_MAX,
    PROMPTS_MAX, QUEUE_CALLERS_MAX, QUEUE_MANAGERS_MAX, QUEUE_MEMBERS_MAX, QUEUES_MAX, REST_S_MAX,
    RETRY_INTERVAL_S_MAX, RING_TIMEOUT_S_MAX, SKILL_LEVEL_MAX, SKILL_STEPS_MAX, SLA_INTERVAL_S_MAX,
    SLA_TIME_S_MAX, SPOKEN_NUMBER_MAX, SYNC_RESULTS_H_MAX, TRUNKS_MAX, WAITING_S_MAX,
    WRAP_UP_S_MAX,
};
use tandem_engine::records::contacts::MatchBy;
use tandem_engine::{Number, Span};

use crate::wrong::said;

pub fn number(place: usize) -> Number {
    Number::from_u64(10_000 + place as u64)
}

/// A centre of so many extensions and queues.
fn centre(extensions: usize, queues: usize) -> Config {
    let mut config = Config::default();
    config.options.queue_numbers = (number(50_000), number(59_999));
    config.extensions = (0..extensions)
        .map(|n| ExtensionConfig::new(number(n)))
        .collect();
    let queue = |n: usize| QueueConfig::new(number(50_000 + n), &format!("Queue {n}"));
    config.queues = (0..queues).map(queue).collect();
    config
}

/// What is said about a centre with one queue after `change`.
pub fn after(change: impl FnOnce(&mut Config, &mut QueueConfig)) -> String {
    let mut config = centre(0, 0);
    let mut queue = centre(0, 1).queues.remove(0);
    change(&mut config, &mut queue);
    config.queues.push(queue);
    check(&config)
        .iter()
        .map(|fault| format!("{fault}\n"))
        .collect()
}

#[test]
fn extensions_and_queues_of_a_centre() {
    let full = centre(EXTENSIONS_MAX, QUEUES_MAX);
    assert_eq!(check(&full), []);
    let beyond = check(&centre(EXTENSIONS_MAX + 1, QUEUES_MAX + 1));
    let beyond: Vec<String> = beyond.iter().map(|fault| fault.what.clone()).collect();
    assert_eq!(
        beyond,
        [
            "there are more than 10000 extensions",
            "there are more than 1000 queues"
        ]
    );
    // The same where one is added to a full centre.
    let more = centre(EXTENSIONS_MAX + 1, QUEUES_MAX + 1);
    let extension = Change::PutExtension(more.extensions[EXTENSIONS_MAX].clone());
    let queue = Change::PutQueue(more.queues[QUEUES_MAX].clone());
    assert_eq!(
        check_changes(&full, &[extension.clone(), queue.clone()]).len(),
        2
    );
    let exchanged = [
        Change::RemoveExtension(number(0)),
        extension,
        Change::RemoveQueue(number(50_000)),
        queue,
    ];
    assert_eq!(check_changes(&full, &exchanged), []);
}

#[test]
fn extensions_and_queues_of_a_file() {
    let range = |count: usize| format!("[[extension]]\nnumbers = \"10000-{}\"\n", 9_999 + count);
    assert_eq!(said(&range(EXTENSIONS_MAX)), "nothing is wrong\n");
    let beyond = said(&range(EXTENSIONS_MAX + 1));
    assert!(
        beyond.starts_with("office.toml:2:11: there are more than 10000"),
        "{beyond}"
    );
    let endless = said("[[extension]]\nnumbers = \"0000000000000000-9999999999999999\"\n");
    assert!(
        endless.starts_with("office.toml:2:11: there are more than 10000"),
        "{endless}"
    );

    let queues = |count: usize| {
        let queue = |n: usize| format!("[[queue]]\nnumber = \"{}\"\nname = \"{n}\"\n", 1_000 + n);
        let queues: String = (0..count).map(queue).collect();
        format!("[options]\nqueue_numbers = \"1000-9999\"\n{queues}")
    };
    assert_eq!(said(&queues(QUEUES_MAX)), "nothing is wrong\n");
    let beyond = said(&queues(QUEUES_MAX + 1));
    assert!(
        beyond.starts_with("office.toml:3004:10: there are more than 1000 queues"),
        "{beyond}"
    );
}

#[test]
fn parking() {
    let mut config = centre(1, 1);
    let with = |last: u64, timeout: u64| Parking {
        slots: (Number::from_u64(1_000), Number::from_u64(last)),
        timeout: Span::from_secs(timeout),
    };
    config.options.parking = Some(with(999 + PARKING_SLOTS_MAX, PARKING_S_MAX));
    assert_eq!(check(&config), []);
    config.options.parking = Some(with(1_000 + PARKING_SLOTS_MAX, PARKING_S_MAX + 1));
    let faults: Vec<String> = check(&config).iter().map(ToString::to_string).collect();
    assert_eq!(
        faults,
        [
            "options, parking_slots: there are 1000 parking slots at most",
            "options, parking_timeout_s: this lasts 1 to 3600 seconds, not 3601s",
        ]
    );
}

#[test]
fn people_of_a_queue() {
    let mut config = centre(EXTENSIONS_MAX, 1);
    let member = |n: usize| MemberConfig::new(number(n), MemberKind::Dynamic);
    config.queues[0].members = (0..QUEUE_MEMBERS_MAX).map(member).collect();
    config.queues[0].managers = (0..QUEUE_MANAGERS_MAX).map(number).collect();
    assert_eq!(check(&config), []);
    let viewers = (0..QUEUE_MEMBERS_MAX).map(number).collect();
    config.queues[0].permissions.agent_logs.viewers = Some(viewers);
    assert_eq!(check(&config), []);
    let viewers = config.queues[0].permissions.agent_logs.viewers.as_mut();
    viewers.expect("they are there").push(number(0));
    config.queues[0].managers.push(number(QUEUE_MANAGERS_MAX));
    // As there are no more extensions than members, the last one is twice.
    config.queues[0].members.push(member(0));
    let faults: Vec<String> = check(&config).iter().map(ToString::to_string).collect();
    assert_eq!(
        faults,
        [
            "queue 60000, dynamic_agents, element 10001: the queue has more than 10000 agents \
             (spread them over several queues)",
            "queue 60000, managers, element 101: the queue has more than 100 managers",
            "queue 60000, dynamic_agents, element 10001: 10000 is among the dynamic agents of \
             this queue already",
            "queue 60000, agent_log_viewers, element 10001: a queue has 10000 agents at most \
             (leave the list out, if all may see them)",
            "queue 60000, agent_log_viewers, element 10001: 10000 stands here already",
        ]
    );
    let file = "[[extension]]\nnumbers = \"10000-19999\"\n[[queue]]\nnumber = \"6400\"\n\
                name = \"A\"\nstatic_agents = [\"10000-19999\", \"10000-19999\"]\n";
    let said = said(file);
    assert!(
        said.starts_with("office.toml:6:33: the queue has more than 10000 agents"),
        "{said}"
    );
}

#[test]
fn queues_of_an_extension() {
    // As nobody is twice in a queue, one past the limit is one queue too many.
    let member = MemberConfig::new(number(0), MemberKind::Static);
    let with = |count: usize| {
        let mut config = centre(1, count);
        config
            .queues
            .iter_mut()
            .for_each(|queue| queue.members.push(member));
        check(&config)
            .into_iter()
            .map(|fault| fault.what)
            .collect::<Vec<_>>()
    };
    assert_eq!(with(EXTENSION_QUEUES_MAX), [""; 0]);
    assert_eq!(
        with(EXTENSION_QUEUES_MAX + 1),
        ["there are more than 1000 queues"]
    );
}

#[test]
fn feature_codes() {
    let with = |symbols: u32| {
        let code = "*7".repeat(symbols as usize)[..symbols as usize].parse();
        after(|config, _| config.options.feature_codes.log_in_all = code.ok())
    };
    assert_eq!(with(FEATURE_CODE_SYMBOLS_MAX), "");
    let expected = "options, feature_codes: log_in_all: a code has at most 10 symbols \
                    (a shorter one is easier to dial, too)\n";
    assert_eq!(with(FEATURE_CODE_SYMBOLS_MAX + 1), expected);
}

#[test]
fn pause_reasons() {
    let with = |count: usize| {
        after(|config, _| {
            let reason = |n: usize| PauseReason {
                name: format!("Reason {n}"),
                code: format!("*{n}").parse().expect("a code"),
            };
            config.options.pause_reasons = (0..count).map(reason).collect();
        })
    };
    assert_eq!(with(PAUSE_REASONS_MAX), "");
    let expected = "options, pause_reasons, element 21: there are more than 20 pause reasons\n";
    assert_eq!(with(PAUSE_REASONS_MAX + 1), expected);
}

#[test]
fn digits_and_hours_of_logs() {
    let digits = |many: u8| {
        after(|config, _| config.options.contact_matching.by = MatchBy::LastDigits(many))
    };
    let wrong = "options, contact_digits: 4 to 31 last digits can be compared\n";
    assert_eq!(digits(CONTACT_DIGITS_MIN), "");
    assert_eq!(digits(CONTACT_DIGITS_MAX), "");
    assert_eq!(digits(CONTACT_DIGITS_MIN - 1), wrong);
    assert_eq!(digits(CONTACT_DIGITS_MAX + 1), wrong);
    let hours = |hours: u16| after(|config, _| config.options.sync_results_h = hours);
    assert_eq!(hours(SYNC_RESULTS_H_MAX), "");
    let wrong = "options, sync_results_h: calls of 168 hours follow at most (0, if none do)\n";
    assert_eq!(hours(SYNC_RESULTS_H_MAX + 1), wrong);
}

#[test]
fn trunks() {
    let with = |count: usize| {
        after(|config, _| {
            let trunk = |n: usize| TrunkConfig {
                name: format!("Trunk {n}"),
                address: None,
                user: Some(format!("user{n}")),
                outbound: None,
            };
            config.options.trunks = (0..count).map(trunk).collect();
        })
    };
    assert_eq!(with(TRUNKS_MAX), "");
    let expected = "options, trunk, element 101: there are more than 100 trunks\n";
    assert_eq!(with(TRUNKS_MAX + 1), expected);
}

/// What is wrong where a calendar is as it is made here.
fn with_hours(make: impl Fn(&mut HoursConfig)) -> String {
    after(|config, _| {
        let mut hours = HoursConfig {
            name: "Office".to_owned(),
            ..HoursConfig::default()
        };
        make(&mut hours);
        config.options.hours.push(hours);
    })
}

#[test]
fn calendars() {
    let with = |count: usize| {
        after(|config, _| {
            let hours = |n: usize| HoursConfig {
                name: format!("Hours {n}"),
                ..HoursConfig::default()
            };
            config.options.hours = (0..count).map(hours).collect();
        })
    };
    assert_eq!(with(HOURS_MAX), "");
    let expected = "hours 101, name: there are more than 100 hours\n";
    assert_eq!(with(HOURS_MAX + 1), expected);
}

#[test]
fn spans_of_a_day() {
    let with = |count: u16| {
        with_hours(|hours| {
            let span = |n: u16| DaySpan {
                from: n * 2,
                to: n * 2 + 1,
            };
            hours.week[6] = (0..count).map(span).collect();
        })
    };
    assert_eq!(with(10), "");
    let expected = "hours 1, sunday, element 11: a day has at most 10 business hours\n";
    assert_eq!(with(11), expected);
    assert_eq!(DAY_SPANS_MAX, 10);
}

#[test]
fn holidays() {
    let with = |count: usize| {
        with_hours(|hours| {
            let date: HolidayDate = "12-25".parse().expect("a date");
            let holiday = |n: usize| Holiday {
                name: format!("Holiday {n}"),
                from: date,
                to: date,
                prompt: None,
            };
            hours.holidays = (0..count).map(holiday).collect();
        })
    };
    assert_eq!(with(HOLIDAYS_MAX), "");
    let expected = "hours 1, holidays, element 201: there are more than 200 holidays\n";
    assert_eq!(with(HOLIDAYS_MAX + 1), expected);
}

#[test]
fn prompts() {
    let with = |count: usize| {
        after(|config, _| {
            let prompt = |n: usize| PromptConfig {
                name: format!("Prompt {n}"),
                length: Span::from_secs(1),
                file: None,
            };
            config.options.prompts = (0..count).map(prompt).collect();
        })
    };
    assert_eq!(with(PROMPTS_MAX), "");
    let expected = "options, prompt, element 1001: there are more than 1000 prompts\n";
    assert_eq!(with(PROMPTS_MAX + 1), expected);
}

#[test]
fn length_of_a_prompt() {
    let with = |micros: u64| {
        after(|config, _| {
            config.options.prompts.push(PromptConfig {
                name: "Closed".to_owned(),
                length: Span::from_micros(micros),
                file: None,
            });
        })
    };
    assert_eq!(with(1), "");
    assert_eq!(with(PROMPT_S_MAX * 1_000_000), "");
    let expected = "options, prompt, element 1: a prompt lasts longer than no time\n";
    assert_eq!(with(0), expected);
    let expected = "options, prompt, element 1: this lasts 0 to 600 seconds, not 600.000001s\n";
    assert_eq!(with(PROMPT_S_MAX * 1_000_000 + 1), expected);
}

#[test]
fn names() {
    // Characters count, not bytes.
    let long = |chars: usize| "ö".repeat(chars);
    let with = |chars: usize| {
        after(|config, queue| {
            queue.name = long(chars);
            let mut extension = ExtensionConfig::new(number(1));
            extension.name = long(chars);
            config.extensions.push(extension);
            config.options.pause_reasons[0].name = long(chars);
        })
    };
    assert_eq!(with(NAME_CHARS_MAX), "");
    let what = "a name has at most 127 characters";
    let expected = format!(
        "options, pause_reasons, element 1: {what}\nextension 10001, name: {what}\n\
         queue 60000, name: {what}\n"
    );
    assert_eq!(with(NAME_CHARS_MAX + 1), expected);
}

#[test]
fn characters_of_what_chooses_a_melody() {
    let with = |chars: usize| after(|_, queue| queue.alert_info = Some("a".repeat(chars)));
    assert_eq!(with(ALERT_INFO_CHARS_MAX), "");
    let expected = "queue 60000, alert_info: this has at most 255 characters\n";
    assert_eq!(with(ALERT_INFO_CHARS_MAX + 1), expected);
}

#[test]
fn characters_of_an_address_of_mail() {
    let with = |chars: usize| {
        after(|config, _| {
            let domain = "x".repeat(chars - 4);
            let mut extension = ExtensionConfig::new(number(1));
            extension.email = Some(format!("ann@{domain}"));
            config.extensions.push(extension);
        })
    };
    assert_eq!(with(EMAIL_CHARS_MAX), "");
    let expected = "extension 10001, email: an address of mail has at most 254 characters\n";
    assert_eq!(with(EMAIL_CHARS_MAX + 1), expected);
}

#[test]
fn symbols_of_a_number() {
    let file = |symbols: usize| format!("[[extension]]\nnumber = \"{}\"\n", "1".repeat(symbols));
    assert_eq!(said(&file(NUMBER_SYMBOLS_MAX)), "nothing is wrong\n");
    assert!(said(&file(NUMBER_SYMBOLS_MAX + 1)).contains("at most 31 symbols"));
}

#[test]
fn counts_of_a_queue() {
    assert_eq!(after(|_, queue| queue.max_callers = QUEUE_CALLERS_MAX), "");
    assert_eq!(
        after(|_, queue| queue.max_callers = QUEUE_CALLERS_MAX + 1),
        "queue 60000, max_callers: a queue holds 100000 callers at most\n"
    );
    assert_eq!(after(|_, queue| queue.sla_threshold_percent = 100), "");
    assert_eq!(
        after(|_, queue| queue.sla_threshold_percent = 101),
        "queue 60000, sla_threshold_percent: a share is 0 to 100 percent\n"
    );
}

#[test]
fn skills_of_agents() {
    let with = |level: u8, weight: u16| {
        after(|config, queue| {
            config.extensions.push(ExtensionConfig::new(number(1)));
            queue.members = vec![MemberConfig {
                level,
                weight,
                ..MemberConfig::new(number(1), MemberKind::Static)
            }];
        })
    };
    let wrong = "queue 60000, static_agents, element 1: a skill level is 1 to 99, a weight 1 to \
                 1000\n";
    assert_eq!(with(1, 1), "");
    assert_eq!(with(SKILL_LEVEL_MAX, MEMBER_WEIGHT_MAX), "");
    assert_eq!(with(0, 1), wrong);
    assert_eq!(with(SKILL_LEVEL_MAX + 1, 1), wrong);
    assert_eq!(with(1, 0), wrong);
    assert_eq!(with(1, MEMBER_WEIGHT_MAX + 1), wrong);
}

#[test]
fn skill_steps() {
    let with = |steps: &[(u64, u8)]| {
        after(|_, queue| {
            let step = |&(s, level): &(u64, u8)| SkillStep {
                after: Span::from_secs(s),
                level,
            };
            queue.skill_steps = steps.iter().map(step).collect();
        })
    };
    let many = |count: usize| {
        let steps: Vec<_> = (0_u64..).zip(1..).take(count).collect();
        with(&steps)
    };
    assert_eq!(many(SKILL_STEPS_MAX), "");
    let expected = "queue 60000, skill_steps, element 21: there are more than 20 steps (leave \
                    some out)\n";
    assert_eq!(many(SKILL_STEPS_MAX + 1), expected);
    assert_eq!(with(&[(0, 1), (WAITING_S_MAX, SKILL_LEVEL_MAX)]), "");
    assert!(with(&[(0, 1), (WAITING_S_MAX + 1, 99)]).contains("lasts 0 to 86400 seconds"));
    assert!(with(&[(0, 1), (1, SKILL_LEVEL_MAX + 1)]).contains("a skill level is 1 to 99"));
    assert!(with(&[(0, 0)]).contains("a skill level is 1 to 99"));
    assert!(with(&[(1, 1)]).contains("the first step holds from joining on"));
    assert!(with(&[(0, 1), (0, 2)]).contains("does not come after the one before"));
    assert!(with(&[(0, 2), (9, 2)]).contains("does not add agents"));
}

#[test]
fn priorities_and_pauses() {
    let with = |priority: u16, us: u64| {
        after(|_, queue| {
            queue.priority = priority;
            queue.priority_acceleration = Span::from_micros(us);
        })
    };
    assert_eq!(with(PRIORITY_MAX, 0), "");
    let expected = "queue 60000, priority: a priority is 0 to 999\n";
    assert_eq!(with(PRIORITY_MAX + 1, 0), expected);
    let (least, most) = (PRIORITY_ACCELERATION_S_MIN, PRIORITY_ACCELERATION_S_MAX);
    assert_eq!(with(1, least * 1_000_000), "");
    assert_eq!(with(1, most * 1_000_000), "");
    let wrong = "a call comes to weigh more after 10 to 1800 seconds";
    assert!(with(1, least * 1_000_000 - 1).contains(wrong));
    assert!(with(1, most * 1_000_000 + 1).contains(wrong));
    assert!(with(0, least * 1_000_000).contains("without priority weigh nothing"));
    let pause = |calls: u32| after(|_, queue| queue.auto_pause_after = calls);
    assert_eq!(pause(AUTO_PAUSE_CALLS_MAX), "");
    let expected = "queue 60000, auto_pause_after: agents are paused after 100 calls at most\n";
    assert_eq!(pause(AUTO_PAUSE_CALLS_MAX + 1), expected);
}

#[test]
fn limits_of_entry() {
    let with = |callers: u32, us: u64| {
        after(|_, queue| {
            queue.crowded = Some(Crowded {
                callers,
                wait: Span::from_micros(us),
                destination: Destination::HangUp,
            });
        })
    };
    assert_eq!(with(QUEUE_CALLERS_MAX, 0), "");
    assert_eq!(with(0, WAITING_S_MAX * 1_000_000), "");
    let expected = "queue 60000, crowded_callers: a queue holds 100000 callers at most\n";
    assert_eq!(with(QUEUE_CALLERS_MAX + 1, 0), expected);
    assert!(with(0, WAITING_S_MAX * 1_000_000 + 1).contains("lasts 0 to 86400 seconds"));
    assert!(with(0, 0).contains("nothing makes this queue too crowded"));
    let queue = "[[queue]]\nnumber = \"6400\"\nname = \"A\"\n";
    let alone = said(&format!("{queue}crowded = \"hang_up\"\n"));
    assert!(alone.contains("goes only together with a limit"), "{alone}");
}

/// A key, its place in the model, least and most seconds.
type Length = (&'static str, fn(&mut QueueConfig) -> &mut Span, u64, u64);

const LENGTHS: [Length; 13] = [
    (
        "sla_interval_s",
        |queue| &mut queue.sla_interval,
        1,
        SLA_INTERVAL_S_MAX,
    ),
    (
        "agent_timeout_s",
        |queue| &mut queue.agent_timeout,
        1,
        RING_TIMEOUT_S_MAX,
    ),
    (
        "max_waiting_s",
        |queue| &mut queue.max_waiting,
        0,
        WAITING_S_MAX,
    ),
    (
        "retry_interval_s",
        |queue| &mut queue.retry_interval,
        0,
        RETRY_INTERVAL_S_MAX,
    ),
    (
        "place_kept_s",
        |queue| &mut queue.place_kept,
        0,
        PLACE_KEPT_S_MAX,
    ),
    (
        "preferred_wait_s",
        |queue| &mut queue.preferred_wait,
        0,
        PREFERRED_WAIT_S_MAX,
    ),
    (
        "ring_more_every_s",
        |queue| &mut queue.ring_more_every,
        1,
        RING_TIMEOUT_S_MAX,
    ),
    (
        "rest_after_busy_s",
        |queue| &mut queue.rests.busy,
        1,
        REST_S_MAX,
    ),
    (
        "rest_after_failure_s",
        |queue| &mut queue.rests.failure,
        1,
        REST_S_MAX,
    ),
    (
        "rest_after_no_answer_s",
        |queue| &mut queue.rests.no_answer,
        0,
        REST_S_MAX,
    ),
    (
        "rest_after_rejection_s",
        |queue| &mut queue.rests.rejection,
        1,
        REST_S_MAX,
    ),
    ("sla_time_s", |queue| &mut queue.sla_time, 1, SLA_TIME_S_MAX),
    ("wrap_up_s", |queue| &mut queue.wrap_up, 0, WRAP_UP_S_MAX),
];

#[test]
fn lengths_of_time() {
    for (key, place, least, most) in LENGTHS {
        let with = |span: Span| after(|_, queue| *place(queue) = span);
        assert_eq!(with(Span::from_secs(least)), "");
        assert_eq!(with(Span::from_secs(most)), "");
        let beyond = with(Span::from_micros(most * 1_000_000 + 1));
        let what = format!("this lasts {least} to {most} seconds, not {most}.000001s");
        assert_eq!(beyond, format!("queue 60000, {key}: {what}\n"));
        if least > 0 {
            assert_ne!(with(Span::from_micros(least * 1_000_000 - 1)), "");
        }
        // The same in a file.
        let queue = "[[queue]]\nnumber = \"6400\"\nname = \"A\"\n";
        let file = |seconds: &str| said(&format!("{queue}{key} = {seconds}\n"));
        assert_eq!(file(&format!("{most}.000000")), "nothing is wrong\n");
        let wanted = format!("\"{key}\" must be a number of seconds from {least} to {most}, not");
        let beyond = file(&format!("{most}.000001"));
        assert!(beyond.contains(&wanted), "{beyond}");
    }
}

#[test]
fn ring_timeout_of_an_extension() {
    let with = |span: Span| {
        after(|config, _| {
            let mut extension = ExtensionConfig::new(number(1));
            extension.ring_timeout = span;
            config.extensions.push(extension);
        })
    };
    assert_eq!(with(Span::from_secs(1)), "");
    assert_eq!(with(Span::from_secs(RING_TIMEOUT_S_MAX)), "");
    let expected = "extension 10001, ring_timeout_s: this lasts 1 to 600 seconds, not 0.999999s\n";
    assert_eq!(with(Span::from_micros(999_999)), expected);
    let expected =
        "extension 10001, ring_timeout_s: this lasts 1 to 600 seconds, not 600.000001s\n";
    assert_eq!(with(Span::from_micros(600_000_001)), expected);
}

/// What is said about a centre with so many ring groups of so many members each.
fn with_groups(groups: usize, members: usize) -> Vec<String> {
    let mut config = centre(members, 0);
    let group = |place: usize| PointConfig {
        number: number(60_000 + place),
        name: format!("Group {place}"),
        kind: PointKind::RingGroup(RingGroup {
            members: (0..members).map(number).collect(),
            ..RingGroup::default()
        }),
    };
    config.points = (0..groups).map(group).collect();
    let faults = check(&config);
    faults.into_iter().map(|fault| fault.what).collect()
}

#[test]
fn route_points() {
    let nothing: [&str; 0] = [];
    assert_eq!(with_groups(POINTS_MAX, 0), nothing);
    assert_eq!(
        with_groups(POINTS_MAX + 1, 0),
        ["there are more than 1000 route points"]
    );
    assert_eq!(with_groups(1, POINT_MEMBERS_MAX), nothing);
    assert_eq!(
        with_groups(1, POINT_MEMBERS_MAX + 1),
        ["it has more than 100 members"]
    );
}

/// What is said about a route point of this kind, where a prompt "Hello" is.
fn with_point(kind: PointKind) -> Vec<String> {
    let mut config = Config::default();
    config.options.prompts = vec![PromptConfig {
        name: "Hello".to_owned(),
        file: None,
        length: Span::from_secs(1),
    }];
    config.points = vec![PointConfig {
        number: number(60_000),
        name: "Point".to_owned(),
        kind,
    }];
    let faults = check(&config);
    faults.into_iter().map(|fault| fault.what).collect()
}

#[test]
fn menus() {
    let with = |plays: u8, timeout: u64| {
        with_point(PointKind::Menu(Menu {
            plays,
            timeout: Span::from_secs(timeout),
            ..Menu::new("Hello")
        }))
    };
    let nothing: [&str; 0] = [];
    assert_eq!(with(MENU_PLAYS_MAX, MENU_TIMEOUT_S_MAX), nothing);
    assert_eq!(with(1, 1), nothing);
    for plays in [0, MENU_PLAYS_MAX + 1] {
        assert_eq!(with(plays, 1), ["a menu plays 1 to 9 times"]);
    }
    assert_eq!(
        with(1, MENU_TIMEOUT_S_MAX + 1),
        ["this lasts 1 to 60 seconds, not 61s"]
    );
    assert_eq!(with(1, 0), ["this lasts 1 to 60 seconds, not 0s"]);
}

#[test]
fn call_flows() {
    let hang_up = || FlowStep::Go(Destination::HangUp);
    let with = |nodes: usize, begins: usize| {
        let node = |place: usize| FlowNode {
            name: format!("node {place}"),
            kind: NodeKind::Caller {
                begins: (0..begins).map(number).collect(),
                then: hang_up(),
                otherwise: hang_up(),
            },
        };
        let nodes = (0..nodes).map(node).collect();
        with_point(PointKind::CallFlow(CallFlow { nodes }))
    };
    let nothing: [&str; 0] = [];
    assert_eq!(with(FLOW_NODES_MAX, 1), nothing);
    assert_eq!(
        with(FLOW_NODES_MAX + 1, 1),
        ["there are more than 50 nodes"]
    );
    assert_eq!(with(0, 1), ["a call flow needs a node"]);
    assert_eq!(with(1, FLOW_BEGINNINGS_MAX), nothing);
    for begins in [0, FLOW_BEGINNINGS_MAX + 1] {
        assert_eq!(
            with(1, begins),
            ["a node asks for 1 to 100 beginnings of numbers"]
        );
    }
}

#[test]
fn length_of_a_message() {
    let said = |longest: Span| after(|config, _| config.options.voicemail.longest = longest);
    assert_eq!(said(Span::from_secs(MESSAGE_S_MAX)), "");
    assert_eq!(
        said(Span::from_secs(MESSAGE_S_MAX + 1)),
        "options, voicemail_longest_s: this lasts 1 to 3600 seconds, not 3601s\n"
    );
}

#[test]
fn time_between_announcements() {
    let every = |seconds: u64| {
        after(|_, queue| {
            queue.announcements = Some(Box::new(Announcements {
                periodic_every: Span::from_secs(seconds),
                ..Announcements::default()
            }));
        })
    };
    assert_eq!(every(ANNOUNCEMENT_S_MIN), "");
    assert_eq!(every(ANNOUNCEMENT_S_MAX), "");
    for beyond in [ANNOUNCEMENT_S_MIN - 1, ANNOUNCEMENT_S_MAX + 1] {
        let said = every(beyond);
        assert!(said.contains("periodic_announcement_s"), "{said}");
    }
}

#[test]
fn the_greatest_number_that_is_spoken() {
    let told = Announcements::default();
    let last = told.spoken(Sentence::Position(SPOKEN_NUMBER_MAX));
    assert_eq!(last, ["en position", "en 10"]);
    let beyond = told.spoken(Sentence::Position(SPOKEN_NUMBER_MAX + 1));
    assert_eq!(beyond, ["en position", "en more than", "en 10"]);
}
