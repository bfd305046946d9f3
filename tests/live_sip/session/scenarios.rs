//! What SIPp is to do, written from what was simulated: each telephone reacts to what
//! comes, after the pause that it has there.

use std::fmt::Write as _;

use tandem_engine::{Key, Timestamp};
use tandem_sim::session::{End, Line, Ring};

const DESCRIPTION: &str = "\
v=0
o=user1 53655765 2353687637 IN IP[local_ip_type] [local_ip]
s=-
c=IN IP4 127.0.0.1
t=0 0
m=audio [rtp_port] RTP/AVP 0 101
a=rtpmap:0 PCMU/8000
a=rtpmap:101 telephone-event/8000
";

fn scenario(name: &str, body: &str) -> String {
    format!(
        "<?xml version=\"1.0\" encoding=\"ISO-8859-1\" ?>\n<scenario name=\"{name}\">\n{body}\
         </scenario>\n"
    )
}

fn send(text: &str) -> String {
    format!("<send><![CDATA[\n{text}\n]]></send>\n")
}

fn pause(from: Timestamp, to: Timestamp) -> String {
    let us = to.micros().saturating_sub(from.micros());
    format!("<pause milliseconds=\"{}\"/>\n", us / 1_000)
}

/// The telephone of a caller, from his call to its end.
pub fn caller(line: &Line) -> String {
    let who = Who(line);
    let mut body = send(&who.invite());
    match (line.answered, line.end) {
        (Some(answered), end) => {
            for early in [100, 180, 183] {
                let _ = writeln!(body, "<recv response=\"{early}\" optional=\"true\"></recv>");
            }
            body += "<recv response=\"200\" rrs=\"true\"></recv>\n";
            body += &send(&who.request("ACK", 1, "", ""));
            let mut now = answered;
            let mut number = 1;
            for (at, key) in &line.keys {
                number += 1;
                body += &pause(now, *at);
                body += &send(&who.press(number, *key));
                body += "<recv response=\"200\"></recv>\n";
                now = *at;
            }
            match end {
                Some((at, End::Own)) => {
                    body += &pause(now, at);
                    body += &send(&who.request("BYE", number + 1, "", ""));
                    body += "<recv response=\"200\"></recv>\n";
                }
                Some((_, End::Others)) => {
                    body += "<recv request=\"BYE\"></recv>\n";
                    body += &send(&response("200 OK", "[last_To:]", "[last_CSeq:]", ""));
                }
                None => panic!("{line:?}: every call of a session ends"),
            }
        }
        (None, Some((at, End::Own))) => {
            body += "<recv response=\"100\" optional=\"true\"></recv>\n";
            body += "<recv response=\"180\"></recv>\n";
            body += &pause(line.called, at);
            body += &send(&who.of_invite("CANCEL", ""));
            body += "<recv response=\"200\"></recv>\n<recv response=\"487\"></recv>\n";
            body += &send(&who.of_invite("ACK", "[peer_tag_param]"));
        }
        (None, Some((_, End::Others))) => {
            for early in [100, 180] {
                let _ = writeln!(body, "<recv response=\"{early}\" optional=\"true\"></recv>");
            }
            body += "<recv response=\"480\"></recv>\n";
            body += &send(&who.of_invite("ACK", "[peer_tag_param]"));
        }
        (None, None) => panic!("{line:?}: every call of a session ends"),
    }
    scenario(&line.caller.name, &body)
}

struct Who<'l>(&'l Line);

impl Who<'_> {
    fn head(&self, branch: &str, to_tag: &str) -> String {
        let (own, dials) = (self.0.caller.number, self.0.caller.dials);
        format!(
            "Via: SIP/2.0/UDP [local_ip]:[local_port];branch=z9hG4bK[pid]{branch}\n\
             From: <sip:{own}@[local_ip]:[local_port]>;tag=[pid]caller\n\
             To: <sip:{dials}@[remote_ip]:[remote_port]>{to_tag}\nCall-ID: [call_id]\n\
             Contact: <sip:caller@[local_ip]:[local_port]>\nMax-Forwards: 70\n"
        )
    }

    fn invite(&self) -> String {
        let dials = self.0.caller.dials;
        format!(
            "INVITE sip:{dials}@[remote_ip]:[remote_port] SIP/2.0\n{}CSeq: 1 INVITE\n\
             Content-Type: application/sdp\nContent-Length: [len]\n\n{DESCRIPTION}",
            self.head("invite", "")
        )
    }

    /// What belongs to the transaction of the INVITE.
    fn of_invite(&self, method: &str, to_tag: &str) -> String {
        let dials = self.0.caller.dials;
        format!(
            "{method} sip:{dials}@[remote_ip]:[remote_port] SIP/2.0\n{}CSeq: 1 {method}\n\
             Content-Length: 0\n",
            self.head("invite", to_tag)
        )
    }

    fn request(&self, method: &str, number: usize, kind: &str, body: &str) -> String {
        let branch = format!("{method}{number}");
        format!(
            "{method} [next_url] SIP/2.0\n{}CSeq: {number} {method}\n{kind}\
             Content-Length: [len]\n\n{body}",
            self.head(&branch, "[peer_tag_param]")
        )
    }

    fn press(&self, number: usize, key: Key) -> String {
        let kind = "Content-Type: application/dtmf-relay\n";
        let body = format!("Signal={key}\nDuration=160\n");
        self.request("INFO", number, kind, &body)
    }
}

fn response(status: &str, to: &str, sequence: &str, body: &str) -> String {
    let kind = content_type(body);
    format!(
        "SIP/2.0 {status}\n[last_Via:]\n[last_From:]\n{to}\n[last_Call-ID:]\n{sequence}\n\
         Contact: <sip:[local_ip]:[local_port];transport=[transport]>\n{kind}\
         Content-Length: [len]\n\n{body}"
    )
}

const TAGGED: &str = "[last_To:];tag=[pid]phone[call_number]";

/// A telephone that rings so often, and what its owner does each time.
pub fn telephone(rings: &[&Ring]) -> String {
    let mut body = "<recv request=\"INVITE\" rrs=\"true\"><action>\n\
        <ereg regexp=\".*\" search_in=\"hdr\" header=\"CSeq:\" assign_to=\"cseq\"/>\n\
        <ereg regexp=\".*\" search_in=\"hdr\" header=\"From:\" assign_to=\"from\"/>\n\
        <ereg regexp=\".*\" search_in=\"hdr\" header=\"To:\" assign_to=\"to\"/>\n\
        <assignstr assign_to=\"ring\" value=\"[call_number]\"/>\n"
        .to_owned();
    for place in 1..=rings.len() {
        let _ = writeln!(
            body,
            "<strcmp assign_to=\"is{place}\" variable=\"ring\" value=\"{place}\"/>\n\
             <test assign_to=\"go{place}\" variable=\"is{place}\" compare=\"equal\" value=\"0\"/>"
        );
    }
    body += "</action></recv>\n";
    body += &send(&response("180 Ringing", TAGGED, "[last_CSeq:]", ""));
    for place in 1..=rings.len() {
        let _ = writeln!(body, "<nop next=\"{place}\" test=\"go{place}\"></nop>");
    }
    // Whatever rings beyond what was simulated is refused, and the session fails.
    body += &send(&response("603 Decline", TAGGED, "[last_CSeq:]", ""));
    body += "<recv request=\"ACK\" next=\"99\"></recv>\n";
    for (place, ring) in (1..).zip(rings) {
        let _ = writeln!(body, "<label id=\"{place}\"/>");
        body += &reaction(ring);
        body += "<nop next=\"99\"></nop>\n";
    }
    body += "<label id=\"99\"/>\n<nop></nop>\n";
    let variables: Vec<String> = (1..=rings.len())
        .map(|place| format!("is{place},go{place}"))
        .collect();
    let _ = writeln!(
        body,
        "<Reference variables=\"cseq,from,to,ring{}{}\"/>",
        if variables.is_empty() { "" } else { "," },
        variables.join(",")
    );
    scenario("telephone", &body)
}

/// A request of a telephone that was rung.
fn asks_back(method: &str, number: usize, body: &str) -> String {
    let kind = content_type(body);
    format!(
        "{method} [next_url] SIP/2.0\n\
         Via: SIP/2.0/UDP [local_ip]:[local_port];\
         branch=z9hG4bK[pid]{method}{number}of[call_number]\n\
         From:[$to];tag=[pid]phone[call_number]\nTo:[$from]\n\
         Call-ID: [call_id]\nCSeq: {number} {method}\nMax-Forwards: 70\n\
         Contact: <sip:[local_ip]:[local_port];transport=[transport]>\n{kind}\
         Content-Length: [len]\n\n{body}"
    )
}

/// What a telephone offers that puts the other on hold, or takes him back (RFC 3264, 8.4).
fn held_description(held: bool) -> String {
    let direction = if held { "sendonly" } else { "sendrecv" };
    format!("{DESCRIPTION}a={direction}\n")
}

fn content_type(body: &str) -> &'static str {
    match body {
        "" => "",
        _ => "Content-Type: application/sdp\n",
    }
}

fn reaction(ring: &Ring) -> String {
    let mut body = String::new();
    match (ring.answered, ring.end) {
        (Some(answered), end) => {
            body += &pause(ring.began, answered);
            body += &send(&response("200 OK", TAGGED, "[last_CSeq:]", DESCRIPTION));
            body += "<recv request=\"ACK\"></recv>\n";
            let mut now = answered;
            let mut number = 0;
            for (at, held) in &ring.holds {
                number += 1;
                body += &pause(now, *at);
                body += &send(&asks_back("INVITE", number, &held_description(*held)));
                body += "<recv response=\"100\" optional=\"true\"></recv>\n";
                body += "<recv response=\"200\"></recv>\n";
                body += &send(&asks_back("ACK", number, ""));
                now = *at;
            }
            match end {
                Some((at, End::Own)) => {
                    body += &pause(now, at);
                    body += &send(&asks_back("BYE", number + 1, ""));
                    body += "<recv response=\"200\"></recv>\n";
                }
                _ => {
                    body += "<recv request=\"BYE\"></recv>\n";
                    body += &send(&response("200 OK", "[last_To:]", "[last_CSeq:]", ""));
                }
            }
        }
        (None, Some((at, End::Own))) => {
            body += &pause(ring.began, at);
            body += &send(&response("486 Busy Here", TAGGED, "[last_CSeq:]", ""));
            body += "<recv request=\"ACK\"></recv>\n";
        }
        (None, _) => {
            body += "<recv request=\"CANCEL\"></recv>\n";
            body += &send(&response("200 OK", TAGGED, "[last_CSeq:]", ""));
            let terminated = "487 Request Terminated";
            body += &send(&response(terminated, TAGGED, "CSeq:[$cseq]", ""));
            body += "<recv request=\"ACK\"></recv>\n";
        }
    }
    body
}
