//! What is left of a call of which the journal does not tell any more.

use serde::Serialize;
use tandem_engine::records::QueueCall;
use tandem_engine::{Number, PublicId};

use super::moment::{Seconds, text};
use super::page::Page;
use super::when::{Wall, When, length, talk_length};
use crate::labels::{outcome_word, reason_word};

/// The records of a call, where there is no story.
#[derive(Clone, Debug, Serialize)]
pub struct Remains {
    /// The call's name for ever.
    #[serde(serialize_with = "super::moment::id")]
    pub call: PublicId,
    /// Why there is no story.
    pub no_story: String,
    /// Its visits to queues, in order.
    pub visits: Vec<Remain>,
}

/// A visit to a queue, as it was recorded.
#[derive(Clone, Debug, Serialize)]
pub struct Remain {
    /// The queue's number.
    #[serde(serialize_with = "text")]
    pub queue: Number,
    /// When the caller joined, or was refused.
    pub joined_at: When,
    /// How long the caller waited.
    pub waited_s: Seconds,
    /// How long they talked.
    pub talked_s: Seconds,
    /// How long of that the caller was on hold.
    pub held_s: Seconds,
    /// The number of who answered.
    pub agent: Option<String>,
    /// `abandoned`, `answered` or `missed`.
    pub outcome: &'static str,
    /// Why it left the queue, as in the records of calls.
    pub reason: &'static str,
    /// How often a telephone rang for it.
    pub offers: u32,
}

impl Remain {
    /// From a record, and the numbers that are stored with it; times are those of
    /// `zone`.
    #[must_use]
    pub fn new(
        call: &QueueCall,
        queue: Number,
        agent: Option<Number>,
        joined_us: i64,
        zone: &str,
    ) -> Self {
        Self {
            queue,
            joined_at: Wall::new(zone, joined_us).at(tandem_engine::Timestamp::ZERO),
            waited_s: Seconds(call.waited),
            talked_s: Seconds(call.talked),
            held_s: Seconds(call.held),
            agent: agent.map(|agent| agent.to_string()),
            outcome: outcome_word(call.outcome),
            reason: reason_word(call.reason),
            offers: call.offers,
        }
    }

    fn words(&self) -> String {
        let (day, time) = (self.joined_at.date(), self.joined_at.time());
        let waited = length(self.waited_s.0);
        let (queue, reason) = (self.queue, self.reason.replace('_', " "));
        let rings = match self.offers {
            0 => "no telephone rang".to_owned(),
            1 => "a telephone rang once".to_owned(),
            many => format!("telephones rang {many} times"),
        };
        let end = match &self.agent {
            Some(agent) => format!("{agent} answered, and they talked for {}", {
                talk_length(self.talked_s.0, self.held_s.0)
            }),
            None => format!("outcome: {} ({reason})", self.outcome),
        };
        format!("Joined queue {queue} at {time} on {day}, waited {waited}; {rings}; {end}.")
    }
}

impl Remains {
    /// What is left, in plain words.
    #[must_use]
    pub fn to_text(&self) -> String {
        let mut page = Page::default();
        let (call, why) = (self.call, &self.no_story);
        page.paragraph("", &format!("There is no story of call {call}: {why}."));
        if self.visits.is_empty() {
            page.paragraph("", "There is no record of it either.");
        } else {
            page.paragraph("", "This is what its records say:");
        }
        for visit in &self.visits {
            page.paragraph("- ", &visit.words());
        }
        page.text()
    }
}
