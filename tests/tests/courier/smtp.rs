//! A mail server that answers as a test says (RFC 5321).

use std::collections::{HashMap, VecDeque};
use std::io::{BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// What it answers, one after the other; then the last of a receiver, and that all is well.
#[derive(Clone, Debug, Default)]
pub struct Answers {
    pub to_sign_in: Vec<&'static str>,
    pub to_mail: Vec<&'static str>,
    pub to_receiver: HashMap<&'static str, Vec<&'static str>>,
}

/// A mail that it took.
#[derive(Clone, Debug)]
pub struct Mail {
    pub from: String,
    pub to: String,
    /// Head and body, without the folds of long lines.
    pub text: String,
}

impl Mail {
    /// To whom it is, and about what.
    pub fn head(&self) -> (&str, &str) {
        let subject = self
            .text
            .lines()
            .find_map(|line| line.strip_prefix("Subject: "));
        (&self.to, subject.expect("it has one"))
    }
}

#[derive(Debug, Default)]
struct Seen {
    mails: Vec<Mail>,
    asked: HashMap<String, usize>,
    said: Vec<String>,
    to_sign_in: VecDeque<&'static str>,
    to_mail: VecDeque<&'static str>,
    to_receiver: HashMap<&'static str, VecDeque<&'static str>>,
}

/// See the module. It ends with the test.
pub struct Smtp {
    address: SocketAddr,
    seen: Arc<Mutex<Seen>>,
    stopped: Arc<AtomicBool>,
    thread: std::thread::JoinHandle<()>,
}

impl Smtp {
    pub fn start(answers: Answers) -> Self {
        Self::start_at("127.0.0.1:0".parse().expect("an address"), answers)
    }

    pub fn start_at(address: SocketAddr, answers: Answers) -> Self {
        let listener = TcpListener::bind(address).expect("loopback");
        let address = listener.local_addr().expect("it is bound");
        let seen = Arc::new(Mutex::new(Seen {
            to_sign_in: answers.to_sign_in.into(),
            to_mail: answers.to_mail.into(),
            to_receiver: (answers.to_receiver.into_iter())
                .map(|(receiver, answers)| (receiver, answers.into()))
                .collect(),
            ..Seen::default()
        }));
        let stopped = Arc::new(AtomicBool::new(false));
        let thread = std::thread::spawn({
            let (seen, stopped) = (Arc::clone(&seen), Arc::clone(&stopped));
            move || {
                for stream in listener.incoming() {
                    if stopped.load(Ordering::SeqCst) {
                        return;
                    }
                    let seen = Arc::clone(&seen);
                    // Whoever hangs up in the middle is no trouble.
                    std::thread::spawn(move || converse(&stream?, &seen));
                }
            }
        });
        Self {
            address,
            seen,
            stopped,
            thread,
        }
    }

    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Gives the port back.
    pub fn stop(self) {
        self.stopped.store(true, Ordering::SeqCst);
        // It wakes up to see that.
        let _woken = TcpStream::connect(self.address);
        self.thread.join().expect("it only answers");
    }

    /// How often somebody wanted to send to this address.
    pub fn asked(&self, receiver: &str) -> usize {
        let seen = self.seen.lock().expect("it only answers");
        seen.asked.get(receiver).copied().unwrap_or_default()
    }

    /// How people signed in.
    pub fn said(&self) -> Vec<String> {
        self.seen.lock().expect("it only answers").said.clone()
    }

    /// Waits until it has taken so many mails; all that it took.
    pub fn wait_for(&self, count: usize) -> Vec<Mail> {
        let step = Duration::from_millis(5);
        for _ in 0..super::office::PATIENCE.as_millis() / step.as_millis() {
            let mails = self.seen.lock().expect("it only answers").mails.clone();
            if mails.len() >= count {
                return mails;
            }
            std::thread::sleep(step);
        }
        panic!("{count} mails do not come");
    }
}

fn converse(stream: &TcpStream, seen: &Mutex<Seen>) -> std::io::Result<()> {
    let mut lines = BufReader::new(stream);
    let answer = |text: &str| (&*stream).write_all(format!("{text}\r\n").as_bytes());
    answer("220 test")?;
    let (mut from, mut to) = (String::new(), String::new());
    loop {
        let mut line = String::new();
        if lines.read_line(&mut line)? == 0 {
            return Ok(());
        }
        let line = line.trim_end();
        let said = || {
            let mut seen = seen.lock().expect("it only answers");
            seen.said.push(line.to_owned());
            seen.to_sign_in.pop_front().unwrap_or("235 OK")
        };
        if line.starts_with("EHLO ") {
            answer("250-test\r\n250 AUTH PLAIN")?;
        } else if line.starts_with("AUTH ") {
            answer(said())?;
        } else if let Some(rest) = line.strip_prefix("MAIL FROM:") {
            from = rest.split(' ').next().unwrap_or_default().to_owned();
            let next = seen.lock().expect("it only answers").to_mail.pop_front();
            answer(next.unwrap_or("250 OK"))?;
        } else if let Some(rest) = line.strip_prefix("RCPT TO:") {
            rest.clone_into(&mut to);
            answer(receive(seen, &to))?;
        } else if line == "DATA" {
            answer("354 Go ahead")?;
            // Long lines are folded (RFC 2045 6.7); nothing here needs more than that undone.
            let text = data(&mut lines)?.replace("=\r\n", "");
            let mail = Mail {
                from: from.clone(),
                to: to.clone(),
                text,
            };
            seen.lock().expect("it only answers").mails.push(mail);
            answer("250 Taken")?;
        } else if line == "QUIT" {
            return answer("221 Bye");
        } else {
            answer("250 OK")?;
        }
    }
}

fn receive(seen: &Mutex<Seen>, to: &str) -> &'static str {
    let mut seen = seen.lock().expect("it only answers");
    *seen.asked.entry(to.to_owned()).or_default() += 1;
    let Some(answers) = seen.to_receiver.get_mut(to) else {
        return "250 OK";
    };
    let last = answers.back().copied().expect("there is one");
    let next = answers.pop_front().expect("there is one");
    if answers.is_empty() {
        answers.push_back(last);
    }
    next
}

fn data(lines: &mut impl BufRead) -> std::io::Result<String> {
    let mut text = String::new();
    loop {
        let mut line = String::new();
        if lines.read_line(&mut line)? == 0 {
            return Err(std::io::ErrorKind::UnexpectedEof.into());
        }
        if line == ".\r\n" {
            return Ok(text);
        }
        text += &line;
    }
}
