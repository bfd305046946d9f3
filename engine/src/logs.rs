//! Inputs about queue calls that are over. Nothing of them is in the state: an input
//! brings what the driver loaded, and events say what to write.

use crate::configure::wall;
use crate::event::Event;
use crate::input::By;
use crate::limits::{CALL_LOGS_DELETED_MAX, CALL_LOGS_SYNCED_MAX};
use crate::mark::Mark;
use crate::outbox::Reject;
use crate::permissions;
use crate::records::Outcome;
use crate::records::processing::{LoggedCall, Processed, Processing, follows};
use crate::step::Step;
use crate::time::Span;
use crate::trace::Trace;

impl<T: Trace> Step<'_, T> {
    /// Somebody says how far he has come with a missed or abandoned call. Where it is set
    /// so, other such calls of the same caller follow.
    pub(crate) fn process_call_log(
        &mut self,
        by: By,
        log: &LoggedCall,
        result: Processing,
        same_caller: &[LoggedCall],
    ) -> Result<(), Reject> {
        permissions::process_call_log(self.s, by, log.queue).ok_or(Reject::Denied)?;
        if same_caller.len() > CALL_LOGS_SYNCED_MAX {
            return Err(Reject::TooMany {
                limit: "CALL_LOGS_SYNCED_MAX".to_owned(),
            });
        }
        if log.outcome == Outcome::Answered {
            return Err(Reject::Answered);
        }
        if log.processing == result {
            return Err(Reject::NoChange);
        }
        self.sometimes_if(Mark::ProcessedBackwards, |_| result < log.processing);
        let processed = Processed::new(log, result, by, false);
        self.tell(Event::CallLogProcessed(processed));
        let within = Span::from_secs(3_600 * u64::from(self.s.options.sync_results_h));
        let now = wall(self.now, self.s.wall_offset);
        for other in same_caller {
            if follows(log, result, other, within, now) {
                self.sometimes(Mark::ProcessedBySync);
                let processed = Processed::new(other, result, by, true);
                self.tell(Event::CallLogProcessed(processed));
            }
        }
        Ok(())
    }

    /// Somebody deletes logs of queue calls: all of them, or none.
    pub(crate) fn delete_call_logs(&mut self, by: By, logs: &[LoggedCall]) -> Result<(), Reject> {
        if logs.len() > CALL_LOGS_DELETED_MAX {
            return Err(Reject::TooMany {
                limit: "CALL_LOGS_DELETED_MAX".to_owned(),
            });
        }
        if logs.is_empty() {
            return Err(Reject::NoChange);
        }
        for log in logs {
            permissions::delete_call_log(self.s, by, log).ok_or(Reject::Denied)?;
        }
        for log in logs {
            self.tell(Event::CallLogDeleted {
                call: log.call,
                visit: log.visit,
                queue: log.queue,
                joined_us: log.joined_us,
                by,
            });
        }
        Ok(())
    }
}
