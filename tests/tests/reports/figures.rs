//! Every figure, read from the JSON.

use std::sync::Arc;

use serde_json::{Value, json};
use tandem_engine::{Span, Timestamp};
use tandem_reports::{About, Layout, Moments, Report, Summary, SummaryBuilder, Tally, to_json};

use crate::script::{TWO_QUEUES, assert_close, json_of, layout, mean, tally, two_queues};

#[test]
fn figures_of_calls() {
    // Five calls: met; answered at exactly the SLA time, which is too late;
    // abandoned; timed out; refused at once.
    let report = json_of(
        layout(),
        &["70 answered q0 a0 5 5 60 rung
           130 answered q0 a0 10 20 100
           200 abandoned q0 100 100
           400 missed q0 100 300
           500 missed q0 500 0"],
    );
    let row = &report["queues"]["Support"];
    let wanted = [
        ("offered", 5.0),
        ("answered", 2.0),
        ("abandoned", 1.0),
        ("missed", 2.0),
        ("service_level", 0.2),
        ("probability_of_wait", 0.8),
        ("abandonment", 0.2),
        ("mean_wait_s", 85.0),
        ("mean_wait_answered_s", 12.5),
        ("max_wait_s", 300.0),
        ("mean_talk_s", 80.0),
        ("mean_hold_s", 0.0),
    ];
    for (key, wanted) in wanted {
        assert_close(&mean(row, key), wanted);
        assert_eq!(
            row[key]["ci95"],
            Value::Null,
            "{key}: one replication has no interval"
        );
    }
    assert_eq!(mean(row, "occupancy"), Value::Null, "nobody was logged in");
    assert!(report.get("all").is_none() && report.get("groups").is_none());
}

/// A callback counts once, where its caller joined: among all calls, and by itself.
#[test]
fn figures_of_callbacks() {
    let report = json_of(
        layout(),
        &["70 answered q0 a0 5 5 60
           330 answered q0 a0 100 200 30 callback
           400 missed q0 100 300 callback
           1900 missed q0 1700 100 callback
           2600 answered q0 a0 1900 400 300 callback"],
    );
    let row = &report["queues"]["Support"];
    let wanted = [
        ("offered", 5.0),
        ("answered", 3.0),
        ("missed", 2.0),
        ("callbacks", 4.0),
        ("called_back", 2.0),
        ("callbacks_failed", 2.0),
        ("mean_callback_wait_s", 250.0),
    ];
    for (key, wanted) in wanted {
        assert_close(&mean(row, key), wanted);
    }
    let of_interval = |place: usize, key| mean(&report["intervals"][place], key);
    assert_close(&of_interval(0, "callbacks"), 3.0);
    assert_close(&of_interval(0, "callbacks_failed"), 2.0);
    assert_close(&of_interval(0, "mean_callback_wait_s"), 200.0);
    assert_close(&of_interval(1, "called_back"), 1.0);
    let report = json_of(layout(), &["70 answered q0 a0 5 5 60"]);
    let row = &report["queues"]["Support"];
    assert_close(&mean(row, "callbacks"), 0.0);
    assert_eq!(mean(row, "mean_callback_wait_s"), Value::Null);
}

/// Time on hold is shared among all calls that were answered, on hold or not.
#[test]
fn figures_of_holds() {
    let report = json_of(
        layout(),
        &["70 answered q0 a0 5 5 60 20
           330 answered q0 a0 100 200 30
           400 missed q0 100 300
           2600 answered q0 a0 1900 400 300 100"],
    );
    assert_close(&mean(&report["queues"]["Support"], "mean_hold_s"), 40.0);
    assert_close(&mean(&report["queues"]["Support"], "mean_talk_s"), 130.0);
    let of_interval = |place: usize| mean(&report["intervals"][place], "mean_hold_s");
    assert_close(&of_interval(0), 10.0);
    assert_close(&of_interval(1), 100.0);
    let report = json_of(layout(), &["400 missed q0 100 300"]);
    assert_eq!(
        mean(&report["queues"]["Support"], "mean_hold_s"),
        Value::Null,
        "nobody was talked to"
    );
}

/// To wait is not to be rung for in the instant of joining, however long that
/// rings; who is refused waits for no time and was not rung for either.
#[test]
fn who_is_rung_for_at_once_did_not_have_to_wait() {
    let report = json_of(
        layout(),
        &["70 answered q0 a0 5 5 60 rung
           170 answered q0 a0 100 7 63 rung
           500 missed q0 500 0"],
    );
    let row = &report["queues"]["Support"];
    assert_close(&mean(row, "probability_of_wait"), 1.0 / 3.0);
}

#[test]
fn waits_just_under_the_sla_time_meet_it() {
    let report = json_of(
        layout(),
        &["70 answered q0 a0 5 19.999999 60
           170 answered q0 a0 100 20.000001 60"],
    );
    assert_close(&mean(&report["queues"]["Support"], "service_level"), 0.5);
}

#[test]
fn calls_belong_to_the_interval_in_which_they_joined() {
    // The second joined in the first interval and ended in the second.
    let report = json_of(
        layout(),
        &["70 answered q0 a0 5 5 60
           2100 answered q0 a0 1799.999999 100 200
           2100 abandoned q0 1800 300"],
    );
    let (first, second) = (&report["intervals"][0], &report["intervals"][1]);
    assert_eq!(
        (&first["start_s"], &first["end_s"]),
        (&json!(0), &json!(1800))
    );
    assert_eq!(
        (&second["start_s"], &second["end_s"]),
        (&json!(1800), &json!(3600))
    );
    assert_eq!(
        (&first["queue"], &second["queue"]),
        (&json!("Support"), &json!("Support"))
    );
    assert_close(&mean(first, "offered"), 2.0);
    assert_close(&mean(first, "max_wait_s"), 100.0);
    assert_close(&mean(second, "abandoned"), 1.0);
    assert_close(&mean(second, "service_level"), 0.0);
    assert_eq!(
        mean(second, "mean_talk_s"),
        Value::Null,
        "nothing was answered in it"
    );
    assert_eq!(report["intervals"].as_array().unwrap().len(), 2);
}

#[test]
fn the_warm_up_and_what_joins_at_the_horizon_are_not_counted() {
    let layout = Layout {
        warm_up: Span::from_secs(1800),
        ..layout()
    };
    let report = json_of(
        layout,
        &["1900 answered q0 a0 1799.999999 5 60
           1900 answered q0 a0 1800 10 60
           3700 abandoned q0 3599.999999 30
           3700 abandoned q0 3600 90"],
    );
    let row = &report["queues"]["Support"];
    assert_close(&mean(row, "offered"), 2.0);
    assert_close(&mean(row, "mean_wait_s"), 20.0);
    // The first interval can not be known, and is left out.
    assert_eq!(report["intervals"].as_array().unwrap().len(), 1);
    assert_eq!(report["intervals"][0]["start_s"], json!(1800));
}

#[test]
fn occupancy_with_pauses_wrap_up_and_overlaps() {
    // On duty 0–1000, paused 1000–1400, on duty 1400–2000: 1600 s. Talks
    // 100–200, wrap-up 200–230, talks 220–300: busy for 200 s, as the ten
    // seconds of both count once.
    let report = json_of(
        layout(),
        &["0 login a0 q0
           100 answer a0 q0
           200 answered q0 a0 90 10 100
           200 wrapup a0 q0
           220 answer a0 q0
           230 ready a0 q0
           300 answered q0 a0 210 10 80
           1000 pause a0 q0
           1400 login a0 q0
           2000 logout a0 q0"],
    );
    assert_close(
        &mean(&report["queues"]["Support"], "occupancy"),
        200.0 / 1600.0,
    );
    assert_close(&mean(&report["intervals"][0], "occupancy"), 200.0 / 1400.0);
    assert_close(&mean(&report["intervals"][1], "occupancy"), 0.0);
}

#[test]
fn work_is_split_between_intervals() {
    let report = json_of(
        layout(),
        &["0 login a0 q0
           1700 answer a0 q0
           2000 answered q0 a0 1690 10 300
           2000 wrapup a0 q0
           2100 ready a0 q0"],
    );
    assert_close(&mean(&report["intervals"][0], "occupancy"), 100.0 / 1800.0);
    assert_close(&mean(&report["intervals"][1], "occupancy"), 300.0 / 1800.0);
    assert_close(
        &mean(&report["queues"]["Support"], "occupancy"),
        400.0 / 3600.0,
    );
}

#[test]
fn work_is_clipped_to_the_counted_time() {
    // Talks from before the warm-up's end, and till after the horizon.
    let layout = Layout {
        warm_up: Span::from_secs(600),
        ..layout()
    };
    let report = json_of(
        layout,
        &["0 login a0 q0
           500 answer a0 q0
           700 answered q0 a0 490 10 200
           3500 answer a0 q0
           3900 answered q0 a0 3490 10 400"],
    );
    assert_close(
        &mean(&report["queues"]["Support"], "occupancy"),
        200.0 / 3000.0,
    );
}

#[test]
fn the_last_call_after_logging_out_counts_as_duty_and_as_work() {
    let report = json_of(
        layout(),
        &["0 login a0 q0
           900 answer a0 q0
           1000 logout a0 q0
           1200 answered q0 a0 890 10 300
           1200 wrapup a0 q0
           1250 ready a0 q0"],
    );
    assert_close(
        &mean(&report["queues"]["Support"], "occupancy"),
        350.0 / 1250.0,
    );
}

#[test]
fn an_agent_whose_telephone_is_down_is_not_on_duty() {
    let script = "0 login a0 q0
         100 up a0
         300 answer a0 q0
         400 answered q0 a0 290 10 100
         500 down a0
         600 up a0
         1100 logout a0 q0";
    // Told of nothing before, a telephone is up or down as the layout says.
    for (telephones_start_up, on_duty) in [(true, 1000.0), (false, 900.0)] {
        let report = json_of(
            Layout {
                telephones_start_up,
                ..layout()
            },
            &[script],
        );
        assert_close(
            &mean(&report["queues"]["Support"], "occupancy"),
            100.0 / on_duty,
        );
    }
}

#[test]
fn a_connection_that_failed_ends_the_work() {
    let report = json_of(
        layout(),
        &["0 login a0 q0
           100 answer a0 q0
           110 lost a0 q0
           200 abandoned q0 90 110
           1000 logout a0 q0"],
    );
    assert_close(
        &mean(&report["queues"]["Support"], "occupancy"),
        10.0 / 1000.0,
    );
}

#[test]
fn whoever_takes_a_deleted_place_starts_from_nothing() {
    let report = json_of(
        Layout {
            groups: vec!["Agents".to_owned(), "Others".to_owned()],
            ..layout()
        },
        &["0 login a0 q0
           100 answer a0 q0
           200 down a0
           300 answered q0 a0 50 50 200
           400 logout a0 q0
           500 login a0.1 q0
           600 answer a0.1 q0
           700 answered q0 a0.1 550 50 100
           800 abandoned q0.1 700 100
           1000 logout a0.1 q0"],
    );
    let figures = &report["queues"]["Support"];
    assert_close(&mean(figures, "offered"), 2.0);
    // 300 s till the first went home, 500 s of the second, whose own telephone
    // is up.
    assert_close(
        &mean(figures, "occupancy"),
        (200.0 + 100.0) / (300.0 + 500.0),
    );
    // Only the first belongs to the group.
    assert_close(&mean(&report["groups"]["Agents"], "answered"), 1.0);
}

#[test]
fn several_queues_and_groups() {
    let report = json_of(two_queues(), &[TWO_QUEUES]);
    let queues = &report["queues"];
    assert_close(&mean(&queues["Zebra"], "service_level"), 0.0);
    assert_close(&mean(&queues["Apple"], "service_level"), 0.5);
    assert_close(&mean(&report["all"], "service_level"), 1.0 / 3.0);
    assert_close(&mean(&report["all"], "max_wait_s"), 50.0);
    // Agent 0 is on duty for 2000 s wherever that is; 200 s busy.
    assert_close(&mean(&queues["Zebra"], "occupancy"), 200.0 / 2000.0);
    assert_close(&mean(&queues["Apple"], "occupancy"), 800.0 / 5000.0);
    assert_close(&mean(&report["all"], "occupancy"), 800.0 / 5000.0);
    assert_close(&mean(&report["groups"]["Seniors"], "answered"), 2.0);
    assert_close(&mean(&report["groups"]["Juniors"], "answered"), 1.0);
    assert_close(&mean(&report["groups"]["Seniors"], "occupancy"), 0.1);
    assert_close(&mean(&report["groups"]["Juniors"], "occupancy"), 0.2);
    let order: Vec<&Value> = report["intervals"].as_array().unwrap().iter().collect();
    let names: Vec<Value> = order
        .iter()
        .map(|element| element["queue"].clone())
        .collect();
    let wanted = [json!("Zebra"), json!("Apple"), Value::Null];
    assert_eq!(names, [wanted.clone(), wanted].concat());
    assert_close(&mean(order[2], "offered"), 3.0);
}

#[test]
fn queues_stand_in_the_order_of_the_layout() {
    let layout = Arc::new(two_queues());
    let summary = Summary::of(Arc::clone(&layout), &[tally(&layout, TWO_QUEUES)]);
    let about = About::default();
    let report = Report {
        about: &about,
        summary: &summary,
        expectations: &[],
        actual: &[],
    };
    let text = to_json(&report);
    assert!(text.find("\"Zebra\": {") < text.find("\"Apple\": {"));
    assert!(text.find("\"Seniors\": {") < text.find("\"Juniors\": {"));
}

#[test]
fn days_are_folded_into_one() {
    // Two days of an hour each, folded: counts are those of one day.
    let layout = Layout {
        horizon: Span::from_secs(7200),
        fold: Some(Span::from_secs(3600)),
        ..layout()
    };
    let report = json_of(
        layout,
        &["0 login a0 q0
           70 answered q0 a0 60 5 5
           1900 abandoned q0 1850 50
           3700 answer a0 q0
           3800 answered q0 a0 3650 50 100
           3900 answered q0 a0 3800 15 85"],
    );
    let intervals = report["intervals"].as_array().unwrap();
    assert_eq!(intervals.len(), 2);
    assert_close(&mean(&intervals[0], "offered"), 1.5);
    assert_close(&mean(&intervals[0], "max_wait_s"), 50.0);
    assert_close(&mean(&intervals[0], "service_level"), 2.0 / 3.0);
    assert_close(&mean(&intervals[0], "occupancy"), 100.0 / 3600.0);
    assert_close(&mean(&intervals[1], "offered"), 0.5);
    assert_close(&mean(&report["queues"]["Support"], "offered"), 4.0);
}

#[test]
fn an_origin_moves_everything() {
    let layout = Layout {
        origin: Timestamp::from_secs(50_000),
        ..layout()
    };
    let report = json_of(
        layout,
        &["10 login a0 q0
           50010 answered q0 a0 49999.999999 5 5
           50070 answered q0 a0 50000 10 60
           51900 answer a0 q0
           52080 answered q0 a0 51850 50 180
           53600 abandoned q0 53600 0"],
    );
    assert_close(&mean(&report["queues"]["Support"], "offered"), 2.0);
    assert_close(
        &mean(&report["queues"]["Support"], "occupancy"),
        180.0 / 3600.0,
    );
    assert_close(&mean(&report["intervals"][1], "offered"), 1.0);
}

/// A replication in which one call waits each of these times.
fn waits(seconds: &[u64]) -> String {
    seconds
        .iter()
        .map(|s| format!("1000 answered q0 a0 0 {s} 60\n"))
        .collect()
}

#[test]
fn means_and_student_intervals_over_replications() {
    // The waits 10, 12, 17: mean 13, standard deviation √13, t(0.975, 2) =
    // 4.302653: 13 ± 4.302653 · √13 / √3.
    let scripts = [waits(&[10]), waits(&[12]), waits(&[17])];
    let report = json_of(layout(), &scripts.each_ref().map(String::as_str));
    let wait = &report["queues"]["Support"]["mean_wait_s"];
    assert_close(&wait["mean"], 13.0);
    let half = 4.302_652_729_911_275 * (13.0_f64 / 3.0).sqrt();
    assert_close(&wait["ci95"][0], 13.0 - half);
    assert_close(&wait["ci95"][1], 13.0 + half);
    let offered = &report["queues"]["Support"]["offered"];
    assert_eq!(offered, &json!({ "mean": 1.0, "ci95": [1.0, 1.0] }));
    assert_eq!(report["replications"], json!(3));
}

#[test]
fn student_quantiles_are_those_of_the_tables() {
    // t(0.975, n − 1) as published. Of n values, half 0 and half 2 (and one
    // more 1 where n is odd), the sum of squares is the number of the others.
    let table = [
        (2, 12.706_204_736_174_69),
        (3, 4.302_652_729_911_275),
        (5, 2.776_445_105_197_793),
        (10, 2.262_157_162_798_205),
        (30, 2.045_229_642_132_703),
        (101, 1.983_971_518_523_552),
        (1001, 1.962_339_080_826_408),
    ];
    for (n, t) in table {
        let mut moments = Moments::default();
        for index in 0..n {
            moments.add(if n % 2 == 1 && index == 0 {
                1.0
            } else {
                f64::from(index % 2) * 2.0
            });
        }
        let pairs = f64::from(n / 2 * 2);
        let error = (pairs / f64::from(n - 1) / f64::from(n)).sqrt();
        let half = moments.estimate().half_width().unwrap();
        assert!(
            (half / error - t).abs() < 1e-9,
            "{n}: {} instead of {t}",
            half / error
        );
    }
}

#[test]
fn an_unknown_figure_is_left_out_of_the_mean() {
    let scripts = [
        "",
        "1000 answered q0 a0 0 8 60",
        "1000 abandoned q0 0 4",
        "",
    ];
    let report = json_of(layout(), &scripts);
    let row = &report["queues"]["Support"];
    assert_close(&mean(row, "mean_wait_s"), 6.0);
    assert_ne!(row["mean_wait_s"]["ci95"], Value::Null);
    assert_eq!(row["mean_talk_s"], json!({ "mean": 60.0, "ci95": null }));
    assert_eq!(row["occupancy"], json!({ "mean": null, "ci95": null }));
    assert_close(&mean(row, "offered"), 0.5);
    assert_close(&mean(&report["intervals"][1], "offered"), 0.0);
    assert_eq!(mean(&report["intervals"][1], "service_level"), Value::Null);
}

#[test]
fn replications_fed_one_by_one_give_the_same_bytes() {
    let layout = Arc::new(two_queues());
    let scripts: Vec<String> = (0..7).map(|n| waits(&[n, n * n % 11, 3 * n + 1])).collect();
    let tallies: Vec<Tally> = scripts
        .iter()
        .map(|script| tally(&layout, script))
        .collect();
    let about = About::default();
    let mut builder = SummaryBuilder::new(Arc::clone(&layout));
    for tally in &tallies {
        builder.add(tally);
    }
    let summaries = [builder.summary(), Summary::of(layout, &tallies)];
    let [one, other] = summaries.each_ref().map(|summary| {
        to_json(&Report {
            about: &about,
            summary,
            expectations: &[],
            actual: &[],
        })
    });
    assert_eq!(one, other);
}
