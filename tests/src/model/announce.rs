//! What waiting callers are told, and when.

use tandem_engine::config::announcements::{Announcements, Sentence};
use tandem_engine::config::model::QueueConfig;
use tandem_engine::limits::SPOKEN_NUMBER_MAX;
use tandem_engine::{Announced, CallId, Effect, Input, LegId, QueueId, Span, Timestamp};

use super::{Checked, Law, Model, known};

/// What a waiting caller is told.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Told {
    /// Until when he hears something.
    pub(super) until: Option<Timestamp>,
    /// Whether nobody is rung before.
    pub(super) holds: bool,
    pub(super) periodic: Option<Timestamp>,
    pub(super) place: Option<Timestamp>,
    /// When a callback is offered.
    pub(super) offer: Option<Timestamp>,
}

impl Told {
    /// When something ends or begins.
    pub(super) fn due(&self) -> Option<Timestamp> {
        let next = [self.periodic, self.place, self.offer]
            .into_iter()
            .flatten()
            .min();
        self.until.or(next)
    }

    /// Sets both clocks to what they strike next.
    fn wind(&mut self, config: &QueueConfig, joined_at: Timestamp, now: Timestamp) {
        let callback = config.callback.as_deref();
        let offered = callback.filter(|callback| callback.offer.is_some());
        let offered = offered.map(|callback| joined_at + callback.after);
        self.offer = offered.filter(|at| *at > now);
        let told = config.announcements.as_deref();
        let next = |every: Span| {
            let strikes = (1..).map(|times| joined_at + Span::from_micros(times * every.micros()));
            strikes.into_iter().find(|at| *at > now)
        };
        let periodic = told.filter(|told| told.periodic.is_some());
        self.periodic = periodic.and_then(|told| next(told.periodic_every));
        let place = told.filter(|told| told.position || told.hold_time || told.thanks);
        self.place = place.and_then(|told| next(told.place_every));
    }
}

impl Model {
    /// Who joins hears the welcome, or music.
    pub(super) fn is_welcomed(&mut self, call: CallId, queue: QueueId) -> Checked {
        self.wind_clocks(call, queue)?;
        let config = &known(self.queues.get(&queue), "a queue")?.config;
        let told = config.announcements.as_deref();
        let Some(told) = told.filter(|told| told.join.is_some()) else {
            return self.is_entertained(call, queue);
        };
        let holds = told.join_in_full;
        self.entry.to_tell = Some((call, Announced::Join));
        let visit = known(self.calls.get_mut(&call), "a call")?.visit.as_mut();
        known(visit, "a visit")?.told.holds = holds;
        Ok(())
    }

    /// Sets the clocks of a caller by the settings of his queue.
    pub(super) fn wind_clocks(&mut self, call: CallId, queue: QueueId) -> Checked {
        let config = &known(self.queues.get(&queue), "a queue")?.config;
        let now = self.entry.now;
        let entry = known(self.calls.get_mut(&call), "a call")?;
        let visit = known(entry.visit.as_mut(), "a visit")?;
        let joined_at = visit.joined_at;
        if visit.callback.asked.is_none() && visit.callback.promise.is_none() {
            visit.told.wind(config, joined_at, now);
        }
        Ok(())
    }

    /// Something ends or begins; tells when that was due.
    pub(super) fn announcement_due(&mut self, call: CallId) -> Result<Option<Timestamp>, String> {
        let now = self.entry.now;
        let waiting = self.calls.get(&call).and_then(|call| call.waiting());
        let visit = known(waiting, "a waiting call")?;
        let (queue, order, mut told) = (visit.queue, visit.order, visit.told);
        let due = told.due();
        if self.entry.input != Input::Tick {
            return Ok(due);
        }
        let mut clocks = told;
        let config = known(self.queues.get(&queue), "a queue")?.config.clone();
        let announcements = config.announcements.as_deref();
        clocks.wind(&config, visit.joined_at, now);
        (told.until, told.holds) = (None, false);
        let struck = |at: Option<Timestamp>| at.is_some_and(|at| at <= now);
        if struck(told.offer) {
            told.offer = None;
            self.entry.to_tell = Some((call, Announced::Callback));
        } else if let Some(config) = announcements {
            if struck(told.place) {
                told.place = clocks.place;
                let before = self
                    .line(queue)
                    .iter()
                    .filter(|l| l.1.order < order)
                    .count();
                let place = u8::try_from(before + 1).unwrap_or(u8::MAX);
                let position = config.position.then(|| place.min(SPOKEN_NUMBER_MAX + 1));
                let minutes = None;
                self.entry.to_tell = Some((call, Announced::Place { position, minutes }));
            } else if struck(told.periodic) {
                told.periodic = clocks.periodic;
                self.entry.to_tell = Some((call, Announced::Periodic));
            }
        }
        let entry = known(self.calls.get_mut(&call), "a call")?;
        let visit = known(entry.visit.as_mut(), "a visit")?;
        let held_back = visit.told.holds;
        visit.told = told;
        if held_back {
            self.is_reserved(call)?;
        }
        Ok(due)
    }

    /// A waiting caller is told something. How long it takes yet is the estimate's
    /// matter, and so free here.
    pub(super) fn announcement_started(
        &mut self,
        call: CallId,
        queue: QueueId,
        announced: Announced,
    ) -> Checked {
        if let Announced::Agent { length } = announced {
            self.entry.briefing = Some((call, length));
            return Ok(());
        }
        self.seen.announcements += 1;
        let (now, wanted) = (self.entry.now, self.entry.to_tell.take());
        let bare = match announced {
            Announced::Place { position, .. } => Announced::Place {
                position,
                minutes: None,
            },
            other => other,
        };
        self.law(Law::Facts, wanted == Some((call, bare)), || {
            format!("call {call} is told {announced:?}, but it should be {wanted:?}")
        })?;
        let config = &known(self.queues.get(&queue), "a queue")?.config;
        let callback = config.callback.as_deref();
        let silence = Announcements::default();
        let told = config.announcements.as_deref().unwrap_or(&silence);
        let prompts: Vec<String> = match announced {
            Announced::Agent { .. } => Vec::new(),
            Announced::Callback => callback
                .and_then(|it| it.offer.clone())
                .into_iter()
                .collect(),
            Announced::NotCalledBack => callback
                .and_then(|it| it.invalid.clone())
                .into_iter()
                .collect(),
            Announced::Join => told.join.iter().cloned().collect(),
            Announced::Periodic => told.periodic.iter().cloned().collect(),
            Announced::Place { position, minutes } => {
                let thanks = told.thanks.then_some(Sentence::Thanks);
                let position = position.map(Sentence::Position);
                let minutes = minutes.map(Sentence::Minutes);
                let sentences = [position, minutes, thanks].into_iter().flatten();
                sentences.flat_map(|it| told.spoken(it)).collect()
            }
        };
        let lengths = prompts.iter().filter_map(|name| self.prompt(name));
        let length = lengths.fold(Span::ZERO, |sum, prompt| sum + prompt.length);
        let entry = known(self.calls.get_mut(&call), "a call")?;
        entry.taken = true;
        let visit = known(entry.visit.as_mut(), "a visit")?;
        visit.told.until = Some(now + length);
        self.entry.to_play.push(Effect::Announce {
            call,
            queue,
            prompts,
        });
        Ok(())
    }

    /// Who hangs up before he hears the caller was not connected with him, unless he has made
    /// something of him before.
    pub(super) fn leaves_unheard(&self) -> Option<CallId> {
        let Input::LegEnded { leg } = self.entry.input else {
            return None;
        };
        let call = self.legs.get(&leg)?.call;
        let entry = self.calls.get(&call)?;
        let answer = entry.visit.as_ref()?.answered.as_ref()?;
        let now = self.entry.now;
        let untouched = !entry.is_held() && entry.held_in(answer.at, now).is_zero();
        let talks = self.talking_leg(call) == Some(leg);
        (talks && untouched && now < answer.briefed_until).then_some(call)
    }

    /// Who answers is told what the queue wants, and for how long is said.
    pub(super) fn is_briefed(&mut self, call: CallId, queue: QueueId, leg: LegId) -> Checked {
        let config = self.queues.get(&queue).map(|queue| &queue.config);
        let (mut alone, mut both) = (Vec::new(), Vec::new());
        if let Some(told) = config.and_then(|config| config.announcements.as_deref()) {
            let agent = known(self.legs.get(&leg), "a leg")?.agent;
            let number = known(self.persons.get(&agent), "an agent")?.number;
            alone.extend(told.agent.iter().cloned());
            if told.agent_number {
                both.extend(told.spoken(Sentence::Agent(number)));
            }
        }
        let prompts = alone
            .iter()
            .chain(&both)
            .filter_map(|name| self.prompt(name));
        let length = prompts.fold(Span::ZERO, |sum, prompt| sum + prompt.length);
        let wanted = (!alone.is_empty() || !both.is_empty()).then_some((call, length));
        let told = self.entry.briefing.take();
        self.law(Law::Facts, told == wanted, || {
            format!("{told:?} is told on leg {leg}, but it should be {wanted:?}")
        })?;
        if wanted.is_some() {
            let until = self.entry.now + length;
            let visit = self
                .calls
                .get_mut(&call)
                .and_then(|call| call.visit.as_mut());
            if let Some(answer) = visit.and_then(|visit| visit.answered.as_mut()) {
                answer.briefed_until = until;
            }
            self.seen.briefings += 1;
            self.entry.to_play.push(Effect::Brief {
                call,
                queue,
                leg,
                agent: alone,
                both,
            });
        }
        Ok(())
    }
}
