//! A story as lines of text.

use tandem_engine::Span;
use tandem_engine::limits::SPOKEN_NUMBER_MAX;

use super::callback;
use super::crew::{Crew, Group};
use super::moment::{Change, Choice, Meanwhile, Moment, Person, Place, RingEnd, Story, What};
use super::page::Page;
use super::when::length;
use super::why::state;

/// Agents of one kind that are named; of more it is said how many there are.
const NAMED_MAX: usize = 8;

impl Story {
    /// The story in plain words, some lines for each thing that happened.
    #[must_use]
    pub fn to_text(&self) -> String {
        let mut page = Page::default();
        let from = match &self.caller {
            Some(number) => format!("from {number}"),
            None => "from a withheld number".to_owned(),
        };
        let day = self.moments.first().filter(|_| self.dated);
        let day = day.map_or(String::new(), |first| {
            format!(", {} ({})", first.at.date(), self.time_zone)
        });
        let (call, dialled) = (self.call, self.dialled);
        page.line(&format!("Call {call} {from} to {dialled}{day}"));
        for sentence in &self.summary {
            page.paragraph("", sentence);
        }
        page.blank();
        let (mut day, mut time) = (None, String::new());
        for moment in &self.moments {
            let date = moment.at.date();
            if day.get_or_insert_with(|| date.clone()) != &date {
                let shown = if self.dated { &date } else { "the next day" };
                page.line(shown);
                day = Some(date);
            }
            let now = moment.at.time();
            let shown = if now == time { "" } else { &now };
            tell(&mut page, shown, moment);
            time = now;
        }
        page.text()
    }
}

fn tell(page: &mut Page, time: &str, moment: &Moment) {
    let lines = sentences(&moment.what);
    let mut lines = lines.iter();
    if let Some(first) = lines.next() {
        page.entry(time, first);
    }
    for line in lines {
        page.detail(line);
    }
}

fn sentences(what: &What) -> Vec<String> {
    match what {
        What::Answered {
            agent,
            rang_s,
            waited_s,
        } => vec![answered(agent, rang_s.map(|rang| rang.0), waited_s.0)],
        What::Arrived {
            caller,
            name,
            agent,
            dialled,
        } => vec![arrived(
            caller.as_deref(),
            name.as_deref(),
            agent.as_ref(),
            dialled,
        )],
        What::Callback { .. } => vec![callback::sentence(what)],
        What::CodeDialled { code, done } => vec![code_dialled(code, *done)],
        What::Considered(choice) => considered(choice),
        What::Announced { .. } => announced(what),
        What::Handled { .. } | What::Outside { .. } => vec![handled(what)],
        What::Asked { .. }
        | What::Branched { .. }
        | What::ConfigurationChanged { .. }
        | What::ConnectionFailed { .. }
        | What::Diverted { .. }
        | What::Ended { .. }
        | What::ExtensionAnswered { .. }
        | What::ExtensionRingEnded { .. }
        | What::ExtensionRung { .. }
        | What::Reserved { .. }
        | What::ReservationEnded { .. }
        | What::MenuGot { .. }
        | What::MessageDiscarded
        | What::MessageLeft { .. }
        | What::MessageStarted { .. }
        | What::Noted { .. }
        | What::PlaceRegained { .. }
        | What::PointClosed { .. }
        | What::Prompt { .. }
        | What::Rated { .. }
        | What::Reached { .. } => vec![on_its_way(what)],
        What::Joined {
            queue,
            before,
            crew,
        } => joined(queue, *before, crew.as_ref()),
        What::Left { .. } => left(what),
        What::Meanwhile(gap) => meanwhile(gap),
        What::RangToo { agents } => {
            let who = people(agents);
            vec![format!(
                "{who} became free and {} too.",
                rings(agents.len())
            )]
        }
        What::Refused {
            queue,
            reason,
            bound,
            crew,
        } => refused(queue, reason, *bound, crew),
        What::RingEnded { .. } => ring_ended(what),
        What::Staff { agents, change } => vec![staff(agents, change)],
        What::WrapUp { .. } => vec![wraps_up(what)],
    }
}

fn code_dialled(code: &str, done: bool) -> String {
    if done {
        format!("The code {code} was carried out.")
    } else {
        format!("The code {code} changed nothing.")
    }
}

fn reservation_ended(agent: &Person, how: &str) -> String {
    let why = match how {
        "agent_left" => format!("{} takes no more calls", person(agent)),
        "asked_for_callback" => "the caller wants to be called back".to_owned(),
        "not_answered" => format!("{} did not answer", person(agent)),
        _ => format!("the time to wait for {} is over", person(agent)),
    };
    format!("Anybody may be rung from here on: {why}.")
}

fn wraps_up(what: &What) -> String {
    let What::WrapUp { agent, until } = what else {
        return String::new();
    };
    let until = until
        .as_ref()
        .map_or(String::new(), |until| format!(", until {}", until.time()));
    format!("{} is in wrap-up{until}.", person(agent))
}

/// What a call comes by, in one sentence.
fn on_its_way(what: &What) -> String {
    match what {
        What::Asked { agent } => format!("The caller is asked how {} was.", person(agent)),
        What::Branched { node, found } => branched(node, found),
        What::MenuGot { got, keys } => menu_got(got, keys),
        What::PointClosed { name, holiday } => closed(name, holiday.as_deref()),
        What::ConfigurationChanged { revision } => {
            format!("Another configuration was in force from here on: revision {revision}.")
        }
        What::ConnectionFailed { agent } => format!(
            "{} could not be connected with the caller, who waits again in the old place.",
            person(agent)
        ),
        What::Ended { reason } => end_sentence(reason),
        What::Diverted { queue, holiday } => diverted(queue, holiday.as_deref()),
        What::PlaceRegained { queue, since } => format!(
            "The caller has the place in {} back that was taken at {}.",
            queue.name,
            since.time()
        ),
        What::Prompt { prompt } => format!("The caller hears the prompt {prompt}."),
        What::ExtensionAnswered { agent } => format!("{} answered.", person(agent)),
        What::ExtensionRingEnded { agent, how } => ring_of_group_ended(agent, *how),
        What::ExtensionRung { agent } => format!("The telephone of {} rings.", person(agent)),
        What::Reserved { agent, until } => format!(
            "The caller is reserved for {}, until {} at the latest.",
            person(agent),
            until.time()
        ),
        What::ReservationEnded { agent, how } => reservation_ended(agent, how),
        What::MessageDiscarded => {
            "That was too short to be a message, and was thrown away.".to_owned()
        }
        What::MessageLeft { mailbox, length_s } => format!(
            "The caller had left a message of {} in the box of {mailbox}.",
            length(length_s.0)
        ),
        What::MessageStarted { mailbox } => {
            format!("The caller may leave a message in the box of {mailbox}.")
        }
        What::Noted {
            by,
            dispositions,
            remark,
        } => noted(by.as_ref(), dispositions, *remark),
        What::Rated { key, points } => rated(*key, *points),
        What::Reached { kind, name, number } => format!("Came to the {kind} {name} ({number})."),
        _ => unreachable!("all others are told elsewhere"),
    }
}

fn ring_of_group_ended(agent: &Person, how: RingEnd) -> String {
    let who = person(agent);
    match how {
        RingEnd::Busy => format!("The telephone of {who} was on another call."),
        RingEnd::AnsweredElsewhere => {
            format!("The telephone of {who} stops ringing: somebody else answered.")
        }
        RingEnd::Refused => format!("{who} refused the call."),
        RingEnd::Silent => format!("{who} did not answer."),
        RingEnd::Withdrawn => format!("The telephone of {who} stops ringing."),
        RingEnd::NotConnected | RingEnd::Unreachable => {
            format!("The telephone of {who} could not be reached.")
        }
    }
}

fn noted(by: Option<&Person>, dispositions: &[String], remark: bool) -> String {
    let who = by.map_or_else(|| "The system".to_owned(), person);
    let what = dispositions.join(", ");
    match (what.is_empty(), remark) {
        (true, true) => format!("{who} noted a remark."),
        (true, false) => format!("{who} took back what was noted of the call."),
        (false, true) => format!("{who} noted: {what}, and a remark."),
        (false, false) => format!("{who} noted: {what}."),
    }
}

fn rated(key: char, points: i16) -> String {
    let points = match points {
        1 | -1 => format!("{points} point"),
        _ => format!("{points} points"),
    };
    format!("The caller answered by key {key}: {points}.")
}

fn branched(node: &str, found: &str) -> String {
    let found = match found {
        "caller_matches" => "the caller's number begins as is asked for",
        "caller_other" => "the caller's number begins otherwise, or is withheld",
        "closed" => "it was outside business hours",
        "holiday" => "it was a holiday",
        _ => "it was within business hours",
    };
    format!("Node {node}: {found}.")
}

fn menu_got(got: &str, keys: &str) -> String {
    match got {
        "dialled" => format!("The caller keyed in {keys}."),
        "pressed" => format!("The caller pressed {keys}."),
        "silence" => "The caller pressed nothing.".to_owned(),
        _ => format!("The caller keyed in {keys}, which leads nowhere."),
    }
}

fn diverted(Place { name, .. }: &Place, holiday: Option<&str>) -> String {
    closed(name, holiday)
}

fn closed(name: &str, holiday: Option<&str>) -> String {
    match holiday {
        Some(holiday) => format!("{name} was closed for the holiday {holiday}."),
        None => format!("{name} was closed: it was outside business hours."),
    }
}

fn answered(agent: &Person, rang: Option<Span>, waited: Span) -> String {
    let rang = match rang {
        Some(rang) if !rang.is_zero() => format!(" after {} of ringing", length(rang)),
        _ => String::new(),
    };
    let (agent, waited) = (person(agent), length(waited));
    format!("{agent} answered{rang}. The caller had waited {waited}.")
}

fn arrived(
    caller: Option<&str>,
    name: Option<&str>,
    agent: Option<&Person>,
    dialled: &str,
) -> String {
    let who = match (agent, name, caller) {
        (Some(agent), ..) => person(agent),
        (None, Some(name), Some(number)) => format!("{name} ({number})"),
        (None, Some(name), None) => name.to_owned(),
        (None, None, Some(number)) => number.to_owned(),
        (None, None, None) => "Somebody whose number is withheld".to_owned(),
    };
    format!("{who} called {dialled}.")
}

fn joined(queue: &Place, before: usize, crew: Option<&Crew>) -> Vec<String> {
    let stood = match before {
        0 => "nobody stood before".to_owned(),
        many => format!("{} stood before", callers(many)),
    };
    let mut lines = vec![format!(
        "Joined the queue {} ({}): {stood}.",
        queue.name, queue.number
    )];
    if let Some(crew) = crew {
        lines.extend(whole_crew(crew));
    }
    lines
}

/// Who is there, where nobody is rung.
fn whole_crew(crew: &Crew) -> Vec<String> {
    let (all, on_duty) = (crew.all(), crew.on_duty());
    let mut lines = vec![match (all, on_duty) {
        (0, _) => "The queue had no agents.".to_owned(),
        (_, 0) => "Nobody was on duty:".to_owned(),
        _ if !crew.free.is_empty() => {
            format!("Free were {}; of the others:", people(&crew.free))
        }
        (1, _) => "Its only agent could not be rung:".to_owned(),
        (all, on_duty) if all == on_duty => format!("None of its {all} agents could be rung:"),
        (all, 1) => format!("The only one of its {all} agents on duty could not be rung:"),
        _ => format!("None of the {on_duty} of its {all} agents on duty could be rung:"),
    }];
    lines.extend(crew.not_free.iter().map(group));
    lines
}

fn group(group: &Group) -> String {
    let shown = group.agents.iter().take(NAMED_MAX).map(|kept| {
        let who = person(&kept.agent);
        match &kept.until {
            Some(until) => format!("{who} until {}", until.time()),
            None => who,
        }
    });
    let mut shown: Vec<String> = shown.collect();
    let many = group.agents.len();
    if many > NAMED_MAX {
        let others = many - NAMED_MAX;
        shown.push(counted(others as u64, "other", "others"));
    }
    let count = if many > 3 {
        format!("{many} ")
    } else {
        String::new()
    };
    format!("- {count}{}: {}", state(&group.why, many), list(&shown))
}

fn considered(choice: &Choice) -> Vec<String> {
    let who = people(&choice.rung);
    let rings = rings(choice.rung.len());
    let mut lines = vec![format!("{who} {rings}: {}.", choice.because)];
    let others: Vec<Person> = (choice.free.iter())
        .map(|free| free.agent.clone())
        .filter(|agent| !choice.rung.contains(agent))
        .collect();
    if !others.is_empty() {
        lines.push(format!("- free too: {}", people(&others)));
    }
    lines.extend(choice.not_free.iter().map(|kept| {
        // Those who are not at work were named when the caller joined, if at all.
        let (many, at_work) = (kept.agents.len(), kept.why.on_duty());
        match at_work || many <= 3 {
            true => group(kept),
            false => format!("- {many} {}", state(&kept.why, many)),
        }
    }));
    lines
}

/// What a waiting caller is told.
fn announced(what: &What) -> Vec<String> {
    let What::Announced {
        text,
        position,
        minutes,
    } = what
    else {
        return Vec::new();
    };
    let spoken = |number: u8| match number {
        number if number > SPOKEN_NUMBER_MAX => format!("more than {SPOKEN_NUMBER_MAX}"),
        number => number.to_string(),
    };
    let place = position.map(|place| format!("the place in the line ({})", spoken(place)));
    let wait = minutes.map(|it| format!("the wait to expect ({} minutes)", spoken(it)));
    let parts: Vec<String> = place.into_iter().chain(wait).collect();
    vec![match (*text, parts.is_empty()) {
        ("agent", _) => "Who answers is told something first.".to_owned(),
        ("callback", _) => "The caller hears the offer to be called back.".to_owned(),
        ("join", _) => "The caller hears the join announcement.".to_owned(),
        ("not_called_back", _) => "The caller hears that this number can not be called.".to_owned(),
        ("periodic", _) => "The caller hears the periodic announcement.".to_owned(),
        (_, true) => "The caller is thanked for waiting.".to_owned(),
        (_, false) => format!("The caller is told {}.", list(&parts)),
    }]
}

fn left(what: &What) -> Vec<String> {
    let What::Left {
        queue,
        outcome,
        reason,
        waited_s,
        talked_s,
        bound,
    } = what
    else {
        return Vec::new();
    };
    let (waited, queue) = (length(waited_s.0), &queue.name);
    let how = match *reason {
        "answered" => format!("The talk was over after {}.", length(talked_s.0)),
        "callback_agent_hung_up" => {
            "The agent hung up before the customer had answered.".to_owned()
        }
        "callback_no_agent" => format!("No agent of {queue} was found in time."),
        "callback_not_permitted" => "The agent may not call outside.".to_owned(),
        "callback_unanswered" => "The customer did not answer.".to_owned(),
        "callback_withdrawn" => "Nobody is to be called back any more.".to_owned(),
        "caller_hung_up" => format!("The caller gave up after {waited} in {queue}."),
        "key_pressed" => format!("The caller left {queue} by a key, after {waited}."),
        "timed_out" => {
            let longest = bound.map_or(waited, |bound| length(Span::from_secs(bound)));
            format!("The longest wait that {queue} allows, {longest}, was over.")
        }
        "queue_empty" => format!("Put out of {queue}: nobody was there to take calls any more."),
        "hung_up_by_supervisor" => format!("Left {queue}: a supervisor hung up."),
        "redirected" => format!("Left {queue}: sent elsewhere by a supervisor."),
        "queue_crowded" => format!("{queue} was too crowded, and no callback was asked for."),
        "queue_removed" => format!("Put out of {queue}: the queue was deleted."),
        "system_restart" => format!("The system went down while the caller was in {queue}."),
        _ => format!("A defect ended the wait in {queue}."),
    };
    vec![format!("{how} Outcome: {outcome}.")]
}

fn refused(queue: &Place, reason: &str, bound: Option<u64>, crew: &Crew) -> Vec<String> {
    let name = &queue.name;
    if reason == "queue_full" {
        let many = bound.map_or(String::new(), |bound| {
            let callers = counted(bound, "caller", "callers");
            format!(": {callers} waited already, as many as may")
        });
        return vec![format!(
            "{name} did not let the caller in{many}. Outcome: missed."
        )];
    }
    if reason == "queue_crowded" {
        let many = bound.map_or(String::new(), |bound| {
            let callers = counted(bound, "caller", "callers");
            format!(" for one more beside {callers}")
        });
        return vec![format!(
            "{name} did not let the caller in: it was too crowded{many}. Outcome: missed."
        )];
    }
    let mut lines = vec![format!(
        "{name} did not let the caller in: nobody was there to take calls. Outcome: missed."
    )];
    lines.extend(crew.not_free.iter().map(group));
    lines
}

fn ring_ended(what: &What) -> Vec<String> {
    let What::RingEnded {
        agents,
        how,
        rang_s,
        pauses_until,
    } = what
    else {
        return Vec::new();
    };
    let (who, rang) = (people(agents), length(rang_s.0));
    let stopped = if agents.len() == 1 { "stops" } else { "stop" };
    let how = match how {
        RingEnd::AnsweredElsewhere => {
            format!("{who} {stopped} ringing: somebody else answered.")
        }
        RingEnd::Busy => format!("{who} could not be rung: the telephone was busy."),
        RingEnd::NotConnected => format!("{who} could not be connected with the caller."),
        RingEnd::Refused => format!("{who} refused the call after {rang}."),
        RingEnd::Silent => format!("{who} did not answer for {rang}: a missed call."),
        RingEnd::Unreachable => format!("{who} could not be rung: the telephone was not there."),
        RingEnd::Withdrawn => format!("{who} {stopped} ringing after {rang}: taken back."),
    };
    let pause = pauses_until.as_ref().map_or(String::new(), |until| {
        format!(" Nobody else is rung until {}.", until.time())
    });
    vec![how + &pause]
}

fn staff(agents: &[Person], change: &Change) -> String {
    let who = people(agents);
    let one = agents.len() == 1;
    match change {
        Change::LoggedIn => format!("{who} took calls from here on."),
        Change::LoggedOut => format!("{who} logged out."),
        Change::Paused { reason: None } => format!("{who} took a pause."),
        Change::Paused {
            reason: Some(reason),
        } => format!("{who} took a pause ({reason})."),
        Change::Reachable if one => format!("The telephone of {who} could be rung again."),
        Change::Reachable => format!("The telephones of {who} could be rung again."),
        Change::Unreachable if one => format!("The telephone of {who} could not be rung any more."),
        Change::Unreachable => format!("The telephones of {who} could not be rung any more."),
    }
}

fn meanwhile(gap: &Meanwhile) -> Vec<String> {
    let mut parts = Vec::new();
    let served: u32 = gap.served.iter().map(|served| served.calls).sum();
    if served > 0 {
        let agents = gap.served.iter().take(NAMED_MAX).map(|served| {
            let who = person(&served.agent);
            match served.calls {
                1 => who,
                many => format!("{who}: {many}"),
            }
        });
        let mut agents: Vec<String> = agents.collect();
        if gap.served.len() > NAMED_MAX {
            let others = gap.served.len() - NAMED_MAX;
            agents.push(counted(others as u64, "other", "others"));
        }
        let callers = counted(u64::from(served), "caller", "callers");
        parts.push(format!(
            "{callers} who stood before got an agent ({})",
            list(&agents)
        ));
    }
    if gap.left > 0 {
        let callers = counted(u64::from(gap.left), "caller", "callers");
        parts.push(format!("{callers} who stood before left"));
    }
    if gap.overtook > 0 {
        let callers = counted(u64::from(gap.overtook), "caller", "callers");
        parts.push(format!("{callers} who came later got an agent"));
    }
    for other in &gap.elsewhere {
        let times = match other.rings {
            1 => "once".to_owned(),
            many => format!("{many} times"),
        };
        let name = &other.queue.name;
        parts.push(format!(
            "agents of this queue were rung {times} for callers of {name}"
        ));
    }
    vec![format!("By {}: {}.", gap.until.time(), parts.join("; "))]
}

/// Why a call was over.
fn handled(what: &What) -> String {
    let (by, act, slot) = match what {
        What::Handled { by, act, slot } => (by, act, slot),
        What::Outside { number: None, .. } => return "The number outside answered.".to_owned(),
        What::Outside {
            number: Some(number),
            ..
        } => {
            return format!("The number {number} outside is called.");
        }
        _ => return String::new(),
    };
    let who = by.as_ref().map_or_else(|| "The system".to_owned(), person);
    let slot = slot.as_deref().unwrap_or_default();
    match *act {
        "barge" => format!("{who} joins in the conversation."),
        "asked" => format!("{who} is asked no more."),
        "consulted" => format!("{who} wants to ask somebody about the caller."),
        "fetched" => format!("{who} dialled {slot}, and talks to the caller."),
        "held" => format!("{who} put the caller on hold."),
        "hung_up" => format!("{who} hung the call up."),
        "is_asked" => format!("{who} is asked about the caller, who hears music."),
        "left" => format!("{who} is off the line."),
        "listen" => format!("{who} listens to the conversation."),
        "monitored" => format!("{who} wants to listen in."),
        "parked" => format!("{who} parked the caller."),
        "parked_agent" => format!("{who} parked who talked to the caller."),
        "parked_in" => format!("The caller is parked in {slot}."),
        "parked_too_long" => "Nobody came for the parked caller in time.".to_owned(),
        "picked_up" => format!("{who} wants to take the call, and is rung."),
        "recording_off" => "The recording ended.".to_owned(),
        "recording_on" => format!("{who} has the conversation recorded from here on."),
        "recording_paused" => format!("{who} paused the recording."),
        "redirected" => format!("{who} sent the caller elsewhere."),
        "resumed" => format!("{who} talks to the caller again."),
        "returned" => format!("{who} goes back to the caller."),
        "takes_over" => format!("The caller is now for {who}."),
        "transferred" => format!("{who} transferred the caller."),
        "transferred_agent" => format!("{who} transferred who talked to the caller."),
        "whisper" => format!("{who} whispers to who talks to the caller."),
        _ => format!("{who} did something with the call."),
    }
}

/// How a call ended.
pub(crate) fn end_sentence(reason: &str) -> String {
    match reason {
        "agent_hung_up" => "The agent's side hung up, and the call was over.",
        "callback_failed" => "The callback had failed, and the call was over.",
        "caller_hung_up" => "The caller hung up, and the call was over.",
        "code_dialled" => "A code had been dialled, and the call was over.",
        "extension_busy" => "Who was rung was busy, and the call was over.",
        "extension_refused" => "Who was rung refused, and the call was over.",
        "extension_silent" => "Who was rung did not answer, and the call was over.",
        "extension_unreachable" => "Who was rung could not be reached, and the call was over.",
        "hung_up_by_supervisor" => "Somebody hung the call up, and it was over.",
        "message_left" => "With the message the call was over.",
        "no_destination" => "It was to go to a number that nobody has, and was over.",
        "survey_over" => "The survey was over, and the call with it.",
        "system_restart" => "The system went down, which ended the call.",
        "too_many_hops" => "It was sent on too often, and was over.",
        "unanswered" => "The queue's failover is to hang up, and the call was over.",
        _ => "A defect of the system ended the call.",
    }
    .to_owned()
}

const fn rings(many: usize) -> &'static str {
    if many == 1 { "rings" } else { "ring" }
}

/// `Ann (1003)`, or the number alone where there is no name.
pub(crate) fn person(person: &Person) -> String {
    match (person.name.is_empty(), person.number.is_none()) {
        (true, _) => person.number.to_string(),
        (false, true) => person.name.clone(),
        (false, false) => format!("{} ({})", person.name, person.number),
    }
}

fn people(people: &[Person]) -> String {
    let mut names: Vec<String> = people.iter().take(NAMED_MAX).map(person).collect();
    if people.len() > NAMED_MAX {
        let others = people.len() - NAMED_MAX;
        names.push(counted(others as u64, "other", "others"));
    }
    list(&names)
}

/// `1 caller`, `2 callers`.
pub(crate) fn callers(many: usize) -> String {
    counted(many as u64, "caller", "callers")
}

pub(crate) fn counted(many: u64, one: &str, more: &str) -> String {
    let word = if many == 1 { one } else { more };
    format!("{many} {word}")
}

/// `a`, `a and b`, `a, b and c`.
pub(crate) fn list(words: &[String]) -> String {
    match words {
        [] => String::new(),
        [only] => only.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}
