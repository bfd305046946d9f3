//! A small centre with a courier, whose time passes when a test says so.

use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use tandem_engine::{AgentStatus, CallId, Event, Input, KeptEnd, Number, SECOND_US};
use tandem_server::courier::{Courier, CourierError, CourierOptions, Patience, Routes, sender};
use tandem_server::driver::{self, Batch, ConfigFile, Handle, PortReceiver, StartOptions};
use tandem_server::store::Store;
use tandem_tests::site::{Site, arrival};
use tokio::runtime::Runtime;
use tokio::time::timeout;

/// Somebody's patience, for what must come. Nothing is measured with it.
pub const PATIENCE: Duration = Duration::from_secs(60);

/// Ann serves, Bob, Cay, Dan and Eli manage; Dan reads what Cay gets, Eli has no address.
/// Nobody may join the queues that lead to boxes.
pub const CENTRE: &str = r#"
[options]
time_zone = "Europe/Berlin"

[[extension]]
number = "1001"
email = "ann@example.org"
[[extension]]
number = "1002"
email = "bob@example.org"
[[extension]]
number = "1003"
email = "cay@example.org"
[[extension]]
number = "1004"
email = "cay@example.org"
[[extension]]
number = "1005"

[[voicemail_group]]
number = "6300"
name = "Night"
members = ["1001"]

[[queue]]
number = "6400"
name = "Support"
strategy = "linear"
static_agents = ["1001"]
managers = ["1002", "1003", "1004", "1005"]
notify_managers = ["abandoned"]
[[queue]]
number = "6401"
name = "To Ann"
disallow_join_when_empty = []
failover = "voicemail 1001"
[[queue]]
number = "6402"
name = "To the night"
disallow_join_when_empty = []
failover = "voicemail 6300"
[[queue]]
number = "6403"
name = "To support"
disallow_join_when_empty = []
failover = "voicemail 6400"
[[queue]]
number = "6404"
name = "Sales"
strategy = "linear"
static_agents = ["1001"]
agent_timeout_s = 10
auto_pause_after = 2
"#;

/// A queue whose records are pushed.
pub const PUSHED: &str = r#"
[options]
push_records = true

[[queue]]
number = "6400"
name = "Support"
"#;

/// Where to go, with pauses that a test can await.
pub fn routes(mail: Option<&str>, push: Option<&str>) -> Routes {
    fn read<T: FromStr>(text: &str) -> T {
        text.parse()
            .unwrap_or_else(|_| panic!("{text} is a server"))
    }
    let from = sender("Tandem <tandem@example.org>").expect("it is an address");
    Routes {
        mail: mail.map(|server| (read(server), from)),
        push: push.map(read),
        patience: Patience {
            first: Duration::from_millis(20),
            longest: Duration::from_millis(100),
            all: Duration::from_secs(5),
        },
    }
}

/// See the module.
pub struct Office {
    runtime: Runtime,
    site: Option<Site>,
    pub store: Store,
    handle: Handle,
    seen: PortReceiver,
    ended: Vec<KeptEnd>,
    newest: Option<String>,
    /// Whether somebody was paused.
    paused: bool,
    arrivals: u128,
    driver: Option<driver::Running>,
    courier: Option<Courier>,
}

impl Office {
    pub fn open(config: &str, routes: Routes) -> Self {
        Self::open_with(config, routes, &[])
    }

    pub fn open_with(config: &str, routes: Routes, secrets: &[(&str, &str)]) -> Self {
        Self::try_open(config, routes, secrets).unwrap_or_else(|why| panic!("{why}"))
    }

    pub fn try_open(
        config: &str,
        routes: Routes,
        secrets: &[(&str, &str)],
    ) -> Result<Self, CourierError> {
        let site = Site::new();
        let store = site.store();
        for (name, secret) in secrets {
            let written = store.put_secret(name, secret.as_bytes()).expect("a disk");
            written.wait().expect("a disk");
        }
        let mut office = Self::on(site, store, Some(config), routes)?;
        office.tell(Input::DeviceUp {
            extension: Number::from_u64(1001),
        });
        Ok(office)
    }

    /// The same data, after a stop.
    pub fn reopen(site: Site, routes: Routes) -> Self {
        let store = site.store();
        Self::on(site, store, None, routes).unwrap_or_else(|why| panic!("{why}"))
    }

    fn on(
        site: Site,
        store: Store,
        config: Option<&str>,
        routes: Routes,
    ) -> Result<Self, CourierError> {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .enable_all()
            .build()
            .expect("threads");
        let (orders, ordered) = driver::port();
        let (port, seen) = driver::port();
        let mut options = StartOptions::new(store.clone());
        options.ports.extend([orders, port]);
        options.seed = Some(7);
        options.clock = Box::new(site.clock.clone());
        options.config = config.map(|text| ConfigFile {
            name: "centre.toml".to_owned(),
            text: text.to_owned(),
        });
        let driver = driver::start(options).expect("the driver starts");
        let courier = {
            let _inside = runtime.enter();
            Courier::start(CourierOptions {
                routes,
                handle: driver.handle(),
                batches: ordered,
                store: store.clone(),
            })
        };
        let courier = match courier {
            Ok(courier) => courier,
            Err(why) => {
                drop(seen);
                driver.stop().expect("a clean stop");
                return Err(why);
            }
        };
        Ok(Self {
            runtime,
            site: Some(site),
            store,
            handle: driver.handle(),
            seen,
            ended: Vec::new(),
            newest: None,
            paused: false,
            arrivals: 0,
            driver: Some(driver),
            courier: Some(courier),
        })
    }

    /// Tells the engine something. Whoever is not there is no trouble.
    fn tell(&mut self, input: Input) -> Vec<Event> {
        let applied = self.handle.ask_blocking(input).expect("it runs");
        self.hear_until(|batch| batch.lines.iter().any(|line| line.entry.seq == applied.seq));
        applied.out.events
    }

    /// Hears of everything up to a batch.
    fn hear_until(&mut self, last: impl Fn(&Batch) -> bool) {
        loop {
            let seen = &mut self.seen;
            let batch = self
                .runtime
                .block_on(async { timeout(PATIENCE, seen.recv()).await });
            let batch: Arc<Batch> = batch.expect("a batch in time").expect("it runs");
            for event in batch.lines.iter().flat_map(|line| &line.out.events) {
                match event {
                    Event::KeptEnded { how, .. } => self.ended.push(*how),
                    Event::AgentStatusChanged {
                        status: AgentStatus::Paused { .. },
                        ..
                    } => self.paused = true,
                    _ => {}
                }
            }
            if last(&batch) {
                return;
            }
        }
    }

    /// How the orders ended so far: as many as this, awaited.
    pub fn ends(&mut self, count: usize) -> Vec<KeptEnd> {
        while self.ended.len() < count {
            self.hear_until(|_| true);
        }
        std::mem::take(&mut self.ended)
    }

    /// Lets the courier do what it can do at once.
    pub fn settle(&self) {
        std::thread::sleep(Duration::from_millis(200));
    }

    /// Lets so many seconds pass, and the driver see that.
    pub fn pass(&mut self, seconds: u64) {
        self.site().clock.pass(seconds * SECOND_US);
        // What is due is applied before what comes.
        self.tell(Input::DeviceUp {
            extension: Number::from_u64(1001),
        });
    }

    fn call(&mut self, from: u64, dialled: u64) -> CallId {
        self.arrivals += 1;
        let events = self.tell(arrival(self.arrivals, from, dialled));
        let call = events.iter().find_map(|event| match event {
            Event::CallArrived { call, public, .. } => Some((*call, public.to_string())),
            _ => None,
        });
        let (call, public) = call.expect("it is let in");
        self.newest = Some(public);
        call
    }

    /// The name of the newest call.
    pub fn newest(&self) -> &str {
        self.newest.as_deref().expect("a call came")
    }

    /// A caller hangs up after so many seconds of waiting.
    pub fn abandon(&mut self, from: u64, seconds: u64) {
        let call = self.call(from, 6400);
        self.site().clock.pass(seconds * SECOND_US);
        self.tell(Input::CallerHungUp { call });
    }

    /// A caller asks to be called back at another number, and hangs up; nobody does in half
    /// a minute.
    pub fn ask_for_a_callback(&mut self, from: u64) {
        let call = self.call(from, 6400);
        self.site().clock.pass(SECOND_US);
        for key in "1".chars().chain("4930222".chars()) {
            let key = key.to_string().parse().expect("a key");
            self.tell(Input::KeyPressed { call, key });
        }
        self.tell(Input::CallerHungUp { call });
        self.pass(30);
    }

    /// A caller waits until the queue lets nobody wait any longer.
    pub fn miss(&mut self, from: u64, seconds: u64) {
        self.call(from, 6400);
        self.pass(seconds);
    }

    /// Ann lets her telephone ring until she is paused; then the caller waits.
    pub fn miss_a_call_until_paused(&mut self) {
        self.call(301_999, 6404);
        for _ in 0..60 {
            if self.paused {
                return;
            }
            self.pass(1);
        }
        panic!("Ann is never paused");
    }

    /// A caller leaves a message of seven seconds in a box.
    pub fn leave_a_message(&mut self, mailbox: &str) {
        let dialled = match mailbox {
            "1001" => 6401,
            "6300" => 6402,
            _ => 6403,
        };
        let call = self.call(302_000, dialled);
        self.site().clock.pass(7 * SECOND_US);
        self.tell(Input::CallerHungUp { call });
    }

    pub fn stop_courier(&mut self) {
        let courier = self.courier.take().expect("it runs");
        self.runtime.block_on(courier.stop());
    }

    /// Everything stops before anybody says how far orders came.
    pub fn pull_the_plug(mut self) -> Site {
        self.close();
        self.site.take().expect("it is open")
    }

    fn close(&mut self) {
        // Nobody listens any more.
        self.seen.close();
        if let Some(driver) = self.driver.take() {
            driver.stop().expect("a clean stop");
        }
        if let Some(courier) = self.courier.take() {
            self.runtime.block_on(courier.stop());
        }
    }

    fn site(&self) -> &Site {
        self.site.as_ref().expect("it is open")
    }
}

impl Drop for Office {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            self.close();
        }
    }
}
