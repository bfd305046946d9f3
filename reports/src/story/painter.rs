//! Follows a replay up to a moment, and draws how the queues stood then.

use tandem_engine::{Engine, Entry, Outbox, Timestamp};

use super::history::History;
use super::picture::Picture;

/// Draws every queue as it stood at a moment. Every entry of a replay goes through
/// [`Painter::apply`], in order.
#[derive(Debug)]
pub struct Painter {
    at: Moment,
    dated: bool,
    history: History,
    picture: Option<Picture>,
}

/// When, on the engine's timeline or on the wall.
#[derive(Clone, Copy, Debug)]
enum Moment {
    Line(Timestamp),
    Unix(i64),
}

impl Painter {
    /// At a point of the engine's timeline, in a replay that goes on from the state of
    /// `engine`.
    #[must_use]
    pub fn at(at: Timestamp, engine: &Engine, dated: bool) -> Self {
        Self::new(Moment::Line(at), engine, dated)
    }

    /// At a time on the wall, in microseconds of Unix time.
    #[must_use]
    pub fn at_unix(unix_us: i64, engine: &Engine) -> Self {
        Self::new(Moment::Unix(unix_us), engine, true)
    }

    fn new(at: Moment, engine: &Engine, dated: bool) -> Self {
        Self {
            at,
            dated,
            history: History::of(engine),
            picture: None,
        }
    }

    /// Has the engine apply an entry, and listens.
    pub fn apply(&mut self, engine: &mut Engine, entry: &Entry, out: &mut Outbox) {
        if self.picture.is_some() {
            return engine.apply(entry, out);
        }
        if self.is_after(entry.received_at) {
            self.picture = Some(self.draw(engine));
            return engine.apply(entry, out);
        }
        engine.apply(entry, out);
        self.history.introduce(engine, out);
        self.history.learn(engine, entry, out);
    }

    /// Whether the moment has passed.
    #[must_use]
    pub const fn is_complete(&self) -> bool {
        self.picture.is_some()
    }

    /// How the queues stood; where no entry came behind the moment, as they stand
    /// after the last one.
    #[must_use]
    pub fn finish(self, engine: &Engine) -> Picture {
        match self.picture {
            Some(picture) => picture,
            None => self.draw(engine),
        }
    }

    /// How the queues stood, if an entry came behind the moment.
    #[must_use]
    pub fn drawn(self) -> Option<Picture> {
        self.picture
    }

    fn draw(&self, engine: &Engine) -> Picture {
        Picture::take(engine, &self.history, self.moment(), self.dated)
    }

    fn is_after(&self, at: Timestamp) -> bool {
        match self.at {
            Moment::Line(wanted) => at > wanted,
            Moment::Unix(wanted) => self.unix_us(at) > wanted,
        }
    }

    fn unix_us(&self, at: Timestamp) -> i64 {
        let at = i64::try_from(at.micros()).unwrap_or(i64::MAX);
        at.saturating_add(self.history.wall_offset)
    }

    fn moment(&self) -> Timestamp {
        match self.at {
            Moment::Line(at) => at,
            Moment::Unix(at) => {
                let at = at.saturating_sub(self.history.wall_offset);
                Timestamp::from_micros(u64::try_from(at).unwrap_or(0))
            }
        }
    }
}
