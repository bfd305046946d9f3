//! What a REGISTER does to the bindings of an address of record: RFC 3261 10.3. Bindings
//! are plain values that somebody else keeps.

use core::time::Duration;

use serde::{Deserialize, Serialize};

use crate::address::NameAddr;
use crate::fault::Fault;
use crate::header::{Contacts, names};
use crate::limits::CONTACTS_MAX;
use crate::params::Params;
use crate::scan::number;
use crate::status::Status;
use crate::time::Time;
use crate::transport::Target;
use crate::uri::Uri;
use crate::wire::{Request, Response};

/// Where somebody can be reached, and until when.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Binding {
    /// The contact as registered, without `expires`.
    pub contact: NameAddr,
    /// When it ends.
    pub expires: Time,
    /// The Call-ID of the last REGISTER that made or renewed it.
    pub call_id: String,
    /// The CSeq number of that.
    pub number: u32,
    /// The flow that it came on, which is the way back through networks that rewrite
    /// addresses.
    pub source: Target,
}

/// How long bindings may last, and how many there may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Policy {
    /// Shorter ones get 423, in seconds (RFC 3261 10.3: at most an hour).
    pub least_s: u32,
    /// How long they last where nobody says, in seconds.
    pub usual_s: u32,
    /// Longer ones are shortened to this, in seconds.
    pub most_s: u32,
    /// Contacts of one address of record.
    pub contacts_max: usize,
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            least_s: 60,
            usual_s: 3600,
            most_s: 7200,
            contacts_max: CONTACTS_MAX,
        }
    }
}

/// The address of record that a REGISTER is about (RFC 3261 10.3 step 5): To as a plain
/// SIP URI, all parameters taken away.
///
/// # Errors
/// 400 where it is no SIP URI.
pub fn address_of_record(request: &Request) -> Result<Uri, Fault> {
    match request.headers.to()?.uri {
        Uri::Sip(mut uri) => {
            uri.params = Params::default();
            uri.headers = None;
            uri.password = None;
            Ok(Uri::Sip(uri))
        }
        _ => Err(Fault::bad("is no SIP URI").within(names::TO)),
    }
}

/// What the bindings are after this REGISTER. It is to be authenticated before. All its
/// changes are made, or none (10.3: the request must be processed atomically).
///
/// # Errors
/// The response that is owed: 400, 403 for too many contacts, 423 with Min-Expires, 500
/// for what was overtaken by a later REGISTER.
pub fn register(
    now: Time,
    policy: &Policy,
    bindings: &[Binding],
    request: &Request,
    source: Target,
) -> Result<Vec<Binding>, Box<Response>> {
    changed(now, policy, bindings, request, source).map_err(|fault| {
        let status = fault.status.unwrap_or(Status::BAD_REQUEST);
        let mut response = Response::to(&request.headers, status);
        if status == Status::INTERVAL_TOO_BRIEF {
            response.headers.push(names::MIN_EXPIRES, policy.least_s);
        } else {
            response.reason = format!("{} ({})", status.phrase(), fault.why);
        }
        Box::new(response)
    })
}

fn changed(
    now: Time,
    policy: &Policy,
    bindings: &[Binding],
    request: &Request,
    source: Target,
) -> Result<Vec<Binding>, Fault> {
    address_of_record(request)?;
    let call_id = request.headers.call_id()?;
    let number = request.headers.cseq()?.number;
    let live = bindings.iter().filter(|binding| binding.expires > now);
    let before: Vec<Binding> = live.cloned().collect();
    let header = request.headers.expires()?;
    let contacts = match request.headers.contacts()? {
        Contacts::All => {
            // 10.3 step 6: the star stands alone, with Expires: 0.
            if header != Some(0) {
                return Err(Fault::bad("a star removes, with Expires: 0").within(names::CONTACT));
            }
            for binding in &before {
                check_order(binding, &call_id, number)?;
            }
            return Ok(Vec::new());
        }
        Contacts::List(contacts) => contacts,
    };
    let mut after = before.clone();
    for mut contact in contacts {
        if contact.uri.as_sip().is_none() {
            return Err(Fault::bad("is no SIP URI").within(names::CONTACT));
        }
        let seconds = seconds(policy, &contact, header)?;
        if let Some(binding) = before
            .iter()
            .find(|binding| is_same(&binding.contact, &contact))
        {
            check_order(binding, &call_id, number)?;
        }
        contact.params.remove("expires");
        after.retain(|binding| !is_same(&binding.contact, &contact));
        if seconds > 0 {
            let expires = now + Duration::from_secs(seconds.into());
            let call_id = call_id.clone();
            after.push(Binding {
                contact,
                expires,
                call_id,
                number,
                source,
            });
        }
    }
    if after.len() > policy.contacts_max {
        return Err(Fault::answer(Status::FORBIDDEN, "too many contacts"));
    }
    Ok(after)
}

/// 10.3 step 7: what has the Call-ID of a binding must have a higher number, or it was
/// overtaken and the request fails.
fn check_order(binding: &Binding, call_id: &str, number: u32) -> Result<(), Fault> {
    if binding.call_id == call_id && number <= binding.number {
        return Err(Fault::answer(Status::SERVER_ERROR, "out of order").within(names::CSEQ));
    }
    Ok(())
}

/// The same URI by RFC 3261 19.1.4; or the same instance (RFC 5626 4.1) with the same
/// flow, which may have got another address.
fn is_same(a: &NameAddr, b: &NameAddr) -> bool {
    let instance = |address: &NameAddr| {
        let instance = address.params.text("+sip.instance")?;
        Some((instance, address.params.text("reg-id")))
    };
    let is_same_instance = instance(a).is_some() && instance(a) == instance(b);
    is_same_instance || a.uri.is_equivalent(&b.uri)
}

/// How long this contact is wanted: its own parameter, else the header, else what is usual.
/// 20.10: a parameter that is no number is as if it were an hour.
fn seconds(policy: &Policy, contact: &NameAddr, header: Option<u32>) -> Result<u32, Fault> {
    let own = contact.params.text("expires");
    let own = own.map(|own| number(&own, u32::MAX).unwrap_or(3600));
    let wanted = own.or(header).unwrap_or(policy.usual_s);
    if wanted > 0 && wanted < policy.least_s {
        return Err(Fault::answer(Status::INTERVAL_TOO_BRIEF, "too brief"));
    }
    Ok(wanted.min(policy.most_s))
}

/// The 200 to a REGISTER: it lists all bindings with the seconds they have left (10.3 step
/// 8). A tag is still to be given.
#[must_use]
pub fn ok(now: Time, bindings: &[Binding], request: &Request) -> Response {
    let mut response = Response::to(&request.headers, Status::OK);
    for binding in bindings.iter().filter(|binding| binding.expires > now) {
        let mut contact = binding.contact.clone();
        let left = binding.expires.since(now).as_secs();
        contact.params.set("expires", Some(&left.to_string()));
        response.headers.push(names::CONTACT, contact);
    }
    response
}
