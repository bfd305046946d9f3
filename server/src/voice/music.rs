//! The waiting music of the queues and the prompts, read from their files beside the
//! work with calls.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::path::PathBuf;

use tandem_engine::Tone;
use tandem_engine::config::model::Config;
use tokio::task::JoinSet;

use crate::media::Music;

/// Hertz and milliseconds; no hertz are a silence. Two beeps that rise say yes.
const CONFIRMATION: [(u16, u16); 4] = [(660, 150), (0, 60), (880, 250), (0, 540)];
/// Three low ones say no.
const REFUSAL: [(u16, u16); 6] = [
    (320, 200),
    (0, 100),
    (320, 200),
    (0, 100),
    (320, 200),
    (0, 200),
];

/// It rings, as telephones on most of the continent say it (ITU-T E.182).
const RINGBACK: [(u16, u16); 2] = [(425, 1_000), (0, 4_000)];

/// The music of a queue that stands for it.
const RINGBACK_NAME: &str = "ringback";

/// Music by the names of its files.
pub(super) struct Library {
    folder: PathBuf,
    /// The server's own: plays where the file of a music can not be had, or is not
    /// read yet.
    melody: Music,
    confirmation: Music,
    refusal: Music,
    ringback: Music,
    /// What is in each file; nothing where it can not be had, or is not read yet.
    known: HashMap<String, Option<Music>>,
    reading: JoinSet<(String, Result<Music, String>)>,
}

impl Library {
    pub(super) fn new(folder: PathBuf) -> Self {
        Self {
            folder,
            melody: Music::melody(),
            confirmation: Music::beeps(&CONFIRMATION),
            refusal: Music::beeps(&REFUSAL),
            ringback: Music::beeps(&RINGBACK),
            known: HashMap::new(),
            reading: JoinSet::new(),
        }
    }

    /// Has every file read that a queue or a prompt names and nobody has read. That
    /// takes longer than a call may wait.
    pub(super) fn know(&mut self, config: &Config) {
        let queues = config.queues.iter();
        let music = queues.flat_map(|queue| [queue.music.clone(), queue.hold_music.clone()]);
        let music = music.flatten();
        let music = music.filter(|name| name != RINGBACK_NAME);
        let prompts = config.options.prompts.iter();
        for name in music.chain(prompts.filter_map(|prompt| prompt.file.clone())) {
            if let Entry::Vacant(unknown) = self.known.entry(name.clone()) {
                unknown.insert(None);
                let path = self.folder.join(&name);
                self.reading.spawn_blocking(move || {
                    let music = Music::load(&path).map_err(|why| why.to_string());
                    (name, music)
                });
            }
        }
    }

    /// Waits until a file was read, and takes it in; never ends where none is being read.
    pub(super) async fn tend(&mut self) {
        let read = match self.reading.join_next().await {
            Some(read) => read,
            None => std::future::pending().await,
        };
        // Whatever a reader panicked of, its queue has the melody.
        let why = match read {
            Ok((name, Ok(music))) => return drop(self.known.insert(name, Some(music))),
            Ok((_, Err(why))) => why,
            Err(why) => why.to_string(),
        };
        eprintln!("music: {why}; the built-in melody plays instead, or a prompt is silent");
    }

    /// The music of a queue.
    pub(super) fn of(&self, name: Option<&str>) -> &Music {
        if name == Some(RINGBACK_NAME) {
            return &self.ringback;
        }
        let named = name.and_then(|name| self.known.get(name)?.as_ref());
        named.unwrap_or(&self.melody)
    }

    /// What says that a code was carried out, or that it was not.
    pub(super) const fn tone(&self, tone: Tone) -> &Music {
        match tone {
            Tone::Confirmation => &self.confirmation,
            Tone::Refusal => &self.refusal,
        }
    }

    /// What a caller hears whose call was answered before, while a telephone rings for him.
    pub(super) const fn ringback(&self) -> &Music {
        &self.ringback
    }

    /// What a prompt says, where its file could be read.
    pub(super) fn prompt(&self, file: &str) -> Option<&Music> {
        self.known.get(file)?.as_ref()
    }
}
