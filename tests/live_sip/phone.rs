//! A telephone at a fixed place that does, message by message, what it is told to: for
//! what SIPp's scenarios can not time against one another.

use std::collections::{BTreeSet, HashSet};
use std::net::{SocketAddr, UdpSocket};
use std::time::{Duration, Instant};

use tandem_sip::digest::{self, Algorithm};

use crate::voices;

/// The payload type of keys.
const EVENTS: u8 = 101;
/// What is silent of mu-law.
pub const SILENT: [u8; 2] = [0xff, 0x7f];
/// Everything that must come comes sooner.
const MOMENT: Duration = Duration::from_secs(10);

/// A telephone.
pub struct Phone {
    socket: UdpSocket,
    rtp: UdpSocket,
    /// The extension as which it calls, if it does as one.
    extension: Option<u64>,
    /// What has come already: over UDP it may come twice.
    seen: HashSet<String>,
    sent: u32,
    /// Keys that were pressed.
    keys: u32,
}

/// A message that came.
#[derive(Clone, Debug)]
pub struct Message {
    text: String,
    from: SocketAddr,
}

impl Message {
    /// The value of the first header with this name.
    pub fn header(&self, name: &str) -> &str {
        let head = self.text.split("\r\n\r\n").next().unwrap_or_default();
        let mut headers = head.lines().filter_map(|line| line.split_once(": "));
        let header = headers.find(|(known, _)| known.eq_ignore_ascii_case(name));
        header.map_or("", |(_, value)| value)
    }

    /// Its method, or the status of a response.
    pub fn word(&self) -> &str {
        let place = usize::from(self.text.starts_with("SIP/2.0 "));
        self.text.split(' ').nth(place).unwrap_or_default()
    }

    /// Where its description wants the voice.
    fn media(&self) -> SocketAddr {
        let line = self.text.lines().find(|line| line.starts_with("m=audio "));
        let port = line.and_then(|line| line.split(' ').nth(1)?.parse().ok());
        SocketAddr::new(self.from.ip(), port.expect("a description"))
    }

    /// What a request is for.
    pub fn uri(&self) -> &str {
        self.text.split(' ').nth(1).unwrap_or_default()
    }
}

impl Phone {
    /// One that is there.
    pub fn new() -> Self {
        let socket = UdpSocket::bind("127.0.0.1:0").expect("loopback");
        let rtp = UdpSocket::bind("127.0.0.1:0").expect("loopback");
        rtp.set_nonblocking(true).expect("it need not wait");
        Self {
            socket,
            rtp,
            extension: None,
            seen: HashSet::new(),
            sent: 0,
            keys: 0,
        }
    }

    /// One that calls as this extension.
    pub fn of(extension: u64) -> Self {
        Self {
            extension: Some(extension),
            ..Self::new()
        }
    }

    /// Where it is.
    pub fn port(&self) -> u16 {
        self.socket.local_addr().expect("it is bound").port()
    }

    /// The next new message of this kind: a method, or the status of a response.
    /// Provisional responses and retransmissions are passed over.
    ///
    /// # Panics
    /// If anything else comes, or nothing.
    #[track_caller]
    pub fn expect(&mut self, word: &str) -> Message {
        let message = self.any();
        assert_eq!(message.word(), word, "{}", message.text);
        message
    }

    /// The next new message.
    ///
    /// # Panics
    /// If none comes.
    #[track_caller]
    pub fn any(&mut self) -> Message {
        self.within(MOMENT).expect("a message comes")
    }

    /// Nothing new comes for so long.
    ///
    /// # Panics
    /// If something does.
    #[track_caller]
    pub fn hears_nothing(&mut self, time: Duration) {
        if let Some(message) = self.within(time) {
            panic!("nothing was to come, but\n{}", message.text);
        }
    }

    fn within(&mut self, time: Duration) -> Option<Message> {
        let end = Instant::now() + time;
        let mut bytes = [0; 65_535];
        loop {
            let left = end.checked_duration_since(Instant::now())?;
            let left = left.max(Duration::from_millis(1));
            self.socket.set_read_timeout(Some(left)).expect("a time");
            let Ok((length, from)) = self.socket.recv_from(&mut bytes) else {
                continue;
            };
            let text = String::from_utf8_lossy(&bytes[..length]).into_owned();
            let message = Message { text, from };
            let name = format!(
                "{} {} {}",
                message.word(),
                message.header("CSeq"),
                message.header("Via")
            );
            if self.seen.insert(name) && !message.word().starts_with('1') {
                return Some(message);
            }
        }
    }

    /// Answers a request; a 200 to an INVITE with a description.
    pub fn respond(&self, request: &Message, status: &str) {
        let of = |name| request.header(name);
        let port = self.port();
        let tag = if of("To").contains(";tag=") {
            String::new()
        } else {
            format!(";tag=phone{port}")
        };
        let answers = status.starts_with("200") && request.word() == "INVITE";
        let body = if answers {
            self.description()
        } else {
            String::new()
        };
        let text = format!(
            "SIP/2.0 {status}\r\nVia: {}\r\nFrom: {}\r\nTo: {}{tag}\r\nCall-ID: {}\r\n\
             CSeq: {}\r\nContact: <sip:phone@127.0.0.1:{port}>\r\n{}\
             Content-Length: {}\r\n\r\n{body}",
            of("Via"),
            of("From"),
            of("To"),
            of("Call-ID"),
            of("CSeq"),
            content_type(&body),
            body.len()
        );
        self.send(&text, request.from);
    }

    /// Answers an INVITE.
    #[track_caller]
    pub fn pick_up(&mut self, invite: &Message) {
        self.respond(invite, "200 OK");
        self.expect("ACK");
    }

    /// This call is answered: confirms it, and returns the answer.
    #[track_caller]
    pub fn answered(&mut self, call: &str) -> Message {
        let answer = self.expect("200");
        self.ack(&answer, call);
        answer
    }

    /// Signs in as its extension.
    #[track_caller]
    pub fn register(&mut self, server: SocketAddr, password: &str) {
        self.send_register(server, 1, "");
        let asked = self.expect("401");
        let challenge = asked.header("WWW-Authenticate");
        let of = |key: &str| {
            let rest = challenge.split(&format!("{key}=\"")).nth(1);
            let value = rest.and_then(|rest| rest.split('"').next());
            value.unwrap_or_else(|| panic!("{key} in {challenge}"))
        };
        let (realm, nonce, uri) = (of("realm"), of("nonce"), format!("sip:{server}"));
        let user = self.extension.expect("it is one's").to_string();
        let known = digest::ha1(Algorithm::Md5, &user, realm, password);
        let (count, own) = ("00000001", "phone");
        let qop = Some((count, own));
        let response = digest::response(Algorithm::Md5, &known, nonce, qop, "REGISTER", &uri);
        let signed = format!(
            "Authorization: Digest username=\"{user}\", realm=\"{realm}\", nonce=\"{nonce}\", \
             uri=\"{uri}\", response=\"{response}\", algorithm=MD5, qop=auth, nc={count}, \
             cnonce=\"{own}\"\r\n"
        );
        self.send_register(server, 2, &signed);
        self.expect("200");
    }

    fn send_register(&self, server: SocketAddr, number: u32, signed: &str) {
        let (port, extension) = (self.port(), self.extension.expect("it is one's"));
        let text = format!(
            "REGISTER sip:{server} SIP/2.0\r\n\
             Via: SIP/2.0/UDP 127.0.0.1:{port};branch=z9hG4bKregister{number}\r\n\
             From: <sip:{extension}@{server}>;tag=phone{port}\r\nTo: <sip:{extension}@{server}>\r\n\
             Call-ID: register{port}\r\nCSeq: {number} REGISTER\r\nMax-Forwards: 70\r\n\
             Contact: <sip:{extension}@127.0.0.1:{port}>\r\n{signed}Content-Length: 0\r\n\r\n"
        );
        self.send(&text, server);
    }

    /// Begins a call with this number; the name is that of the call.
    pub fn invite(&mut self, server: SocketAddr, number: &str, call: &str) {
        let body = self.description();
        self.request(
            "INVITE",
            server,
            &format!("sip:{number}@{server}"),
            call,
            "",
            &body,
        );
    }

    /// Takes the INVITE of this call back.
    pub fn cancel(&mut self, server: SocketAddr, number: &str, call: &str) {
        self.request(
            "CANCEL",
            server,
            &format!("sip:{number}@{server}"),
            call,
            "",
            "",
        );
    }

    /// Confirms a final response to an INVITE.
    pub fn ack(&mut self, reply: &Message, call: &str) {
        let to = contact(reply).to_owned();
        let tag = tag_of(reply.header("To"));
        self.request("ACK", reply.from, &to, call, &tag, "");
    }

    /// Presses a key on a call whose INVITE this is.
    #[track_caller]
    pub fn press_back(&mut self, invite: &Message, key: char) {
        self.sent += 1;
        self.request_back("INFO", invite, &key_pressed(key));
        self.expect("200");
    }

    /// Hangs up what was answered with this response.
    pub fn bye(&mut self, reply: &Message, call: &str) {
        let to = contact(reply).to_owned();
        let tag = tag_of(reply.header("To"));
        self.request("BYE", reply.from, &to, call, &tag, "");
    }

    /// Presses a key in a call that was answered with this response.
    pub fn press(&mut self, reply: &Message, call: &str, key: char) {
        let to = contact(reply).to_owned();
        let tag = tag_of(reply.header("To"));
        self.keys += 1;
        self.request("INFO", reply.from, &to, call, &tag, &key_pressed(key));
        self.expect("200");
    }

    /// Presses a key for 100 ms in a call that was answered with this response, as events in its
    /// audio (RFC 4733).
    pub fn presses_in_audio(&self, reply: &Message, key: char) {
        let event = "0123456789*#".find(key).expect("it is on a telephone");
        let event = u8::try_from(event).expect("keys are few");
        let port = self.rtp.local_addr().expect("it is bound").port();
        for packet in 1..=7_u8 {
            // The last one is sent three times.
            let (lasts, ends) = (u16::from(packet.min(5)) * 160, packet >= 5);
            let marker = if packet == 1 { 0x80 } else { 0 };
            let mut bytes = vec![0x80, marker | EVENTS, 0x70, packet, 0, 0, 0x10, 0, 0, 0];
            bytes.extend(port.to_be_bytes());
            bytes.extend([event, if ends { 0x8a } else { 0x0a }]);
            bytes.extend(lasts.to_be_bytes());
            self.rtp.send_to(&bytes, reply.media()).expect("loopback");
            std::thread::sleep(voices::PACE);
        }
    }

    /// Hangs up a call that came with this INVITE and was answered.
    pub fn hang_up(&mut self, invite: &Message) {
        self.sent += 1;
        self.request_back("BYE", invite, "");
    }

    /// Holds a call that came with this INVITE and was answered, or talks on.
    #[track_caller]
    pub fn holds(&mut self, invite: &Message, held: bool) {
        self.sent += 1;
        let direction = if held { "sendonly" } else { "sendrecv" };
        let body = format!("{}a={direction}\r\n", self.description());
        self.request_back("INVITE", invite, &body);
        self.expect("200");
        self.request_back("ACK", invite, "");
    }

    /// The latest request of ours in a call that came with this INVITE.
    fn request_back(&self, method: &str, invite: &Message, body: &str) {
        let (port, number) = (self.port(), self.sent);
        let text = format!(
            "{method} {} SIP/2.0\r\n\
             Via: SIP/2.0/UDP 127.0.0.1:{port};branch=z9hG4bK{method}{number}\r\n\
             From: {};tag=phone{port}\r\nTo: {}\r\nCall-ID: {}\r\nCSeq: {number} {method}\r\n\
             Max-Forwards: 70\r\nContact: <sip:phone@127.0.0.1:{port}>\r\n{}\
             Content-Length: {}\r\n\r\n{body}",
            contact(invite),
            invite.header("To"),
            invite.header("From"),
            invite.header("Call-ID"),
            content_type(body),
            body.len()
        );
        self.send(&text, invite.from);
    }

    fn request(
        &mut self,
        method: &str,
        server: SocketAddr,
        uri: &str,
        call: &str,
        to_tag: &str,
        body: &str,
    ) {
        let port = self.port();
        // CANCEL and the ACK of a refusal belong to the INVITE's transaction.
        let (number, branch) = match method {
            "INFO" => (1 + self.keys, format!("info{}", self.keys)),
            "BYE" => (2 + self.keys, "bye".to_owned()),
            _ => (1, "invite".to_owned()),
        };
        let number_dialled = uri.trim_start_matches("sip:").split('@').next();
        let own = match self.extension {
            Some(extension) => extension.to_string(),
            None => format!("+4930{port}"),
        };
        let text = format!(
            "{method} {uri} SIP/2.0\r\n\
             Via: SIP/2.0/UDP 127.0.0.1:{port};branch=z9hG4bK{call}{branch}\r\n\
             From: <sip:{own}@127.0.0.1:{port}>;tag=caller\r\n\
             To: <sip:{}@{server}>{to_tag}\r\nCall-ID: {call}\r\nCSeq: {number} {method}\r\n\
             Max-Forwards: 70\r\nContact: <sip:caller@127.0.0.1:{port}>\r\n{}\
             Content-Length: {}\r\n\r\n{body}",
            number_dialled.unwrap_or_default(),
            content_type(body),
            body.len()
        );
        self.send(&text, server);
    }

    fn description(&self) -> String {
        let port = self.rtp.local_addr().expect("it is bound").port();
        format!(
            "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n\
             m=audio {port} RTP/AVP 0 {EVENTS}\r\na=rtpmap:0 PCMU/8000\r\n\
             a=rtpmap:{EVENTS} telephone-event/8000\r\n"
        )
    }

    /// Says 20 ms of this to where a description wants it.
    fn say(&self, sound: u8, sequence: u16, to: &Message) {
        let port = self.rtp.local_addr().expect("it is bound").port();
        let packet = voices::packet(sound, port, sequence);
        // A port that is closed by now answers the packet before with an error.
        let _sent = self.rtp.send_to(&packet, to.media());
    }

    /// Whether nothing but this has come, in one of the packets that are here.
    fn hears(&self, sound: u8) -> bool {
        let mut bytes = [0; 2_048];
        while let Ok(length) = self.rtp.recv(&mut bytes) {
            if voices::is(&bytes[..length], sound) {
                return true;
            }
        }
        false
    }

    /// Whose voices are in the packets that are here, and whether music is in any.
    fn voices(&self) -> (BTreeSet<u8>, bool) {
        let (mut voices, mut music) = (BTreeSet::new(), false);
        let mut bytes = [0; 2_048];
        while let Ok(length) = self.rtp.recv(&mut bytes) {
            let packet = &bytes[..length];
            match voices::voice(packet) {
                Some(voice) => drop(voices.insert(voice)),
                None => music |= !voices::holds_only(packet, &SILENT),
            }
        }
        (voices, music)
    }

    /// Whether a sound comes, and no silence, of mu-law.
    ///
    /// # Panics
    /// If nothing comes for so long.
    #[track_caller]
    pub fn hears_a_tone(&self) {
        let end = Instant::now() + MOMENT;
        let mut bytes = [0; 2_048];
        loop {
            while let Ok(length) = self.rtp.recv(&mut bytes) {
                if !voices::holds_only(&bytes[..length], &SILENT) {
                    return;
                }
            }
            assert!(Instant::now() < end, "it is silent");
            std::thread::sleep(voices::PACE);
        }
    }

    /// Whether this comes, and nothing else with it.
    ///
    /// # Panics
    /// If it does not for so long.
    #[track_caller]
    pub fn comes_to_hear(&self, sound: u8) {
        let end = Instant::now() + MOMENT;
        while !self.hears(sound) {
            assert!(Instant::now() < end, "{sound} is not heard");
            std::thread::sleep(voices::PACE);
        }
    }

    /// Hears nothing of what has come until a moment from now.
    pub fn turns_away(&self) {
        std::thread::sleep(Duration::from_millis(200));
        let mut bytes = [0; 2_048];
        while self.rtp.recv(&mut bytes).is_ok() {}
    }

    fn send(&self, text: &str, to: SocketAddr) {
        let sent = self.socket.send_to(text.as_bytes(), to);
        assert_eq!(sent.expect("loopback"), text.len());
    }
}

/// Where the other side wants further requests.
fn contact(message: &Message) -> &str {
    let contact = message.header("Contact");
    let contact = contact.trim_start_matches('<').split('>').next();
    match contact {
        Some(uri) if !uri.is_empty() => uri,
        _ => message.uri(),
    }
}

fn tag_of(to: &str) -> String {
    to.find(";tag=")
        .map_or(String::new(), |at| to[at..].to_owned())
}

/// What tells of a key in an INFO.
fn key_pressed(key: char) -> String {
    format!("Signal={key}\r\nDuration=160\r\n")
}

fn content_type(body: &str) -> &'static str {
    match body {
        "" => "",
        keys if keys.starts_with("Signal=") => "Content-Type: application/dtmf-relay\r\n",
        _ => "Content-Type: application/sdp\r\n",
    }
}

/// Two telephones speak, each to where the server described that it wants it, until both
/// have heard the other.
///
/// # Panics
/// If they do not.
#[track_caller]
pub fn talk(one: (&Phone, &Message), two: (&Phone, &Message)) {
    let end = Instant::now() + MOMENT;
    let mut heard = (false, false);
    for sequence in 0_u16.. {
        one.0.say(voices::CALLER, sequence, one.1);
        two.0.say(voices::AGENT, sequence, two.1);
        std::thread::sleep(voices::PACE);
        heard.0 |= one.0.hears(voices::AGENT);
        heard.1 |= two.0.hears(voices::CALLER);
        if heard == (true, true) {
            return;
        }
        assert!(Instant::now() < end, "who hears the other: {heard:?}");
    }
}

/// Two telephones say these for so many packets, whoever hears them.
pub fn say(one: (&Phone, &Message, u8), two: (&Phone, &Message, u8), packets: u16) {
    for sequence in 0..packets {
        for (phone, place, voice) in [one, two] {
            phone.say(voice, sequence, place);
        }
        std::thread::sleep(voices::PACE);
    }
}

/// Two telephones speak as in [`talk`], and so does a third: it hears music, and neither of
/// them, and they do not hear it.
///
/// # Panics
/// If that is not so.
#[track_caller]
pub fn talk_beside(one: (&Phone, &Message), two: (&Phone, &Message), waits: (&Phone, &Message)) {
    const PACKETS: u16 = 40;
    let all = [
        (one, voices::CALLER),
        (two, voices::AGENT),
        (waits, voices::WAITING),
    ];
    // What is still on its way from before.
    all.iter().for_each(|((phone, _), _)| phone.turns_away());
    for sequence in 0..PACKETS {
        for ((phone, place), voice) in all {
            phone.say(voice, sequence, place);
        }
        std::thread::sleep(voices::PACE);
    }
    let [one, two, waits] = all.map(|((phone, _), _)| phone.voices());
    assert_eq!(one.0, BTreeSet::from([voices::AGENT]), "who asks");
    assert_eq!(two.0, BTreeSet::from([voices::CALLER]), "who is asked");
    assert_eq!(waits, (BTreeSet::new(), true), "who waits");
}
