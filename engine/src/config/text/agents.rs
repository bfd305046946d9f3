//! Reading and writing what agents may dial and say about themselves.

use super::write::{line, quoted};
use crate::config::codes::FeatureCodes;
use crate::config::model::{ExtensionConfig, Options};
use crate::config::presence::{Presence, PresenceAction, PresenceActions};
use crate::config::reader::{Kind, Table, Value};
use crate::number::Number;

/// `{ log_in = "*7", pause = "" }`: a code that is empty is switched off.
pub(super) fn read_codes(mut table: Table<'_>) -> FeatureCodes {
    let mut codes = FeatureCodes::default();
    let keys = [
        ("log_in", &mut codes.log_in),
        ("log_in_all", &mut codes.log_in_all),
        ("log_in_last", &mut codes.log_in_last),
        ("log_out_all", &mut codes.log_out_all),
        ("pause", &mut codes.pause),
    ];
    for (key, code) in keys {
        let Some(value) = table.get(key) else {
            continue;
        };
        if value.kind() == Kind::Str && value.str() == Some("") {
            *code = None;
        } else if let Some(number) = super::number(value) {
            *code = Some(number);
        }
    }
    table.finish();
    codes
}

/// `{ available = "log_in", lunch_break = "pause Lunch" }`
pub(super) fn read_actions(mut table: Table<'_>) -> PresenceActions {
    let mut actions = PresenceActions::default();
    for (key, presence) in Presence::ALL {
        if let Some(action) = table.get(key).and_then(action) {
            actions.set(presence, action);
        }
    }
    table.finish();
    actions
}

fn action(value: Value<'_>) -> Option<PresenceAction> {
    let hint =
        "\"log_in\", \"log_in_last\", \"log_out\", \"pause\", \"pause Lunch\" or \"nothing\"";
    if value.kind() != Kind::Str {
        value.wrong_kind(&format!("one of {hint}"));
        return None;
    }
    let action = match value.str()? {
        "log_in" => Some(PresenceAction::LogIn),
        "log_in_last" => Some(PresenceAction::LogInLast),
        "log_out" => Some(PresenceAction::LogOut),
        "nothing" => Some(PresenceAction::Nothing),
        "pause" => Some(PresenceAction::Pause(None)),
        text => text.strip_prefix("pause ").map(|reason| {
            let reason = reason.trim().to_owned();
            PresenceAction::Pause(Some(reason))
        }),
    };
    if action.is_none() {
        let what = format!("{} can not follow from a presence", value.name());
        value.wrong(what, Some(format!("it is {hint}")));
    }
    action
}

pub(super) fn write_options(out: &mut String, options: &Options) {
    let (codes, default) = (options.feature_codes.all(), FeatureCodes::default().all());
    let changed = codes
        .iter()
        .zip(default)
        .filter(|(code, default)| **code != *default);
    let code = |code: Option<Number>| code.map_or(String::new(), |code| code.to_string());
    let entries = changed.map(|((key, number), _)| format!("{key} = \"{}\"", code(*number)));
    let entries: Vec<String> = entries.collect();
    if !entries.is_empty() {
        line(
            out,
            "feature_codes",
            &format!("{{ {} }}", entries.join(", ")),
        );
    }
}

pub(super) fn write_extension(out: &mut String, extension: &ExtensionConfig) {
    let entries = Presence::ALL.into_iter().filter_map(|(key, presence)| {
        let action = match extension.on_presence.on(presence) {
            PresenceAction::LogIn => "log_in".to_owned(),
            PresenceAction::LogInLast => "log_in_last".to_owned(),
            PresenceAction::LogOut => "log_out".to_owned(),
            PresenceAction::Nothing => return None,
            PresenceAction::Pause(None) => "pause".to_owned(),
            PresenceAction::Pause(Some(reason)) => format!("pause {reason}"),
        };
        Some(format!("{key} = {}", quoted(&action)))
    });
    let entries: Vec<String> = entries.collect();
    if !entries.is_empty() {
        line(out, "on_presence", &format!("{{ {} }}", entries.join(", ")));
    }
}
