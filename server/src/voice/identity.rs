//! Who sends a request: a telephone of ours, a trunk, or nobody whom we know.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::net::IpAddr;
use std::time::Duration;

use tandem_engine::Number;
use tandem_engine::config::model::Config;
use tandem_sip::digest::{Algorithm, Login, Secret, Server, Verdict};
use tandem_sip::header::names;
use tandem_sip::{Request, Response, Status, Target, Time};

use crate::store::Store;

/// How long a challenge may be answered, in seconds.
const NONCE_LIFETIME_S: u64 = 300;

/// Who sends a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sender {
    Extension(Number),
    Trunk,
}

/// Whom we know, and how they prove it.
#[derive(Debug)]
pub(super) struct Identity {
    digest: Server,
    store: Store,
    /// Telephones that do not register, by where they are.
    telephones: BTreeMap<IpAddr, BTreeSet<Number>>,
    extensions: BTreeSet<Number>,
    trunk_hosts: BTreeSet<IpAddr>,
    /// The names of trunks by the user as whom they sign in.
    trunk_users: BTreeMap<String, String>,
}

impl Identity {
    pub(super) fn new(realm: &str, digest: &[Algorithm], store: Store) -> io::Result<Self> {
        let mut key = [0; 32];
        getrandom::fill(&mut key).map_err(io::Error::other)?;
        let lifetime = Duration::from_secs(NONCE_LIFETIME_S);
        Ok(Self {
            digest: Server::new(realm, key, lifetime, digest),
            store,
            telephones: BTreeMap::new(),
            extensions: BTreeSet::new(),
            trunk_hosts: BTreeSet::new(),
            trunk_users: BTreeMap::new(),
        })
    }

    /// The configuration is this one.
    pub(super) fn know(&mut self, config: &Config) {
        self.telephones.clear();
        for extension in &config.extensions {
            if let Some(contact) = extension.contact {
                let there = self.telephones.entry(contact.socket.ip()).or_default();
                there.insert(extension.number);
            }
        }
        self.extensions = config.extensions.iter().map(|e| e.number).collect();
        let trunks = &config.options.trunks;
        let hosts = trunks.iter().filter_map(|trunk| trunk.address);
        self.trunk_hosts = hosts.map(|address| address.socket.ip()).collect();
        // Whoever has a trunk's password is not an extension with it.
        let extensions = &self.extensions;
        let is_extension = |user: &str| user.parse().is_ok_and(|n| extensions.contains(&n));
        let users = trunks.iter().filter_map(|trunk| {
            let user = trunk.user.clone().filter(|user| !is_extension(user))?;
            Some((user, trunk.name.clone()))
        });
        self.trunk_users = users.collect();
    }

    /// Who sends this.
    ///
    /// # Errors
    /// The response that is owed to somebody who has yet to prove it, or can not.
    pub(super) fn sender(
        &mut self,
        now: Time,
        request: &Request,
        source: Target,
    ) -> Result<Sender, Box<Response>> {
        let host = source.address.ip();
        let user = request.headers.from().ok().and_then(|from| from.uri.user());
        let number = user.as_deref().and_then(|user| user.parse::<Number>().ok());
        // A telephone at a fixed place is known by it.
        if let Some(number) = number
            && self
                .telephones
                .get(&host)
                .is_some_and(|there| there.contains(&number))
        {
            return Ok(Sender::Extension(number));
        }
        if self.trunk_hosts.contains(&host) {
            return Ok(Sender::Trunk);
        }
        let user = self.authenticated(now, request)?;
        if self.trunk_users.contains_key(&user) {
            return Ok(Sender::Trunk);
        }
        let number = user.parse::<Number>().ok();
        match number.filter(|number| self.extensions.contains(number)) {
            Some(number) => Ok(Sender::Extension(number)),
            None => Err(Box::new(Response::to(&request.headers, Status::FORBIDDEN))),
        }
    }

    /// The user who signed a request.
    ///
    /// # Errors
    /// A challenge, or what else is owed.
    pub(super) fn authenticated(
        &mut self,
        now: Time,
        request: &Request,
    ) -> Result<String, Box<Response>> {
        let given = request.headers.credentials(names::AUTHORIZATION);
        let refuse = |status| Box::new(Response::to(&request.headers, status));
        let given = given.map_err(|_| refuse(Status::BAD_REQUEST))?;
        for credentials in &given {
            let Some(user) = self.digest.username(credentials) else {
                continue;
            };
            let known = self.password(&self.secret_of(&user));
            // Who does not exist is told nothing else than who errs in the password.
            let password = Secret::Password(known.as_deref().unwrap_or("\0"));
            match self.digest.check(now, request, credentials, password) {
                Verdict::Accepted if known.is_some() => return Ok(user),
                Verdict::Accepted | Verdict::Refused(_) => {}
                Verdict::Stale => return Err(Box::new(self.challenge(now, request, true))),
                Verdict::Bad(fault) => {
                    return Err(refuse(fault.status.unwrap_or(Status::BAD_REQUEST)));
                }
            }
        }
        Err(Box::new(self.challenge(now, request, false)))
    }

    fn challenge(&self, now: Time, request: &Request, stale: bool) -> Response {
        self.digest.challenge(now, &mut random, request, stale)
    }

    /// As whom we answer the challenges of a trunk, if its password is known.
    pub(super) fn login(&self, trunk: &str, user: &str) -> Option<Login> {
        let password = self.password(&secret_of_trunk(trunk))?;
        let username = user.to_owned();
        Some(Login { username, password })
    }

    /// Under which name the password of a user is kept.
    fn secret_of(&self, user: &str) -> String {
        match self.trunk_users.get(user) {
            Some(trunk) => secret_of_trunk(trunk),
            None => format!("sip/{user}"),
        }
    }

    /// A password, as it lies in the store.
    fn password(&self, name: &str) -> Option<String> {
        let found = self.store.secret(name).ok().flatten()?;
        String::from_utf8(found.expose().to_vec()).ok()
    }
}

fn secret_of_trunk(trunk: &str) -> String {
    format!("trunk/{trunk}")
}

/// Random bytes of the operating system.
///
/// # Panics
/// Where it has none: nothing that names or protects calls could be made.
pub(super) fn random(buffer: &mut [u8]) {
    getrandom::fill(buffer).expect("the operating system has random bytes");
}
