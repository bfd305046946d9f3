//! What one side of a call says, as a WAV file: a media thread hands the packets over and
//! waits for nothing, a thread of the recording writes them.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, Sender, SyncSender, channel, sync_channel};
use std::thread::JoinHandle;

use hound::{SampleFormat, WavSpec, WavWriter};

use super::codec::{Codec, SAMPLES_A_SECOND};
use super::rtp::Header;

/// Packets that wait to be written: ten seconds of them. Where a disk takes longer, the
/// recording has a gap.
const PACKETS_MAX: usize = 500;
/// A silence of the line is as long in the file, up to here.
const GAP_SAMPLES_MAX: u32 = 60 * SAMPLES_A_SECOND;
/// What is behind the name of a file until it is known to be kept.
const PART: &str = "part";

/// A packet's audio.
struct Piece {
    timestamp: u32,
    codec: Codec,
    audio: Vec<u8>,
}

/// The end at the media thread.
#[derive(Debug)]
pub struct Recorder(SyncSender<Piece>);

impl Recorder {
    /// Takes a packet.
    pub(super) fn take(&self, header: &Header, codec: Codec, audio: &[u8]) {
        let piece = Piece {
            timestamp: header.timestamp,
            codec,
            audio: audio.to_vec(),
        };
        // A full queue loses the packet: voices that are live go first.
        let _full = self.0.try_send(piece);
    }
}

impl std::fmt::Debug for Piece {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} samples at {}", self.audio.len(), self.timestamp)
    }
}

/// A recording, at whoever ordered it. Until it is finished, its file has `.part` behind
/// its name, which also stays where the server goes down.
#[derive(Debug)]
pub struct Recording {
    keep: Sender<bool>,
    writer: JoinHandle<()>,
}

impl Recording {
    /// Begins a file in a folder that there is.
    ///
    /// # Errors
    /// Where it can not be written.
    pub fn start(path: &Path) -> io::Result<(Recorder, Self)> {
        let part = part_of(path);
        let spec = WavSpec {
            channels: 1,
            sample_rate: SAMPLES_A_SECOND,
            bits_per_sample: 16,
            sample_format: SampleFormat::Int,
        };
        let file = WavWriter::create(&part, spec).map_err(io::Error::other)?;
        let (pieces, taken) = sync_channel(PACKETS_MAX);
        let (keep, decided) = channel();
        let path = path.to_owned();
        let writer = std::thread::Builder::new().name("recording".to_owned());
        let writer = writer.spawn(move || {
            if let Err(why) = write(file, &taken) {
                eprintln!("recording {}: {why}", path.display());
            }
            // Who goes down meanwhile decides nothing.
            let done = match decided.recv() {
                Ok(true) => fs::rename(&part, &path),
                Ok(false) => fs::remove_file(&part),
                Err(_) => Ok(()),
            };
            if let Err(why) = done {
                eprintln!("recording {}: {why}", path.display());
            }
        })?;
        Ok((Recorder(pieces), Self { keep, writer }))
    }

    /// Says whether the file is kept. It is complete once its [`Recorder`] is gone, and
    /// that is not waited for.
    pub fn finish(self, keep: bool) {
        let _told = self.keep.send(keep);
        drop(self.writer);
    }
}

/// Keeps a recording that the server was in the midst of when it went down.
///
/// # Errors
/// Where it is there and can not be renamed.
pub fn keep_part(path: &Path) -> io::Result<()> {
    let part = part_of(path);
    if part.exists() {
        fs::rename(part, path)?;
    }
    Ok(())
}

fn part_of(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".");
    name.push(PART);
    name.into()
}

fn write(
    mut file: WavWriter<io::BufWriter<fs::File>>,
    pieces: &Receiver<Piece>,
) -> hound::Result<()> {
    let (mut next, mut unflushed) = (None, 0);
    for piece in pieces {
        let gap = next.map_or(0, |next| piece.timestamp.wrapping_sub(next));
        if gap > u32::MAX / 2 {
            // It came too late, or twice.
            continue;
        }
        // Another clock than before is no silence.
        let silence = if gap <= GAP_SAMPLES_MAX { gap } else { 0 };
        for _ in 0..silence {
            file.write_sample(0_i16)?;
        }
        for &byte in &piece.audio {
            file.write_sample(piece.codec.decode(byte))?;
        }
        let samples = u32::try_from(piece.audio.len()).expect("a packet is short");
        next = Some(piece.timestamp.wrapping_add(samples));
        unflushed += silence + samples;
        if unflushed >= SAMPLES_A_SECOND {
            // What is lost when the server goes down is a second at most.
            file.flush()?;
            unflushed = 0;
        }
    }
    file.finalize()
}
