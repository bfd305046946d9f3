//! The keys of a telephone.

use core::fmt;
use core::str::FromStr;

use serde::{Deserialize, Serialize};

/// A key of a telephone, by which a caller says what he wants. Telephones that have
/// keys A to D are rare, and nobody offers anything on them: ports leave those out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[expect(missing_docs, reason = "their names say it")]
pub enum Key {
    Zero,
    One,
    Two,
    Three,
    Four,
    Five,
    Six,
    Seven,
    Eight,
    Nine,
    Star,
    Pound,
}

const SYMBOLS: [char; 12] = ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9', '*', '#'];

impl Key {
    /// Every key, in their order.
    pub const ALL: [Self; 12] = [
        Self::Zero,
        Self::One,
        Self::Two,
        Self::Three,
        Self::Four,
        Self::Five,
        Self::Six,
        Self::Seven,
        Self::Eight,
        Self::Nine,
        Self::Star,
        Self::Pound,
    ];

    /// What is printed on it.
    #[must_use]
    pub const fn symbol(self) -> char {
        SYMBOLS[self as usize]
    }

    /// The key on which this is printed.
    #[must_use]
    pub fn of_symbol(symbol: char) -> Option<Self> {
        let place = SYMBOLS.iter().position(|&known| known == symbol)?;
        Self::ALL.get(place).copied()
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.symbol())
    }
}

/// A text that names no key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NoKey;

impl fmt::Display for NoKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a key is one of 0 to 9, * and #")
    }
}

impl core::error::Error for NoKey {}

impl FromStr for Key {
    type Err = NoKey;

    fn from_str(text: &str) -> Result<Self, NoKey> {
        let mut symbols = text.chars();
        let only = symbols.next().filter(|_| symbols.next().is_none());
        only.and_then(Self::of_symbol).ok_or(NoKey)
    }
}
