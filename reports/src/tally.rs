//! One run, folded event by event.

use std::sync::Arc;

use tandem_engine::records::{Outcome, QueueCall};
use tandem_engine::{AgentId, AgentStatus, Event, QueueId, Span, Timestamp};

use crate::figure::{Figure, Figures};
use crate::layout::{Grid, Interval, Layout};
use crate::waits::Waits;

/// The figures of one run: of one replication, or of a live system so far.
///
/// It learns from events only. Where it begins in the middle of things, it
/// must be told first, by the same events, who is logged in and where.
///
/// Queues beyond those of the layout are as if they were not there.
///
/// *On duty* is an agent who is logged in, not paused, in at least one queue
/// and whose telephone is reachable; and whoever is *busy*: talks on a queue
/// call or is in wrap-up. So an agent who finishes his last call after he has
/// logged out is on duty till then, and nobody is busy longer than on duty.
#[derive(Clone, Debug)]
pub struct Tally {
    layout: Arc<Layout>,
    grid: Grid,
    origin: u64,
    /// By queue and interval.
    counts: Vec<Counts>,
    /// By queue.
    waits: Vec<Waits>,
    /// Where each agent stands in the lists below, by the slot of his id: as
    /// which generation, and the place. Who is deleted keeps his.
    places: Vec<Option<(u32, usize)>>,
    agents: Vec<Agent>,
    /// By agent and interval.
    times: Vec<Times>,
    /// By agent and queue.
    members: Vec<Member>,
    /// Answered calls by group.
    answered: Vec<u64>,
}

/// Sums over calls; times in microseconds.
#[derive(Clone, Copy, Debug, Default)]
struct Counts {
    offered: u64,
    answered: u64,
    abandoned: u64,
    met: u64,
    not_at_once: u64,
    waited: u64,
    waited_answered: u64,
    waited_longest: u64,
    talked: u64,
    held: u64,
    /// Those who were to be called back.
    callbacks: u64,
    called_back: u64,
    waited_callback: u64,
}

/// An agent as he is now.
#[derive(Clone, Copy, Debug, Default)]
struct Agent {
    /// Up to when his time is in [`Times`].
    since: u64,
    /// Queues in which he is logged in and not paused.
    open: u32,
    /// Queues in which he is in wrap-up.
    wrapping: u32,
    /// Queue calls on which he talks.
    talking: u32,
    down: bool,
}

/// An agent's time in an interval, in microseconds.
#[derive(Clone, Copy, Debug, Default)]
struct Times {
    on_duty: u64,
    busy: u64,
}

/// An agent in a queue.
#[derive(Clone, Copy, Debug, Default)]
struct Member {
    open: bool,
    wrapping: bool,
    was_logged_in: bool,
}

impl Counts {
    fn count(&mut self, call: &QueueCall, sla_time: Span) {
        let waited = call.waited.micros();
        self.offered += 1;
        self.not_at_once += u64::from(!call.offered_at_once);
        self.waited += waited;
        self.waited_longest = self.waited_longest.max(waited);
        if call.callback {
            self.callbacks += 1;
            self.called_back += u64::from(call.outcome == Outcome::Answered);
            self.waited_callback += waited;
        }
        match call.outcome {
            Outcome::Answered => {
                self.answered += 1;
                self.met += u64::from(call.met(sla_time));
                self.waited_answered += waited;
                self.talked += call.talked.micros();
                self.held += call.held.micros();
            }
            Outcome::Abandoned => self.abandoned += 1,
            Outcome::Missed => {}
        }
    }

    fn merge(&mut self, other: &Self) {
        self.offered += other.offered;
        self.answered += other.answered;
        self.abandoned += other.abandoned;
        self.met += other.met;
        self.not_at_once += other.not_at_once;
        self.waited += other.waited;
        self.waited_answered += other.waited_answered;
        self.waited_longest = self.waited_longest.max(other.waited_longest);
        self.talked += other.talked;
        self.held += other.held;
        self.callbacks += other.callbacks;
        self.called_back += other.called_back;
        self.waited_callback += other.waited_callback;
    }

    fn figures(&self, occurrences: f64) -> Figures {
        let calls = |count: u64| Some(count as f64 / occurrences);
        let mut figures = Figures::default();
        figures.set(Figure::Offered, calls(self.offered));
        figures.set(Figure::Answered, calls(self.answered));
        figures.set(Figure::Abandoned, calls(self.abandoned));
        figures.set(
            Figure::Missed,
            calls(self.offered - self.answered - self.abandoned),
        );
        figures.set(Figure::ServiceLevel, ratio(self.met, self.offered));
        figures.set(
            Figure::ProbabilityOfWait,
            ratio(self.not_at_once, self.offered),
        );
        figures.set(Figure::Abandonment, ratio(self.abandoned, self.offered));
        figures.set(Figure::MeanWait, seconds(self.waited, self.offered));
        figures.set(
            Figure::MeanWaitAnswered,
            seconds(self.waited_answered, self.answered),
        );
        figures.set(
            Figure::MaxWait,
            seconds(self.waited_longest, self.offered.min(1)),
        );
        figures.set(Figure::MeanTalk, seconds(self.talked, self.answered));
        figures.set(Figure::MeanHold, seconds(self.held, self.answered));
        figures.set(Figure::Callbacks, calls(self.callbacks));
        figures.set(Figure::CalledBack, calls(self.called_back));
        figures.set(
            Figure::CallbacksFailed,
            calls(self.callbacks - self.called_back),
        );
        figures.set(
            Figure::MeanCallbackWait,
            seconds(self.waited_callback, self.callbacks),
        );
        figures
    }
}

fn ratio(part: u64, whole: u64) -> Option<f64> {
    (whole > 0).then(|| part as f64 / whole as f64)
}

fn seconds(micros: u64, count: u64) -> Option<f64> {
    (count > 0).then(|| micros as f64 / 1e6 / count as f64)
}

impl Agent {
    const fn is_busy(&self) -> bool {
        self.talking > 0 || self.wrapping > 0
    }

    const fn is_on_duty(&self) -> bool {
        self.is_busy() || (self.open > 0 && !self.down)
    }
}

impl Tally {
    /// Nothing has happened yet.
    #[must_use]
    pub fn new(layout: Arc<Layout>) -> Self {
        let grid = Grid::new(&layout);
        let queues = layout.queues.len();
        let mut tally = Self {
            origin: layout.origin.micros(),
            counts: vec![Counts::default(); queues * grid.count],
            waits: vec![Waits::default(); queues],
            places: (0..layout.agent_groups.len())
                .map(|slot| Some((0, slot)))
                .collect(),
            agents: Vec::new(),
            times: Vec::new(),
            members: Vec::new(),
            answered: vec![0; layout.groups.len()],
            grid,
            layout,
        };
        tally.make_room(tally.layout.agent_groups.len());
        tally
    }

    /// What it counts.
    #[must_use]
    pub fn layout(&self) -> &Layout {
        &self.layout
    }

    /// Takes an event in. Events must come in the order of their times. It is
    /// called for every event of millions of calls: it allocates only for an
    /// agent beyond those of the layout, and a queue beyond them is ignored.
    #[inline]
    pub fn observe(&mut self, at: Timestamp, event: &Event) {
        match event {
            Event::AgentStatusChanged { .. }
            | Event::CallAnswered { .. }
            | Event::ConnectionFailed { .. }
            | Event::DeviceChanged { .. }
            | Event::QueueCallEnded(_)
            | Event::WrapUpEnded { .. }
            | Event::WrapUpStarted { .. } => self.count(at, event),
            Event::AgentTurned { .. }
            | Event::AnnouncementStarted { .. }
            | Event::CallbackAsked { .. }
            | Event::CallbackEnded(_)
            | Event::CallbackForgone { .. }
            | Event::CallbackNotPermitted { .. }
            | Event::CallbackRequested { .. }
            | Event::CustomerRung { .. }
            | Event::CallArrived { .. }
            | Event::CallDiverted { .. }
            | Event::CallEnded { .. }
            | Event::CallHandled { .. }
            | Event::CallHeld { .. }
            | Event::CallJoined { .. }
            | Event::CallLogDeleted { .. }
            | Event::CallLogProcessed(_)
            | Event::CallNoted(_)
            | Event::CallOffered { .. }
            | Event::CallParked { .. }
            | Event::CallPlaced { .. }
            | Event::CallerAnswered { .. }
            | Event::CallReserved { .. }
            | Event::CallResumed { .. }
            | Event::CallRetrieved { .. }
            | Event::CodeDialled { .. }
            | Event::ConfigurationChanged { .. }
            | Event::ExtensionAnswered { .. }
            | Event::ExtensionRingEnded { .. }
            | Event::ExtensionRung { .. }
            | Event::FlowBranched { .. }
            | Event::KeptEnded { .. }
            | Event::MenuLeft { .. }
            | Event::MessageDiscarded { .. }
            | Event::MessageLeft(_)
            | Event::MessageStarted { .. }
            | Event::OfferEnded { .. }
            | Event::OutsideAnswered { .. }
            | Event::OutsideRung { .. }
            | Event::ParkingTimedOut { .. }
            | Event::PersonErased { .. }
            | Event::PlaceRegained { .. }
            | Event::PointClosed { .. }
            | Event::PointReached { .. }
            | Event::PresenceChanged { .. }
            | Event::PromptStarted { .. }
            | Event::RecordingSwitched { .. }
            | Event::ReservationEnded { .. }
            | Event::ConsultationAnswered { .. }
            | Event::ConsultationEnded { .. }
            | Event::ConsultationRung { .. }
            | Event::SupervisorJoined { .. }
            | Event::SupervisorLeft { .. }
            | Event::SupervisorRung { .. }
            | Event::ServiceLevelEvaluated { .. }
            | Event::SurveyAnswered(_)
            | Event::SurveyStarted { .. }
            | Event::SystemRestarted { .. } => {}
        }
    }

    fn count(&mut self, at: Timestamp, event: &Event) {
        let now = at.micros().saturating_sub(self.origin);
        match event {
            Event::AgentStatusChanged {
                agent,
                queue,
                status,
                ..
            } => self.status_changed(now, *agent, *queue, status),
            Event::CallAnswered { agent, queue, .. } => self.talk_began(now, *queue, *agent),
            Event::ConnectionFailed { agent, queue, .. } => self.talk_failed(now, *queue, *agent),
            Event::DeviceChanged { agent, up } => {
                self.settle(now, *agent).down = !up;
            }
            Event::QueueCallEnded(call) => self.call_ended(now, call),
            Event::WrapUpEnded { agent, queue } => self.wrap_up(now, *agent, *queue, false),
            Event::WrapUpStarted { agent, queue } => self.wrap_up(now, *agent, *queue, true),
            _ => unreachable!("all others count for nothing"),
        }
    }

    /// Brings the agents' times up to date. To be called before figures are
    /// read: at the end of a run with its end, in between with the present.
    pub fn close(&mut self, at: Timestamp) {
        let now = at.micros().saturating_sub(self.origin);
        self.grid.advance(now);
        for place in 0..self.agents.len() {
            self.settle_place(now, place);
        }
    }

    fn call_ended(&mut self, now: u64, call: &QueueCall) {
        let Some(slot) = self.layout.place(call.queue) else {
            return;
        };
        if let Some(agent) = call.agent {
            self.talk_ended(now, agent);
        }
        let joined_at = call.joined_at.micros();
        if joined_at < self.origin + self.grid.begin || joined_at >= self.origin + self.grid.end {
            return;
        }
        let index = self.grid.index(joined_at - self.origin);
        self.counts[slot * self.grid.count + index].count(call, self.layout.queues[slot].sla_time);
        let answered = call.outcome == Outcome::Answered;
        self.waits[slot].count(call.waited, answered);
        if let (true, Some(agent)) = (answered, call.agent)
            && let place = self.place(agent)
            && let Some(group) = self.layout.agent_groups.get(place)
            && let Some(count) = self.answered.get_mut(*group)
        {
            *count += 1;
        }
    }

    fn talk_began(&mut self, now: u64, queue: QueueId, agent: AgentId) {
        if self.layout.place(queue).is_some() {
            self.settle(now, agent).talking += 1;
        }
    }

    fn talk_failed(&mut self, now: u64, queue: QueueId, agent: AgentId) {
        if self.layout.place(queue).is_some() {
            self.talk_ended(now, agent);
        }
    }

    fn talk_ended(&mut self, now: u64, agent: AgentId) {
        let agent = self.settle(now, agent);
        agent.talking = agent.talking.saturating_sub(1);
    }

    fn wrap_up(&mut self, now: u64, agent: AgentId, queue: QueueId, begins: bool) {
        let Some(member) = self.member(agent, queue) else {
            return;
        };
        if self.members[member].wrapping == begins {
            return;
        }
        self.members[member].wrapping = begins;
        let agent = self.settle(now, agent);
        if begins {
            agent.wrapping += 1;
        } else {
            agent.wrapping -= 1;
        }
    }

    fn status_changed(&mut self, now: u64, agent: AgentId, queue: QueueId, to: &AgentStatus) {
        let Some(member) = self.member(agent, queue) else {
            return;
        };
        let open = *to == AgentStatus::LoggedIn;
        let member = &mut self.members[member];
        member.was_logged_in |= *to != AgentStatus::LoggedOut;
        if member.open == open {
            return;
        }
        member.open = open;
        let agent = self.settle(now, agent);
        if open {
            agent.open += 1;
        } else {
            agent.open -= 1;
        }
    }

    /// Where the member stands; `None`: the queue is not counted.
    fn member(&mut self, agent: AgentId, queue: QueueId) -> Option<usize> {
        let queue = self.layout.place(queue)?;
        Some(self.place(agent) * self.layout.queues.len() + queue)
    }

    /// Where an agent stands.
    #[inline]
    fn place(&mut self, agent: AgentId) -> usize {
        match self.places.get(agent.slot()) {
            Some(&Some((generation, place))) if generation == agent.generation() => place,
            _ => self.newcomer(agent),
        }
    }

    /// Makes room for an agent who was not known yet, or whose slot was somebody
    /// else's.
    fn newcomer(&mut self, agent: AgentId) -> usize {
        let place = self.agents.len();
        self.make_room(place + 1);
        if self.places.len() <= agent.slot() {
            self.places.resize(agent.slot() + 1, None);
        }
        self.places[agent.slot()] = Some((agent.generation(), place));
        place
    }

    /// The agent, ready to be changed: his time so far has been counted.
    fn settle(&mut self, now: u64, agent: AgentId) -> &mut Agent {
        let place = self.place(agent);
        self.grid.advance(now);
        self.settle_place(now, place);
        &mut self.agents[place]
    }

    fn settle_place(&mut self, now: u64, place: usize) {
        let agent = &mut self.agents[place];
        let from = core::mem::replace(&mut agent.since, now);
        if !agent.is_on_duty() {
            return;
        }
        let busy = agent.is_busy();
        let times = &mut self.times[place * self.grid.count..][..self.grid.count];
        self.grid.split(from, now, |index, length| {
            times[index].on_duty += length;
            times[index].busy += if busy { length } else { 0 };
        });
    }

    fn make_room(&mut self, agents: usize) {
        if agents <= self.agents.len() {
            return;
        }
        let fresh = Agent {
            down: !self.layout.telephones_start_up,
            ..Agent::default()
        };
        self.agents.resize(agents, fresh);
        self.times
            .resize(agents * self.grid.count, Times::default());
        self.members
            .resize(agents * self.layout.queues.len(), Member::default());
    }

    /// The figures of a queue, or of all (`None`), over the whole counted time.
    #[must_use]
    pub fn figures(&self, queue: Option<usize>) -> Figures {
        let mut counts = Counts::default();
        for queue in self.queues(queue) {
            for interval in &self.counts[queue * self.grid.count..][..self.grid.count] {
                counts.merge(interval);
            }
        }
        let mut figures = counts.figures(1.0);
        let agents = (0..self.agents.len()).filter(|&agent| self.serves(agent, queue));
        let (mut times, length) = (
            Times::default(),
            self.grid.end.saturating_sub(self.grid.begin),
        );
        for agent in agents {
            times.merge(&self.agent_times(agent));
        }
        times.write(&mut figures, length);
        figures
    }

    /// The figures of a queue, or of all (`None`), in every interval. Where
    /// intervals are folded, counts are those of a day on average.
    #[must_use]
    pub fn interval_figures(&self, queue: Option<usize>) -> Vec<Figures> {
        let intervals = self.layout.intervals();
        let mut times = vec![Times::default(); intervals.len()];
        for agent in (0..self.agents.len()).filter(|&agent| self.serves(agent, queue)) {
            let of_agent = &self.times[agent * self.grid.count..];
            for (sum, more) in times.iter_mut().zip(of_agent) {
                sum.merge(more);
            }
        }
        let figures = |(index, interval): (usize, &Interval)| {
            if interval.observed.is_zero() {
                return Figures::default();
            }
            let mut counts = Counts::default();
            for queue in self.queues(queue) {
                counts.merge(&self.counts[queue * self.grid.count + index]);
            }
            let mut figures = counts.figures(self.layout.occurrences(interval));
            times[index].write(&mut figures, interval.observed.micros());
            figures
        };
        intervals.iter().enumerate().map(figures).collect()
    }

    /// Of a group of agents: the calls that they answered, and their occupancy.
    #[must_use]
    pub fn group_figures(&self, group: usize) -> Figures {
        let mut figures = Figures::default();
        figures.set(
            Figure::Answered,
            self.answered.get(group).map(|&count| count as f64),
        );
        let mut times = Times::default();
        for (agent, _) in self
            .layout
            .agent_groups
            .iter()
            .enumerate()
            .filter(|(_, g)| **g == group)
        {
            times.merge(&self.agent_times(agent));
        }
        times.write(&mut figures, self.grid.end.saturating_sub(self.grid.begin));
        figures
    }

    /// How long the callers of a queue waited.
    #[must_use]
    pub fn waits(&self, queue: usize) -> &Waits {
        &self.waits[queue]
    }

    /// Whether the agent was ever logged in to the queue, or to any.
    fn serves(&self, agent: usize, queue: Option<usize>) -> bool {
        let queues = self.layout.queues.len();
        self.queues(queue)
            .any(|queue| self.members[agent * queues + queue].was_logged_in)
    }

    fn queues(&self, queue: Option<usize>) -> core::ops::Range<usize> {
        queue.map_or(0..self.layout.queues.len(), |queue| queue..queue + 1)
    }

    fn agent_times(&self, agent: usize) -> Times {
        let mut times = Times::default();
        for interval in &self.times[agent * self.grid.count..][..self.grid.count] {
            times.merge(interval);
        }
        times
    }
}

impl Times {
    const fn merge(&mut self, other: &Self) {
        self.on_duty += other.on_duty;
        self.busy += other.busy;
    }

    fn write(&self, figures: &mut Figures, length: u64) {
        figures.set(Figure::Occupancy, ratio(self.busy, self.on_duty));
        figures.set(Figure::Agents, ratio(self.on_duty, length));
    }
}
