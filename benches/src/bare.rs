//! Erlang-A by hand, with nothing around it: the speeds that an engine which
//! routes real calls is measured against.
//!
//! [`Bare`] is as fast as we know how to write it: one heap that holds nothing
//! but the ends of services, and patience looked at only when a place comes
//! free. [`run_events`] is the same centre as a textbook writes it: arrivals,
//! ends and lost patience are all events of one heap. Both draw in the same
//! order, so that they must agree to the last call.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, VecDeque};

use rand::SeedableRng;
use rand_distr::{Distribution, Exp1};
use rand_pcg::Pcg64Mcg;

/// A call answered within this many seconds counts for the service level.
pub const WITHIN_S: f64 = 20.0;

/// One centre: Poisson arrivals, exponential service and patience, one queue.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Case {
    /// For tables and benches.
    pub name: &'static str,
    /// Agents, all equal.
    pub agents: usize,
    /// Offered load: the mean service time over the mean gap of arrivals.
    pub erlang: f64,
    /// Mean service time, in seconds.
    pub service_s: f64,
    /// Mean patience of a waiting caller, in seconds.
    pub patience_s: f64,
}

/// 100 agents, 95 Erlang.
pub const C100: Case = Case {
    name: "c100",
    agents: 100,
    erlang: 95.0,
    service_s: 180.0,
    patience_s: 120.0,
};
/// 10 agents, 9.5 Erlang.
pub const C10: Case = Case {
    name: "c10",
    agents: 10,
    erlang: 9.5,
    service_s: 180.0,
    patience_s: 120.0,
};

impl Case {
    /// Mean gap between two arrivals, in seconds.
    pub fn gap_s(&self) -> f64 {
        self.service_s / self.erlang
    }
}

/// What a run counted. Calls that still wait at its end are offered and have
/// waited, but are neither served nor abandoned yet.
#[derive(Debug, Default, Clone, Copy, PartialEq)]
pub struct Figures {
    /// Calls that arrived.
    pub offered: u64,
    /// Calls that found every agent busy.
    pub waited: u64,
    /// Calls whose patience ended before an agent was free.
    pub abandoned: u64,
    /// Calls answered within [`WITHIN_S`].
    pub within: u64,
    /// Waiting time of all callers, served or not, in seconds.
    pub waiting_s: f64,
}

impl Figures {
    /// P(wait > 0), P(abandon), mean wait in seconds of all callers, and the
    /// share answered within [`WITHIN_S`]: each over all calls offered.
    pub fn per_call(&self) -> [f64; 4] {
        let offered = self.offered as f64;
        [
            self.waited as f64,
            self.abandoned as f64,
            self.waiting_s,
            self.within as f64,
        ]
        .map(|sum| sum / offered)
    }

    fn served(&mut self, wait_s: f64) {
        self.waiting_s += wait_s;
        self.within += u64::from(wait_s <= WITHIN_S);
    }

    fn lost(&mut self, wait_s: f64) {
        self.abandoned += 1;
        self.waiting_s += wait_s;
    }
}

/// Exponential draws, by ziggurat over a fast generator.
#[derive(Debug, Clone)]
struct Draws(Pcg64Mcg);

impl Draws {
    fn new(seed: u64) -> Self {
        Draws(Pcg64Mcg::seed_from_u64(seed))
    }

    #[inline(always)]
    fn exp(&mut self, mean: f64) -> f64 {
        let draw: f64 = Exp1.sample(&mut self.0);
        draw * mean
    }
}

/// The times at which busy agents come free, soonest first: a heap with four
/// children to a node (half the levels of a binary one, and the children share
/// a cache line). Times are kept as the bits of the float, which for numbers
/// that are not negative sort as the numbers do, and compare in one cycle.
#[derive(Debug, Clone)]
struct Ends(Vec<u64>);

impl Ends {
    const CHILDREN: usize = 4;

    /// `u64::MAX`, later than every time, when nobody is busy.
    #[inline(always)]
    fn soonest(&self) -> u64 {
        self.0.first().copied().unwrap_or(u64::MAX)
    }

    #[inline(always)]
    fn push(&mut self, end: u64) {
        let mut at = self.0.len();
        self.0.push(end);
        while at > 0 {
            let parent = (at - 1) / Self::CHILDREN;
            if self.0[parent] <= end {
                break;
            }
            self.0[at] = self.0[parent];
            at = parent;
        }
        self.0[at] = end;
    }

    /// The soonest agent comes free and stays so.
    #[inline(always)]
    fn pop(&mut self) {
        if let Some(last) = self.0.pop()
            && !self.0.is_empty()
        {
            self.replace(last);
        }
    }

    /// The soonest agent comes free and takes the next call at once.
    #[inline(always)]
    fn replace(&mut self, end: u64) {
        let heap = &mut self.0[..];
        let mut at = 0;
        loop {
            let first = Self::CHILDREN * at + 1;
            if first >= heap.len() {
                break;
            }
            let last = (first + Self::CHILDREN).min(heap.len());
            let (mut least, mut least_end) = (first, heap[first]);
            for (child, &child_end) in (first..).zip(&heap[first..last]).skip(1) {
                if child_end < least_end {
                    (least, least_end) = (child, child_end);
                }
            }
            if least_end >= end {
                break;
            }
            heap[at] = least_end;
            at = least;
        }
        heap[at] = end;
    }
}

/// A caller in the queue.
#[derive(Debug, Clone, Copy)]
struct Waiting {
    since: f64,
    gives_up: f64,
}

/// The fast loop, which can be run on from where it stopped.
#[derive(Debug, Clone)]
pub struct Bare {
    case: Case,
    draws: Draws,
    ends: Ends,
    queue: VecDeque<Waiting>,
    next_arrival: f64,
}

impl Bare {
    /// An empty centre at time zero.
    pub fn new(case: Case, seed: u64) -> Self {
        let mut draws = Draws::new(seed);
        let next_arrival = draws.exp(case.gap_s());
        let ends = Ends(Vec::with_capacity(case.agents));
        Bare {
            case,
            draws,
            ends,
            queue: VecDeque::with_capacity(1024),
            next_arrival,
        }
    }

    /// Runs until `calls` more calls have arrived.
    pub fn run(&mut self, calls: u64) -> Figures {
        let mut figures = Figures {
            offered: calls,
            ..Figures::default()
        };
        for _ in 0..calls {
            let arrival = self.next_arrival.to_bits();
            loop {
                let end = self.ends.soonest();
                if end < arrival {
                    self.come_free(f64::from_bits(end), &mut figures);
                } else {
                    break;
                }
            }
            self.arrive(&mut figures);
        }
        figures
    }

    #[inline(always)]
    fn arrive(&mut self, figures: &mut Figures) {
        let now = self.next_arrival;
        if self.ends.0.len() < self.case.agents {
            figures.within += 1;
            self.ends
                .push((now + self.draws.exp(self.case.service_s)).to_bits());
        } else {
            figures.waited += 1;
            let gives_up = now + self.draws.exp(self.case.patience_s);
            self.queue.push_back(Waiting {
                since: now,
                gives_up,
            });
        }
        self.next_arrival = now + self.draws.exp(self.case.gap_s());
    }

    /// An agent comes free: those ahead who gave up meanwhile are counted now,
    /// for nobody else could have been served before this moment.
    #[inline(always)]
    fn come_free(&mut self, now: f64, figures: &mut Figures) {
        while let Some(caller) = self.queue.pop_front() {
            if caller.gives_up > now {
                figures.served(now - caller.since);
                self.ends
                    .replace((now + self.draws.exp(self.case.service_s)).to_bits());
                return;
            }
            figures.lost(caller.gives_up - caller.since);
        }
        self.ends.pop();
    }
}

/// What happens next in [`run_events`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Next {
    Arrival,
    End,
    /// Of the caller with this number, if that caller still waits.
    PatienceOver(usize),
}

/// The same centre as a textbook writes it, from empty to the last arrival:
/// every event goes through one binary heap.
pub fn run_events(case: Case, seed: u64, calls: u64) -> Figures {
    let mut figures = Figures {
        offered: calls,
        ..Figures::default()
    };
    let mut draws = Draws::new(seed);
    let mut events = BinaryHeap::new();
    let plan = |at: f64, next| Reverse((at.to_bits(), next));
    // The callers who wait, by number; a caller who gave up leaves a `None`.
    let mut queue: VecDeque<Option<f64>> = VecDeque::new();
    let (mut left_queue, mut free, mut to_come) = (0, case.agents, calls);
    events.push(plan(draws.exp(case.gap_s()), Next::Arrival));
    while to_come > 0 {
        let Some(Reverse((at, next))) = events.pop() else {
            break;
        };
        let now = f64::from_bits(at);
        match next {
            Next::Arrival => {
                if free > 0 {
                    free -= 1;
                    figures.within += 1;
                    events.push(plan(now + draws.exp(case.service_s), Next::End));
                } else {
                    figures.waited += 1;
                    let over = Next::PatienceOver(left_queue + queue.len());
                    queue.push_back(Some(now));
                    events.push(plan(now + draws.exp(case.patience_s), over));
                }
                to_come -= 1;
                events.push(plan(now + draws.exp(case.gap_s()), Next::Arrival));
            }
            Next::PatienceOver(number) => {
                let place = number
                    .checked_sub(left_queue)
                    .and_then(|i| queue.get_mut(i));
                if let Some(since) = place.and_then(Option::take) {
                    figures.lost(now - since);
                }
            }
            Next::End => {
                free += 1;
                while let Some(place) = queue.pop_front() {
                    left_queue += 1;
                    if let Some(since) = place {
                        free -= 1;
                        figures.served(now - since);
                        events.push(plan(now + draws.exp(case.service_s), Next::End));
                        break;
                    }
                }
            }
        }
    }
    figures
}
