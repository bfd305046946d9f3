//! Feature codes: what an extension dials to switch its own status, and how what was
//! dialled is read.

use serde::{Deserialize, Serialize};

use super::model::PauseReason;
use crate::number::Number;

/// What stands between an agent and a queue in the code of another one's pause.
const STAR: &str = "*";

/// The codes; one that is `None` is switched off.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FeatureCodes {
    /// With a queue's number behind it: logs in to that queue, or out of it.
    pub log_in: Option<Number>,
    /// Logs in to all queues.
    pub log_in_all: Option<Number>,
    /// Logs in to the queues of the last time.
    pub log_in_last: Option<Number>,
    /// Logs out of all queues.
    pub log_out_all: Option<Number>,
    /// With a queue's number behind it: pauses there, or ends the pause. With the code
    /// of a reason behind that: pauses for it.
    pub pause: Option<Number>,
}

impl Default for FeatureCodes {
    fn default() -> Self {
        let code = |text: &str| Some(text.parse().expect("a code is a number"));
        Self {
            log_in: code("*7"),
            log_in_all: code("*77"),
            log_in_last: code("*78"),
            log_out_all: code("*077"),
            pause: code("*07"),
        }
    }
}

/// What a dialled code asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Code {
    /// Logs in to all queues.
    LogInAll,
    /// Logs in to the queues of the last time.
    LogInLast,
    /// Logs in to this queue or, if he is in, out of it.
    LogInOrOut(Number),
    /// Logs out of all queues.
    LogOutAll,
    /// Pauses an agent in this queue for a reason, or changes the reason of the pause.
    PauseFor {
        /// Another agent than who dials; `None`: himself.
        agent: Option<Number>,
        /// The queue.
        queue: Number,
        /// The reason's place among all.
        reason: usize,
    },
    /// Pauses in this queue or, if he is paused, goes on.
    PauseOrGoOn(Number),
}

impl core::fmt::Display for Code {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        match self {
            Self::LogInAll => f.write_str("log in to all queues"),
            Self::LogInLast => f.write_str("log in to the last queues"),
            Self::LogInOrOut(queue) => write!(f, "log in to queue {queue}"),
            Self::LogOutAll => f.write_str("log out of all queues"),
            Self::PauseFor {
                agent: None, queue, ..
            } => {
                write!(f, "pause in queue {queue} for a reason")
            }
            Self::PauseFor {
                agent: Some(agent),
                queue,
                ..
            } => {
                write!(f, "pause {agent} in queue {queue} for a reason")
            }
            Self::PauseOrGoOn(queue) => write!(f, "pause in queue {queue}"),
        }
    }
}

/// What a number is, as far as codes are concerned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Known {
    /// An extension's.
    Extension,
    /// A queue's.
    Queue,
}

impl FeatureCodes {
    /// The codes with their keys, as a file spells them.
    #[must_use]
    pub const fn all(&self) -> [(&'static str, Option<Number>); 5] {
        [
            ("log_in", self.log_in),
            ("log_in_all", self.log_in_all),
            ("log_in_last", self.log_in_last),
            ("log_out_all", self.log_out_all),
            ("pause", self.pause),
        ]
    }

    /// Whether a code begins what was dialled.
    #[must_use]
    pub fn begin(&self, dialled: Number) -> bool {
        let mut codes = self.all().into_iter().filter_map(|(_, code)| code);
        codes.any(|code| dialled.strip_prefix(code).is_some())
    }

    /// Every way in which what was dialled can be read; the longest code first.
    /// `what` tells what a number is.
    #[must_use]
    pub fn readings(
        &self,
        dialled: Number,
        reasons: &[PauseReason],
        what: impl Fn(Number) -> Option<Known>,
    ) -> Vec<Code> {
        let whole = [
            (self.log_in_all, Code::LogInAll),
            (self.log_in_last, Code::LogInLast),
            (self.log_out_all, Code::LogOutAll),
        ];
        let whole = whole.into_iter().filter(|(code, _)| *code == Some(dialled));
        let mut readings: Vec<Code> = whole.map(|(_, reading)| reading).collect();
        let is_queue = |number: Number| what(number) == Some(Known::Queue);
        let reason = |code: Number| reasons.iter().position(|reason| reason.code == code);
        let behind = |code: Option<Number>| code.and_then(|code| dialled.strip_prefix(code));
        if let Some((digits, rest)) = behind(self.pause).map(Number::split_digits) {
            if is_queue(digits) && rest.is_none() {
                readings.push(Code::PauseOrGoOn(digits));
            } else if is_queue(digits) {
                let (agent, queue) = (None, digits);
                let paused = |reason| Code::PauseFor {
                    agent,
                    queue,
                    reason,
                };
                readings.extend(reason(rest).map(paused));
            } else if what(digits) == Some(Known::Extension)
                && let Some(rest) = rest.strip_prefix(STAR.parse().expect("a symbol"))
            {
                let (queue, code) = rest.split_digits();
                let agent = Some(digits);
                let paused = |reason| Code::PauseFor {
                    agent,
                    queue,
                    reason,
                };
                readings.extend(reason(code).filter(|_| is_queue(queue)).map(paused));
            }
        }
        readings.extend(
            behind(self.log_in)
                .filter(|&queue| is_queue(queue))
                .map(Code::LogInOrOut),
        );
        readings
    }
}
