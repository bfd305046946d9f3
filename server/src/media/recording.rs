//! What is said in a call, as a WAV file: a media thread hands the packets over and waits
//! for nothing, a thread of the recording writes them.
//!
//! All voices of a recording lie on one timeline, by when their packets came; within a
//! stream, by its own clock, so that a packet that came a little late or early is where it
//! belongs. Whoever says nothing is silent there.

use std::collections::VecDeque;
use std::fs;
use std::io;
use std::path::Path;
use std::sync::mpsc::{Receiver, Sender, SyncSender, channel, sync_channel};
use std::time::{Duration, Instant};

use hound::{SampleFormat, WavSpec, WavWriter};

use super::codec::{Codec, SAMPLES_A_SECOND};
use super::files::part_of;
use super::rtp::Header;

/// Packets of each voice that wait to be written: ten seconds of them. Where a disk takes
/// longer, the recording has a gap.
const PACKETS_MAX: usize = 500;
/// A packet that comes later than its stream by more than this, or earlier, begins the
/// stream anew; so long what was said is not written yet.
const JITTER_SAMPLES: u64 = SAMPLES_A_SECOND as u64 * 3 / 10;
/// So much is written before it is given to the system. What is lost when the server goes
/// down is this, and what is not written yet: a second at most.
const UNFLUSHED_SAMPLES_MAX: u64 = SAMPLES_A_SECOND as u64 / 2;

/// Whose voices are recorded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Voices {
    /// That of the caller.
    Caller,
    /// That of the caller on the left, and on the right that of whom he hears; both as long
    /// as he hears somebody.
    Conversation,
}

impl Voices {
    const fn channels(self) -> u16 {
        match self {
            Self::Caller => 1,
            Self::Conversation => 2,
        }
    }
}

/// A packet's audio.
struct Piece {
    /// Which stretch of the recording it is of, and when in the recording it came.
    stretch: u32,
    at: Duration,
    channel: usize,
    timestamp: u32,
    codec: Codec,
    audio: Vec<u8>,
}

/// The end at the media thread, for one stretch of a recording.
#[derive(Debug)]
pub struct Recorder {
    pub(super) voices: Voices,
    pieces: SyncSender<Piece>,
    stretch: u32,
    /// When the stretch began, and how much had been recorded then.
    began: Instant,
    before: Duration,
}

impl Recorder {
    /// Takes a packet of the voice in this channel.
    pub(super) fn take(
        &self,
        channel: usize,
        (header, codec, audio): (&Header, Codec, &[u8]),
        now: Instant,
    ) {
        let piece = Piece {
            stretch: self.stretch,
            at: self.before + now.saturating_duration_since(self.began),
            channel,
            timestamp: header.timestamp,
            codec,
            audio: audio.to_vec(),
        };
        // A full queue loses the packet: voices that are live go first.
        let _full = self.pieces.try_send(piece);
    }
}

impl std::fmt::Debug for Piece {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} samples at {:?}", self.audio.len(), self.at)
    }
}

/// A recording, at whoever ordered it. Until it is finished, its file has `.part` behind
/// its name, which also stays where the server goes down.
#[derive(Debug)]
pub struct Recording {
    voices: Voices,
    pieces: SyncSender<Piece>,
    end: Sender<End>,
    stretch: u32,
    /// When the stretch that is being recorded began; `None`: it is paused.
    began: Option<Instant>,
    /// How much was recorded before that.
    before: Duration,
}

/// How a recording ended.
#[derive(Debug)]
struct End {
    keep: bool,
    length: Duration,
}

impl Recording {
    /// Begins a file in a folder that there is, paused.
    ///
    /// # Errors
    /// Where it can not be written.
    pub fn open(path: &Path, voices: Voices) -> io::Result<Self> {
        let part = part_of(path);
        let spec = WavSpec {
            channels: voices.channels(),
            sample_rate: SAMPLES_A_SECOND,
            bits_per_sample: 16,
            sample_format: SampleFormat::Int,
        };
        let mut file = WavWriter::create(&part, spec).map_err(io::Error::other)?;
        file.flush().map_err(io::Error::other)?;
        let channels = usize::from(voices.channels());
        let (pieces, taken) = sync_channel(PACKETS_MAX * channels);
        let (end, ended) = channel();
        let path = path.to_owned();
        let writer = std::thread::Builder::new().name("recording".to_owned());
        // It ends by itself.
        let _writer = writer.spawn(move || {
            let written = Tape::new(file, channels).write(&taken, &ended);
            // Who goes down meanwhile decides nothing.
            let done = match &written {
                Ok(None) => Ok(()),
                Ok(Some(End { keep: false, .. })) => fs::remove_file(&part),
                Ok(Some(End { keep: true, .. })) => fs::rename(&part, &path),
                Err(why) => Err(io::Error::other(why.to_string())),
            };
            // It was deleted meanwhile, as the person was erased.
            let done = done.or_else(|why| match why.kind() {
                io::ErrorKind::NotFound => Ok(()),
                _ => Err(why),
            });
            if let Err(why) = done {
                eprintln!("recording {}: {why}", path.display());
            }
        })?;
        Ok(Self {
            voices,
            pieces,
            end,
            stretch: 0,
            began: None,
            before: Duration::ZERO,
        })
    }

    /// Begins one, and records from now on.
    ///
    /// # Errors
    /// Where it can not be written.
    pub fn start(path: &Path, voices: Voices) -> io::Result<(Recorder, Self)> {
        let mut recording = Self::open(path, voices)?;
        Ok((recording.resume(), recording))
    }

    /// Nothing more is recorded, of which the media thread must hear, until it goes on.
    pub fn pause(&mut self) {
        if let Some(began) = self.began.take() {
            self.before += began.elapsed();
        }
    }

    /// From now on it is recorded, behind what was recorded before, what is given to this.
    pub fn resume(&mut self) -> Recorder {
        self.pause();
        let began = Instant::now();
        self.began = Some(began);
        self.stretch += 1;
        Recorder {
            voices: self.voices,
            pieces: self.pieces.clone(),
            stretch: self.stretch,
            began,
            before: self.before,
        }
    }

    /// Says whether the file is kept. It is complete once its [`Recorder`] is gone, and
    /// that is not waited for.
    pub fn finish(mut self, keep: bool) {
        self.pause();
        let length = self.before;
        let _told = self.end.send(End { keep, length });
    }
}

/// How many samples last so long.
fn samples(time: Duration) -> u64 {
    let samples = time.as_micros() * u128::from(SAMPLES_A_SECOND) / 1_000_000;
    u64::try_from(samples).unwrap_or(u64::MAX)
}

/// The file, and what is not in it yet.
struct Tape {
    file: WavWriter<io::BufWriter<fs::File>>,
    tracks: Vec<Track>,
    /// Samples of each track in the file, and those of them since it was flushed.
    written: u64,
    unflushed: u64,
}

/// A voice.
#[derive(Default)]
struct Track {
    /// Behind what is in the file.
    ahead: VecDeque<i16>,
    /// Where on the timeline the stream's clock stood, and in which stretch.
    clock: Option<(u32, u32, u64)>,
}

impl Tape {
    fn new(file: WavWriter<io::BufWriter<fs::File>>, channels: usize) -> Self {
        Self {
            file,
            tracks: (0..channels).map(|_| Track::default()).collect(),
            written: 0,
            unflushed: 0,
        }
    }

    /// Writes what comes until nothing can come any more; then everything has the length
    /// that it is said to have had. Nothing is said where the server goes down.
    fn write(
        mut self,
        pieces: &Receiver<Piece>,
        ended: &Receiver<End>,
    ) -> hound::Result<Option<End>> {
        for piece in pieces {
            let at = samples(piece.at);
            self.advance(at.saturating_sub(JITTER_SAMPLES))?;
            self.tracks[piece.channel].lay(&piece, at, self.written);
        }
        let end = ended.recv().ok();
        let said = self.tracks.iter().map(|track| track.ahead.len());
        let said = self.written + said.max().unwrap_or(0) as u64;
        self.advance(end.as_ref().map_or(said, |end| samples(end.length)))?;
        self.file.finalize()?;
        Ok(end)
    }

    /// Writes everything before this.
    fn advance(&mut self, to: u64) -> hound::Result<()> {
        while self.written < to {
            for track in &mut self.tracks {
                let sample = track.ahead.pop_front().unwrap_or(0);
                self.file.write_sample(sample)?;
            }
            self.written += 1;
            self.unflushed += 1;
            if self.unflushed >= UNFLUSHED_SAMPLES_MAX {
                self.file.flush()?;
                self.unflushed = 0;
            }
        }
        Ok(())
    }
}

impl Track {
    /// Lays a packet that came at this time down where it belongs. What would have to be
    /// where the file is written already came too late.
    fn lay(&mut self, piece: &Piece, at: u64, written: u64) {
        let place = self.place(piece, at);
        for (place, &byte) in (place..).zip(&piece.audio) {
            let Some(ahead) = place.checked_sub(written) else {
                continue;
            };
            let ahead = usize::try_from(ahead).expect("it is near");
            if ahead >= self.ahead.len() {
                self.ahead.resize(ahead + 1, 0);
            }
            self.ahead[ahead] = piece.codec.decode(byte);
        }
    }

    fn place(&mut self, piece: &Piece, at: u64) -> u64 {
        if let Some((stretch, timestamp, place)) = self.clock
            && stretch == piece.stretch
        {
            let passed = piece.timestamp.wrapping_sub(timestamp).cast_signed();
            let place = place.saturating_add_signed(passed.into());
            if place.abs_diff(at) <= JITTER_SAMPLES {
                self.clock = Some((stretch, piece.timestamp, place));
                return place;
            }
        }
        self.clock = Some((piece.stretch, piece.timestamp, at));
        at
    }
}
