//! URIs: read, written, compared.

use tandem_sip::Uri;
use tandem_sip::uri::{Host, escape, unescape};

fn uri(text: &str) -> Uri {
    Uri::parse(text).unwrap_or_else(|fault| panic!("{text}: {fault}"))
}

#[test]
fn uris_are_written_as_they_were_read() {
    for text in [
        "sip:example.com",
        "sip:alice@example.com",
        "sips:alice:secret@example.com:5061;transport=tcp;lr?subject=a%20b&priority=urgent",
        "sip:[2001:db8::9:1]",
        "sip:bob@[2001:db8::9:1]:5060;transport=udp",
        "sip:bob@192.0.2.4:5060",
        "sip:+1-212-555-1212:1234@gateway.com;user=phone",
        "sip:%00%61@a.example",
        "sip:a;b=c/d?e@a.example",
        "sip:*72#@a.example",
        "sip:under_score@under_score.example.",
        "sip:8fpq3nvn@u2ahb1c1u2nt.invalid;transport=ws",
        "tel:+1-201-555-0123",
        "tel:7042;phone-context=example.com",
        "tel:*21*0123#",
        "urn:service:sos",
        "mailto:a@example.com",
        "soap.beep://192.0.2.103:3002",
    ] {
        assert_eq!(uri(text).to_string(), text);
    }
    // Schemes and addresses have one spelling.
    assert_eq!(
        uri("SIP:a@[2001:DB8:0::1]").to_string(),
        "sip:a@[2001:db8::1]"
    );
    assert_eq!(uri("TEL:110").to_string(), "tel:110");
}

#[test]
fn what_is_no_uri_is_refused_with_400() {
    for text in [
        "",
        "sip",
        "sip:",
        "sip:@example.com",
        "sip:a@",
        "sip:a@b@c",
        "sip:a@b:",
        "sip:a@b:x",
        "sip:a@b:65536",
        "sip:a b@c",
        "sip:a@b;",
        "sip:a@b;;c",
        "sip:a@b;=c",
        "sip:a@b?",
        "sip:%@b",
        "sip:%4@b",
        "sip:%4g@b",
        "sip:a@[::1",
        "sip:a@[::g]",
        "sip:a@::1",
        "sip:a@b c",
        "sip:a@<b>",
        "sip:a\"@b",
        "sip:ä@b",
        ":a",
        "1a:b",
        "tel:",
        "tel:+",
        "tel:12x",
        "tel:1;",
        "x:",
        "sip:a@b;c=\"d\"",
        "sip:a@.b",
    ] {
        let fault = Uri::parse(text).expect_err(text);
        assert_eq!(
            fault.status.map(|status| status.code()),
            Some(400),
            "{text}"
        );
    }
}

#[test]
fn uris_are_compared_as_rfc_3261_19_1_4_says() {
    let same = [
        (
            "sip:%61lice@atlanta.com;transport=TCP",
            "sip:alice@AtLanTa.CoM;Transport=tcp",
        ),
        ("sip:carol@chicago.com", "sip:carol@chicago.com;newparam=5"),
        (
            "sip:carol@chicago.com;security=on",
            "sip:carol@chicago.com;newparam=5",
        ),
        (
            "sip:biloxi.com;transport=tcp;method=REGISTER?to=sip:bob%40biloxi.com",
            "sip:biloxi.com;method=REGISTER;transport=tcp?to=sip:bob%40biloxi.com",
        ),
        (
            "sip:alice@atlanta.com?subject=project%20x&priority=urgent",
            "sip:alice@atlanta.com?priority=urgent&subject=project%20x",
        ),
        ("sip:a@[2001:db8::1]", "sip:a@[2001:DB8:0:0::1]"),
        ("tel:+1-201-555-0123", "tel:+1(201)5550123"),
        ("tel:1;a=b;c=D", "tel:1;C=d;a=b"),
        ("MAILTO:a@b", "mailto:a@b"),
        ("sip:a;j;j=!", "sip:a;j;j=!"),
        ("sip:a;j=1;j=2", "sip:a;j=1"),
    ];
    let other = [
        (
            "SIP:ALICE@AtLanTa.CoM;Transport=udp",
            "sip:alice@AtLanTa.CoM;Transport=UDP",
        ),
        ("sip:bob@biloxi.com", "sip:bob@biloxi.com:5060"),
        ("sip:bob@biloxi.com", "sip:bob@biloxi.com;transport=udp"),
        (
            "sip:bob@biloxi.com",
            "sip:bob@biloxi.com:6000;transport=tcp",
        ),
        (
            "sip:carol@chicago.com",
            "sip:carol@chicago.com?Subject=next%20meeting",
        ),
        ("sip:bob@phone21.boxesbybob.com", "sip:bob@192.0.2.4"),
        (
            "sip:carol@chicago.com;security=on",
            "sip:carol@chicago.com;security=off",
        ),
        ("sip:a@b", "sips:a@b"),
        ("sip:a@b", "sip:b"),
        ("sip:a@b", "sip:a:x@b"),
        ("sip:a@b;maddr=192.0.2.1", "sip:a@b"),
        ("sip:a@b;user=phone", "sip:a@b"),
        ("sip:a%2Fb@c", "sip:a/b@c"),
        ("tel:+12015550123", "tel:2015550123"),
        ("tel:1;a=b", "tel:1"),
        ("tel:1", "sip:1@b"),
    ];
    for (a, b) in same {
        assert!(
            uri(a).is_equivalent(&uri(b)) && uri(b).is_equivalent(&uri(a)),
            "{a} {b}"
        );
    }
    for (a, b) in other {
        assert!(
            !uri(a).is_equivalent(&uri(b)) && !uri(b).is_equivalent(&uri(a)),
            "{a} {b}"
        );
    }
}

#[test]
fn escapes_come_and_go() {
    assert_eq!(unescape("%61%zz%4"), "a%zz%4");
    assert_eq!(uri("sip:%C3%A4@b").user().as_deref(), Some("ä"));
    assert_eq!(uri("tel:+49-30-1").user().as_deref(), Some("+49301"));
    for user in ["ä b@c:d", "", "%", "a/b;c?d"] {
        assert_eq!(unescape(&escape(user)), user);
    }
    let made = Uri::sip(Some("a b"), Host::Name("c".to_owned()), Some(5062));
    assert_eq!(made, uri("sip:a%20b@c:5062"));
}
