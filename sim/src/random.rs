//! Keyed randomness of the simulator: what a draw is for decides its value.
//!
//! There is no generator whose state travels from draw to draw. A caller's
//! patience depends on the replication's seed, the caller and the attempt
//! alone, so two variants of a scenario meet the same callers ("common random
//! numbers"), however differently they treat them.

use tandem_engine::draw::{GOLDEN_GAMMA, below, draw, mix};

/// What a draw of the simulator decides.
///
/// The numbers are part of every seeded result: a new purpose gets a new
/// number, an old one never changes. They start at 1000, so that they never
/// meet the purposes of [`tandem_engine::draw::Purpose`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u64)]
pub enum Purpose {
    /// What an agent does by themselves: breaks, logins, their length.
    Agent = 1000,
    /// How long an agent lets it ring before answering.
    AnswerDelay = 1001,
    /// The gap before the k-th arrival of a stream.
    Arrival = 1002,
    /// How long a caller who is called back lets it ring before answering.
    CallbackAnswer = 1009,
    /// Whether a caller asks to be called back.
    CallbackAsked = 1010,
    /// Whether a caller who is called back does not answer.
    CallbackMissed = 1011,
    /// By how much a day is busier than the average day.
    BusyDay = 1003,
    /// How long the talk and the work after it last.
    HandleTime = 1004,
    /// Whether an agent lets an offered call ring out.
    MissedRing = 1005,
    /// How long a caller is willing to wait.
    Patience = 1006,
    /// Everything in a rehearsal: the centre, what is done, what goes wrong.
    Rehearsal = 1008,
    /// The seed of one replication.
    Replication = 1007,
}

impl Purpose {
    /// Every purpose, by name.
    pub const ALL: [Self; 12] = [
        Self::Agent,
        Self::AnswerDelay,
        Self::Arrival,
        Self::CallbackAnswer,
        Self::CallbackAsked,
        Self::CallbackMissed,
        Self::BusyDay,
        Self::HandleTime,
        Self::MissedRing,
        Self::Patience,
        Self::Rehearsal,
        Self::Replication,
    ];
}

/// The smallest number of a [`Purpose`]; those below belong to the engine.
pub const PURPOSE_MIN: u64 = 1000;

/// What a sample is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key {
    /// The seed of the replication; see [`replication_seed`].
    pub seed: u64,
    /// What is decided.
    pub purpose: Purpose,
    /// Whom it concerns: the first call of a caller, an agent, a stream.
    pub object: u64,
    /// Which of the object's draws of this purpose, from 0.
    pub attempt: u64,
}

impl Key {
    /// The uniforms of this key, always the same ones.
    #[inline]
    #[must_use]
    pub const fn uniforms(self) -> Uniforms {
        let word = draw(self.seed, self.purpose as u64, self.object, self.attempt);
        Uniforms { word, state: word }
    }
}

/// A short deterministic stream of random 64-bit words, for samplers that need
/// several. The first word is the key's [`draw`], the further ones come from
/// `SplitMix64` started there (Steele, Lea and Flood 2014).
#[derive(Clone, Debug)]
pub struct Uniforms {
    word: u64,
    state: u64,
}

/// 2⁻⁵³, the spacing of the doubles just below 1.
const ULP_BELOW_ONE: f64 = 1.0 / (1_u64 << 53) as f64;

impl Uniforms {
    /// The next 64 random bits.
    #[inline]
    pub const fn next_word(&mut self) -> u64 {
        let word = self.word;
        self.state = self.state.wrapping_add(GOLDEN_GAMMA);
        self.word = mix(self.state);
        word
    }

    /// A number strictly between 0 and 1: an odd multiple of 2⁻⁵³.
    ///
    /// Odd multiples are symmetric about one half, so `1.0 - u` is exact and
    /// has the same distribution. (The midpoints of a grid of 2⁵³ cells would
    /// round to 1 at the upper end.)
    #[inline]
    #[expect(clippy::cast_precision_loss, reason = "53 bits fit a double exactly")]
    pub const fn open01(&mut self) -> f64 {
        ((self.next_word() >> 11) | 1) as f64 * ULP_BELOW_ONE
    }

    /// A whole number from 0 to `bound` − 1, or 0 where `bound` is 0. It rises
    /// with the word, as a quantile does.
    #[inline]
    pub const fn below(&mut self, bound: u64) -> u64 {
        below(self.next_word(), bound)
    }
}

/// The seed of the replication with this index, unrelated to its neighbours'.
#[must_use]
pub const fn replication_seed(seed: u64, index: u64) -> u64 {
    draw(seed, Purpose::Replication as u64, index, 0)
}
