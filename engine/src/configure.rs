//! Changes of the configuration, applied to a running centre: what they do not
//! name goes on as it was.

use std::collections::{BTreeMap, BTreeSet};

use crate::acd::strategy;
use crate::calendar::next_midnight;
use crate::config::check::{Existing, check_changes};
use crate::config::model::{
    Change, Config, ExtensionConfig, InitialStatus, MemberConfig, MemberKind, Options, QueueConfig,
};
use crate::config::points::PointConfig;
use crate::config::presence::Presence;
use crate::directory::Target;
use crate::effect::{CancelReason, Effect, HangUpCause};
use crate::event::{EndReason, Event};
use crate::ids::{AgentId, LegId, MemberId, QueueId};
use crate::input::{By, Cause};
use crate::limits::CHANGES_MAX;
use crate::mark::Mark;
use crate::number::Number;
use crate::outbox::Reject;
use crate::outside::is_rung;
use crate::permissions;
use crate::records::contacts::ContactIndex;
use crate::sorted_set::SortedSet;
use crate::state::{Agent, Member, Purpose, Queue, Served, State, Tally};
use crate::step::Step;
use crate::time::Timestamp;
use crate::timer::Timer;
use crate::trace::Trace;

impl<T: Trace> Step<'_, T> {
    /// Goes from one revision of the configuration to the next.
    pub(crate) fn configure(
        &mut self,
        by: By,
        base: u64,
        changes: &[Change],
    ) -> Result<(), Reject> {
        permissions::configure(self.s, by).ok_or(Reject::Denied)?;
        if base != self.s.revision {
            return Err(Reject::Conflict {
                revision: self.s.revision,
            });
        }
        if changes.len() > CHANGES_MAX {
            return Err(Reject::TooMany {
                limit: "CHANGES_MAX".to_owned(),
            });
        }
        let faults = check_changes(&*self.s, changes);
        if !faults.is_empty() {
            return Err(Reject::Configuration(faults));
        }
        for change in changes {
            match change {
                Change::PutExtension(config) => self.put_extension(config),
                Change::PutOptions(options) => self.put_options(options),
                Change::PutPoint(config) => self.put_point(config),
                Change::PutQueue(config) => self.put_queue(config),
                Change::RemoveExtension(number) => self.remove_extension(*number),
                Change::RemovePoint(number) => self.remove_point(*number),
                Change::RemoveQueue(number) => self.remove_queue(*number),
            }
        }
        self.s.revision += 1;
        self.tell(Event::ConfigurationChanged {
            revision: self.s.revision,
        });
        Ok(())
    }

    fn put_options(&mut self, options: &Options) {
        let before = std::mem::replace(&mut self.s.options, options.clone());
        let matching = options.contact_matching;
        if before.contacts != options.contacts || before.contact_matching != matching {
            self.s.contacts = ContactIndex::of(&options.contacts, matching);
        }
        if before.shared_wrap_up != options.shared_wrap_up {
            let agents = self.s.agents.ids().into_iter();
            agents.for_each(|agent| self.refresh_agent(agent));
        }
        if before.time_zone == options.time_zone {
            return;
        }
        for queue in self.s.queues.ids() {
            self.arm_midnight(queue);
        }
    }

    fn put_extension(&mut self, config: &ExtensionConfig) {
        let actions = &config.on_presence;
        let actions = (!actions.are_none()).then(|| Box::new(actions.clone()));
        if let Some(Target::Extension(agent)) = self.s.directory.get(config.number) {
            let agent = &mut self.s.agents[agent];
            agent.name.clone_from(&config.name);
            agent.administrator = config.administrator;
            agent.ring_timeout = config.ring_timeout;
            agent.contact = config.contact;
            agent.on_presence = actions;
            agent.email = config.email.as_deref().map(Into::into);
            agent.own_recording = config.own_recording;
            agent.outbound = config.outbound;
            return;
        }
        let agent = self.s.agents.insert(Agent {
            number: config.number,
            name: config.name.clone(),
            administrator: config.administrator,
            ring_timeout: config.ring_timeout,
            contact: config.contact,
            email: config.email.as_deref().map(Into::into),
            own_recording: config.own_recording,
            outbound: config.outbound,
            up: false,
            engaged: 0,
            offer: None,
            presence: Presence::Available,
            on_presence: actions,
            rest: None,
            wraps_up: 0,
            members: Vec::new(),
        });
        self.s
            .directory
            .insert(config.number, Target::Extension(agent));
    }

    fn put_queue(&mut self, config: &QueueConfig) {
        let queue = match self.s.directory.get(config.number) {
            Some(Target::Queue(queue)) => queue,
            _ => self.add_queue(config),
        };
        self.set_members(queue, &config.members);
        self.s.queues[queue].config = config.clone();
        strategy::relist(self.s, queue);
        self.s.queues[queue]
            .members
            .clone()
            .into_iter()
            .for_each(|id| self.refresh_member(id));
        self.recount_presence(queue);
        self.arm_longest_wait(queue);
        self.arm_midnight(queue);
        self.watch_service_level(queue);
        self.place_all(queue);
        self.mark(queue);
    }

    fn add_queue(&mut self, config: &QueueConfig) -> QueueId {
        let queue = self.s.queues.insert(Queue {
            config: config.clone(),
            members: Vec::new(),
            static_members: 0,
            has_levels: false,
            free: SortedSet::default(),
            line: None,
            callers: 0,
            promised: 0,
            ready: Default::default(),
            joinable: Default::default(),
            reserved: BTreeMap::new(),
            wanted: Vec::new(),
            rings: 0,
            round_robin: Vec::new(),
            present_to_join: 0,
            present_to_stay: 0,
            longest_wait: None,
            midnight: None,
            put_out: None,
            service_level: None,
            skill_step: None,
            learned: Default::default(),
            arrivals: None,
            pace: Default::default(),
            removed: false,
            marked: false,
        });
        self.s.directory.insert(config.number, Target::Queue(queue));
        queue
    }

    /// Gives a queue these members. Those who stay keep all that is known of
    /// them; their order is that of the list.
    fn set_members(&mut self, queue: QueueId, wanted: &[MemberConfig]) {
        let mut leaving: BTreeMap<AgentId, MemberId> = (self.s.queues[queue].members.iter())
            .map(|&id| (self.s.members[id].agent, id))
            .collect();
        // Who is a member already, for each who is wanted.
        let known: Vec<Option<MemberId>> = (wanted.iter())
            .map(|config| leaving.remove(&self.agent_of(config.extension).ok()?))
            .collect();
        // Round robin goes on behind whom it rang last, if he stays in his round.
        let keep_round: BTreeSet<MemberId> = (known.iter().zip(wanted))
            .filter_map(|(&id, config)| Some((id?, (config.level, config.kind))))
            .filter(|&(id, round)| (self.s.members[id].level, self.s.members[id].kind) == round)
            .map(|(id, _)| id)
            .collect();
        let rung_last = strategy::last_of_rounds(self.s, queue, |id| keep_round.contains(&id));
        for &id in leaving.values() {
            self.remove_member(id);
        }
        let (mut members, mut changed) = (Vec::with_capacity(wanted.len()), Vec::new());
        for (config, known) in wanted.iter().zip(known) {
            let id = known.unwrap_or_else(|| self.add_member(queue, *config));
            if self.set_member(id, *config, members.len()) || known.is_none() {
                changed.push(id);
            }
            members.push(id);
        }
        let is_static = |member: &&MemberConfig| member.kind == MemberKind::Static;
        let static_members = wanted.iter().filter(is_static).count();
        let entry = &mut self.s.queues[queue];
        entry.static_members = u32::try_from(static_members).expect("members fit in 32 bits");
        entry.has_levels = wanted.windows(2).any(|two| two[0].level != two[1].level);
        entry.members = members;
        strategy::point_round_robin(self.s, queue, rung_last);
        for id in changed {
            self.tell_status(id);
        }
    }

    /// Gives a member his settings and his position, and takes him off the list of
    /// free agents, who are ordered by them. Says whether that logged him in.
    fn set_member(&mut self, id: MemberId, config: MemberConfig, position: usize) -> bool {
        strategy::unlist(self.s, id);
        let member = &mut self.s.members[id];
        member.position = u32::try_from(position).expect("members fit in 32 bits");
        (member.kind, member.level, member.weight) = (config.kind, config.level, config.weight);
        let became_static = config.kind == MemberKind::Static && !member.logged_in;
        if became_static {
            self.sometimes_if(Mark::LoginByKind, |s| s.members[id].login_order > 0);
            crate::agents::log_in(self.s, id);
        }
        became_static
    }

    fn tell_status(&mut self, id: MemberId) {
        let member = &self.s.members[id];
        let (agent, queue) = (member.agent, member.queue);
        let status = crate::agents::status_of(self.s, id);
        self.tell(Event::AgentStatusChanged {
            agent,
            queue,
            status,
            by: By::System,
        });
    }

    fn add_member(&mut self, queue: QueueId, config: MemberConfig) -> MemberId {
        let agent = self
            .agent_of(config.extension)
            .expect("the change was checked");
        let logged_in = config.kind == MemberKind::Static
            || self.s.options.new_dynamic_agents == InitialStatus::LoggedIn;
        let id = self.s.members.insert(Member {
            queue,
            agent,
            kind: config.kind,
            level: config.level,
            weight: config.weight,
            position: 0,
            logged_in: false,
            was_logged_in: false,
            paused: None,
            login_order: 0,
            last_rung: 0,
            served: Served::default(),
            missed_in_a_row: 0,
            wrap_up: None,
            listed: None,
            present_to_join: false,
            present_to_stay: false,
        });
        if logged_in {
            crate::agents::log_in(self.s, id);
        }
        self.s.agents[agent].members.push(id);
        id
    }

    fn remove_member(&mut self, id: MemberId) {
        let agent = self.s.members[id].agent;
        self.sometimes_if(Mark::OfferMemberGone, |s| {
            let offer = s.agents[agent].offer;
            offer.is_some_and(|leg| s.legs[leg].member == Some(id))
        });
        self.withdraw_offers_to(agent, Some(id));
        self.end_reservations_for(id);
        strategy::unlist(self.s, id);
        let member = self.s.members.remove(id).expect("the member is alive");
        if let Some(timer) = member.wrap_up {
            self.sometimes(Mark::WrapUpEndsUnserved);
            self.s.timers.cancel(timer);
            self.s.agents[agent].wraps_up -= 1;
            self.tell(Event::WrapUpEnded {
                agent,
                queue: member.queue,
            });
        }
        let queue = &mut self.s.queues[member.queue];
        queue.present_to_join -= u32::from(member.present_to_join);
        queue.present_to_stay -= u32::from(member.present_to_stay);
        queue.members.retain(|&other| other != id);
        self.s.agents[agent].members.retain(|&other| other != id);
        if member.wrap_up.is_some() && self.s.options.shared_wrap_up {
            self.refresh_agent(agent);
        }
        let (queue, status) = (member.queue, crate::event::AgentStatus::LoggedOut);
        self.tell(Event::AgentStatusChanged {
            agent,
            queue,
            status,
            by: By::System,
        });
    }

    /// Ringing calls stand in sets that depend on the strategy.
    fn place_all(&mut self, queue: QueueId) {
        let mut next = self.s.queues[queue].line.map(|(first, _)| first);
        while let Some(id) = next {
            next = crate::acd::line::visit(self.s, id).after;
            self.sort_in(id);
            let own = crate::acd::line::visit(self.s, id);
            if own.callback.is_some() {
                // He hears nothing of what others hear.
                continue;
            }
            if own.announcing.is_some() || self.s.queues[queue].config.speaks() {
                self.plan_announcements(id);
            }
        }
    }

    /// Deletes a queue. Its callers are put out to its failover destination,
    /// some at a time; until then it is known to them alone.
    fn remove_queue(&mut self, number: Number) {
        let Some(Target::Queue(queue)) = self.s.directory.remove(number) else {
            return;
        };
        let entry = &mut self.s.queues[queue];
        entry.removed = true;
        let timers = [
            entry.longest_wait.take(),
            entry.midnight.take(),
            entry.service_level.take().map(|watch| watch.timer),
            entry.skill_step.take(),
        ];
        for timer in timers.into_iter().flatten() {
            self.s.timers.cancel(timer);
        }
        self.s.queues[queue].config.max_waiting = crate::time::Span::ZERO;
        for id in self.s.queues[queue].members.clone() {
            self.remove_member(id);
        }
        if self.s.queues[queue].line.is_none() {
            self.drop_queue(queue);
        } else {
            self.sometimes(Mark::QueueDeletedWaiting);
            self.put_out_if_empty(queue);
        }
    }

    /// Forgets a deleted queue that nobody waits in any more.
    pub(crate) fn drop_queue(&mut self, queue: QueueId) {
        let entry = self.s.queues.remove(queue).expect("the queue is alive");
        let timers = [
            entry.longest_wait,
            entry.midnight,
            entry.put_out,
            entry.service_level.map(|watch| watch.timer),
            entry.skill_step,
        ];
        for timer in timers.into_iter().flatten() {
            self.s.timers.cancel(timer);
        }
    }

    /// Deletes an extension: its calls end and its memberships go with it.
    fn remove_extension(&mut self, number: Number) {
        let Ok(agent) = self.agent_of(number) else {
            return;
        };
        // Calls that go on from here must not come back.
        self.s.directory.remove(number);
        let points = self.s.points.ids().into_iter();
        points.for_each(|point| self.s.points[point].config.remove_member(number));
        self.withdraw_offers_to(agent, None);
        self.end_calls_of(agent);
        for id in self.s.agents[agent].members.clone() {
            let queue = self.s.members[id].queue;
            self.remove_member(id);
            self.s.queues[queue].config.forget(number);
            self.members_removed(queue);
        }
        // Where they lead, nobody is kept in a queue by him any more.
        self.end_rings_of(agent);
        for queue in self.s.queues.ids() {
            self.s.queues[queue].config.forget(number);
        }
        self.s.options.forget(number);
        let entry = self.s.agents.remove(agent).expect("the extension is alive");
        if let Some(timer) = entry.rest {
            self.s.timers.cancel(timer);
        }
    }

    /// Brings what depends on a queue's list up to date after a removal.
    fn members_removed(&mut self, queue: QueueId) {
        let config = self.s.queues[queue].config.clone();
        self.set_members(queue, &config.members);
        strategy::relist(self.s, queue);
        self.s.queues[queue]
            .members
            .clone()
            .into_iter()
            .for_each(|id| self.refresh_member(id));
        self.put_out_if_empty(queue);
    }

    fn legs_of(&self, agent: AgentId) -> Vec<LegId> {
        let legs = self.s.legs.iter();
        let his = legs.filter(|(_, leg)| leg.agent == agent);
        his.map(|(id, _)| id).collect()
    }

    /// Callers whose call rings at an extension that goes go on as if it could not be
    /// reached. Offers of queues have been taken back already.
    fn end_rings_of(&mut self, agent: AgentId) {
        for leg in self.legs_of(agent) {
            if self.s.legs.contains(leg) {
                self.sometimes(Mark::ExtensionDeletedRinging);
                let cancel = Some(CancelReason::Withdrawn);
                self.extension_failed(leg, Cause::Unreachable, cancel);
            }
        }
    }

    /// Ends everything else that an extension that goes has a part in.
    fn end_calls_of(&mut self, agent: AgentId) {
        for leg in self.legs_of(agent) {
            if let Some(entry) = self.s.legs.get(leg) {
                let call = entry.call;
                let purpose = entry.purpose;
                if purpose != Purpose::Talk {
                    self.dismiss(leg);
                    if purpose == Purpose::Consult {
                        self.talk_again(call);
                    }
                } else if entry.timeout.is_none() {
                    self.sometimes(Mark::ExtensionDeletedTalking);
                    self.finish_talk(call);
                    self.close(call, EndReason::AgentHungUp, Some(HANG_UP));
                }
            }
        }
        let own: Vec<_> = (self.s.calls.iter())
            .filter(|(_, call)| call.origin == Some(agent))
            .map(|(id, _)| id)
            .collect();
        for call in own {
            self.sometimes(Mark::CallsItself);
            let cause = HANG_UP;
            if !self.s.calls.contains(call) {
                // It was connected with another one of his.
                continue;
            }
            if is_rung(self.s, call) {
                self.end_failed(call, Cause::Unreachable);
                continue;
            }
            self.emit(Effect::HangUpCaller { call, cause });
            self.caller_is_gone(call);
        }
    }

    /// Arms the timer that begins a queue's new day.
    pub(crate) fn arm_midnight(&mut self, queue: QueueId) {
        if let Some(timer) = self.s.queues[queue].midnight.take() {
            self.s.timers.cancel(timer);
        }
        if self.s.queues[queue].removed {
            return;
        }
        let zone = self.s.queues[queue].config.time_zone.as_ref();
        let zone = zone.unwrap_or(&self.s.options.time_zone);
        let due = next_midnight(self.now, self.s.wall_offset, zone);
        let timer = due.map(|due| self.s.timers.arm(due, Timer::Midnight(queue)));
        self.s.queues[queue].midnight = timer;
    }

    /// A queue's day is over.
    pub(crate) fn midnight(&mut self, queue: QueueId) {
        self.s.queues[queue].midnight = None;
        self.begin_day(queue);
        self.arm_midnight(queue);
    }

    /// What counts by the day begins again.
    fn begin_day(&mut self, queue: QueueId) {
        for id in self.s.queues[queue].members.clone() {
            self.s.members[id].served.since_midnight = Tally::default();
        }
        strategy::relist(self.s, queue);
    }

    /// The timeline stands elsewhere on the wall clock: days end then. Where
    /// the clock is put past a midnight, as after a night without power, that
    /// has been one.
    pub(crate) fn wall_offset(&mut self, micros: i64) {
        let before = std::mem::replace(&mut self.s.wall_offset, micros);
        let now = wall(self.now, micros);
        for queue in self.s.queues.ids() {
            let midnight = self.s.queues[queue].midnight;
            let due = midnight.and_then(|timer| self.s.timers.due(timer));
            if due.is_some_and(|due| wall(due, before) <= now) {
                self.sometimes(Mark::ClockPassesMidnight);
                self.begin_day(queue);
            }
            self.arm_midnight(queue);
        }
    }
}

/// What the clock on the wall shows, in microseconds of the Unix epoch.
pub(crate) fn wall(time: Timestamp, offset: i64) -> i128 {
    i128::from(time.micros()) + i128::from(offset)
}

const HANG_UP: HangUpCause = HangUpCause::Normal;

impl Existing for State {
    fn options(&self) -> &Options {
        &self.options
    }

    fn has_extension(&self, number: Number) -> bool {
        matches!(self.directory.get(number), Some(Target::Extension(_)))
    }

    fn point(&self, number: Number) -> Option<&PointConfig> {
        match self.directory.get(number) {
            Some(Target::Point(point)) => Some(&self.points[point].config),
            _ => None,
        }
    }

    fn points(&self) -> Box<dyn Iterator<Item = &PointConfig> + '_> {
        Box::new(self.points.iter().map(|(_, point)| &point.config))
    }

    fn queue(&self, number: Number) -> Option<&QueueConfig> {
        match self.directory.get(number) {
            Some(Target::Queue(queue)) => Some(&self.queues[queue].config),
            _ => None,
        }
    }

    fn queues(&self) -> Box<dyn Iterator<Item = &QueueConfig> + '_> {
        let live = self.queues.iter().filter(|(_, queue)| !queue.removed);
        Box::new(live.map(|(_, queue)| &queue.config))
    }

    fn extension_count(&self) -> usize {
        self.agents.len()
    }

    fn presence_reasons(&self) -> Box<dyn Iterator<Item = (Number, &str)> + '_> {
        let agents = self.agents.iter();
        let acting = agents.filter_map(|(_, a)| Some((a.number, a.on_presence.as_deref()?)));
        Box::new(acting.flat_map(|(number, on)| on.reasons().map(move |(_, name)| (number, name))))
    }
}

/// The configuration in force, as a value.
pub(crate) fn export(state: &State) -> Config {
    let extension = |agent: &Agent| ExtensionConfig {
        number: agent.number,
        name: agent.name.clone(),
        administrator: agent.administrator,
        ring_timeout: agent.ring_timeout,
        contact: agent.contact,
        on_presence: agent.on_presence.as_deref().cloned().unwrap_or_default(),
        email: agent.email.as_deref().map(str::to_owned),
        own_recording: agent.own_recording,
        outbound: agent.outbound,
    };
    Config {
        options: state.options.clone(),
        extensions: state
            .agents
            .iter()
            .map(|(_, agent)| extension(agent))
            .collect(),
        queues: Existing::queues(state).cloned().collect(),
        points: Existing::points(state).cloned().collect(),
    }
}
