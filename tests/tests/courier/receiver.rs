//! Who gets records over HTTP, and answers as a test says.

use std::collections::VecDeque;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// A request that came.
#[derive(Clone, Debug)]
pub struct Push {
    /// The first line.
    pub line: String,
    headers: Vec<(String, String)>,
    pub body: String,
}

impl Push {
    pub fn header(&self, name: &str) -> &str {
        let found = self.headers.iter().find(|(known, _)| known == name);
        found.map_or("", |(_, value)| value)
    }
}

#[derive(Debug, Default)]
struct Seen {
    pushes: Vec<Push>,
    answers: VecDeque<u16>,
    open: usize,
    most: usize,
}

/// See the module. It ends with the test.
pub struct Receiver {
    address: SocketAddr,
    seen: Arc<Mutex<Seen>>,
}

impl Receiver {
    /// It answers with these, and then always with the last one.
    pub fn start(answers: &[u16]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("loopback");
        let address = listener.local_addr().expect("it is bound");
        let seen = Arc::new(Mutex::new(Seen {
            answers: answers.iter().copied().collect(),
            ..Seen::default()
        }));
        std::thread::spawn({
            let seen = Arc::clone(&seen);
            move || {
                for stream in listener.incoming() {
                    let seen = Arc::clone(&seen);
                    std::thread::spawn(move || converse(&stream?, &seen));
                }
            }
        });
        Self { address, seen }
    }

    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The most requests that were open at once.
    pub fn most_at_once(&self) -> usize {
        self.seen.lock().expect("it only answers").most
    }

    /// Waits until so many requests came; all that came.
    pub fn wait_for(&self, count: usize) -> Vec<Push> {
        let step = Duration::from_millis(5);
        for _ in 0..super::office::PATIENCE.as_millis() / step.as_millis() {
            let pushes = self.seen.lock().expect("it only answers").pushes.clone();
            if pushes.len() >= count {
                return pushes;
            }
            std::thread::sleep(step);
        }
        panic!("{count} records do not come");
    }
}

fn converse(stream: &TcpStream, seen: &Mutex<Seen>) -> std::io::Result<()> {
    let mut lines = BufReader::new(stream);
    loop {
        let mut line = String::new();
        if lines.read_line(&mut line)? == 0 {
            return Ok(());
        }
        let mut push = Push {
            line: line.trim_end().to_owned(),
            headers: Vec::new(),
            body: String::new(),
        };
        loop {
            let mut line = String::new();
            lines.read_line(&mut line)?;
            let Some((name, value)) = line.trim_end().split_once(": ") else {
                break;
            };
            push.headers.push((name.to_lowercase(), value.to_owned()));
        }
        let length = push.header("content-length").parse().expect("a length");
        let mut body = vec![0; length];
        lines.read_exact(&mut body)?;
        push.body = String::from_utf8(body).expect("JSON");
        let status = {
            let mut seen = seen.lock().expect("it only answers");
            seen.pushes.push(push);
            seen.open += 1;
            seen.most = seen.most.max(seen.open);
            let last = seen.answers.back().copied().expect("there is one");
            let next = seen.answers.pop_front().expect("there is one");
            if seen.answers.is_empty() {
                seen.answers.push_back(last);
            }
            next
        };
        // Others have time to come meanwhile.
        std::thread::sleep(Duration::from_millis(20));
        seen.lock().expect("it only answers").open -= 1;
        let answer = format!("HTTP/1.1 {status} As told\r\nContent-Length: 0\r\n\r\n");
        // 204 has no body, and so no length.
        let answer = match status {
            204 => "HTTP/1.1 204 No Content\r\n\r\n".to_owned(),
            _ => answer,
        };
        (&*stream).write_all(answer.as_bytes())?;
    }
}
