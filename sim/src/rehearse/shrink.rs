//! Making a world small that breaks a law: whatever can be left out while the
//! same law is still broken is left out. Acts have times and names of their own
//! and replies are drawn for each caller alone, so that what is left stays what
//! it was.

use tandem_engine::config::model::{Config, QueueConfig};
use tandem_engine::{Number, Span, Timestamp};

use super::centre::mend;
use super::laws::Broken;
use super::plan::{Act, Fault, Plan, Planned};

/// A world made small.
#[derive(Clone, Debug)]
pub struct Shrunk {
    /// The world.
    pub plan: Plan,
    /// How it breaks the law.
    pub broken: Broken,
    /// How many worlds were tried.
    pub tries: u32,
}

/// Nothing more is done that much after the last act.
const TAIL: Span = Span::from_secs(60);
/// Longer times in which nothing is done are made as long as this.
const GAP: Span = Span::from_secs(30);

struct Shrinker<F> {
    best: Shrunk,
    fails: F,
    tries_max: u32,
}

/// Makes a world small. `fails` plays one and says which law it breaks; at most
/// so many are tried.
pub fn shrink(
    plan: Plan,
    broken: Broken,
    tries_max: u32,
    fails: impl FnMut(&Plan) -> Option<Broken>,
) -> Shrunk {
    let best = Shrunk {
        plan,
        broken,
        tries: 0,
    };
    let mut shrinker = Shrinker {
        best,
        fails,
        tries_max,
    };
    loop {
        let before = shrinker.best.plan.clone();
        shrinker.acts();
        shrinker.faults();
        shrinker.people();
        shrinker.time();
        shrinker.settings();
        shrinker.calls();
        if shrinker.best.plan == before || shrinker.best.tries >= tries_max {
            return shrinker.best;
        }
    }
}

impl<F: FnMut(&Plan) -> Option<Broken>> Shrinker<F> {
    /// Takes a smaller world if it breaks the same law.
    fn attempt(&mut self, plan: Plan) -> bool {
        if self.best.tries >= self.tries_max || plan == self.best.plan {
            return false;
        }
        self.best.tries += 1;
        match (self.fails)(&plan) {
            Some(broken) if broken.law == self.best.broken.law => {
                self.best.plan = plan;
                self.best.broken = broken;
                true
            }
            _ => false,
        }
    }

    fn with_acts(&self, acts: Vec<Planned>) -> Plan {
        Plan {
            acts,
            ..self.best.plan.clone()
        }
    }

    /// Leaves out acts: large pieces first, then smaller ones, then each alone.
    fn acts(&mut self) {
        let mut size = self.best.plan.acts.len();
        while size > 0 {
            let mut end = self.best.plan.acts.len();
            // From the end: what comes late is seldom the cause.
            while end > 0 {
                let begin = end.saturating_sub(size);
                let mut acts = self.best.plan.acts.clone();
                acts.drain(begin..end);
                self.attempt(self.with_acts(acts));
                end = begin;
            }
            size /= 2;
        }
    }

    fn faults(&mut self) {
        for (_, fault) in Fault::ALL {
            let mut plan = self.best.plan.clone();
            plan.faults.set(fault, 0);
            self.attempt(plan);
        }
    }

    /// Leaves out queues and extensions, wherever they are configured.
    fn people(&mut self) {
        let config = &self.best.plan.config;
        let queues: Vec<Number> = config.queues.iter().map(|queue| queue.number).collect();
        let extensions: Vec<Number> = config.extensions.iter().map(|e| e.number).collect();
        let points: Vec<Number> = config.points.iter().map(|point| point.number).collect();
        for number in points {
            self.attempt(self.with_configs(|config| {
                config.points.retain(|point| point.number != number);
            }));
        }
        for number in queues {
            self.attempt(self.with_configs(|config| {
                config.queues.retain(|queue| queue.number != number);
            }));
        }
        for number in extensions {
            self.attempt(self.with_configs(|config| {
                config
                    .extensions
                    .retain(|extension| extension.number != number);
            }));
        }
    }

    /// The world with all its configurations changed.
    fn with_configs(&self, change: impl Fn(&mut Config)) -> Plan {
        let mut plan = self.best.plan.clone();
        let changed = |config: &mut Config| {
            change(config);
            mend(config);
        };
        changed(&mut plan.config);
        for planned in &mut plan.acts {
            if let Act::Configure { target, .. } = &mut planned.act {
                changed(target);
            }
        }
        plan
    }

    /// Leaves out time: at the end, before the first act, and between two.
    fn time(&mut self) {
        let last = self.best.plan.acts.last();
        let until = last.map_or(Timestamp::ZERO, |last| last.at) + TAIL;
        if until < self.best.plan.until {
            self.attempt(Plan {
                until,
                ..self.best.plan.clone()
            });
        }
        for place in 0..self.best.plan.acts.len() {
            let acts = &self.best.plan.acts;
            let before = match place.checked_sub(1) {
                Some(before) => acts[before].at,
                None => Timestamp::ZERO,
            };
            let gap = acts[place].at - before;
            if gap <= GAP {
                continue;
            }
            let spare = gap.micros() - GAP.micros();
            let earlier = |at: Timestamp| Timestamp::from_micros(at.micros() - spare);
            let mut plan = self.best.plan.clone();
            for planned in &mut plan.acts[place..] {
                planned.at = earlier(planned.at);
            }
            plan.until = earlier(plan.until);
            self.attempt(plan);
        }
    }

    /// Gives queues the settings that they have by default, one by one.
    fn settings(&mut self) {
        self.attempt(self.with_configs(|config| config.options = Default::default()));
        for place in 0..self.best.plan.config.queues.len() {
            for change in DEFAULTS {
                let mut plan = self.best.plan.clone();
                let queue = &mut plan.config.queues[place];
                let default = QueueConfig::new(queue.number, &queue.name);
                change(queue, &default);
                self.attempt(plan);
            }
        }
    }

    /// Makes calls plain: a minute's patience, a second's talk.
    fn calls(&mut self) {
        for place in 0..self.best.plan.acts.len() {
            for plain in [
                |call: &mut super::plan::Call| call.patience = Some(Span::from_secs(60)),
                |call: &mut super::plan::Call| call.talk = Span::from_secs(1),
            ] {
                let mut plan = self.best.plan.clone();
                if let Act::Call(call) = &mut plan.acts[place].act {
                    plain(call);
                    self.attempt(plan);
                }
            }
        }
    }
}

/// Gives a queue one of its settings back.
type Setting = fn(&mut QueueConfig, &QueueConfig);

/// Every setting that says how a queue works; who serves it is left out otherwise.
const DEFAULTS: &[Setting] = &[
    |queue, default| queue.agent_timeout = default.agent_timeout,
    |queue, default| queue.alert_info.clone_from(&default.alert_info),
    |queue, default| queue.auto_pause_after = default.auto_pause_after,
    |queue, default| queue.answer_on_entry = default.answer_on_entry,
    |queue, default| queue.crowded.clone_from(&default.crowded),
    |queue, default| queue.ring_more_every = default.ring_more_every,
    |queue, default| queue.disallow_join_when_empty = default.disallow_join_when_empty,
    |queue, default| queue.failover = default.failover.clone(),
    |queue, default| queue.leave_when_empty = default.leave_when_empty,
    |queue, default| queue.max_callers = default.max_callers,
    |queue, default| queue.place_kept = default.place_kept,
    |queue, default| queue.preferred_wait = default.preferred_wait,
    |queue, default| queue.max_waiting = default.max_waiting,
    |queue, default| queue.notify_managers.clone_from(&default.notify_managers),
    |queue, default| queue.permissions.clone_from(&default.permissions),
    |queue, default| {
        queue.priority = default.priority;
        queue.priority_acceleration = default.priority_acceleration;
    },
    |queue, default| queue.record = default.record,
    |queue, default| queue.rests = default.rests,
    |queue, default| queue.retry_interval = default.retry_interval,
    |queue, default| queue.ring_in_use = default.ring_in_use,
    |queue, default| queue.skill_steps.clone_from(&default.skill_steps),
    |queue, default| queue.strategy = default.strategy,
    |queue, default| queue.time_condition.clone_from(&default.time_condition),
    |queue, _| {
        for member in &mut queue.members {
            (member.level, member.weight) = (1, 1);
        }
    },
    |queue, default| queue.wrap_up = default.wrap_up,
];
