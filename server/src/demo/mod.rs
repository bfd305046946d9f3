//! A centre to look at: the live server with simulated people, who place and
//! answer real calls.
//!
//! Callers and agents are those of the simulator ([`People`]), driven by the
//! machine's clock. They have telephones that speak SIP and RTP over the loopback
//! interface: the callers' at 127.0.0.2, which the server knows as a trunk, the
//! agents' at 127.0.0.3, which register with passwords made up at the start. What
//! agents do at their desks (log in, pause) is told as an operator would.
//!
//! [`Crowd`] holds people and telephones and knows neither sockets nor clocks; the
//! loop in [`Demo::run`] gives it both. [`forecast()`] simulates what is to be
//! expected of such a day.

mod agents;
mod callers;
mod crowd;
mod forecast;
mod log;

use std::fmt;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tandem_engine::config::address::{SipAddress, Transport as ConfiguredTransport};
use tandem_engine::config::model::{Config, TrunkConfig};
use tandem_engine::config::text;
use tandem_engine::{Input, Number, Span, Timestamp};
use tandem_reports::{Layout, Tally, Voices};
use tandem_sim::people::People;
use tandem_sim::random::replication_seed;
use tandem_sim::scenario::{Person, Scenario};
use tandem_sip::limits::MESSAGE_BYTES_MAX;
use tokio::net::UdpSocket;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

use crate::appliance::{Appliance, ApplianceError, Options};
use crate::driver::{self, AskError, ConfigFile, StopReason};
use crate::store::StoreError;
use crowd::{Crowd, Side};
pub use forecast::{forecast, twin};
use log::Log;
pub use log::QueueNow;

/// Where callers have their telephones.
pub const CALLERS: Ipv4Addr = Ipv4Addr::new(127, 0, 0, 2);
/// Where agents have theirs.
pub const AGENTS: Ipv4Addr = Ipv4Addr::new(127, 0, 0, 3);
/// The name of the trunk that callers come from.
const TRUNK: &str = "Demo callers";
/// Registering may take so long at the start, in seconds.
const REGISTERING_S_MAX: u64 = 30;
/// Random bytes of a password.
const PASSWORD_BYTES: usize = 16;

/// Why a demo could not be given, or not to its end.
#[derive(Debug)]
pub enum DemoError {
    /// The server did not start.
    Appliance(ApplianceError),
    /// The server did not take what an agent does.
    Ask(AskError),
    /// This queue's callers can ask to be called back.
    Callbacks(Number),
    /// A telephone has no socket, or no thread.
    Io(io::Error),
    /// So many telephones could not register.
    Registration(usize),
    /// The server stopped by itself.
    Stopped(StopReason),
    /// The passwords could not be kept.
    Store(StoreError),
}

impl fmt::Display for DemoError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Appliance(why) => write!(f, "{why}"),
            Self::Callbacks(queue) => write!(
                f,
                "queue {queue}: callback: nobody answers customers' telephones in a demo; \
                 leave it out"
            ),
            Self::Ask(why) => write!(f, "an agent could not begin: {why}"),
            Self::Io(why) => write!(f, "the telephones at {CALLERS} and {AGENTS}: {why}"),
            Self::Registration(count) => write!(f, "{count} telephones could not register"),
            Self::Stopped(why) => write!(f, "the server stopped: {why}"),
            Self::Store(why) => write!(f, "{why}"),
        }
    }
}

impl std::error::Error for DemoError {}

impl From<io::Error> for DemoError {
    fn from(why: io::Error) -> Self {
        Self::Io(why)
    }
}

/// A demo that has begun: everybody who is to be there is at work, and nobody
/// has called yet.
pub struct Demo<'s> {
    scenario: &'s Scenario,
    appliance: Appliance,
    floor: Floor<'s>,
    log: Arc<Mutex<Log>>,
    logging: JoinHandle<()>,
}

/// Everybody with the sockets and the clock of this machine.
struct Floor<'s> {
    crowd: Crowd<'s>,
    callers: UdpSocket,
    agents: UdpSocket,
    /// What comes to callers and to agents.
    buffers: [Vec<u8>; 2],
}

/// What came to pass.
#[derive(Debug)]
pub struct Outcome {
    /// The figures, in times of the scenario as it was run.
    pub tally: Tally,
    /// How long callers called: to the horizon, or to the order to stop.
    pub lasted: Span,
    /// What was heard.
    pub voices: Voices,
    /// Whether it was cut off with callers on the line, who are not counted.
    pub cut_off: bool,
}

/// The centre of a scenario with a trunk for its callers.
#[must_use]
pub fn centre(scenario: &Scenario) -> Config {
    let mut config = scenario.config.clone();
    config.options.trunks.push(TrunkConfig {
        outbound: None,
        name: TRUNK.to_owned(),
        address: Some(SipAddress {
            transport: ConfiguredTransport::Udp,
            socket: SocketAddr::from((CALLERS, 5060)),
        }),
        user: None,
    });
    config
}

impl<'s> Demo<'s> {
    /// Starts a server in this folder, and everybody's telephones.
    ///
    /// # Errors
    /// Where something it needs can not be had.
    pub async fn start(
        scenario: &'s Scenario,
        data: PathBuf,
        sip: SocketAddr,
        http: SocketAddr,
    ) -> Result<Self, DemoError> {
        let mut queues = scenario.config.queues.iter();
        if let Some(queue) = queues.find(|queue| queue.callback.is_some()) {
            return Err(DemoError::Callbacks(queue.number));
        }
        let (port, mut batches) = driver::port();
        let mut options = Options::new(data);
        options.sip = sip;
        options.http = Some(http);
        options.headline = Some(format!("{} (simulated callers and agents)", scenario.name));
        options.ports.push(port);
        options.config = Some(ConfigFile {
            name: scenario.name.clone(),
            text: text::write(&centre(scenario)),
        });
        let log = Arc::new(Mutex::new(Log::default()));
        let keep = Arc::clone(&log);
        let logging = tokio::spawn(async move {
            while let Some(batch) = batches.recv().await {
                locked(&keep).take(&batch);
            }
        });
        let callers = UdpSocket::bind((CALLERS, 0)).await?;
        let agents = UdpSocket::bind((AGENTS, 0)).await?;
        let appliance = Appliance::start(options).await;
        let appliance = appliance.map_err(DemoError::Appliance)?;
        let places = [callers.local_addr()?, agents.local_addr()?, appliance.sip()];
        let people = People::new(scenario, replication_seed(scenario.seed, 0));
        let floor = Floor {
            crowd: Crowd::new(scenario, people, places)?,
            callers,
            agents,
            buffers: [vec![0; MESSAGE_BYTES_MAX], vec![0; MESSAGE_BYTES_MAX]],
        };
        let mut demo = Self {
            scenario,
            appliance,
            floor,
            log,
            logging,
        };
        demo.keep_passwords().await?;
        demo.begin_to_work().await?;
        Ok(demo)
    }

    /// Where the server speaks SIP.
    #[must_use]
    pub const fn sip(&self) -> SocketAddr {
        self.appliance.sip()
    }

    /// The server.
    #[must_use]
    pub const fn appliance(&self) -> &Appliance {
        &self.appliance
    }

    async fn keep_passwords(&mut self) -> Result<(), DemoError> {
        let store = self.appliance.store();
        let mut written = Vec::new();
        for number in self.scenario.config.extensions.iter().map(|e| e.number) {
            let mut bytes = [0; PASSWORD_BYTES];
            getrandom::fill(&mut bytes).map_err(io::Error::other)?;
            let password: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
            let kept = store.put_secret(&format!("sip/{number}"), password.as_bytes());
            written.push(kept.map_err(DemoError::Store)?);
            self.floor.crowd.know_password(number, password);
        }
        for kept in written {
            kept.done().await.map_err(DemoError::Store)?;
        }
        Ok(())
    }

    /// Has everybody register and log in who is at work when the scenario begins.
    async fn begin_to_work(&mut self) -> Result<(), DemoError> {
        let mut desks = Vec::new();
        let people = self.scenario.agents.iter().flat_map(|group| &group.people);
        for input in people.flat_map(Person::begins) {
            if let Some(input) = self.floor.crowd.work(input) {
                desks.push(input);
            }
        }
        let until = Instant::now() + Duration::from_secs(REGISTERING_S_MAX);
        while self.floor.crowd.registering() > 0 && Instant::now() < until {
            self.floor.step(until).await;
        }
        let failed = self.floor.crowd.registering() + self.floor.crowd.not_registered();
        if failed > 0 {
            return Err(DemoError::Registration(failed));
        }
        let handle = self.appliance.handle();
        for input in desks {
            handle.ask(input).await.map_err(DemoError::Ask)?;
        }
        Ok(())
    }

    /// Lets the scenario pass. `stops` tells to stop: once, nobody calls any more
    /// and those on the line are served; twice, it ends at once. `each_second` is
    /// shown how long it has lasted and how the queues stand.
    ///
    /// # Errors
    /// Where the server stops by itself.
    pub async fn run(
        mut self,
        mut stops: mpsc::Receiver<()>,
        mut each_second: impl FnMut(Span, &[QueueNow]),
    ) -> Result<Outcome, DemoError> {
        let handle = self.appliance.handle();
        let origin = handle.now();
        self.floor.crowd.begin();
        let mut second = Instant::now();
        let mut cut_off = false;
        while !self.floor.crowd.is_over() && !cut_off {
            let told = tokio::select! {
                Some(()) = stops.recv() => true,
                () = self.floor.step(second) => false,
                () = self.appliance.ended() => break,
            };
            if told {
                cut_off = self.floor.crowd.is_closing();
                self.floor.crowd.close();
            }
            while let Some(input) = self.floor.crowd.poll_input() {
                // Only calls are sent away, and telephones place those.
                let _told = handle.tell(input);
            }
            if Instant::now() >= second {
                second += Duration::from_secs(1);
                each_second(self.floor.crowd.passed(), &locked(&self.log).queues());
            }
        }
        self.finish(origin, cut_off).await
    }

    async fn finish(self, origin: Timestamp, cut_off: bool) -> Result<Outcome, DemoError> {
        let (lasted, voices) = (self.floor.crowd.lasted(), self.floor.crowd.voices());
        self.appliance.stop().await.map_err(DemoError::Stopped)?;
        // The driver has let go of its ports: everything is in the log.
        let _ended = self.logging.await;
        let layout = Layout {
            origin,
            horizon: lasted,
            ..(*self.scenario.layout).clone()
        };
        let tally = locked(&self.log).tally(Arc::new(layout));
        Ok(Outcome {
            tally,
            lasted,
            voices,
            cut_off,
        })
    }
}

impl Floor<'_> {
    /// Does what is due, then waits until something comes, or is due, or it is
    /// `until`.
    async fn step(&mut self, until: Instant) {
        let Self {
            crowd,
            callers,
            agents,
            buffers: [to_caller, to_agent],
        } = self;
        crowd.elapse();
        while let Some((side, transmit)) = crowd.poll_transmit() {
            let socket = match side {
                Side::Agents => &*agents,
                Side::Callers => &*callers,
            };
            // What does not fit into the socket's buffer is sent again.
            let _sent = socket.try_send_to(&transmit.bytes, transmit.to.address);
        }
        let due = crowd.next_deadline().map_or(until, |due| due.min(until));
        tokio::select! {
            // An error is that of a datagram sent before: nobody listens there.
            came = callers.recv_from(to_caller) => if let Ok((length, from)) = came {
                crowd.receive(Side::Callers, from, &to_caller[..length]);
            },
            came = agents.recv_from(to_agent) => if let Ok((length, from)) = came {
                crowd.receive(Side::Agents, from, &to_agent[..length]);
            },
            () = tokio::time::sleep_until(due.into()) => {}
        }
    }
}

fn locked(log: &Mutex<Log>) -> MutexGuard<'_, Log> {
    log.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Whether the engine is told of it by the telephone itself.
fn by_telephone(input: &Input) -> Option<(Number, bool)> {
    match input {
        Input::DeviceDown { extension } => Some((*extension, false)),
        Input::DeviceUp { extension } => Some((*extension, true)),
        _ => None,
    }
}
