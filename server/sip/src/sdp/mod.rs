//! Session descriptions: RFC 8866, as far as audio needs them.

mod negotiate;
mod parse;
mod write;

use core::net::IpAddr;

pub use negotiate::{Agreement, Codec, Local, agree, answer, offer};

/// A session description.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session {
    /// Who made it, and which version of it this is (`o=`).
    pub origin: Origin,
    /// Its name (`s=`); a dash where it has none.
    pub name: String,
    /// Where media go, unless a section says otherwise (`c=`).
    pub connection: Option<Connection>,
    /// Attributes of the whole session (`a=`).
    pub attributes: Vec<Attribute>,
    /// Other lines as they came: times, bandwidths and the like.
    pub others: Vec<Line>,
    /// What flows (`m=`).
    pub media: Vec<Media>,
}

/// Who made a description (`o=`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin {
    /// The name of a user; a dash where there is none.
    pub username: String,
    /// What makes the session unique.
    pub session: u64,
    /// Rises with every change.
    pub version: u64,
    /// Where it was made.
    pub connection: Connection,
}

/// An address (`c=`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Connection {
    /// `IP6` rather than `IP4`.
    pub is_v6: bool,
    /// An address, or a name; without TTL and the like.
    pub address: String,
}

impl Connection {
    /// The address; none for a name.
    #[must_use]
    pub fn ip(&self) -> Option<IpAddr> {
        self.address.parse().ok()
    }
}

impl From<IpAddr> for Connection {
    fn from(address: IpAddr) -> Self {
        Self {
            is_v6: address.is_ipv6(),
            address: address.to_string(),
        }
    }
}

/// `a=name` or `a=name:value`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attribute {
    /// The name.
    pub name: String,
    /// The value.
    pub value: Option<String>,
}

impl Attribute {
    /// An attribute with a value.
    #[must_use]
    pub fn new(name: &str, value: impl Into<String>) -> Self {
        Self {
            name: name.to_owned(),
            value: Some(value.into()),
        }
    }

    /// An attribute without one.
    #[must_use]
    pub fn flag(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            value: None,
        }
    }
}

/// A line that is kept as it came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// The letter in front of the equals sign.
    pub kind: char,
    /// What follows it.
    pub value: String,
}

/// A stream of media.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Media {
    /// `audio`, `video`, …
    pub kind: String,
    /// Where it is received; 0 refuses it.
    pub port: u16,
    /// `RTP/AVP` and the like.
    pub protocol: String,
    /// Payload types, the preferred one first.
    pub formats: Vec<String>,
    /// Where media go.
    pub connection: Option<Connection>,
    /// Attributes.
    pub attributes: Vec<Attribute>,
    /// Other lines as they came.
    pub others: Vec<Line>,
}

/// Who sends.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Direction {
    /// Both; what holds where nothing is said.
    #[default]
    Both,
    /// Only the side that says so.
    Send,
    /// Only the other side.
    Receive,
    /// Nobody.
    None,
}

impl Direction {
    /// Seen from the other side.
    #[must_use]
    pub const fn reverse(self) -> Self {
        match self {
            Self::Send => Self::Receive,
            Self::Receive => Self::Send,
            same => same,
        }
    }

    /// Whether the side that says so sends.
    #[must_use]
    pub const fn sends(self) -> bool {
        matches!(self, Self::Both | Self::Send)
    }

    /// Whether the side that says so receives.
    #[must_use]
    pub const fn receives(self) -> bool {
        matches!(self, Self::Both | Self::Receive)
    }

    /// What both allow.
    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        match (
            self.sends() && other.sends(),
            self.receives() && other.receives(),
        ) {
            (true, true) => Self::Both,
            (true, false) => Self::Send,
            (false, true) => Self::Receive,
            (false, false) => Self::None,
        }
    }

    /// The name of the attribute.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Both => "sendrecv",
            Self::Send => "sendonly",
            Self::Receive => "recvonly",
            Self::None => "inactive",
        }
    }

    const ALL: [Self; 4] = [Self::Both, Self::Send, Self::Receive, Self::None];

    fn of(attributes: &[Attribute]) -> Option<Self> {
        let named = |a: &Attribute| Self::ALL.into_iter().find(|d| d.name() == a.name);
        attributes.iter().find_map(named)
    }
}

/// A format of a stream, by its `rtpmap`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RtpMap {
    /// The payload type.
    pub payload_type: u8,
    /// The encoding, such as `PCMU`.
    pub encoding: String,
    /// Ticks of its clock in a second.
    pub clock_hz: u32,
}

impl Session {
    /// Where this stream goes: its own address, else that of the session.
    #[must_use]
    pub fn connection_of<'s>(&'s self, media: &'s Media) -> Option<&'s Connection> {
        media.connection.as_ref().or(self.connection.as_ref())
    }

    /// Who sends in this stream: its own attribute, else that of the session (RFC 8866
    /// 6.7), as the maker of the description sees it. An address of all zeros is the old
    /// way to say that nothing may be sent here (RFC 3264 8.4).
    #[must_use]
    pub fn direction_of(&self, media: &Media) -> Direction {
        let own = Direction::of(&media.attributes);
        let said = own.or(Direction::of(&self.attributes)).unwrap_or_default();
        let address = self.connection_of(media).and_then(Connection::ip);
        match address.is_some_and(|address| address.is_unspecified()) {
            true => said.and(Direction::Send),
            false => said,
        }
    }

    /// Whether the maker of the description puts the peer on hold: some audio is still
    /// there, but none is to be sent to it (RFC 3264 8.4).
    #[must_use]
    pub fn is_hold(&self) -> bool {
        let mut audio = self
            .media
            .iter()
            .filter(|m| m.kind == "audio" && m.port != 0)
            .peekable();
        audio.peek().is_some() && audio.all(|media| !self.direction_of(media).receives())
    }
}

impl Media {
    /// The value of the first attribute of that name; empty for one without.
    #[must_use]
    pub fn attribute(&self, name: &str) -> Option<&str> {
        let found = self
            .attributes
            .iter()
            .find(|attribute| attribute.name == name);
        found.map(|attribute| attribute.value.as_deref().unwrap_or_default())
    }

    /// What its payload types mean, in the order of preference. Those of RFC 3551 mean
    /// PCMU and PCMA without being told.
    #[must_use]
    pub fn rtp_maps(&self) -> Vec<RtpMap> {
        self.formats
            .iter()
            .filter_map(|format| self.rtp_map(format))
            .collect()
    }

    fn rtp_map(&self, format: &str) -> Option<RtpMap> {
        let payload_type: u8 = format.parse().ok().filter(|pt| *pt < 128)?;
        let maps = self
            .attributes
            .iter()
            .filter(|attribute| attribute.name == "rtpmap");
        let told = maps.filter_map(|map| map.value.as_deref()?.split_once(' '));
        let mut told = told.filter(|(pt, _)| *pt == format);
        let meaning = match told.next() {
            Some((_, meaning)) => meaning.trim(),
            None if payload_type == 0 => "PCMU/8000",
            None if payload_type == 8 => "PCMA/8000",
            None => return None,
        };
        let mut parts = meaning.split('/');
        let encoding = parts.next()?.to_owned();
        let clock_hz = parts.next()?.parse().ok()?;
        Some(RtpMap {
            payload_type,
            encoding,
            clock_hz,
        })
    }

    /// What `fmtp` says of a payload type.
    #[must_use]
    pub fn fmtp(&self, payload_type: u8) -> Option<&str> {
        let all = self
            .attributes
            .iter()
            .filter(|attribute| attribute.name == "fmtp");
        let all = all.filter_map(|fmtp| fmtp.value.as_deref()?.split_once(' '));
        let format = payload_type.to_string();
        all.into_iter()
            .find(|(pt, _)| *pt == format)
            .map(|(_, says)| says)
    }

    /// Milliseconds of audio in a packet, where the peer says.
    #[must_use]
    pub fn ptime_ms(&self) -> Option<u32> {
        self.attribute("ptime")?.trim().parse().ok()
    }
}
