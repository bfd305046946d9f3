//! What a caller may do while he waits or talks, message by message, over TCP.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use crate::peers::Agents;
use crate::server::{self, Server};

/// Everything comes sooner.
const MOMENT: Duration = Duration::from_secs(10);

/// A telephone that speaks when it is told to.
struct Telephone {
    stream: BufReader<TcpStream>,
    here: SocketAddr,
    server: SocketAddr,
    call: &'static str,
    to_tag: String,
}

/// A response.
#[derive(Debug)]
struct Reply {
    status: u16,
    head: String,
    body: String,
}

impl Reply {
    /// The value of the header with this name.
    fn header(&self, name: &str) -> &str {
        let lines = self.head.lines();
        let value = lines.filter_map(|line| line.split_once(": "));
        let mut value = value.filter(|(known, _)| known.eq_ignore_ascii_case(name));
        value.next().unwrap_or_default().1
    }

    /// Session id and version, as its description says (`o=`).
    fn origin(&self) -> (u64, u64) {
        let line = self.body.lines().find(|line| line.starts_with("o="));
        let mut words = line.expect("a description").split(' ').skip(1);
        let mut number = || words.next().and_then(|word| word.parse().ok());
        (number().expect("an id"), number().expect("a version"))
    }
}

impl Telephone {
    fn new(server: SocketAddr, call: &'static str) -> Self {
        let stream = TcpStream::connect(server).expect("it listens");
        stream
            .set_read_timeout(Some(MOMENT))
            .expect("a time to wait");
        Self {
            here: stream.local_addr().expect("it is connected"),
            stream: BufReader::new(stream),
            server,
            call,
            to_tag: String::new(),
        }
    }

    /// Sends a request, with these further headers.
    fn send(&mut self, method: &str, number: u32, more: &str, body: &str) {
        let Self {
            here,
            server,
            call,
            to_tag,
            ..
        } = self;
        let content = match body {
            "" => String::new(),
            _ => "Content-Type: application/sdp\r\n".to_owned(),
        };
        let text = format!(
            "{method} sip:6400@{server};transport=tcp SIP/2.0\r\n\
             Via: SIP/2.0/TCP {here};branch=z9hG4bK{call}{number}{method}\r\n\
             From: <sip:+4930123@{here}>;tag=caller\r\n\
             To: <sip:6400@{server}>{to_tag}\r\n\
             Call-ID: {call}\r\nCSeq: {number} {method}\r\nMax-Forwards: 70\r\n\
             Contact: <sip:caller@{here};transport=tcp>\r\n{more}{content}\
             Content-Length: {}\r\n\r\n{body}",
            body.len()
        );
        let mut stream = self.stream.get_ref();
        stream.write_all(text.as_bytes()).expect("it reads");
    }

    /// The next message that is a final response to this method.
    fn final_reply(&mut self, method: &str) -> Reply {
        loop {
            let mut head = String::new();
            while !head.ends_with("\r\n\r\n") {
                let read = self.stream.read_line(&mut head).expect("an answer");
                assert_ne!(read, 0, "the server hung up: {head}");
            }
            let status = head.split(' ').nth(1).and_then(|word| word.parse().ok());
            let mut reply = Reply {
                status: status.unwrap_or_default(),
                head,
                body: String::new(),
            };
            let length = reply.header("Content-Length").parse().expect("a length");
            let mut body = vec![0; length];
            self.stream.read_exact(&mut body).expect("the body");
            reply.body = String::from_utf8(body).expect("text");
            if reply.status >= 200 && reply.header("CSeq").ends_with(method) {
                let to = reply.header("To");
                self.to_tag = to.find(";tag=").map_or("", |at| &to[at..]).to_owned();
                return reply;
            }
        }
    }
}

fn offer(version: u32, direction: &str) -> String {
    format!(
        "v=0\r\no=- 7 {version} IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n\
         m=audio 40000 RTP/AVP 0\r\na=rtpmap:0 PCMU/8000\r\na={direction}\r\n"
    )
}

#[test]
fn a_new_offer_within_a_call_is_answered_as_the_first_one_was() {
    let folder = server::folder("reinvite");
    let agents = Agents::start(&folder, 9);
    let mut server = Server::start(&folder, &server::centre(1, agents.port()));
    let mut telephone = Telephone::new(server.sip(), "reinvite");
    telephone.send("INVITE", 1, "", &offer(1, "sendrecv"));
    let first = telephone.final_reply("INVITE");
    assert_eq!(first.status, 200, "{first:?}");
    telephone.send("ACK", 1, "", "");
    let contact = first.header("Contact").to_owned();
    assert!(contact.contains("transport=tcp"), "{contact}");
    for (number, direction) in [(2, "sendonly"), (3, "sendrecv")] {
        telephone.send("INVITE", number, "", &offer(number, direction));
        let again = telephone.final_reply("INVITE");
        assert_eq!(again.status, 200, "{again:?}");
        telephone.send("ACK", number, "", "");
        assert_eq!(again.header("Contact"), contact);
        // RFC 3264, section 8: the same session, and its next version.
        let (session, version) = first.origin();
        assert_eq!(again.origin(), (session, version + u64::from(number) - 1));
    }
    telephone.send("BYE", 4, "", "");
    assert_eq!(telephone.final_reply("BYE").status, 200);
    server.stop();
    let records = server::records(&folder);
    assert_eq!(records.len(), 1, "{records:?}");
}

#[test]
fn who_can_not_be_answered_is_refused_at_once() {
    let folder = server::folder("unanswerable");
    let mut server = Server::start(&folder, &server::centre(1, 9));
    for (call, more) in [("routes", "Record-Route: nonsense\r\n"), ("fine", "")] {
        let mut telephone = Telephone::new(server.sip(), call);
        telephone.send("INVITE", 1, more, &offer(1, "sendrecv"));
        let reply = telephone.final_reply("INVITE");
        let expected = if more.is_empty() { 200 } else { 400 };
        assert_eq!(reply.status, expected, "{call}: {reply:?}");
        telephone.send("ACK", 1, "", "");
        if reply.status == 200 {
            telephone.send("BYE", 2, "", "");
            assert_eq!(telephone.final_reply("BYE").status, 200);
        }
    }
    server.stop();
    assert_eq!(server::records(&folder).len(), 1);
}
