//! Call flows: from node to node, until one leads the call elsewhere.

use crate::acd::closed::{Reason, closed};
use crate::calls::{Goal, goal, prompt_named};
use crate::config::points::{FlowNode, FlowStep, NodeKind, PointKind};
use crate::event::{Branch, EndReason, Event};
use crate::ids::{CallId, PointId};
use crate::limits::FLOW_NODES_MAX;
use crate::mark::Mark;
use crate::state::{State, Then};
use crate::step::Step;
use crate::trace::Trace;

impl<T: Trace> Step<'_, T> {
    /// A call goes on in a flow from this step; or says where it goes from there. Nodes
    /// never run in a circle, so it does not come back.
    pub(crate) fn flow_from(
        &mut self,
        id: CallId,
        point: PointId,
        mut step: FlowStep,
    ) -> Result<(), Goal> {
        for _ in 0..=FLOW_NODES_MAX {
            let name = match step {
                FlowStep::Go(to) => return Err(goal(self.s, &to)),
                FlowStep::Node(name) => name,
            };
            let Some(node) = node(self.s, point, &name) else {
                // The flow was changed or deleted while a prompt of it played.
                self.sometimes(Mark::MenuDeleted);
                return Err(Goal::End(EndReason::NoDestination));
            };
            let (branch, next) = match &node.kind {
                NodeKind::Prompt { prompt, then } => match prompt_named(self.s, prompt) {
                    Some(prompt) => {
                        let then = Then::Step(point, then.clone());
                        self.play_prompt(id, prompt, then);
                        return Ok(());
                    }
                    None => return Err(Goal::End(EndReason::NoDestination)),
                },
                NodeKind::Caller {
                    begins,
                    then,
                    otherwise,
                } => {
                    let caller = self.s.parties[self.s.calls[id].party].number;
                    let matches = begins.iter().any(|begins| caller.starts_with(*begins));
                    if matches {
                        (Branch::CallerMatches, then)
                    } else {
                        (Branch::CallerOther, otherwise)
                    }
                }
                NodeKind::Hours {
                    hours,
                    open,
                    closed: outside,
                    holiday,
                } => match closed(self.s, hours, false, self.now) {
                    None => (Branch::Open, open),
                    Some(Reason::Holiday(_)) => (Branch::Holiday, holiday),
                    Some(Reason::OutsideHours) => (Branch::Closed, outside),
                },
            };
            let next = next.clone();
            let number = self.s.points[point].config.number;
            self.tell(Event::FlowBranched {
                call: id,
                point: number,
                node: name,
                branch,
            });
            step = next;
        }
        unreachable!("nodes run in a circle")
    }
}

/// The node of a flow with a name.
fn node<'s>(s: &'s State, point: PointId, name: &str) -> Option<&'s FlowNode> {
    match &s.points.get(point)?.config.kind {
        PointKind::CallFlow(flow) => flow.node(name),
        _ => None,
    }
}
