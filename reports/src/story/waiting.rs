//! What comes to a waiting caller, as moments of his story.

use tandem_engine::{Announced, Event, ReservationEnd};

use super::history::Names;
use super::moment::What;
use super::when::Wall;

/// The moment that an event makes, if it is one of a caller who waits.
pub(super) fn what(event: &Event, names: &Names, wall: &Wall) -> Option<What> {
    Some(match event {
        Event::AnnouncementStarted { announced, .. } => announcement(*announced),
        Event::CallReserved { agent, until, .. } => What::Reserved {
            agent: names.agent(*agent),
            until: wall.at(*until),
        },
        Event::PlaceRegained { queue, since, .. } => What::PlaceRegained {
            queue: names.queue(*queue),
            since: wall.at(*since),
        },
        Event::ReservationEnded { agent, how, .. } => What::ReservationEnded {
            agent: names.agent(*agent),
            how: match how {
                ReservationEnd::AgentLeft => "agent_left",
                ReservationEnd::AskedForCallback => "asked_for_callback",
                ReservationEnd::NotAnswered => "not_answered",
                ReservationEnd::TimeOver => "time_over",
            },
        },
        _ => return None,
    })
}

/// What a waiting caller was told.
const fn announcement(announced: Announced) -> What {
    let (text, position, minutes) = match announced {
        Announced::Agent { .. } => ("agent", None, None),
        Announced::Callback => ("callback", None, None),
        Announced::Join => ("join", None, None),
        Announced::NotCalledBack => ("not_called_back", None, None),
        Announced::Periodic => ("periodic", None, None),
        Announced::Place { position, minutes } => ("place", position, minutes),
    };
    What::Announced {
        text,
        position,
        minutes,
    }
}
