//! Rare paths by name. A rehearsal collects the marks that it comes by, and
//! says which it never came by: what nobody walks, no law watches.
//!
//! To add one: a line in the list below, and `self.sometimes(Mark::…)` where the
//! path begins. Under the live sink that compiles to nothing.

/// Declares the closed list: each mark once, with the words that name it.
macro_rules! marks {
    ($($name:ident: $words:literal,)*) => {
        /// A rare path of the engine, in alphabetical order.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub enum Mark {
            $(#[doc = $words] $name,)*
        }

        impl Mark {
            /// Every mark.
            pub const ALL: &[Self] = &[$(Self::$name,)*];

            /// What happens there.
            #[must_use]
            pub const fn words(self) -> &'static str {
                match self {
                    $(Self::$name => $words,)*
                }
            }
        }
    };
}

marks! {
    AbortedAnnouncement: "what a caller is told can not be begun or ended as it should",
    AbortedCallback: "the time of a callback can not be ended as it should",
    AbortedCallerRing: "a ring of a number outside can not be ended as it should",
    AbortedLongestWait: "a longest wait can not be ended as it should",
    AbortedMenu: "the silence behind a menu can not be ended as it should",
    AbortedMessage: "the end of a message can not be carried out as it should",
    AbortedMidnight: "a midnight can not be carried out at first",
    AbortedParking: "the time of a parked caller can not be ended as it should",
    AbortedPreferredWait: "the end of a reservation can not be carried out as it should",
    AbortedPrompt: "the end of a prompt can not be carried out as it should",
    AbortedPutOut: "callers can not be put out of an empty queue",
    AbortedRest: "the end of a rest can not be carried out at first",
    AbortedRetry: "the pause of a call can not be ended as it should",
    AbortedRing: "a ring can not be ended as it should",
    AbortedServiceLevel: "a service level can not be looked at at first",
    AbortedSkillStep: "a step of skill levels can not be carried out at first",
    AbortedSurvey: "the silence behind a survey can not be ended as it should",
    AbortedWrapUp: "the end of a wrap-up can not be carried out at first",
    AgentTurned: "who talks to a caller is sent elsewhere without him, or parked",
    AnnouncementWhileRinging: "a caller is told something while telephones ring for him",
    AnnouncementsAtOnce: "two announcements are due at once, and one follows the other",
    AnswerCrossesEnd: "an answer comes when its ring is over",
    AutoPaused: "an agent misses call after call, and is paused",
    CallbackAskedRinging: "a caller asks for a callback while telephones ring for him",
    CallbackForgone: "a caller who asked for a callback says nothing",
    CallbackHungUp: "a caller hangs up who has keyed in where he wants to be called",
    CallbackInvalid: "a caller gives a number that can not be called back",
    CallbackNotPermitted: "an agent answers for a callback who may not call outside",
    CallbackOverRinging: "the time of a callback is over while telephones ring for it",
    CallbackWithdrawn: "who was to be called back calls again himself",
    CallerBack: "a caller is put back before those who joined later",
    CallsItself: "an extension that calls is deleted",
    ChoirCancelled: "an answer stops other telephones that ring for the same caller",
    ChoirJoined: "agents who became free join in a ring",
    ClockPassesMidnight: "the clock on the wall is put past a midnight",
    CodeDialled: "an extension switches its status by a code",
    CodeRefused: "a code is dialled that changes nothing",
    ConnectionFailedDirect: "a caller and an extension can not be connected",
    ConnectionFailedDeleted: "a connection fails when its queue is deleted",
    ConsultationHungUp: "who asks somebody about a caller hangs up, and the caller goes there",
    ConsultationTransferredRinging: "a caller is transferred to who has not answered yet",
    CrowdedDeclined: "who found a queue too crowded wants no callback, and goes elsewhere",
    CrowdedOffered: "who finds a queue too crowded is offered a callback first",
    DeadlineOfBefore: "a deadline was due before the system started again",
    DeletedQueueEmpties: "the last caller leaves a deleted queue",
    Erased: "a person who is on a call is erased",
    ExtensionDeletedRinging: "an extension that rings directly is deleted",
    ExtensionDeletedTalking: "an extension that talks is deleted",
    GroupAnswered: "one of several telephones of a ring group answers",
    GroupDeletedRinging: "a ring group is deleted while its telephones ring",
    GroupGoesOn: "the next telephone of a ring group rings",
    GroupUnreachable: "nobody of a ring group can be rung",
    KeptDropped: "too much is kept for the outside, and something is dropped",
    KeptInDoubt: "nobody can say after a start whether a mail was sent",
    KeptOnceMore: "a record is pushed again after a start",
    KeyWhileRinging: "a caller leaves by a key while telephones ring for him",
    KeyWithoutMeaning: "a caller presses a key that means nothing in his queue",
    LateTick: "a deadline is carried out late",
    LeftBriefed: "an agent hangs up before he hears the caller",
    LoginByKind: "an agent who was out becomes static, and so is in",
    LongestWaitRinging: "a caller's wait is over while telephones ring for him",
    MemberGone: "a conversation outlives its agent's membership",
    MenuDeleted: "a menu or a call flow is deleted while it plays",
    MenuDialled: "a caller keys in the number of an extension",
    MenuInvalid: "a caller presses at last what leads nowhere",
    MenuSilent: "a caller presses nothing to the end",
    MessageFull: "a message is as long as it may be",
    MessageTooShort: "what a caller leaves is too short to be a message",
    MonitoringChanged: "a supervisor who listens in comes to be heard, or no more",
    NextLevel: "nobody of the best skill level can be rung, and somebody else is",
    NoDestination: "a caller is sent to a destination that is deleted",
    NoteTakenBack: "somebody takes back all that was noted of a call",
    NotedLate: "a call is noted when it is over",
    OfferEngaged: "an offer is taken back as the agent's telephone rings or talks otherwise",
    OfferMemberGone: "an agent is taken out of a queue that rings him",
    OfferWithdrawn: "an offer is taken back, and the caller goes to somebody else",
    OutsideSilent: "a number outside to which a caller was sent does not answer",
    ParkedForNobody: "a caller was parked by somebody who is deleted",
    PickedUpByStranger: "somebody who is no agent of the queue takes a waiting caller",
    PickUpOvertaken: "a supervisor rings for a caller whom an agent answers, or who leaves",
    PickUpRinging: "a supervisor wants a caller for whom agents ring",
    PlacedSilent: "who has a call placed does not answer",
    PlaceRegained: "a caller who hung up calls again, and has his place back",
    PresenceSwitches: "another presence switches an agent's status",
    ProcessedBackwards: "a missed call is less far than it was said to be",
    ProcessedBySync: "a missed call follows another one of the same caller",
    PutOutCalledOff: "an agent comes back before callers are put out of an empty queue",
    PutOutInParts: "more callers are put out of a queue than one entry may hold",
    PutOutStops: "who is put out is an agent, whose queue is not empty with that",
    QueueCrowded: "a caller goes elsewhere, as too many wait or he would wait too long",
    QueueDeletedWaiting: "a queue is deleted while callers wait in it",
    RedirectRinging: "a caller for whom agents ring is sent elsewhere",
    ReservationAgentLeft: "an agent for whom a caller is reserved takes no more calls",
    ReservationNotAnswered: "an agent for whom a caller is reserved does not answer him",
    ReservationOver: "a caller has been reserved for an agent as long as allowed",
    ReservationOverRinging: "a caller has been reserved as long as allowed when the agent rings",
    ReservedAnswered: "who was reserved for an agent is answered by him",
    ReservedByContact: "a caller is reserved for the owner of his contact",
    ReservedByLastTalk: "a caller is reserved for the agent with whom he talked last",
    RestOnceMore: "an agent who rests begins to rest anew",
    RestartCallback: "the system starts again when somebody was to be called back",
    RestartMessage: "the system starts again when a caller left a message",
    RestartRinging: "the system starts again when a queue rang agents",
    RestartRingingDirect: "the system starts again when an extension rang directly",
    RestartTalking: "the system starts again when somebody talked",
    RetryMeetsRing: "a ring ends in the pause that another one began",
    RingGrows: "one more agent rings beside those who ring for a call",
    RingStopsGrowing: "the last ring for a call is taken back before one more begins",
    SecondRound: "everybody free has been silent for a call, and a second round begins",
    ServiceLevelFell: "a service level falls under its threshold",
    ServiceLevelLateCaller: "a caller counts as too late for the service level while waiting",
    ServiceLevelRecovered: "a service level is above its threshold again",
    SharedWrapUp: "a wrap-up that all queues of an agent share is over",
    SkillStep: "a caller may be served by agents who were not skilled enough before",
    SupervisorDismissed: "a conversation is over for who listens in, and its caller stays",
    SurveyInvalid: "a caller who is asked presses twice what is no answer",
    SurveyParked: "a caller is asked when another one with whom he talked hangs up",
    SurveySilent: "a caller who is asked presses nothing",
    SurveyTransferred: "a caller is asked about a call that has led on to another one",
    TooManyHops: "destinations form a circle, and a caller is sent on too often",
    WrapUpEndsUnserved: "an agent is taken out of a queue during his wrap-up",
    WrapUpLengthened: "a conversation ends during a wrap-up, which is lengthened",
}

const _: () = assert!(Mark::ALL.len() <= Marks::ROOM);

/// Some of the marks: a sink for [`Engine::apply_traced`](crate::Engine::apply_traced)
/// that collects those it comes by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Marks(u128);

impl Marks {
    const ROOM: usize = 128;

    /// Adds one.
    pub const fn add(&mut self, mark: Mark) {
        self.0 |= 1 << mark as u32;
    }

    /// Adds those of `other`.
    pub const fn merge(&mut self, other: Self) {
        self.0 |= other.0;
    }

    /// Whether it is among them.
    #[must_use]
    pub const fn has(self, mark: Mark) -> bool {
        self.0 & (1 << mark as u32) != 0
    }

    /// How many there are.
    #[must_use]
    pub const fn count(self) -> u32 {
        self.0.count_ones()
    }
}
