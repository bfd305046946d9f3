//! The torture test messages of RFC 4475, at the server's real sockets: each has its
//! outcome, and the server goes on.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream, UdpSocket};
use std::path::PathBuf;
use std::time::{Duration, Instant};

use crate::server::{self, Server};

/// Every message of the RFC and the status that it gets, by UDP and by TCP; none where
/// the server must not answer, or can not.
const OUTCOMES: &str = include_str!("torture.txt");

/// How long an answer may take; the server's own takes a millisecond.
const PATIENCE: Duration = Duration::from_millis(600);
/// How long a look at a socket takes that has nothing.
const MOMENT: Duration = Duration::from_millis(2);
/// What is sent together comes within this time.
const FOLLOWS: Duration = Duration::from_millis(20);

fn options(n: usize, transport: &str) -> String {
    format!(
        "OPTIONS sip:tandem@127.0.0.1 SIP/2.0\r\nVia: SIP/2.0/{transport} 127.0.0.1:9;rport;\
         branch=z9hG4bKoptions{transport}{n}\r\nFrom: <sip:a@127.0.0.1>;tag=a{n}\r\n\
         To: <sip:tandem@127.0.0.1>\r\nCall-ID: options{transport}{n}\r\nCSeq: 1 OPTIONS\r\n\
         Max-Forwards: 70\r\nContent-Length: 0\r\n\r\n"
    )
}

/// The status of each response in what came.
fn statuses(bytes: &[u8]) -> Vec<String> {
    let text = String::from_utf8_lossy(bytes);
    let lines = text.split("\r\n");
    let found = lines.filter_map(|line| line.strip_prefix("SIP/2.0 ")?.get(..3));
    found.map(str::to_owned).collect()
}

/// What comes: something within a while, and what follows at once. `read` waits a moment.
fn drain(mut read: impl FnMut(&mut [u8]) -> std::io::Result<usize>) -> Vec<u8> {
    let mut all = Vec::new();
    let mut buffer = [0; 65_536];
    let mut until = Instant::now() + PATIENCE;
    while Instant::now() < until {
        match read(&mut buffer) {
            Ok(0) => break,
            Ok(length) => {
                all.extend_from_slice(&buffer[..length]);
                until = Instant::now() + FOLLOWS;
            }
            Err(_) => {}
        }
    }
    all
}

fn drain_udp(sockets: &[UdpSocket]) -> Vec<u8> {
    let mut turn = sockets.iter().cycle();
    drain(|buffer| turn.next().expect("there is one").recv(buffer))
}

fn drain_tcp(mut stream: &TcpStream) -> Vec<u8> {
    stream
        .set_read_timeout(Some(MOMENT))
        .expect("a time to wait");
    drain(|buffer| stream.read(buffer))
}

/// The ports that a message's hops name, where responses go unless it asks for the port
/// that it came from (RFC 3261, section 18.2.2); the default one first.
fn ports(message: &[u8]) -> BTreeSet<u16> {
    let text = String::from_utf8_lossy(message);
    let numbers = text.split(|c: char| !c.is_ascii_digit());
    let named = numbers.filter_map(|number| number.parse().ok());
    named.filter(|port| *port > 1_024).chain([5_060]).collect()
}

/// The branch of a message, by which repetitions are known.
fn branch(message: &[u8]) -> String {
    let text = String::from_utf8_lossy(message);
    let (_, after) = text.split_once("branch=").unwrap_or_default();
    after
        .chars()
        .take_while(|c| c.is_ascii_alphanumeric())
        .collect()
}

fn by_udp(server: SocketAddr, message: &[u8], n: usize) -> String {
    let bind = |port: u16| {
        // An address of loopback where nobody else is, nor answers to other messages.
        let last = u8::try_from(n + 1).expect("fifty messages");
        let here = SocketAddr::from(([127, 0, 53, last], port));
        let socket = UdpSocket::bind(here).expect("nobody else is there");
        socket
            .set_read_timeout(Some(MOMENT))
            .expect("a time to wait");
        socket
    };
    let sockets: Vec<UdpSocket> = ports(message).into_iter().map(bind).collect();
    sockets[0].send_to(message, server).expect("loopback");
    let answered = statuses(&drain_udp(&sockets));
    drop(sockets);
    let socket = bind(0);
    socket
        .send_to(options(n, "UDP").as_bytes(), server)
        .expect("loopback");
    let alive = statuses(&drain_udp(&[socket]));
    assert!(
        alive.contains(&"200".to_owned()),
        "no OPTIONS after message {n}: {alive:?}"
    );
    answered
        .first()
        .cloned()
        .unwrap_or_else(|| "none".to_owned())
}

fn by_tcp(server: SocketAddr, message: &[u8], n: usize) -> String {
    let mut stream = TcpStream::connect(server).expect("it listens");
    stream.write_all(message).expect("it reads");
    let answered = statuses(&drain_tcp(&stream));
    drop(stream);
    // The stream may be closed by now: where a message ends wrongly, nobody can tell
    // where the next one begins.
    let mut again = TcpStream::connect(server).expect("it listens");
    again
        .write_all(options(n, "TCP").as_bytes())
        .expect("it reads");
    let alive = statuses(&drain_tcp(&again));
    assert!(
        alive.contains(&"200".to_owned()),
        "no OPTIONS after message {n}: {alive:?}"
    );
    answered
        .first()
        .cloned()
        .unwrap_or_else(|| "none".to_owned())
}

#[test]
fn the_torture_messages_have_their_outcomes() {
    let Some(data) = std::env::var_os("TANDEM_DATA").map(PathBuf::from) else {
        println!("left out: TANDEM_DATA names no folder with rfc4475/");
        return;
    };
    let folder = server::folder("torture");
    let messages: Vec<(&str, Vec<u8>)> = (OUTCOMES.lines())
        .filter(|line| !line.starts_with('#'))
        .map(|line| {
            let name = line.split_whitespace().next().expect("a name");
            let file = data.join("rfc4475").join(name).with_extension("dat");
            (name, fs::read(&file).expect("the message is there"))
        })
        .collect();
    // A server each: what came by UDP before would be known by TCP. And a new one for
    // each message that has the branch of another, as it would be taken for that.
    let all = |way: fn(SocketAddr, &[u8], usize) -> String| -> Vec<String> {
        let mut server = Server::start(&folder, &server::centre(1, 9));
        let mut branches = BTreeSet::new();
        let mut outcomes = Vec::new();
        for (n, (_, message)) in messages.iter().enumerate() {
            if !branches.insert(branch(message)) {
                server.stop();
                server = Server::start(&folder, &server::centre(1, 9));
            }
            outcomes.push(way(server.sip(), message, n));
        }
        server.stop();
        outcomes
    };
    let (udp, tcp) = (all(by_udp), all(by_tcp));
    let mut seen = String::new();
    for ((name, _), (udp, tcp)) in messages.iter().zip(udp.iter().zip(&tcp)) {
        let _written = writeln!(seen, "{name} {udp} {tcp}");
    }
    let words = |text: &str| -> Vec<String> {
        let lines = text.lines().filter(|line| !line.starts_with('#'));
        lines
            .map(|line| {
                line.split_whitespace()
                    .take(3)
                    .collect::<Vec<_>>()
                    .join(" ")
            })
            .collect()
    };
    assert_eq!(words(&seen), words(OUTCOMES), "now:\n{seen}");
}
