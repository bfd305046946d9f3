//! Who may do what in a random queue, and who sees its records.

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use tandem_engine::Number;
use tandem_engine::config::rights::{AgentLogs, Permissions, Right, Rights};

use super::extension;

/// What managers and agents may, in bits, and who sees records.
#[derive(Clone, Debug)]
pub(super) struct RightsDraft {
    managers: u16,
    agents: u16,
    logs: (bool, bool),
    viewers: Option<Vec<u8>>,
    pub(super) record: bool,
}

pub(super) fn rights_draft() -> impl Strategy<Value = RightsDraft> {
    let logs = any::<(bool, bool)>();
    let viewers = option::weighted(0.2, vec(0..8_u8, 0..=2));
    let rights = (any::<u16>(), any::<u16>(), logs, viewers, any::<bool>());
    rights.prop_map(|(managers, agents, logs, viewers, record)| RightsDraft {
        record,
        managers,
        agents,
        logs,
        viewers,
    })
}

impl RightsDraft {
    pub(super) fn permissions(&self, extensions: &[Number]) -> Permissions {
        let rights = |bits: u16, fits: fn(Right) -> bool| {
            let all = Right::ALL.iter().copied().filter(|&right| fits(right));
            let chosen = all.filter(|&right| bits & (1 << right as u16) != 0);
            Rights::of(&chosen.collect::<Vec<_>>())
        };
        let viewers = self.viewers.as_ref().map(|places| {
            let mut viewers: Vec<_> = places.iter().map(|&place| extension(place)).collect();
            viewers.sort_unstable();
            viewers.dedup();
            viewers.retain(|viewer| extensions.contains(viewer));
            viewers
        });
        Permissions {
            managers: rights(self.managers, |_| true),
            agents: rights(self.agents, Right::is_for_agents),
            agent_logs: AgentLogs {
                answered: self.logs.0,
                missed: self.logs.1,
                viewers,
            },
        }
    }
}
