//! Conversations that are recorded: each a file that is named as its call, in a folder that
//! is named as its queue or, where it is not a queue's, as the extension talked to.

use std::collections::HashMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use tandem_engine::{CallId, Number, PublicId, QueueId, Recording as Switched};

use super::exchange::Exchange;
use crate::media::{Recording, Session, Voices, free_name, keep_parts};

/// Where recordings lie, and those that are being made.
pub(super) struct Recordings {
    folder: PathBuf,
    /// With the media that are recorded.
    running: HashMap<CallId, (Session, Recording)>,
}

impl Recordings {
    /// Those in a folder, which need not be there. What the server was in the midst of when
    /// it went down is kept.
    pub(super) fn new(folder: PathBuf) -> Self {
        if folder.exists()
            && let Err(why) = keep_all(&folder)
        {
            say(&why, &folder);
        }
        Self {
            folder,
            running: HashMap::new(),
        }
    }
}

fn keep_all(folder: &Path) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            keep_parts(&entry.path())?;
        }
    }
    Ok(())
}

impl Exchange {
    /// Records a conversation from now on, pauses that, or ends it.
    pub(super) fn switch_recording(
        &mut self,
        call: CallId,
        (public, queue): (PublicId, Option<QueueId>),
        to: Switched,
    ) {
        let running = &mut self.recordings.running;
        match to {
            Switched::On => match running.get_mut(&call) {
                Some((media, recording)) => media.record(Some(recording.resume())),
                None => self.start_recording(call, public, queue),
            },
            Switched::Paused => {
                if let Some((media, recording)) = running.get_mut(&call) {
                    media.record(None);
                    recording.pause();
                }
            }
            Switched::Off => {
                if let Some((media, recording)) = running.remove(&call) {
                    media.record(None);
                    recording.finish(true);
                }
            }
        }
    }

    fn start_recording(&mut self, call: CallId, public: PublicId, queue: Option<QueueId>) {
        let Some(media) = self.callers.get(&call).map(|it| it.media.clone()) else {
            // He has gone, which the engine hears in a moment.
            return;
        };
        let folder = match self.whose_recording(call, queue) {
            Some(number) => self.recordings.folder.join(number.to_string()),
            None => self.recordings.folder.clone(),
        };
        let begun = fs::create_dir_all(&folder).and_then(|()| {
            let path = free_name(&folder, &public.to_string());
            Recording::start(&path, Voices::Conversation)
        });
        match begun {
            Ok((recorder, recording)) => {
                media.record(Some(recorder));
                self.recordings.running.insert(call, (media, recording));
            }
            // They talk on.
            Err(why) => say(&why, &folder.join(public.to_string())),
        }
    }

    /// The number of the queue whose conversation a call is, or of the extension talked to.
    fn whose_recording(&self, call: CallId, queue: Option<QueueId>) -> Option<Number> {
        let directory = &self.directory;
        let queue = queue.and_then(|queue| directory.queues.get(&queue));
        let extension = || {
            let leg = self.legs.get(&self.talks_to(call)?)?;
            directory.agents.get(&leg.agent)
        };
        match queue {
            Some(queue) => Some(queue.number),
            None => extension().map(|agent| agent.number),
        }
    }
}

fn say(why: &io::Error, path: &Path) {
    eprintln!("recording {}: {why}", path.display());
}
