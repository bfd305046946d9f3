//! The live driver: what it promises about time, disks, panics and restarts.

mod configuration;
mod crashes;
mod explain;
mod panics;
mod recovery;
mod shedding;
mod time;

/// A small centre where much happens: short times, two queues, everything told.
pub const CENTRE: &str = r#"
[options]
push_records = true

[[extension]]
numbers = "1001-1004"

[[queue]]
number = "6400"
name = "Support"
strategy = "least_recent"
static_agents = ["1001", "1002"]
dynamic_agents = ["1003"]
agent_timeout_s = 10
retry_interval_s = 2
wrap_up_s = 3
max_waiting_s = 60
max_callers = 5
failover = "queue 6401"
notify_managers = ["missed", "abandoned"]
managers = ["1004"]

[[queue]]
number = "6401"
name = "Overflow"
strategy = "ring_all"
static_agents = ["1002", "1004"]
agent_timeout_s = 5
max_waiting_s = 20
"#;
