//! Dialogs: RFC 3261 section 12.

mod acceptance;

use serde::{Deserialize, Serialize};

pub use acceptance::{Acceptance, Due};

use crate::address::NameAddr;
use crate::fault::Fault;
use crate::header::{CSeq, Headers, names};
use crate::limits::SEQUENCE_MAX;
use crate::method::Method;
use crate::status::Status;
use crate::uri::Uri;
use crate::wire::{Request, Response};

/// What tells dialogs apart (RFC 3261 12): the call and the tags of both ends. A peer
/// of RFC 2543 has no tag; its tag is empty.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct DialogId {
    /// Call-ID.
    pub call_id: String,
    /// Our tag.
    pub local_tag: String,
    /// The tag of the peer.
    pub remote_tag: String,
}

impl DialogId {
    /// The dialog in which a request came: To has our tag (RFC 3261 12.2.2). None where
    /// it begins a dialog or stands outside.
    ///
    /// # Errors
    /// 400 where the request is not well formed.
    pub fn of_request(request: &Request) -> Result<Option<Self>, Fault> {
        let headers = &request.headers;
        let to = headers.to()?;
        let Some(local_tag) = to.tag().map(str::to_owned) else {
            return Ok(None);
        };
        let remote_tag = tag(&headers.from()?);
        Ok(Some(Self {
            call_id: headers.call_id()?,
            local_tag,
            remote_tag,
        }))
    }

    /// The dialog in which a response to a request of ours came: From has our tag.
    ///
    /// # Errors
    /// 400 where the response is not well formed.
    pub fn of_response(response: &Response) -> Result<Self, Fault> {
        let headers = &response.headers;
        Ok(Self {
            call_id: headers.call_id()?,
            local_tag: tag(&headers.from()?),
            remote_tag: tag(&headers.to()?),
        })
    }
}

fn tag(address: &NameAddr) -> String {
    address.tag().unwrap_or_default().to_owned()
}

/// One end of a dialog. It is a plain value: whoever stores it can go on with it, at
/// least to say BYE.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Dialog {
    id: DialogId,
    is_early: bool,
    local: NameAddr,
    remote: NameAddr,
    /// The number of the last request that we sent; none when we have sent none.
    local_number: Option<u32>,
    /// The number of the last request that came; none when none has.
    remote_number: Option<u32>,
    /// Where requests go in the end.
    target: Uri,
    /// The hops that they visit before.
    routes: Vec<NameAddr>,
    /// Where the peer reaches us.
    contact: NameAddr,
}

impl Dialog {
    /// The dialog that a response to an INVITE of ours makes (RFC 3261 12.1.2): early
    /// by a provisional response, confirmed by a 2xx.
    ///
    /// # Errors
    /// 400 where the response has no tag (if provisional) or no contact, or either
    /// message is not well formed. Such a provisional response makes no dialog.
    pub fn uac(invite: &Request, response: &Response) -> Result<Self, Fault> {
        let id = DialogId::of_response(response)?;
        if id.remote_tag.is_empty() && response.status.is_provisional() {
            return Err(Fault::bad("the response has no tag").within(names::TO));
        }
        let mut dialog = Self {
            id,
            is_early: response.status.is_provisional(),
            local: response.headers.from()?,
            remote: response.headers.to()?,
            local_number: Some(response.headers.cseq()?.number),
            remote_number: None,
            target: contact(&response.headers)?.uri,
            routes: Vec::new(),
            contact: contact(&invite.headers)?,
        };
        dialog.take_routes(response)?;
        Ok(dialog)
    }

    /// The dialog that our response to an INVITE makes (RFC 3261 12.1.1). The response
    /// must have a tag in To and our Contact.
    ///
    /// # Errors
    /// 400 where the INVITE has no contact or either message is not well formed.
    pub fn uas(invite: &Request, response: &Response) -> Result<Self, Fault> {
        let local = response.headers.to()?;
        let remote = invite.headers.from()?;
        Ok(Self {
            id: DialogId {
                call_id: invite.headers.call_id()?,
                local_tag: tag(&local),
                remote_tag: tag(&remote),
            },
            is_early: response.status.is_provisional(),
            local,
            remote,
            local_number: None,
            remote_number: Some(invite.headers.cseq()?.number),
            target: contact(&invite.headers)?.uri,
            // 12.1.1: in the order of the request.
            routes: invite.headers.record_routes()?,
            contact: contact(&response.headers)?,
        })
    }

    /// What tells it apart.
    #[must_use]
    pub const fn id(&self) -> &DialogId {
        &self.id
    }

    /// Whether no 2xx has come or gone yet.
    #[must_use]
    pub const fn is_early(&self) -> bool {
        self.is_early
    }

    /// Where the peer is, as it said last: the remote target.
    #[must_use]
    pub const fn target(&self) -> &Uri {
        &self.target
    }

    /// Who we are in it, with our tag.
    #[must_use]
    pub const fn local(&self) -> &NameAddr {
        &self.local
    }

    /// Who the peer is, with its tag.
    #[must_use]
    pub const fn remote(&self) -> &NameAddr {
        &self.remote
    }

    /// Where requests of this dialog are sent first: the first route, else the target
    /// (RFC 3261 8.1.2).
    #[must_use]
    pub fn next_hop(&self) -> &Uri {
        self.routes.first().map_or(&self.target, |route| &route.uri)
    }

    /// Our side has sent a 2xx.
    pub fn confirm(&mut self) {
        self.is_early = false;
    }

    /// Takes a 2xx to an INVITE or another target refresh of ours: it confirms the
    /// dialog, which takes its routes from it once (RFC 3261 13.2.2.4), and tells where
    /// the peer is now (12.2.1.2).
    ///
    /// # Errors
    /// 400 where the response is not well formed. The dialog stays as it was.
    pub fn accept(&mut self, response: &Response) -> Result<(), Fault> {
        if !response.status.is_success() {
            return Ok(());
        }
        let target = response.headers.contact()?;
        if self.is_early {
            self.take_routes(response)?;
            self.is_early = false;
        }
        if let Some(target) = target {
            self.target = target.uri;
        }
        Ok(())
    }

    /// 12.1.2: for the side that asked, in the reverse order of the response.
    fn take_routes(&mut self, response: &Response) -> Result<(), Fault> {
        self.routes = response.headers.record_routes()?;
        self.routes.reverse();
        Ok(())
    }

    /// Takes a request that came in this dialog (RFC 3261 12.2.2).
    ///
    /// # Errors
    /// 500 where its number is lower than that of the last one; 400 where it is not
    /// well formed.
    pub fn receive(&mut self, request: &Request) -> Result<(), Fault> {
        if matches!(request.method, Method::Ack | Method::Cancel) {
            // These have the number of their INVITE.
            return Ok(());
        }
        let number = request.headers.cseq()?.number;
        if self.remote_number.is_some_and(|last| number < last) {
            return Err(Fault::answer(Status::SERVER_ERROR, "out of order").within(names::CSEQ));
        }
        // 12.2.2: an INVITE or UPDATE tells where the peer is now.
        let is_refresh = matches!(request.method, Method::Invite | Method::Update);
        let target = match is_refresh {
            true => request.headers.contact()?,
            false => None,
        };
        self.remote_number = Some(number);
        if let Some(target) = target {
            self.target = target.uri;
        }
        Ok(())
    }

    /// A request within this dialog: BYE, INFO, INVITE, UPDATE, … (RFC 3261 12.2.1.1).
    /// Its hop is added by who sends it; for ACK and CANCEL see [`Dialog::ack`] and
    /// [`Request::cancel`].
    pub fn request(&mut self, method: Method) -> Request {
        // A number that cannot be raised any more stays; the peer will refuse.
        let next = |last: u32| (last + 1).min(SEQUENCE_MAX);
        let number = self.local_number.map_or(1, next);
        self.local_number = Some(number);
        self.build(method, number)
    }

    /// The ACK for a 2xx to the INVITE of this number: the same number, but a
    /// transaction of its own (RFC 3261 13.2.2.4).
    #[must_use]
    pub fn ack(&self, number: u32) -> Request {
        self.build(Method::Ack, number)
    }

    fn build(&self, method: Method, number: u32) -> Request {
        let (uri, routes) = self.way();
        let mut request = Request::new(method.clone(), uri);
        for route in routes {
            request.headers.push(names::ROUTE, route);
        }
        request.headers.push(names::MAX_FORWARDS, 70);
        request.headers.push(names::FROM, &self.local);
        request.headers.push(names::TO, &self.remote);
        request.headers.push(names::CALL_ID, &self.id.call_id);
        // 12.2.1.1: requests that refresh the target tell our contact.
        if !matches!(
            method,
            Method::Ack | Method::Bye | Method::Info | Method::Prack
        ) {
            request.headers.push(names::CONTACT, &self.contact);
        }
        request.headers.push(names::CSEQ, CSeq::new(number, method));
        request
    }

    /// RFC 3261 12.2.1.1: with a loose first route, or none, the request is for the
    /// target and visits the routes. A strict one wants to be the Request-URI itself,
    /// and the target is then the last to visit.
    fn way(&self) -> (Uri, Vec<NameAddr>) {
        let is_loose = |route: &NameAddr| match route.uri.as_sip() {
            Some(uri) => uri.is_loose(),
            None => true,
        };
        match self.routes.split_first() {
            Some((first, rest)) if !is_loose(first) => {
                let mut uri = first.uri.clone();
                if let Uri::Sip(uri) = &mut uri {
                    // 19.1.1: what a Request-URI may not have.
                    uri.headers = None;
                    uri.params.remove("method");
                }
                let mut routes = rest.to_vec();
                routes.push(NameAddr::new(self.target.clone()));
                (uri, routes)
            }
            _ => (self.target.clone(), self.routes.clone()),
        }
    }
}

fn contact(headers: &Headers) -> Result<NameAddr, Fault> {
    let contact = headers.contact()?;
    contact.ok_or_else(|| Fault::bad("is missing").within(names::CONTACT))
}
