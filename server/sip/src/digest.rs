//! Digest authentication: RFC 3261 22, RFC 2617, 7616 and 8760, with MD5 and SHA-256.

use core::time::Duration;
use std::collections::BTreeMap;

use hmac::{Hmac, KeyInit, Mac};
use md5::Md5;
use sha2::{Digest, Sha256};

use crate::fault::Fault;
use crate::header::{CSeq, Challenge, Credentials, names};
use crate::limits::{NONCES_MAX, SEQUENCE_MAX};
use crate::method::Method;
use crate::params::{Param, Params};
use crate::random::Random;
use crate::scan::{quote, unquote};
use crate::status::Status;
use crate::time::Time;
use crate::uri::Uri;
use crate::wire::{Request, Response};

/// How things are hashed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Algorithm {
    /// What all devices know.
    Md5,
    /// What RFC 8760 wants first.
    Sha256,
}

impl Algorithm {
    /// The name in messages.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Md5 => "MD5",
            Self::Sha256 => "SHA-256",
        }
    }

    /// By its name; MD5 where none is given (RFC 7616 3.3).
    fn by_name(name: Option<String>) -> Option<Self> {
        match name {
            None => Some(Self::Md5),
            Some(name) if name.eq_ignore_ascii_case("MD5") => Some(Self::Md5),
            Some(name) if name.eq_ignore_ascii_case("SHA-256") => Some(Self::Sha256),
            Some(_) => None,
        }
    }

    /// The hash as hexadecimal digits.
    fn hash(self, text: &str) -> String {
        match self {
            Self::Md5 => hex::encode(Md5::digest(text)),
            Self::Sha256 => hex::encode(Sha256::digest(text)),
        }
    }
}

/// The hash of a user's name and password that a server may keep instead of the
/// password (RFC 7616 3.4.2, A1). Whoever has it can answer challenges of this realm.
#[must_use]
pub fn ha1(algorithm: Algorithm, username: &str, realm: &str, password: &str) -> String {
    algorithm.hash(&format!("{username}:{realm}:{password}"))
}

/// What a server knows of a user.
#[derive(Clone, Copy, Debug)]
pub enum Secret<'s> {
    /// The password.
    Password(&'s str),
    /// The results of [`ha1`], in hexadecimal digits, for the algorithms that it has.
    Hashes {
        /// With MD5.
        md5: Option<&'s str>,
        /// With SHA-256.
        sha256: Option<&'s str>,
    },
}

/// What a server thinks of credentials.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// They are right.
    Accepted,
    /// They are not wrong, but their nonce is too old, or was used so often before: to be
    /// challenged again, and told so. No password was checked.
    Stale,
    /// They are wrong: to be challenged again, or refused.
    Refused(&'static str),
    /// The request itself is wrong (RFC 7616 3.4.6: another URI).
    Bad(Fault),
}

/// The side that challenges.
///
/// A nonce is a time and a salt, signed with a key: the server need not remember those
/// that it gave out. It counts how often those in use were used, so that nobody can send
/// a request twice (RFC 7616 3.4.5).
#[derive(Clone, Debug)]
pub struct Server {
    realm: String,
    key: [u8; 32],
    lifetime: Duration,
    algorithms: Vec<Algorithm>,
    /// The highest count of each nonce in use. Nonces begin with their time.
    counts: BTreeMap<String, u32>,
    /// Nonces that are not later than this are stale.
    forgotten: Option<Time>,
}

impl Server {
    /// A server with a secret key. Nonces are good for that long. Algorithms are offered
    /// in the order given, the preferred one first (RFC 8760 2.4).
    #[must_use]
    pub fn new(realm: &str, key: [u8; 32], lifetime: Duration, algorithms: &[Algorithm]) -> Self {
        Self {
            realm: realm.to_owned(),
            key,
            lifetime,
            algorithms: algorithms.to_vec(),
            counts: BTreeMap::new(),
            forgotten: None,
        }
    }

    /// The name of what is protected.
    #[must_use]
    pub fn realm(&self) -> &str {
        &self.realm
    }

    /// A 401 for this request, to which a tag is still to be given.
    #[must_use]
    pub fn challenge(
        &self,
        now: Time,
        random: &mut dyn Random,
        request: &Request,
        stale: bool,
    ) -> Response {
        let mut response = Response::to(&request.headers, Status::UNAUTHORIZED);
        for challenge in self.challenges(now, random, stale) {
            response.headers.push(names::WWW_AUTHENTICATE, challenge);
        }
        response
    }

    /// One challenge for each algorithm (RFC 8760 2.4: each a header of its own).
    #[must_use]
    pub fn challenges(&self, now: Time, random: &mut dyn Random, stale: bool) -> Vec<Challenge> {
        let mut salt = [0; 4];
        random.fill(&mut salt);
        let nonce = self.nonce(now, salt);
        let challenge = |algorithm: &Algorithm| {
            let mut params = vec![
                param("realm", &quote(&self.realm)),
                param("nonce", &quote(&nonce)),
                param("algorithm", algorithm.name()),
                param("qop", "\"auth\""),
            ];
            if stale {
                params.push(param("stale", "true"));
            }
            let (scheme, params) = ("Digest".to_owned(), Params(params));
            Challenge { scheme, params }
        };
        self.algorithms.iter().map(challenge).collect()
    }

    fn nonce(&self, at: Time, salt: [u8; 4]) -> String {
        let mut bytes = at.micros().to_be_bytes().to_vec();
        bytes.extend(salt);
        let signature = self.mac(&bytes).finalize().into_bytes();
        bytes.extend(&signature[..16]);
        hex::encode(bytes)
    }

    fn mac(&self, bytes: &[u8]) -> Hmac<Sha256> {
        let mac = Hmac::<Sha256>::new_from_slice(&self.key);
        let mut mac = mac.expect("a key of any length will do");
        mac.update(bytes);
        mac.update(self.realm.as_bytes());
        mac
    }

    /// When we gave out this nonce; none where it is not ours.
    fn issued(&self, nonce: &str) -> Option<Time> {
        let bytes = hex::decode(nonce).ok()?;
        let (told, signature) = bytes.split_at_checked(12)?;
        if signature.len() != 16 {
            return None;
        }
        self.mac(told).verify_truncated_left(signature).ok()?;
        let at = told.first_chunk::<8>()?;
        Some(Time::from_micros(u64::from_be_bytes(*at)))
    }

    /// Whose credentials these are, if they are for us: then that user's secret is to be
    /// looked up and [`Server::check`] called.
    #[must_use]
    pub fn username(&self, credentials: &Credentials) -> Option<String> {
        let ours = credentials.is("Digest") && credentials.text("realm")? == self.realm;
        credentials.text("username").filter(|_| ours)
    }

    /// Checks the credentials of a request.
    pub fn check(
        &mut self,
        now: Time,
        request: &Request,
        credentials: &Credentials,
        secret: Secret<'_>,
    ) -> Verdict {
        let Some(username) = self.username(credentials) else {
            return Verdict::Refused("for another realm");
        };
        let Some(claim) = Claim::of(credentials) else {
            return Verdict::Refused("incomplete");
        };
        if !self.algorithms.contains(&claim.algorithm) {
            return Verdict::Refused("another algorithm");
        }
        if !is_same_uri(&claim.uri, &request.uri) {
            let why = "the credentials are for another URI";
            return Verdict::Bad(Fault::bad(why));
        }
        let Some(issued) = self.issued(&claim.nonce) else {
            return Verdict::Stale;
        };
        let is_forgotten = self.forgotten.is_some_and(|last| issued <= last);
        if now.since(issued) > self.lifetime || issued > now || is_forgotten {
            return Verdict::Stale;
        }
        let last = self.counts.get(&claim.nonce).copied().unwrap_or(0);
        if claim.count() <= last {
            return Verdict::Stale;
        }
        let ha1 = match (secret, claim.algorithm) {
            (Secret::Password(password), algorithm) => {
                Some(ha1(algorithm, &username, &self.realm, password))
            }
            (Secret::Hashes { md5, .. }, Algorithm::Md5) => md5.map(str::to_ascii_lowercase),
            (Secret::Hashes { sha256, .. }, Algorithm::Sha256) => {
                sha256.map(str::to_ascii_lowercase)
            }
        };
        let Some(ha1) = ha1 else {
            return Verdict::Refused("another algorithm");
        };
        if !is_same(&claim.response, &claim.answer(&ha1, &request.method)) {
            return Verdict::Refused("wrong password");
        }
        self.count(now, claim.nonce.clone(), claim.count());
        Verdict::Accepted
    }

    fn count(&mut self, now: Time, nonce: String, count: u32) {
        // Nonces begin with their time, so the oldest are first.
        let oldest = now
            .micros()
            .saturating_sub(u64::try_from(self.lifetime.as_micros()).unwrap_or(u64::MAX));
        let oldest = hex::encode(oldest.to_be_bytes());
        if self
            .counts
            .first_key_value()
            .is_some_and(|(first, _)| *first < oldest)
        {
            self.counts = self.counts.split_off(&oldest);
        }
        self.counts.insert(nonce, count);
        if self.counts.len() > NONCES_MAX
            && let Some((first, _)) = self.counts.pop_first()
        {
            self.forgotten = self.forgotten.max(self.issued(&first));
        }
    }
}

/// RFC 7616 3.4.6: the URI in the credentials must be that of the request.
fn is_same_uri(claimed: &str, uri: &Uri) -> bool {
    claimed == uri.to_string() || Uri::parse(claimed).is_ok_and(|c| c.is_equivalent(uri))
}

/// Takes the same time wherever both differ, so that nobody can guess digit by digit.
fn is_same(a: &str, b: &str) -> bool {
    let pairs = a.bytes().zip(b.bytes());
    let difference = pairs.fold(0, |sum, (a, b)| sum | (a.to_ascii_lowercase() ^ b));
    a.len() == b.len() && difference == 0
}

fn param(name: &str, value: &str) -> Param {
    Param {
        name: name.to_owned(),
        value: Some(value.to_owned()),
    }
}

/// What credentials say.
struct Claim {
    algorithm: Algorithm,
    nonce: String,
    uri: String,
    response: String,
    /// Count and client's nonce. Without `qop`, as RFC 2069 had it, there are none.
    qop: Option<(String, String)>,
}

impl Claim {
    fn of(credentials: &Credentials) -> Option<Self> {
        let qop = match credentials.text("qop") {
            None => None,
            Some(qop) if qop.eq_ignore_ascii_case("auth") => {
                let count = credentials.text("nc")?;
                let digits = count.len() == 8 && count.bytes().all(|b| b.is_ascii_hexdigit());
                let cnonce = credentials.text("cnonce").filter(|_| digits)?;
                Some((count, cnonce))
            }
            Some(_) => return None,
        };
        Some(Self {
            algorithm: Algorithm::by_name(credentials.text("algorithm"))?,
            nonce: credentials.text("nonce")?,
            uri: credentials.text("uri")?,
            response: credentials.text("response")?,
            qop,
        })
    }

    /// How often the nonce was used. Without a count it is good for one request.
    fn count(&self) -> u32 {
        let Some((count, _)) = &self.qop else {
            return 1;
        };
        u32::from_str_radix(count, 16).unwrap_or(0)
    }

    fn answer(&self, ha1: &str, method: &Method) -> String {
        let qop = self.qop.as_ref();
        let qop = qop.map(|(count, cnonce)| (count.as_str(), cnonce.as_str()));
        response(
            self.algorithm,
            ha1,
            &self.nonce,
            qop,
            method.as_str(),
            &self.uri,
        )
    }
}

/// The answer to a challenge (RFC 7616 3.4.1), of the hash that [`ha1`] makes. With `qop`
/// there are a count of eight hexadecimal digits and a nonce of the client.
#[must_use]
pub fn response(
    algorithm: Algorithm,
    ha1: &str,
    nonce: &str,
    qop: Option<(&str, &str)>,
    method: &str,
    uri: &str,
) -> String {
    let ha2 = algorithm.hash(&format!("{method}:{uri}"));
    match qop {
        Some((count, cnonce)) => {
            algorithm.hash(&format!("{ha1}:{nonce}:{count}:{cnonce}:auth:{ha2}"))
        }
        None => algorithm.hash(&format!("{ha1}:{nonce}:{ha2}")),
    }
}

/// The name and password of the side that is challenged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Login {
    /// Name.
    pub username: String,
    /// Password.
    pub password: String,
}

impl Login {
    /// The credentials for the first of these challenges that can be answered (RFC 8760
    /// 2.4: the server's order is its preference). `count` is how often its nonce has been
    /// used, this time included.
    #[must_use]
    pub fn answer(
        &self,
        challenges: &[Challenge],
        method: &Method,
        uri: &Uri,
        cnonce: &str,
        count: u32,
    ) -> Option<Credentials> {
        challenges
            .iter()
            .find_map(|challenge| self.credentials(challenge, method, uri, cnonce, count))
    }

    fn credentials(
        &self,
        challenge: &Challenge,
        method: &Method,
        uri: &Uri,
        cnonce: &str,
        count: u32,
    ) -> Option<Credentials> {
        let text = |name: &str| challenge.params.get(name).map(unquote);
        let algorithm = Algorithm::by_name(text("algorithm")).filter(|_| challenge.is("Digest"))?;
        let realm = text("realm")?;
        let offers_auth = |qop: &str| {
            qop.split(',')
                .any(|q| q.trim().eq_ignore_ascii_case("auth"))
        };
        let qop = match text("qop") {
            Some(qop) if offers_auth(&qop) => Some((format!("{count:08x}"), cnonce.to_owned())),
            Some(_) => return None,
            None => None,
        };
        let (nonce, uri, response) = (text("nonce")?, uri.to_string(), String::new());
        let claim = Claim {
            algorithm,
            nonce,
            uri,
            response,
            qop,
        };
        let ha1 = ha1(algorithm, &self.username, &realm, &self.password);
        let mut params = vec![
            param("username", &quote(&self.username)),
            param("realm", &quote(&realm)),
            param("nonce", &quote(&claim.nonce)),
            param("uri", &quote(&claim.uri)),
            param("response", &quote(&claim.answer(&ha1, method))),
            param("algorithm", algorithm.name()),
        ];
        if let Some((count, cnonce)) = &claim.qop {
            params.push(param("qop", "auth"));
            params.push(param("nc", count));
            params.push(param("cnonce", &quote(cnonce)));
        }
        if let Some(opaque) = text("opaque") {
            params.push(param("opaque", &quote(&opaque)));
        }
        let (scheme, params) = ("Digest".to_owned(), Params(params));
        Some(Credentials { scheme, params })
    }

    /// The same request with credentials, for a 401 or 407 that came to it (RFC 3261
    /// 8.1.3.5): with the next number, to be sent as a new transaction. None where no
    /// challenge can be answered, or credentials were refused that were not just stale.
    #[must_use]
    pub fn retry(
        &self,
        request: &Request,
        response: &Response,
        random: &mut dyn Random,
    ) -> Option<Request> {
        let (asks, answers) = match response.status {
            Status::UNAUTHORIZED => (names::WWW_AUTHENTICATE, names::AUTHORIZATION),
            Status::PROXY_AUTHENTICATION_REQUIRED => {
                (names::PROXY_AUTHENTICATE, names::PROXY_AUTHORIZATION)
            }
            _ => return None,
        };
        let challenges = response.headers.challenges(asks).ok()?;
        let is_stale = |c: &Challenge| {
            c.params
                .get("stale")
                .is_some_and(|s| unquote(s).eq_ignore_ascii_case("true"))
        };
        if request.headers.has(answers) && !challenges.iter().any(is_stale) {
            return None;
        }
        let cnonce = crate::random::token(random);
        let credentials = self.answer(&challenges, &request.method, &request.uri, &cnonce, 1)?;
        let mut again = request.clone();
        let number = request.headers.cseq().ok()?.number.min(SEQUENCE_MAX - 1) + 1;
        again
            .headers
            .set(names::CSEQ, CSeq::new(number, request.method.clone()));
        again.headers.set(answers, credentials);
        Some(again)
    }
}
