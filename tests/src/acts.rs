//! Random histories: what people, telephones, ports and operators do.
//!
//! An act names calls, legs and people by their place among those that are
//! there when it is done, so that most acts mean something; some are stale on
//! purpose.

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;
use proptest::strategy::Union;
use tandem_engine::config::model::{MemberKind, Strategy as Ring};
use tandem_engine::config::presence::Presence;
use tandem_engine::{Cause, EffectId, Input, Key, Monitoring, Side};

use crate::centre::{
    self, Centre, ExtensionDraft, OptionsDraft, PointDraft, QueueDraft, Shape, extension_draft,
    options_draft, point_draft, queue_draft,
};

/// The keys that callers press: those that menus know, and that which ends a number and a
/// message.
const KEYS: [Key; 5] = [Key::Zero, Key::One, Key::Two, Key::Three, Key::Pound];

/// One of those that are there, by place; where `over`, one of all that ever
/// were.
#[derive(Clone, Copy, Debug)]
pub struct Pick {
    /// The place, to be wrapped round.
    pub place: u8,
    /// Whether it may be over already.
    pub over: bool,
}

/// When an act is done.
#[derive(Clone, Copy, Debug)]
pub enum Gap {
    /// So many quarters of a second after the act before.
    Quarters(u32),
    /// Just before the next deadline: a microsecond.
    Before,
    /// At the next deadline, which comes first.
    At,
}

/// Who asks for something.
#[derive(Clone, Copy, Debug)]
pub enum Asker {
    /// The system.
    System,
    /// The person that it is about, if it is about one.
    Self_,
    /// The person with this place in the pool, there or not.
    Person(u8),
}

/// Which queues a change of status is about.
#[derive(Clone, Copy, Debug)]
pub enum Where {
    /// All.
    All,
    /// The last ones.
    Last,
    /// This one, there or not.
    One(u8),
}

/// A change of an agent's status.
#[derive(Clone, Copy, Debug)]
pub enum Status {
    /// Starts.
    LogIn,
    /// Stops.
    LogOut,
    /// Pauses, for this one of the default reasons.
    Pause(Option<u8>),
    /// Goes on.
    Unpause,
}

/// How a kept effect ends.
#[derive(Clone, Copy, Debug)]
pub enum Confirm {
    /// Done.
    Done,
    /// Failed.
    Failed,
    /// Unknown.
    Unknown,
}

impl Confirm {
    /// What is told of this effect.
    pub(crate) const fn input(self, effect: EffectId) -> Input {
        match self {
            Self::Done => Input::KeptDone { effect },
            Self::Failed => Input::KeptFailed { effect },
            Self::Unknown => Input::KeptUnknown { effect },
        }
    }
}

/// A change of the configuration.
#[derive(Clone, Debug)]
pub enum Edit {
    /// Adds an agent to a queue, moves him or changes his kind; with no kind,
    /// takes him out.
    Member {
        /// The queue, among those that there are.
        queue: u8,
        /// The extension, among those that there are.
        extension: u8,
        /// What he is to be.
        kind: Option<MemberKind>,
        /// Where he is to stand.
        place: u8,
    },
    /// Common settings.
    Options(OptionsDraft),
    /// Adds an extension, or changes it.
    PutExtension(u8, ExtensionDraft),
    /// Adds a route point, or changes everything about it.
    PutPoint(u8, PointDraft),
    /// Adds a queue, or changes everything about it.
    PutQueue(u8, Box<QueueDraft>),
    /// Deletes an extension.
    RemoveExtension(u8),
    /// Deletes a route point.
    RemovePoint(u8),
    /// Deletes a queue.
    RemoveQueue(u8),
    /// Deletes a queue and adds it again.
    Renew(u8),
    /// Gives a queue another strategy.
    Strategy(u8, Ring),
}

/// One thing that happens.
#[derive(Clone, Debug)]
pub enum Act {
    /// The next deadline can not be carried out.
    Abort {
        /// How much later that is noticed, in quarters of a second.
        late: u8,
    },
    /// Somebody answers a telephone that rings.
    Answer(Pick),
    /// A connection fails.
    BridgeFail(Pick),
    /// A call comes in.
    Call {
        /// From this extension, or from outside.
        from: Option<u8>,
        /// The caller's number, of a few; none where it is withheld.
        number: u8,
        /// A queue or, less often, an extension; there or not.
        to: To,
    },
    /// A caller who waits says what belongs to a callback: that he wants one or, who is
    /// asked, at which number.
    Callback(Pick, u8),
    /// A port says what became of a kept effect.
    Confirm(Pick, Confirm),
    /// Who is called back answers, or does not.
    Customer(Pick, Option<Cause>),
    /// Somebody says how far a call that is over is dealt with: its place from the last
    /// one on, and that of the result.
    Deal(Asker, u8, u8),
    /// Somebody notes a call that is over: its place from the last one on.
    Note(Asker, u8, NoteBits),
    /// A telephone comes or goes.
    Device(u8, bool),
    /// An extension dials a code: with this one of the codes, of this queue, perhaps
    /// with a reason behind, perhaps another agent's.
    Dial {
        /// Who dials.
        from: u8,
        /// The code's place among all.
        code: u8,
        /// What stands behind it.
        behind: Behind,
    },
    /// Somebody deletes the logs of calls that are over.
    Discard(Asker, u8, u8),
    /// The configuration changes.
    Edit(Asker, Box<Edit>),
    /// An answered leg ends, or a ringing one.
    EndLeg(Pick),
    /// A person is erased.
    Erase(Asker, u8),
    /// A telephone refuses or fails.
    Fail(Pick, Cause),
    /// Somebody does something with a call.
    Handle(Asker, Pick, Handle),
    /// Somebody has a call placed, and whose telephone would ring if it is the own one.
    Place(Asker, u8, To),
    /// A caller hangs up.
    HangUp(Pick),
    /// Who talks holds the caller, or goes on.
    Hold(Pick, bool),
    /// A caller presses one of [`KEYS`].
    Key(Pick, Key),
    /// The system is killed, and starts again after so many quarters of a
    /// second.
    Kill(u8),
    /// An earlier input comes again.
    Repeat(u8),
    /// Somebody says where somebody is.
    Presence(Asker, u8, Presence),
    /// The system stops and starts again, from a backup or not.
    Restart(bool),
    /// A snapshot is kept.
    Save,
    /// Somebody switches an agent's status.
    Switch(Asker, u8, Where, Status),
    /// Nothing: time passes.
    Wait,
    /// The clock on the wall is set: so many quarters of a second before one
    /// of a few midnights in one of the zones.
    WallClock(u8, u8),
}

/// What is dialled behind a code.
#[derive(Clone, Copy, Debug)]
pub enum Behind {
    /// Nothing.
    Nothing,
    /// A queue.
    Queue(u8),
    /// A queue, and the code of a reason.
    Reason(u8, u8),
    /// Another agent, a queue, and the code of a reason.
    Other(u8, u8, u8),
}

/// Where a call goes.
#[derive(Clone, Copy, Debug)]
pub enum To {
    /// A queue.
    Queue(u8),
    /// An extension.
    Extension(u8),
    /// A number outside.
    Outside(u8),
    /// A route point.
    Point(u8),
    /// A parking slot, somebody in it or not.
    Slot(u8),
}

/// Which note: each of the dispositions by a bit, then whether they are named backwards,
/// the first one twice, and whether there is a remark.
pub type NoteBits = u8;

/// What somebody does with a call.
#[derive(Clone, Copy, Debug)]
pub enum Handle {
    /// Asks this one about its caller.
    Consult(u8),
    /// Has asked, and transfers the caller, or does not.
    EndConsultation(bool),
    /// Hangs it up.
    HangUp,
    /// Listens in.
    Monitor(Monitoring),
    /// Notes what it came to.
    Note(NoteBits),
    /// Parks its caller, or who talks to him.
    Park(Side),
    /// Picks it up.
    PickUp,
    /// Has it recorded, or not.
    Record(bool),
    /// Redirects it while it waits.
    Redirect(To),
    /// Transfers its caller while he talks, or who talks to him.
    Transfer(Side, To),
}

/// An act, when it is done, and whether ticks come late until then.
#[derive(Clone, Debug)]
pub struct Step {
    /// When.
    pub gap: Gap,
    /// Whether ticks come late.
    pub late: bool,
    /// What.
    pub act: Act,
}

/// What kind of histories a test wants: how often what happens, in parts.
#[derive(Clone, Debug)]
pub struct Profile {
    /// The centres.
    pub shape: Shape,
    /// How many steps at most.
    pub steps: usize,
    /// Deadlines that can not be carried out.
    pub aborts: u32,
    /// Callers who ask for callbacks, and customers who are called back.
    pub callbacks: u32,
    /// Changes of the configuration.
    pub edits: u32,
    /// Kept effects, erased persons, repeated inputs.
    pub odds: u32,
    /// Restarts of all kinds.
    pub restarts: u32,
    /// Logins, pauses, telephones.
    pub status: u32,
    /// What supervisors do with calls.
    pub supervisors: u32,
    /// Clocks on the wall.
    pub wall: u32,
}

impl Profile {
    /// Everything, in a mixture as in life, only faster.
    #[must_use]
    pub fn mixed() -> Self {
        Self {
            shape: Shape {
                strategies: centre::STRATEGIES.to_vec(),
                callbacks: 0.5,
                limits: true,
                queues: 4,
            },
            steps: 160,
            aborts: 2,
            callbacks: 4,
            edits: 6,
            odds: 6,
            restarts: 1,
            status: 12,
            supervisors: 8,
            wall: 1,
        }
    }

    /// As this, with queues of these strategies.
    #[must_use]
    pub fn with_strategies(mut self, strategies: &[Ring]) -> Self {
        self.shape.strategies = strategies.to_vec();
        self
    }
}

/// A random history and the centre that it happens in.
pub fn history(profile: &Profile) -> impl Strategy<Value = (Centre, Vec<Step>)> + use<> {
    let steps = vec(step(profile), profile.steps / 4..=profile.steps);
    (centre::centre(&profile.shape), steps)
}

fn step(profile: &Profile) -> impl Strategy<Value = Step> + use<> {
    let gap = prop_oneof![
        9 => Just(Gap::Quarters(0)),
        9 => (1..=3_u32).prop_map(Gap::Quarters),
        2 => (4..=12_u32).prop_map(Gap::Quarters),
        1 => (13..=80_u32).prop_map(Gap::Quarters),
        1 => Just(Gap::Before),
        2 => Just(Gap::At),
    ];
    (gap, prop::bool::weighted(0.2), act(profile)).prop_map(|(gap, late, act)| Step {
        gap,
        late,
        act,
    })
}

fn act(profile: &Profile) -> Union<BoxedStrategy<Act>> {
    let kinds = [
        (4, Just(Act::Wait).boxed()),
        (50, traffic().boxed()),
        (
            profile.aborts,
            (0..8_u8).prop_map(|late| Act::Abort { late }).boxed(),
        ),
        (profile.callbacks, callbacks().boxed()),
        (profile.edits, edit(&profile.shape)),
        (profile.odds, odds().boxed()),
        (profile.restarts, restart().boxed()),
        (profile.status, status().boxed()),
        (profile.supervisors, handle().boxed()),
        (
            profile.wall,
            (0..9_u8, 1..40_u8)
                .prop_map(|(zone, before)| Act::WallClock(zone, before))
                .boxed(),
        ),
    ];
    Union::new_weighted(
        kinds
            .into_iter()
            .filter(|(weight, _)| *weight > 0)
            .collect(),
    )
}

fn pick() -> impl Strategy<Value = Pick> {
    (any::<u8>(), prop::bool::weighted(0.06)).prop_map(|(place, over)| Pick { place, over })
}

fn cause() -> impl Strategy<Value = Cause> {
    select(vec![
        Cause::NoAnswer,
        Cause::Busy,
        Cause::Rejected,
        Cause::Unreachable,
    ])
}

fn traffic() -> impl Strategy<Value = Act> {
    let to = prop_oneof![
        7 => any::<u8>().prop_map(To::Queue),
        1 => any::<u8>().prop_map(To::Extension),
        1 => any::<u8>().prop_map(To::Point),
    ];
    let to_slot = prop_oneof![
        20 => to,
        1 => (0..3_u8).prop_map(To::Slot),
    ];
    let from = option::weighted(0.15, any::<u8>());
    let cause = cause();
    prop_oneof![
        9 => (from, 0..4_u8, to_slot).prop_map(|(from, number, to)| Act::Call { from, number, to }),
        13 => pick().prop_map(Act::Answer),
        6 => pick().prop_map(Act::EndLeg),
        3 => pick().prop_map(Act::HangUp),
        3 => (pick(), select(KEYS.to_vec())).prop_map(|(pick, key)| Act::Key(pick, key)),
        3 => (pick(), cause).prop_map(|(pick, cause)| Act::Fail(pick, cause)),
        1 => pick().prop_map(Act::BridgeFail),
        1 => (pick(), any::<bool>()).prop_map(|(pick, on)| Act::Hold(pick, on)),
        2 => (0..8_u8, 0..2_u8).prop_map(|(from, slot)| Act::Call {
            from: Some(from),
            number: 0,
            to: To::Slot(slot),
        }),
    ]
}

fn asker() -> impl Strategy<Value = Asker> {
    prop_oneof![
        3 => Just(Asker::System),
        2 => Just(Asker::Self_),
        2 => (0..8_u8).prop_map(Asker::Person),
    ]
}

fn handle() -> impl Strategy<Value = Act> {
    let to = prop_oneof![
        3 => any::<u8>().prop_map(To::Queue),
        2 => any::<u8>().prop_map(To::Extension),
        1 => any::<u8>().prop_map(To::Point),
        1 => any::<u8>().prop_map(To::Outside),
    ];
    let place = to.clone();
    let side = select(vec![Side::Caller, Side::Caller, Side::Agent]);
    let how = select(vec![
        Monitoring::Barge,
        Monitoring::Listen,
        Monitoring::Whisper,
    ]);
    let handle = prop_oneof![
        1 => Just(Handle::HangUp),
        3 => how.prop_map(Handle::Monitor),
        3 => (0..64_u8).prop_map(Handle::Note),
        3 => side.clone().prop_map(Handle::Park),
        3 => Just(Handle::PickUp),
        2 => any::<bool>().prop_map(Handle::Record),
        2 => to.clone().prop_map(Handle::Redirect),
        2 => (side, to).prop_map(|(side, to)| Handle::Transfer(side, to)),
        2 => any::<u8>().prop_map(Handle::Consult),
        1 => any::<bool>().prop_map(Handle::EndConsultation),
    ];
    let by = prop_oneof![
        1 => Just(Asker::System),
        2 => Just(Asker::Self_),
        6 => (0..8_u8).prop_map(Asker::Person),
    ];
    let handle = (by, pick(), handle);
    let handle = handle.prop_map(|(by, pick, handle)| Act::Handle(by, pick, handle));
    let place = (asker(), any::<u8>(), place);
    prop_oneof![
        19 => handle,
        1 => place.prop_map(|(by, who, to)| Act::Place(by, who, to)),
    ]
}

fn status() -> impl Strategy<Value = Act> {
    let queues = prop_oneof![
        2 => Just(Where::All),
        2 => Just(Where::Last),
        4 => any::<u8>().prop_map(Where::One),
    ];
    let switch = prop_oneof![
        3 => Just(Status::LogIn),
        2 => Just(Status::LogOut),
        2 => option::of(0..3_u8).prop_map(Status::Pause),
        2 => Just(Status::Unpause),
    ];
    let switch = (asker(), any::<u8>(), queues, switch)
        .prop_map(|(by, agent, queues, status)| Act::Switch(by, agent, queues, status));
    let device = (any::<u8>(), prop::bool::weighted(0.6));
    let behind = prop_oneof![
        2 => Just(Behind::Nothing),
        5 => any::<u8>().prop_map(Behind::Queue),
        3 => (any::<u8>(), 1..5_u8).prop_map(|(queue, reason)| Behind::Reason(queue, reason)),
        2 => (any::<u8>(), any::<u8>(), 1..5_u8)
            .prop_map(|(agent, queue, reason)| Behind::Other(agent, queue, reason)),
    ];
    let code = prop_oneof![2 => Just(0_u8), 3 => Just(4_u8), 3 => 0..5_u8];
    let dial = (any::<u8>(), code, behind);
    let presence = select(Presence::ALL.map(|(_, presence)| presence).to_vec());
    let presence = (asker(), any::<u8>(), presence);
    prop_oneof![
        4 => switch,
        3 => dial.prop_map(|(from, code, behind)| Act::Dial { from, code, behind }),
        2 => presence.prop_map(|(by, agent, presence)| Act::Presence(by, agent, presence)),
        1 => device.prop_map(|(extension, up)| Act::Device(extension, up)),
    ]
}

fn callbacks() -> impl Strategy<Value = Act> {
    let cause = option::weighted(0.3, cause());
    prop_oneof![
        3 => (pick(), 0..15_u8).prop_map(|(pick, what)| Act::Callback(pick, what)),
        2 => (pick(), cause).prop_map(|(pick, cause)| Act::Customer(pick, cause)),
    ]
}

fn odds() -> impl Strategy<Value = Act> {
    let confirm = select(vec![Confirm::Done, Confirm::Failed, Confirm::Unknown]);
    prop_oneof![
        3 => (pick(), confirm).prop_map(|(pick, how)| Act::Confirm(pick, how)),
        4 => (asker(), any::<u8>(), 0..3_u8).prop_map(|(by, at, to)| Act::Deal(by, at, to)),
        2 => (asker(), any::<u8>(), 0..64_u8).prop_map(|(by, at, note)| Act::Note(by, at, note)),
        1 => (asker(), any::<u8>(), any::<u8>()).prop_map(|(by, a, b)| Act::Discard(by, a, b)),
        1 => (asker(), 0..4_u8).prop_map(|(by, number)| Act::Erase(by, number)),
        4 => any::<u8>().prop_map(Act::Repeat),
        1 => Just(Act::Save),
    ]
}

fn restart() -> impl Strategy<Value = Act> {
    prop_oneof![
        3 => (0..40_u8).prop_map(Act::Kill),
        1 => any::<bool>().prop_map(Act::Restart),
        1 => Just(Act::Save),
    ]
}

fn edit(shape: &Shape) -> BoxedStrategy<Act> {
    let kind = prop_oneof![Just(MemberKind::Static), Just(MemberKind::Dynamic)];
    let member = (0..4_u8, 0..8_u8, option::weighted(0.7, kind), 0..8_u8).prop_map(
        |(queue, extension, kind, place)| Edit::Member {
            queue,
            extension,
            kind,
            place,
        },
    );
    let strategy = (0..4_u8, select(shape.strategies.clone()));
    let put_queue = (0..4_u8, queue_draft(shape).prop_map(Box::new));
    let edit = prop_oneof![
        8 => member,
        2 => strategy.prop_map(|(queue, ring)| Edit::Strategy(queue, ring)),
        3 => put_queue.prop_map(|(queue, draft)| Edit::PutQueue(queue, draft)),
        1 => (0..4_u8).prop_map(Edit::RemoveQueue),
        1 => (0..4_u8).prop_map(Edit::Renew),
        2 => (0..8_u8).prop_map(Edit::RemoveExtension),
        2 => (0..8_u8, extension_draft()).prop_map(|(e, draft)| Edit::PutExtension(e, draft)),
        2 => (0..3_u8, point_draft()).prop_map(|(point, draft)| Edit::PutPoint(point, draft)),
        1 => (0..3_u8).prop_map(Edit::RemovePoint),
        1 => options_draft().prop_map(Edit::Options),
    ];
    let by = prop_oneof![
        9 => Just(Asker::System),
        1 => (0..8_u8).prop_map(Asker::Person),
    ];
    (by, edit)
        .prop_map(|(by, edit)| Act::Edit(by, Box::new(edit)))
        .boxed()
}
