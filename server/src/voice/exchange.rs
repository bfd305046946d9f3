//! The one owner of all calls' signalling: what comes from the network, from the
//! engine and from the clock meets here.

use std::collections::{HashMap, HashSet, VecDeque};
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use tandem_engine::limits::CALL_HOPS_MAX;
use tandem_engine::{CallId, Effect, EndReason, Event, Input, LegId, Reject};
use tandem_sip::endpoint::{self, ClientId, ServerId};
use tandem_sip::header::names;
use tandem_sip::uas::{self, Abilities};
use tandem_sip::uri::Host;
use tandem_sip::{
    Dialog, DialogId, Endpoint, Method, Request, Response, Status, Target, Time, Transport, Uri,
};
use tokio::sync::{mpsc, oneshot};

use super::VoiceOptions;
use super::callers::Caller;
use super::customers::Customer;
use super::identity::Identity;
use super::legs::{Leg, Ringing};
use super::music::Library;
use super::net::{Arrived, Net};
use super::outlived::Outlived;
use super::recordings::Recordings;
use super::registrations::Registrations;
use super::voicemail::Messages;
use crate::driver::{Batch, Directory, Handle, Line};
use crate::media::{Media, MediaEvent, MediaEventKind, SessionId};

/// What user agents call us.
const PRODUCT: &str = concat!("Tandem/", env!("CARGO_PKG_VERSION"));
/// Events of media that may wait; beyond, keys are lost.
const MEDIA_EVENTS_MAX: usize = 4_096;
/// How long the exchange waits for the far ends when it is stopped, in milliseconds.
const FAREWELL_MS: u64 = 500;
/// After a 503 a caller may try again so much later, in seconds.
const RETRY_AFTER_S: u32 = 1;

/// What a user agent of ours serves.
pub(super) const ABILITIES: Abilities<'_> = Abilities {
    methods: &[
        Method::Invite,
        Method::Ack,
        Method::Bye,
        Method::Cancel,
        Method::Options,
        Method::Register,
        Method::Info,
    ],
    extensions: &[],
    media: &[
        ("application", "sdp"),
        ("application", "dtmf-relay"),
        ("application", "dtmf"),
    ],
};

/// What the port did so far. Only ever rises.
#[derive(Debug, Default)]
pub struct Counts {
    /// Messages that came.
    pub messages_in: AtomicU64,
    /// Messages that went out.
    pub messages_out: AtomicU64,
    /// Calls that came and were told to the engine.
    pub invites: AtomicU64,
    /// Calls that were sent away as too much was going on.
    pub shed: AtomicU64,
    /// Keys that were pressed.
    pub digits: AtomicU64,
    /// REGISTERs that were accepted.
    pub registrations: AtomicU64,
    /// Requests whose sender could not prove who it is.
    pub unauthorized: AtomicU64,
}

/// Which side of which call a dialog is, or an INVITE of ours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Party {
    Caller(CallId),
    Leg(LegId),
}

/// A caller whom the engine has not let in yet, or whose call is on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Invited {
    Arriving(u128),
    Live(CallId),
}

/// See the module.
pub(super) struct Exchange {
    pub(super) endpoint: Endpoint,
    pub(super) net: Net,
    pub(super) handle: Handle,
    pub(super) media: Media,
    pub(super) media_events: mpsc::Sender<MediaEvent>,
    pub(super) directory: Arc<Directory>,
    pub(super) identity: Identity,
    pub(super) registrations: Registrations,
    pub(super) outlived: Outlived,
    pub(super) counts: Arc<Counts>,
    /// Who called and waits for the engine, by the key of the input.
    pub(super) arriving: HashMap<u128, Caller>,
    pub(super) callers: HashMap<CallId, Caller>,
    /// Who is called by us as a caller.
    pub(super) customers: HashMap<CallId, Customer>,
    /// Whose voice each session has, once the engine has let him in.
    pub(super) sessions: HashMap<SessionId, CallId>,
    pub(super) invited: HashMap<ServerId, Invited>,
    pub(super) legs: HashMap<LegId, Leg>,
    /// Telephones that a queue rang, and that answered and hung up before they could be
    /// connected.
    pub(super) left_early: HashSet<LegId>,
    pub(super) ringing: HashMap<ClientId, Ringing>,
    /// INVITEs that are over, until no late answer can come any more.
    pub(super) lingering: VecDeque<(Time, ClientId)>,
    /// Who is told a slot, until when: then he is let go.
    pub(super) told: Vec<(Time, Party)>,
    pub(super) parties: HashMap<DialogId, Party>,
    pub(super) music: Library,
    pub(super) messages: Messages,
    pub(super) recordings: Recordings,
    media_happened: mpsc::Receiver<MediaEvent>,
    batches: crate::driver::PortReceiver,
    began: (Instant, u64),
    serial: u64,
}

impl Exchange {
    pub(super) fn new(options: VoiceOptions, net: Net, counts: Arc<Counts>) -> io::Result<Self> {
        let local = net.local();
        let mut config = endpoint::Config::at(Host::Ip(local.ip()), Some(local.port()));
        config.product = Some(PRODUCT.to_owned());
        let (media_events, media_happened) = mpsc::channel(MEDIA_EVENTS_MAX);
        let since_1970 = SystemTime::now().duration_since(UNIX_EPOCH);
        let unix_us = since_1970.map_or(0, |passed| {
            u64::try_from(passed.as_micros()).unwrap_or(u64::MAX)
        });
        let mut exchange = Self {
            endpoint: Endpoint::new(config, super::identity::random),
            net,
            handle: options.handle,
            media: options.media,
            media_events,
            directory: Arc::default(),
            identity: Identity::new(&options.realm, &options.digest, options.store.clone())?,
            registrations: Registrations::new(options.store.clone())?,
            outlived: Outlived::new(options.store)?,
            counts,
            arriving: HashMap::new(),
            callers: HashMap::new(),
            customers: HashMap::new(),
            sessions: HashMap::new(),
            invited: HashMap::new(),
            legs: HashMap::new(),
            left_early: HashSet::new(),
            ringing: HashMap::new(),
            lingering: VecDeque::new(),
            told: Vec::new(),
            parties: HashMap::new(),
            music: Library::new(options.music),
            messages: Messages::new(options.voicemail),
            recordings: Recordings::new(options.recordings),
            media_happened,
            batches: options.batches,
            began: (Instant::now(), unix_us),
            serial: 0,
        };
        exchange.say_what_is_owed();
        Ok(exchange)
    }

    /// The time, which starts as the wall clock's and never goes back.
    pub(super) fn now(&self) -> Time {
        let passed = self.began.0.elapsed().as_micros();
        let passed = u64::try_from(passed).unwrap_or(u64::MAX);
        Time::from_micros(self.began.1.saturating_add(passed))
    }

    /// A number that no session had before.
    pub(super) fn next_serial(&mut self) -> u64 {
        self.serial += 1;
        self.serial
    }

    /// Runs until it is stopped or the driver ends.
    pub(super) async fn run(
        mut self,
        mut arrived: mpsc::Receiver<Arrived>,
        mut stopped: oneshot::Receiver<()>,
    ) {
        loop {
            self.settle();
            let deadline = self.next_deadline();
            tokio::select! {
                Some(arrived) = arrived.recv() => self.take(arrived),
                batch = self.batches.recv() => match batch {
                    Some(batch) => self.carry_out(&batch),
                    None => break,
                },
                Some(event) = self.media_happened.recv() => self.media_event(event),
                gone = self.net.tend() => {
                    let now = self.now();
                    self.endpoint.transport_failed(now, gone);
                }
                () = self.music.tend() => {}
                () = sleep_until(deadline) => self.elapse(),
                _ = &mut stopped => break,
            }
        }
        self.say_farewell(&mut arrived).await;
    }

    /// When something is to be done though nothing comes.
    fn next_deadline(&self) -> Instant {
        let mut due = self.endpoint.next_deadline();
        let said = self.told.iter().map(|(until, _)| *until).min();
        due = [due, self.registrations.next_deadline(), said]
            .into_iter()
            .flatten()
            .min();
        let far = Duration::from_secs(3_600);
        let wait = due.map_or(far, |due| due.since(self.now()));
        Instant::now() + wait.min(far)
    }

    fn elapse(&mut self) {
        let now = self.now();
        self.endpoint.handle_timeout(now);
        for number in self.registrations.expire(now) {
            self.tell(Input::DeviceDown { extension: number });
        }
        self.let_told_go(now);
        while let Some(&(until, transaction)) = self.lingering.front() {
            if until > now {
                break;
            }
            self.lingering.pop_front();
            self.ringing.remove(&transaction);
        }
    }

    fn take(&mut self, arrived: Arrived) {
        let now = self.now();
        match arrived {
            Arrived::Bytes(source, bytes) => {
                self.counts.messages_in.fetch_add(1, Relaxed);
                self.endpoint.receive(now, source, &bytes);
            }
            Arrived::Gone(target) => self.endpoint.transport_failed(now, target),
            Arrived::Unreadable(source, why) => self.endpoint.refuse(source, &why),
        }
    }

    /// Does what the last input led to: tells what happened, sends what is to be sent.
    fn settle(&mut self) {
        loop {
            while let Some(event) = self.endpoint.poll_event() {
                self.happened(event);
            }
            let Some(transmit) = self.endpoint.poll_transmit() else {
                return;
            };
            let to = transmit.to;
            self.counts.messages_out.fetch_add(1, Relaxed);
            if !self.net.send(transmit) {
                let now = self.now();
                self.endpoint.transport_failed(now, to);
            }
        }
    }

    fn happened(&mut self, event: endpoint::Event) {
        match event {
            endpoint::Event::Ack {
                transaction,
                request,
            } => self.acknowledged(transaction, &request),
            endpoint::Event::Cancelled { transaction, .. } => self.given_up(transaction),
            endpoint::Event::Request {
                transaction,
                request,
                source,
            } => self.request(transaction, &request, source),
            endpoint::Event::RequestFailed { transaction, .. } => self.ring_lost(transaction),
            endpoint::Event::Response {
                transaction,
                response,
            } => self.ring_answered(transaction, &response),
            endpoint::Event::ResponseFailed { transaction, .. } => self.answer_lost(transaction),
        }
    }

    /// A request: what the protocol layer can answer is answered at once.
    fn request(&mut self, transaction: ServerId, request: &Request, source: Target) {
        if let Err(refusal) = uas::inspect(request, &ABILITIES) {
            return self.answer_with(transaction, *refusal);
        }
        match DialogId::of_request(request) {
            Err(fault) => self.answer(transaction, fault.status.unwrap_or(Status::BAD_REQUEST)),
            Ok(Some(dialog)) => self.in_dialog(transaction, request, &dialog),
            Ok(None) => match request.method {
                Method::Invite => self.invite(transaction, request, source),
                Method::Options => self.options(transaction),
                Method::Register => self.register(transaction, request, source),
                _ => self.answer(transaction, Status::NO_SUCH_CALL),
            },
        }
    }

    fn options(&mut self, transaction: ServerId) {
        let Some(mut response) = self.endpoint.response(transaction, Status::OK) else {
            return;
        };
        response.headers.push(names::ALLOW, uas::allow(&ABILITIES));
        response.headers.push(names::ACCEPT, "application/sdp");
        self.answer_with(transaction, response);
    }

    fn in_dialog(&mut self, transaction: ServerId, request: &Request, id: &DialogId) {
        let Some(&party) = self.parties.get(id) else {
            return self.answer(transaction, Status::NO_SUCH_CALL);
        };
        let Some(dialog) = self.dialog_of(party) else {
            return self.answer(transaction, Status::NO_SUCH_CALL);
        };
        if let Err(fault) = dialog.receive(request) {
            return self.answer(transaction, fault.status.unwrap_or(Status::BAD_REQUEST));
        }
        match request.method {
            Method::Bye => {
                self.answer(transaction, Status::OK);
                self.hung_up(party);
            }
            Method::Info => {
                self.answer(transaction, Status::OK);
                self.key_told(party, request);
            }
            Method::Invite => self.reinvited(transaction, request, party),
            _ => self.answer(transaction, Status::OK),
        }
    }

    fn dialog_of(&mut self, party: Party) -> Option<&mut Dialog> {
        match party {
            Party::Caller(call) => self.callers.get_mut(&call)?.dialog.as_mut(),
            Party::Leg(leg) => self
                .legs
                .get_mut(&leg)?
                .answered
                .as_mut()
                .map(|a| &mut a.dialog),
        }
    }

    fn hung_up(&mut self, party: Party) {
        match party {
            Party::Caller(call) => {
                self.forget_caller(call);
                self.tell(Input::CallerHungUp { call });
            }
            Party::Leg(leg) => self.leg_hung_up(leg),
        }
    }

    /// Carries out what followed from a batch.
    fn carry_out(&mut self, batch: &Batch) {
        if let Some(directory) = &batch.directory {
            self.directory = Arc::clone(directory);
            self.know_the_directory();
        }
        for poisoned in &batch.poisoned {
            if let Input::CallArrived { key, .. } = poisoned.input {
                self.refuse_arriving(key, Status::SERVER_ERROR);
            }
        }
        for line in &batch.lines {
            self.carry_out_line(line);
        }
    }

    fn carry_out_line(&mut self, line: &Line) {
        if let (Input::CallArrived { key, .. }, Some(reject)) =
            (&line.entry.input, &line.out.reject)
        {
            let status = match reject {
                Reject::UnknownNumber => Status::NOT_FOUND,
                Reject::TooMany { .. } => Status::UNAVAILABLE,
                _ => Status::SERVER_ERROR,
            };
            return self.refuse_arriving(*key, status);
        }
        for event in &line.out.events {
            match event {
                Event::CallArrived { call, key, .. } => self.let_in(*key, *call),
                // A call that was cut off has nobody left who could be told.
                Event::CallEnded {
                    call,
                    reason: EndReason::SystemRestart,
                    ..
                } => drop(self.forget_caller(*call)),
                Event::CallEnded {
                    public,
                    reason: EndReason::TooManyHops,
                    ..
                } => eprintln!(
                    "routing: call {public} was sent on more than {CALL_HOPS_MAX} times and has \
                     ended, as its destinations form a circle; tandem explain {public} tells which"
                ),
                Event::MessageLeft(message) => self.messages.left(message),
                _ => {}
            }
        }
        for (_, effect) in &line.out.effects {
            self.carry_out_effect(effect, &line.out.events);
        }
        for event in &line.out.events {
            if let Event::SupervisorRung { leg, .. } = event {
                self.rings_unheard(*leg);
            }
        }
    }

    /// Carries out an effect; beside it, this happened.
    fn carry_out_effect(&mut self, effect: &Effect, beside: &[Event]) {
        match *effect {
            Effect::AlertCaller { call } => self.alert_caller(call),
            Effect::Announce {
                call,
                queue,
                ref prompts,
            } => self.announce(call, queue, prompts),
            Effect::Bridge { call, leg } => self.bridge(call, leg),
            Effect::Brief {
                queue,
                leg,
                ref agent,
                ref both,
                ..
            } => self.brief(queue, leg, agent, both),
            Effect::CancelRing { leg, why } => self.cancel_ring(leg, why),
            Effect::Consult { leg, .. } => self.consult(leg),
            Effect::HangUpCaller { call, cause } => self.hang_up_caller(call, cause),
            Effect::HangUpLeg { leg } => self.hang_up_leg(leg),
            Effect::Join { call, with } => self.join(call, with),
            Effect::PlayHoldMusic { call, queue } => self.hold(call, queue),
            Effect::PlayMusic { call, queue } => self.play_music(call, Some(queue)),
            Effect::PlayPrompt { call, ref prompt } => self.play_prompt(call, prompt),
            Effect::PlayTone { call, tone } => self.play_tone(call, tone),
            Effect::Ring { .. } | Effect::RingCaller { .. } | Effect::RingCustomer { .. } => {
                self.carry_out_ring(effect, beside);
            }
            Effect::RecordMessage {
                call,
                public,
                mailbox,
            } => self.record_message(call, public, mailbox),
            Effect::StopPrompt { call } => self.stop_prompt(call),
            Effect::StopRecording { call, keep, .. } => self.stop_recording(call, keep),
            Effect::SaySlot {
                call,
                leg,
                ref prompts,
                ..
            } => self.say_slot(leg.map_or(Party::Caller(call), Party::Leg), prompts),
            Effect::TurnLeg { leg, call } => self.turn_leg(leg, call),
            Effect::Record {
                call,
                public,
                queue,
                recording,
            } => self.switch_recording(call, (public, queue), recording),
            // Voices are not mixed yet: a supervisor hears nothing.
            Effect::Mix { .. } => {}
            // Ports of their own.
            Effect::Mail { .. }
            | Effect::MailAgent { .. }
            | Effect::MailMessage { .. }
            | Effect::MailServiceLevel { .. }
            | Effect::PushRecord { .. } => {}
        }
    }

    /// Somebody is to be rung: a telephone, or who is the caller's side of a call.
    fn carry_out_ring(&mut self, effect: &Effect, beside: &[Event]) {
        match *effect {
            Effect::Ring {
                leg,
                call,
                agent,
                queue,
                customer,
                ref alert_info,
                ..
            } => {
                let asking = self.who_asks(call, leg, beside);
                let alert_info = alert_info.as_deref();
                self.ring(leg, (call, customer), agent, (queue, alert_info), asking);
            }
            Effect::RingCaller {
                call,
                agent,
                ref to,
                ..
            } => self.ring_caller(call, agent, to),
            Effect::RingCustomer {
                call,
                called_for,
                ref trunk,
                number,
                ..
            } => self.call_outside(call, called_for, trunk, number),
            _ => unreachable!("all others ring nobody"),
        }
    }

    /// Who is where may be another now.
    fn know_the_directory(&mut self) {
        let directory = Arc::clone(&self.directory);
        self.identity.know(&directory.config);
        self.music.know(&directory.config);
        let now = self.now();
        for input in self.registrations.know(now, &directory) {
            self.tell(input);
        }
    }

    fn media_event(&mut self, event: MediaEvent) {
        match event.kind {
            MediaEventKind::Digit(digit) => {
                self.counts.digits.fetch_add(1, Relaxed);
                self.key_heard(event.session, event.side, digit.symbol());
            }
            MediaEventKind::Timeout => {}
        }
    }

    /// Tells the engine of something that is never shed.
    pub(super) fn tell(&self, input: Input) {
        let told = self.handle.tell(input);
        debug_assert!(told.is_ok(), "only arrivals are shed");
    }

    pub(super) fn answer(&mut self, transaction: ServerId, status: Status) {
        if let Some(mut response) = self.endpoint.response(transaction, status) {
            if status == Status::UNAVAILABLE {
                response.headers.push(names::RETRY_AFTER, RETRY_AFTER_S);
            }
            self.answer_with(transaction, response);
        }
    }

    pub(super) fn answer_with(&mut self, transaction: ServerId, response: Response) {
        let now = self.now();
        self.endpoint.respond(now, transaction, response);
    }

    /// Where we are, for a peer on this transport.
    pub(super) fn contact(&self, transport: Transport) -> tandem_sip::NameAddr {
        let local = self.net.local();
        let mut uri = Uri::sip(Some("tandem"), Host::Ip(local.ip()), Some(local.port()));
        if let Uri::Sip(uri) = &mut uri
            && transport == Transport::Tcp
        {
            uri.params.set("transport", Some("tcp"));
        }
        tandem_sip::NameAddr::new(uri)
    }

    /// Sends a BYE within a dialog.
    pub(super) fn bye(&mut self, dialog: Dialog, source: Target) {
        self.bye_with(dialog, source, &[]);
    }

    /// The same, with these headers.
    pub(super) fn bye_with(&mut self, mut dialog: Dialog, source: Target, also: &[(&str, String)]) {
        self.parties.remove(dialog.id());
        let mut request = dialog.request(Method::Bye);
        for (name, value) in also {
            request.headers.push(name, value);
        }
        let to = way(dialog.next_hop(), source);
        let now = self.now();
        let sent = self.endpoint.send_request(now, to, request);
        debug_assert!(sent.is_ok(), "a dialog makes whole requests");
    }

    /// Ends everything that is up, and gives the far ends a moment to hear of it.
    async fn say_farewell(&mut self, arrived: &mut mpsc::Receiver<Arrived>) {
        let calls = self.callers.keys().chain(self.customers.keys());
        let calls: Vec<CallId> = calls.copied().collect();
        for call in calls {
            self.hang_up_caller(call, tandem_engine::HangUpCause::Normal);
        }
        let legs: Vec<LegId> = self.legs.keys().copied().collect();
        for leg in legs {
            self.cancel_ring(leg, tandem_engine::CancelReason::Withdrawn);
            self.hang_up_leg(leg);
        }
        let until = Instant::now() + Duration::from_millis(FAREWELL_MS);
        while self.endpoint.transactions() > 0 && Instant::now() < until {
            self.settle();
            tokio::select! {
                Some(message) = arrived.recv() => self.take(message),
                () = sleep_until(until.min(self.next_deadline())) => self.elapse(),
            }
        }
        self.settle();
    }
}

async fn sleep_until(deadline: Instant) {
    tokio::time::sleep_until(deadline.into()).await;
}

/// Where a request for this URI goes, if the peer spoke from `source`: to the port that
/// the URI names, but never to another machine than the one that spoke. That finds
/// peers behind address translation, and nobody can aim our messages at a third party.
pub(super) fn way(uri: &Uri, source: Target) -> Target {
    let Some(uri) = uri.as_sip() else {
        return source;
    };
    let same_host = uri.host == Host::Ip(source.address.ip());
    if source.transport != Transport::Udp || !same_host {
        return source;
    }
    let mut address = source.address;
    address.set_port(uri.port.unwrap_or(Transport::Udp.default_port()));
    Target::new(Transport::Udp, address)
}
