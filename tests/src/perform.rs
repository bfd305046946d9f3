//! Carries random acts out on a driver: names become ids, drafts become
//! configurations.

use tandem_engine::config::model::{Change, Config, Destination, MemberConfig, QueueConfig};
use tandem_engine::config::presence::Presence;
use tandem_engine::records::notes::Note;
use tandem_engine::records::processing::Processing;
use tandem_engine::view::CallStage;
use tandem_engine::{
    Awaiting, By, CallId, Caller, Cause, EffectId, Event, Input, LegId, Number, Timestamp, Which,
};

use crate::acts::{Act, Asker, Behind, Edit, Gap, Handle, NoteBits, Pick, Status, Step, To, Where};
use crate::centre::{
    Centre, DISPOSITIONS, QueueDraft, There, ZONES, extension, external, outside, point, queue,
    slot, statics_first,
};
use crate::live::{Live, Witness};
use crate::shelf::Shelf;

const QUARTER_US: u64 = 250_000;
const DAY_US: i64 = 86_400_000_000;
/// Some day long after the last change of a clock in [`ZONES`].
const SOME_DAY: i64 = 20_000;
/// Every timer of a small centre has fired by then, those of midnight apart.
const DRAIN_QUARTERS: u64 = 240;

/// A driver, and what people outside remember.
#[derive(Debug)]
pub struct World<W> {
    /// The driver.
    pub live: Live<W>,
    /// Lines whose ids are remembered already.
    read: usize,
    keys: u128,
    calls: Vec<CallId>,
    legs: Vec<LegId>,
    kept: Vec<EffectId>,
    shelf: Shelf,
}

/// Plays a history to its end, when nobody is left on the line; the world as
/// far as it came, and what went wrong.
pub fn play<W: Witness>(
    centre: &Centre,
    steps: &[Step],
    witness: W,
) -> (World<W>, Result<(), String>) {
    let mut world = World::new(centre.seed, witness);
    let mut played = world.open(centre);
    for step in steps {
        played = played.and_then(|()| world.perform(step));
    }
    played = played.and_then(|()| world.drain());
    (world, played)
}

impl<W: Witness> World<W> {
    /// A world with an empty engine.
    pub fn new(seed: u64, witness: W) -> Self {
        Self {
            live: Live::new(seed, witness),
            read: 0,
            keys: 0,
            calls: Vec::new(),
            legs: Vec::new(),
            kept: Vec::new(),
            shelf: Shelf::default(),
        }
    }

    /// A second world from this moment on, with a witness of its own.
    pub fn fork<V: Witness>(&self, witness: V) -> World<V> {
        World {
            live: self.live.fork(witness),
            read: self.read,
            keys: self.keys,
            calls: self.calls.clone(),
            legs: self.legs.clone(),
            kept: self.kept.clone(),
            shelf: self.shelf.clone(),
        }
    }

    /// Configures the centre; telephones and agents come.
    ///
    /// # Errors
    /// Where the engine panics or the witness objects.
    pub fn open(&mut self, centre: &Centre) -> Result<(), String> {
        let config = centre.config();
        let mut changes = vec![Change::PutOptions(config.options)];
        changes.extend(config.extensions.into_iter().map(Change::PutExtension));
        changes.extend(config.queues.into_iter().map(Change::PutQueue));
        changes.extend(config.points.into_iter().map(Change::PutPoint));
        let (by, base) = (By::System, 0);
        self.send(Input::Configure { by, base, changes })?;
        for (place, draft) in (0..).zip(&centre.extensions) {
            let extension = extension(place);
            if draft.up {
                self.send(Input::DeviceUp { extension })?;
            }
            if draft.in_at_first {
                self.send(Input::AgentLogIn {
                    by: By::Person(extension),
                    agent: extension,
                    queues: Which::All,
                })?;
            }
        }
        Ok(())
    }

    /// Does one act in its time.
    ///
    /// # Errors
    /// Where the engine panics or the witness objects.
    pub fn perform(&mut self, step: &Step) -> Result<(), String> {
        self.live.punctual = !step.late;
        if let Act::Abort { late } = step.act {
            return self.abort(late);
        }
        let at = self.time_of(step.gap);
        self.live.advance(at)?;
        let input = match &step.act {
            Act::Abort { .. } | Act::Wait => return Ok(()),
            Act::Kill(down) => return self.live.kill(u64::from(*down) * QUARTER_US),
            Act::Restart(restored) => return self.live.restart(0, *restored),
            Act::Save => {
                self.live.save();
                return Ok(());
            }
            Act::Callback(pick, what) => return self.say_where(*pick, *what),
            act => self.input(act),
        };
        match input {
            Some(input) => self.send(input),
            None => Ok(()),
        }
    }

    /// Everybody hangs up; whatever is due soon happens.
    ///
    /// # Errors
    /// Where the engine panics or the witness objects.
    pub fn drain(&mut self) -> Result<(), String> {
        self.live.punctual = true;
        for call in self.live.engine().calls() {
            self.send(Input::CallerHungUp { call })?;
        }
        let end = self.live.now().micros() + DRAIN_QUARTERS * QUARTER_US;
        self.live.advance(Timestamp::from_micros(end)).map(drop)
    }

    fn send(&mut self, input: Input) -> Result<(), String> {
        let now = self.live.now();
        self.live.send(now, input).map(drop)
    }

    fn time_of(&self, gap: Gap) -> Timestamp {
        let now = self.live.now();
        let due = self
            .live
            .engine()
            .next_deadline()
            .map_or(now, |(due, _)| due);
        let micros = match gap {
            Gap::Quarters(count) => now.micros() + u64::from(count) * QUARTER_US,
            Gap::Before => due.micros().saturating_sub(1),
            Gap::At => due.micros(),
        };
        // Nights are for the clock on the wall to skip.
        let most = now.micros() + DRAIN_QUARTERS * QUARTER_US;
        Timestamp::from_micros(micros.clamp(now.micros(), most))
    }

    /// The next deadline, if it comes soon, can not be carried out; that is
    /// noticed so many quarters of a second later.
    ///
    /// # Errors
    /// Where the engine panics or the witness objects.
    pub fn abort(&mut self, late: u8) -> Result<(), String> {
        let Some((due, timer)) = self.live.engine().next_deadline() else {
            return Ok(());
        };
        let most = self.live.now().micros() + DRAIN_QUARTERS * QUARTER_US;
        if due.micros() > most {
            return Ok(());
        }
        let at = Timestamp::from_micros(due.micros() + u64::from(late) * QUARTER_US);
        self.live.apply(at, Input::Abort { timer }).map(drop)
    }

    /// What an act tells the engine; nothing where it finds nobody to do it
    /// to.
    fn input(&mut self, act: &Act) -> Option<Input> {
        self.remember();
        Some(match act {
            Act::Answer(pick) => Input::LegAnswered {
                leg: self.ringing(*pick)?,
            },
            Act::BridgeFail(pick) => Input::BridgeFailed {
                call: self.talking(*pick)?,
            },
            Act::Call { from, number, to } => self.call(*from, *number, *to),
            Act::Customer(pick, cause) => self.customer(*pick, *cause)?,
            Act::Confirm(pick, how) => how.input(self.kept(*pick)?),
            Act::Deal(..) | Act::Discard(..) | Act::Note(..) => self.paperwork(act)?,
            Act::Device(place, up) => self.device(*place, *up),
            Act::Dial { from, code, behind } => self.dial(*from, *code, *behind)?,
            Act::Edit(asker, edit) => {
                let (config, base) = self.live.engine().config();
                let changes = changes(&config, edit)?;
                let by = by(*asker, Number::NONE);
                Input::Configure { by, base, changes }
            }
            Act::EndLeg(pick) => Input::LegEnded {
                leg: self.any_leg(*pick)?,
            },
            Act::Erase(asker, number) => Input::PersonErased {
                by: by(*asker, outside(*number)),
                number: outside(*number),
            },
            Act::Fail(pick, cause) => Input::LegFailed {
                leg: self.ringing(*pick)?,
                cause: *cause,
            },
            Act::Handle(asker, pick, handle) => self.handle(*asker, *pick, *handle)?,
            Act::Place(asker, who, to) => self.place(*asker, *who, *to),
            Act::Hold(pick, on) => {
                let leg = self.any_leg(*pick)?;
                match on {
                    true => Input::LegHeld { leg },
                    false => Input::LegResumed { leg },
                }
            }
            Act::HangUp(pick) => Input::CallerHungUp {
                call: self.any_call(*pick)?,
            },
            Act::Presence(asker, place, presence) => self.presence(*asker, *place, *presence),
            Act::Key(pick, key) => Input::KeyPressed {
                call: self.any_call(*pick)?,
                key: *key,
            },
            Act::Repeat(place) => self.repeated(*place)?,
            Act::Switch(asker, place, queues, status) => {
                let agent = self.somebody(*place);
                switch(*asker, agent, self.which(*queues), *status)
            }
            Act::WallClock(midnight, before) => Input::WallOffset {
                micros: self.wall_offset(*midnight, *before),
            },
            Act::Abort { .. }
            | Act::Callback(..)
            | Act::Kill(_)
            | Act::Restart(_)
            | Act::Save
            | Act::Wait => {
                return None;
            }
        })
    }

    /// Somebody has a call placed.
    fn place(&self, asker: Asker, who: u8, to: To) -> Input {
        Input::PlaceCall {
            by: by(asker, self.somebody(who)),
            to: self.destination(to),
        }
    }

    /// Who is called back answers, or does not.
    fn customer(&self, pick: Pick, cause: Option<Cause>) -> Option<Input> {
        let awaiting = self.live.engine().awaiting();
        let called = awaiting.filter_map(|awaiting| match awaiting {
            Awaiting::Customer { call, .. } => Some(call),
            Awaiting::Kept { .. } | Awaiting::Ring { .. } => None,
        });
        let call = choose(pick, called.collect(), &self.calls)?;
        Some(match cause {
            None => Input::CustomerAnswered { call },
            Some(cause) => Input::CustomerFailed { call, cause },
        })
    }

    /// Somebody who waits asks for a callback; who has asked says where: at his own number, at
    /// another one, or at none. Some say no more then, and some hang up.
    fn say_where(&mut self, pick: Pick, what: u8) -> Result<(), String> {
        let engine = self.live.engine();
        let waiting = engine.calls().into_iter().filter_map(|call| {
            let queue = match engine.call(call)?.stage {
                CallStage::Agent { queue, .. } => engine.queue(queue)?,
                _ => return None,
            };
            let key = queue.config.callback.as_ref()?.key;
            Some((call, key, engine.waiting(call)?.asks_for_callback))
        });
        let mut waiting: Vec<_> = waiting.collect();
        if waiting.iter().any(|(_, _, asks)| *asks) {
            waiting.retain(|(_, _, asks)| *asks);
        }
        let Some((call, key, asks)) = choose(pick, waiting, &[]) else {
            return Ok(());
        };
        let said = match (asks, what) {
            (false, _) => key.to_string(),
            (true, 0..=2) => "#".to_owned(),
            (true, 3 | 12) => key.to_string(),
            (true, 4) => format!("{}*#", outside(1)),
            (true, 5) => "9999999999".to_owned(),
            (true, 13) => "493".to_owned(),
            (true, 14) => outside(1).to_string(),
            (true, _) => format!("{}#", outside(1 + what % 3)),
        };
        for key in said.chars().filter_map(|key| key.to_string().parse().ok()) {
            self.send(Input::KeyPressed { call, key })?;
        }
        let leaves = (asks && what > 11).then_some(Input::CallerHungUp { call });
        leaves.map_or(Ok(()), |input| self.send(input))
    }

    /// What somebody does about calls that are over.
    fn paperwork(&self, act: &Act) -> Option<Input> {
        Some(match act {
            Act::Deal(asker, place, result) => {
                let log = self.shelf.pick(*place)?;
                let result = Processing::ALL[usize::from(*result) % 3];
                let own = log.agent.unwrap_or_default();
                self.shelf.process(by(*asker, own), log, result)
            }
            Act::Discard(asker, first, second) => {
                let (first, second) = (self.shelf.pick(*first)?, self.shelf.pick(*second)?);
                let own = first.agent.unwrap_or_default();
                let mut logs = vec![*first, *second];
                logs.dedup_by_key(|log| log.name());
                let by = by(*asker, own);
                Input::CallLogsDeleted { by, logs }
            }
            Act::Note(asker, place, bits) => {
                let log = *self.shelf.pick(*place)?;
                Input::CallLogNoted {
                    by: by(*asker, log.agent.unwrap_or_default()),
                    log: Box::new(log),
                    note: Box::new(note(*bits)),
                }
            }
            _ => return None,
        })
    }

    /// Reads what came since the last time for ids to be stale later.
    fn remember(&mut self) {
        for line in &self.live.lines()[self.read..] {
            if line.out.reject.is_none() {
                self.shelf.hear(&line.entry.input);
            }
            for event in &line.out.events {
                let engine = self.live.engine();
                self.shelf.store(
                    event,
                    |id| engine.queue(id).map(|queue| queue.config.number),
                    |id| engine.agent(id).map(|agent| agent.number),
                );
                match event {
                    Event::AgentTurned { turned: call, .. }
                    | Event::CallArrived { call, .. }
                    | Event::CallPlaced { call, .. }
                    | Event::OutsideRung { outside: call, .. } => {
                        self.calls.push(*call);
                    }
                    Event::CallOffered { leg, .. }
                    | Event::ExtensionRung { leg, .. }
                    | Event::SupervisorRung { leg, .. } => {
                        self.legs.push(*leg);
                    }
                    _ => {}
                }
            }
            let kept = line.out.effects.iter();
            let kept = kept.filter(|(_, effect)| effect.kind() == tandem_engine::EffectKind::Kept);
            self.kept.extend(kept.map(|(id, _)| *id));
        }
        self.read = self.live.lines().len();
    }

    fn ringing(&self, pick: Pick) -> Option<LegId> {
        let awaiting = self.live.engine().awaiting();
        let legs = awaiting.filter_map(|awaiting| match awaiting {
            Awaiting::Ring { leg, .. } => Some(leg),
            Awaiting::Customer { .. } | Awaiting::Kept { .. } => None,
        });
        choose(pick, legs.collect(), &self.legs)
    }

    fn any_leg(&self, pick: Pick) -> Option<LegId> {
        let engine = self.live.engine();
        let calls = engine
            .calls()
            .into_iter()
            .filter_map(|call| engine.call(call));
        // Conversations end more often than telephones break.
        let mut legs: Vec<LegId> = (calls
            .filter(|call| matches!(call.stage, CallStage::End { .. })))
        .flat_map(|call| call.legs)
        .collect();
        legs.extend(self.ringing(Pick {
            place: pick.place,
            over: false,
        }));
        choose(pick, legs, &self.legs)
    }

    fn any_call(&self, pick: Pick) -> Option<CallId> {
        choose(pick, self.live.engine().calls(), &self.calls)
    }

    fn talking(&self, pick: Pick) -> Option<CallId> {
        let engine = self.live.engine();
        let talks = |call: &CallId| {
            let view = engine.call(*call);
            view.is_some_and(|view| matches!(view.stage, CallStage::End { .. }))
        };
        let calls = engine.calls().into_iter().filter(talks).collect();
        choose(pick, calls, &self.calls)
    }

    fn kept(&self, pick: Pick) -> Option<EffectId> {
        let awaiting = self.live.engine().awaiting();
        let kept = awaiting.filter_map(|awaiting| match awaiting {
            Awaiting::Kept { effect, .. } => Some(effect),
            Awaiting::Customer { .. } | Awaiting::Ring { .. } => None,
        });
        choose(pick, kept.collect(), &self.kept)
    }

    /// An extension: most often one that there is.
    fn somebody(&self, place: u8) -> Number {
        let engine = self.live.engine();
        let agents = engine
            .agents()
            .into_iter()
            .filter_map(|id| engine.agent(id));
        let numbers: Vec<Number> = agents.map(|agent| agent.number).collect();
        one_of(&numbers, place).unwrap_or_else(|| extension(place))
    }

    /// A queue: most often one that there is.
    fn some_queue(&self, place: u8) -> Number {
        let engine = self.live.engine();
        let queues = engine
            .queues()
            .into_iter()
            .filter_map(|id| engine.queue(id));
        let numbers: Vec<Number> = queues.map(|queue| queue.config.number).collect();
        one_of(&numbers, place).unwrap_or_else(|| queue(place))
    }

    /// A route point: most often one that there is.
    fn some_point(&self, place: u8) -> Number {
        let points = self.live.engine().config().0.points;
        let numbers: Vec<Number> = points.iter().map(|point| point.number).collect();
        one_of(&numbers, place).unwrap_or_else(|| point(place))
    }

    fn which(&self, queues: Where) -> Which {
        match queues {
            Where::All => Which::All,
            Where::Last => Which::Last,
            Where::One(place) => Which::One(self.some_queue(place)),
        }
    }

    fn call(&mut self, from: Option<u8>, number: u8, to: To) -> Input {
        self.keys += 1;
        let from = from.map(|place| self.somebody(place));
        let number = from.unwrap_or_else(|| outside(number));
        Input::CallArrived {
            key: self.keys,
            from: Caller {
                number,
                name: (!number.is_none()).then(|| "Somebody".into()),
                extension: from,
            },
            dialled: match to {
                To::Queue(place) => self.some_queue(place),
                To::Extension(place) => self.somebody(place),
                To::Point(place) => self.some_point(place),
                To::Outside(place) => outside(place),
                To::Slot(place) => slot(place),
            },
        }
    }

    fn device(&self, place: u8, up: bool) -> Input {
        let extension = self.somebody(place);
        if up {
            Input::DeviceUp { extension }
        } else {
            Input::DeviceDown { extension }
        }
    }

    fn presence(&self, asker: Asker, place: u8, presence: Presence) -> Input {
        let agent = self.somebody(place);
        Input::PresenceChanged {
            by: by(asker, agent),
            agent,
            presence,
        }
    }

    /// A call that dials a code, as far as there is one at this place.
    fn dial(&mut self, from: u8, code: u8, behind: Behind) -> Option<Input> {
        let (config, _) = self.live.engine().config();
        let code = config.options.feature_codes.all()[usize::from(code) % 5].1?;
        let reason = |place: u8| format!("*{place:02}");
        let behind = match behind {
            Behind::Nothing => String::new(),
            Behind::Queue(queue) => self.some_queue(queue).to_string(),
            Behind::Reason(queue, place) => {
                format!("{}{}", self.some_queue(queue), reason(place))
            }
            Behind::Other(agent, queue, place) => {
                let (agent, queue) = (self.somebody(agent), self.some_queue(queue));
                format!("{agent}*{queue}{}", reason(place))
            }
        };
        let dialled = format!("{code}{behind}").parse().ok()?;
        match self.call(Some(from), 0, To::Queue(0)) {
            Input::CallArrived { key, from, .. } => Some(Input::CallArrived { key, from, dialled }),
            _ => None,
        }
    }

    fn destination(&self, to: To) -> Destination {
        match to {
            To::Queue(place) => Destination::Queue(self.some_queue(place)),
            To::Extension(place) => Destination::Extension(self.somebody(place)),
            To::Outside(place) => external(place),
            To::Point(place) if place < 128 => Destination::RingGroup(self.some_point(place)),
            To::Point(place) => Destination::Voicemail(self.some_point(place)),
            To::Slot(place) => Destination::Extension(slot(place)),
        }
    }

    fn handle(&self, asker: Asker, pick: Pick, handle: Handle) -> Option<Input> {
        let engine = self.live.engine();
        // Conversations are handled more often than there are any.
        let of_talk = !matches!(
            handle,
            Handle::HangUp | Handle::PickUp | Handle::Redirect(_)
        );
        let consults = matches!(handle, Handle::EndConsultation(_));
        let consults = consults && !pick.place.is_multiple_of(4);
        let talks = (of_talk && !pick.place.is_multiple_of(4)).then(|| self.talking(pick));
        let several = |call: &CallId| engine.call(*call).is_some_and(|call| call.legs.len() > 1);
        let consulted = || engine.calls().into_iter().find(several);
        let talks = if consults { Some(consulted()) } else { talks };
        let call = talks.flatten().or_else(|| self.any_call(pick))?;
        let talker = engine.answered(call).and_then(|(id, _)| engine.agent(id));
        let by = by(asker, talker.map_or(Number::NONE, |agent| agent.number));
        Some(match handle {
            Handle::Consult(place) => {
                let to = self.somebody(place);
                Input::ConsultCall { by, call, to }
            }
            Handle::EndConsultation(transfer) => Input::EndConsultation { by, call, transfer },
            Handle::HangUp => Input::HangUpCall { by, call },
            Handle::Monitor(how) => Input::MonitorCall { by, call, how },
            Handle::Note(bits) => Input::CallNoted {
                by,
                call,
                note: Box::new(note(bits)),
            },
            Handle::Park(side) => Input::ParkCall { by, call, side },
            Handle::PickUp => Input::PickUpCall { by, call },
            Handle::Record(on) => Input::SwitchRecording { by, call, on },
            Handle::Redirect(to) => {
                let to = self.destination(to);
                Input::RedirectCall { by, call, to }
            }
            Handle::Transfer(side, to) => {
                let to = self.destination(to);
                Input::TransferCall { by, call, side, to }
            }
        })
    }

    fn repeated(&self, place: u8) -> Option<Input> {
        let lines = self.live.lines();
        // The last ones are told twice rather than the first.
        let line = &lines[lines
            .len()
            .checked_sub(1 + usize::from(place) % lines.len().max(1))?];
        match &line.entry.input {
            Input::Restarted { .. } | Input::Tick => None,
            input => Some(input.clone()),
        }
    }

    fn wall_offset(&self, midnight: u8, before: u8) -> i64 {
        let (zone, day) = (usize::from(midnight) % ZONES.len(), i64::from(midnight) / 3);
        let now = i64::try_from(self.live.now().micros()).expect("a test is short");
        let ahead = ZONES[zone].1 * 1_000_000;
        let before = i64::from(before) * 250_000;
        (SOME_DAY + day) * DAY_US - before - ahead - now
    }
}

/// The number with this place; the last place is left to nobody in particular.
fn one_of(numbers: &[Number], place: u8) -> Option<Number> {
    let strange = place == u8::MAX || numbers.is_empty();
    (!strange).then(|| numbers[usize::from(place) % numbers.len()])
}

fn choose<T: Copy>(pick: Pick, live: Vec<T>, all: &[T]) -> Option<T> {
    let from = if pick.over { all } else { &live };
    from.get(usize::from(pick.place) % from.len().max(1))
        .copied()
}

fn note(bits: NoteBits) -> Note {
    let names = DISPOSITIONS.iter().enumerate();
    let chosen = names.filter(|(place, _)| bits & (1 << place) != 0);
    let mut dispositions: Vec<String> = chosen.map(|(_, &name)| name.to_owned()).collect();
    if bits & 8 != 0 {
        dispositions.reverse();
    }
    if bits & 16 != 0 {
        dispositions.extend(dispositions.first().cloned());
    }
    let remark = if bits & 32 == 0 { "" } else { "Call again" };
    Note {
        dispositions,
        remark: remark.to_owned(),
    }
}

fn by(asker: Asker, of: Number) -> By {
    match asker {
        Asker::Self_ if !of.is_none() => By::Person(of),
        Asker::Self_ | Asker::System => By::System,
        Asker::Person(place) => By::Person(extension(place)),
    }
}

fn switch(asker: Asker, agent: Number, queues: Which, status: Status) -> Input {
    let by = by(asker, agent);
    match status {
        Status::LogIn => Input::AgentLogIn { by, agent, queues },
        Status::LogOut => Input::AgentLogOut { by, agent, queues },
        Status::Pause(reason) => {
            let names = ["Lunch", "Break", "Wrap up"];
            let reason = reason.map(|place| names[usize::from(place) % names.len()].to_owned());
            Input::AgentPause {
                by,
                agent,
                queues,
                reason,
            }
        }
        Status::Unpause => Input::AgentUnpause { by, agent, queues },
    }
}

/// The changes that an edit makes to a configuration; `None` where there is
/// nothing to make them to.
fn changes(config: &Config, edit: &Edit) -> Option<Vec<Change>> {
    let existing = |place: &u8| {
        let place = usize::from(*place) % config.queues.len().max(1);
        config.queues.get(place).cloned()
    };
    Some(match edit {
        Edit::Member {
            queue,
            extension,
            kind,
            place,
        } => {
            let mut config_of = existing(queue)?;
            let place_of = usize::from(*extension) % config.extensions.len().max(1);
            let extension = config.extensions.get(place_of)?.number;
            config_of
                .members
                .retain(|member| member.extension != extension);
            if let Some(kind) = *kind {
                let place = usize::from(*place) % (config_of.members.len() + 1);
                config_of
                    .members
                    .insert(place, MemberConfig::new(extension, kind));
                statics_first(&mut config_of.members);
            }
            vec![Change::PutQueue(config_of)]
        }
        Edit::Options(draft) => {
            let extensions: Vec<_> = config.extensions.iter().map(|e| e.number).collect();
            vec![Change::PutOptions(draft.options(&extensions))]
        }
        Edit::PutExtension(place, draft) => {
            vec![Change::PutExtension(draft.extension(extension(*place)))]
        }
        Edit::PutPoint(..) | Edit::RemovePoint(_) => return point_changes(config, edit),
        Edit::PutQueue(place, draft) => vec![Change::PutQueue(drafted(config, *place, draft))],
        Edit::RemoveExtension(place) => {
            let place = usize::from(*place) % config.extensions.len().max(1);
            let number = config.extensions.get(place)?.number;
            let gone = [
                Destination::Extension(number),
                Destination::Voicemail(number),
            ];
            let mut changes = led_elsewhere(config, &gone, number);
            changes.push(Change::RemoveExtension(number));
            changes
        }
        Edit::RemoveQueue(place) => {
            let number = existing(place)?.number;
            let gone = [Destination::Queue(number), Destination::Voicemail(number)];
            let mut changes = led_elsewhere(config, &gone, number);
            changes.push(Change::RemoveQueue(number));
            changes
        }
        Edit::Renew(place) => {
            let queue = existing(place)?;
            vec![Change::RemoveQueue(queue.number), Change::PutQueue(queue)]
        }
        Edit::Strategy(place, strategy) => {
            let mut queue = existing(place)?;
            queue.strategy = *strategy;
            vec![Change::PutQueue(queue)]
        }
    })
}

/// The same of edits of route points.
fn point_changes(config: &Config, edit: &Edit) -> Option<Vec<Change>> {
    Some(match edit {
        Edit::PutPoint(place, draft) => {
            let number = point(*place);
            let put = draft.point(number, &There::in_config(config));
            // What it is no more can not be where something leads.
            let kinds = [
                ("call_flow", Destination::CallFlow(number)),
                ("menu", Destination::Menu(number)),
                ("ring_group", Destination::RingGroup(number)),
            ];
            let kinds = kinds.into_iter();
            let gone = kinds.filter(|(header, _)| *header != put.header());
            let mut gone: Vec<Destination> = gone.map(|(_, to)| to).collect();
            if !put.has_box() {
                gone.push(Destination::Voicemail(number));
            }
            let mut changes = led_elsewhere(config, &gone, number);
            changes.push(Change::PutPoint(put));
            changes
        }
        Edit::RemovePoint(place) => {
            let place = usize::from(*place) % config.points.len().max(1);
            let number = config.points.get(place)?.number;
            let gone = [
                Destination::CallFlow(number),
                Destination::Menu(number),
                Destination::RingGroup(number),
                Destination::Voicemail(number),
            ];
            let mut changes = led_elsewhere(config, &gone, number);
            changes.push(Change::RemovePoint(number));
            changes
        }
        _ => return None,
    })
}

fn drafted(config: &Config, place: u8, draft: &QueueDraft) -> QueueConfig {
    draft.queue(queue(place), &There::in_config(config))
}

/// Whatever sends calls to what is to be removed hangs up instead; but for the object
/// with this number itself.
fn led_elsewhere(config: &Config, gone: &[Destination], apart: Number) -> Vec<Change> {
    let mut changes = Vec::new();
    for queue in config.queues.iter().filter(|queue| queue.number != apart) {
        let mut changed = queue.clone();
        for to in changed.destinations_mut().filter(|to| gone.contains(to)) {
            *to = Destination::HangUp;
        }
        if changed != *queue {
            changes.push(Change::PutQueue(changed));
        }
    }
    for point in config.points.iter().filter(|point| point.number != apart) {
        let mut changed = point.clone();
        for to in changed.destinations_mut().filter(|to| gone.contains(to)) {
            *to = Destination::HangUp;
        }
        if changed != *point {
            changes.push(Change::PutPoint(changed));
        }
    }
    changes
}
