//! What a world is made of. Times are absolute and acts have names of their own,
//! so that an act can be left out and all others stay what they are.

use tandem_engine::config::model::Config;
use tandem_engine::config::presence::Presence;
use tandem_engine::records::processing::Processing;
use tandem_engine::{By, Number, Side, Span, Timer, Timestamp, Which};

use super::chance::{Chance, What};
use super::{centre, script};
use crate::random::replication_seed;

/// All that a world is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    /// Key of the engine's draws and of everything that people do in reply.
    pub seed: u64,
    /// Where the timeline begins on the wall clock, in microseconds from the Unix
    /// epoch.
    pub wall_offset: i64,
    /// The centre before the first call.
    pub config: Config,
    /// What goes wrong, and how often.
    pub faults: Faults,
    /// From here on nothing goes wrong any more, nobody new calls, and everything
    /// must come to an end.
    pub until: Timestamp,
    /// What is done, in the order of time.
    pub acts: Vec<Planned>,
}

/// Something that somebody does at some time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Planned {
    /// Its name: of a call, also that of its caller.
    pub id: u64,
    /// When.
    pub at: Timestamp,
    /// What.
    pub act: Act,
}

/// What somebody does of his own accord, in alphabetical order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Act {
    /// The next deadline of this kind can not be carried out, and is given up.
    Abort(TimerKind),
    /// Somebody calls.
    Call(Call),
    /// An administrator puts a configuration in force.
    Configure {
        /// Who.
        by: By,
        /// How the centre shall be.
        target: Box<Config>,
        /// What he does wrong.
        slip: Slip,
    },
    /// A telephone comes or goes.
    Device {
        /// Which.
        extension: Number,
        /// Whether it can be rung.
        up: bool,
    },
    /// A person is erased.
    Erase {
        /// Who wants it.
        by: By,
        /// The person's number.
        number: Number,
    },
    /// Somebody does something with a call that is on.
    Handle {
        /// Who.
        by: By,
        /// Which of the calls that are on, wrapped round.
        place: u16,
        /// What.
        handle: Handle,
    },
    /// The system dies without a word, comes back from what was durable, and
    /// starts again.
    Kill {
        /// For how long it is gone.
        down: Span,
        /// Whether a backup was restored meanwhile.
        restored: bool,
    },
    /// Somebody does something with a queue call that is over.
    Log {
        /// Who.
        by: By,
        /// Which of those that are kept, from the last one on, wrapped round.
        place: u16,
        /// What.
        deed: Deed,
    },
    /// Somebody says where somebody is.
    Presence {
        /// Who says so.
        by: By,
        /// Of whom.
        agent: Number,
        /// Where he is.
        presence: Presence,
    },
    /// A queue is deleted and made again in one step.
    Renew(Number),
    /// Something that was told a while ago is told again, so many inputs back.
    Repeat(u8),
    /// A snapshot is taken.
    Save,
    /// Somebody switches an agent's status.
    Switch {
        /// Who.
        by: By,
        /// Whose.
        agent: Number,
        /// Where.
        queues: Which,
        /// To what.
        status: Status,
    },
    /// The clock on the wall is set.
    WallClock(i64),
}

/// What an administrator does wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Slip {
    /// Nothing.
    None,
    /// He looked at an earlier revision.
    Outdated,
    /// He also names somebody who does not exist.
    Unknown,
}

/// A call and what its caller has in mind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Call {
    /// The number shown; [`Number::NONE`] where it is withheld.
    pub from: Number,
    /// Whether that is an extension which calls.
    pub inside: bool,
    /// What is dialled.
    pub dialled: Number,
    /// How long the conversation lasts.
    pub talk: Span,
    /// For how long the caller waits; `None`: for ever, until the faults stop.
    pub patience: Option<Span>,
}

/// What somebody does with a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Handle {
    /// Joins in.
    Barge,
    /// Asks this extension about its caller.
    Consult(Number),
    /// Has asked, and transfers the caller.
    CompleteTransfer,
    /// Has asked, and goes back to the caller.
    Return,
    /// Hangs it up.
    HangUp,
    /// Holds it at the telephone on which it is talked.
    Hold,
    /// Listens in.
    Listen,
    /// Notes the first of the dispositions, so many, and with four more a remark.
    Note(u8),
    /// Parks this side of its conversation.
    Park(Side),
    /// Has its recording paused.
    PauseRecording,
    /// Picks it up.
    PickUp,
    /// Has it recorded.
    Record,
    /// Sends its caller elsewhere while he waits.
    Redirect(Number),
    /// Whatever call it is, he has one of his own placed to this number.
    Place(Number),
    /// Takes it back from hold.
    Resume,
    /// Sends this side of its conversation elsewhere.
    Transfer(Side, Number),
    /// Whispers.
    Whisper,
}

/// What somebody does with a queue call that is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Deed {
    /// Deletes its log, and those of so many before it.
    Delete(u8),
    /// Notes it, as [`Handle::Note`] does.
    Note(u8),
    /// Says how far he has come with it.
    Process(Processing),
}

/// A change of an agent's status.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Status {
    /// Takes calls from now on.
    LogIn,
    /// Takes none any more.
    LogOut,
    /// Pauses, with or without a reason.
    Pause(Option<String>),
    /// Goes on.
    Unpause,
}

/// A kind of timer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum TimerKind {
    /// [`Timer::Announcement`].
    Announcement,
    /// [`Timer::Callback`].
    Callback,
    /// [`Timer::CallerRing`].
    CallerRing,
    /// [`Timer::LongestWait`].
    LongestWait,
    /// [`Timer::MenuTimeout`].
    MenuTimeout,
    /// [`Timer::MessageOver`].
    MessageOver,
    /// [`Timer::Midnight`].
    Midnight,
    /// [`Timer::Parked`].
    Parked,
    /// [`Timer::PreferredWait`].
    PreferredWait,
    /// [`Timer::PromptOver`].
    PromptOver,
    /// [`Timer::PutOut`].
    PutOut,
    /// [`Timer::Rest`].
    Rest,
    /// [`Timer::Retry`].
    Retry,
    /// [`Timer::RingTimeout`].
    RingTimeout,
    /// [`Timer::ServiceLevel`].
    ServiceLevel,
    /// [`Timer::SkillStep`].
    SkillStep,
    /// [`Timer::SurveyTimeout`].
    SurveyTimeout,
    /// [`Timer::WrapUp`].
    WrapUp,
}

impl TimerKind {
    /// Every kind, with its word in a file.
    pub const ALL: [(&'static str, Self); 18] = [
        ("announcement", Self::Announcement),
        ("callback", Self::Callback),
        ("caller_ring", Self::CallerRing),
        ("longest_wait", Self::LongestWait),
        ("menu_timeout", Self::MenuTimeout),
        ("message_over", Self::MessageOver),
        ("midnight", Self::Midnight),
        ("parked", Self::Parked),
        ("preferred_wait", Self::PreferredWait),
        ("prompt_over", Self::PromptOver),
        ("put_out", Self::PutOut),
        ("rest", Self::Rest),
        ("retry", Self::Retry),
        ("ring_timeout", Self::RingTimeout),
        ("service_level", Self::ServiceLevel),
        ("skill_step", Self::SkillStep),
        ("survey_timeout", Self::SurveyTimeout),
        ("wrap_up", Self::WrapUp),
    ];

    /// The kind of a timer.
    #[must_use]
    pub const fn of(timer: Timer) -> Self {
        match timer {
            Timer::Announcement(_) => Self::Announcement,
            Timer::Callback(_) => Self::Callback,
            Timer::CallerRing(_) => Self::CallerRing,
            Timer::LongestWait(_) => Self::LongestWait,
            Timer::MenuTimeout(_) => Self::MenuTimeout,
            Timer::MessageOver(_) => Self::MessageOver,
            Timer::Midnight(_) => Self::Midnight,
            Timer::Parked(_) => Self::Parked,
            Timer::PreferredWait(_) => Self::PreferredWait,
            Timer::PromptOver(_) => Self::PromptOver,
            Timer::PutOut(_) => Self::PutOut,
            Timer::Rest(_) => Self::Rest,
            Timer::Retry(_) => Self::Retry,
            Timer::RingTimeout(_) => Self::RingTimeout,
            Timer::ServiceLevel(_) => Self::ServiceLevel,
            Timer::SkillStep(_) => Self::SkillStep,
            Timer::SurveyTimeout(_) => Self::SurveyTimeout,
            Timer::WrapUp(_) => Self::WrapUp,
        }
    }
}

/// What goes wrong by itself, each so many times of a thousand.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fault {
    /// Of connections: they fail.
    Bridge,
    /// Of what is told: it comes twice.
    Doubled,
    /// Of kept effects: they are not carried out.
    KeptFailed,
    /// Of kept effects: nobody says a word until the faults stop.
    KeptSilent,
    /// Of kept effects: nobody knows whether they were carried out.
    KeptUnknown,
    /// Of what is told: it comes seconds later.
    Late,
    /// Of deadlines: they are carried out as late as is allowed.
    LateTick,
    /// Of rings: the telephone fails or refuses.
    Leg,
    /// Of what is told: it never comes.
    Lost,
    /// Of what is told: it comes behind what is told next.
    Reordered,
}

impl Fault {
    /// Every fault, with its word in a file.
    pub const ALL: [(&'static str, Self); 10] = [
        ("bridge", Self::Bridge),
        ("doubled", Self::Doubled),
        ("kept_failed", Self::KeptFailed),
        ("kept_silent", Self::KeptSilent),
        ("kept_unknown", Self::KeptUnknown),
        ("late", Self::Late),
        ("late_tick", Self::LateTick),
        ("leg", Self::Leg),
        ("lost", Self::Lost),
        ("reordered", Self::Reordered),
    ];
}

/// How often each fault strikes, of a thousand.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Faults([u16; Fault::ALL.len()]);

impl Faults {
    /// How often of a thousand.
    #[must_use]
    pub const fn get(&self, fault: Fault) -> u16 {
        self.0[fault as usize]
    }

    /// Says how often of a thousand.
    pub const fn set(&mut self, fault: Fault, per_mille: u16) {
        self.0[fault as usize] = per_mille;
    }
}

impl Plan {
    /// The world with this number, always the same one for the same seed.
    #[must_use]
    pub fn random(seed: u64, number: u32) -> Self {
        let seed = replication_seed(seed, u64::from(number));
        let mut chance = Chance::new(seed, What::Plan, 0, 0);
        let flavour = script::flavour(&mut chance);
        let config = centre::config(&mut chance, flavour);
        script::plan(seed, flavour, config, &mut chance)
    }
}
