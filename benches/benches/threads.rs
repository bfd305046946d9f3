//! What a second thread brings: the same replications on one and on two, in
//! turns, by the clock and by the processor time that they cost.

use std::hint::black_box;

use tandem_benches::bare::C100;
use tandem_benches::paired::{Party, Size, compare};
use tandem_benches::tandem::{offered, scenario, simulate};

const REPLICATIONS: u32 = 20;

fn main() {
    let size = Size::asked();
    let calls = size.choose(50_000, 15_000, 1_000);
    let scenario = scenario(C100, calls, REPLICATIONS);
    let run = |threads| offered(&black_box(simulate(&scenario, threads)));
    let rounds = size.choose(11, 7, 1);
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let title = format!(
        "{REPLICATIONS} replications of about {calls} calls, {} agents, {cores} cores",
        C100.agents
    );
    let mut parties = [
        Party::by_the_clock("one thread", || run(1)),
        Party::by_the_clock("two threads", || run(2)),
    ];
    let table = compare(&format!("By the clock: {title}"), rounds, &mut parties);
    println!("{table}");
    let mut parties = [
        Party::timed("one thread", || run(1)),
        Party::timed("two threads", || run(2)),
    ];
    let table = compare(&format!("Processor time: {title}"), rounds, &mut parties);
    println!("{table}");
}
