//! Between session descriptions and the media of a call.

use tandem_sip::Request;
use tandem_sip::fault::Fault;
use tandem_sip::sdp::{self, Agreement, Codec, Local, Session};

use crate::media::{self, Remote, Side};

/// The payload type of telephone events in our offers.
const EVENTS_OFFERED: u8 = 101;

/// Our side of the session on one side of a call.
pub fn local(media: &media::Session, side: Side, first: Option<Codec>, serial: u64) -> Local {
    let mut codecs = vec![Codec::Pcmu, Codec::Pcma];
    if first == Some(Codec::Pcma) {
        codecs.reverse();
    }
    Local {
        address: media.local(side),
        codecs,
        session: serial,
        version: 1,
        direction: sdp::Direction::Both,
    }
}

/// The description in a request's body; `None` where it has none.
///
/// # Errors
/// 400 where the body can not be read, 488 where it describes nothing that we take.
pub fn offered(request: &Request) -> Result<Option<Session>, Fault> {
    if request.body.is_empty() {
        return Ok(None);
    }
    Session::parse(&request.body).map(Some)
}

/// What media are to know of a peer who answered our offer.
pub fn remote_of_answer(agreement: &Agreement) -> Remote {
    Remote {
        event_received: agreement.events.map(|_| EVENTS_OFFERED),
        ..remote_of_offer(agreement)
    }
}

/// What media are to know of a peer whose offer we answered: both ways the numbers are
/// its own.
pub fn remote_of_offer(agreement: &Agreement) -> Remote {
    Remote {
        address: agreement.remote,
        codec: match agreement.codec {
            Codec::Pcmu => media::Codec::Pcmu,
            Codec::Pcma => media::Codec::Pcma,
        },
        event_sent: agreement.events,
        event_received: agreement.events,
    }
}
