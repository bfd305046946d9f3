//! From batches to what is to be seen: a pure function of what was released.

mod beside;
mod logs;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use tandem_engine::config::presence::Presence;
use tandem_engine::records::{Outcome, QueueCall};
use tandem_engine::{
    AgentId, AgentStatus, CallAct, CallId, Effect, Event, Input, Number, OfferEnd, PublicId,
    QueueId, Recording, Span, Timestamp,
};

use super::counts::{AgentCounts, QueueCounts, Today, unix_us};
use super::day::Days;
use super::screen::{AgentState, Change, Screen};
use crate::driver::{Batch, Directory, Line, Membership};

/// What is known of a running centre from what was released of it.
#[derive(Clone, Debug)]
pub struct Fold {
    pub(super) directory: Arc<Directory>,
    /// Of the queues in the configuration.
    pub(super) facts: BTreeMap<QueueId, Facts>,
    pub(super) calls: BTreeMap<CallId, Call>,
    pub(super) publics: BTreeMap<PublicId, CallId>,
    /// Who is on calls as a supervisor, or rings for them.
    supervisors: BTreeMap<CallId, BTreeSet<AgentId>>,
    pub(super) queues: BTreeMap<QueueId, Queue>,
    pub(super) agents: BTreeMap<AgentId, Agent>,
    pub(super) dirty: Dirty,
    pub(super) screen: Screen,
    pub(super) wall_offset: i64,
    /// Until somebody says which queues there are.
    today: Option<Today>,
    days: Days,
    /// Agents of whom the line told something.
    pub(super) touched: BTreeSet<AgentId>,
    /// What was done about records since somebody asked, the oldest first.
    logged: Vec<Change>,
    last: (u64, Timestamp),
}

/// What the counts need to know of a queue.
#[derive(Clone, Debug)]
pub(super) struct Facts {
    pub(super) number: Number,
    pub(super) name: String,
    pub(super) sla_time: Span,
    pub(super) sla_threshold_percent: u8,
    zone: String,
}

#[derive(Clone, Debug)]
pub(super) struct Call {
    pub(super) id: CallId,
    pub(super) public: PublicId,
    pub(super) caller: Number,
    /// The extension that calls.
    pub(super) origin: Option<AgentId>,
    pub(super) stage: Stage,
    /// Whether who talks holds the caller.
    pub(super) held: bool,
    pub(super) recording: Recording,
}

/// What a call waits for.
#[expect(
    clippy::enum_variant_names,
    reason = "a state is named for what it awaits"
)]
#[derive(Clone, Debug)]
pub(super) enum Stage {
    AwaitingAgent {
        queue: QueueId,
        joined_at: Timestamp,
        /// Whose telephones ring.
        ringing: Vec<AgentId>,
    },
    AwaitingAnswer {
        /// Whose telephones ring.
        agents: Vec<AgentId>,
    },
    AwaitingEnd {
        queue: Option<QueueId>,
        agent: AgentId,
        joined_at: Timestamp,
        answered_at: Timestamp,
    },
    /// A number outside is called for the caller, who has talked to it since it answered.
    AwaitingOutside {
        number: Number,
        answered_at: Option<Timestamp>,
    },
    /// Within one line, between two destinations.
    AwaitingRoute,
}

impl Stage {
    const fn joined(queue: QueueId, joined_at: Timestamp) -> Self {
        Self::waiting(queue, joined_at, Vec::new())
    }

    pub(super) const fn waiting(
        queue: QueueId,
        joined_at: Timestamp,
        ringing: Vec<AgentId>,
    ) -> Self {
        Self::AwaitingAgent {
            queue,
            joined_at,
            ringing,
        }
    }

    /// A call that is not a queue's.
    const fn answered_directly(agent: AgentId, at: Timestamp) -> Self {
        Self::AwaitingEnd {
            queue: None,
            agent,
            joined_at: at,
            answered_at: at,
        }
    }
}

#[derive(Clone, Debug, Default)]
pub(super) struct Queue {
    /// By when they joined.
    pub(super) waiting: BTreeSet<(Timestamp, CallId)>,
    /// Waiting calls for whom somebody's telephone rings.
    pub(super) ringing: u32,
    pub(super) talking: u32,
    /// Whose callers are to be called back, or talk as they were.
    pub(super) promised: BTreeSet<CallId>,
    pub(super) counts: QueueCounts,
}

#[derive(Clone, Debug)]
pub(super) struct Agent {
    pub(super) up: bool,
    pub(super) presence: Presence,
    pub(super) places: Vec<Membership>,
    pub(super) counts: BTreeMap<QueueId, AgentCounts>,
    pub(super) state: AgentState,
    pub(super) since: Timestamp,
    ringing: BTreeSet<CallId>,
    /// Calls on which he is as a supervisor, or rings for.
    supervising: BTreeSet<CallId>,
    pub(super) talking: BTreeSet<CallId>,
}

/// What the screen does not show yet.
#[derive(Clone, Debug, Default)]
pub(super) struct Dirty {
    pub(super) all: bool,
    pub(super) agents: BTreeSet<AgentId>,
    pub(super) calls: BTreeSet<PublicId>,
    pub(super) queues: BTreeSet<QueueId>,
}

impl Fold {
    /// Before the first batch, with what had been counted today.
    #[must_use]
    pub fn new(today: Today) -> Self {
        Self {
            directory: Arc::default(),
            facts: BTreeMap::new(),
            calls: BTreeMap::new(),
            publics: BTreeMap::new(),
            supervisors: BTreeMap::new(),
            queues: BTreeMap::new(),
            agents: BTreeMap::new(),
            dirty: Dirty::default(),
            screen: Screen::default(),
            wall_offset: today.wall_offset,
            today: Some(today),
            days: Days::default(),
            touched: BTreeSet::new(),
            logged: Vec::new(),
            last: (0, Timestamp::ZERO),
        }
    }

    /// Who is who, as the last batch that told it said.
    #[must_use]
    pub const fn directory(&self) -> &Arc<Directory> {
        &self.directory
    }

    /// The number of the last entry, and when it acted, in Unix ms.
    #[must_use]
    pub fn last(&self) -> (u64, i64) {
        let (seq, at) = self.last;
        (seq, self.unix_ms(at))
    }

    pub(super) fn unix_ms(&self, at: Timestamp) -> i64 {
        unix_us(at, self.wall_offset).div_euclid(1_000)
    }

    /// Takes in what was released.
    pub fn apply(&mut self, batch: &Batch) {
        if let Some(directory) = &batch.directory {
            // The lines may tell of somebody who came with one of them.
            let first = batch.lines.first();
            let at = first.map_or(self.last.1, |line| line.out.acted_at);
            self.introduce(Arc::clone(directory), at);
        }
        for line in &batch.lines {
            self.line(line);
        }
        if batch.directory.is_some() {
            self.settle();
        }
        self.set_wall_offset(batch.wall_offset);
    }

    fn introduce(&mut self, directory: Arc<Directory>, at: Timestamp) {
        let now_us = unix_us(at, self.wall_offset);
        self.begin_days(now_us);
        let facts = directory.config.queues.iter().filter_map(|queue| {
            let zone = queue.time_zone.as_ref();
            let zone = zone.unwrap_or(&directory.config.options.time_zone);
            let facts = Facts {
                number: queue.number,
                name: queue.name.clone(),
                sla_time: queue.sla_time,
                sla_threshold_percent: queue.sla_threshold_percent,
                zone: zone.clone(),
            };
            Some((directory.find_queue(queue.number)?, facts))
        });
        self.facts = facts.collect();
        self.directory = directory;
        self.look_at_days(now_us);
        if let Some(today) = self.today.take() {
            self.resume(&today);
        }
        self.dirty.all = true;
    }

    /// Goes on counting where the server stopped.
    fn resume(&mut self, today: &Today) {
        for (id, facts) in &self.facts {
            let all = (facts.number, i64::MIN)..=(facts.number, i64::MAX);
            for ((_, interval), counts) in today.queues.range(all) {
                if self.days.holds(&facts.zone, interval * 1_000_000) {
                    self.queues.entry(*id).or_default().counts.add(*counts);
                }
            }
        }
        for ((agent, queue, interval), counts) in &today.agents {
            let queue = self.directory.find_queue(*queue);
            let (Some(agent), Some(queue)) = (self.directory.find_agent(*agent), queue) else {
                continue;
            };
            let facts = self.facts.get(&queue);
            if facts.is_some_and(|facts| self.days.holds(&facts.zone, interval * 1_000_000)) {
                let sums = self.agent(agent).counts.entry(queue).or_default();
                sums.answered += counts.answered;
                sums.missed += counts.missed;
            }
        }
    }

    /// Takes from the directory what it knows better: who is there, and how
    /// everybody stands after the last line.
    fn settle(&mut self) {
        let directory = Arc::clone(&self.directory);
        self.agents
            .retain(|id, _| directory.agents.contains_key(id));
        // A call may talk on when its queue is gone.
        self.queues.retain(|id, queue| {
            let idle = queue.waiting.is_empty() && queue.talking == 0;
            directory.queues.contains_key(id) || !idle
        });
        let at = self.last.1;
        for (id, entry) in &directory.agents {
            let memberships = &entry.memberships;
            let new = !self.agents.contains_key(id);
            let agent = self.agent(*id);
            (agent.up, agent.presence) = (entry.up, entry.presence);
            agent.places.clone_from(memberships);
            let serves = |queue: &QueueId| memberships.iter().any(|place| place.queue == *queue);
            agent.counts.retain(|queue, _| serves(queue));
            if new {
                agent.since = at;
            }
            self.touched.insert(*id);
        }
        self.know_promised(&directory);
        self.see_states(at);
        self.dirty.all = true;
    }

    fn line(&mut self, line: &Line) {
        let at = line.out.acted_at;
        self.last = (line.entry.seq, at);
        self.begin_days(unix_us(at, self.wall_offset));
        if line.out.reject.is_none() {
            match &line.entry.input {
                Input::CallerHungUp { call } => self.lets_go(*call),
                Input::PersonErased { number, .. } => self.erase(*number),
                Input::WallOffset { micros } => self.set_wall_offset(*micros),
                _ => {}
            }
        }
        for event in &line.out.events {
            match event {
                Event::CallArrived { call, public, .. }
                | Event::CallPlaced { call, public, .. } => {
                    self.arrive(*call, *public, &line.entry.input);
                }
                Event::AgentTurned {
                    agent,
                    turned,
                    public,
                    ..
                } => self.turn(*turned, *public, *agent),
                Event::CallLogDeleted { .. } | Event::CallLogProcessed(_) | Event::CallNoted(_) => {
                    self.log(event, &line.entry.input, at);
                }
                event => self.event(event, at),
            }
        }
        for (_, effect) in &line.out.effects {
            if let Effect::HangUpCaller { call, .. } = effect {
                self.lets_go(*call);
            }
        }
        self.see_states(at);
    }

    fn event(&mut self, event: &Event, at: Timestamp) {
        match event {
            Event::AgentStatusChanged { .. }
            | Event::DeviceChanged { .. }
            | Event::PresenceChanged { .. }
            | Event::WrapUpEnded { .. }
            | Event::WrapUpStarted { .. } => self.of_agent(event),
            Event::CallEnded { call, .. } => self.end(*call),
            Event::CallAnswered { .. }
            | Event::CallHandled { .. }
            | Event::CallJoined { .. }
            | Event::CallOffered { .. }
            | Event::CallRetrieved { .. }
            | Event::ConnectionFailed { .. }
            | Event::CustomerRung { .. }
            | Event::ExtensionAnswered { .. }
            | Event::ExtensionRingEnded { .. }
            | Event::ExtensionRung { .. }
            | Event::OfferEnded { .. }
            | Event::OutsideAnswered { .. }
            | Event::OutsideRung { .. }
            | Event::ConsultationEnded { .. }
            | Event::ConsultationRung { .. }
            | Event::SupervisorLeft { .. }
            | Event::SupervisorRung { .. }
            | Event::SurveyStarted { .. } => self.of_call(event, at),
            Event::QueueCallEnded(record) => self.end_visit(record),
            Event::CallbackRequested { call, queue, .. } => self.promise(*call, *queue),
            Event::CallHeld { .. }
            | Event::CallResumed { .. }
            | Event::RecordingSwitched { .. } => self.of_conversation(event),
            // Who hears a prompt, leaves a message or talks outside is between two places.
            Event::AgentTurned { .. }
            | Event::AnnouncementStarted { .. }
            | Event::CallbackAsked { .. }
            | Event::CallbackEnded(_)
            | Event::CallbackForgone { .. }
            | Event::CallbackNotPermitted { .. }
            | Event::CallArrived { .. }
            | Event::CallDiverted { .. }
            | Event::CallLogDeleted { .. }
            | Event::CallLogProcessed(_)
            | Event::CallNoted(_)
            | Event::CallParked { .. }
            | Event::CallPlaced { .. }
            | Event::CallerAnswered { .. }
            | Event::CallReserved { .. }
            | Event::CodeDialled { .. }
            | Event::ConfigurationChanged { .. }
            | Event::ConsultationAnswered { .. }
            | Event::FlowBranched { .. }
            | Event::KeptEnded { .. }
            | Event::MenuLeft { .. }
            | Event::MessageDiscarded { .. }
            | Event::MessageLeft(_)
            | Event::MessageStarted { .. }
            | Event::ParkingTimedOut { .. }
            | Event::PersonErased { .. }
            | Event::PlaceRegained { .. }
            | Event::PointClosed { .. }
            | Event::PointReached { .. }
            | Event::PromptStarted { .. }
            | Event::ReservationEnded { .. }
            | Event::ServiceLevelEvaluated { .. }
            | Event::SupervisorJoined { .. }
            | Event::SurveyAnswered(_) => {}
            Event::SystemRestarted { .. } => self.nobody_calls(),
        }
    }

    /// No caller is on the line any more.
    fn nobody_calls(&mut self) {
        let calls: Vec<CallId> = self.calls.keys().copied().collect();
        calls.into_iter().for_each(|call| self.lets_go(call));
    }

    /// Where a call is, who rings for it and who talks.
    fn of_call(&mut self, event: &Event, at: Timestamp) {
        match event {
            Event::CallAnswered {
                call,
                queue,
                agent,
                waited,
                ..
            } => {
                self.helps_no_more(*call, *agent);
                self.answer(*call, *queue, *agent, *waited, at);
            }
            Event::CustomerRung { call, agent, .. } => {
                self.helps_no_more(*call, *agent);
                let agents = vec![*agent];
                self.set_stage(*call, Stage::AwaitingAnswer { agents });
            }
            // Where the caller goes then is told by what follows.
            Event::CallHandled {
                call,
                act: CallAct::Parked | CallAct::Transferred,
                ..
            }
            | Event::SurveyStarted { call, .. } => self.set_stage(*call, Stage::AwaitingRoute),
            Event::CallHandled { .. } => {}
            Event::CallRetrieved { .. }
            | Event::OutsideAnswered { .. }
            | Event::OutsideRung { .. } => self.joined(event, at),
            Event::ConsultationEnded { .. } | Event::ConsultationRung { .. } => {
                self.consultation(event, at);
            }
            Event::SupervisorLeft { call, agent, .. } => self.supervise(*call, *agent, false),
            Event::SupervisorRung { call, agent, .. } => self.supervise(*call, *agent, true),
            Event::CallJoined { call, queue } => {
                self.set_stage(*call, Stage::joined(*queue, at));
            }
            Event::CallOffered { call, agent, .. } => {
                self.ring(*call, |ringing| ringing.push(*agent));
            }
            Event::ConnectionFailed { call, queue, agent } => {
                self.take_back(*call, *queue, *agent);
            }
            Event::ExtensionAnswered { call, agent, .. } => {
                self.set_stage(*call, Stage::answered_directly(*agent, at));
            }
            Event::ExtensionRung { call, agent, .. } => self.rung_directly(*call, *agent),
            Event::ExtensionRingEnded { call, agent, .. } => self.rung_no_more(*call, *agent),
            Event::OfferEnded {
                call,
                queue,
                agent,
                end,
                ..
            } => {
                self.ring(*call, |ringing| ringing.retain(|other| other != agent));
                if *end == OfferEnd::TimedOut {
                    self.count(*agent, *queue, |counts| counts.missed += 1);
                }
            }
            _ => unreachable!("all others are not about where a call is"),
        }
    }

    /// Who talks now may have been rung to pick the call up.
    fn helps_no_more(&mut self, call: CallId, agent: AgentId) {
        if self.supervisors.contains_key(&call) {
            self.supervise(call, agent, false);
        }
    }

    fn of_agent(&mut self, event: &Event) {
        match event {
            Event::AgentStatusChanged {
                agent,
                queue,
                status,
                ..
            } => {
                let status = status.clone();
                self.place(*agent, *queue, |place| place.status = status);
            }
            Event::DeviceChanged { agent, up } => {
                self.agent(*agent).up = *up;
                self.touched.insert(*agent);
            }
            Event::PresenceChanged {
                agent, presence, ..
            } => {
                self.agent(*agent).presence = *presence;
                self.touched.insert(*agent);
            }
            Event::WrapUpEnded { agent, queue } => {
                self.place(*agent, *queue, |place| place.wrap_up = false);
            }
            Event::WrapUpStarted { agent, queue } => {
                self.place(*agent, *queue, |place| place.wrap_up = true);
            }
            _ => unreachable!("all others are not about agents"),
        }
    }

    fn answer(
        &mut self,
        call: CallId,
        queue: QueueId,
        agent: AgentId,
        waited: Span,
        at: Timestamp,
    ) {
        let joined_us = at.micros().saturating_sub(waited.micros());
        let stage = Stage::AwaitingEnd {
            queue: Some(queue),
            agent,
            joined_at: Timestamp::from_micros(joined_us),
            answered_at: at,
        };
        self.set_stage(call, stage);
        if let Some(facts) = self.facts.get(&queue) {
            let counts = &mut self.queues.entry(queue).or_default().counts;
            counts.answer(waited, facts.sla_time);
        }
        self.count(agent, queue, |counts| counts.answered += 1);
    }

    fn take_back(&mut self, id: CallId, queue: QueueId, agent: AgentId) {
        let stage = self.calls.get(&id).map(|call| call.stage.clone());
        let Some(Stage::AwaitingEnd {
            joined_at,
            answered_at,
            ..
        }) = stage
        else {
            return;
        };
        if let Some(facts) = self.facts.get(&queue) {
            let counts = &mut self.queues.entry(queue).or_default().counts;
            counts.take_back(answered_at - joined_at, facts.sla_time);
        }
        self.count(agent, queue, |counts| {
            counts.answered = counts.answered.saturating_sub(1);
        });
        self.set_stage(id, Stage::joined(queue, joined_at));
    }

    fn end_visit(&mut self, record: &QueueCall) {
        self.call_back(record);
        let call = self.publics.get(&record.call).copied();
        let stage = call.and_then(|call| Some(&self.calls.get(&call)?.stage));
        match (record.outcome, stage) {
            // Counted when it was answered; the end of the call follows.
            (Outcome::Answered, Some(_)) => return,
            (_, Some(Stage::AwaitingAgent { .. })) => {
                let call = call.expect("it has a stage");
                self.set_stage(call, Stage::AwaitingRoute);
            }
            // It was not let in, or is one of those that the restart ended.
            _ => {}
        }
        if let Some(facts) = self.facts.get(&record.queue) {
            let counts = &mut self.queues.entry(record.queue).or_default().counts;
            counts.end(record.outcome, record.waited, facts.sla_time);
            self.dirty.queues.insert(record.queue);
        }
        if let Some(agent) = record.agent.filter(|_| record.outcome == Outcome::Answered) {
            self.count(agent, record.queue, |counts| counts.answered += 1);
        }
    }

    /// A supervisor is on a call, or no more.
    fn end(&mut self, id: CallId) {
        for agent in self.supervisors.get(&id).cloned().unwrap_or_default() {
            self.supervise(id, agent, false);
        }
        self.set_stage(id, Stage::AwaitingRoute);
        let Some(call) = self.calls.remove(&id) else {
            return;
        };
        self.publics.remove(&call.public);
        if let Some(origin) = call.origin {
            self.agent(origin).talking.remove(&id);
            self.touched.insert(origin);
        }
    }

    /// Changes whose telephones ring for a waiting call.
    fn ring(&mut self, id: CallId, change: impl FnOnce(&mut Vec<AgentId>)) {
        let stage = self.calls.get(&id).map(|call| call.stage.clone());
        if let Some(Stage::AwaitingAgent {
            queue,
            joined_at,
            mut ringing,
        }) = stage
        {
            change(&mut ringing);
            let stage = Stage::AwaitingAgent {
                queue,
                joined_at,
                ringing,
            };
            self.set_stage(id, stage);
        }
    }

    /// One more telephone rings for a call that is not a queue's.
    fn rung_directly(&mut self, id: CallId, agent: AgentId) {
        let mut agents = self.agents_rung(id);
        agents.push(agent);
        self.set_stage(id, Stage::AwaitingAnswer { agents });
    }

    /// A telephone of a ring group rings no more.
    fn rung_no_more(&mut self, id: CallId, agent: AgentId) {
        let mut agents = self.agents_rung(id);
        agents.retain(|&other| other != agent);
        let stage = match agents.is_empty() {
            true => Stage::AwaitingRoute,
            false => Stage::AwaitingAnswer { agents },
        };
        self.set_stage(id, stage);
    }

    fn agents_rung(&self, id: CallId) -> Vec<AgentId> {
        match self.calls.get(&id).map(|call| &call.stage) {
            Some(Stage::AwaitingAnswer { agents }) => agents.clone(),
            _ => Vec::new(),
        }
    }

    /// Takes a call out of where it is and puts it elsewhere.
    pub(super) fn set_stage(&mut self, id: CallId, stage: Stage) {
        let Some(call) = self.calls.get_mut(&id) else {
            return;
        };
        self.dirty.calls.insert(call.public);
        let before = std::mem::replace(&mut call.stage, stage.clone());
        // Nobody holds a caller longer than he talks to him.
        call.held = false;
        let origin = call.origin;
        self.mark(id, &before, false, origin);
        self.mark(id, &stage, true, origin);
    }

    /// Notes, or notes no more, what a call occupies.
    fn mark(&mut self, id: CallId, stage: &Stage, on: bool, origin: Option<AgentId>) {
        let step = |count: &mut u32| *count = if on { *count + 1 } else { *count - 1 };
        let (queue, agents) = match stage {
            Stage::AwaitingAgent {
                queue,
                joined_at,
                ringing,
            } => {
                let entry = self.queues.entry(*queue).or_default();
                set(&mut entry.waiting, (*joined_at, id), on);
                if !ringing.is_empty() {
                    step(&mut entry.ringing);
                }
                (Some(*queue), ringing.as_slice())
            }
            Stage::AwaitingAnswer { agents } => (None, agents.as_slice()),
            Stage::AwaitingEnd { queue, agent, .. } => {
                if let Some(queue) = queue {
                    step(&mut self.queues.entry(*queue).or_default().talking);
                }
                // Who calls himself stays on his call when one end of it ends.
                let stays = !on && origin == Some(*agent);
                set(&mut self.agent(*agent).talking, id, on || stays);
                self.touched.insert(*agent);
                (*queue, [].as_slice())
            }
            Stage::AwaitingOutside { .. } | Stage::AwaitingRoute => return,
        };
        self.dirty.queues.extend(queue);
        for &agent in agents {
            set(&mut self.agent(agent).ringing, id, on);
            self.touched.insert(agent);
        }
    }

    /// An agent, who may have come with this very batch.
    pub(super) fn agent(&mut self, id: AgentId) -> &mut Agent {
        let since = self.last.1;
        self.agents.entry(id).or_insert_with(|| Agent {
            up: false,
            presence: Presence::Available,
            places: Vec::new(),
            counts: BTreeMap::new(),
            state: AgentState::Away,
            since,
            ringing: BTreeSet::new(),
            talking: BTreeSet::new(),
            supervising: BTreeSet::new(),
        })
    }

    fn place(&mut self, agent: AgentId, queue: QueueId, change: impl FnOnce(&mut Membership)) {
        let mut places = self.agent(agent).places.iter_mut();
        // A new membership comes with the directory, as it stands in the end.
        if let Some(place) = places.find(|place| place.queue == queue) {
            change(place);
        }
        self.touched.insert(agent);
    }

    fn count(&mut self, agent: AgentId, queue: QueueId, change: impl FnOnce(&mut AgentCounts)) {
        change(self.agent(agent).counts.entry(queue).or_default());
        self.touched.insert(agent);
    }

    /// Looks at what agents do after a line.
    fn see_states(&mut self, at: Timestamp) {
        for id in std::mem::take(&mut self.touched) {
            self.dirty.agents.insert(id);
            if let Some(agent) = self.agents.get_mut(&id) {
                let state = agent.present_state();
                if state != agent.state {
                    (agent.state, agent.since) = (state, at);
                }
            }
        }
    }

    fn set_wall_offset(&mut self, micros: i64) {
        if micros == self.wall_offset {
            return;
        }
        self.wall_offset = micros;
        let now_us = unix_us(self.last.1, micros);
        self.begin_days(now_us);
        self.look_at_days(now_us);
        // Every time that is shown is another one.
        self.dirty.all = true;
    }

    fn look_at_days(&mut self, now_us: i64) {
        let zones: BTreeSet<_> = self.facts.values().map(|facts| &facts.zone).collect();
        self.days = Days::at(now_us, zones.into_iter().cloned());
    }

    /// Counts anew where a day is over.
    fn begin_days(&mut self, now_us: i64) {
        for zone in self.days.over(now_us) {
            for (id, facts) in &self.facts {
                if facts.zone != zone {
                    continue;
                }
                if let Some(queue) = self.queues.get_mut(id) {
                    queue.counts = QueueCounts::default();
                }
                for agent in self.agents.values_mut() {
                    agent.counts.remove(id);
                }
            }
            self.dirty.all = true;
        }
    }
}

impl Agent {
    fn present_state(&self) -> AgentState {
        let mut places = self.places.iter();
        if !self.talking.is_empty() || !self.supervising.is_empty() {
            AgentState::Talking
        } else if !self.ringing.is_empty() {
            AgentState::Ringing
        } else if places.clone().any(|place| place.wrap_up) {
            AgentState::WrapUp
        } else if self.up && places.any(|place| place.status == AgentStatus::LoggedIn) {
            AgentState::Free
        } else {
            AgentState::Away
        }
    }
}

/// Puts something into a set, or takes it out.
fn set<T: Ord>(of: &mut BTreeSet<T>, item: T, inside: bool) {
    if inside {
        of.insert(item);
    } else {
        of.remove(&item);
    }
}
