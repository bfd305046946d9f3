//! Agents' telephones that note when they hang up and when they ring next: no load
//! generator tells how the end of one dialog and the beginning of another belong together.

use std::collections::{BTreeMap, BTreeSet};
use std::io::ErrorKind;
use std::net::{Ipv4Addr, SocketAddr, UdpSocket};
use std::time::{Duration, Instant};

use rand::{Rng, SeedableRng};
use rand_pcg::Pcg64Mcg;
use tandem_sip::endpoint::{Config, Event, ServerId};
use tandem_sip::header::names;
use tandem_sip::sdp::{self, Codec, Direction, Local};
use tandem_sip::uri::Host;
use tandem_sip::{
    Dialog, Endpoint, Method, NameAddr, Request, Status, Target, Time, Transport, Uri,
};

/// How long an agent talks: from the first to less than the second, in milliseconds, so
/// that agents do not hang up in step.
const TALK_MS: (u64, u64) = (200, 400);

/// All agents' telephones, behind one address.
pub struct Phones {
    socket: UdpSocket,
    local: SocketAddr,
    endpoint: Endpoint,
    began: Instant,
    /// INVITEs that were answered and wait for their ACK.
    answered: BTreeMap<ServerId, (String, Target, Dialog)>,
    /// When agents hang up, by their telephone's number.
    ends: BTreeSet<(Time, String)>,
    talks: BTreeMap<String, (Target, Dialog)>,
    /// When agents hung up who have not been rung since.
    free: BTreeMap<String, Instant>,
    rung: u64,
    /// From an agent's BYE to the next INVITE, in milliseconds.
    times: Vec<f64>,
}

impl Phones {
    pub fn open() -> Self {
        let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port is free");
        let local = socket.local_addr().expect("it is bound");
        let mut random = Pcg64Mcg::seed_from_u64(1);
        let config = Config::at(Host::Ip(local.ip()), Some(local.port()));
        Self {
            socket,
            local,
            endpoint: Endpoint::new(config, move |bytes: &mut [u8]| random.fill_bytes(bytes)),
            began: Instant::now(),
            answered: BTreeMap::new(),
            ends: BTreeSet::new(),
            talks: BTreeMap::new(),
            free: BTreeMap::new(),
            rung: 0,
            times: Vec::new(),
        }
    }

    /// Where they are.
    pub fn port(&self) -> u16 {
        self.local.port()
    }

    /// Answers and hangs up until that many times were taken, or `longest` is over.
    pub fn work(mut self, wanted: usize, longest: Duration) -> Vec<f64> {
        let mut buffer = vec![0; 65_536];
        while self.times.len() < wanted && self.began.elapsed() < longest {
            self.settle();
            self.socket
                .set_read_timeout(Some(self.pause()))
                .expect("a time to wait");
            match self.socket.recv_from(&mut buffer) {
                Ok((length, from)) => {
                    let source = Target::new(Transport::Udp, from);
                    let now = self.now();
                    self.endpoint.receive(now, source, &buffer[..length]);
                }
                Err(why) if why.kind() == ErrorKind::WouldBlock => {}
                Err(why) => panic!("the socket fails: {why}"),
            }
            self.settle();
            self.hang_up();
        }
        self.times
    }

    fn now(&self) -> Time {
        let passed = self.began.elapsed().as_micros();
        Time::from_micros(u64::try_from(passed).expect("some minutes"))
    }

    /// How long nothing is to be done unless something comes.
    fn pause(&self) -> Duration {
        let end = self.ends.first().map(|(at, _)| *at);
        let due = [end, self.endpoint.next_deadline()].into_iter().flatten();
        let least = Duration::from_millis(1);
        let wait = due.min().map(|due| due.since(self.now()));
        wait.unwrap_or(Duration::from_millis(100)).max(least)
    }

    /// Does what the last message led to.
    fn settle(&mut self) {
        let now = self.now();
        self.endpoint.handle_timeout(now);
        while let Some(event) = self.endpoint.poll_event() {
            match event {
                Event::Request {
                    transaction,
                    request,
                    source,
                } => self.request(transaction, &request, source),
                Event::Ack { transaction, .. } => self.talk(transaction),
                // BYEs are answered, and nothing depends on that.
                _ => {}
            }
        }
        self.send();
    }

    fn send(&mut self) {
        while let Some(message) = self.endpoint.poll_transmit() {
            let sent = self.socket.send_to(&message.bytes, message.to.address);
            sent.expect("loopback takes it");
        }
    }

    /// Hangs up whose time has come.
    fn hang_up(&mut self) {
        while let Some((at, number)) = self.ends.first().cloned()
            && at <= self.now()
        {
            self.ends.pop_first();
            let (source, mut dialog) = self.talks.remove(&number).expect("it talks");
            let bye = dialog.request(Method::Bye);
            let now = self.now();
            let sent = self.endpoint.send_request(now, source, bye);
            sent.expect("a dialog makes whole requests");
            self.free.insert(number, Instant::now());
            self.send();
        }
    }

    fn request(&mut self, transaction: ServerId, request: &Request, source: Target) {
        let now = self.now();
        if request.method != Method::Invite {
            let response = self.endpoint.response(transaction, Status::OK);
            let response = response.expect("it has just come");
            self.endpoint.respond(now, transaction, response);
            return;
        }
        let number = request.uri.user().expect("the server rings a number");
        if let Some(since) = self.free.remove(&number) {
            self.times.push(since.elapsed().as_secs_f64() * 1e3);
        }
        let mut response = (self.endpoint)
            .response(transaction, Status::OK)
            .expect("it has just come");
        let host = Host::Ip(self.local.ip());
        let contact = Uri::sip(Some(&number), host, Some(self.local.port()));
        response
            .headers
            .push(names::CONTACT, NameAddr::new(contact));
        let local = Local {
            // Nobody speaks, and what comes is read by nobody.
            address: self.local,
            codecs: vec![Codec::Pcmu],
            session: 1,
            version: 1,
            direction: Direction::Both,
        };
        let offer = sdp::Session::parse(&request.body).expect("the server offers");
        let (answer, _) = sdp::answer(&local, &offer).expect("and G.711 is in it");
        response.set_body("application/sdp", answer.to_bytes());
        let dialog = Dialog::uas(request, &response).expect("whole messages");
        self.endpoint.respond(now, transaction, response);
        self.answered.insert(transaction, (number, source, dialog));
    }

    fn talk(&mut self, transaction: ServerId) {
        if let Some((number, source, dialog)) = self.answered.remove(&transaction) {
            self.rung += 1;
            let (least, most) = TALK_MS;
            // Steps of a number prime to the range visit all of it.
            let talk = least + self.rung * 67 % (most - least);
            self.ends
                .insert((self.now() + Duration::from_millis(talk), number.clone()));
            self.talks.insert(number, (source, dialog));
        }
    }
}
