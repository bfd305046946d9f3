//! Offer and answer (RFC 3264) for one stream of G.711 with telephone events (RFC 4733).

use core::net::{IpAddr, SocketAddr};

use super::{Attribute, Connection, Direction, Media, Origin, RtpMap, Session};
use crate::fault::Fault;
use crate::status::Status;

/// An encoding of audio: G.711, 8000 samples a second, a byte each.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Codec {
    /// µ-law.
    Pcmu,
    /// A-law.
    Pcma,
}

impl Codec {
    /// The name in `rtpmap`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Pcmu => "PCMU",
            Self::Pcma => "PCMA",
        }
    }

    /// The payload type of RFC 3551.
    #[must_use]
    pub const fn payload_type(self) -> u8 {
        match self {
            Self::Pcmu => 0,
            Self::Pcma => 8,
        }
    }
}

/// The payload type that we offer for telephone events; a peer may choose another.
const EVENTS_PAYLOAD_TYPE: u8 = 101;

const CLOCK_HZ: u32 = 8000;

/// Our side of a session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Local {
    /// Where we receive.
    pub address: SocketAddr,
    /// What we take, the preferred one first.
    pub codecs: Vec<Codec>,
    /// What makes the session unique (`o=`).
    pub session: u64,
    /// To be raised with every change (`o=`).
    pub version: u64,
    /// Who shall send, as we see it.
    pub direction: Direction,
}

/// What both sides agreed on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Agreement {
    /// What is spoken.
    pub codec: Codec,
    /// Its payload type.
    pub payload_type: u8,
    /// The payload type of telephone events, if both know them.
    pub events: Option<u8>,
    /// Where the peer receives.
    pub remote: SocketAddr,
    /// Who sends, as we see it.
    pub direction: Direction,
    /// Milliseconds in a packet that the peer would like, where it says.
    pub ptime_ms: Option<u32>,
}

/// An offer of one stream.
#[must_use]
pub fn offer(local: &Local) -> Session {
    let codecs = local
        .codecs
        .iter()
        .map(|codec| (codec.payload_type(), codec.name()));
    let formats: Vec<(u8, &str)> = codecs.chain([(EVENTS_PAYLOAD_TYPE, EVENTS)]).collect();
    session(
        local,
        vec![stream(local, &formats, "RTP/AVP", local.direction)],
    )
}

const EVENTS: &str = "telephone-event";

/// The answer to an offer: the first stream of audio that suits is taken, with the first of
/// its codecs that we take (RFC 3264 6.1: in the order of the offer), all others are refused.
///
/// # Errors
/// 488 where no stream suits.
pub fn answer(local: &Local, offered: &Session) -> Result<(Session, Agreement), Fault> {
    let suits = |media: &Media| suit(local, offered, media);
    let found = offered
        .media
        .iter()
        .enumerate()
        .find_map(|(at, media)| Some((at, suits(media)?)));
    let (at, agreement) = found.ok_or_else(unsuited)?;
    let mut formats = vec![(agreement.payload_type, agreement.codec.name())];
    formats.extend(agreement.events.map(|events| (events, EVENTS)));
    let taken = &offered.media[at];
    let taken = stream(local, &formats, &taken.protocol, agreement.direction);
    // RFC 3264 6: as many streams as the offer has, in its order; those with port 0 are
    // refused.
    let media = offered.media.iter().enumerate();
    let media = media.map(|(i, media)| {
        if i == at {
            taken.clone()
        } else {
            refused(media)
        }
    });
    Ok((session(local, media.collect()), agreement))
}

/// What the answer to our offer means.
///
/// # Errors
/// 488 where the peer refused, or answered what was not offered.
pub fn agree(local: &Local, answered: &Session) -> Result<Agreement, Fault> {
    let suits = |media| suit(local, answered, media);
    answered.media.iter().find_map(suits).ok_or_else(unsuited)
}

fn unsuited() -> Fault {
    Fault::answer(Status::NOT_ACCEPTABLE_HERE, "no stream of G.711")
}

/// What this stream of the peer and our side have in common.
fn suit(local: &Local, theirs: &Session, media: &Media) -> Option<Agreement> {
    // RTP without encryption; feedback (RFC 4585) may be ignored.
    let is_rtp = ["RTP/AVP", "RTP/AVPF"].contains(&media.protocol.as_str());
    if media.kind != "audio" || media.port == 0 || !is_rtp {
        return None;
    }
    let address = theirs.connection_of(media).and_then(Connection::ip)?;
    let maps = media.rtp_maps();
    let codec = |map: &RtpMap| {
        let known = |codec: &&Codec| map.encoding.eq_ignore_ascii_case(codec.name());
        let codec = local
            .codecs
            .iter()
            .find(known)
            .filter(|_| map.clock_hz == CLOCK_HZ)?;
        Some((*codec, map.payload_type))
    };
    let (codec, payload_type) = maps.iter().find_map(codec)?;
    // Events of another clock are those of another codec.
    let is_events =
        |map: &&RtpMap| map.encoding.eq_ignore_ascii_case(EVENTS) && map.clock_hz == CLOCK_HZ;
    Some(Agreement {
        codec,
        payload_type,
        events: maps.iter().find(is_events).map(|map| map.payload_type),
        remote: SocketAddr::new(address, media.port),
        direction: theirs.direction_of(media).reverse().and(local.direction),
        ptime_ms: media.ptime_ms(),
    })
}

fn session(local: &Local, media: Vec<Media>) -> Session {
    let address: IpAddr = local.address.ip();
    Session {
        origin: Origin {
            username: "-".to_owned(),
            session: local.session,
            version: local.version,
            connection: address.into(),
        },
        name: "-".to_owned(),
        connection: Some(address.into()),
        attributes: Vec::new(),
        others: Vec::new(),
        media,
    }
}

fn stream(local: &Local, formats: &[(u8, &str)], protocol: &str, direction: Direction) -> Media {
    let map = |(pt, name): &(u8, &str)| Attribute::new("rtpmap", format!("{pt} {name}/8000"));
    let mut attributes: Vec<Attribute> = formats.iter().map(map).collect();
    for (pt, _) in formats.iter().filter(|(_, name)| *name == EVENTS) {
        // RFC 4733 2.4.1: the sixteen keys.
        attributes.push(Attribute::new("fmtp", format!("{pt} 0-15")));
    }
    attributes.push(Attribute::new("ptime", "20"));
    attributes.push(Attribute::flag(direction.name()));
    Media {
        kind: "audio".to_owned(),
        port: local.address.port(),
        protocol: protocol.to_owned(),
        formats: formats.iter().map(|(pt, _)| pt.to_string()).collect(),
        connection: None,
        attributes,
        others: Vec::new(),
    }
}

fn refused(media: &Media) -> Media {
    Media {
        port: 0,
        connection: None,
        attributes: Vec::new(),
        others: Vec::new(),
        ..media.clone()
    }
}
