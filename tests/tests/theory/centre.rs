//! A centre with one queue as numbers, and as the text of a scenario.

use std::fmt;

use tandem_tests::theory::{Queue, Service};

use crate::{Plan, REPLICATIONS, Runs, scenario, seconds, simulate};

/// A distribution of durations, in seconds.
#[derive(Clone, Copy, Debug)]
pub enum Law {
    Deterministic(f64),
    Erlang {
        k: u32,
        mean: f64,
    },
    Exponential(f64),
    Gamma {
        mean: f64,
        sd: f64,
    },
    /// Two branches, each with its share and mean.
    Hyper([(f64, f64); 2]),
    LogNormal {
        mean: f64,
        sd: f64,
    },
    Uniform {
        low: f64,
        high: f64,
    },
}

impl Law {
    /// Mean and variance by the textbook, not by the simulator.
    pub fn service(self) -> Service {
        let (mean_s, variance_s2) = match self {
            Self::Deterministic(value) => (value, 0.0),
            Self::Erlang { k, mean } => (mean, mean * mean / f64::from(k)),
            Self::Exponential(mean) => (mean, mean * mean),
            Self::Gamma { mean, sd } | Self::LogNormal { mean, sd } => (mean, sd * sd),
            Self::Hyper([(p, a), (q, b)]) => {
                let mean = p * a + q * b;
                (mean, 2.0 * (p * a * a + q * b * b) - mean * mean)
            }
            Self::Uniform { low, high } => ((low + high) / 2.0, (high - low).powi(2) / 12.0),
        };
        Service {
            mean_s,
            variance_s2,
        }
    }
}

/// As a scenario has it.
impl fmt::Display for Law {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Deterministic(value) => {
                write!(
                    f,
                    "{{ distribution = \"deterministic\", value_s = {value} }}"
                )
            }
            Self::Erlang { k, mean } => write!(
                f,
                "{{ distribution = \"erlang\", k = {k}, mean_s = {mean} }}"
            ),
            Self::Exponential(mean) => {
                write!(f, "{{ distribution = \"exponential\", mean_s = {mean} }}")
            }
            Self::Gamma { mean, sd } => write!(
                f,
                "{{ distribution = \"gamma\", mean_s = {mean}, sd_s = {sd} }}"
            ),
            Self::Hyper([(p, a), (q, b)]) => write!(
                f,
                "{{ distribution = \"hyper_exponential\", branches = [\
                 {{ share = {p}, mean_s = {a} }}, {{ share = {q}, mean_s = {b} }}] }}"
            ),
            Self::LogNormal { mean, sd } => write!(
                f,
                "{{ distribution = \"log_normal\", mean_s = {mean}, sd_s = {sd} }}"
            ),
            Self::Uniform { low, high } => write!(
                f,
                "{{ distribution = \"uniform\", low_s = {low}, high_s = {high} }}"
            ),
        }
    }
}

/// A centre with one queue.
#[derive(Clone, Debug)]
pub struct Centre {
    pub agents: u32,
    /// What callers offer, in Erlang, counting their talks.
    pub load: f64,
    pub talk: Law,
    pub patience: Option<Law>,
    pub strategy: &'static str,
    pub within_s: u32,
    pub wrap_up_s: u32,
    pub max_waiting_s: u32,
    pub agent_timeout_s: u32,
    /// More lines of the queue.
    pub queue: String,
    /// More lines of the agents.
    pub staff: String,
}

impl Default for Centre {
    fn default() -> Self {
        Self {
            agents: 1,
            load: 0.5,
            talk: Law::Exponential(180.0),
            patience: None,
            strategy: "least_recent",
            within_s: 20,
            wrap_up_s: 0,
            max_waiting_s: 0,
            agent_timeout_s: 60,
            queue: String::new(),
            staff: String::new(),
        }
    }
}

impl Centre {
    /// Callers per second.
    pub fn arrivals_per_s(&self) -> f64 {
        self.load / self.talk.service().mean_s
    }

    /// Callers expected while it is counted.
    pub fn calls(&self, plan: Plan) -> f64 {
        self.arrivals_per_s() * seconds(plan.counted_s)
    }

    /// As theory sees it.
    pub fn queue(&self) -> Queue {
        Queue {
            agents: self.agents,
            load: self.load,
            service_s: self.talk.service().mean_s,
        }
    }

    /// The scenario.
    pub fn text(&self, plan: Plan, seed: u64, replications: u32) -> String {
        let patience = self.patience.map(|law| format!("patience = {law}"));
        format!(
            r#"[scenario]
name = "theory"
seed = {seed}
replications = {replications}
warm_up = "{warm_up}s"
horizon = "{horizon}s"
interval = "{horizon}s"

[[queue]]
number = "6400"
name = "Queue"
strategy = "{strategy}"
agent_timeout_s = {timeout}
retry_interval_s = 0
wrap_up_s = {wrap_up}
max_waiting_s = {max_waiting}
sla_time_s = {within}
{queue}

[[callers]]
dials = "6400"
arrivals = {{ per_hour = {per_hour} }}
handle_time = {talk}
{patience}

[[agents]]
count = {agents}
queues = ["6400"]
{staff}
"#,
            warm_up = plan.warm_up_s,
            horizon = plan.warm_up_s + plan.counted_s,
            strategy = self.strategy,
            timeout = self.agent_timeout_s,
            wrap_up = self.wrap_up_s,
            max_waiting = self.max_waiting_s,
            within = self.within_s,
            queue = self.queue,
            per_hour = 3_600.0 * self.arrivals_per_s(),
            talk = self.talk,
            patience = patience.unwrap_or_default(),
            agents = self.agents,
            staff = self.staff,
        )
    }

    /// All replications.
    pub fn runs(&self, plan: Plan, seed: u64) -> Runs {
        simulate(&scenario(&self.text(plan, seed, REPLICATIONS)))
    }
}

/// In short, as a set of parameters is named.
impl fmt::Display for Centre {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} agents, {} Erlang, {}, {:?}",
            self.agents, self.load, self.strategy, self.talk
        )?;
        if let Some(patience) = self.patience {
            write!(f, ", patience {patience:?}")?;
        }
        write!(f, ", within {} s", self.within_s)
    }
}
