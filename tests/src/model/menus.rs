//! Menus and call flows: what a key means, where a call goes that presses none, and
//! which way it takes from node to node.

use tandem_engine::config::model::Destination;
use tandem_engine::config::points::{CallFlow, FlowStep, Menu, NodeKind, PointKind};
use tandem_engine::{Branch, CallId, Effect, Event, Input, Key, MenuEnd, Number, Span, Timestamp};

use super::points::Voicemail;
use super::state::Call;
use super::{Checked, Model, known};

/// Where a caller is in a menu.
#[derive(Clone, Debug)]
pub(super) struct InMenu {
    number: Number,
    serial: u64,
    plays: u8,
    typed: String,
    /// Whether its prompt must begin in this entry.
    pub(super) fresh: bool,
    /// When the prompt is over, and when no key is awaited any more.
    over: Timestamp,
    pub(super) until: Timestamp,
}

/// Where a call is in a flow that lets it hear a prompt.
#[derive(Clone, Debug)]
pub(super) struct InFlow {
    number: Number,
    serial: u64,
    /// The prompt that must begin in this entry, if it has not begun.
    pub(super) prompt: Option<String>,
    then: FlowStep,
}

/// What keys that were pressed mean.
enum Meaning {
    Got(MenuEnd, Destination),
    Unfinished,
    Nothing,
}

/// Where nobody is.
const NOWHERE: Destination = Destination::RingGroup(Number::NONE);

impl Model {
    /// The menu of a number, where it is still the one that the call came to; else
    /// where the call goes instead.
    fn menu(&self, number: Number, serial: u64) -> Result<Menu, Destination> {
        match self.points.get(&number) {
            Some(point) if point.serial == serial => match &point.config.kind {
                PointKind::Menu(menu) => Ok(menu.clone()),
                _ => Err(Destination::RingGroup(number)),
            },
            _ => Err(NOWHERE),
        }
    }

    fn flow(&self, number: Number, serial: u64) -> Option<CallFlow> {
        let point = self.points.get(&number)?;
        match &point.config.kind {
            PointKind::CallFlow(flow) if point.serial == serial => Some(flow.clone()),
            _ => None,
        }
    }

    /// A call comes to a menu.
    pub(super) fn menu_reached(&mut self, id: CallId, number: Number, serial: u64) -> Checked {
        let menu = known(self.menu(number, serial).ok(), "a menu")?;
        let closed = (menu.time_condition.as_ref()).and_then(|condition| self.closed_by(condition));
        let call = known(self.calls.get_mut(&id), "a call")?;
        let Some((closed, prompt, to)) = closed else {
            call.menu = Some(InMenu {
                number,
                serial,
                plays: 1,
                typed: String::new(),
                fresh: true,
                over: Timestamp::ZERO,
                until: Timestamp::ZERO,
            });
            return Ok(());
        };
        (call.goes_to, call.behind) = match prompt {
            Some(prompt) => (Some(Destination::Prompt(prompt)), Some(to)),
            None => (Some(to), None),
        };
        self.entry.facts.push(Event::PointClosed {
            call: id,
            point: number,
            closed,
        });
        Ok(())
    }

    /// Whether a menu or a flow must let its caller hear this prompt now, and does.
    pub(super) fn says(&mut self, id: CallId, prompt: &str, length: Span) -> Result<bool, String> {
        let now = self.entry.now;
        let call = known(self.calls.get_mut(&id), "a call")?;
        if let Some(place) = call.menu.as_mut().filter(|place| place.fresh) {
            let (number, serial) = (place.number, place.serial);
            place.fresh = false;
            place.over = now + length;
            let menu = known(self.menu(number, serial).ok(), "a menu")?;
            let call = known(self.calls.get_mut(&id), "a call")?;
            let place = known(call.menu.as_mut(), "a menu")?;
            place.until = now + length + menu.timeout;
            call.taken = true;
            return known(
                (menu.prompt == prompt).then_some(true),
                "the prompt of a menu",
            );
        }
        let Some(flow) = call.flow.as_mut() else {
            return Ok(false);
        };
        let right = flow.prompt.take().as_deref() == Some(prompt);
        call.hears = Some((now + length, Destination::HangUp));
        call.taken = true;
        known(right.then_some(true), "the prompt of a flow")
    }

    /// A caller presses a key: what comes of it if he hears a menu.
    pub(super) fn key_in_menu(&mut self, id: CallId, key: Key) -> Checked {
        let Some(place) = self.calls.get_mut(&id).and_then(|call| call.menu.take()) else {
            return Ok(());
        };
        let menu = match self.menu(place.number, place.serial) {
            Ok(menu) => menu,
            Err(elsewhere) => return self.leaves_menu(id, elsewhere),
        };
        if self.entry.now < place.over {
            self.entry.to_play.push(Effect::StopPrompt { call: id });
        }
        let ends = key == Key::Pound && !place.typed.is_empty();
        let typed = match ends {
            true => place.typed.clone(),
            false => format!("{}{key}", place.typed),
        };
        match self.meaning(&menu, &typed, ends) {
            Meaning::Got(got, to) => self.menu_got(id, place.number, got, to),
            Meaning::Unfinished => {
                let call = known(self.calls.get_mut(&id), "a call")?;
                call.menu = Some(InMenu {
                    typed,
                    over: self.entry.now,
                    until: self.entry.now + menu.timeout,
                    ..place
                });
                Ok(())
            }
            Meaning::Nothing => {
                let typed = format!("{}{key}", place.typed);
                let typed = known(typed.parse().ok(), "a short number")?;
                self.menu_again(id, place, &menu, MenuEnd::Invalid(typed))
            }
        }
    }

    /// A menu has waited in vain; tells when that was due.
    pub(super) fn menu_timeout(&mut self, id: CallId) -> Result<Option<Timestamp>, String> {
        let call = known(self.calls.get_mut(&id), "a call")?;
        let place = known(call.menu.clone(), "a menu")?;
        let due = Some(place.until);
        if self.entry.input != Input::Tick {
            return Ok(due);
        }
        call.menu = None;
        let menu = match self.menu(place.number, place.serial) {
            Ok(menu) => menu,
            Err(elsewhere) => return self.leaves_menu(id, elsewhere).map(|()| due),
        };
        if place.typed.is_empty() {
            return self
                .menu_again(id, place, &menu, MenuEnd::Silence)
                .map(|()| due);
        }
        match self.meaning(&menu, &place.typed, true) {
            Meaning::Got(got, to) => self.menu_got(id, place.number, got, to)?,
            _ => {
                let typed = known(place.typed.parse().ok(), "a number")?;
                self.menu_again(id, place, &menu, MenuEnd::Invalid(typed))?;
            }
        }
        Ok(due)
    }

    fn meaning(&self, menu: &Menu, typed: &str, complete: bool) -> Meaning {
        if menu.dial_extensions {
            let mut numbers = self.extensions.keys().map(ToString::to_string);
            let longer = |number: String| number.len() > typed.len() && number.starts_with(typed);
            if !complete && numbers.any(longer) {
                return Meaning::Unfinished;
            }
            if let Ok(number) = typed.parse()
                && self.extensions.contains_key(&number)
            {
                return Meaning::Got(MenuEnd::Dialled(number), Destination::Extension(number));
            }
        }
        let only = typed.parse::<Key>().ok();
        let leads = only.and_then(|key| Some((key, menu.keys.get(&key)?)));
        leads.map_or(Meaning::Nothing, |(key, to)| {
            Meaning::Got(MenuEnd::Pressed(key), to.clone())
        })
    }

    fn menu_again(&mut self, id: CallId, place: InMenu, menu: &Menu, got: MenuEnd) -> Checked {
        if place.plays >= menu.plays {
            let to = match got {
                MenuEnd::Silence => menu.failover.clone(),
                _ => menu.invalid.clone(),
            };
            return self.menu_got(id, place.number, got, to);
        }
        let point = place.number;
        self.entry.facts.push(Event::MenuLeft {
            call: id,
            point,
            got,
        });
        let call = known(self.calls.get_mut(&id), "a call")?;
        call.menu = Some(InMenu {
            plays: place.plays + 1,
            typed: String::new(),
            fresh: true,
            ..place
        });
        Ok(())
    }

    fn menu_got(&mut self, id: CallId, point: Number, got: MenuEnd, to: Destination) -> Checked {
        self.entry.facts.push(Event::MenuLeft {
            call: id,
            point,
            got,
        });
        self.leaves_menu(id, to)
    }

    fn leaves_menu(&mut self, id: CallId, to: Destination) -> Checked {
        known(self.calls.get_mut(&id), "a call")?.goes_to = Some(to);
        Ok(())
    }

    /// A call goes on in a flow.
    pub(super) fn walk(
        &mut self,
        id: CallId,
        (number, serial): (Number, u64),
        mut step: FlowStep,
    ) -> Checked {
        loop {
            let name = match step {
                FlowStep::Go(to) => return self.leaves_menu(id, to),
                FlowStep::Node(name) => name,
            };
            let flow = self.flow(number, serial);
            let Some(node) = flow.as_ref().and_then(|flow| flow.node(&name)) else {
                return self.leaves_menu(id, NOWHERE);
            };
            let (branch, next) = match &node.kind {
                NodeKind::Prompt { prompt, then } => {
                    let call = known(self.calls.get_mut(&id), "a call")?;
                    call.flow = Some(InFlow {
                        number,
                        serial,
                        prompt: Some(prompt.clone()),
                        then: then.clone(),
                    });
                    return Ok(());
                }
                NodeKind::Caller {
                    begins,
                    then,
                    otherwise,
                } => {
                    let caller = known(self.calls.get(&id), "a call")?.number.to_string();
                    let mut begins = begins.iter().map(ToString::to_string);
                    match begins.any(|begins| caller.starts_with(&begins)) {
                        true => (Branch::CallerMatches, then),
                        false => (Branch::CallerOther, otherwise),
                    }
                }
                NodeKind::Hours {
                    hours,
                    open,
                    closed,
                    holiday,
                } => match self.by_calendar(hours, false) {
                    None => (Branch::Open, open),
                    Some(None) => (Branch::Closed, closed),
                    Some(Some(_)) => (Branch::Holiday, holiday),
                },
            };
            let next = next.clone();
            self.entry.facts.push(Event::FlowBranched {
                call: id,
                point: number,
                node: name,
                branch,
            });
            step = next;
        }
    }

    /// The prompt of a flow is over.
    pub(super) fn flow_goes_on(&mut self, id: CallId) -> Checked {
        let call = known(self.calls.get_mut(&id), "a call")?;
        let Some(flow) = call.flow.take() else {
            return Ok(());
        };
        call.goes_to = None;
        match self.entry.input {
            Input::Tick => self.walk(id, (flow.number, flow.serial), flow.then),
            _ => Ok(()),
        }
    }

    /// Whether a menu or a flow has still to say something in this entry.
    pub(super) fn must_say(call: &Call) -> bool {
        let menu = call.menu.as_ref().is_some_and(|place| place.fresh);
        let flow = call.flow.as_ref().is_some_and(|flow| flow.prompt.is_some());
        let speaks = matches!(call.voicemail, Some(Voicemail::Comes(_)));
        menu || flow || speaks
    }
}
