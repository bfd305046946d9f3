//! The satisfaction survey: who is asked and about which call, what his keys mean, and
//! when it is over.

use tandem_engine::config::model::SurveyConfig;
use tandem_engine::limits::{SURVEY_ANSWER_S, SURVEY_PLAYS_MAX};
use tandem_engine::records::survey::SurveyAnswer;
use tandem_engine::{AgentId, CallId, Effect, Event, Input, Key, LegId, QueueId, Span, Timestamp};

use super::state::{LegStage, Sound};
use super::{Checked, Model, known};

/// A queue's call that was answered, about which its caller may be asked.
#[derive(Clone, Copy, Debug)]
pub(super) struct Rated {
    queue: QueueId,
    visit: u16,
    joined_at: Timestamp,
    agent: AgentId,
}

/// A caller who is asked.
#[derive(Clone, Debug)]
pub(super) struct Asked {
    config: SurveyConfig,
    about: Rated,
    plays: u8,
    /// The prompt that must begin in this entry.
    pub(super) due: Option<String>,
    /// When it is over, and when no key is awaited any more.
    over: Timestamp,
    until: Timestamp,
    /// He has answered, and hears thanks.
    thanked: bool,
    /// The call must end in this entry.
    pub(super) ends: bool,
}

impl Asked {
    /// When the silence behind the question is over, if it is awaited.
    pub(super) fn awaits(&self) -> Option<Timestamp> {
        (!self.thanked).then_some(self.until)
    }
}

impl Model {
    /// What a queue asks now.
    fn asks(&self, queue: QueueId) -> Option<&SurveyConfig> {
        let queue = self.queues.get(&queue).filter(|queue| !queue.removed);
        queue?.config.survey.as_deref()
    }

    /// About which call somebody is asked when who talks to him hangs up.
    fn to_rate(&self, id: CallId) -> Option<Rated> {
        let call = self.calls.get(&id)?;
        let about = match &call.visit {
            None => call.rated?,
            Some(visit) => Rated {
                queue: visit.queue,
                visit: visit.number,
                joined_at: visit.joined_at,
                agent: visit.answered?.agent,
            },
        };
        self.asks(about.queue).map(|_| about)
    }

    /// Somebody goes on to somebody else: the queue's call that he had is asked about
    /// later.
    pub(super) fn rate_later(&mut self, id: CallId) {
        let about = self.to_rate(id);
        if let Some(call) = self.calls.get_mut(&id)
            && call.visit.is_some()
        {
            call.rated = about;
        }
    }

    /// A leg ends at the far side: if somebody talked on it, he has hung up.
    pub(super) fn leg_is_over(&mut self, leg: LegId) -> Checked {
        self.sounds(leg, Sound::Over)?;
        let call = known(self.legs.get(&leg), "a leg")?.call;
        match self.talking_leg(call) == Some(leg) {
            true if self.hangs_up_consulting(call, leg)? => Ok(()),
            true => self.asks_caller(call, leg),
            false => Ok(()),
        }
    }

    /// Somebody hangs up on a screen: if he talks in this call, his caller is asked.
    pub(super) fn hangs_up_on_screen(&mut self, call: CallId, by: Option<AgentId>) -> Checked {
        let leg = self.talking_leg(call);
        let own = leg.filter(|leg| self.legs.get(leg).map(|leg| leg.agent) == by);
        own.map_or(Ok(()), |leg| self.asks_caller(call, leg))
    }

    fn asks_caller(&mut self, call: CallId, leg: LegId) -> Checked {
        let Some(about) = self.to_rate(call) else {
            return Ok(());
        };
        known(self.legs.get_mut(&leg), "a leg")?.stage = LegStage::Over;
        let now = self.entry.now;
        known(self.calls.get_mut(&call), "a call")?.hold(now, false);
        self.ask(call, about)
    }

    /// Who fetched a parked caller has hung up; says whether the caller is asked.
    pub(super) fn asks_parked(&mut self, call: CallId) -> bool {
        let about = self.to_rate(call);
        about.is_some_and(|about| self.ask(call, about).is_ok())
    }

    fn ask(&mut self, id: CallId, about: Rated) -> Checked {
        let config = known(self.asks(about.queue), "a survey")?.clone();
        let (queue, agent) = (about.queue, about.agent);
        self.entry.facts.push(Event::SurveyStarted {
            call: id,
            queue,
            agent,
        });
        self.seen.surveys += 1;
        known(self.calls.get_mut(&id), "a call")?.survey = Some(Asked {
            config,
            about,
            plays: 0,
            due: None,
            over: Timestamp::ZERO,
            until: Timestamp::ZERO,
            thanked: false,
            ends: false,
        });
        self.asks_once_more(id)
    }

    fn asks_once_more(&mut self, id: CallId) -> Checked {
        let now = self.entry.now;
        let asked = known(self.survey_of(id), "somebody who is asked")?;
        asked.plays += 1;
        (asked.over, asked.until) = (now, now + Span::from_secs(SURVEY_ANSWER_S));
        let name = asked.config.prompt.clone();
        if self.prompt(&name).is_some() {
            known(self.survey_of(id), "somebody who is asked")?.due = Some(name);
        }
        Ok(())
    }

    fn survey_of(&mut self, id: CallId) -> Option<&mut Asked> {
        self.calls.get_mut(&id)?.survey.as_mut()
    }

    /// Whether a prompt is what a survey must let its caller hear now.
    pub(super) fn survey_says(&mut self, id: CallId, name: &str, length: Span) -> bool {
        let now = self.entry.now;
        let Some(asked) = self
            .survey_of(id)
            .filter(|it| it.due.as_deref() == Some(name))
        else {
            return false;
        };
        asked.due = None;
        asked.over = now + length;
        asked.until = asked.over + Span::from_secs(SURVEY_ANSWER_S);
        let over = asked.thanked.then_some(asked.over);
        if let (Some(over), Some(call)) = (over, self.calls.get_mut(&id)) {
            let nowhere = tandem_engine::config::model::Destination::HangUp;
            call.hears = Some((over, nowhere));
        }
        true
    }

    /// Whoever is asked presses a key.
    pub(super) fn key_in_survey(&mut self, id: CallId, key: Key) -> Checked {
        let now = self.entry.now;
        let Some(asked) = self.survey_of(id).filter(|asked| !asked.thanked) else {
            return Ok(());
        };
        let (heard, about) = (now < asked.over, asked.about);
        let Some(&points) = asked.config.points.get(&key) else {
            let again = asked.plays < SURVEY_PLAYS_MAX;
            asked.ends = !again;
            self.silences(id, heard);
            return if again {
                self.asks_once_more(id)
            } else {
                Ok(())
            };
        };
        asked.thanked = true;
        let thanks = asked.config.end_prompt.clone();
        let thanks = thanks.filter(|name| self.prompt(name).is_some());
        let asked = known(self.survey_of(id), "somebody who is asked")?;
        asked.ends = thanks.is_none();
        asked.due = thanks;
        self.silences(id, heard);
        self.seen.ratings += 1;
        let call = known(self.calls.get(&id), "a call")?.public;
        self.entry.facts.push(Event::SurveyAnswered(SurveyAnswer {
            call,
            visit: about.visit,
            queue: about.queue,
            agent: about.agent,
            joined_at: about.joined_at,
            key,
            points,
        }));
        Ok(())
    }

    fn silences(&mut self, id: CallId, heard: bool) {
        let stop = Effect::StopPrompt { call: id };
        self.entry.to_play.extend(heard.then_some(stop));
    }

    /// Nobody has pressed a key; tells when that was due.
    pub(super) fn survey_timeout(&mut self, id: CallId) -> Result<Option<Timestamp>, String> {
        let goes_on = self.entry.input == Input::Tick;
        let asked = known(self.survey_of(id), "somebody who is asked")?;
        asked.ends = goes_on;
        Ok(asked.awaits())
    }

    /// Whoever was asked has heard the thanks.
    pub(super) fn thanks_over(&mut self, id: CallId) {
        let goes_on = self.entry.input == Input::Tick;
        if let Some(call) = self.calls.get_mut(&id)
            && let Some(asked) = &mut call.survey
        {
            asked.ends = goes_on;
            call.goes_to = None;
        }
    }
}
