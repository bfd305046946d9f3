//! The satisfaction survey: when who talked to a queue's caller has hung up, the caller is
//! asked by a prompt how it was, and answers by a key. The agent is free, or wraps up,
//! meanwhile.

use crate::acd::line::visit;
use crate::calls::prompt_named;
use crate::effect::{Effect, HangUpCause};
use crate::event::{EndReason, Event};
use crate::ids::{CallId, LegId};
use crate::key::Key;
use crate::limits::{SURVEY_ANSWER_S, SURVEY_PLAYS_MAX};
use crate::mark::Mark;
use crate::records::survey::SurveyAnswer;
use crate::state::{Passing, Rated, Stage, Survey, Then};
use crate::step::Step;
use crate::time::Span;
use crate::timer::Timer;
use crate::trace::Trace;

impl<T: Trace> Step<'_, T> {
    /// The queue's call about which a caller is to be asked when who talks to him hangs
    /// up: the present one, or one that led on to this conversation.
    #[inline]
    pub(crate) fn to_rate(&self, id: CallId) -> Option<Rated> {
        let call = &self.s.calls[id];
        let about = match (&call.visit, &call.extra) {
            (Some(own), _) => {
                let queue = self.s.queues.get(own.queue)?;
                queue.config.survey.as_ref()?;
                Rated {
                    queue: own.queue,
                    visit: own.number,
                    joined_at: own.came_at(),
                    agent: own.answered?.agent,
                }
            }
            (None, Some(extra)) => extra.rated?,
            (None, None) => return None,
        };
        let queue = self.s.queues.get(about.queue)?;
        (queue.config.survey.is_some() && !queue.removed).then_some(about)
    }

    /// A queue's caller goes on to somebody else. He is asked when that one hangs up.
    pub(crate) fn rate_later(&mut self, id: CallId) {
        if self.s.calls[id].visit.is_none() {
            // A conversation that is no queue's call leads on from one, or from none.
            return;
        }
        debug_assert!(visit(self.s, id).answered.is_some(), "somebody talks");
        let about = self.to_rate(id);
        let call = &mut self.s.calls[id];
        if about.is_some() || call.extra.is_some() {
            call.extra().rated = about;
        }
    }

    /// Who talked hangs up, on this leg, and the caller stays: he is asked.
    #[cold]
    #[inline(never)]
    pub(crate) fn part_and_ask(&mut self, id: CallId, leg: LegId, about: Rated) {
        self.sometimes_if(Mark::SurveyTransferred, |s| s.calls[id].visit.is_none());
        self.part(id);
        self.drop_talk(leg);
        self.ask(id, about);
    }

    /// A caller whom nobody talks to any more is asked how it was.
    pub(crate) fn ask(&mut self, id: CallId, about: Rated) {
        let config = self.s.queues[about.queue].config.survey.as_deref();
        let config = config.expect("the queue asks its callers").clone();
        self.tell(Event::SurveyStarted {
            call: id,
            queue: about.queue,
            agent: about.agent,
        });
        let survey = Survey {
            config,
            about,
            plays: 0,
            over: self.now,
        };
        self.play_survey(id, survey);
    }

    /// Plays the prompt that asks, and awaits a key.
    fn play_survey(&mut self, id: CallId, mut survey: Survey) {
        let prompt = prompt_named(self.s, &survey.config.prompt);
        survey.over = prompt.map_or(self.now, |prompt| self.say_prompt(id, prompt));
        survey.plays += 1;
        let until = survey.over + Span::from_secs(SURVEY_ANSWER_S);
        let timer = self.s.timers.arm(until, Timer::SurveyTimeout(id));
        let call = &mut self.s.calls[id];
        call.stage = Stage::AwaitingKey;
        call.taken = true;
        call.passing = Some(Box::new(Passing::Survey { survey, timer }));
    }

    /// A caller who is asked presses a key. One without points is no answer, and he is
    /// asked once more.
    pub(crate) fn key_in_survey(&mut self, id: CallId, key: Key) {
        let passing = self.s.calls[id].passing.take().map(|passing| *passing);
        let Some(Passing::Survey { survey, timer }) = passing else {
            unreachable!("the caller is asked");
        };
        self.s.timers.cancel(timer);
        if self.now < survey.over {
            self.emit(Effect::StopPrompt { call: id });
        }
        let Some(&points) = survey.config.points.get(&key) else {
            if survey.plays >= SURVEY_PLAYS_MAX {
                self.sometimes(Mark::SurveyInvalid);
                return self.end_survey(id);
            }
            return self.play_survey(id, survey);
        };
        let about = survey.about;
        self.tell(Event::SurveyAnswered(SurveyAnswer {
            call: self.s.calls[id].public,
            visit: about.visit,
            queue: about.queue,
            agent: about.agent,
            joined_at: about.joined_at,
            key,
            points,
        }));
        let thanks = survey.config.end_prompt.as_deref();
        match thanks.and_then(|name| prompt_named(self.s, name)) {
            Some(prompt) => self.play_prompt(id, prompt, Then::End(EndReason::SurveyOver)),
            None => self.end_survey(id),
        }
    }

    /// A caller who was asked presses nothing.
    pub(crate) fn survey_timeout(&mut self, id: CallId) {
        self.sometimes(Mark::SurveySilent);
        self.end_survey(id);
    }

    /// The survey is over, by an answer or without one, and with it the call.
    pub(crate) fn end_survey(&mut self, id: CallId) {
        self.close(id, EndReason::SurveyOver, Some(HangUpCause::Normal));
    }
}
