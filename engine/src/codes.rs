//! Feature codes: an extension dials what it wants, it is done, and a tone says so.

use crate::agents::Switch;
use crate::config::codes::{Code, Known};
use crate::config::model::Options;
use crate::directory::Target;
use crate::effect::{Effect, Tone};
use crate::event::{EndReason, Event};
use crate::ids::{AgentId, MemberId};
use crate::input::{By, Caller, Which};
use crate::limits::TONE_S;
use crate::mark::Mark;
use crate::number::Number;
use crate::outbox::Reject;
use crate::state::{State, Then};
use crate::step::Step;
use crate::time::Span;
use crate::trace::Trace;

impl<T: Trace> Step<'_, T> {
    /// Nobody has the number that was dialled. From an extension it may be a code:
    /// that is carried out while its telephone is on the call, and so is not rung.
    pub(crate) fn code_dialled(
        &mut self,
        key: u128,
        from: &Caller,
        dialled: Number,
    ) -> Result<(), Reject> {
        let number = from.extension.ok_or(Reject::UnknownNumber)?;
        let agent = self.agent_of(number)?;
        if !self.s.options.feature_codes.begin(dialled) {
            return Err(Reject::UnknownNumber);
        }
        let call = self.let_in(key, from)?;
        let refused = match reading(self.s, dialled) {
            Some(code) => self.carry_out_code(number, agent, code).err(),
            None => Some(Reject::UnknownNumber),
        };
        let tone = match &refused {
            None => Tone::Confirmation,
            Some(_) => Tone::Refusal,
        };
        self.sometimes(match tone {
            Tone::Confirmation => Mark::CodeDialled,
            Tone::Refusal => Mark::CodeRefused,
        });
        let over = self.now + Span::from_secs(TONE_S);
        self.hears(call, over, Then::End(EndReason::CodeDialled));
        self.emit(Effect::PlayTone { call, tone });
        self.tell(Event::CodeDialled {
            call,
            agent,
            dialled,
            refused,
        });
        Ok(())
    }

    /// Does what a code asks for, in the name of who dialled it.
    fn carry_out_code(&mut self, number: Number, agent: AgentId, code: Code) -> Result<(), Reject> {
        let (queues, switch) = match code {
            Code::LogInAll => (Which::All, Switch::LogIn),
            Code::LogInLast => (Which::Last, Switch::LogIn),
            Code::LogOutAll => (Which::All, Switch::LogOut),
            Code::LogInOrOut(queue) => {
                let is_in =
                    member_in(self.s, agent, queue).is_some_and(|m| self.s.members[m].logged_in);
                let switch = if is_in { Switch::LogOut } else { Switch::LogIn };
                (Which::One(queue), switch)
            }
            Code::PauseOrGoOn(queue) => {
                let pauses = member_in(self.s, agent, queue)
                    .is_some_and(|m| self.s.members[m].paused.is_some());
                let switch = if pauses {
                    Switch::Unpause
                } else {
                    Switch::Pause(None)
                };
                (Which::One(queue), switch)
            }
            Code::PauseFor { queue, reason, .. } => {
                let reason = self.s.options.pause_reasons[reason].name.clone();
                (Which::One(queue), Switch::Pause(Some(reason)))
            }
        };
        let whose = match code {
            Code::PauseFor { agent, .. } => agent.unwrap_or(number),
            _ => number,
        };
        self.switch_status(By::Person(number), whose, queues, &switch)
    }
}

/// An agent's membership in the queue with this number.
pub(crate) fn member_in(s: &State, agent: AgentId, queue: Number) -> Option<MemberId> {
    let mut members = s.agents[agent].members.iter().copied();
    members.find(|&member| {
        let of = &s.queues[s.members[member].queue];
        !of.removed && of.config.number == queue
    })
}

/// How a dialled code is read.
pub(crate) fn reading(s: &State, dialled: Number) -> Option<Code> {
    let Options {
        feature_codes,
        pause_reasons,
        ..
    } = &s.options;
    let what = |number| match s.directory.get(number)? {
        Target::Extension(_) => Some(Known::Extension),
        Target::Queue(_) => Some(Known::Queue),
        Target::Point(_) => None,
    };
    let readings = feature_codes.readings(dialled, pause_reasons, what);
    readings.first().copied()
}
