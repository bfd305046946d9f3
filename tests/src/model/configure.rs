//! Changes of the configuration, in the books: what a change does not name
//! goes on as it was, and order means the order of the list.

use std::collections::BTreeMap;

use tandem_engine::config::model::{
    Change, ExtensionConfig, InitialStatus, MemberConfig, MemberKind, QueueConfig,
};
use tandem_engine::config::presence::Presence;
use tandem_engine::{AgentId, AgentStatus, By, Engine, Event, Number, QueueId};

use super::state::{Completed, Member, Person, Queue};
use super::status::log_in;
use super::{Checked, Model, known};

impl Model {
    /// Makes the changes in the books; the engine must tell of every status.
    pub(super) fn begin_configure(&mut self, engine: &Engine, changes: &[Change]) -> Checked {
        for change in changes {
            match change {
                Change::PutExtension(config) => self.put_extension(engine, config)?,
                Change::PutOptions(options) => {
                    self.options = options.clone();
                    self.await_midnights();
                }
                Change::PutPoint(config) => self.put_point(config),
                Change::PutQueue(config) => self.put_queue(engine, config)?,
                Change::RemoveExtension(number) => self.remove_extension(*number)?,
                Change::RemovePoint(number) => {
                    known(self.points.remove(number), "a route point")?;
                }
                Change::RemoveQueue(number) => self.remove_queue(*number)?,
            }
        }
        self.revision += 1;
        let revision = self.revision;
        self.entry
            .facts
            .push(Event::ConfigurationChanged { revision });
        Ok(())
    }

    fn put_extension(&mut self, engine: &Engine, config: &ExtensionConfig) -> Checked {
        let (administrator, ring_timeout) = (config.administrator, config.ring_timeout);
        if let Some(person) = self.person(config.number) {
            let person = known(self.persons.get_mut(&person), "an extension")?;
            (person.administrator, person.ring_timeout) = (administrator, ring_timeout);
            person.on_presence.clone_from(&config.on_presence);
            person.own_recording = config.own_recording;
            person.outbound = config.outbound;
            return Ok(());
        }
        let id = known(engine.find_agent(config.number), "a new extension")?;
        let person = Person {
            number: config.number,
            up: false,
            administrator,
            ring_timeout,
            presence: Presence::Available,
            on_presence: config.on_presence.clone(),
            own_recording: config.own_recording,
            outbound: config.outbound,
            offer: None,
            rest_until: None,
        };
        self.extensions.insert(config.number, id);
        known(
            self.persons.insert(id, person).is_none().then_some(()),
            "an id used twice",
        )
    }

    fn put_queue(&mut self, engine: &Engine, config: &QueueConfig) -> Checked {
        let id = match self.numbers.get(&config.number) {
            Some(id) => *id,
            None => self.add_queue(engine, config)?,
        };
        self.set_members(id, &config.members)?;
        let queue = known(self.queues.get_mut(&id), "a queue")?;
        queue.config = config.clone();
        self.entry.rearmed.insert(id);
        self.await_midnight(id);
        self.watch_level(id)?;
        let waiting: Vec<_> = self.line(id).into_iter().map(|(call, _)| call).collect();
        waiting
            .into_iter()
            .try_for_each(|call| self.wind_clocks(call, id))
    }

    fn add_queue(&mut self, engine: &Engine, config: &QueueConfig) -> Result<QueueId, String> {
        let id = known(engine.find_queue(config.number), "a new queue")?;
        let queue = Queue {
            config: config.clone(),
            members: Vec::new(),
            rings: 0,
            last_static: Default::default(),
            last_dynamic: Default::default(),
            midnight: None,
            level: None,
            learned: Default::default(),
            arrivals: None,
            pace: Default::default(),
            watched: None,
            removed: false,
        };
        self.numbers.insert(config.number, id);
        known(
            self.queues.insert(id, queue).is_none().then_some(()),
            "an id used twice",
        )?;
        Ok(id)
    }

    /// Gives a queue these members; who stays keeps all that is known of him.
    fn set_members(&mut self, id: QueueId, wanted: &[MemberConfig]) -> Checked {
        let mut queue = known(self.queues.remove(&id), "a queue")?;
        let mut before = std::mem::take(&mut queue.members);
        let (last_static, last_dynamic) = last_rung_who_stays(self, &queue, &before, wanted);
        (queue.last_static, queue.last_dynamic) = (last_static, last_dynamic);
        for config in wanted {
            let agent = known(self.person(config.extension), "a member's extension")?;
            let place = before.iter().position(|member| member.agent == agent);
            let (mut member, is_new) = match place {
                Some(place) => (before.remove(place), false),
                None => (self.new_member(agent, config), true),
            };
            let starts_in = match config.kind {
                MemberKind::Static => true,
                MemberKind::Dynamic => {
                    is_new && self.options.new_dynamic_agents == InitialStatus::LoggedIn
                }
            };
            let comes_in = starts_in && !member.logged_in;
            if comes_in {
                log_in(&mut member, self.next_count());
            }
            (member.kind, member.level) = (config.kind, config.level);
            if is_new || comes_in {
                self.tell_status(agent, id, member.status());
            }
            queue.members.push(member);
        }
        for member in before {
            if member.wrap_up_until.is_some() {
                let (agent, queue) = (member.agent, id);
                self.entry.facts.push(Event::WrapUpEnded { agent, queue });
            }
            self.nobody_waits_for(member.agent, id);
            self.tell_status(member.agent, id, AgentStatus::LoggedOut);
        }
        self.queues.insert(id, queue);
        Ok(())
    }

    fn new_member(&mut self, agent: AgentId, config: &MemberConfig) -> Member {
        Member {
            agent,
            serial: self.next_count(),
            kind: config.kind,
            level: config.level,
            logged_in: false,
            was_logged_in: false,
            paused: None,
            login_order: 0,
            last_rung: 0,
            completed: Completed::default(),
            missed_in_a_row: 0,
            wrap_up_until: None,
        }
    }

    fn tell_status(&mut self, agent: AgentId, queue: QueueId, status: AgentStatus) {
        self.entry.facts.push(Event::AgentStatusChanged {
            agent,
            queue,
            status,
            by: By::System,
        });
    }

    fn remove_extension(&mut self, number: Number) -> Checked {
        let agent = known(self.extensions.remove(&number), "an extension")?;
        for contact in &mut self.options.contacts {
            contact.owner = contact.owner.filter(|owner| *owner != number);
        }
        self.entry.gone.push(agent);
        self.hears_no_thanks(agent)?;
        let points = self.points.values_mut();
        points.for_each(|point| point.config.remove_member(number));
        let ids: Vec<QueueId> = self.queues.keys().copied().collect();
        for id in ids {
            let queue = known(self.queues.get_mut(&id), "a queue")?;
            queue.config.managers.retain(|manager| *manager != number);
            if let Some(viewers) = &mut queue.config.permissions.agent_logs.viewers {
                viewers.retain(|viewer| *viewer != number);
            }
            let Some(member) = queue.member(agent).cloned() else {
                continue;
            };
            queue
                .config
                .members
                .retain(|member| member.extension != number);
            let wanted = queue.config.members.clone();
            self.entry.left.push((id, member));
            self.set_members(id, &wanted)?;
        }
        Ok(())
    }

    fn remove_queue(&mut self, number: Number) -> Checked {
        let id = known(self.numbers.remove(&number), "a queue")?;
        self.set_members(id, &[])?;
        let is_empty = self.line(id).is_empty();
        let queue = known(self.queues.get_mut(&id), "a queue")?;
        (queue.removed, queue.midnight, queue.watched) = (true, None, None);
        queue.level = None;
        if is_empty {
            self.queues.remove(&id);
        }
        Ok(())
    }
}

/// What round robin remembers when the list changes: of each skill level and kind
/// whoever was rung last or, where he does not stay there, the nearest before him who
/// does.
fn last_rung_who_stays(
    model: &Model,
    queue: &Queue,
    before: &[Member],
    wanted: &[MemberConfig],
) -> (BTreeMap<u8, u64>, BTreeMap<u8, u64>) {
    let stays = |member: &&Member| {
        wanted.iter().any(|config| {
            (config.kind, config.level) == (member.kind, member.level)
                && model.person(config.extension) == Some(member.agent)
        })
    };
    let of = |kind, level| {
        let of_kind = before.iter().filter(move |member| member.kind == kind);
        of_kind.filter(move |member| member.level == level)
    };
    let (mut last_static, mut last_dynamic) = (BTreeMap::new(), BTreeMap::new());
    for (&level, &serial) in &queue.last_static {
        let statics: Vec<&Member> = of(MemberKind::Static, level).collect();
        let last = statics.iter().position(|member| member.serial == serial);
        let kept = last.and_then(|last| statics[..=last].iter().rev().find(|m| stays(m)));
        last_static.extend(kept.map(|member| (level, member.serial)));
    }
    for (&level, &last) in &queue.last_dynamic {
        let orders = of(MemberKind::Dynamic, level).filter(stays);
        let orders = orders.map(|member| member.login_order);
        let kept = orders.filter(|&order| order <= last).max();
        last_dynamic.extend(kept.map(|order| (level, order)));
    }
    (last_static, last_dynamic)
}
