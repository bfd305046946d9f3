//! A day beside its forecast.

use serde_json::Value;
use tandem_reports::{Comparison, FORECASTS_MIN, Figure, Figures, Forecast, TableOptions, Voices};

fn days(count: usize) -> Vec<f64> {
    let count = u32::try_from(count).expect("few");
    // In no order.
    (1..=count).rev().map(f64::from).collect()
}

#[test]
fn a_band_leaves_out_what_one_day_of_twenty_is() {
    // By hand: k = ⌊(n + 1) / 40⌋, so that k / (n + 1) lie on each side.
    for (count, low, high) in [(39, 1.0, 39.0), (79, 2.0, 78.0), (199, 5.0, 195.0)] {
        let forecast = Forecast::of(days(count));
        assert_eq!(forecast.band95, Some((low, high)), "{count} days");
        assert_eq!(forecast.holds(low), Some(true));
        assert_eq!(forecast.holds(high), Some(true));
        assert_eq!(forecast.holds(low - 0.5), Some(false));
        assert_eq!(forecast.holds(high + 0.5), Some(false));
    }
    assert_eq!(Forecast::of(days(200)).band95, Some((5.0, 196.0)));
}

#[test]
fn too_few_days_make_no_band() {
    let forecast = Forecast::of(days(FORECASTS_MIN - 1));
    assert_eq!(forecast.band95, None);
    assert_eq!(forecast.holds(1.0), None);
    assert_eq!(forecast.mean, Some(19.5));
    assert_eq!(Forecast::of(Vec::new()), Forecast::default());
}

#[test]
fn what_is_unknown_is_null_and_no_verdict() {
    let mut comparison = Comparison {
        scenario: "none".to_owned(),
        seed: 1,
        speed: 10,
        forecasts: 0,
        voices: Voices::default(),
        queues: Vec::new(),
    };
    let nothing = Figures::default();
    comparison.add("Support", &nothing, &nothing, &[]);
    assert_eq!(comparison.inside(), (0, 0));
    let json: Value = serde_json::from_str(&comparison.to_json()).expect("JSON");
    let figure = &json["queues"]["Support"][Figure::MeanWait.key()];
    for key in ["live", "simulated", "inside"] {
        assert!(figure[key].is_null(), "{key}");
    }
    assert!(figure["forecast"]["band95"].is_null());
    let table = comparison.to_table(TableOptions::default());
    assert!(table.contains("Mean wait") && !table.contains("OUTSIDE"));
}
