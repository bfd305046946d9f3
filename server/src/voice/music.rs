//! The waiting music of the queues, read from its files beside the work with calls.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::path::PathBuf;

use tandem_engine::config::model::Config;
use tokio::task::JoinSet;

use crate::media::Music;

/// Music by the names of its files.
pub(super) struct Library {
    folder: PathBuf,
    /// The server's own: plays where a file can not be had, or is not read yet.
    melody: Music,
    known: HashMap<String, Music>,
    reading: JoinSet<(String, Result<Music, String>)>,
}

impl Library {
    pub(super) fn new(folder: PathBuf) -> Self {
        Self {
            folder,
            melody: Music::melody(),
            known: HashMap::new(),
            reading: JoinSet::new(),
        }
    }

    /// Has every file read that a queue names and nobody has read. That takes longer
    /// than a call may wait.
    pub(super) fn know(&mut self, config: &Config) {
        for name in config.queues.iter().filter_map(|queue| queue.music.clone()) {
            if let Entry::Vacant(unknown) = self.known.entry(name.clone()) {
                unknown.insert(self.melody.clone());
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
            Ok((name, Ok(music))) => return drop(self.known.insert(name, music)),
            Ok((_, Err(why))) => why,
            Err(why) => why.to_string(),
        };
        eprintln!("music: {why}; the built-in melody plays instead");
    }

    /// The music of a queue.
    pub(super) fn of(&self, name: Option<&str>) -> &Music {
        let named = name.and_then(|name| self.known.get(name));
        named.unwrap_or(&self.melody)
    }
}
