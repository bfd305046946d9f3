//! Every queue as it stood at a moment.

use serde::Serialize;
use tandem_engine::view::CallStage;
use tandem_engine::{AgentId, Engine, PublicId, QueueId, Span, Timestamp};

use super::crew::{Crew, Hindrance};
use super::history::History;
use super::moment::{Person, Place, Seconds, shown};
use super::page::Page;
use super::when::{Wall, When, length};
use super::why::state;
use super::words::{counted, person};

/// Every queue as it stood.
#[derive(Clone, Debug, Serialize)]
pub struct Picture {
    /// When.
    pub at: When,
    /// The zone of all times: the common one.
    pub time_zone: String,
    /// Whether a date is known.
    pub dated: bool,
    /// The queues, by number.
    pub queues: Vec<QueueNow>,
}

/// A queue as it stood.
#[derive(Clone, Debug, Serialize)]
pub struct QueueNow {
    /// Which.
    pub queue: Place,
    /// The callers whom nobody has answered, in the order of the line.
    pub waiting: Vec<CallerNow>,
    /// The conversations that it led to.
    pub talks: Vec<TalkNow>,
    /// The agents, in the order of the queue's list.
    pub agents: Vec<AgentNow>,
}

/// A caller who waited.
#[derive(Clone, Debug, Serialize)]
pub struct CallerNow {
    /// The call.
    pub call: String,
    /// The caller's number.
    pub caller: Option<String>,
    /// Since when.
    pub joined_at: When,
    /// For how long.
    pub waited_s: Seconds,
    /// Whose telephones rang for the caller.
    pub rung: Vec<Person>,
    /// Until when nobody new is rung for the caller.
    pub pauses_until: Option<When>,
    /// The call, for whoever looks its record up.
    #[serde(skip)]
    pub public: PublicId,
}

/// A conversation.
#[derive(Clone, Debug, Serialize)]
pub struct TalkNow {
    /// The call.
    pub call: String,
    /// Who answered.
    pub agent: Option<Person>,
    /// Since when; null where that is not known.
    pub since: Option<When>,
}

/// An agent as he was.
#[derive(Clone, Debug, Serialize)]
pub struct AgentNow {
    /// Who.
    #[serde(flatten)]
    pub agent: Person,
    /// Whether he could be rung.
    pub free: bool,
    /// What kept him from it.
    #[serde(flatten)]
    pub why: Option<Hindrance>,
    /// Since when; null where it was so before all that is known.
    pub since: Option<When>,
    /// Until when, where a timer says so.
    pub until: Option<When>,
    /// For which call his telephone rang.
    pub rung_for: Option<String>,
    /// The calls that he was on, where that is known.
    pub calls: Vec<String>,
}

impl Picture {
    pub(crate) fn take(engine: &Engine, history: &History, at: Timestamp, dated: bool) -> Self {
        let zone = if dated { engine.zone(None) } else { "UTC" };
        let wall = Wall::new(zone, history.wall_offset);
        let mut queues: Vec<QueueNow> = (engine.queues().into_iter())
            .map(|queue| one(engine, history, at, &wall, queue))
            .collect();
        queues.sort_by(|a, b| a.queue.cmp(&b.queue));
        let at = wall.at(at);
        Self {
            time_zone: at.zone(),
            at,
            dated,
            queues,
        }
    }

    /// Every queue in plain words.
    #[must_use]
    pub fn to_text(&self) -> String {
        let mut page = Page::default();
        let (time, day) = (self.at.time(), self.at.date());
        page.line(&match self.dated {
            true => format!("At {time} on {day} ({})", self.time_zone),
            false => format!("At {time}"),
        });
        if self.queues.is_empty() {
            page.line("There was no queue.");
        }
        for queue in &self.queues {
            page.blank();
            queue.tell(&mut page, &self.at);
        }
        page.text()
    }
}

fn one(engine: &Engine, history: &History, at: Timestamp, wall: &Wall, id: QueueId) -> QueueNow {
    let line = engine.line(id);
    let waiting = line.iter().filter_map(|call| {
        let view = engine.call(*call)?;
        let CallStage::Agent { joined_at, .. } = view.stage else {
            return None;
        };
        let rung = engine.agents().into_iter().filter(|agent| {
            let offer = engine.agent(*agent).and_then(|agent| agent.offer);
            offer.is_some_and(|leg| view.legs.contains(&leg))
        });
        let pauses = engine
            .waiting(*call)
            .and_then(|waiting| waiting.pauses_until);
        Some(CallerNow {
            call: view.public.to_string(),
            caller: shown(view.caller),
            joined_at: wall.at(joined_at),
            waited_s: Seconds(at - joined_at),
            rung: rung.map(|agent| history.names.agent(agent)).collect(),
            pauses_until: pauses.map(|until| wall.at(until)),
            public: view.public,
        })
    });
    let talks = engine.calls().into_iter().filter_map(|call| {
        let view = engine.call(call)?;
        let answered = engine.answered(call);
        (view.stage == CallStage::End { queue: Some(id) }).then(|| TalkNow {
            call: view.public.to_string(),
            agent: answered.map(|(agent, _)| history.names.agent(agent)),
            since: answered.map(|(_, since)| wall.at(since)),
        })
    });
    QueueNow {
        queue: history.names.queue(id),
        waiting: waiting.collect(),
        talks: talks.collect(),
        agents: agents(engine, history, wall, id),
    }
}

/// The agents of a queue, each as he is there.
fn agents(engine: &Engine, history: &History, wall: &Wall, id: QueueId) -> Vec<AgentNow> {
    let members = engine.queue(id).map_or(&[][..], |queue| queue.members);
    let agents = members.iter().filter_map(|member| {
        let member = engine.member(*member)?;
        let why = member
            .obstacle
            .map(|obstacle| Hindrance::of(obstacle, Some(&member.status)));
        let until = match why {
            Some(Hindrance::WrapUp) => member.wrap_up_until,
            Some(Hindrance::Resting) => engine.agent(member.agent)?.rests_until,
            _ => None,
        };
        let past = history.agent(member.agent);
        let offer = engine.agent(member.agent)?.offer;
        let rung_for = offer.and(past.rung_for).and_then(|call| engine.call(call));
        let calls = past.calls.iter();
        let calls = calls.filter_map(|(call, _)| Some(engine.call(*call)?.public.to_string()));
        Some(AgentNow {
            calls: calls.collect(),
            agent: history.names.agent(member.agent),
            free: why.is_none(),
            since: since(history, member.agent, id, why.as_ref()).map(|since| wall.at(since)),
            until: until.map(|until| wall.at(until)),
            rung_for: rung_for.map(|call| call.public.to_string()),
            why,
        })
    });
    agents.collect()
}

/// Since when an agent is what he is.
fn since(
    history: &History,
    agent: AgentId,
    queue: QueueId,
    why: Option<&Hindrance>,
) -> Option<Timestamp> {
    let (own, there) = (history.agent(agent), history.member(agent, queue));
    match why {
        None => [own.released, own.device, there.status, there.wrapped_up]
            .into_iter()
            .flatten()
            .max(),
        Some(Hindrance::BeingOffered) => own.rung,
        Some(Hindrance::Busy) => own.calls.iter().map(|(_, since)| *since).min(),
        // What stands against him is the call, not what he does.
        Some(Hindrance::BetterRing | Hindrance::Call | Hindrance::LessSkilled) => None,
        Some(Hindrance::LoggedOut | Hindrance::Paused { .. }) => there.status,
        Some(Hindrance::Resting) => own.released,
        Some(Hindrance::Unreachable) => own.device,
        Some(Hindrance::WrapUp) => there.wrap_up,
    }
}

impl QueueNow {
    fn tell(&self, page: &mut Page, now: &When) {
        let Place { number, name } = &self.queue;
        let waiting = match self.waiting.len() {
            0 => "nobody waits".to_owned(),
            1 => "1 caller waits".to_owned(),
            many => format!("{many} callers wait"),
        };
        let talks = counted(self.talks.len() as u64, "conversation", "conversations");
        let crew = self.crew();
        let (on_duty, all, free) = (crew.on_duty(), crew.all(), crew.free.len());
        page.paragraph(
            "",
            &format!(
                "{name} ({number}): {waiting}, {talks}, {on_duty} of {all} agents on duty, \
                 {free} free."
            ),
        );
        for (place, caller) in (1..).zip(&self.waiting) {
            page.paragraph(&format!("  {place:>3}. "), &caller.words());
        }
        for agent in &self.agents {
            page.paragraph("  ", &agent.words(now));
        }
    }

    fn crew(&self) -> Crew {
        let mut crew = Crew::default();
        for agent in &self.agents {
            match &agent.why {
                None => crew.free.push(agent.agent.clone()),
                Some(why) => crew.not_free.push(super::crew::Group {
                    why: why.clone(),
                    agents: vec![super::crew::Kept {
                        agent: agent.agent.clone(),
                        until: None,
                    }],
                }),
            }
        }
        crew
    }
}

impl CallerNow {
    fn words(&self) -> String {
        let who = self.caller.as_deref().unwrap_or("number withheld");
        let waited = length(self.waited_s.0);
        let mut text = format!("{who} (call {}), for {waited}", self.call);
        if !self.rung.is_empty() {
            let rung: Vec<String> = self.rung.iter().map(person).collect();
            text += &format!("; rings at {}", rung.join(", "));
        }
        if let Some(until) = &self.pauses_until {
            text += &format!("; nobody new is rung until {}", until.time());
        }
        text
    }
}

impl AgentNow {
    fn words(&self, now: &When) -> String {
        let what = match (&self.why, &self.rung_for, self.calls.as_slice()) {
            (None, ..) => "free".to_owned(),
            (Some(Hindrance::BeingOffered), Some(call), _) => {
                format!("being rung for call {call}")
            }
            (Some(Hindrance::Busy), _, [call]) => format!("on call {call}"),
            (Some(why), ..) => state(why, 1),
        };
        let mut text = format!("{}: {what}", person(&self.agent));
        if let Some(since) = &self.since {
            let passed = now.since(since);
            if passed > Span::ZERO {
                text += &format!(" for {}", length(passed));
            }
        }
        if let Some(until) = &self.until {
            text += &format!(", until {}", until.time());
        }
        text
    }
}
