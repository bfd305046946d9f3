//! Notes: of which calls, by whom, and that they say what is configured.

use tandem_engine::config::rights::Right;
use tandem_engine::records::notes::Noted;
use tandem_engine::{By, Event, Input};

use super::{Books, Court, Seen, Visit, known};
use crate::rehearse::laws::{Checked, Law};

impl Books {
    /// A live call was noted: somebody talks in it for a queue, and who noted it is he, or
    /// manages the queue, and has the right.
    pub(super) fn noted(
        &mut self,
        seen: &Seen<'_>,
        noted: &Noted,
        court: &mut Court<'_>,
    ) -> Checked {
        if let Input::CallLogNoted { .. } = seen.entry.input {
            return self.of_log(&Event::CallNoted(Box::new(noted.clone())), court);
        }
        let call = self.publics.get(&noted.call);
        let call = call.and_then(|id| self.calls.get(id));
        let call = known(call, Law::Calls, || format!("{noted:?}"))?;
        let answered = |visit: &Visit| Some((visit.queue, visit.answered?.1));
        let answered = call.visit.as_ref().and_then(answered);
        let (queue, agent) = known(answered, Law::Outcomes, || format!("{noted:?}: {call:?}"))?;
        let own = noted.visit + 1 == call.visits && noted.caller == call.number;
        court.law(Law::Outcomes, own, || format!("{noted:?}: {call:?}"))?;
        let (By::Person(who), Some(queue)) = (noted.by, self.queues.get(&queue)) else {
            return Ok(());
        };
        let administrator = self.extension(who).is_some_and(|who| who.administrator);
        let manages = queue.managers.contains(&who);
        let serves = queue.members.iter().any(|member| member.extension == who);
        let (managers, agents) = (queue.permissions.managers, queue.permissions.agents);
        let his = self.numbers.get(&agent) == Some(&who) && serves;
        let may = administrator
            || manages && managers.has(Right::CallNotes)
            || his && agents.has(Right::CallNotes);
        court.law(Law::Permissions, may, || format!("{noted:?} may not be"))
    }
}
