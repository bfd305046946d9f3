//! What an entry does directly, before anything follows from it; and the
//! facts that the engine must tell of it, neither more nor fewer.

use tandem_engine::{CallId, Effect, Engine, Event, Input, KeptEnd, Key, Number, Timer};

use super::points::Voicemail;
use super::state::Sound;
use super::{Checked, Law, Model, known};

impl Model {
    /// Does in the books what the entry at hand says itself.
    pub(super) fn begin(&mut self, engine: &Engine) -> Checked {
        match self.entry.input.clone() {
            Input::Abort { timer } => self.fired(timer),
            Input::Tick => {
                let (_, timer) = known(self.entry.first, "a tick")?;
                self.fired(timer)
            }
            Input::AgentLogIn { .. }
            | Input::AgentLogOut { .. }
            | Input::AgentPause { .. }
            | Input::AgentUnpause { .. } => self.begin_switch(),
            Input::Configure { changes, .. } => self.begin_configure(engine, &changes),
            Input::DeviceDown { extension } => self.begin_device(extension, false),
            Input::DeviceUp { extension } => self.begin_device(extension, true),
            Input::KeptDone { effect } => self.kept_ends(effect, KeptEnd::Done),
            Input::KeptFailed { effect } => self.kept_ends(effect, KeptEnd::Failed),
            Input::KeptUnknown { effect } => self.kept_ends(effect, KeptEnd::Unknown),
            Input::ConsultCall { .. }
            | Input::EndConsultation { .. }
            | Input::HangUpCall { .. }
            | Input::LegHeld { .. }
            | Input::LegResumed { .. }
            | Input::MonitorCall { .. }
            | Input::ParkCall { .. }
            | Input::PickUpCall { .. }
            | Input::RedirectCall { .. }
            | Input::SwitchRecording { .. }
            | Input::TransferCall { .. } => self.begin_handling(),
            Input::LegAnswered { leg } => {
                self.sounds(leg, Sound::Answered)?;
                self.supervisor_answers(leg)
            }
            Input::LegEnded { leg } => self.leg_is_over(leg),
            Input::LegFailed { leg, .. } => self.sounds(leg, Sound::Over),
            Input::BridgeFailed { call } => self.begin_bridge_failed(call),
            Input::PersonErased { number, .. } => self.begin_erasure(number),
            Input::Restarted { epoch, .. } => self.begin_restart(epoch),
            Input::WallOffset { micros } => {
                self.set_wall_clock(micros);
                Ok(())
            }
            Input::CallArrived { .. } => self.begin_code(),
            Input::CallerHungUp { call } => self.hangs_up_promised(call),
            Input::CustomerAnswered { .. }
            | Input::CustomerFailed { .. }
            | Input::PlaceCall { .. } => Ok(()),
            Input::PresenceChanged {
                by,
                agent,
                presence,
            } => self.begin_presence(by, agent, presence),
            Input::CallLogProcessed {
                by,
                log,
                result,
                same_caller,
            } => self.begin_processing(by, &log, result, &same_caller),
            Input::CallLogNoted { by, log, note } => self.begin_late_note(by, &log, &note),
            Input::CallNoted { by, call, note } => self.begin_note(by, call, &note),
            Input::CallLogsDeleted { by, logs } => self.begin_deletion(by, &logs),
            Input::KeyPressed { call, key } => {
                if !self.key_in_callback(call, key)? {
                    self.key_elsewhere(call, key)?;
                }
                Ok(())
            }
        }
    }

    /// Who talked to the caller on a leg is gone from it; two callers have none.
    fn begin_bridge_failed(&mut self, call: CallId) -> Checked {
        let joined = self.calls.get(&call).and_then(|call| call.joined);
        if joined.is_some() {
            return Ok(());
        }
        let leg = known(self.talking_leg(call), "a connection")?;
        self.sounds(leg, Sound::Over)
    }

    /// A key that has nothing to do with a callback.
    fn key_elsewhere(&mut self, call: CallId, key: Key) -> Checked {
        self.await_key(call, key);
        self.key_in_survey(call, key)?;
        self.key_in_menu(call, key)
    }

    fn begin_device(&mut self, number: Number, up: bool) -> Checked {
        let agent = known(self.person(number), "an extension")?;
        known(self.persons.get_mut(&agent), "an extension")?.up = up;
        if !up {
            let queues: Vec<_> = self.queues.keys().copied().collect();
            queues
                .into_iter()
                .for_each(|queue| self.nobody_waits_for(agent, queue));
        }
        self.entry.facts.push(Event::DeviceChanged { agent, up });
        Ok(())
    }

    fn begin_erasure(&mut self, number: Number) -> Checked {
        self.erase_promises(number);
        let mut calls = 0;
        for call in self.calls.values_mut().filter(|call| call.number == number) {
            call.number = Number::NONE;
            calls += 1;
        }
        self.places.retain(|(known, _)| *known != number);
        self.last_agents.retain(|(known, ..)| *known != number);
        self.entry.facts.push(Event::PersonErased { calls });
        Ok(())
    }

    /// Every leg is gone; what may not be done twice is in doubt.
    fn begin_restart(&mut self, epoch: u32) -> Checked {
        self.epoch = self.epoch.max(epoch);
        for sound in self.sounds.values_mut() {
            *sound = Sound::Over;
        }
        // Whoever receives records knows them by name; mails pile up.
        let doubtful = self
            .kept
            .iter()
            .filter(|(_, effect)| !matches!(effect, Effect::PushRecord { .. }));
        let doubtful: Vec<_> = doubtful.map(|(id, _)| *id).collect();
        for effect in doubtful {
            self.kept_ends(effect, KeptEnd::Unknown)?;
        }
        let stay = self.promises_stay()?;
        let calls = self.calls.len() - stay;
        let calls = u32::try_from(calls).expect("a test has few calls");
        self.seen.cut_off += self
            .calls
            .values()
            .filter(|call| call.visit.is_some())
            .count() as u64;
        self.entry.facts.push(Event::SystemRestarted { calls });
        Ok(())
    }

    fn kept_ends(&mut self, effect: tandem_engine::EffectId, how: KeptEnd) -> Checked {
        known(self.kept.remove(&effect), "a kept effect")?;
        self.entry.facts.push(Event::KeptEnded { effect, how });
        Ok(())
    }

    pub(super) fn sounds(&mut self, leg: tandem_engine::LegId, sound: Sound) -> Checked {
        *known(self.sounds.get_mut(&leg), "a leg")? = sound;
        Ok(())
    }

    /// A deadline came: what it ends without any event ends here.
    fn fired(&mut self, timer: Timer) -> Checked {
        let due = self.entry.first.map(|(due, _)| due);
        let ended = match timer {
            Timer::Midnight(queue) => {
                let entry = known(self.queues.get_mut(&queue), "a queue")?;
                let ended = entry.midnight.take();
                self.begin_day(queue);
                self.await_midnight(queue);
                ended
            }
            Timer::Announcement(call) => self.announcement_due(call)?,
            Timer::Callback(call) => self.callback_due(call)?,
            Timer::CallerRing(call) => known(self.calls.get(&call), "a call")?.rings_until,
            Timer::MenuTimeout(call) => self.menu_timeout(call)?,
            Timer::MessageOver(call) => {
                let call = known(self.calls.get(&call), "a call")?;
                match call.voicemail {
                    Some(Voicemail::Leaves(.., until)) => Some(until),
                    _ => None,
                }
            }
            Timer::Parked(call) => self.parking_over(call)?,
            Timer::PreferredWait(call) => self.preferred_wait_over(call)?,
            Timer::PromptOver(call) => self.prompt_over(call)?,
            Timer::Rest(agent) => known(self.persons.get_mut(&agent), "an agent")?
                .rest_until
                .take(),
            Timer::Retry(call) => {
                let call = known(self.calls.get_mut(&call), "a call")?;
                known(call.visit.as_mut(), "a visit")?.retry_until.take()
            }
            Timer::WrapUp(_) => {
                let (queue, agent) = known(self.entry.wrap_up_of, "a member")?;
                let entry = known(self.queues.get_mut(&queue), "a queue")?;
                let member = known(entry.member_mut(agent), "a member")?;
                let ended = member.wrap_up_until.take();
                self.entry.facts.push(Event::WrapUpEnded { agent, queue });
                ended
            }
            Timer::RingTimeout(leg) => self.legs.get(&leg).map(|leg| leg.due),
            Timer::SurveyTimeout(call) => self.survey_timeout(call)?,
            Timer::ServiceLevel(queue) => self.service_level_due(queue)?,
            Timer::LongestWait(_) | Timer::PutOut(_) | Timer::SkillStep(_) => return Ok(()),
        };
        self.law(Law::Timers, ended == due, || {
            format!("{timer:?} fires at {due:?}, but it should at {ended:?}")
        })
    }

    /// A fact was told: it must have been expected, and is no more.
    pub(super) fn told(&mut self, event: &Event) -> Checked {
        match self.entry.facts.iter().position(|fact| fact == event) {
            Some(place) => {
                self.entry.facts.swap_remove(place);
                Ok(())
            }
            None => {
                let expected = &self.entry.facts;
                self.law(law_of(event), false, || {
                    format!("{event:?} is told, but what happened is {expected:?}")
                })
            }
        }
    }

    /// Nothing that happened was kept secret.
    pub(super) fn all_was_told(&self) -> Checked {
        self.entry.facts.iter().try_for_each(|fact| {
            self.law(law_of(fact), false, || {
                format!("{fact:?} happened and is not told")
            })
        })
    }
}

fn law_of(fact: &Event) -> Law {
    match fact {
        Event::KeptEnded { .. } => Law::Kept,
        _ => Law::Facts,
    }
}
