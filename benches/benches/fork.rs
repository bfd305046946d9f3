//! Forking a busy centre: 200 agents who talk, 100 callers who wait. A fork, a
//! snapshot and what reads it back are to take less than a millisecond each.

use criterion::{Criterion, criterion_group, criterion_main};
use tandem_benches::centre::{Centre, call_to};
use tandem_engine::Engine;
use tandem_engine::config::model::Strategy;

const AGENTS: u64 = 200;
const WAITING: u64 = 100;

fn busy_centre() -> Engine {
    let mut centre = Centre::new(1, AGENTS, Strategy::LeastRecent);
    for _ in 0..AGENTS {
        centre.feed(call_to(0));
        centre.answer();
    }
    for _ in 0..WAITING {
        centre.feed(call_to(0));
    }
    centre.engine
}

fn fork(criterion: &mut Criterion) {
    let engine = busy_centre();
    let snapshot = engine.snapshot();
    println!("A snapshot has {} bytes.", snapshot.len());
    let mut group = criterion.benchmark_group("busy_centre");
    group.bench_function("fork", |b| b.iter(|| engine.clone()));
    group.bench_function("snapshot", |b| b.iter(|| engine.snapshot()));
    group.bench_function("restore", |b| b.iter(|| Engine::restore(&snapshot)));
    group.bench_function("hash", |b| b.iter(|| engine.hash()));
    group.finish();
}

criterion_group!(benches, fork);
criterion_main!(benches);
