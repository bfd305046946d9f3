//! Menus: a prompt, and where each key leads.

use crate::acd::closed::elsewhere;
use crate::calls::{Goal, goal, prompt_named};
use crate::config::points::{Menu, PointKind};
use crate::directory::Target;
use crate::effect::Effect;
use crate::event::{EndReason, Event, MenuEnd};
use crate::ids::{CallId, PointId};
use crate::key::Key;
use crate::mark::Mark;
use crate::number::Number;
use crate::state::{MenuPlace, Passing, Stage, State};
use crate::step::Step;
use crate::time::Timestamp;
use crate::timer::Timer;
use crate::trace::Trace;

/// What keys that were pressed mean.
enum Meaning {
    /// They are complete.
    Got(MenuEnd, Goal),
    /// More may come.
    Unfinished,
    /// They lead nowhere.
    Nothing,
}

impl<T: Trace> Step<'_, T> {
    /// A call comes to a menu; or says where it goes instead, as it is closed.
    pub(crate) fn open_menu(&mut self, id: CallId, point: PointId) -> Result<(), Goal> {
        let Some(menu) = menu(self.s, point) else {
            return Err(Goal::Target(Target::Point(point)));
        };
        let condition = menu.time_condition.as_ref();
        if let Some((closed, goal)) =
            condition.and_then(|condition| elsewhere(self.s, condition, self.now))
        {
            let point = self.s.points[point].config.number;
            self.tell(Event::PointClosed {
                call: id,
                point,
                closed,
            });
            return Err(goal);
        }
        self.play_menu(id, point, 1);
        Ok(())
    }

    /// Plays the prompt of a menu, once more or at first.
    fn play_menu(&mut self, id: CallId, point: PointId, plays: u8) {
        let menu = menu(self.s, point).expect("a menu was just found");
        let timeout = menu.timeout;
        let prompt = prompt_named(self.s, &menu.prompt);
        let over = prompt.map_or(self.now, |prompt| self.say_prompt(id, prompt));
        let place = MenuPlace {
            point,
            plays,
            over,
            typed: Number::NONE,
        };
        self.s.calls[id].taken = true;
        self.await_key(id, place, over + timeout);
    }

    fn await_key(&mut self, id: CallId, place: MenuPlace, until: Timestamp) {
        let timer = self.s.timers.arm(until, Timer::MenuTimeout(id));
        let call = &mut self.s.calls[id];
        call.stage = Stage::AwaitingKey;
        call.passing = Some(Box::new(Passing::Menu { place, timer }));
    }

    /// Takes a call out of its menu, where that is still there; else the call goes on.
    fn take_from_menu(&mut self, id: CallId) -> Option<MenuPlace> {
        let passing = self.s.calls[id].passing.take().map(|passing| *passing);
        let Some(Passing::Menu { place, timer }) = passing else {
            unreachable!("the caller hears a menu");
        };
        self.s.timers.cancel(timer);
        if !self.s.points.contains(place.point) {
            self.sometimes(Mark::MenuDeleted);
            self.send(id, Goal::End(EndReason::NoDestination));
            return None;
        }
        if menu(self.s, place.point).is_none() {
            // It has become something else meanwhile.
            self.send(id, Goal::Target(Target::Point(place.point)));
            return None;
        }
        Some(place)
    }

    /// Who hears a menu presses a key.
    pub(crate) fn key_in_menu(&mut self, id: CallId, key: Key) {
        let Some(place) = self.take_from_menu(id) else {
            return;
        };
        if self.now < place.over {
            self.emit(Effect::StopPrompt { call: id });
        }
        match meaning(self.s, &place, Some(key)) {
            Meaning::Got(got, goal) => self.leave_menu(id, place.point, got, goal),
            Meaning::Unfinished => {
                let typed = place.typed.and(key).unwrap_or(place.typed);
                let menu = menu(self.s, place.point).expect("the menu is there");
                let until = self.now + menu.timeout;
                let over = self.now;
                let place = MenuPlace {
                    typed,
                    over,
                    ..place
                };
                self.await_key(id, place, until);
            }
            Meaning::Nothing => {
                let typed = place.typed.and(key).unwrap_or(place.typed);
                self.menu_again(id, &place, MenuEnd::Invalid(typed));
            }
        }
    }

    /// Nobody has pressed anything for as long as the menu awaits it.
    pub(crate) fn menu_timeout(&mut self, id: CallId) {
        let Some(place) = self.take_from_menu(id) else {
            return;
        };
        if place.typed.is_none() {
            return self.menu_again(id, &place, MenuEnd::Silence);
        }
        match meaning(self.s, &place, None) {
            Meaning::Got(got, goal) => self.leave_menu(id, place.point, got, goal),
            Meaning::Nothing | Meaning::Unfinished => {
                self.menu_again(id, &place, MenuEnd::Invalid(place.typed));
            }
        }
    }

    /// The prompt plays again, or the call goes on.
    fn menu_again(&mut self, id: CallId, place: &MenuPlace, got: MenuEnd) {
        let menu = menu(self.s, place.point).expect("the menu is there");
        let to = match got {
            MenuEnd::Silence => &menu.failover,
            _ => &menu.invalid,
        };
        if place.plays >= menu.plays {
            let goal = goal(self.s, to);
            self.sometimes(match got {
                MenuEnd::Silence => Mark::MenuSilent,
                _ => Mark::MenuInvalid,
            });
            return self.leave_menu(id, place.point, got, goal);
        }
        self.tell_got(id, place.point, got);
        self.play_menu(id, place.point, place.plays + 1);
    }

    fn leave_menu(&mut self, id: CallId, point: PointId, got: MenuEnd, goal: Goal) {
        self.sometimes_if(Mark::MenuDialled, |_| matches!(got, MenuEnd::Dialled(_)));
        self.tell_got(id, point, got);
        self.send(id, goal);
    }

    fn tell_got(&mut self, id: CallId, point: PointId, got: MenuEnd) {
        let point = self.s.points[point].config.number;
        self.tell(Event::MenuLeft {
            call: id,
            point,
            got,
        });
    }
}

/// A route point, if it is a menu.
fn menu(s: &State, point: PointId) -> Option<&Menu> {
    match &s.points.get(point)?.config.kind {
        PointKind::Menu(menu) => Some(menu),
        _ => None,
    }
}

/// What the keys mean that a caller pressed so far, with one more or, without, where no
/// more come. A number that an extension has goes before a key, where more digits come;
/// `#` says that none does.
fn meaning(s: &State, place: &MenuPlace, key: Option<Key>) -> Meaning {
    let menu = menu(s, place.point).expect("the menu is there");
    let ends = key.is_none() || key == Some(Key::Pound) && !place.typed.is_none();
    let typed = match key {
        Some(key) if !ends => match place.typed.and(key) {
            Some(typed) => typed,
            None => return Meaning::Nothing,
        },
        _ => place.typed,
    };
    if menu.dial_extensions {
        if !ends && s.directory.has_longer_extension(typed) {
            return Meaning::Unfinished;
        }
        if let Some(target @ Target::Extension(_)) = s.directory.get(typed) {
            return Meaning::Got(MenuEnd::Dialled(typed), Goal::Target(target));
        }
    }
    let only = typed.to_string().parse::<Key>().ok();
    let leads = only.and_then(|key| Some((key, menu.keys.get(&key)?)));
    match leads {
        Some((key, to)) => Meaning::Got(MenuEnd::Pressed(key), goal(s, to)),
        None => Meaning::Nothing,
    }
}
