//! What an administrator decides, as values. [`text`](super::text) reads it
//! from a file, [`check`](super::check) says what is wrong with it, and
//! [`diff`](super::diff) turns two versions into changes.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::address::SipAddress;
use super::announcements::Announcements;
use super::callback::{CallbackConfig, Outbound};
use super::codes::FeatureCodes;
use super::hours::HoursConfig;
use super::points::{PointConfig, VoicemailConfig};
use super::presence::PresenceActions;
use super::rights::{OwnRecording, Permissions};
use crate::key::Key;
use crate::number::Number;
use crate::records::contacts::ContactMatching;
use crate::time::Span;

/// A whole contact centre as configured.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Config {
    /// Settings that concern everybody.
    pub options: Options,
    /// Telephones and the people behind them, in the order of the file.
    pub extensions: Vec<ExtensionConfig>,
    /// Queues, in the order of the file.
    pub queues: Vec<QueueConfig>,
    /// Route points, in the order of the file.
    pub points: Vec<PointConfig>,
}

/// Settings that concern everybody.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Options {
    /// Time zone (IANA name) where a queue names none of its own.
    pub time_zone: String,
    /// Numbers that queues may have, first and last.
    pub queue_numbers: (Number, Number),
    /// Whether a dynamic agent who is added to a queue starts logged in.
    pub new_dynamic_agents: InitialStatus,
    /// Why agents may pause, in the order in which they are shown.
    pub pause_reasons: Vec<PauseReason>,
    /// What an extension dials to switch its own status.
    pub feature_codes: FeatureCodes,
    /// Whether a record of every finished queue call is pushed to the
    /// configured receiver.
    pub push_records: bool,
    /// Whether an agent who wraps up after a call is rung by none of his queues.
    /// Otherwise the wrap-up concerns the queue of that call alone.
    pub shared_wrap_up: bool,
    /// When a caller is one of the company's contacts.
    pub contact_matching: ContactMatching,
    /// Where somebody comes further with a missed or abandoned call, those of the same
    /// caller follow that the queue got in so many hours before; zero: none.
    pub sync_results_h: u16,
    /// What a call may be noted to have come to, in the order in which they are shown.
    pub dispositions: Vec<String>,
    /// Where calls from outside come from, in the order of the file.
    pub trunks: Vec<TrunkConfig>,
    /// Calendars that queues may keep, in the order of the file.
    pub hours: Vec<HoursConfig>,
    /// What can be played to callers, in the order of the file.
    pub prompts: Vec<PromptConfig>,
    /// Who is known to call, in the order of the file.
    pub contacts: Vec<ContactConfig>,
    /// Where callers may be parked; `None`: nowhere.
    pub parking: Option<Parking>,
    /// How messages are taken from callers.
    pub voicemail: VoicemailConfig,
}

/// Where callers are parked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Parking {
    /// Numbers of the slots, first and last. The first free one is taken.
    pub slots: (Number, Number),
    /// After this time a caller comes back to who parked him.
    pub timeout: Span,
}

impl Parking {
    /// The numbers of the slots, with as many digits each; none where both ends are no
    /// range.
    pub fn slots(&self) -> impl Iterator<Item = Number> + use<> {
        let digits = |number: Number| number.to_string().parse::<u64>().ok();
        let ends = digits(self.slots.0).zip(digits(self.slots.1));
        let width = self.slots.0.to_string().len();
        let (first, last) = ends.unwrap_or((1, 0));
        (first..=last).filter_map(move |slot| format!("{slot:0width$}").parse().ok())
    }
}

impl Options {
    /// Whether calls can be placed on the trunk with this name.
    #[must_use]
    pub fn calls_out(&self, trunk: &str) -> bool {
        let mut trunks = self.trunks.iter();
        trunks.any(|own| own.name == trunk && own.outbound.is_some())
    }

    /// The calendar with this name.
    #[must_use]
    pub fn hours_named(&self, name: &str) -> Option<&HoursConfig> {
        self.hours.iter().find(|hours| hours.name == name)
    }

    /// The prompt with this name.
    #[must_use]
    pub fn prompt_named(&self, name: &str) -> Option<&PromptConfig> {
        self.prompts.iter().find(|prompt| prompt.name == name)
    }

    /// Takes an extension that is deleted off every list of people.
    pub fn forget(&mut self, extension: Number) {
        for contact in &mut self.contacts {
            contact.owner = contact.owner.filter(|&owner| owner != extension);
        }
    }
}

impl Default for Options {
    fn default() -> Self {
        let number = |n| Number::from_u64(n);
        let reason = |name: &str, code: &str| PauseReason {
            name: name.to_owned(),
            code: code.parse().expect("a digit string"),
        };
        Self {
            time_zone: "UTC".to_owned(),
            queue_numbers: (number(6400), number(6499)),
            new_dynamic_agents: InitialStatus::LoggedOut,
            pause_reasons: vec![
                reason("Lunch", "*01"),
                reason("Break", "*02"),
                reason("Wrap up", "*03"),
            ],
            feature_codes: FeatureCodes::default(),
            push_records: false,
            shared_wrap_up: false,
            contact_matching: ContactMatching::default(),
            sync_results_h: 0,
            dispositions: Vec::new(),
            trunks: Vec::new(),
            hours: Vec::new(),
            prompts: Vec::new(),
            contacts: Vec::new(),
            parking: None,
            voicemail: VoicemailConfig::default(),
        }
    }
}

/// The status of dynamic agents when they are added to a queue.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum InitialStatus {
    /// They take calls at once.
    LoggedIn,
    /// They take calls once they have logged in.
    LoggedOut,
}

/// Why an agent may pause.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PauseReason {
    /// As shown to people and named in inputs.
    pub name: String,
    /// The code dialled behind a queue's number.
    pub code: Number,
}

/// A line to the outside. It is known by its address, or it signs in as a user
/// whose password the server keeps apart from the configuration.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TrunkConfig {
    /// As shown to people; unique.
    pub name: String,
    /// Calls from this IP address are the trunk's, whatever their port.
    pub address: Option<SipAddress>,
    /// The user as whom it signs in (RFC 3261, section 22).
    pub user: Option<String>,
    /// How it is called out on; `None`: it is not.
    pub outbound: Option<Outbound>,
}

/// Something that is said to callers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PromptConfig {
    /// As shown to people and named where it is played; unique.
    pub name: String,
    /// How long it lasts: the engine goes on when it is over.
    pub length: Span,
    /// Name of its file; `None`: nothing sounds, as in a simulation.
    pub file: Option<String>,
}

/// Somebody outside who is known to call. A caller is found among contacts as
/// [`Options::contact_matching`] says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ContactConfig {
    /// As shown to people; several may have the same.
    pub name: String,
    /// The numbers that he calls from. No other contact has one that matches them.
    pub numbers: Vec<Number>,
    /// Whose contact he is, an extension: in queues with a
    /// [`QueueConfig::preferred_wait`] he is reserved for this agent.
    pub owner: Option<Number>,
    /// What a telephone that rings for him is brought in place of the queue's
    /// [`QueueConfig::alert_info`]; `None`: the queue's.
    pub alert_info: Option<String>,
}

/// A telephone and the person behind it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExtensionConfig {
    /// Its number: the key, fixed after creation.
    pub number: Number,
    /// The person's name.
    pub name: String,
    /// Whether this person may do and see everything.
    pub administrator: bool,
    /// How long a call that is not a queue's rings here.
    pub ring_timeout: Span,
    /// Where its telephone is; `None`: it registers.
    pub contact: Option<SipAddress>,
    /// What becomes of its agent's status when its presence changes.
    pub on_presence: PresenceActions,
    /// Where mails to this person go; `None`: none are sent.
    pub email: Option<String>,
    /// How this person may switch the recording of his own calls.
    pub own_recording: OwnRecording,
    /// Whether calls to the outside are made for this person, as callbacks are.
    pub outbound: bool,
}

impl ExtensionConfig {
    /// An extension with the defaults.
    #[must_use]
    pub fn new(number: Number) -> Self {
        Self {
            number,
            name: String::new(),
            administrator: false,
            ring_timeout: Span::from_secs(30),
            contact: None,
            on_presence: PresenceActions::default(),
            email: None,
            own_recording: OwnRecording::No,
            outbound: true,
        }
    }
}

/// A call queue.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct QueueConfig {
    /// Its number: the key, fixed after creation.
    pub number: Number,
    /// As shown to people; unique.
    pub name: String,
    /// Which free agent rings.
    pub strategy: Strategy,
    /// Since when completed calls count for [`Strategy::FewestCalls`], and talking
    /// for [`Strategy::LeastTalkTime`].
    pub fewest_calls_since: CountSince,
    /// What its calls weigh at first, against those of other queues; zero: nothing,
    /// ever.
    pub priority: u16,
    /// A waiting call weighs one more after each such time; zero: it never does.
    pub priority_acceleration: Span,
    /// Which skill levels may serve a caller, by how long he has waited; empty: all.
    /// The last step that he has reached holds.
    pub skill_steps: Vec<SkillStep>,
    /// Who serves it, in the order of the file.
    pub members: Vec<MemberConfig>,
    /// Whether callers are answered when they join and hear music. Otherwise
    /// they hear it ring until an agent answers.
    pub answer_on_entry: bool,
    /// Name of the file of its waiting music; `None`: that of the server.
    pub music: Option<String>,
    /// Name of the file of the music that its callers hear on hold, once they were
    /// answered; `None`: the waiting music.
    pub hold_music: Option<String>,
    /// Who supervises it.
    pub managers: Vec<Number>,
    /// What its managers and agents may see and do.
    pub permissions: Permissions,
    /// How long an agent rings.
    pub agent_timeout: Span,
    /// Under [`Strategy::RingProgressively`], how long after one agent the next one
    /// begins to ring for the same call.
    pub ring_more_every: Span,
    /// Pause between an agent who did not answer and the next one rung for
    /// the same call.
    pub retry_interval: Span,
    /// Time after a call in which its agent is not rung by this queue.
    pub wrap_up: Span,
    /// Whether agents who are on a call may be rung.
    pub ring_in_use: bool,
    /// What its rings bring to a telephone as `Alert-Info` (RFC 3261 20.4), by which it
    /// chooses a melody; `None`: nothing.
    pub alert_info: Option<String>,
    /// Whether agents' telephones list its calls that they missed. Otherwise every ring
    /// that is taken back is said to be answered elsewhere (RFC 3326).
    pub show_missed_calls: bool,
    /// An agent who misses so many of its calls, one after the other, is paused
    /// in it; zero: never. Where all ring, nobody is.
    pub auto_pause_after: u32,
    /// For how long no queue rings an agent who did not take a call of this one.
    pub rests: Rests,
    /// How long a caller may wait; zero: as long as he likes.
    pub max_waiting: Span,
    /// How many callers may wait or be ringing; zero: any number.
    pub max_callers: u32,
    /// How long a caller who hung up while he waited, and calls again, gets his place
    /// back; zero: never.
    pub place_kept: Span,
    /// How long a caller is reserved for the agent whom he knows, before others are rung:
    /// the owner of his contact or, if that one can not take the call, with whom he
    /// talked last; zero: not at all.
    pub preferred_wait: Span,
    /// When nobody may join; `None`: everybody may always join.
    pub disallow_join_when_empty: Option<EmptyStates>,
    /// When those waiting are put out; `None`: never.
    pub leave_when_empty: Option<EmptyStates>,
    /// When it is too crowded for one more; `None`: never.
    pub crowded: Option<Crowded>,
    /// Where callers go whom nobody answers.
    pub failover: Destination,
    /// What they are told while they wait; `None`: nothing, they hear music alone.
    pub announcements: Option<Box<Announcements>>,
    /// Where callers go who press a key while they wait.
    pub keys: BTreeMap<Key, Destination>,
    /// When callers may come in; `None`: always.
    pub time_condition: Option<TimeCondition>,
    /// How callers can ask to be called back; `None`: not at all.
    pub callback: Option<Box<CallbackConfig>>,
    /// What callers are asked when their agent has hung up; `None`: nothing.
    pub survey: Option<Box<SurveyConfig>>,
    /// A call answered in less than this meets the service level.
    pub sla_time: Span,
    /// Share of calls in percent that ought to meet it.
    pub sla_threshold_percent: u8,
    /// How often that is looked at, where its managers want to be told of it
    /// ([`Notice::ServiceLevel`]).
    pub sla_interval: Span,
    /// IANA name; `None`: that of [`Options::time_zone`].
    pub time_zone: Option<String>,
    /// Whether its conversations are recorded, from the answer on.
    pub record: bool,
    /// What managers get a mail about.
    pub notify_managers: Vec<Notice>,
}

impl QueueConfig {
    /// A queue with the defaults and nobody in it.
    #[must_use]
    pub fn new(number: Number, name: &str) -> Self {
        Self {
            number,
            name: name.to_owned(),
            strategy: Strategy::RingAll,
            fewest_calls_since: CountSince::Midnight,
            priority: 0,
            priority_acceleration: Span::ZERO,
            skill_steps: Vec::new(),
            members: Vec::new(),
            answer_on_entry: true,
            music: None,
            hold_music: None,
            managers: Vec::new(),
            permissions: Permissions::default(),
            agent_timeout: Span::from_secs(15),
            ring_more_every: Span::from_secs(5),
            retry_interval: Span::from_secs(5),
            wrap_up: Span::from_secs(30),
            ring_in_use: false,
            alert_info: None,
            show_missed_calls: true,
            auto_pause_after: 0,
            rests: Rests::default(),
            max_waiting: Span::from_secs(1800),
            max_callers: 0,
            place_kept: Span::ZERO,
            preferred_wait: Span::ZERO,
            disallow_join_when_empty: None,
            leave_when_empty: None,
            crowded: None,
            failover: Destination::HangUp,
            announcements: None,
            keys: BTreeMap::new(),
            time_condition: None,
            callback: None,
            survey: None,
            sla_time: Span::from_secs(60),
            sla_threshold_percent: 80,
            sla_interval: Span::from_secs(1_800),
            time_zone: None,
            record: false,
            notify_managers: Vec::new(),
        }
    }

    /// Takes an extension that is deleted off every list of people.
    pub fn forget(&mut self, extension: Number) {
        self.members.retain(|member| member.extension != extension);
        self.managers.retain(|&manager| manager != extension);
        if let Some(viewers) = &mut self.permissions.agent_logs.viewers {
            viewers.retain(|&viewer| viewer != extension);
        }
    }

    /// Whether those who wait may hear more than music.
    #[must_use]
    pub const fn speaks(&self) -> bool {
        self.announcements.is_some() || self.callback.is_some()
    }

    /// Every prompt that its callers may hear, with the key that asks for it, but for
    /// those of destinations.
    #[must_use]
    pub fn prompts(&self) -> Vec<(&'static str, String)> {
        let told = self.announcements.as_ref();
        let mut prompts = told.map(|told| told.prompts()).unwrap_or_default();
        let asked = self.survey.iter().flat_map(|survey| survey.prompts());
        prompts.extend(asked.map(|name| ("survey", name.to_owned())));
        let called = self.callback.iter().flat_map(|callback| callback.prompts());
        prompts.extend(called.filter_map(|(_, name)| Some(("callback", name.clone()?))));
        prompts
    }

    /// Every destination that the queue may send a caller to, with its key, and its
    /// place there where the key holds several.
    pub fn destinations(
        &self,
    ) -> impl Iterator<Item = (&'static str, Option<usize>, &Destination)> {
        let by_time = self.time_condition.iter().flat_map(|condition| {
            [
                ("outside_hours", None, &condition.outside_hours),
                ("holiday", None, &condition.holiday),
            ]
        });
        let crowded = self.crowded.iter();
        let crowded = crowded.map(|crowded| ("crowded", None, &crowded.destination));
        let by_key = (self.keys.values().enumerate()).map(|(place, to)| ("keys", Some(place), to));
        core::iter::once(("failover", None, &self.failover))
            .chain(by_key)
            .chain(crowded)
            .chain(by_time)
    }

    /// The same, to change.
    pub fn destinations_mut(&mut self) -> impl Iterator<Item = &mut Destination> {
        let by_time = self
            .time_condition
            .iter_mut()
            .flat_map(|condition| [&mut condition.outside_hours, &mut condition.holiday]);
        let crowded = self.crowded.iter_mut();
        core::iter::once(&mut self.failover)
            .chain(self.keys.values_mut())
            .chain(crowded.map(|crowded| &mut crowded.destination))
            .chain(by_time)
    }
}

/// When a queue is too crowded for one more caller, and where he goes then.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Crowded {
    /// From so many callers on who wait or are ringing; zero: any number may.
    pub callers: u32,
    /// Where he would have to expect a longer wait than this; zero: any wait will do.
    pub wait: Span,
    /// Where he goes.
    pub destination: Destination,
}

/// When callers may come into a queue, and where they go at other times.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TimeCondition {
    /// Name of the calendar that says so.
    pub hours: String,
    /// Where callers go outside business hours.
    pub outside_hours: Destination,
    /// Where callers go on holidays.
    pub holiday: Destination,
    /// Whether holidays are days like others: business hours decide.
    pub ignore_holidays: bool,
    /// Whether callers hear the holiday's prompt first, where it has one.
    pub holiday_prompt: bool,
}

impl TimeCondition {
    /// That this calendar says when callers may come in, with the defaults.
    #[must_use]
    pub fn new(hours: &str) -> Self {
        Self {
            hours: hours.to_owned(),
            outside_hours: Destination::HangUp,
            holiday: Destination::HangUp,
            ignore_holidays: false,
            holiday_prompt: false,
        }
    }
}

/// What callers are asked when their agent has hung up.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SurveyConfig {
    /// Name of the prompt that asks them.
    pub prompt: String,
    /// Name of the prompt that thanks those who answered; `None`: the call ends then.
    pub end_prompt: Option<String>,
    /// What the answer by each key is worth. Other keys are no answers.
    pub points: BTreeMap<Key, i16>,
}

impl SurveyConfig {
    /// That this prompt asks them, with the default answers: 1 for satisfied, worth one
    /// point, and 2 for dissatisfied, worth none. So the average is the share of those
    /// who are satisfied.
    #[must_use]
    pub fn new(prompt: &str) -> Self {
        Self {
            prompt: prompt.to_owned(),
            end_prompt: None,
            points: BTreeMap::from([(Key::One, 1), (Key::Two, 0)]),
        }
    }

    /// The prompts that it names.
    pub fn prompts(&self) -> impl Iterator<Item = &str> {
        core::iter::once(self.prompt.as_str()).chain(self.end_prompt.as_deref())
    }
}

/// Which free agents ring for a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Strategy {
    /// The one who completed the fewest calls of this queue.
    FewestCalls,
    /// The one whom this queue rang longest ago; never rung comes first.
    LeastRecent,
    /// The one who talked least with callers of this queue.
    LeastTalkTime,
    /// In fixed order: the list's, or that of logging in.
    Linear,
    /// Any, each as likely as the others.
    Random,
    /// All at once.
    RingAll,
    /// One, and after a while one more while the first rings on, and so forth; first
    /// whom the queue rang longest ago.
    RingProgressively,
    /// Round robin with memory: the one after him who was tried last.
    Rrmemory,
    /// Any, each as likely as he weighs.
    WeightedRandom,
}

impl Strategy {
    /// Whether several agents may ring for one call.
    #[must_use]
    pub const fn rings_several(self) -> bool {
        matches!(self, Self::RingAll | Self::RingProgressively)
    }
}

/// From when on which agents may serve a waiting caller.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SkillStep {
    /// From so long after joining on.
    pub after: Span,
    /// Those of this skill level and of better ones.
    pub level: u8,
}

/// For how long queues leave an agent alone, by how a ring ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rests {
    /// His telephone was on another call.
    pub busy: Span,
    /// His telephone could not be rung or gave up ringing by itself, or he answered
    /// and could not be connected.
    pub failure: Span,
    /// He let it ring as long as allowed.
    pub no_answer: Span,
    /// He refused the call.
    pub rejection: Span,
}

impl Default for Rests {
    fn default() -> Self {
        Self {
            busy: Span::from_secs(5),
            failure: Span::from_secs(5),
            no_answer: Span::ZERO,
            rejection: Span::from_secs(5),
        }
    }
}

/// Since when an agent's completed calls count.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum CountSince {
    /// Since he became a member.
    Ever,
    /// Since he logged in to the queue.
    Login,
    /// Since midnight in the queue's time zone.
    Midnight,
}

/// Somebody who serves a queue.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MemberConfig {
    /// Whose telephone rings.
    pub extension: Number,
    /// Whether he logs in and out.
    pub kind: MemberKind,
    /// How skilled he is, from 1, the best, to 99: only where nobody of a level can
    /// be rung does the next one ring.
    pub level: u8,
    /// How likely [`Strategy::WeightedRandom`] rings him, beside the others.
    pub weight: u16,
}

impl MemberConfig {
    /// A member of the best skill level, as likely to be rung as the others.
    #[must_use]
    pub const fn new(extension: Number, kind: MemberKind) -> Self {
        Self {
            extension,
            kind,
            level: 1,
            weight: 1,
        }
    }
}

/// How somebody serves a queue.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum MemberKind {
    /// Logs in and out.
    Dynamic,
    /// Is always in.
    Static,
}

/// The states of a member that make a queue count as empty. A member who is
/// logged out never counts; where no other is left, the queue is empty.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EmptyStates {
    /// On a call.
    pub busy: bool,
    /// Paused, with or without a reason.
    pub paused: bool,
    /// The telephone is not reachable.
    pub unavailable: bool,
    /// In wrap-up. Only together with `busy`.
    pub wrap_up: bool,
}

impl Default for EmptyStates {
    fn default() -> Self {
        Self {
            busy: false,
            paused: true,
            unavailable: true,
            wrap_up: false,
        }
    }
}

/// Where a call goes next.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Destination {
    /// The call goes through a call flow.
    CallFlow(Number),
    /// An extension rings.
    Extension(Number),
    /// A number outside is called.
    External {
        /// What is dialled there.
        number: Number,
        /// Name of the trunk.
        trunk: String,
    },
    /// The call ends.
    HangUp,
    /// The caller hears a menu.
    Menu(Number),
    /// The caller hears the prompt with this name, and the call ends.
    Prompt(String),
    /// The call joins a queue.
    Queue(Number),
    /// A ring group's telephones ring.
    RingGroup(Number),
    /// The caller leaves a message in the box of the extension, queue, ring group or
    /// voicemail group with this number.
    Voicemail(Number),
}

impl Destination {
    /// The number of the centre that it leads to, if it leads to one.
    #[must_use]
    pub const fn number(&self) -> Option<Number> {
        match self {
            Self::CallFlow(number)
            | Self::Extension(number)
            | Self::Menu(number)
            | Self::Queue(number)
            | Self::RingGroup(number)
            | Self::Voicemail(number) => Some(*number),
            Self::External { .. } | Self::HangUp | Self::Prompt(_) => None,
        }
    }
}

/// What the managers of a queue can be told by mail.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Notice {
    /// A caller hung up while waiting.
    Abandoned,
    /// A callback that a caller had asked for failed.
    CallbackFailed,
    /// A caller asked to be called back.
    CallbackRequested,
    /// A call ended without an agent for another cause.
    Missed,
    /// The service level fell under its threshold, or is above it again.
    ServiceLevel,
}

/// One difference between two configurations. The unit is the whole object:
/// what a change does not name stays as it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[expect(
    clippy::large_enum_variant,
    reason = "changes are rare, and most of them are of queues"
)]
pub enum Change {
    /// Adds an extension, or replaces the settings of the one with its number.
    PutExtension(ExtensionConfig),
    /// Replaces the common settings.
    PutOptions(Options),
    /// Adds a route point, or replaces the settings of the one with its number.
    PutPoint(PointConfig),
    /// Adds a queue, or replaces the settings of the one with its number.
    PutQueue(QueueConfig),
    /// Deletes an extension. Its calls end, its memberships go with it.
    RemoveExtension(Number),
    /// Deletes a route point. Telephones that ring for it ring on; then its calls end.
    RemovePoint(Number),
    /// Deletes a queue. Its callers go to its failover destination.
    RemoveQueue(Number),
}
