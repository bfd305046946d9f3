//! Random acts: what people, telephones, administrators and machines do, and when.

use tandem_engine::config::check;
use tandem_engine::config::model::{
    Change, Config, Destination, EmptyStates, MemberConfig, MemberKind,
};
use tandem_engine::config::presence::Presence;
use tandem_engine::records::processing::Processing;
use tandem_engine::{By, Number, Side, Span, Timestamp, Which};

use super::centre::{self, some_extension, some_point, some_queue, some_slot, some_stranger};
use super::chance::{Chance, QUARTER_US};
use super::plan::{Act, Call, Deed, Fault, Faults, Handle, Plan, Planned, Slip, Status, TimerKind};

/// What kind of world it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Flavour {
    /// Hundreds wait in one queue, and are put out of it.
    Crowd,
    /// Some days, with busy minutes in between.
    Days,
    /// Thousands of things are kept for an outside that says nothing.
    Hoard,
    /// An hour in which everything happens at once.
    Rush,
}

/// The flavour of a world: most last for days.
pub(super) fn flavour(chance: &mut Chance) -> Flavour {
    chance.weighted(&[
        (20, Flavour::Crowd),
        (795, Flavour::Days),
        (5, Flavour::Hoard),
        (180, Flavour::Rush),
    ])
}

const DAY_S: u64 = 86_400;
/// Some day long after the last change of a rule about clocks.
const SOME_DAY: u64 = 20_000;
/// Callers of a crowd: more than one entry may put out.
const CROWD: u64 = 280;
/// Callers after whom nothing more can be kept: each leaves sixty things.
const HOARD: u64 = 175;

/// The list of acts for a centre, and all else that makes a world of it.
pub(super) fn plan(seed: u64, flavour: Flavour, config: Config, chance: &mut Chance) -> Plan {
    let day = SOME_DAY + chance.below(365);
    let wall = day * DAY_S + chance.below(DAY_S);
    let wall_offset = i64::try_from(wall * 1_000_000).expect("some day of this century");
    let mut faults = faults(chance);
    if flavour == Flavour::Hoard {
        faults.set(Fault::KeptSilent, 1_000);
    }
    let mut script = Script {
        chance,
        config: config.clone(),
        acts: Vec::new(),
        now: Timestamp::ZERO,
        wall_offset,
    };
    script.open();
    match flavour {
        Flavour::Crowd => script.crowd(),
        Flavour::Days => script.days(),
        Flavour::Hoard => script.hoard(),
        Flavour::Rush => {
            let acts = script.chance.within(300, 1_200);
            script.episode(acts);
        }
    }
    let until = script.now + Span::from_secs(60);
    Plan {
        seed,
        wall_offset,
        config,
        faults,
        until,
        acts: script.acts,
    }
}

/// How much goes wrong: in some worlds nothing, in some a lot.
fn faults(chance: &mut Chance) -> Faults {
    let mut faults = Faults::default();
    let level = chance.weighted(&[(1, 0), (3, 20), (3, 60), (1, 150)]);
    for (_, fault) in Fault::ALL {
        let rate = u16::try_from(chance.within(0, level)).unwrap_or(0);
        let factor = match fault {
            Fault::LateTick => 5,
            Fault::Bridge | Fault::KeptFailed | Fault::KeptUnknown | Fault::Leg => 2,
            Fault::Doubled | Fault::KeptSilent | Fault::Late | Fault::Lost | Fault::Reordered => 1,
        };
        faults.set(fault, rate * factor);
    }
    faults
}

struct Script<'c> {
    chance: &'c mut Chance,
    /// The centre as it will be, if every change is accepted.
    config: Config,
    acts: Vec<Planned>,
    now: Timestamp,
    wall_offset: i64,
}

impl Script<'_> {
    fn act(&mut self, act: Act) {
        let id = u64::try_from(self.acts.len()).expect("acts are few") + 1;
        let at = self.now;
        self.acts.push(Planned { id, at, act });
    }

    fn wait(&mut self, span: Span) {
        self.now = self.now + span;
    }

    /// Telephones and agents come.
    fn open(&mut self) {
        let numbers: Vec<Number> = self.config.extensions.iter().map(|e| e.number).collect();
        for extension in numbers {
            if self.chance.percent(92) {
                self.act(Act::Device {
                    extension,
                    up: true,
                });
            }
            if self.chance.percent(85) {
                self.act(Act::Switch {
                    by: By::Person(extension),
                    agent: extension,
                    queues: Which::All,
                    status: Status::LogIn,
                });
            }
        }
    }

    /// Some days, quiet but for some minutes.
    fn days(&mut self) {
        let (days, episodes) = (self.chance.within(2, 4), self.chance.within(12, 40));
        let pause = days * DAY_S / episodes;
        for _ in 0..episodes {
            let quiet = self.chance.within(pause / 2, pause * 3 / 2);
            self.wait(Span::from_secs(quiet));
            if self.chance.percent(50) {
                self.open();
            }
            let acts = self.chance.within(6, 60);
            self.episode(acts);
        }
    }

    /// Busy minutes: so many acts, many of them in the same instant.
    fn episode(&mut self, acts: u64) {
        for _ in 0..acts {
            let gap = match self.chance.below(20) {
                0..=6 => 0,
                7..=12 => self.chance.within(1, 3),
                13..=18 => self.chance.within(4, 24),
                _ => self.chance.within(25, 240),
            };
            self.wait(Span::from_micros(gap * QUARTER_US));
            self.any_act();
        }
    }

    fn crowd(&mut self) {
        let queue = self.config.queues[0].number;
        let callers = CROWD + self.chance.below(40);
        for _ in 0..callers {
            let mut call = self.call();
            (call.inside, call.dialled) = (false, queue);
            call.from = some_stranger(self.chance);
            call.patience = Some(Span::from_secs(1_800));
            self.act(Act::Call(call));
            let gap = self.chance.quarters(0, 1);
            self.wait(gap);
        }
        let mut target = self.config.clone();
        if self.chance.percent(50) {
            target.queues.retain(|other| other.number != queue);
        } else {
            target.queues[0].members.clear();
            target.queues[0].leave_when_empty = Some(EmptyStates::default());
        }
        centre::mend(&mut target);
        self.configure(By::System, target, Slip::None);
        if self.chance.percent(50) {
            self.act(Act::Abort(TimerKind::PutOut));
        }
        let acts = self.chance.within(10, 60);
        self.episode(acts);
    }

    fn hoard(&mut self) {
        for _ in 0..HOARD {
            let mut call = self.call();
            (call.inside, call.from) = (false, Number::from_u64(49_301));
            call.dialled = Number::from_u64(6401);
            self.act(Act::Call(call));
            self.wait(Span::from_micros(QUARTER_US));
        }
        self.wait(Span::from_secs(60));
        if self.chance.percent(50) {
            self.kill();
        }
    }

    fn any_act(&mut self) {
        match self.chance.below(1_000) {
            0..=599 => {
                let call = self.call();
                self.act(Act::Call(call));
            }
            600..=699 => self.handle(),
            700..=709 => self.log(),
            710..=759 => self.switch(),
            760..=774 => self.dial_a_code(),
            775..=789 => self.presence(),
            790..=839 => {
                let (extension, up) = (some_extension(self.chance), self.chance.percent(60));
                self.act(Act::Device { extension, up });
            }
            840..=889 => self.edit(),
            890..=899 => {
                let queue = some_queue(self.chance);
                self.act(Act::Renew(queue));
            }
            900..=939 => {
                let kinds = TimerKind::ALL.map(|(_, kind)| kind);
                let kind = self.chance.one_of(&kinds);
                self.act(Act::Abort(kind));
            }
            940..=949 => {
                let (by, number) = (self.asker(None), some_stranger(self.chance));
                self.act(Act::Erase { by, number });
            }
            950..=959 => self.kill(),
            960..=964 => self.act(Act::Save),
            965..=989 => {
                let back = u8::try_from(self.chance.below(12)).unwrap_or(0);
                self.act(Act::Repeat(back));
            }
            _ => self.set_clock(),
        }
    }

    /// Somebody, most often a manager, does something with a call.
    fn handle(&mut self) {
        let by = self.supervisor();
        let place = u16::try_from(self.chance.below(1_000)).unwrap_or(0);
        let to = if self.chance.percent(60) {
            some_queue(self.chance)
        } else {
            some_extension(self.chance)
        };
        let asked = some_extension(self.chance);
        let note = u8::try_from(self.chance.below(8)).unwrap_or(0);
        let side = match self.chance.percent(25) {
            true => Side::Agent,
            false => Side::Caller,
        };
        let handle = self.chance.weighted(&[
            (2, Handle::Barge),
            (4, Handle::Consult(asked)),
            (2, Handle::CompleteTransfer),
            (2, Handle::Return),
            (1, Handle::HangUp),
            (2, Handle::Hold),
            (3, Handle::Listen),
            (2, Handle::Note(note)),
            (4, Handle::Park(side)),
            (1, Handle::PauseRecording),
            (5, Handle::PickUp),
            (2, Handle::Record),
            (2, Handle::Redirect(to)),
            (1, Handle::Place(to)),
            (2, Handle::Resume),
            (3, Handle::Transfer(side, to)),
            (2, Handle::Whisper),
        ]);
        self.act(Act::Handle { by, place, handle });
    }

    /// Somebody does something with one of the last calls that are over.
    fn log(&mut self) {
        let by = self.supervisor();
        let place = u16::try_from(self.chance.below(16)).unwrap_or(0);
        let note = u8::try_from(self.chance.below(8)).unwrap_or(0);
        let result = self.chance.one_of(&Processing::ALL);
        let more = u8::try_from(self.chance.below(4)).unwrap_or(0);
        let deed = self.chance.weighted(&[
            (1, Deed::Delete(more)),
            (1, Deed::Note(note)),
            (4, Deed::Process(result)),
        ]);
        self.act(Act::Log { by, place, deed });
    }

    /// Most often a manager.
    fn supervisor(&mut self) -> By {
        let managers: Vec<Number> = (self.config.queues.iter())
            .flat_map(|queue| queue.managers.iter().copied())
            .collect();
        match self.chance.below(10) {
            0 => By::System,
            1..=6 => {
                let manager = self.chance.pick(&managers).copied();
                By::Person(manager.unwrap_or_else(|| some_extension(self.chance)))
            }
            _ => By::Person(some_extension(self.chance)),
        }
    }

    fn kill(&mut self) {
        let down = self.chance.quarters(0, 240);
        let restored = self.chance.percent(20);
        self.act(Act::Kill { down, restored });
    }

    fn set_clock(&mut self) {
        // Up to a day and a half to either side: past a midnight, or back.
        let hours = i64::try_from(self.chance.within(0, 72)).unwrap_or(36) - 36;
        self.wall_offset += hours * 3_600_000_000;
        let micros = self.wall_offset;
        self.act(Act::WallClock(micros));
    }

    fn call(&mut self) -> Call {
        let inside = self.chance.percent(14);
        let from = if inside {
            some_extension(self.chance)
        } else {
            some_stranger(self.chance)
        };
        let dialled = match self.chance.below(22) {
            20 | 21 if inside => some_slot(self.chance),
            0 | 1 => some_extension(self.chance),
            2 => some_queue(self.chance),
            3 | 4 => some_point(self.chance),
            _ => {
                let queue = self.chance.pick(&self.config.queues);
                queue.map_or(Number::from_u64(6401), |queue| queue.number)
            }
        };
        let talk = match self.chance.below(20) {
            0 => Span::ZERO,
            1 => Span::from_secs(self.chance.within(60, 1_800)),
            _ => self.chance.quarters(1, 160),
        };
        let patience = match self.chance.below(20) {
            0 | 1 => None,
            2..=6 => Some(Span::from_secs(self.chance.within(60, 900))),
            _ => Some(self.chance.quarters(2, 200)),
        };
        Call {
            from,
            inside,
            dialled,
            talk,
            patience,
        }
    }

    /// The system, the person that it is about, or anybody.
    fn asker(&mut self, about: Option<Number>) -> By {
        match (self.chance.below(7), about) {
            (0..=2, _) | (3..=4, None) => By::System,
            (3..=4, Some(number)) => By::Person(number),
            _ => By::Person(some_extension(self.chance)),
        }
    }

    fn switch(&mut self) {
        let agent = some_extension(self.chance);
        let queues = match self.chance.below(8) {
            0 | 1 => Which::All,
            2 | 3 => Which::Last,
            _ => Which::One(some_queue(self.chance)),
        };
        let reasons = ["Lunch", "Break", "Wrap up"];
        let status = match self.chance.below(9) {
            0..=2 => Status::LogIn,
            3 | 4 => Status::LogOut,
            5 | 6 => {
                let named = self.chance.percent(50);
                Status::Pause(named.then(|| self.chance.one_of(&reasons).to_owned()))
            }
            _ => Status::Unpause,
        };
        let by = self.asker(Some(agent));
        self.act(Act::Switch {
            by,
            agent,
            queues,
            status,
        });
    }

    /// An extension switches its status, or another one's, by a code.
    fn dial_a_code(&mut self) {
        let (from, queue) = (some_extension(self.chance), some_queue(self.chance));
        let reason = self.chance.within(1, 4);
        let other = some_extension(self.chance);
        let codes = self.config.options.feature_codes.all();
        let place = usize::try_from(self.chance.below(5)).unwrap_or(0);
        let Some(code) = codes[place].1 else { return };
        let dialled = match self.chance.below(8) {
            0 | 1 => code.to_string(),
            2..=4 => format!("{code}{queue}"),
            5 | 6 => format!("{code}{queue}*0{reason}"),
            _ => format!("{code}{other}*{queue}*0{reason}"),
        };
        let Ok(dialled) = dialled.parse() else { return };
        let mut call = self.call();
        (call.inside, call.from, call.dialled) = (true, from, dialled);
        self.act(Act::Call(call));
    }

    fn presence(&mut self) {
        let agent = some_extension(self.chance);
        let by = self.asker(Some(agent));
        let presence = self.chance.one_of(&Presence::ALL).1;
        self.act(Act::Presence {
            by,
            agent,
            presence,
        });
    }

    /// An administrator changes something.
    fn edit(&mut self) {
        let mut target = self.config.clone();
        self.change(&mut target);
        centre::mend(&mut target);
        let by = if self.chance.percent(90) {
            By::System
        } else {
            By::Person(some_extension(self.chance))
        };
        let slip =
            self.chance
                .weighted(&[(92, Slip::None), (4, Slip::Outdated), (4, Slip::Unknown)]);
        self.configure(by, target, slip);
    }

    fn configure(&mut self, by: By, target: Config, slip: Slip) {
        if !check::check(&target).is_empty() {
            // A saved world could not be read.
            return;
        }
        let accepted = by == By::System && slip == Slip::None;
        self.act(Act::Configure {
            by,
            target: Box::new(target.clone()),
            slip,
        });
        if accepted {
            self.config = target;
        }
    }

    fn change(&mut self, target: &mut Config) {
        let chance = &mut *self.chance;
        match chance.below(23) {
            0..=6 => member(chance, target),
            7..=10 => {
                let number = some_queue(chance);
                let mut numbers: Vec<Number> = target.queues.iter().map(|q| q.number).collect();
                if !numbers.contains(&number) {
                    numbers.push(number);
                }
                let queue = centre::queue(chance, number, target, &numbers);
                put(target, &Change::PutQueue(queue));
            }
            11 | 12 => {
                let number = some_queue(chance);
                remove_queue(chance, target, number);
            }
            13 | 14 => {
                let number = some_extension(chance);
                target.extensions.retain(|other| other.number != number);
            }
            15 | 16 => {
                let number = some_extension(chance);
                let extension = centre::extension(chance, number);
                put(target, &Change::PutExtension(extension));
            }
            17 => target.options = centre::options(chance),
            20 | 21 => {
                let number = some_point(chance);
                let numbers: Vec<Number> = target.queues.iter().map(|q| q.number).collect();
                let point = centre::point(chance, number, target, &numbers);
                put(target, &Change::PutPoint(point));
            }
            22 => {
                let number = some_point(chance);
                target.points.retain(|other| other.number != number);
            }
            _ => settings(chance, target),
        }
    }
}

fn put(target: &mut Config, change: &Change) {
    *target = tandem_engine::config::diff::apply(target.clone(), core::slice::from_ref(change));
}

/// Deletes a queue, often together with where its callers would go.
fn remove_queue(chance: &mut Chance, target: &mut Config, number: Number) {
    let queue = target.queues.iter().find(|queue| queue.number == number);
    let failover = queue.map(|queue| queue.failover.clone());
    target.queues.retain(|other| other.number != number);
    if chance.percent(50) {
        match failover {
            Some(Destination::Extension(other)) => {
                target
                    .extensions
                    .retain(|extension| extension.number != other);
            }
            Some(Destination::Queue(other)) => {
                target.queues.retain(|queue| queue.number != other);
            }
            Some(
                Destination::CallFlow(other)
                | Destination::Menu(other)
                | Destination::RingGroup(other),
            ) => {
                target.points.retain(|point| point.number != other);
            }
            Some(
                Destination::External { .. }
                | Destination::HangUp
                | Destination::Prompt(_)
                | Destination::Voicemail(_),
            )
            | None => {}
        }
    }
}

/// Adds an agent to a queue, moves him, changes his kind, or takes him out.
fn member(chance: &mut Chance, target: &mut Config) {
    let extension = some_extension(chance);
    let kind = chance.weighted(&[
        (3, None),
        (4, Some(MemberKind::Static)),
        (3, Some(MemberKind::Dynamic)),
    ]);
    let place = usize::try_from(chance.below(8)).unwrap_or(0);
    let number = chance.pick(&target.queues).map(|queue| queue.number);
    let queue = target
        .queues
        .iter_mut()
        .find(|queue| Some(queue.number) == number);
    let Some(queue) = queue else { return };
    queue.members.retain(|member| member.extension != extension);
    if let Some(kind) = kind {
        let place = place.min(queue.members.len());
        queue
            .members
            .insert(place, MemberConfig::new(extension, kind));
        centre::statics_first(&mut queue.members);
    }
}

/// Gives a queue some settings of another one.
fn settings(chance: &mut Chance, target: &mut Config) {
    let Some(place) = chance.pick(&target.queues).map(|queue| queue.number) else {
        return;
    };
    let numbers: Vec<Number> = target.queues.iter().map(|queue| queue.number).collect();
    let other = centre::queue(chance, place, target, &numbers);
    let queue = target.queues.iter_mut().find(|queue| queue.number == place);
    let Some(queue) = queue else { return };
    match chance.below(7) {
        0 => {
            (queue.strategy, queue.ring_more_every) = (other.strategy, other.ring_more_every);
        }
        1 => {
            queue.disallow_join_when_empty = other.disallow_join_when_empty;
            queue.leave_when_empty = other.leave_when_empty;
        }
        2 => {
            (queue.wrap_up, queue.retry_interval) = (other.wrap_up, other.retry_interval);
            (queue.agent_timeout, queue.max_waiting) = (other.agent_timeout, other.max_waiting);
        }
        3 => queue.skill_steps = other.skill_steps,
        4 => {
            queue.priority = other.priority;
            queue.priority_acceleration = other.priority_acceleration;
        }
        5 => {
            (queue.auto_pause_after, queue.rests) = (other.auto_pause_after, other.rests);
            queue.time_condition = other.time_condition;
            queue.announcements = other.announcements.filter(|_| queue.answer_on_entry);
        }
        _ => {
            (queue.ring_in_use, queue.max_callers) = (other.ring_in_use, other.max_callers);
            (queue.failover, queue.keys) = (other.failover, other.keys);
            queue.crowded = other.crowded;
        }
    }
}
