//! Presence: a person says where he is, and his status in the queues follows.

use crate::agents::Switch;
use crate::config::presence::{Presence, PresenceAction};
use crate::event::Event;
use crate::input::{By, Which};
use crate::mark::Mark;
use crate::number::Number;
use crate::outbox::Reject;
use crate::permissions;
use crate::step::Step;
use crate::trace::Trace;

impl<T: Trace> Step<'_, T> {
    /// An extension's presence is another one, and what is set to follow follows.
    pub(crate) fn presence_changed(
        &mut self,
        by: By,
        number: Number,
        presence: Presence,
    ) -> Result<(), Reject> {
        let agent = self.agent_of(number)?;
        let granted = permissions::set_presence(self.s, by, agent).ok_or(Reject::Denied)?;
        let entry = &mut self.s.agents[*granted.object()];
        if entry.presence == presence {
            return Err(Reject::NoChange);
        }
        entry.presence = presence;
        let actions = entry.on_presence.as_deref();
        let action = actions.map_or(PresenceAction::Nothing, |on| on.on(presence).clone());
        self.tell(Event::PresenceChanged {
            agent,
            presence,
            by,
        });
        match action {
            PresenceAction::LogIn => {
                self.follow(number, Which::All, &Switch::LogIn);
                self.follow(number, Which::All, &Switch::Unpause);
            }
            PresenceAction::LogInLast => {
                self.follow(number, Which::Last, &Switch::LogIn);
                self.follow(number, Which::All, &Switch::Unpause);
            }
            PresenceAction::LogOut => self.follow(number, Which::All, &Switch::LogOut),
            PresenceAction::Nothing => {}
            PresenceAction::Pause(reason) => {
                self.follow(number, Which::All, &Switch::Pause(reason));
            }
        }
        Ok(())
    }

    /// The rule switches his status; where that changes nothing, nothing happens.
    fn follow(&mut self, agent: Number, queues: Which, switch: &Switch) {
        if self
            .switch_status(By::System, agent, queues, switch)
            .is_ok()
        {
            self.sometimes(Mark::PresenceSwitches);
        }
    }
}
