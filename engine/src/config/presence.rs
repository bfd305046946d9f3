//! Presence: what people say about themselves, and what follows from it for their
//! queues.

use serde::{Deserialize, Serialize};

/// What a person says about where he is.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
pub enum Presence {
    /// At the desk.
    #[default]
    Available,
    /// Not at the desk.
    Away,
    /// Travelling.
    BusinessTrip,
    /// Not to be disturbed.
    DoNotDisturb,
    /// At lunch.
    LunchBreak,
    /// Not at work.
    OffWork,
}

impl Presence {
    /// Every presence, with its word in a file and in the API.
    pub const ALL: [(&'static str, Self); 6] = [
        ("available", Self::Available),
        ("away", Self::Away),
        ("business_trip", Self::BusinessTrip),
        ("do_not_disturb", Self::DoNotDisturb),
        ("lunch_break", Self::LunchBreak),
        ("off_work", Self::OffWork),
    ];

    /// Its word.
    #[must_use]
    pub const fn word(self) -> &'static str {
        Self::ALL[self as usize].0
    }
}

/// What becomes of an agent's status when his presence changes.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum PresenceAction {
    /// He logs in to all his queues, and his pauses end.
    LogIn,
    /// He logs in to the queues of the last time, and his pauses end.
    LogInLast,
    /// He logs out of all queues, where he is a dynamic agent.
    LogOut,
    /// It stays as it is.
    #[default]
    Nothing,
    /// He pauses in all queues, for this reason if one is named.
    Pause(Option<String>),
}

/// An extension's action for each presence.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PresenceActions([PresenceAction; Presence::ALL.len()]);

impl PresenceActions {
    /// What follows when the presence becomes this one.
    #[must_use]
    pub const fn on(&self, presence: Presence) -> &PresenceAction {
        &self.0[presence as usize]
    }

    /// Says what follows when the presence becomes this one.
    pub fn set(&mut self, presence: Presence, action: PresenceAction) {
        self.0[presence as usize] = action;
    }

    /// Whether nothing ever follows.
    #[must_use]
    pub fn are_none(&self) -> bool {
        self.0
            .iter()
            .all(|action| *action == PresenceAction::Nothing)
    }

    /// The reasons that they name, and for which presence.
    pub fn reasons(&self) -> impl Iterator<Item = (Presence, &str)> {
        Presence::ALL
            .into_iter()
            .filter_map(|(_, presence)| match self.on(presence) {
                PresenceAction::Pause(Some(reason)) => Some((presence, reason.as_str())),
                _ => None,
            })
    }
}
