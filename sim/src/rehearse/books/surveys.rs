//! Surveys: who is asked has just talked, and answers once, as the queue's points say.

use tandem_engine::{CallId, Event, LegId, QueueId};

use super::{Books, Court, Seen, known};
use crate::rehearse::laws::{Checked, Law};

impl Books {
    pub(super) fn of_survey(
        &mut self,
        seen: &Seen<'_>,
        event: &Event,
        court: &mut Court<'_>,
    ) -> Checked {
        match event {
            Event::SurveyStarted { call, queue, .. } => {
                self.survey_started(seen, *call, *queue, court)
            }
            Event::SurveyAnswered(answer) => {
                let id = self.publics.get(&answer.call).copied();
                let call = id.and_then(|id| self.calls.get_mut(&id));
                let call = known(call, Law::Outcomes, || format!("{answer:?}"))?;
                let asked = call.asked.take();
                let worth = asked.and_then(|asked| asked.points.get(&answer.key).copied());
                let own = answer.visit < call.visits;
                court.law(Law::Outcomes, own && worth == Some(answer.points), || {
                    format!("{answer:?}, which is worth {worth:?}")
                })
            }
            _ => unreachable!("all others are not about surveys"),
        }
    }

    /// A caller is asked: nobody talks to him any more, and his visit has its outcome.
    fn survey_started(
        &mut self,
        seen: &Seen<'_>,
        id: CallId,
        queue: QueueId,
        court: &mut Court<'_>,
    ) -> Checked {
        let talked = self.legs.iter().find(|(_, leg)| leg.converses(id));
        let talked: Option<LegId> = talked.map(|(&leg, _)| leg);
        if let Some(leg) = talked {
            self.leg_over(seen, leg);
        }
        let config = self.queues.get(&queue);
        let asked = config.and_then(|config| config.survey.as_deref().cloned());
        let call = known(self.calls.get_mut(&id), Law::Calls, || format!("{id}"))?;
        let right = call.visit.is_none() && call.asked.is_none() && asked.is_some();
        // Who talked to him may have gone elsewhere just now.
        let mut gone = self.entry.gone.values();
        let somebody = talked.is_some() || gone.any(|(leg, _)| leg.converses(id));
        let somebody = call.joined.take().is_some() || somebody;
        call.asked = asked;
        court.law(Law::Outcomes, right && somebody, || {
            format!("{id} is asked by {queue}: {call:?}")
        })
    }
}
