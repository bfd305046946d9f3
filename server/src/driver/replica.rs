//! An engine, and what is derived from its entries one by one.

use tandem_engine::config::model::MemberKind;
use tandem_engine::records::QueueCall;
use tandem_engine::records::callbacks::{Callback, CallbackEnd};
use tandem_engine::{
    AgentId, AgentStatus, By, CallId, Effect, EffectKind, Engine, Entry, Event, Input, Number,
    OfferEnd, Outbox, QueueId, Recording, Span, Timestamp,
};
use xxhash_rust::xxh3::xxh3_128;

use super::run::Apply;
use crate::store::{
    Aggregate, CallRecord, CallbackRow, CallbackState, CallbackStep, Head, KeptRow, LogKey,
    LogStep, Names, QueueFacts, RecordKey, RowChange, Stamp, StatusRow, SurveyRow,
};

/// The state after some entry. Live, in a replay and after a panic it moves on
/// in the same way, so that all of them write the same rows.
#[derive(Clone, Debug)]
pub(crate) struct Replica {
    pub(crate) engine: Engine,
    pub(crate) names: Names,
    /// Rolling hash of every output so far.
    pub(crate) hash: u128,
}

impl Replica {
    /// Where nothing of this engine is in the journal yet: before the very
    /// first entry, or where one begins anew.
    pub(crate) fn beginning(head: &Head) -> Self {
        Self {
            engine: Engine::anew(head.seed, head.anew_after, head.at),
            names: Names {
                wall_offset: head.wall_offset,
                ..Names::default()
            },
            hash: head.hash,
        }
    }

    /// Before the very first entry.
    pub(crate) fn first(seed: u64) -> Self {
        Self::beginning(&Head::new(seed))
    }

    /// Applies an entry and adds to `changes` what is to be stored beside it.
    pub(crate) fn apply(
        &mut self,
        apply: &mut impl Apply,
        entry: &Entry,
        changes: &mut Vec<RowChange>,
    ) -> Outbox {
        let mut out = Outbox::default();
        apply.apply(&mut self.engine, entry, &mut out);
        let chained = postcard::to_stdvec(&(self.hash, &out));
        self.hash = xxh3_128(&chained.expect("outputs are written to memory"));
        self.note(entry, &out, changes);
        out
    }

    fn note(&mut self, entry: &Entry, out: &Outbox, changes: &mut Vec<RowChange>) {
        match &entry.input {
            Input::WallOffset { micros } => self.names.wall_offset = *micros,
            Input::PersonErased { .. } if out.reject.is_none() => {
                changes.push(RowChange::Erase(entry.input.clone()));
            }
            // Those of an engine before this one are known to the store alone,
            // so it does not matter whether the engine knew it.
            Input::KeptDone { effect }
            | Input::KeptFailed { effect }
            | Input::KeptUnknown { effect } => changes.push(RowChange::KeptEnded(*effect)),
            Input::CustomerAnswered { call } if out.reject.is_none() => {
                let comes = self.callback_comes(out, *call, CallbackState::Answered, None);
                changes.extend(comes);
            }
            _ => {}
        }
        let configured = |event: &Event| matches!(event, Event::ConfigurationChanged { .. });
        if out.events.iter().any(configured) {
            self.names.learn(&self.engine);
        }
        for (place, event) in out.events.iter().enumerate() {
            match event {
                Event::AgentStatusChanged {
                    agent,
                    queue,
                    status,
                    by,
                } => {
                    let at = (entry.seq, place, out.acted_at);
                    let row = self.status_row(at, (*agent, *queue), status, *by);
                    changes.extend(row.map(RowChange::Status));
                }
                Event::KeptEnded { effect, .. } => changes.push(RowChange::KeptEnded(*effect)),
                Event::QueueCallEnded(call) => changes.push(self.record(entry, call)),
                Event::CallbackEnded(_)
                | Event::CallbackRequested { .. }
                | Event::CustomerRung { .. } => changes.extend(self.callback(out, event)),
                _ => changes.extend(self.paperwork(entry.seq, out, event)),
            }
        }
        let orders = out
            .effects
            .iter()
            .filter(|(_, effect)| effect.kind() == EffectKind::Kept);
        for (id, effect) in orders {
            changes.push(RowChange::KeptOrdered(KeptRow {
                id: *id,
                unix_us: self.names.unix_us(entry.received_at),
                queue: self.queue_of(effect),
                effect: effect.clone(),
            }));
        }
        if matches!(entry.input, Input::Restarted { .. }) {
            self.names.forget_the_gone(&self.engine);
        }
    }

    /// An agent's status in a queue became this one, told by that event of an entry.
    fn status_row(
        &self,
        (seq, place, at): (u64, usize, Timestamp),
        (agent, queue): (AgentId, QueueId),
        status: &AgentStatus,
        by: By,
    ) -> Option<StatusRow> {
        let number = *self.names.agents.get(&agent)?;
        let config = self.engine.queue(queue).map(|queue| queue.config);
        let mut members = config.into_iter().flat_map(|config| &config.members);
        let member = members.find(|member| member.extension == number);
        Some(StatusRow {
            seq,
            index: u32::try_from(place).unwrap_or(u32::MAX),
            queue: self.names.queues.get(&queue)?.number,
            agent: number,
            unix_us: self.names.unix_us(at),
            status: status.clone(),
            is_static: member.is_some_and(|member| member.kind == MemberKind::Static),
            by,
        })
    }

    fn record(&self, entry: &Entry, call: &QueueCall) -> RowChange {
        // Learned with the configuration that made it, and not forgotten while
        // a call can name it.
        let nobody = QueueFacts {
            number: Number::NONE,
            sla_time: Span::ZERO,
        };
        let queue = self
            .names
            .queues
            .get(&call.queue)
            .copied()
            .unwrap_or(nobody);
        let record = CallRecord {
            seq: entry.seq,
            queue: queue.number,
            agent: call
                .agent
                .and_then(|agent| self.names.agents.get(&agent).copied()),
            joined_us: self.names.unix_us(call.joined_at),
            call: *call,
        };
        RowChange::Record(record, Aggregate::of(call, queue.sla_time))
    }

    /// What an event changes beside the records of calls.
    fn paperwork(&self, seq: u64, out: &Outbox, event: &Event) -> Option<RowChange> {
        let log = |queue, joined_us, call, visit| LogKey {
            queue,
            key: RecordKey {
                joined_us,
                call,
                visit,
            },
        };
        let stamp = |by| Stamp {
            by,
            at_us: self.names.unix_us(out.acted_at),
        };
        Some(match event {
            Event::CallLogDeleted {
                call,
                visit,
                queue,
                joined_us,
                by,
            } => RowChange::LogDeleted(log(*queue, *joined_us, *call, *visit), stamp(*by)),
            Event::CallLogProcessed(done) => {
                let log = log(done.queue, done.joined_us, done.call, done.visit);
                let step = LogStep {
                    result: done.result,
                    stamp: stamp(done.by),
                    auto_sync: done.auto_sync,
                };
                RowChange::LogProcessed(log, step)
            }
            Event::CallNoted(noted) => RowChange::Noted(seq, noted.clone(), stamp(noted.by)),
            Event::MessageStarted { call, .. }
            | Event::RecordingSwitched {
                call,
                recording: Recording::On,
                ..
            } => self.recorded(*call)?,
            Event::SurveyAnswered(answer) => RowChange::Surveyed(SurveyRow {
                call: answer.call,
                visit: answer.visit,
                queue: self.names.queues.get(&answer.queue)?.number,
                agent: self.names.agents.get(&answer.agent).copied(),
                at_us: self.names.unix_us(out.acted_at),
                key: answer.key,
                points: answer.points,
            }),
            Event::OfferEnded {
                call,
                queue,
                agent,
                end: OfferEnd::TimedOut,
                rang,
                ..
            } => {
                // The caller goes on waiting: nothing else ends in the same entry.
                let waits = self.engine.waiting(*call)?;
                let queue = self.names.queues.get(queue)?.number;
                let joined_us = self.names.unix_us(waits.joined_at);
                let public = self.engine.call(*call)?.public;
                let log = log(queue, joined_us, public, waits.visit);
                RowChange::RingMissed(*self.names.agents.get(agent)?, log, *rang)
            }
            _ => return None,
        })
    }

    /// Something is recorded of a call from now on.
    #[cold]
    fn recorded(&self, call: CallId) -> Option<RowChange> {
        let call = self.engine.call(call)?;
        let caller = Some(call.caller).filter(|caller| !caller.is_none())?;
        Some(RowChange::Recorded(caller, call.public))
    }

    /// What becomes of a callback.
    #[cold]
    fn callback(&self, out: &Outbox, event: &Event) -> Option<RowChange> {
        match *event {
            Event::CallbackEnded(ended) => {
                let state = match ended.end {
                    CallbackEnd::Connected => CallbackState::Answered,
                    CallbackEnd::Failed(reason) => CallbackState::Failed(reason),
                    CallbackEnd::InvalidNumber => return self.invalid_callback(&ended),
                };
                let answered = out.events.iter().find_map(|event| match event {
                    Event::QueueCallEnded(call) if call.call == ended.call => call.agent,
                    _ => None,
                });
                let agent = answered.and_then(|agent| self.names.agents.get(&agent).copied());
                let comes = CallbackStep::Comes(state, self.names.unix_us(ended.at), agent);
                Some(RowChange::Callback(ended.call, comes))
            }
            Event::CallbackRequested {
                call,
                queue,
                caller,
                number,
                until,
            } => {
                let found = self.engine.call(call)?;
                let at = self.names.unix_us(out.acted_at);
                let row = CallbackRow {
                    call: found.public,
                    visit: self.engine.waiting(call)?.visit,
                    queue: self.names.queues.get(&queue)?.number,
                    caller,
                    number,
                    requested_us: at,
                    until_us: until.map(|until| self.names.unix_us(until)),
                    state: CallbackState::Waiting,
                    since_us: at,
                    agent: None,
                };
                let asked = CallbackStep::Asked(Box::new(row));
                Some(RowChange::Callback(found.public, asked))
            }
            Event::CustomerRung { call, agent, .. } => {
                self.callback_comes(out, call, CallbackState::Calling, Some(agent))
            }
            _ => None,
        }
    }

    /// The caller gave a number that can not be called.
    fn invalid_callback(&self, ended: &Callback) -> Option<RowChange> {
        let at = self.names.unix_us(ended.at);
        let row = CallbackRow {
            call: ended.call,
            visit: ended.visit,
            queue: self.names.queues.get(&ended.queue)?.number,
            caller: ended.caller,
            number: ended.number,
            requested_us: at,
            until_us: None,
            state: CallbackState::InvalidNumber,
            since_us: at,
            agent: None,
        };
        let asked = CallbackStep::Asked(Box::new(row));
        Some(RowChange::Callback(ended.call, asked))
    }

    fn callback_comes(
        &self,
        out: &Outbox,
        call: CallId,
        state: CallbackState,
        agent: Option<AgentId>,
    ) -> Option<RowChange> {
        let agent = agent.and_then(|agent| self.names.agents.get(&agent).copied());
        let comes = CallbackStep::Comes(state, self.names.unix_us(out.acted_at), agent);
        Some(RowChange::Callback(self.engine.call(call)?.public, comes))
    }

    fn queue_of(&self, effect: &Effect) -> Option<Number> {
        match effect {
            Effect::Mail { queue, .. }
            | Effect::MailAgent { queue, .. }
            | Effect::MailServiceLevel { queue, .. } => {
                self.names.queues.get(queue).map(|facts| facts.number)
            }
            _ => None,
        }
    }

    /// Number and time of the last entry.
    pub(crate) fn last_entry(&self) -> (u64, Timestamp) {
        self.engine.last_entry()
    }
}
