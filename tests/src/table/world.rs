//! The centre of a case at work: feeds the engine, fires its deadlines, and
//! holds the names that the table gives to calls.

use std::collections::{BTreeMap, BTreeSet};

use tandem_engine::config::diff;
use tandem_engine::config::model::{Change, Config, Destination, Options, QueueConfig};
use tandem_engine::permissions::Action;
use tandem_engine::trace::Note;
use tandem_engine::view::CallStage;
use tandem_engine::{
    AgentId, Awaiting, By, CallId, Caller, EffectId, Engine, Entry, Event, Input, KeptEnd, LegId,
    Number, Outbox, PublicId, QueueId, Timestamp, Which, invariants,
};

use super::centre::{self, Centre};
use super::hours;
use super::logs;
use super::menus;
use super::phrase::{self, Asked, LegVerb, Phrase, Question};
use super::points;
use super::status;
use super::text::{Block, Step, What};
use super::waiting;
use super::words;
use crate::shelf::Shelf;

/// No case has more deadlines than this between two inputs.
const TICKS_MAX: u32 = 100_000;

/// How a case is played.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pace {
    /// Ticks are sent exactly when they are due.
    OnTime,
    /// Ticks are sent only when the next input has come: a stalled driver.
    Late,
    /// As on time; after each entry the engine is saved and read back, and
    /// decisions are traced.
    Restored,
}

/// What the table and the engine call the same things.
#[derive(Debug, Default)]
pub struct Names {
    calls: BTreeMap<CallId, String>,
    call_ids: BTreeMap<String, CallId>,
    records: BTreeMap<PublicId, String>,
    agents: BTreeMap<AgentId, Number>,
    queues: BTreeMap<QueueId, Number>,
    /// Every leg ever, in the order in which it first rang.
    legs: Vec<(LegId, AgentId, CallId)>,
    /// Every kept effect ever, and what it is; tables count them from one.
    kept: Vec<(EffectId, &'static str)>,
    /// Prefixes of the names of calls that came in bursts.
    pub bursts: BTreeSet<String>,
    /// Whether records are shown whole.
    pub whole_records: bool,
    /// The name and key of the call that is being told.
    coming: (String, u128),
}

impl Names {
    pub fn call(&self, id: CallId) -> &str {
        self.calls
            .get(&id)
            .map_or("an unknown call", String::as_str)
    }

    pub fn record(&self, id: PublicId) -> &str {
        self.records
            .get(&id)
            .map_or("an unknown call", String::as_str)
    }

    pub fn agent(&self, id: AgentId) -> Number {
        self.agents.get(&id).copied().unwrap_or_default()
    }

    pub fn queue(&self, id: QueueId) -> Number {
        self.queues.get(&id).copied().unwrap_or_default()
    }

    /// Whose telephone a leg is.
    pub fn leg(&self, id: LegId) -> Number {
        let found = self.legs.iter().find(|(leg, ..)| *leg == id);
        found.map_or(Number::NONE, |(_, agent, _)| self.agent(*agent))
    }

    pub fn rung(&mut self, leg: LegId, agent: AgentId, call: CallId) {
        self.legs.push((leg, agent, call));
    }

    /// The place of a kept effect among all, from one, and what it is.
    pub fn kept(&mut self, id: EffectId, what: &'static str) -> (usize, &'static str) {
        let place = self.kept.iter().position(|(known, _)| *known == id);
        let place = place.unwrap_or_else(|| {
            self.kept.push((id, what));
            self.kept.len() - 1
        });
        (place + 1, self.kept[place].1)
    }

    /// Takes note of a call that came in.
    fn came(&mut self, call: CallId, public: PublicId, key: u128) -> Result<(), String> {
        let (name, told) = self.coming.clone();
        if key != told {
            return Err(format!("call {name} has another key than it was told with"));
        }
        self.named(call, public, name)
    }

    /// Somebody has a call with this name placed.
    fn places(&mut self, by: By, name: String, to: Destination) -> Input {
        self.coming = (name, 0);
        Input::PlaceCall { by, to }
    }

    /// Takes note of a call to a number outside, for another call.
    fn placed(&mut self, call: CallId, outside: CallId, public: PublicId) -> Result<(), String> {
        let name = waiting::number_called_for(self.call(call));
        self.named(outside, public, name)
    }

    fn named(&mut self, call: CallId, public: PublicId, name: String) -> Result<(), String> {
        self.calls.insert(call, name.clone());
        self.call_ids.insert(name.clone(), call);
        match self.records.insert(public, name) {
            Some(other) => Err(format!("{other} and another call have the same public id")),
            None => Ok(()),
        }
    }

    pub(super) fn call_id(&self, name: &str) -> Result<CallId, String> {
        self.call_ids
            .get(name)
            .copied()
            .ok_or_else(|| format!("nobody is called {name}"))
    }

    fn know(&mut self, engine: &Engine) {
        for id in engine.agents() {
            let number = engine.agent(id).expect("the id was just listed").number;
            self.agents.insert(id, number);
        }
        for id in engine.queues() {
            let number = engine
                .queue(id)
                .expect("the id was just listed")
                .config
                .number;
            self.queues.insert(id, number);
        }
    }
}

/// A centre at work.
pub struct World {
    engine: Engine,
    out: Outbox,
    /// Everything that was told.
    entries: Vec<Entry>,
    seq: u64,
    now: Timestamp,
    pace: Pace,
    names: Names,
    shelf: Shelf,
}

impl World {
    /// Sets up a centre as its table describes it.
    pub fn open(centre: Centre, pace: Pace) -> Result<Self, String> {
        let names = Names {
            whole_records: centre.whole_records,
            ..Names::default()
        };
        let mut world = Self {
            engine: Engine::new(centre.seed),
            out: Outbox::default(),
            entries: Vec::new(),
            seq: 0,
            now: Timestamp::ZERO,
            pace,
            names,
            shelf: Shelf::default(),
        };
        if let Some(micros) = centre.clock {
            world.set_up(Input::WallOffset { micros })?;
        }
        let changes = diff::changes(&Config::default(), &centre.config);
        world.set_up(Input::Configure {
            by: By::System,
            base: 0,
            changes,
        })?;
        for extension in &centre.config.extensions {
            if !centre.down.contains(&extension.number) {
                world.set_up(Input::DeviceUp {
                    extension: extension.number,
                })?;
            }
        }
        for agent in centre.logged_in {
            let (by, queues) = (By::System, Which::All);
            world.set_up(Input::AgentLogIn { by, agent, queues })?;
        }
        Ok(world)
    }

    /// The journal of what was played.
    pub fn into_entries(self) -> Vec<Entry> {
        self.entries
    }

    fn set_up(&mut self, input: Input) -> Result<(), String> {
        let told = format!("{input:?}");
        self.feed(Timestamp::ZERO, input)?;
        match &self.out.reject {
            None => Ok(()),
            Some(reject) => Err(format!("the centre is wrong: {reject:?}, told {told}")),
        }
    }

    /// Plays a step of the table, after the deadlines before it.
    pub fn step(&mut self, step: &Step, blocks: &mut Vec<Block>) -> Result<(), String> {
        let (what, time) = (step.what.clone(), step.time);
        match &step.what {
            What::Passing => {}
            What::Until => {
                self.pass_time(time, true, blocks)?;
                blocks.push(Block {
                    time,
                    what,
                    lines: Vec::new(),
                });
            }
            What::Input(text) => {
                let phrase = phrase::read(text)?;
                // These two come instead of the deadlines that are due.
                let instead = matches!(phrase, Phrase::Abort | Phrase::Restart { .. });
                let seen = match &phrase {
                    Phrase::Restart { alive_until, .. } => alive_until.unwrap_or(time),
                    _ => time,
                };
                self.pass_time(seen, !instead, blocks)?;
                self.now = time;
                let lines = self.perform(phrase)?;
                let lines = words::gather(&lines, &self.names.bursts);
                blocks.push(Block { time, what, lines });
            }
        }
        Ok(())
    }

    /// Fires every deadline before `to`, and those at `to` where `inclusive`.
    fn pass_time(
        &mut self,
        to: Timestamp,
        inclusive: bool,
        blocks: &mut Vec<Block>,
    ) -> Result<(), String> {
        let mut passed: Vec<Block> = Vec::new();
        for _ in 0..TICKS_MAX {
            let Some(due) = self.due_before(to, inclusive) else {
                for block in &mut passed {
                    block.lines = words::gather(&block.lines, &self.names.bursts);
                }
                blocks.append(&mut passed);
                return Ok(());
            };
            let at = self.at_of_tick(due, to).max(self.now);
            let mut lines = self.feed(at, Input::Tick)?;
            // Told as of when it happened, which a late tick does not change.
            let time = self.out.acted_at;
            match passed.last_mut() {
                _ if lines.is_empty() => {}
                Some(block) if block.time == time => block.lines.append(&mut lines),
                _ => passed.push(Block {
                    time,
                    what: What::Passing,
                    lines,
                }),
            }
        }
        Err("deadlines never come to an end".to_owned())
    }

    fn due_before(&self, to: Timestamp, inclusive: bool) -> Option<Timestamp> {
        let (due, _) = self.engine.next_deadline()?;
        (due < to || inclusive && due == to).then_some(due)
    }

    fn at_of_tick(&self, due: Timestamp, to: Timestamp) -> Timestamp {
        match self.pace {
            Pace::Late => to,
            Pace::OnTime | Pace::Restored => due,
        }
    }

    fn perform(&mut self, phrase: Phrase) -> Result<Vec<String>, String> {
        let at = self.now;
        let input = match phrase {
            Phrase::Abort => {
                let (due, timer) = self.engine.next_deadline().ok_or("no deadline")?;
                if due != at {
                    return Err(format!("{timer:?} is due at {due}, not {at}"));
                }
                Input::Abort { timer }
            }
            Phrase::Arrive {
                names,
                from,
                dialled,
            } => return self.arrive(&names, from, dialled),
            Phrase::Ask(question) => return self.ask(&question),
            Phrase::BridgeFails(call) => Input::BridgeFailed {
                call: self.names.call_id(&call)?,
            },
            Phrase::CallerHangsUp(call) => Input::CallerHungUp {
                call: self.names.call_id(&call)?,
            },
            Phrase::Change { by, base, changes } => {
                let (config, revision) = self.engine.config();
                let changes = read_changes(config, &changes)?;
                Input::Configure {
                    by,
                    base: base.unwrap_or(revision),
                    changes,
                }
            }
            Phrase::Clock(wall) => {
                let passed = i64::try_from(at.micros()).expect("tables are short");
                Input::WallOffset {
                    micros: wall - passed,
                }
            }
            Phrase::Handle(by, call, handling) => handling.input(by, self.names.call_id(&call)?),
            Phrase::Kept(number, how) => {
                let known = self.names.kept.get(number.wrapping_sub(1));
                let (effect, _) = *known.ok_or("nothing has this number")?;
                match how {
                    KeptEnd::Done => Input::KeptDone { effect },
                    KeptEnd::Failed => Input::KeptFailed { effect },
                    _ => Input::KeptUnknown { effect },
                }
            }
            Phrase::Customer(call, cause) => {
                waiting::of_customer(self.names.call_id(&call)?, cause)
            }
            Phrase::Place(by, name, to) => self.names.places(by, name, to),
            Phrase::KeyPressed(call, key) => Input::KeyPressed {
                call: self.names.call_id(&call)?,
                key,
            },
            Phrase::Leg { agent, call, verb } => {
                verb.input(self.leg(agent, call.as_deref(), verb)?)
            }
            Phrase::Paperwork(paperwork) => logs::input(&paperwork, &self.shelf, &self.names)?,
            Phrase::Restart { epoch, alive_until } => Input::Restarted {
                alive_until: alive_until.unwrap_or(at),
                epoch,
            },
            Phrase::Tell(input) => input,
        };
        self.feed(at, input)
    }

    fn arrive(
        &mut self,
        names: &[String],
        from: Number,
        dialled: Number,
    ) -> Result<Vec<String>, String> {
        let extension = self.engine.find_agent(from).map(|_| from);
        let mut lines = Vec::new();
        for name in names {
            if names.len() > 1 {
                let prefix = name.trim_end_matches(|c: char| c.is_ascii_digit());
                self.names.bursts.insert(prefix.to_owned());
            }
            // Calls of a burst come one by one: what is due comes between.
            while self.due_before(self.now, true).is_some() {
                lines.append(&mut self.feed(self.now, Input::Tick)?);
            }
            let key = u128::from(self.seq) + 1;
            self.names.coming = (name.clone(), key);
            let from = Caller {
                number: from,
                name: None,
                extension,
            };
            lines.append(&mut self.feed(self.now, Input::CallArrived { key, from, dialled })?);
        }
        Ok(lines)
    }

    /// The leg that an input is about. Where the call is named it may be over.
    fn leg(&self, agent: Number, call: Option<&str>, verb: LegVerb) -> Result<LegId, String> {
        let mut legs = self.names.legs.iter().rev();
        let of_agent = |leg: &&(LegId, AgentId, CallId)| self.names.agent(leg.1) == agent;
        if let Some(call) = call {
            let call = self.names.call_id(call)?;
            let found = legs.filter(of_agent).find(|leg| leg.2 == call);
            return found
                .map(|leg| leg.0)
                .ok_or_else(|| format!("{agent} never had this call"));
        }
        let rings = |id: LegId| {
            let ringing = |awaited| matches!(awaited, Awaiting::Ring { leg, .. } if leg == id);
            self.engine.awaiting().any(ringing)
        };
        let wanted = |leg: &&(LegId, AgentId, CallId)| {
            let alive = self
                .engine
                .call(leg.2)
                .is_some_and(|call| call.legs.contains(&leg.0));
            let talks = matches!(verb, LegVerb::HangUp | LegVerb::Hold | LegVerb::Resume);
            alive && rings(leg.0) != talks
        };
        let found: Vec<_> = legs.by_ref().filter(of_agent).filter(wanted).collect();
        match found.as_slice() {
            [leg] => Ok(leg.0),
            [] => Err(format!(
                "{agent} has no telephone that could do this: name the call?"
            )),
            _ => Err(format!("{agent} has several legs: name the call")),
        }
    }

    /// Tells the engine one thing and reads what came of it.
    fn feed(&mut self, at: Timestamp, input: Input) -> Result<Vec<String>, String> {
        self.seq += 1;
        let entry = Entry {
            seq: self.seq,
            received_at: at,
            input,
        };
        self.entries.push(entry.clone());
        if self.pace == Pace::Restored {
            let mut notes: Vec<Note> = Vec::new();
            self.engine.apply_traced(&entry, &mut self.out, &mut notes);
            let restored = Engine::restore(&self.engine.snapshot())
                .map_err(|error| format!("the engine can not be restored: {error}"))?;
            if restored.hash() != self.engine.hash() {
                return Err("the engine is another one when restored".to_owned());
            }
            self.engine = restored;
        } else {
            self.engine.apply(&entry, &mut self.out);
        }
        self.ids_are_in_order()?;
        for event in &self.out.events {
            match event {
                Event::CallArrived { call, public, key } => {
                    self.names.came(*call, *public, *key)?;
                }
                Event::CallPlaced { call, public, .. } => self.names.came(*call, *public, 0)?,
                Event::OutsideRung {
                    call,
                    outside,
                    public,
                    ..
                } => self.names.placed(*call, *outside, *public)?,
                Event::AgentTurned {
                    call,
                    turned,
                    public,
                    ..
                } => {
                    let name = waiting::who_talked_to(self.names.call(*call));
                    self.names.named(*turned, *public, name)?;
                }
                _ => {}
            }
        }
        self.names.know(&self.engine);
        if self.out.reject.is_none() {
            logs::store(&mut self.shelf, &entry.input, &self.out.events, &self.names);
        }
        let lines = words::of(&entry.input, &self.out, &mut self.names);
        invariants::check(&self.engine).map_err(|law| format!("broken law: {law}"))?;
        Ok(lines)
    }

    /// No two effects have one id, nor has an effect that was dropped.
    fn ids_are_in_order(&self) -> Result<(), String> {
        if self.out.reject.is_some() {
            let silent = self.out.effects.is_empty() && self.out.events.is_empty();
            return if silent {
                Ok(())
            } else {
                Err("a refused input has outputs".to_owned())
            };
        }
        let mut seen: BTreeSet<EffectId> = BTreeSet::new();
        let ordered = self.out.effects.iter().map(|(id, _)| *id);
        let dropped = self.out.events.iter().filter_map(|event| match event {
            Event::KeptEnded {
                effect,
                how: KeptEnd::Dropped,
            } => Some(*effect),
            _ => None,
        });
        let twice = ordered.chain(dropped).find(|id| !seen.insert(*id));
        twice.map_or(Ok(()), |id| Err(format!("{id:?} names two effects")))
    }

    fn ask(&mut self, question: &Question) -> Result<Vec<String>, String> {
        match question {
            Question::Awaited => Ok(self.awaited()),
            Question::Lamp(owner, key) => Ok(vec![status::lamp(self.engine.lamp(*owner, *key))]),
            Question::Estimate(call) => {
                let estimate = self.engine.estimate(self.names.call_id(call)?);
                Ok(vec![words::estimate(estimate)])
            }
            Question::EstimateOfNext(number) => {
                let queue = self.engine.find_queue(*number);
                let queue = queue.ok_or("there is no such queue")?;
                Ok(vec![words::estimate(self.engine.estimate_of_next(queue))])
            }
            Question::Look(number) => self.look(*number),
            Question::May(by, right) => {
                let queue = |number| {
                    let queue = self.engine.find_queue(number);
                    queue.ok_or_else(|| format!("there is no queue {number}"))
                };
                let action = match right {
                    Asked::Configure => Action::Configure,
                    Asked::Erase => Action::ErasePerson,
                    Asked::InQueue(right, number) => Action::InQueue(queue(*number)?, *right),
                    Asked::OnCall(right, call) => {
                        Action::HandleCall(self.names.call_id(call)?, *right)
                    }
                    Asked::Presence(number) => {
                        let agent = self.engine.find_agent(*number);
                        Action::SetPresence(agent.ok_or("no such extension")?)
                    }
                    Asked::See(number) => Action::SeeQueue(queue(*number)?),
                    Asked::SeeCall(number, agent) => {
                        let agent = agent.map(|agent| self.engine.find_agent(agent));
                        let agent = agent.map(|agent| agent.ok_or("no such agent"));
                        Action::SeeQueueCall(queue(*number)?, agent.transpose()?)
                    }
                    Asked::SeeCalls(number) => Action::SeeCalls(queue(*number)?),
                    Asked::Switch {
                        agent,
                        queue: number,
                    } => {
                        let view = self
                            .engine
                            .queue(queue(*number)?)
                            .expect("the queue is there");
                        let agent = self.engine.find_agent(*agent);
                        let member = view.members.iter().copied().find(|member| {
                            self.engine.member(*member).map(|view| view.agent) == agent
                        });
                        Action::SwitchAgent(member.ok_or("no such agent there")?)
                    }
                };
                let allowed = self.engine.allows(*by, action);
                Ok(vec![if allowed { "yes" } else { "no" }.to_owned()])
            }
        }
    }

    fn awaited(&mut self) -> Vec<String> {
        let mut lines = Vec::new();
        for awaited in self.engine.awaiting() {
            lines.push(match awaited {
                Awaiting::Customer { call, .. } => {
                    format!("the customer of {}", self.names.call(call))
                }
                Awaiting::Ring { leg, .. } => format!("the ring of {}", self.names.leg(leg)),
                Awaiting::Kept { effect, .. } => {
                    let (place, what) = self.names.kept(effect, "?");
                    format!("{what} {place}")
                }
            });
        }
        lines
    }

    fn look(&self, number: Number) -> Result<Vec<String>, String> {
        let id = self
            .engine
            .find_queue(number)
            .ok_or("there is no such queue")?;
        let queue = self.engine.queue(id).expect("the queue is there");
        let waiting = self.names.calls.iter().filter(|(call, _)| {
            let stage = self.engine.call(**call).map(|call| call.stage);
            matches!(stage, Some(CallStage::Agent { queue, .. }) if queue == id)
        });
        let waiting: Vec<&str> = waiting.map(|(_, name)| name.as_str()).collect();
        let mut lines = vec![match queue.callers {
            0 => "nobody waits".to_owned(),
            1..=5 => format!("waiting: {}", waiting.join(" ")),
            many => format!("waiting: {many} callers"),
        }];
        for &member in queue.members {
            let member = self.engine.member(member).expect("the member is there");
            let agent = self.names.agent(member.agent);
            lines.push(format!("{agent}: {}", words::obstacle(member.obstacle)));
        }
        Ok(lines)
    }
}

/// Changes in words, on top of `config`.
fn read_changes(mut config: Config, texts: &[String]) -> Result<Vec<Change>, String> {
    let mut changes = Vec::new();
    for text in texts {
        let change = read_change(&config, text).map_err(|what| format!("{text:?}: {what}"))?;
        config = diff::apply(config, std::slice::from_ref(&change));
        changes.push(change);
    }
    Ok(changes)
}

type Settings = fn(&mut Options, &[&str]) -> Result<(), String>;

/// What changes the common settings by a line of this kind.
fn options_of(kind: &str) -> Option<Settings> {
    Some(match kind {
        "contact" => centre::contact,
        "holiday" => hours::holiday,
        "hours" => hours::hours,
        "options" => centre::options,
        "prompt" => hours::prompt,
        "trunk" => waiting::trunk,
        "voicemail" => points::voicemail,
        _ => return None,
    })
}

fn read_change(config: &Config, text: &str) -> Result<Change, String> {
    let words: Vec<&str> = text.split_whitespace().collect();
    Ok(match words.as_slice() {
        ["new", "extension", words @ ..] => Change::PutExtension(centre::extension(words)?),
        ["new", "queue", words @ ..] => Change::PutQueue(centre::queue(words)?),
        [
            "new",
            kind @ ("call_flow" | "menu" | "ring_group" | "voicemail_group"),
            words @ ..,
        ] => Change::PutPoint(points::point(kind, words)?),
        ["extension", number, words @ ..] => {
            let number: Number = centre::read_value(number)?;
            let mut known = config.extensions.iter();
            let known = known.find(|known| known.number == number);
            let mut extension = known.ok_or("there is no such extension")?.clone();
            centre::extension_settings(&mut extension, words)?;
            Change::PutExtension(extension)
        }
        ["node", number, ..] => {
            let mut points = config.points.clone();
            menus::node(&mut points, &words[1..])?;
            let number: Number = centre::read_value(number)?;
            let changed = points.into_iter().find(|known| known.number == number);
            Change::PutPoint(changed.ok_or("there is no such route point")?)
        }
        ["point", number, words @ ..] => {
            let number: Number = centre::read_value(number)?;
            let known = config.points.iter().find(|known| known.number == number);
            let mut point = known.ok_or("there is no such route point")?.clone();
            points::point_settings(&mut point, words)?;
            Change::PutPoint(point)
        }
        [kind, ..] if options_of(kind).is_some() => {
            let mut options = config.options.clone();
            let settings = options_of(kind).ok_or("no such change")?;
            settings(&mut options, &words[1..])?;
            Change::PutOptions(options)
        }
        ["queue", number, words @ ..] => {
            let number: Number = centre::read_value(number)?;
            let known = config.queues.iter().find(|known| known.number == number);
            let mut queue: QueueConfig = known.ok_or("there is no such queue")?.clone();
            centre::queue_settings(&mut queue, words)?;
            Change::PutQueue(queue)
        }
        ["remove", "extension", number] => Change::RemoveExtension(centre::read_value(number)?),
        ["remove", what @ ("hours" | "prompt"), gone] => {
            let mut options = config.options.clone();
            match *what {
                "hours" => options.hours.retain(|hours| hours.name != *gone),
                _ => options.prompts.retain(|prompt| prompt.name != *gone),
            }
            Change::PutOptions(options)
        }
        ["remove", "point", number] => Change::RemovePoint(centre::read_value(number)?),
        ["remove", "queue", number] => Change::RemoveQueue(centre::read_value(number)?),
        _ => return Err("no such change".to_owned()),
    })
}
