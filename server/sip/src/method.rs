//! Methods.

use core::fmt;

use crate::fault::Fault;
use crate::limits::NAME_BYTES_MAX;
use crate::scan::is_token;

/// A method, compared with regard to case (RFC 3261 7.1).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Method {
    /// Starts or changes a session.
    Invite,
    /// Closes the exchange of an INVITE.
    Ack,
    /// Ends a session.
    Bye,
    /// Gives up a request that has no final response yet.
    Cancel,
    /// Binds an address of record to a contact.
    Register,
    /// Asks what the peer can do.
    Options,
    /// Carries something of the application within a dialog (RFC 6086).
    Info,
    /// Acknowledges a provisional response (RFC 3262).
    Prack,
    /// Changes a session before it is confirmed (RFC 3311).
    Update,
    /// Asks the peer to refer to somebody (RFC 3515).
    Refer,
    /// Subscribes to events (RFC 6665).
    Subscribe,
    /// Tells of an event (RFC 6665).
    Notify,
    /// An instant message (RFC 3428).
    Message,
    /// Publishes state (RFC 3903).
    Publish,
    /// Any other token.
    Other(String),
}

const NAMES: [(Method, &str); 14] = [
    (Method::Invite, "INVITE"),
    (Method::Ack, "ACK"),
    (Method::Bye, "BYE"),
    (Method::Cancel, "CANCEL"),
    (Method::Register, "REGISTER"),
    (Method::Options, "OPTIONS"),
    (Method::Info, "INFO"),
    (Method::Prack, "PRACK"),
    (Method::Update, "UPDATE"),
    (Method::Refer, "REFER"),
    (Method::Subscribe, "SUBSCRIBE"),
    (Method::Notify, "NOTIFY"),
    (Method::Message, "MESSAGE"),
    (Method::Publish, "PUBLISH"),
];

impl Method {
    /// Reads a method.
    ///
    /// # Errors
    /// 400 where it is no token or too long.
    pub fn parse(text: &str) -> Result<Self, Fault> {
        if let Some((method, _)) = NAMES.iter().find(|(_, name)| *name == text) {
            return Ok(method.clone());
        }
        if !is_token(text) || text.len() > NAME_BYTES_MAX {
            return Err(Fault::bad("the method is no token"));
        }
        Ok(Self::Other(text.to_owned()))
    }

    /// The name as written on the wire.
    #[must_use]
    pub fn as_str(&self) -> &str {
        if let Self::Other(name) = self {
            return name;
        }
        let known = NAMES.iter().find(|(method, _)| method == self);
        known.expect("every other method has a name").1
    }
}

impl fmt::Display for Method {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
