//! Who answers the engine: callers, telephones, ports. What each does in reply is
//! drawn for him alone, so that it stays when others are left out. Between them
//! and the engine lies a wire on which things get lost, late, doubled and mixed
//! up.

use std::collections::BTreeMap;

use tandem_engine::{
    Awaiting, CallAct, CallId, Cause, Effect, EffectId, Engine, Event, Input, KeptEnd, Key, LegId,
    Outbox, Span, Timestamp,
};

use super::centre::some_extension;
use super::chance::{Chance, QUARTER_US, What};
use super::plan::{Act, Call, Fault, Faults, Plan};

/// Once nothing goes wrong any more: callers wait no longer than this.
const CALM_PATIENCE_S: u64 = 1_800;
/// And they talk no longer than this.
const CALM_TALK_S: u64 = 300;

/// Something that will be told, or done.
#[derive(Clone, Debug)]
pub(super) enum Message {
    /// The act with this place in the plan.
    Act(usize),
    /// A telephone is answered.
    Answers(LegId),
    /// Who is called back answers, or does not, for this cause.
    AnswersBack(CallId, Option<Cause>),
    /// A connection breaks.
    BridgeFails(CallId, LegId),
    /// A caller who talks to another caller hangs up.
    EndsCall(CallId),
    /// A conversation is over, by the agent or by the caller.
    EndsTalk {
        call: CallId,
        leg: LegId,
        by_agent: bool,
    },
    /// A telephone refuses or fails.
    Fails(LegId, Cause),
    /// A kept effect ends.
    Kept(EffectId, KeptEnd),
    /// A caller presses a key.
    Presses(CallId, Key),
    /// A caller has waited long enough.
    LosesPatience(CallId),
    /// A ringing telephone goes away.
    Vanishes(LegId),
    /// What the wire held back.
    Wired(Input),
}

/// A caller on the line.
#[derive(Clone, Debug)]
struct Caller {
    id: u64,
    intent: Call,
    rings: u32,
    bridges: u32,
    /// To how many route points the call came.
    points: u32,
    answered: bool,
}

/// Everybody outside.
#[derive(Debug)]
pub(super) struct People {
    seed: u64,
    faults: Faults,
    /// Whether nothing goes wrong any more.
    calm: bool,
    agenda: BTreeMap<(Timestamp, u64), Message>,
    planned: u64,
    intents: BTreeMap<u64, Call>,
    calls: BTreeMap<CallId, Caller>,
    /// Legs that ring or talk, and in which call.
    legs: BTreeMap<LegId, CallId>,
}

impl People {
    pub(super) fn new(plan: &Plan) -> Self {
        let mut people = Self {
            seed: plan.seed,
            faults: plan.faults,
            calm: false,
            agenda: BTreeMap::new(),
            planned: 0,
            intents: BTreeMap::new(),
            calls: BTreeMap::new(),
            legs: BTreeMap::new(),
        };
        for (place, planned) in plan.acts.iter().enumerate() {
            if let Act::Call(call) = planned.act {
                people.intents.insert(planned.id, call);
            }
            people.plan(planned.at, Message::Act(place));
        }
        people
    }

    fn plan(&mut self, at: Timestamp, message: Message) {
        self.planned += 1;
        self.agenda.insert((at, self.planned), message);
    }

    /// When the next thing is told or done.
    pub(super) fn next(&self) -> Option<Timestamp> {
        self.agenda.first_key_value().map(|((at, _), _)| *at)
    }

    /// Takes that thing.
    pub(super) fn take(&mut self) -> Option<Message> {
        self.agenda.pop_first().map(|(_, message)| message)
    }

    /// What a message says to the engine, and about whom; nothing where it has
    /// come to nothing.
    pub(super) fn say(&self, now: Timestamp, message: &Message) -> Option<(u64, Input)> {
        let ends = |leg: &LegId| self.legs.contains_key(leg);
        let (there, object, input) = match *message {
            Message::Act(_) => return None,
            Message::Answers(leg) => (ends(&leg), self.about(leg), Input::LegAnswered { leg }),
            Message::AnswersBack(call, cause) => {
                let input = match cause {
                    None => Input::CustomerAnswered { call },
                    Some(cause) => Input::CustomerFailed { call, cause },
                };
                let caller = self.calls.get(&call);
                return caller.map(|caller| (caller.id, input));
            }
            Message::BridgeFails(call, leg) => {
                (ends(&leg), self.about(leg), Input::BridgeFailed { call })
            }
            Message::EndsCall(call) => {
                let caller = self.calls.get(&call);
                return caller.map(|caller| (caller.id, Input::CallerHungUp { call }));
            }
            Message::EndsTalk {
                call,
                leg,
                by_agent,
            } => {
                let input = if by_agent {
                    Input::LegEnded { leg }
                } else {
                    Input::CallerHungUp { call }
                };
                // Who is not connected with this leg any more waits, or is gone.
                return ends(&leg).then(|| (self.about(leg), input));
            }
            Message::Fails(leg, cause) => {
                (ends(&leg), self.about(leg), Input::LegFailed { leg, cause })
            }
            Message::Kept(effect, how) => {
                let input = match how {
                    KeptEnd::Failed => Input::KeptFailed { effect },
                    KeptEnd::Unknown => Input::KeptUnknown { effect },
                    KeptEnd::Done | KeptEnd::Dropped => Input::KeptDone { effect },
                };
                (true, effect.seq, input)
            }
            Message::LosesPatience(call) => {
                let caller = self.calls.get(&call).filter(|caller| !caller.answered);
                return caller.map(|caller| (caller.id, Input::CallerHungUp { call }));
            }
            Message::Presses(call, key) => {
                let caller = self.calls.get(&call);
                return caller.map(|caller| (caller.id, Input::KeyPressed { call, key }));
            }
            Message::Vanishes(leg) => (ends(&leg), self.about(leg), Input::LegEnded { leg }),
            Message::Wired(ref input) => return Some((0, input.clone())),
        };
        // What is over mostly is known to be over; some of it was on its way.
        let crosses = || self.chance(What::Told, object, now).percent(12);
        (there || crosses()).then_some((object, input))
    }

    fn about(&self, leg: LegId) -> u64 {
        let caller = self.legs.get(&leg).and_then(|call| self.calls.get(call));
        caller.map_or(u64::try_from(leg.slot()).unwrap_or(0), |caller| caller.id)
    }

    fn chance(&self, what: What, object: u64, now: Timestamp) -> Chance {
        let quarter = now.micros() / QUARTER_US;
        Chance::new(
            self.seed,
            what,
            object,
            u32::try_from(quarter).unwrap_or(u32::MAX),
        )
    }

    /// Puts something on the wire; what comes out at the other end at once.
    pub(super) fn wire(&mut self, now: Timestamp, object: u64, input: Input) -> Option<Input> {
        if self.calm {
            return Some(input);
        }
        let mut chance = self.chance(What::Told, object, now);
        // The first of the draws says whether it crosses something.
        let _ = chance.any();
        let mut strikes = |fault| chance.per_mille(self.faults.get(fault));
        let (lost, late) = (strikes(Fault::Lost), strikes(Fault::Late));
        let (doubled, reordered) = (strikes(Fault::Doubled), strikes(Fault::Reordered));
        if lost {
            return None;
        }
        if doubled {
            let at = now + chance.quarters(0, 40);
            self.plan(at, Message::Wired(input.clone()));
        }
        if late || reordered {
            let by = if late {
                chance.quarters(4, 120)
            } else {
                chance.quarters(1, 4)
            };
            self.plan(now + by, Message::Wired(input));
            return None;
        }
        Some(input)
    }

    /// Hears what an entry led to.
    pub(super) fn hear(&mut self, now: Timestamp, out: &Outbox) {
        for event in &out.events {
            self.hear_event(now, event);
        }
        for (id, effect) in &out.effects {
            self.carry_out(now, *id, effect);
        }
    }

    fn hear_event(&mut self, now: Timestamp, event: &Event) {
        match event {
            Event::CallArrived { call, key, .. } => {
                let id = u64::try_from(*key).unwrap_or(0);
                let Some(&intent) = self.intents.get(&id) else {
                    return;
                };
                let caller = Caller {
                    id,
                    intent,
                    rings: 0,
                    bridges: 0,
                    points: 0,
                    answered: false,
                };
                self.calls.insert(*call, caller);
                self.wait(now, *call, intent.patience);
                self.fumble(now, *call, id);
            }
            Event::CallEnded { call, .. } => {
                self.calls.remove(call);
                self.legs.retain(|_, of| of != call);
            }
            Event::ConnectionFailed { call, .. } => {
                self.legs.retain(|_, of| of != call);
                if let Some(caller) = self.calls.get_mut(call) {
                    caller.answered = false;
                    let patience = caller.intent.patience;
                    self.wait(now, *call, patience);
                }
            }
            Event::ExtensionRingEnded { leg, .. }
            | Event::ConsultationEnded {
                leg,
                transferred: false,
                ..
            }
            | Event::OfferEnded { leg, .. }
            | Event::SupervisorLeft { leg, .. } => {
                self.legs.remove(leg);
            }
            Event::CallHandled {
                call,
                act: CallAct::Parked | CallAct::Transferred,
                ..
            } => self.parts(now, *call),
            Event::ConsultationEnded { call, leg, .. } => {
                self.legs.insert(*leg, *call);
            }
            Event::CallRetrieved { call, with, .. } => {
                self.talk_together(now, *call);
                self.talk_together(now, *with);
            }
            Event::OutsideAnswered { call, outside } => {
                self.talk_together(now, *call);
                self.talk_together(now, *outside);
            }
            Event::CallbackAsked { call, .. } => self.say_where(now, *call),
            Event::PointReached { call, .. } => self.choose(now, *call),
            Event::SurveyStarted { call, .. } => self.rate(now, *call),
            _ => self.hear_of_newcomer(now, event),
        }
    }

    /// Hears of a call that begins otherwise than by somebody's calling.
    fn hear_of_newcomer(&mut self, now: Timestamp, event: &Event) {
        match event {
            Event::AgentTurned {
                call,
                turned,
                public,
                ..
            } => {
                self.parts(now, *call);
                self.places(*turned, public.counter);
                self.parts(now, *turned);
            }
            Event::CallPlaced { call, public, .. } => self.places(*call, public.counter),
            Event::OutsideRung { call, outside, .. } => self.rings_outside(*call, *outside),
            _ => {}
        }
    }

    /// Who is called outside is as the caller is.
    fn rings_outside(&mut self, call: CallId, outside: CallId) {
        if let Some(caller) = self.calls.get(&call).cloned() {
            self.calls.insert(outside, caller);
        }
    }

    fn wait(&mut self, now: Timestamp, call: CallId, patience: Option<Span>) {
        let calm = self.calm.then_some(Span::from_secs(CALM_PATIENCE_S));
        if let Some(patience) = patience.into_iter().chain(calm).min() {
            self.plan(now + patience, Message::LosesPatience(call));
        }
    }

    /// Somebody has a call placed. He talks as long as any of the other callers.
    fn places(&mut self, call: CallId, counter: u64) {
        let all = self.intents.values();
        let place = usize::try_from(counter).unwrap_or(0) % self.intents.len().max(1);
        let Some(&intent) = all.clone().nth(place) else {
            return;
        };
        let caller = Caller {
            id: counter,
            intent,
            rings: 0,
            bridges: 0,
            points: 0,
            answered: false,
        };
        self.calls.insert(call, caller);
    }

    /// A caller is alone again, and has patience as at first.
    fn parts(&mut self, now: Timestamp, call: CallId) {
        self.legs.retain(|_, of| *of != call);
        if let Some(caller) = self.calls.get_mut(&call) {
            caller.answered = false;
            let patience = caller.intent.patience;
            self.wait(now, call, patience);
        }
    }

    /// Two callers talk to each other; each hangs up when he has said all.
    fn talk_together(&mut self, now: Timestamp, call: CallId) {
        let Some(caller) = self.calls.get(&call) else {
            return;
        };
        let talk = caller.intent.talk.min(Span::from_secs(CALM_TALK_S));
        self.plan(now + talk, Message::EndsCall(call));
    }

    /// A supervisor who listens has heard enough some time.
    fn listen(&mut self, now: Timestamp, leg: LegId) {
        let mut chance = self.chance(What::Bridge, u64::try_from(leg.slot()).unwrap_or(0), now);
        let at = now + chance.quarters(1, 200);
        self.plan(at, Message::Vanishes(leg));
    }

    /// Some callers press keys, whether they lead anywhere or not.
    fn fumble(&mut self, now: Timestamp, call: CallId, id: u64) {
        let mut chance = Chance::new(self.seed, What::Key, id, 0);
        let presses = chance.weighted(&[(6, 0), (3, 1), (1, 3)]);
        for _ in 0..presses {
            let (after, key) = (chance.quarters(0, 80), chance.one_of(&Key::ALL));
            self.plan(now + after, Message::Presses(call, key));
        }
    }

    /// Who may hear a menu presses a key, keys in the number of an extension, or does
    /// neither.
    fn choose(&mut self, now: Timestamp, call: CallId) {
        let Some(caller) = self.calls.get_mut(&call) else {
            return;
        };
        caller.points += 1;
        let mut chance = Chance::new(self.seed, What::Key, caller.id, caller.points);
        let keys = match chance.below(5) {
            0 | 1 => chance.one_of(&Key::ALL).to_string(),
            2 => some_extension(&mut chance).to_string(),
            3 => format!("{}#", chance.one_of(&Key::ALL)),
            _ => return,
        };
        let mut when = now + chance.quarters(0, 24);
        for key in keys.chars().filter_map(|key| key.to_string().parse().ok()) {
            self.plan(when, Message::Presses(call, key));
            when = when + chance.quarters(0, 8);
        }
    }

    /// Who is asked how it was answers, presses something else, or nothing.
    fn rate(&mut self, now: Timestamp, call: CallId) {
        self.legs.retain(|_, of| *of != call);
        let Some(caller) = self.calls.get(&call) else {
            return;
        };
        let mut chance = Chance::new(self.seed, What::Key, caller.id, u32::MAX);
        let presses = chance.weighted(&[(2, 0), (3, 1), (3, 3)]);
        for _ in 0..presses {
            let (after, key) = (chance.quarters(0, 40), chance.one_of(&Key::ALL[..5]));
            self.plan(now + after, Message::Presses(call, key));
        }
    }

    /// Who wants to be called back says where: at the number that he calls from, at another
    /// one, at one that is none, or he says nothing.
    fn say_where(&mut self, now: Timestamp, call: CallId) {
        let Some(caller) = self.calls.get_mut(&call) else {
            return;
        };
        caller.points += 1;
        let mut chance = Chance::new(self.seed, What::Key, caller.id, caller.points);
        let keys = match chance.below(8) {
            0 => return,
            1 => "12*#".to_owned(),
            2 => chance.one_of(&Key::ALL).to_string(),
            3 => super::centre::some_stranger(&mut chance).to_string(),
            4 => format!("{}#", super::centre::some_stranger(&mut chance)),
            _ => "#".to_owned(),
        };
        let mut when = now + chance.quarters(0, 24);
        for key in keys.chars().filter_map(|key| key.to_string().parse().ok()) {
            self.plan(when, Message::Presses(call, key));
            when = when + chance.quarters(0, 8);
        }
    }

    /// Who is called back answers, refuses, or is not there.
    fn ring_back(&mut self, now: Timestamp, call: CallId, timeout: Span) {
        let Some(caller) = self.calls.get_mut(&call) else {
            return;
        };
        let mut chance = Chance::new(self.seed, What::Bridge, caller.id, u32::MAX);
        let quarters = (timeout.micros() / QUARTER_US).max(1);
        let after = chance.quarters(0, quarters);
        let cause = match chance.below(8) {
            _ if self.calm => None,
            0 => return,
            1 => Some(Cause::Busy),
            2 => Some(Cause::Unreachable),
            _ => None,
        };
        self.plan(now + after, Message::AnswersBack(call, cause));
    }

    fn carry_out(&mut self, now: Timestamp, id: EffectId, effect: &Effect) {
        match *effect {
            Effect::Bridge { call, leg } => self.connect(now, call, leg),
            Effect::Mail { .. }
            | Effect::MailAgent { .. }
            | Effect::MailMessage { .. }
            | Effect::MailServiceLevel { .. }
            | Effect::PushRecord { .. } => self.keep(now, id),
            Effect::Consult { leg, .. } | Effect::Mix { leg, .. } => self.listen(now, leg),
            Effect::Ring {
                leg, call, timeout, ..
            } => self.ring(now, leg, call, timeout),
            Effect::RingCaller { call, timeout, .. }
            | Effect::RingCustomer { call, timeout, .. } => self.ring_back(now, call, timeout),
            Effect::AlertCaller { .. }
            | Effect::Announce { .. }
            | Effect::Brief { .. }
            | Effect::CancelRing { .. }
            | Effect::HangUpCaller { .. }
            | Effect::HangUpLeg { .. }
            | Effect::Join { .. }
            | Effect::PlayHoldMusic { .. }
            | Effect::PlayMusic { .. }
            | Effect::PlayPrompt { .. }
            | Effect::PlayTone { .. }
            | Effect::Record { .. }
            | Effect::RecordMessage { .. }
            | Effect::SaySlot { .. }
            | Effect::StopPrompt { .. }
            | Effect::StopRecording { .. }
            | Effect::TurnLeg { .. } => {}
        }
    }

    fn ring(&mut self, now: Timestamp, leg: LegId, call: CallId, timeout: Span) {
        let Some(caller) = self.calls.get_mut(&call) else {
            return;
        };
        let mut chance = Chance::new(self.seed, What::Ring, caller.id, caller.rings);
        caller.rings += 1;
        self.legs.insert(leg, call);
        let quarters = (timeout.micros() / QUARTER_US).max(1);
        let causes = [
            Cause::Busy,
            Cause::Rejected,
            Cause::Unreachable,
            Cause::NoAnswer,
        ];
        let broken = chance.per_mille(self.faults.get(Fault::Leg));
        let (after, message) = match chance.below(20) {
            _ if self.calm => (chance.quarters(0, quarters / 2), Message::Answers(leg)),
            _ if broken => (
                chance.quarters(0, 8),
                Message::Fails(leg, chance.one_of(&causes)),
            ),
            0..=2 => return,
            3 => (chance.quarters(1, quarters), Message::Vanishes(leg)),
            4 => (timeout, Message::Answers(leg)),
            _ => (chance.quarters(0, quarters), Message::Answers(leg)),
        };
        self.plan(now + after, message);
    }

    fn connect(&mut self, now: Timestamp, call: CallId, leg: LegId) {
        let Some(caller) = self.calls.get_mut(&call) else {
            return;
        };
        let mut chance = Chance::new(self.seed, What::Bridge, caller.id, caller.bridges);
        caller.bridges += 1;
        caller.answered = true;
        let mut talk = caller.intent.talk;
        if self.calm {
            talk = talk.min(Span::from_secs(CALM_TALK_S));
        }
        let quarters = talk.micros() / QUARTER_US;
        let (fails, soon) = (
            chance.per_mille(self.faults.get(Fault::Bridge)),
            chance.percent(50),
        );
        let after = chance.quarters(0, if soon { 4 } else { quarters });
        let by_agent = chance.percent(35);
        if fails && !self.calm {
            self.plan(now + after, Message::BridgeFails(call, leg));
        }
        self.plan(
            now + talk,
            Message::EndsTalk {
                call,
                leg,
                by_agent,
            },
        );
    }

    fn keep(&mut self, now: Timestamp, id: EffectId) {
        let mut chance = Chance::new(self.seed, What::Kept, id.seq, id.index);
        let mut strikes = |fault| chance.per_mille(self.faults.get(fault));
        let silent = strikes(Fault::KeptSilent);
        let (failed, unknown) = (strikes(Fault::KeptFailed), strikes(Fault::KeptUnknown));
        if silent && !self.calm {
            return;
        }
        let how = match (failed, unknown) {
            (true, _) => KeptEnd::Failed,
            (_, true) => KeptEnd::Unknown,
            _ => KeptEnd::Done,
        };
        let at = now + chance.quarters(0, 20);
        self.plan(at, Message::Kept(id, how));
    }

    /// From now on nothing goes wrong any more. What was lost is told again: who
    /// waits has patience to the end, and whoever talks will have said all.
    pub(super) fn calm_down(&mut self, now: Timestamp, engine: &Engine) {
        self.calm = true;
        self.agenda
            .retain(|_, message| !matches!(message, Message::Act(_)));
        let calls: Vec<(CallId, u64)> = self.calls.iter().map(|(&id, c)| (id, c.id)).collect();
        for (call, id) in calls {
            let mut chance = Chance::new(self.seed, What::Told, id, u32::MAX);
            let talk = Span::from_secs(chance.within(1, CALM_TALK_S));
            self.wait(now, call, None);
            let legs: Vec<LegId> = (self.legs.iter())
                .filter(|(_, of)| **of == call)
                .map(|(&leg, _)| leg)
                .collect();
            if self.calls[&call].answered {
                for leg in legs {
                    let by_agent = chance.percent(50);
                    self.plan(
                        now + talk,
                        Message::EndsTalk {
                            call,
                            leg,
                            by_agent,
                        },
                    );
                }
            }
        }
        for awaiting in engine.awaiting() {
            match awaiting {
                Awaiting::Customer { call, .. } => {
                    self.plan(now, Message::AnswersBack(call, None));
                }
                Awaiting::Kept { effect, .. } => self.keep(now, effect),
                Awaiting::Ring { .. } => {}
            }
        }
    }
}
