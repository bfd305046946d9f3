//! What is rendered of the figures.

use std::sync::Arc;

use tandem_engine::Span;
use tandem_reports::{
    About, Actual, CalendarStart, Expectation, Figure, Layout, QueueLayout, Report, Summary,
    TableOptions, Tally, to_html, to_json, to_table,
};

use crate::script::{TWO_QUEUES, layout, queue, tally, two_queues};

#[test]
fn the_shape_of_json() {
    let layout = Arc::new(Layout {
        interval: Span::ZERO,
        ..layout()
    });
    let about = About {
        scenario: "morning".to_owned(),
        seed: 7,
        start: Some(CalendarStart::on(2024, 2, 29, 8 * 3600 + 1800)),
        ..About::default()
    };
    let script = "0 login a0 q0\n70 answered q0 a0 5 5 60 rung";
    let summary = Summary::of(Arc::clone(&layout), &[tally(&layout, script)]);
    let expectations = [Expectation {
        text: "service_level >= 0.8".to_owned(),
        figure: "service_level".to_owned(),
        wanted: 0.8,
        seen: Some(1.0),
        met: true,
    }];
    let report = Report {
        about: &about,
        summary: &summary,
        expectations: &expectations,
        actual: &[],
    };
    let figures = [
        ("offered", "1.0"),
        ("answered", "1.0"),
        ("abandoned", "0.0"),
        ("missed", "0.0"),
        ("service_level", "1.0"),
        ("probability_of_wait", "0.0"),
        ("abandonment", "0.0"),
        ("mean_wait_s", "5.0"),
        ("mean_wait_answered_s", "5.0"),
        ("max_wait_s", "5.0"),
        ("mean_talk_s", "60.0"),
        ("mean_hold_s", "0.0"),
        ("occupancy", "0.0"),
        ("callbacks", "0.0"),
        ("called_back", "0.0"),
        ("callbacks_failed", "0.0"),
        ("mean_callback_wait_s", "null"),
    ];
    let figures = figures.map(|(key, mean)| format!(r#""{key}":{{"mean":{mean},"ci95":null}}"#));
    let figures = figures.join(",");
    let wanted = format!(
        r#"{{"scenario":"morning","seed":7,"replications":1,"queues":{{"Support":{{{figures}}}}},
        "intervals":[{{"start_s":0,"end_s":3600,"start":"2024-02-29T08:30","queue":"Support",
        {figures}}}],"expectations":[{{"text":"service_level>=0.8","figure":"service_level",
        "wanted":0.8,"seen":1.0,"met":true}}]}}"#
    );
    let bare = |text: &str| text.split_whitespace().collect::<String>();
    assert_eq!(bare(&to_json(&report)), bare(&wanted));
}

/// Renders a report of the scripts.
fn render(
    layout: Layout,
    about: &About,
    scripts: &[&str],
    render: impl Fn(&Report<'_>) -> String,
) -> String {
    let layout = Arc::new(layout);
    let tallies: Vec<Tally> = scripts
        .iter()
        .map(|script| tally(&layout, script))
        .collect();
    let summary = Summary::of(layout, &tallies);
    let expectations = [
        expectation(
            "service_level of Zebra >= 80 %",
            "service_level",
            0.8,
            Some(0.75),
        ),
        expectation("mean_wait_s of Zebra <= 30", "mean_wait_s", 30.0, None),
    ];
    render(&Report {
        about,
        summary: &summary,
        expectations: &expectations,
        actual: &[],
    })
}

fn expectation(text: &str, figure: &str, wanted: f64, seen: Option<f64>) -> Expectation {
    Expectation {
        text: text.to_owned(),
        figure: figure.to_owned(),
        wanted,
        seen,
        met: false,
    }
}

// Waits of 5, 70, 15 and of 7, 40, 300 seconds; t(0.975, 1) = 12.706.
const NOON: &str = "\
noon: 2 replications, seed 3

                              Support
──────────────────────────────────────
 Offered calls                      3
 Answered                           2
 Abandoned                          1
 Missed                             0
 Service level         50.0 ± 211.8 %
 Had to wait                   66.7 %
 Abandonment                   33.3 %
 Mean wait             72.8 ± 544.2 s
 Mean wait, answered    16.8 ± 85.8 s
 Longest wait           185 ± 1,461 s
 Mean talk              53.5 ± 82.6 s
 Occupancy                          –

Support, by interval

 Interval      Offered    Answered      Abandoned   Service level         Mean wait
                                                %               %                 s
────────────────────────────────────────────────────────────────────────────────────
 00:00–00:10         1   1.0          0.0           100.0             6.0 ±    12.7
 00:10–00:20         1   0.5 ± 6.4   50.0 ± 635.3     0.0            55.0 ±   190.6
 00:20–00:50         –     –            –               –               –
 00:50–01:00         1   0.5 ± 6.4   50.0 ± 635.3    50.0 ± 635.3   157.5 ± 1,810.6

Expectations
  NOT MET  service_level of Zebra >= 80 %: 75.0 %
  NOT MET  mean_wait_s of Zebra <= 30: unknown
";

#[test]
fn a_table_for_the_terminal() {
    let layout = Layout {
        interval: Span::from_secs(600),
        ..layout()
    };
    let about = About {
        scenario: "noon".to_owned(),
        seed: 3,
        ..About::default()
    };
    let scripts = [
        "70 answered q0 a0 5 5 60 rung\n700 abandoned q0 630 70\n3500 answered q0 a0 3000 15 60",
        "70 answered q0 a0 5 7 64 rung\n700 answered q0 a0 630 40 30\n3500 abandoned q0 3000 300",
    ];
    let table = |options| {
        render(layout.clone(), &about, &scripts, |report| {
            to_table(report, options)
        })
    };
    let text = table(TableOptions {
        ascii: false,
        intervals: true,
    });
    // The columns of the longest wait and of occupancy are not repeated here.
    let lines = text
        .lines()
        .map(|line| line.chars().take(84).collect::<String>());
    let text: String = lines.map(|line| format!("{}\n", line.trim_end())).collect();
    assert_eq!(text, NOON);
    let plain = table(TableOptions {
        ascii: true,
        intervals: true,
    });
    assert!(plain.is_ascii(), "{plain}");
    assert!(plain.contains("+/-"), "{plain}");
    let short = table(TableOptions::default());
    assert!(!short.contains("by interval"), "{short}");
}

#[test]
fn agents_without_calls_have_rows_of_their_own() {
    let layout = Layout {
        interval: Span::from_secs(600),
        ..layout()
    };
    let script = "1200 login a0 q0
         2400 logout a0 q0";
    let options = TableOptions {
        ascii: true,
        intervals: true,
    };
    let text = render(layout, &About::default(), &[script], |report| {
        to_table(report, options)
    });
    for row in ["00:00-00:20", "00:20-00:30", "00:30-00:40", "00:40-01:00"] {
        assert_eq!(text.matches(row).count(), 1, "{row} in {text}");
    }
}

#[test]
fn tables_are_at_most_120_columns_wide() {
    let queues: Vec<QueueLayout> = (0..7)
        .map(|slot| {
            queue(
                &format!("A queue whose name is far too long to be read, {slot}"),
                20,
            )
        })
        .collect();
    let layout = Layout {
        horizon: Span::from_secs(3 * 86_400),
        queues,
        ..layout()
    };
    let about = About {
        start: Some(CalendarStart::on(2026, 9, 30, 0)),
        ..About::default()
    };
    let calls = |n: u64| -> String {
        let call = |at: u64| {
            format!(
                "{at} answered q{} a0 {} {} {}\n",
                at % 7,
                at * 40,
                at * n % 997,
                at * n % 1777
            )
        };
        (1..6000).map(call).collect()
    };
    let scripts = [calls(3), calls(5), calls(11)];
    for ascii in [false, true] {
        let options = TableOptions {
            ascii,
            intervals: true,
        };
        let scripts = scripts.each_ref().map(String::as_str);
        let text = render(layout.clone(), &about, &scripts, |report| {
            to_table(report, options)
        });
        let widest = text.lines().map(|line| line.chars().count()).max();
        assert!(widest <= Some(120), "{widest:?}");
        assert!(text.contains("Wed 30 Sep 08:00"));
    }
}

#[test]
fn a_page_needs_nothing_else_and_escapes_every_name() {
    let evil = "<script>alert('&\"')</script>";
    let layout = Layout {
        queues: vec![queue(evil, 20), queue("\"><img src=x onerror=y>", 20)],
        groups: vec![evil.to_owned(), "B".to_owned()],
        ..two_queues()
    };
    let about = About {
        scenario: evil.to_owned(),
        description: evil.to_owned(),
        targets: vec![Some(0.8)],
        ..About::default()
    };
    let page = render(
        layout,
        &about,
        &[TWO_QUEUES, TWO_QUEUES, TWO_QUEUES],
        to_html,
    );
    for forbidden in [
        "<script", "<img", "<link", "http:", "https:", "url(", "@import", "src=",
    ] {
        let count = page.matches(forbidden).count();
        let harmless = page.matches("&quot;&gt;&lt;img src=x").count();
        assert!(
            count == if forbidden == "src=" { harmless } else { 0 },
            "{forbidden}"
        );
    }
    assert!(page.contains("&lt;script&gt;alert(&#39;&amp;&quot;&#39;)&lt;/script&gt;"));
    assert!(page.contains("✗ not met") && page.contains("All queues"));
    // Every reference leads into the page itself.
    for reference in page.split("href=\"").skip(1) {
        let target = reference
            .split('"')
            .next()
            .unwrap()
            .strip_prefix('#')
            .unwrap();
        assert!(page.contains(&format!("id=\"{target}\"")), "{target}");
    }
}

#[test]
fn a_page_is_well_formed() {
    let about = About {
        scenario: "noon".to_owned(),
        ..About::default()
    };
    // Nothing at all, one call, and many in many intervals.
    let many: String = (1..300)
        .map(|n| {
            format!(
                "{} answered q{} a0 {} {} 9\n",
                n * 12,
                n % 2,
                n * 11,
                n * n % 700
            )
        })
        .collect();
    for script in ["", "70 answered q0 a0 5 5 60", many.as_str()] {
        for interval in [0, 1800, 60] {
            let layout = Layout {
                interval: Span::from_secs(interval),
                ..two_queues()
            };
            let page = render(layout, &about, &[script], to_html);
            assert_balanced(&page);
            assert!(!page.contains("NaN") && !page.contains("inf"), "{page}");
        }
    }
}

/// Every element that is opened is closed, in the reverse order.
fn assert_balanced(page: &str) {
    let mut open: Vec<&str> = Vec::new();
    for tag in page.split('<').skip(1) {
        let tag = tag.split('>').next().expect("a tag");
        let name = tag
            .split_whitespace()
            .next()
            .expect("a name")
            .trim_end_matches('/');
        if name == "!DOCTYPE" || name == "meta" || tag.ends_with('/') {
            continue;
        }
        match name.strip_prefix('/') {
            Some(name) => assert_eq!(open.pop(), Some(name)),
            None => open.push(name),
        }
    }
    assert!(open.is_empty(), "{open:?}");
}

#[test]
fn actual_figures_stand_beside_the_forecast() {
    let layout = Arc::new(layout());
    let forecast = Summary::of(
        Arc::clone(&layout),
        &[tally(
            &layout,
            "70 answered q0 a0 5 5 60\n1900 answered q0 a0 1850 9 30",
        )],
    );
    let seen = tally(
        &layout,
        "99 answered q0 a0 5 33 60\n1999 abandoned q0 1850 77",
    );
    let about = About::default();
    let actual = [Actual::of(&seen, Some(0))];
    assert_eq!(actual[0].total.get(Figure::MeanWait), Some(55.0));
    assert_eq!(actual[0].intervals[1].get(Figure::Abandonment), Some(1.0));
    let report = Report {
        about: &about,
        summary: &forecast,
        expectations: &[],
        actual: &actual,
    };
    let page = to_html(&report);
    for text in [
        ">forecast<",
        ">actual<",
        "actual <b>55.0 s</b>",
        "Actual: 33.0 s",
    ] {
        assert!(page.contains(text), "{text}");
    }
    let table = to_table(&report, TableOptions::default());
    let row = |title: &str| {
        let line = table.lines().find(|line| line.contains(title)).unwrap();
        line.split_whitespace().collect::<Vec<_>>().join(" ")
    };
    assert_eq!(row("Support"), "Support Actual");
    assert_eq!(row("Mean wait "), "Mean wait 7.0 s 55.0 s");
    assert_eq!(row("Abandoned "), "Abandoned 0 1");
    // A log of calls does not tell who was free.
    assert!(row("Occupancy").ends_with(" –"), "{table}");
    let json: serde_json::Value = serde_json::from_str(&to_json(&report)).unwrap();
    let actual = &json["actual"]["queues"]["Support"];
    assert_eq!(actual["mean_wait_s"], 55.0);
    assert_eq!(actual["occupancy"], serde_json::Value::Null);
    assert_eq!(json["actual"].as_object().unwrap().len(), 1);
    assert_eq!(json["intervals"][1]["actual"]["abandonment"], 1.0);

    let report = Report {
        actual: &[],
        ..report
    };
    let page = to_html(&report);
    assert!(!page.contains("forecast<") && !page.contains("actual <b>"));
    assert!(!to_table(&report, TableOptions::default()).contains("Actual"));
    assert!(!to_json(&report).contains("\"actual\""));
}

#[test]
fn calendar_starts_have_the_right_dates() {
    let day = |days: u64| Span::from_secs(days * 86_400);
    let start = CalendarStart::on(2023, 12, 31, 82_800);
    assert_eq!(start.text(Span::ZERO, true), "2023-12-31T23:00");
    assert_eq!(start.text(Span::from_secs(3600), true), "2024-01-01T00:00");
    assert_eq!(start.text(day(60), true), "2024-02-29T23:00");
    assert_eq!(start.text(day(61), true), "2024-03-01T23:00");
    assert_eq!(start.text(day(61), false), "23:00");
    assert_eq!(CalendarStart::on(1970, 1, 1, 0).date, Some(0));
    assert_eq!(CalendarStart::on(2000, 3, 1, 0).date, Some(11_017));
    assert_eq!(CalendarStart::at(30_601).text(Span::ZERO, true), "08:30:01");
}
