//! The people of a scenario at their telephones.

use std::collections::{BTreeMap, VecDeque};
use std::io;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use tandem_engine::{CallId, Input, Number, Span, Timestamp};
use tandem_reports::Voices;
use tandem_sim::people::{Act, People};
use tandem_sim::scenario::Scenario;
use tandem_sip::{Target, Time, Transmit, Transport};

use super::agents::{AGENT_HZ, Agents, Noticed};
use super::by_telephone;
use super::callers::{CALLER_HZ, Callers};
use crate::media::phone::Phones;

/// Who hears the other has at least so much of the other's tone in the ear; else
/// there is music, or silence.
const HEARD_SHARE_MIN: f64 = 0.1;

/// Whose telephones.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Side {
    Agents,
    Callers,
}

/// Everybody, with telephones and the clock by which they live.
pub(super) struct Crowd<'s> {
    people: People<'s>,
    phones: Phones,
    callers: Callers,
    agents: Agents,
    /// The groups of the agents.
    groups: BTreeMap<Number, u32>,
    /// What is to be told of agents.
    inputs: VecDeque<Input>,
    /// Where the time of SIP begins.
    made: Instant,
    /// Where the scenario's time begins, once it has.
    began: Option<Instant>,
    horizon: Span,
    /// When nobody calls any more, where that is before the horizon.
    closed: Option<Span>,
    voices: Voices,
}

impl<'s> Crowd<'s> {
    /// Everybody at these places: the callers, the agents, and the server.
    pub(super) fn new(
        scenario: &'s Scenario,
        people: People<'s>,
        [callers, agents, server]: [SocketAddr; 3],
    ) -> io::Result<Self> {
        let groups = (0..).zip(&scenario.agents);
        let groups = groups.flat_map(|(group, agents)| {
            let numbers = agents.people.iter().map(|person| person.extension);
            numbers.map(move |number| (number, group))
        });
        Ok(Self {
            people,
            phones: Phones::start()?,
            callers: Callers::new(callers, server),
            agents: Agents::new(agents, server),
            groups: groups.collect(),
            inputs: VecDeque::new(),
            made: Instant::now(),
            began: None,
            horizon: scenario.layout.horizon,
            closed: None,
            voices: Voices::default(),
        })
    }

    pub(super) fn know_password(&mut self, number: Number, password: String) {
        self.agents.know_password(number, password);
    }

    /// The registrations that are under way.
    pub(super) fn registering(&self) -> usize {
        self.agents.registering()
    }

    /// Those that were refused.
    pub(super) const fn not_registered(&self) -> usize {
        self.agents.refused
    }

    /// The scenario begins now.
    pub(super) fn begin(&mut self) {
        self.began = Some(Instant::now());
    }

    /// Nobody calls any more.
    pub(super) fn close(&mut self) {
        self.closed = self.closed.or(Some(self.passed().min(self.horizon)));
    }

    /// Whether nobody calls any more because of that.
    pub(super) const fn is_closing(&self) -> bool {
        self.closed.is_some()
    }

    /// How long callers called, or may.
    pub(super) fn lasted(&self) -> Span {
        self.closed.unwrap_or(self.horizon)
    }

    /// Whether nobody is on the line or will be.
    pub(super) fn is_over(&self) -> bool {
        self.passed() >= self.lasted() && self.callers.is_empty()
    }

    /// Since the scenario began.
    pub(super) fn passed(&self) -> Span {
        let passed = self.began.map(|began| began.elapsed());
        passed.map_or(Span::ZERO, |passed| Span::from_micros(micros(passed)))
    }

    pub(super) fn voices(&self) -> Voices {
        Voices {
            failed: self.callers.failed,
            ..self.voices
        }
    }

    fn sip_now(&self) -> Time {
        Time::from_micros(micros(self.made.elapsed()))
    }

    /// When something is to be done though nothing comes.
    pub(super) fn next_deadline(&self) -> Option<Instant> {
        let sip = [
            self.callers.endpoint.next_deadline(),
            self.agents.next_deadline(),
        ];
        let sip = sip.into_iter().flatten().min();
        let sip = sip.map(|at| self.made + Duration::from_micros(at.micros()));
        // Once that is past, the last caller's end is awaited and not a time.
        let over = Some(self.lasted()).filter(|over| *over > self.passed());
        let over = over.map(|over| Timestamp::ZERO + over);
        let ahead = [self.people.next(), over].into_iter().flatten();
        let people = ahead.min().zip(self.began);
        let people = people.map(|(at, began)| began + Duration::from_micros(at.micros()));
        [sip, people].into_iter().flatten().min()
    }

    /// Does everything that is due.
    pub(super) fn elapse(&mut self) {
        let now = self.sip_now();
        self.callers.endpoint.handle_timeout(now);
        self.agents.elapse(now);
        self.settle();
        let passed = Timestamp::ZERO + self.passed();
        while self.began.is_some()
            && let Some(act) = self.people.act(passed)
        {
            self.act(act);
        }
        self.settle();
    }

    /// A datagram came.
    pub(super) fn receive(&mut self, side: Side, from: SocketAddr, bytes: &[u8]) {
        let (now, source) = (self.sip_now(), Target::new(Transport::Udp, from));
        match side {
            Side::Agents => self.agents.endpoint.receive(now, source, bytes),
            Side::Callers => self.callers.endpoint.receive(now, source, bytes),
        }
    }

    /// The next message to send.
    pub(super) fn poll_transmit(&mut self) -> Option<(Side, Transmit)> {
        let callers = self.callers.endpoint.poll_transmit();
        callers
            .map(|transmit| (Side::Callers, transmit))
            .or_else(|| {
                let agents = self.agents.endpoint.poll_transmit();
                agents.map(|transmit| (Side::Agents, transmit))
            })
    }

    /// The next thing to tell the engine.
    pub(super) fn poll_input(&mut self) -> Option<Input> {
        self.inputs.pop_front()
    }

    /// People notice what their telephones do.
    fn settle(&mut self) {
        let now = self.sip_now();
        self.people.tell_time(Timestamp::ZERO + self.passed());
        while let Some(event) = self.callers.endpoint.poll_event() {
            if let Some(call) = self.callers.take(now, event) {
                self.people.ended(call);
            }
        }
        while let Some(event) = self.agents.endpoint.poll_event() {
            match self.agents.take(now, event) {
                Some(Noticed::Connected(caller)) => {
                    if let Some(call) = self.callers.call_of(caller) {
                        self.people.answered(call, Span::ZERO);
                    }
                }
                Some(Noticed::Rings(leg, number, caller)) => {
                    let call = self.callers.call_of(caller);
                    let group = self.groups.get(&number);
                    if let (Some(call), Some(&group)) = (call, group)
                        && self.people.rings(leg, call, group)
                    {
                        self.act(Act::Answer(leg));
                    }
                }
                None => {}
            }
        }
    }

    fn act(&mut self, act: Act) {
        let now = self.sip_now();
        match act {
            Act::Answer(leg) => {
                let picked = self.agents.pick_up(now, &self.phones, leg);
                self.voices.failed += u64::from(picked.is_err());
            }
            // Its telephones have no keys.
            Act::AnswerCallback(_) | Act::AskForCallback(..) => {}
            Act::Call(_) if self.is_closing() => {}
            Act::Call(stream) => self.call(now, stream),
            Act::HangUp(call) => {
                self.listen(call);
                self.hang_up(now, call);
            }
            Act::LosePatience(call) => {
                if self.people.waits(call) {
                    self.hang_up(now, call);
                }
            }
            Act::Work {
                group,
                person,
                turn,
            } => {
                let duty = self.people.duty(group, person, turn);
                for input in self.people.person(group, person).turn(duty) {
                    let told = self.work(input);
                    self.inputs.extend(told);
                }
                self.people.plan_work(group, person, turn + 1);
            }
        }
    }

    fn call(&mut self, now: Time, stream: u32) {
        let caller = self.people.call(stream);
        let dials = self.people.dials(caller);
        match self.callers.dial(now, &self.phones, caller, dials) {
            Ok(call) => {
                self.people.called(call, caller);
                self.people.begins_to_wait(call);
            }
            // No socket is left: nobody can call.
            Err(_) => self.voices.failed += 1,
        }
        self.people.plan_call(stream);
    }

    fn hang_up(&mut self, now: Time, call: CallId) {
        self.callers.hang_up(now, call);
        self.people.ended(call);
    }

    /// Whether the two who talk have heard each other.
    fn listen(&mut self, call: CallId) {
        let Some(caller) = self.callers.caller_of(call) else {
            return;
        };
        let Some(agent) = self.agents.hears(caller, CALLER_HZ) else {
            return;
        };
        self.voices.talks += 1;
        let heard =
            agent >= HEARD_SHARE_MIN && self.callers.hears(call, AGENT_HZ) >= HEARD_SHARE_MIN;
        self.voices.heard_each_other += u64::from(heard);
    }

    /// What an agent does: what the telephone tells the server by itself, it does;
    /// the rest is to be told.
    pub(super) fn work(&mut self, input: Input) -> Option<Input> {
        match by_telephone(&input) {
            Some((number, up)) => {
                let now = self.sip_now();
                self.agents.switch(now, number, up);
                None
            }
            None => Some(input),
        }
    }
}

fn micros(passed: Duration) -> u64 {
    u64::try_from(passed.as_micros()).unwrap_or(u64::MAX)
}
