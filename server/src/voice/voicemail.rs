//! Messages that callers leave: each a file that is named as its call, in a folder that
//! is named as its box.

use std::io;
use std::path::PathBuf;

use tandem_engine::records::Message;
use tandem_engine::{CallId, Number, PublicId};

use super::exchange::Exchange;
use crate::media::{Music, Recording, Side, Voices, keep_part};

/// Where messages lie, and those that are being left.
pub(super) struct Messages {
    folder: PathBuf,
    /// What tells callers that they may speak.
    beep: Music,
    recordings: std::collections::HashMap<CallId, Recording>,
}

impl Messages {
    pub(super) fn new(folder: PathBuf) -> Self {
        Self {
            folder,
            beep: Music::beep(),
            recordings: std::collections::HashMap::new(),
        }
    }

    fn file(&self, mailbox: Number, public: PublicId) -> PathBuf {
        let folder = self.folder.join(mailbox.to_string());
        folder.join(format!("{public}.wav"))
    }

    /// A message was left. Where it was being left when the server went down, its file
    /// has not got its name yet.
    pub(super) fn left(&self, message: &Message) {
        if self.recordings.is_empty() {
            let path = self.file(message.mailbox, message.call);
            if let Err(why) = keep_part(&path) {
                eprintln!("voicemail: {}: {why}", path.display());
            }
        }
    }
}

impl Exchange {
    /// Lets a caller speak after the tone.
    pub(super) fn record_message(&mut self, call: CallId, public: PublicId, mailbox: Number) {
        if !self.answer_caller(call) {
            return;
        }
        let Some(caller) = self.callers.get_mut(&call) else {
            return;
        };
        caller.listens = true;
        let media = caller.media.clone();
        media.play_once(Side::Caller, &self.messages.beep);
        let path = self.messages.file(mailbox, public);
        let folder = path.parent().map_or(Ok(()), std::fs::create_dir_all);
        match folder.and_then(|()| Recording::start(&path, Voices::Caller)) {
            Ok((recorder, recording)) => {
                media.record(Some(recorder));
                self.messages.recordings.insert(call, recording);
            }
            // The caller speaks in vain, and so does whoever hears of the message.
            Err(why) => say(&why, &path),
        }
    }

    /// A message is over; it is kept or thrown away.
    pub(super) fn stop_recording(&mut self, call: CallId, keep: bool) {
        if let Some(caller) = self.callers.get(&call) {
            caller.media.record(None);
        }
        if let Some(recording) = self.messages.recordings.remove(&call) {
            recording.finish(keep);
        }
    }
}

fn say(why: &io::Error, path: &std::path::Path) {
    eprintln!("voicemail: {}: {why}", path.display());
}
