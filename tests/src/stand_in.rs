//! A small made-up centre whose agents, services and patience are known: it
//! stands in for real logs where these are not at hand.

use std::fmt::Write as _;

use tandem_engine::Span;
use tandem_sim::arrivals::{Arrivals, Profile, Repeat};
use tandem_sim::distribution::{Distribution, DistributionError, seconds};
use tandem_sim::random::{Key, Purpose};

/// From an hour of the day to another, in seconds since midnight.
pub type Hours = (f64, f64);

/// How the made-up centre works.
#[derive(Debug)]
pub struct Centre {
    /// How many days it is open, from 8 to 18 h.
    pub days: u32,
    /// When each agent is there, the same every day.
    pub shifts: Vec<[Hours; 2]>,
    /// Service times.
    pub service: Distribution,
    /// Patience.
    pub patience: Distribution,
}

/// Seconds in an hour.
const HOUR_S: f64 = 3_600.0;
/// Seconds in a day.
const DAY_S: f64 = 86_400.0;
/// Calls expected in each of the ten hours.
const PER_HOUR: [f64; 10] = [
    80.0, 120.0, 140.0, 130.0, 110.0, 110.0, 120.0, 120.0, 90.0, 60.0,
];

impl Centre {
    /// Eight agents with a break of three quarters of an hour each, log-normal
    /// services and Weibull patience.
    ///
    /// # Errors
    ///
    /// None, as long as its parameters are allowed.
    pub fn new(days: u32) -> Result<Self, DistributionError> {
        let shift = |agent: u32| {
            let begin = (8.0 + f64::from(agent % 3)) * HOUR_S;
            let pause = (11.0 + 0.5 * f64::from(agent)) * HOUR_S;
            [
                (begin, pause),
                (pause + 0.75 * HOUR_S, begin + 8.0 * HOUR_S),
            ]
        };
        Ok(Self {
            days,
            shifts: (0..8).map(shift).collect(),
            service: Distribution::log_normal(190.0, 190.0)?,
            patience: Distribution::weibull(0.8, 200.0)?,
        })
    }

    /// The calls that it has, as a log in text. Whoever waits longest gets the
    /// agent who is free first; an agent whose time is over ends the service.
    ///
    /// # Panics
    ///
    /// Where its rates were made invalid.
    #[must_use]
    pub fn log(&self, seed: u64) -> String {
        let (first, hour) = (Span::from_secs(8 * 3_600), Span::from_secs(3_600));
        let profile = Profile::from_counts(first, hour, &PER_HOUR, Repeat::Daily);
        let arrivals = Arrivals::poisson(profile.expect("the rates are valid"), seed, 0);
        let mut free_at = vec![0.0; self.shifts.len()];
        let mut text = "arrival_s,queue,wait_s,outcome,agent,talk_s\n".to_owned();
        for (call, arrival) in (0..).zip(arrivals) {
            let at = seconds(arrival - tandem_engine::Timestamp::ZERO);
            if at >= f64::from(self.days) * DAY_S {
                break;
            }
            let key = |purpose| Key {
                seed,
                purpose,
                object: call,
                attempt: 0,
            };
            let patience = self.patience.sample(&mut key(Purpose::Patience).uniforms());
            let talk = self
                .service
                .sample(&mut key(Purpose::HandleTime).uniforms());
            let starts =
                (0..free_at.len()).map(|agent| self.free_from(agent, at.max(free_at[agent])));
            let (agent, start) = starts
                .enumerate()
                .min_by(|(_, a), (_, b)| a.total_cmp(b))
                .expect("there are agents");
            let _ = if start - at > patience {
                writeln!(text, "{at:.6},all,{patience:.6},abandoned,,")
            } else {
                free_at[agent] = start + talk;
                let wait = start - at;
                writeln!(
                    text,
                    "{at:.6},all,{wait:.6},answered,agent {agent},{talk:.6}"
                )
            };
        }
        text
    }

    /// From `at` on, when the agent is there next.
    fn free_from(&self, agent: usize, at: f64) -> f64 {
        let midnight = (at / DAY_S).floor() * DAY_S;
        let next = |(from, to): &Hours| (at - midnight < *to).then(|| at.max(midnight + from));
        let tomorrow = midnight + DAY_S + self.shifts[agent][0].0;
        self.shifts[agent].iter().find_map(next).unwrap_or(tomorrow)
    }
}
