//! The laws of a world, and the count of how often each was looked at: a law that
//! was never asked holds nothing.

use core::fmt;

/// Declares the closed list: each law once, with its word in a file and what it
/// says.
macro_rules! laws {
    ($($name:ident $key:literal: $words:literal,)*) => {
        /// A law, in alphabetical order.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub enum Law {
            $(#[doc = $words] $name,)*
        }

        impl Law {
            /// Every law.
            pub const ALL: &[Self] = &[$(Self::$name,)*];

            /// Its word, in files and in JSON.
            #[must_use]
            pub const fn key(self) -> &'static str {
                match self {
                    $(Self::$name => $key,)*
                }
            }

            /// What it says.
            #[must_use]
            pub const fn words(self) -> &'static str {
                match self {
                    $(Self::$name => $words,)*
                }
            }
        }
    };
}

laws! {
    Calls "calls": "A call arrives once, ends once, and is over in between with no visit left.",
    Effects "effects": "No effect is about a call or a leg that is over.",
    Ends "ends": "What rings or talks is told its end once, and not if it ended by itself.",
    Fifo "fifo": "Within a queue, who came first is offered first.",
    Figures "figures": "The auditor's figures are the product's, to the unit.",
    Invariants "invariants": "The engine's own laws hold after every entry.",
    Kept "kept": "What is kept stays until somebody says what became of it, and ends once.",
    Levels "levels": "A service level is what its calls say, and managers hear when it turns.",
    Liveness "liveness": "Once nothing goes wrong any more, everything comes to an end in time.",
    Logs "logs": "What people do with calls that are over changes those that it is about.",
    Offers "offers": "Agents are rung who may be rung, by one queue at a time.",
    Outcomes "outcomes": "Every visit has one outcome, and the record says what was seen.",
    Panic "panic": "Nothing panics.",
    Permissions "permissions": "Nobody switches an agent who may not.",
    Refusals "refusals": "What is over is refused, what is not is not, and refusals do nothing.",
    Replay "replay": "Snapshot and journal lead to the same outputs and the same state.",
    Rings "rings": "A telephone rings as long as it was said, and not longer.",
    Time "time": "Every entry acts when it is due, and time never goes back.",
}

/// A law that did not hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Broken {
    /// Which.
    pub law: Law,
    /// In which way.
    pub what: String,
}

impl Broken {
    /// This law does not hold.
    #[must_use]
    pub fn new(law: Law, what: impl Into<String>) -> Self {
        let what = what.into();
        Self { law, what }
    }
}

impl fmt::Display for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{}: {} ({})",
            self.law.key(),
            self.what,
            self.law.words()
        )
    }
}

/// Whether a law holds.
pub type Checked = Result<(), Broken>;

/// How often each law was looked at.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Checks([u64; Law::ALL.len()]);

impl Checks {
    /// Looks at a law once.
    ///
    /// # Errors
    /// Where it does not hold.
    #[inline]
    pub fn law(&mut self, law: Law, holds: bool, broken: impl FnOnce() -> String) -> Checked {
        self.count(law);
        if holds {
            Ok(())
        } else {
            Err(Broken::new(law, broken()))
        }
    }

    /// Counts a look at a law whose breach shows elsewhere.
    #[inline]
    pub const fn count(&mut self, law: Law) {
        self.0[law as usize] += 1;
    }

    /// How often a law was looked at.
    #[must_use]
    pub const fn of(&self, law: Law) -> u64 {
        self.0[law as usize]
    }

    /// How often any law was looked at.
    #[must_use]
    pub fn sum(&self) -> u64 {
        self.0.iter().sum()
    }

    /// Adds the counts of `other`.
    pub fn merge(&mut self, other: &Self) {
        for (count, more) in self.0.iter_mut().zip(&other.0) {
            *count += more;
        }
    }
}
