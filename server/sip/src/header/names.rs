//! Names of header fields.

macro_rules! names {
    ($($constant:ident = $name:literal;)*) => {
        $(
            #[doc = concat!("`", $name, "`")]
            pub const $constant: &str = $name;
        )*
    };
}

names! {
    ACCEPT = "Accept";
    ALERT_INFO = "Alert-Info";
    ALLOW = "Allow";
    AUTHORIZATION = "Authorization";
    CALL_ID = "Call-ID";
    CONTACT = "Contact";
    CONTENT_LENGTH = "Content-Length";
    CONTENT_TYPE = "Content-Type";
    CSEQ = "CSeq";
    DATE = "Date";
    EXPIRES = "Expires";
    FROM = "From";
    MAX_FORWARDS = "Max-Forwards";
    MIN_EXPIRES = "Min-Expires";
    P_ASSERTED_IDENTITY = "P-Asserted-Identity";
    PROXY_AUTHENTICATE = "Proxy-Authenticate";
    PROXY_AUTHORIZATION = "Proxy-Authorization";
    PROXY_REQUIRE = "Proxy-Require";
    RACK = "RAck";
    REASON = "Reason";
    RECORD_ROUTE = "Record-Route";
    REQUIRE = "Require";
    RETRY_AFTER = "Retry-After";
    ROUTE = "Route";
    RSEQ = "RSeq";
    SERVER = "Server";
    SUPPORTED = "Supported";
    TIMESTAMP = "Timestamp";
    TO = "To";
    UNSUPPORTED = "Unsupported";
    USER_AGENT = "User-Agent";
    VIA = "Via";
    WARNING = "Warning";
    WWW_AUTHENTICATE = "WWW-Authenticate";
}

/// Compact forms (RFC 3261 7.3.3 and the registry).
const COMPACT: [(&str, &str); 19] = [
    ("a", "Accept-Contact"),
    ("b", "Referred-By"),
    ("c", "Content-Type"),
    ("d", "Request-Disposition"),
    ("e", "Content-Encoding"),
    ("f", "From"),
    ("i", "Call-ID"),
    ("j", "Reject-Contact"),
    ("k", "Supported"),
    ("l", "Content-Length"),
    ("m", "Contact"),
    ("o", "Event"),
    ("r", "Refer-To"),
    ("s", "Subject"),
    ("t", "To"),
    ("u", "Allow-Events"),
    ("v", "Via"),
    ("x", "Session-Expires"),
    ("y", "Identity"),
];

/// The long form of a name.
#[must_use]
pub fn long(name: &str) -> &str {
    if name.len() != 1 {
        return name;
    }
    let known = COMPACT
        .iter()
        .find(|(compact, _)| compact.eq_ignore_ascii_case(name));
    known.map_or(name, |(_, long)| long)
}

/// Whether two names are of one header: in whatever case, compact or long.
#[must_use]
pub fn is_same(a: &str, b: &str) -> bool {
    long(a).eq_ignore_ascii_case(long(b))
}
