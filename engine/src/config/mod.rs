//! The configuration of a contact centre: its model, its text, what is wrong
//! with it, and the changes that lead from one to another.

pub mod address;
pub mod announcements;
pub mod callback;
pub mod check;
pub mod codes;
pub mod diff;
pub mod hours;
pub mod model;
pub mod nearest;
pub mod points;
pub mod presence;
pub mod reader;
pub mod rights;
pub mod text;
