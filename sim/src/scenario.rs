//! A scenario as values: a contact centre, who calls it, who works in it, and
//! what is to be shown. [`text`](crate::text) reads it from a file.

use std::num::NonZeroU32;
use std::sync::Arc;

use tandem_engine::config::model::Config;
use tandem_engine::{By, Input, Number, Span, Timestamp, Which};
use tandem_reports::{Actual, CalendarStart, Layout};

use crate::arrivals::{Arrivals, BusyDays, Profile};
use crate::distribution::Distribution;
use crate::inference::Patience;
use crate::random::Uniforms;

/// Everything that a run needs, checked.
#[derive(Clone, Debug)]
pub struct Scenario {
    /// Its name.
    pub name: String,
    /// What it is about, for people.
    pub description: String,
    /// Key of every draw.
    pub seed: u64,
    /// How many independent replications are run.
    pub replications: u32,
    /// What is counted, and over which time.
    pub layout: Arc<Layout>,
    /// The calendar's time at the beginning, where it is known.
    pub start: Option<CalendarStart>,
    /// Microseconds from the Unix epoch to the beginning.
    pub wall_offset: i64,
    /// The contact centre.
    pub config: Config,
    /// What is drawn for callers and agents is divided by it; what does not
    /// depend on chance is as it is to be. See [`Scenario::faster`].
    pub speed: NonZeroU32,
    /// Who calls.
    pub callers: Vec<Callers>,
    /// Who works there.
    pub agents: Vec<Agents>,
    /// What the figures must show.
    pub expectations: Vec<Expected>,
    /// What really happened, where the callers are those of a log.
    pub actual: Vec<Actual>,
    /// What is to be known of the files that it was read from.
    pub notes: Vec<String>,
}

/// A stream of callers who are alike.
#[derive(Clone, Debug)]
pub struct Callers {
    /// For people.
    pub name: String,
    /// What they dial.
    pub dials: Number,
    /// When they call.
    pub arrivals: Arriving,
    /// How long they talk, and how long they are willing to wait.
    pub nature: Nature,
    /// How they ask to be called back, where queues offer it; `None`: nobody does.
    pub callbacks: Option<CallbackHabits>,
}

/// How callers ask to be called back, and answer then.
#[derive(Clone, Debug)]
pub struct CallbackHabits {
    /// Which share of them asks.
    pub share: f64,
    /// So long after calling they do, or when it is offered if that is later.
    pub after: Span,
    /// Which share of those who are called back does not answer.
    pub unanswered: f64,
    /// How long the others let it ring.
    pub answer_delay: Distribution,
}

/// When callers call.
#[derive(Clone, Debug)]
pub enum Arriving {
    /// At random, at rates that may change.
    Poisson {
        /// How many calls are expected when.
        profile: Profile,
        /// How days differ as a whole; `None`: not at all.
        busy_days: Option<BusyDays>,
    },
    /// At exactly these times, in every replication.
    Replay(Arrivals),
}

impl Arriving {
    /// The arrivals of a replication; `stream` tells the streams apart.
    #[must_use]
    pub fn times(&self, seed: u64, stream: u64) -> Arrivals {
        match self {
            Self::Poisson {
                profile,
                busy_days: None,
            } => Arrivals::poisson(profile.clone(), seed, stream),
            Self::Poisson {
                profile,
                busy_days: Some(days),
            } => Arrivals::with_busy_days(profile.clone(), days.clone(), seed, stream),
            Self::Replay(arrivals) => arrivals.clone(),
        }
    }
}

/// How a caller talks and waits.
#[derive(Clone, Debug)]
pub enum Nature {
    /// Drawn anew for every caller.
    Drawn {
        /// How long the talk lasts.
        handle_time: Distribution,
        /// How long the caller waits for an answer; `None`: for ever.
        patience: Option<Distribution>,
    },
    /// As the callers of a log did, as far as the log tells.
    Logged(Arc<Logged>),
}

/// What a call log tells about its callers, in the order of their arrivals,
/// and what stands in where it tells nothing.
#[derive(Clone, Debug)]
pub struct Logged {
    /// The callers.
    pub calls: Vec<LoggedCaller>,
    /// How long those talk of whom the log does not say it.
    pub handle_time: Distribution,
    /// How long callers are willing to wait.
    pub patience: Patience,
}

impl Logged {
    /// The caller at this place of the log.
    #[must_use]
    pub fn caller(&self, place: u64) -> Option<LoggedCaller> {
        usize::try_from(place)
            .ok()
            .and_then(|place| self.calls.get(place))
            .copied()
    }

    /// How long a caller of the log waits: as long as he did if he gave up,
    /// and longer than he did if an agent came first.
    #[must_use]
    pub fn patience_of(&self, place: u64, uniforms: &mut Uniforms) -> Span {
        match self.caller(place) {
            Some(caller) if caller.gave_up => caller.waited,
            Some(caller) => self.patience.patience_beyond(caller.waited, uniforms),
            None => self.patience.patience_beyond(Span::ZERO, uniforms),
        }
    }
}

/// What a call log tells about one caller.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LoggedCaller {
    /// How long the talk lasted; `None`: there was none.
    pub talked: Option<Span>,
    /// How long the caller waited.
    pub waited: Span,
    /// Whether the caller gave up then; else the wait was cut short by an
    /// agent, and the caller would have waited longer.
    pub gave_up: bool,
}

/// Agents who behave alike.
#[derive(Clone, Debug)]
pub struct Agents {
    /// For people.
    pub name: String,
    /// The agents.
    pub people: Vec<Person>,
    /// How long their telephones ring before they answer.
    pub answer_delay: Distribution,
    /// Share of rings that they let ring out.
    pub missed_rings: f64,
}

/// An agent and when he works.
#[derive(Clone, Debug)]
pub struct Person {
    /// His extension.
    pub extension: Number,
    /// Whether he has dynamic memberships, which he logs in to and out of.
    pub logs_in: bool,
    /// Whether he has static memberships, or none: his telephone goes off when he
    /// does.
    pub switches_off: bool,
    /// Whether he is at work when the scenario begins.
    pub present: bool,
    /// What he does next, in the order of time. Those who work alike share it.
    pub duties: Arc<[(Timestamp, Duty)]>,
}

impl Person {
    /// What the engine is told before the scenario begins. New agents may be logged
    /// in by the configuration; who is not at work is not.
    pub fn begins(&self) -> impl Iterator<Item = Input> {
        let extension = self.extension;
        let sits_there = (!self.switches_off).then_some(Input::DeviceUp { extension });
        let comes = self.turn(&Duty::Comes).filter(|_| self.present);
        let (by, agent, queues) = (By::System, extension, Which::All);
        let away =
            (self.logs_in && !self.present).then_some(Input::AgentLogOut { by, agent, queues });
        sits_there.into_iter().chain(comes).chain(away)
    }

    /// What the engine is told of a turn of the working day, in this order.
    pub fn turn(&self, duty: &Duty) -> impl Iterator<Item = Input> + use<> {
        let (by, agent, queues) = (By::System, self.extension, Which::All);
        let extension = agent;
        let logs = |input| self.logs_in.then_some(input);
        let switches = |input| self.switches_off.then_some(input);
        let told = match duty {
            Duty::Comes => [
                switches(Input::DeviceUp { extension }),
                logs(Input::AgentLogIn { by, agent, queues }),
            ],
            Duty::Goes => [
                logs(Input::AgentLogOut { by, agent, queues }),
                switches(Input::DeviceDown { extension }),
            ],
            Duty::Pauses(reason) => {
                let reason = reason.clone();
                let pause = Input::AgentPause {
                    by,
                    agent,
                    queues,
                    reason,
                };
                [Some(pause), None]
            }
            Duty::Returns => [Some(Input::AgentUnpause { by, agent, queues }), None],
        };
        told.into_iter().flatten()
    }
}

/// A turn in somebody's working day.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Duty {
    /// Goes home.
    Goes,
    /// Comes to work.
    Comes,
    /// Takes a pause, for a configured reason.
    Pauses(Option<String>),
    /// Is back from a pause.
    Returns,
}

/// A claim about the figures.
#[derive(Clone, Debug, PartialEq)]
pub struct Expected {
    /// As it was written.
    pub text: String,
    /// Whose figure, by place in the layout; `None`: of all queues together.
    pub queue: Option<usize>,
    /// Which figure.
    pub figure: tandem_reports::Figure,
    /// How it is compared.
    pub relation: Relation,
    /// With what, in the figure's unit.
    pub wanted: f64,
}

/// How a figure is compared with what is wanted.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Relation {
    /// Not more.
    AtMost,
    /// Not less.
    AtLeast,
    /// Not further away than this.
    Within(f64),
}

impl Relation {
    /// Whether `seen` satisfies it.
    #[must_use]
    pub fn holds(self, seen: f64, wanted: f64) -> bool {
        match self {
            Self::AtLeast => seen >= wanted,
            Self::AtMost => seen <= wanted,
            Self::Within(tolerance) => (seen - wanted).abs() <= tolerance,
        }
    }
}
