//! What can be told to the engine: the closed vocabulary of verbs.

use serde::{Deserialize, Serialize};

use crate::config::model::{Change, Destination};
use crate::config::presence::Presence;
use crate::effect::EffectId;
use crate::ids::{CallId, LegId};
use crate::key::Key;
use crate::number::Number;
use crate::records::notes::Note;
use crate::records::processing::{LoggedCall, Processing};
use crate::time::Timestamp;
use crate::timer::Timer;

/// One line of the journal: an input, its number and its time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// One more than that of the entry before.
    pub seq: u64,
    /// When the input was received; never before the entry before.
    pub received_at: Timestamp,
    /// What was told.
    pub input: Input,
}

/// Everything that the engine can be told, in alphabetical order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[repr(u8)]
pub enum Input {
    /// The driver could not apply the `Tick` of this timer: the call that it is
    /// about (of a queue's timer, the first in line) is ended at the time when it
    /// was due, so that time can go on. A rest, a wrap-up and a midnight end no
    /// call, and happen.
    Abort {
        /// The timer that was next.
        timer: Timer,
    },
    /// An agent starts taking calls.
    AgentLogIn {
        /// Who asks for it.
        by: By,
        /// The agent's extension.
        agent: Number,
        /// In which queues.
        queues: Which,
    },
    /// A dynamic agent stops taking calls.
    AgentLogOut {
        /// Who asks for it.
        by: By,
        /// The agent's extension.
        agent: Number,
        /// In which queues.
        queues: Which,
    },
    /// An agent takes no calls for a while; a second pause changes the reason.
    AgentPause {
        /// Who asks for it.
        by: By,
        /// The agent's extension.
        agent: Number,
        /// In which queues.
        queues: Which,
        /// Name of a configured reason.
        reason: Option<String>,
    },
    /// An agent takes calls again.
    AgentUnpause {
        /// Who asks for it.
        by: By,
        /// The agent's extension.
        agent: Number,
        /// In which queues.
        queues: Which,
    },
    /// The caller and who answered could not be connected, and that leg is gone.
    /// A queue's caller waits again where he stood; another call ends.
    BridgeFailed {
        /// The call of the failed [`Effect::Bridge`](crate::Effect::Bridge).
        call: CallId,
    },
    /// A call came in.
    CallArrived {
        /// Hash of the outside's own name for it; returned in
        /// [`Event::CallArrived`](crate::Event::CallArrived).
        key: u128,
        /// Who calls.
        from: Caller,
        /// What was dialled.
        dialled: Number,
    },
    /// Somebody writes the note of a queue's call that is over.
    CallLogNoted {
        /// Who.
        by: By,
        /// The call, as it is in the store.
        log: Box<LoggedCall>,
        /// What, in place of all that was noted before.
        note: Box<Note>,
    },
    /// Somebody says how far he has come with a missed or abandoned call that is over.
    CallLogProcessed {
        /// Who.
        by: By,
        /// The call, as it is in the store.
        log: Box<LoggedCall>,
        /// How far.
        result: Processing,
        /// Calls of the same caller to the same queue, as they are in the store: those
        /// that may follow. Others change nothing.
        same_caller: Vec<LoggedCall>,
    },
    /// Somebody deletes logs of queue calls that are over: all, or none if one of them is
    /// not his to delete.
    CallLogsDeleted {
        /// Who.
        by: By,
        /// Which, as they are in the store.
        logs: Vec<LoggedCall>,
    },
    /// Somebody writes the note of a queue's call in which somebody talks.
    CallNoted {
        /// Who.
        by: By,
        /// Which.
        call: CallId,
        /// What, in place of all that was noted before.
        note: Box<Note>,
    },
    /// The caller's leg ended.
    CallerHungUp {
        /// Whose call.
        call: CallId,
    },
    /// The configuration changes from one revision to the next, whole or not
    /// at all.
    Configure {
        /// Who asks for it.
        by: By,
        /// The revision that the changes were made against.
        base: u64,
        /// What differs.
        changes: Vec<Change>,
    },
    /// Who talks to a caller wants to ask somebody first: that extension rings, and the
    /// caller is on hold.
    ConsultCall {
        /// Who asks for it.
        by: By,
        /// Which.
        call: CallId,
        /// The extension to be asked.
        to: Number,
    },
    /// Who is called as the caller's side of a call has answered: who asked for a callback,
    /// a number outside, or who has a call placed.
    CustomerAnswered {
        /// Whose call.
        call: CallId,
    },
    /// Who is called as the caller's side of a call could not be called, refused, or did
    /// not answer.
    CustomerFailed {
        /// Whose call.
        call: CallId,
        /// Why.
        cause: Cause,
    },
    /// An extension can not be rung any more.
    DeviceDown {
        /// Which.
        extension: Number,
    },
    /// An extension can be rung.
    DeviceUp {
        /// Which.
        extension: Number,
    },
    /// A consultation is over.
    EndConsultation {
        /// Who asks for it.
        by: By,
        /// Which.
        call: CallId,
        /// Whether the caller is transferred to who was consulted, or rings for that;
        /// otherwise that one is let go, and the caller is talked to again.
        transfer: bool,
    },
    /// Somebody hangs up a call for all who are on it.
    HangUpCall {
        /// Who asks for it.
        by: By,
        /// Which.
        call: CallId,
    },
    /// A kept effect was carried out.
    KeptDone {
        /// Which.
        effect: EffectId,
    },
    /// A kept effect will not be carried out any more.
    KeptFailed {
        /// Which.
        effect: EffectId,
    },
    /// Nobody can say whether a kept effect was carried out.
    KeptUnknown {
        /// Which.
        effect: EffectId,
    },
    /// A caller pressed a key of his telephone. One that means nothing where the call
    /// is changes nothing.
    KeyPressed {
        /// Whose call.
        call: CallId,
        /// Which key.
        key: Key,
    },
    /// A ringing leg was answered.
    LegAnswered {
        /// Which.
        leg: LegId,
    },
    /// An answered leg ended.
    LegEnded {
        /// Which.
        leg: LegId,
    },
    /// A telephone ended a ring by itself: it could not be rung, refused, or
    /// stopped ringing.
    LegFailed {
        /// Which.
        leg: LegId,
        /// Why.
        cause: Cause,
    },
    /// Whoever talks on this leg has put the caller on hold at his telephone.
    LegHeld {
        /// Which.
        leg: LegId,
    },
    /// Whoever talks on this leg has taken the caller back from hold.
    LegResumed {
        /// Which.
        leg: LegId,
    },
    /// Somebody wants to listen in to a conversation: his own telephone rings. Where he
    /// listens in already, he does so in another way from now on.
    MonitorCall {
        /// Who asks for it.
        by: By,
        /// Which.
        call: CallId,
        /// How.
        how: Monitoring,
    },
    /// One side of a conversation is parked; the other is told the slot, and let go.
    ParkCall {
        /// Who asks for it.
        by: By,
        /// Which.
        call: CallId,
        /// Who is parked.
        side: Side,
    },
    /// Everything that tells who had this number is blanked.
    PersonErased {
        /// Who asks for it.
        by: By,
        /// The person's number.
        number: Number,
    },
    /// Somebody wants to take a caller who waits in a queue: his own telephone rings.
    PickUpCall {
        /// Who asks for it.
        by: By,
        /// Which.
        call: CallId,
    },
    /// Somebody has a call placed from a screen: his own telephone rings, and when he
    /// answers, the call goes there as if he had dialled.
    PlaceCall {
        /// Who asks for it.
        by: By,
        /// Where to.
        to: Destination,
    },
    /// An extension's presence is another one. What is set to follow from it for its
    /// agent's status follows.
    PresenceChanged {
        /// Who asks for it.
        by: By,
        /// The extension.
        agent: Number,
        /// What it is now.
        presence: Presence,
    },
    /// A caller who waits in a queue is sent somewhere else.
    RedirectCall {
        /// Who asks for it.
        by: By,
        /// Which.
        call: CallId,
        /// Where to.
        to: Destination,
    },
    /// The first entry after a start: every leg of before is gone.
    Restarted {
        /// The last moment at which the system is known to have lived.
        alive_until: Timestamp,
        /// Rises with every restore of a backup.
        epoch: u32,
    },
    /// The recording of a conversation begins or goes on, or pauses.
    SwitchRecording {
        /// Who asks for it.
        by: By,
        /// Which.
        call: CallId,
        /// Whether it shall be recorded from now on.
        on: bool,
    },
    /// The earliest deadline has come.
    Tick,
    /// One side of a conversation is sent somewhere else; the other is let go.
    TransferCall {
        /// Who asks for it.
        by: By,
        /// Which.
        call: CallId,
        /// Who is sent.
        side: Side,
        /// Where to.
        to: Destination,
    },
    /// Where the timeline stands on the wall clock.
    WallOffset {
        /// Microseconds from the Unix epoch to the timeline's zero.
        micros: i64,
    },
}

/// Who asks for something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum By {
    /// The person with this extension.
    Person(Number),
    /// The system itself: a rule, the operator at the console, a simulation.
    System,
}

/// How somebody listens in to a conversation: who hears whom. He hears both.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Monitoring {
    /// Both hear him: he joins in.
    Barge,
    /// Nobody hears him.
    Listen,
    /// Who talks to the caller hears him, the caller does not.
    Whisper,
}

impl Monitoring {
    /// Whether the agent hears him.
    #[must_use]
    pub const fn agent_hears(self) -> bool {
        matches!(self, Self::Barge | Self::Whisper)
    }

    /// Whether the caller hears him.
    #[must_use]
    pub const fn caller_hears(self) -> bool {
        matches!(self, Self::Barge)
    }
}

/// How a conversation is recorded.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Recording {
    /// Not.
    #[default]
    Off,
    /// All that is said.
    On,
    /// Not at present; it may go on.
    Paused,
}

/// A side of a conversation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Side {
    /// Who talks to the caller: an agent, or another extension.
    Agent,
    /// The caller.
    Caller,
}

/// Which of an agent's queues an input is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Which {
    /// All that he is a member of.
    All,
    /// Those that he was logged in to the last time.
    Last,
    /// This one.
    One(Number),
}

/// Who calls.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Caller {
    /// The number shown; [`Number::NONE`] where it is withheld.
    pub number: Number,
    /// The name shown, if any.
    pub name: Option<Box<str>>,
    /// The extension that calls, for a call from inside.
    pub extension: Option<Number>,
}

/// Why a telephone ended a ring by itself, or was not to be had.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Cause {
    /// On another call.
    Busy,
    /// The phone gave up ringing.
    NoAnswer,
    /// Refused by hand.
    Rejected,
    /// Not there, or the signalling failed.
    Unreachable,
}
