//! Who is logged in, logged out and paused where.

use tandem_engine::config::model::MemberKind;
use tandem_engine::{AgentId, AgentStatus, By, Event, Input, Number, QueueId, Reject, Which};

use super::state::Member;
use super::{Checked, Model, known};

/// What an input asks for.
#[derive(Clone, Debug)]
pub(super) enum Wish {
    In,
    Out,
    Pause(Option<String>),
    Unpause,
}

impl Wish {
    /// Whether it would change anything about a member.
    fn changes(&self, member: &Member) -> bool {
        let dynamic = member.kind == MemberKind::Dynamic;
        match self {
            Self::In => dynamic && !member.logged_in,
            Self::Out => dynamic && member.logged_in,
            Self::Pause(reason) => member.logged_in && member.paused.as_ref() != Some(reason),
            Self::Unpause => member.paused.is_some(),
        }
    }

    /// The member's status afterwards.
    fn leads_to(&self) -> AgentStatus {
        match self {
            Self::In | Self::Unpause => AgentStatus::LoggedIn,
            Self::Out => AgentStatus::LoggedOut,
            Self::Pause(reason) => AgentStatus::Paused {
                reason: reason.clone(),
            },
        }
    }
}

impl Model {
    fn wish(&self) -> Option<(By, Number, Which, Wish)> {
        Some(match &self.entry.input {
            Input::AgentLogIn { by, agent, queues } => (*by, *agent, *queues, Wish::In),
            Input::AgentLogOut { by, agent, queues } => (*by, *agent, *queues, Wish::Out),
            Input::AgentPause {
                by,
                agent,
                queues,
                reason,
            } => (*by, *agent, *queues, Wish::Pause(reason.clone())),
            Input::AgentUnpause { by, agent, queues } => (*by, *agent, *queues, Wish::Unpause),
            _ => return None,
        })
    }

    /// The queues in which the input at hand must change an agent's status.
    pub(super) fn switched(&self) -> Result<(AgentId, Vec<QueueId>), Reject> {
        let Some((by, number, which, wish)) = self.wish() else {
            return Err(Reject::NoChange);
        };
        self.switched_by(by, number, which, &wish)
    }

    /// The queues in which such a wish must change an agent's status.
    pub(super) fn switched_by(
        &self,
        by: By,
        number: Number,
        which: Which,
        wish: &Wish,
    ) -> Result<(AgentId, Vec<QueueId>), Reject> {
        if let Wish::Pause(Some(reason)) = wish
            && !self
                .options
                .pause_reasons
                .iter()
                .any(|known| known.name == *reason)
        {
            return Err(Reject::UnknownReason);
        }
        let agent = self.person(number).ok_or(Reject::UnknownNumber)?;
        let asked = self.asked(agent, which)?;
        let allowed = |(queue, _): &&(QueueId, &Member)| self.may_switch(by, agent, *queue);
        let granted: Vec<_> = asked.iter().filter(allowed).collect();
        if granted.is_empty() && !asked.is_empty() {
            return Err(Reject::Denied);
        }
        let one_static = matches!(which, Which::One(_))
            && granted
                .iter()
                .all(|(_, member)| member.kind == MemberKind::Static);
        if one_static && matches!(wish, Wish::In | Wish::Out) {
            return Err(Reject::StaticAgent);
        }
        let changed = granted.iter().filter(|(_, member)| wish.changes(member));
        let changed: Vec<QueueId> = changed.map(|(queue, _)| *queue).collect();
        if changed.is_empty() {
            return Err(Reject::NoChange);
        }
        Ok((agent, changed))
    }

    fn asked(&self, agent: AgentId, which: Which) -> Result<Vec<(QueueId, &Member)>, Reject> {
        let all = self.queues.iter();
        let all = all.filter_map(|(id, queue)| Some((*id, queue.member(agent)?)));
        match which {
            Which::All => Ok(all.collect()),
            Which::Last => Ok(all.filter(|(_, member)| member.was_logged_in).collect()),
            Which::One(number) => {
                let queue = self.numbers.get(&number).ok_or(Reject::UnknownNumber)?;
                let one = self.queues.get(queue).and_then(|entry| entry.member(agent));
                one.map(|member| vec![(*queue, member)])
                    .ok_or(Reject::NotAMember)
            }
        }
    }

    /// Switches an agent's status in the books; the engine must tell of it.
    pub(super) fn begin_switch(&mut self) -> Checked {
        let (by, _, _, wish) = known(self.wish(), "a switch of status")?;
        let switched = self.switched().map_err(|reject| format!("{reject:?}"))?;
        let (agent, queues) = switched;
        self.switch(by, agent, &queues, &wish)
    }

    /// Switches an agent's status in these queues.
    pub(super) fn switch(
        &mut self,
        by: By,
        agent: AgentId,
        queues: &[QueueId],
        wish: &Wish,
    ) -> Checked {
        if matches!(wish, Wish::Out) {
            // "Last" are the queues of the last time that he logged out.
            let all = self.queues.values_mut();
            for member in all.filter_map(|queue| queue.member_mut(agent)) {
                if member.kind == MemberKind::Dynamic {
                    member.was_logged_in = member.logged_in;
                }
            }
        }
        for &queue in queues {
            let count = self.next_count();
            if matches!(wish, Wish::Out | Wish::Pause(_)) {
                self.nobody_waits_for(agent, queue);
            }
            let entry = known(self.queues.get_mut(&queue), "a queue")?;
            let member = known(entry.member_mut(agent), "a member")?;
            match wish {
                Wish::In => log_in(member, count),
                Wish::Out => {
                    (member.logged_in, member.paused) = (false, None);
                    member.missed_in_a_row = 0;
                }
                Wish::Pause(reason) => {
                    member.paused = Some(reason.clone());
                    member.missed_in_a_row = 0;
                }
                Wish::Unpause => member.paused = None,
            }
            self.entry.facts.push(Event::AgentStatusChanged {
                agent,
                queue,
                status: wish.leads_to(),
                by,
            });
        }
        Ok(())
    }
}

/// A member logs in, behind everybody who already is.
pub(super) fn log_in(member: &mut Member, count: u64) {
    (member.logged_in, member.paused) = (true, None);
    member.login_order = count;
    member.completed.since_login = Default::default();
}
