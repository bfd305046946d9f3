//! An agent's status in his queues, and what his telephone can do.

use crate::config::model::MemberKind;
use crate::directory::Target;
use crate::event::{AgentStatus, Event};
use crate::ids::{AgentId, MemberId};
use crate::input::{By, Which};
use crate::mark::Mark;
use crate::number::Number;
use crate::outbox::Reject;
use crate::permissions::{self, AccessGranted};
use crate::state::{Pause, State, Tally};
use crate::step::Step;
use crate::trace::Trace;

/// A change of status that an input asks for.
#[derive(Clone, Debug)]
pub(crate) enum Switch {
    LogIn,
    LogOut,
    Pause(Option<String>),
    Unpause,
}

impl<T: Trace> Step<'_, T> {
    /// The extension with this number.
    pub(crate) fn agent_of(&self, number: Number) -> Result<AgentId, Reject> {
        match self.s.directory.get(number) {
            Some(Target::Extension(agent)) => Ok(agent),
            _ => Err(Reject::UnknownNumber),
        }
    }

    /// Switches an agent's status in one, some or all of his queues.
    pub(crate) fn switch_status(
        &mut self,
        by: By,
        agent: Number,
        queues: Which,
        switch: &Switch,
    ) -> Result<(), Reject> {
        if let Switch::Pause(Some(reason)) = switch
            && !self
                .s
                .options
                .pause_reasons
                .iter()
                .any(|known| known.name == *reason)
        {
            return Err(Reject::UnknownReason);
        }
        let agent = self.agent_of(agent)?;
        let asked = self.asked_members(agent, queues)?;
        let granted: Vec<AccessGranted<MemberId>> = (asked.iter())
            .filter_map(|&member| permissions::switch_agent(self.s, by, member))
            .collect();
        if granted.is_empty() && !asked.is_empty() {
            return Err(Reject::Denied);
        }
        if let (Which::One(_), Switch::LogIn | Switch::LogOut, [member]) =
            (queues, switch, asked.as_slice())
            && self.s.members[*member].kind == MemberKind::Static
        {
            return Err(Reject::StaticAgent);
        }
        let mut changes: Vec<_> = granted
            .into_iter()
            .filter(|member| self.changes(member, switch))
            .collect();
        if changes.is_empty() {
            return Err(Reject::NoChange);
        }
        self.note_last_queues(agent, switch);
        for member in changes.drain(..) {
            self.switch_member(by, &member, switch);
        }
        Ok(())
    }

    fn asked_members(&self, agent: AgentId, queues: Which) -> Result<Vec<MemberId>, Reject> {
        let members = &self.s.agents[agent].members;
        let of_queue = |number: Number| {
            let is = |member: &&MemberId| {
                self.s.queues[self.s.members[**member].queue].config.number == number
            };
            members.iter().find(is).copied()
        };
        match queues {
            Which::All => Ok(members.clone()),
            Which::Last => {
                let last = |member: &&MemberId| self.s.members[**member].was_logged_in;
                Ok(members.iter().filter(last).copied().collect())
            }
            Which::One(number) => match self.s.directory.get(number) {
                Some(Target::Queue(_)) => of_queue(number)
                    .map(|member| vec![member])
                    .ok_or(Reject::NotAMember),
                _ => Err(Reject::UnknownNumber),
            },
        }
    }

    /// Whether a switch would change anything about a member.
    fn changes(&self, member: &AccessGranted<MemberId>, switch: &Switch) -> bool {
        let member = &self.s.members[*member.object()];
        let dynamic = member.kind == MemberKind::Dynamic;
        match switch {
            Switch::LogIn => dynamic && !member.logged_in,
            Switch::LogOut => dynamic && member.logged_in,
            Switch::Pause(reason) => {
                let now = member.paused.as_ref().map(|pause| &pause.reason);
                member.logged_in && now != Some(reason)
            }
            Switch::Unpause => member.paused.is_some(),
        }
    }

    /// Keeps what "log in to last queues" needs: the queues that the agent was
    /// logged in to just before his latest log-out.
    fn note_last_queues(&mut self, agent: AgentId, switch: &Switch) {
        if !matches!(switch, Switch::LogOut) {
            return;
        }
        for place in 0..self.s.agents[agent].members.len() {
            let id = self.s.agents[agent].members[place];
            let member = &mut self.s.members[id];
            if member.kind == MemberKind::Dynamic {
                member.was_logged_in = member.logged_in;
            }
        }
    }

    fn switch_member(&mut self, by: By, member: &AccessGranted<MemberId>, switch: &Switch) {
        let id = *member.object();
        match switch {
            Switch::LogIn => log_in(self.s, id),
            Switch::LogOut => {
                let member = &mut self.s.members[id];
                (member.logged_in, member.paused) = (false, None);
                member.missed_in_a_row = 0;
            }
            Switch::Pause(reason) => return self.pause(id, reason.clone(), by),
            Switch::Unpause => self.s.members[id].paused = None,
        }
        self.status_changed(id, by);
    }

    /// Pauses a member, or changes the reason of his pause.
    pub(crate) fn pause(&mut self, id: MemberId, reason: Option<String>, by: By) {
        let member = &mut self.s.members[id];
        member.paused = Some(Pause { reason });
        member.missed_in_a_row = 0;
        self.status_changed(id, by);
    }

    /// Follows up a change of a member's status: tells it, takes back an offer
    /// that he may not take any more, and has him rung if he is free now.
    pub(crate) fn status_changed(&mut self, id: MemberId, by: By) {
        let member = &self.s.members[id];
        let (agent, queue) = (member.agent, member.queue);
        let takes_calls = member.logged_in && member.paused.is_none();
        let status = status_of(self.s, id);
        self.tell(Event::AgentStatusChanged {
            agent,
            queue,
            status,
            by,
        });
        if !takes_calls {
            self.withdraw_offers_to(agent, Some(id));
            self.end_reservations_for(id);
        }
        self.refresh_member(id);
    }

    /// Takes back the offer to an agent, if there is one, and if it was made
    /// to him as `member`, where that is given.
    pub(crate) fn withdraw_offers_to(&mut self, agent: AgentId, member: Option<MemberId>) {
        let Some(leg) = self.s.agents[agent].offer else {
            return;
        };
        if member.is_none() || self.s.legs[leg].member == member {
            self.withdraw_offer(leg);
        }
    }

    /// An agent makes a call himself: his telephone is on it from now on, and he is there, so
    /// that he has missed no calls in a row.
    #[cold]
    #[inline(never)]
    pub(crate) fn makes_call(&mut self, agent: AgentId) {
        self.s.agents[agent].engaged += 1;
        for &member in &self.s.agents[agent].members {
            self.s.members[member].missed_in_a_row = 0;
        }
        self.agent_engaged(agent);
    }

    /// An agent's telephone is on a call from now on: queues that do not ring
    /// busy agents take back what they offer him.
    pub(crate) fn agent_engaged(&mut self, agent: AgentId) {
        let offered_as = self.s.agents[agent]
            .offer
            .and_then(|leg| self.s.legs[leg].member);
        if let Some(member) = offered_as {
            let queue = self.s.members[member].queue;
            if !self.s.queues[queue].config.ring_in_use {
                self.sometimes(Mark::OfferEngaged);
                self.withdraw_offers_to(agent, Some(member));
            }
        }
        self.refresh_agent(agent);
    }

    /// A telephone can be rung from now on, or not.
    pub(crate) fn device_changed(&mut self, number: Number, up: bool) -> Result<(), Reject> {
        let agent = self.agent_of(number)?;
        if self.s.agents[agent].up == up {
            return Err(Reject::NoChange);
        }
        self.s.agents[agent].up = up;
        self.tell(Event::DeviceChanged { agent, up });
        if !up {
            self.withdraw_offers_to(agent, None);
            for place in 0..self.s.agents[agent].members.len() {
                self.end_reservations_for(self.s.agents[agent].members[place]);
            }
        }
        self.refresh_agent(agent);
        Ok(())
    }

    /// An agent's wrap-up in a queue is over.
    pub(crate) fn wrap_up_over(&mut self, id: MemberId) {
        let member = &mut self.s.members[id];
        member.wrap_up = None;
        let (agent, queue) = (member.agent, member.queue);
        self.s.agents[agent].wraps_up -= 1;
        self.tell(Event::WrapUpEnded { agent, queue });
        self.refresh_after_wrap_up(id);
    }

    /// Call after a member's wrap-up began or ended: it may concern all his queues.
    fn refresh_after_wrap_up(&mut self, id: MemberId) {
        if self.s.options.shared_wrap_up {
            self.sometimes(Mark::SharedWrapUp);
            self.refresh_agent(self.s.members[id].agent);
        } else {
            self.refresh_member(id);
        }
    }

    /// An agent has rested and may be rung again.
    pub(crate) fn rest_over(&mut self, agent: AgentId) {
        self.s.agents[agent].rest = None;
        self.refresh_agent(agent);
    }
}

/// Logs a member in: he stands behind everybody who already is.
pub(crate) fn log_in(s: &mut State, id: MemberId) {
    s.logins += 1;
    let member = &mut s.members[id];
    member.logged_in = true;
    member.paused = None;
    member.login_order = s.logins;
    member.served.since_login = Tally::default();
}

/// A member's status, as told to the outside.
pub(crate) fn status_of(s: &State, id: MemberId) -> AgentStatus {
    let member = &s.members[id];
    match (&member.paused, member.logged_in) {
        (_, false) => AgentStatus::LoggedOut,
        (Some(pause), true) => AgentStatus::Paused {
            reason: pause.reason.clone(),
        },
        (None, true) => AgentStatus::LoggedIn,
    }
}
