//! The fold, over random histories in batches of every size.

use std::collections::BTreeMap;
use std::sync::Arc;

use tandem_engine::draw::mix;
use tandem_engine::permissions::Action;
use tandem_engine::records::Outcome;
use tandem_engine::view::{AgentView, CallStage};
use tandem_engine::{AgentStatus, By, Engine, Entry, Event, Input, Number, QueueId};
use tandem_server::driver::{Batch, Directory, Line};
use tandem_server::views::{
    ActiveRow, AgentState, Change, Fold, LogChange, MembershipStatus, Screen, Sight, Today,
    WaitingRow,
};
use tandem_tests::acts::{Profile, history};
use tandem_tests::cases::{Regressions, hold};
use tandem_tests::live::{self, Witness};
use tandem_tests::perform::play;

/// Batches have so many lines on average.
const LINES_A_BATCH: u64 = 3;

/// Folds what an engine says, and compares what comes out with the engine.
struct Watcher {
    fold: Fold,
    lines: Vec<Line>,
    begun: bool,
    wall_offset: i64,
    /// Made of changes only.
    replayed: Screen,
    /// By queue: answered, abandoned, missed, callbacks and those that failed.
    records: BTreeMap<QueueId, [u32; 5]>,
    /// Calls that supervisors picked up from queues that are not theirs.
    from_elsewhere: u32,
    shown: Shown,
}

/// How much there was to see.
#[derive(Default)]
struct Shown {
    batches: u32,
    waiting: usize,
    active: usize,
    partial: u32,
    pending: u32,
    logged: usize,
}

impl Watcher {
    fn new() -> Self {
        Self {
            fold: Fold::new(Today::default()),
            lines: Vec::new(),
            begun: false,
            wall_offset: 0,
            replayed: Screen::default(),
            records: BTreeMap::new(),
            from_elsewhere: 0,
            shown: Shown::default(),
        }
    }

    fn release(&mut self, engine: &Engine) -> Result<(), String> {
        let configured = |event: &Event| matches!(event, Event::ConfigurationChanged { .. });
        let lines = std::mem::take(&mut self.lines);
        let of_logs = lines.iter().map(about_logs).sum::<usize>();
        let anew = lines
            .iter()
            .any(|line| line.out.events.iter().any(configured));
        let directory = (anew || !self.begun).then(|| Arc::new(Directory::of(engine)));
        self.begun = true;
        let batch = Batch {
            lines,
            directory,
            wall_offset: self.wall_offset,
            ..Batch::default()
        };
        self.fold.apply(&batch);
        let screen = self.fold.refresh().clone();
        same("made anew", &self.fold.whole(), &screen)?;
        let changes = self.replayed.changes_to(&screen);
        self.replayed.make(&changes);
        same("made of changes", &self.replayed, &screen)?;
        check(engine, self.fold.directory(), &screen)?;
        self.look_as_everybody(engine, &screen)?;
        let logged = self.fold.take_logged();
        let over = logged.iter().filter(|change| log_of(change).log.is_some());
        if over.count() != of_logs {
            return Err(format!("{of_logs} logs changed, told is {logged:?}"));
        }
        self.hear_as_everybody(engine, &logged)?;
        self.shown.logged += logged.len();
        self.shown.batches += 1;
        self.shown.waiting += screen.waiting.len();
        self.shown.active += screen.active.len();
        let pending = screen.queues.values().map(|row| row.callbacks_pending);
        self.shown.pending += pending.sum::<u32>();
        Ok(())
    }

    /// Everybody is told of what was done about records that he sees, and of notes that he
    /// reads.
    fn hear_as_everybody(&self, engine: &Engine, logged: &[Change]) -> Result<(), String> {
        let directory = self.fold.directory();
        let everybody = directory
            .agents
            .values()
            .map(|entry| By::Person(entry.number));
        for by in everybody.chain([By::System]) {
            let sight = Sight::of(directory, by);
            for change in logged {
                let log = log_of(change);
                let agent = log.agent.map(|agent| directory.find_agent(agent));
                let (Some(queue), false) = (directory.find_queue(log.queue), agent == Some(None))
                else {
                    continue;
                };
                let agent = agent.flatten();
                let record =
                    log.log.is_none() || engine.allows(by, Action::SeeQueueCall(queue, agent));
                let note = log.note.is_none() || engine.allows(by, Action::NoteCall(queue, agent));
                if sight.change(change).is_some() != (record && note) {
                    return Err(format!("{by:?} and {change:?}: {sight:?}"));
                }
            }
        }
        Ok(())
    }

    /// Everybody sees what the engine's permissions allow, and changes that
    /// were filtered lead to a screen that was filtered.
    fn look_as_everybody(&mut self, engine: &Engine, screen: &Screen) -> Result<(), String> {
        let directory = self.fold.directory();
        let numbers = directory.agents.values().map(|entry| entry.number);
        let nobody = Number::from_u64(99_999);
        for by in (numbers.chain([nobody]).map(By::Person)).chain([By::System]) {
            let sight = Sight::of(directory, by);
            let all = engine.allows(by, Action::Configure);
            if all != (sight == Sight::All) {
                return Err(format!("{by:?} has {sight:?}"));
            }
            for number in screen.queues.keys() {
                let queue = directory.find_queue(*number).expect("it is shown");
                if engine.allows(by, Action::SeeQueue(queue)) != sight.sees_queue(*number) {
                    return Err(format!("{by:?} and queue {number}: {sight:?}"));
                }
                if engine.allows(by, Action::SeeCalls(queue)) != sight.sees_calls(*number) {
                    return Err(format!("{by:?} and callers of {number}: {sight:?}"));
                }
                let agents = directory.agents.iter();
                let agents = agents.map(|(id, entry)| Some((*id, entry.number)));
                for agent in agents.chain([None]) {
                    let action = Action::SeeQueueCall(queue, agent.map(|(id, _)| id));
                    let seen = sight.sees_record(*number, agent.map(|(_, number)| number));
                    if engine.allows(by, action) != seen {
                        return Err(format!("{by:?} and records of {number}: {sight:?}"));
                    }
                    let action = Action::NoteCall(queue, agent.map(|(id, _)| id));
                    let reads = sight.sees_note(*number, agent.map(|(_, number)| number));
                    if engine.allows(by, action) != reads {
                        return Err(format!("{by:?} and notes of {number}: {sight:?}"));
                    }
                }
            }
            let seen = sight.screen(screen);
            let nothing = Screen::default();
            let mut replayed = Screen::default();
            let changes = nothing.changes_to(screen);
            let changes: Vec<_> = (changes.iter()).filter_map(|c| sight.change(c)).collect();
            replayed.make(&changes);
            same("made of filtered changes", &replayed, &seen)?;
            self.shown.partial += u32::from(!seen.queues.is_empty() && *seen != *screen);
        }
        Ok(())
    }
}

fn log_of(change: &Change) -> &LogChange {
    match change {
        Change::Log(log) => log,
        other => panic!("{other:?} is no log"),
    }
}

/// How often something was done about the record of a call that is over.
fn about_logs(line: &Line) -> usize {
    let over = !matches!(line.entry.input, Input::CallNoted { .. });
    let about = |event: &&Event| {
        matches!(
            event,
            Event::CallLogDeleted { .. } | Event::CallLogProcessed(_) | Event::CallNoted(_)
        )
    };
    let events = line.out.events.iter();
    if over {
        events.filter(about).count()
    } else {
        0
    }
}

fn same(what: &str, one: &Screen, other: &Screen) -> Result<(), String> {
    if one == other {
        return Ok(());
    }
    Err(format!("{what}, it is\n{one:#?}\nand not\n{other:#?}"))
}

/// Compares the queues of a screen with the engine.
fn check_queues(engine: &Engine, directory: &Directory, screen: &Screen) -> Result<(), String> {
    let wrong = |what: String| Err(format!("{what}\n{screen:#?}"));
    for (number, row) in &screen.queues {
        let id = engine.find_queue(*number);
        let Some(view) = id.and_then(|id| engine.queue(id)) else {
            return wrong(format!("there is no queue {number}"));
        };
        let first = screen.waiting.values().filter(|call| call.queue == *number);
        let first = first.map(|call| call.joined_at).min();
        let pending = pending(engine, id);
        if row.callbacks_pending != pending || row.callbacks < pending {
            return wrong(format!("{pending} are to be called back by {number}"));
        }
        if row.waiting != view.callers || row.longest_wait_since != first {
            return wrong(format!("queue {number} has {}", view.callers));
        }
    }
    if screen.queues.len() != directory.config.queues.len() {
        return wrong("not every queue is shown".to_owned());
    }
    Ok(())
}

/// Compares a screen with the engine.
fn check(engine: &Engine, directory: &Directory, screen: &Screen) -> Result<(), String> {
    let wrong = |what: String| Err(format!("{what}\n{screen:#?}"));
    check_queues(engine, directory, screen)?;
    let present = |queue: QueueId| {
        let entry = directory.queues.get(&queue);
        entry.is_some_and(|entry| directory.find_queue(entry.number) == Some(queue))
    };
    let (mut waiting, mut active) = (0, 0);
    let (mut callers, mut numbers) = (0, 0);
    for id in engine.calls() {
        let view = engine.call(id).expect("it is alive");
        let caller = (!view.caller.is_none()).then_some(view.caller);
        match view.stage {
            // Callers of a deleted queue are on their way out.
            CallStage::Agent { queue, .. } if !present(queue) => {}
            CallStage::Agent { .. } => {
                waiting += 1;
                let row = screen.waiting.get(&view.public);
                let waits = engine.waiting(id);
                let ringing = waits.map_or(0, |waiting| waiting.ringing) as usize;
                let callback = waits.is_some_and(|waiting| waiting.callback);
                let right = |row: &WaitingRow| {
                    let own = row.caller == caller && row.callback == callback;
                    own && row.ringing.len() == ringing
                };
                if !row.is_some_and(|row| right(row)) {
                    return wrong(format!("{view:?} is shown as {row:?}"));
                }
            }
            CallStage::End { queue } => {
                active += 1;
                let row = screen.active.get(&view.public);
                let queue = queue.filter(|queue| present(*queue));
                let queue = queue.map(|queue| directory.queues[&queue].number);
                let right = |row: &ActiveRow| {
                    let beside = (row.held, row.recording) == (view.held, view.recording.into());
                    beside && row.caller == caller && row.queue == queue
                };
                if !row.is_some_and(|row| right(row)) {
                    return wrong(format!("{view:?} is shown as {row:?}"));
                }
            }
            // Of two calls that of the caller is shown, and not that to the number.
            CallStage::Outside => match screen.active.get(&view.public) {
                Some(row) if row.agent.is_none() && row.caller == caller => callers += 1,
                None => numbers += 1,
                row => return wrong(format!("{view:?} is shown as {row:?}")),
            },
            CallStage::Caller
            | CallStage::Customer { .. }
            | CallStage::Extension
            | CallStage::Key
            | CallStage::Message
            | CallStage::Prompt
            | CallStage::Retrieval { .. } => {}
        }
    }
    active += callers;
    if (waiting, active) != (screen.waiting.len(), screen.active.len()) || callers != numbers {
        return wrong(format!("{waiting} wait, {active} talk"));
    }
    check_agents(engine, screen)
}

/// How many customers a queue has to call back.
fn pending(engine: &Engine, queue: Option<QueueId>) -> u32 {
    let calls = engine.calls().into_iter();
    let pending = calls.filter(|id| match engine.call(*id).map(|call| call.stage) {
        Some(CallStage::Agent { queue: of, .. }) => {
            let waiting = engine.waiting(*id);
            Some(of) == queue && waiting.is_some_and(|waiting| waiting.callback)
        }
        Some(CallStage::Customer { queue: of }) => Some(of) == queue,
        _ => false,
    });
    u32::try_from(pending.count()).expect("a test has few calls")
}

fn check_agents(engine: &Engine, screen: &Screen) -> Result<(), String> {
    if engine.agents().len() != screen.agents.len() {
        return Err("not every agent is shown".to_owned());
    }
    for id in engine.agents() {
        let view = engine.agent(id).expect("it is there");
        let Some(row) = screen.agents.get(&view.number) else {
            return Err(format!("{} is not shown", view.number));
        };
        let members = view.members.iter().map(|member| engine.member(*member));
        let members: Vec<_> = members.map(|member| member.expect("it is there")).collect();
        let busy = view.offer.is_some() || view.engaged > 0;
        let shown_busy = matches!(row.state, AgentState::Ringing | AgentState::Talking);
        let wrap_up = members.iter().any(|member| member.wrap_up);
        let logged_in = members
            .iter()
            .any(|member| member.status == AgentStatus::LoggedIn);
        let idle = match (wrap_up, view.up && logged_in) {
            (true, _) => AgentState::WrapUp,
            (false, true) => AgentState::Free,
            (false, false) => AgentState::Away,
        };
        if busy != shown_busy || (!busy && row.state != idle) || row.up != view.up {
            return Err(format!("{view:?} is shown as {row:?}"));
        }
        for member in &members {
            let queue = engine
                .queue(member.queue)
                .expect("it is there")
                .config
                .number;
            let place = row.queues.iter().find(|place| place.queue == queue);
            let status = match member.status {
                AgentStatus::LoggedIn => MembershipStatus::LoggedIn,
                AgentStatus::LoggedOut => MembershipStatus::LoggedOut,
                AgentStatus::Paused { .. } => MembershipStatus::Paused,
            };
            if place.is_none_or(|place| (place.status, place.wrap_up) != (status, member.wrap_up)) {
                return Err(format!("{member:?} is shown as {place:?}"));
            }
        }
        if row.queues.len() != members.len() {
            return Err(format!("{view:?} is shown as {row:?}"));
        }
    }
    Ok(())
}

impl Witness for Watcher {
    fn before(&mut self, _: &Engine, _: &Entry) {}

    fn after(&mut self, engine: &Engine, line: &live::Line) -> Result<(), String> {
        let live::Line { entry, out } = line.clone();
        if matches!(entry.input, Input::Restarted { .. }) && self.begun {
            // Whoever shows it has just been started as well.
            self.lines.clear();
            self.begun = false;
            self.fold = Fold::new(Today::default());
        }
        if let (Input::WallOffset { micros }, None) = (&entry.input, &out.reject) {
            self.wall_offset = *micros;
        }
        for event in &out.events {
            if let Event::QueueCallEnded(record) = event {
                let index = match record.outcome {
                    Outcome::Answered => 0,
                    Outcome::Abandoned => 1,
                    Outcome::Missed => 2,
                };
                let counts = self.records.entry(record.queue).or_default();
                counts[index] += 1;
                counts[3] += u32::from(record.callback);
                counts[4] += u32::from(record.callback && index > 0);
                let agent = record.agent.and_then(|agent| engine.agent(agent));
                let serves = |agent: &AgentView<'_>| {
                    let mut members = agent.members.iter().filter_map(|id| engine.member(*id));
                    members.any(|member| member.queue == record.queue)
                };
                let elsewhere = agent.is_some_and(|agent| !serves(&agent));
                self.from_elsewhere += u32::from(elsewhere);
            }
        }
        let last = mix(entry.seq).is_multiple_of(LINES_A_BATCH);
        self.lines.push(Line { entry, out });
        if last { self.release(engine) } else { Ok(()) }
    }
}

fn regressions() -> Regressions {
    Regressions::new("views.txt")
}

#[test]
fn screens_show_what_the_engine_does() {
    let shown = std::cell::RefCell::new(Shown::default());
    let mut profile = Profile::mixed();
    profile.restarts = 2;
    profile.wall = 2;
    profile.callbacks = 20;
    profile.shape.callbacks = 0.9;
    let name = "screens_show_what_the_engine_does";
    hold(
        name,
        &regressions(),
        300,
        &history(&profile),
        |(centre, steps)| {
            let (world, played) = play(&centre, &steps, Watcher::new());
            let mut shown = shown.borrow_mut();
            let seen = &world.live.witness.shown;
            shown.batches += seen.batches;
            shown.waiting += seen.waiting;
            shown.active += seen.active;
            shown.partial += seen.partial;
            shown.pending += seen.pending;
            shown.logged += seen.logged;
            played
        },
    );
    let Shown {
        batches,
        waiting,
        active,
        partial,
        pending,
        logged,
    } = shown.into_inner();
    println!("{batches} batches, {waiting} waiting, {active} active, {partial} partial");
    println!("{pending} to be called back, {logged} things done about records");
    assert!(
        waiting > 1_000 && active > 500 && partial > 1_000 && pending > 100 && logged > 50,
        "there was hardly anything to see"
    );
}

#[test]
fn every_call_is_counted_once() {
    let mut profile = Profile::mixed();
    // Where queues come and go, or days pass, counts begin anew.
    (profile.edits, profile.wall, profile.restarts) = (0, 0, 0);
    let name = "every_call_is_counted_once";
    hold(
        name,
        &regressions(),
        200,
        &history(&profile),
        |(centre, steps)| {
            let (mut world, played) = play(&centre, &steps, Watcher::new());
            played?;
            let engine = world.live.engine().clone();
            let watcher = &mut world.live.witness;
            watcher.release(&engine)?;
            let screen = watcher.fold.refresh().clone();
            for (number, row) in &screen.queues {
                let id = engine.find_queue(*number).expect("it is shown");
                let records = watcher.records.get(&id).copied().unwrap_or_default();
                let called_back = row.callbacks - row.callbacks_pending;
                let callbacks = [called_back, row.callbacks_failed];
                let [answered, abandoned, missed, rest @ ..] = records;
                if [row.answered, row.abandoned, row.missed] != [answered, abandoned, missed]
                    || callbacks != rest
                {
                    return Err(format!("{records:?} ended, and counted were\n{row:#?}"));
                }
            }
            let answered: u32 = screen.queues.values().map(|row| row.answered).sum();
            let by_agents: u32 = screen.agents.values().map(|row| row.answered).sum();
            // An agent's row has the queues that he serves.
            let by_agents = by_agents + world.live.witness.from_elsewhere;
            if answered != by_agents {
                return Err(format!("{answered} were answered, by agents {by_agents}"));
            }
            Ok(())
        },
    );
}
