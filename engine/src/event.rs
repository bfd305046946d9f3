//! What happened: the closed vocabulary of facts, all in the past tense.

use serde::{Deserialize, Serialize};

use crate::config::presence::Presence;
use crate::effect::{CancelReason, EffectId};
use crate::ids::{AgentId, CallId, LegId, PublicId, QueueId};
use crate::input::{By, Cause, Monitoring, Recording};
use crate::key::Key;
use crate::number::Number;
use crate::outbox::Reject;
use crate::records::callbacks::Callback;
use crate::records::notes::Noted;
use crate::records::processing::Processed;
use crate::records::survey::SurveyAnswer;
use crate::records::{Message, QueueCall};
use crate::time::{Span, Timestamp};

/// Everything that can have happened, in alphabetical order. It happened at
/// [`Outbox::acted_at`](crate::Outbox::acted_at).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[repr(u8)]
pub enum Event {
    /// An agent's status in a queue is another one.
    AgentStatusChanged {
        /// Who.
        agent: AgentId,
        /// Where.
        queue: QueueId,
        /// What it is now.
        status: AgentStatus,
        /// Who changed it.
        by: By,
    },
    /// Who talked to a caller goes elsewhere without him. On the leg that he had he is the
    /// caller of a new call, which begins with this.
    AgentTurned {
        /// The caller's call.
        call: CallId,
        /// The leg.
        leg: LegId,
        /// Who.
        agent: AgentId,
        /// The new call.
        turned: CallId,
        /// Its public id.
        public: PublicId,
    },
    /// A caller who waits in a queue is told something, or an agent who answers him. The
    /// latter comes right before `CallAnswered`.
    AnnouncementStarted {
        /// Whose call.
        call: CallId,
        /// Of which queue.
        queue: QueueId,
        /// What.
        announced: Announced,
    },
    /// An agent answered and is being connected with the caller; if that fails,
    /// `ConnectionFailed` follows.
    CallAnswered {
        /// Which.
        call: CallId,
        /// Of which queue.
        queue: QueueId,
        /// Who.
        agent: AgentId,
        /// On which leg.
        leg: LegId,
        /// From joining the queue to now.
        waited: Span,
    },
    /// A call came in and was accepted.
    CallArrived {
        /// Its id while it lives.
        call: CallId,
        /// Its id for ever.
        public: PublicId,
        /// The outside's name for it.
        key: u128,
    },
    /// A waiting caller wants to be called back, and is to say at which number; or he found
    /// his queue too crowded, and is asked whether he wants that, and where.
    CallbackAsked {
        /// Whose call.
        call: CallId,
        /// In which queue.
        queue: QueueId,
        /// Whether it was too crowded for him.
        crowded: bool,
    },
    /// A callback is over, by a conversation or without one; or a number was given that
    /// can not be called, and the caller waits on.
    CallbackEnded(Callback),
    /// A caller who wanted to be called back has said nothing, and waits as before.
    CallbackForgone {
        /// Whose call.
        call: CallId,
        /// In which queue.
        queue: QueueId,
    },
    /// An agent has answered for a callback, and the customer can not be called: the agent
    /// may not call outside, or no trunk can be called out on.
    CallbackNotPermitted {
        /// Whose call.
        call: CallId,
        /// In which queue.
        queue: QueueId,
        /// Who answered.
        agent: AgentId,
        /// On which leg.
        leg: LegId,
    },
    /// A caller will be called back: he is thanked and hung up, and keeps his place.
    CallbackRequested {
        /// Whose call.
        call: CallId,
        /// In which queue.
        queue: QueueId,
        /// The number that he calls from; blank where it is withheld.
        caller: Number,
        /// At which number.
        number: Number,
        /// An agent must be found before; `None`: whenever one is.
        until: Option<Timestamp>,
    },
    /// A call came to a queue that is closed, and goes on to the destination for
    /// that. It was not in the queue: no visit, no record.
    CallDiverted {
        /// Which.
        call: CallId,
        /// The closed queue.
        queue: QueueId,
        /// Why it is closed.
        closed: Closed,
    },
    /// A call is over for every party.
    CallEnded {
        /// Which; its id is stale from now on.
        call: CallId,
        /// Its id for ever.
        public: PublicId,
        /// Why.
        reason: EndReason,
    },
    /// Somebody does something with a call; what follows from it is told after this.
    CallHandled {
        /// Which.
        call: CallId,
        /// Who.
        by: By,
        /// What.
        act: CallAct,
    },
    /// A caller was put on hold by who talks to him.
    CallHeld {
        /// Whose call.
        call: CallId,
        /// Who holds it.
        agent: AgentId,
    },
    /// A caller waits in a queue.
    CallJoined {
        /// Which.
        call: CallId,
        /// Where.
        queue: QueueId,
    },
    /// The log of a queue call that is over was deleted: nobody sees it any more. Figures
    /// stay.
    CallLogDeleted {
        /// Which call.
        call: PublicId,
        /// Which of its visits to a queue.
        visit: u16,
        /// The queue's number.
        queue: Number,
        /// When the caller had joined, in microseconds of Unix time.
        joined_us: i64,
        /// Who did it.
        by: By,
    },
    /// Somebody has come further, or less far, with a missed or abandoned call.
    CallLogProcessed(Processed),
    /// Somebody wrote the note of a queue's call.
    CallNoted(Box<Noted>),
    /// A call is offered to an agent, whose telephone rings.
    CallOffered {
        /// Which.
        call: CallId,
        /// Of which queue.
        queue: QueueId,
        /// To whom.
        agent: AgentId,
        /// The ringing leg.
        leg: LegId,
    },
    /// A caller was parked.
    CallParked {
        /// Which.
        call: CallId,
        /// In which slot: whoever dials it is connected with him.
        slot: Number,
    },
    /// A caller waits for one agent alone, whom he knows: nobody else is rung before
    /// that is over. An answer ends it, or that he leaves the line; else `ReservationEnded`
    /// follows.
    CallReserved {
        /// Which.
        call: CallId,
        /// In which queue.
        queue: QueueId,
        /// For whom.
        agent: AgentId,
        /// For how long at most.
        until: Timestamp,
    },
    /// A caller is on hold no more.
    CallResumed {
        /// Whose call.
        call: CallId,
        /// Who held it.
        agent: AgentId,
    },
    /// An extension dialled the slot of a parked caller, and they talk.
    CallRetrieved {
        /// The parked call.
        call: CallId,
        /// The call of the extension.
        with: CallId,
        /// The slot, which is free again.
        slot: Number,
    },
    /// An extension dialled a feature code. What it changed was told before.
    CodeDialled {
        /// Its call.
        call: CallId,
        /// Who dialled.
        agent: AgentId,
        /// What.
        dialled: Number,
        /// Why nothing was changed, where nothing was.
        refused: Option<Reject>,
    },
    /// A revision of the configuration is in force.
    ConfigurationChanged {
        /// Its number.
        revision: u64,
    },
    /// Caller and agent could not be connected after the answer: the agent is
    /// on that call no more. The caller waits again, unless the queue is
    /// deleted: then the end of his visit follows.
    ConnectionFailed {
        /// Which call.
        call: CallId,
        /// Of which queue.
        queue: QueueId,
        /// Who had answered.
        agent: AgentId,
    },
    /// Who is consulted has answered, and talks to who talked to the caller.
    ConsultationAnswered {
        /// Which call.
        call: CallId,
        /// Who was asked.
        agent: AgentId,
        /// On which leg.
        leg: LegId,
    },
    /// A consultation is over. Where the whole call ends, that is not told.
    ConsultationEnded {
        /// Which call.
        call: CallId,
        /// Who was asked.
        agent: AgentId,
        /// His leg; stale from now on, unless the caller is transferred.
        leg: LegId,
        /// Whether the caller is transferred to him.
        transferred: bool,
        /// Whether he talks to the caller from now on; where the caller is transferred to
        /// him otherwise, he rings on for the caller.
        talks: bool,
    },
    /// An extension rings, to be asked something by who talks to a caller.
    ConsultationRung {
        /// Which call.
        call: CallId,
        /// Whose telephone.
        agent: AgentId,
        /// The ringing leg.
        leg: LegId,
    },
    /// An agent has answered, and the customer of a callback is called.
    CustomerRung {
        /// Whose call.
        call: CallId,
        /// Of which queue.
        queue: QueueId,
        /// Who waits for him.
        agent: AgentId,
        /// On which leg.
        leg: LegId,
        /// What is dialled.
        number: Number,
    },
    /// An extension became reachable or unreachable.
    DeviceChanged {
        /// Which.
        agent: AgentId,
        /// Whether it can be rung.
        up: bool,
    },
    /// An extension answered a call that was not a queue's.
    ExtensionAnswered {
        /// Which call.
        call: CallId,
        /// Who.
        agent: AgentId,
        /// On which leg.
        leg: LegId,
    },
    /// A telephone of a ring group stopped ringing without an answer: the call was
    /// answered elsewhere, or it goes on.
    ExtensionRingEnded {
        /// Which call.
        call: CallId,
        /// Whose telephone.
        agent: AgentId,
        /// The leg that rang; stale from now on.
        leg: LegId,
        /// How it ended.
        end: OfferEnd,
    },
    /// An extension rings for a call that is not a queue's.
    ExtensionRung {
        /// Which call.
        call: CallId,
        /// Whose telephone.
        agent: AgentId,
        /// The ringing leg.
        leg: LegId,
    },
    /// A call goes on from a node of a call flow that asks something.
    FlowBranched {
        /// Which call.
        call: CallId,
        /// The number of the call flow.
        point: Number,
        /// The node's name.
        node: String,
        /// What it found.
        branch: Branch,
    },
    /// A kept effect ended.
    KeptEnded {
        /// Which.
        effect: EffectId,
        /// How.
        how: KeptEnd,
    },
    /// A menu has got a key or a number of its caller, or has waited in vain. The call
    /// goes on, or the prompt plays again.
    MenuLeft {
        /// Which call.
        call: CallId,
        /// The number of the menu.
        point: Number,
        /// What it got.
        got: MenuEnd,
    },
    /// What a caller left is too short to be a message, and is thrown away.
    MessageDiscarded {
        /// Whose call.
        call: CallId,
        /// The number of whose box it was for.
        mailbox: Number,
    },
    /// A caller has left a message.
    MessageLeft(Message),
    /// A caller begins to leave a message.
    MessageStarted {
        /// Whose call.
        call: CallId,
        /// The number of whose box it is.
        mailbox: Number,
    },
    /// An offer ended without an answer.
    OfferEnded {
        /// Which call.
        call: CallId,
        /// Of which queue.
        queue: QueueId,
        /// To whom it was offered.
        agent: AgentId,
        /// The leg that rang; stale from now on.
        leg: LegId,
        /// How it ended.
        end: OfferEnd,
        /// How long it rang.
        rang: Span,
    },
    /// Who has a call placed has answered: it goes where he wants it.
    CallerAnswered {
        /// The call.
        call: CallId,
        /// Who.
        agent: AgentId,
    },
    /// Somebody has a call placed: his telephone rings as the caller's side of a new call,
    /// which begins with this.
    CallPlaced {
        /// The call.
        call: CallId,
        /// Its public id.
        public: PublicId,
        /// Who.
        agent: AgentId,
    },
    /// A number outside has answered: who is there talks to the caller from now on.
    OutsideAnswered {
        /// The caller's call.
        call: CallId,
        /// The call to the number.
        outside: CallId,
    },
    /// A number outside is called for a caller: it is the caller's side of a new call, which
    /// begins with this.
    OutsideRung {
        /// The caller's call.
        call: CallId,
        /// The new call.
        outside: CallId,
        /// Its public id.
        public: PublicId,
        /// What is dialled.
        number: Number,
    },
    /// Nobody came for a parked caller in time; who parked him is rung.
    ParkingTimedOut {
        /// Whose call.
        call: CallId,
    },
    /// A person's number and name were blanked.
    PersonErased {
        /// How many live calls it concerned.
        calls: u32,
    },
    /// Who joined has the place that he had when he hung up: he stands before all who
    /// came behind it. His wait counts from joining all the same.
    PlaceRegained {
        /// Whose call.
        call: CallId,
        /// Where.
        queue: QueueId,
        /// Since when the place is his.
        since: Timestamp,
    },
    /// A call came to a route point that is closed, and goes on to the destination for
    /// that.
    PointClosed {
        /// Which call.
        call: CallId,
        /// The number of the route point.
        point: Number,
        /// Why it is closed.
        closed: Closed,
    },
    /// A call came to a route point.
    PointReached {
        /// Which call.
        call: CallId,
        /// The number of the route point.
        point: Number,
    },
    /// An extension's presence is another one. What follows from it for its agent's
    /// status is told behind.
    PresenceChanged {
        /// Which.
        agent: AgentId,
        /// What it is now.
        presence: Presence,
        /// Who changed it.
        by: By,
    },
    /// A caller hears a prompt.
    PromptStarted {
        /// Whose call.
        call: CallId,
        /// The prompt's name.
        prompt: String,
    },
    /// A call's visit to a queue is over, with its one outcome.
    QueueCallEnded(QueueCall),
    /// A conversation is recorded from now on, or not, or not at present.
    RecordingSwitched {
        /// Which.
        call: CallId,
        /// How.
        recording: Recording,
        /// Who wanted it; the system, where the queue records its calls, and at the end.
        by: By,
    },
    /// A caller who was reserved for one agent waits for anybody from now on.
    ReservationEnded {
        /// Which.
        call: CallId,
        /// In which queue.
        queue: QueueId,
        /// For whom he was reserved.
        agent: AgentId,
        /// Why that is over.
        how: ReservationEnd,
    },
    /// A queue's service level was looked at, where its managers want to be told of
    /// it and calls came.
    ServiceLevelEvaluated {
        /// Which queue.
        queue: QueueId,
        /// Calls of which it was decided since the last look whether they meet it.
        calls: u32,
        /// Those that do.
        met: u32,
        /// Whether that is under the threshold.
        under: bool,
    },
    /// A supervisor hears a conversation from now on, or is heard in another way.
    SupervisorJoined {
        /// Which.
        call: CallId,
        /// Who.
        agent: AgentId,
        /// On which leg.
        leg: LegId,
        /// Who hears him.
        how: Monitoring,
    },
    /// A supervisor is off a call: he did not answer, has heard enough, or the call goes
    /// on without him. Where the whole call ends, that is not told.
    SupervisorLeft {
        /// Which.
        call: CallId,
        /// Who.
        agent: AgentId,
        /// His leg; stale from now on.
        leg: LegId,
    },
    /// A supervisor's own telephone rings, for him to take a call or to listen in.
    SupervisorRung {
        /// Which.
        call: CallId,
        /// Who.
        agent: AgentId,
        /// The ringing leg.
        leg: LegId,
    },
    /// A caller said how the service was.
    SurveyAnswered(SurveyAnswer),
    /// Who talked to a queue's caller has hung up, and the caller is asked how it was.
    SurveyStarted {
        /// Whose call.
        call: CallId,
        /// The queue that asks.
        queue: QueueId,
        /// Who answered the queue's call.
        agent: AgentId,
    },
    /// The system started again.
    SystemRestarted {
        /// How many calls were cut off.
        calls: u32,
    },
    /// An agent's wrap-up after a call of this queue is over.
    WrapUpEnded {
        /// Who.
        agent: AgentId,
        /// Where.
        queue: QueueId,
    },
    /// An agent's wrap-up after a call of this queue began.
    WrapUpStarted {
        /// Who.
        agent: AgentId,
        /// Where.
        queue: QueueId,
    },
}

/// An agent's status in a queue.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum AgentStatus {
    /// Takes calls.
    LoggedIn,
    /// Takes none.
    LoggedOut,
    /// Takes none for a while.
    Paused {
        /// Name of the reason, if one was given.
        reason: Option<String>,
    },
}

/// What waiting callers are told, and who answers them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Announced {
    /// Who has answered is told something, or both are, before they hear each other.
    Agent {
        /// For how long they do not.
        length: Span,
    },
    /// That he can be called back.
    Callback,
    /// The text for those who join.
    Join,
    /// That he gave a number at which he can not be called back.
    NotCalledBack,
    /// The text that comes again and again.
    Periodic,
    /// His place, how long he is likely to wait yet, thanks for his patience: as the
    /// queue is set.
    Place {
        /// His place, from one; one more than is spoken stands for all behind.
        position: Option<u8>,
        /// The wait in minutes begun; one more than is spoken stands for all above.
        minutes: Option<u8>,
    },
}

/// What a node of a call flow found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Branch {
    /// The caller's number begins as is asked for.
    CallerMatches,
    /// It does not, or is withheld.
    CallerOther,
    /// It is outside the business hours.
    Closed,
    /// It is a holiday.
    Holiday,
    /// It is within the business hours.
    Open,
}

/// What somebody did with a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum CallAct {
    /// Asks somebody else before it goes on.
    Consulted,
    /// Hung it up.
    HungUp,
    /// Wants to listen in, or to do so in this other way.
    Monitored(Monitoring),
    /// Parked its caller.
    Parked,
    /// Parked who talked to its caller.
    ParkedAgent,
    /// Wants to take it; he has when it is answered.
    PickedUp,
    /// Sent it somewhere else while it waited.
    Redirected,
    /// Has asked, and talks to the caller again.
    Returned,
    /// Sent it somewhere else from a conversation.
    Transferred,
    /// Sent who talked to its caller somewhere else, without him.
    TransferredAgent,
}

/// What a menu got of its caller.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum MenuEnd {
    /// The number of an extension.
    Dialled(Number),
    /// What leads nowhere.
    Invalid(Number),
    /// A key that leads somewhere.
    Pressed(Key),
    /// Nothing.
    Silence,
}

/// Why a queue or a menu is closed to callers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Closed {
    /// It is a holiday.
    Holiday {
        /// The holiday's name.
        name: String,
    },
    /// It is outside the business hours.
    OutsideHours,
}

/// How it ended that a caller waited for one agent alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum ReservationEnd {
    /// The agent takes no more calls of the queue for now: he logged out, paused, is not
    /// reachable, or is no member any more.
    AgentLeft,
    /// The caller wants to be called back.
    AskedForCallback,
    /// He was rung and did not answer.
    NotAnswered,
    /// The time for it is over.
    TimeOver,
}

/// How an offer ended without an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum OfferEnd {
    /// Another agent took the call: no missed call.
    CompletedElsewhere,
    /// The telephone refused or failed.
    Failed(Cause),
    /// The agent did not answer in time: a missed call.
    TimedOut,
    /// The caller left, or the agent may not take the call any more.
    Withdrawn,
}

impl OfferEnd {
    /// How a telephone's ring ended, by why it was not answered and what it is told.
    pub(crate) const fn of(cause: Cause, told: Option<CancelReason>) -> Self {
        match (told, cause) {
            (Some(CancelReason::Withdrawn), _) => Self::Withdrawn,
            (_, Cause::NoAnswer) => Self::TimedOut,
            (_, cause) => Self::Failed(cause),
        }
    }
}

/// Why a call is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum EndReason {
    /// A timer of the call could not be carried out.
    Aborted,
    /// The answering side hung up.
    AgentHungUp,
    /// The caller was to be called back, and was not.
    CallbackFailed,
    /// The caller hung up.
    CallerHungUp,
    /// An extension dialled a feature code, and heard what became of it.
    CodeDialled,
    /// The extension or the number outside that it was sent to did not take it.
    ExtensionFailed(Cause),
    /// A supervisor hung it up, or somebody his own call on a screen.
    HungUpBySupervisor,
    /// The caller has left a message.
    MessageLeft,
    /// What it was sent to does not exist (any more).
    NoDestination,
    /// The caller was asked how the service was.
    SurveyOver,
    /// The system went down.
    SystemRestart,
    /// It was sent from destination to destination too often.
    TooManyHops,
    /// The destination that it was sent to is to hang up.
    Unanswered,
}

/// How a kept effect ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum KeptEnd {
    /// It was carried out.
    Done,
    /// Too many were kept already: it was never begun.
    Dropped,
    /// It will not be carried out.
    Failed,
    /// Nobody can say.
    Unknown,
}
