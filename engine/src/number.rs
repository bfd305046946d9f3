//! What can be dialled.

use core::fmt;
use core::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::key::Key;
use crate::limits::NUMBER_SYMBOLS_MAX;

/// The symbols of a number; a symbol's value is its place here plus one, so
/// that an unused place (zero) sorts first.
const SYMBOLS: &[u8; 13] = b"+0123456789*#";

/// A dialled string: digits, `*`, `#` and a leading `+`, in four bits each.
///
/// It is `Copy`, needs no allocation, and sorts as text does: `+` before digits,
/// digits before `*` and `#`.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
pub struct Number(u128);

/// Why a text is no [`Number`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NumberError {
    /// There is nothing in it.
    Empty,
    /// It has more than [`NUMBER_SYMBOLS_MAX`] symbols.
    TooLong,
    /// This character is no digit, `*` or `#`, or a `+` that does not lead.
    Symbol(char),
}

impl fmt::Display for NumberError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str("a number needs at least one digit"),
            Self::TooLong => write!(f, "a number has at most {NUMBER_SYMBOLS_MAX} symbols"),
            Self::Symbol(c) => {
                write!(
                    f,
                    "{c:?} can not stand there: digits, * and #, and + in front only"
                )
            }
        }
    }
}

impl core::error::Error for NumberError {}

impl Number {
    /// No number: a caller who withholds it.
    pub const NONE: Self = Self(0);

    /// Whether there is no number.
    #[must_use]
    pub const fn is_none(self) -> bool {
        self.0 == 0
    }

    /// How many symbols it has.
    #[must_use]
    pub const fn symbols(self) -> u32 {
        (128 - self.0.trailing_zeros()).div_ceil(4)
    }

    /// What follows these symbols; `None` where it does not begin with them.
    #[must_use]
    pub const fn strip_prefix(self, prefix: Self) -> Option<Self> {
        if self.starts_with(prefix) {
            Some(self.behind(prefix.symbols()))
        } else {
            None
        }
    }

    /// Its symbols behind the first so many.
    const fn behind(self, symbols: u32) -> Self {
        // The longest number leaves a place: nothing is shifted by all there is.
        Self(self.0 << (4 * symbols))
    }

    /// Its digits up to the first other symbol, and the rest from there on.
    #[must_use]
    pub fn split_digits(self) -> (Self, Self) {
        // A digit's value is its own plus two: `+` stands before the digits.
        let is_digit = |place: u32| (2..12).contains(&((self.0 >> (124 - 4 * place)) & 0xF));
        let mut others = (0..self.symbols()).skip_while(|&place| is_digit(place));
        let digits = others.next().unwrap_or(self.symbols());
        let rest = u128::MAX >> (4 * digits);
        (Self(self.0 & !rest), self.behind(digits))
    }

    /// Its digits without the `+` in front of them, if there is one; `None` where anything
    /// else is in it, or nothing.
    #[must_use]
    pub fn plain_digits(self) -> Option<Self> {
        let plus = u128::from(self.0 >> 124 == 1);
        let (digits, rest) = Self(self.0 << (4 * plus)).split_digits();
        (rest.is_none() && !digits.is_none()).then_some(digits)
    }

    /// Both in a row; `None` where that is too long, or a `+` would not lead.
    #[must_use]
    pub fn followed_by(self, other: Self) -> Option<Self> {
        format!("{self}{other}").parse().ok()
    }

    /// Whether it begins with another one, or is it.
    #[must_use]
    pub const fn starts_with(self, beginning: Self) -> bool {
        // Places behind the last symbol are zero, and no symbol is.
        let unused = beginning.0.trailing_zeros() / 4 * 4;
        beginning.is_none() || self.0 >> unused == beginning.0 >> unused
    }

    /// Reads a number as people and telephones write it: spaces, slashes and visual separators
    /// (RFC 3966, 5.1.1) say nothing.
    ///
    /// # Errors
    /// Where what is left is no number.
    pub fn written(text: &str) -> Result<Self, NumberError> {
        text.replace(['-', '.', '(', ')', ' ', '/'], "").parse()
    }

    /// The number with one more key behind; `None` where it would be too long.
    #[must_use]
    pub fn and(self, key: Key) -> Option<Self> {
        let mut text = self.to_string();
        text.push(key.symbol());
        text.parse().ok()
    }

    /// The number written with the decimal digits of `value`.
    #[must_use]
    pub fn from_u64(value: u64) -> Self {
        // From the last digits on, each pair moves those behind it down.
        let (mut packed, mut rest) = (0_u128, value);
        while rest >= 10 {
            let (tens, ones) = (rest / 10 % 10, rest % 10);
            packed = packed >> 8 | u128::from((tens + 2) << 4 | (ones + 2)) << 120;
            rest /= 100;
        }
        if rest > 0 || packed == 0 {
            packed = packed >> 4 | u128::from(rest + 2) << 124;
        }
        Self(packed)
    }
}

impl FromStr for Number {
    type Err = NumberError;

    fn from_str(text: &str) -> Result<Self, NumberError> {
        if text.is_empty() {
            return Err(NumberError::Empty);
        }
        let mut packed = 0_u128;
        for (place, c) in text.chars().enumerate() {
            if place >= NUMBER_SYMBOLS_MAX {
                return Err(NumberError::TooLong);
            }
            let value = SYMBOLS.iter().position(|&s| char::from(s) == c);
            let Some(value) = value.filter(|&v| v != 0 || place == 0) else {
                return Err(NumberError::Symbol(c));
            };
            packed |= (value as u128 + 1) << (124 - 4 * place);
        }
        if packed == 1 << 124 {
            return Err(NumberError::Empty);
        }
        Ok(Self(packed))
    }
}

impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = String::new();
        for place in 0..NUMBER_SYMBOLS_MAX {
            let value = (self.0 >> (124 - 4 * place)) & 0xF;
            if value == 0 {
                break;
            }
            let symbol = usize::try_from(value - 1).ok().and_then(|v| SYMBOLS.get(v));
            text.push(symbol.map_or('?', |&s| char::from(s)));
        }
        f.pad(&text)
    }
}
