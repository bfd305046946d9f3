//! How messages find their transaction.

use crate::fault::Fault;
use crate::method::Method;
use crate::wire::{Request, Response};

/// RFC 3261 17.1.3: a response belongs to the client transaction whose branch it
/// carries in its topmost hop, if the method in its CSeq is the same (a CANCEL has
/// the branch of what it cancels).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ClientKey {
    branch: String,
    method: Method,
}

impl ClientKey {
    /// The key of a request that we send.
    ///
    /// # Errors
    /// 400 where it has no hop.
    pub fn of_request(request: &Request) -> Result<Self, Fault> {
        let via = request.headers.via()?;
        let branch = via.params.get("branch").unwrap_or_default().to_owned();
        Ok(Self {
            branch,
            method: request.method.clone(),
        })
    }

    /// The key of a response that came.
    ///
    /// # Errors
    /// 400 where hop or CSeq cannot be read.
    pub fn of_response(response: &Response) -> Result<Self, Fault> {
        let via = response.headers.via()?;
        let branch = via.params.get("branch").unwrap_or_default().to_owned();
        let method = response.headers.cseq()?.method;
        Ok(Self { branch, method })
    }
}

/// RFC 3261 17.2.3: a request belongs to the server transaction with the same branch,
/// `sent-by` and method; an ACK to that of its INVITE.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ServerKey {
    peer: Peer,
    method: Method,
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Peer {
    Branch {
        branch: String,
        sent_by: String,
    },
    /// Without the cookie, the branch is not unique: Request-URI, From tag, Call-ID,
    /// CSeq number and the topmost hop tell transactions apart. The tag of To is left
    /// out, as an ACK has that of the response; the number differs in any request
    /// that differs in this tag.
    Rfc2543 {
        uri: String,
        from_tag: Option<String>,
        call_id: String,
        number: u32,
        via: String,
    },
}

impl ServerKey {
    /// The key of a request that came.
    ///
    /// # Errors
    /// 400 where it is not well formed.
    pub fn of(request: &Request) -> Result<Self, Fault> {
        let method = match &request.method {
            Method::Ack => Method::Invite,
            method => method.clone(),
        };
        Ok(Self {
            peer: Peer::of(request)?,
            method,
        })
    }

    /// The key of the INVITE that this CANCEL gives up (RFC 3261 9.2): what it would
    /// be if its method were INVITE.
    ///
    /// # Errors
    /// 400 where it is not well formed.
    pub fn of_cancelled(cancel: &Request) -> Result<Self, Fault> {
        Ok(Self {
            peer: Peer::of(cancel)?,
            method: Method::Invite,
        })
    }
}

impl Peer {
    fn of(request: &Request) -> Result<Self, Fault> {
        let via = request.headers.via()?;
        if let Some(branch) = via.branch() {
            let (branch, sent_by) = (branch.to_owned(), via.sent_by());
            return Ok(Self::Branch { branch, sent_by });
        }
        Ok(Self::Rfc2543 {
            uri: request.uri.to_string(),
            from_tag: request.headers.from()?.tag().map(str::to_owned),
            call_id: request.headers.call_id()?,
            number: request.headers.cseq()?.number,
            via: via.to_string(),
        })
    }
}
