//! From session descriptions to text.

use core::fmt;

use super::{Attribute, Connection, Line, Media, Session};

impl Session {
    /// The description as a body.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        self.to_string().into_bytes()
    }
}

impl fmt::Display for Session {
    /// Lines in the order that RFC 8866 5 wants: v o s i u e p c b t r z k a m.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let o = &self.origin;
        write!(f, "v=0\r\no={} {} {} ", o.username, o.session, o.version)?;
        write!(f, "{}\r\ns={}\r\n", o.connection, self.name)?;
        lines(f, &self.others, "iuep")?;
        connection(f, self.connection.as_ref())?;
        lines(f, &self.others, "b")?;
        match self.others.iter().any(|line| line.kind == 't') {
            true => lines(f, &self.others, "trz")?,
            false => f.write_str("t=0 0\r\n")?,
        }
        lines(f, &self.others, "k")?;
        attributes(f, &self.attributes)?;
        self.media.iter().try_for_each(|media| write!(f, "{media}"))
    }
}

impl fmt::Display for Media {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let formats = self.formats.join(" ");
        write!(
            f,
            "m={} {} {} {formats}\r\n",
            self.kind, self.port, self.protocol
        )?;
        lines(f, &self.others, "i")?;
        connection(f, self.connection.as_ref())?;
        lines(f, &self.others, "bk")?;
        attributes(f, &self.attributes)
    }
}

impl fmt::Display for Connection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = if self.is_v6 { "IP6" } else { "IP4" };
        write!(f, "IN {kind} {}", self.address)
    }
}

fn connection(f: &mut fmt::Formatter<'_>, connection: Option<&Connection>) -> fmt::Result {
    match connection {
        Some(connection) => write!(f, "c={connection}\r\n"),
        None => Ok(()),
    }
}

fn lines(f: &mut fmt::Formatter<'_>, all: &[Line], kinds: &str) -> fmt::Result {
    let wanted = all.iter().filter(|line| kinds.contains(line.kind));
    wanted
        .into_iter()
        .try_for_each(|Line { kind, value }| write!(f, "{kind}={value}\r\n"))
}

fn attributes(f: &mut fmt::Formatter<'_>, attributes: &[Attribute]) -> fmt::Result {
    attributes
        .iter()
        .try_for_each(|Attribute { name, value }| match value {
            Some(value) => write!(f, "a={name}:{value}\r\n"),
            None => write!(f, "a={name}\r\n"),
        })
}
