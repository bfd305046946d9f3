//! Hops.

use core::fmt;

use crate::fault::Fault;
use crate::params::Params;
use crate::scan::{Scanner, trim};
use crate::transport::Transport;
use crate::uri::{Host, host_port};

/// With this a branch begins that is unique by itself (RFC 3261 8.1.1.7).
pub const MAGIC_COOKIE: &str = "z9hG4bK";

/// A hop of a request, and the way back of its responses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Via {
    /// The version of SIP, `2.0`.
    pub version: String,
    /// The transport as written; there are others than we know.
    pub transport: String,
    /// The sender's own idea of where it is: `sent-by`.
    pub host: Host,
    /// The port of `sent-by`.
    pub port: Option<u16>,
    /// Parameters such as `branch`, `received` and `rport`.
    pub params: Params,
}

impl Via {
    /// The hop of a request that we send. It asks for `rport` (RFC 3581 3), as
    /// many a network rewrites addresses.
    #[must_use]
    pub fn new(transport: Transport, host: Host, port: Option<u16>, branch: &str) -> Self {
        let mut params = Params::default();
        params.set("branch", Some(branch));
        params.set("rport", None);
        Self {
            version: "2.0".to_owned(),
            transport: transport.name().to_owned(),
            host,
            port,
            params,
        }
    }

    /// Reads one hop: `SIP / 2.0 / UDP host:port ;params`, blanks around each
    /// part allowed (RFC 3261 25.1).
    ///
    /// # Errors
    /// 400 where it does not follow the grammar.
    pub fn parse(text: &str) -> Result<Self, Fault> {
        let mut scanner = Scanner::new(trim(text));
        let protocol = part(&mut scanner, "the protocol")?;
        if !protocol.eq_ignore_ascii_case("SIP") {
            return Err(Fault::bad("another protocol than SIP"));
        }
        slash(&mut scanner)?;
        let version = part(&mut scanner, "the version")?;
        slash(&mut scanner)?;
        let transport = part(&mut scanner, "the transport")?;
        let sent_by = scanner.take_while(|c| c != ';');
        // RFC 3261 25.1: COLON may have blanks around it.
        let sent_by: String = match sent_by.trim().split_once(':') {
            Some((host, port)) if !host.starts_with('[') => {
                format!("{}:{}", host.trim_end(), port.trim_start())
            }
            _ => sent_by.trim().to_owned(),
        };
        let (host, port) = host_port(&sent_by)?;
        Ok(Self {
            version: version.to_owned(),
            transport: transport.to_owned(),
            host,
            port,
            params: Params::parse(&mut scanner)?,
        })
    }

    /// The branch, where it is unique by itself: it has the cookie and something
    /// behind it.
    #[must_use]
    pub fn branch(&self) -> Option<&str> {
        let branch = self.params.get("branch")?;
        let cookie = branch.get(..MAGIC_COOKIE.len())?;
        let marked = cookie.eq_ignore_ascii_case(MAGIC_COOKIE);
        (marked && branch.len() > MAGIC_COOKIE.len()).then_some(branch)
    }

    /// `host:port` in lower case, as transactions are matched by it.
    #[must_use]
    pub fn sent_by(&self) -> String {
        let host = self.host.to_string().to_ascii_lowercase();
        match self.port {
            Some(port) => format!("{host}:{port}"),
            None => host,
        }
    }
}

fn part<'t>(scanner: &mut Scanner<'t>, what: &str) -> Result<&'t str, Fault> {
    scanner.blanks();
    let token = scanner.token(what)?;
    scanner.blanks();
    Ok(token)
}

fn slash(scanner: &mut Scanner<'_>) -> Result<(), Fault> {
    match scanner.eat('/') {
        true => Ok(()),
        false => Err(Fault::bad("a slash is missing")),
    }
}

impl fmt::Display for Via {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            version,
            transport,
            host,
            port,
            params,
        } = self;
        write!(f, "SIP/{version}/{transport} {host}")?;
        if let Some(port) = port {
            write!(f, ":{port}")?;
        }
        write!(f, "{params}")
    }
}
