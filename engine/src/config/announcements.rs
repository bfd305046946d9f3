//! What the callers of a queue are told while they wait, and who answers them before he is
//! connected.

use serde::{Deserialize, Serialize};

use crate::limits::SPOKEN_NUMBER_MAX;
use crate::number::Number;
use crate::time::Span;

/// What the callers of a queue are told between its music, and what is said when an agent
/// answers. Prompts are named as in [`Options::prompts`](super::model::Options::prompts).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Announcements {
    /// What an agent hears who answers, before he is connected.
    pub agent: Option<String>,
    /// Whether he and the caller hear his number then, digit by digit.
    pub agent_number: bool,
    /// What a caller hears when he joins.
    pub join: Option<String>,
    /// Whether no agent is rung for him before that is over.
    pub join_in_full: bool,
    /// What he hears again and again.
    pub periodic: Option<String>,
    /// From joining to the first time, and from one time to the next.
    pub periodic_every: Span,
    /// Whether he is told how many are served before him.
    pub position: bool,
    /// Whether he is told how long he is likely to wait yet.
    pub hold_time: bool,
    /// Whether he is thanked for his patience.
    pub thanks: bool,
    /// From joining to the first time of these three, and from one time to the next.
    pub place_every: Span,
    /// Names the prompts of which spoken sentences consist: they begin with it.
    pub language: String,
}

impl Default for Announcements {
    fn default() -> Self {
        Self {
            agent: None,
            agent_number: false,
            join: None,
            join_in_full: false,
            periodic: None,
            periodic_every: Span::from_secs(60),
            position: false,
            hold_time: false,
            thanks: false,
            place_every: Span::from_secs(60),
            language: "en".to_owned(),
        }
    }
}

impl Announcements {
    /// Whether the caller's place or his wait are told, or thanks are said.
    #[must_use]
    pub const fn tells_place(&self) -> bool {
        self.position || self.hold_time || self.thanks
    }

    /// The prompts of which this sentence consists. Numbers above
    /// [`SPOKEN_NUMBER_MAX`] are "more than" that.
    #[must_use]
    pub fn spoken(&self, sentence: Sentence) -> Vec<String> {
        let part = |part: &str| format!("{} {part}", self.language);
        let number = |number: u8| part(&number.min(SPOKEN_NUMBER_MAX).to_string());
        let many = |number: u8| number > SPOKEN_NUMBER_MAX;
        let digits = |begin: &str, number: Number| {
            let digits = number.to_string();
            let digits = digits.chars().map(|digit| part(&digit.to_string()));
            core::iter::once(part(begin)).chain(digits).collect()
        };
        match sentence {
            Sentence::Agent(number) => digits("agent", number),
            Sentence::Minutes(minutes) => {
                let more = many(minutes).then(|| part("more than"));
                let (number, unit) = (number(minutes), part("minutes"));
                let parts = [Some(part("hold time")), more, Some(number), Some(unit)];
                parts.into_iter().flatten().collect()
            }
            Sentence::Position(place) => {
                let more = many(place).then(|| part("more than"));
                let parts = [Some(part("position")), more, Some(number(place))];
                parts.into_iter().flatten().collect()
            }
            Sentence::Slot(slot) => digits("parked", slot),
            Sentence::Thanks => vec![part("thanks")],
        }
    }

    /// Every prompt that may be played, with the key that asks for it.
    #[must_use]
    pub fn prompts(&self) -> Vec<(&'static str, String)> {
        let mut prompts = Vec::new();
        let named = [
            ("agent_announcement", &self.agent),
            ("join_announcement", &self.join),
            ("periodic_announcement", &self.periodic),
        ];
        for (key, name) in named {
            prompts.extend(name.iter().map(|name| (key, name.clone())));
        }
        let numbers = 1..=SPOKEN_NUMBER_MAX + 1;
        let spoken = [
            (
                "announce_position",
                self.position,
                Sentence::Position as fn(u8) -> Sentence,
            ),
            ("announce_hold_time", self.hold_time, Sentence::Minutes),
        ];
        for (key, on, sentence) in spoken {
            for number in numbers.clone().filter(|_| on) {
                let parts = self.spoken(sentence(number));
                prompts.extend(parts.into_iter().map(|part| (key, part)));
            }
        }
        if self.agent_number {
            let digits = Sentence::Agent(Number::from_u64(1_234_567_890));
            let parts = self.spoken(digits).into_iter();
            prompts.extend(parts.map(|part| ("announce_agent_number", part)));
        }
        if self.thanks {
            let thanks = self.spoken(Sentence::Thanks);
            prompts.extend(thanks.into_iter().map(|part| ("announce_thanks", part)));
        }
        prompts
    }
}

/// Something that is composed of prompts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sentence {
    /// The number of the agent who answered, digit by digit.
    Agent(Number),
    /// How many minutes the caller is likely to wait yet.
    Minutes(u8),
    /// That the caller is this one in the line, from one.
    Position(u8),
    /// The slot in which a caller is parked, digit by digit.
    Slot(Number),
    /// Thanks for the caller's patience.
    Thanks,
}
