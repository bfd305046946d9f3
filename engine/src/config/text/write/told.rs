//! What callers of a queue are told and asked, as text.

use super::{bare, line, quoted, seconds};
use crate::config::announcements::Announcements;
use crate::config::model::SurveyConfig;

/// What callers are told while they wait, and who answers them.
pub(super) fn announcements(out: &mut String, told: &Announcements) {
    let default = Announcements::default();
    for (key, prompt) in [
        ("agent_announcement", &told.agent),
        ("join_announcement", &told.join),
        ("periodic_announcement", &told.periodic),
    ] {
        if let Some(prompt) = prompt {
            line(out, key, &quoted(prompt));
        }
    }
    for (key, on) in [
        ("join_announcement_in_full", told.join_in_full),
        ("announce_agent_number", told.agent_number),
        ("announce_position", told.position),
        ("announce_hold_time", told.hold_time),
        ("announce_thanks", told.thanks),
    ] {
        if on {
            line(out, key, "true");
        }
    }
    if told.periodic_every != default.periodic_every {
        line(
            out,
            "periodic_announcement_s",
            &seconds(told.periodic_every),
        );
    }
    if told.place_every != default.place_every {
        line(out, "announce_every_s", &seconds(told.place_every));
    }
    if told.language != default.language {
        line(out, "prompt_language", &quoted(&told.language));
    }
}

/// What callers are asked, as a table in one line.
pub(super) fn survey(out: &mut String, survey: &SurveyConfig) {
    let mut text = format!("{{ prompt = {}", quoted(&survey.prompt));
    if let Some(prompt) = &survey.end_prompt {
        text += &format!(", end_prompt = {}", quoted(prompt));
    }
    if survey.points != SurveyConfig::new("").points {
        let points = survey.points.iter();
        let points = points.map(|(key, worth)| format!("{} = {worth}", bare(*key)));
        text += &format!(", points = {{ {} }}", points.collect::<Vec<_>>().join(", "));
    }
    line(out, "survey", &(text + " }"));
}
