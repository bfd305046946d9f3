//! What is wrong with a configuration, or with a change of one.

use serde::{Deserialize, Serialize};

use crate::number::Number;

/// One thing that is wrong, at one place of the model.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fault {
    /// The object.
    pub subject: Subject,
    /// The key in its table, as a file spells it.
    pub key: String,
    /// Which element, where the key holds a list.
    pub item: Option<usize>,
    /// What is wrong, in one sentence without a full stop.
    pub what: String,
    /// What would be right, where that can be said.
    pub hint: Option<String>,
}

/// An object of the configuration.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Subject {
    /// The extension with this number.
    Extension(Number),
    /// The common settings.
    Options,
    /// The queue with this number.
    Queue(Number),
}

/// What exists before a change.
pub trait Existing {
    /// The common settings.
    fn options(&self) -> &super::model::Options;
    /// Whether an extension has this number.
    fn has_extension(&self, number: Number) -> bool;
    /// The queue with this number.
    fn queue(&self, number: Number) -> Option<&super::model::QueueConfig>;
    /// Every queue.
    fn queues(&self) -> Box<dyn Iterator<Item = &super::model::QueueConfig> + '_>;
    /// How many extensions there are.
    fn extension_count(&self) -> usize;
}

/// Stand-in.
pub fn check_changes(_: &impl Existing, _: &[super::model::Change]) -> Vec<Fault> {
    Vec::new()
}
