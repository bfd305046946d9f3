//! Records of calls, pushed to a receiver over HTTP.
//!
//! The body is the JSON that the API shows of the same record. `X-Signature-256` is
//! `sha256=` and the HMAC-SHA256 (RFC 2104) of the body under the shared secret in
//! hexadecimal digits, so that the receiver knows who sent it; `Idempotency-Key` names
//! the record, which may come more than once.

use std::fmt;
use std::time::Duration;

use hmac::{Hmac, KeyInit, Mac};
use reqwest::header::CONTENT_TYPE;
use reqwest::redirect::Policy;
use reqwest::{Client, StatusCode, Url};
use sha2::Sha256;

use super::{Attempt, Later};

/// How long the receiver may take for its answer.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(10);

/// Where records go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PushReceiver(Url);

/// What is wrong with the address of a receiver.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WrongReceiver {
    /// Records would travel in the clear.
    Clear,
    /// It is no URL of the web.
    NoUrl(String),
    /// A password on a command line can be read by everybody on the machine.
    Password,
}

impl fmt::Display for WrongReceiver {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Clear => f.write_str(
                "records of callers would travel in the clear: say https://, unless the receiver \
                 is this very machine",
            ),
            Self::NoUrl(why) => write!(f, "{why}: a receiver is named as https://HOST/PATH"),
            Self::Password => f.write_str(
                "everybody on this machine can read a password here: the receiver knows us by \
                 the signature, whose secret `tandem secret set push` asks for",
            ),
        }
    }
}

impl std::error::Error for WrongReceiver {}

impl std::str::FromStr for PushReceiver {
    type Err = WrongReceiver;

    fn from_str(text: &str) -> Result<Self, WrongReceiver> {
        let url = Url::parse(text).map_err(|why| WrongReceiver::NoUrl(why.to_string()))?;
        let loopback = match url.host() {
            None => return Err(WrongReceiver::NoUrl("it names no host".to_owned())),
            Some(url::Host::Domain(name)) => name == "localhost",
            Some(url::Host::Ipv4(ip)) => ip.is_loopback(),
            Some(url::Host::Ipv6(ip)) => ip.is_loopback(),
        };
        if !url.username().is_empty() || url.password().is_some() {
            return Err(WrongReceiver::Password);
        }
        match url.scheme() {
            "https" => Ok(Self(url)),
            "http" if loopback => Ok(Self(url)),
            "http" => Err(WrongReceiver::Clear),
            other => Err(WrongReceiver::NoUrl(format!("{other} is not the web"))),
        }
    }
}

/// Pushes records.
#[derive(Debug)]
pub(super) struct Pusher {
    client: Client,
    receiver: Url,
    key: Hmac<Sha256>,
}

impl Pusher {
    pub(super) fn new(receiver: &PushReceiver, secret: &[u8]) -> reqwest::Result<Self> {
        let client = Client::builder()
            .timeout(ANSWER_TIMEOUT)
            // The signature is for this receiver alone.
            .redirect(Policy::none())
            .user_agent(concat!("tandem/", env!("CARGO_PKG_VERSION")))
            .build()?;
        Ok(Self {
            client,
            receiver: receiver.0.clone(),
            key: Hmac::new_from_slice(secret).expect("a key of any length will do"),
        })
    }

    /// Pushes a record with this name.
    pub(super) async fn push(&self, name: &str, body: &[u8]) -> Attempt {
        let signature = self.key.clone().chain_update(body).finalize();
        let signature = format!("sha256={}", hex::encode(signature.into_bytes()));
        let request = (self.client.post(self.receiver.clone()))
            .header(CONTENT_TYPE, "application/json")
            .header("Idempotency-Key", name)
            .header("X-Signature-256", signature)
            .body(body.to_vec());
        let answer = request.send().await;
        // Whatever the address holds is for the receiver alone.
        let answer = answer.map_err(|why| Later::Again(told(&why.without_url())))?;
        let status = answer.status();
        if status.is_success() {
            return Ok(());
        }
        let why = format!("the receiver answered {status}");
        Err(if may_change(status) {
            Later::Again(why)
        } else {
            Later::Never(why)
        })
    }
}

/// Whether the same request may be taken later. A receiver that does not know us (401,
/// 403) or is not there (404) is one that is being set up.
fn may_change(status: StatusCode) -> bool {
    let refuses = [
        StatusCode::BAD_REQUEST,
        StatusCode::GONE,
        StatusCode::PAYLOAD_TOO_LARGE,
        StatusCode::UNPROCESSABLE_ENTITY,
        StatusCode::UNSUPPORTED_MEDIA_TYPE,
    ];
    !refuses.contains(&status)
}

/// An error with all its causes, which say more than itself.
fn told(why: &dyn std::error::Error) -> String {
    let mut told = why.to_string();
    let mut cause = why.source();
    while let Some(why) = cause {
        told += &format!(": {why}");
        cause = why.source();
    }
    told
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_travel_encrypted_or_not_at_all() {
        let receiver = |text: &str| text.parse::<PushReceiver>();
        for good in [
            "https://example.org/calls?from=tandem",
            "http://127.0.0.1:9000/calls",
            "http://[::1]/",
            "http://localhost/",
        ] {
            assert!(receiver(good).is_ok(), "{good}");
        }
        let cases = [
            ("http://example.org/calls", WrongReceiver::Clear),
            ("https://ann:x@example.org/", WrongReceiver::Password),
            ("https://ann@example.org/", WrongReceiver::Password),
        ];
        for (text, wanted) in cases {
            assert_eq!(receiver(text), Err(wanted), "{text}");
        }
        for text in ["", "example.org", "ftp://example.org/", "https://"] {
            let found = receiver(text);
            assert!(
                matches!(found, Err(WrongReceiver::NoUrl(_))),
                "{text}: {found:?}"
            );
        }
    }

    #[test]
    fn what_is_refused_for_good_is_not_pushed_again() {
        for again in [301, 401, 403, 404, 408, 409, 425, 429, 500, 502, 503] {
            let status = StatusCode::from_u16(again).expect("it is one");
            assert!(may_change(status), "{again}");
        }
        for never in [400, 410, 413, 415, 422] {
            let status = StatusCode::from_u16(never).expect("it is one");
            assert!(!may_change(status), "{never}");
        }
    }
}
