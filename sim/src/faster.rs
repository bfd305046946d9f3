//! The same scenario in less time, and less of a scenario.

use core::fmt;
use std::num::NonZeroU32;
use std::sync::Arc;

use tandem_engine::config::check::check;
use tandem_engine::config::model::{Config, Strategy};
use tandem_engine::config::points::PointKind;
use tandem_engine::{Span, Timestamp};
use tandem_reports::Layout;

use crate::scenario::{Duty, Expected, Person, Relation, Scenario};

/// A speed at which the centre could not be configured any more.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TooFast {
    /// The speed that was asked for.
    pub speed: NonZeroU32,
    /// The greatest speed that would do.
    pub most: NonZeroU32,
    /// What would be wrong.
    pub what: String,
}

impl fmt::Display for TooFast {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { speed, most, what } = self;
        write!(
            f,
            "{speed} times as fast is too fast, at most {most} would do: {what}"
        )
    }
}

impl core::error::Error for TooFast {}

impl Scenario {
    /// The same scenario in so many times less time: calls arrive sooner, talks,
    /// patience and delays are shorter, shifts and breaks too, and so is every
    /// length of time of the configuration and of the layout. Nobody becomes
    /// another: the same callers meet the same agents in the same order, and
    /// shares and counts stay as they are.
    ///
    /// Three things keep their time: rests after a telephone refused, was busy or
    /// failed, which can not be shorter than a second, and which no simulated telephone
    /// does; midnight by the wall clock, which begins counts of
    /// [`CountSince::Midnight`] anew; and business hours and holidays.
    ///
    /// [`CountSince::Midnight`]: tandem_engine::config::model::CountSince::Midnight
    ///
    /// # Errors
    /// [`TooFast`] where a length of the configuration would be shorter than
    /// the engine allows.
    pub fn faster(&self, speed: NonZeroU32) -> Result<Self, TooFast> {
        let by = u64::from(speed.get());
        let config = faster_config(&self.config, by);
        if let Some(what) = fault(&config) {
            return Err(TooFast {
                speed,
                most: most(&self.config, speed),
                what,
            });
        }
        Ok(Self {
            layout: Arc::new(faster_layout(&self.layout, by)),
            config,
            speed: self.speed.saturating_mul(speed),
            agents: faster_agents(self, by),
            expectations: (self.expectations.iter())
                .map(|expected| faster_expectation(expected, f64::from(speed.get())))
                .collect(),
            // What really happened took its time.
            actual: Vec::new(),
            ..self.clone()
        })
    }

    /// The scenario up to there: nobody calls later. `None` where nothing would
    /// be left to be counted.
    #[must_use]
    pub fn until(&self, horizon: Span) -> Option<Self> {
        let horizon = horizon.min(self.layout.horizon);
        let layout = Layout {
            horizon,
            ..(*self.layout).clone()
        };
        (horizon > layout.warm_up).then(|| Self {
            layout: Arc::new(layout),
            ..self.clone()
        })
    }

    /// A length of time that was drawn, as it passes.
    #[inline]
    pub(crate) fn shorter(&self, span: Span) -> Span {
        divided(span, u64::from(self.speed.get()))
    }

    /// A moment that was drawn, as it comes.
    #[inline]
    pub(crate) fn sooner(&self, at: Timestamp) -> Timestamp {
        sooner(at, u64::from(self.speed.get()))
    }
}

#[inline]
fn divided(span: Span, by: u64) -> Span {
    Span::from_micros(span.micros() / by)
}

#[inline]
fn sooner(at: Timestamp, by: u64) -> Timestamp {
    Timestamp::from_micros(at.micros() / by)
}

fn faster_config(config: &Config, by: u64) -> Config {
    let mut config = config.clone();
    for extension in &mut config.extensions {
        extension.ring_timeout = divided(extension.ring_timeout, by);
    }
    for queue in &mut config.queues {
        for span in [
            &mut queue.agent_timeout,
            &mut queue.place_kept,
            &mut queue.preferred_wait,
            &mut queue.retry_interval,
            &mut queue.wrap_up,
            &mut queue.max_waiting,
            &mut queue.sla_time,
            &mut queue.sla_interval,
            &mut queue.priority_acceleration,
            &mut queue.rests.no_answer,
        ] {
            *span = divided(*span, by);
        }
        // Nobody else goes by it, and a default of a few seconds would be the bound.
        if queue.strategy == Strategy::RingProgressively {
            queue.ring_more_every = divided(queue.ring_more_every, by);
        }
        if let Some(told) = &mut queue.announcements {
            told.periodic_every = divided(told.periodic_every, by);
            told.place_every = divided(told.place_every, by);
        }
        if let Some(callback) = &mut queue.callback {
            for span in [
                &mut callback.after,
                &mut callback.timeout,
                &mut callback.customer_ring,
            ] {
                *span = divided(*span, by);
            }
        }
        if let Some(crowded) = &mut queue.crowded {
            crowded.wait = divided(crowded.wait, by);
        }
        for step in &mut queue.skill_steps {
            step.after = divided(step.after, by);
        }
    }
    for point in &mut config.points {
        match &mut point.kind {
            PointKind::Menu(menu) => menu.timeout = divided(menu.timeout, by),
            PointKind::RingGroup(group) => group.ring_time = divided(group.ring_time, by),
            PointKind::CallFlow(_) | PointKind::VoicemailGroup(_) => {}
        }
    }
    if let Some(parking) = &mut config.options.parking {
        parking.timeout = divided(parking.timeout, by);
    }
    let voicemail = &mut config.options.voicemail;
    voicemail.longest = divided(voicemail.longest, by);
    voicemail.shortest = divided(voicemail.shortest, by);
    for prompt in &mut config.options.prompts {
        prompt.length = divided(prompt.length, by);
    }
    config
}

/// What is wrong with a configuration that was right at speed 1.
fn fault(config: &Config) -> Option<String> {
    check(config).first().map(ToString::to_string)
}

/// The greatest speed below this one that does.
fn most(config: &Config, speed: NonZeroU32) -> NonZeroU32 {
    let (mut fits, mut fails) = (NonZeroU32::MIN, speed);
    while fits.get() + 1 < fails.get() {
        let middle = fits.get().midpoint(fails.get());
        let middle = NonZeroU32::new(middle).expect("it lies above one");
        match fault(&faster_config(config, u64::from(middle.get()))) {
            None => fits = middle,
            Some(_) => fails = middle,
        }
    }
    fits
}

fn faster_layout(layout: &Layout, by: u64) -> Layout {
    let mut queues = layout.queues.clone();
    for queue in &mut queues {
        queue.sla_time = divided(queue.sla_time, by);
    }
    Layout {
        warm_up: divided(layout.warm_up, by),
        horizon: divided(layout.horizon, by),
        interval: divided(layout.interval, by),
        fold: layout.fold.map(|fold| divided(fold, by)),
        queues,
        ..layout.clone()
    }
}

fn faster_agents(scenario: &Scenario, by: u64) -> Vec<crate::scenario::Agents> {
    let mut groups = scenario.agents.clone();
    for agents in &mut groups {
        // Those who work alike share their duties, and go on to do so.
        let mut last: Option<(Duties, Duties)> = None;
        for person in &mut agents.people {
            let duties = match &last {
                Some((slow, fast)) if Arc::ptr_eq(slow, &person.duties) => Arc::clone(fast),
                _ => faster_duties(person, by),
            };
            let slow = core::mem::replace(&mut person.duties, Arc::clone(&duties));
            last = Some((slow, duties));
        }
    }
    groups
}

type Duties = Arc<[(Timestamp, Duty)]>;

fn faster_duties(person: &Person, by: u64) -> Duties {
    (person.duties.iter())
        .map(|(at, duty)| (sooner(*at, by), duty.clone()))
        .collect()
}

/// Claims about lengths of time are claims about shorter ones.
fn faster_expectation(expected: &Expected, by: f64) -> Expected {
    if !expected.figure.is_seconds() {
        return expected.clone();
    }
    Expected {
        wanted: expected.wanted / by,
        relation: match expected.relation {
            Relation::Within(tolerance) => Relation::Within(tolerance / by),
            other => other,
        },
        ..expected.clone()
    }
}
