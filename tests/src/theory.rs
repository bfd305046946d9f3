//! Exact figures of queues that theory has solved, to hold simulations against.
//!
//! Callers arrive at random (a Poisson process), `load` is what they offer in
//! Erlang: arrivals per second × mean service in seconds. Agents are alike,
//! whoever has waited longest is served first. Sources are named by formula;
//! most of them are also in W. Whitt, "Engineering solution of a basic
//! call-center model", Management Science 51 (2005), and S. Zeltyn and
//! A. Mandelbaum, "Call centers with impatient customers: many-server
//! asymptotics of the M/M/n+G queue", Queueing Systems 51 (2005).

mod chain;
mod one_agent;
mod varying;

pub use chain::BirthDeath;
pub use one_agent::{Service, pollaczek_khinchine, ringing, within_m_d_1, within_m_h2_1};
pub use varying::{busy_by_interval_exponential, busy_by_interval_fixed};

use crate::statistics::count;

/// What theory says of a queue in the long run. Shares are of all callers.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Exact {
    /// Share of those who find no free agent, whatever becomes of them.
    pub waits: f64,
    /// Share of those who give up waiting.
    pub abandons: f64,
    /// Share of those who are refused or put out.
    pub missed: f64,
    /// Share of those who are answered in less than the time asked for.
    pub within: f64,
    /// Mean wait of all callers, in seconds; the refused wait for no time.
    pub mean_wait_s: f64,
    /// Mean wait of those who are answered, in seconds.
    pub mean_wait_answered_s: f64,
    /// Share of the agents' time that is spent in service.
    pub occupancy: f64,
}

/// A queue of agents who are alike.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Queue {
    /// How many agents there are.
    pub agents: u32,
    /// What is offered, in Erlang.
    pub load: f64,
    /// The mean service, in seconds.
    pub service_s: f64,
}

impl Queue {
    fn arrivals_per_s(self) -> f64 {
        self.load / self.service_s
    }

    fn agents_f64(self) -> f64 {
        f64::from(self.agents)
    }

    /// Ends of service per second while all agents are busy.
    fn full_rate_per_s(self) -> f64 {
        self.agents_f64() / self.service_s
    }

    /// The chain of the number of callers who are served or wait, if service
    /// is exponential: at most `room` can wait, and each of them leaves at
    /// `impatience_per_s`.
    #[must_use]
    pub fn chain(self, room: Option<usize>, impatience_per_s: f64) -> BirthDeath {
        let agents = self.agents as usize;
        let births = self.arrivals_per_s();
        let deaths = |callers: usize| {
            count(callers.min(agents)) / self.service_s
                + count(callers.saturating_sub(agents)) * impatience_per_s
        };
        BirthDeath::new(births, deaths, room.map(|room| agents + room))
    }
}

/// Erlang B: the share of callers that is lost where nobody can wait, whatever
/// the distribution of service. A. K. Erlang (1917), by the recursion of
/// B(0) = 1 and B(n) = a B(n−1) / (n + a B(n−1)); insensitivity: B. A.
/// Sevastyanov, Theory of Probability and its Applications 2 (1957).
#[must_use]
pub fn blocking(agents: u32, load: f64) -> f64 {
    (1..=agents).fold(1.0, |before, n| {
        load * before / (f64::from(n) + load * before)
    })
}

/// [`blocking`] with all that follows from it.
#[must_use]
pub fn erlang_b(queue: Queue) -> Exact {
    let lost = blocking(queue.agents, queue.load);
    Exact {
        waits: lost,
        abandons: 0.0,
        missed: lost,
        within: 1.0 - lost,
        mean_wait_s: 0.0,
        mean_wait_answered_s: 0.0,
        occupancy: queue.load * (1.0 - lost) / queue.agents_f64(),
    }
}

/// Erlang C: nobody gives up. A. K. Erlang (1917): with B of [`blocking`] and
/// ρ = a/c, the share C = B / (1 − ρ(1 − B)) waits, and those who do wait
/// exponentially with mean s / (c − a). The load must be below the agents.
#[must_use]
pub fn erlang_c(queue: Queue, within_s: f64) -> Exact {
    assert!(queue.load < queue.agents_f64(), "the queue grows for ever");
    let (lost, occupancy) = (
        blocking(queue.agents, queue.load),
        queue.load / queue.agents_f64(),
    );
    let waits = lost / (1.0 - occupancy * (1.0 - lost));
    let shrinks_per_s = queue.full_rate_per_s() - queue.arrivals_per_s();
    Exact {
        waits,
        abandons: 0.0,
        missed: 0.0,
        within: 1.0 - waits * (-shrinks_per_s * within_s).exp(),
        mean_wait_s: waits / shrinks_per_s,
        mean_wait_answered_s: waits / shrinks_per_s,
        occupancy,
    }
}

/// Erlang A: callers wait exponentially long, `patience_s` on average.
/// C. Palm (1943, English in Tele 1957); shares of the states from the chain.
///
/// The offered wait V of a caller with j others before him is a sum of
/// exponentials with rates cμ + kθ, k = 0 … j. Then the Laplace transform of V
/// gives E e^(−nθV) = ∏ (r + k) / (r + k + n) with r = cμ/θ: the moments of a
/// beta distribution, so e^(−θV) ~ Beta(r, j+1). From it follow, for the caller
/// who is answered if his own patience exceeds V,
/// P(answered within t) = r/(r+j+1) · P(Beta(r+1, j+1) > e^(−θt)), where the
/// last is 1 − x^(r+1) Σ (r+1)…(r+i)/i! · (1−x)^i, i = 0 … j, x = e^(−θt), and
/// E[V, answered] = r/(r+j+1) · Σ 1/(θ(r+1+k)), k = 0 … j. All terms are
/// positive, so nothing cancels.
#[must_use]
pub fn erlang_a(queue: Queue, patience_s: f64, within_s: f64) -> Exact {
    let (agents, rate) = (queue.agents as usize, 1.0 / patience_s);
    let shares = queue.chain(None, rate).shares();
    let (served, waiting) = shares.split_at(agents);
    let ratio = queue.full_rate_per_s() / rate;
    let close = -(-rate * within_s).exp_m1();
    let exponent = (ratio + 1.0) * rate * within_s;
    assert!(exponent < 600.0, "the first term would be no normal number");

    let mut term = (-exponent).exp();
    let (mut beyond, mut mean_s) = (0.0, 0.0);
    let (mut callers, mut within, mut wait_s) = (0.0, served.iter().sum::<f64>(), 0.0);
    for (before, share) in waiting.iter().enumerate() {
        let before = count(before);
        beyond += term;
        mean_s += patience_s / (ratio + 1.0 + before);
        let answered = share * ratio / (ratio + before + 1.0);
        within += answered * (1.0 - beyond);
        wait_s += answered * mean_s;
        callers += before * share;
        term *= (ratio + 1.0 + before) / (before + 1.0) * close;
    }
    let mean_wait_s = callers / queue.arrivals_per_s();
    let abandons = mean_wait_s * rate;
    Exact {
        waits: waiting.iter().sum(),
        abandons,
        missed: 0.0,
        within,
        mean_wait_s,
        mean_wait_answered_s: wait_s / (1.0 - abandons),
        occupancy: queue.load * (1.0 - abandons) / queue.agents_f64(),
    }
}

/// At most `room` callers can wait, the next one is refused (M/M/c/c+room).
/// From the chain; with j others before him a caller waits an Erlang time of
/// j + 1 stages of rate cμ. The textbook case, as in L. Kleinrock, Queueing
/// Systems I (1975), section 3.8.
#[must_use]
pub fn limited_room(queue: Queue, room: usize, within_s: f64) -> Exact {
    let shares = queue.chain(Some(room), 0.0).shares();
    let (served, waiting) = shares.split_at(queue.agents as usize);
    let missed = *waiting
        .last()
        .expect("the chain has a state without a free agent");
    let mut term = (-queue.full_rate_per_s() * within_s).exp();
    let (mut beyond, mut within, mut callers) = (0.0, served.iter().sum::<f64>(), 0.0);
    for (before, share) in waiting.iter().enumerate() {
        let before = count(before);
        callers += before * share;
        if before < count(room) {
            beyond += term;
            within += share * (1.0 - beyond);
            term *= queue.full_rate_per_s() * within_s / (before + 1.0);
        }
    }
    let mean_wait_s = callers / queue.arrivals_per_s();
    Exact {
        waits: waiting.iter().sum(),
        abandons: 0.0,
        missed,
        within,
        mean_wait_s,
        mean_wait_answered_s: mean_wait_s / (1.0 - missed),
        occupancy: queue.load * (1.0 - missed) / queue.agents_f64(),
    }
}

/// Callers wait at most `limit_s`, all of them the same (M/M/c+D). F. Baccelli
/// and G. Hebuterne, "On queues with impatient customers", Performance '81: the
/// offered wait has density in proportion to exp(λ ∫ P(patience > u) du − cμx).
/// With E = 1 / B(c−1) of [`blocking`], δ = cμ − λ and the limit D, the integrals
/// over it are J = (1 − e^(−δD))/δ + e^(−δD)/cμ and so on; Zeltyn and
/// Mandelbaum (2005), section 3, collect the figures. `missed` holds those who
/// reach the limit. `within_s` must be below the limit.
#[must_use]
pub fn limited_wait(queue: Queue, limit_s: f64, within_s: f64) -> Exact {
    assert!(within_s < limit_s, "nobody waits as long");
    let (arrivals, full) = (queue.arrivals_per_s(), queue.full_rate_per_s());
    let empty = 1.0 / blocking(queue.agents - 1, queue.load);
    let shrinks = full - arrivals;
    // ∫ e^(−δx) dx and ∫ x e^(−δx) dx from 0 to t; by series where δt is small.
    let area = |t: f64| match (shrinks * t).abs() < 1e-12 {
        true => t,
        false => -(-shrinks * t).exp_m1() / shrinks,
    };
    let moment = |t: f64| match (shrinks * t).abs() < 1e-4 {
        true => t * t * (0.5 - shrinks * t / 3.0 + (shrinks * t).powi(2) / 8.0),
        false => (area(t) - t * (-shrinks * t).exp()) / shrinks,
    };
    let beyond = (-shrinks * limit_s).exp() / full;
    let total = empty + arrivals * (area(limit_s) + beyond);
    let missed = arrivals * beyond / total;
    let answered_wait_s = arrivals * moment(limit_s) / total;
    Exact {
        waits: 1.0 - empty / total,
        abandons: 0.0,
        missed,
        within: (empty + arrivals * area(within_s)) / total,
        mean_wait_s: answered_wait_s + missed * limit_s,
        mean_wait_answered_s: answered_wait_s / (1.0 - missed),
        occupancy: queue.load * (1.0 - missed) / queue.agents_f64(),
    }
}
