//! The state as bytes: a header that says what must match, and a checksum.

use core::fmt;

use serde::{Deserialize, Serialize};
use xxhash_rust::xxh3::xxh3_128;

use crate::ENGINE_SEMANTICS;
use crate::state::State;

/// Raised when the layout of the state changes.
const FORMAT: u16 = 10;

/// Why bytes are no snapshot for this engine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SnapshotError {
    /// The checksum does not fit, or the bytes end too early.
    Damaged,
    /// Another layout of the state.
    Format {
        /// The layout found.
        found: u16,
    },
    /// Written by an engine that decides otherwise.
    Semantics {
        /// The semantics found.
        found: u32,
    },
    /// Written with another version of the time-zone database.
    TimeZones {
        /// The version found.
        found: String,
    },
}

impl fmt::Display for SnapshotError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Damaged => f.write_str("the snapshot is damaged"),
            Self::Format { found } => write!(f, "snapshot format {found}, not {FORMAT}"),
            Self::Semantics { found } => {
                write!(
                    f,
                    "snapshot of engine semantics {found}, not {ENGINE_SEMANTICS}"
                )
            }
            Self::TimeZones { found } => write!(f, "snapshot made with time zones {found}"),
        }
    }
}

impl core::error::Error for SnapshotError {}

#[derive(Serialize, Deserialize)]
struct Header {
    format: u16,
    semantics: u32,
    zones: String,
    checksum: u128,
}

pub(crate) fn encode(state: &State, zones: &str) -> Vec<u8> {
    let body = bytes(state);
    let header = Header {
        format: FORMAT,
        semantics: ENGINE_SEMANTICS,
        zones: zones.to_owned(),
        checksum: xxh3_128(&body),
    };
    let mut out = postcard::to_stdvec(&header).expect("a header is written to memory");
    out.extend_from_slice(&body);
    out
}

pub(crate) fn decode(bytes: &[u8], zones: &str) -> Result<State, SnapshotError> {
    let damaged = |_| SnapshotError::Damaged;
    let (header, body) = postcard::take_from_bytes::<Header>(bytes).map_err(damaged)?;
    if header.format != FORMAT {
        return Err(SnapshotError::Format {
            found: header.format,
        });
    }
    if header.semantics != ENGINE_SEMANTICS {
        return Err(SnapshotError::Semantics {
            found: header.semantics,
        });
    }
    if header.zones != zones {
        return Err(SnapshotError::TimeZones {
            found: header.zones,
        });
    }
    if header.checksum != xxh3_128(body) {
        return Err(SnapshotError::Damaged);
    }
    postcard::from_bytes(body).map_err(damaged)
}

pub(crate) fn hash(state: &State) -> u128 {
    xxh3_128(&bytes(state))
}

fn bytes(state: &State) -> Vec<u8> {
    postcard::to_stdvec(state).expect("a state is written to memory")
}
