//! Erlang-A without anything around it: the time of 100,000 calls.

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use tandem_benches::bare::{Bare, C10, C100, run_events};

const CALLS: u64 = 100_000;
const SEED: u64 = 1;

fn erlang_a(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("erlang_a");
    group
        .throughput(Throughput::Elements(CALLS))
        .sample_size(20);
    for case in [C100, C10] {
        let mut bare = Bare::new(case, SEED);
        // The first calls find an empty centre and are cheaper than the rest.
        bare.run(CALLS);
        group.bench_function(format!("bare/{}", case.name), |b| {
            b.iter(|| bare.run(CALLS))
        });
        group.bench_function(format!("events/{}", case.name), |b| {
            b.iter(|| run_events(case, SEED, CALLS));
        });
    }
    group.finish();
}

criterion_group!(benches, erlang_a);
criterion_main!(benches);
