//! Codes that agents dial, and what follows from where they are.

use proptest::prelude::*;
use proptest::sample::select;
use tandem_engine::config::codes::FeatureCodes;
use tandem_engine::config::presence::{Presence, PresenceAction, PresenceActions};

/// What follows from a presence. Only the first reason is always configured.
pub(super) fn presence_action() -> impl Strategy<Value = PresenceAction> {
    prop_oneof![
        2 => Just(PresenceAction::LogIn),
        1 => Just(PresenceAction::LogInLast),
        1 => Just(PresenceAction::LogOut),
        1 => Just(PresenceAction::Nothing),
        1 => Just(PresenceAction::Pause(None)),
        2 => Just(PresenceAction::Pause(Some("Lunch".to_owned()))),
    ]
}

pub(super) fn on_presence(actions: Option<[PresenceAction; 6]>) -> PresenceActions {
    let mut on_presence = PresenceActions::default();
    for (action, (_, presence)) in actions.into_iter().flatten().zip(Presence::ALL) {
        on_presence.set(presence, action);
    }
    on_presence
}

/// Codes as they are by default, others, or some that are switched off.
pub(super) fn feature_codes() -> impl Strategy<Value = FeatureCodes> {
    let default = FeatureCodes::default();
    let code = |text: &str| text.parse().ok();
    let others = FeatureCodes {
        log_in: code("#4"),
        log_in_last: None,
        log_out_all: code("#44"),
        ..default
    };
    let longer = FeatureCodes {
        log_in: code("*0711"),
        pause: None,
        ..default
    };
    select(vec![default, default, others, longer])
}
