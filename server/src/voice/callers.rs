//! The callers' sides of calls: we are called, and answer, or have called them.

use std::sync::atomic::Ordering::Relaxed;

use tandem_engine::config::model::{PromptConfig, QueueConfig};
use tandem_engine::{CallId, Cause, HangUpCause, Input, Number, QueueId, Span, Tone};
use tandem_sip::endpoint::ServerId;
use tandem_sip::header::names;
use tandem_sip::sdp::{self as description, Agreement, Codec, Local};
use tandem_sip::{Dialog, Request, Response, Status, Target, Transport};
use xxhash_rust::xxh3::xxh3_128;

use super::exchange::{Exchange, Invited, Party, way};
use super::identity::Sender;
use super::sdp;
use crate::media::{Music, Session, Side};

/// The caller's side of a call.
#[derive(Debug)]
pub(super) struct Caller {
    /// The INVITE by which he calls; `None`: we have called him, and he has answered.
    pub(super) invite: Option<(ServerId, Request)>,
    /// Who calls, as other telephones show it.
    pub(super) number: Number,
    pub(super) name: Option<String>,
    pub(super) source: Target,
    pub(super) media: Session,
    /// The side of the media on which his voice comes: that of an agent, where he shares the
    /// media of another caller, to whom he talks.
    pub(super) side: Side,
    pub(super) local: Local,
    /// The answer to the offer, and what was agreed on; `None`: we made the offer, and the
    /// ACK brings the answer.
    pub(super) agreed: Option<(description::Session, Agreement)>,
    /// Once we have answered.
    pub(super) dialog: Option<Dialog>,
    /// Whether he hears what the engine has him hear, and talks to nobody: keys that
    /// he presses are for the engine.
    pub(super) listens: bool,
    /// The caller has gone before the engine let him in.
    pub(super) gone: bool,
    /// The row of the store that ends this dialog after a restart.
    pub(super) row: Option<[u8; 8]>,
}

impl Caller {
    /// What the caller speaks, for the offers to telephones.
    pub(super) fn codec(&self) -> Option<Codec> {
        self.agreed.as_ref().map(|(_, agreement)| agreement.codec)
    }
}

impl Exchange {
    /// Somebody calls.
    pub(super) fn invite(&mut self, transaction: ServerId, request: &Request, source: Target) {
        let now = self.now();
        let sender = match self.identity.sender(now, request, source) {
            Ok(sender) => sender,
            Err(refusal) => {
                self.counts.unauthorized.fetch_add(1, Relaxed);
                return self.answer_with(transaction, *refusal);
            }
        };
        let dialled = request
            .uri
            .user()
            .and_then(|user| Number::written(&user).ok());
        let Some(dialled) = dialled else {
            return self.answer(transaction, Status::NOT_FOUND);
        };
        let caller = match self.caller(transaction, request, source, &sender) {
            Ok(caller) => caller,
            Err(status) => return self.answer(transaction, status),
        };
        let key = key_of(request, self.next_serial());
        let from = tandem_engine::Caller {
            number: caller.number,
            name: caller.name.as_deref().map(Into::into),
            extension: match sender {
                Sender::Extension(number) => Some(number),
                Sender::Trunk => None,
            },
        };
        let arrived = Input::CallArrived { key, from, dialled };
        if self.handle.tell(arrived).is_err() {
            self.counts.shed.fetch_add(1, Relaxed);
            return self.answer(transaction, Status::UNAVAILABLE);
        }
        self.counts.invites.fetch_add(1, Relaxed);
        self.invited.insert(transaction, Invited::Arriving(key));
        self.arriving.insert(key, caller);
    }

    /// Prepares the caller's side: the sockets for his voice, and the answer to his offer.
    fn caller(
        &mut self,
        transaction: ServerId,
        request: &Request,
        source: Target,
        sender: &Sender,
    ) -> Result<Caller, Status> {
        let or_bad = |fault: tandem_sip::Fault| fault.status.unwrap_or(Status::BAD_REQUEST);
        let offered = sdp::offered(request).map_err(or_bad)?;
        request
            .headers
            .contact()
            .map_err(or_bad)?
            .ok_or(Status::BAD_REQUEST)?;
        request.headers.record_routes().map_err(or_bad)?;
        let media = self.media.open(self.media_events.clone());
        let media = media.map_err(|_| Status::UNAVAILABLE)?;
        let serial = self.next_serial();
        let local = sdp::local(&media, Side::Caller, None, serial);
        let agreed = match offered {
            Some(offered) => Some(description::answer(&local, &offered).map_err(or_bad)?),
            None => None,
        };
        if let Some((_, agreement)) = &agreed {
            media.set_remote(Side::Caller, sdp::remote_of_offer(agreement));
        }
        let from = request.headers.from().map_err(or_bad)?;
        let shown = from.uri.user().and_then(|user| Number::written(&user).ok());
        let number = match sender {
            Sender::Extension(number) => *number,
            Sender::Trunk => shown.unwrap_or(Number::NONE),
        };
        Ok(Caller {
            invite: Some((transaction, request.clone())),
            number,
            name: from.display.filter(|name| !name.is_empty()),
            source,
            media,
            side: Side::Caller,
            local,
            agreed,
            dialog: None,
            listens: true,
            gone: false,
            row: None,
        })
    }

    /// The engine let a caller in.
    pub(super) fn let_in(&mut self, key: u128, call: CallId) {
        let Some(caller) = self.arriving.remove(&key) else {
            return;
        };
        if caller.gone {
            return self.tell(Input::CallerHungUp { call });
        }
        if let Some((transaction, _)) = caller.invite {
            self.invited.insert(transaction, Invited::Live(call));
        }
        self.sessions.insert(caller.media.id(), call);
        self.callers.insert(call, caller);
    }

    /// The engine did not let a caller in.
    pub(super) fn refuse_arriving(&mut self, key: u128, status: Status) {
        let caller = self.arriving.remove(&key);
        if let Some((transaction, _)) = caller.and_then(|caller| caller.invite) {
            self.invited.remove(&transaction);
            self.answer(transaction, status);
        }
    }

    /// A caller gave up before we answered; he has had his 487.
    pub(super) fn given_up(&mut self, transaction: ServerId) {
        match self.invited.remove(&transaction) {
            Some(Invited::Arriving(key)) => {
                if let Some(caller) = self.arriving.get_mut(&key) {
                    caller.gone = true;
                }
            }
            Some(Invited::Live(call)) => {
                self.forget_caller(call);
                self.tell(Input::CallerHungUp { call });
            }
            None => {}
        }
    }

    /// A final answer of ours never arrived: the caller is gone.
    pub(super) fn answer_lost(&mut self, transaction: ServerId) {
        if let Some(&Invited::Live(call)) = self.invited.get(&transaction) {
            self.end_caller(call);
            self.tell(Input::CallerHungUp { call });
        }
    }

    /// The ACK of our answer came; it may bring what the caller takes.
    pub(super) fn acknowledged(&mut self, transaction: ServerId, ack: &Request) {
        let Some(&Invited::Live(call)) = self.invited.get(&transaction) else {
            return;
        };
        let Some(caller) = self.callers.get_mut(&call) else {
            return;
        };
        if caller.agreed.is_some() {
            return;
        }
        let answered = sdp::offered(ack).ok().flatten();
        let agreement = answered.and_then(|it| description::agree(&caller.local, &it).ok());
        match agreement {
            Some(agreement) => {
                let remote = sdp::remote_of_answer(&agreement);
                caller.media.set_remote(caller.side, remote);
            }
            None => {
                self.end_caller(call);
                self.tell(Input::CallerHungUp { call });
            }
        }
    }

    /// Lets a caller hear that it rings: his telephone says so or, where he was answered
    /// before, a tone.
    pub(super) fn alert_caller(&mut self, call: CallId) {
        let Some(caller) = self.callers.get(&call) else {
            return;
        };
        if caller.dialog.is_some() {
            return caller.media.play(Side::Caller, self.music.ringback());
        }
        let response = |&(transaction, _)| {
            let response = self.endpoint.response(transaction, Status::RINGING)?;
            Some((transaction, response))
        };
        if let Some((transaction, mut response)) = caller.invite.as_ref().and_then(response) {
            let contact = self.contact(caller.source.transport);
            response.headers.push(names::CONTACT, contact);
            self.answer_with(transaction, response);
        }
    }

    /// Answers the caller, where he is not yet. False where there is nobody any more, or
    /// nobody who can be answered: then the call is over.
    pub(super) fn answer_caller(&mut self, call: CallId) -> bool {
        let Some(caller) = self.callers.get(&call) else {
            return false;
        };
        if caller.dialog.is_some() {
            return true;
        }
        let Some((transaction, dialog, response)) = self.answer_of(caller) else {
            self.hang_up_caller(call, HangUpCause::Normal);
            self.tell(Input::CallerHungUp { call });
            return false;
        };
        let source = caller.source;
        let row = self.outlived.keep(&dialog, way(dialog.next_hop(), source));
        self.parties
            .insert(dialog.id().clone(), Party::Caller(call));
        if let Some(caller) = self.callers.get_mut(&call) {
            (caller.dialog, caller.row) = (Some(dialog), row);
        }
        self.answer_with(transaction, response);
        true
    }

    /// What answers his INVITE, and the dialog that comes of it.
    fn answer_of(&self, caller: &Caller) -> Option<(ServerId, Dialog, Response)> {
        let (transaction, invite) = caller.invite.as_ref()?;
        let mut response = self.endpoint.response(*transaction, Status::OK)?;
        let contact = self.contact(caller.source.transport);
        response.headers.push(names::CONTACT, contact);
        let allow = tandem_sip::uas::allow(&super::exchange::ABILITIES);
        response.headers.push(names::ALLOW, allow);
        let body = match &caller.agreed {
            Some((answer, _)) => answer.to_bytes(),
            None => description::offer(&caller.local).to_bytes(),
        };
        response.set_body("application/sdp", body);
        Some((*transaction, Dialog::uas(invite, &response).ok()?, response))
    }

    /// The settings of a queue.
    pub(super) fn queue_config(&self, queue: QueueId) -> Option<&QueueConfig> {
        let directory = &self.directory;
        let number = directory.queues.get(&queue)?.number;
        let mut queues = directory.config.queues.iter();
        queues.find(|config| config.number == number)
    }

    /// Lets a caller who talked hear music on hold: that of the queue, its waiting music, or
    /// the common one.
    pub(super) fn hold(&mut self, call: CallId, queue: Option<QueueId>) {
        if let Some(leg) = self.talks_to(call).and_then(|leg| self.legs.get(&leg)) {
            leg.media.silence(leg.side);
        }
        let config = queue.and_then(|queue| self.queue_config(queue));
        match config.and_then(|config| config.hold_music.as_deref()) {
            Some(file) => self.play_to(call, &self.music.of(Some(file)).clone()),
            None => self.play_music(call, queue),
        }
    }

    /// The waiting music of a queue, or the common one.
    pub(super) fn music_of(&self, queue: Option<QueueId>) -> Music {
        let config = queue.and_then(|queue| self.queue_config(queue));
        let file = config.and_then(|config| config.music.as_deref());
        self.music.of(file).clone()
    }

    pub(super) fn play_music(&mut self, call: CallId, queue: Option<QueueId>) {
        self.play_to(call, &self.music_of(queue));
    }

    fn play_to(&mut self, call: CallId, music: &Music) {
        if self.answer_caller(call)
            && let Some(caller) = self.callers.get_mut(&call)
        {
            caller.listens = true;
            caller.media.play(Side::Caller, music);
        }
    }

    /// Prompts in a row, as a sound, and how long they last. One without a file, or with
    /// one that could not be read, is silent for its length.
    pub(super) fn text_of(&self, prompts: &[String]) -> (Option<Music>, Span) {
        let parts = self.parts_of(prompts);
        let length = parts.iter().map(|&(_, micros)| micros).sum();
        (Music::row(parts), Span::from_micros(length))
    }

    /// The sounds of prompts, and how many microseconds each lasts.
    pub(super) fn parts_of(&self, prompts: &[String]) -> Vec<(Option<&Music>, u64)> {
        let options = &self.directory.config.options;
        let prompts = prompts.iter().filter_map(|name| options.prompt_named(name));
        let part = |prompt: &PromptConfig| {
            let sound = (prompt.file.as_deref()).and_then(|file| self.music.prompt(file));
            (sound, prompt.length.micros())
        };
        prompts.map(part).collect()
    }

    /// Plays prompts, one after the other, and the queue's music behind them.
    pub(super) fn announce(&mut self, call: CallId, queue: QueueId, prompts: &[String]) {
        let (text, music) = (self.text_of(prompts).0, self.music_of(Some(queue)));
        if self.answer_caller(call)
            && let Some(caller) = self.callers.get_mut(&call)
        {
            caller.listens = true;
            match text {
                Some(text) => caller.media.announce(Side::Caller, &text, &music),
                None => caller.media.play(Side::Caller, &music),
            }
        }
    }

    /// Plays a prompt once. Where it has no file, or one that could not be read,
    /// the caller hears silence for as long as the engine lets it last.
    pub(super) fn play_prompt(&mut self, call: CallId, name: &str) {
        let directory = std::sync::Arc::clone(&self.directory);
        let prompt = directory.config.options.prompt_named(name);
        let file = prompt.and_then(|prompt| prompt.file.as_deref());
        let sound = file.and_then(|file| self.music.prompt(file)).cloned();
        if self.answer_caller(call)
            && let Some(caller) = self.callers.get_mut(&call)
        {
            caller.listens = true;
            match sound {
                Some(sound) => caller.media.play_once(Side::Caller, &sound),
                None => caller.media.silence(Side::Caller),
            }
        }
    }

    /// Plays the tone that says what became of a dialled code.
    pub(super) fn play_tone(&mut self, call: CallId, tone: Tone) {
        let sound = self.music.tone(tone).clone();
        if self.answer_caller(call)
            && let Some(caller) = self.callers.get(&call)
        {
            caller.media.play_once(Side::Caller, &sound);
        }
    }

    /// Cuts off what a caller hears.
    pub(super) fn stop_prompt(&mut self, call: CallId) {
        if let Some(caller) = self.callers.get(&call) {
            caller.media.silence(Side::Caller);
        }
    }

    pub(super) fn hang_up_caller(&mut self, call: CallId, cause: HangUpCause) {
        let Some(caller) = self.callers.get(&call) else {
            return self.give_up_customer(call);
        };
        if caller.dialog.is_some() {
            return self.end_caller(call);
        }
        let caller = self.forget_caller(call);
        if let Some((transaction, _)) = caller.and_then(|caller| caller.invite) {
            self.answer(transaction, status_of(cause));
        }
    }

    /// Ends the dialog with a caller.
    fn end_caller(&mut self, call: CallId) {
        if let Some(caller) = self.forget_caller(call)
            && let Some(dialog) = caller.dialog
        {
            self.bye(dialog, caller.source);
        }
    }

    /// The caller's side is over; nothing is sent.
    pub(super) fn forget_caller(&mut self, call: CallId) -> Option<Caller> {
        let caller = self.callers.remove(&call)?;
        if let Some((transaction, _)) = &caller.invite {
            self.invited.remove(transaction);
        }
        match caller.side {
            Side::Caller => drop(self.sessions.remove(&caller.media.id())),
            side => caller.media.mute(side),
        }
        if let Some(dialog) = &caller.dialog {
            self.parties.remove(dialog.id());
        }
        self.outlived.drop(caller.row);
        Some(caller)
    }

    /// Our end of a caller's session: the description, the media, and the transport
    /// of his dialog.
    fn end_of_caller(&mut self, call: CallId) -> Option<(&mut Local, Session, Transport)> {
        let caller = self.callers.get_mut(&call)?;
        let media = caller.media.clone();
        Some((&mut caller.local, media, caller.source.transport))
    }

    /// On which side of the media of its call a party speaks.
    pub(super) fn side_of(&self, party: Party) -> Side {
        match party {
            Party::Caller(call) => self.callers.get(&call).map_or(Side::Caller, |it| it.side),
            Party::Leg(leg) => self.legs.get(&leg).map_or(Side::Agent, |it| it.side),
        }
    }

    /// A party of a call offers something else: another address, a hold, or nothing new.
    pub(super) fn reinvited(&mut self, transaction: ServerId, request: &Request, party: Party) {
        let side = self.side_of(party);
        let end = match party {
            Party::Caller(call) => self.end_of_caller(call),
            Party::Leg(leg) => self.end_of_leg(leg),
        };
        let Some((local, media, transport)) = end else {
            return self.answer(transaction, Status::NO_SUCH_CALL);
        };
        // RFC 3264, section 8: the session is the same, in its next version.
        local.version += 1;
        let local = local.clone();
        let mut held = None;
        let body = match sdp::offered(request) {
            Err(fault) => {
                return self.answer(transaction, fault.status.unwrap_or(Status::BAD_REQUEST));
            }
            Ok(None) => description::offer(&local).to_bytes(),
            Ok(Some(offered)) => match description::answer(&local, &offered) {
                Ok((answer, agreement)) => {
                    media.set_remote(side, sdp::remote_of_offer(&agreement));
                    held = Some(offered.is_hold());
                    answer.to_bytes()
                }
                Err(_) => return self.answer(transaction, Status::NOT_ACCEPTABLE_HERE),
            },
        };
        if let Some(mut response) = self.endpoint.response(transaction, Status::OK) {
            let contact = self.contact(transport);
            response.headers.push(names::CONTACT, contact);
            response.set_body("application/sdp", body);
            self.answer_with(transaction, response);
        }
        if let (Party::Leg(leg), Some(held)) = (party, held) {
            self.leg_holds(leg, held);
        }
    }
}

/// The name under which the engine hears of a call: its Call-ID, From tag, and a number
/// that no other has, as a caller may use both again.
fn key_of(request: &Request, serial: u64) -> u128 {
    let headers = &request.headers;
    let call_id = headers.call_id().unwrap_or_default();
    let from = headers.from().ok();
    let tag = from
        .as_ref()
        .and_then(|from| from.tag())
        .unwrap_or_default();
    xxh3_128(format!("{call_id}\0{tag}\0{serial}").as_bytes())
}

/// What a caller is told who was not answered (RFC 3261 21.4 and 21.6).
fn status_of(cause: HangUpCause) -> Status {
    match cause {
        HangUpCause::ExtensionFailed(Cause::Busy) => Status::BUSY_HERE,
        HangUpCause::ExtensionFailed(Cause::Rejected) => Status::DECLINE,
        HangUpCause::ExtensionFailed(Cause::NoAnswer | Cause::Unreachable)
        | HangUpCause::Normal
        | HangUpCause::Unanswered => Status::TEMPORARILY_UNAVAILABLE,
    }
}
