//! What a story consists of, as data. The names of the fields are those of the
//! JSON, and a promise to those who read it.

use serde::{Serialize, Serializer};
use tandem_engine::{Cause, Number, OfferEnd, PublicId, Span};

use super::crew::{Crew, Group};
use super::when::{When, seconds};

/// Somebody with a telephone.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Person {
    /// The extension's number.
    #[serde(serialize_with = "text")]
    pub number: Number,
    /// The person's name; may be empty.
    pub name: String,
}

/// A queue.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Place {
    /// Its number.
    #[serde(serialize_with = "text")]
    pub number: Number,
    /// Its name.
    pub name: String,
}

/// The story of a call.
#[derive(Clone, Debug, Serialize)]
pub struct Story {
    /// The call's name for ever.
    #[serde(serialize_with = "id")]
    pub call: PublicId,
    /// The caller's number; null where it is withheld or was erased.
    pub caller: Option<String>,
    /// What was dialled.
    #[serde(serialize_with = "text")]
    pub dialled: Number,
    /// The zone of all times: that of the first queue.
    pub time_zone: String,
    /// Why it waited and what became of it: some sentences.
    pub summary: Vec<String>,
    /// Its visits to queues, in order.
    pub visits: Vec<Visit>,
    /// What happened, in order.
    pub moments: Vec<Moment>,
    /// Whether the call is over.
    pub over: bool,
    /// Whether a date is known: a scenario may have none, and then one is made up.
    pub dated: bool,
}

impl Story {
    /// Leaves out what happened in queues that are not to be seen.
    pub fn keep_elsewhere(&mut self, sees: impl Fn(Number) -> bool) {
        for moment in &mut self.moments {
            if let What::Meanwhile(gap) = &mut moment.what {
                gap.elsewhere.retain(|rings| sees(rings.queue.number));
            }
        }
        let nothing = |what: &What| matches!(what, What::Meanwhile(gap) if gap.is_empty());
        self.moments.retain(|moment| !nothing(&moment.what));
    }

    /// Leaves out who called: a person who was erased is not to be told of.
    pub fn forget_caller(&mut self) {
        self.caller = None;
        for moment in &mut self.moments {
            match &mut moment.what {
                What::Arrived { caller, name, .. } => (*caller, *name) = (None, None),
                What::Callback { number, .. } => *number = None,
                _ => {}
            }
        }
    }
}

/// Something that happened.
#[derive(Clone, Debug, Serialize)]
pub struct Moment {
    /// When.
    pub at: When,
    /// What.
    #[serde(flatten)]
    pub what: What,
}

/// A visit to a queue, and what the wait consisted of.
#[derive(Clone, Debug, Serialize)]
pub struct Visit {
    /// Which queue.
    pub queue: Place,
    /// When the caller joined, or was refused.
    pub joined_at: When,
    /// How many callers stood before; null where the caller was refused.
    pub before: Option<usize>,
    /// From joining to the answer, to leaving or to the end of what is known.
    #[serde(rename = "waited_s", serialize_with = "seconds")]
    pub waited: Span,
    /// Of that: nobody was free, and callers stood before.
    #[serde(rename = "behind_others_s", serialize_with = "seconds")]
    pub behind: Span,
    /// Of that: nobody was free, and nobody stood before.
    #[serde(rename = "nobody_free_s", serialize_with = "seconds")]
    pub nobody_free: Span,
    /// Of that: a telephone rang for the caller.
    #[serde(rename = "ringing_s", serialize_with = "seconds")]
    pub ringing: Span,
    /// Of that: the pause after an unsuccessful ring.
    #[serde(rename = "pausing_s", serialize_with = "seconds")]
    pub pausing: Span,
    /// Of that: the caller was reserved for one agent, who was not free.
    #[serde(rename = "reserved_s", serialize_with = "seconds")]
    pub reserved: Span,
    /// Who answered.
    pub agent: Option<Person>,
    /// From the answer to the end.
    #[serde(rename = "talked_s", serialize_with = "seconds")]
    pub talked: Span,
    /// Of that: the caller was on hold.
    #[serde(rename = "held_s", serialize_with = "seconds")]
    pub held: Span,
    /// `abandoned`, `answered` or `missed`; null while it lasts.
    pub outcome: Option<&'static str>,
    /// Why it left the queue, as in the records of calls.
    pub reason: Option<&'static str>,
    /// The agents as they were when the caller joined.
    pub crew: Crew,
    /// When a telephone first rang for the caller, and whose.
    pub first_rung: Option<FirstRing>,
    /// Who was rung and did not take it, how, and for how long.
    pub in_vain: Vec<InVain>,
    /// How long the ring lasted that was answered.
    #[serde(rename = "answer_rang_s")]
    pub answer_rang: Option<Seconds>,
}

/// The first ring for a caller.
#[derive(Clone, Debug, Serialize)]
pub struct FirstRing {
    /// When.
    pub at: When,
    /// Whose telephone.
    pub agent: Person,
}

/// A ring that nobody answered.
#[derive(Clone, Debug, Serialize)]
pub struct InVain {
    /// Whose telephone.
    pub agent: Person,
    /// How it ended.
    pub how: RingEnd,
    /// For how long it rang.
    pub rang_s: Seconds,
}

/// A length of time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Seconds(#[serde(serialize_with = "seconds")] pub Span);

/// What happened.
#[derive(Clone, Debug, Serialize)]
#[serde(tag = "what", rename_all = "snake_case")]
pub enum What {
    /// Somebody answered.
    Answered {
        /// Who.
        agent: Person,
        /// How long that telephone had rung; null where that is not known.
        rang_s: Option<Seconds>,
        /// How long the caller had waited.
        waited_s: Seconds,
    },
    /// The call came in.
    Arrived {
        /// The caller's number.
        caller: Option<String>,
        /// The caller's name, as shown by the telephone network.
        name: Option<String>,
        /// The agent who calls, for a call from inside.
        agent: Option<Person>,
        /// What was dialled.
        dialled: String,
    },
    /// The caller, an agent, dialled a code to switch his status.
    CodeDialled {
        /// Which.
        code: String,
        /// Whether that changed anything.
        done: bool,
    },
    /// Somebody was free for the caller, and telephones were rung.
    Considered(Choice),
    /// Another configuration was in force from here on.
    ConfigurationChanged {
        /// Its number.
        revision: u64,
    },
    /// Something about a callback.
    Callback {
        /// `asked`, `forgone`, `invalid`, `not_permitted`, `offered`, `requested` or `rung`.
        act: &'static str,
        /// Where the caller is to be called; null where that is not said, or was erased.
        number: Option<String>,
        /// Who answered for the customer, where somebody did.
        agent: Option<Person>,
        /// Until when an agent must be found; null where there is no limit.
        until: Option<When>,
    },
    /// Caller and agent could not be connected; the caller waits again.
    ConnectionFailed {
        /// Who had answered.
        agent: Person,
    },
    /// The call was over.
    Ended {
        /// Why, as a word.
        reason: &'static str,
    },
    /// The queue was closed, and the call went elsewhere.
    Diverted {
        /// Which queue.
        queue: Place,
        /// The holiday's name; null where it was outside business hours.
        holiday: Option<String>,
    },
    /// The caller had hung up before, and has his place in the queue back.
    PlaceRegained {
        /// Which queue.
        queue: Place,
        /// When he joined it first.
        since: When,
    },
    /// The caller waits for one agent alone, whom he knows.
    Reserved {
        /// For whom.
        agent: Person,
        /// For how long at most.
        until: When,
    },
    /// The caller waits for anybody again.
    ReservationEnded {
        /// For whom he was reserved.
        agent: Person,
        /// `agent_left`, `asked_for_callback`, `not_answered` or `time_over`.
        how: &'static str,
    },
    /// An extension that is rung for no queue answered.
    ExtensionAnswered {
        /// Whose.
        agent: Person,
    },
    /// A telephone of a ring group stopped ringing without an answer.
    ExtensionRingEnded {
        /// Whose.
        agent: Person,
        /// Why.
        how: RingEnd,
    },
    /// An extension was rung for no queue.
    ExtensionRung {
        /// Whose.
        agent: Person,
    },
    /// A number outside, to which the caller was sent.
    Outside {
        /// `answered` or `rung`.
        act: &'static str,
        /// What is dialled; null where that is not said.
        number: Option<String>,
    },
    /// The caller waits.
    Joined {
        /// Where.
        queue: Place,
        /// How many callers stood before.
        before: usize,
        /// Who could have been rung, and why not; null where somebody was rung at once.
        crew: Option<Crew>,
    },
    /// A node of a call flow asked something.
    Branched {
        /// The node's name.
        node: String,
        /// What it found: `caller_matches`, `caller_other`, `closed`, `holiday` or `open`.
        found: &'static str,
    },
    /// A menu got a key, a number, or nothing.
    MenuGot {
        /// `dialled`, `invalid`, `pressed` or `silence`.
        got: &'static str,
        /// The key or number.
        keys: String,
    },
    /// A menu was closed, and the call went elsewhere.
    PointClosed {
        /// Its name.
        name: String,
        /// The holiday's name; null where it was outside business hours.
        holiday: Option<String>,
    },
    /// What the caller left was too short to be a message.
    MessageDiscarded,
    /// The caller left a message.
    MessageLeft {
        /// The number of whose box it lies in.
        mailbox: String,
        /// How long it is.
        length_s: Seconds,
    },
    /// The caller begins to leave a message.
    MessageStarted {
        /// The number of whose box it is.
        mailbox: String,
    },
    /// The waiting caller is told something, or who answers him.
    Announced {
        /// `agent`, `callback`, `join`, `not_called_back`, `periodic` or `place`.
        text: &'static str,
        /// His place, from one; one more than is spoken stands for all behind.
        position: Option<u8>,
        /// The wait in minutes begun; one more than is spoken stands for all above.
        minutes: Option<u8>,
    },
    /// Somebody handled the call, or who talked did something with it.
    Handled {
        /// Who; null where it was the system.
        by: Option<Person>,
        /// What: a word of the API.
        act: &'static str,
        /// The parking slot, where there is one.
        slot: Option<String>,
    },
    /// The caller hears a prompt.
    Prompt {
        /// Its name.
        prompt: String,
    },
    /// The visit to a queue was over.
    Left {
        /// Which.
        queue: Place,
        /// `abandoned`, `answered` or `missed`.
        outcome: &'static str,
        /// Why, as in the records of calls.
        reason: &'static str,
        /// How long the caller had waited.
        waited_s: Seconds,
        /// How long caller and agent had talked.
        talked_s: Seconds,
        /// The bound that was reached, where one was: seconds, or callers.
        bound: Option<u64>,
    },
    /// What became of others while the caller waited.
    Meanwhile(Meanwhile),
    /// One more agent was free while telephones rang for the caller, and was rung too.
    RangToo {
        /// Who.
        agents: Vec<Person>,
    },
    /// The caller is asked how the service was.
    Asked {
        /// Who answered the call that it is about.
        agent: Person,
    },
    /// Somebody noted something of the call.
    Noted {
        /// Who; `None`: the system.
        by: Option<Person>,
        /// What it came to. None and no remark: what was noted is taken back.
        dispositions: Vec<String>,
        /// Whether there is a remark, which is for those who may read notes.
        remark: bool,
    },
    /// The caller said how the service was.
    Rated {
        /// By which key.
        key: char,
        /// What it is worth.
        points: i16,
    },
    /// The call came to a route point.
    Reached {
        /// What it is, in words, as `ring group`.
        kind: &'static str,
        /// Its name.
        name: String,
        /// Its number.
        number: String,
    },
    /// A queue did not let the caller in.
    Refused {
        /// Which.
        queue: Place,
        /// Why, as in the records of calls.
        reason: &'static str,
        /// How many callers may wait there, where that was it.
        bound: Option<u64>,
        /// The agents as they were.
        crew: Crew,
    },
    /// Telephones stopped ringing for the caller, without an answer.
    RingEnded {
        /// Whose.
        agents: Vec<Person>,
        /// Why.
        how: RingEnd,
        /// How long they had rung.
        rang_s: Seconds,
        /// Until when nobody else is rung for the caller.
        pauses_until: Option<When>,
    },
    /// Agents of the queue in which the caller waited changed what they do.
    Staff {
        /// Who.
        agents: Vec<Person>,
        /// What they do now.
        #[serde(flatten)]
        change: Change,
    },
    /// Who had answered is not rung by this queue for a while.
    WrapUp {
        /// Who.
        agent: Person,
        /// Until when.
        until: Option<When>,
    },
}

/// A decision: who was free, who was not, and who was rung by which rule.
#[derive(Clone, Debug, Serialize)]
pub struct Choice {
    /// Of which queue.
    pub queue: Place,
    /// Who was free.
    pub free: Vec<Free>,
    /// Who was not, and why.
    pub not_free: Vec<Group>,
    /// Whose telephone rang.
    pub rung: Vec<Person>,
    /// The strategy's name; `preferred` for whom the caller is reserved.
    pub rule: &'static str,
    /// What it came down to, in words.
    pub because: String,
}

/// Somebody who was free, and what the strategy may go by.
#[derive(Clone, Debug, Serialize)]
pub struct Free {
    /// Who.
    pub agent: Person,
    /// In how many rounds of rings the call was not answered here.
    pub tried: u32,
    /// Skill level in the queue; 1 is the best.
    pub level: u8,
    /// Calls completed, as the queue counts them; null under other rules than
    /// `fewest_calls`.
    pub completed: Option<u32>,
    /// When the queue rang this telephone last; null where that is not known, or it
    /// never did.
    pub last_rung_at: Option<When>,
    /// Whether the queue never rang it.
    pub never_rung: bool,
}

/// What became of others, from the moment of it until another.
#[derive(Clone, Debug, Serialize)]
pub struct Meanwhile {
    /// Until when.
    pub until: When,
    /// Callers from before who were answered, by agent.
    pub served: Vec<Served>,
    /// Callers from before who left without an answer.
    pub left: u32,
    /// Callers from behind who were answered.
    pub overtook: u32,
    /// Rings of this queue's agents for callers of other queues.
    pub elsewhere: Vec<Elsewhere>,
}

impl Meanwhile {
    const fn is_empty(&self) -> bool {
        self.served.is_empty() && self.left == 0 && self.overtook == 0 && self.elsewhere.is_empty()
    }
}

/// How often a queue's agents were rung for callers of another one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Elsewhere {
    /// The other queue.
    pub queue: Place,
    /// How often.
    pub rings: u32,
}

/// How many callers somebody answered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Served {
    /// Who.
    pub agent: Person,
    /// How many.
    pub calls: u32,
}

/// How a ring ended without an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum RingEnd {
    /// Another agent answered.
    AnsweredElsewhere,
    /// The telephone was on a call.
    Busy,
    /// The agent answered, and could not be connected with the caller.
    NotConnected,
    /// The agent refused.
    Refused,
    /// It rang as long as allowed, or gave up.
    Silent,
    /// The telephone could not be reached.
    Unreachable,
    /// The caller left, or the agent may not take the call any more.
    Withdrawn,
}

/// What an agent does from now on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "change", rename_all = "snake_case")]
pub enum Change {
    /// Takes calls.
    LoggedIn,
    /// Takes none.
    LoggedOut,
    /// Takes none for a while.
    Paused {
        /// Name of the reason, if one was given.
        reason: Option<String>,
    },
    /// The telephone can be rung again.
    Reachable,
    /// The telephone can not be rung.
    Unreachable,
}

pub(crate) fn text<S: Serializer>(number: &Number, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(number)
}

pub(crate) fn id<S: Serializer>(call: &PublicId, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(call)
}

/// A number, where there is one.
pub(crate) fn shown(number: Number) -> Option<String> {
    (!number.is_none()).then(|| number.to_string())
}

impl RingEnd {
    /// How an offer ended.
    pub(crate) const fn of(end: OfferEnd) -> Self {
        match end {
            OfferEnd::CompletedElsewhere => Self::AnsweredElsewhere,
            OfferEnd::Failed(Cause::Busy) => Self::Busy,
            OfferEnd::Failed(Cause::NoAnswer) | OfferEnd::TimedOut => Self::Silent,
            OfferEnd::Failed(Cause::Rejected) => Self::Refused,
            OfferEnd::Failed(Cause::Unreachable) => Self::Unreachable,
            OfferEnd::Withdrawn => Self::Withdrawn,
        }
    }
}
