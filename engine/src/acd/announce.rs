//! What waiting callers are told between the music: a welcome, a text from time to
//! time, their place and how long it takes yet. None of it keeps an agent from being
//! rung, but for a welcome that is to be heard in full. And what is said when an agent
//! answers: that delays only when he and the caller hear each other.
//!
//! Each caller of such a queue has one timer: for the end of what he hears, or for the
//! next thing that he is to hear. Both clocks of a queue run from the caller's joining;
//! what comes due while something else is heard follows it at once.

use crate::acd::estimate;
use crate::acd::line::{visit, visit_mut};
use crate::calls::prompt_named;
use crate::config::announcements::{Announcements, Sentence};
use crate::config::model::QueueConfig;
use crate::effect::Effect;
use crate::event::{Announced, Event};
use crate::ids::{CallId, LegId, QueueId};
use crate::limits::SPOKEN_NUMBER_MAX;
use crate::mark::Mark;
use crate::state::{Announcing, State};
use crate::step::Step;
use crate::time::{SECOND_US, Span, Timestamp};
use crate::timer::{Timer, TimerId};
use crate::trace::Trace;

/// What is still to be heard, and when.
#[derive(Clone, Copy)]
struct Clocks {
    periodic: Option<Timestamp>,
    place: Option<Timestamp>,
    offer: Option<Timestamp>,
}

impl<T: Trace> Step<'_, T> {
    /// Begins with what a caller is told who has just joined; whether he hears a
    /// welcome now, and so no music yet.
    #[inline(never)]
    pub(crate) fn welcome(&mut self, id: CallId, queue: QueueId) -> bool {
        let config = &self.s.queues[queue].config;
        let told = config.announcements.as_deref();
        let join = told.and_then(|told| told.join.clone());
        let holds = told.is_some_and(|told| told.join_in_full);
        let clocks = clocks(config, self.now, self.now);
        let plays = join.is_some_and(|join| self.play(id, Announced::Join, vec![join], clocks));
        if !plays {
            self.await_announcement(id, clocks);
        } else if holds && let Some(own) = &mut visit_mut(&mut self.s.calls[id]).announcing {
            own.holds = true;
        }
        plays
    }

    /// What a caller heard is over, or there is something for him to hear.
    pub(crate) fn announcement_due(&mut self, id: CallId) {
        let own = visit_mut(&mut self.s.calls[id]).announcing.take();
        let own = own.expect("the timer belongs to an announcement");
        self.announce_next(id, own.clocks());
        if own.holds {
            let queue = visit(self.s, id).queue;
            if !self.s.queues[queue].config.preferred_wait.is_zero() {
                self.reserve(id);
            }
            self.sort_in(id);
        }
    }

    /// Plays what is due, the caller's place before the periodic text; else waits for
    /// what is due next.
    fn announce_next(&mut self, id: CallId, mut rest: Clocks) {
        let own = visit(self.s, id);
        let (queue, joined_at) = (own.queue, own.came_at());
        let config = &self.s.queues[queue].config;
        let next = clocks(config, joined_at, self.now);
        let now = self.now;
        let is_due = |due: Option<Timestamp>| due.is_some_and(|due| due <= now);
        if is_due(rest.offer) {
            rest.offer = None;
            let offer = config.callback.as_ref();
            let offer = offer.and_then(|callback| callback.offer.clone());
            if offer.is_some_and(|offer| self.play(id, Announced::Callback, vec![offer], rest)) {
                return;
            }
        }
        let told = self.s.queues[queue].config.announcements.as_deref();
        if is_due(rest.place) {
            rest.place = next.place;
            let (announced, parts) = place_of(self.s, id, told, self.now);
            if self.play(id, announced, parts, rest) {
                self.sometimes_if(Mark::AnnouncementsAtOnce, |_| is_due(rest.periodic));
                return;
            }
        }
        if is_due(rest.periodic) {
            rest.periodic = next.periodic;
            let told = self.s.queues[queue].config.announcements.as_deref();
            let text = told.and_then(|told| told.periodic.clone());
            if text.is_some_and(|text| self.play(id, Announced::Periodic, vec![text], rest)) {
                return;
            }
        }
        self.await_announcement(id, rest);
    }

    /// Who answers is told what the queue wants, before he and the caller hear each other.
    #[cold]
    #[inline(never)]
    pub(crate) fn brief(&mut self, call: CallId, leg: LegId) {
        let queue = visit(self.s, call).queue;
        let entry = self.s.queues.get(queue);
        let Some(config) = entry.and_then(|entry| entry.config.announcements.as_deref()) else {
            return;
        };
        let agent: Vec<String> = config.agent.iter().cloned().collect();
        let number = Sentence::Agent(self.s.agents[self.s.legs[leg].agent].number);
        let both = config.agent_number.then(|| config.spoken(number));
        let both = both.unwrap_or_default();
        if agent.is_empty() && both.is_empty() {
            return;
        }
        let length = length_of(self.s, agent.iter().chain(&both));
        self.s.calls[call].extra().briefed_until = self.now + length;
        self.emit(Effect::Brief {
            call,
            queue,
            leg,
            agent,
            both,
        });
        self.tell(Event::AnnouncementStarted {
            call,
            queue,
            announced: Announced::Agent { length },
        });
    }

    /// Plays a prompt to a waiting caller, if it is there; whether it is.
    pub(crate) fn tell_waiting(
        &mut self,
        id: CallId,
        announced: Announced,
        prompt: String,
    ) -> bool {
        let own = visit(self.s, id);
        let clocks = clocks(&self.s.queues[own.queue].config, own.came_at(), self.now);
        self.play(id, announced, vec![prompt], clocks)
    }

    /// Plays prompts to a waiting caller, as far as they are there; whether any is.
    fn play(
        &mut self,
        call: CallId,
        announced: Announced,
        mut prompts: Vec<String>,
        clocks: Clocks,
    ) -> bool {
        let queue = visit(self.s, call).queue;
        prompts.retain(|name| prompt_named(self.s, name).is_some());
        let length = length_of(self.s, &prompts);
        if prompts.is_empty() {
            return false;
        }
        let timer = self
            .s
            .timers
            .arm(self.now + length, Timer::Announcement(call));
        let entry = &mut self.s.calls[call];
        entry.taken = true;
        visit_mut(entry).announcing = Some(Box::new(Announcing {
            timer,
            plays: true,
            ..clocks.awaited(timer)
        }));
        self.sometimes_if(Mark::AnnouncementWhileRinging, |s| {
            visit(s, call).ringing > 0
        });
        self.emit(Effect::Announce {
            call,
            queue,
            prompts,
        });
        self.tell(Event::AnnouncementStarted {
            call,
            queue,
            announced,
        });
        true
    }

    /// Waits for what is to be heard next, if anything is.
    fn await_announcement(&mut self, id: CallId, clocks: Clocks) {
        let Clocks {
            periodic,
            place,
            offer,
        } = clocks;
        let Some(due) = [periodic, place, offer].into_iter().flatten().min() else {
            return;
        };
        let timer = self.s.timers.arm(due, Timer::Announcement(id));
        let announcing = Box::new(clocks.awaited(timer));
        visit_mut(&mut self.s.calls[id]).announcing = Some(announcing);
    }

    /// The settings have changed, or the caller is back in the line: what he hears goes
    /// on, and what comes next goes by the settings of now.
    pub(crate) fn plan_announcements(&mut self, id: CallId) {
        let own = visit_mut(&mut self.s.calls[id]);
        let (queue, joined_at, before) = (own.queue, own.came_at(), own.announcing.take());
        let clocks = clocks(&self.s.queues[queue].config, joined_at, self.now);
        match before {
            Some(own) if own.plays => {
                visit_mut(&mut self.s.calls[id]).announcing = Some(Box::new(Announcing {
                    plays: true,
                    holds: own.holds,
                    ..clocks.awaited(own.timer)
                }));
            }
            before => {
                if let Some(own) = before {
                    self.s.timers.cancel(own.timer);
                }
                self.await_announcement(id, clocks);
            }
        }
    }
}

/// How long prompts last that are played one after the other.
fn length_of<'a>(s: &State, prompts: impl IntoIterator<Item = &'a String>) -> Span {
    let prompts = prompts
        .into_iter()
        .filter_map(|name| s.options.prompt_named(name));
    prompts.fold(Span::ZERO, |sum, prompt| sum + prompt.length)
}

impl Clocks {
    /// What is awaited by this timer.
    const fn awaited(self, timer: TimerId) -> Announcing {
        Announcing {
            timer,
            plays: false,
            holds: false,
            periodic: self.periodic,
            place: self.place,
            offer: self.offer,
        }
    }
}

impl Announcing {
    const fn clocks(&self) -> Clocks {
        Clocks {
            periodic: self.periodic,
            place: self.place,
            offer: self.offer,
        }
    }
}

/// When the clocks strike next, after `now`; a callback is offered once.
fn clocks(config: &QueueConfig, joined_at: Timestamp, now: Timestamp) -> Clocks {
    let next = |every: Span| {
        let passed = (now - joined_at).micros() / every.micros().max(1);
        joined_at + Span::from_micros((passed + 1) * every.micros())
    };
    let told = config.announcements.as_deref();
    let callback = config.callback.as_ref();
    let offered = callback.filter(|callback| callback.offer.is_some());
    Clocks {
        periodic: (told.filter(|told| told.periodic.is_some())).map(|t| next(t.periodic_every)),
        place: (told.filter(|told| told.tells_place())).map(|told| next(told.place_every)),
        offer: (offered.map(|callback| joined_at + callback.after)).filter(|&due| due > now),
    }
}

/// What a caller is told about his place, and in which prompts.
fn place_of(
    s: &State,
    id: CallId,
    told: Option<&Announcements>,
    now: Timestamp,
) -> (Announced, Vec<String>) {
    let silence = Announcements::default();
    let config = told.unwrap_or(&silence);
    let position = config.position.then(|| place_in_line(s, id));
    let minutes = (config
        .hold_time
        .then(|| estimate::of_call(s, id, now))
        .flatten())
    .map(|estimate| spoken_minutes(estimate.expected));
    let sentences = [
        position.map(Sentence::Position),
        minutes.map(Sentence::Minutes),
        config.thanks.then_some(Sentence::Thanks),
    ];
    let parts = sentences.into_iter().flatten();
    let parts = parts.flat_map(|sentence| config.spoken(sentence)).collect();
    (Announced::Place { position, minutes }, parts)
}

/// The caller's place in the line, from one; as far as it is spoken, and one more
/// for all behind that.
fn place_in_line(s: &State, id: CallId) -> u8 {
    let mut place = 1;
    let mut before = visit(s, id).before;
    while let Some(other) = before.filter(|_| place <= SPOKEN_NUMBER_MAX) {
        place += 1;
        before = visit(s, other).before;
    }
    place
}

/// A wait in minutes begun, as far as that is spoken.
fn spoken_minutes(wait: Span) -> u8 {
    let minutes = wait.micros().div_ceil(60 * SECOND_US).max(1);
    u8::try_from(minutes)
        .unwrap_or(u8::MAX)
        .min(SPOKEN_NUMBER_MAX + 1)
}
