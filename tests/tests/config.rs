//! Configurations: files in and words out, changes, and the way back.

#[path = "config/callback.rs"]
mod callback;
#[path = "config/changes.rs"]
mod changes;
#[path = "config/contacts.rs"]
mod contacts;
#[path = "config/dispositions.rs"]
mod dispositions;
#[path = "config/external.rs"]
mod external;
#[path = "config/generate.rs"]
mod generate;
#[path = "config/hours.rs"]
mod hours;
#[path = "config/limits.rs"]
mod limits;
#[path = "config/mutants.rs"]
mod mutants;
#[path = "config/points.rs"]
mod points;
#[path = "config/round_trip.rs"]
mod round_trip;
#[path = "config/survey.rs"]
mod survey;
#[path = "config/wrong.rs"]
mod wrong;
