//! Digest authentication: the vectors of the RFCs, both sides against each other, and
//! what is refused.

use std::time::Duration;

use tandem_sip::digest::{Algorithm, Login, Secret, Server, Verdict, ha1, response};
use tandem_sip::header::{Challenge, Credentials, Headers, names};
use tandem_sip::limits::NONCES_MAX;
use tandem_sip::wire::Request;
use tandem_sip::{Method, Status, Time, Uri};

use crate::parser::with;
use crate::seeds::Dice;

fn challenge(text: &str) -> Challenge {
    let mut headers = Headers::new();
    headers.push(names::WWW_AUTHENTICATE, text);
    headers
        .challenges(names::WWW_AUTHENTICATE)
        .expect("it is fine")
        .remove(0)
}

fn login(username: &str, password: &str) -> Login {
    Login {
        username: username.to_owned(),
        password: password.to_owned(),
    }
}

#[test]
fn answers_are_those_of_rfc_2617_and_7616() {
    let old = (
        Algorithm::Md5,
        ("testrealm@host.com", "Circle Of Life"),
        ("dcd98b7102dd2f0e8b11d0f600bfb0c093", "0a4f113b"),
        "6629fae49393a05397450978507c4ef1",
    );
    let login = ("http-auth@example.org", "Circle of Life");
    let nonces = (
        "7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v",
        "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ",
    );
    let md5 = (
        Algorithm::Md5,
        login,
        nonces,
        "8ca523f5e9506fed4657c9700eebdbec",
    );
    let sha256 = "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1";
    let sha256 = (Algorithm::Sha256, login, nonces, sha256);
    for (algorithm, (realm, password), (nonce, cnonce), wanted) in [old, md5, sha256] {
        let ha1 = ha1(algorithm, "Mufasa", realm, password);
        let qop = Some(("00000001", cnonce));
        let answer = response(algorithm, &ha1, nonce, qop, "GET", "/dir/index.html");
        assert_eq!(answer, wanted);
    }
}

#[test]
fn a_client_answers_as_the_formula_says() {
    // Without qop the formula of RFC 2069 holds: H(A1):nonce:H(A2).
    let asked = challenge("Digest realm=\"r\", nonce=\"n\", opaque=\"o\"");
    let uri = Uri::parse("sip:r").expect("a URI");
    let answer = login("u", "p").answer(&[asked], &Method::Register, &uri, "c", 1);
    let answer = answer.expect("it can be answered");
    assert_eq!(answer.text("opaque").as_deref(), Some("o"));
    assert_eq!(answer.text("qop"), None);
    assert_eq!(
        answer.text("response").as_deref(),
        Some("5790559ba44538767b07fb5adb649909")
    );
    // The first challenge that can be answered is.
    let several = [
        challenge("Basic realm=\"r\""),
        challenge("Digest realm=\"r\", nonce=\"n\", algorithm=SHA-512-256, qop=\"auth\""),
        challenge("Digest realm=\"r\", nonce=\"n\", algorithm=SHA-256, qop=\"auth-int\""),
        challenge("Digest realm=\"r\", nonce=\"n\", algorithm=sha-256, qop=\"auth-int,auth\""),
        challenge("Digest realm=\"r\", nonce=\"n\", algorithm=MD5, qop=\"auth\""),
    ];
    let answer = login("u", "p").answer(&several, &Method::Register, &uri, "c", 26);
    let answer = answer.expect("it can be answered");
    assert_eq!(answer.text("algorithm").as_deref(), Some("SHA-256"));
    assert_eq!(answer.text("nc").as_deref(), Some("0000001a"));
    assert!(
        login("u", "p")
            .answer(&several[..3], &Method::Register, &uri, "c", 1)
            .is_none()
    );
}

const LIFETIME: Duration = Duration::from_secs(300);

fn server(algorithms: &[Algorithm]) -> Server {
    Server::new("tandem", [7; 32], LIFETIME, algorithms)
}

/// Credentials for a request, as a client with that password makes them.
fn answered(server: &Server, now: Time, password: &str, count: u32) -> (Request, Credentials) {
    let mut dice = Dice::new(5);
    let challenges = server.challenges(now, &mut |b: &mut [u8]| dice.fill(b), false);
    let request = with("");
    let login = login("alice", password);
    let answer = login.answer(&challenges, &request.method, &request.uri, "cn", count);
    (request, answer.expect("it can be answered"))
}

#[test]
fn both_sides_agree() {
    let now = Time::from_secs(1_000);
    for algorithm in [Algorithm::Md5, Algorithm::Sha256] {
        let mut server = server(&[algorithm]);
        let (request, right) = answered(&server, now, "open", 1);
        assert_eq!(server.username(&right).as_deref(), Some("alice"));
        let hash = ha1(algorithm, "alice", "tandem", "open");
        let secret = Secret::Hashes {
            md5: Some(&hash),
            sha256: Some(&hash),
        };
        assert_eq!(
            server.check(now, &request, &right, secret),
            Verdict::Accepted
        );
        let (request, wrong) = answered(&server, now, "close", 9);
        let verdict = server.check(now, &request, &wrong, Secret::Password("open"));
        assert_eq!(verdict, Verdict::Refused("wrong password"));
        let none = Secret::Hashes {
            md5: None,
            sha256: None,
        };
        let verdict = server.check(now, &request, &wrong, none);
        assert_eq!(verdict, Verdict::Refused("another algorithm"));
    }
}

#[test]
fn what_was_used_is_stale() {
    let now = Time::from_secs(1_000);
    let mut server = server(&[Algorithm::Sha256, Algorithm::Md5]);
    let secret = Secret::Password("open");
    for (count, wanted) in [
        (2, Verdict::Accepted),
        (2, Verdict::Stale),
        (1, Verdict::Stale),
        (3, Verdict::Accepted),
    ] {
        let (request, credentials) = answered(&server, now, "open", count);
        assert_eq!(
            server.check(now, &request, &credentials, secret),
            wanted,
            "{count}"
        );
    }
    // A wrong password uses nothing up.
    let (request, wrong) = answered(&server, now, "close", 9);
    server.check(now, &request, &wrong, secret);
    let (request, right) = answered(&server, now, "open", 4);
    assert_eq!(
        server.check(now, &request, &right, secret),
        Verdict::Accepted
    );
}

#[test]
fn what_is_old_or_not_ours_is_stale() {
    let now = Time::from_secs(1_000);
    let secret = Secret::Password("open");
    let mut server = server(&[Algorithm::Md5]);
    let (request, credentials) = answered(&server, now, "open", 1);
    let late = now + LIFETIME + Duration::from_micros(1);
    assert_eq!(
        server.check(late, &request, &credentials, secret),
        Verdict::Stale
    );
    let early = Time::from_secs(999);
    assert_eq!(
        server.check(early, &request, &credentials, secret),
        Verdict::Stale
    );
    assert_eq!(
        server.check(now + LIFETIME, &request, &credentials, secret),
        Verdict::Accepted
    );
    let other = Server::new("tandem", [8; 32], LIFETIME, &[Algorithm::Md5]);
    let (request, foreign) = answered(&other, now, "open", 1);
    assert_eq!(
        server.check(now, &request, &foreign, secret),
        Verdict::Stale
    );
}

#[test]
fn credentials_for_another_request_are_refused() {
    let now = Time::from_secs(1_000);
    let secret = Secret::Password("open");
    let mut server = server(&[Algorithm::Md5]);
    let (mut request, credentials) = answered(&server, now, "open", 1);
    request.method = Method::Bye;
    let verdict = server.check(now, &request, &credentials, secret);
    assert_eq!(verdict, Verdict::Refused("wrong password"));
    request.method = Method::Invite;
    request.uri = Uri::parse("sip:eve@example.com").expect("a URI");
    let Verdict::Bad(fault) = server.check(now, &request, &credentials, secret) else {
        panic!("the URI is another one");
    };
    assert_eq!(fault.status, Some(Status::BAD_REQUEST));
    for (name, value) in [
        ("realm", "x"),
        ("qop", "auth-int"),
        ("nc", "1"),
        ("algorithm", "x"),
    ] {
        let (request, mut credentials) = answered(&server, now, "open", 1);
        credentials.params.set(name, Some(value));
        let verdict = server.check(now, &request, &credentials, secret);
        assert!(
            matches!(verdict, Verdict::Refused(_)),
            "{name}: {verdict:?}"
        );
    }
}

#[test]
fn nonces_are_counted_up_to_a_limit() {
    let mut server = server(&[Algorithm::Md5]);
    let secret = Secret::Password("open");
    let at = |n: usize| Time::from_micros(1_000_000 + u64::try_from(n).expect("small"));
    let now = at(NONCES_MAX + 9);
    let mut first = None;
    for n in 0..=NONCES_MAX {
        let (request, credentials) = answered(&server, at(n), "open", 1);
        assert_eq!(
            server.check(now, &request, &credentials, secret),
            Verdict::Accepted,
            "{n}"
        );
        first.get_or_insert(credentials);
    }
    // The oldest was forgotten, and cannot be used again for that.
    let (request, mut again) = (with(""), first.expect("there was one"));
    again.params.set("nc", Some("00000002"));
    assert_eq!(server.check(now, &request, &again, secret), Verdict::Stale);
}

#[test]
fn a_challenged_request_is_sent_again_with_credentials_once() {
    let now = Time::from_secs(1_000);
    let mut server = server(&[Algorithm::Sha256, Algorithm::Md5]);
    let mut dice = Dice::new(6);
    let mut random = |buffer: &mut [u8]| dice.fill(buffer);
    let request = with("");
    let challenge = server.challenge(now, &mut random, &request, false);
    assert_eq!(challenge.headers.all(names::WWW_AUTHENTICATE).count(), 2);
    let login = login("alice", "open");
    let again = login
        .retry(&request, &challenge, &mut random)
        .expect("it can be answered");
    assert_eq!(again.headers.cseq().expect("it is fine").number, 2);
    let credentials = again
        .headers
        .credentials(names::AUTHORIZATION)
        .expect("fine")
        .remove(0);
    let secret = Secret::Password("open");
    assert_eq!(
        server.check(now, &again, &credentials, secret),
        Verdict::Accepted
    );
    // Refused, there is no point in a third time, unless the nonce was just stale.
    assert!(login.retry(&again, &challenge, &mut random).is_none());
    let stale = server.challenge(now, &mut random, &again, true);
    assert!(login.retry(&again, &stale, &mut random).is_some());
}
