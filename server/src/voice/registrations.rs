//! Which devices an extension has: those that registered, or the one whose place is
//! fixed. The engine hears when the first comes and the last goes.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::sync::atomic::Ordering::Relaxed;

use tandem_engine::config::address::{SipAddress, Transport as ConfiguredTransport};
use tandem_engine::{Input, Number};
use tandem_sip::endpoint::ServerId;
use tandem_sip::registrar::{self, Binding, Policy};
use tandem_sip::uri::Host;
use tandem_sip::{Request, Status, Target, Time, Transport, Uri};

use super::exchange::{Exchange, way};
use crate::driver::Directory;
use crate::store::Store;

/// See the module.
#[derive(Debug)]
pub(super) struct Registrations {
    store: Store,
    policy: Policy,
    bindings: BTreeMap<Number, Vec<Binding>>,
    /// When the next device of each ends, the earliest first.
    expiries: BTreeSet<(Time, Number)>,
    fixed: BTreeMap<Number, SipAddress>,
    known: BTreeSet<Number>,
    /// Whom the engine believes reachable.
    up: BTreeSet<Number>,
}

impl Registrations {
    /// Those that the store remembers.
    ///
    /// # Errors
    /// Where the store can not be read.
    pub(super) fn new(store: Store) -> io::Result<Self> {
        let (mut bindings, mut expiries) = (BTreeMap::new(), BTreeSet::new());
        let mut after: Option<String> = None;
        loop {
            let page = store.bindings(after.as_deref()).map_err(io::Error::other)?;
            let Some((last, _)) = page.last() else { break };
            after = Some(last.clone());
            for (address, bytes) in page {
                // What an older version wrote in another way is learnt again at the
                // next registration.
                let known: Option<Vec<Binding>> = postcard::from_bytes(&bytes).ok();
                if let (Ok(number), Some(known)) = (address.parse(), known) {
                    expiries.extend(next_expiry(&known).map(|next| (next, number)));
                    bindings.insert(number, known);
                }
            }
        }
        Ok(Self {
            store,
            policy: Policy::default(),
            bindings,
            expiries,
            fixed: BTreeMap::new(),
            known: BTreeSet::new(),
            up: BTreeSet::new(),
        })
    }

    /// Who is who is this now: what the engine has to be told of telephones.
    pub(super) fn know(&mut self, now: Time, directory: &Directory) -> Vec<Input> {
        let extensions = &directory.config.extensions;
        self.fixed = extensions
            .iter()
            .filter_map(|extension| Some((extension.number, extension.contact?)))
            .collect();
        self.known = extensions
            .iter()
            .map(|extension| extension.number)
            .collect();
        self.up = (directory.agents.values())
            .filter(|agent| agent.up)
            .map(|agent| agent.number)
            .collect();
        let known: Vec<Number> = self.known.iter().copied().collect();
        known
            .into_iter()
            .filter_map(|number| self.compare(now, number))
            .collect()
    }

    /// What the engine has to be told of an extension, if anything.
    fn compare(&mut self, now: Time, number: Number) -> Option<Input> {
        let bindings = self.bindings.get(&number).map_or(&[][..], Vec::as_slice);
        let registered = bindings.iter().any(|binding| binding.expires > now);
        let is_up = self.fixed.contains_key(&number) || registered;
        let extension = number;
        match (self.up.contains(&number), is_up) {
            (false, true) => {
                self.up.insert(number);
                Some(Input::DeviceUp { extension })
            }
            (true, false) => {
                self.up.remove(&number);
                Some(Input::DeviceDown { extension })
            }
            _ => None,
        }
    }

    /// Where an extension's devices are, and the way to each.
    pub(super) fn devices(&self, number: Number) -> Vec<(Uri, Target)> {
        if let Some(address) = self.fixed.get(&number) {
            return vec![place_of(number, *address)];
        }
        let bindings = self.bindings.get(&number).into_iter().flatten();
        bindings
            .map(|binding| {
                let uri = binding.contact.uri.clone();
                let to = way(&uri, binding.source);
                (uri, to)
            })
            .collect()
    }

    /// When the next registration ends.
    pub(super) fn next_deadline(&self) -> Option<Time> {
        self.expiries.first().map(|(next, _)| *next)
    }

    /// Forgets what has expired; returns whose last device that was.
    pub(super) fn expire(&mut self, now: Time) -> Vec<Number> {
        let mut gone = Vec::new();
        while let Some(&(next, number)) = self.expiries.first()
            && next <= now
        {
            let mut left = self.bindings.get(&number).cloned().unwrap_or_default();
            left.retain(|binding| binding.expires > now);
            self.set(number, left);
            if let Some(Input::DeviceDown { extension }) = self.compare(now, number) {
                gone.push(extension);
            }
        }
        gone
    }

    /// Remembers an extension's devices, also over a restart.
    fn set(&mut self, number: Number, bindings: Vec<Binding>) {
        let address = number.to_string();
        let before = self.bindings.get(&number).and_then(|b| next_expiry(b));
        if let Some(before) = before {
            self.expiries.remove(&(before, number));
        }
        self.expiries
            .extend(next_expiry(&bindings).map(|next| (next, number)));
        // Where the store does not take it, the device registers again after the next
        // restart; it is reachable all the same.
        let _written = if bindings.is_empty() {
            self.bindings.remove(&number);
            self.store.write(move |txn| txn.delete_bindings(&address))
        } else {
            let bytes = postcard::to_stdvec(&bindings).expect("bindings are written to memory");
            self.bindings.insert(number, bindings);
            self.store
                .write(move |txn| txn.put_bindings(&address, &bytes))
        };
    }
}

/// Whoever has this number at a fixed address, and the way there.
pub(super) fn place_of(number: Number, address: SipAddress) -> (Uri, Target) {
    let user = number.to_string();
    let host = Host::Ip(address.socket.ip());
    let uri = Uri::sip(Some(&user), host, Some(address.socket.port()));
    let transport = match address.transport {
        ConfiguredTransport::Tcp => Transport::Tcp,
        ConfiguredTransport::Udp => Transport::Udp,
    };
    (uri, Target::new(transport, address.socket))
}

/// When the first of these ends.
fn next_expiry(bindings: &[Binding]) -> Option<Time> {
    bindings.iter().map(|binding| binding.expires).min()
}

impl Exchange {
    /// A device says where it is (RFC 3261 10.3).
    pub(super) fn register(&mut self, transaction: ServerId, request: &Request, source: Target) {
        let now = self.now();
        let user = match self.identity.authenticated(now, request) {
            Ok(user) => user,
            Err(refusal) => {
                self.counts.unauthorized.fetch_add(1, Relaxed);
                return self.answer_with(transaction, *refusal);
            }
        };
        let address = match registrar::address_of_record(request) {
            Ok(address) => address,
            Err(fault) => {
                return self.answer(transaction, fault.status.unwrap_or(Status::BAD_REQUEST));
            }
        };
        // Who signs in as one extension does not register another (10.3 step 4).
        let number = address.user().filter(|of| *of == user);
        let number = number.and_then(|user| user.parse::<Number>().ok());
        let Some(number) = number.filter(|number| self.registrations.known.contains(number)) else {
            return self.answer(transaction, Status::FORBIDDEN);
        };
        let registrations = &mut self.registrations;
        let before = registrations
            .bindings
            .get(&number)
            .map_or(&[][..], Vec::as_slice);
        match registrar::register(now, &registrations.policy, before, request, source) {
            Err(refusal) => self.answer_with(transaction, *refusal),
            Ok(after) => {
                let response = registrar::ok(now, &after, request);
                registrations.set(number, after);
                let news = registrations.compare(now, number);
                self.counts.registrations.fetch_add(1, Relaxed);
                self.answer_with(transaction, response);
                if let Some(news) = news {
                    self.tell(news);
                }
            }
        }
    }
}
