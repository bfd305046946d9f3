//! Transactions over a network that loses, doubles and reorders: whatever happens, each of
//! them ends, and each user hears of it once.

use std::collections::BTreeMap;
use std::time::Duration;

use proptest::prelude::*;
use tandem_sip::endpoint::{ClientId, Config, Endpoint, Event, Transmit};
use tandem_sip::header::names;
use tandem_sip::{Dialog, Method, NameAddr, Status, Target, Time, Transport, Uri};

use crate::seeds::{Dice, for_all};

const ADDRESSES: [&str; 2] = ["192.0.2.1:5060", "192.0.2.2:5060"];

/// What is wrong with a network.
#[derive(Clone, Debug)]
struct Weather {
    seed: u64,
    transport: Transport,
    /// Of a hundred datagrams.
    lost: usize,
    /// Of a hundred datagrams.
    doubled: usize,
    /// Milliseconds at most; less for some, which overtake.
    delay_ms: usize,
    requests: usize,
}

fn weather() -> impl Strategy<Value = Weather> {
    let udp = (
        any::<u64>(),
        0..70_usize,
        0..40_usize,
        0..3_000_usize,
        1..6_usize,
    );
    let udp = udp.prop_map(|(seed, lost, doubled, delay_ms, requests)| Weather {
        seed,
        transport: Transport::Udp,
        lost,
        doubled,
        delay_ms,
        requests,
    });
    let tcp = (any::<u64>(), 1..6_usize).prop_map(|(seed, requests)| Weather {
        seed,
        transport: Transport::Tcp,
        lost: 0,
        doubled: 0,
        delay_ms: 0,
        requests,
    });
    prop_oneof![4 => udp, 1 => tcp]
}

/// What is going to happen.
enum Plan {
    /// A message arrives at one of the two.
    Arrives(usize, Vec<u8>),
    /// The user of the first sends a request.
    Asks,
    /// The user of the second answers.
    Answers(tandem_sip::endpoint::ServerId, Status),
    /// The user of the first has had enough.
    GivesUp(ClientId),
}

struct World {
    weather: Weather,
    dice: Dice,
    now: Time,
    ends: [Endpoint; 2],
    plans: BTreeMap<(Time, u64), Plan>,
    count: u64,
    /// The requests of the first: how often their users heard the end.
    heard: BTreeMap<ClientId, (tandem_sip::wire::Request, usize)>,
    /// Branches that came to the second user.
    seen: Vec<String>,
    steps: usize,
}

fn target(transport: Transport, end: usize) -> Target {
    Target::new(transport, ADDRESSES[end].parse().expect("an address"))
}

impl World {
    fn new(weather: Weather) -> Self {
        let end = |end: usize| {
            let address = target(Transport::Udp, end).address;
            let mut dice = Dice::new(weather.seed ^ address.port() as u64 ^ end as u64);
            let config = Config::at(address.ip().into(), Some(address.port()));
            Endpoint::new(config, move |buffer: &mut [u8]| dice.fill(buffer))
        };
        let mut world = Self {
            dice: Dice::new(weather.seed),
            now: Time::from_secs(1),
            ends: [end(0), end(1)],
            plans: BTreeMap::new(),
            count: 0,
            heard: BTreeMap::new(),
            seen: Vec::new(),
            steps: 0,
            weather,
        };
        for _ in 0..world.weather.requests {
            let ms = world.dice.below(5_000);
            world.plan(ms, Plan::Asks);
        }
        world
    }

    fn plan(&mut self, ms: usize, plan: Plan) {
        let ms = u64::try_from(ms).expect("small");
        self.count += 1;
        self.plans
            .insert((self.now + Duration::from_millis(ms), self.count), plan);
    }

    /// Runs until nothing is left to happen.
    fn run(&mut self) {
        loop {
            self.steps += 1;
            assert!(self.steps < 100_000, "there is no end");
            let plan = self.plans.first_key_value().map(|((at, _), _)| *at);
            let timer = self.ends.iter().filter_map(Endpoint::next_deadline).min();
            let Some(next) = [plan, timer].into_iter().flatten().min() else {
                return;
            };
            self.now = self.now.max(next);
            match timer {
                Some(at) if at <= self.now => {
                    for end in &mut self.ends {
                        end.handle_timeout(self.now);
                    }
                }
                _ => {
                    let (_, plan) = self.plans.pop_first().expect("it was just there");
                    self.carry_out(plan);
                }
            }
            self.settle();
        }
    }

    fn carry_out(&mut self, plan: Plan) {
        let from = |end: usize| target(self.weather.transport, 1 - end);
        match plan {
            Plan::Arrives(end, bytes) => self.ends[end].receive(self.now, from(end), &bytes),
            Plan::Asks => self.ask(),
            Plan::Answers(id, status) => {
                if let Some(mut response) = self.ends[1].response(id, status) {
                    response.headers.push(names::CONTACT, "<sip:bob@192.0.2.2>");
                    self.ends[1].respond(self.now, id, response);
                }
            }
            Plan::GivesUp(id) => self.ends[0].cancel(self.now, id, &[]),
        }
    }

    fn ask(&mut self) {
        let uri = |text: &str| Uri::parse(text).expect("a URI");
        let all = [
            Method::Invite,
            Method::Invite,
            Method::Options,
            Method::Info,
        ];
        let method = all[self.dice.below(all.len())].clone();
        let (from, to) = (uri("sip:alice@example.com"), uri("sip:bob@example.com"));
        let (from, to) = (NameAddr::new(from), NameAddr::new(to));
        let mut request = self.ends[0].request(method, uri("sip:bob@192.0.2.2"), from, to);
        request
            .headers
            .push(names::CONTACT, "<sip:alice@192.0.2.1>");
        let to = target(self.weather.transport, 1);
        let id = self.ends[0]
            .send_request(self.now, to, request.clone())
            .expect("it is whole");
        // RFC 3261 leaves it to the user how long an INVITE may ring.
        let patience = if self.dice.below(3) == 0 {
            3_000
        } else {
            90_000
        };
        let patience = self.dice.below(patience);
        self.plan(patience, Plan::GivesUp(id));
        self.heard.insert(id, (request, 0));
    }

    /// Sends what is to be sent, and lets users react.
    fn settle(&mut self) {
        for end in 0..2 {
            while let Some(event) = self.ends[end].poll_event() {
                self.react(event);
            }
            while let Some(transmit) = self.ends[end].poll_transmit() {
                self.send(1 - end, transmit);
            }
        }
    }

    fn send(&mut self, to: usize, transmit: Transmit) {
        assert_eq!(transmit.to, target(self.weather.transport, to));
        let copies = match self.dice.below(100) {
            roll if roll < self.weather.lost => 0,
            roll if roll < self.weather.lost + self.weather.doubled => 2,
            _ => 1,
        };
        for _ in 0..copies {
            let delay = self.dice.below(self.weather.delay_ms + 1);
            self.plan(delay, Plan::Arrives(to, transmit.bytes.clone()));
        }
    }

    fn react(&mut self, event: Event) {
        match event {
            Event::Request {
                transaction,
                request,
                ..
            } => {
                let via = request.headers.via().expect("it was read");
                let branch = via.params.get("branch").expect("it is ours").to_owned();
                // A late repetition of what is over and forgotten is new to everybody.
                if self.weather.delay_ms == 0 {
                    assert!(!self.seen.contains(&branch), "the user saw {branch} twice");
                }
                self.seen.push(branch);
                if request.method == Method::Invite && self.dice.below(2) == 0 {
                    let ms = self.dice.below(1_000);
                    self.plan(ms, Plan::Answers(transaction, Status::RINGING));
                }
                let finals = [Status::OK, Status::BUSY_HERE, Status::DECLINE];
                let status = finals[self.dice.below(3)];
                let ms = self.dice.below(20_000);
                self.plan(ms, Plan::Answers(transaction, status));
            }
            Event::Response {
                transaction,
                response,
            } => {
                let (request, heard) = self.heard.get_mut(&transaction).expect("it is ours");
                if !response.status.is_final() {
                    assert_eq!(*heard, 0, "a provisional response after the final one");
                    return;
                }
                *heard += 1;
                if request.method == Method::Invite && response.status.is_success() {
                    let dialog = Dialog::uac(request, &response).expect("it is whole");
                    let to = target(self.weather.transport, 1);
                    self.ends[0].send_ack(transaction, to, dialog.ack(1));
                }
            }
            Event::RequestFailed { transaction, .. } => {
                self.heard.get_mut(&transaction).expect("it is ours").1 += 1;
            }
            Event::Ack { .. } | Event::Cancelled { .. } | Event::ResponseFailed { .. } => {}
        }
    }
}

#[test]
fn every_transaction_ends_and_its_user_hears_of_it_once() {
    for_all(300, weather(), |weather| {
        let is_perfect = weather.transport == Transport::Tcp;
        let mut world = World::new(weather);
        world.run();
        prop_assert_eq!(world.heard.len(), world.weather.requests);
        for (id, (_, heard)) in &world.heard {
            prop_assert_eq!(*heard, 1, "{:?}", id);
        }
        for end in &world.ends {
            prop_assert_eq!((end.transactions(), end.next_deadline()), (0, None));
        }
        // On a stream nothing of a request is sent twice.
        if is_perfect {
            prop_assert_eq!(world.seen.len(), world.weather.requests);
        }
        Ok(())
    });
}

#[test]
fn the_same_seed_makes_the_same_run() {
    let weather = Weather {
        seed: 7,
        transport: Transport::Udp,
        lost: 30,
        doubled: 20,
        delay_ms: 900,
        requests: 5,
    };
    let run = || {
        let mut world = World::new(weather.clone());
        world.run();
        (world.now, world.steps, world.seen)
    };
    assert_eq!(run(), run());
}

#[test]
fn a_broken_connection_ends_what_depends_on_it() {
    let mut world = World::new(Weather {
        seed: 3,
        transport: Transport::Tcp,
        lost: 0,
        doubled: 0,
        delay_ms: 0,
        requests: 0,
    });
    for _ in 0..8 {
        world.ask();
    }
    let to = target(Transport::Tcp, 1);
    world.ends[0].transport_failed(world.now, to);
    while let Some(event) = world.ends[0].poll_event() {
        world.react(event);
    }
    assert!(world.heard.values().all(|(_, heard)| *heard == 1));
    assert_eq!(world.ends[0].transactions(), 0);
}
