//! What the engine wants done: the closed vocabulary of orders.

use serde::{Deserialize, Serialize};

use crate::config::model::{Destination, Notice};
use crate::ids::{AgentId, CallId, LegId, PublicId, QueueId};
use crate::input::{Cause, Monitoring, Recording};
use crate::number::Number;
use crate::time::Span;

/// Names an effect: the entry that caused it and its place among that entry's
/// orders. An id comes again only after a restart, and only for what may be done twice.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
pub struct EffectId {
    /// [`Entry::seq`](crate::Entry::seq) of the cause.
    pub seq: u64,
    /// Place among the orders of that entry, from zero; dropped ones count.
    pub index: u32,
}

/// How an effect ends. Every variant of [`Effect`] has one, fixed, kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EffectKind {
    /// Exactly one terminal input, or the engine's own timeout, ends it.
    Awaited,
    /// Stays in the state until done, failed or unknown.
    Kept,
    /// Success is silent; only failure comes back.
    Told,
}

/// Everything that the engine can want done, in alphabetical order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[repr(u8)]
pub enum Effect {
    /// Let the caller hear it ring, without an answer, until the call is
    /// bridged or leaves.
    AlertCaller {
        /// The caller's call.
        call: CallId,
    },
    /// Answer the caller's side, if it is not yet, and play these prompts, one after the
    /// other, from the beginning; behind them the queue's waiting music goes on by itself.
    Announce {
        /// The caller's call.
        call: CallId,
        /// Whose music goes on.
        queue: QueueId,
        /// The prompts' names.
        prompts: Vec<String>,
    },
    /// Connect the caller with this answered leg, or connect them again after a hold;
    /// answer his side, if it is not yet.
    Bridge {
        /// The caller's call.
        call: CallId,
        /// The agent's or extension's leg.
        leg: LegId,
    },
    /// Who has just been connected with a caller is told something before they hear each
    /// other: each prompt by its name, played one after the other. Follows `Bridge`, and
    /// ends early with whatever either is to hear next.
    Brief {
        /// The caller's call.
        call: CallId,
        /// Of which queue: its music is heard while the agent alone is told something.
        queue: QueueId,
        /// The agent's leg.
        leg: LegId,
        /// What the agent hears alone, first.
        agent: Vec<String>,
        /// What both hear then.
        both: Vec<String>,
    },
    /// Stop ringing this leg.
    CancelRing {
        /// Which.
        leg: LegId,
        /// Whether the phone should show a missed call.
        why: CancelReason,
    },
    /// Connect who talked to the caller with this answered leg; the caller goes on hearing
    /// music on hold, and hears neither. Ends with the next `Bridge`, or as legs end.
    Consult {
        /// The caller's call.
        call: CallId,
        /// The leg of who is consulted.
        leg: LegId,
    },
    /// End the caller's leg; where he is being called, call him no more.
    HangUpCaller {
        /// Whose call.
        call: CallId,
        /// What the caller's side is told.
        cause: HangUpCause,
    },
    /// End an answered leg.
    HangUpLeg {
        /// Which.
        leg: LegId,
    },
    /// Connect two callers with each other: one was parked, and the other dialled his slot;
    /// or one was called outside, for the other.
    Join {
        /// The call of who was parked, or was called; his side is answered.
        call: CallId,
        /// The call of the other; answer his side, if it is not yet.
        with: CallId,
    },
    /// Send a mail to the managers of a queue.
    Mail {
        /// Whose managers.
        queue: QueueId,
        /// What about.
        notice: Notice,
        /// The call that it is about.
        call: PublicId,
    },
    /// Send a mail to an agent whom a queue has paused, as he missed call after call.
    MailAgent {
        /// Who.
        agent: AgentId,
        /// Where he is paused.
        queue: QueueId,
    },
    /// Send a mail to everybody whose box this is: a caller has left a message.
    MailMessage {
        /// The number of the extension, queue, ring group or voicemail group.
        mailbox: Number,
        /// The call, which names the message.
        call: PublicId,
    },
    /// Send a mail to the managers of a queue, as its service level fell under the
    /// threshold or is above it again.
    MailServiceLevel {
        /// Whose managers.
        queue: QueueId,
        /// Calls that were looked at.
        calls: u32,
        /// Those of them that met it.
        met: u32,
        /// Whether it fell; otherwise it has recovered.
        under: bool,
    },
    /// Let a supervisor on this answered leg hear caller and agent, and be heard as this
    /// says. Comes again where he wants it otherwise.
    Mix {
        /// The conversation.
        call: CallId,
        /// The supervisor's leg.
        leg: LegId,
        /// Who hears him.
        how: Monitoring,
    },
    /// Let a caller who talked hear music on hold until he is connected, hears
    /// something else or leaves. Where he was connected, he is no more.
    PlayHoldMusic {
        /// Whose call.
        call: CallId,
        /// Whose music, if the call is or was a queue's.
        queue: Option<QueueId>,
    },
    /// Answer the caller's side, if it is not yet, and play the queue's waiting
    /// music until the call is bridged or leaves.
    PlayMusic {
        /// The caller's call.
        call: CallId,
        /// Whose music.
        queue: QueueId,
    },
    /// Answer the caller's side, if it is not yet, and play a prompt once, from
    /// its beginning. The engine goes on when the prompt's configured length is over.
    PlayPrompt {
        /// The caller's call.
        call: CallId,
        /// The prompt's name.
        prompt: String,
    },
    /// Answer the caller's side, if it is not yet, and play a tone that says whether a
    /// code was carried out. The engine hangs up when its time is over.
    PlayTone {
        /// The caller's call.
        call: CallId,
        /// Which.
        tone: Tone,
    },
    /// Push the record of a finished queue call to the configured receiver.
    PushRecord {
        /// The call.
        call: PublicId,
        /// Which of its visits to a queue, from zero.
        visit: u16,
    },
    /// Record what is said in a conversation from now on, pause, or end the recording.
    /// It ends by itself with the call.
    Record {
        /// The conversation.
        call: CallId,
        /// The name of the recording.
        public: PublicId,
        /// The queue whose conversation it is, if it is one's.
        queue: Option<QueueId>,
        /// How.
        recording: Recording,
    },
    /// Answer the caller's side, if it is not yet, let him hear a tone, and record what
    /// he says until `StopRecording`, or until his side ends.
    RecordMessage {
        /// The caller's call.
        call: CallId,
        /// The name of the recording.
        public: PublicId,
        /// The number of whose box it is for.
        mailbox: Number,
    },
    /// Ring a telephone.
    Ring {
        /// The new leg.
        leg: LegId,
        /// For which call.
        call: CallId,
        /// Whose telephone.
        agent: AgentId,
        /// The queue that offers the call; `None` for a direct call.
        queue: Option<QueueId>,
        /// Where the caller is called once this is answered, as he is not on the line but
        /// waits for a callback; `None`: he is on the line.
        customer: Option<Number>,
        /// What it is brought as `Alert-Info` (RFC 3261 20.4), by which it chooses a melody:
        /// that of the caller's contact, or else of the queue.
        alert_info: Option<Box<str>>,
        /// The engine cancels after this time: for display only.
        timeout: Span,
    },
    /// Ring a telephone as the caller's side of a new call, which this order begins: who is
    /// there has it placed. Ends as `RingCustomer` does.
    RingCaller {
        /// The new call.
        call: CallId,
        /// Whose telephone.
        agent: AgentId,
        /// Where the call goes once he answers: his telephone shows that he calls it.
        to: Destination,
        /// The engine hangs up after this time: for display only.
        timeout: Span,
    },
    /// Call somebody outside, who is the caller's side of this call: who asked for a
    /// callback and has hung up, or of a new call that this order begins. Ends by
    /// `CustomerAnswered`, by `CustomerFailed`, or by [`Effect::HangUpCaller`] when that is
    /// ordered first.
    RingCustomer {
        /// His call.
        call: CallId,
        /// Who is to talk to him.
        called_for: CalledFor,
        /// Name of the trunk.
        trunk: String,
        /// What is dialled there.
        number: Number,
        /// The engine hangs up after this time: for display only.
        timeout: Span,
    },
    /// Tell one side of a conversation in which slot the other was parked, with these prompts
    /// one after the other, and end that side then; at once where there are none.
    SaySlot {
        /// Whose call it was.
        call: CallId,
        /// The leg of who is told; `None`: the caller is.
        leg: Option<LegId>,
        /// The number to dial.
        slot: Number,
        /// The prompts' names.
        prompts: Vec<String>,
    },
    /// What the caller hears is cut off: he has pressed a key. Let him hear silence
    /// until something else is ordered.
    StopPrompt {
        /// The caller's call.
        call: CallId,
    },
    /// The message is over.
    StopRecording {
        /// Of whose call; it may have ended.
        call: CallId,
        /// The name of the recording.
        public: PublicId,
        /// Whether it is kept. One that is too short is thrown away.
        keep: bool,
    },
    /// This answered leg is from now on the caller's side of a new call, which this order
    /// begins. Where that can not be, the caller of that call has hung up.
    TurnLeg {
        /// Which.
        leg: LegId,
        /// The new call.
        call: CallId,
    },
}

impl Effect {
    /// How this effect ends.
    #[must_use]
    pub const fn kind(&self) -> EffectKind {
        match self {
            Self::AlertCaller { .. }
            | Self::Announce { .. }
            | Self::Bridge { .. }
            | Self::Brief { .. }
            | Self::CancelRing { .. }
            | Self::Consult { .. }
            | Self::HangUpCaller { .. }
            | Self::HangUpLeg { .. }
            | Self::Join { .. }
            | Self::Mix { .. }
            | Self::PlayHoldMusic { .. }
            | Self::PlayMusic { .. }
            | Self::PlayPrompt { .. }
            | Self::PlayTone { .. }
            | Self::Record { .. }
            | Self::RecordMessage { .. }
            | Self::SaySlot { .. }
            | Self::StopPrompt { .. }
            | Self::StopRecording { .. }
            | Self::TurnLeg { .. } => EffectKind::Told,
            Self::Mail { .. }
            | Self::MailAgent { .. }
            | Self::MailMessage { .. }
            | Self::MailServiceLevel { .. }
            | Self::PushRecord { .. } => EffectKind::Kept,
            Self::Ring { .. } | Self::RingCaller { .. } | Self::RingCustomer { .. } => {
                EffectKind::Awaited
            }
        }
    }

    /// Whether doing it twice is the same as doing it once. Asked of kept
    /// effects, when it is not known whether they were done.
    #[must_use]
    pub const fn is_idempotent(&self) -> bool {
        // A receiver of records knows a record by its id; a mailbox does not.
        matches!(self, Self::PushRecord { .. })
    }
}

/// Who waits for somebody outside who is called.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum CalledFor {
    /// An agent, for a callback: he is to hear it ring.
    Agent {
        /// The leg on which he has answered.
        leg: LegId,
        /// The queue that calls back.
        queue: QueueId,
    },
    /// The caller of another call, who is sent there.
    Caller(CallId),
}

/// Why a ring is taken back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum CancelReason {
    /// Another agent took the call: no missed call is shown.
    CompletedElsewhere,
    /// The ringing time is over.
    TimedOut,
    /// The caller left, or the agent may not take the call any more.
    Withdrawn,
}

/// What a tone says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Tone {
    /// What was dialled was carried out.
    Confirmation,
    /// What was dialled changed nothing.
    Refusal,
}

/// What a caller's side is told when the engine ends the call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum HangUpCause {
    /// The extension or the number outside did not take the call, for this reason.
    ExtensionFailed(Cause),
    /// The conversation is over.
    Normal,
    /// Nobody could take the call.
    Unanswered,
}
