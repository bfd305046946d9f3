//! Mails by SMTP (RFC 5321, RFC 6409), encrypted unless the server is this very machine.

use std::fmt;
use std::net::Ipv4Addr;
use std::time::Duration;

use lettre::address::AddressError;
use lettre::message::{Mailbox, header};
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::response::{Category, Severity};
use lettre::{Address, AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor};
use percent_encoding::percent_decode_str;
use url::{Host, Url};

use super::{Attempt, Later};

/// How long a server may take for each of its answers.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(30);

/// Which server takes mails from us, and who we are to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MailServer {
    host: String,
    port: Option<u16>,
    user: Option<String>,
    encryption: Encryption,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Encryption {
    /// TLS from the first byte on (RFC 8314).
    Implicit,
    /// None: what is said does not leave this machine.
    Loopback,
    /// After `STARTTLS` (RFC 3207), or not at all.
    Upgraded,
}

/// What is wrong with the address of a mail server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WrongServer {
    /// It has a part that has no meaning here.
    Extra(&'static str),
    /// It is no URL, or names no host.
    NoUrl(String),
    /// A password on a command line can be read by everybody on the machine.
    Password,
    /// It is of another kind.
    Scheme(String),
}

impl fmt::Display for WrongServer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Extra(part) => write!(f, "it has a {part}, which means nothing here"),
            Self::NoUrl(why) => write!(
                f,
                "{why}: a mail server is named as smtp://USER@HOST:PORT or smtps://USER@HOST:PORT"
            ),
            Self::Password => f.write_str(
                "everybody on this machine can read a password here: say `tandem secret set mail`",
            ),
            Self::Scheme(scheme) => write!(
                f,
                "{scheme} is no mail server: say smtps:// where it speaks TLS from the first byte \
                 on (port 465), else smtp:// (port 587)"
            ),
        }
    }
}

impl std::error::Error for WrongServer {}

impl std::str::FromStr for MailServer {
    type Err = WrongServer;

    fn from_str(text: &str) -> Result<Self, WrongServer> {
        let url = Url::parse(text).map_err(|why| WrongServer::NoUrl(why.to_string()))?;
        let implicit = match url.scheme() {
            "smtp" => false,
            "smtps" => true,
            other => return Err(WrongServer::Scheme(other.to_owned())),
        };
        let host = url.host().filter(|host| *host != Host::Domain(""));
        let host = host.ok_or_else(|| WrongServer::NoUrl("it names no host".to_owned()))?;
        if url.password().is_some() {
            return Err(WrongServer::Password);
        }
        let extra = [
            (!matches!(url.path(), "" | "/"), "path"),
            (url.query().is_some(), "question mark"),
            (url.fragment().is_some(), "number sign"),
        ];
        if let Some((_, part)) = extra.into_iter().find(|(has, _)| *has) {
            return Err(WrongServer::Extra(part));
        }
        let loopback = match host {
            // Of a scheme that is not the web's, every address of four numbers is a name.
            Host::Domain(name) => {
                let ip = name.parse::<Ipv4Addr>();
                name == "localhost" || ip.is_ok_and(|ip| ip.is_loopback())
            }
            Host::Ipv4(ip) => ip.is_loopback(),
            Host::Ipv6(ip) => ip.is_loopback(),
        };
        let user = percent_decoded(url.username())?;
        Ok(Self {
            // As it is connected to, without the brackets of a URL.
            host: match host {
                Host::Ipv6(ip) => ip.to_string(),
                other => other.to_string(),
            },
            port: url.port(),
            user: (!user.is_empty()).then_some(user),
            encryption: match (implicit, loopback) {
                (true, _) => Encryption::Implicit,
                (false, true) => Encryption::Loopback,
                (false, false) => Encryption::Upgraded,
            },
        })
    }
}

/// A user's name may be an address, whose `@` a URL writes as `%40`.
fn percent_decoded(text: &str) -> Result<String, WrongServer> {
    let decoded = percent_decode_str(text).decode_utf8();
    let decoded = decoded.map_err(|why| WrongServer::NoUrl(why.to_string()))?;
    Ok(decoded.into_owned())
}

impl MailServer {
    /// Whether a password is needed.
    #[must_use]
    pub const fn signs_in(&self) -> bool {
        self.user.is_some()
    }

    fn connect(&self, password: Option<String>) -> AsyncSmtpTransport<Tokio1Executor> {
        type Transport = AsyncSmtpTransport<Tokio1Executor>;
        let builder = match self.encryption {
            Encryption::Implicit => Transport::relay(&self.host),
            Encryption::Upgraded => Transport::starttls_relay(&self.host),
            Encryption::Loopback => Ok(Transport::builder_dangerous(&self.host)),
        };
        let mut builder = builder.expect("any name of a host is taken");
        if let Some(port) = self.port {
            builder = builder.port(port);
        }
        if let (Some(user), Some(password)) = (&self.user, password) {
            builder = builder.credentials(Credentials::new(user.clone(), password));
        }
        builder.timeout(Some(ANSWER_TIMEOUT)).build()
    }
}

/// A mail, before it has a sender.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Letter {
    pub(super) subject: String,
    pub(super) body: String,
}

/// Sends mails.
#[derive(Debug)]
pub(super) struct Mailer {
    transport: AsyncSmtpTransport<Tokio1Executor>,
    from: Mailbox,
}

impl Mailer {
    pub(super) fn new(server: &MailServer, from: Mailbox, password: Option<String>) -> Self {
        Self {
            transport: server.connect(password),
            from,
        }
    }

    /// The mail as it is sent. `name` is always the same for the same mail, so that who
    /// gets it twice can know.
    pub(super) fn message(
        &self,
        letter: &Letter,
        to: &str,
        name: &str,
    ) -> Result<Message, AddressError> {
        let to: Address = to.parse()?;
        let domain = self.from.email.domain();
        let message = Message::builder()
            .from(self.from.clone())
            .to(Mailbox::new(None, to))
            .subject(&letter.subject)
            .message_id(Some(format!("<{name}@{domain}>")))
            // RFC 3834: nobody need answer that he is on holiday.
            .header(AutoSubmitted)
            .header(header::ContentType::TEXT_PLAIN)
            .body(letter.body.clone());
        Ok(message.expect("a mail with sender, receiver and text is whole"))
    }

    pub(super) async fn send(&self, message: &Message) -> Attempt {
        let Err(why) = self.transport.send(message.clone()).await else {
            return Ok(());
        };
        let refused = why.status().is_some_and(|code| {
            // Whoever changes a password should not lose what was sent meanwhile: that
            // is 53x.
            code.severity == Severity::PermanentNegativeCompletion
                && code.category != Category::Unspecified3
        });
        Err(if refused {
            Later::Never(why.to_string())
        } else {
            Later::Again(why.to_string())
        })
    }
}

/// What no person wrote.
#[derive(Clone, Copy, Debug)]
struct AutoSubmitted;

impl header::Header for AutoSubmitted {
    fn name() -> header::HeaderName {
        header::HeaderName::new_from_ascii_str("Auto-Submitted")
    }
    fn parse(_: &str) -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
        Ok(Self)
    }
    fn display(&self) -> header::HeaderValue {
        header::HeaderValue::new(Self::name(), "auto-generated".to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn server(text: &str) -> Result<MailServer, WrongServer> {
        text.parse()
    }

    fn of(host: &str, port: Option<u16>, user: Option<&str>, encryption: Encryption) -> MailServer {
        MailServer {
            host: host.to_owned(),
            port,
            user: user.map(str::to_owned),
            encryption,
        }
    }

    #[test]
    fn servers_are_named_by_urls() {
        use Encryption::{Implicit, Loopback, Upgraded};
        let (ann, cay) = (Some("ann@example.org"), Some("cay+queues"));
        let cases = [
            (
                "smtps://mail.example.org",
                of("mail.example.org", None, None, Implicit),
            ),
            (
                "smtp://ann%40example.org@mail.example.org:2525/",
                of("mail.example.org", Some(2525), ann, Upgraded),
            ),
            (
                "smtp://cay+queues@[::1]:25",
                of("::1", Some(25), cay, Loopback),
            ),
            ("smtps://127.0.0.1", of("127.0.0.1", None, None, Implicit)),
            ("smtp://127.1.2.3", of("127.1.2.3", None, None, Loopback)),
            ("smtp://localhost", of("localhost", None, None, Loopback)),
            ("smtp://192.0.2.1", of("192.0.2.1", None, None, Upgraded)),
        ];
        for (text, wanted) in cases {
            assert_eq!(server(text), Ok(wanted), "{text}");
        }
    }

    #[test]
    fn what_names_no_server_or_a_password_is_told() {
        let https = WrongServer::Scheme("https".to_owned());
        let cases = [
            ("smtp://ann:secret@mail.example.org", WrongServer::Password),
            ("smtp://mail.example.org/box", WrongServer::Extra("path")),
            (
                "smtp://mail.example.org?tls=none",
                WrongServer::Extra("question mark"),
            ),
            (
                "smtp://mail.example.org#x",
                WrongServer::Extra("number sign"),
            ),
            ("https://mail.example.org", https),
        ];
        for (text, wanted) in cases {
            assert_eq!(server(text), Err(wanted), "{text}");
        }
        for text in [
            "",
            "mail.example.org",
            "smtp:",
            "smtp://",
            "smtp://a b",
            "smtp://h:70000",
        ] {
            let found = server(text);
            assert!(
                matches!(found, Err(WrongServer::NoUrl(_) | WrongServer::Scheme(_))),
                "{text}: {found:?}"
            );
        }
    }
}
