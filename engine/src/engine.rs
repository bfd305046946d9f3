//! The engine: one state, one function.

use crate::agents::Switch;
use crate::calendar::zones_version;
use crate::config::model::{Config, Options};
use crate::effect::{Effect, EffectId};
use crate::event::{Event, KeptEnd};
use crate::ids::QueueId;
use crate::input::{By, Entry, Input};
use crate::mark::Mark;
use crate::number::Number;
use crate::outbox::{Outbox, Reject};
use crate::permissions::{self, Action};
use crate::records::contacts::ContactIndex;
use crate::snapshot::{self, SnapshotError};
use crate::state::{Progress, State};
use crate::step::Step;
use crate::time::Timestamp;
use crate::timer::Timer;
use crate::trace::{Silent, Trace};

/// A contact centre.
#[derive(Clone, Debug)]
pub struct Engine {
    pub(crate) state: State,
    /// Queues to be looked at at the end of an entry; empty between entries.
    marked: Vec<QueueId>,
}

impl Engine {
    /// A centre without queues and agents, at time zero. `seed` is the key of
    /// every draw that the engine makes.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self::with_state(State {
            seed,
            ..State::default()
        })
    }

    /// A centre that is as empty as a new one and goes on behind entry `seq`, which
    /// was received at `received_at`: where what was before can not be had back.
    #[must_use]
    pub fn anew(seed: u64, seq: u64, received_at: Timestamp) -> Self {
        Self::with_state(State {
            seed,
            seq,
            received_at,
            acted_at: received_at,
            ..State::default()
        })
    }

    fn with_state(mut state: State) -> Self {
        let Options {
            contacts,
            contact_matching,
            ..
        } = &state.options;
        state.contacts = ContactIndex::of(contacts, *contact_matching);
        Self {
            state,
            marked: Vec::new(),
        }
    }

    /// Applies one entry and writes what follows from it to `out`.
    ///
    /// # Panics
    /// Where the driver breaks the contract: numbers that do not count up by
    /// one, time that runs backwards, or an input that passes a deadline.
    #[inline]
    pub fn apply(&mut self, entry: &Entry, out: &mut Outbox) {
        self.apply_traced(entry, out, &mut Silent);
    }

    /// The same, taking notes of every decision.
    ///
    /// # Panics
    /// As [`Engine::apply`].
    pub fn apply_traced<T: Trace>(&mut self, entry: &Entry, out: &mut Outbox, trace: &mut T) {
        let s = &mut self.state;
        assert!(
            entry.seq == s.seq + 1,
            "entry {} follows {}",
            entry.seq,
            s.seq
        );
        assert!(
            entry.received_at >= s.received_at,
            "entry {} goes back in time",
            entry.seq
        );
        let first = s.timers.first();
        let acted_before = s.acted_at;
        let now = match entry.input {
            // Comes before every deadline. What was cut off ended when the
            // system was last seen alive, not when it was started again.
            Input::Restarted { alive_until, .. } => {
                alive_until.clamp(s.received_at, entry.received_at)
            }
            // A deadline acts, or is given up, when it was due: were it later,
            // those behind it would act before it. A restart comes before
            // deadlines that were due already; they act right after it.
            Input::Abort { .. } | Input::Tick => match first {
                Some((due, _)) if due <= entry.received_at => due.max(s.acted_at),
                _ => entry.received_at,
            },
            _ => {
                assert!(
                    first.is_none_or(|(due, _)| due > entry.received_at),
                    "entry {} passes a deadline",
                    entry.seq
                );
                entry.received_at
            }
        };
        out.begin(now);
        (s.seq, s.received_at, s.acted_at) = (entry.seq, entry.received_at, now);
        let marked = &mut self.marked;
        let mut step = Step {
            s,
            out,
            marked,
            trace,
            seq: entry.seq,
            now,
            emitted: 0,
        };
        if T::ON && matches!(entry.input, Input::Abort { .. } | Input::Tick) {
            step.sometimes_if(Mark::LateTick, |_| now < entry.received_at);
            let overtaken = first.is_some_and(|(due, _)| due < acted_before);
            step.sometimes_if(Mark::DeadlineOfBefore, |_| overtaken);
        }
        match step.input(&entry.input) {
            Ok(()) => step.dispatch(),
            Err(reject) => out.reject = Some(reject),
        }
    }

    /// The earliest deadline and its timer. No other input may be received at that
    /// time or later before the `Tick` for it.
    #[must_use]
    #[inline]
    pub fn next_deadline(&self) -> Option<(Timestamp, Timer)> {
        self.state.timers.first()
    }

    /// Every effect that has not ended: rings in the order of their legs, customers who
    /// are called in that of their calls, then kept ones in the order of their ids.
    pub fn awaiting(&self) -> impl Iterator<Item = Awaiting<'_>> {
        let rings = (self.state.legs.iter())
            .filter(|(_, leg)| leg.timeout.is_some())
            .map(|(id, leg)| Awaiting::Ring {
                effect: leg.ring,
                leg: id,
            });
        let customers = self.state.calls.iter().filter_map(|(call, entry)| {
            let effect = match entry.visit.as_ref() {
                None => entry.extra.as_ref()?.rung.as_ref()?.ring,
                Some(visit) => match visit.promise()?.progress {
                    Progress::Ringing { ring, .. } => ring,
                    _ => return None,
                },
            };
            Some(Awaiting::Customer { effect, call })
        });
        let kept = self.state.kept.iter();
        rings
            .chain(customers)
            .chain(kept.map(|(&id, effect)| Awaiting::Kept {
                effect: id,
                order: effect,
            }))
    }

    /// Number and time of the last entry.
    #[must_use]
    pub const fn last_entry(&self) -> (u64, Timestamp) {
        (self.state.seq, self.state.received_at)
    }

    /// The configuration in force and its revision.
    #[must_use]
    pub fn config(&self) -> (Config, u64) {
        (crate::configure::export(&self.state), self.state.revision)
    }

    /// Whether `by` may do or see something.
    #[must_use]
    pub fn allows(&self, by: By, action: Action) -> bool {
        permissions::allows(&self.state, by, action)
    }

    /// The whole state as bytes, with everything that must be the same where
    /// they are read back.
    #[must_use]
    pub fn snapshot(&self) -> Vec<u8> {
        snapshot::encode(&self.state, zones_version())
    }

    /// The engine as it was when [`Engine::snapshot`] was called.
    ///
    /// # Errors
    /// Where the bytes are damaged, or were written by other semantics, another
    /// format or with other time zones.
    pub fn restore(bytes: &[u8]) -> Result<Self, SnapshotError> {
        snapshot::decode(bytes, zones_version()).map(Self::with_state)
    }

    /// Hash of the whole state. Equal states have equal hashes on every
    /// machine.
    #[must_use]
    pub fn hash(&self) -> u128 {
        snapshot::hash(&self.state)
    }
}

/// An effect that has not ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Awaiting<'a> {
    /// A customer is called back, a number outside is called, or who has a call placed is
    /// rung; the engine holds the timeout.
    Customer {
        /// The effect's id.
        effect: EffectId,
        /// His call.
        call: crate::ids::CallId,
    },
    /// Stays until the port says what became of it.
    Kept {
        /// The effect's id.
        effect: EffectId,
        /// What was ordered.
        order: &'a Effect,
    },
    /// A telephone rings; the engine holds the timeout.
    Ring {
        /// The effect's id.
        effect: EffectId,
        /// The ringing leg.
        leg: crate::ids::LegId,
    },
}

impl<T: Trace> Step<'_, T> {
    /// The one place where inputs part.
    fn input(&mut self, input: &Input) -> Result<(), Reject> {
        match input {
            Input::Abort { timer } => self.abort(*timer),
            Input::AgentLogIn { .. }
            | Input::AgentLogOut { .. }
            | Input::AgentPause { .. }
            | Input::AgentUnpause { .. } => self.status_input(input),
            Input::BridgeFailed { call } => self.bridge_failed(*call),
            Input::CallArrived { key, from, dialled } => self.call_arrived(*key, from, *dialled),
            Input::CallLogNoted { by, log, note } => self.note_call_log(*by, log, note),
            Input::CallLogProcessed {
                by,
                log,
                result,
                same_caller,
            } => self.process_call_log(*by, log, *result, same_caller),
            Input::CallLogsDeleted { by, logs } => self.delete_call_logs(*by, logs),
            Input::CallNoted { by, call, note } => self.note_call(*by, *call, note),
            Input::CallerHungUp { call } => self.caller_hung_up(*call),
            Input::Configure { by, base, changes } => self.configure(*by, *base, changes),
            Input::ConsultCall { .. } | Input::EndConsultation { .. } => self.consultation(input),
            Input::CustomerAnswered { call } => self.customer_answered(*call),
            Input::CustomerFailed { call, cause } => self.customer_failed(*call, *cause),
            Input::DeviceDown { extension } => self.device_changed(*extension, false),
            Input::DeviceUp { extension } => self.device_changed(*extension, true),
            Input::HangUpCall { by, call } => self.hang_up_call(*by, *call),
            Input::KeptDone { effect } => self.kept_ended(*effect, KeptEnd::Done),
            Input::KeptFailed { effect } => self.kept_ended(*effect, KeptEnd::Failed),
            Input::KeptUnknown { effect } => self.kept_ended(*effect, KeptEnd::Unknown),
            Input::KeyPressed { call, key } => self.key_pressed(*call, *key),
            Input::LegAnswered { leg } => self.leg_answered(*leg),
            Input::LegEnded { leg } => self.leg_ended(*leg),
            Input::LegFailed { leg, cause } => self.leg_failed(*leg, *cause),
            Input::LegHeld { leg } => self.hold(*leg, true),
            Input::LegResumed { leg } => self.hold(*leg, false),
            Input::MonitorCall { by, call, how } => self.monitor_call(*by, *call, *how),
            Input::ParkCall { by, call, side } => self.park_call(*by, *call, *side),
            Input::PersonErased { by, number } => self.person_erased(*by, *number),
            Input::PickUpCall { by, call } => self.pick_up_call(*by, *call),
            Input::PlaceCall { by, to } => self.place_call(*by, to),
            Input::PresenceChanged {
                by,
                agent,
                presence,
            } => self.presence_changed(*by, *agent, *presence),
            Input::RedirectCall { by, call, to } => self.redirect_call(*by, *call, to),
            Input::Restarted { epoch, .. } => {
                self.restarted(*epoch);
                Ok(())
            }
            Input::SwitchRecording { by, call, on } => self.switch_recording(*by, *call, *on),
            Input::Tick => self.tick(),
            Input::TransferCall { by, call, side, to } => self.transfer_call(*by, *call, *side, to),
            Input::WallOffset { micros } => {
                self.wall_offset(*micros);
                Ok(())
            }
        }
    }

    /// Somebody's status in his queues.
    fn status_input(&mut self, input: &Input) -> Result<(), Reject> {
        let (by, agent, queues, switch) = match input {
            Input::AgentLogIn { by, agent, queues } => (by, agent, queues, Switch::LogIn),
            Input::AgentLogOut { by, agent, queues } => (by, agent, queues, Switch::LogOut),
            Input::AgentUnpause { by, agent, queues } => (by, agent, queues, Switch::Unpause),
            Input::AgentPause {
                by,
                agent,
                queues,
                reason,
            } => (by, agent, queues, Switch::Pause(reason.clone())),
            _ => unreachable!("it is about a status"),
        };
        self.switch_status(*by, *agent, *queues, &switch)
    }

    /// The one place where timers part.
    fn tick(&mut self) -> Result<(), Reject> {
        let timer = self.deadline()?;
        self.s.timers.pop();
        match timer {
            Timer::Announcement(call) => self.announcement_due(call),
            Timer::Callback(call) => self.callback_due(call),
            Timer::CallerRing(call) => self.caller_rang_out(call),
            Timer::LongestWait(queue) => self.longest_wait_over(queue),
            Timer::MenuTimeout(call) => self.menu_timeout(call),
            Timer::MessageOver(call) => self.message_over(call),
            Timer::Midnight(queue) => self.midnight(queue),
            Timer::Parked(call) => self.parked_too_long(call),
            Timer::PreferredWait(call) => self.preferred_wait_over(call),
            Timer::PromptOver(call) => self.prompt_over(call),
            Timer::PutOut(queue) => self.put_out(queue),
            Timer::Rest(agent) => self.rest_over(agent),
            Timer::Retry(call) => self.retry_over(call),
            Timer::RingTimeout(leg) => self.ring_timed_out(leg),
            Timer::ServiceLevel(queue) => self.evaluate_service_level(queue),
            Timer::SkillStep(queue) => self.skill_step_reached(queue),
            Timer::SurveyTimeout(call) => self.survey_timeout(call),
            Timer::WrapUp(member) => self.wrap_up_over(member),
        }
        Ok(())
    }

    /// The earliest deadline, if it has come.
    pub(crate) fn deadline(&self) -> Result<Timer, Reject> {
        let first = self.s.timers.first();
        let come = first.filter(|&(due, _)| due <= self.now);
        come.map(|(_, timer)| timer).ok_or(Reject::TooEarly)
    }

    fn kept_ended(&mut self, effect: EffectId, how: KeptEnd) -> Result<(), Reject> {
        self.s.kept.remove(&effect).ok_or(Reject::Stale)?;
        self.tell(Event::KeptEnded { effect, how });
        Ok(())
    }

    fn person_erased(&mut self, by: By, number: Number) -> Result<(), Reject> {
        permissions::erase_person(self.s, by).ok_or(Reject::Denied)?;
        if number.is_none() {
            // Who withholds his number is not one person.
            return Err(Reject::UnknownNumber);
        }
        let lost = self.forget_promises(number);
        let mut calls = 0;
        for id in self.s.parties.ids() {
            let party = &mut self.s.parties[id];
            if party.number == number {
                (party.number, party.name) = (Number::NONE, None);
                calls += 1;
            }
        }
        for call in lost {
            self.fail_callback(call, crate::records::LeaveReason::CallbackWithdrawn);
        }
        self.s.places.forget(number);
        self.s.last_agents.forget(number);
        self.sometimes_if(Mark::Erased, |_| calls > 0);
        self.tell(Event::PersonErased { calls });
        Ok(())
    }
}
