//! Feature codes and presence, in the books: what is dialled is read as a text, code
//! by code, and what follows from a presence is written out.

use tandem_engine::config::presence::{Presence, PresenceAction};
use tandem_engine::{
    AgentId, AgentStatus, By, Effect, Event, Input, Number, QueueId, Reject, Span, Tone, Which,
};

use super::status::Wish;
use super::{Checked, Law, Model, known};

/// How long a tone lasts.
const TONE: Span = Span::from_secs(1);

/// What a dialled code is about: whose status, where, and what becomes of it.
type Order = (Number, Which, Wish);

impl Model {
    /// Who dials a code with the entry at hand, if anybody does.
    pub(super) fn dials_a_code(&self) -> Option<(AgentId, Number, Number)> {
        let Input::CallArrived { from, dialled, .. } = &self.entry.input else {
            return None;
        };
        let number = from.extension?;
        let agent = self.person(number)?;
        let is_code = !self.leads_somewhere(*dialled) && self.begins_with_a_code(*dialled);
        is_code.then_some((agent, number, *dialled))
    }

    fn begins_with_a_code(&self, dialled: Number) -> bool {
        let text = dialled.to_string();
        let codes = self.options.feature_codes.all().into_iter();
        let mut codes = codes.filter_map(|(_, code)| code);
        codes.any(|code| text.starts_with(&code.to_string()))
    }

    /// What a code asks for; nothing where no code reads so.
    fn order(&self, agent: AgentId, number: Number, dialled: Number) -> Option<Order> {
        let codes = self.options.feature_codes;
        let text = dialled.to_string();
        let whole = |code: Option<Number>| code.is_some_and(|code| code.to_string() == text);
        let behind = |code: Option<Number>| text.strip_prefix(&code?.to_string());
        if whole(codes.log_in_all) {
            return Some((number, Which::All, Wish::In));
        } else if whole(codes.log_in_last) {
            return Some((number, Which::Last, Wish::In));
        } else if whole(codes.log_out_all) {
            return Some((number, Which::All, Wish::Out));
        }
        let queue = |text: &str| {
            let queue: Number = text.parse().ok()?;
            self.numbers.contains_key(&queue).then_some(queue)
        };
        let member = |queue: Number| {
            let queue = self.queues.get(self.numbers.get(&queue)?)?;
            queue.member(agent)
        };
        if let Some(queue) = behind(codes.log_in).and_then(queue) {
            let is_in = member(queue).is_some_and(|member| member.logged_in);
            let wish = if is_in { Wish::Out } else { Wish::In };
            return Some((number, Which::One(queue), wish));
        }
        let rest = behind(codes.pause)?;
        if let Some(queue) = queue(rest) {
            let pauses = member(queue).is_some_and(|member| member.paused.is_some());
            let wish = if pauses {
                Wish::Unpause
            } else {
                Wish::Pause(None)
            };
            return Some((number, Which::One(queue), wish));
        }
        let mut reasons = self.options.pause_reasons.iter();
        let (rest, reason) = reasons.find_map(|reason| {
            let rest = rest.strip_suffix(&reason.code.to_string())?;
            Some((rest, reason.name.clone()))
        })?;
        let (whose, rest) = match rest.split_once('*') {
            None => (number, rest),
            Some((agent, rest)) => (agent.parse().ok()?, rest),
        };
        self.person(whose)?;
        Some((whose, Which::One(queue(rest)?), Wish::Pause(Some(reason))))
    }

    /// A code is carried out in the books, before the call is there.
    pub(super) fn begin_code(&mut self) -> Checked {
        let Some((agent, number, dialled)) = self.dials_a_code() else {
            return Ok(());
        };
        self.seen.codes += 1;
        let refused = match self.order(agent, number, dialled) {
            None => Some(Reject::UnknownNumber),
            Some((whose, which, wish)) => {
                let by = By::Person(number);
                let switched = self.switched_by(by, whose, which, &wish);
                match switched {
                    Ok((agent, queues)) => {
                        self.switch(by, agent, &queues, &wish)?;
                        None
                    }
                    Err(reject) => Some(reject),
                }
            }
        };
        self.entry.code = Some(refused);
        Ok(())
    }

    pub(super) fn code_dialled(&mut self, event: &Event) -> Checked {
        let Event::CodeDialled {
            call,
            agent,
            dialled,
            ref refused,
        } = *event
        else {
            return known(None, "a dialled code");
        };
        let asked = self.dials_a_code();
        let expected = self.entry.code.take();
        let right = asked.is_some_and(|(who, _, what)| (who, what) == (agent, dialled));
        self.law(
            Law::Facts,
            right && expected.as_ref() == Some(refused),
            || format!("{dialled} is dialled, and refused as {refused:?}, not {expected:?}"),
        )?;
        let until = self.entry.now + TONE;
        let entry = known(self.calls.get_mut(&call), "a call")?;
        (entry.taken, entry.tone_until) = (true, Some(until));
        let tone = match refused {
            None => Tone::Confirmation,
            Some(_) => Tone::Refusal,
        };
        self.entry.to_play.push(Effect::PlayTone { call, tone });
        Ok(())
    }

    /// Why nobody may say that this is where somebody is.
    pub(super) fn presence_refusal(
        &self,
        by: By,
        number: Number,
        presence: Presence,
    ) -> Option<Reject> {
        let Some(agent) = self.person(number) else {
            return Some(Reject::UnknownNumber);
        };
        let own = by == By::Person(number);
        let queues = self.queues.iter();
        let mut in_queues = queues.filter(|(_, queue)| queue.member(agent).is_some());
        let manages = in_queues.any(|(id, _)| self.may_switch(by, agent, *id));
        if !own && !manages && !self.administers(by) {
            return Some(Reject::Denied);
        }
        let is_so = self.persons.get(&agent)?.presence == presence;
        is_so.then_some(Reject::NoChange)
    }

    /// Somebody says where he is, and his status follows.
    pub(super) fn begin_presence(&mut self, by: By, number: Number, presence: Presence) -> Checked {
        let agent = known(self.person(number), "an extension")?;
        let person = known(self.persons.get_mut(&agent), "an extension")?;
        person.presence = presence;
        self.seen.presences += 1;
        let action = person.on_presence.on(presence).clone();
        let (told, by) = (by, By::System);
        self.entry.facts.push(Event::PresenceChanged {
            agent,
            presence,
            by: told,
        });
        let ids: Vec<QueueId> = self.queues.keys().copied().collect();
        if action == PresenceAction::LogOut {
            // "Last" are those of this log-out, if it is one.
            let dynamic = self.switched_by(by, number, Which::All, &Wish::Out);
            if let Ok((agent, queues)) = dynamic {
                self.switch(by, agent, &queues, &Wish::Out)?;
            }
            return Ok(());
        }
        for queue in ids {
            let wish = {
                let member = self
                    .queues
                    .get(&queue)
                    .and_then(|queue| queue.member(agent));
                let Some(member) = member else { continue };
                let comes_in = match action {
                    PresenceAction::LogIn => !member.logged_in,
                    PresenceAction::LogInLast => !member.logged_in && member.was_logged_in,
                    _ => false,
                };
                match (&action, member.status()) {
                    _ if comes_in => Wish::In,
                    (
                        PresenceAction::LogIn | PresenceAction::LogInLast,
                        AgentStatus::Paused { .. },
                    ) => Wish::Unpause,
                    (PresenceAction::Pause(reason), status)
                        if status != AgentStatus::LoggedOut
                            && member.paused.as_ref() != Some(reason) =>
                    {
                        Wish::Pause(reason.clone())
                    }
                    _ => continue,
                }
            };
            self.switch(by, agent, &[queue], &wish)?;
        }
        Ok(())
    }
}
