//! Follows a replay until a call comes, and tells its story from there.

use std::collections::BTreeMap;

use tandem_engine::config::model::{CountSince, Strategy};
use tandem_engine::records::{LeaveReason, Outcome, QueueCall};
use tandem_engine::trace::{Note, Standing};
use tandem_engine::view::CallStage;
use tandem_engine::{
    AgentId, CallId, Closed, Engine, Entry, Event, Input, LegId, MemberId, OfferEnd, Outbox,
    PublicId, QueueId, SECOND_US, Span, Timestamp,
};

use super::crew::{Crew, serves};
use super::history::{History, change};
use super::moment::{
    Change, Choice, Elsewhere, FirstRing, Free, InVain, Meanwhile, Moment, Person, Place, RingEnd,
    Seconds, Served, Story, Visit, What, shown,
};
use super::wait::{Mood, Wait};
use super::waiting;
use super::way;
use super::when::Wall;
use super::why;
use super::{callback, handling};
use crate::labels::{end_word, outcome_word, reason_word};

/// Tells the story of one call. Every entry of a replay goes through
/// [`Teller::apply`], in order.
#[derive(Debug)]
pub struct Teller {
    wanted: PublicId,
    dated: bool,
    history: History,
    notes: Vec<Note>,
    call: Option<CallId>,
    story: Option<Story>,
    wall: Wall,
    wait: Option<Wait>,
    /// The ring that the answer ended is not over by an event of its own.
    rings: BTreeMap<LegId, Timestamp>,
    /// Who answered last, for the wrap-up.
    answered: Option<AgentId>,
}

/// What an entry did to the call, gathered before it is told.
#[derive(Default)]
struct Turn {
    offered: Vec<AgentId>,
    joined: bool,
    /// What comes behind the joining.
    then: Vec<What>,
}

impl Teller {
    /// Of the call with this name, in a replay that goes on from the state of
    /// `engine`. Whether a date is known is for whoever replays to say; without one
    /// the story has times of day alone.
    #[must_use]
    pub fn new(wanted: PublicId, engine: &Engine, dated: bool) -> Self {
        Self {
            wanted,
            dated,
            history: History::of(engine),
            notes: Vec::new(),
            call: None,
            story: None,
            wall: Wall::new("UTC", 0),
            wait: None,
            rings: BTreeMap::new(),
            answered: None,
        }
    }

    /// Has the engine apply an entry, and listens.
    pub fn apply(&mut self, engine: &mut Engine, entry: &Entry, out: &mut Outbox) {
        if self.is_complete() {
            return engine.apply(entry, out);
        }
        let arrives = self.story.is_none()
            && matches!(
                entry.input,
                Input::CallArrived { .. } | Input::PlaceCall { .. }
            )
            && engine.next_public() == self.wanted;
        if arrives || self.story.is_some() {
            self.notes.clear();
            engine.apply_traced(entry, out, &mut self.notes);
            self.history.introduce(engine, out);
            self.tell(engine, entry, out);
        } else {
            engine.apply(entry, out);
            self.history.introduce(engine, out);
        }
        self.history.learn(engine, entry, out);
    }

    /// Whether nothing more can come.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.story.as_ref().is_some_and(|story| story.over)
    }

    /// The story as far as it went; `None` if the call never came.
    #[must_use]
    pub fn finish(mut self, now: Timestamp) -> Option<Story> {
        self.settle(now);
        self.close_gap();
        let mut story = self.story?;
        // Some were put in later than others that came after them.
        story.moments.sort_by_key(|moment| moment.at.unix_us());
        story.summary = why::summary(&story);
        Some(story)
    }

    fn tell(&mut self, engine: &Engine, entry: &Entry, out: &Outbox) {
        let (at, mut turn) = (out.acted_at, Turn::default());
        for event in &out.events {
            self.others(engine, at, event);
            self.own(engine, entry, at, event, &mut turn);
        }
        if turn.joined {
            self.joined(engine, at, turn.offered.is_empty());
        }
        turn.then.drain(..).for_each(|what| self.push(at, what));
        if !turn.offered.is_empty() {
            self.considered(engine, at, &turn.offered);
        }
        self.settle(at);
        if let (Some(wait), Some(call)) = (&mut self.wait, self.call) {
            let waiting = engine.waiting(call);
            wait.mood = match waiting {
                None => Mood::Ringing,
                Some(waiting) if waiting.ringing > 0 => Mood::Ringing,
                Some(waiting) if waiting.reserved_for.is_some() => Mood::Reserved,
                Some(waiting) if waiting.pauses_until.is_some() => Mood::Pausing,
                _ if !wait.ahead.is_empty() => Mood::Behind,
                _ => Mood::NobodyFree,
            };
        }
    }

    fn push(&mut self, at: Timestamp, what: What) {
        let at = self.wall.at(at);
        if let Some(story) = &mut self.story {
            story.moments.push(Moment { at, what });
        }
    }

    fn visit(&mut self) -> Option<&mut Visit> {
        self.story.as_mut()?.visits.last_mut()
    }

    /// Adds the time since the last entry to what the wait was then.
    fn settle(&mut self, at: Timestamp) {
        let Some(wait) = &mut self.wait else { return };
        let (mood, passed) = (wait.mood, at - wait.since);
        (wait.since, wait.meanwhile.last) = (at, at);
        let joined_at = wait.joined_at;
        if let Some(visit) = self.visit() {
            let part = match mood {
                Mood::Behind => &mut visit.behind,
                Mood::Reserved => &mut visit.reserved,
                Mood::NobodyFree => &mut visit.nobody_free,
                Mood::Pausing => &mut visit.pausing,
                Mood::Ringing => &mut visit.ringing,
            };
            *part = *part + passed;
            visit.waited = at - joined_at;
        }
    }

    /// What an entry did to this call.
    fn own(&mut self, engine: &Engine, entry: &Entry, at: Timestamp, event: &Event, t: &mut Turn) {
        if let Some((call, _)) = way::begun(event).filter(|(_, public)| *public == self.wanted) {
            self.call = Some(call);
            return self.begin(engine, entry, event, at);
        }
        match event {
            Event::QueueCallEnded(record) if record.call == self.wanted => {
                self.left(engine, at, record);
                t.joined = false;
            }
            Event::SurveyAnswered(answer) if answer.call == self.wanted => {
                let (key, points) = (answer.key.symbol(), answer.points);
                self.push(at, What::Rated { key, points });
            }
            Event::WrapUpStarted { agent, queue } if self.answered == Some(*agent) => {
                let until = wrap_up_until(engine, *agent, *queue).map(|at| self.wall.at(at));
                let agent = self.history.names.agent(*agent);
                self.push(at, What::WrapUp { agent, until });
            }
            _ => self.own_call(engine, at, event, t),
        }
    }

    fn own_call(&mut self, engine: &Engine, at: Timestamp, event: &Event, turn: &mut Turn) {
        let own = self.call;
        match event {
            Event::CallJoined { call, queue } if Some(*call) == own => {
                self.wait = Some(Wait::new(*queue, at));
                turn.joined = true;
            }
            Event::CallOffered {
                call, agent, leg, ..
            } if Some(*call) == own => {
                turn.offered.push(*agent);
                self.rings.insert(*leg, at);
            }
            Event::OfferEnded {
                call,
                agent,
                leg,
                end,
                rang,
                ..
            } if Some(*call) == own => {
                self.rings.remove(leg);
                self.ring_ended(engine, at, (*agent, *end, *rang));
            }
            Event::CallAnswered {
                call,
                agent,
                leg,
                waited,
                ..
            } if Some(*call) == own => self.taken(at, *agent, *leg, *waited),
            Event::ConnectionFailed { call, agent, queue } if Some(*call) == own => {
                self.connection_failed(engine, at, *agent, *queue);
            }
            Event::CallDiverted {
                call,
                queue,
                closed,
            } if Some(*call) == own => self.diverted(at, *queue, closed),
            Event::CustomerRung { call, leg, .. } if Some(*call) == own => {
                self.customer_rung(at, event, *leg);
            }
            Event::AnnouncementStarted { call, .. }
            | Event::CallReserved { call, .. }
            | Event::PlaceRegained { call, .. }
            | Event::ReservationEnded { call, .. }
                if Some(*call) == own =>
            {
                self.while_waiting(at, event, turn);
            }
            Event::PromptStarted { call, prompt } if Some(*call) == own => {
                let prompt = prompt.clone();
                self.push(at, What::Prompt { prompt });
            }
            Event::ExtensionRung { call, agent, .. } if Some(*call) == own => {
                let agent = self.history.names.agent(*agent);
                self.push(at, What::ExtensionRung { agent });
            }
            Event::ExtensionAnswered { call, agent, .. } if Some(*call) == own => {
                let agent = self.history.names.agent(*agent);
                self.push(at, What::ExtensionAnswered { agent });
            }
            Event::CallEnded { call, reason, .. } if Some(*call) == own => {
                self.ended(at, end_word(*reason));
            }
            _ => self.own_way(engine, at, event),
        }
    }

    /// What came to the waiting caller; if he has just joined, it is told behind that.
    fn while_waiting(&mut self, at: Timestamp, event: &Event, turn: &mut Turn) {
        match waiting::what(event, &self.history.names, &self.wall) {
            Some(what) if turn.joined => turn.then.push(what),
            Some(what) => self.push(at, what),
            None => {}
        }
    }

    fn diverted(&mut self, at: Timestamp, queue: QueueId, closed: &Closed) {
        let queue = self.history.names.queue(queue);
        let holiday = match closed {
            Closed::Holiday { name } => Some(name.clone()),
            Closed::OutsideHours => None,
        };
        self.push(at, What::Diverted { queue, holiday });
    }

    /// What it came by that is neither a queue nor one extension.
    fn own_way(&mut self, engine: &Engine, at: Timestamp, event: &Event) {
        let own = self.call;
        let what = match event {
            Event::CodeDialled {
                call,
                dialled,
                refused,
                ..
            } if Some(*call) == own => What::CodeDialled {
                code: dialled.to_string(),
                done: refused.is_none(),
            },
            Event::ExtensionRingEnded {
                call, agent, end, ..
            } if Some(*call) == own => What::ExtensionRingEnded {
                agent: self.history.names.agent(*agent),
                how: RingEnd::of(*end),
            },
            Event::FlowBranched {
                call, node, branch, ..
            } if Some(*call) == own => What::Branched {
                node: node.clone(),
                found: way::found(*branch),
            },
            Event::MenuLeft { call, got, .. } if Some(*call) == own => {
                let (got, keys) = way::got(*got);
                What::MenuGot { got, keys }
            }
            Event::PointClosed {
                call,
                point,
                closed,
            } if Some(*call) == own => What::PointClosed {
                name: (engine.point(*point)).map_or_else(String::new, |it| it.name.clone()),
                holiday: match closed {
                    Closed::Holiday { name } => Some(name.clone()),
                    Closed::OutsideHours => None,
                },
            },
            Event::MessageDiscarded { call, .. } if Some(*call) == own => What::MessageDiscarded,
            Event::MessageLeft(message) if message.call == self.wanted => What::MessageLeft {
                mailbox: message.mailbox.to_string(),
                length_s: Seconds(message.length),
            },
            Event::MessageStarted { call, mailbox } if Some(*call) == own => What::MessageStarted {
                mailbox: mailbox.to_string(),
            },
            Event::PointReached { call, point } if Some(*call) == own => {
                let config = engine.point(*point);
                What::Reached {
                    kind: config.map_or("number", |config| config.words()),
                    name: config.map_or_else(String::new, |config| config.name.clone()),
                    number: point.to_string(),
                }
            }
            _ => {
                let names = &self.history.names;
                let called = callback::what(event, own, self.wanted, names, &self.wall);
                match called.or_else(|| handling::what(event, own, engine, names)) {
                    Some(what) => what,
                    None => return,
                }
            }
        };
        self.push(at, what);
    }

    fn begin(&mut self, engine: &Engine, entry: &Entry, event: &Event, at: Timestamp) {
        let Some((from, dialled)) = way::came(engine, &entry.input, event) else {
            return;
        };
        self.wall = self.wall_of(engine, engine.find_queue(dialled));
        let agent = from.extension.and_then(|number| engine.find_agent(number));
        self.story = Some(Story {
            call: self.wanted,
            caller: shown(from.number),
            dialled,
            time_zone: self.wall.at(at).zone(),
            summary: Vec::new(),
            visits: Vec::new(),
            moments: Vec::new(),
            over: false,
            dated: self.dated,
        });
        let what = What::Arrived {
            caller: shown(from.number),
            name: from.name.as_deref().map(str::to_owned),
            agent: agent.map(|agent| self.history.names.agent(agent)),
            dialled: dialled.to_string(),
        };
        self.push(at, what);
    }

    fn wall_of(&self, engine: &Engine, queue: Option<QueueId>) -> Wall {
        let zone = match self.dated {
            true => engine.zone(queue),
            false => "UTC",
        };
        Wall::new(zone, self.history.wall_offset)
    }

    /// The caller joined a queue, and who was there is what it looks like now.
    fn joined(&mut self, engine: &Engine, at: Timestamp, nobody_rings: bool) {
        let (Some(wait), Some(call)) = (&mut self.wait, self.call) else {
            return;
        };
        let queue = wait.queue;
        let line = engine.line(queue).into_iter();
        let before = line.take_while(|other| *other != call);
        let public = |other| Some((other, engine.call(other)?.public));
        wait.ahead = before.filter_map(public).collect();
        let before = wait.ahead.len();
        let place = self.history.names.queue(queue);
        let crew = Crew::look(engine, queue, self.call, &self.history.names, &self.wall);
        self.open_visit(at, place.clone(), Some(before), crew.clone());
        let what = What::Joined {
            queue: place,
            before,
            crew: nobody_rings.then_some(crew),
        };
        self.push(at, what);
    }

    fn open_visit(&mut self, at: Timestamp, queue: Place, before: Option<usize>, crew: Crew) {
        let visit = Visit {
            queue,
            joined_at: self.wall.at(at),
            before,
            waited: Span::ZERO,
            behind: Span::ZERO,
            nobody_free: Span::ZERO,
            ringing: Span::ZERO,
            pausing: Span::ZERO,
            reserved: Span::ZERO,
            agent: None,
            talked: Span::ZERO,
            held: Span::ZERO,
            outcome: None,
            reason: None,
            crew,
            first_rung: None,
            in_vain: Vec::new(),
            answer_rang: None,
        };
        if let Some(story) = &mut self.story {
            story.visits.push(visit);
        }
    }

    /// Telephones were rung: by which rule, and who else was there.
    fn considered(&mut self, engine: &Engine, at: Timestamp, offered: &[AgentId]) {
        self.settle(at);
        self.close_gap();
        let (Some(wait), Some(call)) = (&self.wait, self.call) else {
            return;
        };
        let queue = wait.queue;
        let names = &self.history.names;
        let rung: Vec<Person> = offered.iter().map(|agent| names.agent(*agent)).collect();
        let first = rung[0].clone();
        let (mut free, mut passed) = (Vec::new(), Vec::new());
        for note in &self.notes {
            match *note {
                Note::Eligible {
                    call,
                    member,
                    standing,
                } if Some(call) == self.call => free.push((member, standing)),
                Note::PassedOver {
                    call,
                    member,
                    obstacle,
                } if Some(call) == self.call => passed.push((member, obstacle)),
                _ => {}
            }
        }
        let what = if free.is_empty() {
            What::RangToo { agents: rung }
        } else {
            let not_free = Crew::of_notes(engine, &passed, names, &self.wall);
            let chosen = (free.iter())
                .find(|(member, _)| engine.member(*member).map(|m| m.agent) == Some(offered[0]));
            let strategy = engine.queue(queue).map(|queue| {
                let config = queue.config;
                (config.strategy, config.fewest_calls_since)
            });
            let (strategy, since) = strategy.unwrap_or((Strategy::RingAll, CountSince::Ever));
            let free = self.free(engine, queue, &free);
            let chosen = chosen.map(|(_, standing)| *standing);
            let reserved = engine
                .waiting(call)
                .is_some_and(|it| it.reserved_for.is_some());
            let because = match reserved {
                true => "the caller is reserved for this agent".to_owned(),
                false => why::rule(strategy, since, &first, chosen, &free, &self.wall.at(at)),
            };
            What::Considered(Choice {
                queue: names.queue(queue),
                because,
                free,
                not_free,
                rung,
                rule: if reserved {
                    "preferred"
                } else {
                    why::strategy_word(strategy)
                },
            })
        };
        self.push(at, what);
        let when = self.wall.at(at);
        if let Some(visit) = self.visit() {
            let (at, agent) = (when, first);
            visit.first_rung.get_or_insert(FirstRing { at, agent });
        }
    }

    fn free(&self, engine: &Engine, queue: QueueId, free: &[(MemberId, Standing)]) -> Vec<Free> {
        let one = |&(member, standing): &(MemberId, Standing)| {
            let agent = engine.member(member)?.agent;
            let rung = self.history.member(agent, queue).rung;
            Some(Free {
                agent: self.history.names.agent(agent),
                tried: standing.tried,
                level: standing.level,
                completed: standing.completed,
                last_rung_at: rung.map(|at| self.wall.at(at)),
                never_rung: standing.last_rung == 0,
            })
        };
        free.iter().filter_map(one).collect()
    }

    fn ring_ended(&mut self, engine: &Engine, at: Timestamp, ring: (AgentId, OfferEnd, Span)) {
        let (agent, end, rang) = ring;
        let how = RingEnd::of(end);
        let agent = self.history.names.agent(agent);
        let waiting = self.call.and_then(|call| engine.waiting(call));
        let pauses = waiting.and_then(|waiting| waiting.pauses_until);
        let pauses_until = pauses.map(|until| self.wall.at(until));
        self.settle(at);
        if !matches!(how, RingEnd::AnsweredElsewhere | RingEnd::Withdrawn) {
            self.close_gap();
        }
        if let Some(visit) = self.visit()
            && how != RingEnd::AnsweredElsewhere
        {
            visit.in_vain.push(InVain {
                agent: agent.clone(),
                how,
                rang_s: Seconds(rang),
            });
        }
        let now = self.wall.at(at);
        // Telephones that stop ringing together are told of together.
        let last = (self.story.as_mut()).and_then(|story| story.moments.last_mut());
        if let Some(Moment {
            at: then,
            what:
                What::RingEnded {
                    agents,
                    how: same,
                    rang_s,
                    ..
                },
        }) = last
            && (&*then, *same, *rang_s) == (&now, how, Seconds(rang))
        {
            return agents.push(agent);
        }
        let what = What::RingEnded {
            agents: vec![agent],
            how,
            rang_s: Seconds(rang),
            pauses_until,
        };
        self.push(at, what);
    }

    fn taken(&mut self, at: Timestamp, agent: AgentId, leg: LegId, waited: Span) {
        self.settle(at);
        self.close_gap();
        self.wait = None;
        self.answered = Some(agent);
        let rang = self.rings.remove(&leg).map(|since| Seconds(at - since));
        let before = self.visit().and_then(|visit| visit.answer_rang);
        let rang = before.or(rang);
        let agent = self.history.names.agent(agent);
        if let Some(visit) = self.visit() {
            (visit.agent, visit.answer_rang) = (Some(agent.clone()), rang);
        }
        let what = What::Answered {
            agent,
            rang_s: rang,
            waited_s: Seconds(waited),
        };
        // The answer comes before what it did to the other telephones.
        let now = self.wall.at(at);
        let Some(story) = &mut self.story else { return };
        let elsewhere = |moment: &Moment| {
            let how = RingEnd::AnsweredElsewhere;
            moment.at == now
                && matches!(&moment.what, What::RingEnded { how: same, .. } if *same == how)
        };
        let place = story.moments.iter().position(elsewhere);
        let place = place.unwrap_or(story.moments.len());
        story.moments.insert(place, Moment { at: now, what });
    }

    /// An agent answered for a callback: from here on, the customer's telephone rings.
    fn customer_rung(&mut self, at: Timestamp, event: &Event, leg: LegId) {
        self.settle(at);
        self.close_gap();
        let rang = self.rings.get(&leg).map(|since| Seconds(at - *since));
        if let Some(visit) = self.visit() {
            visit.answer_rang = rang;
        }
        let names = &self.history.names;
        if let Some(what) = callback::what(event, self.call, self.wanted, names, &self.wall) {
            self.push(at, what);
        }
    }

    fn connection_failed(&mut self, engine: &Engine, at: Timestamp, agent: AgentId, q: QueueId) {
        self.answered = None;
        let agent = self.history.names.agent(agent);
        self.push(at, What::ConnectionFailed { agent });
        let Some(call) = self.call.filter(|call| engine.waits(*call)) else {
            return;
        };
        let line = engine.line(q).into_iter();
        let before = line.take_while(|other| *other != call);
        let public = |other| Some((other, engine.call(other)?.public));
        let joined_at = match engine.call(call).map(|call| call.stage) {
            Some(CallStage::Agent { joined_at, .. }) => joined_at,
            _ => at,
        };
        self.wait = Some(Wait {
            ahead: before.filter_map(public).collect(),
            since: at,
            ..Wait::new(q, joined_at)
        });
        if let Some(visit) = self.visit()
            && let Some(agent) = visit.agent.take()
        {
            let rang_s = visit.answer_rang.take().unwrap_or(Seconds(Span::ZERO));
            let how = RingEnd::NotConnected;
            visit.in_vain.push(InVain { agent, how, rang_s });
        }
    }

    fn left(&mut self, engine: &Engine, at: Timestamp, record: &QueueCall) {
        self.settle(at);
        self.close_gap();
        let queue = self.history.names.queue(record.queue);
        let (outcome, reason) = (outcome_word(record.outcome), reason_word(record.reason));
        let config = engine.queue(record.queue).map(|queue| queue.config);
        let bound = config.and_then(|config| match record.reason {
            LeaveReason::QueueCrowded => {
                (engine.queue(record.queue)).map(|queue| u64::from(queue.callers))
            }
            LeaveReason::QueueFull => Some(u64::from(config.max_callers)),
            LeaveReason::TimedOut => Some(config.max_waiting.micros() / SECOND_US),
            _ => None,
        });
        let waited = self.wait.take().is_some() || record.offers > 0;
        let what = if waited {
            let (waited_s, talked_s) = (Seconds(record.waited), Seconds(record.talked));
            What::Left {
                queue,
                outcome,
                reason,
                waited_s,
                talked_s,
                bound,
            }
        } else {
            let crew = Crew::look(engine, record.queue, None, &self.history.names, &self.wall);
            self.open_visit(at, queue.clone(), None, crew.clone());
            What::Refused {
                queue,
                reason,
                bound,
                crew,
            }
        };
        if let Some(visit) = self.visit() {
            (visit.outcome, visit.reason) = (Some(outcome), Some(reason));
            (visit.waited, visit.talked) = (record.waited, record.talked);
            visit.held = record.held;
        }
        self.push(at, what);
    }

    fn ended(&mut self, at: Timestamp, reason: &'static str) {
        self.push(at, What::Ended { reason });
        let Some(story) = &mut self.story else { return };
        story.over = true;
        // The wrap-up comes from the end, though the engine tells of it first.
        if let [.., before, last] = &mut story.moments[..]
            && matches!(before.what, What::WrapUp { .. })
        {
            std::mem::swap(before, last);
        }
    }

    /// What an entry did to others, while the caller waits.
    fn others(&mut self, engine: &Engine, at: Timestamp, event: &Event) {
        let own = self.call;
        let Some(wait) = &mut self.wait else { return };
        let here = wait.queue;
        match event {
            Event::CallAnswered {
                call, queue, agent, ..
            } if *queue == here && Some(*call) != own => {
                wait.meanwhile.touch(at);
                match wait.ahead.remove(call) {
                    Some(_) => *wait.meanwhile.served.entry(*agent).or_default() += 1,
                    None => wait.meanwhile.overtook += 1,
                }
            }
            Event::QueueCallEnded(record)
                if record.queue == here && record.outcome != Outcome::Answered =>
            {
                let mut ahead = wait.ahead.iter();
                let gone = ahead.find(|(_, public)| **public == record.call);
                if let Some(call) = gone.map(|(call, _)| *call) {
                    wait.ahead.remove(&call);
                    wait.meanwhile.touch(at);
                    wait.meanwhile.left += 1;
                }
            }
            Event::CallOffered { queue, agent, .. }
                if *queue != here && serves(engine, *agent, here) =>
            {
                wait.meanwhile.touch(at);
                *wait.meanwhile.elsewhere.entry(*queue).or_default() += 1;
            }
            Event::AgentStatusChanged {
                agent,
                queue,
                status,
                ..
            } if *queue == here => self.staff(at, *agent, change(status)),
            Event::DeviceChanged { agent, up } if serves(engine, *agent, here) => {
                let change = if *up {
                    Change::Reachable
                } else {
                    Change::Unreachable
                };
                self.staff(at, *agent, change);
            }
            Event::ConfigurationChanged { revision } => {
                let revision = *revision;
                self.push(at, What::ConfigurationChanged { revision });
            }
            _ => {}
        }
    }

    fn staff(&mut self, at: Timestamp, agent: AgentId, change: Change) {
        let agent = self.history.names.agent(agent);
        let now = self.wall.at(at);
        let last = (self.story.as_mut()).and_then(|story| story.moments.last_mut());
        if let Some(Moment {
            at: then,
            what: What::Staff {
                agents,
                change: same,
            },
        }) = last
            && (&*then, &*same) == (&now, &change)
        {
            return agents.push(agent);
        }
        let agents = vec![agent];
        self.push(at, What::Staff { agents, change });
    }

    /// Tells what became of others, before the next thing that concerns the caller.
    fn close_gap(&mut self) {
        let Some(wait) = &mut self.wait else { return };
        let gap = std::mem::take(&mut wait.meanwhile);
        wait.meanwhile.last = gap.last;
        let Some(first) = gap.first else { return };
        let names = &self.history.names;
        let mut served: Vec<Served> = (gap.served.iter())
            .map(|(agent, calls)| Served {
                agent: names.agent(*agent),
                calls: *calls,
            })
            .collect();
        served.sort_by(|a, b| a.agent.cmp(&b.agent));
        let elsewhere = gap.elsewhere.iter();
        let what = What::Meanwhile(Meanwhile {
            until: self.wall.at(gap.last),
            served,
            left: gap.left,
            overtook: gap.overtook,
            elsewhere: elsewhere
                .map(|(queue, rings)| Elsewhere {
                    queue: names.queue(*queue),
                    rings: *rings,
                })
                .collect(),
        });
        self.push(first, what);
    }
}

fn wrap_up_until(engine: &Engine, agent: AgentId, queue: QueueId) -> Option<Timestamp> {
    let members = engine.agent(agent)?.members;
    let mut members = members.iter().filter_map(|member| engine.member(*member));
    members.find(|member| member.queue == queue)?.wrap_up_until
}
