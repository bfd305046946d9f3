//! Outcomes and reasons as single words: those of the API and of stories.

use tandem_engine::records::processing::Processing;
use tandem_engine::records::{LeaveReason, Outcome};
use tandem_engine::{Cause, EndReason};

/// What became of a queue call.
#[must_use]
pub const fn outcome_word(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Abandoned => "abandoned",
        Outcome::Answered => "answered",
        Outcome::Missed => "missed",
    }
}

/// How far a missed or abandoned call is dealt with.
#[must_use]
pub const fn result_word(result: Processing) -> &'static str {
    match result {
        Processing::NotDealt => "not_dealt",
        Processing::Dealing => "dealing",
        Processing::Dealt => "dealt",
    }
}

/// Why a call left its queue.
#[must_use]
pub const fn reason_word(reason: LeaveReason) -> &'static str {
    match reason {
        LeaveReason::Aborted => "aborted",
        LeaveReason::Answered => "answered",
        LeaveReason::CallbackAgentHungUp => "callback_agent_hung_up",
        LeaveReason::CallbackNoAgent => "callback_no_agent",
        LeaveReason::CallbackNotPermitted => "callback_not_permitted",
        LeaveReason::CallbackUnanswered => "callback_unanswered",
        LeaveReason::CallbackWithdrawn => "callback_withdrawn",
        LeaveReason::CallerHungUp => "caller_hung_up",
        LeaveReason::HungUpBySupervisor => "hung_up_by_supervisor",
        LeaveReason::KeyPressed => "key_pressed",
        LeaveReason::QueueCrowded => "queue_crowded",
        LeaveReason::QueueEmpty => "queue_empty",
        LeaveReason::QueueFull => "queue_full",
        LeaveReason::QueueRemoved => "queue_removed",
        LeaveReason::Redirected => "redirected",
        LeaveReason::SystemRestart => "system_restart",
        LeaveReason::TimedOut => "timed_out",
    }
}

/// Why a call is over.
pub(crate) const fn end_word(reason: EndReason) -> &'static str {
    match reason {
        EndReason::Aborted => "aborted",
        EndReason::AgentHungUp => "agent_hung_up",
        EndReason::CallbackFailed => "callback_failed",
        EndReason::CallerHungUp => "caller_hung_up",
        EndReason::CodeDialled => "code_dialled",
        EndReason::ExtensionFailed(Cause::Busy) => "extension_busy",
        EndReason::ExtensionFailed(Cause::NoAnswer) => "extension_silent",
        EndReason::ExtensionFailed(Cause::Rejected) => "extension_refused",
        EndReason::ExtensionFailed(Cause::Unreachable) => "extension_unreachable",
        EndReason::HungUpBySupervisor => "hung_up_by_supervisor",
        EndReason::MessageLeft => "message_left",
        EndReason::NoDestination => "no_destination",
        EndReason::SurveyOver => "survey_over",
        EndReason::SystemRestart => "system_restart",
        EndReason::TooManyHops => "too_many_hops",
        EndReason::Unanswered => "unanswered",
    }
}
