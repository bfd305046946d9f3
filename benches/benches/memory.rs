//! How much memory a long replication takes: the same scenario ten times as
//! long must not take more. Each run is a process of its own, as a peak is
//! never forgotten within one.

use std::process::Command;

use tandem_benches::bare::C100;
use tandem_benches::paired::Size;
use tandem_benches::tandem::{offered, scenario, simulate};

const CHILD: &str = "--simulate";
/// So much may be used.
const PEAK_MIB_MAX: f64 = 64.0;

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    if let [_, flag, calls] = arguments.as_slice()
        && flag == CHILD
    {
        return child(calls.parse().expect("a number of calls"));
    }
    let calls = Size::asked().choose(1_000_000, 100_000, 10_000);
    let [short, long] = [calls, 10 * calls].map(|calls| {
        let peak = peak_mib(calls);
        println!("{calls:>10} calls in one replication: at most {peak:.1} MiB");
        peak
    });
    println!(
        "Ten times the calls take {:.2} times the memory; {PEAK_MIB_MAX} MiB are allowed.",
        long / short
    );
}

fn child(calls: u64) {
    let summary = simulate(&scenario(C100, calls, 1), 1);
    assert!(offered(&summary) > 0, "nobody called");
    println!("{}", own_peak_kib());
}

/// The most memory that this process ever had in use.
fn own_peak_kib() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").expect("Linux tells it");
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let peak = peak.and_then(|peak| peak.split_whitespace().next());
    peak.and_then(|peak| peak.parse().ok())
        .expect("the peak is told in kB")
}

fn peak_mib(calls: u64) -> f64 {
    let program = std::env::current_exe().expect("this program has a path");
    let output = Command::new(program)
        .args([CHILD, &calls.to_string()])
        .output()
        .expect("this program starts again");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "the run failed:\n{said}");
    let kib = String::from_utf8_lossy(&output.stdout);
    let kib: f64 = kib.trim().parse().expect("the peak is a number");
    kib / 1024.0
}
