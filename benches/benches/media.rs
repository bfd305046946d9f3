//! What media cost: callers who hear music, and calls whose voices are passed
//! on. Counted is the processor time of the media thread alone, as the system
//! reckons it; the peers, who live in the same process, have their own threads.

use std::fs;
use std::net::{IpAddr, Ipv4Addr, UdpSocket};
use std::thread::sleep;
use std::time::{Duration, Instant};

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use tandem_benches::paired::Size;
use tandem_server::media::phone::{Phone, Phones};
use tandem_server::media::{Codec, Media, MediaOptions, Music, Remote, Session, Side};
use tokio::sync::mpsc;

const IP: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);

fn main() {
    let size = Size::asked();
    let seconds = size.choose(10, 4, 1);
    raise_files();
    for callers in size.choose(vec![100, 1_000, 2_000], vec![1_000], vec![10]) {
        music(callers, seconds);
    }
    for calls in size.choose(vec![20, 200], vec![100], vec![2]) {
        for (name, agent) in [("same law", Codec::Pcmu), ("two laws", Codec::Pcma)] {
            relay(calls, seconds, name, agent);
        }
    }
}

/// Each call has four sockets, and each phone one.
fn raise_files() {
    let limit = getrlimit(Resource::Nofile);
    let raised = Rlimit {
        current: limit.maximum,
        maximum: limit.maximum,
    };
    setrlimit(Resource::Nofile, raised).expect("a soft limit can be raised to the hard one");
}

fn start() -> Media {
    let options = MediaOptions {
        ports: 20_000..=59_999,
        ..MediaOptions::new(IP)
    };
    Media::start(&options).expect("media start")
}

fn open(media: &Media) -> Session {
    let (events, _) = mpsc::channel(1);
    media.open(events).expect("ports are free")
}

fn music(callers: usize, seconds: u64) {
    let media = start();
    // Somebody must take the packets, or the system would save itself a part.
    let sink = UdpSocket::bind((IP, 0)).expect("a port is free");
    let remote = Remote::new(sink.local_addr().expect("it is bound"), Codec::Pcma);
    let brief = Duration::from_millis(300);
    sink.set_read_timeout(Some(brief)).expect("a time");
    let taken = std::thread::spawn(move || {
        let mut datagram = [0; 200];
        while sink.recv(&mut datagram).is_ok() {}
    });
    let music = Music::melody();
    let sessions: Vec<Session> = (0..callers).map(|_| open(&media)).collect();
    for session in &sessions {
        session.set_remote(Side::Caller, remote);
        session.play(Side::Caller, &music);
    }
    let sent = || -> u64 {
        let counters = sessions
            .iter()
            .map(|session| session.counters(Side::Caller));
        counters.map(|counters| counters.packets_out).sum()
    };
    let measured = measure(seconds, sent);
    println!("{callers} callers hear music: {measured}");
    drop(sessions);
    drop(media);
    taken.join().expect("the sink ends");
}

fn relay(calls: usize, seconds: u64, name: &str, agent: Codec) {
    let media = start();
    let phones = Phones::start().expect("a thread");
    let mut lines: Vec<(Session, [Phone; 2])> = Vec::new();
    for _ in 0..calls {
        let session = open(&media);
        let sides = [(Side::Caller, Codec::Pcmu, 400), (Side::Agent, agent, 700)];
        let pair = sides.map(|(side, codec, hz)| {
            let phone = phones.open(IP).expect("a port is free");
            session.set_remote(side, Remote::new(phone.local(), codec));
            phone.connect(Remote::new(session.local(side), codec));
            phone.say(Some(Music::tone(hz)));
            phone
        });
        session.bridge();
        lines.push((session, pair));
    }
    let sent = || -> u64 {
        let counters = |(session, _): &(Session, _)| {
            Side::BOTH
                .map(|side| session.counters(side).packets_out)
                .into_iter()
                .sum::<u64>()
        };
        lines.iter().map(counters).sum()
    };
    let measured = measure(seconds, sent);
    println!("{calls} calls talk, {name}: {measured}");
}

fn measure(seconds: u64, sent: impl Fn() -> u64) -> String {
    sleep(Duration::from_millis(500));
    let (begin, time, packets) = (Instant::now(), media_time(), sent());
    sleep(Duration::from_secs(seconds));
    let (time, packets) = (media_time() - time, sent() - packets);
    let wall = begin.elapsed();
    format!(
        "{:.1} % of a core, {:.2} µs a packet, {:.0} packets a second",
        100.0 * time.as_secs_f64() / wall.as_secs_f64(),
        time.as_secs_f64() * 1e6 / packets as f64,
        packets as f64 / wall.as_secs_f64(),
    )
}

/// Processor time of the media thread so far.
fn media_time() -> Duration {
    let tasks = fs::read_dir("/proc/self/task").expect("Linux lists threads");
    for task in tasks {
        let path = task.expect("a thread has an entry").path();
        let name = fs::read_to_string(path.join("comm")).unwrap_or_default();
        if name.trim() == "media-0" {
            let figures = fs::read_to_string(path.join("schedstat")).expect("it still runs");
            let nanos = figures
                .split_whitespace()
                .next()
                .expect("the first is time");
            return Duration::from_nanos(nanos.parse().expect("a number"));
        }
    }
    panic!("there is no media thread");
}
