//! Callers at rates that change, and enough agents for all of them.

use crate::statistics::count;

/// The mean number of busy agents in each interval, where there are more agents
/// than callers, service is exponential and callers come from time zero
/// on at rates per second that change after every `step_s`. Between changes the
/// mean m tends to λs as e^(−t/s): S. G. Eick, W. A. Massey and W. Whitt, "The
/// physics of the M(t)/G/∞ queue", Operations Research 41 (1993).
#[must_use]
pub fn busy_by_interval_exponential(rates_per_s: &[f64], step_s: f64, service_s: f64) -> Vec<f64> {
    let mut busy = 0.0;
    let fades = (-step_s / service_s).exp();
    let mut average = |rate: &f64| {
        let tends_to = rate * service_s;
        let away = busy - tends_to;
        busy = tends_to + away * fades;
        tends_to + away * (1.0 - fades) * service_s / step_s
    };
    rates_per_s.iter().map(&mut average).collect()
}

/// As [`busy_by_interval_exponential`], where every service lasts `service_s`:
/// busy at t are those who came in (t − s, t], so the average over an interval
/// is the mean of Λ(t) − Λ(t − s), with Λ the expected arrivals up to t.
#[must_use]
pub fn busy_by_interval_fixed(rates_per_s: &[f64], step_s: f64, service_s: f64) -> Vec<f64> {
    // ∫ Λ from 0 to t.
    let area = |t: f64| -> f64 {
        let steps = rates_per_s.iter().enumerate();
        steps
            .map(|(step, rate)| {
                let since = (t - count(step) * step_s).max(0.0);
                let inside = since.min(step_s);
                rate * (inside * inside / 2.0 + inside * (since - inside))
            })
            .sum()
    };
    (0..rates_per_s.len())
        .map(|step| {
            let (from, to) = (count(step) * step_s, count(step + 1) * step_s);
            let arrived = area(to) - area(from);
            let left = area(to - service_s) - area(from - service_s);
            (arrived - left) / step_s
        })
        .collect()
}
