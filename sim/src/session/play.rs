//! Plays a session: the engine, and time that passes from act to act.

use std::collections::BTreeMap;

use tandem_engine::config::diff;
use tandem_engine::limits::CHANGES_MAX;
use tandem_engine::records::QueueCall;
use tandem_engine::records::notes::Note;
use tandem_engine::{
    AgentId, By, CallId, Caller as From, Cause, Effect, EffectId, Engine, Entry, Event, Input,
    LegId, Number, Outbox, Span, Timestamp,
};

use super::Session;
use super::acts::{Act, Caller, Handle};

/// What everybody lived through.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Played {
    /// Callers, in the order in which they called.
    pub callers: Vec<Line>,
    /// What rang, in the order in which it began.
    pub rings: Vec<Ring>,
    /// What rang outside: customers who are called back, and numbers to which callers are sent.
    pub outside: Vec<Outside>,
    /// Visits to queues, in the order in which they ended.
    pub visits: Vec<Visit>,
}

impl Played {
    /// When something happens at a telephone, in the order of time, each moment once.
    #[must_use]
    pub fn moments(&self) -> Vec<Timestamp> {
        let outside = self.outside.iter().map(|outside| &outside.ring);
        let rings = self.rings.iter().chain(outside).flat_map(|ring| {
            let end = ring.end.map(|(at, _)| at);
            let held = ring.holds.iter().map(|(at, _)| Some(*at));
            [Some(ring.began), ring.answered, end]
                .into_iter()
                .chain(held)
        });
        let callers = self.callers.iter().flat_map(|line| {
            let end = line.end.map(|(at, _)| at);
            [Some(line.called), line.answered, end]
        });
        let mut moments: Vec<_> = rings.chain(callers).flatten().collect();
        moments.sort();
        moments.dedup();
        moments
    }
}

/// What a caller lived through.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// Who.
    pub caller: Caller,
    /// When he called.
    pub called: Timestamp,
    /// When he was answered, by a person, a prompt or music.
    pub answered: Option<Timestamp>,
    /// What he pressed, and when.
    pub keys: Vec<(Timestamp, tandem_engine::Key)>,
    /// How it ended.
    pub end: Option<(Timestamp, End)>,
}

/// Something that rang.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ring {
    /// The number of the telephone.
    pub number: Number,
    /// When it began.
    pub began: Timestamp,
    /// When it was picked up.
    pub answered: Option<Timestamp>,
    /// When who picked it up put the other on hold (`true`), and took him back.
    pub holds: Vec<(Timestamp, bool)>,
    /// How it ended.
    pub end: Option<(Timestamp, End)>,
}

/// A customer's telephone that rang.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outside {
    /// The trunk that was asked for it.
    pub trunk: String,
    /// The number that was dialled there, and what became of it.
    pub ring: Ring,
}

/// How a call or a ring ended, as who holds the telephone sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// He himself hung up, or refused.
    Own,
    /// The system did.
    Others,
}

/// A visit of a caller to a queue.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Visit {
    /// The queue's number.
    pub queue: Number,
    /// The number of who answered.
    pub agent: Option<Number>,
    /// All else.
    pub record: QueueCall,
}

/// Plays a session from its first act to its end. The seed is that of the engine's draws.
///
/// # Errors
/// Where an act can not be done then: what, and why.
pub fn play(session: &Session, seed: u64) -> Result<Played, String> {
    let mut player = Player {
        engine: Engine::new(seed),
        out: Outbox::default(),
        seq: 0,
        now: Timestamp::ZERO,
        played: Played::default(),
        names: BTreeMap::new(),
        calls: BTreeMap::new(),
        prompts: (session.config.options.prompts.iter())
            .map(|prompt| (prompt.name.clone(), prompt.length))
            .collect(),
        legs: BTreeMap::new(),
        customers: BTreeMap::new(),
        placed: String::new(),
    };
    player.open(session)?;
    for (at, act) in &session.acts {
        player.pass(*at);
        let done = player.act(act);
        done.map_err(|why| format!("at {at}: {act:?}: {why}"))?;
    }
    player.pass(session.until);
    Ok(player.played)
}

struct Player {
    engine: Engine,
    out: Outbox,
    seq: u64,
    now: Timestamp,
    played: Played,
    /// Calls by the names of who called.
    names: BTreeMap<String, CallId>,
    /// Places of callers in what was played.
    calls: BTreeMap<CallId, usize>,
    /// How long prompts are.
    prompts: BTreeMap<String, Span>,
    /// Places of rings there, and for whose calls they ring.
    legs: BTreeMap<LegId, (usize, CallId)>,
    /// What rings for callers who are called, or was answered there.
    customers: BTreeMap<CallId, Rung>,
    /// How the session speaks of the call that was placed last.
    placed: String,
}

/// The place of what rings for a caller who is called.
#[derive(Clone, Copy, Debug)]
enum Rung {
    /// Among what rings inside.
    Inside(usize),
    /// Among what rings outside.
    Outside(usize),
}

impl Player {
    /// Everybody's telephone is there from the beginning.
    fn open(&mut self, session: &Session) -> Result<(), String> {
        let changes = diff::set_up(&session.config);
        for (base, part) in (0..).zip(changes.chunks(CHANGES_MAX)) {
            let changes = part.to_vec();
            let by = By::System;
            self.tell(Input::Configure { by, base, changes })?;
        }
        for extension in &session.config.extensions {
            let extension = extension.number;
            self.tell(Input::DeviceUp { extension })?;
        }
        Ok(())
    }

    /// Lets time pass, and everything happen that is due meanwhile.
    fn pass(&mut self, until: Timestamp) {
        while let Some((due, _)) = self.engine.next_deadline() {
            if due > until {
                break;
            }
            self.now = self.now.max(due);
            self.tell(Input::Tick).expect("a deadline has come");
        }
        self.now = self.now.max(until);
    }

    fn tell(&mut self, input: Input) -> Result<(), String> {
        self.seq += 1;
        let entry = Entry {
            seq: self.seq,
            received_at: self.now,
            input,
        };
        let mut out = core::mem::take(&mut self.out);
        self.engine.apply(&entry, &mut out);
        let kept = self.watch(&out);
        let refused = out.reject.as_ref().map(|why| format!("{why:?}"));
        self.out = out;
        for effect in kept {
            self.tell(Input::KeptDone { effect })?;
        }
        refused.map_or(Ok(()), Err)
    }

    /// Notes what people see of it; what is to be confirmed.
    fn watch(&mut self, out: &Outbox) -> Vec<EffectId> {
        let at = out.acted_at;
        for event in &out.events {
            match event {
                // Only who has just called can have come.
                Event::CallArrived { call, .. } => {
                    let place = self.played.callers.len() - 1;
                    let name = self.played.callers[place].caller.name.clone();
                    self.calls.insert(*call, place);
                    self.names.insert(name, *call);
                }
                Event::CallPlaced { call, .. } => {
                    self.names.insert(self.placed.clone(), *call);
                }
                Event::OutsideRung { call, outside, .. } => {
                    let of = self.names.iter().find(|(_, known)| *known == call);
                    let name = of.map(|(name, _)| format!("outside-{name}"));
                    self.names.extend(name.map(|name| (name, *outside)));
                }
                Event::AgentTurned {
                    call, leg, turned, ..
                } => {
                    let of = self.names.iter().find(|(_, known)| *known == call);
                    let name = of.map(|(name, _)| format!("agent-of-{name}"));
                    self.names.extend(name.map(|name| (name, *turned)));
                    let (place, _) = self.legs.remove(leg).expect("he talks on it");
                    self.customers.insert(*turned, Rung::Inside(place));
                }
                Event::CallEnded { call, .. } => {
                    self.customer_gone(at, *call, End::Others);
                    if let Some(&place) = self.calls.get(call) {
                        self.played.callers[place]
                            .end
                            .get_or_insert((at, End::Others));
                    }
                }
                Event::QueueCallEnded(record) => {
                    let number = |agent| self.engine.agent(agent).map(|agent| agent.number);
                    let queue = self.engine.queue(record.queue);
                    self.played.visits.push(Visit {
                        queue: queue.map_or(Number::NONE, |queue| queue.config.number),
                        agent: record.agent.and_then(number),
                        record: *record,
                    });
                }
                _ => {}
            }
        }
        let mut kept = Vec::new();
        for (id, effect) in &out.effects {
            self.effect(at, effect);
            if effect.kind() == tandem_engine::EffectKind::Kept {
                kept.push(*id);
            }
        }
        kept
    }

    fn effect(&mut self, at: Timestamp, effect: &Effect) {
        match effect {
            Effect::Announce { call, .. }
            | Effect::Bridge { call, .. }
            | Effect::Brief { call, .. }
            | Effect::PlayMusic { call, .. }
            | Effect::PlayPrompt { call, .. }
            | Effect::PlayTone { call, .. }
            | Effect::RecordMessage { call, .. } => self.answered(at, *call),
            Effect::Join { call, with } => {
                self.answered(at, *call);
                self.answered(at, *with);
            }
            Effect::CancelRing { leg, .. } | Effect::HangUpLeg { leg } => {
                self.ended(at, *leg, End::Others);
            }
            // He hears the slot to its end.
            Effect::SaySlot {
                call, leg, prompts, ..
            } => {
                let spoken: u64 = (prompts.iter())
                    .filter_map(|name| self.prompts.get(name))
                    .map(|length| length.micros())
                    .sum();
                let end = at + Span::from_micros(spoken);
                match leg {
                    Some(leg) => self.ended(end, *leg, End::Others),
                    None => {
                        let line = self.line(*call).expect("who is told has called");
                        line.end = Some((end, End::Others));
                    }
                }
            }
            // Who asked to be called back is sent off the line, and his call goes on.
            Effect::HangUpCaller { call, .. } => {
                if let Some(&place) = self.calls.get(call) {
                    let line = &mut self.played.callers[place];
                    line.end.get_or_insert((at, End::Others));
                }
            }
            Effect::RingCustomer {
                call,
                trunk,
                number,
                ..
            } => {
                let place = self.played.outside.len();
                self.customers.insert(*call, Rung::Outside(place));
                self.played.outside.push(Outside {
                    trunk: trunk.clone(),
                    ring: rings(*number, at),
                });
            }
            Effect::RingCaller { call, agent, .. } => {
                let place = self.played.rings.len();
                self.customers.insert(*call, Rung::Inside(place));
                self.rings_inside(at, *agent);
            }
            Effect::Ring {
                leg, call, agent, ..
            } => {
                let place = self.played.rings.len();
                self.legs.insert(*leg, (place, *call));
                self.rings_inside(at, *agent);
            }
            _ => {}
        }
    }

    fn rings_inside(&mut self, at: Timestamp, agent: AgentId) {
        let agent = self.engine.agent(agent);
        let number = agent.map_or(Number::NONE, |agent| agent.number);
        self.played.rings.push(rings(number, at));
    }

    fn answered(&mut self, at: Timestamp, call: CallId) {
        if let Some(&place) = self.calls.get(&call) {
            self.played.callers[place].answered.get_or_insert(at);
        }
    }

    /// A caller who was called is off the line, or does not ring any more.
    fn customer_gone(&mut self, at: Timestamp, call: CallId, how: End) -> bool {
        let rung = self.customers.remove(&call);
        rung.map(|rung| self.ring(rung).end = Some((at, how)))
            .is_some()
    }

    fn ring(&mut self, rung: Rung) -> &mut Ring {
        match rung {
            Rung::Inside(place) => &mut self.played.rings[place],
            Rung::Outside(place) => &mut self.played.outside[place].ring,
        }
    }

    fn ended(&mut self, at: Timestamp, leg: LegId, how: End) {
        if let Some((place, _)) = self.legs.remove(&leg) {
            self.played.rings[place].end = Some((at, how));
        }
    }

    fn act(&mut self, act: &Act) -> Result<(), String> {
        match act {
            Act::Answer(extension) => {
                let leg = self.leg(*extension, false)?;
                self.picked_up(leg)
            }
            Act::Answered(name) => {
                let leg = self.rings_for(name)?;
                self.picked_up(leg)
            }
            Act::Call(caller) => self.call(caller),
            Act::CallerHangsUp(name) => {
                let call = self.named(name)?;
                if !self.customer_gone(self.now, call, End::Own) {
                    let now = self.now;
                    self.line(call)?.end = Some((now, End::Own));
                }
                self.tell(Input::CallerHungUp { call })
            }
            Act::CustomerAnswers(name) => {
                let call = self.named(name)?;
                let rung = *self.customers.get(&call).ok_or("nobody calls him")?;
                self.ring(rung).answered = Some(self.now);
                self.tell(Input::CustomerAnswered { call })
            }
            Act::CustomerRefuses(name) => {
                let call = self.named(name)?;
                if !self.customer_gone(self.now, call, End::Own) {
                    return Err("nobody calls him".to_owned());
                }
                let cause = Cause::Busy;
                self.tell(Input::CustomerFailed { call, cause })
            }
            Act::Handle { by, caller, handle } => self.handle(*by, caller, handle),
            Act::HangUp(extension) => {
                let leg = self.leg(*extension, true)?;
                self.ended(self.now, leg, End::Own);
                self.tell(Input::LegEnded { leg })
            }
            Act::Hold(extension, held) => self.hold(*extension, *held),
            Act::LogIn(..) | Act::Pause(..) | Act::Presence(..) | Act::Unpause(..) => {
                let input = status(act).expect("it is about a status");
                self.tell(input)
            }
            Act::Place { by, name, to } => {
                self.placed.clone_from(name);
                self.tell(Input::PlaceCall {
                    by: By::Person(*by),
                    to: to.clone(),
                })
            }
            Act::Press(name, key) => {
                let call = self.named(name)?;
                let now = self.now;
                self.line(call)?.keys.push((now, *key));
                self.tell(Input::KeyPressed { call, key: *key })
            }
            Act::Refuse(extension) => {
                let leg = self.leg(*extension, false)?;
                self.ended(self.now, leg, End::Own);
                let cause = Cause::Busy;
                self.tell(Input::LegFailed { leg, cause })
            }
        }
    }

    fn picked_up(&mut self, leg: LegId) -> Result<(), String> {
        let now = self.now;
        self.ring_of(leg).answered = Some(now);
        self.tell(Input::LegAnswered { leg })
    }

    fn hold(&mut self, extension: Number, held: bool) -> Result<(), String> {
        let leg = self.leg(extension, true)?;
        let now = self.now;
        self.ring_of(leg).holds.push((now, held));
        self.tell(match held {
            true => Input::LegHeld { leg },
            false => Input::LegResumed { leg },
        })
    }

    fn ring_of(&mut self, leg: LegId) -> &mut Ring {
        &mut self.played.rings[self.legs[&leg].0]
    }

    fn call(&mut self, caller: &Caller) -> Result<(), String> {
        // Known before what follows from the call is.
        let place = self.played.callers.len();
        self.played.callers.push(Line {
            caller: caller.clone(),
            called: self.now,
            answered: None,
            keys: Vec::new(),
            end: None,
        });
        let key = u128::try_from(place).expect("callers are few") + 1;
        let from = From {
            number: caller.number,
            name: None,
            extension: caller.inside.then_some(caller.number),
        };
        self.tell(Input::CallArrived {
            key,
            from,
            dialled: caller.dials,
        })
    }

    fn handle(&mut self, by: Number, caller: &str, handle: &Handle) -> Result<(), String> {
        let call = self.named(caller)?;
        let by = By::Person(by);
        self.tell(match handle {
            Handle::Consult(to) => Input::ConsultCall { by, call, to: *to },
            Handle::End => Input::HangUpCall { by, call },
            Handle::EndConsultation(transfer) => Input::EndConsultation {
                by,
                call,
                transfer: *transfer,
            },
            Handle::Monitor(how) => Input::MonitorCall {
                by,
                call,
                how: *how,
            },
            Handle::Note(disposition) => Input::CallNoted {
                by,
                call,
                note: Box::new(Note {
                    dispositions: vec![disposition.clone()],
                    remark: String::new(),
                }),
            },
            Handle::Park(side) => Input::ParkCall {
                by,
                call,
                side: *side,
            },
            Handle::PickUp => Input::PickUpCall { by, call },
            Handle::Record(on) => Input::SwitchRecording { by, call, on: *on },
            Handle::Redirect(to) => Input::RedirectCall {
                by,
                call,
                to: to.clone(),
            },
            Handle::Transfer(side, to) => Input::TransferCall {
                by,
                call,
                side: *side,
                to: to.clone(),
            },
        })
    }

    /// What who called lives through.
    fn line(&mut self, call: CallId) -> Result<&mut Line, String> {
        let place = self.calls.get(&call).ok_or("he has not called himself")?;
        Ok(&mut self.played.callers[*place])
    }

    /// What rings for who called, the first of it.
    fn rings_for(&self, name: &str) -> Result<LegId, String> {
        let call = self.named(name)?;
        let rings = |place: usize| self.played.rings[place].answered.is_none();
        let mut legs = self.legs.iter();
        let found = legs.find(|(_, (place, of))| *of == call && rings(*place));
        Ok(*found.ok_or("nothing rings for him")?.0)
    }

    fn named(&self, name: &str) -> Result<CallId, String> {
        let found = self.names.get(name).copied();
        found.ok_or_else(|| format!("{name} has not called"))
    }

    /// The only leg of an extension that talks, or that rings.
    fn leg(&self, extension: Number, talks: bool) -> Result<LegId, String> {
        let mut found = self.legs.iter().filter(|(_, (place, _))| {
            let ring = &self.played.rings[*place];
            ring.number == extension && ring.answered.is_some() == talks
        });
        match (found.next(), found.next()) {
            (Some((leg, _)), None) => Ok(*leg),
            (None, _) => Err("nothing rings there, or nobody talks".to_owned()),
            (Some(_), Some(_)) => Err("there are two of them".to_owned()),
        }
    }
}

/// A telephone that begins to ring.
fn rings(number: Number, began: Timestamp) -> Ring {
    Ring {
        number,
        began,
        answered: None,
        holds: Vec::new(),
        end: None,
    }
}

/// What tells of somebody who changes his own status, or says where he is.
fn status(act: &Act) -> Option<Input> {
    Some(match act {
        Act::LogIn(agent, queues, true) => Input::AgentLogIn {
            by: By::Person(*agent),
            agent: *agent,
            queues: *queues,
        },
        Act::LogIn(agent, queues, false) => Input::AgentLogOut {
            by: By::Person(*agent),
            agent: *agent,
            queues: *queues,
        },
        Act::Pause(agent, queues, reason) => Input::AgentPause {
            by: By::Person(*agent),
            agent: *agent,
            queues: *queues,
            reason: reason.clone(),
        },
        Act::Presence(agent, presence) => Input::PresenceChanged {
            by: By::Person(*agent),
            agent: *agent,
            presence: *presence,
        },
        Act::Unpause(agent, queues) => Input::AgentUnpause {
            by: By::Person(*agent),
            agent: *agent,
            queues: *queues,
        },
        _ => return None,
    })
}
