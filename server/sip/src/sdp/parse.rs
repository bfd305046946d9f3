//! From text to session descriptions.

use super::{Attribute, Connection, Line, Media, Origin, Session};
use crate::fault::Fault;
use crate::limits::{SDP_BYTES_MAX, SDP_FORMATS_MAX, SDP_LINES_MAX, SDP_MEDIA_MAX};
use crate::status::Status;

impl Session {
    /// Reads a description. Lines may end in a line feed alone (RFC 8866 5). Letters that
    /// RFC 8866 does not know are ignored, those that are of no use here are kept.
    ///
    /// # Errors
    /// 400 where it does not follow the grammar, 413 where it is too large.
    pub fn parse(bytes: &[u8]) -> Result<Self, Fault> {
        let too_large = |what| Fault::answer(Status::ENTITY_TOO_LARGE, what).within("SDP");
        if bytes.len() > SDP_BYTES_MAX {
            return Err(too_large("too many bytes"));
        }
        let text = String::from_utf8_lossy(bytes);
        let lines: Vec<&str> = text.lines().filter(|line| !line.is_empty()).collect();
        if lines.len() > SDP_LINES_MAX {
            return Err(too_large("too many lines"));
        }
        read(&lines).map_err(|fault| fault.within("SDP"))
    }
}

fn read(lines: &[&str]) -> Result<Session, Fault> {
    let mut fields = Vec::new();
    for line in lines {
        fields.push(field(line)?);
    }
    let mut fields = fields.into_iter();
    // RFC 8866 5: the version comes first.
    if fields.next() != Some(('v', "0")) {
        return Err(Fault::bad("does not begin with v=0"));
    }
    let (mut origin, mut name, mut connection) = (None, None, None);
    let (mut attributes, mut others) = (Vec::new(), Vec::new());
    let mut media: Vec<Media> = Vec::new();
    for (kind, value) in fields {
        if kind == 'm' {
            if media.len() == SDP_MEDIA_MAX {
                return Err(Fault::bad("too many media sections"));
            }
            media.push(section(value)?);
            continue;
        }
        match (kind, media.last_mut()) {
            ('c', Some(media)) => media.connection = Some(address(value)?),
            ('c', None) => connection = Some(address(value)?),
            ('a', Some(media)) => media.attributes.push(attribute(value)),
            ('a', None) => attributes.push(attribute(value)),
            ('o', None) => origin = Some(self::origin(value)?),
            ('s', None) => name = Some(value.to_owned()),
            ('i' | 'b' | 'k', Some(media)) => media.others.push(line(kind, value)),
            ('i' | 'u' | 'e' | 'p' | 'b' | 't' | 'r' | 'z' | 'k', None) => {
                others.push(line(kind, value));
            }
            _ => {}
        }
    }
    Ok(Session {
        origin: origin.ok_or_else(|| Fault::bad("has no o= line"))?,
        // It must be there, but nobody needs it.
        name: name.unwrap_or_else(|| "-".to_owned()),
        connection,
        attributes,
        others,
        media,
    })
}

fn line(kind: char, value: &str) -> Line {
    let value = value.to_owned();
    Line { kind, value }
}

fn field(line: &str) -> Result<(char, &str), Fault> {
    let mut chars = line.chars();
    match (chars.next(), chars.next()) {
        (Some(kind), Some('=')) if kind.is_ascii_lowercase() => Ok((kind, chars.as_str())),
        _ => Err(Fault::bad("a line is no letter with an equals sign")),
    }
}

fn origin(value: &str) -> Result<Origin, Fault> {
    let parts: Vec<&str> = value.split_whitespace().collect();
    let [username, session, version, network, kind, host] = parts[..] else {
        return Err(Fault::bad("o= has not six parts"));
    };
    // Some devices send larger numbers; what counts is whether they differ.
    let number = |text: &str| match text.bytes().all(|b| b.is_ascii_digit()) {
        true => Ok(text.parse().unwrap_or(u64::MAX)),
        false => Err(Fault::bad("o= has a number that is none")),
    };
    Ok(Origin {
        username: username.to_owned(),
        session: number(session)?,
        version: number(version)?,
        connection: connection(network, kind, host)?,
    })
}

fn address(value: &str) -> Result<Connection, Fault> {
    let parts: Vec<&str> = value.split_whitespace().collect();
    match parts[..] {
        [network, kind, host] => connection(network, kind, host),
        _ => Err(Fault::bad("c= has not three parts")),
    }
}

fn connection(network: &str, kind: &str, host: &str) -> Result<Connection, Fault> {
    let is_v6 = match kind {
        "IP4" => false,
        "IP6" => true,
        _ => return Err(Fault::bad("an address of an unknown kind")),
    };
    if network != "IN" {
        return Err(Fault::bad("an address of an unknown network"));
    }
    // A group has its TTL or count behind a slash (RFC 8866 5.7).
    let address = host.split('/').next().unwrap_or_default().to_owned();
    if address.is_empty() {
        return Err(Fault::bad("an address is missing"));
    }
    Ok(Connection { is_v6, address })
}

fn attribute(value: &str) -> Attribute {
    match value.split_once(':') {
        Some((name, value)) => Attribute::new(name, value),
        None => Attribute::flag(value.trim_end()),
    }
}

/// `m=audio 49170 RTP/AVP 0 8 96` (RFC 8866 5.14); a count of ports may follow the port.
fn section(value: &str) -> Result<Media, Fault> {
    let mut parts = value.split_whitespace();
    let (kind, port, protocol) = (parts.next(), parts.next(), parts.next());
    let (Some(kind), Some(port), Some(protocol)) = (kind, port, protocol) else {
        return Err(Fault::bad("m= has not four parts"));
    };
    let port = port.split('/').next().unwrap_or_default();
    let port = port
        .parse()
        .map_err(|_| Fault::bad("m= has a port that is none"))?;
    let formats: Vec<String> = parts.map(str::to_owned).collect();
    if formats.is_empty() || formats.len() > SDP_FORMATS_MAX {
        return Err(Fault::bad("m= has no formats, or too many"));
    }
    Ok(Media {
        kind: kind.to_owned(),
        port,
        protocol: protocol.to_owned(),
        formats,
        connection: None,
        attributes: Vec::new(),
        others: Vec::new(),
    })
}
