//! quick
use std::sync::Arc;
use tandem_engine::{config::model::*, *};
use tandem_reports::*;
use tandem_sim::{arrivals::Arrivals, distribution::Distribution, scenario::*, world::replicate};
fn main() {
    let n: u64 = 100;
    let calls: f64 = std::env::args().nth(2).map_or(1e6, |a| a.parse().unwrap());
    let mut q = QueueConfig::new("6400".parse().unwrap(), "Q");
    q.strategy = match std::env::args().nth(1).as_deref() {
        Some("random") => Strategy::Random,
        Some("rr") => Strategy::Rrmemory,
        Some("linear") => Strategy::Linear,
        Some("fewest") => Strategy::FewestCalls,
        _ => Strategy::LeastRecent,
    };
    q.wrap_up = Span::ZERO;
    q.retry_interval = Span::ZERO;
    q.max_waiting = Span::ZERO;
    q.sla_time = Span::from_secs(20);
    let mut config = Config::default();
    let mut people = vec![];
    for i in 0..n {
        let e = Number::from_u64(1001 + i);
        config.extensions.push(ExtensionConfig::new(e));
        q.members.push(MemberConfig {
            extension: e,
            kind: MemberKind::Dynamic,
        });
        people.push(Person {
            extension: e,
            logs_in: true,
            present: true,
            duties: vec![],
        });
    }
    config.queues.push(q);
    let rate = 95.0 / 180.0;
    let horizon = Span::from_micros((calls / rate * 1e6) as u64);
    let layout = Arc::new(Layout {
        horizon,
        interval: Span::ZERO,
        queues: vec![QueueLayout {
            name: "Q".into(),
            sla_time: Span::from_secs(20),
        }],
        ..Layout::default()
    });
    let s = Scenario {
        name: "x".into(),
        description: String::new(),
        seed: 1,
        replications: 1,
        layout: layout.clone(),
        start: None,
        wall_offset: 0,
        config,
        callers: vec![Callers {
            name: "c".into(),
            dials: "6400".parse().unwrap(),
            arrivals: Arrivals(Distribution::exponential(1.0 / rate).unwrap()),
            nature: Nature::Drawn {
                handle_time: Distribution::exponential(180.0).unwrap(),
                patience: Some(Distribution::exponential(120.0).unwrap()),
            },
        }],
        agents: vec![Agents {
            name: "a".into(),
            people,
            answer_delay: Distribution::deterministic(0.0).unwrap(),
            missed_rings: 0.0,
        }],
        expectations: vec![],
        actual: vec![],
    };
    for r in 0..std::env::args().nth(3).map_or(3, |a| a.parse().unwrap()) {
        let t = std::time::Instant::now();
        let (mut tally, end) = replicate(&s, r, Tally::new(layout.clone()));
        tally.close(end);
        let dt = t.elapsed().as_secs_f64();
        let mut b = SummaryBuilder::new(layout.clone());
        b.add(&tally);
        let f = tally.figures(None);
        println!("{dt:.3}s {:?}", f);
        println!(
            "{:.0} ns/call {:.2} M calls/s",
            dt * 1e9 / f.get(Figure::Offered).unwrap(),
            f.get(Figure::Offered).unwrap() / dt / 1e6
        );
    }
}
